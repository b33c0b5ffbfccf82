//! Articles by the beginning of their id.

use crate::article::ArticleId;
use crate::error::Result;
use crate::index::read::snapshot::Snapshot;

impl Snapshot {
    /// Returns the ids of articles that begin with `beginning`, in order, at most `most`.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn ids_beginning(&self, beginning: &str, most: usize) -> Result<Vec<ArticleId>> {
        let mut ids: Vec<ArticleId> = Vec::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(self.fields.id)?;
            let terms = inverted.terms().range().ge(beginning).into_stream();
            let mut terms = terms.map_err(tantivy::TantivyError::from)?;
            let mut of_segment = 0;
            while terms.advance()
                && let Ok(id) = std::str::from_utf8(terms.key())
                && id.starts_with(beginning)
                && of_segment < most
            {
                let id = ArticleId(id.to_string());
                // Terms of deleted articles are there until segments are merged.
                if self.find(&id)?.is_some() {
                    of_segment += 1;
                    ids.push(id);
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(most);
        Ok(ids)
    }
}
