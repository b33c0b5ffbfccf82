//! A long-lived reader: a server's view of the index, which picks up each new commit and generation by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::index::generations::generation::Generation;
use crate::index::read::snapshot::Snapshot;

/// The delay after a failure before the reader tries again, unless the index changes first.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Hands out the newest snapshot of an index folder to any number of threads.
///
/// A snapshot that was handed out never changes: a later swap or commit has no effect on it, and its files are released
/// when its last owner drops it. While nothing has changed, a call costs reading two small files. When something has,
/// one of the calling threads opens the new snapshot, and the others get the previous one meanwhile.
///
/// ```
/// use gongxun_core::article::Article;
/// use gongxun_core::index::{Index, IndexSettings, Reader, Resources};
/// # fn main() -> gongxun_core::error::Result<()> {
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path().join("index");
/// let index = Index::open_or_create(&folder, IndexSettings::default())?;
/// let mut writer = index.writer(Resources::default())?;
/// writer.put(&Article::new("1", "工会驿站", "歇脚处。"))?;
/// writer.commit()?;
/// let reader = Reader::open(&folder)?;
/// let before = reader.snapshot();
/// writer.put(&Article::new("2", "第二篇", "新来的。"))?;
/// writer.commit()?;
/// assert_eq!((before.articles(), reader.snapshot().articles()), (1, 2));
/// # Ok(())
/// # }
/// ```
pub struct Reader {
    index: PathBuf,
    current: RwLock<Arc<Snapshot>>,
    /// Held by the thread that looks for something newer.
    seen: Mutex<ObservedState>,
}

/// The last observed state of the files that tell which commit is current.
struct ObservedState {
    mark: CommitStamp,
    trouble: Option<(Arc<Error>, Instant)>,
}

/// The content of CURRENT and of the generation's list of segments: they change with each commit, merge and swap.
type CommitStamp = Option<(Generation, Vec<u8>)>;

impl Reader {
    /// Opens the last commit of the current generation.
    ///
    /// # Errors
    /// Same as [`Snapshot::open`].
    pub fn open(index: &Path) -> Result<Reader> {
        // Taken before the snapshot is opened: a change in between is noticed by the next call.
        let seen = ObservedState { mark: mark(index), trouble: None };
        let current = RwLock::new(Arc::new(Snapshot::open(index)?));
        Ok(Reader { index: index.to_path_buf(), current, seen: Mutex::new(seen) })
    }

    /// Returns the newest commit of the current generation. If it can't be opened, because it is damaged, say, the
    /// previous one goes on serving, and [`Reader::trouble`] has the reason.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        match self.seen.try_lock() {
            Ok(mut seen) => self.renew(&mut seen),
            Err(TryLockError::Poisoned(poisoned)) => self.renew(&mut poisoned.into_inner()),
            // Another thread is opening it.
            Err(TryLockError::WouldBlock) => {}
        }
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the reason why an older commit than the newest is served, if that is so.
    pub fn trouble(&self) -> Option<Arc<Error>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.trouble.as_ref().map(|(error, _)| Arc::clone(error))
    }

    fn renew(&self, seen: &mut ObservedState) {
        let now = mark(&self.index);
        let again = seen.trouble.as_ref().is_some_and(|(_, since)| since.elapsed() >= RETRY_AFTER);
        if now == seen.mark && !again {
            return;
        }
        let before = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
        seen.trouble = match Snapshot::open(&self.index) {
            Ok(snapshot) => {
                let snapshot = Arc::new(snapshot.with_segmenter_of(&before));
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
                None
            }
            Err(error) => Some((Arc::new(error), Instant::now())),
        };
        seen.mark = now;
    }
}

fn mark(index: &Path) -> CommitStamp {
    let generation = Generation::current(index).ok()??;
    let segments = fs::read(generation.folder().join("meta.json")).ok()?;
    Some((generation, segments))
}
