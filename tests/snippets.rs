//! Tests that every mark covers exactly a matched word or string of the article's text, in Simplified or Traditional
//! characters and of any width, and that every hit has a snippet. Over more than 10,000 pairs of a query and a hit.

#[path = "support/archive.rs"]
mod archive;

use std::ops::Range;
use std::path::Path;

use archive::Archive;
use gongxun_core::article::Article;
use gongxun_core::index::Snapshot;
use gongxun_core::query::{Node, PatternPart, parse};
use gongxun_core::search::compile::compile;
use gongxun_core::search::compile::needle::Needle;
use gongxun_core::search::compile::plan::Mark;
use gongxun_core::search::{Breadth, Copies, Hit, Request, search};
use gongxun_text::fold::{fold, fold_char, is_han};
use gongxun_text::random;
use gongxun_text::strings::{self, Class};
use gongxun_text::synonyms::Synonyms;

/// The number of pairs that are checked.
const PAIRS: usize = 10_000;
/// The number of hits of a query that are checked.
const HITS: usize = 12;

/// The title and body of a page in full width, which the corpus lacks.
const WIDE: (&str, &str) = (
    "AI派单上线300天,骑手说了算?",
    "2024年5月,一家平台的AI系统上线第300天。12351热线接到87件投诉,其中APP误判53件。\n\
     工会的3名律师查了GPS记录:No.17站点平均每单28分钟,系统只给19分钟。骑手代表说,AI不懂电梯。",
);

/// Random texts.
struct Random(random::Random);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0.below(limit)
    }

    /// Returns a part of a text with `least` to `most` characters, if it has as many.
    fn part(&mut self, text: &[char], least: usize, most: usize) -> Option<String> {
        let length = least + self.below(most - least + 1);
        let last = text.len().checked_sub(length)?;
        let start = self.below(last + 1);
        Some(text[start..start + length].iter().collect())
    }

    /// Returns a part of Chinese characters alone.
    fn string(&mut self, text: &[char], least: usize, most: usize) -> Option<String> {
        self.part(text, least, most).filter(|part| part.chars().all(is_han))
    }

    /// Returns a query made of parts of the article, each kind in turn.
    fn query(&mut self, article: &Article, kind: usize) -> Option<String> {
        let texts = [&article.title, &article.body, article.lead.as_ref().unwrap_or(&article.body)];
        let text: Vec<char> = texts[self.below(texts.len())].chars().collect();
        Some(match kind % 8 {
            0 => format!("「{}」", self.part(&text, 1, 9).filter(|part| !part.contains(['「', '」', '\n']))?),
            1 => format!("\"{}\"", fold(&self.string(&text, 1, 6)?)),
            2 => self.string(&text, 2, 4)?,
            3 => format!("{} {}", self.string(&text, 2, 3)?, self.string(&text, 2, 4)?),
            4 => format!("\"{} {}\"~{}", self.string(&text, 1, 2)?, self.string(&text, 2, 3)?, 10 + self.below(90)),
            5 => format!("同段:({} {})", self.string(&text, 1, 2)?, self.string(&text, 2, 3)?),
            6 => format!("{}*{}", self.string(&text, 1, 2)?, self.string(&text, 1, 1)?),
            _ => wide(&self.part(&text, 2, 6).filter(|part| part.chars().all(char::is_alphanumeric))?),
        })
    }
}

/// Returns the text with ASCII in full width.
fn wide(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c };
    text.chars().map(wide).collect()
}

#[test]
fn every_mark_covers_a_matched_word_or_string() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let archive = Archive::new();
    archive.write("wide.json", serde_json::json!({"title": wide(WIDE.0), "body": wide(WIDE.1)}).to_string());
    for path in [archive.inputs(), folder] {
        archive.ingest_from(&path, Path::new("/"));
    }
    let snapshot = archive.snapshot();
    let articles: Vec<Article> = snapshot.all().map(|found| found.unwrap().1).collect();
    let has = |test: fn(char) -> bool| articles.iter().any(|article| article.body.chars().any(test));
    assert!(has(|c| is_han(c) && fold_char(c) != c) && has(|c| ('０'..='９').contains(&c)), "no letters to fold");
    assert!(articles.iter().any(|article| !article.repairs.is_empty()), "no repaired article");

    let mut random = Random(random::Random::new(5));
    let (mut pairs, mut marks, mut queries) = (0, 0, 0);
    while pairs < PAIRS {
        let article = &articles[random.below(articles.len())];
        let Some(text) = random.query(article, queries) else {
            queries += 1;
            continue;
        };
        queries += 1;
        let request = Request {
            limit: HITS,
            copies: Copies::All,
            snippet_length: [20, 60, 100, 400][random.below(4)],
            ..Request::new(parse(&text))
        };
        let results = search(&snapshot, &request, Synonyms::builtin()).unwrap();
        let allowed = allowed(&snapshot, &request);
        for hit in &results.hits {
            marks += check(hit, &allowed, request.query.root.as_ref(), &text);
            pairs += 1;
        }
    }
    println!("{pairs} pairs of {queries} queries: {marks} marks");
    assert!(marks > pairs, "{marks} marks");
}

