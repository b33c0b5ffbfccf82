//! Tests of the command line, run as a person runs it: the output on each stream, and the exit code.

#[path = "support/desk.rs"]
mod desk;

use std::path::Path;
use std::process::Command;

use desk::Desk;
use gongxun_core::view::clean;

#[test]
fn one_command_searches_the_corpus_and_a_second_reads_nothing_again() {
    let desk = Desk::with_corpus();
    let (out, err) = desk.run(&["search", "工会", "--corpus", "corpus"]).exits(0);
    assert!(err.contains(" new + 0 changed + 0 unchanged + "), "{err}");
    let first: Vec<&str> = out.lines().take(4).collect();
    assert!(first[0].starts_with("1. "), "{out}");
    assert!(first[1].trim_start().starts_with("20") && first[1].contains("编辑 "), "{out}");
    assert!(first[2].contains('«') && first[2].contains('»'), "{out}");

    let (again, err) = desk.run(&["search", "工会", "--corpus", "corpus"]).exits(0);
    assert_eq!(out, again);
    assert!(!err.contains("records read"), "{err}");
    let (_, err) = desk.run(&["index", "corpus"]).exits(0);
    assert!(err.contains("= 0 new + 0 changed + "), "{err}");
    let files = err.rsplit_once('(').unwrap().1;
    let numbers: Vec<u64> = files.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    assert_eq!(numbers[0], numbers[1], "every file is unchanged: {err}");
}

