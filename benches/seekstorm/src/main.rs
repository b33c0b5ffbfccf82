//! gongxun and SeekStorm over the same articles in one process: what they find, and how long it takes.
//!
//! `GONGXUN_DATA=… cargo run --release` in this folder. The queries are those of `benches/search.rs`, warm, in one
//! thread; the two systems take turns, round by round. The first table has the articles that each finds, compared with
//! a plain scan of titles and bodies. The second has milliseconds, median and 99th percentile over all queries of a
//! kind. docs/PERFORMANCE.md says what is equal and what is not.

#[path = "../../../tests/support/archive.rs"]
mod archive;
#[path = "../../../tests/support/news.rs"]
mod news;
#[path = "../../../tests/support/questions.rs"]
mod questions;
mod seekstorm;

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use archive::Archive;
use gongxun::{ArticleId, Breadth, Index, Search, Snapshot};
use questions::KINDS;
use seekstorm::{SeekStorm, With};
use serde_json::Value;

/// The number of rounds of all queries.
const ROUNDS: usize = 40;
/// The number of first hits.
const LIMIT: usize = 10;
/// The kinds of queries that both can answer: the others have dates, or words that need not all occur.
const COMPARED: usize = 3;

fn main() {
    let archive = Archive::new();
    let file = news::file(&archive);
    archive.ingest_from(&file, file.parent().unwrap());
    let snapshot = Index::open(archive.index()).unwrap().snapshot();
    let articles = news::articles(&file);
    let seekstorm = SeekStorm::new(&articles);
    println!("{} articles, {ROUNDS} rounds", snapshot.articles());

    // A place begins with the name of its root.
    let place = file.strip_prefix(file.ancestors().nth(2).unwrap()).unwrap().to_str().unwrap();
    let ids = articles.iter().map(|article| ArticleId::new(place, article["id"].as_str().unwrap())).collect();
    print_found(&snapshot, &seekstorm, &articles, &ids);
    print_times(&snapshot, &seekstorm);
}

/// Prints how many of the articles that a plain scan of titles and bodies finds are found, and how many others.
fn print_found(snapshot: &Snapshot, seekstorm: &SeekStorm, articles: &[Value], ids: &Vec<ArticleId>) {
    let texts: Vec<[&str; 2]> =
        articles.iter().map(|article| ["title", "body"].map(|field| article[field].as_str().unwrap_or(""))).collect();
    let places: HashMap<&ArticleId, usize> = ids.iter().zip(0..).collect();
    println!("\n{:<24}{:>10}{:>26}{:>20}", "articles", "scan", "gongxun", "SeekStorm");
    for (name, queries) in &KINDS[..COMPARED] {
        let counts: Vec<Counts> = queries
            .iter()
            .map(|query| {
                let scanned = scan(&texts, query);
                Counts {
                    gongxun: Found::of(&everything(snapshot, query, &places), &scanned),
                    seekstorm: Found::of(&seekstorm.all(query), &scanned),
                    scanned: scanned.len(),
                }
            })
            .collect();
        counts.iter().copied().reduce(Counts::plus).unwrap().print(name);
        queries.iter().zip(counts).for_each(|(query, counts)| counts.print(&format!("  {query}")));
    }
}

/// Returns the places of the articles that hold every word of a query, or what it quotes, in title or body.
fn scan(texts: &[[&str; 2]], query: &str) -> HashSet<usize> {
    let words: Vec<&str> = query.split([' ', '"']).filter(|word| !word.is_empty()).collect();
    let holds = |texts: &[&str; 2]| words.iter().all(|word| texts.iter().any(|text| text.contains(word)));
    (0..texts.len()).filter(|place| holds(&texts[*place])).collect()
}

/// Returns the places of all articles that gongxun finds.
fn everything(snapshot: &Snapshot, query: &str, places: &HashMap<&ArticleId, usize>) -> HashSet<usize> {
    let mut found = HashSet::new();
    let search = snapshot.search(query).all_copies().breadth(Breadth::Exact).snippet_length(0);
    search
        .each(|hit| {
            found.insert(places[&hit.article.id]);
            Ok(())
        })
        .unwrap();
    found
}

/// The articles that one system finds.
#[derive(Clone, Copy)]
struct Found {
    /// The number that the scan finds too.
    scanned: usize,
    /// The number that it does not.
    others: usize,
}

