//! A handle to an index.

use std::path::Path;

use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::index::{Index as Inner, IndexSettings, Resources};
use gongxun_core::verify;

use crate::snapshot::Snapshot;
use crate::writer::Writer;

/// An index in a folder. Cloning it is cheap; all clones are the same index, and any number of threads may use them.
#[derive(Debug, Clone)]
pub struct Index(Inner);

impl Index {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// [`Error::NoIndex`](crate::Error::NoIndex) if there is none, [`Error::Schema`](crate::Error::Schema) for one of
    /// another version, [`Error::Damaged`](crate::Error::Damaged) if a file does not hold what was written.
    pub fn open(folder: impl AsRef<Path>) -> Result<Index> {
        Inner::open(folder).map(Index)
    }

    /// Opens the index in a folder, or creates one if there is none.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if the folder holds other things, or an index with another dictionary;
    /// otherwise same as [`Index::open`].
    pub fn open_or_create(folder: impl AsRef<Path>, settings: IndexSettings) -> Result<Index> {
        Inner::open_or_create(folder, settings).map(Index)
    }

    /// Creates an index that is removed with its last handle, for tests and temporary use. It is kept in memory if the
    /// system has an in-memory file system, else in the folder for temporary files.
    ///
    /// # Errors
    /// If a write fails.
    pub fn in_memory(settings: IndexSettings) -> Result<Index> {
        Inner::in_memory(settings).map(Index)
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Opens the writer. There is one at a time, in all processes together.
    ///
    /// # Errors
    /// [`Error::Busy`](crate::Error::Busy) if another one writes.
    pub fn writer(&self, resources: Resources) -> Result<Writer> {
        self.0.writer(resources).map(Writer)
    }

    /// Returns the newest commit. Call this again to see later commits and new generations; it is cheap.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.0.snapshot())
    }

    /// Checks files, counts, and the recall contract on random strings.
    ///
    /// # Errors
    /// If a file can't be read; [`Error::Interrupted`](crate::Error::Interrupted) if the control asks to stop. Damage
    /// is no error here: it stands in the report.
    pub fn verify(&self, options: verify::Options, control: &Control<'_>) -> Result<verify::Report> {
        verify::verify_under(self.path(), options, control)
    }
}
