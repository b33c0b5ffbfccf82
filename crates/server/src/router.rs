//! The router: all addresses with what every request passes through. A function of an archive and settings, without a socket.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use gongxun_core::search::Provider;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use crate::archive::Archive;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::{api, assets, guard, page};

/// The level of compression with br, at which it takes as much time as gzip.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(4);

/// Returns the router of the pages and the API of an archive.
///
/// ```
/// use gongxun_core::index::{Index, IndexSettings};
/// use gongxun_server::{Settings, router};
/// let index = Index::in_memory(IndexSettings::default())?;
/// let router = router(Box::new(index), Settings::default());
/// # let _: axum::Router = router;
/// # Ok::<(), gongxun_core::error::Error>(())
/// ```
pub fn router(provider: Box<dyn Provider>, settings: Settings) -> Router {
    let archive = Arc::new(Archive::new(provider, settings));
    // Files that the first search would wait for are read now. What can't be read is said to whoever asks.
    let _ = archive.view();
    Router::new()
        .merge(page::routes())
        .merge(api::routes())
        .route("/assets/{name}", get(assets::asset))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .fallback(nothing)
        .method_not_allowed_fallback(only_reading)
        .with_state(Arc::clone(&archive))
        .layer(CompressionLayer::new().quality(COMPRESSION))
        .layer(from_fn_with_state(archive, guard::guard))
        .layer(from_fn(page::readable))
}

/// Handles `GET /healthz`: whether searches are answered.
async fn health(State(archive): State<Arc<Archive>>, headers: HeaderMap) -> Response {
    let work = |cx: &crate::archive::SearchContext<'_>| {
        let articles = cx.read().articles();
        let mut response = serde_json::json!({"status": "ok", "articles": articles}).to_string().into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    };
    archive.run(&headers, "", work).await
}

/// Handles `GET /metrics`.
async fn metrics(State(archive): State<Arc<Archive>>) -> Response {
    let of = Arc::clone(&archive);
    match tokio::task::spawn_blocking(move || of.gauges()).await {
        Ok(gauges) => {
            let content = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
            (content, [(header::CACHE_CONTROL, "no-store")], archive.metrics.text(gauges)).into_response()
        }
        Err(_) => crate::archive::broken().into_response(),
    }
}

async fn nothing() -> Problem {
    Problem::not_found("there is nothing at this address")
}

async fn only_reading() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "only reading is possible here: GET and HEAD")
}
