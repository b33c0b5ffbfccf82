//! `index`, `reindex`, `extract`: the commands that read an archive.

use std::fs::File;
use std::io::{BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::args::{BuildArgs, ExtractArgs, IntakeArgs, ReadArgs, UpgradeArgs};
use super::explain;
use super::outcome::{INTERRUPTED, Outcome};
use super::output::outside_an_index;
use super::{request, settings};
use gongxun_core::article::ArticleId;
use gongxun_core::control::Control;
use gongxun_core::error::{Error, Rejection};
use gongxun_core::index::config::{Config, FIELDS};
use gongxun_core::index::schema::SCHEMA_VERSION;
use gongxun_core::index::{Resources, Snapshot, Writer, upgrade};
use gongxun_core::named_file;
use gongxun_core::verify;
use gongxun_core::view::clean;
use gongxun_core::view::messages::Language;
use gongxun_ingest::archive::Limits;
use gongxun_ingest::extract;
use gongxun_ingest::ingest::{self, Observer, Options, Progress, Prune, Report};
use gongxun_text::segment::Segmenter;

/// The number of random strings that are tried on a new generation before it becomes the current one.
const SWAP_SAMPLE: usize = 50;
/// The time that a run is given to stop after Ctrl-C. A commit in progress is waited for, however long it takes.
const PATIENCE: Duration = Duration::from_millis(800);
/// Whether a commit is under way.
static COMMITTING: AtomicBool = AtomicBool::new(false);
/// The most rejections that are printed; the report holds all.
const PRINTED_REJECTIONS: u64 = 10;

/// Runs `index`.
pub fn index(index: &Path, args: BuildArgs) -> anyhow::Result<Outcome> {
    let stop = stop_on_interrupt();
    let options = build_options(&args, stop)?;
    let segmenter = dictionary(args.dict.as_deref())?;
    let mut console = Console::new(args.intake.report.as_deref())?;
    if args.dry_run {
        return rehearse(index, &options, console, args.strict);
    }
    let report = ingest_current(index, segmenter.as_ref(), &options, resources(&args), &mut console)?;
    console.finish(&report)?;
    Ok(outcome(&report, args.strict))
}

/// Runs `reindex`.
pub fn reindex(index: &Path, args: BuildArgs) -> anyhow::Result<Outcome> {
    let stop = stop_on_interrupt();
    // An interrupted build that is resumed may hold articles of files that are gone since then.
    let options = build_options(&args, stop)?.prune(Prune::BelowPaths);
    let mut console = Console::new(args.intake.report.as_deref())?;
    if args.dry_run {
        return rehearse(index, &options, console, args.strict);
    }
    let segmenter = Config::segmenter(index, dictionary(args.dict.as_deref())?)?;
    let (report, swapped) = ingest::rebuild(index, &segmenter, resources(&args), args.keep, &options, &mut console)?;
    console.finish(&report)?;
    swapped.left.iter().for_each(|error| eprintln!("note: an old generation could not be removed: {error}"));
    let back = match &swapped.before {
        Some(before) => format!("; `gongxun rollback` goes back to generation {}", before.number),
        None => String::new(),
    };
    eprintln!(
        "generation {} is current, checked, with {}{back}",
        swapped.generation.number,
        request::articles(swapped.articles)
    );
    Ok(outcome(&report, args.strict))
}

/// Runs `upgrade`.
pub fn upgrade(index: &Path, args: &UpgradeArgs) -> anyhow::Result<Outcome> {
    let default = Resources::default();
    let resources = default.with_threads(args.threads.unwrap_or(default.threads).max(1));
    let further = |snapshot: &Snapshot| verify::sample(snapshot, SWAP_SAMPLE);
    let swapped =
        upgrade::upgrade(index, resources, args.keep, &Control::default().stop(stop_on_interrupt()), further)?;
    swapped.left.iter().for_each(|error| eprintln!("note: an old generation could not be removed: {error}"));
    swapped.left_out.iter().for_each(|error| eprintln!("note: left out: {error}"));
    eprintln!(
        "generation {} is current, checked, with {} of schema {SCHEMA_VERSION}",
        swapped.generation.number,
        request::articles(swapped.articles)
    );
    if let Some(before) = swapped.before {
        eprintln!(
            "generation {} is kept unchanged for the version of the program that made it, until the next reindex",
            before.number
        );
    }
    Ok(Outcome::Found)
}

/// Runs `extract`.
pub fn extract(args: ExtractArgs) -> anyhow::Result<Outcome> {
    let stop = stop_on_interrupt();
    let options = read_options(args.paths, &args.read, stop)?;
    if args.explain {
        return explain::print(&options, args.format);
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    let (mut articles, mut rejected) = (0u64, 0u64);
    // A closed output is no error of the library; it is kept here and reported at the end.
    let mut closed: Option<std::io::Error> = None;
    let walked = ingest::extract_all(&options, |record| {
        match record {
            Ok(article) => {
                articles += 1;
                let line = serde_json::to_string(&article).unwrap_or_default();
                if let Err(error) = writeln!(out, "{line}") {
                    closed = Some(error);
                    return Err(Error::Interrupted);
                }
            }
            Err(rejection) => {
                rejected += 1;
                eprintln!("rejected: {}", clean::line(&rejection.to_string()));
            }
        }
        Ok(())
    });
    if let Some(error) = closed {
        return Err(error.into());
    }
    walked?;
    out.flush()?;
    Ok(match (articles, rejected) {
        (_, 1..) if args.strict => Outcome::Failed,
        (0, _) => Outcome::Nothing,
        _ => Outcome::Found,
    })
}

/// Ingests the options' inputs into the current generation, creating the first one if there is none.
pub fn ingest_current(
    index: &Path,
    segmenter: Option<&Segmenter>,
    options: &Options<'_>,
    resources: Resources,
    observer: &mut dyn Observer,
) -> gongxun_core::error::Result<Report> {
    let mut writer = Writer::open(index, segmenter, resources)?;
    let report = ingest::ingest(&mut writer, options, observer)?;
    writer.finish()?;
    Ok(report)
}

fn rehearse(index: &Path, options: &Options<'_>, mut console: Console, strict: bool) -> anyhow::Result<Outcome> {
    let snapshot = match Snapshot::open(index) {
        Ok(snapshot) => Some(snapshot),
        Err(Error::NoIndex(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let report = ingest::rehearse(snapshot, options, &mut console)?;
    console.finish(&report)?;
    eprintln!("nothing was written; a dry run does not search for copies");
    Ok(outcome(&report, strict))
}

/// Returns the library's options for reading these files; nothing is pruned.
pub fn read_options<'a>(paths: Vec<PathBuf>, read: &ReadArgs, stop: &'a AtomicBool) -> anyhow::Result<Options<'a>> {
    let field_map = read.map.iter().map(|pair| mapped_field(pair)).collect::<anyhow::Result<_>>()?;
    let mut limits = Limits::default();
    for limit in &read.max {
        limits.set(limit).map_err(|wrong| anyhow!("--max {limit}: {wrong}"))?;
    }
    let bytes = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
    let extract = extract::Options::default().field_map(field_map);
    let extract = extract.page_bytes(bytes(limits.page_bytes)).markdown_bytes(bytes(limits.markdown_bytes));
    let mut options =
        Options::new(paths).root(read.root.clone().unwrap_or_default()).extract(extract).limits(limits).stop(stop);
    options.prune_most = false;
    Ok(options)
}

/// Reads one pair of `--map`: one of our fields, and its name in JSON.
fn mapped_field(pair: &str) -> anyhow::Result<(String, String)> {
    let both = pair.split_once('=').map(|(field, name)| (field.trim(), name.trim()));
    let Some((field, name)) = both.filter(|(field, name)| !field.is_empty() && !name.is_empty()) else {
        bail!("--map {pair}: write FIELD=NAME, such as title=headline");
    };
    if !FIELDS.contains(&field) {
        bail!("--map {pair}: {field} is not a field; the fields are {}", FIELDS.join(", "));
    }
    Ok((field.to_string(), name.to_string()))
}

/// Returns the library's options for reading an archive into an index, of this machine or of an engine.
pub fn intake_options<'a>(args: &IntakeArgs, stop: &'a AtomicBool) -> anyhow::Result<Options<'a>> {
    let prune = if args.prune { Prune::BelowPaths } else { Prune::Nothing };
    let mut options = read_options(args.paths.clone(), &args.read, stop)?.prune(prune);
    options.prune_most = args.yes;
    Ok(options)
}

/// Returns the library's options for `index` and `reindex`.
fn build_options<'a>(args: &BuildArgs, stop: &'a AtomicBool) -> anyhow::Result<Options<'a>> {
    let mut options = intake_options(&args.intake, stop)?
        .threads(resources(args).threads)
        .commit_bytes(commit_bytes(args))
        .restore(args.restore);
    options.root_name = args.root_name.clone();
    Ok(options)
}

