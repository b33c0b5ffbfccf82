//! Ingestion: from archive to index. Start reading here to see how the parts of the project work together.
//!
//! Paths flow in; commits and a [`Report`] flow out. One thread reads the inputs in order and passes on batches of
//! records; rayon extracts the articles of a batch on all cores; the caller's thread gives them to the writer in the
//! order of the inputs, and the writer's own threads segment and index them. The queues in between are bounded, so
//! memory does not grow with the archive, and the order is that of the inputs for any number of threads.
//!
//! Nothing is dropped silently: every record ends as new, changed, unchanged or rejected.
//! [`gongxun_core::index::records`] decides which of several records holds an id.

mod carry;
mod fields;
mod options;
mod pipeline;
mod plan;
mod report;
pub mod roots;
mod sink;
mod unread;

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use self::carry::PreviousGeneration;
pub use self::options::{COMMIT_BYTES, Ingest, Options, Prune};
use self::pipeline::{Event, pipeline};
use self::plan::{Plan, Planned, plan};
pub use self::report::{Listener, Observer, Progress, Report};
use self::roots::{Inner, places};
use self::sink::{Rehearsal, Sink};
use crate::archive::{self, Input, Limits};
use gongxun_core::article::Article;
use gongxun_core::error::{Error, Rejection, Result};
use gongxun_core::index::config::Config;
use gongxun_core::index::document;
use gongxun_core::index::records::{Ledger, STANDARD_INPUT};
use gongxun_core::index::swap::{self, Swapped};
use gongxun_core::index::tombstones::Tombstones;
use gongxun_core::index::{Intake, Manifest, Resources, Snapshot, Writer, delete};
use gongxun_core::verify;
use gongxun_text::segment::Segmenter;

/// Reads the inputs into the writer's generation and commits.
///
/// # Errors
/// If a path does not exist, the index can't be written, or the run was stopped ([`Error::Interrupted`], after a
/// commit). Bad records are not errors: they are rejected.
pub fn ingest<'a, 'c>(
    writer: &mut Writer,
    options: impl Borrow<Options<'a>>,
    listener: impl Listener<'c>,
) -> Result<Report> {
    let options: &Options<'_> = options.borrow();
    let (stop, deadline) = listener.ends();
    let (stop, deadline) = (stop.unwrap_or(options.stop), deadline.or(options.deadline));
    let extract = fields::of_index(options, &writer.choices().fields)?;
    let options = Options { stop, deadline, extract, ..options.clone() };
    listener.listen(|observer| take_in(writer, &options, observer))
}

fn take_in(writer: &mut Writer, options: &Options<'_>, observer: &mut dyn Observer) -> Result<Report> {
    let index = writer.generation().index.clone();
    if options.restore {
        delete::forget(writer, |_| true)?;
    }
    let tombstones = Tombstones::read(&index)?;
    let buried = delete::apply(writer, &tombstones)?;
    let before = carry::before(writer, observer)?;
    let inner = if before.is_some() { Inner::Replaced } else { Inner::Refused };
    let places = carry::places(options, writer, before.as_ref(), inner)?;
    let plan = plan(options, &places, writer.manifest(), Some(&index), observer)?;
    if let Some(before) = &before {
        carry::ensure_not_emptied(options, &plan, before)?;
    }
    places.new.iter().for_each(|root| writer.set_root(root.clone()));
    let mut sink = Sink::new(&mut *writer, &tombstones, options);
    sink.report.removed = buried;
    let before = before.as_ref();
    sink.before = before.map(PreviousGeneration::snapshot);
    let carried = before.map_or(Ok(()), |before| carry::over(&mut sink, before, &plan, &places, observer));
    let finished = carried.and_then(|()| run(&plan, options, &mut sink, observer));
    let finished =
        finished.and_then(|()| before.map_or(Ok(()), |before| carry::rest(&mut sink, before, &plan, observer)));
    let pruned = finished.and_then(|()| {
        let gone = plan.gone_for_good(sink.target.manifest(), observer);
        sink.prune(&gone, options)
    });
    sink.under_way();
    let mut report = sink.report;
    observer.committing(true);
    let committed = writer.commit();
    observer.committing(false);
    let refused = match (pruned, committed) {
        // A caller who asked to stop must learn that the commit failed.
        (Ok(_) | Err(Error::Interrupted), Err(error)) => return Err(error),
        (pruned, _) => pruned?,
    };
    let again = read_again(writer, &plan, &tombstones, before, options, observer)?;
    report.removed = report.removed.saturating_sub(again.new);
    if before.is_some() {
        report.carried = report.carried.saturating_add_signed(again.records);
    }
    let entries = writer.manifest().entries();
    report.shared = entries.map(|entry| entry.articles - entry.held()).sum();
    report.joined = writer.joined();
    refused.map_or(Ok(report), Err)
}

/// A part of the files of an archive, for one of several processes that read it side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    number: u64,
    of: u64,
}

