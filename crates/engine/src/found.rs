//! The matches of a request: for each kind an OpenSearch query that matches exactly these articles, the exact totals,
//! and the copies of an article collapsed to one.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::error::engine_error;
use crate::http::Client;
use crate::local::{self, LocalIndex};
use crate::lower::{self, Lowered, all_of, any_of, match_all, match_none, without};
use crate::search::{self, MAX_HITS};
use gongxun_core::article::ArticleId;
use gongxun_core::control::Control;
use gongxun_core::error::{Error, Result};
use gongxun_core::query::{MAX_TREE_DEPTH, is_deeper};
use gongxun_core::search::compile::compile;
use gongxun_core::search::compile::plan::{Breadth, Compiled};
use gongxun_core::search::kind::ByKind;
use gongxun_core::search::matching::found::Matches;
use gongxun_core::search::{Copies, Kind, Request, notes};
use gongxun_text::segment::Segmenter;
use gongxun_text::synonyms::Synonyms;

/// The most candidates that are verified by their texts.
pub const MAX_CANDIDATES: usize = 200_000;
/// The most of these that may match. A `terms` query takes 65,536 values (`index.max_terms_count`).
const MAX_LISTED: usize = 65_000;
/// The number of articles that are fetched and processed together.
pub const BATCH: usize = 500;

/// An open index, with all that a query needs.
pub struct Index<'a> {
    /// The client.
    pub client: &'a Client,
    /// The name of the index.
    pub name: &'a str,
    /// The user dictionary by which the index was built; empty if there is none.
    pub dictionary: &'a str,
    /// The segmenter with that dictionary.
    pub segmenter: &'a Segmenter,
}

/// A match that belongs to a cluster of copies.
#[derive(Debug, Clone, PartialEq)]
pub struct CopyHit {
    /// The kind of the match.
    pub kind: Kind,
    /// The article's id.
    pub id: String,
    /// The name of its cluster.
    pub cluster: String,
    /// Its rank in the cluster, from 0.
    pub place: u64,
    /// Its doc values for facets and timelines.
    pub fields: Value,
}

/// The matches of a request.
pub struct Found {
    /// The compiled query.
    pub compiled: Compiled,
    /// The number of articles in the index.
    pub articles: u64,
    /// A query for the matches of each kind, copies included; `None` if there can be none.
    pub queries: ByKind<Option<Value>>,
    /// The number of matches by kind. A cluster counts once if copies are collapsed.
    pub totals: ByKind<u64>,
    /// Whether copies are collapsed: the request asks for it, and at most [`MAX_HITS`] matches have copies.
    pub collapses: bool,
    /// The matches with copies; empty if copies are not collapsed.
    pub copies: Vec<CopyHit>,
    /// The ids of the matches that another copy represents.
    hidden: Vec<String>,
    /// The notes on the answer.
    pub notes: Vec<String>,
}

/// The doc values that are fetched of a match with copies.
const COPY_FIELDS: [&str; 11] = [
    "cluster",
    "place",
    "day",
    "month",
    "year",
    "f.source",
    "f.outlet",
    "f.editor",
    "f.author",
    "f.section",
    "characters",
];

impl Found {
    /// Compiles a request and finds its matches.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the query is nested too deeply, or needs the texts of too many articles.
    /// If OpenSearch can't be reached or its response is incomplete. [`Error::Interrupted`] if the control asks to
    /// stop.
    pub fn find(index: &Index<'_>, request: &Request, control: &Control<'_>) -> Result<Found> {
        let root = request.query.root.as_ref();
        if root.is_some_and(|root| is_deeper(root, MAX_TREE_DEPTH)) {
            return Err(Error::Invalid(format!("the query is nested more than {MAX_TREE_DEPTH} deep")));
        }
        let synonyms = request.synonyms.as_deref().unwrap_or(Synonyms::builtin());
        let compiled = compile(root, &request.filters, index.segmenter, synonyms, request.breadth);
        let queries = kinds(index, &compiled, control)?;
        Found::of(index, compiled, queries, request.copies)
    }

    /// Does the same for matches that were found otherwise: a query for each kind, copies included.
    ///
    /// # Errors
    /// If OpenSearch can't be reached or its response is incomplete.
    pub fn of(index: &Index<'_>, compiled: Compiled, queries: ByKind<Option<Value>>, copies: Copies) -> Result<Found> {
        let (articles, totals) = totals(index, &queries)?;
        let (collapses, of_clusters, hidden, notes) = Default::default();
        let mut found = Found { compiled, articles, queries, totals, collapses, copies: of_clusters, hidden, notes };
        if copies == Copies::Collapsed {
            found.collapse(index)?;
        }
        Ok(found)
    }

