//! `GET /api/search`

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use gongxun_core::search::Request;
use gongxun_core::search::snippet::LENGTHS;
use gongxun_core::view;

use super::answer::{json, passing};
use crate::archive::Archive;
use crate::conditions::place;
use crate::params::{Given, SortName, with_conditions};
use crate::problem::Problem;

with_conditions! {
    /// What a search takes.
    pub struct Search {
        /// The order.
        #[param(inline)]
        pub sort: SortName,
        /// How many hits; 10 unless given.
        #[param(minimum = 0, maximum = 100)]
        pub limit: Option<usize>,
        /// How many hits to pass over; with `limit` up to 10,000.
        #[param(minimum = 0, maximum = 10000)]
        pub offset: usize,
        /// Count sources, outlets, editors, authors, sections and months too.
        pub facets: bool,
        /// How long snippets are, in characters; 0 leaves them out.
        #[param(minimum = 0, maximum = 2000)]
        pub snippet_length: Option<usize>,
        /// Tell for each hit which words scored what.
        pub explain: bool,
    }
}

/// `GET /api/search`
#[utoipa::path(get, path = "/api/search", tag = "search", params(Search), responses(
    (status = 200, description = "A page of hits", body = super::schema::Answer),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn search(State(archive): State<Arc<Archive>>, headers: HeaderMap, Given(given): Given<Search>) -> Response {
    let work = move |asked: &crate::archive::Asked<'_>| {
        let mut request = given.conditions().request()?;
        request.sort = given.sort.into();
        request.facets = given.facets;
        request.explain = given.explain;
        place(&mut request, given.limit.unwrap_or(Request::DEFAULT_LIMIT), given.offset)?;
        if let Some(length) = given.snippet_length {
            if length > LENGTHS.1 {
                return Err(Problem::bad(format!("snippet_length: {} characters at the most", LENGTHS.1)));
            }
            request.snippet_length = length;
        }
        let results = asked.answer(&request)?;
        Ok(passing(json(view::json::answer(&results)), results.cut_short))
    };
    archive.ask(&headers, "", work).await
}
