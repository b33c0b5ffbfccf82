//! `GET /api/keywords`, `/api/collocations`: the words that are special to a query's articles, or to the surroundings of
//! its occurrences.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use gongxun_core::search::{collocations, keywords};
use gongxun_core::view;
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::{json, passing};
use crate::archive::{Archive, SearchContext};
use crate::conditions::Conditions;
use crate::params::Narrowed;
use crate::problem::Problem;

/// The most words in one answer.
const MAX_WORDS: usize = 1_000;
/// The widest window, in characters on either side.
const MAX_WINDOW: usize = 200;

/// The parameters of keywords, in addition to the conditions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Keywords {
    /// Number of words; 50 by default.
    #[param(minimum = 0, maximum = 1000)]
    pub limit: Option<usize>,
    /// Minimum number of the query's articles with the word; 2 by default.
    #[param(minimum = 0)]
    pub min: Option<usize>,
}

/// `GET /api/keywords`
#[utoipa::path(get, path = "/api/keywords", tag = "explore", params(Conditions, Keywords), responses(
    (status = 200, description = "The words that are more frequent in the query's articles than in the rest of the archive",
        body = super::schema::Keywords),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn keywords(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Narrowed { conditions, own }: Narrowed<Keywords>,
) -> Response {
    let work = move |cx: &SearchContext<'_>| {
        let request = conditions.request()?;
        let limit = words(own.limit, keywords::DEFAULT_LIMIT)?;
        let min = own.min.map_or(keywords::DEFAULT_MIN_ARTICLES, |min| min as u64);
        let options = keywords::Options::default().limit(limit).min_articles(min);
        let found = cx.read().keywords(&request, &options, &cx.control)?;
        cx.counted(found.cut_short);
        Ok(passing(json(view::keywords::json(&found)), found.cut_short))
    };
    archive.run(&headers, "", work).await
}

/// The parameters of collocations, in addition to the conditions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Collocations {
    /// Number of characters examined on either side; 10 by default.
    #[param(minimum = 0, maximum = 200)]
    pub window: Option<usize>,
    /// Number of words; 50 by default.
    #[param(minimum = 0, maximum = 1000)]
    pub limit: Option<usize>,
    /// Minimum number of co-occurrences; 3 by default.
    #[param(minimum = 0)]
    pub min: Option<usize>,
}

/// `GET /api/collocations`
#[utoipa::path(get, path = "/api/collocations", tag = "explore", params(Conditions, Collocations), responses(
    (status = 200, description = "The words that stand near what the query looks for more often than elsewhere",
        body = super::schema::Collocations),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn collocations(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Narrowed { conditions, own }: Narrowed<Collocations>,
) -> Response {
    let work = move |cx: &SearchContext<'_>| {
        let request = conditions.request()?;
        if conditions.q.trim().is_empty() {
            return Err(Problem::bad("q: write a query: a filter alone has no occurrences"));
        }
        let window = own.window.unwrap_or(collocations::DEFAULT_WINDOW);
        if window > MAX_WINDOW {
            return Err(Problem::bad(format!("window: {MAX_WINDOW} characters at the most")));
        }
        let limit = words(own.limit, collocations::DEFAULT_LIMIT)?;
        let min = own.min.map_or(collocations::DEFAULT_MIN_COUNT, |min| min as u64);
        let options = collocations::Options::default().window(window).limit(limit).min_count(min);
        let found = cx.read().collocations(&request, &options, &cx.control)?;
        cx.counted(found.cut_short);
        Ok(passing(json(view::collocations::json(&found)), found.cut_short))
    };
    archive.run(&headers, "", work).await
}

fn words(limit: Option<usize>, unless_given: usize) -> Result<usize, Problem> {
    match limit.unwrap_or(unless_given) {
        limit if limit > MAX_WORDS => Err(Problem::bad(format!("limit: {MAX_WORDS} words at the most"))),
        limit => Ok(limit),
    }
}
