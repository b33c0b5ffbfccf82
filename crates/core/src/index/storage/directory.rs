//! tantivy's directory of a generation's folder: memory-mapped files, with four differences.
//!
//! A reader needs no write permission: if the lock file can't be opened for writing (a read-only folder or mount), the
//! reader goes on without it. The folder is synced after `meta.json` is renamed into place, which tantivy omits. And
//! the first write error is kept, because tantivy's threads do not pass it on. And every list of segments, of a commit or a
//! merge, passes through [`BeforeCommit`] before it is written, which may add files for its segments.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Debug;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, Directory, DirectoryLock, FileHandle, FileSlice, Lock, META_LOCK, MmapDirectory, TerminatingWrite,
    WatchCallback, WatchHandle, WritePtr,
};

use crate::error::Error;
use crate::index::storage::failpoint::{Step, point};
use crate::index::storage::names::{BESIDE, WORD_LIST, is_segment_file, is_unfinished_in_a_generation};
use crate::index::storage::seal::{seal, unseal};

/// The file that names the segments of a commit.
const COMMIT: &str = "meta.json";

/// A generation's folder. The list of segments carries a checksum of its own, which tantivy does not see.
#[derive(Debug, Clone)]
pub struct GenerationDirectory {
    inner: MmapDirectory,
    folder: PathBuf,
    failure: Failure,
    gate: WriteGate,
    before_commit: Option<Arc<dyn BeforeCommit>>,
}

/// What is done with each list of segments before it is written.
pub trait BeforeCommit: Debug + Send + Sync {
    /// Writes further files for the segments of a list (the bytes of meta.json), and returns the list that names them.
    ///
    /// # Errors
    /// If a write fails; the list is not written then.
    fn prepare(&self, folder: &GenerationDirectory, list: &[u8]) -> io::Result<Vec<u8>>;
}

/// The gate of all writes to the folder: `true` once its writer is gone, and writes are refused from then on.
#[derive(Debug, Clone, Default)]
struct WriteGate(Arc<RwLock<bool>>);

impl WriteGate {
    /// Performs one write if the writer is still there.
    fn through<T>(&self, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let closed = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if *closed { Err(io::Error::other("the writer of this folder no longer exists")) } else { act() }
    }
}

/// The right to write through a directory. tantivy does not wait for its merging threads when a writer is dropped;
/// dropping this, before the lock on the index is released, waits for the write that such a thread is performing and
/// refuses all later ones.
#[derive(Debug)]
pub struct Writing(WriteGate);

impl Drop for Writing {
    fn drop(&mut self) {
        *self.0.0.write().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

impl GenerationDirectory {
    /// Opens the folder.
    ///
    /// # Errors
    /// If it does not exist or is not a folder.
    pub fn open(path: &Path) -> Result<GenerationDirectory, OpenDirectoryError> {
        let inner = MmapDirectory::open(path)?;
        let (failure, gate) = (Failure::default(), WriteGate::default());
        Ok(GenerationDirectory { inner, folder: path.to_path_buf(), failure, gate, before_commit: None })
    }

    /// Prepares each list of segments that is written through this directory and its clones.
    pub fn before_commit(self, prepare: Arc<dyn BeforeCommit>) -> GenerationDirectory {
        GenerationDirectory { before_commit: Some(prepare), ..self }
    }

    /// Returns a guard that ends all writes through this directory and its clones when dropped.
    pub fn writing(&self) -> Writing {
        Writing(self.gate.clone())
    }

    /// Removes the remains of a run that did not reach its commit: files of no segment in `living`, and files not yet
    /// renamed. Requires the lock.
    ///
    /// tantivy names the list of a segment's deletions by a number that depends on the operations since the commit, and
    /// refuses to overwrite an existing file; so without this a repeated run would fail for good.
    pub fn remove_uncommitted(&self, living: &HashSet<PathBuf>) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let name = PathBuf::from(entry?.file_name());
            let begun = name.to_str().is_some_and(is_unfinished_in_a_generation);
            if begun || (is_segment_file(&name) && !living.contains(&name)) {
                let path = self.folder.join(&name);
                // A file that the last thread of such a run has renamed meanwhile no longer exists.
                self.failure.note(Step::Remove, &path, || match std::fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                    _ => Ok(()),
                })?;
            }
        }
        Ok(())
    }

    /// Writes a file of ours in one step: beside it, synced, renamed, the folder synced.
    ///
    /// # Errors
    /// If a write fails; a file that was there is intact then.
    pub fn replace(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let full = self.folder.join(path);
        let beside = full.with_extension(BESIDE);
        self.gate.through(|| {
            let mut file = self.failure.note(Step::Create, &beside, || File::create(&beside))?;
            self.failure.note(Step::Write, &beside, || file.write_all(data))?;
            self.failure.note(Step::Sync, &beside, || file.sync_all())?;
            self.failure.note(Step::Rename, &full, || std::fs::rename(&beside, &full))
        })?;
        self.sync_directory()
    }

    /// Returns the first failed write with its file, if one failed.
    pub fn failure(&self) -> Option<Error> {
        let failure = self.failure.0.lock().unwrap_or_else(PoisonError::into_inner);
        failure.as_ref().map(|(path, error)| Error::io(path, duplicate(error)))
    }
}

