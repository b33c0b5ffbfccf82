//! `rollback`, `snapshot`, `export`: what is done with a whole index.

use std::path::Path;

use super::args::ExportArgs;
use super::outcome::Outcome;
use super::output::write_to;
use super::search::matching;
use gongxun_core::error::Error;
use gongxun_core::index::rollback::{Rollback, Side};
use gongxun_core::index::{Snapshot, backup, export as articles};

/// `rollback`
pub fn rollback(index: &Path, to: Option<u64>, dry_run: bool) -> anyhow::Result<Outcome> {
    let rollback = Rollback::prepare(index, to)?;
    let target = &rollback.to;
    match (&rollback.from, rollback.current) {
        (Some(from), _) => eprintln!("from {}", side(from)),
        (None, Some(number)) => eprintln!("from generation {number}, which can't be read: what it holds is not known"),
        (None, None) => eprintln!("from a generation that is not known"),
    }
    eprintln!("to   {}", side(target));
    if let (Some(lost), Some(changed), Some(back)) = (rollback.lost, rollback.changed, rollback.back) {
        eprintln!(
            "lost: {lost} articles that only the current generation has, {changed} as they read now; back: {back}"
        );
    }
    if rollback.deleted > 0 {
        eprintln!("taken out of it: {} articles that were deleted on request since", rollback.deleted);
    }
    if dry_run {
        return Ok(Outcome::Found);
    }
    let number = target.generation.number;
    let left = rollback.current;
    rollback.perform()?;
    eprintln!("generation {number} is current; `gongxun index PATH…` adds what is new or changed since");
    if let Some(left) = left {
        eprintln!("generation {left} stays until the next reindex; `gongxun rollback --to {left}` goes there again");
    }
    Ok(Outcome::Found)
}

fn side(side: &Side) -> String {
    let since = side.state.since.map_or_else(|| "at an unknown time".to_string(), |since| since.to_string());
    format!(
        "generation {}, commit {}: {} articles, current since {since}",
        side.generation.number, side.commit, side.articles
    )
}

/// `snapshot`
pub fn snapshot(index: &Path, target: &Path) -> anyhow::Result<Outcome> {
    let copied = backup::backup(index, target)?;
    eprintln!(
        "{}: generation {}, commit {}, {} articles, {:.1} MB; {} files shared with {}, {} copied",
        target.display(),
        copied.generation,
        copied.commit,
        copied.articles,
        copied.bytes as f64 / 1e6,
        copied.linked,
        index.display(),
        copied.copied
    );
    Ok(Outcome::Found)
}

/// `export`
pub fn export(index: &Path, args: &ExportArgs) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let addresses = match (&args.query, &args.source) {
        (None, None) => None,
        (query, source) => Some(matching(&snapshot, query.as_deref(), source.as_deref())?),
    };
    let (mut count, mut left_out) = (0u64, Vec::new());
    write_to(args.output.as_deref(), |out| {
        // What closes our output is no error of the library; it is kept here and told at the end.
        let mut closed: Option<std::io::Error> = None;
        let exported = articles::export(&snapshot, addresses, |article| {
            count += 1;
            let line = serde_json::to_string(article).unwrap_or_default();
            writeln!(out, "{line}").map_err(|error| {
                closed = Some(error);
                Error::Interrupted
            })
        });
        closed.map_or(Ok(()), Err)?;
        left_out = exported?;
        Ok(())
    })?;
    left_out.iter().for_each(|error| eprintln!("note: left out: {error}"));
    eprintln!("{count} articles of generation {}, commit {}", snapshot.generation.number, snapshot.commit.number);
    Ok(match (count, left_out.len()) {
        (_, 1..) => Outcome::Failed,
        (0, 0) => Outcome::Nothing,
        (_, 0) => Outcome::Found,
    })
}
