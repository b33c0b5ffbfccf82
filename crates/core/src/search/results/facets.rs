//! Facets: the number of matches of each source, outlet, editor, author, section and month.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use tantivy::DocId;

use crate::index::facet_columns::{Counts, FIELDS, FacetColumns, Values};
use crate::search::matching::bits::Bits;
use gongxun_text::fold::fold;

/// The most values of a facet that are returned.
pub const MAX_VALUES: usize = 20;

/// A value with its count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Count {
    /// The value as printed; a month as `2025-01`.
    pub value: String,
    /// The number of full matches that have the value.
    pub count: u64,
    /// The number of synonym matches that have it; only if these are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synonym_count: Option<u64>,
    /// The number of partial matches that have it; only if these are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial_count: Option<u64>,
    /// The number of occurrences in the counted articles that have it; only if occurrences are counted. Of the copies
    /// of one article the one that is shown counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrences: Option<u64>,
}

impl Count {
    /// A value that so many full matches have.
    pub fn new(value: String, count: u64) -> Count {
        Count { value, count, synonym_count: None, partial_count: None, occurrences: None }
    }

    /// Returns the number of counted matches of all kinds.
    pub fn all(&self) -> u64 {
        self.count + self.synonym_count.unwrap_or(0) + self.partial_count.unwrap_or(0)
    }
}

/// The counts of all facets, largest first; months in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
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
    counted: &'a FacetColumns,
    fields: [Counts; FIELDS.len()],
    months: Counts,
    /// The clusters counted so far with each value, by cluster, field and class of values; the last field is the month.
    clusters: HashSet<(u32, usize, u32)>,
}

