//! The walk over files and folders: paths in, the files to read out, in an order that depends on names alone.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::bundle::{self, Snapshot};
use super::limits::{Limits, over};
use gongxun_core::article::Origin;
use gongxun_core::error::{Error, Reason, Rejection, Result};
use gongxun_core::index::folder;
use gongxun_text::charset;

/// The path of standard input.
pub const STANDARD_INPUT: &str = "-";

/// The reason why nothing of an index is read.
pub(super) const IS_AN_INDEX: &str = "an index, or a copy of one, which is no archive and is not read";

/// One file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The path to open; [`STANDARD_INPUT`] for standard input.
    pub path: PathBuf,
    /// The path relative to the root, its parts joined by `/`, as in [`Origin::file`]; for a path outside the root, the
    /// path as it was given.
    pub name: String,
    /// Its size in bytes; 0 if unknown.
    pub size: u64,
    /// Modification time, in nanoseconds since 1970; 0 if unknown.
    pub modified_ns: i128,
    /// The metadata of its page, if its folder has it.
    pub snapshot: Option<Snapshot>,
}

/// Something that the walk met and that is no file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aside {
    /// An entry that can't be listed or read.
    Rejected(Rejection),
    /// A folder without any entry, by its name: the place of a disk that is not mounted looks like this.
    Empty(String),
    /// A file that is there and can't be read, in place of which another form of the same page is read, by its name.
    PassedOver(String),
    /// An index of this program or a copy of one, by its path and name. It is no archive, and nothing of it is read.
    Index(PathBuf, String),
}

/// Walks files and folders, in the order of `paths` and sorted by name within a folder. A file that is met twice is
/// listed once.
///
/// Hidden files and folders (`.git`, `.DS_Store`) below a path are skipped; a hidden path that is named itself is read.
/// Links to files are followed. Links to folders are followed unless the folder is visited under its own name anyway,
/// so a loop ends. Entries that can't be listed are passed to `reject`, and so is the folder of an index, which is left
/// out.
///
/// # Errors
/// [`Error::Io`] if one of `paths` does not exist: a mistyped path is not an empty archive.
pub fn inputs(
    paths: &[PathBuf],
    root: &Path,
    limits: &Limits,
    reject: &mut dyn FnMut(Rejection),
) -> Result<Vec<Input>> {
    let named: Vec<(PathBuf, String)> = paths.iter().map(|path| (path.clone(), name_under(path, root))).collect();
    inputs_named(&named, limits, &mut |aside| match aside {
        Aside::Rejected(rejection) => reject(rejection),
        Aside::Index(_, name) => {
            reject(Rejection::new(Origin::file(name), Reason::Unknown, IS_AN_INDEX));
        }
        Aside::Empty(_) | Aside::PassedOver(_) => {}
    })
}

/// Does the same as [`inputs`], with a name for each path; all that is no file to read is passed to `aside`.
///
/// # Errors
/// Same as [`inputs`].
pub fn inputs_named(paths: &[(PathBuf, String)], limits: &Limits, aside: &mut dyn FnMut(Aside)) -> Result<Vec<Input>> {
    let mut walk = FolderWalk {
        seen: HashSet::new(),
        found: Vec::new(),
        aside,
        deepest: limits.folders,
        top: PathBuf::new(),
        linked: HashSet::new(),
    };
    for (path, name) in paths {
        if path.as_os_str() == STANDARD_INPUT {
            walk.push(path.clone(), STANDARD_INPUT.to_string(), None, None);
            continue;
        }
        let metadata = fs::metadata(path).map_err(|err| Error::io(path, err))?;
        if metadata.is_dir() {
            walk.top = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            walk.folder(path, name, 0);
        } else {
            walk.push(path.clone(), name.clone(), Some(&metadata), None);
        }
    }
    Ok(walk.found)
}

struct FolderWalk<'a> {
    /// The names listed so far.
    seen: HashSet<String>,
    found: Vec<Input>,
    aside: &'a mut dyn FnMut(Aside),
    /// The deepest nesting of folders.
    deepest: u64,
    /// The folder that the walk began in, with links resolved.
    top: PathBuf,
    /// The folders outside it that links have led to.
    linked: HashSet<PathBuf>,
}

