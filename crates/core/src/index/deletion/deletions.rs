//! The order of deletions and additions within one commit: a deletion must not touch what is added after it.
//!
//! tantivy applies to a segment that it is given the deletions from then on, and those shortly before as well: its
//! queue of deletions has no sharp end. It knows the age of each document only in segments of its own writer. So a
//! deletion here carries its own list of the segments that were added after it.
//!
//! A merged segment is not in that list and need not be: deletions from before all of its segments were there were
//! applied to each of them when their merge began.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::index::SegmentId;
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, SegmentReader, Term};

/// The relative order of deletions and added segments since the last commit.
#[derive(Debug, Default)]
pub struct Deletions {
    count: u64,
    added: Added,
}

/// For each segment, the number of deletions at the time it was added.
type Added = Arc<Mutex<HashMap<SegmentId, u64>>>;

impl Deletions {
    /// Returns the query of a deletion that happens now.
    pub fn of(&mut self, term: Term) -> Box<dyn Query> {
        self.count += 1;
        let inner = TermQuery::new(term, IndexRecordOption::Basic);
        Box::new(Deletion { inner, number: self.count, added: self.added.clone() })
    }

    /// Records that a segment is added now.
    pub fn add(&mut self, segment: SegmentId) {
        self.added.lock().unwrap_or_else(PoisonError::into_inner).insert(segment, self.count);
    }

    /// Records a commit: all deletions so far have been applied.
    pub fn committed(&mut self) {
        self.added.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A query for the documents with a term, in the segments that were there when the deletion happened.
#[derive(Debug, Clone)]
struct Deletion<Inner> {
    inner: Inner,
    number: u64,
    added: Added,
}

impl Query for Deletion<TermQuery> {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let inner = self.inner.weight(scoring)?;
        Ok(Box::new(Deletion { inner, number: self.number, added: self.added.clone() }))
    }
}

impl Weight for Deletion<Box<dyn Weight>> {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let added = self.added.lock().unwrap_or_else(PoisonError::into_inner).get(&segment.segment_id()).copied();
        if added.is_some_and(|before| before >= self.number) {
            return Ok(Box::new(EmptyScorer));
        }
        self.inner.scorer(segment, boost)
    }

    fn explain(&self, segment: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.inner.explain(segment, doc)
    }
}
