//! Roots: the named folders of an archive. A path is named by the root that it is below, whatever the shell's current
//! folder.
//!
//! The paths of a run and the known roots flow in; the place of each path (the root's name and the path below it) flows
//! out, with the new roots. A root is a folder that was once named in a run; its name is the folder's unless another
//! was given.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::options::Options;
use crate::archive::{STANDARD_INPUT, below, component, joined, plain};
use gongxun_core::error::{Error, Result};
use gongxun_core::index::{Manifest, Root, folder};

/// The paths of a run, each with its place.
#[derive(Debug, Default)]
pub struct ResolvedPaths {
    /// Each path with its place.
    pub named: Vec<(PathBuf, String)>,
    /// The roots created by these paths.
    pub new: Vec<Root>,
    /// Known roots that a new generation drops: they are inside a folder that is a root now.
    pub replaced: Vec<String>,
}

/// The treatment of roots inside a folder that is named: they are in its way, unless a new generation is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inner {
    /// The folder is refused.
    Refused,
    /// The folder replaces them.
    Replaced,
}

/// Determines the places of the paths that the options name.
///
/// # Errors
/// If a path encloses a known root, or a new root would have the name of another: the message names the way out.
pub fn places(options: &Options<'_>, manifest: &Manifest, inner: Inner) -> Result<ResolvedPaths> {
    let mut roots: Vec<Root> = manifest.roots().cloned().collect();
    let mut places = ResolvedPaths::default();
    for path in &options.paths {
        if path.as_os_str() == STANDARD_INPUT {
            places.named.push((path.clone(), STANDARD_INPUT.to_string()));
            continue;
        }
        let is_file = !std::fs::metadata(path).map_err(|e| Error::io(path, e))?.is_dir();
        let given = Some(options.root.as_path()).filter(|root| !root.as_os_str().is_empty());
        let root = match holding(&roots, path, given) {
            Some(root) => root.clone(),
            None => {
                let root = new_root(path, is_file, given, options.root_name.as_deref(), manifest)?;
                match without_roots(&root, manifest) {
                    Err(error) if inner == Inner::Refused => return Err(error),
                    // In a new generation all earlier files get other names.
                    Err(_) => places.replaced.push(String::new()),
                    Ok(()) => {}
                }
                let enclosed: Vec<Root> =
                    roots.iter().filter(|r| below(&r.path, &root.path).is_some()).cloned().collect();
                // A file's folder may contain roots: they are not read with it.
                if !is_file || given.is_some() {
                    if let (Some(other), Inner::Refused) = (enclosed.first(), inner) {
                        return Err(encloses(path, other));
                    }
                    roots.retain(|root| !enclosed.contains(root));
                    places.replaced.extend(enclosed.into_iter().map(|root| root.root));
                }
                if let Some(other) = roots.iter().find(|other| other.root == root.root) {
                    return Err(same_name(&root.path, other));
                }
                roots.push(root.clone());
                places.new.push(root.clone());
                root
            }
        };
        let inside = roots.iter().find(|other| **other != root && below(&other.path, path).is_some());
        if let (Some(other), false) = (inside, is_file) {
            return Err(encloses(path, other));
        }
        let relative = below(path, &root.path).ok_or_else(|| outside(path, &root.path))?;
        places.named.push((path.clone(), joined(&root.root, &relative)));
    }
    places.new.retain(|root| roots.contains(root));
    Ok(places)
}

/// Refuses a path in an index folder, that of this run or any other: only the index is there, and nothing of it is read.
///
/// # Errors
/// [`Error::Invalid`] with the way out.
pub(super) fn require_outside(path: &Path, index: Option<&Path>) -> Result<()> {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let is_in = |index: &Path| real(path).zip(real(index)).is_some_and(|(path, index)| path.starts_with(index));
    if path.as_os_str() != STANDARD_INPUT && (index.is_some_and(is_in) || folder::index_around(path).is_some()) {
        let what = "is inside the index folder, where nothing is read; move it out, or name another index with --index";
        return Err(Error::Invalid(format!("{}: {what}", path.display())));
    }
    Ok(())
}

