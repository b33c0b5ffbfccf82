//! `/login`: exchanges the token for a session cookie. `/choose` stores language and colours.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;

use super::layout::{self, PageContext, Theme};
use super::state::value;
use crate::archive::Archive;
use crate::guard::{COOKIE, is_secure, is_token, local, session};
use crate::language::Lang;
use crate::problem::Problem;

/// The longest form, in bytes, and how long it may take to come.
const MAX_FORM: usize = 4 << 10;
const FORM_TIMEOUT: Duration = Duration::from_secs(10);
/// The delay of the answer to a wrong token.
const WRONG: Duration = Duration::from_millis(500);
/// For how many seconds a browser stays logged in, and keeps language and colours.
const SESSION: u32 = 30 * 86_400;
const CHOICE: u32 = 365 * 86_400;

/// Handles `GET /login`.
pub async fn form(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri) -> Response {
    if archive.settings.token.is_none() {
        return Redirect::to("/").into_response();
    }
    form_page(&PageContext::from_request(&headers, &uri), local(&value(&uri, "next").unwrap_or_default()), false)
}

fn form_page(context: &PageContext, next: &str, wrong: bool) -> Response {
    let lang = context.lang;
    let body = html! {
        section.login {
            h1 { (lang.pick("登录", "Log in")) }
            p { (lang.pick("这个馆藏凭口令阅读。口令在启动服务的人那里。", "This archive is read by a token. Whoever runs the server has it.")) }
            @if wrong { p.warn role="alert" { (lang.pick("口令不对。", "This is not the token.")) } }
            form action="/login" method="post" {
                label for="token" { (lang.pick("口令", "Token")) }
                input #token name="token" type="password" autocomplete="current-password" required autofocus maxlength="1000";
                input type="hidden" name="next" value=(next);
                button type="submit" { (lang.pick("进入", "Enter")) }
            }
        }
    };
    let response = layout::page(context, lang.pick("登录", "Log in"), None, "", body);
    layout::no_store(response)
}

/// Handles `POST /login`.
pub async fn login(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri, body: Body) -> Response {
    let Some(token) = &archive.settings.token else { return Redirect::to("/").into_response() };
    let Ok(read) = tokio::time::timeout(FORM_TIMEOUT, to_bytes(body, MAX_FORM)).await else {
        return Problem::new(StatusCode::REQUEST_TIMEOUT, "the form took too long").into_response();
    };
    let Ok(form) = read else {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the form is too long").into_response();
    };
    let field = |name: &str| {
        let mut pairs = form_urlencoded::parse(&form);
        pairs.find(|(other, _)| other == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    // Few guess at once, and each guess takes its time.
    let Ok(_permit) = archive.logins.acquire().await else { return Problem::busy("try again").into_response() };
    let next = field("next");
    if !is_token(field("token").trim(), token) {
        tokio::time::sleep(WRONG).await;
        let mut response = form_page(&PageContext::from_request(&headers, &uri), local(&next), true);
        *response.status_mut() = StatusCode::FORBIDDEN;
        return response;
    }
    let secure = if is_secure(&headers) { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age={SESSION}; HttpOnly; SameSite=Lax{secure}", session(token));
    with_cookie(Redirect::to(local(&next)).into_response(), &cookie)
}

/// Handles `GET /choose`: sets the language or the colours, and leads back.
pub async fn choose(uri: Uri) -> Response {
    let back = Redirect::to(local(&value(&uri, "next").unwrap_or_default())).into_response();
    let chosen = [
        value(&uri, "lang").and_then(|code| Lang::from_code(&code)).map(|lang| ("lang", lang.code())),
        value(&uri, "theme").and_then(|name| Theme::from_name(&name)).map(|theme| ("theme", theme.name())),
    ];
    chosen.into_iter().flatten().fold(back, |response, (name, value)| {
        with_cookie(response, &format!("{name}={value}; Path=/; Max-Age={CHOICE}; SameSite=Lax"))
    })
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    layout::no_store(response)
}