    /// Returns a query for the matches of some kinds, without those that another copy represents.
    pub fn shown(&self, kinds: &[Kind]) -> Value {
        let queries: Vec<Value> = kinds.iter().filter_map(|kind| self.queries[*kind].clone()).collect();
        match self.hidden.as_slice() {
            [] => any_of(queries),
            hidden => without(any_of(queries), vec![json!({"terms": {"id": hidden}})]),
        }
    }

    /// Returns a query for the matches of a kind that have no copies, or for all of them if copies are not collapsed.
    pub fn alone(&self, kind: Kind) -> Value {
        let all = self.queries[kind].clone().unwrap_or_else(match_none);
        if self.copies.is_empty() { all } else { without(all, vec![json!({"exists": {"field": "cluster"}})]) }
    }

    /// Returns the article that is shown for a match: the match itself, or the copy that represents it.
    pub fn shown_for(&self, id: &ArticleId) -> ArticleId {
        let own = self.copies.iter().find(|copy| copy.id == id.0);
        // Copies are in the order of clusters, the one that is shown first.
        let first = own.and_then(|own| self.copies.iter().find(|copy| copy.cluster == own.cluster));
        first.map_or_else(|| id.clone(), |copy| ArticleId(copy.id.clone()))
    }

    /// Returns the number of matches of the kinds that a breadth includes.
    pub fn total(&self, breadth: Breadth) -> u64 {
        Kind::ALL.into_iter().filter(|kind| breadth.includes(*kind)).map(|kind| self.totals[kind]).sum()
    }

    /// Returns the notes on the synonyms that a count of this breadth includes, and on the matches that it excludes.
    pub fn count_notes(&self, counted: Breadth) -> Vec<String> {
        notes::of_count(&self.compiled, &self.totals, counted)
    }

    /// Keeps one match of each cluster, as the embedded index does: of its best kind, the one with the least rank. If
    /// more than [`MAX_HITS`] matches have copies, keeps all of them and adds a note.
    fn collapse(&mut self, index: &Index<'_>) -> Result<()> {
        let named = |kind: &Kind| {
            let query = self.queries[*kind].clone()?;
            Some(json!({"bool": {"filter": [query], "_name": kind.name()}}))
        };
        let kinds: Vec<Value> = Kind::ALL.iter().filter_map(named).collect();
        let body = json!({
            "size": MAX_HITS, "track_total_hits": true, "_source": ["id"], "docvalue_fields": COPY_FIELDS,
            "query": all_of(vec![any_of(kinds), json!({"exists": {"field": "cluster"}})]),
        });
        let answer = search::search(index.client, index.name, &body)?;
        let total = search::total(&answer)?;
        if total > MAX_HITS as u64 {
            self.notes.push(format!(
                "copies are counted each: {total} of the matches have copies, and up to {MAX_HITS} are collapsed to one article each"
            ));
            return Ok(());
        }
        let mut copies: Vec<CopyHit> = search::hits(&answer).iter().map(copy).collect::<Result<_>>()?;
        copies.sort_by(|a, b| (&a.cluster, a.kind, a.place, &a.id).cmp(&(&b.cluster, b.kind, b.place, &b.id)));
        let mut shown: HashSet<&str> = HashSet::new();
        for copy in &copies {
            if !shown.insert(&copy.cluster) {
                self.hidden.push(copy.id.clone());
                self.totals[copy.kind] -= 1;
            }
        }
        self.copies = copies;
        self.collapses = true;
        Ok(())
    }
}

