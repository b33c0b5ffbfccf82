//! Making the lists of the segments that a commit or a merge is about to name.

use std::io;
use std::path::PathBuf;

use tantivy::{Directory as _, Index, SegmentMeta, SegmentReader};

use super::encode::Words;
use super::file::{name, with_names};
use crate::error::Result;
use crate::index::commit::check::catch_panic;
use crate::index::commit::kinds::{SegmentKind, View, kind};
use crate::index::commit::open::open_index_in;
use crate::index::generations::generation::Generation;
use crate::index::schema::schema;
use crate::index::storage::directory::{BeforeCommit, GenerationDirectory};

/// Makes the lists of a generation.
#[derive(Debug)]
pub struct Making(pub Generation);

impl BeforeCommit for Making {
    fn prepare(&self, folder: &GenerationDirectory, list: &[u8]) -> io::Result<Vec<u8>> {
        let opened = catch_panic(|| open_index_in(View::new(folder.clone(), list.to_vec()), &self.0));
        let Ok(Ok(index)) = opened else { return Ok(list.to_vec()) };
        let mut names: Vec<PathBuf> = Vec::new();
        for segment in index.searchable_segment_metas().unwrap_or_default() {
            let name = name(&segment);
            if !folder.exists(&name).unwrap_or(false) {
                // What can't be read gets no list: its next reader reports the error, and suggestions do without.
                let made = catch_panic(|| words(&index, &segment));
                let Ok(Ok(Some(words))) = made else { continue };
                folder.replace(&name, &words.encode())?;
            }
            names.push(name);
        }
        names.sort();
        Ok(with_names(list, &names))
    }
}

/// Collects the words of a segment of articles; `None` for one of margins.
fn words(index: &Index, segment: &SegmentMeta) -> Result<Option<Words>> {
    if kind(index, segment)? == SegmentKind::Margins {
        return Ok(None);
    }
    let reader = SegmentReader::open(&index.segment(segment.clone()))?;
    let mut words = Words::default();
    for field in schema().1.suggested() {
        let inverted = reader.inverted_index(field)?;
        let mut stream = inverted.terms().stream().map_err(tantivy::TantivyError::from)?;
        while stream.advance() {
            if let Ok(term) = std::str::from_utf8(stream.key()) {
                words.add(term);
            }
        }
    }
    Ok(Some(words))
}
