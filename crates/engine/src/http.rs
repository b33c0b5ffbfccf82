//! HTTP requests to OpenSearch, with retries: JSON in, JSON out.
//!
//! A request without a complete response, or with status 429 or 5xx, is sent again after waits that double. Any request
//! of this crate may be sent twice: a write that was applied the first time conflicts with itself and is then found to be
//! stored, and a second point in time expires.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;
use ureq::http::{Method, Request, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::error::engine_error;
use crate::settings::{Access, Settings};
use gongxun_core::error::{Error, Result};

/// The timeout for opening a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// The largest body of a response, in bytes.
const MAX_RESPONSE: u64 = 1 << 30;
/// The most characters of a response that an error quotes.
const MAX_REASON: usize = 400;
const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";

/// An HTTP client of an OpenSearch cluster. Clones are cheap and share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
    url: String,
    authorization: Option<String>,
    attempts: u32,
    waits: (Duration, Duration),
}

/// A response.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The HTTP status code.
    pub status: u16,
    /// The body: null if it is empty, a string if it is the text of an error that is not JSON.
    pub body: Value,
}

impl Client {
    /// Creates a client from settings, without sending anything.
    ///
    /// # Errors
    /// If the address is invalid or contains credentials, if credentials would be sent unencrypted to another machine,
    /// or if the certificates can't be parsed.
    pub fn new(settings: &Settings) -> Result<Client> {
        let url = settings.url.trim_end_matches('/').to_string();
        // The parser is that of the connections, so that both read the same host.
        let uri = url.parse::<Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
        let Some(host) = uri.as_ref().and_then(Uri::host).filter(|host| !host.is_empty()) else {
            return Err(Error::Invalid(format!("{url}: no address of an engine: write https://host:9200")));
        };
        if uri.as_ref().and_then(Uri::authority).is_some_and(|authority| authority.as_str().contains('@')) {
            let what = "an address with a password in it is seen by others; set GONGXUN_ENGINE_USER and GONGXUN_ENGINE_PASSWORD";
            return Err(Error::Invalid(what.to_string()));
        }
        let authorization = authorization(&settings.access);
        let is_encrypted = uri.as_ref().and_then(Uri::scheme_str) == Some("https");
        if authorization.is_some() && !is_encrypted && !is_this_machine(host) {
            let what = "a password or key would travel in the clear; write https://";
            return Err(Error::Invalid(format!("{url}: {what}")));
        }
        let mut tls = TlsConfig::builder();
        if let Some(pem) = &settings.access.certificates {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates(pem)?)));
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(settings.timeout))
            .max_redirects(0)
            .tls_config(tls.build())
            .build();
        let (attempts, waits) = (settings.attempts.max(1), (settings.first_wait, settings.longest_wait));
        Ok(Client { agent: config.into(), url, authorization, attempts, waits })
    }

    /// Returns the address of OpenSearch.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Gets a path; `None` if the status is 404.
    ///
    /// # Errors
    /// If OpenSearch can't be reached or refuses the request.
    pub fn get(&self, path: &str) -> Result<Option<Value>> {
        let answer = self.send(Method::GET, path, JSON, &[])?;
        if answer.status == 404 { Ok(None) } else { self.success(path, answer).map(Some) }
    }

    /// Posts JSON to a path and returns the body of the response.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.success(path, self.send(Method::POST, path, JSON, &bytes(body))?)
    }

    /// Puts JSON to a path and returns the response, whatever its status.
    ///
    /// # Errors
    /// If OpenSearch can't be reached.
    pub fn put(&self, path: &str, body: &Value) -> Result<Response> {
        self.send(Method::PUT, path, JSON, &bytes(body))
    }

    /// Sends a DELETE request for a path, with the body if there is one. Status 404 is no error.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn delete(&self, path: &str, body: Option<&Value>) -> Result<()> {
        let answer = self.send(Method::DELETE, path, JSON, &body.map(bytes).unwrap_or_default())?;
        if answer.status == 404 { Ok(()) } else { self.success(path, answer).map(drop) }
    }

    /// Posts newline-delimited JSON to a path and returns the body of the response.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn post_lines(&self, path: &str, lines: &[u8]) -> Result<Value> {
        self.success(path, self.send(Method::POST, path, LINES, lines)?)
    }

    /// Returns the body of a response whose status is below 300.
    ///
    /// # Errors
    /// If the status is another.
    pub fn success(&self, path: &str, answer: Response) -> Result<Value> {
        if answer.status < 300 { Ok(answer.body) } else { Err(self.status_error(path, &answer)) }
    }

    /// Returns the error for an unsuccessful response, with a remedy where one is known.
    pub fn status_error(&self, path: &str, answer: &Response) -> Error {
        let said = reason(&answer.body).unwrap_or_else(|| truncated(&answer.body.to_string()));
        let hint = match answer.status {
            401 | 403 if said.contains("block") => block_hint(&said),
            401 | 403 => {
                "; set GONGXUN_ENGINE_USER and GONGXUN_ENGINE_PASSWORD, or GONGXUN_ENGINE_API_KEY, of who may do this"
            }
            429 if said.contains("block") => block_hint(&said),
            429 => "; it has too much to do: send less at once, or give it more",
            _ => "",
        };
        let path = path.split('?').next().unwrap_or(path);
        engine_error(format!("{}{path}: {} {said}{hint}", self.url, answer.status))
    }

    /// Returns the waits between the attempts at a request. Each is twice as long as the one before, up to the longest.
    pub fn waits(&self) -> impl Iterator<Item = Duration> + use<> {
        let (first, longest) = self.waits;
        let doubled = std::iter::successors(Some(first), move |wait| Some((*wait * 2).min(longest)));
        doubled.take(self.attempts.saturating_sub(1) as usize)
    }

    fn send(&self, method: Method, path: &str, kind: &str, body: &[u8]) -> Result<Response> {
        let mut waits = self.waits();
        loop {
            let answer = self.send_once(&method, path, kind, body);
            let is_over = match &answer {
                Ok(answer) => !(answer.status == 429 || answer.status >= 500),
                Err((_, again)) => !again,
            };
            match (answer, if is_over { None } else { waits.next() }) {
                (_, Some(wait)) => std::thread::sleep(wait),
                (Ok(answer), None) => return Ok(answer),
                (Err((error, _)), None) => {
                    let tried = if is_over { String::new() } else { format!(" ({} attempts)", self.attempts) };
                    return Err(engine_error(format!(
                        "{}: {error}{tried}; is it there, and reached from here?",
                        self.url
                    )));
                }
            }
        }
    }

    /// Sends a request once. An error has a flag that tells whether another attempt may succeed.
    fn send_once(&self, method: &Method, path: &str, kind: &str, body: &[u8]) -> Result<Response, (String, bool)> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url)).header("accept", JSON);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        let failed = |error: ureq::Error| {
            let again = !matches!(error, ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::Tls(_));
            (error.to_string(), again)
        };
        let wrong = |error: ureq::http::Error| (error.to_string(), false);
        let response = if body.is_empty() {
            self.agent.run(request.body(()).map_err(wrong)?)
        } else {
            self.agent.run(request.header("content-type", kind).body(body).map_err(wrong)?)
        };
        let mut response = response.map_err(failed)?;
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(MAX_RESPONSE).read_to_vec().map_err(failed)?;
        let body = match serde_json::from_slice(&text) {
            Ok(body) => body,
            Err(_) if text.is_empty() => Value::Null,
            // A truncated response is a reason to retry; a proxy's error page is kept as text.
            Err(error) if status < 300 => return Err((format!("its answer is no JSON: {error}"), true)),
            Err(_) => Value::String(String::from_utf8_lossy(&text).into_owned()),
        };
        Ok(Response { status, body })
    }
}

