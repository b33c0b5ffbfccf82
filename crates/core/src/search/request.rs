//! What is asked of an index.

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

/// What is asked of a snapshot.
#[derive(Debug, Clone)]
pub struct Request {
    /// The parsed query.
    pub query: Query,
    /// Further conditions, all of which must hold.
    pub filters: Vec<Filter>,
    /// What stands for a word beside it; the index's own synonyms unless given.
    pub synonyms: Option<Arc<Synonyms>>,
    /// The order.
    pub sort: Sort,
    /// How many of the first hits by relevance are ordered anew by the item of their text that answers best; 0 leaves the
    /// order of the articles' scores. Neither page nor limit changes which these are.
    pub second_stage: usize,
    /// How many hits are given.
    pub limit: usize,
    /// How many hits are passed over.
    pub offset: usize,
    /// Whether facets are counted.
    pub facets: bool,
    /// Whether occurrences are counted beside articles.
    pub occurrences: bool,
    /// Whether timelines count the archive's characters too, which takes a look at every article.
    pub characters: bool,
    /// Which matches are looked for: what was typed and no more, or synonyms and partial matches too.
    pub breadth: Breadth,
    /// Which of them facets, timelines and exports take in: what was typed alone, unless more is asked for.
    pub count: Breadth,
    /// Whether copies of one article are one hit.
    pub copies: Copies,
    /// The length of snippets in characters; 0 leaves snippets and marks out.
    pub snippet_length: usize,
    /// Whether each hit's score is taken apart.
    pub explain: bool,
}

impl Request {
    /// How many hits are given unless another number is asked for.
    pub const DEFAULT_LIMIT: usize = 10;
    /// How many of the first hits are ordered anew unless another number is asked for.
    pub const SECOND_STAGE: usize = stage::DEFAULT_DEPTH;

    /// The request for a query's first page.
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

    /// The order that is asked for, of the matches that the breadth takes in.
    pub fn order(&self, breadth: Breadth) -> Order {
        Order { sort: self.sort, breadth, second_stage: self.second_stage }
    }
}
