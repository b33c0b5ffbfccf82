//! The walk from archive to index. Read this first: it shows how the parts of the house meet.
//!
//! Paths flow in; commits and a [`Report`] flow out. One thread reads the inputs in order and hands on batches of
//! records; rayon extracts the articles of a batch on all cores; the caller's thread gives them to the writer in the order
//! of the inputs, and the writer's own threads cut and index them. The queues between them are bounded, so memory does not
//! grow with the archive, and the order is that of the inputs however many threads there are.
//!
//! Nothing is dropped in silence: every record ends as new, changed, unchanged or rejected.

mod pipeline;
mod plan;
mod shared;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;

use self::pipeline::{Event, pipeline};
use self::plan::{Plan, Planned, plan};
use self::shared::{count_shared, read_shared};
use crate::archive::{self, Input, Limits};
use crate::extract;
use gongxun_core::article::{Article, ArticleId, Origin};
use gongxun_core::error::{Error, Reason, Rejection, Result};
use gongxun_core::index::tombstones::{Tombstone, Tombstones};
use gongxun_core::index::{Entry, Known, Manifest, Snapshot, Writer, delete, document};
use gongxun_core::reprint::Fingerprint;

/// A commit follows when this many bytes of articles have gone in since the last one, unless another figure is given.
pub const COMMIT_BYTES: u64 = 256 << 20;

/// What to read, and how.
pub struct Options<'a> {
    /// Files and folders, `-` for standard input.
    pub paths: Vec<PathBuf>,
    /// The folder that names are relative to.
    pub root: PathBuf,
    /// How records are read as articles.
    pub extract: extract::Options,
    /// Limits against hostile input.
    pub limits: Limits,
    /// Which articles of files that are not there are taken out.
    pub prune: Prune,
    /// A commit follows when this many bytes of articles have gone in since the last one. What was committed is not done
    /// again after a crash; each commit leaves a segment to merge.
    pub commit_bytes: u64,
    /// How many threads extract; 0 for as many as there are cores.
    pub threads: usize,
    /// Whether what was deleted on request comes back: its tombstones are removed before anything is read.
    pub restore: bool,
    /// Set from outside to stop after the current batch, with a commit.
    pub stop: &'a AtomicBool,
}

/// Set by nobody: what [`Options::new`] listens to.
static NEVER: AtomicBool = AtomicBool::new(false);

impl Options<'static> {
    /// Reads these files and folders by the usual rules, with names relative to the current folder.
    pub fn new(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Options<'static> {
        Options {
            paths: paths.into_iter().map(Into::into).collect(),
            root: PathBuf::from("."),
            extract: extract::Options::default(),
            limits: Limits::default(),
            prune: Prune::Nothing,
            commit_bytes: COMMIT_BYTES,
            threads: 0,
            restore: false,
            stop: &NEVER,
        }
    }
}

/// Which files that the index knows, and that are not among the inputs, go with their articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prune {
    /// None.
    #[default]
    Nothing,
    /// Those below the paths that were named.
    BelowPaths,
    /// All.
    Everything,
}

/// What became of the records. `read = new + changed + unchanged + rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Files looked at.
    pub files: u64,
    /// Files that were not read because nothing about them changed.
    pub files_unchanged: u64,
    /// Records read, those of unchanged files among them.
    pub read: u64,
    /// Articles that were not in the index.
    pub new: u64,
    /// Articles that replaced one of the same id.
    pub changed: u64,
    /// Articles that stood in the index as they are.
    pub unchanged: u64,
    /// Records that hold no article, each with a reason.
    pub rejected: u64,
    /// Those of unchanged files among the rejected: an earlier run told of them, they are not told again.
    pub rejected_before: u64,
    /// Those among the rejected that were deleted on request, in this run's files and in unchanged ones.
    pub deleted: u64,
    /// Articles taken out, because their record or file is gone, or because they were to be deleted and still there.
    pub removed: u64,
    /// Records that shared place and key with an earlier one; both are kept.
    pub duplicate_ids: u64,
    /// Articles among the new and changed ones that are copies of others: they joined a cluster of reprints.
    pub joined: u64,
    /// Articles of the whole index that stand in the archive twice, in an export and in the file that it came of, and in
    /// the index once.
    pub shared: u64,
    /// Bytes of files read.
    pub bytes: u64,
}

