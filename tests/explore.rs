//! Tests of exploring an archive by a query or an article: timelines, explanations, similar articles, why-not,
//! suggestions; and of their commands.

#[path = "support/archive.rs"]
mod archive;

use std::process::{Command, Output};

use archive::Archive;
use gongxun_core::article::ArticleId;
use gongxun_core::control::Control;
use gongxun_core::index::Snapshot;
use gongxun_core::query::parse;
use gongxun_core::search::explain::TokenKind;
use gongxun_core::search::similar::{similar, telling_words};
use gongxun_core::search::suggest::{complete, did_you_mean};
use gongxun_core::search::timeline::{Step, timeline};
use gongxun_core::search::why_not::{Verdict, why_not};
use gongxun_core::search::{Breadth, Request, search};
use gongxun_text::synonyms::Synonyms;

/// Title, date, body; the first article has further fields.
const ARTICLES: [(&str, &str, &str); 12] = [
    ("工会维护农民工权益", "2024-01-05", "记者从总工会获悉，农民工工资有了保障。\n欠薪的包工头被查处。"),
    ("外卖骑手加入工会", "2024-01-20", "外卖骑手张三加入了工会，平台企业开展集体协商。"),
    ("集体协商在平台企业", "2024-03-02", "平台企业与外卖骑手开展集体协商，工会代表签订集体合同。"),
    ("天气晴好", "2024-03-03", "今天天气晴好，适合出行。"),
    ("春季赏花", "2024-03-04", "公园里的樱花开了，看樱花的游客很多。"),
    ("农村道路", "2023-05-01", "农村道路修好了，农民出行方便。"),
    ("工伤保险", "2023-05-09", "工伤保险覆盖新就业形态劳动者，劳动能力鉴定免费。"),
    ("工伤认定", "2025-02-01", "工伤认定的标准有规定，劳动能力鉴定要申请。"),
    ("傳統藝術", "2025-02-11", "戲曲進校園，學生很喜歡。"),
    ("无日期", "", "工会的老照片。"),
    ("足球比赛", "2025-02-12", "昨晚的足球比赛很精彩，主队获胜。"),
    ("樱花摄影比赛", "2025-03-12", "公园里举行樱花摄影比赛，游客参加。"),
];

fn archive() -> Archive {
    let archive = Archive::new();
    for (n, (title, date, body)) in ARTICLES.iter().enumerate() {
        let mut article = serde_json::json!({"id": n.to_string(), "title": title, "body": body});
        if !date.is_empty() {
            article["date"] = (*date).into();
        }
        if n == 0 {
            article["source"] = "中工网-工人日报".into();
            article["credits"] =
                serde_json::json!([{"role": "记者", "name": "郭振纲"}, {"role": "编辑", "name": "肖天"}]);
        }
        archive.write(&format!("{n}.json"), article.to_string());
    }
    archive.ingest();
    archive
}

fn id(snapshot: &Snapshot, title: &str) -> ArticleId {
    let found = snapshot.all().map(|found| found.unwrap().1).find(|article| article.title == title);
    found.unwrap_or_else(|| panic!("no article {title}")).id
}

#[test]
fn timelines_count_matches_beside_all_articles() {
    let snapshot = archive().snapshot();
    let check = |query: &str, step: Step, total: u64, undated: u64, expect: &str| {
        let found = timeline(&snapshot, &Request::new(parse(query)), Synonyms::builtin(), step).unwrap();
        let periods: Vec<String> = found
            .periods
            .iter()
            .map(|p| {
                let gap = p.gap.as_ref().map(|gap| format!("({}..{}) ", gap.from, gap.to)).unwrap_or_default();
                format!("{gap}{} {}/{}", p.name, p.count, p.all)
            })
            .collect();
        assert_eq!((found.total, found.undated, periods.join(", ").as_str()), (total, undated, expect), "{query}");
    };
    check("工会", Step::Year, 4, 1, "2023 0/2, 2024 3/5, 2025 0/4");
    check(
        "\"工会\"",
        Step::Month,
        4,
        1,
        "2023-05 0/2, (2023-06..2023-12) 2024-01 2/2, (2024-02..2024-02) 2024-03 1/3, (2024-04..2025-01) 2025-02 0/3, \
         2025-03 0/1",
    );
    check("工会 date:2024-03", Step::Day, 1, 0, "2024-03-02 1/1, 2024-03-03 0/1, 2024-03-04 0/1");
    check("没有这个词", Step::Year, 0, 0, "2023 0/2, 2024 0/5, 2025 0/4");
    check("date:2023", Step::Year, 2, 0, "2023 2/2");
}

