//! Facets: how many matches each source, outlet, editor, author, section and month has.

use std::collections::HashSet;

use serde::Serialize;
use tantivy::DocId;

use super::bits::Bits;
use crate::error::Result;
use crate::index::Snapshot;
use crate::index::values::{Counted, Counts, FIELDS, Values};

/// How many values of a facet are given.
pub const MAX_VALUES: usize = 20;

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
pub struct Counter<'a> {
    counted: &'a Counted,
    fields: [Counts; FIELDS.len()],
    months: Counts,
    /// Classes of values and months of clusters that have been counted, with the number of the field; the last one is the
    /// month's.
    clusters: HashSet<(u32, usize, u32)>,
}

impl<'a> Counter<'a> {
    /// Counts nothing yet.
    ///
    /// # Errors
    /// Where a file of the index can't be read.
    pub fn new(snapshot: &'a Snapshot) -> Result<Counter<'a>> {
        let counted = snapshot.counted()?;
        let fields = std::array::from_fn(|field| counted.no_values(field));
        Ok(Counter { counted, fields, months: counted.no_months(), clusters: HashSet::new() })
    }

    /// Adds the matches of a segment.
    pub fn add(&mut self, segment: usize, matches: &Bits) {
        if self.counted.knows_all() && matches.holds_most() {
            let mut others = matches.clone();
            others.negate();
            let docs = others.to_vec();
            for (field, counts) in self.fields.iter_mut().enumerate() {
                self.counted.count_others(segment, field, &docs, counts);
            }
            return self.counted.count_other_months(segment, &docs, &mut self.months);
        }
        let docs = matches.to_vec();
        for (field, counts) in self.fields.iter_mut().enumerate() {
            self.counted.count(segment, field, &docs, counts);
        }
        self.counted.count_months(segment, &docs, &mut self.months);
    }

    /// Adds documents that are copies of others, with the numbers of their clusters: each value counts once for a cluster.
    pub fn add_copies(&mut self, segment: usize, copies: &[(u32, DocId)]) {
        for (cluster, doc) in copies {
            for (field, counts) in self.fields.iter_mut().enumerate() {
                let values = self.counted.values(field);
                self.counted.each(segment, field, *doc, |number| {
                    if self.clusters.insert((*cluster, field, values.class(number))) {
                        counts.add(number);
                    }
                });
            }
            let month = self.counted.month_of(segment, *doc);
            if self.clusters.insert((*cluster, FIELDS.len(), month)) {
                self.months.add(month);
            }
        }
    }

    /// The counts.
    pub fn finish(self) -> Facets {
        let months = self.months.counted().map(|(number, count)| (self.counted.month(number), count));
        let month = months.map(|(month, count)| Count { value: month_name(month), count }).collect();
        let mut fields =
            self.fields.iter().enumerate().map(|(field, counts)| largest(self.counted.values(field), counts));
        let [source, outlet, editor, author, section] = std::array::from_fn(|_| fields.next().unwrap_or_default());
        Facets { source, outlet, editor, author, section, month }
    }
}

/// A month as `2025-01`. There may be hundreds of them.
fn month_name(month: u32) -> String {
    let (year, month) = (month / 12, month % 12 + 1);
    let digit = |number: u32| char::from(b'0' + (number % 10) as u8);
    let mut name = String::with_capacity("2025-01".len());
    name.extend([year / 1000, year / 100, year / 10, year].map(digit));
    name.push('-');
    name.extend([month / 10, month].map(digit));
    name
}

/// The classes of values with the largest counts, each shown as it is printed most often.
fn largest(values: &Values, counts: &Counts) -> Vec<Count> {
    if values.class_count() == values.count() {
        return first(values, counts.counted().collect());
    }
    // Of each class its sum, and the value that has the largest part of it.
    let mut sums: Vec<(u64, u64, u32)> = vec![(0, 0, 0); values.class_count()];
    let mut classes = Vec::new();
    for (number, count) in counts.counted() {
        let class = values.class(number);
        let (sum, most, shown) = &mut sums[class as usize];
        if *sum == 0 {
            classes.push(class);
        }
        *sum += count;
        if count > *most || count == *most && values.printed(number) < values.printed(*shown) {
            (*most, *shown) = (count, number);
        }
    }
    let sum = |class: u32| {
        let (sum, _, shown) = sums[class as usize];
        (shown, sum)
    };
    first(values, classes.into_iter().map(sum).collect())
}

/// The values with the largest counts, those with the same one by their texts.
fn first(values: &Values, mut counted: Vec<(u32, u64)>) -> Vec<Count> {
    let order = |(number, count): &(u32, u64), (other, others): &(u32, u64)| {
        others.cmp(count).then_with(|| values.printed(*number).cmp(values.printed(*other)))
    };
    if counted.len() > MAX_VALUES {
        counted.select_nth_unstable_by(MAX_VALUES, order);
        counted.truncate(MAX_VALUES);
    }
    counted.sort_unstable_by(order);
    let count = |(number, count)| Count { value: values.printed(number).to_string(), count };
    counted.into_iter().map(count).collect()
}
