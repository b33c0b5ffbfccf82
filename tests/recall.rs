//! Tests the recall contract: any string in an article finds it, and nothing else, on random strings against a plain
//! scan of the same fields.

#[path = "support/archive.rs"]
mod archive;
#[path = "support/data.rs"]
mod data;

use std::collections::BTreeSet;

use archive::Archive;
use gongxun_core::control::Control;
use gongxun_core::index::Snapshot;
use gongxun_core::query::parse;
use gongxun_core::search::compile::compile;
use gongxun_core::search::matching::found::Matches;
use gongxun_core::search::{Breadth, Kind};
use gongxun_text::fold::{fold, is_han};
use gongxun_text::synonyms::Synonyms;

/// The number of strings that are tried.
const STRINGS: usize = 2_000;
/// The longest of them, in characters.
const LONGEST: usize = 8;

#[test]
fn every_article_with_a_string_is_found_and_no_other() {
    let Some(path) = data::data("scale/cctv.jsonl") else { return };
    let archive = Archive::new();
    let report = archive.ingest_from(&path, path.parent().unwrap());
    assert_eq!(report.rejected, 0);
    let snapshot = archive.snapshot();
    let plain = Plain::read(&snapshot);
    let mut random = Random(7);
    let (mut tried, mut found) = (0, 0);
    while tried < STRINGS {
        // Titles and bodies are chosen alike: a text is one of the first two of its article.
        let article = random.below(plain.ids.len());
        let text: Vec<char> = plain.texts(article)[random.below(2)].chars().collect();
        let length = 1 + random.below(LONGEST);
        if text.len() < length {
            continue;
        }
        let start = random.below(text.len() - length + 1);
        let string: String = text[start..start + length].iter().collect();
        if !string.chars().all(is_han) {
            continue;
        }
        tried += 1;
        let expect = plain.with(&string);
        let got = ids(&snapshot, &format!("\"{string}\""));
        let got: BTreeSet<&str> = got.iter().map(String::as_str).collect();
        let missing: Vec<_> = expect.difference(&got).take(3).collect();
        let wrong: Vec<_> = got.difference(&expect).take(3).collect();
        assert!(missing.is_empty() && wrong.is_empty(), "{string}: missing {missing:?}, wrong {wrong:?}");
        found += got.len();
    }
    println!("{tried} strings in {} articles: {found} hits, none missing, none false", plain.ids.len());
}

/// The folded title, body, lead and names of every article, end to end, in the order of the index.
struct Plain {
    ids: Vec<String>,
    /// The first position of each article's text.
    starts: Vec<usize>,
    text: String,
}

/// The separator of fields and articles, which is in no string.
const GAP: char = '\u{0}';

impl Plain {
    fn read(snapshot: &Snapshot) -> Plain {
        let mut plain = Plain { ids: Vec::new(), starts: Vec::new(), text: String::new() };
        for found in snapshot.all() {
            let (_, article) = found.unwrap();
            plain.ids.push(article.id.0);
            plain.starts.push(plain.text.len());
            let names = article.credits.iter().map(|credit| credit.name.as_str());
            let texts = [&article.title, &article.body, article.lead.as_deref().unwrap_or("")];
            for text in texts.into_iter().chain(names) {
                plain.text.push_str(&fold(text));
                plain.text.push(GAP);
            }
        }
        plain
    }

    fn texts(&self, article: usize) -> Vec<&str> {
        let end = self.starts.get(article + 1).copied().unwrap_or(self.text.len());
        self.text[self.starts[article]..end].split(GAP).collect()
    }

    fn with(&self, string: &str) -> BTreeSet<&str> {
        let found = memchr::memmem::find_iter(self.text.as_bytes(), string);
        found.map(|at| self.ids[self.starts.partition_point(|start| *start <= at) - 1].as_str()).collect()
    }
}

/// Returns the ids of all articles that match in full.
fn ids(snapshot: &Snapshot, query: &str) -> Vec<String> {
    let query = parse(query);
    let segmenter = snapshot.segmenter().unwrap();
    let compiled = compile(query.root.as_ref(), &[], segmenter, Synonyms::builtin(), Breadth::Exact);
    let matches = Matches::find(snapshot, &compiled, &Control::default()).unwrap();
    let addresses = matches.addresses(Kind::Full);
    addresses.into_iter().map(|address| snapshot.id(address).unwrap().0).collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }
}
