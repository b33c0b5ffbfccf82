//! The API: the JSON of the command line, over HTTP.

mod answer;
mod articles;
mod explore;
mod export;
mod feed;
mod openapi;
mod schema;
mod search;
mod vocabulary;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::archive::Archive;

/// Returns the routes of the API.
pub fn routes() -> Router<Arc<Archive>> {
    Router::new()
        .route("/api/search", get(search::search))
        .route("/api/export", get(export::export))
        .route("/api/articles/{id}", get(articles::article))
        .route("/api/articles/{id}/copies", get(articles::copies))
        .route("/api/similar/{id}", get(explore::similar))
        .route("/api/why-not/{id}", get(explore::why_not))
        .route("/api/timeline", get(explore::timeline))
        .route("/api/compare", get(explore::compare))
        .route("/api/concordance", get(explore::concordance))
        .route("/api/keywords", get(vocabulary::keywords))
        .route("/api/collocations", get(vocabulary::collocations))
        .route("/api/suggest", get(explore::suggest))
        .route("/api/stats", get(explore::stats))
        .route("/api/openapi.json", get(openapi::document))
        .route("/feed.atom", get(feed::feed))
}
