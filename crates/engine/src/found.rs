//! What matches: for each kind a query of the engine that matches it and nothing else, the exact totals, and the copies of one
//! article collapsed to one.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::ask::{self, WINDOW};
use crate::http::Client;
use crate::local::{self, Local};
use crate::lower::{self, any, every, everything, nothing, without};
use crate::trouble::trouble;
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

/// How many articles' texts are looked at where tokens leave something open, at the most.
pub const MAX_CANDIDATES: usize = 200_000;
/// How many of these may match: the engine takes no longer list of ids.
const MAX_LISTED: usize = 65_000;
/// How many articles are looked at together.
pub const BATCH: usize = 500;

/// An index of the engine, as it is asked.
pub struct Index<'a> {
    /// What speaks to the engine.
    pub client: &'a Client,
    /// The index.
    pub name: &'a str,
    /// The user's own words, and the segmenter with them.
    pub dictionary: &'a str,
    /// The segmenter.
    pub segmenter: &'a Segmenter,
}

/// A match that has copies.
#[derive(Debug, Clone, PartialEq)]
pub struct CopyHit {
    /// The kind of the match.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Its cluster.
    pub cluster: String,
    /// Its place in the cluster.
    pub place: u64,
    /// Its fields: dates and what facets count.
    pub fields: Value,
}

