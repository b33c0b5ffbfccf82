//! Requests: a query with its options.

use std::sync::Arc;

use super::compile::plan::Breadth;
use super::matching::collapse::Copies;
use super::ranking::rank::{Order, Sort};
use super::ranking::stage;
use super::results::snippet;
use crate::error::Result;
use crate::index::Snapshot;
use crate::query::{Filter, Query};
use gongxun_text::synonyms::Synonyms;

/// A request to a snapshot.
#[derive(Debug, Clone)]
pub struct Request {
    /// The parsed query.
    pub query: Query,
    /// Further conditions, all of which must hold.
    pub filters: Vec<Filter>,
    /// The synonyms of words; those of the index if `None`.
    pub synonyms: Option<Arc<Synonyms>>,
    /// The order.
    pub sort: Sort,
    /// The number of first hits by relevance that are re-ranked by the passage that answers best; 0 keeps the order of
    /// the articles' scores. Which hits these are does not depend on page and limit.
    pub second_stage: usize,
    /// The number of hits returned.
    pub limit: usize,
    /// The number of hits that are skipped.
    pub offset: usize,
    /// Whether facets are counted.
    pub facets: bool,
    /// Whether occurrences are counted beside articles.
    pub occurrences: bool,
    /// Whether timelines count the archive's characters too, which takes a look at every article.
    pub characters: bool,
    /// The kinds of matches that are searched for: full matches alone, or synonym and partial matches too.
    pub breadth: Breadth,
    /// The kinds of matches that facets, timelines and exports include; full matches alone by default.
    pub count: Breadth,
    /// Whether copies of one article are one hit.
    pub copies: Copies,
    /// The length of snippets in characters; 0 leaves snippets and marks out.
    pub snippet_length: usize,
    /// Whether each hit's score is explained.
    pub explain: bool,
}

impl Request {
    /// The default number of hits returned.
    pub const DEFAULT_LIMIT: usize = 10;
    /// The default number of first hits that are re-ranked.
    pub const SECOND_STAGE: usize = stage::DEFAULT_DEPTH;

    /// Returns the request for a query's first page.
    pub fn new(query: Query) -> Request {
        Request {
            query,
            filters: Vec::new(),
            synonyms: None,
            sort: Sort::Relevance,
            second_stage: Request::SECOND_STAGE,
            limit: Request::DEFAULT_LIMIT,
            offset: 0,
            facets: false,
            occurrences: false,
            characters: false,
            breadth: Breadth::Wide,
            count: Breadth::Exact,
            copies: Copies::Collapsed,
            snippet_length: snippet::DEFAULT_LENGTH,
            explain: false,
        }
    }

    /// The synonyms that it is answered with on a snapshot.
    ///
    /// # Errors
    /// Same as [`Snapshot::synonyms`].
    pub fn synonyms_on<'a>(&'a self, snapshot: &'a Snapshot) -> Result<&'a Synonyms> {
        match &self.synonyms {
            Some(synonyms) => Ok(synonyms),
            None => snapshot.synonyms(),
        }
    }

    /// Returns the requested order of the matches that the breadth includes.
    pub fn order(&self, breadth: Breadth) -> Order {
        Order { sort: self.sort, breadth, second_stage: self.second_stage }
    }
}
