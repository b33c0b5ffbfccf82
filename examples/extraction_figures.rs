//! Prints how well articles are extracted from labelled pages: `GONGXUN_DATA=… cargo run --example extraction_figures`.
//!
//! `GONGXUN_DATA` names a folder with `extraction/{html,ref}` and `fields/{html,gold.jsonl,not-articles}`. With the name of
//! a page (or a part of it) as argument, prints that page's article against its reference.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use gongxun::archive::{Media, Record};
use gongxun::extract::{Options, extract};
use gongxun::text::fold::{fold, is_han};
use gongxun::{Article, Origin, Reason, Rejection, Role};

fn main() {
    let Some(data) = std::env::var_os("GONGXUN_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: the figures need GONGXUN_DATA");
        return;
    };
    match std::env::args().nth(1) {
        Some(page) => show(&data, &page),
        None => {
            bodies(&data);
            labels(&data);
            fields(&data);
        }
    }
}

fn read(path: &Path) -> (Vec<u8>, Result<Article, Rejection>) {
    let bytes = std::fs::read(path).unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let record =
        Record { origin: Origin::file(name), media: Media::Html, bytes: bytes.clone(), charset: None, url: None, captured: None };
    (bytes, extract(&record, &Options::default()))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|e| e.ok()).map(|e| e.path()).collect();
    files.sort();
    files
}

/// The title and the paragraphs of a reference.
fn reference(path: &Path) -> (String, String) {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let paragraphs: Vec<&str> = text.split("<p>").skip(1).map(|p| p.split("</p>").next().unwrap_or(p).trim()).collect();
    let title = paragraphs.first().copied().unwrap_or_default().to_string();
    (title, paragraphs.get(1..).unwrap_or_default().join("\n"))
}

fn grams(text: &str) -> HashMap<[char; 3], i32> {
    let letters: Vec<char> = text.chars().filter(|c| is_han(*c) || c.is_alphabetic() && c.is_ascii() || c.is_ascii_digit()).collect();
    let mut grams = HashMap::new();
    for w in letters.windows(3) {
        *grams.entry([w[0], w[1], w[2]]).or_insert(0) += 1;
    }
    grams
}

/// Precision, recall and F1 of the multisets of trigrams.
fn score(found: &str, wanted: &str) -> (f64, f64, f64) {
    let (found, wanted) = (grams(found), grams(wanted));
    let common: i32 = wanted.iter().map(|(g, n)| (*n).min(found.get(g).copied().unwrap_or(0))).sum();
    let (all_found, all_wanted): (i32, i32) = (found.values().sum(), wanted.values().sum());
    if all_found == 0 || all_wanted == 0 {
        let same = f64::from(u8::from(all_found == all_wanted));
        return (same, same, same);
    }
    let (p, r) = (f64::from(common) / f64::from(all_found), f64::from(common) / f64::from(all_wanted));
    (p, r, if common == 0 { 0.0 } else { 2.0 * p * r / (p + r) })
}

/// The article's text: the lead stands in the references as a paragraph of its own.
fn text(article: &Article) -> String {
    match &article.lead {
        Some(lead) => format!("{lead}\n{}", article.body),
        None => article.body.clone(),
    }
}