impl Report {
    /// How many articles an index holds into which this run took everything.
    pub fn held(&self) -> u64 {
        (self.new + self.changed + self.unchanged).saturating_sub(self.shared)
    }
}

/// How far the run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes of all files that are to be read.
    pub bytes_total: u64,
    /// Bytes of them that were read; a little ahead of the records.
    pub bytes_done: u64,
    /// Records that are done.
    pub records: u64,
}

/// Hears what happens during a run. All methods do nothing unless written.
pub trait Observer {
    /// A record was set aside.
    fn rejected(&mut self, _rejection: &Rejection) {}
    /// Two records have one id; the later one was kept under another.
    fn duplicate(&mut self, _origin: &str, _id: &ArticleId) {}
    /// The run went on.
    fn progress(&mut self, _progress: Progress) {}
}

impl Observer for () {}

/// Reads the inputs into the writer's generation and commits.
///
/// # Errors
/// Where a path does not exist, the index can't be written, or the run was stopped ([`Error::Interrupted`], after a
/// commit). Bad records are no errors: they are rejected.
pub fn ingest(writer: &mut Writer, options: &Options<'_>, observer: &mut dyn Observer) -> Result<Report> {
    let index = writer.generation().index.clone();
    if options.restore {
        delete::forget(writer, |_| true)?;
    }
    let tombstones = Tombstones::read(&index)?;
    let buried = delete::apply(writer, &tombstones)?;
    let snapshot = Some(writer.snapshot()?).filter(|snapshot| snapshot.articles() > 0);
    let plan = plan(options, writer.manifest(), Some(&index), observer)?;
    let mut sink = Sink::new(Some(&mut *writer), snapshot, &tombstones, options);
    sink.report.removed = buried;
    let finished = run(&plan, options, &mut sink, observer);
    let mut report = sink.report;
    match (finished, writer.commit()) {
        // Whoever asked to stop must hear that the commit failed.
        (Ok(()) | Err(Error::Interrupted), Err(error)) => return Err(error),
        (finished, _) => finished?,
    }
    report.shared = count_shared(writer)?;
    if report.shared > 0 && report.removed > 0 {
        // What went with one file may stand in another.
        let back = read_shared(writer, plan, &tombstones, options)?;
        report.removed = report.removed.saturating_sub(back);
        report.shared = count_shared(writer)?;
    }
    report.joined = writer.joined();
    Ok(report)
}

/// Tells what [`ingest`] would do, and does nothing. `snapshot` is the index as it is, if there is one.
///
/// # Errors
/// As [`ingest`].
pub fn rehearse(snapshot: Option<Snapshot>, options: &Options<'_>, observer: &mut dyn Observer) -> Result<Report> {
    let manifest = match &snapshot {
        Some(snapshot) => snapshot.manifest()?,
        None => Manifest::default(),
    };
    let index = snapshot.as_ref().map(|snapshot| snapshot.generation.index.clone());
    let plan = plan(options, &manifest, index.as_deref(), observer)?;
    let tombstones = match &index {
        Some(index) if !options.restore => Tombstones::read(index)?,
        _ => Tombstones::default(),
    };
    let mut sink = Sink::new(None, snapshot, &tombstones, options);
    run(&plan, options, &mut sink, observer)?;
    Ok(sink.report)
}

/// Reads the inputs and hands over each article or rejection in order, without an index.
///
/// # Errors
/// Where a path does not exist, or `visit` fails.
pub fn extract_all(
    options: &Options<'_>,
    mut visit: impl FnMut(Result<Article, Rejection>) -> Result<()>,
) -> Result<()> {
    let mut early = Vec::new();
    let inputs = archive::inputs(&options.paths, &options.root, &mut |rejection| early.push(rejection))?;
    early.into_iter().try_for_each(|rejection| visit(Err(rejection)))?;
    let inputs: Vec<Planned> = inputs.into_iter().map(|input| Planned { input, hash: None }).collect();
    pipeline(&inputs, options, &AtomicU64::new(0), |event| match event {
        Event::Article(_, read) => visit(Ok(read.0)),
        Event::Rejected(rejection) => visit(Err(rejection)),
        Event::Start(_) | Event::End { .. } => Ok(()),
    })
}

