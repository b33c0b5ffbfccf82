//! Tests of the query language over the sample corpus: every example of docs/QUERY.md, malicious input, random strings,
//! and pages of hits.

#[path = "support/archive.rs"]
mod archive;

use std::path::Path;
use std::sync::OnceLock;

use archive::Archive;
use gongxun_core::control::Control;
use gongxun_core::index::Snapshot;
use gongxun_core::query::{self, Field, Filter, NoteKind, Query, Unit, parse};
use gongxun_core::search::timeline::{Step, timeline};
use gongxun_core::search::why_not::why_not;
use gongxun_core::search::{Breadth, Copies, Kind, Request, Results, Sort, search};
use gongxun_text::synonyms::Synonyms;
use proptest::prelude::*;

/// Returns the corpus, indexed once for all tests.
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

/// Returns the examples of the page: the query of each row, and its description.
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
        let remarked = ["is left out", ": left out", "is taken as text", "a note says so"]
            .iter()
            .any(|remark| says.contains(remark));
        let notes = parse(&query).notes;
        assert_eq!(notes.iter().any(|note| note.kind != NoteKind::Precedence), remarked, "{query}: {notes:?}");
        // Other spellings are named in the same row, and find the same.
        for other in says.split('`').skip(1).step_by(2).filter(|_| says.contains("the same")) {
            assert_eq!(ask(snapshot, other).total, results.total, "{query} and {other}");
        }
    }
}

/// Kinds of words, operators and conditions, with their full matches and notes.
#[test]
fn answers_say_what_was_asked_and_what_is_there() {
    let archive = Archive::new();
    let article = |n: usize, more: serde_json::Value| {
        let mut article = serde_json::json!({"id": n.to_string()});
        article.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        archive.write(&format!("{n}.json"), article.to_string());
    };
    article(1, serde_json::json!({"title": "聚焦民生", "body": "记者深入偏远山区。增长20.7%，约１，０７７人。"}));
    article(
        2,
        serde_json::json!({"title": "人物", "body": "焦远山说，增长20%。工会+互联网，37℃。",
        "url": "http://a.example/1.html", "source": "央视网",
        "credits": [{"role": "责任编辑", "name": "肖天"}, {"role": "审核", "name": "Demi Lan"}]}),
    );
    article(
        3,
        serde_json::json!({"title": "工会驿站", "body": "工会与互联网，37度，C#与C++。欠款到新厂。", "date": "2024-05-01"}),
    );
    article(4, serde_json::json!({"title": "欠薪", "body": "欠薪了。", "date": "2023-05-01"}));
    archive.ingest();
    let snapshot = archive.snapshot();
    // The query, its full matches, the least number of partial matches, and a part of the notes.
    let cases: &[(&str, &[&str], u64, &str)] = &[
        ("焦远山", &["人物"], 1, ""),
        ("欠新", &[], 1, "did you mean 欠薪?"),
        ("\"20%\"", &["人物"], 0, ""),
        ("\"20.7%\"", &["聚焦民生"], 0, ""),
        ("\"7%\"", &[], 0, ""),
        ("\"工会+\"", &["人物"], 0, ""),
        ("\"37℃\"", &["人物"], 0, ""),
        ("\"C#\"", &["工会驿站"], 0, ""),
        ("\"工会 互联网\"", &["人物"], 0, ""),
        ("工会 or 欠薪", &["人物", "工会驿站", "欠薪"], 0, "`or` between words"),
        ("工会 not 互联网", &[], 0, "`not` between words"),
        ("工会 and not 焦远山", &["工会驿站"], 0, "`and` between words"),
        ("or 工会", &[], 1, ""),
        ("https://a.example/1.html", &["人物"], 0, ""),
        ("http://a.example/1.html#top", &["人物"], 0, ""),
        ("http://a.example/2.html", &[], 0, ""),
        ("来源:央视 工会", &[], 0, "source:\"央视\" leaves nothing of 2 articles; there is 央视网 (1 article)"),
        ("编辑:肖 工会", &[], 0, "there is 肖天 (1 article)"),
        ("编辑:Demi Lan", &[], 0, "editor:\"Demi Lan\" finds 1 article"),
        ("编辑:\"Demi Lan\"", &["人物"], 0, ""),
        ("工会 日期:2020", &[], 0, "date:2020-01-01..2020-12-31 leaves nothing of 2 articles"),
        ("标题:欠薪 \"工会\"", &[], 0, "title:欠薪 leaves nothing of 2 articles"),
    ];
    for (query, expect, partial, says) in cases {
        let results = ask(&snapshot, query);
        let full = results.hits.iter().filter(|hit| hit.kind == Kind::Full);
        let mut full: Vec<&str> = full.map(|hit| hit.article.title.as_str()).collect();
        full.sort_unstable();
        let mut expect = expect.to_vec();
        expect.sort_unstable();
        assert_eq!(full, expect, "{query}: {:?}", results.notes);
        assert!(results.partial_total >= *partial, "{query}: {} in part", results.partial_total);
        let of_query = results.query_notes.iter().map(|note| note.message.clone());
        let suggestions = results.suggestions.iter().map(|other| other.question());
        let said: Vec<String> = of_query.chain(results.notes.iter().cloned()).chain(suggestions).collect();
        assert!(said.join("\n").contains(says), "{query}: {says} is not in {said:?}");
    }
    // Days in the wrong order, as options may give them.
    let day = |text: &str| gongxun_core::query::parse_date_range(text).unwrap();
    let dates = Filter::Date { from: day("2025").0, to: day("2024").1 };
    let request = Request { filters: vec![dates], ..Request::new(parse("工会")) };
    let results = search(&snapshot, &request, Synonyms::builtin()).unwrap();
    assert!(results.total == 0 && results.notes.iter().any(|note| note.contains("ends before it begins")));
    // The credit that the query asks for is shown.
    let hit = &ask(&snapshot, "editor:\"demi lan\"").hits[0];
    assert_eq!(hit.matched_credits.iter().map(|credit| credit.name.as_str()).collect::<Vec<_>>(), ["Demi Lan"]);
}

