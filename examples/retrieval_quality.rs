//! Prints how well questions are answered, ours with and without the second stage of ranking, beside words alone,
//! bigrams of characters alone and tantivy with the tantivy-jieba tokenizer:
//! `GONGXUN_DATA=… cargo run --release --example retrieval_quality`.
//!
//! `GONGXUN_DATA` names a folder with `retrieval/cmrc2018` and `scale/cctv.jsonl`. The judged queries over `corpus/`
//! need no data. With the name of a set as argument (`cmrc`, `headlines`, `judged`) prints that one alone. With `fit`
//! fits the weights of the second stage on the judged queries over news, held out in turn, so that no other set loses.
//! With `synonyms` prints what each hundred groups of synonyms adds to the sets whose queries people typed.

#[path = "../tests/support/archive.rs"]
mod archive;
#[path = "../tests/support/fitting.rs"]
mod fitting;
#[path = "../tests/support/quality.rs"]
mod quality;
#[path = "../tests/support/stock.rs"]
mod stock;

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Instant;

use archive::Archive;
use fitting::{Examined, examine, fit};
use gongxun_core::search::Request;
use gongxun_core::search::compile::plan::TokenKind;
use gongxun_text::synonyms::Synonyms;
use quality::{
    DEPTH, Difference, Figures, Ours, Question, Random, difference, each, json_lines, judged, judged_by_two, mean, text,
};
use stock::{Row, Stock};

/// The name of the judged queries over news.
const NEWS: &str = "judged queries over news";
/// The number of headlines that are searched for.
const HEADLINES: usize = 3_000;
/// The shortest and the longest piece of a headline, in characters.
const PIECE: (usize, usize) = (4, 10);
/// The number of groups of synonyms that are left out together.
const GROUPS: usize = 100;
/// One figure of several.
type Figure = fn(&Figures) -> f64;
/// The figures for which the effect of the second stage is printed, with their names.
const FIGURES: [(&str, Figure); 2] = [("MRR@10", |figures| figures.mrr), ("nDCG@10", |figures| figures.ndcg)];

/// What is done with a set: its name, its questions, our index of it and tantivy's.
type Visit<'a> = &'a mut dyn FnMut(&'static str, &[Question], &Ours, &dyn Deref<Target = Stock>);

fn main() {
    let wanted = std::env::args().nth(1);
    if wanted.as_deref() == Some("fit") {
        let mut sets: Vec<(&str, Vec<Examined>)> = Vec::new();
        visit_sets(|_| true, &mut |name, questions, ours, _| sets.push((name, examine(questions, ours))));
        fit(NEWS, &sets);
        return;
    }
    if wanted.as_deref() == Some("synonyms") {
        visit_sets(|set| set == "judged", &mut synonyms);
        return;
    }
    let columns = ["MRR@10", "recall@10", "recall@100", "nDCG@10"].map(|column| format!("{column:>11}"));
    println!("{:<27}{}", "", columns.concat());
    visit_sets(|set| wanted.as_deref().is_none_or(|wanted| wanted == set), &mut table);
}

/// Visits the sets that are wanted, one after the other.
fn visit_sets(wants: impl Fn(&str) -> bool, visit: Visit<'_>) {
    match std::env::var_os("GONGXUN_DATA").map(PathBuf::from) {
        Some(data) => {
            if wants("cmrc") {
                passages(&data.join("retrieval/cmrc2018"), visit);
            }
            if wants("headlines") {
                headlines(&data.join("scale/cctv.jsonl"), visit);
            }
            if wants("judged") {
                judged_scale(&data.join("scale/cctv.jsonl"), visit);
            }
        }
        None => eprintln!("SKIPPED: all but the judged queries over corpus/ needs GONGXUN_DATA"),
    }
    if wants("judged") {
        judged_corpus(visit);
    }
}

/// Measures judged queries over the project's own articles.
fn judged_corpus(visit: Visit<'_>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let archive = Archive::new();
    archive.ingest_from(&root.join("corpus"), &root.join("corpus"));
    let snapshot = archive.snapshot();
    let articles: Vec<gongxun_core::article::Article> = snapshot.all().map(|found| found.unwrap().1).collect();
    let key = |article: &gongxun_core::article::Article| article.origin.trim_start_matches("corpus/").to_string();
    let ours = Ours::new(snapshot, key);
    let stock = LazyCell::new(|| Stock::new(articles.iter().map(|a| row(key(a), &a.title, &a.body))));
    let questions = judged(&root.join("tests/data/judged/queries.jsonl"), |key| ours.has(key));
    visit("judged queries over corpus/", &questions, &ours, &stock);
}

/// Measures judged queries over real news.
fn judged_scale(file: &Path, visit: Visit<'_>) {
    let articles = json_lines(file);
    let archive = Archive::new();
    archive.ingest_from(file, file.parent().unwrap());
    let ours = Ours::new(archive.snapshot(), |article| text(&articles[line(article) - 1], "id").to_string());
    let stock = LazyCell::new(|| {
        Stock::new(articles.iter().map(|a| row(text(a, "id").to_string(), text(a, "title"), text(a, "body"))))
    });
    let judgements = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/judged/scale.jsonl");
    let (questions, agreement) = judged_by_two(&judgements);
    println!(
        "two judges over {} documents: same grade {:.3}, kappa {:.3}, weighted by squares {:.3}, relevant or not {:.3}",
        agreement.documents, agreement.same, agreement.kappa, agreement.weighted, agreement.relevant
    );
    visit(NEWS, &questions, &ours, &stock);
}

/// Questions on passages with titles.
fn passages(folder: &Path, visit: Visit<'_>) {
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
            ..Question::default()
        })
        .collect();
    let articles = json_lines(&folder.join("corpus.jsonl"));
    let archive = Archive::new();
    archive.ingest_from(&folder.join("corpus.jsonl"), folder);
    let ours = Ours::new(archive.snapshot(), |article| text(&articles[line(article) - 1], "id").to_string());
    let stock = LazyCell::new(|| {
        Stock::new(articles.iter().map(|a| row(text(a, "id").to_string(), text(a, "title"), text(a, "text"))))
    });
    visit("question to passage, with titles", &questions, &ours, &stock);
}