/// Whether a host, without a port, is this machine: `localhost` or a loopback address.
fn is_this_machine(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn bytes(body: &Value) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

fn authorization(access: &Access) -> Option<String> {
    let basic = access.user.as_ref().map(|(user, password)| {
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
    });
    access.api_key.as_ref().map(|key| format!("ApiKey {key}")).or(basic)
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>> {
    let bad = |what: String| Error::Invalid(format!("GONGXUN_ENGINE_CA: {what}"));
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| bad(error.to_string()))? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(bad("no certificate in PEM is in it".to_string())) } else { Ok(found) }
}

/// Returns the type and the reason of the first root cause in an error response.
pub fn reason(body: &Value) -> Option<String> {
    let error = body.get("error").unwrap_or(body);
    let cause = error.get("root_cause").and_then(|causes| causes.get(0)).unwrap_or(error);
    let text = |name: &str| cause.get(name).and_then(Value::as_str);
    match (text("type"), text("reason")) {
        (Some(kind), Some(reason)) => Some(truncated(&format!("{kind}: {reason}"))),
        (Some(kind), None) => Some(kind.to_string()),
        _ => error.as_str().map(truncated),
    }
}

/// Returns the remedy for a write block, by the reason that OpenSearch gives.
pub fn block_hint(said: &str) -> &'static str {
    if said.contains("read-only") || said.contains("read_only") {
        "; it takes nothing in now: if its disk is full, make room; then take the block off, and the same command goes on from there"
    } else {
        "; it is blocked; when the block is off, the same command goes on from there"
    }
}

fn truncated(text: &str) -> String {
    match text.char_indices().nth(MAX_REASON) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}
