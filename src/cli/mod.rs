//! The command line: arguments in, calls of the library out. Only this module names clap and anyhow.
//!
//! Data goes to standard output, all else to standard error. The exit code is 0 when something was found or done, 1
//! when nothing was found, 2 for an error, 130 if it was interrupted.

/// Prints a message like the standard library's macro, but in the language of messages and with signs in place of what
/// a terminal would obey, since messages name files and titles of an archive. With `--quiet` it prints nothing.
macro_rules! eprintln {
    ($($message:tt)*) => {
        if !$crate::cli::settings::get().quiet {
            let message = ::std::format!($($message)*);
            let message = $crate::cli::settings::language().say(&message);
            ::std::eprintln!("{}", ::gongxun_core::view::clean::text(&message))
        }
    };
}

mod args;
mod batch;
mod common_args;
mod delete;
#[cfg(feature = "engine")]
mod engine;
mod explain;
mod generations;
mod help;
mod hyphens;
mod ingest;
mod inspect;
mod intake;
mod outcome;
mod output;
mod request;
mod roots;
mod search;
#[cfg(feature = "serve")]
mod serve;
mod settings;
mod svg;
mod tables;
mod vocabulary;

use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use self::args::{Args, Command};
use self::outcome::{INTERRUPTED, Outcome};
use self::output::is_broken_pipe;
use self::settings::Settings;
use gongxun_core::error::Error;
use gongxun_core::index::{Generation, check};
use gongxun_core::view::clean;
use gongxun_core::view::messages::Language;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    silence_caught_panics();
    let given = hyphens::normalized(std::env::args_os());
    let language = settings::language_of(&given);
    let mut command = help::translated(Args::command(), language);
    let matches = command.try_get_matches_from_mut(given);
    if let Some(help) = matches.as_ref().ok().and_then(|matches| help::requested(&mut command, matches)) {
        output::print(&help).ok();
        return ExitCode::SUCCESS;
    }
    let args = match matches.and_then(|matches| Args::from_arg_matches(&matches)) {
        Ok(args) => args,
        Err(error) => {
            // clap's own exit code is 0 for help and version, 2 for a mistake.
            let code = error.exit_code();
            match help::complaint(&error).filter(|_| language == Language::Chinese) {
                Some(complaint) => std::eprint!("{}", clean::text(&complaint)),
                None if language == Language::Chinese && !error.use_stderr() => {
                    output::print(&help::in_words(&error.render().to_string())).ok();
                }
                // It quotes arguments, which may hold anything.
                None if error.use_stderr() => std::eprint!("{}", clean::text(&error.render().to_string())),
                None => drop(error.print()),
            }
            return ExitCode::from(u8::try_from(code).unwrap_or(2));
        }
    };
    settings::set(Settings {
        language: settings::chosen(args.lang, &args.index),
        color: args.color,
        quiet: args.quiet,
    });
    let index = args.index.clone();
    match run(args).map_err(|error| diagnosed(&index, error)) {
        Ok(Outcome::Found) => ExitCode::SUCCESS,
        Ok(Outcome::Nothing) => ExitCode::from(1),
        Ok(Outcome::Failed) => ExitCode::from(2),
        // The reader of the pipe has closed it, which is no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Errors are printed even with `--quiet`.
            let language = settings::language();
            let causes: Vec<String> =
                error.chain().map(|cause| language.say(&cause.to_string()).into_owned()).collect();
            let what = clean::line(&said_once(&causes).join(": ")).into_owned();
            std::eprintln!("{}", language.say(&format!("gongxun: {what}")));
            ExitCode::from(match error.downcast_ref() {
                Some(Error::Interrupted) => INTERRUPTED,
                _ => 2,
            })
        }
    }
}

/// Returns the causes of an error, the outermost first, without those that the one before contains.
fn said_once(causes: &[String]) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for cause in causes {
        if !said.last().is_some_and(|before| before.contains(cause.as_str())) {
            said.push(cause.clone());
        }
    }
    said
}

/// Names the damaged file behind an error, if there is one: a command has the time to check all files of the index.
fn diagnosed(index: &Path, error: anyhow::Error) -> anyhow::Error {
    if !matches!(error.downcast_ref(), Some(Error::Engine(_) | Error::Damaged { .. })) {
        return error;
    }
    match (error.downcast::<Error>(), Generation::current(index)) {
        (Ok(error), Ok(Some(generation))) => check::diagnosed(&generation, error).into(),
        (Ok(error), _) => error.into(),
        (Err(error), _) => error,
    }
}

/// Silences the panic hook for panics that become errors, which are printed themselves.
fn silence_caught_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !check::is_catching_panics() {
            usual(panic);
        }
    }));
}

fn run(args: Args) -> anyhow::Result<Outcome> {
    let index = args.index;
    #[cfg(feature = "engine")]
    if engine::is_for_engine(&args.engine, &args.command) {
        return engine::run(&args.engine, args.command);
    }
    match args.command {
        // Without an engine it has nowhere to go.
        #[cfg(feature = "engine")]
        Command::Push(_) => anyhow::bail!("name the engine: --engine https://host:9200"),
        Command::Search(search) => search::search(&index, search),
        Command::Index(args) => ingest::index(&index, args),
        Command::Reindex(args) => ingest::reindex(&index, args),
        Command::Upgrade(args) => ingest::upgrade(&index, &args),
        Command::Timeline { query, by, table } => inspect::timeline(&index, &query, by, &table),
        Command::Concordance(args) => tables::concordance(&index, &args),
        Command::Compare(args) => tables::compare(&index, &args),
        Command::Terms(args) => vocabulary::terms(&index, &args),
        Command::Keywords(args) => vocabulary::keywords(&index, &args),
        Command::Collocations(args) => vocabulary::collocations(&index, &args),
        Command::Facets { query, table } => inspect::facets(&index, &query, &table),
        Command::Similar { id, limit, plain } => inspect::similar(&index, &id, limit, plain.is_json()),
        Command::WhyNot(args) => inspect::why_not(&index, &args),
        Command::Complete { prefix, limit, plain } => inspect::complete(&index, &prefix, limit, plain.is_json()),
        Command::Reprints { id, plain } => inspect::reprints(&index, &id, plain.is_json()),
        Command::Cite { ids, style } => inspect::cite(&index, &ids, style),
        Command::Show { id, plain } => inspect::show(&index, &id, plain.is_json()),
        Command::Stats { plain } => inspect::stats(&index, plain.is_json()),
        Command::Extract(extract) => ingest::extract(extract),
        Command::Segment(segment) => inspect::segment(&index, segment),
        Command::Verify { all, sample, seed } => inspect::verify(&index, all, sample, seed),
        Command::Rollback { to, dry_run } => generations::rollback(&index, to, dry_run),
        Command::Snapshot { dir } => generations::snapshot(&index, &dir),
        Command::Roots { action, plain } => roots::roots(&index, action, plain.is_json()),
        Command::Delete(args) => delete::delete(&index, args),
        Command::Export(args) => generations::export(&index, &args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::serve(&index, &args),
        Command::Completions { shell } => inspect::completions(shell),
        Command::Man => inspect::man(),
    }
}
