//! How long articles are: what occurrences are a share of.

use tantivy::DocAddress;

use crate::error::Result;
use crate::index::read::snapshot::Snapshot;
use crate::index::store::document;

impl Snapshot {
    /// How many characters the title, lead and body of each document of each segment have, blanks and line ends left out; 0
    /// for deleted ones. Every article is read when this is first asked for, and the numbers are kept (four bytes an
    /// article).
    ///
    /// # Errors
    /// Where the store does not hold what was written.
    pub fn lengths(&self) -> Result<&[Vec<u32>]> {
        if let Some(lengths) = self.lengths.get() {
            return Ok(lengths);
        }
        let mut lengths = Vec::new();
        for (ord, segment) in self.searcher.segment_readers().iter().enumerate() {
            let mut of_segment = vec![0; segment.max_doc() as usize];
            for doc in segment.doc_ids_alive() {
                of_segment[doc as usize] =
                    self.stored(DocAddress::new(ord as u32, doc), |stored| document::characters(stored))?;
            }
            lengths.push(of_segment);
        }
        Ok(self.lengths.get_or_init(|| lengths))
    }
}
