//! A handle to an index.

use std::path::Path;

use gongxun_core::control::Control;
use gongxun_core::error::{Error, Result};
use gongxun_core::index::{Index as Inner, IndexSettings, Resources, upgrade};
use gongxun_core::verify;

use crate::snapshot::Snapshot;
use crate::writer::Writer;

/// The number of older generations that are kept beside a new one.
pub(crate) const KEPT_GENERATIONS: usize = 1;
/// The number of random strings that are searched for before an upgraded index is swapped in.
const CHECKED_STRINGS: usize = 50;

/// An index in a folder. Cloning it is cheap; all clones are the same index, and any number of threads may use them.
///
/// # Examples
/// ```
/// use gongxun::{Article, Control, Error, Index, Resources, Settings, verify};
/// # fn main() -> gongxun::Result<()> {
/// # let temporary = tempfile::tempdir().unwrap();
/// # let folder = temporary.path().join("index");
/// assert!(matches!(Index::open(&folder), Err(Error::NoIndex(_))));
/// let index = Index::open_or_create(&folder, Settings::default())?;
/// let mut writer = index.writer(Resources::default())?;
/// writer.put(&Article::new("1", "工会驿站", "环卫工的歇脚处。"))?;
/// writer.finish()?;
/// let report = index.verify(verify::Options::default().sample(10), &Control::default())?;
/// assert!(report.is_sound());
/// assert_eq!(Index::open(&folder)?.snapshot().articles(), 1);
/// # Ok(())
/// # }
/// ```
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

    /// Rebuilds the index in a folder from its stored articles, without their archive, if a program of another schema,
    /// fold or dictionary made it: what [`Index::open`] refuses with [`Error::Schema`](crate::Error::Schema). The older
    /// generation is kept. Returns the errors of articles that can't be read, which are left out.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if it is as this program builds it;
    /// [`Error::Damaged`](crate::Error::Damaged) if a file does not hold what was written;
    /// [`Error::Interrupted`](crate::Error::Interrupted) if the control asks to stop: the same call resumes it.
    pub fn upgrade(folder: impl AsRef<Path>, resources: Resources, control: &Control<'_>) -> Result<Vec<Error>> {
        let check = |snapshot: &gongxun_core::index::Snapshot| verify::sample(snapshot, CHECKED_STRINGS);
        Ok(upgrade::upgrade(folder.as_ref(), resources, KEPT_GENERATIONS, control, check)?.left_out)
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
