//! The hits of a request in the order of one machine, and all of them for exports.
//!
//! The engine gives the best by its own scores, tier by tier; these articles are scored here as in the whole, ordered anew by
//! the second stage, and shown. The engine's averages are over lengths that are never shorter than ours (an empty text has
//! one token there), so its score of an article is never below ours: as soon as enough of the articles that it gave score
//! above the last of them, no other can be among the first.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::ask::{self, WINDOW};
use crate::found::{BATCH, Found, Index, sizes};
use crate::local::{self, Local};
use crate::lower::{self, every, without};
use crate::statistics::{self, Remembered};
use gongxun_core::control::Control;
use gongxun_core::error::{Error, Result};
use gongxun_core::index::Statistics;
use gongxun_core::search::compile::plan::{Breadth, Compiled, Plan};
use gongxun_core::search::matching::found::Matches;
use gongxun_core::search::ranking::rank::Order;
use gongxun_core::search::results::page::Hit;
use gongxun_core::search::{Copies, Kind, Request, Sort, pipeline, present};

/// How many hits are asked for beside those that are wanted: few move across the edge.
const SPARE: usize = 20;
/// What our scores are as a part of the engine's, by whether its BM25 has the constant factor k1 + 1 (OpenSearch 2) or not.
const RATIOS: [f32; 2] = [1.0, 2.2];
/// What sums of 32-bit floats may be off by, as a part of them.
const ROUNDING: f32 = 1e-4;
/// The engine takes so many clauses of one query, filters among them.
const MAX_CLAUSES: usize = 900;

/// The tiers of an answer, in order: their queries, and the kinds of matches in them.
fn tiers(index: &Index<'_>, found: &Found, sort: Sort, breadth: Breadth) -> Vec<Value> {
    let mut held = vec![Kind::Full];
    if breadth.synonyms() {
        held.push(Kind::Synonym);
    }
    let held = found.shown(&held);
    let surely = if sort == Sort::Relevance { lower::surely(&found.compiled.full, index.segmenter) } else { None };
    let mut tiers = match surely {
        Some(surely) => vec![every(vec![held.clone(), surely.clone()]), without(held, vec![surely])],
        None => vec![held],
    };
    if breadth.partial() && found.queries[Kind::Partial].is_some() {
        tiers.push(found.shown(&[Kind::Partial]));
    }
    tiers
}

fn sorted_by(sort: Sort) -> Value {
    let date = |direction: &str| json!([{"date": {"order": direction, "missing": "_last"}}, {"order": "asc"}]);
    match sort {
        Sort::Newest => date("desc"),
        Sort::Oldest => date("asc"),
        Sort::Relevance => json!([{"_score": "desc"}, {"order": "asc"}]),
    }
}

/// The order that a request is answered in: without anything to score by, the newest first.
fn sort(found: &Found, request: &Request) -> Sort {
    if request.sort == Sort::Relevance && found.compiled.terms.is_empty() { Sort::Newest } else { request.sort }
}

