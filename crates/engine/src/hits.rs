//! The hits of a request, ordered as by the embedded index: one page of them, or all for an export.
//!
//! OpenSearch returns the top hits of each tier by its own scores. They are indexed in memory, scored by the statistics of
//! the whole index, reranked by the second stage and given. OpenSearch's average field lengths are never shorter than ours
//! (an empty text has one token there), so its score of an article is never below ours: once enough of the returned articles
//! score above the last of them, no article that was not returned can be among the first. Where deleted articles are not yet
//! merged away, the ratio of both scores is taken from the articles that were returned.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::found::{BATCH, Found, Index, cluster_sizes, searched};
use crate::local::{self, LocalIndex};
use crate::lower::{self, all_of, without};
use crate::search::{self, MAX_HITS};
use crate::statistics::{self, StatisticsCache};
use gongxun_core::control::Control;
use gongxun_core::error::{Error, Result};
use gongxun_core::index::Statistics;
use gongxun_core::search::compile::plan::{Breadth, Compiled, Plan, ScoreTerm};
use gongxun_core::search::matching::found::Matches;
use gongxun_core::search::ranking::rank::Order;
use gongxun_core::search::results::page::Hit;
use gongxun_core::search::{Copies, Kind, Request, Sort, pipeline, present};

/// Number of hits requested in addition to those wanted: few hits cross the edge of a page.
const SPARE: usize = 20;
/// The possible ratios of our scores to OpenSearch's: its BM25 lacks the constant factor k1 + 1, or has it (version 2).
const RATIOS: [f32; 2] = [1.0, 2.2];
/// The greatest relative error of sums of 32-bit floats.
const ROUNDING: f32 = 1e-4;
/// The most scoring clauses of one query.
const MAX_CLAUSES: usize = 900;

/// The hits of one request.
pub struct Hits<'a, 'c> {
    /// The index searched.
    pub index: &'a Index<'a>,
    /// The matches of the request.
    pub found: &'a Found,
    /// The statistics that earlier requests fetched.
    pub cache: &'a StatisticsCache,
    /// The request: its offset, limit and order.
    pub request: &'a Request,
    /// The kinds of matches that are given.
    pub breadth: Breadth,
    /// Interrupts the search.
    pub control: &'a Control<'c>,
}

impl Hits<'_, '_> {
    /// Calls `give` with each hit from the request's offset up to its limit, and returns notes.
    ///
    /// # Errors
    /// If OpenSearch can't be reached or its answer is incomplete, or `give` fails; [`Error::Interrupted`] if the control
    /// interrupts the search.
    pub fn give(&self, give: &mut dyn FnMut(Hit) -> Result<()>) -> Result<Vec<String>> {
        let Hits { index, found, request, .. } = self;
        let wanted = (request.offset as u64).saturating_add(request.limit as u64).min(found.total(self.breadth));
        if wanted as usize > MAX_HITS - SPARE {
            return self.stream(give);
        }
        let sort = self.sort();
        let depth = if sort == Sort::Relevance && wanted > 0 { request.second_stage } else { 0 };
        let wanted = (wanted as usize).max(depth);
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let statistics = match found.compiled.terms.is_empty() {
            true => None,
            false => Some(statistics::fetch(index.client, index.name, &found.compiled, self.cache)?),
        };
        let mut hits: Vec<Value> = Vec::new();
        for (tier, kind) in self.tiers() {
            let left = wanted.saturating_sub(hits.len());
            if left == 0 {
                break;
            }
            if self.control.is_stopped() {
                return Err(Error::Interrupted);
            }
            hits.extend(self.best(tier, kind, left, statistics.as_ref())?);
        }
        let request = Request { copies: Copies::All, sort, ..(*request).clone() };
        self.show(&hits, &request, statistics, give)
    }

    /// Returns the order: the request's, but the newest first if nothing in the query scores.
    fn sort(&self) -> Sort {
        let Hits { found, request, .. } = self;
        if request.sort == Sort::Relevance && found.compiled.terms.is_empty() { Sort::Newest } else { request.sort }
    }

