//! The sink of a run: a record becomes a claim on an id, a file becomes a line of the manifest.
//!
//! Articles and rejections flow in file by file, to the writer and the [`Report`]. A rehearsal does the same with a
//! ledger and a manifest of its own, and writes nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::options::Options;
use super::pipeline::Source;
use super::plan::is_below;
use super::report::{Observer, Report};
use super::unread::{UnreadParts, say_kept};
use crate::archive::{self, Damage, Input};
use gongxun_core::article::{Article, ArticleId, Origin};
use gongxun_core::error::{Error, Reason, Rejection, Result};
use gongxun_core::index::document::{self, id_order};
use gongxun_core::index::records::{Class, Ledger, STANDARD_INPUT, Verdict};
use gongxun_core::index::tombstones::{Tombstone, TombstoneVerdict, Tombstones};
use gongxun_core::index::{ArticleRef, Entry, Intake, Manifest, Root, Snapshot};
use gongxun_core::reprint::Fingerprint;

/// A run that writes nothing: articles are only judged.
pub struct Rehearsal {
    ledger: Ledger,
    manifest: Manifest,
}

impl Rehearsal {
    /// Creates a rehearsal on an index with this ledger and manifest.
    pub fn new(ledger: Ledger, manifest: Manifest) -> Rehearsal {
        Rehearsal { ledger, manifest }
    }
}

impl Intake for Rehearsal {
    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn claim(&mut self, record: &Article, _: &Fingerprint, file: &str, class: Class) -> Result<(Verdict, u64)> {
        let content = document::content_hash(&document::encode(record));
        Ok((self.ledger.claim(record, file, class, content)?, 0))
    }

    fn release(&mut self, id: &ArticleId, file: &str) -> Result<bool> {
        self.ledger.release(id, file)
    }

    fn page(&mut self, _: &Article, _: &str) -> Result<()> {
        Ok(())
    }

    fn delete_pages(&mut self, _: &str) {}

    fn record(&mut self, entry: Entry) {
        self.manifest.record(entry);
    }

    fn set_root(&mut self, root: Root) {
        self.manifest.set_root(root);
    }

    fn commit(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Receives the results of reading, and counts them.
pub struct Sink<'a> {
    pub target: &'a mut dyn Intake,
    pub report: Report,
    tombstones: &'a Tombstones,
    options: &'a Options<'a>,
    /// The previous generation, while another is built: its texts stay where a damaged stream has others.
    pub before: Option<&'a Snapshot>,
    since_commit: u64,
    /// The file under way.
    file: Option<CurrentFile>,
    /// The files of which a part could not be read, with the numbers of the ids that were met in them.
    pub partial: Vec<(String, UnreadParts, HashSet<u64>)>,
}

/// The state of the file under way.
#[derive(Default)]
struct CurrentFile {
    /// The file, unless it is standard input.
    input: Option<Input>,
    /// Its future line of the manifest.
    entry: Entry,
    /// The index at the time the file began, and the file's articles in it that have not been met.
    snapshot: Option<Snapshot>,
    existing: HashMap<u64, ArticleRef>,
    /// The ids that other files hold and that have not been met.
    shadowed: BTreeSet<u64>,
    /// The number of times that each id was met.
    seen: HashMap<u64, u32>,
    /// The ids that its lines have from elsewhere, with the hash of their text.
    copies: HashMap<u64, u64>,
    /// The numbers of the ids of its pages without an article.
    pages: HashSet<u64>,
    /// The records that were kept out, on request or because they may be altered: they claim nothing.
    kept_out: HashSet<(Class, u64)>,
    /// The parts of it that could not be read: nothing is concluded from records that are missing there. A stream is
    /// always one of many.
    unread: UnreadParts,
    /// The damage in it, once somebody had to know.
    damage: Option<Damage>,
    /// Whether it is read because it was marked to be read again, and must stay marked if this run is not completed.
    again: bool,
}

impl CurrentFile {
    /// Whether a record of this class has claimed an id: then one of the other class is a repetition, whatever its text.
    fn has_claimed(&self, class: Class, id: &ArticleId) -> bool {
        let number = id_order(id);
        let was_met = match class {
            Class::Copy => self.copies.contains_key(&number),
            Class::Own => {
                let (first, occurrence) = id.0.split_once('-').unwrap_or((&id.0, "1"));
                let seen = self.seen.get(&id_order(&ArticleId(first.into())));
                seen.is_some_and(|seen| occurrence.parse::<u32>().is_ok_and(|occurrence| *seen >= occurrence))
            }
        };
        was_met && !self.kept_out.contains(&(class, number))
    }