/// Returns the root of this name, moved to another path; `.` is the nameless root, which an index from before roots
/// gets this way.
///
/// # Errors
/// If no root has the name and no file of the index could be below it, another root is at the path, or the path is in the
/// index folder.
pub fn move_root(manifest: &Manifest, index: &Path, name: &str, path: &Path) -> Result<Root> {
    require_outside(path, Some(index))?;
    let name = if name == "." { "" } else { name };
    let known = manifest.roots().any(|root| root.root == name);
    let named = |entry: &gongxun_core::index::Entry| {
        is_of_a_file(&entry.file)
            && (name.is_empty() || entry.file.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')))
    };
    if !known && !manifest.entries().any(named) {
        let names: Vec<&str> = manifest.roots().map(shown).collect();
        return Err(Error::Invalid(format!("{name:?}: no root of this name; there are: {}", names.join(", "))));
    }
    let path = plain(path).ok_or_else(|| Error::Invalid(format!("{}: no such path", path.display())))?;
    let mut others = manifest.roots().filter(|root| root.root != name);
    let near = |other: &&Root| below(&other.path, &path).is_some() || below(&path, &other.path).is_some();
    match others.find(near) {
        Some(other) => Err(Error::Invalid(format!(
            "{}: the root {} is at {}; one can't be inside another",
            path.display(),
            shown(other),
            other.path.display()
        ))),
        None => Ok(Root { root: name.to_string(), path }),
    }
}

/// Returns the default name of a root: that of its folder, encoded as in places.
pub fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(|| "root".to_string(), component)
}

/// Returns the root that holds a path: the innermost, or the one that was given.
fn holding<'r>(roots: &'r [Root], path: &Path, given: Option<&Path>) -> Option<&'r Root> {
    let holds = |root: &&Root| match given {
        Some(given) => plain(given).as_ref() == Some(&root.path),
        None => below(path, &root.path).is_some(),
    };
    roots.iter().filter(holds).max_by_key(|root| root.path.components().count())
}

fn new_root(path: &Path, is_file: bool, given: Option<&Path>, name: Option<&str>, known: &Manifest) -> Result<Root> {
    let absolute = |path: &Path| plain(path).ok_or_else(|| Error::Invalid(format!("{}: no such path", path.display())));
    let folder = match given {
        Some(given) if below(path, given).is_none() => return Err(outside(path, given)),
        Some(given) => absolute(given)?,
        None if is_file => absolute(path)?.parent().map(Path::to_path_buf).unwrap_or_default(),
        None => absolute(path)?,
    };
    if folder.to_str().is_none() {
        let what = "a root's path must be UTF-8; name a folder above it with --root";
        return Err(Error::Invalid(format!("{}: {what}", folder.display())));
    }
    if known.roots().any(|root| below(&folder, &root.path).is_some()) && given.is_some() {
        let what = "it is below a root already, which gives the names; leave --root out";
        return Err(Error::Invalid(format!("{}: {what}", folder.display())));
    }
    let name = match name {
        Some(name) if is_name(name) => name.to_string(),
        Some(name) => {
            let what = "no name for a root: write letters and digits, no / ! # or \\";
            return Err(Error::Invalid(format!("{name:?}: {what}")));
        }
        None => name_of(&folder),
    };
    Ok(Root { root: name, path: folder })
}

/// Checks the names in an index from before roots, which are relative to the working directory of that time. If the
/// first folder of these names is the new root's name, they count as below it.
fn without_roots(root: &Root, known: &Manifest) -> Result<()> {
    let before: Vec<&str> =
        known.entries().map(|entry| entry.file.as_str()).filter(|file| is_of_a_file(file)).collect();
    let is_own = |file: &&str| file.strip_prefix(&root.root).is_some_and(|rest| rest.starts_with('/'));
    if known.roots().next().is_some() || before.is_empty() || before.iter().any(is_own) {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{}: this index has files by names without a root, such as {}; say which folder these are below with `gongxun roots move . FOLDER`",
        root.path.display(),
        before[0]
    )))
}

/// Whether an entry of the manifest is that of a file, rather than of standard input or a program.
pub fn is_of_a_file(file: &str) -> bool {
    file != STANDARD_INPUT && file != gongxun_core::index::records::PROGRAM
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| !c.is_control() && !matches!(c, '/' | '!' | '#' | '\\');
    !name.is_empty() && name.chars().all(plain) && component(OsStr::new(name)) == name
}

fn encloses(path: &Path, root: &Root) -> Error {
    Error::Invalid(format!(
        "{}: encloses the root {} ({}), whose files have their names from it; name the folders beside it one by one, or build anew with `gongxun reindex {}`, where all names begin with the folder that is named",
        path.display(),
        shown(root),
        root.path.display(),
        path.display()
    ))
}

fn same_name(folder: &Path, other: &Root) -> Error {
    Error::Invalid(format!(
        "{}: another folder is known as {}: {}; if the archive moved, `gongxun roots move {} {}` says so, else give this one another name with --root-name NAME",
        folder.display(),
        shown(other),
        other.path.display(),
        shown(other),
        folder.display()
    ))
}

fn outside(path: &Path, root: &Path) -> Error {
    Error::Invalid(format!(
        "{}: not below the root {}; leave --root out, or name another",
        path.display(),
        root.display()
    ))
}

/// Returns a root's name for display: a dot for the nameless one.
pub fn shown(root: &Root) -> &str {
    if root.root.is_empty() { "." } else { &root.root }
}
