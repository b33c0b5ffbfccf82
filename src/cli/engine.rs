//! `push`, and the commands that read with `--engine`: the archive on OpenSearch instead of in a folder of this machine.

use anyhow::{anyhow, bail};

use super::args::{Command, EngineArgs, ExportFormat, PushArgs};
use super::ingest::{Console, intake_options, stop_on_interrupt};
use super::outcome::Outcome;
use super::output::{csv_begins, print, write_to};
#[cfg(feature = "serve")]
use super::serve;
use super::{inspect, request, search, tables, vocabulary};
use gongxun_core::article::ArticleId;
use gongxun_core::control::Control;
use gongxun_core::error::Error;
use gongxun_core::named_file;
use gongxun_core::search::{Copies, Request};
use gongxun_core::view;
#[cfg(feature = "serve")]
use gongxun_engine::Newest;
use gongxun_engine::{Access, Archive, Push, Settings};
use gongxun_ingest::ingest::{self, Part};

/// The volume of articles between two commits, in bytes: what is sent again after a kill.
const COMMIT_BYTES: u64 = 32 << 20;

/// Whether a command is for the engine: one is named, and the command has to do with an archive.
pub fn is_for_engine(engine: &EngineArgs, command: &Command) -> bool {
    let is_of_none =
        matches!(command, Command::Extract(_) | Command::Segment(_) | Command::Completions { .. } | Command::Man);
    engine.engine.is_some() && !is_of_none
}

fn settings(engine: &EngineArgs) -> anyhow::Result<Settings> {
    let Some(url) = &engine.engine else { bail!("name the engine: --engine https://host:9200") };
    Ok(Settings::new(url.as_str()).index(engine.engine_index.as_str()).access(Access::from_environment()?))
}

/// Runs a command on the engine.
pub fn run(engine: &EngineArgs, command: Command) -> anyhow::Result<Outcome> {
    let settings = settings(engine)?;
    let done = match command {
        Command::Push(args) => push(settings, args),
        Command::Verify { all, sample, seed } => verify(&settings, all, sample, seed),
        other => read(&settings, other),
    };
    // What the engine says is no damage of an index folder.
    done.map_err(|error| match error.downcast::<Error>() {
        Ok(Error::Engine(cause)) => anyhow!("{cause}"),
        Ok(other) => other.into(),
        Err(error) => error,
    })
}

fn read(settings: &Settings, command: Command) -> anyhow::Result<Outcome> {
    let archive = || Archive::open(settings);
    let name = &settings.index;
    match command {
        Command::Search(args) if args.corpus.is_none() => search::of(&archive()?, &args),
        Command::Timeline { query, by, table } => inspect::timeline_of(&archive()?, &query, by, &table),
        Command::Facets { query, table } => inspect::facets_of(&archive()?, &query, &table),
        Command::Concordance(args) => tables::concordance_of(&archive()?, &args),
        Command::Compare(args) => tables::compare_of(&archive()?, &args),
        Command::Terms(args) => vocabulary::terms_of(&archive()?, &args),
        Command::Similar { id, limit, plain } => {
            inspect::similar_of(&archive()?, name, &ArticleId(id), limit, plain.is_json())
        }
        Command::WhyNot(args) => inspect::why_not_of(&archive()?, name, &args, |id| Ok(ArticleId(id.to_string()))),
        Command::Show { id, plain } => inspect::show_of(&archive()?, name, &ArticleId(id), plain.is_json()),
        Command::Reprints { id, plain } => inspect::reprints_of(&archive()?, name, &ArticleId(id), plain.is_json()),
        Command::Cite { ids, style } => {
            let ids: Vec<ArticleId> = ids.into_iter().map(ArticleId).collect();
            inspect::cite_of(&archive()?, name, &ids, style)
        }
        Command::Stats { plain } => inspect::stats_of(&archive()?, plain.is_json()),
        #[cfg(feature = "serve")]
        Command::Serve(args) => {
            if let Some(archive) = &args.archive {
                bail!("{}: with --engine, serve reads no archive; push does", archive.display());
            }
            serve::run(Box::new(Newest::open(settings)?), serve::place(&args)?, &args)
        }
        Command::Export(args) => {
            let query: Vec<String> = args.query.iter().cloned().collect();
            let archive = archive()?;
            let asked = match query.is_empty() && request::filters(&args.conditions)?.is_empty() {
                // The whole archive.
                true => None,
                false => Some(request::request(&archive, &query, &args.conditions)?),
            };
            asked.iter().for_each(|asked| request::notes(&asked.query.notes, &[]));
            let more = args.conditions.synonyms || args.conditions.partial;
            let all = asked.map(|asked| Request { copies: Copies::All, ..asked });
            let mut count = 0u64;
            write_to(args.output.output.as_deref(), |out| {
                if args.format == ExportFormat::Csv {
                    write!(out, "{}{}", csv_begins(&args.output), view::csv::header())?;
                }
                let mut closed: Option<std::io::Error> = None;
                let exported =
                    archive.export(all.as_ref(), &request::control(&args.conditions), &mut |article, kind| {
                        count += 1;
                        let line = match args.format {
                            ExportFormat::Csv => view::csv::record(article, kind, &[]),
                            ExportFormat::Jsonl => view::json::article(article, more.then_some(kind)) + "\n",
                        };
                        out.write_all(line.as_bytes()).map_err(|error| {
                            closed = Some(error);
                            Error::Interrupted
                        })
                    });
                closed.map_or(Ok(()), Err)?;
                Ok(exported?)
            })?;
            Ok(if count > 0 { Outcome::Found } else { Outcome::Nothing })
        }
        _ => bail!("this command works on an index of this machine alone: leave out --engine"),
    }
}

