//! What is deleted, kept from what is added afterwards.
//!
//! tantivy applies to a segment that it is given what is deleted from then on, and what was deleted shortly before as well:
//! its queue of deletions has no sharp end. It knows how old each document is where its own writer made the segment; of
//! others it does not. So a deletion here says itself which segments were added after it.
//!
//! A merged segment is none of those, and need not be: what was deleted before all of its segments were there has been
//! applied to each of them when their merge began.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::index::SegmentId;
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, SegmentReader, Term};

/// The order of deletions and of segments since the last commit.
#[derive(Debug, Default)]
pub struct Deletions {
    count: u64,
    added: Added,
}

/// For each segment how many deletions there were when it was added.
type Added = Arc<Mutex<HashMap<SegmentId, u64>>>;

impl Deletions {
    /// The query of a deletion that happens now.
    pub fn of(&mut self, term: Term) -> Box<dyn Query> {
        self.count += 1;
        let inner = TermQuery::new(term, IndexRecordOption::Basic);
        Box::new(Deletion { inner, number: self.count, added: self.added.clone() })
    }

    /// Notes that a segment is added now.
    pub fn add(&mut self, segment: SegmentId) {
        self.added.lock().unwrap_or_else(PoisonError::into_inner).insert(segment, self.count);
    }

    /// Notes a commit: all deletions so far were applied.
    pub fn committed(&mut self) {
        self.added.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The documents with a term in the segments that were there.
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