fn letters(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn bodies(data: &Path) {
    let (mut f1, mut precision, mut recall, mut titles, mut empty) = (Vec::new(), 0.0, 0.0, 0usize, 0usize);
    let mut wrong_titles = Vec::new();
    for path in files(&data.join("extraction/html")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (title, body) = reference(&data.join("extraction/ref").join(format!("{name}.txt")));
        let article = read(&path).1.unwrap_or_else(|r| {
            empty += 1;
            eprintln!("rejected: {r}");
            Article::default()
        });
        let (p, r, f) = score(&text(&article), &body);
        precision += p;
        recall += r;
        f1.push((f, p, r, name.clone()));
        if letters(&article.title) == letters(&title) {
            titles += 1;
        } else {
            wrong_titles.push(format!("  {name}\n    {} ≠ {title}", article.title));
        }
    }
    let n = f1.len() as f64;
    let mean = f1.iter().map(|f| f.0).sum::<f64>() / n;
    println!("extraction: {} pages, empty {empty}", f1.len());
    println!("  body F1 {mean:.4}  precision {:.4}  recall {:.4}", precision / n, recall / n);
    println!("  titles  {:.4}", titles as f64 / n);
    f1.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (f, p, r, name) in f1.iter().take(30) {
        println!("  {f:.3} p {p:.3} r {r:.3} {name}");
    }
    println!("{}", wrong_titles.join("\n"));
}

/// Date, source and editor of the pages labelled by hand in `tests/data/extraction-labels.jsonl`.
fn labels(data: &Path) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/extraction-labels.jsonl");
    let Ok(text) = std::fs::read_to_string(file) else { return };
    let (mut right, mut all) = ([0usize; 3], [0usize; 3]);
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let Ok(label) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let name = label["file"].as_str().unwrap_or_default();
        let Ok(article) = read(&data.join("extraction/html").join(name)).1 else { continue };
        let got = [
            article.date.map(|d| d.to_string()),
            article.source.clone(),
            article.editor().map(str::to_string),
        ];
        for (i, field) in ["date", "source", "editor"].into_iter().enumerate() {
            // A field that is null in the labels is one that the page does not show: giving none is right.
            let Some(want) = label.get(field) else { continue };
            all[i] += 1;
            if want.as_str() == got[i].as_deref() {
                right[i] += 1;
            } else {
                println!("  {field}: {:?} ≠ {want} {name}", got[i]);
            }
        }
    }
    for (i, field) in ["date", "source", "editor"].into_iter().enumerate() {
        println!("labels: {field} {}/{}", right[i], all[i]);
    }
}

fn fields(data: &Path) {
    let gold = std::fs::read_to_string(data.join("fields/gold.jsonl")).unwrap_or_default();
    let names = ["title", "source", "published", "editor", "chief_editor"];
    let (mut right, mut n, mut f1) = ([0usize; 5], 0usize, 0.0);
    for line in gold.lines() {
        let Ok(gold) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        n += 1;
        let file = gold["file"].as_str().unwrap_or_default();
        let article = read(&data.join("fields").join(file)).1.unwrap_or_else(|r| {
            println!("  rejected: {r}");
            Article::default()
        });
        let credit = |role: Role| article.credits.iter().find(|c| c.role == role).map(|c| c.name.clone());
        let published = article.date.map(|d| {
            let time = d.time.map(|t| format!(" {:02}:{:02}", t.hour, t.minute)).unwrap_or_default();
            format!("{:04}年{:02}月{:02}日{time}", d.year, d.month, d.day)
        });
        let got = [
            Some(article.title.clone()),
            article.source.clone(),
            published,
            credit(Role::Editor),
            credit(Role::ChiefEditor),
        ];
        for (i, name) in names.iter().enumerate() {
            if got[i].as_deref() == gold[*name].as_str() {
                right[i] += 1;
            } else {
                println!("  {name}: {:?} ≠ {} {file}", got[i], gold[*name]);
            }
        }
        let f = score(&article.body, gold["body"].as_str().unwrap_or_default()).2;
        f1 += f;
        if f < 0.95 {
            println!("  body F1 {f:.3} {file}");
        }
    }
    println!("fields: {n} pages, body F1 {:.4}", f1 / n as f64);
    for (i, name) in names.iter().enumerate() {
        println!("  {name} {:.4}", right[i] as f64 / n as f64);
    }
    let lists: Vec<_> = files(&data.join("fields/not-articles")).iter().map(|p| read(p).1).collect();
    let rejected = lists.iter().filter(|r| r.as_ref().is_err_and(|r| r.reason == Reason::List)).count();
    println!("  not-articles rejected as lists {rejected} of {}", lists.len());
}

fn show(data: &Path, part: &str) {
    for folder in ["extraction/html", "fields/html", "fields/not-articles"] {
        for path in files(&data.join(folder)).into_iter().filter(|p| p.to_string_lossy().contains(part)) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            match read(&path).1 {
                Ok(a) => {
                    println!("== {name}\ntitle: {}\ndate: {:?} source: {:?} credits: {:?} section: {:?}", a.title, a.date.map(|d| d.to_string()), a.source, a.credits, a.section);
                    println!("lead: {:?}\n{}", a.lead, a.body);
                    let (title, body) = reference(&data.join("extraction/ref").join(format!("{name}.txt")));
                    println!("-- reference: {title}\n{body}");
                }
                Err(r) => println!("== {r}"),
            }
        }
    }
}