/// The first failed write.
#[derive(Debug, Clone, Default)]
struct Failure(Arc<Mutex<Option<(PathBuf, io::Error)>>>);

impl Failure {
    /// Performs one write, and records its error.
    fn note<T>(&self, step: Step, path: &Path, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        point(step, path).and_then(|()| act()).inspect_err(|error| {
            let mut failure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| (path.to_path_buf(), duplicate(error)));
        })
    }
}

/// Duplicates an error, which has no `Clone`: its code, or its kind and message.
pub(in crate::index) fn duplicate(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// A file being written by tantivy.
struct RecordingWriter {
    file: Box<dyn TerminatingWrite + Send + Sync>,
    path: PathBuf,
    failure: Failure,
}

impl Write for RecordingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.failure.note(Step::Write, &self.path, || self.file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl TerminatingWrite for RecordingWriter {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.failure.note(Step::Sync, &self.path, || self.file.terminate_ref(token))
    }
}

impl Directory for GenerationDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn open_read(&self, path: &Path) -> Result<FileSlice, OpenReadError> {
        self.inner.open_read(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        // A file that can't be removed now is removed later; nothing is lost by it.
        let wrap = |error| DeleteError::IoError { io_error: Arc::new(error), filepath: path.to_path_buf() };
        let delete = || {
            point(Step::Remove, &self.folder.join(path))?;
            let deleted = self.inner.delete(path);
            // The word list goes with the terms that it lists. One that stays is removed by the next writer.
            let list = self.folder.join(path.with_extension(WORD_LIST));
            if path.extension().is_some_and(|ending| ending == "term") && list.exists() {
                let _ = point(Step::Remove, &list).and_then(|()| std::fs::remove_file(&list));
            }
            Ok(deleted)
        };
        self.gate.through(delete).map_err(wrap)?
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let full = self.folder.join(path);
        let wrap = |error| OpenWriteError::wrap_io_error(error, path.to_path_buf());
        let open = || match self.inner.open_write(path) {
            Ok(writer) => writer.into_inner().map_err(|error| error.into_error()),
            Err(OpenWriteError::IoError { io_error, .. }) => Err(duplicate(&io_error)),
            Err(OpenWriteError::FileAlreadyExists(_)) => Err(io::ErrorKind::AlreadyExists.into()),
        };
        let file = self.gate.through(|| self.failure.note(Step::Create, &full, open)).map_err(wrap)?;
        Ok(BufWriter::new(Box::new(RecordingWriter { file, path: full, failure: self.failure.clone() })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let bytes = self.inner.atomic_read(path)?;
        if path != Path::new(COMMIT) {
            return Ok(bytes);
        }
        unseal(&bytes).map(Cow::into_owned).map_err(|what| {
            OpenReadError::wrap_io_error(io::Error::new(io::ErrorKind::InvalidData, what), path.to_path_buf())
        })
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        // tantivy's own implementation creates a file that only its owner can read, whatever the folder's permissions.
        let is_commit = path == Path::new(COMMIT);
        let data = match (&self.before_commit, is_commit) {
            (_, false) => Cow::Borrowed(data),
            (None, true) => Cow::Owned(seal(data)),
            (Some(before), true) => Cow::Owned(seal(&before.prepare(self, data)?)),
        };
        let full = self.folder.join(path);
        let beside = full.with_extension(BESIDE);
        let write = || {
            let mut file = File::create(&beside)?;
            file.write_all(&data)?;
            file.sync_data()?;
            std::fs::rename(&beside, &full)
        };
        self.gate.through(|| self.failure.note(Step::Rename, &full, write))?;
        // The list of tantivy's own files becomes durable with the next commit, which is soon enough.
        if is_commit { self.sync_directory() } else { Ok(()) }
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.failure.note(Step::Sync, &self.folder, || self.inner.sync_directory())
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match self.inner.acquire_lock(lock) {
            // Only readers request this lock without write permission; nobody can collect files under them there.
            Err(LockError::IoError(_)) if lock.filepath == META_LOCK.filepath => Ok(DirectoryLock::from(Box::new(()))),
            other => other,
        }
    }

    fn watch(&self, _callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        // Readers check CURRENT and the commit themselves (see `Snapshot::is_current`); no thread watches.
        Ok(WatchHandle::empty())
    }
}
