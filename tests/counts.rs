//! Tests the three counts against a plain scan of the corpus: full, synonym and partial matches; and that timelines,
//! facets and exports count full matches alone unless more is asked for.

#[path = "support/archive.rs"]
mod archive;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use archive::Archive;
use gongxun_core::article::Article;
use gongxun_core::control::Control;
use gongxun_core::query::parse;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Breadth, Copies, Kind, Read as _, Request};
use gongxun_text::fold::fold;
use gongxun_text::strings;
use gongxun_text::synonyms::Synonyms;

/// Words of the dictionary; the last ones have synonyms.
const WORDS: [&str; 14] =
    ["工会", "欠薪", "骑手", "平台", "高温", "工资", "合同", "工伤", "培训", "权益", "农民工", "讨薪", "全总", "社保"];

/// The folded texts of the articles, by id.
struct Plain(BTreeMap<String, Vec<Vec<char>>>);

impl Plain {
    fn of(articles: &[Article]) -> Plain {
        let texts = |article: &Article| {
            let names = article.credits.iter().map(|credit| credit.name.as_str());
            let texts = [article.title.as_str(), article.lead.as_deref().unwrap_or(""), article.body.as_str()];
            texts.into_iter().chain(names).map(|text| fold(text).chars().collect()).collect()
        };
        Plain(articles.iter().map(|article| (article.id.0.clone(), texts(article))).collect())
    }

    /// Returns the articles that hold a string in one of their texts.
    fn with(&self, string: &str) -> BTreeSet<&str> {
        let string: Vec<char> = fold(string).chars().collect();
        let holds = |texts: &Vec<Vec<char>>| texts.iter().any(|text| strings::find(text, &string).next().is_some());
        self.0.iter().filter(|(_, texts)| holds(texts)).map(|(id, _)| id.as_str()).collect()
    }
}

#[test]
fn counts_are_those_of_a_plain_scan() {
    let archive = Archive::new();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    archive.ingest_from(&corpus, &corpus);
    let snapshot = archive.snapshot();
    let articles: Vec<Article> = snapshot.all().map(|found| found.unwrap().1).collect();
    let plain = Plain::of(&articles);
    let synonyms = Synonyms::builtin();
    let control = Control::default();
    let mut seen = [0; 3];
    for first in WORDS {
        for second in WORDS.into_iter().filter(|second| *second != first) {
            let words = [first, second];
            let typed: Vec<BTreeSet<&str>> = words.iter().map(|word| plain.with(word)).collect();
            let wide = words.iter().zip(&typed).map(|(word, typed)| {
                let others = synonyms.lookup(&fold(word)).into_iter().map(|synonym| plain.with(synonym));
                others.fold(typed.clone(), |all, more| all.union(&more).copied().collect())
            });
            let wide: Vec<BTreeSet<&str>> = wide.collect();
            let full: BTreeSet<&str> = typed[0].intersection(&typed[1]).copied().collect();
            let held: BTreeSet<&str> = wide[0].intersection(&wide[1]).copied().collect();
            let some: BTreeSet<&str> = wide[0].union(&wide[1]).copied().collect();
            let expect = [full.len(), held.len() - full.len(), some.len() - held.len()].map(|n| n as u64);

            let query = format!("{first} {second}");
            let request = Request { copies: Copies::All, limit: usize::MAX, ..Request::new(parse(&query)) };
            let results = snapshot.answer(&request, &control).unwrap();
            assert_eq!([results.total, results.synonym_total, results.partial_total], expect, "{query}");
            // Hits tell their kind, and full matches come first.
            for hit in &results.hits {
                let id = hit.article.id.0.as_str();
                let kind = if full.contains(id) {
                    Kind::Full
                } else if held.contains(id) {
                    Kind::Synonym
                } else {
                    Kind::Partial
                };
                assert_eq!(hit.kind, kind, "{query}: {id}");
            }
            let partial: Vec<bool> = results.hits.iter().map(|hit| hit.is_partial()).collect();
            assert!(partial.is_sorted(), "{query}: a partial match before one that holds all");

            for (breadth, more) in [
                (Breadth::Wide, expect),
                (Breadth::Synonyms, [expect[0], expect[1], 0]),
                (Breadth::Exact, [expect[0], 0, 0]),
            ] {
                let narrow = snapshot.answer(&Request { breadth, ..request.clone() }, &control).unwrap();
                assert_eq!([narrow.total, narrow.synonym_total, narrow.partial_total], more, "{query} {breadth:?}");
                let counted = Request { count: breadth, facets: true, ..request.clone() };
                let mut given = 0;
                let selection = snapshot.select(&counted, &control, &mut |_| {
                    given += 1;
                    Ok(())
                });
                assert_eq!((selection.unwrap().total, given), (more.iter().sum(), more.iter().sum()), "{query}");
                let timeline = snapshot.timeline(&counted, Step::Year, &control).unwrap();
                let periods: u64 = timeline.periods.iter().map(|period| period.counted()).sum();
                assert_eq!(periods + timeline.undated, more.iter().sum::<u64>(), "{query} {breadth:?}");
                let months = snapshot.answer(&counted, &control).unwrap().facets.unwrap().month;
                assert_eq!(months.iter().map(|month| month.all()).sum::<u64>(), periods, "{query} {breadth:?}");
            }
            seen.iter_mut().zip(expect).for_each(|(seen, expect)| *seen += expect);
        }
    }
    println!("full, by a synonym, partial: {seen:?}");
    assert!(seen.iter().all(|seen| *seen > 0), "a kind without a match proves nothing: {seen:?}");
}

#[test]
fn a_search_that_is_stopped_says_so_and_claims_nothing_wrong() {
    let archive = Archive::new();
    let lines: String =
        (0..2_000).map(|n| format!("{{\"id\":\"{n}\",\"title\":\"工会{n}\",\"body\":\"他的1{n}工会。\"}}\n")).collect();
    archive.write("a.jsonl", lines);
    archive.ingest();
    let snapshot = archive.snapshot();
    let stop = std::sync::atomic::AtomicBool::new(true);
    let request = Request { facets: true, ..Request::new(parse("?1? -罢工")) };
    let results = snapshot.answer(&request, &Control::default().stop(&stop)).unwrap();
    assert!(results.cut_short && results.total == 0 && results.hits.is_empty(), "{results:?}");
    let whole = snapshot.answer(&request, &Control::default()).unwrap();
    assert!(!whole.cut_short && whole.total > 0);
    let stopped = snapshot.select(&request, &Control::default().stop(&stop), &mut |_| Ok(()));
    assert!(matches!(stopped, Err(gongxun_core::error::Error::Interrupted)));
}
