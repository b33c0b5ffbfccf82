//! The two kinds of segments in one commit: articles, and margins.
//!
//! One tantivy commit holds both, so that articles and the lines around them always belong to the same moment, and
//! every file is copied, checked and removed by the same code. A search for articles sees no other documents: a
//! [`View`] is the folder with the list of segments of one kind.

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

/// The name of tantivy's list of the segments of a commit.
pub const META: &str = "meta.json";
/// A column in which every article has a value and no line or page does.
const OF_ARTICLES: &str = "id_order";

/// The kind of documents in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// Articles.
    Articles,
    /// Lines of margins, and pages without an article.
    Margins,
}

/// Returns the kind of a segment, by its columns.
///
/// # Errors
/// If its columns can't be read.
pub fn kind(index: &Index, segment: &SegmentMeta) -> tantivy::Result<SegmentKind> {
    let columns = index.segment(segment.clone()).open_read(SegmentComponent::FastFields)?;
    let columns = ColumnarReader::open(columns)?.read_columns(OF_ARTICLES)?;
    let column = columns.first().map_or(Ok(None), |column| column.open_u64_lenient())?;
    let articles = column.is_some_and(|column| column.first(0).is_some());
    Ok(if articles { SegmentKind::Articles } else { SegmentKind::Margins })
}

/// Returns a list of segments (the bytes of meta.json) reduced to those whose ids satisfy `wanted`.
pub fn only(meta: &[u8], wanted: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
    let mut meta: Value = serde_json::from_slice(meta).ok()?;
    let segments = meta.get_mut("segments")?.as_array_mut()?;
    segments.retain(|segment| segment["segment_id"].as_str().is_some_and(&wanted));
    serde_json::to_vec(&meta).ok()
}

/// A read-only view of a generation's folder at one moment, with a given list of segments. The caller holds the lock
/// that keeps files from being garbage-collected until the segments are open.
#[derive(Debug, Clone)]
pub struct View {
    folder: GenerationDirectory,
    meta: Arc<[u8]>,
}

impl View {
    /// Creates a view of the folder with this list of segments.
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
    io::Error::other("a snapshot is read-only")
}

/// A merge policy applied to each kind of segment separately, leaving out segments whose files are damaged.
#[derive(Debug)]
pub struct ByKind {
    policy: Box<dyn MergePolicy>,
    kinds: Kinds,
    checks: SegmentChecks,
}

impl ByKind {
    /// Applies `policy` to each kind of the index's segments.
    pub fn new(policy: Box<dyn MergePolicy>, index: &Index, checks: SegmentChecks) -> ByKind {
        ByKind { policy, kinds: Kinds { index: index.clone(), known: Mutex::default() }, checks }
    }
}

/// The segments verified to be intact. Each is read against its checksums before its first merge: a merge would rewrite
/// damaged data under a checksum that is right.
#[derive(Debug, Clone)]
pub struct SegmentChecks {
    folder: PathBuf,
    state: Arc<Mutex<CheckState>>,
}

#[derive(Debug, Default)]
struct CheckState {
    /// The segments checked, each with the opstamp of its deletions.
    intact: HashSet<(SegmentId, Option<Opstamp>)>,
    trouble: Option<Error>,
}

impl SegmentChecks {
    /// Creates the checks of a folder, of whose segments none has been checked yet.
    pub fn new(folder: &Path) -> SegmentChecks {
        SegmentChecks { folder: folder.to_path_buf(), state: Arc::default() }
    }

    /// Whether the files of a segment are intact. If not, [`SegmentChecks::trouble`] has the reason.
    pub fn is_intact(&self, segment: &SegmentMeta) -> bool {
        let mut checked = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (segment.id(), segment.delete_opstamp());
        if checked.intact.contains(&key) {
            return true;
        }
        let trouble = match check::segment(&self.folder, segment) {
            Ok(None) => {
                checked.intact.insert(key);
                return true;
            }
            Ok(Some(Damage { path, what })) => Error::Damaged { path, what },
            Err(error) => error,
        };
        checked.trouble.get_or_insert(trouble);
        false
    }

    /// Takes the error of the first damaged segment.
    pub fn trouble(&self) -> Option<Error> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).trouble.take()
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
        let is_intact = |id: &SegmentId| {
            segments.iter().find(|segment| segment.id() == *id).is_some_and(|segment| self.checks.is_intact(segment))
        };
        candidates.retain(|candidate| candidate.0.iter().all(is_intact));
        candidates
    }
}

/// The kinds of segments, each read once.
struct Kinds {
    index: Index,
    known: Mutex<HashMap<SegmentId, SegmentKind>>,
}

impl Kinds {
    /// Returns `None` if the segment can't be read: it is then left alone, and its next reader reports the error.
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
