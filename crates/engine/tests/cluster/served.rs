//! The server on an engine: the same answers as on an embedded index, and new articles as soon as they are visible.

use gongxun_core::control::Control;
use gongxun_core::search::Provider;
use gongxun_engine::{Newest, Push, reprints};
use gongxun_ingest::ingest::{self, Options, Prune};
use gongxun_server::{Server, Settings as ServerSettings, Stop};
use serde_json::Value;

use crate::nodes::Cluster;
use crate::{corpus, embedded, push, settings};

/// A server of a provider, on a port of its own.
struct Site {
    address: String,
    stop: Stop,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Site {
    fn start(provider: Box<dyn Provider>) -> Site {
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), provider, ServerSettings::default()).unwrap();
        let (address, stop) = (format!("http://{}", server.address().unwrap()), server.stopper());
        let thread = Some(std::thread::spawn(move || server.run().unwrap()));
        Site { address, stop, thread }
    }

    /// Returns the status, the tag and the body of an answer. `known` is the tag of an answer that the client has.
    fn ask(&self, path: &str, known: Option<&str>) -> (u16, String, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = agent.get(format!("{}{path}", self.address));
        if let Some(known) = known {
            request = request.header("if-none-match", known);
        }
        let mut answer = request.call().unwrap();
        let tag = answer.headers().get("etag").map_or("", |tag| tag.to_str().unwrap()).to_string();
        (answer.status().as_u16(), tag, answer.body_mut().read_to_string().unwrap())
    }

    fn json(&self, path: &str) -> Value {
        let (status, _, body) = self.ask(path, None);
        assert_eq!(status, 200, "{path}: {body}");
        let mut value = serde_json::from_str(&body).unwrap();
        drop_what_differs(&mut value);
        value
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.stop();
        self.thread.take().map(std::thread::JoinHandle::join);
    }
}

/// Removes what says how an answer was made: times, the number of the commit, scores, which agree to some digits alone, and
/// figures of files. Occurrences are not counted on an engine, which a note says.
fn drop_what_differs(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in ["took_ms", "commit", "score", "segments", "bytes", "store_bytes", "occurrences", "notes"] {
                fields.remove(name);
            }
            fields.values_mut().for_each(drop_what_differs);
        }
        Value::Array(values) => values.iter_mut().for_each(drop_what_differs),
        _ => {}
    }
}

fn q(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

pub fn served(cluster: &mut Cluster) {
    let settings = settings(cluster, "served");
    push(&settings, &[corpus()], Prune::Nothing);
    reprints(&settings, &Control::default()).unwrap();
    let index = embedded(&[corpus()]);
    let id = index.snapshot().all().next().unwrap().unwrap().1.id;
    let (there, here) = (Site::start(Box::new(Newest::open(&settings).unwrap())), Site::start(Box::new(index)));
    let word = q("工会");
    for path in [
        "/healthz".to_string(),
        "/api/stats".to_string(),
        format!("/api/search?q={word}&facets=true&limit=20"),
        format!("/api/search?q={}&sort=newest", q("\"农民工工资\"")),
        format!("/api/timeline?q={word}&by=month"),
        format!("/api/compare?q={word}&q={}", q("仲裁")),
        format!("/api/concordance?q={word}&limit=50"),
        format!("/api/articles/{id}"),
        format!("/api/articles/{id}/copies"),
        format!("/api/similar/{id}"),
        format!("/api/why-not/{id}?q={word}"),
        format!("/api/export?q={word}&format=jsonl"),
    ] {
        if path.starts_with("/api/export") {
            assert_eq!(lines(&there, &path), lines(&here, &path), "{path}");
        } else {
            assert_eq!(there.json(&path), here.json(&path), "{path}");
        }
    }
    for path in ["/".to_string(), format!("/search?q={word}"), format!("/article/{id}?q={word}"), "/day".to_string()] {
        let (status, _, page) = there.ask(&path, None);
        assert_eq!(status, here.ask(&path, None).0, "{path}");
        assert!(status < 400 && page.contains("</html>"), "{path} {status}: {page}");
    }
    // What an engine can't answer is said.
    let (status, _, problem) = there.ask(&format!("/api/keywords?q={word}"), None);
    assert!(status == 400 && problem.contains("keywords"), "{status} {problem}");
    // An answer stays good until an article changes, and is made anew then, also over a rebuild.
    let path = format!("/api/search?q={}", q("\"新来的一条\""));
    let (_, tag, _) = there.ask(&path, None);
    assert!(!tag.is_empty() && there.ask(&path, Some(&tag)).0 == 304);
    let folder = tempfile::tempdir().unwrap();
    let line = r#"{"id":"new","title":"新来的一条","body":"职工之家又开了一家，来了很多人。"}"#;
    std::fs::write(folder.path().join("new.jsonl"), line).unwrap();
    push(&settings, &[folder.path().to_path_buf()], Prune::Nothing);
    let (status, newer, body) = there.ask(&path, Some(&tag));
    assert!(status == 200 && newer != tag && body.contains("\"total\":1,"), "{status} {body}");
    let mut rebuild = Push::open(&settings, None, true, None).unwrap();
    ingest::feed(&mut rebuild, Options::new([corpus()]), None, &mut ()).unwrap();
    assert!(rebuild.finish().unwrap().serves);
    let (status, _, body) = there.ask(&path, Some(&newer));
    assert!(status == 200 && body.contains("\"total\":0,") && body.contains("\"generation\":2"), "{status} {body}");
}

/// Returns the lines of an export.
fn lines(site: &Site, path: &str) -> Vec<Value> {
    let (status, _, body) = site.ask(path, None);
    assert_eq!(status, 200, "{path}: {body}");
    let line = |line: &str| {
        let mut value = serde_json::from_str(line).unwrap();
        drop_what_differs(&mut value);
        value
    };
    body.lines().map(line).collect()
}
