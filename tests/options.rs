//! Tests of options that hold for every command: the language of messages, colour, quiet; ids by their beginning; the
//! output of exports.

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

/// Returns a desk with the corpus and its index.
fn indexed() -> Desk {
    let desk = Desk::with_corpus();
    desk.run(&["index", "corpus", "--quiet"]).exits(0);
    desk
}

fn has_han(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[test]
fn nothing_but_messages_changes_with_the_language() {
    let desk = indexed();
    for args in [
        &["search", "工会", "--format", "csv"][..],
        &["search", "外来工", "--format", "jsonl", "--synonyms"],
        &["concordance", "工资", "--format", "jsonl"],
        &["concordance", "工资"],
        &["timeline", "农民工", "--format", "csv", "--by", "year"],
        &["timeline", "农民工", "--format", "json"],
        &["compare", "农民工", "骑手", "--format", "csv"],
        &["facets", "工会", "--format", "json"],
        &["keywords", "骑手", "--format", "csv"],
        &["export", "--query", "骑手"],
        &["cite", "a4f2bf"],
        &["segment", "nothing found"],
    ] {
        let with = |lang: &str| desk.run(&[args, &["--lang", lang]].concat()).exits(0);
        let ((zh, said_zh), (en, said_en)) = (with("zh"), with("en"));
        assert_eq!(zh, en, "{args:?}");
        assert_eq!(said_zh.lines().count(), said_en.lines().count(), "{args:?}: {said_zh}{said_en}");
        assert!(said_en.is_empty() || said_zh != said_en, "{args:?}: {said_en}");
    }
}

#[test]
fn messages_and_help_follow_the_locale_and_the_option() {
    let desk = indexed();
    let run = |args: &[&str], locale: &str| desk.run(args).env("LC_ALL", locale);
    let (_, err) = run(&["search", "\"甲乙丙丁戊己\""], "zh_CN.UTF-8").exits(1);
    assert!(err.contains("没有找到") && !err.contains("nothing"), "{err}");
    let (_, err) = run(&["search", "\"甲乙丙丁戊己\"", "--lang", "en"], "zh_CN.UTF-8").exits(1);
    assert!(err.contains("nothing found"), "{err}");
    let (_, err) = run(&["search", "\"甲乙丙丁戊己\"", "--lang=zh"], "C").exits(1);
    assert!(err.contains("没有找到"), "{err}");
    for args in [&["--help"][..], &["search", "--help"], &["help", "compare"], &["help"]] {
        let (zh, _) = run(args, "zh_TW.UTF-8").exits(0);
        assert!(zh.contains("用法") && !zh.contains("Usage") && !zh.contains("[OPTIONS]"), "{args:?}: {zh}");
        let (en, _) = run(args, "C").exits(0);
        assert!(en.contains("Usage") && !en.contains("用法"), "{args:?}: {en}");
    }
    for args in [&["serch"][..], &["search", "--fromat", "csv"], &["compare"], &["search", "--format", "pdf", "x"]] {
        let (_, err) = run(args, "zh_CN.UTF-8").exits(2);
        assert!(has_han(&err) && !err.contains("error:"), "{args:?}: {err}");
        let (_, err) = run(args, "C").exits(2);
        assert!(err.contains("error:"), "{args:?}: {err}");
    }
    let (_, err) = run(&["stats", "--index", "nowhere"], "zh_CN.UTF-8").exits(2);
    assert!(err.starts_with("gongxun：nowhere：这里没有索引"), "{err}");
    desk.run(&["search", "工会", "--lang", "fr"]).exits(2);
}

#[test]
fn quiet_says_errors_alone() {
    let desk = indexed();
    let (out, err) = desk.run(&["search", "外来工", "--quiet"]).exits(0);
    assert!(!out.is_empty() && err.is_empty(), "{err}");
    let (_, err) = desk.run(&["show", "nobody", "--quiet"]).exits(2);
    assert!(err.contains("no article of this id"), "{err}");
    let (_, err) = desk.run(&["index", "corpus", "--quiet"]).exits(0);
    assert!(err.is_empty(), "{err}");
}

#[test]
fn colour_is_where_it_is_asked_for() {
    let desk = indexed();
    let colored = |args: &[&str], env: &[(&str, &str)]| {
        let mut run = desk.run(&[&["search", "工会"], args].concat());
        for (name, value) in env {
            run = run.env(name, value);
        }
        run.exits(0).0.contains('\x1b')
    };
    assert!(!colored(&[], &[]));
    assert!(colored(&["--color", "always"], &[]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn the_beginning_of_an_id_will_do_where_it_is_the_only_one() {
    let desk = Desk::new();
    let lines: String = ["abcd-1", "abcd-2", "xyz9-1"]
        .map(|id| format!("{{\"id\":\"{id}\",\"title\":\"{id}\",\"body\":\"工会。\"}}\n"))
        .concat();
    desk.write("in/a.jsonl", lines);
    desk.run(&["index", "in"]).exits(0);
    let (out, _) = desk.run(&["search", "工会", "--format", "jsonl"]).exits(0);
    let ids: Vec<String> = out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_string())
        .collect();
    assert_eq!(ids.len(), 3);
    for id in &ids {
        let beginning = &id[..id.len() - 4];
        if ids.iter().filter(|other| other.starts_with(beginning)).count() == 1 {
            let (short, _) = desk.run(&["show", beginning, "--format", "json"]).exits(0);
            let (whole, _) = desk.run(&["show", id, "--json"]).exits(0);
            assert_eq!(short, whole);
            desk.run(&["cite", beginning, "--style", "ris"]).exits(0);
            desk.run(&["reprints", beginning]).exits(1);
            desk.run(&["why-not", "工会", beginning]).exits(0);
        }
    }
    let (_, err) = desk.run(&["show", &ids[0][..2]]).exits(2);
    assert!(err.contains("no article of this id"), "{err}");
}

#[test]
fn the_version_names_schema_and_engine() {
    let (out, _) = Desk::new().run(&["--version"]).exits(0);
    assert!(out.starts_with("gongxun ") && out.contains("schema ") && out.contains("tantivy"), "{out}");
}

#[test]
fn exports_say_what_matches_how_where_more_was_asked_for() {
    let desk = indexed();
    let export = |args: &[&str]| desk.run(&[&["export", "--query", "外来工 OR 骑手"], args].concat()).exits(0).0;
    let matches = |out: &str| -> Vec<String> {
        let line = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["match"].to_string();
        out.lines().map(line).collect()
    };
    let typed = matches(&export(&[]));
    assert!(!typed.is_empty() && typed.iter().all(|kind| kind == "null"), "{typed:?}");
    let wide = matches(&export(&["--synonyms"]));
    assert_eq!(wide.iter().filter(|kind| *kind == "\"full\"").count(), typed.len());
    assert!(wide.iter().filter(|kind| *kind == "\"synonym\"").count() > 0, "{wide:?}");
    let csv = export(&["--synonyms", "--format", "csv"]);
    assert!(csv.starts_with("id,match,title,") && csv.lines().count() == wide.len() + 1, "{csv}");
    assert_eq!(csv.matches(",synonym,").count(), wide.iter().filter(|kind| *kind == "\"synonym\"").count());
    // An index can be built from an export with the field `match`.
    desk.run(&["export", "--query", "外来工", "--synonyms", "--output", "again.jsonl"]).exits(0);
    desk.run(&["index", "again.jsonl", "--index", "other"]).exits(0);
    // Filters work as in other commands.
    let (out, _) = desk.run(&["export", "--editor", "梁禾", "--from", "2019"]).exits(0);
    assert!(out.lines().count() > 0 && out.lines().all(|line| line.contains("梁禾")), "{out}");
}

#[test]
fn the_page_of_a_newspaper_is_cited() {
    let desk = Desk::new();
    let body = "岚州湖畔的工会驿站昨天开门。环卫工人走进驿站，喝上了热水。工会干部说，驿站全年开放。".repeat(6);
    desk.write("in/a.txt", format!("工会驿站开门\n《岚州日报》 2019年05月17日 星期五 第04版：劳动关系\n{body}\n"));
    desk.run(&["index", "in"]).exits(0);
    let (out, _) = desk.run(&["search", "驿站", "--format", "gbt7714"]).exits(0);
    assert!(out.contains("岚州日报, 2019-05-17(4)"), "{out}");
}

#[test]
fn pictures_are_drawn_of_counts_over_time() {
    let desk = indexed();
    for args in [
        &["compare", "农民工", "<&>", "--format", "svg"][..],
        &["compare", "农民工", "骑手", "--per", "characters", "--format", "svg"],
        &["timeline", "工会", "--by", "month", "--format", "svg"],
        &["timeline", "工会", "--by", "day", "--format", "svg"],
        &["terms", "农民工", "--format", "svg"],
    ] {
        let (out, _) = desk.run(args).exits(0);
        assert!(out.starts_with("<svg") && out.trim_end().ends_with("</svg>"), "{args:?}: {out}");
        assert!(out.contains("<polyline") || out.contains("<circle"), "{args:?}");
        assert!(!out.contains("<&>"), "a query is text in a picture: {out}");
    }
    let (out, _) = desk.run(&["timeline", "工会", "--by", "month", "--format", "svg", "--lang", "zh"]).exits(0);
    assert!(out.contains("档案中没有文章"), "{out}");
    desk.run(&["compare", "\"甲乙丙丁戊己\"", "--format", "svg"]).exits(1);
    let (_, err) = desk.run(&["facets", "工会", "--format", "svg"]).exits(2);
    assert!(err.contains("counts over time"), "{err}");
}

#[test]
fn keywords_collocations_and_terms_answer_bad_input() {
    let desk = indexed();
    let (_, err) = desk.run(&["collocations", "--editor", "梁禾"]).exits(2);
    assert!(err.contains("has no occurrences"), "{err}");
    desk.run(&["keywords", "--editor", "梁禾"]).exits(0);
    desk.run(&["keywords", "没有这样的词语"]).exits(1);
    desk.run(&["collocations", "工会", "--window", "0"]).exits(1);
    desk.run(&["collocations", "工会", "--window", "99999999999"]).exits(0);
    let (_, err) = desk.run(&["terms", "驿站"]).exits(0);
    assert!(err.contains("no synonym of it is known"), "{err}");
    desk.run(&["terms", "没有这样的词语"]).exits(1);
    desk.run(&["terms", "，"]).exits(1);
}