/// What matches a request.
pub struct Found {
    /// The compiled query.
    pub compiled: Compiled,
    /// How many articles the index has.
    pub articles: u64,
    /// The matches of each kind, copies among them; none where there can be none.
    pub queries: ByKind<Option<Value>>,
    /// How many there are, copies collapsed where they are.
    pub totals: ByKind<u64>,
    /// Whether copies are collapsed: they were asked to be, and are not too many.
    pub collapses: bool,
    /// The matches with copies, where copies are collapsed.
    pub copies: Vec<CopyHit>,
    /// Those of them that are not shown.
    hidden: Vec<String>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// The fields of a match with copies that facets and timelines need.
const OF_COPIES: [&str; 11] = [
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
    /// Where the engine can't be reached, or has only a part of the answer; [`Error::Interrupted`] where the control says to
    /// stop.
    pub fn find(index: &Index<'_>, request: &Request, control: &Control<'_>) -> Result<Found> {
        let root = request.query.root.as_ref();
        if root.is_some_and(|root| is_deeper(root, MAX_TREE_DEPTH)) {
            return Err(Error::Invalid(format!("the query is more than {MAX_TREE_DEPTH} deep: nobody meant that")));
        }
        let synonyms = request.synonyms.as_deref().unwrap_or(Synonyms::builtin());
        let compiled = compile(root, &request.filters, index.segmenter, synonyms, request.breadth);
        let queries = kinds(index, &compiled, control)?;
        let (articles, totals) = totals(index, &queries)?;
        let (collapses, copies, hidden, notes) = Default::default();
        let mut found = Found { compiled, articles, queries, totals, collapses, copies, hidden, notes };
        if request.copies == Copies::Collapsed {
            found.collapse(index)?;
        }
        Ok(found)
    }

    /// The query of what is shown of some kinds.
    pub fn shown(&self, kinds: &[Kind]) -> Value {
        let queries: Vec<Value> = kinds.iter().filter_map(|kind| self.queries[*kind].clone()).collect();
        match self.hidden.as_slice() {
            [] => any(queries),
            hidden => without(any(queries), vec![json!({"terms": {"id": hidden}})]),
        }
    }

    /// The query of the matches of a kind that have no copies, where copies are collapsed, or of all of them.
    pub fn alone(&self, kind: Kind) -> Value {
        let all = self.queries[kind].clone().unwrap_or_else(nothing);
        if self.copies.is_empty() { all } else { without(all, vec![json!({"exists": {"field": "cluster"}})]) }
    }

    /// How many matches a breadth takes in.
    pub fn total(&self, breadth: Breadth) -> u64 {
        Kind::ALL.into_iter().filter(|kind| breadth.includes(*kind)).map(|kind| self.totals[kind]).sum()
    }

    /// The notes on synonyms that a count of this breadth takes in, and on what it leaves out.
    pub fn count_notes(&self, counted: Breadth) -> Vec<String> {
        let mut notes = if counted.synonyms() { notes::synonyms(&self.compiled) } else { Vec::new() };
        notes.extend(notes::not_counted(&self.compiled, &self.totals, counted));
        notes
    }

    /// Leaves one match of each cluster, as one machine does: of the first kind that there is, the one with the least place.
    fn collapse(&mut self, index: &Index<'_>) -> Result<()> {
        let named = |kind: &Kind| {
            let query = self.queries[*kind].clone()?;
            Some(json!({"bool": {"filter": [query], "_name": kind.name()}}))
        };
        let kinds: Vec<Value> = Kind::ALL.iter().filter_map(named).collect();
        let body = json!({
            "size": WINDOW, "track_total_hits": true, "_source": ["id"], "docvalue_fields": OF_COPIES,
            "query": every(vec![any(kinds), json!({"exists": {"field": "cluster"}})]),
        });
        let answer = ask::ask(index.client, index.name, &body)?;
        let total = ask::total(&answer)?;
        if total > WINDOW as u64 {
            self.notes.push(format!(
                "copies are counted each: {total} of the matches have copies, and up to {WINDOW} are collapsed to one article each"
            ));
            return Ok(());
        }
        let mut copies: Vec<CopyHit> = ask::hits(&answer).iter().map(copy).collect::<Result<_>>()?;
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
        _ => Err(trouble("the engine's answer does not say of which cluster a copy is")),
    }
}

/// The query of each kind of match, each article in one of them.
fn kinds(index: &Index<'_>, compiled: &Compiled, control: &Control<'_>) -> Result<ByKind<Option<Value>>> {
    let full = lower::plan(&compiled.full)?;
    let typed = compiled.typed.as_ref().map(lower::plan).transpose()?;
    let partial = compiled.partial.as_ref().map(lower::plan).transpose()?;
    let all = [Some(&full), typed.as_ref(), partial.as_ref()];
    if all.iter().flatten().all(|one| one.exact) {
        let mut kinds: ByKind<Option<Value>> = ByKind::default();
        let first = typed.as_ref().unwrap_or(&full).query.clone();
        kinds[Kind::Synonym] = typed.is_some().then(|| without(full.query.clone(), vec![first.clone()]));
        kinds[Kind::Partial] = partial.map(|partial| without(partial.query, vec![first.clone(), full.query]));
        kinds[Kind::Full] = Some(first);
        return Ok(kinds);
    }
    let candidates = any(all.into_iter().flatten().map(|one| one.query.clone()).collect());
    listed(index, compiled, candidates, control)
}

/// The articles of each kind among some candidates, by their ids: their texts are looked at here.
fn listed(
    index: &Index<'_>,
    compiled: &Compiled,
    candidates: Value,
    control: &Control<'_>,
) -> Result<ByKind<Option<Value>>> {
    let total = ask::count(index.client, index.name, &candidates)?;
    if total > MAX_CANDIDATES as u64 {
        return Err(Error::Invalid(format!(
            "the texts of {total} articles would have to be looked at, and at most {MAX_CANDIDATES} are: add a word, a date or a source"
        )));
    }
    let body = json!({"query": candidates, "sort": [{"order": "asc"}], "_source": {"excludes": ["article.margin"]}});
    let mut found: ByKind<Vec<String>> = ByKind::default();
    ask::all(index.client, index.name, &body, BATCH, control, &mut |hits| {
        let local = Local::of(&local::articles(hits)?, index.dictionary, None)?;
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
    let mut queries: ByKind<Option<Value>> = ByKind::default();
    for kind in Kind::ALL {
        let ids = std::mem::take(&mut found[kind]);
        queries[kind] = (!ids.is_empty()).then(|| json!({"terms": {"id": ids}}));
    }
    Ok(queries)
}

/// How many articles there are, and how many of each kind match.
fn totals(index: &Index<'_>, queries: &ByKind<Option<Value>>) -> Result<(u64, ByKind<u64>)> {
    let asked: Vec<(Kind, Value)> =
        Kind::ALL.into_iter().filter_map(|kind| Some((kind, queries[kind].clone()?))).collect();
    let all: Vec<Value> = std::iter::once(everything()).chain(asked.iter().map(|(_, query)| query.clone())).collect();
    let counts = ask::counts(index.client, index.name, &all)?;
    let mut totals: ByKind<u64> = ByKind::default();
    asked.iter().zip(&counts[1..]).for_each(|((kind, _), count)| totals[*kind] = *count);
    Ok((counts[0], totals))
}

/// How many copies each of some clusters has.
///
/// # Errors
/// Where the engine can't be reached.
pub fn sizes(index: &Index<'_>, clusters: &[String]) -> Result<HashMap<String, u64>> {
    let query = |cluster: &String| json!({"term": {"cluster": cluster}});
    let counts = ask::counts(index.client, index.name, &clusters.iter().map(query).collect::<Vec<_>>())?;
    Ok(clusters.iter().cloned().zip(counts).collect())
}
