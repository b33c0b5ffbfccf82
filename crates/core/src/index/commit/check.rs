//! Integrity checks: the files of a generation against their checksums.
//!
//! tantivy writes a checksum behind each of its files and never verifies it, so a flipped bit shows as a wrong answer,
//! as a panic somewhere inside, or not at all. [`files`] reads every file against its checksum and names the damaged
//! ones; [`catching_panics`] runs a search so that a panic comes out as an error, and [`diagnosed`] finds the file behind an
//! error.

use std::cell::Cell;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use tantivy::directory::FileSlice;
use tantivy::directory::footer::Footer;
use tantivy::index::SegmentComponent;
use tantivy::{Directory as _, SegmentMeta, TantivyError};

use crate::error::{Error, Result};
use crate::index::commit::manifest::Manifest;
use crate::index::commit::open::{of_open_read, open_folder, open_index};
use crate::index::commit::payload::Commit;
use crate::index::deletion::tombstones::Tombstones;
use crate::index::generations::generation::Generation;
use crate::index::reprints::files as reprints;
use crate::index::storage::names::{is_segment_file, is_word_list};
use crate::index::store::packing::{self, Dictionary};
use crate::index::word_lists::file as word_list;

/// A damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// A description of the damage.
    pub what: String,
}

/// The result of a check of the files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Files {
    /// Number of files read.
    pub files: u64,
    /// Total size of the files read, in bytes.
    pub bytes: u64,
    /// The damaged ones, by path.
    pub damaged: Vec<Damage>,
}

/// Reads every file that the generation's last commit names and compares it with its checksum. Files that carry none
/// (settings, the list of segments, the manifest) are parsed as the program parses them.
///
/// # Errors
/// [`Error::Schema`] if the generation is of another schema, whose files have other forms; if the generation's folder
/// can't be read at all.
pub fn files(generation: &Generation) -> Result<Files> {
    if let Err(error @ Error::Schema { .. }) = generation.settings_of_any_rules() {
        return Err(error);
    }
    let folder = generation.folder();
    let mut found = Files::default();
    found.note(&folder.join("STATE"), generation.state().err())?;
    found.note(&Tombstones::path(&generation.index), Tombstones::read(&generation.index).err())?;
    let settings = generation.settings().and_then(|settings| generation.segmenter(&settings));
    // Another fold or dictionary than the program's is no damage.
    let damage = settings.err().filter(|error| !matches!(error, Error::Schema { .. }));
    found.note(&folder.join("generation.json"), damage)?;
    match catch_panic(|| segments(generation)) {
        Ok(Ok((segments, commit))) => {
            found.note(&folder.join(&commit.manifest.file), Manifest::read(&folder, &commit.manifest).err())?;
            if let Some(hash) = &commit.compression {
                found.note(&folder.join(packing::FILE), Dictionary::read(&folder, Some(hash)).err())?;
            }
            if let Some(files) = &commit.reprints {
                found.note(&folder.join(&files.clusters), reprints::check(&folder, files).err())?;
            }
            check_segments(&folder, &segments, &mut found)?;
            for name in word_lists(generation, &segments)? {
                check_word_list(&folder.join(name), &mut found)?;
            }
        }
        Ok(Err(error)) => {
            // Without the list of segments every segment file in the folder is checked, live or not.
            found.note(&folder.join("meta.json"), Some(error))?;
            check_all_paths(&folder, &mut found)?;
        }
        Err(what) => {
            found.damaged.push(Damage { path: folder.join("meta.json"), what });
            check_all_paths(&folder, &mut found)?;
        }
    }
    found.damaged.sort_by(|a, b| a.path.cmp(&b.path));
    found.damaged.dedup();
    Ok(found)
}

impl Files {
    /// Records an error, under its own path if it has one. An error reported by the operating system is not damage
    /// to the file.
    fn note(&mut self, path: &Path, error: Option<Error>) -> Result<()> {
        let damage = match error {
            None => return Ok(()),
            Some(Error::Io { path, source }) if is_of_the_system(&source) => return Err(Error::Io { path, source }),
            Some(Error::Damaged { path: own, what }) if own.is_file() => Damage { path: own, what },
            Some(Error::Damaged { what, .. }) => Damage { path: path.to_path_buf(), what },
            Some(Error::Io { path: own, source }) => Damage { path: own, what: source.to_string() },
            Some(error) => Damage { path: path.to_path_buf(), what: error.to_string() },
        };
        self.damaged.push(damage);
        Ok(())
    }
}

