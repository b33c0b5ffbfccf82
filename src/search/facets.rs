//! Facets: how many matches each source, outlet, editor, author, section and month has.

use std::collections::HashSet;

use serde::Serialize;
use tantivy::DocId;

use super::bits::Bits;
use crate::error::Result;
use crate::index::Snapshot;
use crate::index::values::{Counted, FIELDS, Values};

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
    fields: [Tally; FIELDS.len()],
    months: Months,
    /// Classes of values and months of clusters that have been counted, with the number of the field; the last one is the
    /// month's.
    clusters: HashSet<(u32, usize, u32)>,
}

/// Counts by number.
#[derive(Debug, Default)]
struct Tally(Vec<u32>);

impl Tally {
    #[inline]
    fn add(&mut self, number: u32) {
        match self.0.get_mut(number as usize) {
            Some(count) => *count += 1,
            None => {
                self.0.resize(number as usize + 1, 0);
                self.0[number as usize] = 1;
            }
        }
    }

    /// The numbers that were counted, with their counts.
    fn counted(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let counts = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        counts.map(|(number, count)| (number as u32, u64::from(*count)))
    }
}

/// Counts of months.
#[derive(Debug, Default)]
struct Months {
    /// The months are counted from this one on.
    first: u32,
    tally: Tally,
}

impl Months {
    fn add(&mut self, month: u32) {
        if self.tally.0.is_empty() {
            self.first = month;
        }
        if month < self.first {
            let before = (self.first - month) as usize;
            self.tally.0.splice(..0, std::iter::repeat_n(0, before));
            self.first = month;
        }
        self.tally.add(month - self.first);
    }
}

impl<'a> Counter<'a> {
    /// Counts nothing yet.
    ///
    /// # Errors
    /// Where a file of the index can't be read.
    pub fn new(snapshot: &'a Snapshot) -> Result<Counter<'a>> {
        let counted = snapshot.counted()?;
        let fields = std::array::from_fn(|field| Tally(vec![0; counted.values(field).count()]));
        Ok(Counter { counted, fields, months: Months::default(), clusters: HashSet::new() })
    }

    /// Adds the matches of a segment.
    pub fn add(&mut self, segment: usize, matches: &Bits) {
        let docs = matches.to_vec();
        for (field, tally) in self.fields.iter_mut().enumerate() {
            self.counted.each(segment, field, &docs, |number| tally.add(number));
        }
        self.counted.months(segment, &docs, |month| self.months.add(month));
    }

    /// Adds documents that are copies of others, with the numbers of their clusters: each value counts once for a cluster.
    pub fn add_copies(&mut self, segment: usize, copies: &[(u32, DocId)]) {
        for (cluster, doc) in copies {
            for (field, tally) in self.fields.iter_mut().enumerate() {
                let values = self.counted.values(field);
                self.counted.each(segment, field, std::slice::from_ref(doc), |number| {
                    if self.clusters.insert((*cluster, field, values.class(number))) {
                        tally.add(number);
                    }
                });
            }
            self.counted.months(segment, std::slice::from_ref(doc), |month| {
                if self.clusters.insert((*cluster, FIELDS.len(), month)) {
                    self.months.add(month);
                }
            });
        }
    }

    /// The counts.
    pub fn finish(self) -> Facets {
        let name = |month: u32| format!("{:04}-{:02}", month / 12, month % 12 + 1);
        let Months { first, tally } = &self.months;
        let month = tally.counted().map(|(month, count)| Count { value: name(first + month), count }).collect();
        let mut fields =
            self.fields.iter().enumerate().map(|(field, tally)| largest(self.counted.values(field), tally));
        let [source, outlet, editor, author, section] = std::array::from_fn(|_| fields.next().unwrap_or_default());
        Facets { source, outlet, editor, author, section, month }
    }
}

/// The classes of values with the largest counts, each shown as it is printed most often.
fn largest(values: &Values, tally: &Tally) -> Vec<Count> {
    // Of each class its sum, and the value that has the largest part of it.
    let mut sums: Vec<(u64, u64, u32)> = vec![(0, 0, 0); values.class_count()];
    let mut classes = Vec::new();
    for (number, count) in tally.counted() {
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
    let order = |a: &u32, b: &u32| {
        let ((sum, _, shown), (other, _, others)) = (sums[*a as usize], sums[*b as usize]);
        other.cmp(&sum).then_with(|| values.printed(shown).cmp(values.printed(others)))
    };
    if classes.len() > MAX_VALUES {
        classes.select_nth_unstable_by(MAX_VALUES, order);
        classes.truncate(MAX_VALUES);
    }
    classes.sort_unstable_by(order);
    let count = |class: u32| {
        let (count, _, shown) = sums[class as usize];
        Count { value: values.printed(shown).to_string(), count }
    };
    classes.into_iter().map(count).collect()
}