#[test]
fn json_is_as_documented() {
    let desk = Desk::with_corpus();
    let (out, _) = desk.run(&["search", "工会", "--corpus", "corpus", "--format", "json", "--facets"]).exits(0);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    for key in ["query", "notes", "total", "synonym_total", "partial_total", "took_ms", "index", "hits", "facets"] {
        assert!(answer.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(answer["index"]["generation"], 1);
    for hit in answer["hits"].as_array().unwrap() {
        for key in [
            "id",
            "score",
            "match",
            "title",
            "date",
            "source",
            "outlets",
            "editor",
            "authors",
            "credits",
            "matched_credits",
            "url",
            "origin",
            "snippet",
            "marks",
            "reprints",
            "partial",
        ] {
            assert!(hit.get(key).is_some(), "{key} is missing");
        }
        let text: Vec<char> = hit["snippet"]["text"].as_str().unwrap().chars().collect();
        for mark in hit["snippet"]["marks"].as_array().unwrap() {
            let (start, end) = (mark[0].as_u64().unwrap() as usize, mark[1].as_u64().unwrap() as usize);
            let marked: String = text[start..end].iter().collect();
            assert!(["工会", "工會", "總工會", "总工会", "全总"].contains(&marked.as_str()), "{marked}");
        }
    }
    let months = answer["facets"]["month"].as_array().unwrap();
    assert!(months.windows(2).all(|pair| pair[0]["value"].as_str() < pair[1]["value"].as_str()));
}

/// Exports hold the full matches, all of them; synonym and partial matches are marked in columns, and a limit that cuts
/// is reported.
#[test]
fn exports_hold_all_that_was_typed_and_say_what_more_there_is() {
    let desk = Desk::new();
    let mut lines = String::new();
    for n in 0..30u32 {
        // No article is a near-duplicate of another.
        let text: String = (0..12).filter_map(|k| char::from_u32(0x4E00 + 97 * n + 7 * k)).collect();
        lines.push_str(&format!(
            "{{\"id\":\"{n}\",\"title\":\"工会{n}号\",\"body\":\"{text}，工会开门。\",\"date\":\"2024-05-01\",\
             \"credits\":[{{\"role\":\"责任编辑\",\"name\":\"肖天\"}},{{\"role\":\"审核\",\"name\":\"梁禾\"}}]}}\n"
        ));
    }
    lines
        .push_str("{\"id\":\"31\",\"title\":\"外来的人\",\"body\":\"进城务工的人在看花。\",\"date\":\"2023-05-01\"}\n");
    desk.write("a.jsonl", lines).write("own.tsv", "note\t赏花人\t看花\n");
    desk.run(&["index", "a.jsonl"]).exits(0);
    let (out, err) = desk.run(&["search", "工会", "--format", "csv"]).exits(0);
    assert_eq!(out.lines().count(), 31, "{err}");
    assert!(out.lines().nth(1).unwrap().contains(",full,") && out.contains("责任编辑:肖天;审核:梁禾"), "{out}");
    let (out, err) = desk.run(&["search", "工会", "--format", "jsonl", "--limit", "5"]).exits(0);
    assert!(out.lines().count() == 5 && err.contains("25 more match"), "{err}");
    for (format, mark) in [("ris", "ER  - "), ("bibtex", "@misc"), ("gbt7714", "[EB/OL]")] {
        let (out, _) = desk.run(&["search", "工会", "--format", format]).exits(0);
        assert_eq!(out.matches(mark).count(), 30, "{format}");
    }
    // A file for spreadsheets begins with a byte order mark, unless that is turned off.
    for (bom, begins) in [("--bom", "\u{FEFF}id,"), ("--bom=false", "id,")] {
        desk.run(&["search", "工会", "--format", "csv", "--output", "o.csv", bom]).exits(0);
        let file = std::fs::read_to_string(desk.path("o.csv")).unwrap();
        assert!(file.starts_with(begins) && file.lines().count() == 31, "{file}");
    }
    desk.run(&["search", "工会", "--format", "csv", "--output", "o.csv"]).exits(0);
    assert!(std::fs::read_to_string(desk.path("o.csv")).unwrap().starts_with('\u{FEFF}'));
    let (out, _) = desk.run(&["search", "工会", "--format", "csv", "--bom"]).exits(0);
    assert!(out.starts_with('\u{FEFF}'));

    // A synonym match is not a full match.
    let own = ["--synonym-file", "own.tsv"];
    let run = |args: &[&str], code: i32| desk.run(&[args, &own].concat()).exits(code);
    let (out, err) = run(&["search", "赏花人", "--format", "csv"], 1);
    assert!(out.lines().count() == 1 && err.contains("1 article more by a synonym (看花)"), "{err}");
    let (out, _) = run(&["search", "赏花人", "--format", "csv", "--synonyms"], 0);
    assert!(out.lines().nth(1).unwrap().contains(",synonym,"), "{out}");
    let (out, _) = run(&["timeline", "赏花人", "--by", "year", "--json"], 1);
    let timeline: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&timeline["total"], &timeline["synonym_total"], &timeline["partial_total"]),
        (&0.into(), &1.into(), &0.into())
    );
    let (out, _) = run(&["timeline", "赏花人", "--by", "year", "--format", "csv", "--synonyms"], 0);
    assert_eq!(
        out.lines().collect::<Vec<_>>(),
        ["period,count,synonym_count,all,occurrences", "2023,0,1,1,3", "2024,0,0,30,0"]
    );
    let (out, _) = run(&["facets", "赏花人 OR 工会", "--format", "csv", "--synonyms", "--partial"], 0);
    assert!(out.starts_with("facet,value,count,synonym_count,partial_count,occurrences\r\n"), "{out}");
    assert!(out.contains("month,2023-05,0,1,0,3\r\n") && out.contains("month,2024-05,30,0,0,"), "{out}");
    run(&["search", "赏花人"], 0);
    run(&["search", "赏花人", "--no-synonyms"], 1);
    run(&["search", "工会 天文馆", "--no-partial"], 1);
    let (_, err) = run(&["search", "工会", "--exact", "--synonyms"], 2);
    assert!(err.contains("--exact"), "{err}");

    // A filter alone, and the credit that it asks for.
    let (out, _) = desk.run(&["search", "--editor", "梁禾"]).exits(0);
    assert!(
        out.lines().nth(1).unwrap().contains("编辑 肖天") && out.lines().nth(1).unwrap().contains("审核 «梁禾»"),
        "{out}"
    );
    let (out, _) = desk.run(&["search", "--editor", "梁禾", "--format", "json", "--limit", "1"]).exits(0);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["hits"][0]["matched_credits"], serde_json::json!([{"role": "审核", "name": "梁禾"}]));
    assert_eq!((&answer["total"], &answer["hits"][0]["match"]), (&30.into(), &"full".into()));
    desk.run(&["search"]).exits(2);
    let (_, err) = desk.run(&["search", "工会", "--from", "2025", "--to", "2024"]).exits(1);
    assert!(err.contains("ends before it begins"), "{err}");
    let (_, err) = desk.run(&["search", "工会", "--deadline", "0"]).exits(1);
    assert!(err.contains("ended before it was done"), "{err}");
    desk.run(&["search", "工会", "--deadline", "60"]).exits(0);
}