/// Whether the operating system, rather than the file's content, keeps the file from being read. A missing file counts
/// as damage.
fn is_of_the_system(error: &io::Error) -> bool {
    error.raw_os_error().is_some() && error.kind() != io::ErrorKind::NotFound
}

/// Returns the segments of the last commit, and the commit.
pub(in crate::index) fn segments(generation: &Generation) -> Result<(Vec<SegmentMeta>, Commit)> {
    let index = open_index(generation)?;
    let metas = index.load_metas()?;
    let commit = match &metas.payload {
        Some(payload) => serde_json::from_str(payload).map_err(|e| Error::Damaged {
            path: generation.folder().join("meta.json"),
            what: format!("its payload is not of this program: {e}"),
        })?,
        None => Commit::default(),
    };
    Ok((metas.segments, commit))
}

/// Returns the names of the word lists that the last commit names for these segments.
pub(in crate::index) fn word_lists(generation: &Generation, segments: &[SegmentMeta]) -> Result<Vec<PathBuf>> {
    let folder = generation.folder();
    let meta = open_folder(&folder)?.atomic_read(Path::new("meta.json")).map_err(|e| of_open_read(&folder, e))?;
    let named = word_list::named(&meta);
    Ok(segments.iter().map(word_list::name).filter(|name| named.contains(name)).collect())
}

fn check_word_list(path: &Path, found: &mut Files) -> Result<()> {
    found.files += 1;
    match word_list::check(path) {
        Ok(bytes) => {
            found.bytes += bytes;
            Ok(())
        }
        Err(error) => found.note(path, Some(error)),
    }
}

/// Checks the files of each segment; a missing file is damage too.
pub(in crate::index) fn check_segments(folder: &Path, segments: &[SegmentMeta], found: &mut Files) -> Result<()> {
    let mut paths = Vec::new();
    for path in segments.iter().flat_map(files_of) {
        if folder.join(&path).is_file() {
            paths.push(path);
        } else {
            found.damaged.push(Damage { path: folder.join(path), what: "it no longer exists".into() });
        }
    }
    check_paths(folder, paths, found)
}

/// Returns the first damage found in the files of a segment, if any.
///
/// # Errors
/// If the operating system does not let them be read.
pub(in crate::index) fn segment(folder: &Path, segment: &SegmentMeta) -> Result<Option<Damage>> {
    let mut found = Files::default();
    check_segments(folder, std::slice::from_ref(segment), &mut found)?;
    Ok(found.damaged.into_iter().next())
}

/// Returns the names of a segment's files.
pub(in crate::index) fn files_of(segment: &SegmentMeta) -> impl Iterator<Item = PathBuf> + '_ {
    use SegmentComponent::{Delete, FastFields, FieldNorms, Positions, Postings, Store, Terms};
    let always = [Postings, Positions, Terms, Store, FastFields, FieldNorms];
    let components = always.into_iter().chain(segment.has_deletes().then_some(Delete));
    components.map(move |component| segment.relative_path(component))
}

/// Checks every file in the folder that is named like a segment file.
fn check_all_paths(folder: &Path, found: &mut Files) -> Result<()> {
    let list = fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
    let names = list.flatten().map(|entry| PathBuf::from(entry.file_name()));
    let (lists, paths): (Vec<_>, Vec<_>) =
        names.filter(|name| is_segment_file(name)).partition(|name| is_word_list(name));
    lists.iter().try_for_each(|name| check_word_list(&folder.join(name), found))?;
    check_paths(folder, paths, found)
}

