//! A reader that lives long: a server's view of the index, which picks up each new commit and generation by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, TryLockError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::index::generations::generation::Generation;
use crate::index::read::snapshot::Snapshot;

/// How long after a failure the reader waits before it tries again, unless the index changes before.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Hands out snapshots of an index folder, each the newest there is, to any number of threads.
///
/// Whoever has a snapshot keeps it as it is: a swap or a commit meanwhile changes nothing for them, and its files are let
/// go when the last of them drops it. As long as nothing changed, asking costs reading two small files. Where something
/// did, one of those who ask opens it, and the others get the snapshot before it meanwhile.
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
    /// Held by the one that looks for something newer.
    seen: Mutex<Seen>,
}

/// What the reader knows of the files that tell what is current.
struct Seen {
    mark: Mark,
    trouble: Option<(Arc<Error>, Instant)>,
}

/// The contents of CURRENT and of the generation's list of segments: they change with each commit, merge and swap.
type Mark = Option<(Generation, Vec<u8>)>;

impl Reader {
    /// Opens the last commit of the current generation.
    ///
    /// # Errors
    /// As [`Snapshot::open`].
    pub fn open(index: &Path) -> Result<Reader> {
        // Looked at before the snapshot is opened: what changes meanwhile is met at the next question.
        let seen = Seen { mark: mark(index), trouble: None };
        let current = RwLock::new(Arc::new(Snapshot::open(index)?));
        Ok(Reader { index: index.to_path_buf(), current, seen: Mutex::new(seen) })
    }

    /// The newest commit of the current generation. Where it can't be opened, because it is damaged, say, the one before
    /// goes on serving, and [`Reader::trouble`] tells why.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        match self.seen.try_lock() {
            Ok(mut seen) => self.renew(&mut seen),
            Err(TryLockError::Poisoned(poisoned)) => self.renew(&mut poisoned.into_inner()),
            // Another thread is at it.
            Err(TryLockError::WouldBlock) => {}
        }
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Why the newest commit is not the one that is served, where it is not.
    pub fn trouble(&self) -> Option<Arc<Error>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.trouble.as_ref().map(|(error, _)| Arc::clone(error))
    }

    fn renew(&self, seen: &mut Seen) {
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

fn mark(index: &Path) -> Mark {
    let generation = Generation::current(index).ok()??;
    let segments = fs::read(generation.folder().join("meta.json")).ok()?;
    Some((generation, segments))
}