/// Returns the needles that may be marked.
fn allowed(snapshot: &Snapshot, request: &Request) -> Vec<Needle> {
    let root = request.query.root.as_ref();
    let compiled = compile(root, &[], snapshot.segmenter().unwrap(), Synonyms::builtin(), Breadth::Wide);
    compiled.marks.into_iter().chain(compiled.part_marks).map(|Mark { needle, .. }| needle).collect()
}

/// Checks a hit and returns the number of its marks.
fn check(hit: &Hit, allowed: &[Needle], root: Option<&Node>, query: &str) -> usize {
    let article = &hit.article;
    let snippet: Vec<char> = hit.snippet.text.chars().collect();
    assert!(!snippet.is_empty() || article.body.is_empty(), "{query}: no snippet of {}", article.id);
    let one_line = |text: &str| -> Vec<char> {
        text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect()
    };
    // Each piece between ellipses stands unchanged in the article's own text.
    let (body, lead) = (one_line(&article.body), one_line(article.lead.as_deref().unwrap_or("")));
    let shown: String = snippet.iter().collect();
    let is_there = |text: &[char]| {
        let text: String = text.iter().collect();
        shown
            .split('…')
            .filter(|piece| !piece.is_empty())
            .all(|piece| text.contains(piece) || text.split('…').any(|part| part.contains(piece)))
    };
    assert!(is_there(&body) || is_there(&lead), "{query}: {shown} is not in {}", article.id);

    let mut marks = 0;
    let mut each = |text: &[char], ranges: &[Range<usize>]| {
        let mut end = 0;
        for range in ranges {
            assert!(end <= range.start && range.start < range.end && range.end <= text.len(), "{query}: {range:?}");
            end = range.end;
            let marked: Vec<char> = text[range.clone()].iter().map(|c| fold_char(*c)).collect();
            let covered = covered(&marked, allowed);
            assert!(
                covered,
                "{query}: marked is {:?} in {}",
                text[range.clone()].iter().collect::<String>(),
                article.id
            );
            marks += 1;
        }
    };
    each(&snippet, &hit.snippet.marks);
    each(&one_line(&article.title), &hit.marks.title);
    for (name, ranges) in article.authors().iter().zip(&hit.marks.authors) {
        each(&one_line(name), ranges);
    }
    each(&one_line(article.editor().unwrap_or("")), &hit.marks.editor);
    let others = article.credits.len() > article.authors().len() + usize::from(article.editor().is_some());
    assert!(marks > 0 || others || root.is_none(), "{query}: nothing is marked in {}: {shown}", article.id);
    marks
}

/// Whether a folded text is one of the strings, or several of them that overlap.
fn covered(marked: &[char], allowed: &[Needle]) -> bool {
    let mut reach = vec![false; marked.len() + 1];
    for needle in allowed {
        let lengths: Vec<Vec<char>> = match needle {
            Needle::String(string) => vec![string.clone()],
            Needle::Near { strings, .. } | Needle::Together { strings, .. } => strings.clone(),
            Needle::Pattern(parts) => {
                if is_pattern(marked, parts) {
                    return true;
                }
                continue;
            }
        };
        for string in lengths {
            let string = &string[strings::core(&string)];
            for start in 0..(marked.len() + 1).saturating_sub(string.len()) {
                let other = |c: char| Class::of(c) == Class::Other;
                let same = |(a, b): (&char, &char)| a == b || (other(*a) && other(*b));
                let stands = marked[start..start + string.len()].iter().zip(string).all(same);
                if stands && !string.is_empty() {
                    reach[start..start + string.len()].fill(true);
                }
            }
        }
    }
    reach[..marked.len()].iter().all(|covered| *covered)
}

/// Whether a pattern matches the whole of a text.
fn is_pattern(text: &[char], parts: &[PatternPart]) -> bool {
    match parts.split_first() {
        None => text.is_empty(),
        Some((PatternPart::Literal(literal), rest)) => {
            let literal: Vec<char> = literal.chars().collect();
            text.starts_with(&literal) && is_pattern(&text[literal.len()..], rest)
        }
        Some((PatternPart::AnyOne, rest)) => !text.is_empty() && is_pattern(&text[1..], rest),
        Some((PatternPart::AnyRun, rest)) => (0..=text.len()).any(|length| is_pattern(&text[length..], rest)),
    }
}
