//! Fingerprints and clusters of copies, kept beside the segments.
//!
//! ```text
//! fingerprints-000001.bin   one packed fingerprint an article, appended before each commit, like the manifest
//! clusters-000042.bin       which of them are copies, written anew for each commit that changes something
//! ```
//!
//! The commit's payload names both. What stands behind the named length was written by a run that did not reach its
//! commit, and is cut off by the next writer. Joining two clusters rewrites the table of clusters, never an article.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use tantivy::directory::OwnedBytes;
use tantivy::{Directory as _, DocAddress, DocId, Searcher};

use super::directory::GenerationDirectory;
use super::disk;
use super::document::id_order;
use super::manifest::Position;
use super::snapshot::Snapshot;
use super::texts::{Place, Reader, Waiting};
use crate::article::Article;
use crate::error::{Error, Result};
use crate::reprint::{Clusters, Fingerprint, Flags, PACKED, Packed};

const FINGERPRINTS: &str = "fingerprints-";
const CLUSTERS: &str = "clusters-";
/// What a table of clusters begins with; the number is its version.
const MAGIC: &[u8; 8] = b"gxcopy02";
/// Fewer fingerprints than this are not worth writing anew without the dead ones.
const MIN_COMPACTED: u32 = 1_000;

/// The files of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Files {
    /// The fingerprints, and how many bytes of them count.
    pub fingerprints: Position,
    /// The checksum of these bytes (CRC-32).
    pub crc: u32,
    /// The name of the table of clusters.
    pub clusters: String,
}

/// The writer's side: takes fingerprints and gives the files of the next commit.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    files: Files,
    clusters: Clusters,
    /// Where the fingerprint and the text of an article wait.
    pending: BTreeMap<u64, Place>,
    texts: Waiting,
    gone: HashSet<u64>,
    /// The number of the first fingerprint that came since the store was opened.
    first_new: u32,
}

impl Store {
    /// Opens the files that a commit names; none give an empty store.
    ///
    /// # Errors
    /// Where a file is missing or does not hold what was written.
    pub fn open(folder: &Path, files: Option<&Files>) -> Result<Store> {
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

    /// Notes an article and its fingerprint, in place of an earlier one. Articles go by [`id_order`]; of those few that
    /// share it (beyond 254 records of one place and key) the last one's is kept.
    pub fn put(&mut self, article: &Article, fingerprint: &Fingerprint) {
        let number = id_order(&article.id);
        let place = self.texts.put(article, &fingerprint.pack(number));
        self.gone.insert(number);
        self.pending.insert(number, place);
    }

    /// Notes that an article is gone.
    pub fn remove(&mut self, article: u64) {
        self.gone.insert(article);
        self.pending.remove(&article);
    }

    /// Whether there is something to commit.
    pub fn is_dirty(&self) -> bool {
        !self.pending.is_empty() || !self.gone.is_empty()
    }

    /// How many of the fingerprints that came since the store was opened are in a cluster, up to the last commit.
    pub fn joined(&self) -> u64 {
        self.clusters.groups.iter().flatten().filter(|number| **number >= self.first_new).count() as u64
    }

    /// Writes and syncs what is pending, finds the clusters, and gives the files that the commit must name. `snapshot` is
    /// the commit before.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn flush(&mut self, commit: u64, snapshot: &Snapshot) -> Result<Option<Files>> {
        if self.is_dirty() {
            let places = self.append(commit)?;
            self.cluster(commit, snapshot, &places)?;
            self.texts.clear();
            self.files.clusters = format!("{CLUSTERS}{commit:06}.bin");
            let packed = map(&self.folder, &self.files.fingerprints)?;
            disk::replace_file(&self.folder.join(&self.files.clusters), &encode(&self.clusters, &packed))?;
        }
        Ok(Some(self.files.clone()).filter(|files| !files.clusters.is_empty()))
    }