/// Queries built without text find the same as typed ones; and a tree that is too deep is refused, however deep.
#[test]
fn queries_are_built_without_text() {
    let snapshot = corpus();
    let same = |built: Query, typed: &str| {
        let results = snapshot.search(built).run().unwrap();
        let expect = ask(snapshot, typed);
        let ids = |results: &Results| results.hits.iter().map(|hit| hit.article.id.clone()).collect::<Vec<_>>();
        assert_eq!((results.total, ids(&results)), (expect.total, ids(&expect)), "{typed}");
        assert!(results.total > 0, "{typed}");
    };
    same(Query::phrase("农民工工资"), "\"农民工工资\"");
    same(Query::all([Query::words("工会"), Query::words("罢工").not()]), "工会 -罢工");
    same(Query::any([Query::words("工会"), Query::words("职代会")]), "工会 OR 职代会");
    same(Query::near(["欠薪", "工会"], 30), "\"欠薪\" NEAR/30 \"工会\"");
    same(Query::together(Unit::Paragraph, ["骑手", "小时收入保底"]), "同段:(\"骑手\" \"小时收入保底\")");
    same(Query::words("骑手").within(Field::Title), "标题:骑手");
    same(Filter::source("工路网").into(), "来源:工路网");
    let mut deep = Query::words("工会");
    for _ in 0..20_000 {
        deep = Query::all([deep.within(Field::Body), Query::phrase("工会")]);
    }
    assert!(snapshot.search(deep).run().is_err());
}

#[test]
fn what_hurts_is_answered() {
    let snapshot = corpus();
    let all = snapshot.articles();
    let megabyte = 1 << 20;
    // The query, and the number of articles that it may find: none, some, or any.
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

/// A timeline counts the same as the facets, beside the archive's articles counted alike.
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

/// Returns random strings of operators and of strings in the corpus.
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
        // An exact search finds no more full matches.
        let exact = Request { breadth: Breadth::Exact, ..request.clone() };
        prop_assert!(search(snapshot, &exact, Synonyms::builtin()).unwrap().total <= results.total);
        if let Some(hit) = results.hits.first() {
            let answer = why_not(snapshot, &request, Synonyms::builtin(), &hit.article.id, &Control::default()).unwrap().unwrap();
            prop_assert_eq!(answer.place, Some(1));
        }
    }
}

/// A colloquial word finds the official word of news and law, with a note that says so; the official word alone is not
/// expanded by it.
#[test]
fn a_spoken_word_finds_the_official_one() {
    let archive = Archive::new();
    let lines = [
        "县里公布一批拖欠工资的企业",
        "母婴护理员通过了考核",
        "法院说这是违法解除劳动合同",
        "网络预约出租汽车驾驶员有了驿站",
        "他领到了职业健康检查的结果",
    ];
    let json = |(id, body): (usize, &&str)| serde_json::json!({ "id": id.to_string(), "title": "消息", "body": body });
    let lines: Vec<String> = lines.iter().enumerate().map(|line| json(line).to_string()).collect();
    archive.write("articles.jsonl", lines.join("\n"));
    archive.ingest();
    let snapshot = archive.snapshot();
    for (spoken, official) in [
        ("不发工资", "拖欠工资"),
        ("月嫂", "母婴护理员"),
        ("无故辞退", "违法解除劳动合同"),
        ("网约车司机", "网络预约出租汽车驾驶员"),
        ("职业体检", "职业健康检查"),
    ] {
        let results = ask(&snapshot, spoken);
        assert!(!results.hits.is_empty(), "{spoken}");
        assert!(results.hits[0].article.body.contains(official), "{spoken}");
        let note = results.notes.iter().find(|note| note.starts_with(&format!("{spoken} also finds ")));
        assert!(note.is_some_and(|note| note.contains(official)), "{spoken}: {:?}", results.notes);
        let exact = Request { breadth: Breadth::Exact, ..Request::new(parse(spoken)) };
        assert_eq!(search(&snapshot, &exact, Synonyms::builtin()).unwrap().total, 0, "{spoken}");
    }
    for official in ["拖欠工资", "违法解除劳动合同"] {
        let results = ask(&snapshot, official);
        assert_eq!(results.total, 1, "{official}");
        assert!(
            results.notes.iter().all(|note| !note.contains("不发工资") && !note.contains("无故辞退")),
            "{official}"
        );
    }
}