impl Part {
    /// Returns the part with this number, from 1, of `of` parts; `None` if there is no such part.
    pub fn new(number: u64, of: u64) -> Option<Part> {
        (1..=of).contains(&number).then_some(Part { number, of })
    }

    /// Returns the number of parts.
    pub fn of(self) -> u64 {
        self.of
    }

    /// Whether a file is of this part: by the hash of its name, so that it stays in its part whatever else there is.
    pub fn has(self, file: &str) -> bool {
        document::short_hash(file.as_bytes()) % self.of + 1 == self.number
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl std::str::FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Part, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        let part = numbers.and_then(|(number, of)| Part::new(number, of));
        part.ok_or_else(|| format!("{text:?} is not a part: write 2/3 for the second of three"))
    }
}

/// Reads the inputs, or a part of them, into anything that takes articles in, and commits.
///
/// # Errors
/// As [`ingest`].
pub fn feed<'a, 'c>(
    intake: &mut dyn Intake,
    options: impl Borrow<Options<'a>>,
    part: Option<Part>,
    listener: impl Listener<'c>,
) -> Result<Report> {
    let options: &Options<'_> = options.borrow();
    let (stop, deadline) = listener.ends();
    let (stop, deadline) = (stop.unwrap_or(options.stop), deadline.or(options.deadline));
    let options = Options { stop, deadline, ..options.clone() };
    listener.listen(|observer| {
        let places = places(&options, intake.manifest(), Inner::Refused)?;
        let mut plan = plan(&options, &places, intake.manifest(), None, observer)?;
        if let Some(part) = part {
            plan.keep(|file| part.has(file));
        }
        places.new.iter().for_each(|root| intake.set_root(root.clone()));
        let tombstones = Tombstones::default();
        let mut sink = Sink::new(&mut *intake, &tombstones, &options);
        let finished = run(&plan, &options, &mut sink, observer);
        let pruned = finished.and_then(|()| {
            let gone = plan.gone_for_good(sink.target.manifest(), observer);
            sink.prune(&gone, &options)
        });
        sink.under_way();
        let report = sink.report;
        observer.committing(true);
        let committed = intake.commit();
        observer.committing(false);
        match (pruned, committed) {
            (Ok(_) | Err(Error::Interrupted), Err(error)) => Err(error),
            (pruned, _) => pruned?.map_or(Ok(report), Err),
        }
    })
}

/// The number of random strings tried on a new generation before it becomes current.
const SWAP_SAMPLE: usize = 50;

/// Reads the inputs into a new generation, checks it and makes it current. Articles of programs are carried over, and
/// `keep` older generations stay. An interrupted build of the same inputs is resumed.
///
/// # Errors
/// Same as [`ingest`]; [`Error::Unsound`] if the new generation fails its check: the old one goes on serving.
pub fn rebuild<'a, 'c>(
    index: &Path,
    segmenter: &Segmenter,
    resources: Resources,
    keep: usize,
    options: impl Borrow<Options<'a>>,
    listener: impl Listener<'c>,
) -> Result<(Report, Swapped)> {
    let mut writer = Writer::resume(index, segmenter, resources)?;
    let report = ingest(&mut writer, options, listener)?;
    let swapped = swap::swap(writer, keep, report.held(), |snapshot| verify::sample(snapshot, SWAP_SAMPLE))?;
    Ok((report, swapped))
}

/// Computes the report of [`ingest`] without writing anything. `snapshot` is the present index, if there is one.
///
/// # Errors
/// Same as [`ingest`].
pub fn rehearse(snapshot: Option<Snapshot>, options: &Options<'_>, observer: &mut dyn Observer) -> Result<Report> {
    let chosen = match &snapshot {
        Some(snapshot) => match Config::read(&snapshot.generation.index)? {
            Some(config) => config.choices.fields,
            None => snapshot.commit.choices.fields.clone(),
        },
        None => Vec::new(),
    };
    let options = &Options { extract: fields::of_index(options, &chosen)?, ..options.clone() };
    let manifest = match &snapshot {
        Some(snapshot) => snapshot.manifest()?,
        None => Manifest::default(),
    };
    let index = snapshot.as_ref().map(|snapshot| snapshot.generation.index.clone());
    let places = places(options, &manifest, Inner::Refused)?;
    let plan = plan(options, &places, &manifest, index.as_deref(), observer)?;
    let tombstones = match &index {
        Some(index) if !options.restore => Tombstones::read(index)?,
        _ => Tombstones::default(),
    };
    let mut rehearsal = Rehearsal::new(Ledger::new(snapshot, &manifest), manifest);
    let mut sink = Sink::new(&mut rehearsal, &tombstones, options);
    run(&plan, options, &mut sink, observer)?;
    let gone = plan.gone_for_good(sink.target.manifest(), observer);
    let refused = sink.prune(&gone, options)?;
    refused.map_or(Ok(sink.report), Err)
}

