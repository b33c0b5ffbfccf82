//! Precedence between records that claim the same id. The rule is docs/RECORDS.md's, and it is implemented here alone.
//!
//! Claims flow in, a [`Verdict`] on each flows out. A claim is a record's: its article, the file that it is in, and
//! whether it is the record of its own place or a copy of one ([`Class`]). Of all claims on an id the index holds the
//! first in order of precedence; the others are *shadowed*, and the manifest lists them under their files. When the
//! holder releases the id, the files of the others are marked to be read again. So the content of the index follows
//! from the files and the order of precedence, not from the order in which they were read.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::article::{Article, ArticleId};
use crate::error::{Error, Result};
use crate::index::commit::manifest::{Entry, Manifest};
use crate::index::read::snapshot::Snapshot;
use crate::index::store::document::id_order;

/// The file name of articles that a program put in.
pub const PROGRAM: &str = "+";
/// The file name of standard input.
pub const STANDARD_INPUT: &str = "-";

/// The class of a claim: the record of its own place, or a copy that names another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A page's own file, a line of a file of many, a member of an archive; or an article that a program put in.
    Own,
    /// A line of an export: it names the id and the place of the record it was made from.
    Copy,
}

impl Class {
    /// Returns the class of an article in `file`, by the place that it names.
    pub fn of(origin: &str, file: &str) -> Class {
        let own = origin.strip_prefix(file).is_some_and(|rest| rest.is_empty() || rest.starts_with(['!', '#']));
        if own || file == PROGRAM { Class::Own } else { Class::Copy }
    }
}

/// Returns the key of a record that is told from the others of its place by its number alone.
pub fn numbered(number: u64) -> String {
    format!("#{number}")
}

/// Compares claims by precedence: a record of its own place before copies; among equals, articles that a program put
/// in, then standard input, then by file name, folder by folder.
pub fn precedence(a: (Class, &str), b: (Class, &str)) -> Ordering {
    let lane = |file: &str| match file {
        PROGRAM => 0,
        STANDARD_INPUT => 1,
        _ => 2,
    };
    let parts = |a: &str, b: &str| a.split('/').cmp(b.split('/'));
    a.0.cmp(&b.0).then_with(|| lane(a.1).cmp(&lane(b.1))).then_with(|| parts(a.1, b.1))
}

/// The verdict on a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No claim held the id: the article is new.
    New,
    /// The index holds another text under the id: it is replaced.
    Changed,
    /// The index holds the same text under another file: only the file changes.
    Moved,
    /// The index already holds it as it is.
    Unchanged,
    /// A claim of higher precedence holds the id.
    Shadowed,
}

/// The holder of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Holder {
    file: u32,
    class: Class,
    content: u64,
}

/// The holders of ids: those of the last commit, and the changes since.
#[derive(Default)]
pub struct Ledger {
    snapshot: Option<Snapshot>,
    since: HashMap<u64, Option<Holder>>,
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    /// The files whose claim on an id is shadowed, by id, and the ids by file.
    by_id: HashMap<u64, BTreeSet<u32>>,
    by_file: HashMap<u32, BTreeSet<u64>>,
    /// The ids of copies that name their own file as the place of their original: an export that was written over the
    /// file it was made from.
    in_place: HashMap<u32, BTreeSet<u64>>,
    /// The files whose manifest line is outdated, and those to be read again.
    outdated: BTreeSet<u32>,
    again: BTreeSet<u32>,
}

impl Ledger {
    /// Returns the ledger of an index with this last commit and manifest.
    pub fn new(snapshot: Option<Snapshot>, manifest: &Manifest) -> Ledger {
        let mut ledger = Ledger { snapshot, ..Ledger::default() };
        for entry in manifest.entries() {
            if entry.shadowed.is_empty() && entry.in_place.is_empty() && !entry.again {
                continue;
            }
            let file = ledger.number(&entry.file);
            ledger.in_place.entry(file).or_default().extend(&entry.in_place);
            entry.shadowed.iter().for_each(|id| ledger.shadow(file, *id));
            if entry.again {
                ledger.again.insert(file);
            }
        }
        ledger.outdated.clear();
        ledger
    }

    /// Returns the last commit, if it holds anything.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }

    /// Records that the changes are committed and visible in `snapshot`.
    pub fn committed(&mut self, snapshot: Option<Snapshot>) {
        self.snapshot = snapshot;
        self.since.clear();
        // Names are kept only while something refers to their numbers: an archive may have millions of files.
        let marked = !self.again.is_empty() || !self.outdated.is_empty();
        if !marked && self.by_id.is_empty() && self.in_place.values().all(BTreeSet::is_empty) {
            self.names.clear();
            self.numbers.clear();
            self.by_file.clear();
            self.in_place.clear();
        }
    }

