//! Scores the extraction of labelled pages. Shared by the tests, which hold floors, and by
//! `examples/extraction_figures.rs`, which prints the scores.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use gongxun_core::article::{Article, Origin, Role};
use gongxun_core::error::Rejection;
use gongxun_ingest::archive::{Media, Record};
use gongxun_ingest::extract::{Options, extract};
use gongxun_text::fold::{fold, is_han};

/// The scores of the pages with re-annotated bodies.
#[derive(Default)]
pub struct Bodies {
    /// F1, precision, recall and name of each page, the worst first.
    pub pages: Vec<(f64, f64, f64, String)>,
    /// The number of pages with the right headline.
    pub titles: usize,
    /// The other headlines: name, found, wanted.
    pub wrong_titles: Vec<(String, String, String)>,
    /// The pages that yielded no article.
    pub rejected: Vec<String>,
}

impl Bodies {
    /// Returns the mean of F1, precision and recall.
    pub fn mean(&self) -> (f64, f64, f64) {
        let n = self.pages.len() as f64;
        let sum = self.pages.iter().fold((0.0, 0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1, s.2 + p.2));
        (sum.0 / n, sum.1 / n, sum.2 / n)
    }
}

/// Scores the pages of `extraction`.
pub fn bodies(data: &Path) -> Bodies {
    let mut bodies = Bodies::default();
    for path in files(&data.join("extraction/html")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (title, body) = reference(&data.join("extraction/ref").join(format!("{name}.txt")));
        let article = read(&path).unwrap_or_else(|r| {
            bodies.rejected.push(r.to_string());
            Article::default()
        });
        let (p, r, f) = score(&text(&article), &body);
        if letters(&article.title) == letters(&title) {
            bodies.titles += 1;
        } else {
            bodies.wrong_titles.push((name.clone(), article.title, title));
        }
        bodies.pages.push((f, p, r, name));
    }
    bodies.pages.sort_by(|a, b| a.0.total_cmp(&b.0));
    bodies
}

/// The score of a kind of field: the number of right ones, of all, and the wrong ones in words.
#[derive(Default)]
pub struct Field {
    /// The field's name.
    pub name: &'static str,
    /// The number of right ones.
    pub right: usize,
    /// The number of all.
    pub all: usize,
    /// The wrong ones.
    pub wrong: Vec<String>,
}

impl Field {
    fn new(name: &'static str) -> Field {
        Field { name, ..Field::default() }
    }

    fn count(&mut self, got: Option<&str>, want: Option<&str>, page: &str) {
        self.all += 1;
        if got == want {
            self.right += 1;
        } else {
            self.wrong.push(format!("{}: {got:?}, not {want:?}: {page}", self.name));
        }
    }

    /// Returns the share of right ones.
    pub fn share(&self) -> f64 {
        self.right as f64 / self.all.max(1) as f64
    }
}

/// Scores date, source and editor of the pages labelled by hand in `tests/data/extraction-labels.jsonl`. A page is
/// labelled with the fields that it shows.
pub fn labels(data: &Path) -> Vec<Field> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/extraction-labels.jsonl");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut fields = vec![Field::new("date"), Field::new("source"), Field::new("editor")];
    for label in text.lines().filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok()) {
        let name = label["file"].as_str().unwrap_or_default();
        let article = read(&data.join("extraction/html").join(name)).unwrap_or_default();
        let date = article.date.map(|d| d.to_string());
        let got = [date.as_deref(), article.source.as_deref(), article.editor()];
        for (field, got) in fields.iter_mut().zip(got) {
            if let Some(want) = label.get(field.name) {
                field.count(got, want.as_str(), name);
            }
        }
    }
    fields
}

/// Scores the pages of one site with all their fields: title, source, published, editor, chief_editor, and the mean F1
/// of the body.
pub fn fields(data: &Path) -> (Vec<Field>, f64) {
    let gold = std::fs::read_to_string(data.join("fields/gold.jsonl")).unwrap_or_default();
    let mut fields: Vec<Field> = ["title", "source", "published", "editor", "chief_editor"].map(Field::new).into();
    let (mut f1, mut pages) = (0.0, 0usize);
    for gold in gold.lines().filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok()) {
        let file = gold["file"].as_str().unwrap_or_default();
        let article = read(&data.join("fields").join(file)).unwrap_or_default();
        let credit = |role: Role| article.credits.iter().find(|c| c.role == role).map(|c| c.name.as_str());
        let published = article.date.map(|d| {
            let time = d.time().map(|t| format!(" {:02}:{:02}", t.hour(), t.minute())).unwrap_or_default();
            format!("{:04}年{:02}月{:02}日{time}", d.year(), d.month(), d.day())
        });
        let got = [
            Some(article.title.as_str()),
            article.source.as_deref(),
            published.as_deref(),
            credit(Role::Editor),
            credit(Role::ChiefEditor),
        ];
        for (field, got) in fields.iter_mut().zip(got) {
            field.count(got, gold[field.name].as_str(), file);
        }
        f1 += score(&article.body, gold["body"].as_str().unwrap_or_default()).2;
        pages += 1;
    }
    (fields, f1 / pages.max(1) as f64)
}

/// Returns the number of pages without an article that are read as such, and the number of all.
pub fn lists(data: &Path) -> (usize, usize) {
    let all = files(&data.join("fields/not-articles"));
    let pages = all.iter().filter(|p| read(p).is_ok_and(|article| article.is_page())).count();
    (pages, all.len())
}

/// Returns the record of a page.
pub fn record(name: &str, bytes: Vec<u8>) -> Record {
    Record::new(Origin::file(name), Media::Html, bytes)
}

/// Reads a saved page.
pub fn read(path: &Path) -> Result<Article, Rejection> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    extract(&record(&name, std::fs::read(path).unwrap_or_default()), &Options::default())
}

/// Returns the files of a folder, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|e| e.ok()).map(|e| e.path()).collect();
    files.sort();
    files
}

/// Returns the title and the paragraphs of a reference.
pub fn reference(path: &Path) -> (String, String) {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let paragraphs: Vec<&str> = text.split("<p>").skip(1).map(|p| p.split("</p>").next().unwrap_or(p).trim()).collect();
    let title = paragraphs.first().copied().unwrap_or_default().to_string();
    (title, paragraphs.get(1..).unwrap_or_default().join("\n"))
}

fn grams(text: &str) -> HashMap<[char; 3], i32> {
    let letters: Vec<char> =
        text.chars().filter(|c| is_han(*c) || c.is_alphabetic() && c.is_ascii() || c.is_ascii_digit()).collect();
    let mut grams = HashMap::new();
    for w in letters.windows(3) {
        *grams.entry([w[0], w[1], w[2]]).or_insert(0) += 1;
    }
    grams
}

/// Returns precision, recall and F1 of the multisets of trigrams.
pub fn score(found: &str, wanted: &str) -> (f64, f64, f64) {
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

/// Returns the article's text: the lead is a paragraph of its own in the references.
pub fn text(article: &Article) -> String {
    match &article.lead {
        Some(lead) => format!("{lead}\n{}", article.body),
        None => article.body.clone(),
    }
}

/// Returns the letters of a headline, which two prints of it have in common.
pub fn letters(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}
