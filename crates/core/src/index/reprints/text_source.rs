//! The text source of near-duplicate verification: the texts to compare when fingerprints alone do not decide.
//!
//! A commit's clusters are computed before the commit, so the articles to be committed are not in the index yet: their
//! texts are spooled to a temporary file, each behind its fingerprint, since those of one commit would take 37 MB of
//! memory. All others are read from the store.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tantivy::DocAddress;

use crate::article::Article;
use crate::error::{Error, Result};
use crate::index::read::snapshot::Snapshot;
use crate::index::reprints::table::Lookup;
use crate::index::storage::atomic_files::read_at;
use crate::index::storage::names::WAITING;
use crate::reprint::{PACKED, Packed, Texts};

/// The place of a pending text in the file, right behind its fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    from: u64,
    length: u32,
}

/// The spooled texts and fingerprints of articles that are not committed. The file is removed on drop.
#[derive(Debug)]
pub struct Waiting {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    length: u64,
    failed: Option<io::Error>,
}

impl Waiting {
    /// Creates an empty spool.
    pub fn new(folder: &Path) -> Waiting {
        Waiting { path: folder.join(WAITING), file: None, length: 0, failed: None }
    }

    /// Appends an article's text and fingerprint. `Waiting::file` reports an error of the disk.
    pub fn put(&mut self, article: &Article, fingerprint: &[u8; PACKED]) -> Place {
        let text = text(article);
        let place = Place { from: self.length + PACKED as u64, length: text.len() as u32 };
        let mut write = || -> io::Result<()> {
            let file = match &mut self.file {
                Some(file) => file,
                none => {
                    let options =
                        File::options().create(true).truncate(true).read(true).write(true).open(&self.path)?;
                    none.insert(BufWriter::new(options))
                }
            };
            file.write_all(fingerprint)?;
            file.write_all(text.as_bytes())
        };
        match write() {
            Ok(()) => self.length += (PACKED + text.len()) as u64,
            Err(error) => self.failed = self.failed.take().or(Some(error)),
        }
        place
    }

    /// Returns the file, ready to be read.
    fn file(&mut self) -> Result<Option<&File>> {
        if let Some(error) = self.failed.take() {
            return Err(Error::io(&self.path, error));
        }
        match &mut self.file {
            Some(file) => {
                file.flush().map_err(|e| Error::io(&self.path, e))?;
                Ok(Some(file.get_ref()))
            }
            None => Ok(None),
        }
    }

    /// Returns the fingerprints of the texts at these places, end to end.
    ///
    /// # Errors
    /// If the disk refused to write or read them.
    pub fn fingerprints(&mut self, places: &[Place]) -> Result<Vec<u8>> {
        let path = self.path.clone();
        let mut packed = vec![0; places.len() * PACKED];
        if let Some(file) = self.file()? {
            for (place, bytes) in places.iter().zip(packed.chunks_exact_mut(PACKED)) {
                read_at(file, place.from - PACKED as u64, bytes).map_err(|e| Error::io(&path, e))?;
            }
        }
        Ok(packed)
    }

    /// Discards all texts.
    pub fn clear(&mut self) {
        if self.file.take().is_some() {
            // A file that can't be removed now is overwritten by the next run.
            std::fs::remove_file(&self.path).ok();
        }
        self.length = 0;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Returns the text that is compared: lead and body.
fn text(article: &Article) -> String {
    match &article.lead {
        Some(lead) => format!("{lead}\n{}", article.body),
        None => article.body.clone(),
    }
}

/// The texts of all fingerprints: first the committed ones, then the pending ones.
pub struct Reader<'a> {
    packed: &'a [u8],
    snapshot: &'a Snapshot,
    /// The number of the first fingerprint whose text is pending.
    first: u32,
    places: &'a [Place],
    waiting: Option<&'a File>,
    addresses: HashMap<u64, DocAddress>,
}

impl<'a> Reader<'a> {
    /// Returns the texts of `snapshot`, and of `waiting` from fingerprint number `first` on.
    ///
    /// # Errors
    /// If the disk refused to write the texts.
    pub fn new(
        packed: &'a [u8],
        snapshot: &'a Snapshot,
        first: u32,
        places: &'a [Place],
        waiting: &'a mut Waiting,
    ) -> Result<Reader<'a>> {
        let waiting = waiting.file()?;
        Ok(Reader { packed, snapshot, first, places, waiting, addresses: HashMap::new() })
    }
}

impl Texts for Reader<'_> {
    fn prepare(&mut self, numbers: &[u32]) {
        let stored = numbers.iter().filter(|number| **number < self.first);
        let articles: Vec<u64> = stored.map(|number| Packed::at(self.packed, *number).article()).collect();
        let found = Lookup::new(articles).find(&self.snapshot.searcher);
        // An index that can't be read reports that when it is searched and verified; here it only yields no texts.
        self.addresses = found.unwrap_or_default().into_iter().collect();
    }

    fn text(&mut self, number: u32) -> Option<String> {
        match number.checked_sub(self.first) {
            Some(waiting) => {
                let place = self.places.get(waiting as usize)?;
                let mut bytes = vec![0; place.length as usize];
                read_at(self.waiting?, place.from, &mut bytes).ok()?;
                String::from_utf8(bytes).ok()
            }
            None => {
                let address = self.addresses.get(&Packed::at(self.packed, number).article())?;
                self.snapshot.article(*address).ok().map(|article| text(&article))
            }
        }
    }
}