    /// Returns the number of articles that stay although the run did not meet them.
    fn unmet(&self) -> u64 {
        (self.existing.len() + self.shadowed.len()) as u64
    }
}

impl<'a> Sink<'a> {
    pub fn new(target: &'a mut dyn Intake, tombstones: &'a Tombstones, options: &'a Options<'a>) -> Sink<'a> {
        Sink {
            target,
            report: Report::default(),
            tombstones,
            options,
            before: None,
            since_commit: 0,
            file: None,
            partial: Vec::new(),
        }
    }

    pub fn rejected(&mut self, rejection: &Rejection, observer: &mut dyn Observer) {
        if let Some(file) = &mut self.file {
            file.entry.rejected += 1;
            file.unread.add(rejection);
        }
        self.report.rejected += 1;
        observer.rejected(rejection);
    }

    pub fn start_of_file(&mut self, input: &Input) -> Result<()> {
        let ledger = self.target.ledger();
        let again = ledger.begin(&input.name);
        let mut file = CurrentFile { again, ..CurrentFile::default() };
        match input.name == STANDARD_INPUT {
            true => file.unread = UnreadParts::whole(),
            false => file.input = Some(input.clone()),
        }
        file.snapshot = ledger.snapshot().cloned();
        file.existing = self.target.held(&input.name)?;
        let ledger = self.target.ledger();
        file.existing.retain(|number, _| ledger.still_holds(*number, &input.name));
        file.shadowed = ledger.shadowed(&input.name);
        let Input { name, size, modified_ns, .. } = input.clone();
        self.target.delete_pages(&name);
        file.entry = Entry { file: name, size, modified_ns, ..Entry::default() };
        self.file = Some(file);
        Ok(())
    }