/// The effect of reading files again.
#[derive(Default)]
struct Again {
    /// Number of articles that were added.
    new: u64,
    /// Change in the number of records of these files that are articles, shadowed ones included. They were counted when
    /// the files were read or carried over.
    records: i64,
}

/// Reads the files again of which a record may now hold an id, because its holder has released it.
fn read_again(
    writer: &mut Writer,
    plan: &Plan,
    tombstones: &Tombstones,
    previous: Option<&PreviousGeneration>,
    options: &Options<'_>,
    observer: &mut dyn Observer,
) -> Result<Again> {
    let (mut effect, mut tried) = (Again::default(), BTreeSet::new());
    loop {
        let mut files = writer.ledger().to_read_again();
        files.retain(|file| tried.insert(file.clone()));
        if files.is_empty() {
            return Ok(effect);
        }
        let mut inputs = Vec::new();
        for file in files {
            match locate(&file, plan, writer.manifest(), &options.limits) {
                Some(input) => inputs.push(Planned { input, hash: None }),
                None => observer.note(&format!(
                    "{file}: some of its records may replace others that no longer exist, but it can't be read now; a later run will read it"
                )),
            }
        }
        let again = Plan { inputs, ..Plan::default() };
        let records = |writer: &Writer| -> i64 {
            let entries = again.inputs.iter().filter_map(|planned| writer.manifest().get(&planned.input.name));
            entries.map(|entry| entry.articles as i64).sum()
        };
        let before = records(writer);
        let mut sink = Sink::new(&mut *writer, tombstones, options);
        sink.before = previous.map(PreviousGeneration::snapshot);
        let finished = run(&again, options, &mut sink, &mut ());
        sink.under_way();
        effect.new += sink.report.new;
        writer.commit()?;
        finished?;
        effect.records += records(writer) - before;
    }
}

/// Finds a file of the manifest: among the files of this run, or below its root.
fn locate(file: &str, plan: &Plan, manifest: &Manifest, limits: &Limits) -> Option<Input> {
    let inputs = plan.inputs.iter().map(|planned| &planned.input).chain(plan.unchanged.iter().map(|(input, _)| input));
    let input = inputs.into_iter().find(|input| input.name == file && input.path != Path::new(STANDARD_INPUT));
    if let Some(input) = input {
        let (size, modified_ns) = archive::stamp(&input.path).ok()?;
        return Some(Input { size, modified_ns, ..input.clone() });
    }
    let is_above = |root: &str| root.is_empty() || file.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
    let root = manifest.roots().filter(|root| is_above(&root.root)).max_by_key(|root| root.root.len())?;
    let named = [(root.path.clone(), root.root.clone())];
    archive::inputs_named(&named, limits, &mut |_| {}).ok()?.into_iter().find(|input| input.name == file)
}

/// Reads the inputs and passes each article or rejection to `visit` in order, without an index.
///
/// # Errors
/// If a path does not exist, or `visit` fails.
pub fn extract_all(
    options: &Options<'_>,
    mut visit: impl FnMut(Result<Article, Rejection>) -> Result<()>,
) -> Result<()> {
    let mut early = Vec::new();
    let inputs =
        archive::inputs(&options.paths, &options.root, &options.limits, &mut |rejection| early.push(rejection))?;
    early.into_iter().try_for_each(|rejection| visit(Err(rejection)))?;
    let inputs: Vec<Planned> = inputs.into_iter().map(|input| Planned { input, hash: None }).collect();
    pipeline(&inputs, options, &AtomicU64::new(0), |event| match event {
        Event::Article(_, read) => visit(Ok(read.0.0)),
        Event::Rejected(rejection) => visit(Err(rejection)),
        Event::Start(_) | Event::End { .. } => Ok(()),
    })
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
        sink.report.pages += entry.pages;
    }
    let mut progress = Progress { bytes_total: plan.inputs.iter().map(|p| p.input.size).sum(), ..Progress::default() };
    let consumed = AtomicU64::new(0);
    pipeline(&plan.inputs, options, &consumed, |event| {
        match event {
            Event::Start(input) => sink.start_of_file(&plan.inputs[input].input)?,
            Event::Article(record, read) => {
                progress.records += 1;
                sink.article(read.0, &read.1, &record, observer)?;
            }
            Event::Rejected(rejection) => {
                progress.records += 1;
                sink.report.read += 1;
                sink.rejected(&rejection, observer);
            }
            Event::End { input, hash } => {
                let input = &plan.inputs[input].input;
                sink.report.bytes += input.size;
                sink.end_of_file(hash, observer)?;
            }
        }
        progress.bytes_done = consumed.load(Ordering::Relaxed).min(progress.bytes_total);
        observer.progress(progress);
        if !sink.is_due() {
            return Ok(());
        }
        observer.committing(true);
        let committed = sink.commit_if_due();
        observer.committing(false);
        committed
    })
}
