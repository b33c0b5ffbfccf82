//! The index folder: recognising an index, claiming a folder for one, and telling the index's own files from others.
//!
//! An index is recognised by its marker or, if it was made before there were markers, by a generation in it. If there
//! is neither and the folder holds anything else, nothing is written to it; in a folder that is an index, nothing is
//! removed that the index did not make.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::index::storage::atomic_files::{create_folder, replace_file, sync_folder};
use crate::index::storage::failpoint::{Step, point};
use crate::index::storage::names::{
    CONFIG, CURRENT, GENERATION, LOCK, MARKER, REMOVED, SETTINGS, STATE, TOMBSTONES, is_of_a_generation,
    is_segment_file, is_unfinished, is_unfinished_in_a_generation, numbered,
};
use crate::named_file::beginning;

/// The content of an index's marker.
const IS_INDEX: &str = "gongxun index: what stands in this folder was made by gongxun and is changed by it alone\n";
/// The content of the marker of an unfinished backup.
const IS_COPYING: &str = "gongxun snapshot under way: this is no index until the copy is whole\n";
/// The prefix of the content of every marker.
const OURS: &str = "gongxun ";
/// The most bytes of a file that are read to recognise it.
const HEAD: u64 = 1 << 20;
/// Files that may stand in a folder where an index is about to be created.
const BESIDE_AN_INDEX: [&str; 6] = ["README.md", ".gitignore", ".gitattributes", ".gitkeep", ".DS_Store", "lost+found"];

/// The status of a folder in which an index is to be written.
#[derive(Debug, PartialEq, Eq)]
enum FolderStatus {
    /// The folder does not exist, or holds nothing that matters.
    Free,
    /// The folder is an index.
    Index,
    /// The folder is an unfinished backup.
    Copying,
    /// The folder holds other things, such as this one.
    Foreign(OsString),
}

/// Makes a free folder an index, and refuses one that is something else.
///
/// # Errors
/// [`Error::Invalid`] if the folder holds other things, is a file, or is an unfinished backup.
pub fn claim(index: &Path) -> Result<()> {
    match folder_status(index)? {
        FolderStatus::Index | FolderStatus::Free => {}
        FolderStatus::Copying => {
            let what = "an unfinished backup; `gongxun snapshot` writes it again";
            return Err(Error::Invalid(format!("{}: {what}", index.display())));
        }
        FolderStatus::Foreign(what) => return Err(foreign(index, &what)),
    }
    let path = index.join(MARKER);
    if path.exists() {
        return Ok(());
    }
    create_folder(index)?;
    // Of two processes that begin at the same moment one creates the file; an empty marker is valid as well.
    let make = || {
        point(Step::Create, &path)?;
        let mut file = match OpenOptions::new().create_new(true).write(true).open(&path) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(()),
            other => other?,
        };
        point(Step::Write, &path)?;
        file.write_all(IS_INDEX.as_bytes())?;
        point(Step::Sync, &path)?;
        file.sync_all()
    };
    make().map_err(|e| Error::io(&path, e))?;
    sync_folder(index)
}

/// Refuses a folder that a backup can't be written to: it must be free, or hold an unfinished backup.
///
/// # Errors
/// [`Error::Invalid`] if the folder holds anything else.
pub fn require_free(target: &Path) -> Result<()> {
    let holds = match folder_status(target)? {
        FolderStatus::Copying => return Ok(()),
        FolderStatus::Free if !target.join(TOMBSTONES).exists() => return Ok(()),
        FolderStatus::Free => OsString::from(TOMBSTONES),
        FolderStatus::Index => OsString::from("an index"),
        FolderStatus::Foreign(what) => what,
    };
    Err(Error::Invalid(format!(
        "{}: not empty (it holds {}); name a new folder, or empty this one",
        target.display(),
        holds.display()
    )))
}

/// Marks a folder as a backup under way, and removes the remains of an earlier one that was killed. Requires the lock.
///
/// # Errors
/// Same as [`require_free`].
pub fn begin_copy(target: &Path) -> Result<()> {
    require_free(target)?;
    if folder_status(target)? == FolderStatus::Copying {
        match fs::remove_file(target.join(CURRENT)) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(Error::io(target.join(CURRENT), e)),
            _ => {}
        }
        let list = fs::read_dir(target).map_err(|e| Error::io(target, e))?;
        for entry in list.flatten() {
            if entry.file_name().to_str().is_some_and(|name| numbered(name, GENERATION).is_some()) {
                remove_own(&entry.path())?;
            }
        }
    }
    replace_file(&target.join(MARKER), IS_COPYING.as_bytes())
}

/// Marks a backup as complete.
///
/// # Errors
/// If a write fails.
pub fn end_copy(target: &Path) -> Result<()> {
    replace_file(&target.join(MARKER), IS_INDEX.as_bytes())
}

/// Whether a folder is an index, by its marker or by its content.
pub fn is_index(folder: &Path) -> bool {
    matches!(folder_status(folder), Ok(FolderStatus::Index))
}

