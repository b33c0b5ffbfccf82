//! `rollback`, `snapshot`, `export`: operations on a whole index.

use std::collections::HashMap;
use std::path::Path;

use super::args::{ExportArgs, ExportFormat};
use super::outcome::Outcome;
use super::output::{counted, csv_begins, write_to};
use super::request;
use gongxun_core::article::Article;
use gongxun_core::error::Error;
use gongxun_core::index::rollback::{Rollback, Side};
use gongxun_core::index::{DocAddress, backup, export as articles};
use gongxun_core::search::{Copies, Kind, Request, select};
use gongxun_core::view;

/// Runs `rollback`.
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
            "lost: {} that only the current generation has, {changed} in their current version; regained: {back}",
            request::articles(lost)
        );
    }
    if let Some((lost, back)) = rollback.pages.filter(|(lost, back)| lost + back > 0) {
        eprintln!("pages without an article: {lost} lost, {back} regained");
    }
    if rollback.deleted > 0 {
        let deleted = request::articles(rollback.deleted);
        eprintln!("removed from it: {deleted} deleted on request since");
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
        "generation {}, commit {}: {}, current since {since}",
        side.generation.number,
        side.commit,
        counted(side.articles, side.pages)
    )
}

/// Runs `snapshot`.
pub fn snapshot(index: &Path, target: &Path) -> anyhow::Result<Outcome> {
    let copied = backup::backup(index, target)?;
    eprintln!(
        "{}: generation {}, commit {}, {}, {:.1} MB; {} files shared with {}, {} copied",
        target.display(),
        copied.generation,
        copied.commit,
        request::articles(copied.articles),
        copied.bytes as f64 / 1e6,
        copied.linked,
        index.display(),
        copied.copied
    );
    Ok(Outcome::Found)
}

/// Runs `export`.
pub fn export(index: &Path, args: &ExportArgs) -> anyhow::Result<Outcome> {
    let snapshot = request::open(index)?;
    let conditions = &args.conditions;
    let more = conditions.synonyms || conditions.partial;
    let query: Vec<String> = args.query.iter().cloned().collect();
    let kinds: Option<HashMap<DocAddress, Kind>> = match query.is_empty() && request::filters(conditions)?.is_empty() {
        true => None,
        false => {
            let asked = request::request(&snapshot, &query, conditions)?;
            request::notes(&asked.query.notes, &[]);
            // Each copy is an article of its own here.
            let all = Request { copies: Copies::All, ..asked };
            Some(select::with_kinds(&snapshot, &all, &request::control(conditions))?.into_iter().collect())
        }
    };
    let kind_of = |article: &Article| -> anyhow::Result<Kind> {
        let address = snapshot.find(&article.id)?;
        let kind = address.and_then(|address| kinds.as_ref()?.get(&address).copied());
        Ok(kind.unwrap_or(Kind::Full))
    };
    let addresses = kinds.as_ref().map(|kinds| kinds.keys().copied().collect());
    let (mut count, mut left_out) = (0u64, Vec::new());
    write_to(args.output.output.as_deref(), |out| {
        if args.format == ExportFormat::Csv {
            write!(out, "{}{}", csv_begins(&args.output), view::csv::header())?;
        }
        // A closed output is no error of the library; it is kept here and reported at the end.
        let mut closed: Option<anyhow::Error> = None;
        let exported = articles::export(&snapshot, addresses, |article| {
            count += 1;
            let written = kind_of(article).and_then(|kind| {
                let line = match args.format {
                    ExportFormat::Csv => view::csv::record(article, kind, &[]),
                    ExportFormat::Jsonl => view::json::article(article, more.then_some(kind)) + "\n",
                };
                Ok(out.write_all(line.as_bytes())?)
            });
            written.map_err(|error| {
                closed = Some(error);
                Error::Interrupted
            })
        });
        closed.map_or(Ok(()), Err)?;
        left_out = exported?;
        Ok(())
    })?;
    left_out.iter().for_each(|error| eprintln!("note: left out: {error}"));
    let articles = request::articles(count);
    eprintln!("{articles} of generation {}, commit {}", snapshot.generation.number, snapshot.commit.number);
    Ok(match (count, left_out.len()) {
        (_, 1..) => Outcome::Failed,
        (0, 0) => Outcome::Nothing,
        (_, 0) => Outcome::Found,
    })
}
