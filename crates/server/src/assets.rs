//! Style, script and icon, embedded in the program. Their addresses change with their content, so that caches may keep
//! them forever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;

/// The media type of feeds.
pub const FEED_TYPE: &str = "application/atom+xml";

/// A file inside the program.
pub struct Asset {
    name: &'static str,
    media_type: &'static str,
    text: &'static str,
    version: LazyLock<String>,
}

impl Asset {
    /// Its address.
    pub fn href(&self) -> String {
        format!("/assets/{}?v={}", self.name, *self.version)
    }
}

macro_rules! asset {
    ($name:literal, $media_type:literal) => {
        Asset {
            name: $name,
            media_type: $media_type,
            text: include_str!(concat!("assets/", $name)),
            version: LazyLock::new(|| {
                blake3::hash(include_bytes!(concat!("assets/", $name))).to_hex()[..12].to_string()
            }),
        }
    };
}

/// The style.
pub static STYLE: Asset = asset!("style.css", "text/css; charset=utf-8");
/// The script; the page works without it.
pub static SCRIPT: Asset = asset!("page.js", "text/javascript; charset=utf-8");
/// The icon.
pub static ICON: Asset = asset!("icon.svg", "image/svg+xml");

/// Handles `GET /assets/{name}`.
pub async fn asset(Path(name): Path<String>) -> Response {
    let Some(asset) = [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| asset.name == name) else {
        return Problem::not_found("there is no such file").into_response();
    };
    let mut response = asset.text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}
