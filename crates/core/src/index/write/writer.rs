//! The one writer of a generation: articles in, commits out.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use tantivy::index::SegmentMeta;
use tantivy::schema::Field;
use tantivy::store::Compressor;
use tantivy::{Index, IndexSettings, IndexWriter, TantivyError, Term};

use crate::article::{Article, ArticleId};
use crate::error::{Error, Result};
use crate::index::commit::check;
use crate::index::commit::kinds::{ByKind, SegmentChecks};
use crate::index::commit::manifest::{Entry, Manifest, Root};
use crate::index::commit::open::{damaged, directory, open_index_in};
use crate::index::commit::payload::{self, Commit};
use crate::index::deletion::deletions::Deletions;
use crate::index::deletion::tombstones::Tombstones;
use crate::index::generations::config::{Choices, Config};
use crate::index::generations::generation::{Generation, Settings, WriteLock};
use crate::index::generations::unfinished;
use crate::index::read::snapshot::Snapshot;
use crate::index::reprints::store as reprints;
use crate::index::schema::{Fields, schema};
use crate::index::storage::directory::{GenerationDirectory, Writing};
use crate::index::store::document::{self, Stored};
use crate::index::store::packing::Dictionary;
use crate::index::word_lists::file;
use crate::index::word_lists::making::Making;
use crate::index::write::margins::{self, Margins};
use crate::index::write::merging;
use crate::index::write::records::{Class, Ledger, PROGRAM, Verdict};
use crate::index::write::resources::Resources;
use crate::index::write::samples::Samples;
use crate::index::write::segment::Builder;
use crate::index::write::workers::Workers;
use crate::reprint::Fingerprint;
use gongxun_text::segment::Segmenter;

/// The size of a block of stored articles, in bytes; articles are packed individually before.
const STORE_BLOCK: usize = 16 << 10;

/// Writes to one generation. An index folder has at most one writer at a time.
pub struct Writer {
    /// Receives complete segments, deletes, merges and commits; its own indexing threads are idle.
    inner: IndexWriter,
    /// The segments known to be intact, which may be merged.
    checks: SegmentChecks,
    workers: Workers,
    deletions: Deletions,
    /// The compression dictionary, once there were enough articles to train it; until then the first articles.
    dictionary: Option<Dictionary>,
    samples: Samples,
    index: Index,
    directory: GenerationDirectory,
    fields: Fields,
    generation: Generation,
    settings: Settings,
    segmenter: Segmenter,
    manifest: Manifest,
    ledger: Ledger,
    tombstones: Option<Tombstones>,
    /// Number of articles that a program has put in less those it removed, since the last commit.
    of_program: i64,
    reprints: reprints::Store,
    margins: Margins,
    commit: Commit,
    dirty: bool,
    /// Whether a write has failed. tantivy drops the articles of a failed thread and would commit the rest at the next
    /// call, beside a manifest that lists all of them; so nothing is committed after a failure.
    failed: bool,
    // Dropped in this order: writes have ended when the lock is released.
    _writing: Writing,
    _lock: WriteLock,
}

impl Writer {
    /// Opens the current generation for writing; creates the first one if there is none. `segmenter` is the one that
    /// the user requested, if any.
    ///
    /// # Errors
    /// [`Error::Busy`] if there is another writer; [`Error::Invalid`] if the segmenter, or the one that the folder's
    /// `gongxun.toml` names, is not the generation's own, or that file is not valid.
    pub fn open(index: &Path, segmenter: Option<&Segmenter>, resources: Resources) -> Result<Writer> {
        let lock = WriteLock::acquire(index)?;
        let Some(generation) = unfinished::served(index)? else {
            let segmenter = Config::segmenter(index, segmenter.cloned())?;
            let writer = Writer::resume_or_create(index, &segmenter, resources, lock)?;
            writer.generation.make_current()?;
            return Ok(writer);
        };
        let config = Config::read(index)?;
        let mut writer = Writer::on(generation, resources, lock)?;
        if let Some(config) = config {
            config.fits(&writer.segmenter)?;
            writer.set_choices(config.choices);
        }
        if segmenter.is_some_and(|asked| asked.fingerprint() != writer.segmenter.fingerprint()) {
            return Err(Error::Invalid(format!(
                "{}: the index was built with another dictionary; `gongxun reindex --dict FILE PATH…` builds one with yours",
                index.display()
            )));
        }
        Ok(writer)
    }

