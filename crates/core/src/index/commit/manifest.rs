//! The manifest: the files that were read, and the places of the archive's folders. One JSON line per file or root,
//! appended before each commit.
//!
//! The commit's payload names the manifest and the length of it that belongs to the commit. Bytes behind that length
//! were written by a run that did not reach its commit, and the next writer truncates them; so the manifest and the
//! segments always agree.
//!
//! A file's line counts its records and lists those whose id another record holds (see `index::records`): together with
//! the articles that the index holds of the file, these are all of its records.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::index::storage::atomic_files::append;
use crate::index::storage::names::{MANIFEST, is_numbered_file};

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Entry {
    /// The file's name relative to the root, as in [`crate::article::Origin`].
    pub file: String,
    /// Its size in bytes.
    pub size: u64,
    /// Modification time, in nanoseconds since 1970.
    pub modified_ns: i128,
    /// The hash of its bytes; empty if it was not read to its end, or changed meanwhile.
    pub hash: String,
    /// Number of its records that are articles.
    pub articles: u64,
    /// The ids of its records that are shadowed, because another record holds the id in the index; by
    /// `document::id_order`, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadowed: Vec<u64>,
    /// The ids of its copies that name this file itself as the place of their original, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_place: Vec<u64>,
    /// Number of its articles that are copies of one in the same file: a line that an export has twice. Schema 3 stores
    /// here, as `shared`, the number that are held under another file.
    #[serde(default, alias = "shared", skip_serializing_if = "is_zero")]
    pub repeated: u64,
    /// Number of its records that have text and no article: pages, found by their margin alone.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pages: u64,
    /// Number of its records that were rejected.
    pub rejected: u64,
    /// Number of the rejected records that are articles deleted on request (see [`crate::index::tombstones`]).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deleted: u64,
    /// Whether the next run must read it again: the holder of the id of one of its records has released it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// Whether the file has been removed, and its articles with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Entry {
    /// Returns the number of articles that the index holds under this file.
    pub fn held(&self) -> u64 {
        self.articles.saturating_sub(self.shadowed.len() as u64 + self.repeated)
    }
}

/// A folder of the archive: the names of all files below it begin with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Its name; empty for the one whose files are named without it, as schema 3 named all.
    pub root: String,
    /// Its absolute path.
    pub path: PathBuf,
}

/// The range of a file that belongs to a commit: its name and a length.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Position {
    /// The manifest's file name.
    pub file: String,
    /// Length in bytes that belongs to the commit.
    pub length: u64,
    /// CRC-32 of these bytes; absent for manifests written before there were checksums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crc: Option<u32>,
}

/// The manifest of a commit, and the pending lines of the next one.
#[derive(Debug, Default)]
pub struct Manifest {
    folder: PathBuf,
    position: Position,
    entries: HashMap<String, Entry>,
    roots: BTreeMap<String, Root>,
    pending: Vec<u8>,
    lines: usize,
}