fn dictionary(file: Option<&Path>) -> anyhow::Result<Option<Segmenter>> {
    let Some(file) = file else { return Ok(None) };
    let text = named_file::read_text(file)?;
    let segmenter = Segmenter::with_user_dict(&text).with_context(|| file.display().to_string())?;
    Ok(Some(segmenter))
}

fn resources(args: &BuildArgs) -> Resources {
    let default = Resources::default();
    Resources::new(
        args.threads.unwrap_or(default.threads).max(1),
        args.memory.map_or(default.memory, |megabytes| megabytes.max(1) << 20),
    )
}

/// Returns the number of bytes between commits; a figure that is no valid size counts as the smallest.
fn commit_bytes(args: &BuildArgs) -> u64 {
    args.commit_mb.map_or(ingest::COMMIT_BYTES, |megabytes| (megabytes * f64::from(1 << 20)) as u64)
}

fn outcome(report: &Report, strict: bool) -> Outcome {
    // Records that are kept out on request are no failure.
    if strict && report.rejected > report.deleted { Outcome::Failed } else { Outcome::Found }
}

/// Handles Ctrl-C. Once: finishes the commit and stops. Twice: stops now.
pub fn stop_on_interrupt() -> &'static AtomicBool {
    static STOP: OnceLock<AtomicBool> = OnceLock::new();
    let stop = STOP.get_or_init(|| AtomicBool::new(false));
    // If no handler can be set, the system's own stays: Ctrl-C stops at once, and the last commit is kept.
    let _ = ctrlc::set_handler(|| {
        let stop = STOP.get_or_init(|| AtomicBool::new(false));
        if stop.swap(true, Ordering::SeqCst) {
            std::process::exit(INTERRUPTED.into());
        }
        eprintln!("\nstopping after a commit; Ctrl-C again stops now");
        std::thread::spawn(stop_soon);
    });
    stop
}

