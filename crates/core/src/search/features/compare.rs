//! The comparison of several queries over time.
//!
//! Requests flow in; a table of periods flows out, with one column for each query: the timelines of the queries, joined
//! by period. A period in which the archive has no article is a gap, not a zero.

use std::collections::BTreeMap;

use serde::Serialize;

use super::timeline::{Gap, Step, Timeline, timelines};
use crate::control::Control;
use crate::error::Result;
use crate::index::Snapshot;
use crate::search::request::Request;

/// The most queries that are compared.
pub const MAX_QUERIES: usize = 20;

/// A comparison of queries over time.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The queries.
    pub queries: Vec<Compared>,
    /// The periods in which the archive has articles, in order.
    pub periods: Vec<Row>,
    /// The stretches between them in which it has none.
    pub gaps: Vec<Gap>,
}

/// A query of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Compared {
    /// The query as it was typed.
    pub query: String,
    /// The number of articles counted: full matches, and the other kinds of matches that the request counts.
    pub count: u64,
    /// The number of occurrences in them, undated articles included; only if occurrences are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrences: Option<u64>,
    /// The number of counted articles without a date, which are in no period.
    pub undated: u64,
    /// The number of full matches.
    pub total: u64,
    /// The number of synonym matches.
    pub synonym_total: u64,
    /// The number of partial matches.
    pub partial_total: u64,
    /// Whether the search was stopped before it finished.
    pub cut_short: bool,
    /// The notes on the query.
    pub notes: Vec<String>,
}

/// A period of a comparison.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// Its name: `2025-01-15`, `2025-01` or `2025`.
    pub period: String,
    /// The number of articles of the period that match each query.
    pub counts: Vec<u64>,
    /// The shares of these in the archive's articles of the period, 0 to 1.
    pub shares: Vec<f64>,
    /// The number of articles of the period in the archive.
    pub all: u64,
    /// The number of occurrences of each query in the counted articles; only if occurrences are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrences: Option<Vec<u64>>,
    /// The number of characters, blanks excluded, of the archive's articles of the period; only if characters are
    /// counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters: Option<u64>,
    /// The occurrences of each query per million of these characters, if both are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_million: Option<Vec<f64>>,
}

impl Compared {
    /// Creates a query with this number of full matches, all of them dated.
    pub fn new(query: &str, count: u64) -> Compared {
        Compared { query: query.to_string(), count, total: count, ..Compared::default() }
    }
}

impl Row {
    /// Creates a period with the count of each query and the number of all its articles.
    pub fn new(period: &str, counts: Vec<u64>, all: u64) -> Row {
        let shares = counts.iter().map(|count| *count as f64 / all.max(1) as f64).collect();
        Row { period: period.to_string(), counts, shares, all, ..Row::default() }
    }
}

/// Compares requests by period. Each request decides what it counts.
///
/// # Errors
/// Same as [`super::timeline::timeline`].
pub fn compare(snapshot: &Snapshot, requests: &[Request], step: Step, control: &Control<'_>) -> Result<Comparison> {
    Ok(Comparison::of(timelines(snapshot, requests, step, control)?))
}

impl Comparison {
    /// Joins timelines of one step by period.
    pub fn of(timelines: Vec<Timeline>) -> Comparison {
        let mut rows: BTreeMap<String, Row> = BTreeMap::new();
        let mut gaps: Vec<Gap> = Vec::new();
        for (number, timeline) in timelines.iter().enumerate() {
            for period in &timeline.periods {
                let none = || Row {
                    period: period.name.clone(),
                    counts: vec![0; timelines.len()],
                    shares: vec![0.0; timelines.len()],
                    all: 0,
                    occurrences: period.occurrences.map(|_| vec![0; timelines.len()]),
                    characters: None,
                    per_million: period.per_million().map(|_| vec![0.0; timelines.len()]),
                };
                let row = rows.entry(period.name.clone()).or_insert_with(none);
                row.counts[number] = period.counted();
                row.shares[number] = period.share();
                row.all = row.all.max(period.all);
                if let (Some(of_row), Some(own)) = (&mut row.occurrences, period.occurrences) {
                    of_row[number] = own;
                }
                row.characters = row.characters.max(period.characters);
                if let (Some(of_row), Some(own)) = (&mut row.per_million, period.per_million()) {
                    of_row[number] = own;
                }
                gaps.extend(period.gap.clone());
            }
        }
        gaps.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
        gaps.dedup();
        let queries = timelines.into_iter().map(|timeline| Compared {
            count: timeline.counted(),
            occurrences: timeline.occurrences,
            undated: timeline.undated,
            total: timeline.total,
            synonym_total: timeline.synonym_total,
            partial_total: timeline.partial_total,
            cut_short: timeline.cut_short,
            notes: timeline.query_notes.iter().map(|note| note.message.clone()).chain(timeline.notes).collect(),
            query: timeline.query,
        });
        Comparison { queries: queries.collect(), periods: rows.into_values().collect(), gaps }
    }
}

#[cfg(test)]
mod tests {
    use super::super::timeline::Period;
    use super::*;

    #[test]
    fn periods_of_all_queries_stand_in_one_table() {
        let gap = |from: &str, to: &str| Some(Gap { from: from.into(), to: to.into() });
        let timeline = |query: &str, periods: Vec<Period>| {
            let total = periods.iter().map(Period::counted).sum();
            Timeline { query: query.into(), total, periods, ..Timeline::default() }
        };
        let joined = Comparison::of(vec![
            timeline("甲", vec![Period::new("2019", 1, 4, None), Period::new("2022", 2, 8, gap("2020", "2021"))]),
            timeline("乙", vec![Period::new("2022", 8, 8, gap("2020", "2021"))]),
        ]);
        let rows: Vec<_> = joined.periods.iter().map(|row| (&*row.period, &*row.counts, row.all)).collect();
        assert_eq!(rows, [("2019", &[1, 0][..], 4), ("2022", &[2, 8][..], 8)]);
        assert_eq!(joined.periods[1].shares, [0.25, 1.0]);
        assert_eq!(joined.gaps, [Gap { from: "2020".into(), to: "2021".into() }]);
        assert_eq!((joined.queries[0].count, joined.queries[1].count), (3, 8));
    }
}
