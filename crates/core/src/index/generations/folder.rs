//! The index folder: whether it is one, whether one may be made there, and what in it is the index's own.
//!
//! An index is recognised by its marker, or, where it was made before there were markers, by a generation in it. Where there
//! is neither and the folder holds anything else, nothing is written to it; in a folder that is an index nothing is removed
//! that the index did not make.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::index::storage::atomic_files::{create_folder, replace_file, sync_folder};
use crate::index::storage::failpoint::{Step, point};
use crate::index::storage::names::{
    CURRENT, GENERATION, LOCK, MARKER, REMOVED, SETTINGS, STATE, TOMBSTONES, is_of_a_generation, is_unfinished,
    is_unfinished_in_a_generation, numbered,
};

/// What the marker says of an index.
const IS_INDEX: &str = "gongxun index: what stands in this folder was made by gongxun and is changed by it alone\n";
/// What the marker says of a copy that is not whole.
const IS_COPYING: &str = "gongxun snapshot under way: this is no index until the copy is whole\n";
/// What the text of every marker begins with.
const OURS: &str = "gongxun ";
/// What may stand beside an index that is about to be made.
const BESIDE_AN_INDEX: [&str; 6] = ["README.md", ".gitignore", ".gitattributes", ".gitkeep", ".DS_Store", "lost+found"];

/// What a folder is to whoever wants to write an index there.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    /// There is no such folder, or nothing in it that matters.
    Free,
    /// It is an index.
    Index,
    /// It is a copy that was not finished.
    Copying,
    /// It holds something else, such as this.
    Foreign(OsString),
}

