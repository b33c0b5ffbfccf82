//! A page of hits with its counts, facets and notes: plain data, whose JSON is that of the command line (see
//! [`super::json`]).

use std::sync::Arc;
use std::time::Duration;

use super::explain::Explanation;
use super::facets::Facets;
use super::snippet::{Marked, Marks};
use crate::article::{Article, Credit};
use crate::query::Note;
use crate::search::kind::Kind;

/// The answer of a snapshot to a request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Results {
    /// The query as it was typed.
    pub query: String,
    /// The parser's notes on it.
    pub query_notes: Vec<Note>,
    /// The number of full matches; copies of one article count once, unless all were asked for.
    pub total: u64,
    /// The number of synonym matches.
    pub synonym_total: u64,
    /// The number of partial matches.
    pub partial_total: u64,
    /// The number of occurrences in the counted articles; only if occurrences are counted.
    pub occurrences: Option<u64>,
    /// Whether the search was ended by its deadline or stop flag: then there may be more matches, and the order may
    /// differ.
    pub cut_short: bool,
    /// The time that the search took.
    pub took: Duration,
    /// The number of articles in the index.
    pub articles: u64,
    /// The generation that answered.
    pub generation: u64,
    /// The commit that answered.
    pub commit: u64,
    /// The notes of the search, beside the parser's.
    pub notes: Vec<String>,
    /// Suggested queries, if no article is a full match.
    pub suggestions: Vec<Suggestion>,
    /// The hits of the page.
    pub hits: Vec<Hit>,
    /// The facets, if they were asked for.
    pub facets: Option<Facets>,
    /// The number of matching pages without an article; zero unless the query asks for whole pages (整页:).
    pub page_total: u64,
    /// The first of these pages, with their margins; at most as many as hits.
    pub pages: Vec<Article>,
}

impl<'a> IntoIterator for &'a Results {
    type Item = &'a Hit;
    type IntoIter = std::slice::Iter<'a, Hit>;

    fn into_iter(self) -> Self::IntoIter {
        self.hits.iter()
    }
}

/// An article that matches.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Hit {
    /// The article.
    pub article: Arc<Article>,
    /// The kind of match that it is.
    pub kind: Kind,
    /// Its score: the sum of BM25, without a unit; comparable within one answer.
    pub score: f32,
    /// A passage with marks.
    pub snippet: Marked,
    /// Marks on the title and the names.
    pub marks: Marks,
    /// Its credits that the query or a filter matches.
    pub matched_credits: Vec<Credit>,
    /// The number of other copies of the article.
    pub reprints: u64,
    /// The explanation of its score, if one was asked for.
    pub explanation: Option<Explanation>,
}

impl Hit {
    /// Whether it is a partial match.
    pub fn is_partial(&self) -> bool {
        self.kind == Kind::Partial
    }
}

/// A suggested query.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suggestion {
    /// The suggested query.
    pub query: String,
    /// The number of its full matches.
    pub articles: u64,
}

impl Suggestion {
    /// Returns the suggestion as a question.
    pub fn question(&self) -> String {
        let Suggestion { query, articles } = self;
        format!("did you mean {query}? ({articles} article{})", if *articles == 1 { "" } else { "s" })
    }
}