    /// Takes in an article, under the id that its place and key give it, unless an earlier record in its file has that.
    pub fn article(
        &mut self,
        (mut article, mut class): (Article, Class),
        print: &Fingerprint,
        source: &Source,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        let origin = &source.origin;
        let Some(file) = &mut self.file else { return Ok(()) };
        if article.is_page() {
            file.pages.insert(id_order(&article.id));
            let verdict = self.tombstones.verdict(&article.id, document::page_hash(&article));
            if let Some(tombstone) = verdict.keeps_out() {
                file.entry.deleted += 1;
                self.report.deleted += 1;
                let changed = matches!(verdict, TombstoneVerdict::KeptOutChanged(_));
                self.rejected(&kept_out(&article, origin, tombstone, changed), observer);
                return Ok(());
            }
            file.entry.pages += 1;
            self.report.pages += 1;
            return self.target.page(&article, &origin.file);
        }
        self.report.read += 1;
        let mut again = false;
        if class == Class::Copy {
            let text = document::text_hash(&article);
            let text = text.unwrap_or_else(|| document::content_hash(&document::encode(&article)));
            match file.copies.insert(id_order(&article.id), text) {
                Some(first) if first == text => {
                    file.entry.articles += 1;
                    file.entry.repeated += 1;
                    self.report.unchanged += 1;
                    return Ok(());
                }
                Some(first) => {
                    // Another text under an id that occurs in the same export is not a copy of the record that has the
                    // id.
                    file.copies.insert(id_order(&article.id), first);
                    (class, again) = (Class::Own, true);
                    article.id = ArticleId::new(&origin.place(), &article.id.0);
                    article.origin = origin.to_string();
                }
                None => {}
            }
        }
        if class == Class::Own {
            let occurrence = file.seen.entry(id_order(&article.id)).or_insert(0);
            *occurrence += 1;
            again |= *occurrence > 1;
            article.id = article.id.with_occurrence(*occurrence);
        }
        match self.tombstones.verdict(&article.id, document::text_hash(&article)) {
            TombstoneVerdict::Nothing => {}
            TombstoneVerdict::LetIn(Tombstone { id, .. }) => observer.note(&format!(
                "{}: has the id {id} of an article that was deleted, and another text; it is taken for another article",
                article.origin
            )),
            says @ (TombstoneVerdict::KeptOut(tombstone) | TombstoneVerdict::KeptOutChanged(tombstone)) => {
                let changed = matches!(says, TombstoneVerdict::KeptOutChanged(_));
                file.kept_out.insert((class, id_order(&article.id)));
                file.entry.deleted += 1;
                self.report.deleted += 1;
                self.rejected(&kept_out(&article, origin, tombstone, changed), observer);
                return Ok(());
            }
        }
        if !source.verified && self.may_be_altered(&article, origin)? {
            let file = self.file.get_or_insert_default();
            file.kept_out.insert((class, id_order(&article.id)));
            let detail = "its stream is damaged, and the index has another text of it, which stays";
            self.rejected(&Rejection::new(origin.clone(), Reason::Damaged, detail), observer);
            return Ok(());
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        file.entry.articles += 1;
        if file.has_claimed(other(class), &article.id) {
            file.entry.repeated += 1;
            if class == Class::Copy {
                self.report.unchanged += 1;
                return Ok(());
            }
        }
        if again {
            self.report.duplicate_ids += 1;
            observer.duplicate(&article.origin, &article.id);
        }
        file.existing.remove(&id_order(&article.id));
        file.shadowed.remove(&id_order(&article.id));
        let (verdict, bytes) = self.target.claim(&article, print, &origin.file, class)?;
        self.since_commit += bytes;
        match verdict {
            Verdict::New => self.report.new += 1,
            Verdict::Changed => self.report.changed += 1,
            Verdict::Moved | Verdict::Unchanged | Verdict::Shadowed => self.report.unchanged += 1,
        }
        Ok(())
    }

    /// Whether an article differs from a text that is stored under its id, and is in a stream that turns out to be
    /// damaged: its checksum, or what stands behind the article.
    fn may_be_altered(&mut self, article: &Article, origin: &Origin) -> Result<bool> {
        if !self.replaces_a_text(article)? {
            return Ok(false);
        }
        let options = self.options;
        let Some(CurrentFile { input: Some(input), damage, .. }) = &mut self.file else { return Ok(false) };
        if damage.is_none() {
            *damage =
                Some(archive::damage(input, &options.limits, &|| options.is_stopped()).ok_or(Error::Interrupted)?);
        }
        Ok(damage.as_ref().is_some_and(|damage| damage.covers(origin)))
    }

    fn replaces_a_text(&mut self, article: &Article) -> Result<bool> {
        if let Some(before) = self.before
            && let Some(address) = before.find(&article.id)?
        {
            return Ok(before.content_at(address)? != document::content_hash(&document::encode(article)));
        }
        self.target.holds_another_text(article)
    }

    pub fn end_of_file(&mut self, hash: Option<String>, observer: &mut dyn Observer) -> Result<()> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        let name = file.entry.file.clone();
        // Another record may have taken an id that this file held when it began.
        let ledger = self.target.ledger();
        ledger.begin(&name);
        file.existing.retain(|number, _| ledger.still_holds(*number, &name));
        // The place of a shadowed record in its file is not known.
        let mut kept = if file.unread.is_none() { 0 } else { file.shadowed.len() as u64 };
        if file.unread.is_none() {
            file.shadowed.iter().for_each(|number| ledger.withdraw(*number, &name));
        }
        for held in file.existing.values() {
            if may_hold(&file.unread, file.snapshot.as_ref(), held, &name)? {
                kept += 1;
            } else {
                self.report.removed += u64::from(self.release_held(file.snapshot.as_ref(), held, &name)?);
            }
        }
        self.report.kept += kept;
        file.entry.articles += kept;
        say_kept(&name, kept, observer);
        // A record that was a page may be an article now.
        let mut met: HashSet<u64> = file.pages.into_iter().chain(file.seen.into_keys()).collect();
        if let Some(snapshot) = &file.snapshot {
            let of_before = snapshot.page_ids_of(&name)?;
            let unmet = of_before.iter().filter(|id| !met.contains(&id_order(id))).count() as u64;
            let kept = match file.unread.is_none() {
                true => 0,
                false => self.keep_pages(snapshot, &name, &file.unread, &mut met, observer)?,
            };
            file.entry.pages += kept;
            self.report.pages_removed += unmet.saturating_sub(kept);
        }
        if !file.unread.is_none() {
            self.partial.push((name, file.unread, met));
        }
        self.target.record(Entry { hash: hash.unwrap_or_default(), ..file.entry });
        Ok(())
    }