    /// Opens any generation for writing, current or not.
    pub(in crate::index) fn on(generation: Generation, resources: Resources, lock: WriteLock) -> Result<Writer> {
        let settings = generation.settings()?;
        let own = generation.segmenter(&settings)?;
        Writer::start(generation, settings, own, resources, lock)
    }

    /// Creates a new generation beside the current one and opens it for writing. It is not current until
    /// [`Generation::make_current`] is called.
    ///
    /// # Errors
    /// [`Error::Busy`] if there is another writer.
    pub fn new_generation(index: &Path, segmenter: &Segmenter, resources: Resources) -> Result<Writer> {
        let lock = WriteLock::acquire(index)?;
        Writer::create(index, segmenter, resources, lock)
    }

    /// Resumes an unfinished generation that was begun with this dictionary, if there is one; otherwise creates a new
    /// one as [`Writer::new_generation`] does. Other unfinished generations are removed; those that were set aside, by
    /// a rollback or by the check before a swap, stay until the next swap.
    ///
    /// # Errors
    /// [`Error::Busy`] if there is another writer.
    pub fn resume(index: &Path, segmenter: &Segmenter, resources: Resources) -> Result<Writer> {
        let lock = WriteLock::acquire(index)?;
        Writer::resume_or_create(index, segmenter, resources, lock)
    }

    /// Goes on with a generation, or begins one, with the choices of the folder's `gongxun.toml`; without such a file those
    /// of the current generation stay.
    fn resume_or_create(index: &Path, segmenter: &Segmenter, resources: Resources, lock: WriteLock) -> Result<Writer> {
        let config = Config::read(index)?;
        let choices = match (&config, unfinished::served(index)?) {
            (Some(config), _) => {
                config.fits(segmenter)?;
                config.choices.clone()
            }
            (None, Some(current)) => payload::last_commit(&current).unwrap_or_default().choices,
            (None, None) => Choices::default(),
        };
        let settings = Settings::new(segmenter);
        let mut writer = match unfinished::resumable(index, &settings)? {
            Some(generation) => Writer::start(generation, settings, segmenter.clone(), resources, lock)?,
            None => Writer::create(index, segmenter, resources, lock)?,
        };
        writer.set_choices(choices);
        Ok(writer)
    }

    fn create(index: &Path, segmenter: &Segmenter, resources: Resources, lock: WriteLock) -> Result<Writer> {
        let generation = Generation::create(index, segmenter)?;
        let directory = directory(&generation)?;
        let settings = IndexSettings {
            docstore_compression: Compressor::None,
            docstore_compress_dedicated_thread: false,
            docstore_blocksize: STORE_BLOCK,
            ..IndexSettings::default()
        };
        Index::create(directory.clone(), schema().0, settings).map_err(|e| trouble(&directory, &generation, e))?;
        let settings = generation.settings()?;
        Writer::start(generation, settings, segmenter.clone(), resources, lock)
    }