#[test]
fn a_score_is_the_sum_of_its_parts() {
    let snapshot = archive().snapshot();
    for query in ["工会", "农民工工资 保障", "\"集体协商\"", "郭振纲", "title:工伤", "工伤 OR 樱花", "欠薪*"]
    {
        let request = Request { explain: true, ..Request::new(parse(query)) };
        let results = search(&snapshot, &request, Synonyms::builtin()).unwrap();
        assert!(!results.hits.is_empty(), "{query}");
        for hit in results.hits {
            let explanation = hit.explanation.unwrap();
            let sum: f32 = explanation.parts.iter().map(|part| part.score).sum::<f32>() + explanation.rest;
            assert!((sum - hit.score).abs() < 1e-3, "{query}: {sum} and {}", hit.score);
            assert!(
                !explanation.parts.is_empty() && explanation.parts.iter().all(|part| part.frequency > 0),
                "{query}"
            );
        }
    }
    let request = Request { explain: true, ..Request::new(parse("樱花")) };
    let hits = search(&snapshot, &request, Synonyms::builtin()).unwrap().hits;
    let hit = hits.into_iter().find(|hit| hit.article.title == "春季赏花").unwrap();
    let parts = hit.explanation.unwrap().parts;
    let word =
        parts.iter().find(|part| part.token == "樱花" && part.text == "body" && part.kind == TokenKind::Word).unwrap();
    assert_eq!((word.frequency, word.articles), (2, 2));
    let plain = search(&snapshot, &Request::new(parse("工伤")), Synonyms::builtin()).unwrap();
    assert!(plain.hits[0].explanation.is_none());
}

#[test]
fn dates_are_kept_to_the_day() {
    let snapshot = archive().snapshot();
    for (query, expect) in [
        ("date:2023-04", 0),
        ("date:2023-05-01..2023-05-08", 1),
        ("date:2023-05-02..2023-05-08", 0),
        ("date:2024-01-05", 1),
        ("date:2024-01-06..2024-01-19", 0),
        ("date:2024-01-06..2024-01-20", 1),
        ("date:<=2023", 2),
        ("date:2022", 0),
        ("date:2026", 0),
    ] {
        let results = search(&snapshot, &Request::new(parse(query)), Synonyms::builtin()).unwrap();
        assert_eq!(results.total, expect, "{query}");
    }
}

#[test]
fn similar_articles_share_telling_words() {
    let snapshot = archive().snapshot();
    for (title, expect) in
        [("外卖骑手加入工会", "集体协商在平台企业"), ("工伤保险", "工伤认定"), ("春季赏花", "樱花摄影比赛")]
    {
        let found = similar(&snapshot, &id(&snapshot, title), 5, &Control::default()).unwrap().unwrap();
        let titles: Vec<&str> = found.hits.iter().map(|hit| hit.article.title.as_str()).collect();
        assert_eq!(titles.first(), Some(&expect), "{title}: {titles:?}, {:?}", found.notes);
        assert!(!titles.contains(&title), "{title} is like itself");
    }
    let address = snapshot.find(&id(&snapshot, "春季赏花")).unwrap().unwrap();
    let words = telling_words(&snapshot, &snapshot.article(address).unwrap()).unwrap();
    assert!(words.iter().all(|(word, _)| word.chars().count() >= 2), "{words:?}");
    assert!(similar(&snapshot, &ArticleId("nobody".into()), 5, &Control::default()).unwrap().is_none());
}

#[test]
fn what_is_told_to_stop_says_so() {
    let snapshot = archive().snapshot();
    let id = id(&snapshot, "外卖骑手加入工会");
    let flag = std::sync::atomic::AtomicBool::new(true);
    let stopped = Control::default().stop(&flag);
    let found = similar(&snapshot, &id, 5, &stopped).unwrap().unwrap();
    assert!(found.cut_short && found.hits.is_empty(), "{found:?}");
    let request = Request::new(parse("工会"));
    let interrupted = |error| matches!(error, gongxun_core::error::Error::Interrupted);
    assert!(interrupted(why_not(&snapshot, &request, Synonyms::builtin(), &id, &stopped).unwrap_err()));
    assert!(interrupted(complete(&snapshot, "工", 5, &stopped).unwrap_err()));
    assert!(interrupted(complete(&snapshot, "gong", 5, &stopped).unwrap_err()));
}

