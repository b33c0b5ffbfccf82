//! Articles and pages by the beginning of their id.

use tantivy::schema::Field;

use crate::article::ArticleId;
use crate::error::Result;
use crate::index::read::snapshot::Snapshot;

impl Snapshot {
    /// Returns the ids of articles that begin with `beginning`, in order, at most `most`.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn ids_beginning(&self, beginning: &str, most: usize) -> Result<Vec<ArticleId>> {
        self.terms_beginning(self.fields.id, beginning, most, |id| Ok(self.find(id)?.is_some()))
    }

    /// Returns the ids of pages without an article that begin with `beginning`, in order, at most `most`.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn page_ids_beginning(&self, beginning: &str, most: usize) -> Result<Vec<ArticleId>> {
        let Some(margin) = self.margin() else { return Ok(Vec::new()) };
        let is_there = |id: &ArticleId| Ok(!self.find_pages(id)?.is_empty());
        margin.terms_beginning(self.fields.page_id, beginning, most, is_there)
    }

    fn terms_beginning(
        &self,
        field: Field,
        beginning: &str,
        most: usize,
        is_there: impl Fn(&ArticleId) -> Result<bool>,
    ) -> Result<Vec<ArticleId>> {
        let mut ids: Vec<ArticleId> = Vec::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(field)?;
            let terms = inverted.terms().range().ge(beginning).into_stream();
            let mut terms = terms.map_err(tantivy::TantivyError::from)?;
            let mut of_segment = 0;
            while terms.advance()
                && let Ok(id) = std::str::from_utf8(terms.key())
                && id.starts_with(beginning)
                && of_segment < most
            {
                let id = ArticleId(id.to_string());
                // The terms of what was deleted are there until segments are merged.
                if is_there(&id)? {
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
