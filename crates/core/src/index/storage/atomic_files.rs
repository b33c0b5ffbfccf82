//! Atomic and durable writes to an index folder: files replaced or appended to, each synced before anything names it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, Write as _};
use std::path::Path;

use crate::error::{Error, Result};
use crate::index::storage::failpoint::{Step, point};
use crate::index::storage::names::{BESIDE, is_unfinished};

/// Removes unfinished replacement files that killed processes left in this index folder. Requires the lock. Files that
/// can't be removed now are removed later.
pub fn remove_unfinished(folder: &Path) {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    for name in names.filter(|name| name.to_str().is_some_and(is_unfinished)) {
        let path = folder.join(name);
        let _ = point(Step::Remove, &path).and_then(|()| fs::remove_file(path));
    }
}

/// Replaces a file in one step: written beside it, synced, renamed, the folder synced.
///
/// # Errors
/// If a write fails; the old file is intact then.
pub fn replace_file(path: &Path, content: &[u8]) -> Result<()> {
    let beside = path.with_extension(BESIDE);
    let write = || {
        point(Step::Create, &beside)?;
        let mut file = File::create(&beside)?;
        point(Step::Write, &beside)?;
        file.write_all(content)?;
        point(Step::Sync, &beside)?;
        file.sync_all()?;
        point(Step::Rename, path)?;
        fs::rename(&beside, path)
    };
    write().map_err(|e| Error::io(path, e))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Appends to the first `length` bytes of a file, creating it if it does not exist. Bytes behind them were left by a
/// run that did not reach its commit, and are truncated. File and folder are synced.
///
/// # Errors
/// If a write fails; the first `length` bytes are unchanged then.
pub fn append(path: &Path, length: u64, content: &[u8]) -> Result<()> {
    let write = || -> io::Result<()> {
        point(Step::Create, path)?;
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        point(Step::Write, path)?;
        file.set_len(length)?;
        file.seek(io::SeekFrom::Start(length))?;
        file.write_all(content)?;
        point(Step::Sync, path)?;
        file.sync_all()
    };
    write().map_err(|e| Error::io(path, e))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Creates a folder and its missing parents, each made durable by syncing its parent.
///
/// # Errors
/// If a write fails.
pub fn create_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(Path::new(""));
    create_folder(above)?;
    // Another process may have created it meanwhile.
    point(Step::Create, folder).and_then(|()| fs::create_dir_all(folder)).map_err(|e| Error::io(folder, e))?;
    sync_folder(above)
}

/// Syncs a folder, making the names in it durable.
///
/// # Errors
/// If a write fails.
pub fn sync_folder(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let sync = || {
        point(Step::Sync, folder)?;
        File::open(folder)?.sync_all()
    };
    sync().map_err(|e| Error::io(folder, e))
}

/// Reads from an offset of a file, independently of other readers.
#[cfg(unix)]
pub fn read_at(file: &File, from: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, from)
}

/// Reads from an offset of a file.
#[cfg(not(unix))]
pub fn read_at(file: &File, from: u64, bytes: &mut [u8]) -> io::Result<()> {
    use std::io::Seek as _;
    let mut file = file.try_clone()?;
    file.seek(io::SeekFrom::Start(from))?;
    file.read_exact(bytes)
}
