//! [`Index`], a handle to an index that any number of threads share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::temporary::Temporary;
use crate::error::{Error, Result};
use crate::index::generations::generation::Generation;
use crate::index::read::reader::Reader;
use crate::index::read::snapshot::Snapshot;
use crate::index::write::resources::Resources;
use crate::index::write::writer::Writer;
use gongxun_text::segment::Segmenter;

/// The settings an index is created with. It keeps them for life; only a rebuild changes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The user's own words, one a line, each with an optional frequency; by default none.
    pub dictionary: String,
}

impl Settings {
    /// Sets the user's own words, which are added to the built-in ones.
    pub fn dictionary(mut self, words: impl Into<String>) -> Settings {
        self.dictionary = words.into();
        self
    }

    fn segmenter(&self) -> Result<Option<Segmenter>> {
        if self.dictionary.is_empty() {
            return Ok(None);
        }
        let segmenter = Segmenter::with_user_dict(&self.dictionary);
        segmenter.map(Some).map_err(|e| Error::Invalid(format!("the dictionary: {e}")))
    }
}

/// An index in a folder. Cloning is cheap, and every clone is the same index.
///
/// ```
/// use gongxun_core::article::Article;
/// use gongxun_core::index::{Index, IndexSettings, Put, Resources};
/// # fn main() -> gongxun_core::error::Result<()> {
/// let index = Index::in_memory(IndexSettings::default())?;
/// let mut writer = index.writer(Resources::default())?;
/// let article = Article::new("key-1", "工会驿站", "歇脚处。");
/// assert_eq!(writer.put(&article)?, Put::New);
/// assert_eq!(writer.put(&article)?, Put::Unchanged);
/// writer.commit()?;
/// assert_eq!(index.snapshot().articles(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Index(Arc<Inner>);

struct Inner {
    path: PathBuf,
    // Declared before the folder, so that files are closed before the folder is removed.
    reader: Reader,
    _temporary: Option<Temporary>,
}

impl Index {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// [`Error::NoIndex`] if there is none; otherwise the same as [`Snapshot::open`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Index> {
        Index::open_with(folder.as_ref(), None)
    }

    /// Opens the index in a folder, or creates one if there is none.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the index was created with another dictionary; otherwise the same as [`Index::open`].
    pub fn open_or_create(folder: impl AsRef<Path>, settings: Settings) -> Result<Index> {
        Index::make(folder.as_ref(), &settings, None)
    }

    /// Creates a temporary index, removed with its last handle, for tests and for data that need not last. It is kept
    /// in memory if the system has an in-memory file system, otherwise in the folder for temporary files.
    ///
    /// # Errors
    /// If a write fails.
    pub fn in_memory(settings: Settings) -> Result<Index> {
        let temporary = Temporary::new()?;
        let folder = temporary.path().to_path_buf();
        Index::make(&folder, &settings, Some(temporary))
    }

    fn make(folder: &Path, settings: &Settings, temporary: Option<Temporary>) -> Result<Index> {
        let segmenter = settings.segmenter()?;
        match Generation::current(folder)? {
            // Without a dictionary in the settings, the index's own is used.
            Some(current) if segmenter.is_some() => {
                let own = current.segmenter(&current.settings()?)?;
                if segmenter.is_some_and(|asked| asked.fingerprint() != own.fingerprint()) {
                    let what = "the index was made with another dictionary; build it anew with yours";
                    return Err(Error::Invalid(format!("{}: {what}", folder.display())));
                }
            }
            Some(_) => {}
            None => Writer::open(folder, segmenter.as_ref(), Resources::one_thread())?.finish()?,
        }
        Index::open_with(folder, temporary)
    }

    fn open_with(folder: &Path, temporary: Option<Temporary>) -> Result<Index> {
        let reader = Reader::open(folder)?;
        Ok(Index(Arc::new(Inner { path: folder.to_path_buf(), reader, _temporary: temporary })))
    }

    /// Returns the index folder.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Opens the writer. There is one at a time, across all processes.
    ///
    /// # Errors
    /// [`Error::Busy`] if another writer is open.
    pub fn writer(&self, resources: Resources) -> Result<Writer> {
        Writer::open(self.path(), None, resources)
    }

    /// Returns the newest commit. A snapshot never changes; call this again to see later commits and new generations.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.reader.snapshot()
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("path", &self.0.path).finish()
    }
}
