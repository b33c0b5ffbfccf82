//! Latency of answers, ours compared with tantivy and the tantivy-jieba tokenizer in one run.
//!
//! Both return the first ten hits with the count, snippets and facets, warm, one after the other in one thread. The
//! stock pipeline searches for any of jieba's tokens and marks with tantivy's SnippetGenerator. Times are in
//! milliseconds, median and 99th percentile over all queries of a kind. The last row is the marking of single articles,
//! both on articles that have the word.

#[path = "../tests/support/archive.rs"]
mod archive;
#[path = "../tests/support/news.rs"]
mod news;
#[path = "../tests/support/questions.rs"]
mod questions;
#[path = "../tests/support/stock.rs"]
mod stock;

use std::time::Duration;

use archive::Archive;
use criterion::Criterion;
use gongxun_core::index::{DecodedArticle, Snapshot};
use gongxun_core::query::parse;
use gongxun_core::search::compile::compile;
use gongxun_core::search::snippet::Highlighter;
use gongxun_core::search::{Breadth, Request, search};
use gongxun_text::synonyms::Synonyms;
use questions::{KINDS, page, times};
use stock::{Row, Stock};

/// The number of rounds of all queries.
const ROUNDS: usize = 40;
/// The number of articles to mark.
const MARKED: usize = 200;
/// The word that is marked in them.
const MARK: &str = "工作";

fn main() {
    let archive = Archive::new();
    let file = news::file(&archive);
    archive.ingest_from(&file, file.parent().unwrap());
    let snapshot = archive.snapshot();
    let articles = news::articles(&file);
    let stock = Stock::new(articles.iter().map(Row::of));

    println!("{:<30}{:>22}{:>22}{:>8}", "ms", "ours, median and p99", "stock, median and p99", "ratio");
    for (name, queries) in KINDS {
        let ours = times(queries, ROUNDS, &mut |query| {
            page(&snapshot, query);
        });
        let theirs = times(queries, ROUNDS, &mut |query| {
            stock.page(query);
        });
        print(name, ours, theirs, "");
    }
    print_marks(&snapshot, &stock);

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("search");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (name, queries) in KINDS {
        group.bench_function(format!("gongxun/{name}"), |b| {
            b.iter(|| queries.iter().map(|q| page(&snapshot, q)).sum::<usize>())
        });
        group.bench_function(format!("stock/{name}"), |b| {
            b.iter(|| queries.iter().map(|q| stock.page(q)).sum::<usize>())
        });
    }
    group.finish();
    criterion.final_summary();
}

fn print(name: &str, ours: (f64, f64), theirs: (f64, f64), unit: &str) {
    let (a, b) = (format!("{:.3} {:.3}", ours.0, ours.1), format!("{:.3} {:.3}", theirs.0, theirs.1));
    println!("{name:<30}{a:>22}{b:>22}{:>8.2}{unit}", ours.0 / theirs.0);
}

/// Prints the time of snippet and marks of one decoded article.
fn print_marks(snapshot: &Snapshot, stock: &Stock) {
    let request = Request { limit: MARKED, ..Request::new(parse(MARK)) };
    let hits = search(snapshot, &request, Synonyms::builtin()).unwrap().hits;
    let keys: Vec<String> = (0..hits.len()).map(|at| at.to_string()).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let at = |key: &str| key.parse::<usize>().unwrap();

    let pages: Vec<DecodedArticle> = hits.iter().map(|hit| DecodedArticle::new(hit.article.as_ref().clone())).collect();
    let segmenter = snapshot.segmenter().unwrap();
    let compiled = compile(request.query.root.as_ref(), &[], segmenter, Synonyms::builtin(), Breadth::Exact);
    let mut highlighter = Highlighter::new(&compiled.marks, segmenter);
    let ours = times(&keys, 20, &mut |key| {
        let page = &pages[at(key)];
        std::hint::black_box((highlighter.snippet(page, 100, None), highlighter.marks(page)));
    });
    let documents: Vec<_> = hits.iter().map(|hit| stock.document(&hit.article.title, &hit.article.body)).collect();
    let snippets = stock.snippets(MARK);
    let theirs = times(&keys, 5, &mut |key| {
        let snippets = snippets.iter().map(|s| s.snippet_from_doc(&documents[at(key)]).highlighted().len());
        std::hint::black_box(snippets.sum::<usize>());
    });
    print("marks of one article", ours, theirs, "");
}
