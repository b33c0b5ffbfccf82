//! A scripted HTTP server in place of OpenSearch.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gongxun_engine::Settings;

/// The server's reaction to a request.
pub enum Act {
    /// Sends a response with this status and body.
    Say(u16, String),
    /// Closes the connection without a response.
    Reset,
    /// Sends half of the body, after a header with the length of the whole.
    Half(String),
}

/// A request: its first line, its headers and its body.
pub struct HttpRequest {
    pub line: String,
    headers: String,
    pub body: String,
}

impl HttpRequest {
    /// Returns the path without its parameters.
    pub fn path(&self) -> &str {
        let path = self.line.split(' ').nth(1).unwrap_or_default();
        path.split('?').next().unwrap_or_default()
    }
}

pub type Log = Arc<Mutex<Vec<String>>>;

/// Starts a server whose reactions `act` determines. Returns its address and the log of its requests.
pub fn server(mut act: impl FnMut(&HttpRequest) -> Act + Send + 'static) -> (String, Log) {
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

pub const SHARDS: &str = r#""timed_out":false,"_shards":{"total":3,"successful":3,"skipped":0,"failed":0}"#;

/// Reacts as an OpenSearch with an empty index.
pub fn good(request: &HttpRequest) -> Act {
    let found = format!(
        r#"{{{SHARDS},"hits":{{"total":{{"value":0,"relation":"eq"}},"hits":[]}},"aggregations":{{"all":{{"buckets":[]}}}}}}"#
    );
    let text = match request.path() {
        "/" => r#"{"version":{"number":"2.19.6","distribution":"opensearch"}}"#.to_string(),
        "/_alias/gongxun" => r#"{"gongxun-000001":{"aliases":{"gongxun":{}}}}"#.to_string(),
        "/gongxun-*/_settings" => r#"{"gongxun-000001":{"settings":{"index":{"uuid":"x"}}}}"#.to_string(),
        path if path.ends_with("/_mapping") => {
            r#"{"gongxun-000001":{"mappings":{"_meta":{"gongxun":{"schema":2,"dictionary":""}}}}}"#.to_string()
        }
        path if path.ends_with("/point_in_time") => r#"{"pit_id":"p"}"#.to_string(),
        path if path.ends_with("/_msearch") => {
            let questions = request.body.lines().count() / 2;
            format!(r#"{{"responses":[{}]}}"#, vec![found; questions].join(","))
        }
        path if path.ends_with("/_search") => found,
        path if path.ends_with("/_bulk") => {
            let is_action = |line: &&str| line.starts_with("{\"create\":") || line.starts_with("{\"index\":");
            let items = request.body.lines().filter(is_action).count();
            format!(r#"{{"items":[{}]}}"#, vec![r#"{"index":{"_id":"x","status":201}}"#; items].join(","))
        }
        _ => "{}".to_string(),
    };
    Act::Say(200, text)
}

pub fn settings(url: &str) -> Settings {
    Settings::new(url).attempts(4, Duration::from_millis(1))
}
