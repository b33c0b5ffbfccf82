//! Tests of the second stage of ranking: the hits that it puts first, and the properties that it must never change.

#[path = "support/archive.rs"]
mod archive;

use std::collections::BTreeSet;

use archive::Archive;
use gongxun_core::query::parse;
use gongxun_core::search::{Kind, Request, Results, Sort, search};
use gongxun_text::synonyms::Synonyms;
use serde_json::json;

/// Text without any word of the queries.
const FILLER: &str = "昨天下午记者从现场了解到这里的情况正在好转，各方都在想办法。";

fn articles(articles: &[(&str, &str, &str, &str)]) -> Archive {
    let archive = Archive::new();
    let line = |(id, date, title, body): &(&str, &str, &str, &str)| {
        let date = if date.is_empty() { json!(null) } else { json!(date) };
        json!({ "id": id, "date": date, "title": title, "body": body }).to_string() + "\n"
    };
    let fillers = (1..40).map(|n| json!({ "id": format!("filler-{n}"), "title": "消息", "body": FILLER.repeat(n) }));
    let lines: String = articles.iter().map(line).chain(fillers.map(|line| line.to_string() + "\n")).collect();
    archive.write("articles.jsonl", lines);
    archive.ingest();
    archive
}

fn ask(archive: &Archive, query: &str, second_stage: usize) -> Results {
    let request = Request { second_stage, explain: true, ..Request::new(parse(query)) };
    search(&archive.snapshot(), &request, Synonyms::builtin()).unwrap()
}

/// Returns the ids of the hits of a kind, in order.
fn ids(results: &Results) -> Vec<&str> {
    results.hits.iter().map(|hit| hit.article.id.0.rsplit('#').next().unwrap()).collect()
}

fn keys(archive: &Archive, query: &str, second_stage: usize) -> Vec<String> {
    let results = ask(archive, query, second_stage);
    results.hits.iter().map(|hit| hit.article.title.clone()).collect()
}

#[test]
fn the_item_of_a_digest_that_answers_is_found_and_shown() {
    let items = |answer: &str| {
        let others = ["粮食收购工作展开", "铁路暑运客流平稳", "北方迎来降雨天气", "新版教材将投入使用"];
        let item = |heading: &&str| format!("{heading}\n{FILLER}{FILLER}\n");
        others[..2].iter().map(item).collect::<String>() + answer + &others[2..].iter().map(item).collect::<String>()
    };
    let digest = items("码头仲裁案有了结果\n码头工人的仲裁今天有了结果，补发加班费。\n");
    let apart = format!("码头{}\n{}\n仲裁{}", FILLER.repeat(6), FILLER.repeat(14), FILLER.repeat(6));
    let archive = articles(&[("1", "", "快讯", &digest), ("2", "", "长文", &apart)]);
    let results = ask(&archive, "码头 仲裁", Request::SECOND_STAGE);
    assert_eq!(results.hits[0].article.title, "快讯");
    assert!(results.hits[0].snippet.text.contains("码头工人的仲裁今天有了结果"), "{}", results.hits[0].snippet.text);
    let stage = results.hits[0].explanation.as_ref().unwrap().second_stage.as_ref().unwrap();
    assert!(stage.passage.as_ref().unwrap().opening.starts_with("码头仲裁案有了结果"), "{stage:?}");
    let sum: f32 = stage.parts.iter().map(|part| part.share * part.weight).sum();
    assert!((sum - stage.value).abs() < 1e-5, "{stage:?}");
}

#[test]
fn the_snippet_is_of_the_item_that_ranked() {
    // More of the characters stand elsewhere, one by one.
    let body = format!("{}\n今年的欠薪案件，由仲裁院审结。{FILLER}", format!("欠薪的事{FILLER}{FILLER}\n").repeat(12),);
    let archive = articles(&[("1", "", "消息", &body)]);
    let results = ask(&archive, "欠薪 仲裁", Request::SECOND_STAGE);
    // The snippet of a single hit shows its best passage all the same.
    assert!(results.hits[0].snippet.text.contains("欠薪案件，由仲裁院"), "{}", results.hits[0].snippet.text);
}

#[test]
fn words_near_each_other_come_before_words_far_apart() {
    let near = format!("{FILLER}女工的宿舍在厂区。{}", FILLER.repeat(8));
    let far = format!("{FILLER}女工下班了。{}宿舍在厂区。{FILLER}", FILLER.repeat(7));
    let archive = articles(&[("1", "", "远", &far), ("2", "", "近", &near)]);
    assert_eq!(keys(&archive, "女工 宿舍", Request::SECOND_STAGE), ["近", "远"]);
}

