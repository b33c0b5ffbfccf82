//! Search requests. An incomplete response is an error: one in which a shard failed, a time limit was reached or the total is
//! a lower bound.

use serde_json::{Value, json};

use crate::error::engine_error;
use crate::http::{Client, reason};
use gongxun_core::control::Stops;
use gongxun_core::error::{Error, Result};

/// The most hits of one response (`index.max_result_window`).
pub const MAX_HITS: usize = 10_000;
/// The most searches of one `_msearch` request.
const MAX_SEARCHES: usize = 200;
/// The time for which a point in time is kept between two pages.
const KEEP_ALIVE: &str = "5m";

/// Searches an index.
///
/// # Errors
/// If OpenSearch can't be reached or refuses the request, or its response is incomplete.
pub fn search(client: &Client, index: &str, body: &Value) -> Result<Value> {
    // The same copy of each shard answers every time, so that pages are consistent.
    let path = format!("/{index}/_search?preference=gongxun&allow_partial_search_results=false");
    complete(client, client.post(&path, body)?)
}

/// Searches as [`search`] does, with scores by the statistics of all shards together (`dfs_query_then_fetch`).
///
/// # Errors
/// Same as [`search`].
pub fn search_dfs(client: &Client, index: &str, body: &Value) -> Result<Value> {
    let path = format!(
        "/{index}/_search?search_type=dfs_query_then_fetch&preference=gongxun&allow_partial_search_results=false"
    );
    complete(client, client.post(&path, body)?)
}

/// Returns the number of documents that match each of several queries, in their order.
///
/// # Errors
/// Same as [`search`].
pub fn count_each(client: &Client, index: &str, queries: &[Value]) -> Result<Vec<u64>> {
    let mut counts = Vec::with_capacity(queries.len());
    for queries in queries.chunks(MAX_SEARCHES) {
        let mut body = Vec::new();
        let header = json!({"index": index, "preference": "gongxun", "allow_partial_search_results": false});
        for query in queries {
            for line in [&header, &json!({"size": 0, "track_total_hits": true, "query": query})] {
                serde_json::to_writer(&mut body, line).ok();
                body.push(b'\n');
            }
        }
        let answer = client.post_lines("/_msearch", &body)?;
        let answers = answer["responses"].as_array().map_or(&[][..], Vec::as_slice);
        if answers.len() != queries.len() {
            return Err(engine_error(format!("{}: it answered some of the questions only", client.url())));
        }
        for answer in answers {
            if let Some(error) = answer.get("error") {
                return Err(engine_error(format!("{}: {}", client.url(), reason(error).unwrap_or_default())));
            }
            counts.push(total(&complete(client, answer.clone())?)?);
        }
    }
    Ok(counts)
}

/// Returns a response if it is complete.
fn complete(client: &Client, answer: Value) -> Result<Value> {
    let shards = &answer["_shards"];
    let number = |name: &str| shards[name].as_u64();
    let partial = |what: String| {
        let hint = "nothing is given rather than a part; ask again when all shards are there";
        Err(engine_error(format!("{}: {what}; {hint}", client.url())))
    };
    let (Some(total), Some(successful)) = (number("total"), number("successful")) else {
        return partial("its answer doesn't say which shards gave it".to_string());
    };
    if number("failed").unwrap_or(0) > 0 || successful < total {
        let why = shards["failures"].get(0).and_then(|failure| reason(&failure["reason"])).unwrap_or_default();
        return partial(format!("{successful} of {total} shards answered: {why}"));
    }
    if answer["timed_out"].as_bool() != Some(false) {
        return partial("it ended before it was done (timed_out)".to_string());
    }
    if answer["terminated_early"].as_bool() == Some(true) {
        return partial("it ended before it was done (terminated_early)".to_string());
    }
    if answer["hits"]["total"]["relation"].as_str().is_some_and(|relation| relation != "eq") {
        return partial("its count is a lower bound".to_string());
    }
    Ok(answer)
}

/// Returns the hits of a response.
pub fn hits(answer: &Value) -> &[Value] {
    answer["hits"]["hits"].as_array().map_or(&[], Vec::as_slice)
}