/// Where the articles go: the writer, or nowhere in a rehearsal.
struct Sink<'a> {
    writer: Option<&'a mut Writer>,
    /// The index as it was before the run, where it held anything.
    snapshot: Option<Snapshot>,
    tombstones: &'a Tombstones,
    report: Report,
    since_commit: u64,
    commit_bytes: u64,
    /// The file under way, and how far it is.
    file: CurrentFile,
    /// Ids that did not come of their own place (articles of an export), seen in this run.
    adopted: HashSet<ArticleId>,
}

/// What is known of the file under way.
#[derive(Default)]
struct CurrentFile {
    /// What the manifest will say of it.
    entry: Entry,
    /// Its articles that are in the index and have not been met in this run.
    existing: HashMap<u64, Known>,
    /// How often each id was met.
    seen: HashMap<ArticleId, u32>,
    /// Whether some of it could not be read: then nothing is concluded from what is missing.
    damaged: bool,
}

fn run(plan: &Plan, options: &Options<'_>, sink: &mut Sink<'_>, observer: &mut dyn Observer) -> Result<()> {
    sink.report.files = plan.files;
    sink.report.files_unchanged = plan.unchanged.len() as u64;
    sink.report.rejected = plan.rejected;
    sink.report.read = plan.rejected;
    for (_, entry) in &plan.unchanged {
        sink.report.read += entry.articles + entry.rejected;
        sink.report.unchanged += entry.articles;
        sink.report.rejected += entry.rejected;
        sink.report.rejected_before += entry.rejected;
        sink.report.deleted += entry.deleted;
    }
    let mut progress = Progress { bytes_total: plan.inputs.iter().map(|p| p.input.size).sum(), ..Progress::default() };
    let consumed = AtomicU64::new(0);
    pipeline(&plan.inputs, options, &consumed, |event| {
        match event {
            Event::Start(input) => sink.start_of_file(&plan.inputs[input].input)?,
            Event::Article(origin, read) => {
                progress.records += 1;
                sink.article(read.0, &read.1, &origin, observer)?;
            }
            Event::Rejected(rejection) => {
                sink.file.damaged |= matches!(rejection.reason, Reason::Damaged | Reason::Unreadable);
                progress.records += 1;
                sink.report.read += 1;
                sink.rejected(&rejection, observer);
            }
            Event::End { input, hash } => {
                let input = &plan.inputs[input].input;
                sink.report.bytes += input.size;
                sink.end_of_file(hash)?;
            }
        }
        progress.bytes_done = consumed.load(Ordering::Relaxed).min(progress.bytes_total);
        observer.progress(progress);
        sink.commit_if_due()
    })?;
    plan.gone.iter().try_for_each(|file| sink.remove_file(file))
}