    fn start(
        generation: Generation,
        settings: Settings,
        segmenter: Segmenter,
        resources: Resources,
        lock: WriteLock,
    ) -> Result<Writer> {
        let directory = directory(&generation)?.before_commit(Arc::new(Making(generation.clone())));
        let writing = directory.writing();
        let index = open_index_in(directory.clone(), &generation)?;
        let committed = index.load_metas().map_err(|e| damaged(&generation, e))?;
        let segments = committed.segments.iter();
        let living = segments.flat_map(|segment| check::files_of(segment).chain([file::name(segment)])).collect();
        directory.remove_uncommitted(&living).map_err(|e| trouble(&directory, &generation, e.into()))?;
        let Resources { threads, memory } = resources.balanced();
        let inner: IndexWriter =
            index.writer_with_options(merging::options(threads)).map_err(|e| trouble(&directory, &generation, e))?;
        let checks = SegmentChecks::new(&generation.folder());
        inner.set_merge_policy(Box::new(ByKind::new(merging::policy(), &index, checks.clone())));
        let known = OnceLock::new();
        let _ = known.set(segmenter.clone());
        let snapshot = Snapshot::from_commit(&generation, settings.clone(), known)?;
        let manifest = Manifest::read(&generation.folder(), &snapshot.commit.manifest)?;
        let reprints = reprints::Store::open(&generation.folder(), snapshot.commit.reprints.as_ref())?;
        let ledger = Ledger::new(Some(snapshot.clone()).filter(holds_anything), &manifest);
        let fields = schema().1;
        let builder = |_| Builder::new(&index, &fields, &segmenter);
        let mut workers = Workers::new((0..threads).map(builder).collect(), memory);
        let margins = Margins::new(&index, &fields, &segmenter, &snapshot)?;
        let dictionary = Dictionary::read(&generation.folder(), snapshot.commit.compression.as_deref())?;
        dictionary.iter().for_each(|dictionary| workers.pack_by(dictionary));
        Ok(Writer {
            inner,
            checks,
            workers,
            deletions: Deletions::default(),
            dictionary,
            samples: Samples::default(),
            index,
            directory,
            fields,
            generation,
            settings,
            segmenter,
            manifest,
            ledger,
            tombstones: None,
            of_program: 0,
            reprints,
            margins,
            commit: snapshot.commit,
            dirty: false,
            failed: false,
            _writing: writing,
            _lock: lock,
        })
    }

    /// Returns the generation being written to.
    pub fn generation(&self) -> &Generation {
        &self.generation
    }

    /// Returns the choices for the whole index that the next commit records.
    pub fn choices(&self) -> &Choices {
        &self.commit.choices
    }

    /// Sets the choices for the whole index.
    pub(in crate::index) fn set_choices(&mut self, choices: Choices) {
        self.dirty |= self.commit.choices != choices;
        self.commit.choices = choices;
    }

    /// Returns the manifest so far.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the last commit, as searchers see it.
    ///
    /// # Errors
    /// Same as [`Snapshot::open`].
    pub fn snapshot(&self) -> Result<Snapshot> {
        let known = OnceLock::new();
        let _ = known.set(self.segmenter.clone());
        Snapshot::from_commit(&self.generation, self.settings.clone(), known)
    }

    /// Returns the ledger of the holders of ids.
    pub fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// Returns the tombstones of the index; read on first use.
    ///
    /// # Errors
    /// Same as [`Tombstones::read`].
    pub fn tombstones(&mut self) -> Result<&Tombstones> {
        let read = match self.tombstones.take() {
            Some(known) => known,
            None => Tombstones::read(&self.generation.index)?,
        };
        Ok(self.tombstones.insert(read))
    }

    /// Notes that the tombstones were rewritten.
    pub(in crate::index) fn tombstones_changed(&mut self) {
        self.tombstones = None;
    }

    /// Adds to the number of articles that a program has put in; negative for removals.
    pub(in crate::index) fn count_of_program(&mut self, more: i64) {
        self.of_program += more;
    }

    /// Takes in a record of `file` if precedence gives it its id (see `records`). Returns the verdict, and the size of
    /// the stored form that was added, in bytes: 0 if nothing was.
    ///
    /// # Errors
    /// If an index file can't be read, or a thread of the writer failed (the disk is full, say).
    pub fn claim(&mut self, record: &Article, print: &Fingerprint, file: &str, class: Class) -> Result<(Verdict, u64)> {
        let stored = document::encode(record);
        let verdict = self.ledger.claim(record, file, class, document::content_hash(&stored))?;
        match verdict {
            Verdict::Unchanged | Verdict::Shadowed => return Ok((verdict, 0)),
            Verdict::Changed | Verdict::Moved => self.delete(&record.id),
            Verdict::New => {}
        }
        let bytes = stored.len() as u64;
        self.fingerprint(record, print);
        self.add(record, file, stored)?;
        Ok((verdict, bytes))
    }

