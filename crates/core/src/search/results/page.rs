//! A page of hits, and what is said beside it: plain data, in JSON as the command line prints it (see [`super::json`]).

use std::sync::Arc;
use std::time::Duration;

use super::explain::Explanation;
use super::facets::Facets;
use super::snippet::{Marked, Marks};
use crate::article::{Article, Credit};
use crate::query::Note;
use crate::search::kind::Kind;

/// What a snapshot answered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Results {
    /// The query as it was typed.
    pub query: String,
    /// What the parser remarked on it.
    pub query_notes: Vec<Note>,
    /// How many articles hold all that was typed; copies of one article count once, unless all were asked for.
    pub total: u64,
    /// How many articles more hold all of it by a synonym.
    pub synonym_total: u64,
    /// How many articles hold only some of it.
    pub partial_total: u64,
    /// How often what is looked for stands in the articles that are counted, where occurrences are counted.
    pub occurrences: Option<u64>,
    /// Whether the search was ended by its deadline or stop flag: then there may be more, and the order may be another.
    pub cut_short: bool,
    /// How long it took.
    pub took: Duration,
    /// How many articles the index holds.
    pub articles: u64,
    /// The generation that answered.
    pub generation: u64,
    /// The commit that answered.
    pub commit: u64,
    /// Remarks on how the query was taken, beside the parser's.
    pub notes: Vec<String>,
    /// Other queries, where no article holds all of it: what may have been meant.
    pub suggestions: Vec<Suggestion>,
    /// The hits of the page.
    pub hits: Vec<Hit>,
    /// The facets, where they were asked for.
    pub facets: Option<Facets>,
    /// How many pages without an article match; none unless the query asks for whole pages (整页:).
    pub page_total: u64,
    /// The first of these pages, as many as there may be hits, with their margins.
    pub pages: Vec<Article>,
}

impl<'a> IntoIterator for &'a Results {
    type Item = &'a Hit;
    type IntoIter = std::slice::Iter<'a, Hit>;

    fn into_iter(self) -> Self::IntoIter {
        self.hits.iter()
    }
}

/// One article that matches.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Hit {
    /// The article.
    pub article: Arc<Article>,
    /// How much of the query it holds.
    pub kind: Kind,
    /// Its score: the sum of BM25, without a unit; comparable within one answer.
    pub score: f32,
    /// A passage with marks.
    pub snippet: Marked,
    /// Marks on the title and the names.
    pub marks: Marks,
    /// Its credits that the query or a filter asked for.
    pub asked: Vec<Credit>,
    /// How many other copies of the article there are.
    pub reprints: u64,
    /// What made its score, where that was asked for.
    pub explanation: Option<Explanation>,
}

impl Hit {
    /// Whether it holds only some of the query.
    pub fn is_partial(&self) -> bool {
        self.kind == Kind::Partial
    }
}

/// Another query.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suggestion {
    /// The query as it may have been meant.
    pub query: String,
    /// How many articles it matches in full.
    pub articles: u64,
}

impl Suggestion {
    /// The suggestion as a question.
    pub fn question(&self) -> String {
        let Suggestion { query, articles } = self;
        format!("did you mean {query}? ({articles} article{})", if *articles == 1 { "" } else { "s" })
    }
}
