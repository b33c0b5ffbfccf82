//! Tests `delete`, `rollback`, `snapshot`, `export` and `reindex` as an operator runs them: the messages, and the exit
//! code.

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

const LINES: &str =
    "{\"id\":\"1\",\"title\":\"工会驿站\",\"source\":\"甲报\",\"date\":\"2024-05-01\",\"body\":\"环卫工在这里歇脚。\"}
{\"id\":\"2\",\"title\":\"骑手入会\",\"source\":\"乙网\",\"date\":\"2024-05-02\",\"body\":\"骑手加入了工会。\"}
";
const COPY: &str = "{\"id\":\"1\",\"title\":\"工会驿站\",\"source\":\"丙网\",\"date\":\"2024-05-03\",\"body\":\"环卫工，在这里歇脚。\"}\n";

/// Returns two articles, and a copy of the first in a file of its own.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("in/a.jsonl", LINES).write("in/b.jsonl", COPY).run(&["index", "in"]).exits(0);
    desk
}

fn id(desk: &Desk, query: &[&str]) -> String {
    let (out, _) = desk.run(&[&["search"], query, &["--format", "jsonl", "--exact"]].concat()).exits(0);
    let hit: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    hit["id"].as_str().unwrap().to_string()
}

#[test]
fn a_deletion_says_what_goes_and_what_stays() {
    let desk = desk();
    let first = id(&desk, &["驿站", "--source", "甲报"]);
    let (out, err) = desk.run(&["delete", &first, "--dry-run"]).exits(0);
    assert!(out.starts_with(&first) && out.contains("2024-05-01") && out.contains("工会驿站"), "{out}");
    assert!(
        err.contains("1 article would be deleted") && err.contains("丙网") && err.contains("--copies yes"),
        "{err}"
    );
    desk.run(&["search", "驿站", "--source", "甲报"]).exits(0);
    let (_, err) = desk.run(&["delete", &first, "0000000000000000000f"]).exits(2);
    assert!(err.contains("0000000000000000000f: no article") && err.contains("nothing was deleted"), "{err}");
    desk.run(&["delete"]).exits(2);

    let (_, err) = desk.run(&["delete", &first]).exits(0);
    assert!(err.contains("the copies stay") && err.contains("1 article deleted"), "{err}");
    desk.run(&["search", "驿站", "--source", "甲报"]).exits(1);
    desk.run(&["search", "驿站", "--source", "丙网"]).exits(0);
    let (_, err) = desk.run(&["index", "in", "--strict"]).exits(0);
    assert!(err.contains("3 records read = 0 new + 0 changed + 2 unchanged + 1 rejected"), "{err}");
    assert!(err.contains("1 of the rejected was deleted on request"), "{err}");
    let (_, err) = desk.run(&["delete", &first]).exits(1);
    assert!(err.contains("was deleted before"), "{err}");
    let (out, _) = desk.run(&["delete", "--list"]).exits(0);
    assert_eq!(out, format!("{first}  in/a.jsonl\n"));

    let (_, err) = desk.run(&["reindex", "in"]).exits(0);
    assert!(err.contains("generation 2 is current, checked, with 2 articles") && err.contains("rollback"), "{err}");
    desk.run(&["search", "驿站", "--source", "甲报"]).exits(1);
    let (_, err) = desk.run(&["delete", "--forget", &first]).exits(0);
    assert!(err.contains("1 article may be indexed again"), "{err}");
    desk.run(&["index", "in"]).exits(0);
    desk.run(&["search", "驿站", "--source", "甲报"]).exits(0);
    desk.run(&["delete", "--forget", &first]).exits(2);
}

