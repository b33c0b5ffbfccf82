//! Tests of failures, with a scripted server in place of OpenSearch: transient failures are retried, and every other
//! one is reported with its cause.

mod conflicts;
mod scripted;
mod store;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gongxun_core::control::Control;
use gongxun_core::error::Error;
use gongxun_core::query::parse;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Read as _, Request};
use gongxun_engine::{Access, Archive, Push};
use gongxun_ingest::ingest::{Options, feed};
use scripted::{Act, HttpRequest, good, server, settings};

fn opened(act: impl FnMut(&HttpRequest) -> Act + Send + 'static) -> Result<Archive, String> {
    let (url, _) = server(act);
    Archive::open(&settings(&url)).map_err(|error| error.to_string())
}

/// Returns reactions that are `other` for the first `times` requests for a path, and then those of [`good`].
fn at_first(path: &'static str, times: usize, mut other: impl FnMut() -> Act) -> impl FnMut(&HttpRequest) -> Act {
    let mut left = times;
    move |request| {
        if request.line.contains(path) && left > 0 {
            left -= 1;
            return other();
        }
        good(request)
    }
}

#[test]
fn what_passes_is_waited_for() {
    let busy = || Act::Say(429, r#"{"error":{"type":"rejected","reason":"queue is full"}}"#.into());
    assert!(opened(at_first("/_search", 3, busy)).is_ok());
    assert!(opened(at_first("/_search", 3, || Act::Say(503, "<html>".into()))).is_ok());
    assert!(opened(at_first("/_mapping", 3, || Act::Reset)).is_ok());
    assert!(opened(at_first("/_search", 2, || Act::Half("{\"took\":1}".repeat(9)))).is_ok());
}

#[test]
fn what_does_not_pass_is_said() {
    let check = |act: BoxedServer, expect: &[&str]| {
        let error = opened(act).err().expect("an error");
        assert!(expect.iter().all(|part| error.contains(part)), "{error}");
    };
    type BoxedServer = Box<dyn FnMut(&HttpRequest) -> Act + Send>;
    let busy = || Act::Say(429, r#"{"error":{"type":"rejected","reason":"queue is full"}}"#.into());
    check(Box::new(at_first("/_search", 99, busy)), &["429", "queue is full", "too much to do"]);
    check(Box::new(at_first("/_search", 99, || Act::Reset)), &["4 attempts", "reached from here"]);
    check(Box::new(at_first("/_search", 99, || Act::Half("{\"took\":1}".repeat(9)))), &["4 attempts"]);
    let denied = || Act::Say(401, "Unauthorized".into());
    check(Box::new(at_first("/", 99, denied)), &["401", "GONGXUN_ENGINE_API_KEY"]);
    let elastic = || Act::Say(200, r#"{"version":{"number":"8.11.0"}}"#.into());
    check(Box::new(at_first(" / ", 99, elastic)), &["another program 8.11.0", "OpenSearch 2 and 3"]);
    let old = || Act::Say(200, r#"{"version":{"number":"1.3.0","distribution":"opensearch"}}"#.into());
    check(Box::new(at_first(" / ", 99, old)), &["opensearch 1.3.0"]);
    let other = || Act::Say(200, r#"{"x":{"mappings":{"_meta":{"gongxun":{"schema":9}}}}}"#.into());
    check(Box::new(at_first("/_mapping", 9, other)), &["of schema 9", "--rebuild"]);
    let foreign = || Act::Say(200, r#"{"x":{"mappings":{}}}"#.into());
    check(Box::new(at_first("/_mapping", 9, foreign)), &["not of gongxun"]);
    let none = || Act::Say(404, "{}".into());
    check(Box::new(at_first("/_mapping", 9, none)), &["no index of this name", "gongxun push"]);
}

#[test]
fn a_part_of_an_answer_is_none() {
    let answer = |text: &'static str| {
        let archive = opened(move |request: &HttpRequest| {
            if request.line.contains("/_msearch") {
                Act::Say(200, format!(r#"{{"responses":[{text},{text}]}}"#))
            } else {
                good(request)
            }
        });
        let request = Request::new(parse("\"工会\""));
        archive.unwrap().answer(&request, &Control::default()).unwrap_err().to_string()
    };
    let failed = answer(
        r#"{"timed_out":false,"_shards":{"total":3,"successful":2,"failed":1,"failures":[{"reason":{"type":"x","reason":"a disk died"}}]},"hits":{"total":{"value":7,"relation":"eq"}}}"#,
    );
    assert!(failed.contains("2 of 3 shards") && failed.contains("a disk died"), "{failed}");
    let late = answer(
        r#"{"timed_out":true,"_shards":{"total":3,"successful":3,"failed":0},"hits":{"total":{"value":7,"relation":"eq"}}}"#,
    );
    assert!(late.contains("timed_out"), "{late}");
    let bound = answer(
        r#"{"timed_out":false,"_shards":{"total":3,"successful":3,"failed":0},"hits":{"total":{"value":10000,"relation":"gte"}}}"#,
    );
    assert!(bound.contains("lower bound"), "{bound}");
}

/// Loads one article. Returns the outcome and the number of bulk requests.
fn loaded(act: impl FnMut(&HttpRequest) -> Act + Send + 'static) -> (Result<(), String>, usize) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("a.jsonl"),
        "{\"id\":\"1\",\"title\":\"工会\",\"body\":\"职工之家今天开门，来了很多人。\"}",
    )
    .unwrap();
    let (url, log) = server(act);
    let run = || {
        let mut push = Push::open(&settings(&url), None, false, None)?;
        feed(&mut push, Options::new([folder.path()]), None, &mut ())?;
        push.finish()
    };
    let outcome = run().map(drop).map_err(|error| error.to_string());
    let bulks = log.lock().unwrap().iter().filter(|line| line.contains("gongxun-000001/_bulk")).count();
    (outcome, bulks)
}

#[test]
fn every_articles_answer_is_looked_at() {
    let items = |text: &'static str| move || Act::Say(200, format!(r#"{{"errors":true,"items":[{text}]}}"#));
    let (outcome, bulks) = loaded(good);
    assert_eq!((outcome, bulks), (Ok(()), 1));
    let later = r#"{"index":{"_id":"a","status":429,"error":{"type":"rejected","reason":"full"}}}"#;
    let (outcome, bulks) = loaded(at_first("/_bulk", 2, items(later)));
    assert_eq!((outcome, bulks), (Ok(()), 3));
    let wrong =
        r#"{"index":{"_id":"a7","status":400,"error":{"type":"mapper_parsing_exception","reason":"no such field"}}}"#;
    let error = loaded(at_first("/_bulk", 1, items(wrong))).0.unwrap_err();
    assert!(error.contains("a7") && error.contains("no such field"), "{error}");
    let full = r#"{"index":{"_id":"a","status":403,"error":{"type":"cluster_block_exception","reason":"index [x] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)];"}}}"#;
    let error = loaded(at_first("/_bulk", 1, items(full))).0.unwrap_err();
    assert!(error.contains("make room"), "{error}");
    let error = loaded(at_first("/_bulk", 1, items(""))).0.unwrap_err();
    assert!(error.contains("it answered for 0"), "{error}");
    // A conflict of another kind than of versions is an error, and so is a missing index.
    for (status, kind) in [(404, "index_not_found_exception"), (409, "resource_already_exists_exception")] {
        let answer = move || {
            let item =
                format!(r#"{{"index":{{"_id":"a","status":{status},"error":{{"type":"{kind}","reason":"x"}}}}}}"#);
            Act::Say(200, format!(r#"{{"errors":true,"items":[{item}]}}"#))
        };
        let error = loaded(at_first("/_bulk", 1, answer)).0.unwrap_err();
        assert!(error.contains(kind), "{error}");
    }
}

#[test]
fn credentials_are_sent_and_kept_safe() {
    let (url, log) = server(good);
    let mut access = Access::default();
    access.user = Some(("ada".into(), "secret".into()));
    Archive::open(&settings(&url).access(access.clone())).unwrap();
    assert!(log.lock().unwrap().iter().all(|request| request.to_lowercase().contains("authorization: basic")));
    let error = |url: &str, access: Access| Archive::open(&settings(url).access(access)).err().unwrap().to_string();
    assert!(error("http://search.example:9200", access.clone()).contains("in the clear"));
    // These are names of other machines, and an address of one.
    for host in
        ["localhost.evil.example", "127.evil.example", "127.0.0.1.evil.example:9200", "localhostx", "10.0.0.1", "[::2]"]
    {
        let said = error(&format!("http://{host}"), access.clone());
        assert!(said.contains("in the clear"), "{host}: {said}");
    }
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]"] {
        // Port 1 answers nobody.
        let here = settings(&format!("http://{host}:1")).attempts(1, Duration::ZERO).access(access.clone());
        let said = Archive::open(&here).err().unwrap().to_string();
        assert!(!said.contains("in the clear"), "{host}: {said}");
    }
    assert!(error("https://ada:secret@search.example", Access::default()).contains("GONGXUN_ENGINE_USER"));
    assert!(error("search.example", Access::default()).contains("https://host:9200"));
    access.certificates = Some(b"no certificate".to_vec());
    assert!(error(&url, access).contains("GONGXUN_ENGINE_CA"));
}

#[test]
fn a_stopped_search_asks_no_more() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let stopped = |at: fn(&HttpRequest) -> bool, ask: fn(&Archive, &Control<'_>) -> Option<Error>| {
        STOP.store(false, Ordering::Relaxed);
        let archive = opened(move |request: &HttpRequest| {
            STOP.fetch_or(at(request), Ordering::Relaxed);
            good(request)
        });
        ask(&archive.unwrap(), &Control::default().stop(&STOP))
    };
    let timeline = |archive: &Archive, control: &Control<'_>| {
        archive.timeline(&Request::new(parse("工会")), Step::Year, control).err()
    };
    // While all articles with copies are read...
    let copies = stopped(|request| request.path().ends_with("/point_in_time"), timeline);
    assert!(matches!(copies, Some(Error::Interrupted)), "{copies:?}");
    // ...and while values are counted.
    let is_count = |request: &HttpRequest| request.body.contains("composite");
    let periods = stopped(is_count, timeline);
    assert!(matches!(periods, Some(Error::Interrupted)), "{periods:?}");
    let facets = stopped(is_count, |archive, control| {
        archive.answer(&Request { facets: true, limit: 0, ..Request::new(parse("工会")) }, control).err()
    });
    assert!(matches!(facets, Some(Error::Interrupted)), "{facets:?}");
}