    /// Returns the queries of the tiers, in their order, each with the kind that its matches are scored as.
    fn tiers(&self) -> Vec<(Value, Kind)> {
        let Hits { index, found, breadth, .. } = self;
        let mut kinds = vec![Kind::Full];
        if breadth.synonyms() {
            kinds.push(Kind::Synonym);
        }
        let complete = found.shown(&kinds);
        let is_scored = self.sort() == Sort::Relevance;
        let with_words = if is_scored { lower::whole_words(&found.compiled.full, index.segmenter) } else { None };
        let complete = match with_words {
            Some(with_words) => {
                vec![all_of(vec![complete.clone(), with_words.clone()]), without(complete, vec![with_words])]
            }
            None => vec![complete],
        };
        let mut tiers: Vec<(Value, Kind)> = complete.into_iter().map(|tier| (tier, Kind::Full)).collect();
        if breadth.partial() && found.queries[Kind::Partial].is_some() {
            tiers.push((found.shown(&[Kind::Partial]), Kind::Partial));
        }
        tiers
    }

    /// Returns the top hits of a tier, the `wanted` best by our scores among them.
    fn best(&self, tier: Value, kind: Kind, wanted: usize, statistics: Option<&Statistics>) -> Result<Vec<Value>> {
        let Hits { index, found, .. } = self;
        let sort = self.sort();
        let by_score = sort == Sort::Relevance;
        let mut query = json!({"bool": {"filter": [tier]}});
        if by_score {
            let mut terms = self.terms(kind);
            terms.sort_by(|a, b| b.weight.total_cmp(&a.weight));
            terms.truncate(MAX_CLAUSES);
            query["bool"]["should"] = json!(lower::scoring(&terms));
        }
        let mut size = (wanted + if by_score { SPARE } else { 0 }).min(MAX_HITS);
        loop {
            let body = json!({
                "size": size, "track_total_hits": true, "track_scores": by_score, "query": query, "sort": sorted_by(sort),
                "_source": searched(&found.compiled),
            });
            let answer = search::search_dfs(index.client, index.name, &body)?;
            let hits = search::hits(&answer);
            if !by_score || hits.len() as u64 >= search::total(&answer)? || size >= MAX_HITS {
                return Ok(hits.to_vec());
            }
            let Some(statistics) = statistics else { return Ok(hits.to_vec()) };
            if self.has_best(hits, kind, wanted, statistics)? {
                return Ok(hits.to_vec());
            }
            size = (size * 4).min(MAX_HITS);
        }
    }

    /// Returns the terms that score matches of a kind.
    fn terms(&self, kind: Kind) -> Vec<&ScoreTerm> {
        self.found.compiled.terms.iter().filter(|term| term.scores(kind)).collect()
    }

    /// Whether `wanted` of these hits, scored as matches of a kind, score above every article that OpenSearch did not
    /// return.
    fn has_best(&self, hits: &[Value], kind: Kind, wanted: usize, statistics: &Statistics) -> Result<bool> {
        let Hits { index, found, .. } = self;
        let Some(last) = hits.last().and_then(|hit| hit["_score"].as_f64()) else { return Ok(true) };
        let local = LocalIndex::new(&local::articles(hits)?, index.dictionary, Some(statistics.clone()))?;
        let control = Control::default();
        // Every hit is scored by the query's terms, whether it matches or not.
        let (full, partial) = match kind {
            Kind::Partial => (Plan::Nothing, Some(Plan::All)),
            _ => (Plan::All, None),
        };
        let compiled = Compiled { full, typed: None, partial, ..found.compiled.clone() };
        let matches = Matches::find(&local.snapshot, &compiled, &control)?;
        let mut matches = pipeline::Found::of(&local.snapshot, compiled, matches, Copies::All, &control)?;
        let order = Order { sort: Sort::Relevance, breadth: Breadth::Wide, second_stage: 0 };
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
        let bound = last as f32 * greatest_ratio(most);
        Ok(scores.get(wanted - 1).is_some_and(|score| *score > bound))
    }