    /// Appends the fingerprints that are pending, and gives the places where their texts wait.
    fn append(&mut self, commit: u64) -> Result<Vec<Place>> {
        if self.files.fingerprints.file.is_empty() {
            self.files.fingerprints.file = format!("{FINGERPRINTS}{commit:06}.bin");
        }
        let places: Vec<Place> = std::mem::take(&mut self.pending).into_values().collect();
        let new = self.texts.fingerprints(&places)?;
        let position = &mut self.files.fingerprints;
        disk::append(&self.folder.join(&position.file), position.length, &new)?;
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
        // Most fingerprints are of articles that are gone: the others are written anew.
        let kept = self.clusters.renumber();
        self.first_new = kept.partition_point(|number| *number < self.first_new) as u32;
        let bytes: Vec<u8> = kept.iter().flat_map(|n| &packed[*n as usize * PACKED..][..PACKED]).copied().collect();
        self.files.fingerprints.file = format!("{FINGERPRINTS}{commit:06}.bin");
        self.files.fingerprints.length = bytes.len() as u64;
        self.files.crc = crc32fast::hash(&bytes);
        disk::replace_file(&self.folder.join(&self.files.fingerprints.file), &bytes)
    }

    /// Removes the files of earlier commits, once a commit names these.
    pub fn remove_outdated(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for file in files.flatten() {
            let name = file.file_name();
            let name = name.to_string_lossy();
            let ours = name.starts_with(FINGERPRINTS) || name.starts_with(CLUSTERS);
            if ours && *name != self.files.fingerprints.file && *name != self.files.clusters {
                // A file that can't be removed now is removed by a later commit.
                fs::remove_file(file.path()).ok();
            }
        }
    }
}

/// Reads the files that a commit names against their checksums.
///
/// # Errors
/// Where one is missing or does not hold what was written.
pub fn check(folder: &Path, files: &Files) -> Result<()> {
    let path = folder.join(&files.clusters);
    read_clusters(File::open(&path), &path)?;
    let packed = map(folder, &files.fingerprints)?;
    let crc = crc32fast::hash(&packed);
    if crc != files.crc {
        let what = format!("its checksum is {crc:08x}, written was {:08x}", files.crc);
        return Err(Error::Damaged { path: folder.join(&files.fingerprints.file), what });
    }
    Ok(())
}

/// The fingerprints, mapped: the system keeps of them what there is room for.
fn map(folder: &Path, position: &Position) -> Result<OwnedBytes> {
    let path = folder.join(&position.file);
    let damaged = |what: String| Error::Damaged { path: path.clone(), what };
    let directory = GenerationDirectory::open(folder).map_err(|e| damaged(e.to_string()))?;
    // An empty or a missing file can't be mapped.
    fs::metadata(&path).map_err(|e| Error::io(&path, e))?;
    let file = directory.open_read(Path::new(&position.file)).map_err(|e| damaged(e.to_string()))?;
    let bytes = file.read_bytes().map_err(|e| Error::io(&path, e))?;
    let length = position.length as usize;
    if bytes.len() < length || !length.is_multiple_of(PACKED) {
        return Err(damaged(format!("{} bytes where {length} were committed", bytes.len())));
    }
    Ok(bytes.slice(0..length))
}

/// The table of clusters: magic, number of fingerprints, the dead, the clusters with the numbers of their
/// fingerprints and articles, and a checksum.
fn encode(clusters: &Clusters, packed: &[u8]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let number = |out: &mut Vec<u8>, number: u32| out.extend(number.to_le_bytes());
    number(&mut out, clusters.known);
    out.extend(&clusters.dead.0);
    number(&mut out, clusters.groups.len() as u32);
    for group in &clusters.groups {
        number(&mut out, group.len() as u32);
        for member in group {
            number(&mut out, *member);
            out.extend(Packed::at(packed, *member).article().to_le_bytes());
        }
    }
    let crc = crc32fast::hash(&out);
    number(&mut out, crc);
    out
}

