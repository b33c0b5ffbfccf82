//! [`Intake`]: the destination of articles, either the writer of an index or an engine.

use std::collections::HashMap;

use tantivy::DocAddress;

use crate::article::{Article, ArticleId};
use crate::error::Result;
use crate::index::commit::manifest::{Entry, Manifest, Root};
use crate::index::store::document;
use crate::index::write::records::{Class, Ledger, Verdict};
use crate::index::write::writer::Writer;
use crate::reprint::Fingerprint;

/// An article that an earlier run has taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArticleRef {
    /// By its address in the ledger's snapshot, from which its id is read where it is needed.
    Address(DocAddress),
    /// By its id.
    Id(ArticleId),
}

/// A destination of articles. The walk through an archive calls it file by file; the ledger decides which of several
/// records holds an id.
pub trait Intake {
    /// Returns the ledger of the holders of ids.
    fn ledger(&mut self) -> &mut Ledger;

    /// Returns the manifest so far.
    fn manifest(&self) -> &Manifest;

    /// Returns the articles that came from a file in earlier runs, by `document::id_order`.
    ///
    /// # Errors
    /// If the index can't be read.
    fn held(&mut self, file: &str) -> Result<HashMap<u64, ArticleRef>> {
        let Some(snapshot) = self.ledger().snapshot() else { return Ok(HashMap::new()) };
        Ok(snapshot
            .of_file(file)?
            .into_iter()
            .map(|(number, known)| (number, ArticleRef::Address(known.address)))
            .collect())
    }

    /// Takes in a record of a file if precedence gives it its id. Returns the verdict, and the number of bytes that were
    /// added: 0 if nothing was.
    ///
    /// # Errors
    /// If the index can't be read or written.
    fn claim(&mut self, record: &Article, print: &Fingerprint, file: &str, class: Class) -> Result<(Verdict, u64)>;

    /// Whether another text than the record's is stored under its id, which [`Intake::claim`] might replace.
    ///
    /// # Errors
    /// If the index can't be read.
    fn holds_another_text(&mut self, record: &Article) -> Result<bool> {
        let stored = self.ledger().content_of(&record.id)?;
        Ok(stored.is_some_and(|stored| stored != document::content_hash(&document::encode(record))))
    }

    /// Withdraws a record of a file: removes its article if this file holds it, and returns whether it did.
    ///
    /// # Errors
    /// As [`Intake::claim`].
    fn release(&mut self, id: &ArticleId, file: &str) -> Result<bool>;

    /// Adds a page without an article.
    ///
    /// # Errors
    /// As [`Intake::claim`].
    fn page(&mut self, page: &Article, file: &str) -> Result<()>;

    /// Removes the pages without an article that came from a file.
    fn delete_pages(&mut self, file: &str);

    /// Records that a file was read to its end, or is gone; takes effect with the next commit.
    fn record(&mut self, entry: Entry);

    /// Records the place of a folder of the archive; takes effect with the next commit.
    fn set_root(&mut self, root: Root);

    /// Makes all changes so far durable.
    ///
    /// # Errors
    /// As [`Intake::claim`].
    fn commit(&mut self) -> Result<()>;
}

impl Intake for Writer {
    fn ledger(&mut self) -> &mut Ledger {
        Writer::ledger(self)
    }

    fn manifest(&self) -> &Manifest {
        Writer::manifest(self)
    }

    fn claim(&mut self, record: &Article, print: &Fingerprint, file: &str, class: Class) -> Result<(Verdict, u64)> {
        Writer::claim(self, record, print, file, class)
    }

    fn release(&mut self, id: &ArticleId, file: &str) -> Result<bool> {
        Writer::release(self, id, file)
    }

    fn page(&mut self, page: &Article, file: &str) -> Result<()> {
        self.add(page, file, document::encode(page))
    }

    fn delete_pages(&mut self, file: &str) {
        Writer::delete_pages(self, file);
    }

    fn record(&mut self, entry: Entry) {
        Writer::record(self, entry);
    }

    fn set_root(&mut self, root: Root) {
        Writer::set_root(self, root);
    }

    fn commit(&mut self) -> Result<()> {
        Writer::commit(self)
    }
}
