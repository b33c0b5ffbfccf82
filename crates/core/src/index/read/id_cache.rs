//! The LRU cache of ids: the id of an article is found in a compressed dictionary, where all ids before it in its block
//! are read.

use std::sync::{Mutex, PoisonError};

use lru::LruCache;
use tantivy::DocAddress;

use crate::article::ArticleId;

/// The capacity in ids: about 2 MB.
const MAX_IDS: usize = 16_384;

/// The LRU cache of the ids of articles of one snapshot.
#[derive(Debug)]
pub struct IdCache(Mutex<LruCache<DocAddress, ArticleId>>);

impl Default for IdCache {
    fn default() -> IdCache {
        // A bounded cache would take its memory at once.
        IdCache(Mutex::new(LruCache::unbounded()))
    }
}

impl IdCache {
    /// Returns the id of the article at an address if it is cached.
    pub fn get(&self, address: DocAddress) -> Option<ArticleId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&address).cloned()
    }

    /// Caches an id, evicting the least recently used one if the cache is full.
    pub fn put(&self, address: DocAddress, id: &ArticleId) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.put(address, id.clone());
        if kept.len() > MAX_IDS {
            kept.pop_lru();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_long_ago_are_forgotten() {
        let cache = IdCache::default();
        let (address, id) = (|doc| DocAddress::new(0, doc), |doc: u32| ArticleId(doc.to_string()));
        (0..=MAX_IDS as u32).for_each(|doc| cache.put(address(doc), &id(doc)));
        assert_eq!(cache.get(address(0)), None);
        assert_eq!(cache.get(address(1)), Some(id(1)));
        assert_eq!(cache.0.lock().unwrap().len(), MAX_IDS);
    }
}