    /// Removes the records of files that are gone; if that would be more than is allowed, removes nothing and returns
    /// the error.
    pub fn prune(&mut self, gone: &[String], options: &Options<'_>) -> Result<Option<Error>> {
        let names: HashSet<&str> = gone.iter().map(String::as_str).collect();
        let mut doomed = Vec::new();
        for name in gone {
            let mut held = self.target.held(name)?;
            let ledger = self.target.ledger();
            let snapshot = ledger.snapshot().cloned();
            held.retain(|number, _| ledger.still_holds(*number, name));
            // An article that a remaining file claims as well is not lost.
            let stays = |number: &u64| ledger.claimants(*number).any(|file| !names.contains(file));
            let lost = held.keys().filter(|number| !stays(number)).count() as u64;
            doomed.push((name, snapshot, held, lost));
        }
        if !options.prune_most {
            for root in gone.iter().map(|name| name.split('/').next().unwrap_or_default()).collect::<BTreeSet<_>>() {
                let lost: u64 = doomed.iter().filter(|one| is_below(one.0, root)).map(|one| one.3).sum();
                let all: u64 =
                    self.target.manifest().entries().filter(|e| is_below(&e.file, root)).map(Entry::held).sum();
                if lost * 2 > all {
                    return Ok(Some(Error::Invalid(format!(
                        "{root}: {lost} of its {all} articles are from files that no longer exist; nothing was removed; --yes removes them"
                    ))));
                }
            }
        }
        for (name, snapshot, held, _) in doomed {
            for held in held.values() {
                self.report.removed += u64::from(self.release_held(snapshot.as_ref(), held, name)?);
            }
            self.report.pages_removed += self.target.manifest().get(name).map_or(0, |entry| entry.pages);
            self.target.delete_pages(name);
            let ledger = self.target.ledger();
            ledger.begin(name);
            ledger.shadowed(name).iter().for_each(|number| ledger.withdraw(*number, name));
            self.target.record(Entry { file: name.clone(), removed: true, ..Entry::default() });
        }
        Ok(None)
    }

    fn release_held(&mut self, snapshot: Option<&Snapshot>, held: &ArticleRef, file: &str) -> Result<bool> {
        match (held, snapshot) {
            (ArticleRef::Id(id), _) => self.target.release(id, file),
            (ArticleRef::Address(address), Some(snapshot)) => self.target.release(&snapshot.id(*address)?, file),
            (ArticleRef::Address(_), None) => Ok(false),
        }
    }

    /// Records the file under way, so that its removal is noticed by the next run. It has no hash, so it is read again.
    pub fn under_way(&mut self) {
        if let Some(file) = &self.file {
            let articles = file.entry.articles + file.unmet();
            if file.again {
                self.target.ledger().read_again(&file.entry.file);
            }
            self.target.record(Entry { articles, ..file.entry.clone() });
        }
    }