fn copy(hit: &Value) -> Result<CopyHit> {
    let fields = &hit["fields"];
    let named: Vec<&str> = hit["matched_queries"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let kind = Kind::ALL.into_iter().find(|kind| named.contains(&kind.name()));
    let text = |value: &Value| value.as_str().map(str::to_string);
    let (kind, id, cluster) = (kind, text(&hit["_source"]["id"]), text(&fields["cluster"][0]));
    let place = fields["place"][0].as_u64();
    match (kind, id, cluster, place) {
        (Some(kind), Some(id), Some(cluster), Some(place)) => {
            Ok(CopyHit { kind, id, cluster, place, fields: fields.clone() })
        }
        _ => Err(engine_error("the engine's answer does not say of which cluster a copy is")),
    }
}

/// Returns a query for the matches of each kind. An article matches at most one of them.
fn kinds(index: &Index<'_>, compiled: &Compiled, control: &Control<'_>) -> Result<ByKind<Option<Value>>> {
    let full = lower::plan(&compiled.full);
    let typed = compiled.typed.as_ref().map(lower::plan);
    let partial = compiled.partial.as_ref().map(lower::plan);
    let first = typed.as_ref().unwrap_or(&full);
    let mut kinds: ByKind<Option<Value>> = ByKind::default();
    let is_of_more = typed.is_some();
    kinds[Kind::Synonym] = is_of_more.then(|| without(full.certain.clone(), vec![first.possible.clone()]));
    let better =
        || if is_of_more { vec![first.possible.clone(), full.possible.clone()] } else { vec![full.possible.clone()] };
    kinds[Kind::Partial] = partial.as_ref().map(|partial| without(partial.certain.clone(), better()));
    kinds[Kind::Full] = Some(first.certain.clone());
    let all: Vec<&Lowered> = [Some(&full), typed.as_ref(), partial.as_ref()].into_iter().flatten().collect();
    if all.iter().all(|one| one.is_exact()) {
        return Ok(kinds);
    }
    let known = Kind::ALL.into_iter().filter_map(|kind| kinds[kind].clone()).collect();
    let candidates = without(any_of(all.into_iter().map(|one| one.possible.clone()).collect()), known);
    let verified = verified(index, compiled, candidates, control)?;
    for kind in Kind::ALL {
        if !verified[kind].is_empty() {
            let verified = json!({"terms": {"id": verified[kind]}});
            kinds[kind] = Some(any_of(kinds[kind].take().into_iter().chain([verified]).collect()));
        }
    }
    Ok(kinds)
}

/// Verifies candidates by their texts, and returns the ids of those that match, by kind.
fn verified(
    index: &Index<'_>,
    compiled: &Compiled,
    candidates: Value,
    control: &Control<'_>,
) -> Result<ByKind<Vec<String>>> {
    let total = search::count(index.client, index.name, &candidates)?;
    if total > MAX_CANDIDATES as u64 {
        return Err(Error::Invalid(format!(
            "the texts of {total} articles would have to be looked at, and at most {MAX_CANDIDATES} are: add a word, a date or a source"
        )));
    }
    let body = json!({"query": candidates, "sort": [{"order": "asc"}], "_source": searched(compiled)});
    let mut found: ByKind<Vec<String>> = ByKind::default();
    search::each_page(index.client, index.name, &body, BATCH, control, &mut |hits| {
        let local = LocalIndex::new(&local::articles(hits)?, index.dictionary, None)?;
        let matches = Matches::find(&local.snapshot, compiled, control)?;
        if matches.cut_short {
            return Err(Error::Interrupted);
        }
        for kind in Kind::ALL {
            for address in matches.addresses(kind) {
                found[kind].push(local.snapshot.id(address)?.0);
            }
        }
        Ok(true)
    })?;
    let sum: usize = Kind::ALL.iter().map(|kind| found[*kind].len()).sum();
    if sum > MAX_LISTED {
        return Err(Error::Invalid(format!(
            "{sum} articles match that had to be looked at, and at most {MAX_LISTED} are listed: add a word, a date or a source"
        )));
    }
    Ok(found)
}

/// Returns the fields of a document that the matches of a query are verified and ranked by, with its cluster: margins are
/// large, and only searches of whole pages need them.
pub fn searched(compiled: &Compiled) -> Value {
    match compiled.asks_for_margins() {
        true => json!(["article", "cluster"]),
        false => json!({"includes": ["article", "cluster"], "excludes": ["article.margin"]}),
    }
}

/// Returns the number of articles in the index, and the number of matches by kind.
fn totals(index: &Index<'_>, queries: &ByKind<Option<Value>>) -> Result<(u64, ByKind<u64>)> {
    let asked: Vec<(Kind, Value)> =
        Kind::ALL.into_iter().filter_map(|kind| Some((kind, queries[kind].clone()?))).collect();
    let all: Vec<Value> = std::iter::once(match_all()).chain(asked.iter().map(|(_, query)| query.clone())).collect();
    let counts = search::count_each(index.client, index.name, &all)?;
    let mut totals: ByKind<u64> = ByKind::default();
    asked.iter().zip(&counts[1..]).for_each(|((kind, _), count)| totals[*kind] = *count);
    Ok((counts[0], totals))
}

/// Returns the number of copies in each of some clusters, by the name of the cluster.
///
/// # Errors
/// If OpenSearch can't be reached or its response is incomplete.
pub fn cluster_sizes(index: &Index<'_>, clusters: &[String]) -> Result<HashMap<String, u64>> {
    let query = |cluster: &String| json!({"term": {"cluster": cluster}});
    let counts = search::count_each(index.client, index.name, &clusters.iter().map(query).collect::<Vec<_>>())?;
    Ok(clusters.iter().cloned().zip(counts).collect())
}
