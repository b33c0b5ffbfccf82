//! The compression of stored articles: each by itself with zstd, by a dictionary trained on the first articles of its
//! generation.
//!
//! Articles of one archive have much in common, which a block of a few of them does not show and a dictionary does:
//! packed this way they take a quarter less space than in blocks, and reading one article unpacks one.
//!
//! ```text
//! index/gen-000003/compression.dict   the dictionary, once there were enough articles to make it; never changed
//! ```
//!
//! A packed article is one byte that names its packing, followed by a zstd frame with its checksum.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::DecoderDictionary;
use zstd::stream::raw::CParameter;
use zstd::zstd_safe::{DCtx, get_error_name};

use crate::error::{Error, Result};
use crate::index::storage::atomic_files::replace_file;
use crate::index::storage::names::COMPRESSION;

/// The name of the dictionary's file in a generation's folder.
pub const FILE: &str = COMPRESSION;
/// The maximum size of the dictionary, in bytes.
const MAX_DICTIONARY: usize = 256 << 10;
/// The volume of articles that it is trained on, in bytes.
pub const SAMPLES: usize = 6 << 20;
/// The least volume to train on, in bytes: less would not show what articles have in common.
const MIN_SAMPLES: usize = 256 << 10;
/// The ratio of training data to the dictionary's maximum size, so that it does not merely hold the articles.
const SAMPLE_SHARE: usize = 16;
/// zstd's compression level.
const LEVEL: i32 = 5;
/// The maximum size of an unpacked article, in bytes: a damaged length requests no more.
const MAX_ARTICLE: usize = u32::MAX as usize;

/// The first byte of an article packed without the dictionary.
const PLAIN: u8 = 0;
/// The first byte of an article packed with the dictionary.
const BY_DICTIONARY: u8 = 1;
/// The first byte of data too short to be worth packing: a line of a margin. The checksum of its file protects it.
const RAW: u8 = 2;

/// Frames data that is too short to be packed.
pub fn raw(bytes: &[u8]) -> Vec<u8> {
    [&[RAW], bytes].concat()
}

/// The compression dictionary of a generation.
#[derive(Clone)]
pub struct Dictionary(Arc<[u8]>);

impl Dictionary {
    /// Trains a dictionary on stored articles ([`crate::index::store::document::encode`]), laid end to end, with their
    /// lengths. `None` if they are too few or have nothing in common.
    pub fn make(articles: &[u8], lengths: &[usize]) -> Option<Dictionary> {
        if articles.len() < MIN_SAMPLES {
            return None;
        }
        let size = MAX_DICTIONARY.min(articles.len() / SAMPLE_SHARE);
        zstd::dict::from_continuous(articles, lengths, size).ok().map(|made| Dictionary(made.into()))
    }

    /// Reads the dictionary of a generation, if it has one. `hash` is the expected [`Dictionary::hash`], if known.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it has another hash, or is missing although a hash is known.
    pub fn read(folder: &Path, hash: Option<&str>) -> Result<Option<Dictionary>> {
        let path = folder.join(FILE);
        let dictionary = match fs::read(&path) {
            Ok(bytes) => Dictionary(bytes.into()),
            Err(e) if e.kind() == ErrorKind::NotFound && hash.is_none() => return Ok(None),
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Err(Error::Damaged { path, what: "it no longer exists".into() });
            }
            Err(e) => return Err(Error::io(path, e)),
        };
        let found = dictionary.hash();
        match hash.filter(|hash| *hash != found) {
            Some(hash) => Err(Error::Damaged { path, what: format!("its hash is {found}, written was {hash}") }),
            None => Ok(Some(dictionary)),
        }
    }

    /// Writes the dictionary durably.
    ///
    /// # Errors
    /// If a write fails.
    pub fn write(&self, folder: &Path) -> Result<()> {
        replace_file(&folder.join(FILE), &self.0)
    }

    /// Returns the first half of its BLAKE3 hash, in hexadecimal digits.
    pub fn hash(&self) -> String {
        blake3::hash(&self.0).to_hex()[..32].to_string()
    }
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dictionary({} bytes)", self.0.len())
    }
}

/// Packs articles.
pub struct Packer {
    zstd: Compressor<'static>,
    kind: u8,
}

impl Packer {
    /// Creates a packer with a dictionary, or without.
    ///
    /// # Errors
    /// If zstd can't allocate memory.
    pub fn new(dictionary: Option<&Dictionary>) -> std::io::Result<Packer> {
        let (mut zstd, kind) = match dictionary {
            Some(dictionary) => (Compressor::with_dictionary(LEVEL, &dictionary.0)?, BY_DICTIONARY),
            None => (Compressor::new(LEVEL)?, PLAIN),
        };
        zstd.set_parameter(CParameter::ChecksumFlag(true))?;
        // There is one dictionary, so its id need not be stored.
        zstd.set_parameter(CParameter::DictIdFlag(false))?;
        Ok(Packer { zstd, kind })
    }

    /// Packs an article.
    ///
    /// # Errors
    /// If zstd can't allocate memory.
    pub fn pack(&mut self, article: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut packed = vec![self.kind];
        packed.extend(self.zstd.compress(article)?);
        Ok(packed)
    }
}

/// Unpacks articles.
#[derive(Default)]
pub struct Unpacker {
    dictionary: Option<DecoderDictionary<'static>>,
    /// zstd's working memory, one for each thread that has unpacked at the same time: making it takes longer than
    /// unpacking an article.
    contexts: Mutex<Vec<DCtx<'static>>>,
}

impl Unpacker {
    /// Creates an unpacker with a generation's dictionary, if it has one.
    pub fn new(dictionary: Option<&Dictionary>) -> Unpacker {
        let dictionary = dictionary.map(|dictionary| DecoderDictionary::copy(&dictionary.0));
        Unpacker { dictionary, contexts: Mutex::default() }
    }