    /// Whether enough has been added that a commit is due.
    pub fn is_due(&self) -> bool {
        self.since_commit >= self.options.commit_bytes
    }

    pub fn commit_if_due(&mut self) -> Result<()> {
        if !self.is_due() {
            return Ok(());
        }
        self.since_commit = 0;
        self.under_way();
        self.target.commit()
    }

    /// Carries over an article of the previous generation; returns whether it was added, rather than kept out by a
    /// tombstone or met already.
    pub fn carry(&mut self, article: &Article, entry: &Entry) -> Result<bool> {
        let file = entry.file.as_str();
        if self.target.ledger().holds(&article.id, file)? {
            return Ok(false);
        }
        if self.tombstones.verdict(&article.id, document::text_hash(article)).keeps_out().is_some() {
            return Ok(false);
        }
        let in_place = entry.in_place.binary_search(&id_order(&article.id)).is_ok();
        let class = if in_place { Class::Copy } else { Class::of(&article.origin, file) };
        self.since_commit += self.target.claim(article, &Fingerprint::from_article(article), file, class)?.1;
        self.report.carried += 1;
        Ok(true)
    }

    /// Puts in the pages without an article that a snapshot has from a file, if they may stand in an unread part of it and
    /// were not met; from then on they are. Returns their number.
    pub fn keep_pages(
        &mut self,
        snapshot: &Snapshot,
        file: &str,
        unread: &UnreadParts,
        met: &mut HashSet<u64>,
        observer: &mut dyn Observer,
    ) -> Result<u64> {
        let mut kept = 0;
        for address in snapshot.pages_of(file)? {
            let page = match snapshot.page(address) {
                Err(error @ Error::Unreadable { .. }) => {
                    observer.note(&format!("not carried over: {error}"));
                    continue;
                }
                page => page?,
            };
            let is_kept_out = self.tombstones.verdict(&page.id, document::page_hash(&page)).keeps_out().is_some();
            if unread.may_hold(&page.origin, file) && !met.contains(&id_order(&page.id)) && !is_kept_out {
                self.target.page(&page, file)?;
                met.insert(id_order(&page.id));
                kept += 1;
            }
        }
        Ok(kept)
    }

    /// Records a file whose articles were carried over.
    pub fn carried(&mut self, entry: Entry) {
        if entry.again {
            self.target.ledger().read_again(&entry.file);
        }
        self.target.record(entry);
    }
}

/// Whether an article that the index has from a file may stand in a part of it that could not be read.
fn may_hold(unread: &UnreadParts, snapshot: Option<&Snapshot>, held: &ArticleRef, file: &str) -> Result<bool> {
    if unread.is_none() || unread.is_whole() {
        return Ok(unread.is_whole());
    }
    match (held, snapshot) {
        (ArticleRef::Address(address), Some(snapshot)) => match snapshot.article(*address) {
            Ok(article) => Ok(unread.may_hold(&article.origin, file)),
            Err(Error::Unreadable { .. }) => Ok(true),
            Err(error) => Err(error),
        },
        // Where it stands is not known.
        _ => Ok(true),
    }
}

fn other(class: Class) -> Class {
    match class {
        Class::Own => Class::Copy,
        Class::Copy => Class::Own,
    }
}

/// Returns the rejection of an article that was deleted on request.
fn kept_out(article: &Article, origin: &Origin, tombstone: &Tombstone, changed: bool) -> Rejection {
    let id = &tombstone.id;
    let what = match (*id == article.id, changed) {
        (true, false) => format!("{id} was deleted on request"),
        (true, true) => format!("{id} was deleted on request, and has another text now"),
        (false, _) => format!("it has the text of {id}, which was deleted on request"),
    };
    let detail = format!("{what}; `gongxun delete --forget {id}` lifts the deletion");
    Rejection::new(origin.clone(), Reason::Deleted, detail)
}