impl Manifest {
    /// Reads the manifest that a commit names; an empty position gives an empty manifest.
    ///
    /// # Errors
    /// If the file is missing, shorter than the commit says, or not a manifest.
    pub fn read(folder: &Path, position: &Position) -> Result<Manifest> {
        let mut manifest = Manifest {
            folder: folder.to_path_buf(),
            position: position.clone(),
            entries: HashMap::new(),
            roots: BTreeMap::new(),
            pending: Vec::new(),
            lines: 0,
        };
        if position.file.is_empty() {
            manifest.position.file = file_name(0);
            return Ok(manifest);
        }
        let path = manifest.path();
        let damaged = |what: String| Error::Damaged { path: path.clone(), what };
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(|e| Error::io(&path, e))?;
        file.take(position.length).read_to_end(&mut bytes).map_err(|e| Error::io(&path, e))?;
        if (bytes.len() as u64) < position.length {
            return Err(damaged(format!("{} bytes where {} were committed", bytes.len(), position.length)));
        }
        let crc = crc32fast::hash(&bytes);
        if let Some(written) = position.crc.filter(|written| *written != crc) {
            return Err(damaged(format!("its checksum is {crc:08x}, written was {written:08x}")));
        }
        manifest.position.crc = Some(crc);
        for line in bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
            manifest.lines += 1;
            match serde_json::from_slice::<Root>(line) {
                Ok(root) => drop(manifest.roots.insert(root.root.clone(), root)),
                Err(_) => manifest.put(serde_json::from_slice(line).map_err(|e| damaged(e.to_string()))?),
            }
        }
        Ok(manifest)
    }

    fn path(&self) -> PathBuf {
        self.folder.join(&self.position.file)
    }

    fn put(&mut self, entry: Entry) {
        if entry.removed {
            self.entries.remove(&entry.file);
        } else {
            self.entries.insert(entry.file.clone(), entry);
        }
    }

    /// Returns the entry of a file.
    pub fn get(&self, file: &str) -> Option<&Entry> {
        self.entries.get(file)
    }

    /// Returns all entries, in no particular order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Returns the folders of the archive, by name.
    pub fn roots(&self) -> impl Iterator<Item = &Root> {
        self.roots.values()
    }

    /// Returns the number of files below a root, and of articles held of them.
    pub fn below_root(&self, name: &str) -> (u64, u64) {
        let is_below = |file: &str| match name {
            "" => self.roots.keys().all(|other| other.is_empty() || !is_under(file, other)),
            name => is_under(file, name),
        };
        let below = self.entries.values().filter(|entry| is_below(&entry.file));
        below.fold((0, 0), |(files, articles), entry| (files + 1, articles + entry.held()))
    }

    /// Returns the file that an origin is in: the longest known one that the origin begins with, or the origin itself.
    pub fn file_of<'o>(&self, origin: &'o str) -> &'o str {
        let ends = origin.char_indices().rev().filter(|(_, c)| matches!(c, '!' | '#')).map(|(at, _)| at);
        let mut files = std::iter::once(origin.len()).chain(ends).map(|end| &origin[..end]);
        files.find(|file| self.get(file).is_some()).unwrap_or(origin)
    }

    /// Records that a file was read, or is gone; takes effect with the next commit.
    pub fn record(&mut self, entry: Entry) {
        self.line(&entry);
        self.put(entry);
    }

    /// Records the place of a root; takes effect with the next commit.
    pub fn set_root(&mut self, root: Root) {
        if self.roots.get(&root.root) != Some(&root) {
            self.line(&root);
            self.roots.insert(root.root.clone(), root);
        }
    }

    fn line(&mut self, line: &impl Serialize) {
        serde_json::to_writer(&mut self.pending, line).ok();
        self.pending.push(b'\n');
        self.lines += 1;
    }

    /// Whether there are lines to commit.
    pub fn is_dirty(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Writes and syncs the pending lines and returns the position that the commit must name. If most lines are
    /// outdated, the whole manifest is rewritten under the commit's number.
    ///
    /// # Errors
    /// If a write fails.
    pub fn flush(&mut self, commit: u64) -> Result<Position> {
        let outdated = self.lines > 1000 && self.lines > 2 * (self.entries.len() + self.roots.len());
        if outdated {
            self.position = Position { file: file_name(commit), length: 0, crc: None };
            self.pending.clear();
            self.lines = 0;
            let roots: Vec<Root> = self.roots.values().cloned().collect();
            roots.iter().for_each(|root| self.line(root));
            let mut entries: Vec<Entry> = self.entries.values().cloned().collect();
            entries.sort_by(|a, b| a.file.cmp(&b.file));
            entries.iter().for_each(|entry| self.line(entry));
        }
        append(&self.path(), self.position.length, &self.pending)?;
        self.position.length += self.pending.len() as u64;
        let mut crc = crc32fast::Hasher::new_with_initial(self.position.crc.unwrap_or(0));
        crc.update(&self.pending);
        self.position.crc = Some(crc.finalize());
        self.pending.clear();
        Ok(self.position.clone())
    }

    /// Removes the manifests of earlier commits. Called once a commit names this one.
    pub fn remove_outdated(&self) {
        let Ok(files) = std::fs::read_dir(&self.folder) else { return };
        for file in files.flatten() {
            let name = file.file_name();
            let name = name.to_string_lossy();
            if is_numbered_file(&name, MANIFEST, "jsonl") && *name != self.position.file {
                // A file that can't be removed now is removed by a later commit.
                std::fs::remove_file(file.path()).ok();
            }
        }
    }
}

fn is_under(file: &str, root: &str) -> bool {
    file.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))
}

fn file_name(commit: u64) -> String {
    format!("{MANIFEST}{commit:06}.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(file: &str, articles: u64) -> Entry {
        Entry { file: file.into(), size: 1, modified_ns: 2, hash: "h".into(), articles, ..Entry::default() }
    }

    #[test]
    fn what_was_not_committed_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::read(folder.path(), &Position::default()).unwrap();
        manifest.record(entry("a", 1));
        let committed = manifest.flush(1).unwrap();
        manifest.record(entry("b", 1));
        manifest.flush(2).unwrap();

        let mut again = Manifest::read(folder.path(), &committed).unwrap();
        assert!(again.get("a").is_some() && again.get("b").is_none());
        again.record(Entry { removed: true, ..entry("a", 1) });
        again.record(entry("c", 3));
        let position = again.flush(2).unwrap();
        let last = Manifest::read(folder.path(), &position).unwrap();
        assert_eq!(last.entries().collect::<Vec<_>>(), [&entry("c", 3)]);
    }

    #[test]
    fn roots_stand_beside_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::read(folder.path(), &Position::default()).unwrap();
        manifest.record(Entry { shadowed: vec![u64::MAX, 3], again: true, ..entry("in/a", 4) });
        manifest.set_root(Root { root: "in".into(), path: "/old/in".into() });
        manifest.set_root(Root { root: "in".into(), path: "/new/in".into() });
        let position = manifest.flush(1).unwrap();
        let manifest = Manifest::read(folder.path(), &position).unwrap();
        let roots: Vec<&Root> = manifest.roots().collect();
        assert_eq!(roots, [&Root { root: "in".into(), path: "/new/in".into() }]);
        let held = manifest.get("in/a").unwrap();
        assert_eq!((held.held(), held.again), (2, true));
    }

    #[test]
    fn an_outdated_manifest_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::read(folder.path(), &Position::default()).unwrap();
        for n in 0..1500 {
            manifest.record(entry("a", n));
        }
        let position = manifest.flush(7).unwrap();
        manifest.remove_outdated();
        assert_eq!(position.file, "manifest-000007.jsonl");
        assert_eq!(Manifest::read(folder.path(), &position).unwrap().get("a").unwrap().articles, 1499);
        assert!(position.length < 200);
    }
}
