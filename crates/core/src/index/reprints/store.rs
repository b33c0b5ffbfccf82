//! The store of fingerprints and clusters of copies, in files beside the segments.
//!
//! ```text
//! fingerprints-000001.bin   one packed fingerprint an article, appended before each commit, like the manifest
//! clusters-000042.bin       the clusters of copies among them, written anew for each commit that changes any
//! ```
//!
//! The commit's payload names both. Bytes behind the named length were written by a run that did not reach its commit,
//! and the next writer truncates them. Joining two clusters rewrites the table of clusters, never an article.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::article::Article;
use crate::error::{Error, Result};
use crate::index::commit::payload::ReprintFiles;
use crate::index::read::snapshot::Snapshot;
use crate::index::reprints::files::{encode, map, read_clusters};
use crate::index::reprints::text_source::{Place, Reader, Waiting};
use crate::index::storage::atomic_files;
use crate::index::storage::names::{CLUSTERS, FINGERPRINTS, is_numbered_file};
use crate::index::store::document::id_order;
use crate::reprint::{Clusters, Fingerprint, PACKED, Packed};

/// The least number of fingerprints worth compacting.
const MIN_COMPACTED: u32 = 1_000;

/// The writer's side: takes fingerprints and returns the files of the next commit.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    files: ReprintFiles,
    clusters: Clusters,
    /// The place of each pending article's fingerprint and text.
    pending: BTreeMap<u64, Place>,
    texts: Waiting,
    gone: HashSet<u64>,
    /// The number of the first fingerprint added since the store was opened.
    first_new: u32,
}

impl Store {
    /// Opens the files that a commit names; without any, the store is empty.
    ///
    /// # Errors
    /// If a file is missing or does not hold what was written.
    pub fn open(folder: &Path, files: Option<&ReprintFiles>) -> Result<Store> {
        let clusters = match files {
            Some(files) => read_clusters(File::open(folder.join(&files.clusters)), &folder.join(&files.clusters))?.0,
            None => Clusters::default(),
        };
        let first_new = clusters.known;
        Ok(Store {
            folder: folder.to_path_buf(),
            files: files.cloned().unwrap_or_default(),
            clusters,
            pending: BTreeMap::new(),
            texts: Waiting::new(folder),
            gone: HashSet::new(),
            first_new,
        })
    }

    /// Adds an article's fingerprint, replacing an earlier one. Articles are keyed by [`id_order`]; of those few that
    /// share it (beyond 254 records with one place and key) the last one's fingerprint is kept.
    pub fn put(&mut self, article: &Article, fingerprint: &Fingerprint) {
        let number = id_order(&article.id);
        let place = self.texts.put(article, &fingerprint.pack(number));
        self.gone.insert(number);
        self.pending.insert(number, place);
    }

    /// Removes an article's fingerprint.
    pub fn remove(&mut self, article: u64) {
        self.gone.insert(article);
        self.pending.remove(&article);
    }

    /// Whether there is something to commit.
    pub fn is_dirty(&self) -> bool {
        !self.pending.is_empty() || !self.gone.is_empty()
    }

    /// Returns the number of fingerprints added since the store was opened that are in a cluster, up to the last
    /// commit.
    pub fn joined(&self) -> u64 {
        self.clusters.groups.iter().flatten().filter(|number| **number >= self.first_new).count() as u64
    }

    /// Writes and syncs the pending fingerprints, computes the clusters, and returns the files that the commit must
    /// name. `snapshot` is the previous commit.
    ///
    /// # Errors
    /// If a write fails.
    pub fn flush(&mut self, commit: u64, snapshot: &Snapshot) -> Result<Option<ReprintFiles>> {
        if self.is_dirty() {
            let places = self.append(commit)?;
            self.cluster(commit, snapshot, &places)?;
            self.texts.clear();
            self.files.clusters = format!("{CLUSTERS}{commit:06}.bin");
            let packed = map(&self.folder, &self.files.fingerprints)?;
            atomic_files::replace_file(&self.folder.join(&self.files.clusters), &encode(&self.clusters, &packed))?;
        }
        Ok(Some(self.files.clone()).filter(|files| !files.clusters.is_empty()))
    }

    /// Appends the pending fingerprints, and returns the places of their pending texts.
    fn append(&mut self, commit: u64) -> Result<Vec<Place>> {
        if self.files.fingerprints.file.is_empty() {
            self.files.fingerprints.file = format!("{FINGERPRINTS}{commit:06}.bin");
        }
        let places: Vec<Place> = std::mem::take(&mut self.pending).into_values().collect();
        let new = self.texts.fingerprints(&places)?;
        let position = &mut self.files.fingerprints;
        atomic_files::append(&self.folder.join(&position.file), position.length, &new)?;
        position.length += new.len() as u64;
        let mut crc = crc32fast::Hasher::new_with_initial(self.files.crc);
        crc.update(&new);
        self.files.crc = crc.finalize();
        Ok(places)
    }

    fn cluster(&mut self, commit: u64, snapshot: &Snapshot, places: &[Place]) -> Result<()> {
        let packed = map(&self.folder, &self.files.fingerprints)?;
        let gone = std::mem::take(&mut self.gone);
        let known = self.clusters.known;
        let gone: Vec<u32> = match gone.is_empty() {
            true => Vec::new(),
            false => (0..known)
                .filter(|n| !self.clusters.dead.has(*n) && gone.contains(&Packed::at(&packed, *n).article()))
                .collect(),
        };
        let mut texts = Reader::new(&packed, snapshot, known, places, &mut self.texts)?;
        self.clusters.update(&packed, &gone, &mut texts);
        let dead = self.clusters.dead.count();
        if self.clusters.known < MIN_COMPACTED || dead < self.clusters.known / 2 {
            return Ok(());
        }
        // Most fingerprints belong to articles that are gone: the live ones are rewritten, under a checksum that would
        // be right whatever they have become.
        let (crc, written) = (crc32fast::hash(&packed), self.files.crc);
        if crc != written {
            let what = format!("its checksum is {crc:08x}, written was {written:08x}");
            return Err(Error::Damaged { path: self.folder.join(&self.files.fingerprints.file), what });
        }
        let kept = self.clusters.renumber();
        self.first_new = kept.partition_point(|number| *number < self.first_new) as u32;
        let bytes: Vec<u8> = kept.iter().flat_map(|n| &packed[*n as usize * PACKED..][..PACKED]).copied().collect();
        self.files.fingerprints.file = format!("{FINGERPRINTS}{commit:06}.bin");
        self.files.fingerprints.length = bytes.len() as u64;
        self.files.crc = crc32fast::hash(&bytes);
        atomic_files::replace_file(&self.folder.join(&self.files.fingerprints.file), &bytes)
    }

    /// Removes the files of earlier commits. Called once a commit names these.
    pub fn remove_outdated(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for file in files.flatten() {
            let name = file.file_name();
            let name = name.to_string_lossy();
            let ours = [FINGERPRINTS, CLUSTERS].iter().any(|prefix| is_numbered_file(&name, prefix, "bin"));
            if ours && *name != self.files.fingerprints.file && *name != self.files.clusters {
                // A file that can't be removed now is removed by a later commit.
                fs::remove_file(file.path()).ok();
            }
        }
    }
}
