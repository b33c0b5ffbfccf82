//! Processes that change the same articles at the same time: none of them undoes what another has done.

use std::path::Path;

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::search::Read as _;
use gongxun_engine::{Archive, Push, Pushed, reprints, verify};
use gongxun_ingest::ingest::{Options, Part, feed};
use serde_json::{Value, json};

use super::scripted::{Act, HttpRequest, good, server, settings};
use super::store::{State, Store};

const BODY: &str = "职工之家今天上午开门，来了很多附近工地的农民工和他们的家属。\
    工会主席向大家介绍了维权热线、法律援助和困难帮扶的办法，并当场回答了提问。\
    一名外卖骑手问，没有签合同的人受了伤能不能申请工伤认定，律师说可以先找平台留下的接单记录。\
    下午还有一场招聘会，二十多家企业带来了三百个岗位，其中一半不要求学历，月薪从四千元到八千元不等。\
    街道办事处准备把这样的活动每个季度办一次，地点轮流设在各个社区的图书馆里，孩子们也可以在那里写作业。";

fn id(number: u32) -> String {
    ArticleId::new(&format!("in/{number}.html"), "").0
}

/// Returns the line of an export with the article of this number.
fn line(number: u32, body: &str) -> String {
    let mut article = Article::default();
    article.id = ArticleId(id(number));
    article.origin = format!("in/{number}.html");
    article.title = "职工之家开门迎客".to_string();
    article.body = body.to_string();
    serde_json::to_string(&article).unwrap()
}

fn write(folder: &Path, numbers: &[u32]) {
    let lines: Vec<String> = numbers.iter().map(|number| line(*number, BODY)).collect();
    std::fs::write(folder.join("a.jsonl"), lines.join("\n")).unwrap();
}

fn push(store: &Store, folder: &Path) -> Result<Pushed, String> {
    let run = || {
        let mut push = Push::open(&settings(&store.url), None, false, None)?;
        feed(&mut push, Options::new([folder]), None, &mut ())?;
        push.finish()
    };
    run().map_err(|error| error.to_string())
}

/// Whether a request has this action on the articles of the generation.
fn has(request: &HttpRequest, action: &str) -> bool {
    request.path() == "/gongxun-000001/_bulk" && request.body.contains(&format!("{{\"{action}\":{{"))
}

/// Changes some fields of a stored article.
fn change(state: &mut State, number: u32, fields: Value) {
    let mut document = state.get(&id(number)).unwrap().clone();
    document.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    state.put(&id(number), document);
}

/// Loads two articles, then a file from which the second is gone, with `meanwhile` before its deletion. Returns the
/// second article as it is stored then.
fn released(mut meanwhile: impl FnMut(&mut State) + Send + 'static) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    let mut left = 1;
    let store = Store::start(move |request, state| {
        if has(request, "delete") && left > 0 {
            left -= 1;
            meanwhile(state);
        }
    });
    write(folder.path(), &[1, 2]);
    assert_eq!(push(&store, folder.path()).unwrap().articles, 2);
    write(folder.path(), &[1]);
    push(&store, folder.path()).unwrap();
    assert!(store.state().get(&id(1)).is_some());
    store.state().get(&id(2)).cloned()
}

#[test]
fn an_article_is_deleted_only_while_it_is_of_the_file_that_releases_it() {
    assert_eq!(released(|_| ()), None);
    let moved = released(|state| change(state, 2, json!({"file": "in/b.jsonl"})));
    assert_eq!(moved.unwrap()["file"], "in/b.jsonl");
    // Another change does not keep the article.
    assert_eq!(released(|state| change(state, 2, json!({"cluster": "c", "place": 0}))), None);
    assert_eq!(released(|state| state.remove(&id(2))), None);
}

/// Loads an article under whose id another process stores `other` first, and calls `meanwhile` before it is looked up.
fn loaded(other: Value, mut meanwhile: impl FnMut(&mut State) + Send + 'static) -> (Result<Pushed, String>, Store) {
    let folder = tempfile::tempdir().unwrap();
    let mut other = Some(other);
    if let Some(other) = other.as_mut().filter(|other| other["file"] == "its own") {
        other["file"] = json!(format!("{}/a.jsonl", folder.path().file_name().unwrap().display()));
    }
    let store = Store::start(move |request, state| {
        if let Some(other) = other.take_if(|_| has(request, "create")) {
            state.put(&id(1), other);
        }
        if request.path().ends_with("/_mget") {
            meanwhile(state);
        }
    });
    write(folder.path(), &[1]);
    (push(&store, folder.path()), store)
}