#[test]
fn why_an_article_is_not_among_the_hits() {
    let snapshot = archive().snapshot();
    let id = id(&snapshot, "工会维护农民工权益");
    let check = |query: &str, verdict: Verdict, expect: &[(&str, bool, &str)]| {
        let request = Request { breadth: Breadth::Wide, ..Request::new(parse(query)) };
        let answer = why_not(&snapshot, &request, Synonyms::builtin(), &id, &Control::default()).unwrap().unwrap();
        assert_eq!(answer.verdict, verdict, "{query}: {:?}", answer.clauses);
        assert_eq!(answer.place.is_some(), verdict != Verdict::NotFound, "{query}");
        let clauses: Vec<_> = answer.clauses.iter().map(|c| (c.text.as_str(), c.holds)).collect();
        assert_eq!(clauses, expect.iter().map(|(text, holds, _)| (*text, *holds)).collect::<Vec<_>>(), "{query}");
        for (clause, (_, _, why)) in answer.clauses.iter().zip(expect) {
            assert!(clause.why.contains(why), "{query}: {:?} says nothing of {why}", clause.why);
        }
    };
    use Verdict::{Full, NotFound, Partial};
    check("工会", Full, &[("工会", true, "«工会»维护")]);
    check("工会 骑手", Partial, &[("工会", true, ""), ("骑手", false, "nor any part")]);
    check("\"农民工工资条\"", NotFound, &[("\"农民工工资条\"", false, "，«农民工工资»有了保障")]);
    check("date:2025", NotFound, &[("date:2025-01-01..2025-12-31", false, "2024-01-05, before 2025-01-01")]);
    check("source:新华社", NotFound, &[("source:\"新华社\"", false, "中工网-工人日报, 中工网, 工人日报")]);
    check("author:王五", NotFound, &[("author:\"王五\"", false, "郭振纲")]);
    check("section:维权", NotFound, &[("section:\"维权\"", false, "no section")]);
    check("title:包工头", NotFound, &[("title:包工头", false, "not in the title: body")]);
    check("工会 -欠薪", NotFound, &[("工会", true, ""), ("-欠薪", false, "«欠薪»")]);
    check("\"欠薪 工会\"~2", NotFound, &[("\"欠薪 工会\"~2", false, "at the nearest within 1")]);
    check("骑手 OR 包工头", Full, &[("骑手 OR 包工头", true, ""), ("骑手", false, ""), ("包工头", true, "")]);
    check("樱花*", NotFound, &[("樱花*", false, "not there")]);
    check("", NotFound, &[]);
}

#[test]
fn what_may_have_been_meant() {
    let snapshot = archive().snapshot();
    let check = |query: &str, expect: Option<&str>| {
        let request = Request::new(parse(query));
        let results = search(&snapshot, &request, Synonyms::builtin()).unwrap();
        assert_eq!(results.total, 0, "{query}: a suggestion must match nothing by itself");
        let first = results.suggestions.first().map(|suggestion| suggestion.query.as_str());
        assert_eq!(first, expect, "{query}: {:?}", results.suggestions);
        assert!(results.suggestions.iter().all(|suggestion| suggestion.articles > 0), "{query}");
        assert_eq!(results.suggestions, did_you_mean(&snapshot, &request).unwrap());
    };
    check("工汇", Some("工会"));
    check("gonghui", Some("工会"));
    check("gong hui", Some("工会"));
    check("Gonghui 平台企业", Some("工会 平台企业"));
    check("\"工汇\"", Some("\"工会\""));
    check("郭镇刚", Some("郭振纲"));
    check("guozhengang", Some("郭振纲"));
    check("外卖骑首加入", Some("外卖骑手加入"));
    check("嘤花 足求", None);
    check("嘤花 游客", Some("樱花 游客"));
    check("xyzxyz", None);
    check("", None);
    // A query with full matches needs no suggestion, and pinyin never matches silently.
    let results = search(&snapshot, &Request::new(parse("工会")), Synonyms::builtin()).unwrap();
    assert!(results.total > 0 && results.suggestions.is_empty());
}

