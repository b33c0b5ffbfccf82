//! Backup: a copy of an index at one commit, made while others read and write it.
//!
//! Segment files never change once written, so they are hard-linked where the file system allows it, and take no space;
//! files that grow (the manifest, the fingerprints) are copied up to the length in the commit. tantivy's own lock on
//! meta.json keeps a writer from removing anything while the files are opened; an open file stays readable after it is
//! removed.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use tantivy::directory::META_LOCK;
use tantivy::{Directory as _, TantivyError};

use crate::error::{Error, Result};
use crate::index::commit::check;
use crate::index::commit::open::{of_engine, open_index};
use crate::index::deletion::tombstones::Tombstones;
use crate::index::generations::folder;
use crate::index::generations::generation::{Generation, WriteLock};
use crate::index::read::snapshot::Snapshot;
use crate::index::storage::atomic_files::{create_folder, replace_file, sync_folder};
use crate::index::storage::failpoint::{Step, point};

/// Attempts at a backup, each after a writer removed a file during the one before.
const ATTEMPTS: u32 = 5;
/// tantivy's list of segments.
const META: &str = "meta.json";
/// tantivy's list of the files that it manages and may remove.
const MANAGED: &str = ".managed.json";

/// The result of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The generation that was copied.
    pub generation: u64,
    /// The commit.
    pub commit: u64,
    /// Number of articles in the backup.
    pub articles: u64,
    /// Number of files shared with the original index by hard links.
    pub linked: u64,
    /// Number of files copied.
    pub copied: u64,
    /// Total size of all files, in bytes.
    pub bytes: u64,
}

/// Copies the last commit of the current generation, with the tombstones, to a folder that is empty or does not exist.
/// The copy is a complete index: it can be searched, written to and backed up like any other. CURRENT is written last,
/// so a copy that was killed is not an index; the next backup to the same folder starts over.
///
/// # Errors
/// [`Error::Invalid`] if the folder is not empty; if a write fails or an index file is damaged.
pub fn backup(index: &Path, target: &Path) -> Result<Copied> {
    folder::require_free(target)?;
    // The parent of a bare name is the working directory.
    let absolute = std::path::absolute(target).map_err(|e| Error::io(target, e))?;
    if let Some(around) = absolute.parent().and_then(folder::index_around) {
        return Err(Error::Invalid(format!(
            "{}: inside the index folder {}, which only the program writes to; name a folder elsewhere",
            target.display(),
            around.display()
        )));
    }
    let source = open(index)?;
    create_folder(target)?;
    let _lock = WriteLock::take(target)?;
    folder::begin_copy(target)?;
    let copy = Generation { index: target.to_path_buf(), number: source.generation.number };
    let folder = copy.folder();
    create_folder(&folder)?;
    let mut copied =
        Copied { generation: copy.number, commit: 0, articles: 0, linked: 0, copied: 0, bytes: source.small_bytes() };
    for file in source.files {
        let to = folder.join(&file.name);
        let from = source.generation.folder().join(&file.name);
        // The open file is the commit's, so the path names the same file as long as it exists.
        if file.length.is_none() && fs::hard_link(&from, &to).is_ok() {
            copied.linked += 1;
        } else {
            copy_file(file.file, file.length, &to)?;
            copied.copied += 1;
        }
        copied.bytes += fs::metadata(&to).map_err(|e| Error::io(&to, e))?.len();
    }
    for (name, bytes) in &source.small {
        replace_file(&folder.join(name), bytes)?;
        copied.copied += 1;
    }
    sync_folder(&folder)?;
    // Opened once before it is called an index.
    let snapshot = Snapshot::open_generation(&copy)?;
    (copied.commit, copied.articles) = (snapshot.commit.number, snapshot.articles());
    source.tombstones.write(target)?;
    copy.make_current()?;
    folder::end_copy(target)?;
    target.parent().map_or(Ok(()), sync_folder)?;
    Ok(copied)
}

/// A file of the commit, open.
struct OpenFile {
    name: PathBuf,
    file: File,
    /// The length that belongs to the commit, for files that grow.
    length: Option<u64>,
}

