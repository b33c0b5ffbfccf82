//! `GET /feed.atom`: the newest hits of a query as an Atom feed (RFC 4287).

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use gongxun_core::article::Date;
use gongxun_core::search::{Hit, Sort};
use gongxun_core::view::clean;

use super::answer::passing;
use crate::archive::{Archive, SearchContext};
use crate::conditions::Conditions;
use crate::guard::served_at;
use crate::params::{Narrowed, Nothing};
use crate::problem::Problem;

/// The most articles in a feed.
const ENTRIES: usize = 50;

/// `GET /feed.atom`
#[utoipa::path(get, path = "/feed.atom", tag = "search", params(Conditions), responses(
    (status = 200, description = "The newest articles that hold all that was typed", body = String, content_type = "application/atom+xml"),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn feed(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    uri: Uri,
    given: Narrowed<Nothing>,
) -> Response {
    let at = served_at(&headers);
    // The address of the server stands in it.
    let variant = blake3::hash(at.as_bytes()).to_hex()[..8].to_string();
    archive.run(&headers, &variant, move |cx| written(&given.conditions, &at, &uri, cx)).await
}

fn written(conditions: &Conditions, at: &str, uri: &Uri, cx: &SearchContext<'_>) -> Result<Response, Problem> {
    let mut request = conditions.request()?;
    (request.sort, request.limit, request.breadth) = (Sort::Newest, ENTRIES, request.count);
    let results = cx.answer(&request)?;
    let newest = results.hits.iter().filter_map(|hit| hit.article.date).max();
    let stats = cx.view.stats()?;
    let own = uri.path_and_query().map_or("/feed.atom", |target| target.as_str());
    let page = own.replacen("/feed.atom", "/search", 1);
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    let title =
        if results.query.trim().is_empty() { "工讯".to_string() } else { format!("{} · 工讯", results.query) };
    let _ = writeln!(out, "<title>{}</title>\n<id>{}</id>", xml(&title), xml(&format!("{at}{own}")));
    let _ = writeln!(out, "<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>", xml(&format!("{at}{own}")));
    let _ = writeln!(out, "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>", xml(&format!("{at}{page}")));
    let _ = writeln!(out, "<updated>{}</updated>", moment(newest.or(stats.last_day)));
    let _ = writeln!(out, "<author><name>gongxun</name></author>");
    results.hits.iter().for_each(|hit| entry(&mut out, at, hit));
    out.push_str("</feed>\n");
    let mut response = out.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/atom+xml; charset=utf-8"));
    Ok(passing(response, results.cut_short))
}

fn entry(out: &mut String, at: &str, hit: &Hit) {
    let article = &hit.article;
    let title = if article.title.trim().is_empty() { "（无标题）" } else { &article.title };
    let to = format!("{at}/article/{}", article.id);
    let _ = writeln!(out, "<entry>\n<title>{}</title>\n<id>{}</id>", xml(title), xml(&to));
    let _ = writeln!(out, "<link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>", xml(&to));
    let _ = writeln!(out, "<updated>{}</updated>", moment(article.date));
    for author in article.authors() {
        let _ = writeln!(out, "<author><name>{}</name></author>", xml(author));
    }
    if let Some(source) = &article.source {
        let _ = writeln!(out, "<category term=\"{}\"/>", xml(source));
    }
    let _ = writeln!(out, "<summary>{}</summary>\n</entry>", xml(&hit.snippet.text));
}

/// Formats a date by RFC 3339: a day is its midnight, no date the earliest time.
fn moment(date: Option<Date>) -> String {
    match date {
        Some(date) if date.time().is_some() => date.to_string(),
        Some(date) => format!("{date}T00:00:00+08:00"),
        None => "1970-01-01T00:00:00Z".to_string(),
    }
}

/// Replaces the control characters of a text, which XML does not allow.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean::text(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