impl<'a> Sink<'a> {
    fn new(
        writer: Option<&'a mut Writer>,
        snapshot: Option<Snapshot>,
        tombstones: &'a Tombstones,
        options: &Options<'_>,
    ) -> Sink<'a> {
        let commit_bytes = options.commit_bytes;
        let (report, file, adopted) = (Report::default(), CurrentFile::default(), HashSet::new());
        Sink { writer, snapshot, tombstones, report, since_commit: 0, commit_bytes, file, adopted }
    }

    fn rejected(&mut self, rejection: &Rejection, observer: &mut dyn Observer) {
        self.file.entry.rejected += 1;
        self.report.rejected += 1;
        observer.rejected(rejection);
    }

    /// Whether the index has the article from the place that it names, and not from this export or another.
    fn stands_in_its_file(&self, id: &ArticleId, export: &Origin) -> Result<bool> {
        let Some(snapshot) = &self.snapshot else { return Ok(false) };
        let Some(address) = snapshot.find(id)? else { return Ok(false) };
        let file = snapshot.file(address)?;
        let rest =
            |origin: &str| origin.strip_prefix(&file).map(|rest| rest.is_empty() || rest.starts_with(['!', '#']));
        Ok(file != export.file && rest(&snapshot.article(address)?.origin) == Some(true))
    }

    /// Why an article must stay out, where it was deleted on request.
    fn kept_out(&self, article: &Article, origin: &Origin) -> Option<Rejection> {
        if self.tombstones.is_empty() {
            return None;
        }
        let Tombstone { id, .. } = self.tombstones.keeps_out(&article.id, document::text_hash(article))?;
        let what = if *id == article.id { format!("{id} was") } else { format!("it has the text of {id}, which was") };
        let detail = format!("{what} deleted on request; `gongxun delete --forget {id}` lets it back in");
        Some(Rejection::new(origin.clone(), Reason::Deleted, detail))
    }

    fn start_of_file(&mut self, input: &Input) -> Result<()> {
        let existing = match &self.snapshot {
            Some(snapshot) => snapshot.of_file(&input.name)?,
            None => HashMap::new(),
        };
        let entry =
            Entry { file: input.name.clone(), size: input.size, modified_ns: input.modified_ns, ..Entry::default() };
        self.file = CurrentFile { entry, existing, ..CurrentFile::default() };
        Ok(())
    }

    fn article(
        &mut self,
        mut article: Article,
        fingerprint: &Fingerprint,
        origin: &Origin,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        self.report.read += 1;
        let occurrence = *self.file.seen.entry(article.id.clone()).and_modify(|n| *n += 1).or_insert(1);
        let adopted = article.origin != origin.to_string();
        article.id = article.id.with_occurrence(occurrence);
        if let Some(rejection) = self.kept_out(&article, origin) {
            self.file.entry.deleted += 1;
            self.report.deleted += 1;
            self.rejected(&rejection, observer);
            return Ok(());
        }
        let file = &mut self.file;
        file.entry.articles += 1;
        file.entry.adopted += u64::from(adopted);
        if occurrence > 1 {
            self.report.duplicate_ids += 1;
            observer.duplicate(&article.origin, &article.id);
        } else if adopted && !self.adopted.insert(article.id.clone()) {
            // An article of an export that came once already in this run: the same article, not another one.
            self.report.unchanged += 1;
            return Ok(());
        }
        let stored = document::encode(&article);
        let content = document::content_hash(&stored);
        let known = match file.existing.remove(&document::id_order(&article.id)) {
            Some(known) => Some(known.content),
            None => match &self.snapshot {
                Some(snapshot) => snapshot.content(&article.id)?,
                None => None,
            },
        };
        match known {
            Some(known) if known == content || adopted && self.stands_in_its_file(&article.id, origin)? => {
                self.report.unchanged += 1;
                return Ok(());
            }
            Some(_) => self.report.changed += 1,
            None => self.report.new += 1,
        }
        self.since_commit += stored.len() as u64;
        if let Some(writer) = self.writer.as_mut() {
            // An article may come of an export and of its own page in one run, in either order; the snapshot knows of
            // neither then, and the later one must replace the earlier.
            if known.is_some() || adopted || self.adopted.contains(&article.id) {
                writer.delete(&article.id);
            }
            writer.fingerprint(&article, fingerprint);
            writer.add(&article, &origin.file, stored)?;
        }
        Ok(())
    }

    fn end_of_file(&mut self, hash: Option<String>) -> Result<()> {
        let file = std::mem::take(&mut self.file);
        if let Some(snapshot) = self.snapshot.as_ref().filter(|_| !file.damaged) {
            for known in file.existing.values() {
                self.report.removed += 1;
                let id = snapshot.id(known.address)?;
                if let Some(writer) = self.writer.as_mut() {
                    writer.delete(&id);
                }
            }
        }
        if let Some(writer) = self.writer.as_mut() {
            writer.record(Entry { hash: hash.unwrap_or_default(), ..file.entry });
        }
        Ok(())
    }

    fn remove_file(&mut self, file: &str) -> Result<()> {
        if let Some(snapshot) = &self.snapshot {
            for known in snapshot.of_file(file)?.values() {
                self.report.removed += 1;
                let id = snapshot.id(known.address)?;
                if let Some(writer) = self.writer.as_mut() {
                    writer.delete(&id);
                }
            }
        }
        if let Some(writer) = self.writer.as_mut() {
            writer.delete_file(file);
            writer.record(Entry { file: file.to_string(), removed: true, ..Entry::default() });
        }
        Ok(())
    }

    fn commit_if_due(&mut self) -> Result<()> {
        if self.since_commit < self.commit_bytes {
            return Ok(());
        }
        self.since_commit = 0;
        let Some(writer) = self.writer.as_mut() else { return Ok(()) };
        // The file under way is noted without its hash, so that it is read again if the run ends here, and known if it
        // is gone by then.
        if !self.file.entry.file.is_empty() {
            writer.record(self.file.entry.clone());
        }
        writer.commit()
    }
}
