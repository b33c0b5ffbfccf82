//! JSON answers, and whether caches may keep them.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

/// Returns an answer with JSON.
pub fn json(text: String) -> Response {
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Forbids caches to keep an answer that would not be the same again.
pub fn passing(mut response: Response, is_passing: bool) -> Response {
    if is_passing {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