#[test]
fn the_exit_code_tells_found_nothing_and_error() {
    let desk = Desk::new();
    desk.write(
        "a.jsonl",
        "{\"title\":\"工会驿站\",\"body\":\"环卫工歇脚。\",\"date\":\"2024-05-01\",\"editor\":\"肖天\"}\n",
    );
    let (_, err) = desk.run(&["search", "工会"]).exits(2);
    assert!(err.contains("index: no index here") && err.contains("gongxun index PATH"), "{err}");
    desk.run(&["index", "a.jsonl"]).exits(0);
    desk.run(&["search", "工会"]).exits(0);
    desk.run(&["search", "罢工潮"]).exits(1);
    desk.run(&["search", "工会", "-环卫工"]).exits(1);
    desk.run(&["search", "工会", "--editor", "肖天", "--from", "2024-05", "--to", "2024"]).exits(0);
    desk.run(&["search", "工会", "--from", "2024-06"]).exits(1);
    let (_, err) = desk.run(&["search", "工会", "--from", "2月30日"]).exits(2);
    assert!(err.contains("--from 2月30日"), "{err}");
    let (_, err) = desk.run(&["search", "工会", "--limt", "3"]).exits(2);
    assert!(err.contains("--limt"), "{err}");
    let (_, err) = desk.run(&["show", "nonsense"]).exits(2);
    assert!(err.contains("nonsense: no article"), "{err}");
    let (_, err) = desk.run(&["index", "nowhere"]).exits(2);
    assert!(err.contains("nowhere"), "{err}");
}

#[test]
fn bad_input_is_named_and_the_rest_goes_on() {
    let desk = Desk::new();
    let mut lines: Vec<String> =
        (0..6_000).map(|n| format!("{{\"id\":\"{n}\",\"title\":\"第{n}号\",\"body\":\"正文。\"}}")).collect();
    lines[4_999] = "{\"title\":\"断了".into();
    lines[10] = "{\"title\":\"没有这一天\",\"body\":\"正文。\",\"date\":\"2月30日\"}".into();
    desk.write("in/many.jsonl", lines.join("\n"));
    desk.write("in/empty.txt", "").write("in/binary.html", [0u8, 159, 146, 150, 0, 255, 0, 1].repeat(50));
    let whole = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/crawl.warc.gz")).unwrap();
    desk.write("in/half.warc.gz", &whole[..whole.len() * 2 / 3]);
    let (_, err) = desk.run(&["index", "in", "--report", "rejected.jsonl"]).exits(0);
    let report = std::fs::read_to_string(desk.path("rejected.jsonl")).unwrap();
    let rejected: Vec<serde_json::Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let reason = |file: &str| -> Vec<&str> {
        rejected.iter().filter(|r| r["file"] == file).map(|r| r["reason"].as_str().unwrap()).collect()
    };
    assert_eq!(reason("in/many.jsonl"), ["bad-json"]);
    assert_eq!(rejected.iter().find(|r| r["file"] == "in/many.jsonl").unwrap()["record"], 5_000);
    assert_eq!(reason("in/empty.txt"), ["empty"]);
    assert_eq!(reason("in/binary.html"), ["binary"]);
    assert!(reason("in/half.warc.gz").contains(&"damaged"), "{report}");
    assert!(err.contains("records read = "), "{err}");
    desk.run(&["search", "\"第5999号\""]).exits(0);
    let (out, _) = desk.run(&["search", "没有这一天", "--format", "jsonl"]).exits(0);
    assert!(out.contains("\"date\":null"), "{out}");
    desk.run(&["index", "in", "--strict", "--dry-run"]).exits(2);
}

