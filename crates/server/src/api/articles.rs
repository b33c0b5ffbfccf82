//! `GET /api/articles/{id}` and its copies.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use gongxun_core::view;

use super::answer::json;
use crate::archive::Archive;
use crate::params::Id;
use crate::problem::Problem;

/// `GET /api/articles/{id}`
#[utoipa::path(get, path = "/api/articles/{id}", tag = "articles", params(("id" = String, Path, description = "The article's id")), responses(
    (status = 200, description = "The article, with its margin", body = super::schema::Article),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn article(State(archive): State<Arc<Archive>>, headers: HeaderMap, Id(id): Id) -> Response {
    let work = move |cx: &crate::archive::SearchContext<'_>| {
        let article = cx.read().by_id(&id)?.ok_or_else(Problem::no_article)?;
        Ok(json(serde_json::to_string(&article).unwrap_or_default()))
    };
    archive.run(&headers, "", work).await
}

/// `GET /api/articles/{id}/copies`
#[utoipa::path(get, path = "/api/articles/{id}/copies", tag = "articles", params(("id" = String, Path, description = "The article's id")), responses(
    (status = 200, description = "Its copies, itself among them", body = super::schema::Copies),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn copies(State(archive): State<Arc<Archive>>, headers: HeaderMap, Id(id): Id) -> Response {
    let work = move |cx: &crate::archive::SearchContext<'_>| {
        let copies = cx.read().copies_of(&id)?.ok_or_else(Problem::no_article)?;
        Ok(json(view::reprints::json(&id, &copies)))
    };
    archive.run(&headers, "", work).await
}