/// Makes the folder an index where it is free, and refuses one that is something else.
///
/// # Errors
/// [`Error::Invalid`] where the folder holds other things, is a file, or a copy that was not finished.
pub fn claim(index: &Path) -> Result<()> {
    match standing(index)? {
        Standing::Index | Standing::Free => {}
        Standing::Copying => {
            let what = "a snapshot that was not finished; `gongxun snapshot` makes it anew";
            return Err(Error::Invalid(format!("{}: {what}", index.display())));
        }
        Standing::Foreign(what) => return Err(foreign(index, &what)),
    }
    let path = index.join(MARKER);
    if path.exists() {
        return Ok(());
    }
    create_folder(index)?;
    // Of two that begin at the same moment one makes the file; an empty marker is one as well.
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

/// Refuses a folder that a copy can't be put in: it must be free, or hold a copy that was not finished.
///
/// # Errors
/// [`Error::Invalid`] where the folder holds anything else.
pub fn require_free(target: &Path) -> Result<()> {
    let holds = match standing(target)? {
        Standing::Copying => return Ok(()),
        Standing::Free if !target.join(TOMBSTONES).exists() => return Ok(()),
        Standing::Free => OsString::from(TOMBSTONES),
        Standing::Index => OsString::from("an index"),
        Standing::Foreign(what) => what,
    };
    Err(Error::Invalid(format!(
        "{}: not empty (it holds {}); name a new folder, or empty this one",
        target.display(),
        holds.display()
    )))
}

/// Marks a folder as a copy under way, and removes what one before it left that was killed. For whoever holds the lock.
///
/// # Errors
/// As [`require_free`].
pub fn begin_copy(target: &Path) -> Result<()> {
    require_free(target)?;
    if standing(target)? == Standing::Copying {
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

/// The copy is whole.
///
/// # Errors
/// Where the disk refuses.
pub fn end_copy(target: &Path) -> Result<()> {
    replace_file(&target.join(MARKER), IS_INDEX.as_bytes())
}

/// Whether a folder is an index, by its marker or by what is in it.
pub fn is_index(folder: &Path) -> bool {
    matches!(standing(folder), Ok(Standing::Index))
}

fn foreign(index: &Path, what: &OsString) -> Error {
    Error::Invalid(format!(
        "{}: this folder is no index and holds other things, such as {}; nothing was written to it: name a folder of its own for the index with --index",
        index.display(),
        what.display()
    ))
}

fn standing(index: &Path) -> Result<Standing> {
    if let Some(standing) = marked(index) {
        return Ok(standing);
    }
    let list = match fs::read_dir(index) {
        Ok(list) => list,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Standing::Free),
        Err(e) if e.kind() == ErrorKind::NotADirectory => return Err(no_folder(index)),
        Err(e) => return Err(Error::io(index, e)),
    };
    let mut other = None;
    for entry in list {
        let entry = entry.map_err(|e| Error::io(index, e))?;
        let name = entry.file_name();
        // Another process may have made the marker meanwhile.
        if name == MARKER
            && let Some(standing) = marked(index)
        {
            return Ok(standing);
        }
        match what(index, name.to_str().unwrap_or_default()) {
            What::Proof => return Ok(Standing::Index),
            What::Beside => {}
            What::Other => drop(other.get_or_insert(name)),
        }
    }
    Ok(other.map_or(Standing::Free, Standing::Foreign))
}

/// What the marker says, where there is one.
fn marked(index: &Path) -> Option<Standing> {
    match fs::read(index.join(MARKER)) {
        Ok(bytes) if bytes == IS_COPYING.as_bytes() => Some(Standing::Copying),
        Ok(bytes) if bytes.is_empty() || bytes.starts_with(OURS.as_bytes()) => Some(Standing::Index),
        _ => None,
    }
}

/// What an entry of a folder says of it.
enum What {
    /// That it is an index.
    Proof,
    /// Nothing: it may stand beside an index, or is what is left of a first run that was killed.
    Beside,
    /// That it is something else.
    Other,
}

fn what(index: &Path, name: &str) -> What {
    let path = index.join(name);
    let is_empty = || fs::metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0);
    match name {
        _ if numbered(name, GENERATION).is_some() => match () {
            () if is_begun(&path) => What::Beside,
            () if is_generation(&path) => What::Proof,
            () => What::Other,
        },
        CURRENT => match fs::read_to_string(&path).ok().as_deref().and_then(named) {
            // Where its generation is damaged or gone it is an index all the same.
            Some(number) if index.join(generation_name(number)).is_dir() => What::Proof,
            _ => What::Other,
        },
        TOMBSTONES if fs::read(&path).is_ok_and(|bytes| bytes.starts_with(b"{\"crc\":")) => What::Beside,
        LOCK if is_empty() => What::Beside,
        _ if is_unfinished(name) || BESIDE_AN_INDEX.contains(&name) => What::Beside,
        _ => What::Other,
    }
}

/// The text of the file CURRENT: the name of the generation, and a line with the checksum of that.
pub fn current(number: u64) -> String {
    let name = generation_name(number);
    let crc = checksum_line(&name);
    format!("{name}\n{crc}\n")
}

/// The number of the generation that a file CURRENT names in its first line. The second one, which earlier versions did not
/// write, must be its checksum.
pub fn named(current: &str) -> Option<u64> {
    let mut lines = current.trim().split('\n').map(str::trim);
    let name = lines.next()?;
    let whole = lines.next().is_none_or(|line| line == checksum_line(name)) && lines.next().is_none();
    numbered(name, GENERATION).filter(|_| whole)
}

fn checksum_line(name: &str) -> String {
    format!("crc32 {:08x}", crc32fast::hash(name.as_bytes()))
}

/// The name of a generation's folder.
pub fn generation_name(number: u64) -> String {
    format!("{GENERATION}{number:06}")
}

/// Whether a folder is a generation that this program or one before it made, whatever its name: its settings or its state
/// say so.
pub fn is_generation(folder: &Path) -> bool {
    let says = |file: &str, keys: &[&str]| {
        let read = fs::read(folder.join(file)).ok();
        let value: Option<Value> = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        value.is_some_and(|value| keys.iter().all(|key| value.get(key).is_some()))
    };
    says(SETTINGS, &["schema", "dictionary"]) || says(STATE, &["stage", "since"])
}

/// Whether a folder is a generation whose making was stopped before its settings were written: it is empty, or has the
/// beginnings of such files alone.
pub fn is_begun(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut list| {
        list.all(|entry| entry.is_ok_and(|e| e.file_name().to_str().is_some_and(is_unfinished_in_a_generation)))
    })
}

/// The numbers that generations in the folder have, and the highest number that anything in it has that is called so.
///
/// # Errors
/// Where the folder can't be listed.
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

/// Removes a generation's folder, under another name first, so that no half of it is ever taken for a generation. What
/// the index did not make stays.
///
/// # Errors
/// Where the disk refuses; [`clean_up`] tries again what was renamed.
pub fn remove(index: &Path, number: u64) -> Result<()> {
    let folder = index.join(generation_name(number));
    let name = |again: u32| index.join(format!("{REMOVED}{:06}", number + u64::from(again) * 1_000_000));
    // A name that something else has already is left to it.
    let removed = (0..).map(name).find(|path| fs::symlink_metadata(path).is_err()).unwrap_or_else(|| name(0));
    let rename = point(Step::Rename, &removed).and_then(|()| fs::rename(&folder, &removed));
    rename.map_err(|e| Error::io(&folder, e))?;
    remove_own(&removed)
}

/// Removes what removals that were killed have left in an index folder.
///
/// # Errors
/// Where the disk refuses.
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

/// Removes the files that an index makes, the ones that tell whose they are last, and the folder where nothing else is left.
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

/// What is said where a folder was to be and a file is.
pub fn no_folder(index: &Path) -> Error {
    Error::Invalid(format!("{}: a file, and an index is a folder; name one with --index", index.display()))
}