/// Reads a table: the clusters, and the articles of each.
fn read_clusters(file: io::Result<File>, path: &Path) -> Result<(Clusters, Vec<Vec<u64>>)> {
    let mut bytes = Vec::new();
    file.and_then(|mut file| file.read_to_end(&mut bytes)).map_err(|e| Error::io(path, e))?;
    decode(&bytes)
        .ok_or_else(|| Error::Damaged { path: path.to_path_buf(), what: "its checksum or its form is wrong".into() })
}

fn decode(bytes: &[u8]) -> Option<(Clusters, Vec<Vec<u64>>)> {
    let (body, crc) = bytes.split_last_chunk::<4>()?;
    if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return None;
    }
    let mut rest = body.strip_prefix(MAGIC)?;
    let number = |rest: &mut &[u8]| -> Option<u32> {
        let (number, after) = rest.split_first_chunk::<4>()?;
        *rest = after;
        Some(u32::from_le_bytes(*number))
    };
    let known = number(&mut rest)?;
    let flags = known.div_ceil(8) as usize;
    let (dead, after) = rest.split_at_checked(flags)?;
    rest = after;
    let (mut groups, mut articles) = (Vec::new(), Vec::new());
    for _ in 0..number(&mut rest)? {
        let (mut group, mut of_group) = (Vec::new(), Vec::new());
        for _ in 0..number(&mut rest)? {
            group.push(number(&mut rest).filter(|member| *member < known)?);
            let (article, after) = rest.split_first_chunk::<8>()?;
            rest = after;
            of_group.push(u64::from_le_bytes(*article));
        }
        groups.push(group);
        articles.push(of_group);
    }
    let clusters = Clusters { known, groups, dead: Flags(dead.to_vec()) };
    Some((clusters, articles))
}

/// The searcher's side: the table of a commit, opened with the snapshot and read when it is first asked for. The open file
/// stays readable when a later commit removes it.
#[derive(Debug, Default)]
pub struct Table {
    file: Option<(PathBuf, File)>,
    copies: OnceLock<Reprints>,
}

impl Table {
    /// Opens the table that a commit names.
    ///
    /// # Errors
    /// Where it is not there.
    pub fn open(folder: &Path, files: Option<&Files>) -> Result<Table> {
        let Some(files) = files else { return Ok(Table::default()) };
        let path = folder.join(&files.clusters);
        let file = File::open(&path).map_err(|e| Error::io(&path, e))?;
        Ok(Table { file: Some((path, file)), copies: OnceLock::new() })
    }

    /// Which documents are copies of one another.
    ///
    /// # Errors
    /// Where a file of the index can't be read.
    pub fn reprints(&self, searcher: &Searcher) -> Result<&Reprints> {
        if let Some(reprints) = self.copies.get() {
            return Ok(reprints);
        }
        let articles = match &self.file {
            Some((path, file)) => {
                // Another thread may read at the same time, so each begins at the beginning by itself.
                let length = file.metadata().map_err(|e| Error::io(path, e))?.len() as usize;
                let mut bytes = vec![0; length];
                read_at(file, 0, &mut bytes).map_err(|e| Error::io(path, e))?;
                let what = || "its checksum or its form is wrong".to_string();
                decode(&bytes).ok_or_else(|| Error::Damaged { path: path.clone(), what: what() })?.1
            }
            None => Vec::new(),
        };
        let found = Reprints::find(searcher, &articles)?;
        Ok(self.copies.get_or_init(|| found))
    }
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

/// Which documents of a snapshot are copies of one another. Documents that have no copy are not in it and cost nothing.
#[derive(Debug, Default)]
pub struct Reprints {
    /// The copies of each cluster: the cleanest first, then the earliest.
    pub clusters: Vec<Vec<DocAddress>>,
    /// For each segment its documents that have copies, in order, each with its cluster and its place in it.
    pub segments: Vec<Vec<Copy>>,
}

/// A document that has copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The document.
    pub doc: DocId,
    /// The number of its cluster.
    pub cluster: u32,
    /// Its place among the copies: the least is shown.
    pub place: u32,
}