    /// Calls `give` with the hits of a list too long to be ranked, page by page from one point in time, in OpenSearch's
    /// order. Returns notes.
    fn stream(&self, give: &mut dyn FnMut(Hit) -> Result<()>) -> Result<Vec<String>> {
        let Hits { index, found, request, .. } = self;
        let sort = self.sort();
        let statistics = statistics::fetch(index.client, index.name, &found.compiled, self.cache)?;
        let (mut to_skip, mut left) = (request.offset, request.limit);
        let request =
            Request { copies: Copies::All, sort, offset: 0, limit: usize::MAX, second_stage: 0, ..(*request).clone() };
        let mut notes = Vec::new();
        for (tier, kind) in self.tiers() {
            let mut query = json!({"bool": {"filter": [tier]}});
            if sort == Sort::Relevance {
                query["bool"]["should"] = json!(lower::scoring(&self.terms(kind)));
            }
            let body = json!({
                "query": query, "sort": sorted_by(sort), "track_scores": sort == Sort::Relevance,
                "_source": searched(&found.compiled),
            });
            search::each_page(index.client, index.name, &body, BATCH, self.control, &mut |hits| {
                let skipped = to_skip.min(hits.len());
                to_skip -= skipped;
                let hits = &hits[skipped..hits.len().min(skipped.saturating_add(left))];
                left -= hits.len();
                if hits.is_empty() {
                    return Ok(left > 0);
                }
                let mut shown: HashMap<String, Hit> = HashMap::new();
                notes.extend(self.show(hits, &request, Some(statistics.clone()), &mut |hit| {
                    shown.insert(hit.article.id.0.clone(), hit);
                    Ok(())
                })?);
                let ids = hits.iter().filter_map(|hit| hit["_id"].as_str());
                ids.filter_map(|id| shown.remove(id)).try_for_each(&mut *give)?;
                Ok(left > 0)
            })?;
        }
        Ok(notes)
    }

    /// Ranks the articles of these hits in memory, by the statistics of the whole index, and calls `give` with those that
    /// `request` selects. Returns notes.
    fn show(
        &self,
        hits: &[Value],
        request: &Request,
        statistics: Option<Statistics>,
        give: &mut dyn FnMut(Hit) -> Result<()>,
    ) -> Result<Vec<String>> {
        let local = LocalIndex::new(&local::articles(hits)?, self.index.dictionary, statistics)?;
        let compiled = self.found.compiled.clone();
        let matches = Matches::find(&local.snapshot, &compiled, self.control)?;
        let mut found = pipeline::Found::of(&local.snapshot, compiled, matches, Copies::All, self.control)?;
        let reprints = reprints(self.index, hits)?;
        present::hits(&mut found, request, self.breadth, &mut |mut hit| {
            hit.reprints = reprints.get(&hit.article.id.0).copied().unwrap_or(0);
            give(hit)
        })
    }
}

/// Returns the greatest ratio of our score to OpenSearch's that an article may have, if `most` is the greatest of those that
/// were returned.
///
/// OpenSearch counts deleted articles until it merges their segment, which changes the weights of tokens a little: by as much
/// as the ratios seen are off, and by twice as much at most, as far as can be known.
fn greatest_ratio(most: f32) -> f32 {
    let exact =
        RATIOS.into_iter().min_by(|a, b| (most / a).ln().abs().total_cmp(&(most / b).ln().abs())).unwrap_or(1.0);
    exact * (1.0 + 2.0 * (most / exact - 1.0).max(0.0) + ROUNDING)
}

fn sorted_by(sort: Sort) -> Value {
    let date = |direction: &str| json!([{"date": {"order": direction, "missing": "_last"}}, {"order": "asc"}]);
    match sort {
        Sort::Newest => date("desc"),
        Sort::Oldest => date("asc"),
        Sort::Relevance => json!([{"_score": "desc"}, {"order": "asc"}]),
    }
}

/// Returns the number of other copies of each hit, by its id.
fn reprints(index: &Index<'_>, hits: &[Value]) -> Result<HashMap<String, u64>> {
    let of = |hit: &Value| Some((hit["_id"].as_str()?.to_string(), hit["_source"]["cluster"].as_str()?.to_string()));
    let of_hits: Vec<(String, String)> = hits.iter().filter_map(of).collect();
    let mut clusters: Vec<String> = of_hits.iter().map(|(_, cluster)| cluster.clone()).collect();
    clusters.sort();
    clusters.dedup();
    let sizes = cluster_sizes(index, &clusters)?;
    Ok(of_hits.into_iter().map(|(id, cluster)| (id, sizes[&cluster].saturating_sub(1))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deleted_articles_change_the_ratio_of_scores_a_little() {
        let check = |most: f32, expect: f32| {
            let ratio = greatest_ratio(most);
            assert!((ratio - expect).abs() < 1e-6, "{most}: {ratio}");
        };
        check(1.0, 1.0001);
        check(0.8, 1.0001);
        check(1.001, 1.0021);
        check(2.2, 2.2 * 1.0001);
        check(2.0, 2.2 * 1.0001);
        check(2.2022, 2.2 * 1.0021);
    }
}
