//! Access: the rules that every request is held against before anything else, and the headers that every answer carries.
//!
//! Nothing over HTTP changes the index, so there is no more to protect than the reading: by the token where one is set,
//! by the name under which the server is asked (DNS rebinding), and by headers that keep the text of the archive from
//! becoming a program.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::archive::Archive;
use crate::problem::Problem;
use crate::settings::{Hosts, Log, Settings};

/// The longest path and query, in bytes as they are sent: a query of the longest kind in Chinese takes nine a character.
const MAX_TARGET: usize = 16 << 10;
/// The name of the session cookie, which a browser has after the login.
pub const COOKIE: &str = "gongxun_session";
/// The content security policy: nothing that is not of this server, and no inline script.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The headers of every answer.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Holds a request against the rules, counts it, and dresses its answer.
pub async fn guard(State(archive): State<Arc<Archive>>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let settings = &archive.settings;
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let allowed = allowed_origin(request.headers(), settings);
    let mut response = match check(&request, settings) {
        Err(problem) => {
            let mut response = problem.into_response();
            // Further bytes of the connection are not read as a request.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
        Ok(()) if method == Method::OPTIONS => preflight(allowed.is_some()),
        Ok(()) if !may_read(&request, settings) => refused(&uri),
        Ok(()) => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    }
    let took = start.elapsed();
    archive.metrics.answered(uri.path(), response.status().as_u16(), took);
    if let Some(cause) = response.extensions().get::<Problem>().and_then(|problem| problem.cause.as_ref()) {
        settings.lines.write(cause);
    }
    log(settings, &method, &uri, response.status(), took.as_secs_f64() * 1e3);
    response
}

fn check(request: &Request, settings: &Settings) -> Result<(), Problem> {
    let (headers, uri) = (request.headers(), request.uri());
    let target = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > MAX_TARGET {
        return Err(Problem::new(StatusCode::URI_TOO_LONG, "the address is too long"));
    }
    let is_login = uri.path() == "/login";
    let cors = request.method() == Method::OPTIONS && !settings.origins.is_empty();
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    if !(reads || cors || is_login && request.method() == Method::POST) {
        return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "only reading is possible here: GET and HEAD"));
    }
    let length = headers.get(header::CONTENT_LENGTH).map(HeaderValue::as_bytes);
    let has_body = headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length != b"0");
    if headers.contains_key(header::TRANSFER_ENCODING) && length.is_some()
        || headers.get_all(header::CONTENT_LENGTH).iter().count() > 1
    {
        return Err(Problem::bad("the request has two lengths"));
    }
    if has_body && !is_login {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "a request here has no body"));
    }
    check_host(headers, uri, settings)?;
    check_origin(headers, uri, request.method(), settings)
}

/// Returns the host that a request names.
fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Result<&'a str, Problem> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, other) = (hosts.next(), hosts.next());
    let host = host.and_then(|host| host.to_str().ok()).filter(|host| !host.is_empty());
    match (host, other, uri.authority()) {
        (Some(host), None, None) => Ok(host),
        (Some(host), None, Some(authority)) if authority.as_str() == host => Ok(host),
        _ => Err(Problem::bad("a request must name one host")),
    }
}

fn check_host(headers: &HeaderMap, uri: &Uri, settings: &Settings) -> Result<(), Problem> {
    let host = host(headers, uri)?;
    let Hosts::Loopback(others) = &settings.hosts else { return Ok(()) };
    let name = name_of(host);
    let is_loopback = name.eq_ignore_ascii_case("localhost")
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_loopback || others.iter().any(|other| other.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::MISDIRECTED_REQUEST,
        "this server does not answer under this name; --host NAME lets it, where that is meant",
    ))
}

/// Returns a host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Refuses a request by a script of another site; links from other sites are allowed.
fn check_origin(headers: &HeaderMap, uri: &Uri, method: &Method, settings: &Settings) -> Result<(), Problem> {
    let foreign =
        || Problem::new(StatusCode::FORBIDDEN, "requests from other sites are refused; --cors ORIGIN allows one");
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let own = host(headers, uri).unwrap_or_default();
        let is_own = origin
            .split_once("://")
            .is_some_and(|(scheme, rest)| matches!(scheme, "http" | "https") && rest.eq_ignore_ascii_case(own));
        return if is_own || settings.origins.iter().any(|other| other == origin) { Ok(()) } else { Err(foreign()) };
    }
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_cross = says("sec-fetch-site") == Some("cross-site");
    let is_link = says("sec-fetch-mode") == Some("navigate") && says("sec-fetch-dest") == Some("document");
    if is_cross && !(is_link && *method == Method::GET) { Err(foreign()) } else { Ok(()) }
}

