//! Tombstones: the record of articles deleted on request, so that no later run and no other generation brings them
//! back.
//!
//! They are stored beside the generations, in `tombstones.jsonl`: a line with the checksum of the rest, then one line
//! per article with its id, the hash of its text and the file that it came from. The file is written whole, synced and
//! renamed into place before the deletion is committed, so an acknowledged deletion is never lost; if a run is killed
//! between the two, the next one removes the article.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::article::ArticleId;
use crate::error::{Error, Result};
use crate::index::storage::atomic_files::replace_file;
use crate::index::storage::names::TOMBSTONES;

/// An article that was deleted on request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// The article's id.
    pub id: ArticleId,
    /// Its [`crate::index::document::text_hash`], or the [`crate::index::document::page_hash`] of a page without an
    /// article: the same text is kept out under any other id too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<u64>,
    /// The file that it came from.
    pub file: String,
    /// Articles with the same text that were spared, because only this copy was to be deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spared: Vec<ArticleId>,
    /// Whether it is identified by its text alone: its id contains a record number, which another record gets when a
    /// line before it is added or removed, so another text under this id is another article.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_text: bool,
    /// Whether it is a page without an article.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub page: bool,
}

/// The verdict of the tombstones on an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TombstoneVerdict<'a> {
    /// No tombstone applies.
    Nothing,
    /// The article is kept out: its text is this tombstone's, or its id is and its text is unchanged.
    KeptOut(&'a Tombstone),
    /// The article is kept out by its id, although its text has changed.
    KeptOutChanged(&'a Tombstone),
    /// The article is let in: its id is this tombstone's, but contains a record number, and its text differs.
    LetIn(&'a Tombstone),
}

impl<'a> TombstoneVerdict<'a> {
    /// Returns the tombstone that keeps the article out.
    pub fn keeps_out(self) -> Option<&'a Tombstone> {
        match self {
            TombstoneVerdict::KeptOut(one) | TombstoneVerdict::KeptOutChanged(one) => Some(one),
            TombstoneVerdict::Nothing | TombstoneVerdict::LetIn(_) => None,
        }
    }
}

/// All tombstones of an index.
#[derive(Debug, Clone, Default)]
pub struct Tombstones {
    list: Vec<Tombstone>,
    by_id: HashMap<ArticleId, usize>,
    by_text: HashMap<u64, Vec<usize>>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    crc: u32,
}

impl Tombstones {
    /// Returns the path of the tombstones of an index.
    pub fn path(index: &Path) -> PathBuf {
        index.join(TOMBSTONES)
    }

    /// Reads the tombstones of an index; empty if there is no file.
    ///
    /// # Errors
    /// If the file does not hold what was written: no article may be let in that may have been deleted.
    pub fn read(index: &Path) -> Result<Tombstones> {
        let path = Tombstones::path(index);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Tombstones::default()),
            Err(e) if e.kind() == ErrorKind::InvalidData => return Err(damaged(path, "it is not text")),
            Err(e) => return Err(Error::io(path, e)),
        };
        let (header, lines) = text.split_once('\n').unwrap_or((&text, ""));
        let crc = serde_json::from_str(header).map(|header: Header| header.crc);
        if crc.ok() != Some(crc32fast::hash(lines.as_bytes())) {
            return Err(damaged(path, "its checksum is wrong"));
        }
        let list: serde_json::Result<Vec<Tombstone>> = lines.lines().map(serde_json::from_str).collect();
        Ok(Tombstones::from_list(list.map_err(|e| damaged(path, &e.to_string()))?))
    }

    /// Durably replaces the tombstones of an index by these.
    ///
    /// # Errors
    /// If a write fails; the old ones are intact then.
    pub fn write(&self, index: &Path) -> Result<()> {
        let lines = self.list.iter().map(|one| serde_json::to_string(one).unwrap_or_default() + "\n");
        let lines: String = lines.collect();
        let header = serde_json::to_string(&Header { crc: crc32fast::hash(lines.as_bytes()) }).unwrap_or_default();
        replace_file(&Tombstones::path(index), format!("{header}\n{lines}").as_bytes())
    }

    fn from_list(list: Vec<Tombstone>) -> Tombstones {
        let mut tombstones = Tombstones::default();
        list.into_iter().for_each(|one| tombstones.add(one));
        tombstones
    }

    /// Adds one, in place of an earlier one of the same article. An id with a record number may have several, one per
    /// text.
    pub fn add(&mut self, tombstone: Tombstone) {
        if self.by_id.contains_key(&tombstone.id) {
            let other = |one: &Tombstone| (one.by_text || tombstone.by_text) && one.text != tombstone.text;
            self.forget(|one| one.id == tombstone.id && !other(one));
        }
        self.by_id.insert(tombstone.id.clone(), self.list.len());
        if let Some(text) = tombstone.text {
            self.by_text.entry(text).or_default().push(self.list.len());
        }
        self.list.push(tombstone);
    }

    /// Removes the tombstones that satisfy `which` and returns them.
    pub fn forget(&mut self, which: impl Fn(&Tombstone) -> bool) -> Vec<Tombstone> {
        let (gone, kept) = std::mem::take(&mut self.list).into_iter().partition(which);
        *self = Tombstones::from_list(kept);
        gone
    }

    /// Returns all tombstones, in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = &Tombstone> {
        self.list.iter()
    }

    /// Returns the number of tombstones.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are no tombstones.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns the tombstone of an article with this id.
    pub fn get(&self, id: &ArticleId) -> Option<&Tombstone> {
        self.by_id.get(id).map(|at| &self.list[*at])
    }

    /// Returns the verdict on an article with this id and text. A deleted text stays out under any id, except for
    /// spared copies; a deleted id stays out whatever its text, unless it contains a record number.
    pub fn verdict(&self, id: &ArticleId, text: Option<u64>) -> TombstoneVerdict<'_> {
        let own = self.get(id);
        if let Some(own) = own.filter(|own| own.text == text) {
            return TombstoneVerdict::KeptOut(own);
        }
        let same_text = text.and_then(|text| self.by_text.get(&text)).into_iter().flatten().map(|at| &self.list[*at]);
        let same_text = same_text.into_iter().find(|one| !one.spared.contains(id));
        match (own, same_text) {
            (Some(own), _) if !own.by_text => TombstoneVerdict::KeptOutChanged(own),
            (_, Some(other)) => TombstoneVerdict::KeptOut(other),
            (Some(own), None) => TombstoneVerdict::LetIn(own),
            (None, None) => TombstoneVerdict::Nothing,
        }
    }
}

