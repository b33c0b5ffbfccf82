//! The LRU cache of term infos: the locations of terms' postings in each segment.
//!
//! Looking a term up in the dictionary of each segment takes longer than reading the postings of a rare one, and the
//! same words and characters recur from query to query. Nothing of an answer is cached.

use std::collections::HashMap;
use std::mem::size_of;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{Searcher, TantivyError, Term};

use crate::error::Result;

/// The capacity in bytes.
const MAX_BYTES: usize = 2 << 20;
/// The approximate size of a cached term beside its token and its infos, in bytes.
const OTHER_BYTES: usize = 128;

/// The locations of a term's postings.
#[derive(Debug, Clone, Default)]
pub struct Located {
    /// The term info in each segment.
    infos: Box<[Option<TermInfo>]>,
    /// Number of documents that have the term, deleted ones included, by the segments' dictionaries.
    pub documents: u64,
}

impl Located {
    /// Returns the term info in a segment, by the segment's ordinal; `None` if the segment lacks the term.
    pub fn in_segment(&self, ord: usize) -> Option<&TermInfo> {
        self.infos.get(ord)?.as_ref()
    }

    /// Returns the same locations, with the number of documents of a larger collection.
    pub fn with_documents(&self, documents: u64) -> Located {
        Located { documents: documents.max(self.documents), ..self.clone() }
    }
}

/// A number for each code of a text's length.
pub type ByLength = [f32; 256];

/// The LRU cache of the term infos of a snapshot.
#[derive(Debug)]
pub struct TermInfoCache {
    kept: Mutex<LruTerms>,
    by_length: Mutex<HashMap<Field, Arc<ByLength>>>,
}

#[derive(Debug)]
struct LruTerms {
    terms: LruCache<Box<[u8]>, Arc<Located>>,
    bytes: usize,
    /// A reused buffer for keys.
    key: Vec<u8>,
}

impl Default for TermInfoCache {
    fn default() -> TermInfoCache {
        let kept = LruTerms { terms: LruCache::unbounded(), bytes: 0, key: Vec::new() };
        TermInfoCache { kept: Mutex::new(kept), by_length: Mutex::default() }
    }
}

impl TermInfoCache {
    /// Returns the locations of a term's postings, looking them up if they are not cached.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn locate(&self, searcher: &Searcher, field: Field, token: &str) -> Result<Arc<Located>> {
        if let Some(located) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(field, token) {
            return Ok(located);
        }
        let term = Term::from_field_text(field, token);
        let mut infos = Vec::with_capacity(searcher.segment_readers().len());
        for segment in searcher.segment_readers() {
            infos.push(segment.inverted_index(field)?.get_term_info(&term).map_err(TantivyError::from)?);
        }
        let documents = infos.iter().flatten().map(|info| u64::from(info.doc_freq)).sum();
        let infos = if documents == 0 { Box::default() } else { infos.into_boxed_slice() };
        let located = Arc::new(Located { infos, documents });
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).put(field, token, located.clone());
        Ok(located)
    }

    /// Returns the table of a field that maps each code of a text's length to a number; `make` computes it on first
    /// use, from the field's average length in tokens.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn by_length(
        &self,
        searcher: &Searcher,
        field: Field,
        make: impl FnOnce(f32) -> ByLength,
    ) -> Result<Arc<ByLength>> {
        let mut by_length = self.by_length.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = by_length.get(&field) {
            return Ok(known.clone());
        }
        let (mut tokens, mut documents) = (0, 0);
        for segment in searcher.segment_readers() {
            tokens += segment.inverted_index(field)?.total_num_tokens();
            documents += u64::from(segment.max_doc());
        }
        let made = Arc::new(make(tokens as f32 / documents.max(1) as f32));
        by_length.insert(field, made.clone());
        Ok(made)
    }
}

impl LruTerms {
    fn get(&mut self, field: Field, token: &str) -> Option<Arc<Located>> {
        self.set_key(field, token);
        self.terms.get(self.key.as_slice()).cloned()
    }

    fn put(&mut self, field: Field, token: &str, located: Arc<Located>) {
        self.set_key(field, token);
        self.bytes += size(&self.key, &located);
        if let Some((key, before)) = self.terms.push(self.key.as_slice().into(), located) {
            self.bytes -= size(&key, &before);
        }
        while self.bytes > MAX_BYTES
            && let Some((key, gone)) = self.terms.pop_lru()
        {
            self.bytes -= size(&key, &gone);
        }
    }

    fn set_key(&mut self, field: Field, token: &str) {
        self.key.clear();
        self.key.extend(field.field_id().to_le_bytes());
        self.key.extend(token.as_bytes());
    }
}

/// Estimates the size of a cached term, in bytes.
fn size(key: &[u8], located: &Located) -> usize {
    OTHER_BYTES + key.len() + located.infos.len() * size_of::<Option<TermInfo>>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terms_of_long_ago_are_forgotten() {
        let mut kept = TermInfoCache::default().kept.into_inner().unwrap();
        let field = Field::from_field_id(3);
        let located = || Arc::new(Located { infos: vec![Some(TermInfo::default())].into(), documents: 1 });
        let most = MAX_BYTES / OTHER_BYTES;
        for number in 0..most {
            kept.put(field, &number.to_string(), located());
            kept.put(field, &number.to_string(), located());
            assert!(kept.get(field, "0").is_some() && kept.bytes <= MAX_BYTES);
        }
        assert!(kept.get(field, "1").is_none() && kept.get(field, &(most - 1).to_string()).is_some());
        assert!(kept.get(Field::from_field_id(4), "0").is_none());
        let bytes = kept.terms.iter().map(|(key, located)| size(key, located));
        assert_eq!(kept.bytes, bytes.sum::<usize>());
    }
}