#[test]
fn a_year_that_is_named_is_a_condition_on_date_or_text() {
    let body = format!("工地欠薪案今天开庭。{}", FILLER.repeat(3));
    let in_text = format!("工地欠薪案在2021年开庭。{}{FILLER}", FILLER.repeat(3));
    let archive = articles(&[
        ("1", "2019-03-01", "别年", &body),
        ("2", "2021-03-01", "当年", &body),
        ("3", "", "无日期", &body),
        ("4", "2024-01-01", "文中", &in_text),
    ]);
    for query in ["2021年 欠薪", "二〇二一年 欠薪", "2021年欠薪"] {
        let found = keys(&archive, query, Request::SECOND_STAGE);
        let place =
            |title: &str| found.iter().position(|other| other == title).unwrap_or_else(|| panic!("{query} {title}"));
        assert!(place("当年") < place("别年") && place("当年") < place("无日期"), "{query}: {found:?}");
        assert!(place("文中") < place("别年"), "{query}: {found:?}");
    }
    // The article of the year holds 欠薪 alone: it stays a partial match.
    let counts = |stage| {
        let results = ask(&archive, "2021年 欠薪", stage);
        (results.total, results.synonym_total, results.partial_total)
    };
    assert_eq!(counts(0), counts(Request::SECOND_STAGE));
    assert_eq!(counts(0).0, 1);
}

#[test]
fn the_year_of_another_item_does_not_count() {
    // The titles are of the first stage's order: by its scores the digest of another year comes first.
    let digest = |item: &str, other: &str| format!("欠薪案开庭\n{item}\n粮食收购展开\n{other}\n{FILLER}\n");
    let archive = articles(&[
        ("1", "2024-03-01", "别条", &digest("欠薪案、欠薪人，还是欠薪。", "回顾2021年，2021年的粮食，2021年的收购。")),
        ("2", "2024-03-01", "本条", &digest("欠薪案在2021年开庭。", FILLER)),
    ]);
    let results = ask(&archive, "2021年 欠薪", 0);
    assert_eq!((results.total, results.hits[0].article.title.as_str()), (2, "别条"));
    assert_eq!(keys(&archive, "2021年 欠薪", Request::SECOND_STAGE), ["本条", "别条"]);
}

#[test]
fn the_end_of_an_item_is_not_near_the_beginning_of_the_next() {
    let digest = |first: &str, second: &str| format!("粮食收购展开\n{FILLER}{first}\n{second}\n{FILLER}\n");
    let archive = articles(&[
        ("1", "", "两条", &digest("参加的还有女工", "宿舍楼迎来新风")),
        ("2", "", "一条", &digest(&format!("参加的还有女工，{FILLER}也有宿舍"), "楼里迎来新风")),
    ]);
    let results = ask(&archive, "女工 宿舍", Request::SECOND_STAGE);
    let proximity = |title: &str| {
        let hit = results.hits.iter().find(|hit| hit.article.title == title).unwrap();
        let stage = hit.explanation.as_ref().unwrap().second_stage.as_ref().unwrap();
        stage.parts.iter().find(|part| format!("{:?}", part.of) == "Proximity").unwrap().share
    };
    assert_eq!(proximity("两条"), 0.0);
    assert!(proximity("一条") > 0.0);
}

#[test]
fn a_concept_counts_by_a_synonym_and_in_part_by_its_parts() {
    let with = |what: &str| format!("{FILLER}{what}的事，仲裁院昨天开庭。{}", FILLER.repeat(3));
    let archive = articles(&[
        ("1", "", "无", &format!("{FILLER}仲裁院昨天开庭。{}", FILLER.repeat(3))),
        ("2", "", "部分", &with("夜校")),
        ("3", "", "全部", &with("工人夜校")),
    ]);
    assert_eq!(keys(&archive, "工人夜校 仲裁", Request::SECOND_STAGE), ["全部", "部分", "无"]);
}

/// Returns an archive of hits with several tiers: full ones of many kinds, and partial ones.
fn many() -> Archive {
    let archive = Archive::new();
    let mut lines = String::new();
    for n in 0..150usize {
        let gap = FILLER.repeat(n * 7 % 5);
        let body = match n % 5 {
            0 => format!("{FILLER}欠薪{gap}仲裁{FILLER}"),
            1 => format!("仲裁院里，{gap}欠薪案{}", FILLER.repeat(n % 4)),
            2 => format!("{FILLER}\n欠薪\n{gap}"),
            3 => format!("欠薪与仲裁。{}", FILLER.repeat(n % 9)),
            _ => format!("{gap}仲裁{gap}"),
        };
        // Every third article has a copy.
        for copy in 0..1 + usize::from(n % 3 == 0) {
            let id = format!("{n:03}-{copy}");
            let body = format!("{body}编号{n}号{}。", "甲乙丙丁戊己庚辛壬癸".chars().nth(n % 10).unwrap());
            lines += &(json!({ "id": id, "title": format!("第{n}篇"), "body": body }).to_string() + "\n");
        }
    }
    archive.write("articles.jsonl", lines);
    archive.ingest();
    archive
}