fn allowed_origin(headers: &HeaderMap, settings: &Settings) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    settings.origins.iter().any(|other| other.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

fn preflight(allowed: bool) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if allowed {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, if-none-match"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

/// Whether what is asked for is open to all, or the token was shown: in the header `Authorization`, or once, for a cookie.
fn may_read(request: &Request, settings: &Settings) -> bool {
    let Some(token) = &settings.token else { return true };
    let path = request.uri().path();
    if path == "/healthz" || path == "/login" || path.starts_with("/assets/") {
        return true;
    }
    let headers = request.headers();
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = bearer.and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")));
    if shown.is_some_and(|shown| is_token(shown.trim(), token)) {
        return true;
    }
    let session = session(token);
    cookie(headers, COOKIE).is_some_and(|cookie| is_same(cookie, &session))
}

fn refused(uri: &Uri) -> Response {
    let path = uri.path();
    if path.starts_with("/api/") || path == "/metrics" || path == "/feed.atom" {
        return Problem::new(StatusCode::UNAUTHORIZED, "a token is required: Authorization: Bearer …").into_response();
    }
    let next = uri.path_and_query().map_or("/", |target| target.as_str());
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    Redirect::to(&format!("/login?next={next}")).into_response()
}

/// Returns the value of the session cookie: a hash that does not reveal the token.
pub fn session(token: &str) -> String {
    blake3::Hasher::new_derive_key("gongxun server 2026-11-29 session").update(token.as_bytes()).finalize().to_string()
}

/// Whether a text is the token. How long it takes does not tell how much of it is right.
pub fn is_token(shown: &str, token: &str) -> bool {
    is_same(shown, token)
}

fn is_same(a: &str, b: &str) -> bool {
    // Hashes compare in constant time.
    blake3::hash(a.as_bytes()) == blake3::hash(b.as_bytes())
}

/// Returns the value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(other, _)| *other == name).map(|(_, value)| value)
}

/// Returns the address by which the client reached the server, without a path: `http://localhost:7878`.
pub fn served_at(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("{}://{host}", if is_secure(headers) { "https" } else { "http" })
}

/// Whether the client's connection is encrypted, according to a proxy before this server.
pub fn is_secure(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"))
}

/// Returns a text if it is a path of this server, else the path of the first page: never an address of another site.
pub fn local(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|b| b.is_ascii_graphic())
        && next.len() <= MAX_TARGET;
    if is_local { next } else { "/" }
}

fn log(settings: &Settings, method: &Method, uri: &Uri, status: StatusCode, millis: f64) {
    let target = match settings.log {
        Log::Off => return,
        Log::Paths => uri.path(),
        Log::Queries => uri.path_and_query().map_or("", |target| target.as_str()),
    };
    settings.lines.write(&format!("{method} {target} {} {millis:.1} ms", status.as_u16()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_gone_on_to() {
        for (next, to) in [
            ("/search?q=%E5%B7%A5", "/search?q=%E5%B7%A5"),
            ("//evil.example/", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example/", "/"),
            ("javascript:alert(1)", "/"),
            ("/a\r\nSet-Cookie: x=y", "/"),
            ("", "/"),
        ] {
            assert_eq!(local(next), to);
        }
    }

    #[test]
    fn the_session_does_not_tell_the_token() {
        let token = "correct-horse-battery";
        assert!(is_token(token, token) && !is_token("correct-horse-batter", token));
        assert_ne!(session(token), session("correct-horse-batterz"));
        assert!(!session(token).contains("horse") && session(token).len() == 64);
    }

    #[test]
    fn hosts_lose_their_port_alone() {
        for (host, name) in
            [("localhost:7878", "localhost"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("a:b", "a:b"), ("a", "a")]
        {
            assert_eq!(name_of(host), name);
        }
    }
}
