//! Tests of failures, with a scripted server in place of OpenSearch: transient failures are retried, and every other
//! one is reported with its cause.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gongxun_core::control::Control;
use gongxun_core::query::parse;
use gongxun_core::search::{Read as _, Request};
use gongxun_engine::{Access, Archive, Push, Settings};
use gongxun_ingest::ingest::{Options, feed};

/// The server's reaction to a request.
enum Act {
    /// Sends a response with this status and body.
    Say(u16, String),
    /// Closes the connection without a response.
    Reset,
    /// Sends half of the body, after a header with the length of the whole.
    Half(String),
}

/// A request: its first line, its headers and its body.
struct HttpRequest {
    line: String,
    headers: String,
    body: String,
}

type Log = Arc<Mutex<Vec<String>>>;

/// Starts a server whose reactions `act` determines. Returns its address and the log of its requests.
fn server(mut act: impl FnMut(&HttpRequest) -> Act + Send + 'static) -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let log = Log::default();
    let requests = Arc::clone(&log);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Some(request) = read(&mut stream) else { continue };
            requests.lock().unwrap().push(format!("{}\n{}", request.line, request.headers));
            let (status, body, length) = match act(&request) {
                Act::Reset => continue,
                Act::Say(status, body) => (status, body.clone(), body.len()),
                Act::Half(body) => (200, body[..body.len() / 2].to_string(), body.len()),
            };
            let head = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
            );
            stream.write_all((head + &body).as_bytes()).ok();
        }
    });
    (url, log)
}

fn read(stream: &mut TcpStream) -> Option<HttpRequest> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        headers.push_str(&header);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(HttpRequest { line: line.trim().to_string(), headers, body: String::from_utf8_lossy(&body).into_owned() })
}

const SHARDS: &str = r#""timed_out":false,"_shards":{"total":3,"successful":3,"skipped":0,"failed":0}"#;

/// Reacts as an OpenSearch with an empty index.
fn good(request: &HttpRequest) -> Act {
    let path = request.line.split(' ').nth(1).unwrap_or_default();
    let found = format!(r#"{{{SHARDS},"hits":{{"total":{{"value":0,"relation":"eq"}},"hits":[]}}}}"#);
    let text = match path.split('?').next().unwrap_or_default() {
        "/" => r#"{"version":{"number":"2.19.6","distribution":"opensearch"}}"#.to_string(),
        "/_alias/gongxun" => r#"{"gongxun-000001":{"aliases":{"gongxun":{}}}}"#.to_string(),
        "/gongxun-*/_settings" => r#"{"gongxun-000001":{"settings":{"index":{"uuid":"x"}}}}"#.to_string(),
        path if path.ends_with("/_mapping") => {
            r#"{"gongxun-000001":{"mappings":{"_meta":{"gongxun":{"schema":1,"dictionary":""}}}}}"#.to_string()
        }
        path if path.ends_with("/point_in_time") => r#"{"pit_id":"p"}"#.to_string(),
        path if path.ends_with("/_msearch") => {
            let questions = request.body.lines().count() / 2;
            format!(r#"{{"responses":[{}]}}"#, vec![found; questions].join(","))
        }
        path if path.ends_with("/_search") => found,
        path if path.ends_with("/_bulk") => {
            let items = request.body.lines().filter(|line| line.starts_with("{\"index\"")).count();
            format!(r#"{{"items":[{}]}}"#, vec![r#"{"index":{"_id":"x","status":201}}"#; items].join(","))
        }
        _ => "{}".to_string(),
    };
    Act::Say(200, text)
}

fn settings(url: &str) -> Settings {
    Settings::new(url).attempts(4, Duration::from_millis(1))
}

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
        let mut push = Push::open(&settings(&url), None, false)?;
        feed(&mut push, Options::new([folder.path()]), None, &mut ())?;
        push.finish(None)
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
    // After a version conflict, the stored document takes precedence.
    let there = r#"{"index":{"_id":"a","status":409,"error":{"type":"version_conflict_engine_exception"}}}"#;
    assert_eq!(loaded(at_first("/_bulk", 1, items(there))).0, Ok(()));
    // Any other conflict is an error, and so is a missing index.
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
    assert!(error("https://ada:secret@search.example", Access::default()).contains("GONGXUN_ENGINE_USER"));
    assert!(error("search.example", Access::default()).contains("https://host:9200"));
    access.certificates = Some(b"no certificate".to_vec());
    assert!(error(&url, access).contains("GONGXUN_ENGINE_CA"));
}