/// Gives the hits of a request, from its offset on as many as its limit says, of the kinds that the breadth takes in.
///
/// # Errors
/// Where the engine can't be reached or has only a part of the answer, or `give` fails; [`Error::Interrupted`] where the
/// control says to stop.
pub fn give(
    index: &Index<'_>,
    found: &Found,
    remembered: &Remembered,
    request: &Request,
    breadth: Breadth,
    control: &Control<'_>,
    give: &mut dyn FnMut(Hit) -> Result<()>,
) -> Result<Vec<String>> {
    let wanted = (request.offset as u64).saturating_add(request.limit as u64).min(found.total(breadth));
    if wanted as usize > WINDOW - SPARE {
        return stream(index, found, remembered, request, breadth, control, give);
    }
    let sort = sort(found, request);
    let depth = if sort == Sort::Relevance && wanted > 0 { request.second_stage } else { 0 };
    let wanted = (wanted as usize).max(depth);
    if wanted == 0 {
        return Ok(Vec::new());
    }
    let known = match found.compiled.terms.is_empty() {
        true => None,
        false => Some(statistics::of(index.client, index.name, &found.compiled, remembered)?),
    };
    let mut hits: Vec<Value> = Vec::new();
    for tier in tiers(index, found, sort, breadth) {
        let left = wanted.saturating_sub(hits.len());
        if left == 0 {
            break;
        }
        if control.is_stopped() {
            return Err(Error::Interrupted);
        }
        hits.extend(best(index, found, known.as_ref(), tier, sort, left)?);
    }
    let local = Local::of(&local::articles(&hits)?, index.dictionary, known)?;
    let own = Request { copies: Copies::All, sort, ..request.clone() };
    let mut local_found = pipeline::Found::find(&local.snapshot, &own, own.synonyms_on(&local.snapshot)?, control)?;
    let reprints = reprints(index, &hits)?;
    present::hits(&mut local_found, &own, breadth, &mut |hit| {
        let reprints = reprints.get(&hit.article.id.0).copied().unwrap_or(0);
        let mut hit = hit;
        hit.reprints = reprints;
        give(hit)
    })
}

/// The best of a tier: as many as are wanted surely are among them.
fn best(
    index: &Index<'_>,
    found: &Found,
    known: Option<&Statistics>,
    tier: Value,
    sort: Sort,
    wanted: usize,
) -> Result<Vec<Value>> {
    let by_score = sort == Sort::Relevance;
    let mut query = json!({"bool": {"filter": [tier]}});
    if by_score {
        let mut terms = found.compiled.terms.clone();
        terms.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        terms.truncate(MAX_CLAUSES);
        query["bool"]["should"] = json!(lower::scoring(&terms));
    }
    let mut size = (wanted + if by_score { SPARE } else { 0 }).min(WINDOW);
    loop {
        let body = json!({
            "size": size, "track_total_hits": true, "track_scores": by_score, "query": query, "sort": sorted_by(sort),
            "_source": {"includes": ["article", "cluster"], "excludes": ["article.margin"]},
        });
        let answer = ask::scored(index.client, index.name, &body)?;
        let hits = ask::hits(&answer);
        if !by_score || hits.len() as u64 >= ask::total(&answer)? || size >= WINDOW {
            return Ok(hits.to_vec());
        }
        let Some(known) = known else { return Ok(hits.to_vec()) };
        if surely_first(index, found, known, hits, wanted)? {
            return Ok(hits.to_vec());
        }
        size = (size * 4).min(WINDOW);
    }
}

/// Whether so many of these hits score above whatever else the engine may have.
fn surely_first(index: &Index<'_>, found: &Found, known: &Statistics, hits: &[Value], wanted: usize) -> Result<bool> {
    let Some(last) = hits.last().and_then(|hit| hit["_score"].as_f64()) else { return Ok(true) };
    let local = Local::of(&local::articles(hits)?, index.dictionary, Some(known.clone()))?;
    let control = Control::default();
    // All of them are ranked by the query's terms, whatever they hold.
    let compiled = Compiled { full: Plan::All, typed: None, partial: None, ..found.compiled.clone() };
    let matches = Matches::find(&local.snapshot, &compiled, &control)?;
    let mut matches = pipeline::Found::of(&local.snapshot, compiled, matches, Copies::All, &control)?;
    let order = Order { sort: Sort::Relevance, breadth: Breadth::Exact, second_stage: 0 };
    let mut scores = Vec::with_capacity(hits.len());
    let mut most: f32 = 0.0;
    let theirs: HashMap<&str, f32> =
        hits.iter().filter_map(|hit| Some((hit["_id"].as_str()?, hit["_score"].as_f64()? as f32))).collect();
    for ranked in matches.ranked(order, usize::MAX)? {
        let id = local.snapshot.id(ranked.address)?;
        let of_engine = theirs.get(id.0.as_str()).copied().unwrap_or(0.0);
        most = most.max(ranked.score / of_engine.max(f32::MIN_POSITIVE));
        scores.push(ranked.score);
    }
    scores.sort_by(|a, b| b.total_cmp(a));
    let Some(ratio) = RATIOS.into_iter().find(|ratio| most <= ratio * (1.0 + ROUNDING)) else { return Ok(false) };
    let bound = last as f32 * ratio * (1.0 + ROUNDING);
    Ok(scores.get(wanted - 1).is_some_and(|score| *score > bound))
}

