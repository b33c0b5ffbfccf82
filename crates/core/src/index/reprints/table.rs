//! The searcher's view of reprints: the copies among a snapshot's documents, by the table of clusters of its commit.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tantivy::{DocAddress, DocId, Searcher};

use crate::error::{Error, Result};
use crate::index::commit::payload::ReprintFiles;
use crate::index::reprints::files::decode;
use crate::index::storage::atomic_files::read_at;

/// The table of a commit, opened with the snapshot and read on first use. The open file stays readable after a later
/// commit removes it.
#[derive(Debug, Default)]
pub struct Table {
    file: Option<(PathBuf, File)>,
    copies: OnceLock<Reprints>,
}

impl Table {
    /// Opens the table that a commit names.
    ///
    /// # Errors
    /// If the file is missing.
    pub fn open(folder: &Path, files: Option<&ReprintFiles>) -> Result<Table> {
        let Some(files) = files else { return Ok(Table::default()) };
        let path = folder.join(&files.clusters);
        let file = File::open(&path).map_err(|e| Error::io(&path, e))?;
        Ok(Table { file: Some((path, file)), copies: OnceLock::new() })
    }

    /// Returns the copies among the documents of a snapshot.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn reprints(&self, searcher: &Searcher) -> Result<&Reprints> {
        if let Some(reprints) = self.copies.get() {
            return Ok(reprints);
        }
        let articles = match &self.file {
            Some((path, file)) => {
                // Another thread may read at the same time, so each reads from an explicit offset.
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

/// The clusters of copies among the documents of a snapshot. Documents without a copy are not listed and cost nothing.
#[derive(Debug, Default)]
pub struct Reprints {
    /// The copies of each cluster: the cleanest first, then the earliest.
    pub clusters: Vec<Vec<DocAddress>>,
    /// For each segment, its documents that have copies, in ascending order.
    pub segments: Vec<Vec<Copy>>,
}

/// A document that has copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The document.
    pub doc: DocId,
    /// The number of its cluster.
    pub cluster: u32,
    /// Its rank among the copies, from 0: the match with the least rank represents the cluster.
    pub place: u32,
}

impl Reprints {
    /// Finds the documents of the clusters' articles in the segments.
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

    /// Returns the copies of the document at an address, itself included; empty if it has no other.
    pub fn of(&self, address: DocAddress) -> &[DocAddress] {
        match self.copy(address) {
            Some(copy) => &self.clusters[copy.cluster as usize],
            None => &[],
        }
    }

    /// Returns the entry of the document at an address, if it has copies.
    pub fn copy(&self, address: DocAddress) -> Option<&Copy> {
        let segment = self.segments.get(address.segment_ord as usize)?;
        segment.binary_search_by_key(&address.doc_id, |copy| copy.doc).ok().map(|at| &segment[at])
    }
}

/// A lookup of documents by the numbers of their articles.
pub struct Lookup {
    articles: Vec<u64>,
    filter: Filter,
}

impl Lookup {
    /// Prepares a lookup of these articles.
    pub fn new(mut articles: Vec<u64>) -> Lookup {
        articles.sort_unstable();
        articles.dedup();
        Lookup { filter: Filter::new(&articles), articles }
    }

    /// Scans the segments: one number of each document is read, and most are ruled out by one bit.
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

/// A one-hash Bloom filter: rules out most numbers that are not in a set at the cost of one bit test. The numbers are
/// hashes, so their high bits serve as index.
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