/// Whether a folder says by itself that it is an index or an unfinished copy of one: by its marker, or by the generation
/// that is current. Anything else may stand in a folder by chance.
pub fn declares_index(folder: &Path) -> bool {
    let current = || String::from_utf8(beginning(&folder.join(CURRENT), HEAD).ok()?).ok();
    let begins = |bytes: Vec<u8>| bytes.starts_with(OURS.as_bytes());
    beginning(&folder.join(MARKER), HEAD).is_ok_and(begins)
        || current()
            .as_deref()
            .and_then(named)
            .is_some_and(|number| is_generation(&folder.join(generation_name(number))))
}

/// Returns the folder of which a path inside an archive file shows by its names that it is an index, or a copy of one: the
/// path is that of a generation's settings or of a part of a segment.
pub fn index_by_member(path: &str) -> Option<&str> {
    let (folder, file) = path.rsplit_once('/')?;
    let (index, generation) = folder.rsplit_once('/').unwrap_or(("", folder));
    let is_sign = numbered(generation, GENERATION).is_some() && (file == SETTINGS || is_segment_file(Path::new(file)));
    is_sign.then_some(index)
}

/// Returns the index folder that a path is in, whether a file is there or not.
pub fn index_around(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let real = absolute.ancestors().find_map(|there| fs::canonicalize(there).ok())?;
    real.ancestors().find(|folder| declares_index(folder)).map(Path::to_path_buf)
}

fn foreign(index: &Path, what: &OsString) -> Error {
    Error::Invalid(format!(
        "{}: this folder is not an index and holds other files, such as {}; nothing was written to it: name a folder of its own for the index with --index",
        index.display(),
        what.display()
    ))
}

fn folder_status(index: &Path) -> Result<FolderStatus> {
    if let Some(standing) = marked(index) {
        return Ok(standing);
    }
    let list = match fs::read_dir(index) {
        Ok(list) => list,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(FolderStatus::Free),
        Err(e) if e.kind() == ErrorKind::NotADirectory => return Err(no_folder(index)),
        Err(e) => return Err(Error::io(index, e)),
    };
    let (mut other, mut is_meant) = (None, false);
    for entry in list {
        let entry = entry.map_err(|e| Error::io(index, e))?;
        let name = entry.file_name();
        // Another process may have created the marker meanwhile.
        if name == MARKER
            && let Some(standing) = marked(index)
        {
            return Ok(standing);
        }
        // A folder with an index's own configuration is meant for an index, whatever other files it holds.
        is_meant |= name == CONFIG;
        match entry_evidence(index, name.to_str().unwrap_or_default()) {
            EntryEvidence::Proof => return Ok(FolderStatus::Index),
            EntryEvidence::Beside => {}
            EntryEvidence::Other => drop(other.get_or_insert(name)),
        }
    }
    Ok(other.filter(|_| !is_meant).map_or(FolderStatus::Free, FolderStatus::Foreign))
}

/// Returns the status that the marker declares, if there is one.
fn marked(index: &Path) -> Option<FolderStatus> {
    match beginning(&index.join(MARKER), HEAD) {
        Ok(bytes) if bytes == IS_COPYING.as_bytes() => Some(FolderStatus::Copying),
        Ok(bytes) if bytes.is_empty() || bytes.starts_with(OURS.as_bytes()) => Some(FolderStatus::Index),
        _ => None,
    }
}

/// The evidence that one entry gives about its folder.
enum EntryEvidence {
    /// The folder is an index.
    Proof,
    /// None: the entry may stand beside an index, or is the remains of a first run that was killed.
    Beside,
    /// The folder is something else.
    Other,
}

fn entry_evidence(index: &Path, name: &str) -> EntryEvidence {
    let path = index.join(name);
    let is_empty = || fs::metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0);
    match name {
        _ if numbered(name, GENERATION).is_some() => match () {
            () if is_begun(&path) => EntryEvidence::Beside,
            () if is_generation(&path) => EntryEvidence::Proof,
            () => EntryEvidence::Other,
        },
        CURRENT => match beginning(&path, HEAD).ok().and_then(|bytes| named(std::str::from_utf8(&bytes).ok()?)) {
            // An index whose generation is damaged or gone is still an index.
            Some(number) if index.join(generation_name(number)).is_dir() => EntryEvidence::Proof,
            _ => EntryEvidence::Other,
        },
        TOMBSTONES if beginning(&path, HEAD).is_ok_and(|bytes| bytes.starts_with(b"{\"crc\":")) => {
            EntryEvidence::Beside
        }
        LOCK if is_empty() => EntryEvidence::Beside,
        _ if is_unfinished(name) || BESIDE_AN_INDEX.contains(&name) => EntryEvidence::Beside,
        _ => EntryEvidence::Other,
    }
}

/// Returns the content of the file CURRENT: the name of the generation, and a line with its checksum.
pub fn current(number: u64) -> String {
    let name = generation_name(number);
    let crc = checksum_line(&name);
    format!("{name}\n{crc}\n")
}