/// Ends the process if the run does not stop by itself in time (a record that takes long, a check, a merge): the last
/// commit stands, and the same command continues from there. A commit in progress is waited for.
fn stop_soon() {
    std::thread::sleep(PATIENCE);
    while COMMITTING.load(Ordering::SeqCst) {
        std::thread::sleep(PATIENCE / 8);
    }
    // A run that has just committed ends by itself now.
    std::thread::sleep(PATIENCE / 8);
    eprintln!("it takes too long to stop; stopped at the last commit");
    std::process::exit(INTERRUPTED.into());
}

/// Returns one line about the run.
pub fn summary(report: &Report) -> String {
    let some = |count: u64, one: &str, more: &str| match count {
        0 => String::new(),
        1 => one.replace("{}", "1"),
        count => more.replace("{}", &count.to_string()),
    };
    let mut line = format!(
        "{} record{} read = {} new + {} changed + {} unchanged + {} rejected",
        report.read,
        if report.read == 1 { "" } else { "s" },
        report.new,
        report.changed,
        report.unchanged,
        report.rejected
    );
    line.push_str(&some(report.rejected_before, " ({} of them reported before)", " ({} of them reported before)"));
    line.push_str(&some(
        report.deleted,
        "; {} of the rejected was deleted on request",
        "; {} of the rejected were deleted on request",
    ));
    line.push_str(&some(
        report.shared,
        "; {} is in an export and in its own file, or in two exports, and counts once",
        "; {} are in an export and in their own file, or in two exports, and count once",
    ));
    line.push_str(&some(report.joined, "; {} of them is a copy of another", "; {} of them are copies of others"));
    line.push_str(&some(report.removed, "; {} removed", "; {} removed"));
    line.push_str(&some(report.pages, "; 1 page without an article", "; {} pages without an article"));
    line.push_str(&some(
        report.pages_removed,
        "; 1 page without an article removed",
        "; {} pages without an article removed",
    ));
    line.push_str(&some(report.kept, "; {} not seen but kept", "; {} not seen but kept"));
    line.push_str(&some(report.carried, "; {} carried over", "; {} carried over"));
    line.push_str(&some(
        report.duplicate_ids,
        "; {} shared an id with another and was kept under its own",
        "; {} shared an id with another and were kept under their own",
    ));
    let files = if report.files == 1 { "" } else { "s" };
    line + &format!(" ({} file{files}, {} unchanged)", report.files, report.files_unchanged)
}

