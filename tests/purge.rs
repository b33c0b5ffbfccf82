//! Tests that purged text is in no file any more: of no generation, margin, named snapshot or dictionary.

#[path = "support/desk.rs"]
mod desk;

use desk::Desk;

const SECRET: &str = "这一句只在要清除的文章里出现过一次";

fn page(number: usize, body: &str) -> String {
    format!(
        "<html><head><meta charset='utf-8'><title>工会新闻第{number}号</title></head><body><div class='nav'><a href='/'>\
         首页导航{number}号</a></div><h1>工会新闻第{number}号</h1><p>来源：工人日报 2024-05-{:02}</p><p>记者在现场看到，第{number}家\
         企业的职工正在开会讨论工资集体协商的事情，会议开了一整天。</p><p>{body}</p></body></html>",
        number % 28 + 1
    )
}

#[test]
fn what_is_purged_is_in_no_file() {
    let desk = Desk::new();
    for number in 0..40 {
        let body = if number == 7 {
            SECRET.to_string()
        } else {
            format!("第{number}家企业的工会主席说，事情会办好。")
        };
        desk.write(&format!("in/{number}.html"), page(number, &body));
    }
    desk.run(&["index", "in"]).exits(0);
    desk.run(&["reindex", "in"]).exits(0);
    desk.run(&["snapshot", "copy"]).exits(0);
    let (out, _) = desk.run(&["search", &format!("\"{SECRET}\""), "--format", "jsonl"]).exits(0);
    let hit: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    let id = hit["id"].as_str().unwrap().to_string();

    let (_, err) = desk.run(&["delete", &id, "--purge", "--snapshot", "copy"]).exits(0);
    assert!(err.contains("purged") && err.contains("files"), "{err}");
    for index in ["index", "copy"] {
        let generations: Vec<_> = std::fs::read_dir(desk.path(index))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("gen-") || name.starts_with("removed-"))
            .collect();
        assert_eq!(generations.len(), 1, "{generations:?}");
        desk.run(&["search", &format!("\"{SECRET}\""), "--index", index, "--exact"]).exits(1);
        desk.run(&["show", &id, "--index", index]).exits(2);
        desk.run(&["search", "首页导航8号", "--index", index]).output();
        desk.run(&["search", "\"第8家企业的工会主席\"", "--index", index]).exits(0);
        desk.run(&["verify", "--index", index, "--sample", "20"]).exits(0);
    }
    // It stays out, and a second purge finds nothing to do and nothing left.
    let (_, err) = desk.run(&["index", "in"]).exits(0);
    assert!(err.contains("deleted on request"), "{err}");
    desk.run(&["search", &format!("\"{SECRET}\""), "--exact"]).exits(1);
    desk.run(&["delete", &id, "--purge"]).exits(0);
    let (out, _) = desk.run(&["stats", "--json"]).exits(0);
    assert!(out.contains("\"articles\":39"), "{out}");
}

