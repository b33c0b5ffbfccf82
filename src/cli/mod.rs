//! The command line: arguments in, calls of the library out. The only place that knows clap and anyhow.
//!
//! Data goes to standard output, all else to standard error. The exit code is 0 when something was found or done, 1 when
//! nothing was found, 2 for an error, 130 when it was interrupted.

/// As the standard library's, with what a terminal would obey shown as signs: messages name files and titles of an archive.
macro_rules! eprintln {
    ($($message:tt)*) => {
        ::std::eprintln!("{}", ::gongxun_core::view::clean::text(&::std::format!($($message)*)))
    };
}

mod args;
mod asked;

mod batch;
mod build;
mod context;
mod delete;
mod explain;
mod generations;
mod inspect;
mod outcome;
mod output;
mod picture;
mod request;
mod roots;
mod search;
#[cfg(feature = "serve")]
mod serve;
mod words;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use self::args::{Args, Command};
use self::outcome::{INTERRUPTED, Outcome};
use self::output::is_broken_pipe;
use gongxun_core::error::Error;
use gongxun_core::index::{Generation, check};
use gongxun_core::view::clean;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    silence_guarded_panics();
    let args = match Args::try_parse_from(args::with_hyphens(std::env::args_os())) {
        Ok(args) => args,
        Err(error) => {
            // clap's own exit code for help and version is 0, for a mistake 2.
            let code = error.exit_code();
            error.print().ok();
            return ExitCode::from(u8::try_from(code).unwrap_or(2));
        }
    };
    let index = args.index.clone();
    match run(args).map_err(|error| diagnosed(&index, error)) {
        Ok(Outcome::Found) => ExitCode::SUCCESS,
        Ok(Outcome::Nothing) => ExitCode::from(1),
        Ok(Outcome::Failed) => ExitCode::from(2),
        // Who closes the pipe has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gongxun: {}", clean::line(&format!("{error:#}")));
            ExitCode::from(match error.downcast_ref() {
                Some(Error::Interrupted) => INTERRUPTED,
                _ => 2,
            })
        }
    }
}

/// Names the damaged file behind an error, where there is one: a command has the time to read all files of the index.
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

/// A panic over a damaged file becomes an error of its own, which is printed; the panic itself says nothing to people.
fn silence_guarded_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !check::is_guarded() {
            usual(panic);
        }
    }));
}

fn run(args: Args) -> anyhow::Result<Outcome> {
    let index = args.index;
    match args.command {
        Command::Search(search) => search::search(&index, search),
        Command::Index(build) => build::index(&index, build),
        Command::Reindex(build) => build::reindex(&index, build),
        Command::Upgrade(args) => build::upgrade(&index, &args),
        Command::Timeline { query, by, table } => inspect::timeline(&index, &query, by, &table),
        Command::Concordance(args) => context::concordance(&index, &args),
        Command::Compare(args) => context::compare(&index, &args),
        Command::Terms(args) => words::terms(&index, &args),
        Command::Keywords(args) => words::keywords(&index, &args),
        Command::Collocations(args) => words::collocations(&index, &args),
        Command::Facets { query, table } => inspect::facets(&index, &query, &table),
        Command::Similar { id, limit, json } => inspect::similar(&index, &id, limit, json),
        Command::WhyNot(args) => inspect::why_not(&index, &args),
        Command::Complete { prefix, limit, json } => inspect::complete(&index, &prefix, limit, json),
        Command::Reprints { id, json } => inspect::reprints(&index, &id, json),
        Command::Cite { ids, style } => inspect::cite(&index, &ids, style),
        Command::Show { id, json } => inspect::show(&index, &id, json),
        Command::Stats { json } => inspect::stats(&index, json),
        Command::Extract(extract) => build::extract(extract),
        Command::Segment(segment) => inspect::segment(&index, segment),
        Command::Verify { all, sample, seed } => inspect::verify(&index, all, sample, seed),
        Command::Rollback { to, dry_run } => generations::rollback(&index, to, dry_run),
        Command::Snapshot { dir } => generations::snapshot(&index, &dir),
        Command::Roots { action, json } => roots::roots(&index, action, json),
        Command::Delete(args) => delete::delete(&index, args),
        Command::Export(args) => generations::export(&index, &args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::serve(&index, args),
        Command::Completions { shell } => inspect::completions(shell),
        Command::Man => inspect::man(),
    }
}