#[test]
fn a_query_and_a_source_are_deleted_with_their_copies() {
    let desk = desk();
    desk.run(&["delete", "--query", "驿站", "--source", "乙网"]).exits(1);
    let (out, err) = desk.run(&["delete", "--source", "甲报", "--copies", "yes"]).exits(0);
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(err.contains("2 articles deleted"), "{err}");
    desk.run(&["delete", "--query", "\"加入了工会\""]).exits(0);
    let (out, _) = desk.run(&["stats"]).exits(0);
    assert!(out.contains("articles    0\n") && out.contains("deleted     3\n"), "{out}");
    desk.run(&["reindex", "in", "--strict"]).exits(0);
    desk.run(&["search", "工会"]).exits(1);
    let (_, err) = desk.run(&["index", "in", "--restore"]).exits(0);
    assert!(err.contains("3 records read = 3 new"), "{err}");
    desk.run(&["verify"]).exits(0);
}

#[test]
fn a_rollback_tells_both_sides_and_can_be_rehearsed() {
    let desk = desk();
    let (_, err) = desk.run(&["rollback"]).exits(2);
    assert!(err.contains("nothing to go back to"), "{err}");
    desk.write("in/c.jsonl", LINES.lines().next().unwrap().replace("驿站", "食堂")).run(&["reindex", "in"]).exits(0);
    for (args, current) in [(&["rollback", "--dry-run"][..], 2), (&["rollback"], 1)] {
        let (_, err) = desk.run(args).exits(0);
        assert!(err.contains("from generation 2, commit 1: 4 articles, current since 20"), "{err}");
        assert!(err.contains("to   generation 1, commit 1: 3 articles"), "{err}");
        assert!(
            err.contains("lost: 1 article that only the current generation has, 0 in their current version"),
            "{err}"
        );
        let (out, _) = desk.run(&["stats", "--json"]).exits(0);
        assert!(out.contains(&format!("\"generation\":{current},")), "{out}");
    }
    desk.run(&["search", "食堂"]).exits(1);
    desk.run(&["verify"]).exits(0);
    desk.run(&["--index", "in", "rollback"]).exits(2);
    assert!(!desk.path("in/LOCK").exists());
}

#[test]
fn an_export_and_a_snapshot_hold_the_same_articles() {
    let desk = desk();
    let (all, err) = desk.run(&["export"]).exits(0);
    assert!(all.lines().count() == 3 && err.contains("3 articles of generation 1, commit 1"), "{all}{err}");
    desk.run(&["export", "--output", "all.jsonl"]).exits(0);
    assert_eq!(std::fs::read_to_string(desk.path("all.jsonl")).unwrap(), all);
    let (some, _) = desk.run(&["export", "--query", "骑手"]).exits(0);
    assert!(some.lines().count() == 1 && all.contains(&some), "{some}");
    let (some, _) = desk.run(&["export", "--source", "甲报"]).exits(0);
    assert_eq!(some.lines().count(), 1, "{some}");
    desk.run(&["export", "--query", "没有的事"]).exits(1);
    let (_, err) = desk.run(&["export", "--output", "nowhere/all.jsonl"]).exits(2);
    assert!(err.contains("nowhere/all.jsonl: can't be written"), "{err}");

    desk.run(&["--index", "other", "index", "all.jsonl"]).exits(0);
    let (_, err) = desk.run(&["snapshot", "copy"]).exits(0);
    assert!(err.contains("copy: generation 1, commit 1, 3 articles"), "{err}");
    for index in ["other", "copy"] {
        assert_eq!(desk.run(&["--index", index, "export"]).exits(0).0, all);
        desk.run(&["--index", index, "search", "工会"]).exits(0);
        desk.run(&["--index", index, "verify"]).exits(0);
    }
    let (_, err) = desk.run(&["--index", "copy", "index", "in"]).exits(0);
    assert!(err.contains("0 new + 0 changed + 3 unchanged"), "{err}");
    let (_, err) = desk.run(&["snapshot", "copy"]).exits(2);
    assert!(err.contains("copy: not empty"), "{err}");
    let (_, err) = desk.run(&["--index", "in", "snapshot", "elsewhere"]).exits(2);
    assert!(err.contains("no index here"), "{err}");
    assert!(!desk.path("elsewhere").exists());
}
