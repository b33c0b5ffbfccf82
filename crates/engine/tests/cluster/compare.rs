//! Comparison of an index in OpenSearch with an embedded one.

use std::collections::{BTreeMap, BTreeSet};

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::index::Snapshot;
use gongxun_core::query::parse;
use gongxun_core::search::facets::Count;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Breadth, Copies, Hit, Read, Request, Results, Sort, concordance};
use gongxun_core::view;
use gongxun_engine::Archive;
use gongxun_text::fold::fold;

/// The number of matches above which lists by relevance are in the order of OpenSearch's scores, and lines of a concordance
/// are not sorted by their text.
const LONG: u64 = 9_900;
/// The number of hits of each request that are compared.
const COMPARED: usize = 100;
/// Returns queries of every kind, followed by random substrings of the articles, up to `most` in total.
pub fn queries(snapshot: &Snapshot, most: usize) -> Vec<String> {
    let mut queries: Vec<String> = [
        "工会",
        "权益",
        "工会 权益",
        "\"农民工工资\"",
        "农民工 欠薪",
        "和服",
        "工会 -权益",
        "标题:工会",
        "\"20%\"",
        "\"2024年\"",
        "工会 NEAR/10 职工",
        "工会 OR 仲裁",
        "农民工讨薪怎么办",
        "焦远山",
        "同句:(工会 职工)",
        "工?",
        "劳动*",
        "\"，\"",
        "编辑:肖天",
        "日期:2024",
        "工",
        "2023年 工会",
        "总工会",
        "外卖骑手 保险",
        "没有这样的词语呀",
        "编辑:肖 工会",
        "来源:日报 没有这样的词语呀",
        "日期:1990 工会",
        "\"没有这句话呀\"",
    ]
    .map(str::to_string)
    .into();
    let mut random = gongxun_text::random::Random::new(11);
    let articles: Vec<Article> = snapshot.all().map(|found| found.unwrap().1).collect();
    while queries.len() < most && !articles.is_empty() {
        let article = &articles[random.below(articles.len())];
        let text: Vec<char> =
            article.title.chars().chain(article.body.chars()).filter(|c| c.is_alphanumeric()).collect();
        let length = 2 + random.below(8);
        let start = random.below(text.len().saturating_sub(length).max(1));
        let piece: String = text.iter().skip(start).take(length).collect();
        queries.push(if random.below(2) == 0 { piece } else { format!("\"{piece}\"") });
    }
    queries
}

fn requests(query: &str) -> Vec<Request> {
    let first = Request { limit: COMPARED, ..Request::new(parse(query)) };
    vec![
        first.clone(),
        Request { copies: Copies::All, second_stage: 0, ..first.clone() },
        Request { sort: Sort::Newest, breadth: Breadth::Exact, limit: 7, offset: 3, ..first },
    ]
}

