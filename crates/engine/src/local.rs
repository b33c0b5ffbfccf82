//! A temporary embedded index of articles that OpenSearch returned, on which the embedded code verifies, ranks and
//! presents hits.

use std::sync::Arc;

use serde_json::Value;

use crate::document;
use gongxun_core::article::Article;
use gongxun_core::error::Result;
use gongxun_core::index::{Index, IndexSettings, Resources, Snapshot, Statistics, document as stored};

/// A temporary index of a few articles.
pub struct LocalIndex {
    /// The snapshot with the articles.
    pub snapshot: Snapshot,
    // It owns the folder that the snapshot reads.
    _index: Index,
}

impl LocalIndex {
    /// Indexes articles with a user dictionary (empty for none). They are scored by `statistics`, or by their own if
    /// there are none.
    ///
    /// # Errors
    /// If the dictionary is invalid, or the temporary folder can't be written.
    pub fn new(articles: &[Article], dictionary: &str, statistics: Option<Statistics>) -> Result<LocalIndex> {
        let index = Index::in_memory(IndexSettings::default().dictionary(dictionary))?;
        let mut writer = index.writer(Resources::one_thread())?;
        for article in articles {
            writer.add(article, &article.origin, stored::encode(article))?;
        }
        writer.commit()?;
        drop(writer);
        let snapshot = Arc::unwrap_or_clone(index.snapshot());
        let snapshot = match statistics {
            Some(statistics) => snapshot.scored_as_in(statistics),
            None => snapshot,
        };
        Ok(LocalIndex { snapshot, _index: index })
    }
}

/// Returns the articles of hits, in their order.
///
/// # Errors
/// If one of them has no article, or one that can't be parsed.
pub fn articles(hits: &[Value]) -> Result<Vec<Article>> {
    hits.iter().map(document::article).collect()
}