#[test]
fn pages_are_cut_from_one_order_whatever_the_page_and_the_limit() {
    let archive = many();
    let snapshot = archive.snapshot();
    for query in ["欠薪 仲裁", "欠薪", "\"欠薪\" OR 仲裁"] {
        for second_stage in [0, 1, 7, 60, 1_000] {
            let page = |offset: usize, limit: usize| {
                let request = Request { offset, limit, second_stage, snippet_length: 0, ..Request::new(parse(query)) };
                let results = search(&snapshot, &request, Synonyms::builtin()).unwrap();
                ids(&results).iter().map(|id| id.to_string()).collect::<Vec<String>>()
            };
            let all = page(0, usize::MAX);
            assert!(all.len() > 60, "{query}: {}", all.len());
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{query}: a hit stands twice");
            for limit in [1, 7, 10, 59, 60, 61] {
                let pages: Vec<String> = (0..all.len().div_ceil(limit)).flat_map(|n| page(n * limit, limit)).collect();
                assert_eq!(pages, all, "{query}, second stage {second_stage}, {limit} a page");
            }
        }
    }
}

#[test]
fn the_stage_covers_the_first_hits_alone_and_never_crosses_tiers() {
    let archive = many();
    let snapshot = archive.snapshot();
    let mut moved = 0;
    for query in ["欠薪 仲裁", "欠薪", "仲裁"] {
        let all = |second_stage: usize| {
            let request = Request { limit: usize::MAX, second_stage, facets: true, ..Request::new(parse(query)) };
            search(&snapshot, &request, Synonyms::builtin()).unwrap()
        };
        let off = all(0);
        for depth in [1, 7, 60] {
            let on = all(depth);
            let (old, new) = (ids(&off), ids(&on));
            assert_eq!(old[depth..], new[depth..], "{query}: behind the first {depth} nothing moves");
            let set = |ids: &[&str]| ids.iter().map(|id| id.to_string()).collect::<BTreeSet<String>>();
            assert_eq!(set(&old[..depth]), set(&new[..depth]), "{query}: the same hits are the first {depth}");
            moved += usize::from(old != new);
            let counts = |r: &Results| (r.total, r.synonym_total, r.partial_total);
            assert_eq!(counts(&off), counts(&on));
            assert_eq!(off.facets, on.facets);
            let is_partial: Vec<bool> = on.hits.iter().map(|hit| hit.kind == Kind::Partial).collect();
            assert!(is_partial.is_sorted(), "{query}: a partial match before a full one");
            assert!(on.hits.iter().all(|hit| hit.score >= 0.0));
        }
    }
    assert!(moved > 0, "the stage moves nothing in these articles");
}

#[test]
fn by_date_the_stage_is_not_asked() {
    let archive = many();
    let order = |second_stage: usize, sort: Sort| {
        let request = Request { sort, second_stage, limit: 100, ..Request::new(parse("欠薪 仲裁")) };
        let results = search(&archive.snapshot(), &request, Synonyms::builtin()).unwrap();
        ids(&results).iter().map(|id| id.to_string()).collect::<Vec<String>>()
    };
    for sort in [Sort::Newest, Sort::Oldest] {
        assert_eq!(order(0, sort), order(60, sort));
    }
}

#[test]
fn any_query_passes_the_stage() {
    let archive = many();
    let long = "欠薪仲裁编号".repeat(300);
    for query in [
        "税",
        "欠",
        "的",
        "标题:第1篇",
        "导语:欠薪",
        "作者:李 欠薪",
        "整页:欠薪",
        "-欠薪",
        "欠薪 -仲裁",
        "欠薪 NEAR/30 仲裁",
        "同段:(欠薪 仲裁)",
        "欠*",
        "20%",
        "5.6 欠薪",
        "2021年",
        "(欠薪 OR 仲裁) 编号",
        "日期:2021",
        "ai",
        "𠀀 欠薪",
        &long,
    ] {
        let [off, on] = [0, 60].map(|stage| ask(&archive, query, stage));
        assert_eq!((off.total, off.partial_total), (on.total, on.partial_total), "{query}");
        let sets = [&off, &on].map(|results| results.hits.len());
        assert_eq!(sets[0], sets[1], "{query}");
        for hit in &on.hits {
            if let Some(stage) = hit.explanation.as_ref().and_then(|explanation| explanation.second_stage.as_ref()) {
                assert!(stage.value.is_finite(), "{query}: {stage:?}");
                let shares = stage.parts.iter().all(|part| (0.0..=1.001).contains(&part.share));
                assert!(shares, "{query}: {stage:?}");
            }
        }
    }
}