impl<'a> Counter<'a> {
    /// Creates a counter without matches.
    pub fn new(counted: &'a FacetColumns) -> Counter<'a> {
        let fields = std::array::from_fn(|field| counted.no_values(field));
        Counter { counted, fields, months: counted.no_months(), clusters: HashSet::new() }
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

    /// Adds documents that are copies of others, with the numbers of their clusters: each value counts once for a
    /// cluster.
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

    /// Returns the counts, for each field the largest up to a number of them.
    fn finish(self, most: usize) -> Facets {
        let months = self.months.counted().map(|(number, count)| (self.counted.month(number), count));
        let month = months.map(|(month, count)| Count::new(month_name(month), count)).collect();
        let mut fields =
            self.fields.iter().enumerate().map(|(field, counts)| largest(self.counted.values(field), counts, most));
        let [source, outlet, editor, author, section] = std::array::from_fn(|_| fields.next().unwrap_or_default());
        Facets { source, outlet, editor, author, section, month }
    }
}

/// Counts the occurrences of each value: the sum over the documents that have it.
pub fn add_occurrences<'o>(
    facets: &mut Facets,
    counted: &FacetColumns,
    of_segment: impl Fn(usize) -> &'o [(DocId, u32)],
) {
    let mut by_class: [HashMap<u32, u64>; FIELDS.len()] = std::array::from_fn(|_| HashMap::new());
    let mut by_month: HashMap<u32, u64> = HashMap::new();
    let mut own = Vec::new();
    for ord in 0..counted.segments() {
        for (doc, count) in of_segment(ord) {
            for (field, sums) in by_class.iter_mut().enumerate() {
                own.clear();
                counted.each(ord, field, *doc, |number| own.push(counted.values(field).class(number)));
                own.sort_unstable();
                own.dedup();
                own.iter().for_each(|class| *sums.entry(*class).or_default() += u64::from(*count));
            }
            *by_month.entry(counted.month_of(ord, *doc)).or_default() += u64::from(*count);
        }
    }
    let [fields @ .., months] = facets.lists();
    for (field, list) in fields.into_iter().enumerate() {
        let values = counted.values(field);
        let numbers = 0..values.count() as u32;
        let classes: HashMap<String, u32> =
            numbers.map(|number| (fold(values.printed(number)), values.class(number))).collect();
        for count in list {
            let class = classes.get(&fold(&count.value));
            count.occurrences = Some(class.and_then(|class| by_class[field].get(class)).copied().unwrap_or(0));
        }
    }
    let by_month: HashMap<String, u64> =
        by_month.into_iter().map(|(month, sum)| (month_name(counted.month(month)), sum)).collect();
    for count in months {
        count.occurrences = Some(by_month.get(&count.value).copied().unwrap_or(0));
    }
}

/// Joins the facets of full matches with those of synonym and partial matches, if these are counted.
pub fn joined(full: Counter<'_>, synonym: Option<Counter<'_>>, partial: Option<Counter<'_>>) -> Facets {
    if synonym.is_none() && partial.is_none() {
        return full.finish(MAX_VALUES);
    }
    let mut joined = full.finish(usize::MAX);
    for count in joined.lists().into_iter().flatten() {
        count.synonym_count = synonym.is_some().then_some(0);
        count.partial_count = partial.is_some().then_some(0);
    }
    let of_both = (synonym.is_some(), partial.is_some());
    for (counter, is_synonym) in [(synonym, true), (partial, false)] {
        let Some(mut others) = counter.map(|counter| counter.finish(usize::MAX)) else { continue };
        for (list, others) in joined.lists().into_iter().zip(others.lists()) {
            let mut places: HashMap<String, usize> =
                list.iter().enumerate().map(|(at, count)| (fold(&count.value), at)).collect();
            for other in others.drain(..) {
                let place = *places.entry(fold(&other.value)).or_insert(list.len());
                if place == list.len() {
                    let none = |counted: bool| counted.then_some(0);
                    let (synonym_count, partial_count) = (none(of_both.0), none(of_both.1));
                    let none = Count::new(other.value, 0);
                    list.push(Count { synonym_count, partial_count, ..none });
                }
                let own = &mut list[place];
                let own = if is_synonym { &mut own.synonym_count } else { &mut own.partial_count };
                *own = Some(other.count);
            }
        }
    }
    let Facets { source, outlet, editor, author, section, month } = &mut joined;
    for list in [source, outlet, editor, author, section] {
        list.sort_by(|a, b| b.all().cmp(&a.all()).then_with(|| a.value.cmp(&b.value)));
        list.truncate(MAX_VALUES);
    }
    month.sort_by(|a, b| a.value.cmp(&b.value));
    joined
}

impl Facets {
    fn lists(&mut self) -> [&mut Vec<Count>; 6] {
        let Facets { source, outlet, editor, author, section, month } = self;
        [source, outlet, editor, author, section, month]
    }
}

/// Formats a month as `2025-01`.
fn month_name(month: u32) -> String {
    let (year, month) = (month / 12, month % 12 + 1);
    let digit = |number: u32| char::from(b'0' + (number % 10) as u8);
    let mut name = String::with_capacity("2025-01".len());
    name.extend([year / 1000, year / 100, year / 10, year].map(digit));
    name.push('-');
    name.extend([month / 10, month].map(digit));
    name
}

/// Returns the classes of values with the largest counts, each named by its most frequent printed form.
fn largest(values: &Values, counts: &Counts, most_values: usize) -> Vec<Count> {
    if values.class_count() == values.count() {
        return first(values, counts.counted().collect(), most_values);
    }
    // For each class its sum, and its most frequent value.
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
    first(values, classes.into_iter().map(sum).collect(), most_values)
}

/// Returns the values with the largest counts, ordered by text if counts are equal.
fn first(values: &Values, mut counted: Vec<(u32, u64)>, most: usize) -> Vec<Count> {
    let order = |(number, count): &(u32, u64), (other, others): &(u32, u64)| {
        others.cmp(count).then_with(|| values.printed(*number).cmp(values.printed(*other)))
    };
    if counted.len() > most {
        counted.select_nth_unstable_by(most, order);
        counted.truncate(most);
    }
    counted.sort_unstable_by(order);
    let count = |(number, count)| Count::new(values.printed(number).to_string(), count);
    counted.into_iter().map(count).collect()
}
