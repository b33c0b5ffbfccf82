//! Prints how well questions are answered, ours with and without the second stage of ranking, beside words alone and
//! beside tantivy with the tantivy-jieba tokenizer: `GONGXUN_DATA=… cargo run --release --example retrieval_quality`.
//!
//! `GONGXUN_DATA` names a folder with `retrieval/cmrc2018` and `scale/cctv.jsonl`. The judged queries over `corpus/`
//! need no data. With the name of a set as argument (`cmrc`, `headlines`, `judged`) prints that one alone.

#[path = "../tests/support/archive.rs"]
mod archive;
#[path = "../tests/support/quality.rs"]
mod quality;
#[path = "../tests/support/stock.rs"]
mod stock;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use archive::Archive;
use gongxun_core::search::Request;
use gongxun_core::search::compile::plan::TokenKind;
use quality::{DEPTH, Difference, Figures, Ours, Question, Random, difference, each, json_lines, judged, mean, text};
use stock::{Row, Stock};

/// The number of headlines that are searched for.
const HEADLINES: usize = 3_000;
/// The shortest and the longest piece of a headline, in characters.
const PIECE: (usize, usize) = (4, 10);
/// One figure of several.
type Figure = fn(&Figures) -> f64;
/// The figures for which the effect of the second stage is printed, with their names.
const FIGURES: [(&str, Figure); 2] = [("MRR@10", |figures| figures.mrr), ("nDCG@10", |figures| figures.ndcg)];

fn main() {
    let wanted = std::env::args().nth(1);
    let wants = |set: &str| wanted.as_deref().is_none_or(|wanted| wanted == set);
    let columns = ["MRR@10", "recall@10", "recall@100", "nDCG@10"].map(|column| format!("{column:>11}"));
    println!("{:<25}{}", "", columns.concat());
    match std::env::var_os("GONGXUN_DATA").map(PathBuf::from) {
        Some(data) => {
            if wants("cmrc") {
                passages(&data.join("retrieval/cmrc2018"));
            }
            if wants("headlines") {
                headlines(&data.join("scale/cctv.jsonl"));
            }
            if wants("judged") {
                judged_scale(&data.join("scale/cctv.jsonl"));
            }
        }
        None => eprintln!("SKIPPED: all but the judged queries over corpus/ needs GONGXUN_DATA"),
    }
    if wants("judged") {
        judged_corpus();
    }
}

/// Measures judged queries over the project's own articles.
fn judged_corpus() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive = Archive::new();
    archive.ingest_from(&root.join("corpus"), &root.join("corpus"));
    let snapshot = archive.snapshot();
    let articles: Vec<gongxun_core::article::Article> = snapshot.all().map(|found| found.unwrap().1).collect();
    let key = |article: &gongxun_core::article::Article| article.origin.trim_start_matches("corpus/").to_string();
    let ours = Ours::new(snapshot, key);
    let stock = Stock::new(articles.iter().map(|a| row(key(a), &a.title, &a.body)));
    let questions = judged(&root.join("tests/data/judged/queries.jsonl"), |key| ours.has(key));
    table("judged queries over corpus/", &questions, &ours, &stock);
}

/// Measures judged queries over real news.
fn judged_scale(file: &Path) {
    let articles = json_lines(file);
    let archive = Archive::new();
    archive.ingest_from(file, file.parent().unwrap());
    let ours = Ours::new(archive.snapshot(), |article| text(&articles[line(article) - 1], "id").to_string());
    let stock = Stock::new(articles.iter().map(|a| row(text(a, "id").to_string(), text(a, "title"), text(a, "body"))));
    let judgements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/judged/scale.jsonl");
    table("judged queries over news", &judged(&judgements, |_| true), &ours, &stock);
}

