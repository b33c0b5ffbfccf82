//! The file of a word list: its name, which lists a commit names, mapping and checking.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use tantivy::Directory;
use tantivy::SegmentMeta;
use tantivy::directory::OwnedBytes;
use tantivy::index::SegmentComponent;

use super::list::WordList;
use crate::error::{Error, Result};
use crate::index::storage::names::WORD_LIST;

/// The field of meta.json with the segments that have a list.
const NAMED: &str = "word_lists";

/// Returns the name of the word list of a segment.
pub fn name(segment: &SegmentMeta) -> PathBuf {
    segment.relative_path(SegmentComponent::Terms).with_extension(WORD_LIST)
}

/// Returns the names of the lists that a list of segments (the bytes of meta.json) names; none if an older version has
/// written it.
pub fn named(meta: &[u8]) -> HashSet<PathBuf> {
    let meta: Value = serde_json::from_slice(meta).unwrap_or_default();
    let names = meta.get(NAMED).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names.map(PathBuf::from).collect()
}

/// Returns a list of segments that names these word lists; unchanged if there are none.
pub(super) fn with_names(meta: &[u8], names: &[PathBuf]) -> Vec<u8> {
    match meta.trim_ascii_end().split_last() {
        Some((b'}', open)) if !names.is_empty() => {
            let names = serde_json::to_string(names).unwrap_or_default();
            [open, format!(",\"{NAMED}\":{names}}}").as_bytes()].concat()
        }
        _ => meta.to_vec(),
    }
}

/// Verifies the list in a file against its checksum, and returns its size.
///
/// # Errors
/// If it is missing or does not hold what was written.
pub fn check(path: &Path) -> Result<u64> {
    let bytes = match fs::metadata(path) {
        Ok(_) => fs::read(path).map_err(|e| Error::io(path, e))?,
        Err(error) => return Err(Error::io(path, error)),
    };
    let length = bytes.len() as u64;
    match WordList::open(OwnedBytes::new(bytes)) {
        Some(_) => Ok(length),
        None => Err(Error::Damaged { path: path.to_path_buf(), what: "its checksum or its form is wrong".into() }),
    }
}

/// The word list of a segment, mapped when its snapshot was opened, and verified on first use.
#[derive(Debug)]
pub struct Mapped {
    bytes: OwnedBytes,
    list: OnceLock<Option<WordList>>,
}

impl Mapped {
    /// Maps a list; `None` if it can't be read, which verification reports.
    pub fn open(folder: &dyn Directory, name: &Path) -> Option<Mapped> {
        let bytes = folder.open_read(name).ok()?.read_bytes().ok()?;
        Some(Mapped { bytes, list: OnceLock::new() })
    }

    /// Returns the list; `None` if it is damaged.
    pub fn list(&self) -> Option<&WordList> {
        self.list.get_or_init(|| WordList::open(self.bytes.clone())).as_ref()
    }
}
