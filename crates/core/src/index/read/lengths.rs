//! The lengths of articles in characters: the denominator of relative frequencies.

use tantivy::DocAddress;

use crate::error::Result;
use crate::index::read::snapshot::Snapshot;
use crate::index::store::document;

impl Snapshot {
    /// Returns the number of characters in the title, lead and body of each document, by segment; blanks and line ends
    /// are not counted, and deleted documents have 0. The first call reads every article and keeps the numbers, at four
    /// bytes an article.
    ///
    /// # Errors
    /// If the store does not hold what was written.
    pub fn lengths(&self) -> Result<&[Vec<u32>]> {
        if let Some(lengths) = self.lengths.get() {
            return Ok(lengths);
        }
        let mut lengths = Vec::new();
        for (ord, segment) in self.searcher.segment_readers().iter().enumerate() {
            let mut of_segment = vec![0; segment.max_doc() as usize];
            for doc in segment.doc_ids_alive() {
                of_segment[doc as usize] = self.stored(DocAddress::new(ord as u32, doc), document::characters)?;
            }
            lengths.push(of_segment);
        }
        Ok(self.lengths.get_or_init(|| lengths))
    }
}