fn damaged(path: PathBuf, what: &str) -> Error {
    let way_out = "restore it from a backup (`gongxun snapshot`); without the file, deleted articles come back";
    Error::Invalid(format!("{}: damaged: {what}; {way_out}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(key: &str) -> ArticleId {
        ArticleId::new(key, "")
    }

    fn tombstone(key: &str, text: u64, spared: &[&str]) -> Tombstone {
        let spared = spared.iter().map(|key| id(key)).collect();
        Tombstone { id: id(key), text: Some(text), file: "a.json".into(), spared, by_text: false, page: false }
    }

    #[test]
    fn they_keep_out_an_id_and_a_text_but_not_what_was_spared() {
        let tombstones = Tombstones::from_list(vec![tombstone("a", 7, &["b"]), tombstone("c", 8, &[])]);
        let kept_out = |key: &str, text| tombstones.verdict(&id(key), text).keeps_out().map(|one| one.id.clone());
        assert_eq!(kept_out("a", None), Some(id("a")));
        assert_eq!(kept_out("b", Some(7)), None);
        assert_eq!(kept_out("d", Some(7)), Some(id("a")));
        assert_eq!(kept_out("d", Some(9)), None);
        // The spared copy is deleted later: then no other copy of its text is left.
        let mut tombstones = tombstones;
        tombstones.add(tombstone("b", 7, &[]));
        assert_eq!(tombstones.verdict(&id("b"), Some(7)).keeps_out().map(|one| &one.id), Some(&id("b")));
        tombstones.add(tombstone("a", 7, &[]));
        assert_eq!(tombstones.len(), 3);
        assert_eq!(tombstones.forget(|one| one.id == id("a")).len(), 1);
        assert_eq!(tombstones.verdict(&id("a"), Some(6)), TombstoneVerdict::Nothing);
    }

    #[test]
    fn an_id_that_numbers_give_is_told_by_its_text() {
        let numbered = Tombstone { by_text: true, ..tombstone("a", 7, &[]) };
        let tombstones = Tombstones::from_list(vec![numbered.clone(), tombstone("c", 8, &[])]);
        let check = |key: &str, text, says: TombstoneVerdict<'_>| {
            assert_eq!(tombstones.verdict(&id(key), text), says, "{key} {text:?}")
        };
        check("a", Some(7), TombstoneVerdict::KeptOut(&numbered));
        check("b", Some(7), TombstoneVerdict::KeptOut(&numbered));
        check("a", Some(9), TombstoneVerdict::LetIn(&numbered));
        check("a", Some(8), TombstoneVerdict::KeptOut(&tombstone("c", 8, &[])));
        check("c", Some(9), TombstoneVerdict::KeptOutChanged(&tombstone("c", 8, &[])));
    }

    #[test]
    fn a_file_that_is_not_whole_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Tombstones::read(folder.path()).unwrap().is_empty());
        let tombstones = Tombstones::from_list(vec![tombstone("a", u64::MAX, &["b"]), tombstone("c", 8, &[])]);
        tombstones.write(folder.path()).unwrap();
        let again = Tombstones::read(folder.path()).unwrap();
        assert_eq!(again.list, tombstones.list);
        let whole = fs::read(Tombstones::path(folder.path())).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            fs::write(Tombstones::path(folder.path()), &flipped).unwrap();
            let read = Tombstones::read(folder.path());
            assert!(read.as_ref().is_err_and(|e| e.to_string().contains("snapshot")), "byte {at}: {read:?}");
            fs::write(Tombstones::path(folder.path()), &whole[..at]).unwrap();
            assert!(Tombstones::read(folder.path()).is_err(), "cut at {at}");
        }
    }
}