/// Parses the number of the generation that a CURRENT file names in its first line. A second line, which earlier
/// versions did not write, must be its checksum.
pub fn named(current: &str) -> Option<u64> {
    let mut lines = current.trim().split('\n').map(str::trim);
    let name = lines.next()?;
    let whole = lines.next().is_none_or(|line| line == checksum_line(name)) && lines.next().is_none();
    numbered(name, GENERATION).filter(|_| whole)
}

fn checksum_line(name: &str) -> String {
    format!("crc32 {:08x}", crc32fast::hash(name.as_bytes()))
}

/// Returns the name of a generation's folder.
pub fn generation_name(number: u64) -> String {
    format!("{GENERATION}{number:06}")
}

/// Whether a folder is a generation made by this program or an earlier version, whatever its name: its settings or its
/// state prove it.
pub fn is_generation(folder: &Path) -> bool {
    let says = |file: &str, keys: &[&str]| {
        let read = beginning(&folder.join(file), HEAD).ok();
        let value: Option<Value> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        value.is_some_and(|value| keys.iter().all(|key| value.get(key).is_some()))
    };
    says(SETTINGS, &["schema", "dictionary"]) || says(STATE, &["stage", "since"])
}

/// Whether a folder is a generation whose creation stopped before its settings were written: it is empty, or holds only
/// unfinished files.
pub fn is_begun(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut list| {
        list.all(|entry| entry.is_ok_and(|e| e.file_name().to_str().is_some_and(is_unfinished_in_a_generation)))
    })
}

/// Returns the numbers of the generations in the folder, and the highest number of anything named like one.
///
/// # Errors
/// If the folder can't be listed.
pub fn generations(index: &Path) -> Result<(Vec<u64>, u64)> {
    let list = match fs::read_dir(index) {
        Ok(list) => list,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(e) if e.kind() == ErrorKind::NotADirectory => return Err(no_folder(index)),
        Err(e) => return Err(Error::io(index, e)),
    };
    let named = list.flatten().filter_map(|entry| numbered(entry.file_name().to_str()?, GENERATION));
    let mut numbers: Vec<u64> = named.collect();
    numbers.sort_unstable();
    let highest = numbers.last().copied().unwrap_or(0);
    numbers.retain(|number| {
        let folder = index.join(generation_name(*number));
        is_generation(&folder) || is_begun(&folder)
    });
    Ok((numbers, highest))
}

/// Removes a generation's folder, after renaming it, so that a half-removed one is never mistaken for a generation.
/// Files that the index did not make stay.
///
/// # Errors
/// If a write fails; [`clean_up`] retries the removal of renamed files.
pub fn remove(index: &Path, number: u64) -> Result<()> {
    let folder = index.join(generation_name(number));
    let name = |again: u32| index.join(format!("{REMOVED}{:06}", number + u64::from(again) * 1_000_000));
    // A name that is taken by something else is skipped.
    let removed = (0..).map(name).find(|path| fs::symlink_metadata(path).is_err()).unwrap_or_else(|| name(0));
    let rename = point(Step::Rename, &removed).and_then(|()| fs::rename(&folder, &removed));
    rename.map_err(|e| Error::io(&folder, e))?;
    remove_own(&removed)
}

/// Removes the remains of removals that were killed from an index folder.
///
/// # Errors
/// If a write fails.
pub fn clean_up(index: &Path) -> Result<()> {
    let list = fs::read_dir(index).map_err(|e| Error::io(index, e))?;
    for entry in list.flatten() {
        let is_removed = entry.file_name().to_str().is_some_and(|name| numbered(name, REMOVED).is_some());
        if is_removed && (is_generation(&entry.path()) || is_begun(&entry.path())) {
            remove_own(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes the files that an index makes, those that identify it last, and the folder if nothing else is left.
pub fn remove_own(folder: &Path) -> Result<()> {
    let list = fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
    let mut names: Vec<OsString> = Vec::new();
    let mut foreign = false;
    for entry in list {
        let entry = entry.map_err(|e| Error::io(folder, e))?;
        let is_file = entry.file_type().is_ok_and(|kind| !kind.is_dir());
        match entry.file_name().to_str().is_some_and(is_of_a_generation) && is_file {
            true => names.push(entry.file_name()),
            false => foreign = true,
        }
    }
    names.sort_by_key(|name| (name == SETTINGS, name == STATE));
    for name in names {
        let path = folder.join(name);
        point(Step::Remove, &path).and_then(|()| fs::remove_file(&path)).map_err(|e| Error::io(&path, e))?;
    }
    if foreign {
        return Ok(());
    }
    point(Step::Remove, folder).and_then(|()| fs::remove_dir(folder)).map_err(|e| Error::io(folder, e))
}

/// Returns the error for a path that should be a folder and is a file.
pub fn no_folder(index: &Path) -> Error {
    Error::Invalid(format!("{}: a file, and an index is a folder; name one with --index", index.display()))
}