    /// Withdraws a record of `file`: removes its article if this file holds it, and returns whether it did.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn release(&mut self, id: &ArticleId, file: &str) -> Result<bool> {
        let held = self.ledger.release(id, file)?;
        if held {
            self.delete(id);
        }
        Ok(held)
    }

    /// Adds an article that came from `file`, or a page without an article ([`Article::is_page`]). `encoded` is its
    /// [`document::encode`]d form.
    ///
    /// # Errors
    /// If a thread of the writer failed (the disk is full, say).
    pub fn add(&mut self, article: &Article, file: &str, encoded: Vec<u8>) -> Result<()> {
        self.dirty = true;
        let stored = match article.margin.is_empty() {
            true => Stored::from(encoded),
            false => {
                let numbers = self.take_margin(article, file).inspect_err(|_| self.failed = true)?;
                if article.is_page() {
                    return Ok(());
                }
                margins::with_margin(article, &encoded, &numbers)
            }
        };
        if self.dictionary.is_some() {
            return self.send_to_workers(article, file, stored);
        }
        self.samples.push(article, file, stored);
        if self.samples.is_full() { self.train_dictionary() } else { Ok(()) }
    }

    /// Adds the margin of an article, or a page without one, and returns the numbers of its lines.
    fn take_margin(&mut self, article: &Article, file: &str) -> Result<Vec<u32>> {
        let (generation, settings, segmenter) = (&self.generation, &self.settings, &self.segmenter);
        let committed = || Snapshot::from_commit(generation, settings.clone(), OnceLock::from(segmenter.clone()));
        let numbers = self.margins.numbers(&article.margin, committed)?;
        if article.is_page() {
            self.margins.page(article, file, &numbers)?;
        }
        if self.margins.is_full() {
            let segment = self.margins.finish().map(|segment| segment.into_iter().collect());
            self.add_segments(segment)?;
        }
        Ok(numbers)
    }

    /// Trains a dictionary on the first articles, if they are enough, and hands them to the threads.
    fn train_dictionary(&mut self) -> Result<()> {
        let samples = std::mem::take(&mut self.samples);
        if let Some(dictionary) = samples.train() {
            self.end_segments()?;
            dictionary.write(&self.generation.folder()).inspect_err(|_| self.failed = true)?;
            self.workers.pack_by(&dictionary);
            self.dictionary = Some(dictionary);
        }
        samples
            .into_articles()
            .into_iter()
            .try_for_each(|(article, file, stored)| self.send_to_workers(&article, &file, stored))
    }

    fn send_to_workers(&mut self, article: &Article, file: &str, stored: Stored) -> Result<()> {
        let taken = self.workers.put(article, file, stored);
        let segments = self.workers.written().collect();
        self.add_segments(taken.map(|()| segments))
    }

    /// Hands all articles to the threads and finishes the segments under way.
    fn flush(&mut self) -> Result<()> {
        self.train_dictionary()?;
        self.end_segments()
    }

    fn end_segments(&mut self) -> Result<()> {
        let margins = self.margins.finish();
        let segments = self.workers.flush();
        self.add_segments(margins.and_then(|margins| Ok(segments?.into_iter().chain(margins).collect())))
    }

    /// Passes complete segments on to tantivy, unless making them failed.
    fn add_segments(&mut self, segments: tantivy::Result<Vec<SegmentMeta>>) -> Result<()> {
        let given = segments.and_then(|segments| {
            segments.into_iter().try_for_each(|segment| {
                self.deletions.add(segment.id());
                self.inner.add_segment(segment)
            })
        });
        given.map_err(|e| {
            self.failed = true;
            trouble(&self.directory, &self.generation, e)
        })
    }

    /// Deletes the documents with a term, also from segments under way that may hold them.
    fn delete_term(&mut self, field: Field, text: &str) {
        self.dirty = true;
        let ended = if self.samples.holds(text) || self.workers.holds(text) { self.flush() } else { Ok(()) };
        let deletion = self.deletions.of(Term::from_field_text(field, text));
        // The next commit reports it if this fails.
        self.failed |= ended.is_err() || self.inner.delete_query(deletion).is_err();
    }

    /// Removes the pages without an article that came from a file.
    pub fn delete_pages(&mut self, file: &str) {
        if self.margins.has_pages() {
            if self.margins.holds(file) {
                self.failed |= self.end_segments().is_err();
            }
            self.delete_term(self.fields.page_file, file);
        }
    }

    /// Removes the pages without an article that have this id.
    pub fn delete_page(&mut self, id: &ArticleId) {
        if self.margins.has_pages() {
            self.delete_term(self.fields.page_id, &id.0);
        }
    }

    /// Adds the fingerprint of an article that is added, by which its copies are found.
    pub fn fingerprint(&mut self, article: &Article, fingerprint: &Fingerprint) {
        if !article.is_page() {
            self.reprints.put(article, fingerprint);
        }
    }

    /// Returns the number of articles fingerprinted by this writer that are copies of others, up to the last commit.
    pub fn joined(&self) -> u64 {
        self.reprints.joined()
    }

    /// Removes the article with this id; articles added after this call stay.
    pub fn delete(&mut self, id: &ArticleId) {
        self.reprints.remove(document::id_order(id));
        self.delete_term(self.fields.id, &id.0);
    }

    /// Removes all articles of a file. Their fingerprints stay; call [`Writer::delete`] for each article to remove
    /// those too.
    pub fn delete_file(&mut self, file: &str) {
        self.delete_pages(file);
        self.delete_term(self.fields.file, file);
    }

    /// Records that a file was read to its end, or is gone.
    pub fn record(&mut self, entry: Entry) {
        self.ledger.recorded(&entry.file);
        self.manifest.record(entry);
    }

    /// Records the place of a folder of the archive.
    pub fn set_root(&mut self, root: Root) {
        self.manifest.set_root(root);
    }

    /// Makes all changes so far durable and visible. Does nothing if there are none.
    ///
    /// # Errors
    /// If a write fails; the last commit is unchanged then, and this writer commits no more.
    pub fn commit(&mut self) -> Result<()> {
        if self.make_durable()? {
            let snapshot = self.snapshot()?;
            self.ledger.committed(Some(snapshot).filter(holds_anything));
        }
        Ok(())
    }

    /// Commits, and returns whether there was anything to commit.
    fn make_durable(&mut self) -> Result<bool> {
        if self.failed {
            let what = "writing failed before; the last commit is kept, the same command goes on from there";
            return Err(Error::io(self.generation.folder(), std::io::Error::other(what)));
        }
        if self.of_program != 0 {
            let known = self.manifest.get(PROGRAM).cloned();
            let entry = known.unwrap_or_else(|| Entry { file: PROGRAM.to_string(), ..Entry::default() });
            let articles = entry.articles.saturating_add_signed(std::mem::take(&mut self.of_program));
            self.record(Entry { articles, ..entry });
        }
        self.ledger.settle(&mut self.manifest);
        if !self.dirty && !self.manifest.is_dirty() && !self.reprints.is_dirty() && self.commit.number > 0 {
            return Ok(false);
        }
        self.flush()?;
        // Reset once the commit is complete.
        self.failed = true;
        let number = self.commit.number + 1;
        let manifest = self.manifest.flush(number)?;
        let snapshot = self.snapshot()?;
        let reprints = self.reprints.flush(number, &snapshot)?;
        let compression = self.dictionary.as_ref().map(Dictionary::hash);
        let choices = self.commit.choices.clone();
        let commit = Commit { number, manifest, compression, reprints, choices };
        let trouble = |e| trouble(&self.directory, &self.generation, e);
        let mut prepared = self.inner.prepare_commit().map_err(trouble)?;
        prepared.set_payload(&serde_json::to_string(&commit).unwrap_or_default());
        prepared.commit().map_err(trouble)?;
        self.deletions.committed();
        self.commit = commit;
        self.dirty = false;
        self.failed = false;
        self.manifest.remove_outdated();
        self.reprints.remove_outdated();
        Ok(true)
    }

    /// Commits, merges small segments if there are many, and releases the lock.
    ///
    /// # Errors
    /// If a write fails.
    pub fn finish(self) -> Result<()> {
        self.finish_then(|| Ok(()))
    }

    /// Finishes as [`Writer::finish`] does, with a last step while the lock is still held, such as a swap.
    ///
    /// # Errors
    /// If a write fails; otherwise the error of the last step.
    pub fn finish_then(mut self, last: impl FnOnce() -> Result<()>) -> Result<()> {
        self.make_durable()?;
        // Their memory is free for the merges, and nothing holds a segment that is merged.
        drop(self.workers);
        drop(self.ledger);
        let trouble = |e| trouble(&self.directory, &self.generation, e);
        // Merges under way consume segments that are listed now, so they must end before the last one begins.
        self.inner.wait_merging_threads().map_err(trouble)?;
        let merges = merging::final_merges(&self.index, &self.checks).map_err(trouble)?;
        // Damaged segments are not merged, and the last step is not taken.
        if let Some(trouble) = self.checks.trouble() {
            return Err(trouble);
        }
        merging::merge(&self.index, &merges).map_err(trouble)?;
        last()
    }
}