/// The number of other copies of each hit, by its id.
fn reprints(index: &Index<'_>, hits: &[Value]) -> Result<HashMap<String, u64>> {
    let of = |hit: &Value| Some((hit["_id"].as_str()?.to_string(), hit["_source"]["cluster"].as_str()?.to_string()));
    let of_hits: Vec<(String, String)> = hits.iter().filter_map(of).collect();
    let mut clusters: Vec<String> = of_hits.iter().map(|(_, cluster)| cluster.clone()).collect();
    clusters.sort();
    clusters.dedup();
    let sizes = sizes(index, &clusters)?;
    Ok(of_hits.into_iter().map(|(id, cluster)| (id, sizes[&cluster].saturating_sub(1))).collect())
}

/// All hits of a long list, page by page from one point in time, in the engine's order.
fn stream(
    index: &Index<'_>,
    found: &Found,
    remembered: &Remembered,
    request: &Request,
    breadth: Breadth,
    control: &Control<'_>,
    give: &mut dyn FnMut(Hit) -> Result<()>,
) -> Result<Vec<String>> {
    let sort = sort(found, request);
    let known = statistics::of(index.client, index.name, &found.compiled, remembered)?;
    let (mut to_skip, mut left) = (request.offset, request.limit);
    let mut notes = Vec::new();
    for tier in tiers(index, found, sort, breadth) {
        let mut query = json!({"bool": {"filter": [tier]}});
        if sort == Sort::Relevance {
            query["bool"]["should"] = json!(lower::scoring(&found.compiled.terms));
        }
        let body = json!({
            "query": query, "sort": sorted_by(sort), "track_scores": sort == Sort::Relevance,
            "_source": {"includes": ["article", "cluster"], "excludes": ["article.margin"]},
        });
        ask::all(index.client, index.name, &body, BATCH, control, &mut |hits| {
            let skipped = to_skip.min(hits.len());
            to_skip -= skipped;
            let hits = &hits[skipped..hits.len().min(skipped.saturating_add(left))];
            left -= hits.len();
            notes.extend(batch(index, &known, request, sort, breadth, hits, control, give)?);
            Ok(left > 0)
        })?;
    }
    Ok(notes)
}

/// Shows some hits in the order in which they came.
#[expect(clippy::too_many_arguments, reason = "what one page needs of the whole")]
fn batch(
    index: &Index<'_>,
    known: &Statistics,
    request: &Request,
    sort: Sort,
    breadth: Breadth,
    hits: &[Value],
    control: &Control<'_>,
    give: &mut dyn FnMut(Hit) -> Result<()>,
) -> Result<Vec<String>> {
    if hits.is_empty() {
        return Ok(Vec::new());
    }
    let local = Local::of(&local::articles(hits)?, index.dictionary, Some(known.clone()))?;
    let own = Request { copies: Copies::All, sort, offset: 0, limit: usize::MAX, second_stage: 0, ..request.clone() };
    let mut local_found = pipeline::Found::find(&local.snapshot, &own, own.synonyms_on(&local.snapshot)?, control)?;
    let reprints = reprints(index, hits)?;
    let mut shown: HashMap<String, Hit> = HashMap::new();
    let notes = present::hits(&mut local_found, &own, breadth, &mut |hit| {
        shown.insert(hit.article.id.0.clone(), hit);
        Ok(())
    })?;
    for hit in hits {
        let id = hit["_id"].as_str().unwrap_or_default();
        if let Some(mut shown) = shown.remove(id) {
            shown.reprints = reprints.get(id).copied().unwrap_or(0);
            give(shown)?;
        }
    }
    Ok(notes)
}
