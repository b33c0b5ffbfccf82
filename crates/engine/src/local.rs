//! Articles of the engine in an index of this process: what proves, ranks and shows hits on one machine does so here.

use std::sync::Arc;

use serde_json::Value;

use crate::document;
use gongxun_core::article::Article;
use gongxun_core::error::Result;
use gongxun_core::index::{Index, IndexSettings, Resources, Snapshot, Statistics, document as stored};

/// Some of the engine's articles, as a snapshot.
pub struct Local {
    /// The snapshot.
    pub snapshot: Snapshot,
    // Its folder goes with it.
    _index: Index,
}

impl Local {
    /// These articles, with words cut by this dictionary, scored by these statistics.
    ///
    /// # Errors
    /// Where no temporary folder can be written to.
    pub fn of(articles: &[Article], dictionary: &str, statistics: Option<Statistics>) -> Result<Local> {
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
        Ok(Local { snapshot, _index: index })
    }
}

/// The articles of hits.
///
/// # Errors
/// Where one of them is none of ours.
pub fn articles(hits: &[Value]) -> Result<Vec<Article>> {
    hits.iter().map(document::article).collect()
}
