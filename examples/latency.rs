//! Prints how long answers take on the scale file, ours beside tantivy with the tantivy-jieba tokenizer:
//! `GONGXUN_DATA=… cargo run --release --example latency`.
//!
//! Both give the first ten hits with the count, snippets and facets, warm, one after the other in one thread. The stock
//! pipeline asks for any of jieba's tokens and marks with tantivy's SnippetGenerator. Times are in milliseconds, median and
//! 99th percentile over all queries of a kind. With a number as argument asks ours alone so many times, for a profiler; then
//! `GONGXUN_INDEX` may name an index of the scale file that is there already.

#[path = "../tests/support/archive.rs"]
mod archive;
#[path = "../tests/support/quality.rs"]
mod quality;
#[path = "../tests/support/stock.rs"]
mod stock;

use std::path::{Path, PathBuf};
use std::time::Instant;

use archive::Archive;
use gongxun::index::Snapshot;
use gongxun::query::parse;
use gongxun::search::{Request, search};
use gongxun::text::synonyms::Synonyms;
use quality::{json_lines, text};
use stock::Stock;

/// How often each query is asked.
const ROUNDS: usize = 40;
/// The kinds of queries.
const KINDS: [(&str, &[&str]); 5] = [
    ("one word", &["工会", "农民工", "罢工", "就业", "养老金", "煤矿", "骑手", "医保", "职工", "工资"]),
    (
        "two words",
        &["农民工 工资", "工会 职工", "煤矿 事故", "就业 高校", "养老 保险", "工伤 认定", "罢工 英国", "技能 培训"],
    ),
    ("a name in quotes", &["\"习近平\"", "\"王东明\"", "\"李克强\"", "\"徐留平\"", "\"刘亮\"", "\"宋学文\""]),
    (
        "a word and dates",
        &["工会 date:2023", "就业 date:2024-01..2024-06", "罢工 date:>=2023-01", "工资 日期:2022", "职工 date:2025-05"],
    ),
    (
        "a question of 25 characters",
        &[
            "今年一季度全国城镇新增就业人数一共达到了多少万人呢",
            "外卖骑手和网约车司机的职业伤害保障试点覆盖哪些省份",
            "国务院常务会议如何部署保障农民工工资按时足额支付的",
            "英国铁路工人为什么在圣诞节前后连续几天举行大规模罢工",
            "渐进式延迟法定退休年龄改革从什么时候开始正式实施呢",
        ],
    ),
];

fn main() {
    let Some(data) = std::env::var_os("GONGXUN_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: the times need GONGXUN_DATA");
        return;
    };
    let file = data.join("scale/cctv.jsonl");
    let archive = Archive::new();
    let snapshot = match std::env::var_os("GONGXUN_INDEX") {
        Some(index) => Snapshot::open(Path::new(&index)).unwrap(),
        None => {
            archive.ingest_from(&file, file.parent().unwrap());
            archive.snapshot()
        }
    };
    let ours = |query: &str| {
        let request = Request { facets: true, ..Request::new(parse(query)) };
        search(&snapshot, &request, Synonyms::builtin()).unwrap().hits.len()
    };
    if let Some(rounds) = std::env::args().nth(1) {
        let kind = std::env::args().nth(2);
        let kinds = KINDS.iter().filter(|(name, _)| kind.as_deref().is_none_or(|kind| *name == kind));
        let queries: Vec<&str> = kinds.flat_map(|(_, queries)| queries.iter().copied()).collect();
        for _ in 0..rounds.parse::<usize>().unwrap_or(1) {
            queries.iter().for_each(|query| {
                ours(query);
            });
        }
        return;
    }
    let articles = json_lines(&file);
    let stock = Stock::new(articles.iter().map(|a| stock::Row {
        key: text(a, "id").to_string(),
        title: text(a, "title"),
        body: text(a, "body"),
        source: text(a, "source"),
        editor: text(a, "editor"),
        month: text(a, "date").get(..7).unwrap_or(""),
        day: text(a, "date").replace('-', "").parse().unwrap_or(0),
    }));
    println!("{:<30}{:>22}{:>22}{:>8}", "", "ours, median and p99", "stock, median and p99", "ratio");
    for (name, queries) in KINDS {
        let mine = times(queries, &mut |query| ours(query));
        let theirs = times(queries, &mut |query| stock.page(query));
        let (a, b) = (format!("{:.2} {:.2}", mine.0, mine.1), format!("{:.2} {:.2}", theirs.0, theirs.1));
        println!("{name:<30}{a:>22}{b:>22}{:>8.2}", mine.0 / theirs.0);
    }
}

/// The median and the 99th percentile in milliseconds, after one round that is not counted.
fn times(queries: &[&str], ask: &mut dyn FnMut(&str) -> usize) -> (f64, f64) {
    let mut times = Vec::new();
    for round in 0..=ROUNDS {
        for query in queries {
            let start = Instant::now();
            std::hint::black_box(ask(query));
            if round > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[(times.len() * 99 / 100).min(times.len() - 1)])
}
