//! Questions to the engine whose answers are whole: a shard that failed, a time limit that was reached or a count that is a
//! guess is an error, never a smaller number.

use serde_json::{Value, json};

use crate::http::{Client, reason};
use crate::trouble::trouble;
use gongxun_core::control::Stops;
use gongxun_core::error::{Error, Result};

/// The most hits that the engine gives at once.
pub const WINDOW: usize = 10_000;
/// How many questions are asked at once.
const AT_ONCE: usize = 200;
/// How long the engine keeps a point in time between two pages of it.
const KEPT: &str = "5m";

/// Asks an index, and checks that the answer is whole.
///
/// # Errors
/// Where the engine can't be reached, says no, or has only a part of the answer.
pub fn ask(client: &Client, index: &str, body: &Value) -> Result<Value> {
    // The same copy of each shard answers each time, so that pages fit together.
    let path = format!("/{index}/_search?preference=gongxun&allow_partial_search_results=false");
    whole(client, client.post(&path, body)?)
}

/// As [`ask`], with scores by the statistics of all shards together.
///
/// # Errors
/// As [`ask`].
pub fn scored(client: &Client, index: &str, body: &Value) -> Result<Value> {
    let path = format!(
        "/{index}/_search?search_type=dfs_query_then_fetch&preference=gongxun&allow_partial_search_results=false"
    );
    whole(client, client.post(&path, body)?)
}

/// How many documents of an index match each of several queries, in their order.
///
/// # Errors
/// As [`ask`].
pub fn counts(client: &Client, index: &str, queries: &[Value]) -> Result<Vec<u64>> {
    let mut counts = Vec::with_capacity(queries.len());
    for queries in queries.chunks(AT_ONCE) {
        let mut body = Vec::new();
        let header = json!({"index": index, "preference": "gongxun", "allow_partial_search_results": false});
        for query in queries {
            for line in [&header, &json!({"size": 0, "track_total_hits": true, "query": query})] {
                serde_json::to_writer(&mut body, line).ok();
                body.push(b'\n');
            }
        }
        let answer = client.lines("/_msearch", &body)?;
        let answers = answer["responses"].as_array().map_or(&[][..], Vec::as_slice);
        if answers.len() != queries.len() {
            return Err(trouble(format!("{}: it answered some of the questions only", client.url())));
        }
        for answer in answers {
            if let Some(error) = answer.get("error") {
                return Err(trouble(format!("{}: {}", client.url(), reason(error).unwrap_or_default())));
            }
            counts.push(total(&whole(client, answer.clone())?)?);
        }
    }
    Ok(counts)
}

/// An answer, where it is whole.
fn whole(client: &Client, answer: Value) -> Result<Value> {
    let shards = &answer["_shards"];
    let number = |name: &str| shards[name].as_u64();
    let partial = |what: String| {
        let hint = "nothing is given rather than a part; ask again when all shards are there";
        Err(trouble(format!("{}: {what}; {hint}", client.url())))
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

/// The hits of an answer.
pub fn hits(answer: &Value) -> &[Value] {
    answer["hits"]["hits"].as_array().map_or(&[], Vec::as_slice)
}

/// How many documents of an index match.
///
/// # Errors
/// As [`ask`].
pub fn count(client: &Client, index: &str, query: &Value) -> Result<u64> {
    let answer = ask(client, index, &json!({"size": 0, "track_total_hits": true, "query": query}))?;
    total(&answer)
}

/// The exact total of an answer.
///
/// # Errors
/// Where it has none.
pub fn total(answer: &Value) -> Result<u64> {
    answer["hits"]["total"]["value"].as_u64().ok_or_else(|| trouble("the engine's answer has no total"))
}

/// Gives all hits of a question, a page at a time, in its order, from one point in time. The body has a query, a sort that
/// ends with a unique value, and what is wanted of each hit.
///
/// # Errors
/// As [`ask`]; where `give` fails; [`Error::Interrupted`] where the control says to stop.
pub fn all(
    client: &Client,
    index: &str,
    body: &Value,
    page: usize,
    control: &dyn Stops,
    give: &mut dyn FnMut(&[Value]) -> Result<bool>,
) -> Result<()> {
    let path =
        format!("/{index}/_search/point_in_time?keep_alive={KEPT}&preference=gongxun&allow_partial_pit_creation=false");
    let opened = client.post(&path, &json!({}))?;
    let Some(pit) = opened["pit_id"].as_str().map(str::to_string) else {
        return Err(trouble(format!("{}: no point in time could be opened", client.url())));
    };
    let mut walk = || -> Result<()> {
        let mut after: Option<Value> = None;
        loop {
            if control.is_stopped() {
                return Err(Error::Interrupted);
            }
            let mut body = body.clone();
            body["size"] = json!(page.min(WINDOW));
            body["track_total_hits"] = json!(false);
            body["pit"] = json!({"id": pit, "keep_alive": KEPT});
            if let Some(after) = &after {
                body["search_after"] = after.clone();
            }
            let answer = whole(client, client.post("/_search?allow_partial_search_results=false", &body)?)?;
            let found = hits(&answer);
            let Some(last) = found.last() else { return Ok(()) };
            after = Some(last["sort"].clone());
            if !give(found)? || found.len() < page.min(WINDOW) {
                return Ok(());
            }
        }
    };
    let walked = walk();
    // A point in time that stays open costs the engine memory until it is forgotten.
    client.delete("/_search/point_in_time", Some(&json!({"pit_id": [pit]}))).ok();
    walked
}

/// Gives the buckets of a composite aggregation over a field's values, with how many matches have each: all of them, in
/// pages.
///
/// # Errors
/// As [`ask`].
pub fn buckets(
    client: &Client,
    index: &str,
    query: &Value,
    fields: &[&str],
    sums: Option<&str>,
    give: &mut dyn FnMut(&Value, u64, u64),
) -> Result<()> {
    let sources: Vec<Value> = fields.iter().map(|field| json!({ *field: {"terms": {"field": field}} })).collect();
    let mut composite = json!({"size": WINDOW, "sources": sources});
    let aggregations = sums.map(|field| json!({"sum": {"sum": {"field": field}}}));
    loop {
        let mut all = json!({ "composite": composite });
        if let Some(aggregations) = &aggregations {
            all["aggs"] = aggregations.clone();
        }
        let answer = ask(client, index, &json!({"size": 0, "query": query, "aggs": {"all": all}}))?;
        let all = &answer["aggregations"]["all"];
        let list = all["buckets"].as_array().ok_or_else(|| trouble("the engine's answer has no buckets"))?;
        for bucket in list {
            let sum = bucket["sum"]["value"].as_f64().unwrap_or(0.0) as u64;
            give(&bucket["key"], bucket["doc_count"].as_u64().unwrap_or(0), sum);
        }
        match all.get("after_key").filter(|_| list.len() == WINDOW) {
            Some(after) => composite["after"] = after.clone(),
            None => return Ok(()),
        }
    }
}