impl FolderWalk<'_> {
    fn push(&mut self, path: PathBuf, name: String, metadata: Option<&Metadata>, snapshot: Option<Snapshot>) {
        if !self.seen.insert(name.clone()) {
            return;
        }
        let (size, modified_ns) = metadata.map_or((0, 0), size_and_time);
        self.found.push(Input { path, name, size, modified_ns, snapshot });
    }

    fn turn_down(&mut self, name: &str, reason: Reason, detail: impl Into<String>) {
        (self.aside)(Aside::Rejected(Rejection::new(Origin::file(name), reason, detail)));
    }

    fn folder(&mut self, path: &Path, name: &str, depth: u64) {
        if depth > self.deepest {
            let detail = over(format!("more than {} folders deep", self.deepest), "folders");
            return self.turn_down(name, Reason::Limit, detail);
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(err) => return self.turn_down(name, Reason::Unreadable, err.to_string()),
        };
        let (mut names, mut listed) = (Vec::new(), true);
        for entry in entries {
            match entry {
                Ok(entry) => names.push(entry.file_name()),
                Err(err) => {
                    listed = false;
                    self.turn_down(name, Reason::Unreadable, err.to_string());
                }
            }
        }
        if names.is_empty() && listed {
            return (self.aside)(Aside::Empty(name.to_string()));
        }
        if folder::declares_index(path) {
            return (self.aside)(Aside::Index(path.to_path_buf(), name.to_string()));
        }
        names.sort_unstable();
        if let Some(bundle) = bundle::of(path, &names) {
            names.retain(|name| !bundle.has(name));
            for form in &bundle.passed_over {
                (self.aside)(Aside::PassedOver(joined(name, Path::new(form))));
            }
            if let Some((form, snapshot)) = bundle.page {
                self.snapshot(path, name, form, snapshot);
            }
        }
        for child in names.into_iter().filter(|name| !is_hidden(name)) {
            let child_path = path.join(&child);
            let child_name = join(name, &component(&child));
            self.entry(child_path, child_name, depth);
        }
    }

    fn snapshot(&mut self, path: &Path, name: &str, form: Option<PathBuf>, snapshot: Snapshot) {
        let Some(form) = form else {
            let detail = "an ArchiveBox snapshot without a form that is read (singlefile, dom, wget, readability)";
            return self.turn_down(name, Reason::NoPage, detail);
        };
        let file = path.join(&form);
        match fs::metadata(&file) {
            Ok(metadata) => self.push(file, joined(name, &form), Some(&metadata), Some(snapshot)),
            Err(err) => self.turn_down(&joined(name, &form), Reason::Unreadable, err.to_string()),
        }
    }

    fn entry(&mut self, path: PathBuf, name: String, depth: u64) {
        let linked = fs::symlink_metadata(&path).is_ok_and(|m| m.file_type().is_symlink());
        match fs::metadata(&path) {
            Err(err) => self.turn_down(&name, Reason::Unreadable, err.to_string()),
            Ok(metadata) if metadata.is_dir() => {
                if !linked || self.leads_on(&path) {
                    self.folder(&path, &name, depth + 1);
                }
            }
            Ok(metadata) if metadata.is_file() => self.push(path, name, Some(&metadata), None),
            // Opening a pipe or device would block.
            Ok(_) => self.turn_down(&name, Reason::Unknown, "neither a file nor a folder"),
        }
    }

    /// Whether a link to a folder leads to files that are not visited otherwise.
    fn leads_on(&mut self, link: &Path) -> bool {
        let Ok(target) = fs::canonicalize(link) else { return false };
        let met = match target.strip_prefix(&self.top) {
            Ok(below) => !below.components().any(|part| is_hidden(part.as_os_str())),
            Err(_) => self.top.starts_with(&target),
        };
        !met && self.linked.insert(target)
    }
}

/// Returns the size and modification time of a file, as in [`Input`], to detect changes while it is read.
///
/// # Errors
/// The error of the operating system, if the file is gone.
pub fn stamp(path: &Path) -> io::Result<(u64, i128)> {
    fs::metadata(path).map(|metadata| size_and_time(&metadata))
}

fn size_and_time(metadata: &Metadata) -> (u64, i128) {
    let size = if metadata.is_file() { metadata.len() } else { 0 };
    let modified_ns = metadata.modified().map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    });
    (size, modified_ns)
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_string(),
        _ if folder.ends_with('/') => format!("{folder}{name}"),
        _ => format!("{folder}/{name}"),
    }
}

/// Encodes a file's name as text, so that distinct names give distinct texts and none reads as a member of an archive:
/// `!` and `\\` are escaped by a `\\`. Archives of the 2000s unpacked on Linux have names in GBK; these are decoded to
/// be readable, and get the beginning of their hash appended.
pub fn component(name: &OsStr) -> String {
    let escape = |name: &str| name.replace('\\', "\\\\").replace('!', "\\!");
    if let Some(name) = name.to_str() {
        return escape(name);
    }
    let bytes = name.as_encoded_bytes();
    let decoded = escape(&charset::decode(bytes, None, false).text);
    let hash = &blake3::hash(bytes).to_hex()[..8];
    let (stem, ending) = decoded.split_at(decoded.rfind('.').unwrap_or(decoded.len()));
    format!("{stem}\\{hash}{ending}")
}

/// Returns the name of a given path: relative to the root if it is below it, otherwise as it was given.
pub fn name_under(path: &Path, root: &Path) -> String {
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    joined("", below(path, root).as_deref().unwrap_or(path))
}

/// Appends the components of a path to a name.
pub fn joined(name: &str, path: &Path) -> String {
    let mut name = name.to_string();
    for part in path.components() {
        match part {
            Component::RootDir => name.push('/'),
            Component::CurDir => {}
            part => name = join(&name, &component(part.as_os_str())),
        }
    }
    name
}

/// Returns a path relative to a folder that it is below, lexically or after resolving links.
pub fn below(path: &Path, folder: &Path) -> Option<PathBuf> {
    let real = |path: &Path| fs::canonicalize(path).ok();
    let below = |path: Option<PathBuf>, folder: Option<PathBuf>| Some(path?.strip_prefix(folder?).ok()?.to_path_buf());
    below(plain(path), plain(folder)).or_else(|| below(real(path), real(folder)))
}

/// Returns an absolute path, with `..` resolved lexically.
pub fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    Some(plain)
}
