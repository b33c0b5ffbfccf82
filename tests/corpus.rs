//! Compares the sample corpus with what a reader should extract from it, record by record; and damaged pages with the
//! clean ones that they were made from.

use std::collections::BTreeMap;
use std::path::Path;

use gongxun_core::article::Article;
use gongxun_core::error::Reason;
use gongxun_ingest::ingest::{Options, extract_all};
use gongxun_text::fold::fold;
use serde_json::Value;

/// Known errors of the reader in the corpus, of about 75 records each; a smaller number is an improvement.
const KNOWN_DIFFERENCES: [(&str, usize); 6] =
    [("title", 0), ("date", 0), ("source", 0), ("editor", 0), ("authors", 1), ("lead", 1)];
/// The same for bodies: a lead that is not recognised is one paragraph too many.
const KNOWN_BODY_DIFFERENCES: usize = 1;

fn articles(folder: &str) -> (BTreeMap<String, Article>, Vec<(String, Reason)>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let options = Options::new([&folder]).root(folder.clone());
    let (mut articles, mut rejected) = (BTreeMap::new(), Vec::new());
    extract_all(&options, |record| {
        match record {
            Ok(article) => drop(articles.insert(article.origin.clone(), article)),
            Err(rejection) => rejected.push((rejection.origin.to_string(), rejection.reason)),
        }
        Ok(())
    })
    .unwrap();
    (articles, rejected)
}

#[test]
fn records_are_read_as_they_were_written() {
    let (articles, rejected) = articles("corpus");
    assert_eq!(
        rejected,
        [("README.md".to_string(), Reason::Unknown), ("crawl.warc.gz#00011".to_string(), Reason::NoPage)]
    );
    assert!(articles["list.html"].is_page(), "{:?}", articles["list.html"]);
    let expect = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/corpus/expect.jsonl");
    let expect = std::fs::read_to_string(expect).unwrap();
    let mut differences: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in expect.lines() {
        let expect: Value = serde_json::from_str(line).unwrap();
        let origin = expect["origin"].as_str().unwrap();
        let article = articles.get(origin).unwrap_or_else(|| panic!("{origin} gave no article"));
        let got = serde_json::to_value(article).unwrap();
        for field in ["title", "date", "source", "editor", "authors", "lead", "body"] {
            if got[field] != expect[field] {
                differences.entry(field).or_default().push(format!("{origin}: {}", got[field]));
            }
        }
    }
    for (field, known) in KNOWN_DIFFERENCES.into_iter().chain([("body", KNOWN_BODY_DIFFERENCES)]) {
        let found = differences.get(field).map_or(&[][..], Vec::as_slice);
        assert!(found.len() <= known, "{field}: {found:#?}");
    }
}

#[test]
fn damaged_pages_give_the_articles_of_the_clean_ones() {
    let (damaged, _) = articles("corpus/damaged");
    let (clean, _) = articles("tests/data/damaged");
    assert_eq!(damaged.keys().collect::<Vec<_>>(), clean.keys().collect::<Vec<_>>());
    let mut letters = (0, 0);
    for (name, clean) in &clean {
        let damaged = &damaged[name];
        assert!(!damaged.repairs.is_empty() && damaged.original.is_some(), "{name}");
        assert!(clean.repairs.is_empty() && clean.original.is_none(), "{name}");
        assert_eq!(fold(&damaged.title), fold(&clean.title));
        assert_eq!(
            (damaged.date, &damaged.source, &damaged.credits),
            (clean.date, &clean.source, &clean.credits),
            "{name}"
        );
        let (damaged, clean) = (fold(&damaged.body), fold(&clean.body));
        assert_eq!(damaged.chars().count(), clean.chars().count(), "{name}");
        letters.0 += damaged.chars().zip(clean.chars()).filter(|(a, b)| a == b).count();
        letters.1 += clean.chars().count();
    }
    assert!(letters.0 * 1000 >= letters.1 * 999, "{letters:?}");
}
