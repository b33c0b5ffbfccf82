//! Our own writing to an index folder: files replaced or added to, each made durable before anything names it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, Write as _};
use std::path::Path;

use crate::error::{Error, Result};
use crate::index::storage::failpoint::{Step, point};
use crate::index::storage::names::{BESIDE, is_unfinished};

/// Takes away what killed processes were about to put in the place of files of this index folder. Only for whoever holds the lock.
/// What can't be taken away now is taken away later.
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
/// Where the disk refuses; the old file is whole then.
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

/// Adds to the first `length` bytes of a file, which is made where it does not exist. What stands behind them was left by
/// a run that did not reach its commit, and is cut off. File and folder are synced.
///
/// # Errors
/// Where the disk refuses; the first `length` bytes are as they were then.
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

/// Makes a folder and those above it where they do not exist, each durable in the one above it.
///
/// # Errors
/// Where the disk refuses.
pub fn create_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(Path::new(""));
    create_folder(above)?;
    // Another process may have made it meanwhile.
    point(Step::Create, folder).and_then(|()| fs::create_dir_all(folder)).map_err(|e| Error::io(folder, e))?;
    sync_folder(above)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// Where the disk refuses.
pub fn sync_folder(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let sync = || {
        point(Step::Sync, folder)?;
        File::open(folder)?.sync_all()
    };
    sync().map_err(|e| Error::io(folder, e))
}

/// Reads from a place of a file, wherever others are reading.
#[cfg(unix)]
pub fn read_at(file: &File, from: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, from)
}

/// Reads from a place of a file.
#[cfg(not(unix))]
pub fn read_at(file: &File, from: u64, bytes: &mut [u8]) -> io::Result<()> {
    use std::io::Seek as _;
    let mut file = file.try_clone()?;
    file.seek(io::SeekFrom::Start(from))?;
    file.read_exact(bytes)
}
