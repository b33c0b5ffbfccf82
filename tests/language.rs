//! The query language at work over the sample corpus: every example of docs/QUERY.md, input that is meant to hurt, random
//! strings, and pages.

#[path = "support/archive.rs"]
mod archive;

use std::path::Path;
use std::sync::OnceLock;

use archive::Archive;
use gongxun_core::index::Snapshot;
use gongxun_core::query::{self, NoteKind, parse};
use gongxun_core::search::timeline::{Step, timeline};
use gongxun_core::search::why_not::why_not;
use gongxun_core::search::{Breadth, Copies, Request, Results, Sort, search};
use gongxun_text::synonyms::Synonyms;
use proptest::prelude::*;

/// The corpus, indexed once for all tests.
fn corpus() -> &'static Snapshot {
    static CORPUS: OnceLock<(Archive, Snapshot)> = OnceLock::new();
    let indexed = || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let archive = Archive::new();
        archive.ingest_from(&folder, &folder);
        let snapshot = archive.snapshot();
        (archive, snapshot)
    };
    &CORPUS.get_or_init(indexed).1
}

fn ask(snapshot: &Snapshot, query: &str) -> Results {
    search(snapshot, &Request::new(parse(query)), Synonyms::builtin()).unwrap()
}

/// The examples of the page: the query of each row, and what the page says of it.
fn examples() -> Vec<(String, String)> {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/QUERY.md")).unwrap();
    let row = |line: &str| {
        let line = line.strip_prefix("| `")?;
        let (query, rest) = line.split_once("` | ")?;
        Some((query.to_string(), rest.trim_end_matches(" |").to_string()))
    };
    page.lines().filter_map(row).collect()
}

#[test]
fn every_example_of_the_page_does_what_it_says() {
    let snapshot = corpus();
    let examples = examples();
    assert!(examples.len() > 40, "{} examples", examples.len());
    for (query, says) in examples {
        let results = ask(snapshot, &query);
        assert_eq!(results.total == 0, says.starts_with("nothing"), "{query}: {} found", results.total);
        let remarked = ["is left out", ": left out", "is taken as text"].iter().any(|remark| says.contains(remark));
        let notes = parse(&query).notes;
        assert_eq!(notes.iter().any(|note| note.kind != NoteKind::Precedence), remarked, "{query}: {notes:?}");
        // Other ways to write it are named in the same row, and find the same.
        for other in says.split('`').skip(1).step_by(2).filter(|_| says.contains("the same")) {
            assert_eq!(ask(snapshot, other).total, results.total, "{query} and {other}");
        }
    }
}

#[test]
fn what_hurts_is_answered() {
    let snapshot = corpus();
    let all = snapshot.articles();
    let megabyte = 1 << 20;
    // The query, and what may be found: nothing, some, or anything.
    let (nothing, some, anything) = (0..=0, 1..=all, 0..=all);
    for (query, expect) in [
        (String::new(), &nothing),
        ("*".into(), &nothing),
        ("?".into(), &nothing),
        ("**".into(), &nothing),
        ("＊？＊".into(), &nothing),
        ("(".repeat(megabyte), &nothing),
        (")".repeat(megabyte), &nothing),
        ("(".repeat(megabyte / 2) + &")".repeat(megabyte / 2), &nothing),
        ("-(".repeat(megabyte / 2), &nothing),
        ("\"".repeat(megabyte), &nothing),
        ("title:(".repeat(megabyte / 8) + "工会", &anything),
        ("工".repeat(megabyte), &anything),
        ("a".repeat(megabyte), &nothing),
        (format!("\"{}\"", "工会".repeat(megabyte / 4)), &anything),
        ("工会 ".repeat(megabyte / 8), &some),
        ("工会 OR ".repeat(megabyte / 16), &some),
        ("-工会 ".repeat(megabyte / 8), &some),
        ("*的*".into(), &some),
        ("的*".repeat(query::MAX_WILDCARDS) + "的", &anything),
        ("同段:(的 了)".into(), &some),
        ("的 NEAR/1000 了".into(), &some),
        (format!("\"{}\"~1000", "的 ".repeat(500)), &anything),
        ("工会 AND NOT".into(), &some),
        ("date:2025-02-30".into(), &nothing),
        ("无此栏:工会".into(), &nothing),
    ] {
        let start: String = query.chars().take(16).collect();
        let request = Request { explain: true, facets: true, ..Request::new(parse(&query)) };
        let results = search(snapshot, &request, Synonyms::builtin()).unwrap();
        assert!(expect.contains(&results.total), "{start}: {}", results.total);
        assert!(results.total > 0 || !request.query.notes.is_empty() || query.contains('的'), "{start}: no note");
    }
    let far = Request { offset: usize::MAX, limit: usize::MAX, ..Request::new(parse("工会")) };
    let results = search(snapshot, &far, Synonyms::builtin()).unwrap();
    assert!(results.hits.is_empty() && results.total > 0);
}