/// Returns a change that makes the first request by id fail.
fn one_failure() -> impl FnMut(&mut State) + Send + 'static {
    let mut failing = 1;
    move |state| state.failing = std::mem::take(&mut failing)
}

#[test]
fn what_is_stored_decides_a_conflict() {
    let (page, copy) = (json!({"file": "in/1.html", "class": 1}), json!({"file": "in/0.jsonl", "class": 0}));
    let file = |store: &Store| store.state().get(&id(1)).unwrap()["file"].as_str().unwrap().to_string();
    let (outcome, store) = loaded(page.clone(), |_| ());
    assert!(outcome.is_ok());
    assert_eq!(file(&store), "in/1.html");
    let (outcome, store) = loaded(copy.clone(), |_| ());
    assert!(outcome.is_ok());
    assert!(file(&store).ends_with("/a.jsonl"));
    // Within a file, the last record of an id is the one that counts.
    let (outcome, store) = loaded(json!({"file": "its own", "class": 1}), |_| ());
    assert!(outcome.is_ok());
    assert_eq!(store.state().get(&id(1)).unwrap()["class"], 0);
    // A shard that can't be asked for a while has not lost the article.
    let (outcome, store) = loaded(page.clone(), one_failure());
    assert!(outcome.is_ok());
    assert_eq!(file(&store), "in/1.html");
    let (outcome, _) = loaded(page.clone(), |state| state.failing = 1);
    let error = outcome.unwrap_err();
    assert!(error.contains(&id(1)) && error.contains("no_shard_available"), "{error}");
    // What was deleted before it was looked up is no reason to leave the article out.
    let (outcome, store) = loaded(page.clone(), |state| state.remove(&id(1)));
    assert!(outcome.is_ok());
    assert!(file(&store).ends_with("/a.jsonl"));
}

#[test]
fn a_changed_article_is_sent_once() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, actions) = std::sync::mpsc::channel();
    let store = Store::start(move |request, _| {
        if request.path() == "/gongxun-000001/_bulk" {
            sender.send(if has(request, "create") { "create" } else { "index" }).unwrap();
        }
    });
    write(folder.path(), &[1]);
    push(&store, folder.path()).unwrap();
    let changed = line(1, "另一篇文章，讲的是仲裁庭开庭，当庭调解，双方握手言和，案件当天结案。");
    std::fs::write(folder.path().join("a.jsonl"), changed).unwrap();
    push(&store, folder.path()).unwrap();
    assert_eq!(actions.try_iter().collect::<Vec<_>>(), ["create", "index"]);
    assert!(store.state().get(&id(1)).unwrap()["article"]["body"].as_str().unwrap().contains("仲裁庭"));
}

#[test]
fn an_article_that_never_goes_in_is_named() {
    // Each time it is looked up it is gone, and each time it is sent it is there.
    let folder = tempfile::tempdir().unwrap();
    let store = Store::start(|request, state| {
        if has(request, "create") {
            state.put(&id(1), json!({"file": "in/1.html", "class": 1}));
        } else if request.path().ends_with("/_mget") {
            state.remove(&id(1));
        }
    });
    write(folder.path(), &[1]);
    let error = push(&store, folder.path()).unwrap_err();
    assert!(error.contains(&id(1)) && error.contains("at every attempt"), "{error}");
}