/// A progress bar on a terminal, the first rejections, and the report.
pub struct Console {
    bar: Option<ProgressBar>,
    report: Option<(PathBuf, BufWriter<File>)>,
    rejections: u64,
    failed: Option<std::io::Error>,
}

impl Console {
    /// Prints here, and writes rejections to a file where one is named.
    pub fn new(report: Option<&Path>) -> anyhow::Result<Console> {
        let report = match report {
            Some(path) => {
                let file = outside_an_index(path).and_then(|()| File::create(path));
                let file = file.with_context(|| format!("{}: can't be written", path.display()))?;
                Some((path.to_path_buf(), BufWriter::new(file)))
            }
            None => None,
        };
        let bar = (std::io::stderr().is_terminal() && !settings::get().quiet).then(|| {
            let bar = ProgressBar::new(0);
            let template = match settings::language() {
                Language::English => "{wide_bar} {bytes}/{total_bytes}  {msg}, {eta} left",
                Language::Chinese => "{wide_bar} {bytes}/{total_bytes}  {msg}，还需 {eta}",
            };
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Ok(Console { bar, report, rejections: 0, failed: None })
    }

    fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    pub fn finish(mut self, report: &Report) -> anyhow::Result<()> {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        if self.rejections > PRINTED_REJECTIONS {
            let rest = self.rejections - PRINTED_REJECTIONS;
            let hint = if self.report.is_some() { "" } else { "; --report FILE writes all of them" };
            eprintln!("rejected: {rest} more{hint}");
        }
        eprintln!("{}", summary(report));
        if let Some((path, mut file)) = self.report.take() {
            let written = match self.failed.take() {
                Some(error) => Err(error),
                None => file.flush(),
            };
            written.with_context(|| format!("{}: can't be written", path.display()))?;
        }
        Ok(())
    }
}

impl Observer for Console {
    fn rejected(&mut self, rejection: &Rejection) {
        self.rejections += 1;
        if self.rejections <= PRINTED_REJECTIONS {
            self.say(&clean::line(&format!("rejected: {rejection}")));
        }
        if let Some((_, file)) = &mut self.report {
            let line = serde_json::to_string(rejection).unwrap_or_default();
            if let Err(error) = writeln!(file, "{line}") {
                self.failed.get_or_insert(error);
            }
        }
    }

    fn duplicate(&mut self, origin: &str, id: &ArticleId) {
        self.say(&clean::line(&format!("note: {origin}: another record has its id; kept as {id}")));
    }

    fn note(&mut self, what: &str) {
        self.say(&clean::line(&format!("note: {what}")));
    }

    fn committing(&mut self, under_way: bool) {
        COMMITTING.store(under_way, Ordering::SeqCst);
    }

    fn progress(&mut self, progress: Progress) {
        if let Some(bar) = &self.bar {
            bar.set_length(progress.bytes_total);
            bar.set_position(progress.bytes_done);
            let records = format!("{} record{}", progress.records, if progress.records == 1 { "" } else { "s" });
            bar.set_message(settings::language().say(&records).into_owned());
        }
    }
}