/// Pages of seven, laid end to end, are the one page of all, whatever the order.
#[test]
fn pages_laid_end_to_end_are_all_hits() {
    let snapshot = corpus();
    for text in ["工会", "工会 欠薪", "\"工\"", "-罢工", "日期:2019..2023", "劳动* 工资", "和服 OR 工会 权益"]
    {
        for (sort, copies) in
            [(Sort::Relevance, Copies::Collapsed), (Sort::Newest, Copies::All), (Sort::Oldest, Copies::Collapsed)]
        {
            let page = |offset, limit| {
                let request = Request { sort, copies, offset, limit, ..Request::new(parse(text)) };
                search(snapshot, &request, Synonyms::builtin()).unwrap()
            };
            let ids = |results: &Results| -> Vec<(String, bool)> {
                results.hits.iter().map(|hit| (hit.article.id.0.clone(), hit.is_partial())).collect()
            };
            let all = page(0, usize::MAX);
            assert_eq!(all.hits.len() as u64, all.total + all.synonym_total + all.partial_total, "{text}");
            let mut paged = Vec::new();
            while paged.len() < all.hits.len() {
                let next = page(paged.len(), 7);
                assert!(!next.hits.is_empty() && next.total == all.total, "{text} at {}", paged.len());
                paged.extend(ids(&next));
            }
            assert_eq!(paged, ids(&all), "{text} {sort:?}");
            let dates: Vec<_> = all.hits.iter().filter(|hit| !hit.is_partial()).map(|hit| hit.article.date).collect();
            let seconds = dates.iter().map(|date| date.map(|date| date.local_seconds()));
            match sort {
                Sort::Relevance => {}
                Sort::Newest => assert!(seconds.is_sorted_by(|a, b| a >= b), "{text}: {dates:?}"),
                Sort::Oldest => {
                    let undated_last = seconds.map(|seconds| seconds.unwrap_or(i64::MAX));
                    assert!(undated_last.is_sorted(), "{text}: {dates:?}");
                }
            }
        }
    }
}

/// A timeline counts what the facets count, beside what the archive holds counted alike.
#[test]
fn timelines_and_facets_agree() {
    let snapshot = corpus();
    for copies in [Copies::Collapsed, Copies::All] {
        for text in ["工会", "欠薪", "高温", "日期:>=0001", "钢筋工"] {
            let request = Request { copies, facets: true, ..Request::new(parse(text)) };
            let months = search(snapshot, &request, Synonyms::builtin()).unwrap().facets.unwrap().month;
            let found = timeline(snapshot, &request, Synonyms::builtin(), Step::Month).unwrap();
            let counted: Vec<_> = found.periods.iter().filter(|p| p.count > 0).map(|p| (&p.name, p.count)).collect();
            assert_eq!(counted, months.iter().map(|c| (&c.value, c.count)).collect::<Vec<_>>(), "{text} {copies:?}");
            assert!(found.periods.iter().all(|period| period.count <= period.all), "{text} {copies:?}");
            if text.starts_with("日期") {
                assert!(found.periods.iter().all(|period| period.count == period.all), "{copies:?}: {found:?}");
            }
        }
    }
}

/// Strings of what means something to the parser, and of what stands in the corpus.
fn noise() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        " ",
        " ",
        "　",
        "工会",
        "欠薪",
        "的",
        "工",
        "劳动争议调解",
        "自愿放弃社保",
        "a",
        "12351",
        "2025-01",
        "\"",
        "“",
        "”",
        "「",
        "」",
        "(",
        ")",
        "（",
        "|",
        " OR ",
        " AND ",
        " NOT ",
        " NEAR/3 ",
        "-",
        "－",
        "~",
        "～5",
        "~20",
        "*",
        "?",
        "＊",
        ":",
        "：",
        "title:",
        "标题：",
        "来源:",
        "date:",
        "日期：",
        "..",
        ">=",
        "同句:",
        "同段：",
        "，",
        "\u{200B}",
        "\0",
        "\u{301}",
        "😀",
        "𠮷",
        "editor:",
        "OR",
        "、",
        "\n",
    ];
    prop::collection::vec(prop::sample::select(PARTS), 0..16).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_is_searched(text in prop_oneof![4 => noise(), 1 => any::<String>()]) {
        let snapshot = corpus();
        let request = Request { facets: true, explain: true, limit: 3, ..Request::new(parse(&text)) };
        let results = search(snapshot, &request, Synonyms::builtin()).unwrap();
        prop_assert!(results.hits.len() <= 3 && results.total + results.synonym_total + results.partial_total <= snapshot.articles());
        // What is asked in full is found by the narrower reading, or not at all.
        let exact = Request { breadth: Breadth::Exact, ..request.clone() };
        prop_assert!(search(snapshot, &exact, Synonyms::builtin()).unwrap().total <= results.total);
        if let Some(hit) = results.hits.first() {
            let answer = why_not(snapshot, &request, Synonyms::builtin(), &hit.article.id).unwrap().unwrap();
            prop_assert_eq!(answer.place, Some(1));
        }
    }
}
