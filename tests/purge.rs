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
