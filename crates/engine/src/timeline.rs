//! Timelines by composite aggregations. A cluster of copies counts once in each period that one of its copies is in.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::found::{Found, Index};
use crate::lower::{match_all, without};
use crate::search;
use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::search::kind::ByKind;
use gongxun_core::search::timeline::{PeriodSums, Step, Timeline, bounds, periods};
use gongxun_core::search::{Kind, Request};

/// A cluster in one period: the kind of its match, if a copy there matches, and the rank and the number of characters
/// of its first copy there.
type PeriodMatch = (Option<Kind>, Option<(u64, u64)>);

/// The copies of one cluster.
#[derive(Default)]
struct Cluster {
    /// The cluster in each period that one of its copies is in.
    periods: BTreeMap<i64, PeriodMatch>,
    undated: bool,
    dated: bool,
}

/// Counts the matches of a request by period.
///
/// # Errors
/// As [`Found::find`].
pub fn timeline(index: &Index<'_>, request: &Request, step: Step, control: &Control<'_>) -> Result<Timeline> {
    let found = Found::find(index, request, control)?;
    let field = match step {
        Step::Day => "day",
        Step::Month => "month",
        _ => "year",
    };
    let (from, to) = bounds(&found.compiled.full);
    let between = |query: Value| match (from, to) {
        (i64::MIN, i64::MAX) => query,
        _ => json!({"bool": {"filter": [query, {"range": {"date": {"gte": from, "lte": to}}}]}}),
    };
    let clustered = json!({"exists": {"field": "cluster"}});
    let collapses = found.collapses;
    let mut sums: BTreeMap<i64, PeriodSums> = BTreeMap::new();
    let all = if collapses { without(match_all(), vec![clustered.clone()]) } else { match_all() };
    let characters = request.characters.then_some("characters");
    search::each_bucket(
        index.client,
        index.name,
        &between(all),
        &[field],
        characters,
        control,
        &mut |key, count, sum| {
            let Some(period) = key[field].as_i64() else { return };
            let sums = sums.entry(period).or_default();
            sums.all += count;
            sums.characters += sum;
        },
    )?;
    let mut undated = 0;
    let counted: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| request.count.includes(*kind)).collect();
    for kind in counted.iter().copied().filter(|kind| found.queries[*kind].is_some()) {
        let matches =
            if collapses { without(found.shown(&[kind]), vec![clustered.clone()]) } else { found.shown(&[kind]) };
        search::each_bucket(
            index.client,
            index.name,
            &between(matches.clone()),
            &[field],
            None,
            control,
            &mut |key, count, _| {
                if let Some(period) = key[field].as_i64() {
                    sums.entry(period).or_default().by_kind[kind] += count;
                }
            },
        )?;
        let without_date = without(matches, vec![json!({"exists": {"field": "date"}})]);
        undated += search::count(index.client, index.name, &without_date)?;
    }
    if collapses {
        undated += add_clusters(index, &found, &counted, field, (from, to), control, &mut sums)?;
    }
    let mut notes = found.count_notes(request.count);
    notes.extend(found.notes.iter().cloned());
    if request.occurrences {
        notes.push("occurrences are not counted on an engine; concordance counts them".to_string());
    }
    let mut timeline = Timeline::default();
    timeline.query = request.query.text.clone();
    timeline.query_notes = request.query.notes.clone();
    timeline.total = found.totals[Kind::Full];
    timeline.synonym_total = found.totals[Kind::Synonym];
    timeline.partial_total = found.totals[Kind::Partial];
    timeline.counts = request.count;
    timeline.undated = undated;
    timeline.periods = periods(sums, step, request.count, (false, request.characters));
    timeline.notes = notes;
    Ok(timeline)
}

/// Adds the clusters of copies to the sums, and returns the number of clusters whose matches have no date.
fn add_clusters(
    index: &Index<'_>,
    found: &Found,
    counted: &[Kind],
    field: &str,
    (from, to): (i64, i64),
    control: &Control<'_>,
    sums: &mut BTreeMap<i64, PeriodSums>,
) -> Result<u64> {
    let mut clusters: HashMap<String, Cluster> = HashMap::new();
    let kinds: HashMap<&str, ByKind<bool>> = found.copies.iter().fold(HashMap::new(), |mut kinds, copy| {
        kinds.entry(copy.id.as_str()).or_default()[copy.kind] = true;
        kinds
    });
    // Clusters without a match are needed for the number of all articles in a period.
    let body = json!({
        "query": {"exists": {"field": "cluster"}}, "sort": [{"id": "asc"}], "_source": ["id"],
        "docvalue_fields": ["cluster", "place", "date", "characters", field],
    });
    // A cluster counts as its best kind of match alone.
    let first: HashMap<&str, Kind> = found.copies.iter().rev().map(|copy| (copy.cluster.as_str(), copy.kind)).collect();
    search::each_page(index.client, index.name, &body, search::MAX_HITS, control, &mut |hits| {
        for hit in hits {
            let fields = &hit["fields"];
            let Some(name) = fields["cluster"][0].as_str() else { continue };
            let id = hit["_source"]["id"].as_str().unwrap_or_default();
            let of_cluster = first.get(name).copied().filter(|kind| counted.contains(kind));
            let kind = of_cluster.filter(|kind| kinds.get(id).is_some_and(|kinds| kinds[*kind]));
            let cluster = clusters.entry(name.to_string()).or_default();
            match (fields["date"][0].as_i64(), fields[field][0].as_i64()) {
                (Some(date), Some(period)) if (from..=to).contains(&date) => {
                    let here = cluster.periods.entry(period).or_default();
                    here.0 = here.0.or(kind);
                    let this =
                        (fields["place"][0].as_u64().unwrap_or(0), fields["characters"][0].as_u64().unwrap_or(0));
                    here.1 = Some(here.1.map_or(this, |first| first.min(this)));
                    cluster.dated |= kind.is_some();
                }
                (Some(_), _) => {}
                (None, _) => cluster.undated |= kind.is_some(),
            }
        }
        Ok(true)
    })?;
    let mut undated = 0;
    for cluster in clusters.into_values() {
        undated += u64::from(cluster.undated && !cluster.dated);
        for (period, (kind, first)) in cluster.periods {
            let sums = sums.entry(period).or_default();
            kind.into_iter().for_each(|kind| sums.by_kind[kind] += 1);
            sums.all += 1;
            sums.characters += first.map_or(0, |(_, characters)| characters);
        }
    }
    Ok(undated)
}