    /// Judges the claim of a record of `file` on its id and records it. `content` is the hash of its stored form.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn claim(&mut self, record: &Article, file: &str, class: Class, content: u64) -> Result<Verdict> {
        let id = &record.id;
        let (number, own) = (id_order(id), self.number(file));
        let in_place = class == Class::Copy && Class::of(&record.origin, file) == Class::Own;
        self.note_place(own, number, in_place);
        let claim = Holder { file: own, class, content };
        let verdict = match self.holder(id, number, own)? {
            None => Verdict::New,
            Some(holder) if holder.file == own && holder.content == content => Verdict::Unchanged,
            Some(holder) if holder.file == own => Verdict::Changed,
            Some(holder) => {
                let other: &str = &self.names[holder.file as usize];
                if precedence((holder.class, other), (class, file)) == Ordering::Less {
                    self.shadow(own, number);
                    return Ok(Verdict::Shadowed);
                }
                self.shadow(holder.file, number);
                if holder.content == content { Verdict::Moved } else { Verdict::Changed }
            }
        };
        self.uncover(own, number);
        if verdict != Verdict::Unchanged {
            self.since.insert(number, Some(claim));
        }
        Ok(verdict)
    }

    /// Withdraws a file's claim on an id. Returns whether the file held it, so that the article must be removed; the
    /// files of other claims are then marked to be read again.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn release(&mut self, id: &ArticleId, file: &str) -> Result<bool> {
        let (number, own) = (id_order(id), self.number(file));
        self.uncover(own, number);
        self.note_place(own, number, false);
        if self.holder(id, number, own)?.is_none_or(|holder| holder.file != own) {
            return Ok(false);
        }
        self.since.insert(number, None);
        let others: Vec<u32> = self.by_id.get(&number).into_iter().flatten().copied().collect();
        self.again.extend(&others);
        self.outdated.extend(others);
        Ok(true)
    }

    /// Withdraws a file's shadowed claim on an id.
    pub fn withdraw(&mut self, number: u64, file: &str) {
        let file = self.number(file);
        self.uncover(file, number);
    }

    /// Whether the file still holds an id that it held in the last commit.
    pub fn still_holds(&self, number: u64, file: &str) -> bool {
        match (self.since.get(&number), self.numbers.get(file)) {
            (None, _) => true,
            (Some(Some(holder)), Some(own)) => holder.file == *own,
            (Some(_), _) => false,
        }
    }

    /// Returns the files whose claim on an id is shadowed.
    pub fn claimants(&self, number: u64) -> impl Iterator<Item = &str> {
        self.by_id.get(&number).into_iter().flatten().map(|file| &*self.names[*file as usize])
    }

    /// Whether a file holds an id.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn holds(&mut self, id: &ArticleId, file: &str) -> Result<bool> {
        let own = self.number(file);
        Ok(self.holder(id, id_order(id), own)?.is_some_and(|holder| holder.file == own))
    }

    /// Returns the ids on which the claim of a file is shadowed.
    pub fn shadowed(&self, file: &str) -> BTreeSet<u64> {
        self.numbers.get(file).and_then(|file| self.by_file.get(file)).cloned().unwrap_or_default()
    }

    /// Notes that a file is being read, which clears its mark to be read again. Returns whether it was marked.
    pub fn begin(&mut self, file: &str) -> bool {
        let file = self.number(file);
        let marked = self.again.remove(&file);
        if marked {
            self.outdated.insert(file);
        }
        marked
    }

    /// Returns the file that holds an id, if one does.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn file_of(&mut self, id: &ArticleId) -> Result<Option<String>> {
        let holder = self.holder(id, id_order(id), u32::MAX)?;
        Ok(holder.map(|holder| self.names[holder.file as usize].to_string()))
    }

    /// Marks a file to be read again: its claim on some ids is unknown.
    pub fn read_again(&mut self, file: &str) {
        let file = self.number(file);
        self.again.insert(file);
        self.outdated.insert(file);
    }

    /// Returns the content of the article that has an id, as [`crate::index::document::content_hash`] gives it.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn content_of(&self, id: &ArticleId) -> Result<Option<u64>> {
        if let Some(holder) = self.since.get(&id_order(id)) {
            return Ok(holder.map(|holder| holder.content));
        }
        let Some(snapshot) = &self.snapshot else { return Ok(None) };
        snapshot.find(id)?.map(|address| snapshot.content_at(address)).transpose()
    }

    /// Returns the files to be read again, in order of precedence.
    pub fn to_read_again(&self) -> Vec<String> {
        let mut files: Vec<String> = self.again.iter().map(|file| self.names[*file as usize].to_string()).collect();
        files.sort_by(|a, b| precedence((Class::Copy, a), (Class::Copy, b)));
        files
    }

    /// Notes that the file's manifest line was rewritten without the ledger's data.
    pub fn recorded(&mut self, file: &str) {
        if let Some(file) = self.numbers.get(file) {
            self.outdated.insert(*file);
        }
    }

    /// Brings the manifest's lines up to date.
    pub fn settle(&mut self, manifest: &mut Manifest) {
        for file in std::mem::take(&mut self.outdated) {
            let Some(entry) = manifest.get(&self.names[file as usize]) else { continue };
            let shadowed: Vec<u64> = self.by_file.get(&file).into_iter().flatten().copied().collect();
            let in_place: Vec<u64> = self.in_place.get(&file).into_iter().flatten().copied().collect();
            let again = self.again.contains(&file);
            if entry.shadowed != shadowed || entry.in_place != in_place || entry.again != again {
                manifest.record(Entry { shadowed, in_place, again, ..entry.clone() });
            }
        }
    }

    fn number(&mut self, file: &str) -> u32 {
        if let Some(number) = self.numbers.get(file) {
            return *number;
        }
        let number = self.names.len() as u32;
        let name: Arc<str> = file.into();
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        number
    }

    /// Returns the holder of an id. The class is looked up only where it matters: where the holder is another file than
    /// `asks`.
    fn holder(&mut self, id: &ArticleId, number: u64, asks: u32) -> Result<Option<Holder>> {
        if let Some(holder) = self.since.get(&number) {
            return Ok(*holder);
        }
        let Some(snapshot) = &self.snapshot else { return Ok(None) };
        let Some(address) = snapshot.find(id)? else { return Ok(None) };
        let (content, name) = (snapshot.content_at(address)?, snapshot.file(address)?);
        let class = match self.numbers.get(name.as_str()) {
            Some(file) if *file == asks => Class::Own,
            Some(file) if self.in_place.get(file).is_some_and(|ids| ids.contains(&number)) => Class::Copy,
            _ => match snapshot.article(address) {
                Ok(article) => Class::of(&article.origin, &name),
                // Any record that can be read takes precedence over it.
                Err(Error::Unreadable { .. }) => Class::Copy,
                Err(error) => return Err(error),
            },
        };
        let file = self.number(&name);
        Ok(Some(Holder { file, class, content }))
    }

    fn note_place(&mut self, file: u32, id: u64, in_place: bool) {
        let changed = match (in_place, self.in_place.get_mut(&file)) {
            (true, _) => self.in_place.entry(file).or_default().insert(id),
            (false, Some(ids)) => ids.remove(&id),
            (false, None) => false,
        };
        if changed {
            self.outdated.insert(file);
        }
    }

    fn shadow(&mut self, file: u32, id: u64) {
        self.by_id.entry(id).or_default().insert(file);
        self.by_file.entry(file).or_default().insert(id);
        self.outdated.insert(file);
    }

    fn uncover(&mut self, file: u32, id: u64) {
        if !self.by_file.get_mut(&file).is_some_and(|ids| ids.remove(&id)) {
            return;
        }
        if let Some(files) = self.by_id.get_mut(&id) {
            files.remove(&file);
            if files.is_empty() {
                self.by_id.remove(&id);
            }
        }
        self.outdated.insert(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_is_an_order_of_class_and_name() {
        let order = [
            (Class::Own, PROGRAM),
            (Class::Own, STANDARD_INPUT),
            (Class::Own, "!/a"),
            (Class::Own, "in/a/b.json"),
            (Class::Own, "in/a.json"),
            (Class::Copy, STANDARD_INPUT),
            (Class::Copy, "a/1.jsonl"),
            (Class::Copy, "a/2.jsonl"),
        ];
        for (at, a) in order.iter().enumerate() {
            for (other, b) in order.iter().enumerate() {
                assert_eq!(precedence(*a, *b), at.cmp(&other), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn claims_in_any_order_end_with_the_same_holder() {
        let id = ArticleId::new("in/a.json", "");
        let record = Article { id: id.clone(), origin: "in/a.json".into(), ..Article::default() };
        let claims = [("in/a.json", Class::Own, 1), ("in/1.jsonl", Class::Copy, 2), ("in/2.jsonl", Class::Copy, 3)];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut ledger = Ledger::default();
            for (file, class, content) in order.map(|at| claims[at]) {
                ledger.claim(&record, file, class, content).unwrap();
            }
            let number = id_order(&id);
            assert!(ledger.holds(&id, "in/a.json").unwrap());
            assert_eq!(ledger.claimants(number).collect::<BTreeSet<_>>(), ["in/1.jsonl", "in/2.jsonl"].into());
            assert_eq!((ledger.shadowed("in/1.jsonl").len(), ledger.shadowed("in/2.jsonl").len()), (1, 1));
            // The page is removed: the remaining export is read again.
            assert!(!ledger.release(&id, "in/2.jsonl").unwrap());
            assert!(ledger.release(&id, "in/a.json").unwrap());
            assert_eq!(ledger.to_read_again(), ["in/1.jsonl"]);
            ledger.begin("in/1.jsonl");
            assert_eq!(ledger.claim(&record, "in/1.jsonl", Class::Copy, 2).unwrap(), Verdict::New);
            assert!(ledger.to_read_again().is_empty() && ledger.claimants(number).next().is_none());
        }
    }
}
