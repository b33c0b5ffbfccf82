//! The queries of `tests/data/hostile.tsv`, which are meant to cost time, and the commands that ask them.
#![allow(dead_code, reason = "each user takes a part of it")]

use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::index::Snapshot;
use gongxun_core::query::parse;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Read as _, Request, collocations, concordance, keywords};

const QUERIES: &str = include_str!("../data/hostile.tsv");

/// The number of similar articles that are asked for.
const SIMILAR: usize = 10;
/// The number of words that are suggested.
const SUGGESTED: usize = 10;

/// A query with the command that asks it.
pub struct Hostile {
    pub command: &'static str,
    /// The query, or several for `compare`.
    pub queries: Vec<String>,
    /// As the file has it, for people.
    pub name: String,
}

/// Returns all queries of the file.
pub fn queries() -> Vec<Hostile> {
    let lines = QUERIES.lines().filter(|line| !line.starts_with('#'));
    let query = |line: &'static str| {
        let mut parts = line.splitn(3, '\t');
        let (command, times, text) = (parts.next()?, parts.next()?.parse::<usize>().ok()?, parts.next()?);
        let queries = match command {
            "compare" => text.split('|').map(str::to_string).collect(),
            _ => vec![text.repeat(times)],
        };
        let name = if times > 1 { format!("{text} × {times}") } else { text.to_string() };
        Some(Hostile { command, queries, name })
    };
    lines.map(|line| query(line).unwrap_or_else(|| panic!("{line:?}: no query"))).collect()
}

/// Asks a query, without a deadline, and returns how many articles or lines were given.
pub fn ask(snapshot: &Snapshot, hostile: &Hostile) -> Result<u64> {
    let control = Control::default();
    let request = |query: &String| Request { occurrences: true, ..Request::new(parse(query)) };
    let first = Request::new(parse(&hostile.queries[0]));
    Ok(match hostile.command {
        "search" => snapshot.answer(&first, &control)?.total,
        "facets" => {
            let request = Request { facets: true, limit: 0, ..request(&hostile.queries[0]) };
            snapshot.answer(&request, &control)?.total
        }
        "timeline" => snapshot.timeline(&request(&hostile.queries[0]), Step::Month, &control)?.total,
        "concordance" => {
            let mut lines = 0;
            let options = concordance::Options::default();
            snapshot.concordance(&first, &options, &control, &mut |_| {
                lines += 1;
                Ok(())
            })?;
            lines
        }
        "compare" => {
            let requests: Vec<Request> = hostile.queries.iter().map(request).collect();
            snapshot.compare(&requests, Step::Year, &control)?.periods.len() as u64
        }
        "keywords" => snapshot.keywords(&first, &keywords::Options::default(), &control)?.articles,
        "collocations" => snapshot.collocations(&first, &collocations::Options::default(), &control)?.occurrences,
        "similar" => {
            let hits = snapshot.answer(&Request { limit: 1, ..first }, &control)?.hits;
            let Some(hit) = hits.first() else { return Ok(0) };
            snapshot.similar(&hit.article.id, SIMILAR, &control)?.map_or(0, |similar| similar.total)
        }
        "suggest" => snapshot.complete(&hostile.queries[0], SUGGESTED, &control)?.len() as u64,
        other => panic!("{other}: no such command"),
    })
}
