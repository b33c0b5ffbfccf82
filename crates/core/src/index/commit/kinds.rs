//! Two kinds of segments in one commit: those of articles, and those of margins.
//!
//! One commit of tantivy's holds both, so that articles and the lines around them are never of different moments, and every
//! file is copied, checked and removed by the same code. Whoever searches articles sees no other documents: a [`View`] is the
//! folder with a list of segments of one kind.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tantivy::columnar::ColumnarReader;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{Directory, DirectoryLock, FileHandle, FileSlice, Lock, WatchCallback, WatchHandle, WritePtr};
use tantivy::index::{SegmentComponent, SegmentId};
use tantivy::indexer::{MergeCandidate, MergePolicy};
use tantivy::{Index, Opstamp, SegmentMeta};

use crate::error::Error;
use crate::index::commit::check::{self, Damage};
use crate::index::storage::directory::GenerationDirectory;

/// The list of the segments of a commit.
pub const META: &str = "meta.json";
/// A column in which every article has a value, and no line or page.
const OF_ARTICLES: &str = "id_order";

/// What a segment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// Articles.
    Articles,
    /// Lines of margins, and pages without an article.
    Margins,
}

/// What a segment holds.
///
/// # Errors
/// Where its columns can't be read.
pub fn kind(index: &Index, segment: &SegmentMeta) -> tantivy::Result<SegmentKind> {
    let columns = index.segment(segment.clone()).open_read(SegmentComponent::FastFields)?;
    let columns = ColumnarReader::open(columns)?.read_columns(OF_ARTICLES)?;
    let column = columns.first().map_or(Ok(None), |column| column.open_u64_lenient())?;
    let articles = column.is_some_and(|column| column.first(0).is_some());
    Ok(if articles { SegmentKind::Articles } else { SegmentKind::Margins })
}

/// A list of segments (the bytes of meta.json) with those alone of which the function says so by their ids.
pub fn only(meta: &[u8], wanted: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
    let mut meta: Value = serde_json::from_slice(meta).ok()?;
    let segments = meta.get_mut("segments")?.as_array_mut()?;
    segments.retain(|segment| segment["segment_id"].as_str().is_some_and(&wanted));
    serde_json::to_vec(&meta).ok()
}

/// A generation's folder as it was at one moment: the list of segments is the one given. Nothing is written through it.
/// Whoever makes it holds the lock that keeps files from being collected until the segments are open.
#[derive(Debug, Clone)]
pub struct View {
    folder: GenerationDirectory,
    meta: Arc<[u8]>,
}

impl View {
    /// The folder with this list of segments.
    pub fn new(folder: GenerationDirectory, meta: Vec<u8>) -> View {
        View { folder, meta: meta.into() }
    }
}

impl Directory for View {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.folder.get_file_handle(path)
    }

    fn open_read(&self, path: &Path) -> Result<FileSlice, OpenReadError> {
        self.folder.open_read(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        Err(DeleteError::IoError { io_error: Arc::new(refused()), filepath: path.to_path_buf() })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.folder.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        Err(OpenWriteError::wrap_io_error(refused(), path.to_path_buf()))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        if path == Path::new(META) { Ok(self.meta.to_vec()) } else { self.folder.atomic_read(path) }
    }

    fn atomic_write(&self, _path: &Path, _data: &[u8]) -> io::Result<()> {
        Err(refused())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _lock: &Lock) -> Result<DirectoryLock, LockError> {
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}

fn refused() -> io::Error {
    io::Error::other("a snapshot is not written to")
}

/// Merges by a policy, the segments of each kind by themselves, and none whose files are damaged.
#[derive(Debug)]
pub struct ByKind {
    policy: Box<dyn MergePolicy>,
    kinds: Kinds,
    whole: Whole,
}

impl ByKind {
    /// The policy for each kind of the index's segments.
    pub fn new(policy: Box<dyn MergePolicy>, index: &Index, whole: Whole) -> ByKind {
        ByKind { policy, kinds: Kinds { index: index.clone(), known: Mutex::default() }, whole }
    }
}

/// Segments whose files hold what was written. Each is read against its checksums before its first merge: a merge would write
/// what is damaged anew, with checksums that are right.
#[derive(Debug, Clone)]
pub struct Whole {
    folder: PathBuf,
    looked: Arc<Mutex<Looked>>,
}

#[derive(Debug, Default)]
struct Looked {
    /// What was looked at, with the deletions that it had.
    whole: HashSet<(SegmentId, Option<Opstamp>)>,
    trouble: Option<Error>,
}

impl Whole {
    /// None was looked at.
    pub fn of(folder: &Path) -> Whole {
        Whole { folder: folder.to_path_buf(), looked: Arc::default() }
    }

    /// Whether the files of a segment are whole. Why they are not, [`Whole::trouble`] says.
    pub fn has(&self, segment: &SegmentMeta) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (segment.id(), segment.delete_opstamp());
        if looked.whole.contains(&key) {
            return true;
        }
        let trouble = match check::segment(&self.folder, segment) {
            Ok(None) => {
                looked.whole.insert(key);
                return true;
            }
            Ok(Some(Damage { path, what })) => Error::Damaged { path, what },
            Err(error) => error,
        };
        looked.trouble.get_or_insert(trouble);
        false
    }

    /// Takes what is wrong with the first segment of which something is.
    pub fn trouble(&self) -> Option<Error> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).trouble.take()
    }
}

impl MergePolicy for ByKind {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let of = |wanted: SegmentKind| -> Vec<SegmentMeta> {
            segments.iter().filter(|segment| self.kinds.of(segment) == Some(wanted)).cloned().collect()
        };
        let kinds = [SegmentKind::Articles, SegmentKind::Margins];
        let mut candidates: Vec<MergeCandidate> =
            kinds.into_iter().flat_map(|kind| self.policy.compute_merge_candidates(&of(kind))).collect();
        let whole = |id: &SegmentId| {
            segments.iter().find(|segment| segment.id() == *id).is_some_and(|segment| self.whole.has(segment))
        };
        candidates.retain(|candidate| candidate.0.iter().all(whole));
        candidates
    }
}

/// What segments hold, each looked at once.
struct Kinds {
    index: Index,
    known: Mutex<HashMap<SegmentId, SegmentKind>>,
}

impl Kinds {
    /// None where it can't be read: such a segment is left alone, and the next one that reads it says why.
    fn of(&self, segment: &SegmentMeta) -> Option<SegmentKind> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = known.get(&segment.id()) {
            return Some(*kind);
        }
        let found = kind(&self.index, segment).ok()?;
        known.insert(segment.id(), found);
        Some(found)
    }
}

impl std::fmt::Debug for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Kinds").field(&self.known).finish()
    }
}