impl Reprints {
    /// Looks through the segments for the articles of the clusters.
    fn find(searcher: &Searcher, articles: &[Vec<u64>]) -> Result<Reprints> {
        let clusters = articles.iter().enumerate();
        let mut places: Vec<(u64, u32, u32)> = clusters
            .flat_map(|(at, of_one)| of_one.iter().zip(0..).map(move |(article, place)| (*article, at as u32, place)))
            .collect();
        places.sort_unstable();
        let mut found: Vec<Vec<(u32, DocAddress)>> = vec![Vec::new(); articles.len()];
        for (article, address) in Lookup::new(articles.concat()).find(searcher)? {
            if let Ok(at) = places.binary_search_by_key(&article, |(article, ..)| *article) {
                let (_, cluster, place) = places[at];
                found[cluster as usize].push((place, address));
            }
        }
        let mut reprints =
            Reprints { clusters: Vec::new(), segments: vec![Vec::new(); searcher.segment_readers().len()] };
        for mut copies in found.into_iter().filter(|copies| copies.len() > 1) {
            copies.sort_unstable();
            let cluster = reprints.clusters.len() as u32;
            for ((_, address), place) in copies.iter().zip(0..) {
                reprints.segments[address.segment_ord as usize].push(Copy { doc: address.doc_id, cluster, place });
            }
            reprints.clusters.push(copies.into_iter().map(|(_, address)| address).collect());
        }
        reprints.segments.iter_mut().for_each(|copies| copies.sort_unstable_by_key(|copy| copy.doc));
        Ok(reprints)
    }

    /// The copies of the document at an address, itself among them; none where it has no other.
    pub fn of(&self, address: DocAddress) -> &[DocAddress] {
        match self.copy(address) {
            Some(copy) => &self.clusters[copy.cluster as usize],
            None => &[],
        }
    }

    /// What is known of the document at an address, where it has copies.
    pub fn copy(&self, address: DocAddress) -> Option<&Copy> {
        let segment = self.segments.get(address.segment_ord as usize)?;
        segment.binary_search_by_key(&address.doc_id, |copy| copy.doc).ok().map(|at| &segment[at])
    }
}

/// Finds documents by the numbers of their articles.
pub struct Lookup {
    articles: Vec<u64>,
    filter: Filter,
}

impl Lookup {
    /// These articles are looked for.
    pub fn new(mut articles: Vec<u64>) -> Lookup {
        articles.sort_unstable();
        articles.dedup();
        Lookup { filter: Filter::new(&articles), articles }
    }

    /// Looks through the segments: one number of each document is read, and most are told from those looked for by a bit.
    pub fn find(&self, searcher: &Searcher) -> Result<Vec<(u64, DocAddress)>> {
        let mut found = Vec::new();
        for (ord, segment) in searcher.segment_readers().iter().enumerate().filter(|_| !self.articles.is_empty()) {
            let ids = segment.fast_fields().u64("id_order")?;
            for doc in segment.doc_ids_alive() {
                let Some(article) = ids.first(doc).filter(|article| self.filter.may_have(*article)) else { continue };
                if self.articles.binary_search(&article).is_ok() {
                    found.push((article, DocAddress::new(ord as u32, doc)));
                }
            }
        }
        Ok(found)
    }
}

/// Tells most numbers that are not in a set at the cost of one bit looked up. The numbers are hashes: their high bits serve.
struct Filter {
    bits: Vec<u64>,
    shift: u32,
}

impl Filter {
    fn new(numbers: &[u64]) -> Filter {
        let size = (numbers.len().max(4) * 16).next_power_of_two();
        let mut filter = Filter { bits: vec![0; size.div_ceil(64)], shift: 64 - size.trailing_zeros() };
        for number in numbers {
            let at = filter.at(*number);
            filter.bits[at / 64] |= 1 << (at % 64);
        }
        filter
    }

    fn at(&self, number: u64) -> usize {
        (number >> self.shift) as usize
    }

    fn may_have(&self, number: u64) -> bool {
        let at = self.at(number);
        self.bits[at / 64] >> (at % 64) & 1 == 1
    }
}