fn check_paths(folder: &Path, mut paths: Vec<PathBuf>, found: &mut Files) -> Result<()> {
    paths.sort();
    let directory = open_folder(folder)?;
    let present = version_of(tantivy::version()).unwrap_or_default();
    // The checksum does not cover the version in the footer. But a segment has several files of one version, so a
    // version other than the present one that only one of them names is damage. A deletion file stands alone; an older
    // program may have written it to a segment of a still older one.
    let mut versions: HashMap<Option<Version>, Vec<PathBuf>> = HashMap::new();
    for path in paths {
        found.files += 1;
        let file = match catch_panic(|| directory.open_read(&path)) {
            Ok(Ok(file)) => file,
            Ok(Err(error)) => {
                found.note(&folder.join(&path), Some(of_open_read(folder, error)))?;
                continue;
            }
            Err(what) => {
                found.damaged.push(Damage { path: folder.join(path), what });
                continue;
            }
        };
        match catch_panic(|| checksum(file, &mut found.bytes)).and_then(|checked| checked) {
            Ok(Some(version)) if version < present && path.extension().is_some_and(|ending| ending == "del") => {}
            Ok(version) => versions.entry(version).or_default().push(folder.join(path)),
            Err(what) => found.damaged.push(Damage { path: folder.join(path), what }),
        }
    }
    versions.remove(&Some(present));
    for (version, paths) in versions {
        if let [path] = paths.as_slice() {
            let version = version.map_or("?".into(), |[major, minor, patch, _]| format!("{major}.{minor}.{patch}"));
            let what = format!("it claims to be written by version {version}, unlike all other files");
            found.damaged.push(Damage { path: path.clone(), what });
        }
    }
    Ok(())
}

/// Returns the version in a file's footer, after verifying its checksum and the footer's own form.
fn checksum(file: FileSlice, read: &mut u64) -> std::result::Result<Option<Version>, String> {
    let all = file.read_bytes().map_err(|e| e.to_string())?;
    *read += all.len() as u64;
    let (footer, body) = Footer::extract_footer(file).map_err(|e| e.to_string())?;
    let body = body.read_bytes().map_err(|e| e.to_string())?;
    let crc = crc32fast::hash(&body);
    if crc != footer.crc {
        return Err(format!("its checksum is {crc:08x}, written was {:08x}", footer.crc));
    }
    // The footer is followed by its length and a constant magic number; both have been read already.
    let form = serde_json::to_string(&footer).unwrap_or_default();
    let written = &all[body.len()..all.len() - 2 * size_of::<u32>()];
    if written != form.as_bytes() {
        return Err("its footer differs from what was written".into());
    }
    Ok(version_of(&footer.version))
}

/// A version of tantivy: major, minor, patch, and the version of its file format. They are ordered by age.
type Version = [u64; 4];

/// Returns the numbers of a version, whose fields are private.
fn version_of(version: &tantivy::Version) -> Option<Version> {
    let fields = serde_json::to_value(version).ok()?;
    let number = |name: &str| fields.get(name)?.as_u64();
    Some([number("major")?, number("minor")?, number("patch")?, number("index_format_version")?])
}

thread_local! {
    static CATCHING_PANICS: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside [`catching_panics`]: a panic here becomes an error, so a panic hook need not print it.
pub fn is_catching_panics() -> bool {
    CATCHING_PANICS.get()
}

/// Runs a closure that reads a generation. A panic inside comes out as an error, as if the search engine had returned
/// it; [`diagnosed`] finds the file to blame, for callers who have the time to read all files.
///
/// # Errors
/// The error of the closure; [`Error::Engine`] if it panicked.
pub fn catching_panics<T>(generation: &Generation, run: impl FnOnce() -> Result<T>) -> Result<T> {
    if is_catching_panics() {
        return run();
    }
    catch_panic(run).unwrap_or_else(|what| {
        let what = format!("{}: {what}", generation.folder().display());
        Err(TantivyError::InternalError(what).into())
    })
}

/// Finds the cause of an error that came up while a generation was read: if the engine failed or something was damaged,
/// reads all files and returns an error that names the first damaged one. Takes as long as reading the whole index.
pub fn diagnosed(generation: &Generation, error: Error) -> Error {
    if !matches!(error, Error::Engine(_) | Error::Damaged { .. }) {
        return error;
    }
    match files(generation) {
        Ok(Files { damaged, .. }) => match damaged.into_iter().next() {
            Some(Damage { path, what }) => Error::Damaged { path, what },
            None => error,
        },
        Err(_) => error,
    }
}

/// Runs a closure; the message of a panic comes back as text.
pub(in crate::index) fn catch_panic<T>(run: impl FnOnce() -> T) -> std::result::Result<T, String> {
    let before = CATCHING_PANICS.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    CATCHING_PANICS.set(before);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it can't be read".into())
    })
}
