//! `GET /api/search`

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use gongxun_core::search::Request;
use gongxun_core::search::snippet::LENGTHS;
use gongxun_core::view;
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{json, passing};
use crate::archive::Archive;
use crate::conditions::{Conditions, place};
use crate::params::{Narrowed, SortName};
use crate::problem::Problem;

/// The parameters of a search, in addition to the conditions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// The sort order.
    #[param(inline)]
    pub sort: SortName,
    /// Number of hits; 10 by default.
    #[param(minimum = 0, maximum = 100)]
    pub limit: Option<usize>,
    /// Number of hits to skip; with `limit` up to 10,000.
    #[param(minimum = 0, maximum = 10000)]
    pub offset: usize,
    /// Also count matches by source, outlet, editor, author, section and month.
    pub facets: bool,
    /// Also count the occurrences in the articles, in total and by facet.
    pub occurrences: bool,
    /// The length of snippets in characters; 0 omits them.
    #[param(minimum = 0, maximum = 2000)]
    pub snippet_length: Option<usize>,
    /// Explain the score of each hit.
    pub explain: bool,
}

/// `GET /api/search`
#[utoipa::path(get, path = "/api/search", tag = "search", params(Conditions, Search), responses(
    (status = 200, description = "A page of hits", body = super::schema::Answer),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn search(State(archive): State<Arc<Archive>>, headers: HeaderMap, given: Narrowed<Search>) -> Response {
    let Narrowed { conditions, own: given } = given;
    let work = move |cx: &crate::archive::SearchContext<'_>| {
        let mut request = conditions.request()?;
        request.sort = given.sort.into();
        request.facets = given.facets;
        request.occurrences = given.occurrences;
        request.explain = given.explain;
        place(&mut request, given.limit.unwrap_or(Request::DEFAULT_LIMIT), given.offset)?;
        if let Some(length) = given.snippet_length {
            if length > LENGTHS.1 {
                return Err(Problem::bad(format!("snippet_length: {} characters at the most", LENGTHS.1)));
            }
            request.snippet_length = length;
        }
        let results = cx.answer(&request)?;
        Ok(passing(json(view::json::answer(&results)), results.cut_short))
    };
    archive.run(&headers, "", work).await
}