#[test]
fn prefixes_are_completed() {
    let snapshot = archive().snapshot();
    let words = |prefix: &str| -> Vec<String> {
        complete(&snapshot, prefix, 5, &Control::default())
            .unwrap()
            .into_iter()
            .map(|completion| completion.word)
            .collect()
    };
    assert!(words("工").contains(&"工会".to_string()) && words("工").iter().all(|word| word.starts_with('工')));
    assert!(words("gongh").contains(&"工会".to_string()), "{:?}", words("gongh"));
    assert!(words("").is_empty() && words("没有这个").is_empty());
}

/// Runs the program over the archive's index.
fn gongxun(archive: &Archive, args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_gongxun"))
        .arg("--index")
        .arg(archive.index())
        .args(args)
        .env_remove("NO_COLOR")
        .env_remove("GONGXUN_SYNONYMS")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[test]
fn the_command_line_prints_data_on_stdout_and_remarks_on_stderr() {
    let archive = archive();
    let own = id(&archive.snapshot(), "外卖骑手加入工会").0;
    // Arguments, exit code, a part of stdout, a part of stderr.
    let cases: &[(&[&str], i32, &str, &str)] = &[
        (&["search", "工会", "--format", "csv"], 0, "id,match,title,date,source,outlets", ""),
        (&["search", "工会", "--format", "ris"], 0, "TY  - ", ""),
        (&["search", "工会", "--format", "bibtex"], 0, "@", ""),
        (&["search", "郭振纲", "--format", "gbt7714"], 0, "郭振纲", ""),
        (&["search", "没有这个词吧", "--format", "csv", "--exact"], 1, "id,match,title", ""),
        (&["search", "樱花", "--explain"], 0, "word 樱花 2 times in the body", "articles"),
        (&["search", "工会 协商", "--explain"], 0, "the article holds 工会", "articles"),
        (&["search", "工会 协商", "--explain", "--second-stage", "1"], 0, "score ", "articles"),
        (&["search", "工汇"], 1, "", "did you mean 工会?"),
        (&["search", "gonghui", "--format", "json"], 1, "\"kind\":\"suggestion\"", ""),
        (&["timeline", "工会"], 0, "no article in the archive", "4 of 12 articles"),
        (
            &["timeline", "工会", "--by", "year", "--json"],
            0,
            "{\"period\":\"2024\",\"count\":3,\"all\":5,\"share\":0.6,\"occurrences\":5}",
            "",
        ),
        (&["timeline", "没有这个词", "--exact"], 1, "", "0 of 12"),
        (&["facets", "工会"], 0, "month", "4 articles"),
        (
            &["facets", "工会", "--json", "--from", "2024-02"],
            0,
            "{\"value\":\"2024-03\",\"count\":1,\"occurrences\":1}",
            "",
        ),
        (&["similar", &own], 0, "«集体协商»在«平台企业»", "looked for"),
        (&["similar", &own, "--json"], 0, "\"hits\":[{", ""),
        (&["similar", "nobody"], 2, "", "an id is what search prints"),
        (&["why-not", "工会", "欠薪", &own], 0, "NO   欠薪", ""),
        (&["why-not", "-工会", &own, "--json"], 0, "\"verdict\":\"not-found\"", ""),
        (&["why-not", "工会", &own, "--source", "新华社"], 0, "NO   source:\"新华社\": it has no source", ""),
        (&["why-not", "工会", &own, "--from", "2024-02"], 0, "NO   date:>=2024-02-01: its date is 2024-01-20", ""),
        (&["why-not", "工会", &own, "--author", "郭振纲", "--section", "要闻"], 0, "it has no section", ""),
        (&["facets", "工会", "--author", "郭振纲"], 0, "中工网-工人日报 1", "1 article"),
        (&["timeline", "工会", "--outlet", "工人日报", "--by", "year"], 0, "2024", "1 of 12"),
        (&["timeline", "工会", "--section", "要闻"], 1, "", "0 of 12"),
        (&["timeline", "工会", "--all-copies"], 0, "", "4 of 12"),
        (&["complete", "工"], 0, "工会", ""),
        (&["verify", "--sample", "40"], 0, "sound: generation 1", ""),
    ];
    for (args, code, stdout, stderr) in cases {
        let (got, out, err) = gongxun(&archive, args);
        assert_eq!(got, *code, "{args:?}: {out}{err}");
        assert!(out.contains(stdout), "{args:?}: {stdout} is not in {out}");
        assert!(err.contains(stderr), "{args:?}: {stderr} is not in {err}");
    }
}

/// A user's synonyms are used beside the built-in ones, in every command with a query, and never with `--exact`.
#[test]
fn synonyms_of_the_user() {
    let archive = archive();
    let own = id(&archive.snapshot(), "春季赏花").0;
    let file = archive.write("../synonyms.tsv", "# mine\nflowers\t看花人\t樱花\nseveral words\t游园的人们\t游客\n");
    let bad = archive.write("../bad.tsv", "\n只有一个\n");
    let (gbk, _, _) = encoding_rs::GBK.encode("花名\t看花人\t樱花\n");
    let gbk = archive.write("../gbk.tsv", gbk);
    let [file, bad, gbk] = [&file, &bad, &gbk].map(|path| path.to_str().unwrap());
    let cases: &[(&[&str], i32, &str, &str)] = &[
        (&["search", "看花人"], 1, "", "nothing found"),
        (&["search", "看花人", "--synonym-file", file], 0, "«樱花»", "看花人 also finds 樱花"),
        (&["search", "看花人", "--synonym-file", gbk], 0, "«樱花»", "看花人 also finds 樱花"),
        (&["search", "游园的人们", "--synonym-file", file], 0, "«游客»", "游园的人们 also finds 游客"),
        (&["search", "樱花 游园的人们", "--synonym-file", file], 0, "«樱花»", "0 articles, 2 more by a synonym"),
        (&["search", "-看花人", "--synonym-file", file], 0, "", "12 articles"),
        (&["search", "看花人", "--synonym-file", file, "--exact"], 1, "", "nothing found"),
        (&["facets", "看花人", "--synonym-file", file, "--synonyms"], 0, "2024-03 0 + 1 by a synonym", "2 more by"),
        (&["timeline", "看花人", "--synonym-file", file, "--synonyms"], 0, "0 + 1 by a synonym of 3", "2 of 12"),
        (&["timeline", "看花人", "--synonym-file", file], 1, "", "2 articles more by a synonym (樱花); --synonyms"),
        (&["why-not", "看花人", &own, "--synonym-file", file], 0, "«樱花»", ""),
        (&["search", "工会", "--synonym-file", bad], 2, "", "bad.tsv: line 2: a group is"),
        (&["search", "工会", "--synonym-file", "nowhere.tsv"], 2, "", "nowhere.tsv: No such file"),
    ];
    for (args, code, stdout, stderr) in cases {
        let (got, out, err) = gongxun(&archive, args);
        assert_eq!(got, *code, "{args:?}: {out}{err}");
        assert!(out.contains(stdout), "{args:?}: {stdout} is not in {out}");
        assert!(err.contains(stderr), "{args:?}: {stderr} is not in {err}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_gongxun"))
        .args(["search", "看花人", "--index"])
        .arg(archive.index())
        .env("GONGXUN_SYNONYMS", file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "the environment names the file");
}

#[test]
fn damage_is_told_with_the_file_and_costs_one_article() {
    let archive = archive();
    let folder = archive.snapshot().generation.folder();
    let files = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let store = files.into_iter().find(|path| path.extension().is_some_and(|e| e == "store")).unwrap();
    let mut bytes = std::fs::read(&store).unwrap();
    bytes[20] ^= 0x10;
    std::fs::write(&store, bytes).unwrap();
    let name = store.file_name().unwrap().to_str().unwrap();
    let (code, out, _) = gongxun(&archive, &["verify"]);
    assert!(code == 2 && out.contains(name) && out.contains("NOT SOUND"), "{out}");
    let (code, out, err) = gongxun(&archive, &["search", "工会"]);
    let is_named = err.contains("can't be read") && err.contains(" of in/");
    assert!(code == 0 && out.contains("«工会»") && is_named && !err.contains("panicked"), "{out}{err}");
}