/// Runs `push`.
fn push(settings: Settings, args: PushArgs) -> anyhow::Result<Outcome> {
    let part: Option<Part> = match &args.part {
        Some(text) => Some(text.parse().map_err(|wrong: String| anyhow!(wrong))?),
        None => None,
    };
    let stop = stop_on_interrupt();
    let options = intake_options(&args.intake, stop)?.commit_bytes(COMMIT_BYTES);
    let dictionary = match &args.dict {
        Some(file) => Some(named_file::read_text(file)?),
        None => None,
    };
    let settings = settings.shards(args.shards, args.replicas).bulk(args.bulk, args.bulk_mb.max(1) << 20);
    let mut console = Console::new(args.intake.report.as_deref())?;
    let mut push = Push::open(&settings, dictionary.as_deref(), args.rebuild, part)?;
    let report = ingest::feed(&mut push, &options, part, &mut console as &mut dyn ingest::Observer)?;
    console.finish(&report)?;
    let pushed = push.finish()?;
    let articles = request::articles(pushed.articles);
    if pushed.serves {
        eprintln!("{} serves as {}, with {articles}", pushed.generation, settings.index);
    } else {
        eprintln!("{} has {articles}; it serves once all parts are there", pushed.generation);
    }
    if args.reprints {
        let joined = gongxun_engine::reprints(&settings, &Control::default().stop(stop))?;
        eprintln!(
            "{} of {} articles are copies of others, in {} clusters",
            joined.copies, joined.articles, joined.clusters
        );
    }
    Ok(Outcome::Found)
}

/// Runs `verify`.
fn verify(settings: &Settings, all: bool, sample: usize, seed: u64) -> anyhow::Result<Outcome> {
    if all {
        bail!("--all works on an index of this machine alone: a larger --sample tries more of an engine's");
    }
    let verified = gongxun_engine::verify(settings, sample, seed, &Control::default())?;
    print(&format!("{} articles counted, {} given\n", verified.articles, verified.given))?;
    for (kind, figures) in &verified.kinds {
        let (strings, exact, missing, wrong) = (figures.strings, figures.exact, figures.missing, figures.wrong);
        print(&format!("{kind}: {exact} of {strings} found exactly, {missing} missing, {wrong} wrong\n"))?;
    }
    verified.failures.iter().for_each(|failure| eprintln!("{failure}"));
    Ok(if verified.is_sound() { Outcome::Found } else { Outcome::Failed })
}