impl Found {
    fn of(found: &HashSet<usize>, scanned: &HashSet<usize>) -> Found {
        let both = found.intersection(scanned).count();
        Found { scanned: both, others: found.len() - both }
    }

    fn plus(self, other: Found) -> Found {
        Found { scanned: self.scanned + other.scanned, others: self.others + other.others }
    }
}

/// The articles that are found for one or more queries.
#[derive(Clone, Copy)]
struct Counts {
    scanned: usize,
    gongxun: Found,
    seekstorm: Found,
}

impl Counts {
    fn plus(self, other: Counts) -> Counts {
        Counts {
            scanned: self.scanned + other.scanned,
            gongxun: self.gongxun.plus(other.gongxun),
            seekstorm: self.seekstorm.plus(other.seekstorm),
        }
    }

    fn print(self, name: &str) {
        let of = |found: Found| match found.others {
            0 => found.scanned.to_string(),
            others => format!("{} and {others} others", found.scanned),
        };
        // A Chinese character takes two columns.
        let width = 24 - name.chars().filter(|c| !c.is_ascii()).count();
        println!("{name:<width$}{:>10}{:>26}{:>20}", self.scanned, of(self.gongxun), of(self.seekstorm));
    }
}

/// Prints the times of both systems, from the least that can be asked for to a page of hits.
fn print_times(snapshot: &Snapshot, seekstorm: &SeekStorm) {
    println!("\n{:<44}{:>18}{:>18}{:>8}", "ms, median and p99", "gongxun", "SeekStorm", "ratio");
    for (name, queries) in &KINDS[..COMPARED] {
        let mut ways: [&mut dyn FnMut(&str) -> usize; 6] = [
            &mut |query| ids(snapshot, query),
            &mut |query| seekstorm.page(query, LIMIT, With::Ids),
            &mut |query| texts(snapshot, query),
            &mut |query| seekstorm.page(query, LIMIT, With::Texts),
            &mut |query| page(snapshot, query),
            &mut |query| seekstorm.page(query, LIMIT, With::Snippets),
        ];
        let [ours, theirs, our_texts, their_texts, page, snippets] = times(queries, &mut ways);
        print(&format!("{name}: ids"), ours, theirs);
        print(&format!("{name}: texts"), our_texts, their_texts);
        print(&format!("{name}: snippets and facets"), page, snippets);
    }
}

/// Returns a search by BM25 alone: full matches, each copy a hit of its own.
fn raw<'a>(snapshot: &'a Snapshot, query: &str) -> Search<'a> {
    snapshot.search(query).limit(LIMIT).breadth(Breadth::Exact).all_copies().second_stage(0)
}

/// Asks gongxun for the ids of the first hits and the exact count.
fn ids(snapshot: &Snapshot, query: &str) -> usize {
    raw(snapshot, query).ids().unwrap().hits.len()
}

/// Asks gongxun for the first hits with their articles and the exact count.
fn texts(snapshot: &Snapshot, query: &str) -> usize {
    raw(snapshot, query).snippet_length(0).run().unwrap().hits.len()
}

/// Asks gongxun for a page of hits, as the program does.
fn page(snapshot: &Snapshot, query: &str) -> usize {
    snapshot.search(query).limit(LIMIT).facets().run().unwrap().hits.len()
}

/// Returns the median and the 99th percentile of each way in milliseconds. The ways take turns, and the first round is
/// not counted.
fn times<const WAYS: usize>(queries: &[&str], ways: &mut [&mut dyn FnMut(&str) -> usize; WAYS]) -> [(f64, f64); WAYS] {
    let mut times = [(); WAYS].map(|()| Vec::new());
    for round in 0..=ROUNDS {
        for (way, times) in ways.iter_mut().zip(&mut times) {
            for query in queries {
                let start = Instant::now();
                std::hint::black_box(way(query));
                if round > 0 {
                    times.push(start.elapsed().as_secs_f64() * 1e3);
                }
            }
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        (times[times.len() / 2], times[(times.len() * 99 / 100).min(times.len() - 1)])
    })
}

fn print(name: &str, ours: (f64, f64), theirs: (f64, f64)) {
    let [a, b] = [ours, theirs].map(|(median, last)| format!("{median:.3} {last:.3}"));
    println!("{name:<44}{a:>18}{b:>18}{:>8.2}", ours.0 / theirs.0);
}