#[test]
fn an_index_that_can_not_be_used_says_why() {
    let desk = Desk::new();
    desk.write("a.jsonl", "{\"title\":\"工会\",\"body\":\"正文。\"}\n").run(&["index", "a.jsonl"]).exits(0);
    let settings = desk.path("index/gen-000001/generation.json");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("\"schema\": ", "\"schema\": 9")).unwrap();
    let (_, err) = desk.run(&["search", "工会"]).exits(2);
    assert!(err.contains("gen-000001") && err.contains("gongxun reindex"), "{err}");
    std::fs::write(&settings, &text).unwrap();
    let older = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/index-schema-3/index");
    desk::copy(&older, &desk.path("older"));
    for command in [&["verify"][..], &["snapshot", "copy"], &["export"], &["search", "工会"]] {
        let (_, err) = desk.run(&[command, &["--index", "older"]].concat()).exits(2);
        assert!(err.contains("gongxun upgrade") && !err.to_lowercase().contains("damage"), "{command:?}: {err}");
    }

    let lock = std::fs::OpenOptions::new().write(true).open(desk.path("index/LOCK")).unwrap();
    lock.lock().unwrap();
    let (_, err) = desk.run(&["index", "a.jsonl"]).exits(2);
    assert!(err.contains("another gongxun writes"), "{err}");
    let (_, err) = desk.run(&["search", "工会", "--corpus", "a.jsonl"]).exits(0);
    assert!(err.contains("searching the index as it is"), "{err}");
    drop(lock);

    desk.write("words.txt", "工会正文 5\n");
    let (_, err) = desk.run(&["index", "a.jsonl", "--dict", "words.txt"]).exits(2);
    assert!(err.contains("gongxun reindex --dict"), "{err}");
    desk.run(&["reindex", "a.jsonl", "--dict", "words.txt"]).exits(0);
    let (out, _) = desk.run(&["segment", "工会正文"]).exits(0);
    assert_eq!(out, "工会正文\n");
    std::fs::write(desk.path("index/CURRENT"), "nonsense").unwrap();
    let (_, err) = desk.run(&["search", "工会"]).exits(2);
    assert!(err.contains("CURRENT"), "{err}");
}

#[test]
fn what_changes_in_the_archive_changes_in_the_index() {
    let desk = Desk::new();
    desk.write(
        "in/a.jsonl",
        "{\"id\":\"1\",\"title\":\"甲\",\"body\":\"原文\"}\n{\"id\":\"2\",\"title\":\"乙\",\"body\":\"原文\"}\n",
    );
    desk.write("in/b.jsonl", "{\"id\":\"1\",\"title\":\"丙\",\"body\":\"原文\"}\n");
    let (_, err) = desk.run(&["index", "in"]).exits(0);
    assert!(err.contains("3 records read = 3 new"), "{err}");
    desk.write(
        "in/a.jsonl",
        "{\"id\":\"1\",\"title\":\"甲\",\"body\":\"改过了\"}\n{\"id\":\"3\",\"title\":\"丁\",\"body\":\"原文\"}\n",
    );
    std::fs::remove_file(desk.path("in/b.jsonl")).unwrap();
    let (_, err) = desk.run(&["index", "in", "--dry-run", "--prune"]).exits(0);
    let expect = "2 records read = 1 new + 1 changed + 0 unchanged + 0 rejected; 2 removed";
    assert!(err.contains(expect) && err.contains("does not search for copies"), "{err}");
    let (_, err) = desk.run(&["index", "in", "--prune"]).exits(0);
    assert!(err.contains(expect), "{err}");
    for (query, code) in [("改过了", 0), ("乙", 1), ("丙", 1), ("丁", 0)] {
        desk.run(&["search", query]).exits(code);
    }
    let (out, _) = desk.run(&["stats", "--json"]).exits(0);
    let stats: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((stats["articles"].as_u64(), stats["files"].as_u64()), (Some(2), Some(1)));
}

#[test]
fn the_index_inside_the_archive_is_not_read() {
    let desk = Desk::new();
    desk.write("a.jsonl", "{\"title\":\"甲\",\"body\":\"原文\"}\n");
    desk.run(&["index", "."]).exits(0);
    let (_, err) = desk.run(&["index", ".", "--prune"]).exits(0);
    assert!(err.contains("1 record read = 0 new + 0 changed + 1 unchanged + 0 rejected (1 file,"), "{err}");
}