/// Questions on passages with titles.
fn passages(folder: &Path) {
    let mut relevant: BTreeMap<String, BTreeMap<String, u8>> = BTreeMap::new();
    for line in std::fs::read_to_string(folder.join("qrels.tsv")).unwrap().lines() {
        let mut parts = line.split('\t');
        let (Some(question), Some(passage)) = (parts.next(), parts.next()) else { continue };
        let grade = parts.next().and_then(|grade| grade.trim().parse().ok()).unwrap_or(1);
        relevant.entry(question.to_string()).or_default().insert(passage.to_string(), grade);
    }
    let questions: Vec<Question> = json_lines(&folder.join("queries.jsonl"))
        .iter()
        .map(|line| Question {
            text: text(line, "text").to_string(),
            relevant: relevant.remove(text(line, "id")).unwrap_or_default(),
        })
        .collect();
    let articles = json_lines(&folder.join("corpus.jsonl"));
    let archive = Archive::new();
    archive.ingest_from(&folder.join("corpus.jsonl"), folder);
    let ours = Ours::new(archive.snapshot(), |article| text(&articles[line(article) - 1], "id").to_string());
    let stock = Stock::new(articles.iter().map(|a| row(text(a, "id").to_string(), text(a, "title"), text(a, "text"))));
    table("question to passage, with titles", &questions, &ours, &stock);
}

/// Headlines and pieces of them, on bodies without headlines.
fn headlines(file: &Path) {
    let articles = json_lines(file);
    let archive = Archive::new();
    let bodies: String =
        articles.iter().map(|a| serde_json::json!({ "body": text(a, "body") }).to_string() + "\n").collect();
    archive.write("bodies.jsonl", bodies);
    archive.ingest();
    let ours = Ours::new(archive.snapshot(), |article| line(article).to_string());
    let stock = Stock::new(articles.iter().enumerate().map(|(at, a)| row((at + 1).to_string(), "", text(a, "body"))));
    let mut random = Random(11);
    let (mut whole, mut pieces) = (Vec::new(), Vec::new());
    while whole.len() < HEADLINES {
        let at = random.below(articles.len());
        let headline: Vec<char> = text(&articles[at], "title").chars().collect();
        if headline.len() < PIECE.0 || text(&articles[at], "body").is_empty() {
            continue;
        }
        let length = (PIECE.0 + random.below(PIECE.1 - PIECE.0 + 1)).min(headline.len());
        let start = random.below(headline.len() - length + 1);
        let relevant = BTreeMap::from([((at + 1).to_string(), 1)]);
        pieces.push(Question { text: headline[start..start + length].iter().collect(), relevant: relevant.clone() });
        whole.push(Question { text: headline.into_iter().collect(), relevant });
    }
    table("headline to body", &whole, &ours, &stock);
    table("4 to 10 characters of it to body", &pieces, &ours, &stock);
}

fn row<'a>(key: String, title: &'a str, body: &'a str) -> Row<'a> {
    Row { key, title, body, ..Row::default() }
}

/// Returns the line that an article was read from, which is its record's number.
fn line(article: &gongxun_core::article::Article) -> usize {
    article.origin.rsplit('#').next().and_then(|line| line.parse().ok()).unwrap_or(1)
}

fn table(name: &str, questions: &[Question], ours: &Ours, stock: &Stock) {
    let row = |system: &str, answer: &dyn Fn(&str) -> Vec<String>| {
        let start = Instant::now();
        let each = each(questions, answer);
        let Figures { mrr, recall_10, recall_100, ndcg } = mean(&each);
        let ms = start.elapsed().as_secs_f64() * 1e3 / questions.len().max(1) as f64;
        let figures = [mrr, recall_10, recall_100, ndcg].map(|figure| format!("{figure:>11.4}"));
        println!("  {system:<23}{}   {ms:.2} ms a question", figures.concat());
        each
    };
    println!("{name}: {} questions", questions.len());
    let off = row("ours, one stage", &|question| ours.answer(question, 0));
    let on = row("ours", &|question| ours.answer(question, Request::SECOND_STAGE));
    for (figure, of) in FIGURES {
        let Difference { mean, low, high } = difference(&off, &on, of);
        println!("    the second stage gives {figure} {mean:+.4}, 95 % between {low:+.4} and {high:+.4}");
    }
    row("words alone", &|question| ours.alone(question, TokenKind::Word));
    row("tantivy-jieba, parsed", &|question| stock.answer(&*stock.parsed(question), DEPTH));
    row("tantivy-jieba, any", &|question| {
        let query = stock.any_token(question);
        stock.answer(&query, DEPTH)
    });
}