/// Compares the answers of both to every query in every respect. Returns how much was compared.
pub fn compare(archive: &Archive, snapshot: &Snapshot, queries: &[String]) -> BTreeMap<&'static str, usize> {
    let control = Control::default();
    let mut compared = BTreeMap::new();
    for query in queries {
        for (number, request) in requests(query).into_iter().enumerate() {
            let there = archive.answer(&request, &control).unwrap_or_else(|error| panic!("{query}: {error}"));
            let here = snapshot.answer(&request, &control).unwrap();
            let totals =
                |results: &gongxun_core::search::Results| (results.total, results.synonym_total, results.partial_total);
            assert_eq!(totals(&there), totals(&here), "{query} ({number})");
            let pages = |results: &Results| -> BTreeSet<String> {
                results.pages.iter().map(|page| format!("{} {:?}", page.id, page.margin)).collect()
            };
            assert_eq!((there.page_total, pages(&there)), (here.page_total, pages(&here)), "{query} ({number})");
            if here.total + here.synonym_total == 0 {
                assert_eq!(there.notes, here.notes, "{query} ({number})");
                *compared.entry("explained").or_default() += usize::from(!here.notes.is_empty());
            }
            let shown = |hits: &[gongxun_core::search::Hit]| -> Vec<_> {
                hits.iter()
                    .map(|hit| {
                        (hit.article.id.0.clone(), hit.kind, hit.reprints, hit.snippet.clone(), hit.marks.clone())
                    })
                    .collect()
            };
            let scores: Vec<(f32, f32)> = there.hits.iter().zip(&here.hits).map(|(a, b)| (a.score, b.score)).collect();
            assert_eq!(shown(&there.hits), shown(&here.hits), "{query} ({number}): {scores:?}");
            assert!(scores.iter().all(|(a, b)| (a - b).abs() <= 1e-5 * b.abs().max(1.0)), "{query}: {scores:?}");
            *compared.entry("hits").or_default() += scores.len();
            *compared.entry("answers").or_default() += 1;
        }
        let all = snapshot.answer(&Request { limit: 0, ..Request::new(parse(query)) }, &control).unwrap();
        let is_long = all.total + all.synonym_total + all.partial_total > LONG;
        let request = Request { count: Breadth::Wide, facets: true, limit: 0, ..Request::new(parse(query)) };
        // Where copies print a value in several forms (東原, 东原), the form shown depends on the order of the index.
        let facets = |archive: &dyn Read| {
            let found = archive.answer(&request, &control).unwrap().facets.unwrap();
            let lists = [found.source, found.outlet, found.editor, found.author, found.section, found.month];
            lists.map(|list| {
                let folded = |mut count: Count| {
                    count.value = fold(&count.value);
                    count
                };
                let mut list: Vec<Count> = list.into_iter().map(folded).collect();
                list.sort_by(|a, b| (b.all(), &a.value).cmp(&(a.all(), &b.value)));
                list
            })
        };
        assert_eq!(facets(archive), facets(snapshot), "{query}");
        let request = Request { characters: true, ..request };
        for step in [Step::Month, Step::Year] {
            let timeline = |archive: &dyn Read| archive.timeline(&request, step, &control).unwrap();
            assert_eq!(timeline(archive), timeline(snapshot), "{query}");
        }
        let request = Request::new(parse(query));
        for order in [concordance::Order::Oldest, concordance::Order::Left] {
            if is_long && order == concordance::Order::Left {
                continue;
            }
            let options = concordance::Options::default().order(order).limit(300);
            let lines = |archive: &dyn Read| {
                let mut lines = Vec::new();
                let counts = archive.concordance(&request, &options, &control, &mut |line| {
                    lines.push(view::concordance::json(&line));
                    Ok(())
                });
                (counts.unwrap(), lines)
            };
            assert_eq!(lines(archive), lines(snapshot), "{query}");
        }
        let mut export = Vec::new();
        archive
            .select(&Request { limit: usize::MAX, snippet_length: 0, ..request.clone() }, &control, &mut |hit| {
                export.push(hit.article.id.0.clone());
                Ok(())
            })
            .unwrap();
        let mut expect = Vec::new();
        snapshot
            .select(&Request { limit: usize::MAX, snippet_length: 0, ..request }, &control, &mut |hit| {
                expect.push(hit.article.id.0.clone());
                Ok(())
            })
            .unwrap();
        if is_long {
            export.sort();
            expect.sort();
        }
        assert_eq!(export, expect, "{query}");
        *compared.entry("queries").or_default() += 1;
    }
    compared
}

/// Compares the articles similar to some, and the reasons why each is among the hits of the queries or not.
pub fn compare_articles(archive: &Archive, snapshot: &Snapshot, ids: &[ArticleId], queries: &[&str]) {
    let control = Control::default();
    for id in ids {
        let similar = |archive: &dyn Read| archive.similar(id, 10, &control).unwrap().unwrap();
        let (there, here) = (similar(archive), similar(snapshot));
        let shown = |results: &Results| -> Vec<_> {
            let hit = |hit: &Hit| (hit.article.id.0.clone(), hit.reprints, hit.snippet.clone(), hit.marks.clone());
            results.hits.iter().map(hit).collect()
        };
        assert_eq!((there.total, &there.notes), (here.total, &here.notes), "{id}");
        assert_eq!(shown(&there), shown(&here), "{id}");
        for (a, b) in there.hits.iter().zip(&here.hits) {
            assert!((a.score - b.score).abs() <= 1e-5 * b.score.abs().max(1.0), "{id}: {} {}", a.score, b.score);
        }
        for query in queries {
            let why = |archive: &dyn Read| {
                let mut why = archive.why_not(&Request::new(parse(query)), id, &control).unwrap();
                // On an engine, a place is looked for among the first thousand hits.
                why.iter_mut().for_each(|why| why.place = why.place.filter(|place| *place <= 1_000));
                why
            };
            assert_eq!(why(archive), why(snapshot), "{query} {id}");
        }
    }
    let none = ArticleId("no-such-article".into());
    assert!(archive.similar(&none, 10, &control).unwrap().is_none());
    assert!(archive.why_not(&Request::new(parse("工会")), &none, &control).unwrap().is_none());
}