/// All files that belong to one commit.
struct CommitFiles {
    generation: Generation,
    files: Vec<OpenFile>,
    /// Files that are written anew, with their content.
    small: Vec<(PathBuf, Vec<u8>)>,
    tombstones: Tombstones,
}

impl CommitFiles {
    fn small_bytes(&self) -> u64 {
        self.small.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    }
}

fn open(index: &Path) -> Result<CommitFiles> {
    for _ in 1..ATTEMPTS {
        // A commit or a swap in another process may remove files between two reads.
        match open_once(index) {
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            other => return other,
        }
    }
    open_once(index)
}

fn open_once(index: &Path) -> Result<CommitFiles> {
    let generation = Generation::current(index)?.ok_or_else(|| Error::NoIndex(index.to_path_buf()))?;
    generation.settings()?;
    let folder = generation.folder();
    let engine = check::catch_panic(|| open_index(&generation))
        .unwrap_or_else(|what| Err(Error::Damaged { path: folder.clone(), what }))?;
    let read = |name: &str| fs::read(folder.join(name)).map_err(|e| Error::io(folder.join(name), e));
    let open = |name: &Path, length: Option<u64>| {
        let file = File::open(folder.join(name)).map_err(|e| Error::io(folder.join(name), e))?;
        Ok::<_, Error>(OpenFile { name: name.to_path_buf(), file, length })
    };

    let lock = engine.directory().acquire_lock(&META_LOCK);
    let _lock = lock.map_err(|e| of_engine(&folder, TantivyError::LockFailure(e, None)))?;
    // Read before and after, so that the list of segments and the file belong to the same commit.
    let mut meta = read(META)?;
    let (segments, commit) = loop {
        let found = check::segments(&generation)?;
        let again = read(META)?;
        if again == meta {
            break found;
        }
        meta = again;
    };
    let mut files = Vec::new();
    let mut managed: Vec<PathBuf> = vec![META.into()];
    for name in segments.iter().flat_map(check::files_of) {
        files.push(open(&name, None)?);
        managed.push(name);
    }
    // A list that was lost is no reason to be without a backup: suggestions do without it.
    for name in check::word_lists(&generation, &segments)? {
        match open(&name, None) {
            Ok(list) => files.push(list),
            Err(error) if !folder.join(name.with_extension("term")).exists() => return Err(error),
            Err(_) => {}
        }
    }
    let manifest = &commit.manifest;
    if !manifest.file.is_empty() {
        files.push(open(Path::new(&manifest.file), Some(manifest.length))?);
    }
    if let Some(reprints) = &commit.reprints {
        files.push(open(Path::new(&reprints.fingerprints.file), Some(reprints.fingerprints.length))?);
        files.push(open(Path::new(&reprints.clusters), None)?);
    }
    let managed = serde_json::to_vec(&managed).unwrap_or_default();
    let mut small: Vec<(PathBuf, Vec<u8>)> = vec![(META.into(), meta), (MANAGED.into(), managed)];
    small.extend(generation.own_files()?);
    Ok(CommitFiles { tombstones: Tombstones::read(index)?, generation, files, small })
}

/// Copies an open file, up to `length` if given, and syncs it.
fn copy_file(from: File, length: Option<u64>, to: &Path) -> Result<()> {
    let copy = || -> io::Result<u64> {
        point(Step::Create, to)?;
        let mut target = File::create(to)?;
        point(Step::Write, to)?;
        let copied = match length {
            Some(length) => io::copy(&mut from.take(length), &mut target)?,
            None => io::copy(&mut &from, &mut target)?,
        };
        point(Step::Sync, to)?;
        target.sync_all()?;
        Ok(copied)
    };
    let copied = copy().map_err(|e| Error::io(to, e))?;
    match length {
        Some(length) if copied < length => Err(Error::Damaged {
            path: to.to_path_buf(),
            what: format!("{copied} bytes where {length} were committed"),
        }),
        _ => Ok(()),
    }
}