/// Headlines and pieces of them, on bodies without headlines.
fn headlines(file: &Path, visit: Visit<'_>) {
    let articles = json_lines(file);
    let archive = Archive::new();
    let bodies: String =
        articles.iter().map(|a| serde_json::json!({ "body": text(a, "body") }).to_string() + "\n").collect();
    archive.write("bodies.jsonl", bodies);
    archive.ingest();
    let ours = Ours::new(archive.snapshot(), |article| line(article).to_string());
    let stock = LazyCell::new(|| {
        Stock::new(articles.iter().enumerate().map(|(at, a)| row((at + 1).to_string(), "", text(a, "body"))))
    });
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
        let question =
            |text: &[char]| Question { text: text.iter().collect(), relevant: relevant.clone(), ..Question::default() };
        pieces.push(question(&headline[start..start + length]));
        whole.push(question(&headline));
    }
    visit("headline to body", &whole, &ours, &stock);
    visit("4 to 10 characters of it to body", &pieces, &ours, &stock);
}

fn row<'a>(key: String, title: &'a str, body: &'a str) -> Row<'a> {
    Row { key, title, body, ..Row::default() }
}

/// Returns the line that an article was read from, which is its record's number.
fn line(article: &gongxun_core::article::Article) -> usize {
    article.origin.rsplit('#').next().and_then(|line| line.parse().ok()).unwrap_or(1)
}

/// Prints what the groups of synonyms add to a set: all of them, and each hundred in the order of the file.
fn synonyms(name: &str, questions: &[Question], ours: &Ours, _: &dyn Deref<Target = Stock>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/text/src/data/synonyms.tsv");
    let file = std::fs::read_to_string(file).unwrap();
    let groups: Vec<&str> = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let without = |left_out: std::ops::Range<usize>| {
        let kept: Vec<&str> = [&groups[..left_out.start], &groups[left_out.end..]].concat();
        let synonyms = Synonyms::default().with_user(&kept.join("\n")).unwrap();
        each(questions, &|question: &str| {
            ours.ranked_with(question, Request::SECOND_STAGE, &synonyms)
                .iter()
                .map(|ranked| ours.key(ranked.address))
                .collect()
        })
    };
    let all = without(0..0);
    println!("{name}: {} questions, nDCG@10 {:.4} with {} groups", questions.len(), mean(&all).ndcg, groups.len());
    let blocks = (0..groups.len()).step_by(GROUPS).map(|start| start..(start + GROUPS).min(groups.len()));
    for block in std::iter::once(0..groups.len()).chain(blocks) {
        let other = without(block.clone());
        let changed = other.iter().zip(&all).filter(|(a, b)| a.ndcg != b.ndcg).count();
        let Difference { mean, low, high } = difference(&other, &all, |figures| figures.ndcg);
        println!(
            "  groups {:>4} to {:>4} add {mean:+.4} nDCG@10, 95 % between {low:+.4} and {high:+.4}, in {changed} questions",
            block.start + 1,
            block.end
        );
    }
}

/// Prints a row of figures for each ranking, and how much ours gains on it.
fn table(name: &str, questions: &[Question], ours: &Ours, stock: &dyn Deref<Target = Stock>) {
    let has_pools = questions.iter().any(|question| !question.read.is_empty());
    let row = |system: &str, answer: &dyn Fn(&str) -> Vec<String>| {
        let start = Instant::now();
        let each = each(questions, answer);
        let Figures { mrr, recall_10, recall_100, ndcg, unjudged } = mean(&each);
        let ms = start.elapsed().as_secs_f64() * 1e3 / questions.len().max(1) as f64;
        let figures = [mrr, recall_10, recall_100, ndcg].map(|figure| format!("{figure:>11.4}"));
        let of_pool =
            if has_pools { format!(", {:.1} % of the first ten unjudged", 100.0 * unjudged) } else { String::new() };
        println!("  {system:<25}{}   {ms:.2} ms a question{of_pool}", figures.concat());
        each
    };
    println!("{name}: {} questions", questions.len());
    let on = row("ours", &|question| ours.answer(question, Request::SECOND_STAGE));
    let compare = |system: &str, answer: &dyn Fn(&str) -> Vec<String>| {
        let other = row(system, answer);
        for (figure, of) in FIGURES {
            let Difference { mean, low, high } = difference(&other, &on, of);
            println!("    ours has {mean:+.4} {figure}, 95 % between {low:+.4} and {high:+.4}");
        }
    };
    compare("ours, one stage", &|question| ours.answer(question, 0));
    compare("words alone", &|question| ours.alone(question, TokenKind::Word));
    compare("bigrams alone", &|question| ours.alone(question, TokenKind::Pair));
    compare("tantivy-jieba, parsed", &|question| stock.answer(&*stock.parsed(question), DEPTH));
    compare("tantivy-jieba, any", &|question| {
        let query = stock.any_token(question);
        stock.answer(&query, DEPTH)
    });
}