#[test]
fn a_page_without_an_article_is_deleted_and_purged_like_any_other() {
    let list = |name: &str| {
        let links: String =
            (1..30).map(|n| format!("<li><a href='/{name}/{n}.html'>{name}的第{n}条消息标题</a></li>")).collect();
        format!(
            "<html><head><meta charset='utf-8'><title>{name}列表</title></head><body><ul>{links}</ul></body></html>"
        )
    };
    let desk = Desk::new();
    desk.write("in/a.html", page(1, "第一家企业的工会主席说，事情会办好。"));
    desk.write("in/秘密.html", list("秘密频道"));
    desk.write("in/公开.html", list("公开频道"));
    desk.run(&["index", "in"]).exits(0);
    let found = |query: &str| -> Vec<String> {
        let (out, _) = desk.run(&["search", query, "--format", "json"]).output();
        let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
        answer["pages"]
            .as_array()
            .map_or(Vec::new(), |pages| pages.iter().map(|page| page["id"].as_str().unwrap().to_string()).collect())
    };
    let secret = "整页:\"秘密频道的第7条消息标题\"";
    let ids = found(secret);
    assert_eq!(ids.len(), 1);
    let id = ids[0].as_str();
    for given in [id, &id[..8]] {
        let (out, _) = desk.run(&["show", given]).exits(0);
        assert!(out.contains("秘密频道的第29条消息标题"), "{given}: {out}");
    }
    let (out, err) = desk.run(&["delete", id, "--dry-run"]).exits(0);
    assert!(out.contains("秘密频道列表") && err.contains("1 page without an article would be deleted"), "{out}{err}");

    desk.run(&["delete", id]).exits(0);
    assert_eq!(found(secret), [""; 0]);
    assert_eq!(found("整页:\"公开频道的第7条消息标题\"").len(), 1);
    // It stays out when it is read again, in a new generation, and after a rollback to one that had it.
    desk.write("in/秘密.html", list("秘密频道") + "\n");
    let (_, err) = desk.run(&["index", "in"]).exits(0);
    assert!(err.contains("deleted on request"), "{err}");
    assert_eq!(found(secret), [""; 0]);
    desk.run(&["reindex", "in"]).exits(0);
    assert_eq!(found(secret), [""; 0]);
    desk.run(&["delete", "--forget", id]).exits(0);
    desk.run(&["index", "in"]).exits(0);
    assert_eq!(found(secret).len(), 1);
    desk.run(&["reindex", "in"]).exits(0);
    desk.run(&["delete", id]).exits(0);
    desk.run(&["rollback"]).exits(0);
    assert_eq!(found(secret), [""; 0]);
    desk.run(&["verify"]).exits(0);

    let (_, err) = desk.run(&["delete", id, "--purge"]).exits(0);
    assert!(err.contains("28 lines") || err.contains("29 lines") || err.contains("30 lines"), "{err}");
    for file in std::fs::read_dir(desk.path("index")).unwrap().flatten().filter(|file| file.path().is_dir()) {
        for file in std::fs::read_dir(file.path()).unwrap().flatten() {
            let bytes = std::fs::read(file.path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("秘密频道的第"), "{:?}", file.path());
        }
    }
    let public = "整页:\"公开频道的第7条消息标题\"";
    assert_eq!(found(public).len(), 1);

    // What a query finds, and what has the same text, is deleted too.
    desk.write("in/抄.html", list("公开频道")).run(&["index", "in"]).exits(0);
    let ids = found(public);
    assert_eq!(ids.len(), 2);
    let (_, err) = desk.run(&["delete", &ids[0], "--dry-run"]).exits(0);
    assert!(err.contains("other copies of them (1)") && err.contains(&ids[1]), "{err}");
    let (_, err) = desk.run(&["delete", "--query", public, "--dry-run"]).exits(0);
    assert!(err.contains("2 pages without an article would be deleted"), "{err}");
    for deletion in [&["delete", &ids[0], "--copies", "yes"][..], &["delete", "--query", public]] {
        desk.run(deletion).exits(0);
        assert_eq!(found(public), [""; 0], "{deletion:?}");
        desk.run(&["index", "in", "--restore"]).exits(0);
        assert_eq!(found(public), ids, "{deletion:?}");
    }
}

#[test]
fn what_is_not_the_indexes_is_named_and_not_touched() {
    let desk = Desk::new();
    for number in 0..5 {
        desk.write(&format!("in/{number}.html"), page(number, if number == 3 { SECRET } else { "事情会办好的。" }));
    }
    desk.write("in/short.jsonl", "{\"title\": \"短\", \"body\": \"放假。\"}\n");
    desk.run(&["index", "in"]).exits(0);
    let id = |query: &str| {
        let (out, _) = desk.run(&["search", query, "--format", "jsonl"]).exits(0);
        let hit: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
        hit["id"].as_str().unwrap().to_string()
    };
    desk.write("index/notes.txt", SECRET).write("index/gen-000001/mine.txt", SECRET);
    desk::copy(&desk.path("index"), &desk.path("copy"));
    std::fs::rename(desk.path("copy"), desk.path("index/bak")).unwrap();
    desk.write("index/gen-000001/mine.gz", b"\x1f\x8b\xff");
    let (_, err) = desk.run(&["delete", &id(&format!("\"{SECRET}\"")), "--purge"]).exits(0);
    assert!(err.contains("notes.txt: contains a purged line") && err.contains("mine.txt: contains"), "{err}");
    assert_eq!(std::fs::read_to_string(desk.path("index/notes.txt")).unwrap(), SECRET);
    let unsearched: Vec<&str> = err.lines().filter(|line| line.contains("can't be searched")).collect();
    assert_eq!(unsearched.len(), 2, "{err}");
    assert!(unsearched[0].contains("index/bak: ") && unsearched[1].contains("-000001/mine.gz: "), "{err}");
    // Of a text without a long line nothing can be searched for, which the message says.
    let (_, err) = desk.run(&["delete", &id("放假"), "--purge"]).exits(0);
    assert!(err.contains("none of their lines is long enough"), "{err}");
}
