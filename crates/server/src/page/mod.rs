//! The page: HTML in two languages, every state an address, working without script.

mod article;
mod chart;
mod compare;
mod context;
mod copies;
mod day;
mod help;
mod hits;
mod layout;
mod login;
mod remarks;
mod search;
mod state;
mod text;
mod why;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use maud::html;

use self::layout::PageContext;
use crate::archive::Archive;
use crate::problem::Problem;

/// Returns the routes of the pages.
pub fn routes() -> Router<Arc<Archive>> {
    Router::new()
        .route("/", get(search::home))
        .route("/search", get(search::search))
        .route("/article/{id}", get(article::article))
        .route("/article/{id}/copies/{other}", get(copies::differences))
        .route("/context", get(context::context))
        .route("/compare", get(compare::compare))
        .route("/day", get(day::day))
        .route("/why", get(why::why))
        .route("/help", get(help::help))
        .route("/login", get(login::form).post(login::login))
        .route("/choose", get(login::choose))
}

/// Problems in HTML, for who wants HTML.
pub async fn readable(request: Request, next: Next) -> Response {
    let context = PageContext::from_request(request.headers(), request.uri());
    let path = request.uri().path();
    let for_programs = path.starts_with("/api/") || matches!(path, "/metrics" | "/healthz" | "/feed.atom");
    let wants = !for_programs && wants_html(request.headers());
    let response = next.run(request).await;
    // What every answer carries it has by now; only what it says is said to people.
    match response.extensions().get::<Problem>() {
        Some(problem) if wants => explained(&context, problem, &response),
        _ => response,
    }
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

fn explained(context: &PageContext, problem: &Problem, before: &Response) -> Response {
    let lang = context.lang;
    let title = match problem.status {
        StatusCode::NOT_FOUND => lang.pick("这里什么也没有", "There is nothing here"),
        StatusCode::BAD_REQUEST | StatusCode::URI_TOO_LONG => lang.pick("请求无效", "Invalid request"),
        StatusCode::SERVICE_UNAVAILABLE => lang.pick("服务繁忙", "The server is busy"),
        StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST => {
            lang.pick("不接受来自那里的请求", "Requests from there are refused")
        }
        _ => lang.pick("出错了", "Something went wrong"),
    };
    let body = html! {
        section.problem {
            h1 { (title) }
            p { (text::line(&problem.detail)) }
            p { a href="/" { (lang.pick("回到首页", "To the first page")) } }
        }
    };
    let mut response = layout::page(context, title, None, "", body);
    *response.status_mut() = problem.status;
    for (name, value) in before.headers() {
        if !response.headers().contains_key(name) && name != header::CONTENT_LENGTH && name != header::CONTENT_ENCODING
        {
            response.headers_mut().insert(name.clone(), value.clone());
        }
    }
    layout::no_store(response)
}
