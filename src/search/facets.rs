//! Facets: how many matches each source, outlet, editor, author, section and month has.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use serde::Serialize;
use tantivy::{DocId, SegmentReader};

use super::bits::Bits;
use super::strings::read;
use crate::article::Date;
use crate::error::{Error, Result};
use crate::text::fold::fold;

/// How many values of a facet are given.
pub const MAX_VALUES: usize = 20;
/// How many different values of a facet a segment may have for each of its documents, and beside that; a column that claims
/// more is damaged. An article has a handful of credits, one alone perhaps hundreds.
const VALUES_A_DOCUMENT: usize = 64;
const VALUES_BESIDE: usize = 10_000;
/// Seconds in a day.
const DAY: i64 = 86_400;

/// A value with its count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The value as printed; a month as `2025-01`.
    pub value: String,
    /// How many of the matches have it.
    pub count: u64,
}

/// The counts of all facets, largest first; months in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Facets {
    /// By source.
    pub source: Vec<Count>,
    /// By outlet.
    pub outlet: Vec<Count>,
    /// By editor.
    pub editor: Vec<Count>,
    /// By author.
    pub author: Vec<Count>,
    /// By section.
    pub section: Vec<Count>,
    /// By month.
    pub month: Vec<Count>,
}

/// Counts matches, segment by segment.
#[derive(Debug, Default)]
pub struct Counter {
    values: [HashMap<String, u64>; 5],
    months: HashMap<(u16, u8), u64>,
    /// Values and months of clusters that have been counted, with the number of the field; the last one is the month's.
    counted: HashSet<(u32, usize, String)>,
}

const FIELDS: [&str; 5] = ["source", "outlet", "editor", "author", "section"];

impl Counter {
    /// Adds the matches of a segment.
    ///
    /// # Errors
    /// Where a file of the index can't be read.
    pub fn add(&mut self, segment: &SegmentReader, matches: &Bits) -> Result<()> {
        for (field, counts) in FIELDS.iter().zip(&mut self.values) {
            let Some(column) = segment.fast_fields().str(field)? else { continue };
            // The number of values is read from the file; a damaged one must not ask for more memory than there is.
            let values = column.num_terms();
            if values > segment.max_doc() as usize * VALUES_A_DOCUMENT + VALUES_BESIDE {
                return Err(Error::Damaged {
                    path: (*field).into(),
                    what: format!("it claims {values} different values"),
                });
            }
            let mut by_ord = vec![0u64; values];
            for doc in matches.iter() {
                for ord in column.term_ords(doc) {
                    by_ord[ord as usize] += 1;
                }
            }
            let mut value = String::new();
            for (ord, count) in by_ord.iter().enumerate().filter(|(_, count)| **count > 0) {
                value.clear();
                read(column.ord_to_str(ord as u64, &mut value))?;
                match counts.get_mut(&value) {
                    Some(sum) => *sum += count,
                    None => {
                        counts.insert(value.clone(), *count);
                    }
                }
            }
        }
        let dates = segment.fast_fields().i64("date")?;
        let mut days: HashMap<i64, u64> = HashMap::new();
        for doc in matches.iter() {
            if let Some(seconds) = dates.first(doc) {
                *days.entry(seconds.div_euclid(DAY)).or_default() += 1;
            }
        }
        for (day, count) in days {
            if let Some(date) = Date::from_day_number(day) {
                *self.months.entry((date.year, date.month)).or_default() += count;
            }
        }
        Ok(())
    }

    /// Adds documents that are copies of others, with the numbers of their clusters: each value counts once for a cluster.
    ///
    /// # Errors
    /// Where a file of the index can't be read.
    pub fn add_copies(&mut self, segment: &SegmentReader, copies: &[(u32, DocId)]) -> Result<()> {
        let mut value = String::new();
        for (at, (field, counts)) in FIELDS.iter().zip(&mut self.values).enumerate() {
            let Some(column) = segment.fast_fields().str(field)? else { continue };
            for (cluster, doc) in copies {
                for ord in column.term_ords(*doc) {
                    value.clear();
                    read(column.ord_to_str(ord, &mut value))?;
                    if self.counted.insert((*cluster, at, fold(&value))) {
                        *counts.entry(value.clone()).or_default() += 1;
                    }
                }
            }
        }
        let dates = segment.fast_fields().i64("date")?;
        for (cluster, doc) in copies {
            let date = dates.first(*doc).and_then(|seconds| Date::from_day_number(seconds.div_euclid(DAY)));
            if let Some(date) = date
                && self.counted.insert((*cluster, FIELDS.len(), format!("{}-{}", date.year, date.month)))
            {
                *self.months.entry((date.year, date.month)).or_default() += 1;
            }
        }
        Ok(())
    }

    /// The counts.
    pub fn finish(self) -> Facets {
        let [source, outlet, editor, author, section] = self.values.map(largest);
        let mut months: Vec<_> = self.months.into_iter().collect();
        months.sort_unstable();
        let month = months
            .into_iter()
            .map(|((year, month), count)| Count { value: format!("{year:04}-{month:02}"), count })
            .collect();
        Facets { source, outlet, editor, author, section, month }
    }
}

/// The values with the largest counts. Values that fold to the same (东原工人报, 東原工人報) are one, shown as it is
/// printed most often.
fn largest(counts: HashMap<String, u64>) -> Vec<Count> {
    let mut printed: Vec<Count> = counts.into_iter().map(|(value, count)| Count { value, count }).collect();
    let order = |a: &Count, b: &Count| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value));
    printed.sort_by(order);
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut merged: Vec<Count> = Vec::new();
    for count in printed {
        match places.entry(fold(&count.value)) {
            Entry::Occupied(place) => merged[*place.get()].count += count.count,
            Entry::Vacant(place) => {
                place.insert(merged.len());
                merged.push(count);
            }
        }
    }
    merged.sort_by(order);
    merged.truncate(MAX_VALUES);
    merged
}