/// Returns the root cause of an error: the first failed write, if there is one, otherwise tantivy's error.
fn trouble(directory: &GenerationDirectory, generation: &Generation, error: TantivyError) -> Error {
    directory.failure().unwrap_or_else(|| damaged(generation, error))
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("generation", &self.generation).field("commit", &self.commit).finish()
    }
}

/// Whether a snapshot has articles, or pages without one.
fn holds_anything(snapshot: &Snapshot) -> bool {
    snapshot.articles() > 0 || snapshot.margin().is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use gongxun_text::random::Random;

    #[test]
    fn what_is_added_after_a_deletion_stays() {
        let folder = tempfile::tempdir().unwrap();
        let resources = Resources::default().with_threads(2);
        let mut writer = Writer::open(folder.path(), None, resources).unwrap();
        let mut random = Random::new(5);
        // The expected content of the index: the file and the text of each id.
        let mut expect: BTreeMap<ArticleId, (String, String)> = BTreeMap::new();
        for step in 0..1_500 {
            let id = ArticleId(format!("{:032x}", random.below(40)));
            let file = format!("{}.txt", random.below(9));
            match random.below(100) {
                0..70 => {
                    writer.delete(&id);
                    let article = Article { id: id.clone(), body: format!("第{step}步"), ..Article::default() };
                    writer.add(&article, &file, document::encode(&article)).unwrap();
                    expect.insert(id, (file, article.body));
                }
                70..80 => {
                    writer.delete(&id);
                    expect.remove(&id);
                }
                80..84 => {
                    writer.delete_file(&file);
                    expect.retain(|_, (other, _)| *other != file);
                }
                84..97 => writer.flush().unwrap(),
                _ => {
                    writer.commit().unwrap();
                    let snapshot = writer.snapshot().unwrap();
                    let held = snapshot.all().map(|held| {
                        let (address, article) = held.unwrap();
                        (article.id, (snapshot.file(address).unwrap(), article.body))
                    });
                    assert_eq!(held.collect::<BTreeMap<_, _>>(), expect, "step {step}");
                    assert_eq!(snapshot.all().count(), expect.len(), "step {step}");
                }
            }
        }
        assert!(writer.commit.number > 20);
    }
}