#[test]
fn clusters_are_not_written_over_a_later_text() {
    let joined = |is_due: fn(&HttpRequest) -> bool| {
        let folder = tempfile::tempdir().unwrap();
        let mut left = 1;
        let store = Store::start(move |request, state| {
            if is_due(request) && left > 0 {
                left -= 1;
                change(state, 1, json!({"content": "later", "print": state.get(&id(9)).unwrap()["print"]}));
            }
        });
        write(folder.path(), &[1, 2, 3]);
        let other = line(9, "另一篇文章，讲的是仲裁庭开庭，当庭调解，双方握手言和，案件当天结案。");
        std::fs::write(folder.path().join("b.jsonl"), other).unwrap();
        assert_eq!(push(&store, folder.path()).unwrap().articles, 4);
        let joined = reprints(&settings(&store.url), &Control::default()).unwrap();
        let all = store.state().all();
        let is_joined = |number: u32| all[&id(number)].get("cluster").is_some();
        assert_eq!((is_joined(2), is_joined(3), is_joined(9)), (true, true, false));
        (joined.copies, joined.written, all[&id(1)]["content"] == "later")
    };
    assert_eq!(joined(|_| false), (3, 3, false));
    // It is changed before it is read once more, or between that and the write.
    let is_read =
        |request: &HttpRequest| request.path() == "/gongxun/_mget" && request.body.contains("\"_source\":true");
    assert_eq!(joined(is_read), (3, 2, true));
    assert_eq!(joined(|request| request.path() == "/gongxun/_bulk"), (3, 2, true));
}

#[test]
fn the_last_part_ends_the_load() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[1]);
    let store = Store::start(|_, _| ());
    store.state().serves = false;
    // An earlier version kept the names of parts as they were typed.
    for name in ["1/2", "01/2", "001/2"] {
        store.state().put_in("gongxun-000001-manifest", name, json!({"kind": "part", "name": name, "value": ""}));
    }
    let begin = |part: &str| {
        let part: Part = part.parse().unwrap();
        let mut push = Push::open(&settings(&store.url), None, false, Some(part)).unwrap();
        feed(&mut push, Options::new([folder.path()]), Some(part), &mut ()).unwrap();
        push
    };
    let first = begin("01/2");
    assert!(!first.finish().unwrap().serves);
    assert_eq!(store.state().interval, "-1");
    // The second load finds the parts of the first one finished.
    for _ in 0..2 {
        let (first, second) = (begin("1/2"), begin("02/2"));
        let serves = store.state().serves;
        assert_eq!(first.finish().unwrap().serves, serves);
        assert_eq!(store.state().interval, "-1");
        assert!(second.finish().unwrap().serves);
        assert_eq!(store.state().interval, Value::Null);
    }
}

#[test]
fn a_large_cluster_is_complete() {
    const COPIES: u32 = 10_003;
    let store = Store::start(|_, _| ());
    for number in 0..COPIES {
        let article = json!({"id": id(number), "origin": "in/x", "title": "工会", "body": "短。"});
        let document = json!({"cluster": "c", "place": number, "article": article});
        store.state().put(&format!("{number:08}"), document);
    }
    let archive = Archive::open(&settings(&store.url)).unwrap();
    let copies = archive.copies_of(&ArticleId("00000007".to_string())).unwrap().unwrap();
    assert_eq!(copies.len(), COPIES as usize);
}

#[test]
fn few_of_many_failures_are_listed() {
    let hit = |id: String, source: Value| json!({"_id": id, "_source": source, "sort": [id]});
    let answer = |hits: Vec<Value>| {
        let total = hits.len();
        Act::Say(
            200,
            format!(
                r#"{{{},"hits":{{"total":{{"value":{total},"relation":"eq"}},"hits":{}}}}}"#,
                super::scripted::SHARDS,
                Value::Array(hits)
            ),
        )
    };
    let (url, _) = server(move |request| match request.path() {
        "/_search" if request.line.starts_with("POST") && request.body.contains("match_all") => {
            let article = serde_json::from_str::<Value>(&line(1, BODY)).unwrap();
            answer(vec![hit(id(1), json!({ "article": article }))])
        }
        // Every string finds articles that are not there.
        "/gongxun-000001/_search" if request.body.contains("\"_source\":false") => {
            answer((100..200).map(|number| hit(id(number), Value::Null)).collect())
        }
        _ => good(request),
    });
    let verified = verify(&settings(&url), 10, 7, &Control::default()).unwrap();
    assert!(!verified.is_sound());
    assert_eq!(verified.failures.len(), 20, "{:#?}", verified.failures);
}
