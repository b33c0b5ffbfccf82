//! tantivy's view of a generation's folder: mapped files, with two differences.
//!
//! A reader needs no write permission: where the lock file can't be opened for writing (a read-only folder or mount), the
//! reader goes on without it. And the folder is synced after `meta.json` is renamed into place, which tantivy leaves out.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, FileSlice, Lock, META_LOCK, MmapDirectory, WatchCallback, WatchHandle,
    WritePtr,
};

/// A generation's folder.
#[derive(Debug, Clone)]
pub struct GenerationDirectory(MmapDirectory);

impl GenerationDirectory {
    /// Opens the folder.
    ///
    /// # Errors
    /// Where it does not exist or is no folder.
    pub fn open(path: &Path) -> Result<GenerationDirectory, OpenDirectoryError> {
        MmapDirectory::open(path).map(GenerationDirectory)
    }
}

impl Directory for GenerationDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.0.get_file_handle(path)
    }

    fn open_read(&self, path: &Path) -> Result<FileSlice, OpenReadError> {
        self.0.open_read(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.0.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.0.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.0.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.0.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.0.atomic_write(path, data)?;
        self.0.sync_directory()
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.0.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match self.0.acquire_lock(lock) {
            // Only readers ask for this lock where nobody can write; nothing can be collected under their hands there.
            Err(LockError::IoError(_)) if lock.filepath == META_LOCK.filepath => Ok(DirectoryLock::from(Box::new(()))),
            other => other,
        }
    }

    fn watch(&self, _callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        // Readers look at CURRENT and the commit themselves (see `Snapshot::is_current`); no thread watches.
        Ok(WatchHandle::empty())
    }
}
