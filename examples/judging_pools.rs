//! Prints the pools for judging queries: for each query the articles that are among the first ten hits of any of
//! several rankings, so that judgements favour none of them.
//!
//! ```text
//! cargo run --release --example judging_pools ARTICLES.jsonl QUERIES.txt > POOLS.jsonl
//! ```
//! The articles are lines of JSON with `id`, `title` and `body`. A line of the queries is a query and, after tabs, other
//! wordings of it, official words for spoken ones above all: their first hits are pooled too, or a query that no ranking
//! understands yet would have no right article. A pool is a line
//! `{"query": …, "pool": {id: [ranking, …]}}`; judges should see the ids alone, which are sorted. Then prints, to
//! standard error, for each ranking how many articles it gave, and how many of them no other did.

#[path = "../tests/support/archive.rs"]
mod archive;
#[path = "../tests/support/quality.rs"]
mod quality;
#[path = "../tests/support/stock.rs"]
mod stock;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use archive::Archive;
use gongxun_core::search::compile::plan::TokenKind;
use gongxun_core::search::ranking::ranked::{Evidence, FULL, OTHER_YEAR};
use gongxun_core::search::{Kind, Request};
use quality::{DEPTH, Ours, json_lines, text};
use stock::{Row, Stock};

/// The number of first hits of a ranking that are pooled.
const POOLED: usize = 10;
/// A depth of the second stage that is greater than the program's.
const DEEP: usize = 200;

/// The name of the hits of another wording.
const WORDING: &str = "another wording";

/// A ranking with its name.
type Ranking<'a> = (&'static str, &'a dyn Fn(&str) -> Vec<String>);

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).map(PathBuf::from);
    let (Some(file), Some(queries)) = (args.next(), args.next()) else {
        return Err("name a file of articles, JSON lines, and a file of queries".into());
    };
    let articles = json_lines(&file);
    let queries = std::fs::read_to_string(queries)?;
    let archive = Archive::new();
    archive.ingest_from(&file, file.parent().unwrap_or(&file));
    let key = |article: &gongxun_core::article::Article| {
        let line: usize = article.origin.rsplit('#').next().and_then(|line| line.parse().ok()).unwrap_or(1);
        text(&articles[line - 1], "id").to_string()
    };
    let ours = Ours::new(archive.snapshot(), key);
    let stock = Stock::new(articles.iter().map(Row::of));

    let rankings: [Ranking; 9] = [
        ("ours", &|query| ours.answer(query, Request::SECOND_STAGE)),
        ("ours, one stage", &|query| ours.answer(query, 0)),
        ("ours, other weights", &|query| {
            ours.answer_by(query, Request::SECOND_STAGE, |hit, evidence| {
                (hit.kind != Kind::Partial, by_passage(evidence))
            })
        }),
        ("ours, other weights, deeper", &|query| {
            ours.answer_by(query, DEEP, |hit, evidence| (hit.kind != Kind::Partial, by_passage(evidence)))
        }),
        ("ours, without tiers", &|query| ours.answer_by(query, DEEP, |_, evidence| evidence.value())),
        ("words alone", &|query| ours.alone(query, TokenKind::Word)),
        ("bigrams of characters alone", &|query| ours.alone(query, TokenKind::Pair)),
        ("tantivy-jieba, any", &|query| stock.answer(&stock.any_token(query), DEPTH)),
        ("tantivy-jieba, parsed", &|query| stock.answer(&*stock.parsed(query), DEPTH)),
    ];
    let mut of_each: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for line in queries.lines().filter(|line| !line.trim().is_empty()) {
        let mut wordings = line.split('\t').map(str::trim);
        let query = wordings.next().unwrap_or_default();
        let mut pool: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, answer) in &rankings {
            for id in answer(query).into_iter().take(POOLED) {
                pool.entry(id).or_default().push(name);
            }
        }
        for wording in wordings {
            for id in ours.answer(wording, Request::SECOND_STAGE).into_iter().take(POOLED) {
                let names = pool.entry(id).or_default();
                if !names.contains(&WORDING) {
                    names.push(WORDING);
                }
            }
        }
        for names in pool.values() {
            for name in names {
                let (all, alone) = of_each.entry(name).or_default();
                *all += 1;
                *alone += usize::from(names.len() == 1);
            }
        }
        println!("{}", serde_json::json!({ "query": query, "pool": pool }));
    }
    for (name, (all, alone)) in of_each {
        eprintln!("{name}: {all} articles, {alone} of no other ranking");
    }
    Ok(())
}

/// The value of a hit under weights that favour the best passage: the article's score counts no more than it, and
/// coverage several times as much as in the program.
fn by_passage(evidence: &Evidence) -> f32 {
    let full = if evidence.is_full { FULL } else { 0.0 };
    let year = if evidence.has_year == Some(false) { OTHER_YEAR } else { 0.0 };
    let coverage = evidence.coverage + evidence.item_coverage;
    evidence.first + evidence.item + 0.3 * coverage + 0.2 * evidence.proximity + 0.1 * evidence.heading + full + year
}