#[test]
fn closed_pipe_is_not_an_error() {
    let desk = Desk::with_corpus();
    let mut child = Command::new(env!("CARGO_BIN_EXE_gongxun"))
        .args(["extract", "corpus"])
        .current_dir(desk.folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn copies_are_one_hit_and_listed() {
    let desk = Desk::with_corpus();
    let (_, err) = desk.run(&["index", "--root", "corpus", "corpus"]).exits(0);
    assert!(err.contains("19 of them are copies of others"), "{err}");
    let hits = |args: &[&str]| -> Vec<serde_json::Value> {
        let (out, _) = desk.run(args).exits(0);
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let one = hits(&["search", "标题:钢筋工的腊月", "--format", "jsonl", "--exact"]);
    assert_eq!((one.len(), &one[0]["reprints"]), (1, &2.into()));
    let all = hits(&["search", "标题:钢筋工的腊月", "--format", "jsonl", "--exact", "--all-copies"]);
    assert_eq!(all.len(), 3);

    let id = all[2]["id"].as_str().unwrap();
    let (out, _) = desk.run(&["reprints", id]).exits(0);
    assert_eq!(out.lines().count(), 3, "{out}");
    // The cleanest and earliest copy, which a search shows, comes first.
    assert!(out.starts_with(one[0]["id"].as_str().unwrap()), "{out}");
    let (out, _) = desk.run(&["reprints", id, "--json"]).exits(0);
    let listed: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(listed["copies"].as_array().map(Vec::len), Some(3));

    let alone = hits(&["search", "断指再植八小时", "--format", "jsonl", "--exact"]);
    let (out, err) = desk.run(&["reprints", alone[0]["id"].as_str().unwrap()]).exits(1);
    assert!(out.is_empty() && err.contains("no other copy"), "{out}{err}");
    desk.run(&["reprints", "0000000000000000000f"]).exits(2);
}

/// `extract --explain` tells for each line of a page its part and the reason.
#[test]
fn where_each_line_of_a_page_went_is_explained() {
    let desk = Desk::with_corpus();
    let page = "corpus/pages/2024-suanfa-xieshang.html";
    let (out, _) = desk.run(&["extract", "--explain", page]).exits(0);
    let line = |text: &str| out.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {out}"));
    assert!(line("协商会现场").contains("body caption"), "{out}");
    assert!(line("责任编辑").contains("byline"), "{out}");
    assert!(line("举报电话").contains("margin"), "{out}");
    let (out, _) = desk.run(&["extract", "--explain", "--format", "jsonl", page]).exits(0);
    let explained: serde_json::Value = serde_json::from_str(&out).unwrap();
    let lines = explained["lines"].as_array().unwrap();
    assert!(lines.iter().all(|line| !line["why"].as_str().unwrap().is_empty()), "{out}");
    let parts: Vec<&str> = lines.iter().map(|line| line["part"].as_str().unwrap()).collect();
    for part in ["title", "lead", "body", "byline", "margin"] {
        assert!(parts.contains(&part), "{part}: {out}");
    }
    let (_, err) = desk.run(&["extract", "--explain", "--format", "csv", page]).exits(2);
    assert!(err.contains("text, json or jsonl"), "{err}");
}

#[test]
fn no_text_for_a_terminal_holds_what_a_terminal_obeys() {
    let evil = "工会\u{1b}[31m\u{202e}新闻\n2. 假的\u{9b}31m";
    let line = serde_json::json!({
        "title": evil, "body": format!("{evil}，工会的正文，一共两句。"), "source": evil, "author": evil, "editor": evil,
        "lead": evil, "section": evil, "url": format!("http://example.org/\u{202e}a"), "date": "2024-05-01",
        "original": evil,
    });
    let desk = Desk::new();
    desk.write("corpus/a\u{202e}b\u{1b}[1m.jsonl", format!("{line}\n{line}\nno line\n"));
    desk.write("queries.txt", "工会\u{1b}[31m\u{202e}新闻\n");
    desk.run(&["index", "corpus"]).exits(0);
    let (out, _) = desk.run(&["search", "工会", "--format", "json"]).exits(0);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    let id = answer["hits"][0]["id"].as_str().unwrap().to_string();
    let query = "工会\u{1b}[31m\u{202e}";
    let mut commands: Vec<Vec<&str>> = vec![
        vec!["search", "工会"],
        vec!["search", query, "--explain", "--facets"],
        vec!["search", "--queries", "queries.txt"],
        vec!["timeline", query],
        vec!["compare", "工会", query],
        vec!["terms", "工会", query],
        vec!["terms", "工会*"],
        vec!["keywords", query],
        vec!["collocations", query],
        vec!["collocations", "工会"],
        vec!["concordance", "工会"],
        vec!["facets", query],
        vec!["similar", &id],
        vec!["reprints", &id],
        vec!["why-not", query, &id],
        vec!["complete", query],
        vec!["complete", "工"],
        vec!["show", &id],
        vec!["stats"],
        vec!["roots"],
        vec!["segment", query],
        vec!["index", "corpus"],
        vec!["delete", query],
        vec!["delete", "--query", "工会", "--dry-run"],
        vec!["verify"],
    ];
    for style in ["gbt7714", "ris", "bibtex"] {
        commands.push(vec!["cite", &id, "--style", style]);
        commands.push(vec!["search", "工会", "--format", style]);
    }
    for command in commands {
        let (out, err) = desk.run(&command).output();
        for (stream, text) in [("output", out), ("error", err)] {
            let obeyed = text.chars().find(|c| !matches!(c, '\n' | '\t' | '\r') && clean::shown(*c) != *c);
            assert_eq!(obeyed, None, "{stream} of {command:?}: {text:?}");
            // A body has lines of its own.
            let forged = command[0] != "show" && text.lines().any(|line| line.starts_with("2. 假的"));
            assert!(!forged, "{stream} of {command:?}: {text:?}");
        }
    }
}

#[test]
fn a_query_that_was_not_understood_whole_deletes_nothing() {
    let desk = Desk::new();
    desk.write("in/a.jsonl", "{\"title\":\"工会正文\",\"body\":\"工会的正文一句。\"}\n").run(&["index", "in"]).exits(0);
    for query in
        ["工会 - 没有", "工会 -()", "工会 NOT ()", "工会 (", "工会 NOT", "工会 date:昨天", "工会 -，", "工会 来源:"]
    {
        let (_, err) = desk.run(&["delete", "--query", query, "--yes"]).exits(2);
        assert!(err.contains("nothing was deleted"), "{query}: {err}");
    }
    desk.run(&["search", "工会"]).exits(0);
    for (args, name) in [
        (&["index", "in", "--threads", "100000"][..], "--threads"),
        (&["index", "in", "--threads", "0"], "--threads"),
        (&["upgrade", "--threads", "100000"], "--threads"),
        (&["verify", "--sample", "1099511627776"], "--sample"),
    ] {
        let (_, err) = desk.run(args).exits(2);
        assert!(err.contains(name), "{args:?}: {err}");
    }
}

/// Names of files and members and titles are shown to a terminal as everywhere else.
#[cfg(unix)]
#[test]
fn what_is_explained_is_shown_with_signs_for_what_a_terminal_obeys() {
    let desk = Desk::new();
    let page = "<title>红\u{1b}[31m题\u{202e}</title><p>工会驿站\u{9b}里的正文，说的是环卫工人。</p>";
    desk.write("in/a\u{1b}[31m.html", page).write("in/b\u{202e}.html", "").write("in/c\n.jpg", "x");
    let (out, err) = desk.run(&["extract", "in", "--explain"]).exits(0);
    for text in [&out, &err] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{text:?}");
    }
    assert!(out.contains("in/a␛[31m.html") || out.contains("a␛[31m.html"), "{out}");
    assert!(err.contains("b\u{fffd}.html: empty") && err.contains("c␊.jpg: binary"), "{err}");
    // JSON keeps them.
    let (out, _) = desk.run(&["extract", "in", "--explain", "--format", "json"]).exits(0);
    assert!(out.contains("\\u001b") && out.contains('\u{202e}'), "{out}");
}