    /// Unpacks an article.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the bytes are not the output of [`Packer::pack`].
    pub fn unpack(&self, packed: &[u8]) -> Result<Vec<u8>> {
        // zstd decodes an empty frame to nothing instead of failing.
        match (packed.split_first().filter(|(_, frame)| !frame.is_empty()), &self.dictionary) {
            (Some((&PLAIN, frame)), _) => self.unpack_frame(frame, None),
            (Some((&BY_DICTIONARY, frame)), Some(dictionary)) => self.unpack_frame(frame, Some(dictionary)),
            (Some((&RAW, bytes)), _) => Ok(bytes.to_vec()),
            (Some((&BY_DICTIONARY, _)), None) => {
                Err(damaged(format!("it needs {FILE}, which the commit does not have")))
            }
            _ => Err(damaged("it is not a packed article".into())),
        }
    }

    fn unpack_frame(&self, frame: &[u8], dictionary: Option<&DecoderDictionary<'static>>) -> Result<Vec<u8>> {
        let size = Decompressor::upper_bound(frame).unwrap_or(MAX_ARTICLE);
        if size > MAX_ARTICLE {
            return Err(damaged(format!("it would be {size} bytes")));
        }
        let mut article = Vec::new();
        article.try_reserve_exact(size).map_err(|e| damaged(e.to_string()))?;
        let kept = self.contexts.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut context = kept.or_else(DCtx::try_create).ok_or_else(|| damaged("zstd is out of memory".into()))?;
        let unpacked = match dictionary {
            Some(dictionary) => context.decompress_using_ddict(&mut article, frame, dictionary.as_ddict()),
            None => context.decompress(&mut article, frame),
        };
        unpacked.map_err(|code| damaged(get_error_name(code).to_string()))?;
        // One that failed is not used again.
        self.contexts.lock().unwrap_or_else(PoisonError::into_inner).push(context);
        Ok(article)
    }
}

fn damaged(what: String) -> Error {
    Error::Damaged { path: "stored article".into(), what }
}

impl std::fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Unpacker").field(&self.dictionary.is_some()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns articles as alike as those of one archive.
    fn articles() -> Vec<Vec<u8>> {
        let article = |n: usize| {
            let body: String =
                (0..40).map(|k| format!("第{}条，工会依法维护职工的合法权益。", n * 131 % 977 * k)).collect();
            format!(
                r#"{{"id":"{n:020}","title":"第{n}号","credits":[{{"role":"编辑","name":"李明"}}],"body":"{body}"}}"#
            )
        };
        (0..400).map(|n| article(n).into_bytes()).collect()
    }

    fn dictionary() -> Dictionary {
        let articles = articles();
        let lengths: Vec<usize> = articles.iter().map(Vec::len).collect();
        Dictionary::make(&articles.concat(), &lengths).unwrap()
    }

    #[test]
    fn articles_come_back() {
        let dictionary = dictionary();
        let mut sizes = Vec::new();
        for dictionary in [None, Some(&dictionary)] {
            let (mut packer, unpacker) = (Packer::new(dictionary).unwrap(), Unpacker::new(dictionary));
            let mut size = 0;
            for article in articles().into_iter().chain([Vec::new(), vec![b'x'; 3_000_000]]) {
                let packed = packer.pack(&article).unwrap();
                size += packed.len();
                assert_eq!(unpacker.unpack(&packed).unwrap(), article);
            }
            sizes.push(size);
        }
        assert!(sizes[1] * 2 < sizes[0], "{sizes:?}");
        // Articles packed before there was a dictionary are read beside it.
        let packed = Packer::new(None).unwrap().pack(b"{}").unwrap();
        assert_eq!(Unpacker::new(Some(&dictionary)).unpack(&packed).unwrap(), b"{}");
    }

    #[test]
    fn no_flipped_bit_changes_an_article() {
        let dictionary = dictionary();
        let unpacker = Unpacker::new(Some(&dictionary));
        let article = articles().swap_remove(7);
        let packed = Packer::new(Some(&dictionary)).unwrap().pack(&article).unwrap();
        let mut seen = 0;
        for bit in 0..packed.len() * 8 {
            let mut flipped = packed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            match unpacker.unpack(&flipped) {
                Err(Error::Damaged { .. }) => seen += 1,
                // A few bits have no meaning.
                other => assert_eq!(other.unwrap(), article, "{bit}"),
            }
        }
        assert!(seen > packed.len() * 8 - 20, "{seen}");
        (0..packed.len()).for_each(|end| assert!(unpacker.unpack(&packed[..end]).is_err()));
        assert!(Unpacker::default().unpack(&packed).is_err());
    }

    #[test]
    fn it_is_made_of_enough_only() {
        let article = articles().swap_remove(0);
        assert!(Dictionary::make(&article, &[article.len()]).is_none());
        assert!(Dictionary::make(&vec![b'x'; MIN_SAMPLES], &[MIN_SAMPLES]).is_none());
    }

    #[test]
    fn the_file_is_the_one_that_the_commit_knows() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Dictionary::read(folder.path(), None).unwrap().is_none());
        let dictionary = dictionary();
        let hash = dictionary.hash();
        assert!(matches!(Dictionary::read(folder.path(), Some(&hash)), Err(Error::Damaged { .. })));
        dictionary.write(folder.path()).unwrap();
        let read = Dictionary::read(folder.path(), Some(&hash)).unwrap().unwrap();
        assert_eq!(read.0, dictionary.0);
        fs::write(folder.path().join(FILE), &dictionary.0[1..]).unwrap();
        assert!(matches!(Dictionary::read(folder.path(), Some(&hash)), Err(Error::Damaged { .. })));
    }
}