/// Returns the number of documents that match.
///
/// # Errors
/// Same as [`search`].
pub fn count(client: &Client, index: &str, query: &Value) -> Result<u64> {
    let answer = search(client, index, &json!({"size": 0, "track_total_hits": true, "query": query}))?;
    total(&answer)
}

/// Returns the exact total of a response.
///
/// # Errors
/// If it has none.
pub fn total(answer: &Value) -> Result<u64> {
    answer["hits"]["total"]["value"].as_u64().ok_or_else(|| engine_error("the engine's answer has no total"))
}

/// Calls `give` with every hit, page by page, from one point in time, until it returns `false`. The body has a query, a sort
/// whose last key is unique, and the fields that are returned.
///
/// # Errors
/// Same as [`search`]; if `give` fails; [`Error::Interrupted`] if the control interrupts the search.
pub fn each_page(
    client: &Client,
    index: &str,
    body: &Value,
    page: usize,
    control: &dyn Stops,
    give: &mut dyn FnMut(&[Value]) -> Result<bool>,
) -> Result<()> {
    let path = format!(
        "/{index}/_search/point_in_time?keep_alive={KEEP_ALIVE}&preference=gongxun&allow_partial_pit_creation=false"
    );
    let opened = client.post(&path, &json!({}))?;
    let Some(pit) = opened["pit_id"].as_str().map(str::to_string) else {
        return Err(engine_error(format!("{}: no point in time could be opened", client.url())));
    };
    let mut walk = || -> Result<()> {
        let mut after: Option<Value> = None;
        loop {
            if control.is_stopped() {
                return Err(Error::Interrupted);
            }
            let mut body = body.clone();
            body["size"] = json!(page.min(MAX_HITS));
            body["track_total_hits"] = json!(false);
            body["pit"] = json!({"id": pit, "keep_alive": KEEP_ALIVE});
            if let Some(after) = &after {
                body["search_after"] = after.clone();
            }
            let answer = complete(client, client.post("/_search?allow_partial_search_results=false", &body)?)?;
            let found = hits(&answer);
            let Some(last) = found.last() else { return Ok(()) };
            after = Some(last["sort"].clone());
            if !give(found)? || found.len() < page.min(MAX_HITS) {
                return Ok(());
            }
        }
    };
    let walked = walk();
    // An open point in time costs OpenSearch memory until it expires.
    client.delete("/_search/point_in_time", Some(&json!({"pit_id": [pit]}))).ok();
    walked
}

/// Calls `give` with every bucket of a composite aggregation: its key, the number of matches and, if `sums` names a field,
/// the sum of its values.
///
/// # Errors
/// Same as [`search`]; [`Error::Interrupted`] if the control interrupts the search.
pub fn each_bucket(
    client: &Client,
    index: &str,
    query: &Value,
    fields: &[&str],
    sums: Option<&str>,
    control: &dyn Stops,
    give: &mut dyn FnMut(&Value, u64, u64),
) -> Result<()> {
    let sources: Vec<Value> = fields.iter().map(|field| json!({ *field: {"terms": {"field": field}} })).collect();
    let mut composite = json!({"size": MAX_HITS, "sources": sources});
    let aggregations = sums.map(|field| json!({"sum": {"sum": {"field": field}}}));
    loop {
        if control.is_stopped() {
            return Err(Error::Interrupted);
        }
        let mut all = json!({ "composite": composite });
        if let Some(aggregations) = &aggregations {
            all["aggs"] = aggregations.clone();
        }
        // Hits are not counted beside the buckets: of more than 10,000, OpenSearch would say a lower bound.
        let body = json!({"size": 0, "track_total_hits": false, "query": query, "aggs": {"all": all}});
        let answer = search(client, index, &body)?;
        let all = &answer["aggregations"]["all"];
        let list = all["buckets"].as_array().ok_or_else(|| engine_error("the engine's answer has no buckets"))?;
        for bucket in list {
            let sum = bucket["sum"]["value"].as_f64().unwrap_or(0.0) as u64;
            give(&bucket["key"], bucket["doc_count"].as_u64().unwrap_or(0), sum);
        }
        match all.get("after_key").filter(|_| list.len() == MAX_HITS) {
            Some(after) => composite["after"] = after.clone(),
            None => return Ok(()),
        }
    }
}
