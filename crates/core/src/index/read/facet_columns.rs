//! The values of the fields that are counted, read once for a snapshot: numbers to count by, texts to show.
//!
//! Each segment has its own numbers for its values. Here they get numbers that hold for all segments, and the number of
//! the class of values that fold to the same (东原工人报, 東原工人報).

use std::collections::HashMap;
use std::sync::OnceLock;

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Searcher};

use crate::article::Date;
use crate::error::{Error, Result};
use gongxun_text::fold::fold;

/// The fields that are counted.
pub const FIELDS: [&str; 5] = ["source", "outlet", "editor", "author", "section"];

/// How many different values a segment may have for each of its documents, and beside that; a column that claims more is
/// damaged. An article has a handful of credits, one alone perhaps hundreds.
const VALUES_A_DOCUMENT: usize = 64;
const VALUES_BESIDE: usize = 10_000;
/// The columns of larger snapshots are not unpacked: that takes 24 bytes an article.
const MAX_UNPACKED: u64 = 4_000_000;
/// Seconds in a day.
const DAY: i64 = 86_400;
/// Marks the number of a list of values.
const LIST: u32 = 1 << 31;

/// The values of one field, as texts.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// The values as printed, by number.
    printed: Vec<Box<str>>,
    /// The class of each value.
    classes: Vec<u32>,
    /// How many classes there are.
    class_count: usize,
}

impl Values {
    /// A value as printed.
    pub fn printed(&self, number: u32) -> &str {
        &self.printed[number as usize]
    }

    /// The class of a value.
    pub fn class(&self, number: u32) -> u32 {
        self.classes[number as usize]
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        self.printed.len()
    }

    /// How many classes of values there are.
    pub fn class_count(&self) -> usize {
        self.class_count
    }
}

/// The values of all counted fields, and which document has which.
#[derive(Debug)]
pub struct FacetColumns {
    fields: [Values; FIELDS.len()],
    segments: Vec<Segment>,
    /// The first month that an article is of, and how many there are from it to the last.
    months: (u32, u32),
    documents: u64,
    unpacked: OnceLock<Vec<Unpacked>>,
}

/// The columns of one segment as they are stored.
#[derive(Debug)]
struct Segment {
    /// The segment's own numbers of the values of each document, and what number each of them has here.
    fields: [Option<(Column<u64>, Vec<u32>)>; FIELDS.len()],
    dates: Column<i64>,
}

/// The columns of one segment, a number a document: three to ten times faster to count by. The number behind the last one
/// stands for no value, so that counting need not ask.
#[derive(Debug)]
struct Unpacked {
    fields: [Vec<u32>; FIELDS.len()],
    lists: Vec<Box<[u32]>>,
    months: Vec<u32>,
    /// The counts of all documents, deleted ones too.
    all: [Counts; FIELDS.len()],
    all_months: Counts,
}

/// Counts of values by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts(Box<[u32]>);

impl Counts {
    fn of(values: usize) -> Counts {
        Counts(vec![0; values + 1].into())
    }

    /// Counts a value once.
    #[inline]
    pub fn add(&mut self, number: u32) {
        self.0[number as usize] += 1;
    }

    #[inline]
    fn take(&mut self, number: u32) {
        self.0[number as usize] -= 1;
    }

    fn add_all(&mut self, other: &Counts) {
        self.0.iter_mut().zip(&other.0).for_each(|(count, more)| *count += more);
    }

    /// The numbers that were counted, with their counts.
    pub fn counted(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let counts = self.0[..self.0.len() - 1].iter().enumerate().filter(|(_, count)| **count > 0);
        counts.map(|(number, count)| (number as u32, u64::from(*count)))
    }
}

impl FacetColumns {
    /// Reads the values.
    ///
    /// # Errors
    /// Where a file of the index can't be read or does not hold what was written.
    pub fn read(searcher: &Searcher) -> Result<FacetColumns> {
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            let dates = segment.fast_fields().i64("date")?;
            segments.push(Segment { fields: Default::default(), dates });
        }
        let mut fields: [Values; FIELDS.len()] = Default::default();
        for (number, (field, values)) in FIELDS.iter().zip(&mut fields).enumerate() {
            let mut reading = Reading { field, values, known: HashMap::new(), classes: HashMap::new() };
            for (reader, segment) in searcher.segment_readers().iter().zip(&mut segments) {
                if let Some(column) = reader.fast_fields().str(field)? {
                    let numbers = reading.numbers(&column, reader.max_doc())?;
                    segment.fields[number] = Some((column.into_parts().1, numbers));
                }
            }
        }
        let ends = segments
            .iter()
            .filter_map(|segment| Some((month(segment.dates.min_value())?, month(segment.dates.max_value())?)));
        let (first, last) = ends.fold((u32::MAX, 0), |(first, last), (least, most)| (least.min(first), most.max(last)));
        let months = (first, last.checked_sub(first).map_or(0, |months| months + 1));
        Ok(FacetColumns { fields, segments, months, documents: searcher.num_docs(), unpacked: OnceLock::new() })
    }

    /// Unpacks the columns, unless there are too many documents or it was done. Worth its time where more than one answer
    /// is counted.
    pub fn unpack(&self) {
        if self.documents <= MAX_UNPACKED {
            self.unpacked.get_or_init(|| self.segments.iter().map(|segment| segment.unpack(self)).collect());
        }
    }

    /// The values of a field, by its number in [`FIELDS`].
    pub fn values(&self, field: usize) -> &Values {
        &self.fields[field]
    }

    /// No counts yet of a field's values.
    pub fn no_values(&self, field: usize) -> Counts {
        Counts::of(self.fields[field].count())
    }

    /// No counts yet of months.
    pub fn no_months(&self) -> Counts {
        Counts::of(self.months.1 as usize)
    }

    /// The month that a number of [`FacetColumns::count_months`] stands for: twelve times the year, and 0 for January.
    pub fn month(&self, number: u32) -> u32 {
        self.months.0 + number
    }

    /// Whether all documents of a segment are counted already, so that it can be said which ones do not count.
    pub fn knows_all(&self) -> bool {
        self.unpacked.get().is_some()
    }

    /// Counts the values that these documents of a segment have in a field.
    pub fn count(&self, segment: usize, field: usize, docs: &[DocId], counts: &mut Counts) {
        match self.unpacked.get() {
            Some(unpacked) => unpacked[segment].each(field, docs, |number| counts.add(number)),
            None => docs.iter().for_each(|doc| self.each(segment, field, *doc, |number| counts.add(number))),
        }
    }

    /// Counts the months of these documents of a segment.
    pub fn count_months(&self, segment: usize, docs: &[DocId], counts: &mut Counts) {
        match self.unpacked.get() {
            Some(unpacked) => docs.iter().for_each(|doc| counts.add(unpacked[segment].months[*doc as usize])),
            None => docs.iter().for_each(|doc| counts.add(self.month_of(segment, *doc))),
        }
    }

    /// Counts the values that all documents of a segment but these have in a field, where [`FacetColumns::knows_all`].
    pub fn count_others(&self, segment: usize, field: usize, docs: &[DocId], counts: &mut Counts) {
        if let Some(unpacked) = self.unpacked.get() {
            counts.add_all(&unpacked[segment].all[field]);
            unpacked[segment].each(field, docs, |number| counts.take(number));
        }
    }

    /// Counts the months of all documents of a segment but these, where [`FacetColumns::knows_all`].
    pub fn count_other_months(&self, segment: usize, docs: &[DocId], counts: &mut Counts) {
        if let Some(unpacked) = self.unpacked.get() {
            counts.add_all(&unpacked[segment].all_months);
            docs.iter().for_each(|doc| counts.take(unpacked[segment].months[*doc as usize]));
        }
    }

    /// Gives the numbers of the values that a document of a segment has in a field.
    pub fn each(&self, segment: usize, field: usize, doc: DocId, add: impl FnMut(u32)) {
        self.segments[segment].each(field, doc, add);
    }

    /// The number of the month of a document of a segment; the one behind the last where it has none.
    pub fn month_of(&self, segment: usize, doc: DocId) -> u32 {
        self.segments[segment].month(doc, self.months)
    }
}

impl Segment {
    fn each(&self, field: usize, doc: DocId, mut add: impl FnMut(u32)) {
        if let Some((column, numbers)) = &self.fields[field] {
            column.values_for_doc(doc).for_each(|own| add(numbers[own as usize]));
        }
    }

    fn month(&self, doc: DocId, (first, count): (u32, u32)) -> u32 {
        let number = self.dates.first(doc).and_then(month).and_then(|month| month.checked_sub(first));
        number.filter(|number| *number < count).unwrap_or(count)
    }

    fn unpack(&self, counted: &FacetColumns) -> Unpacked {
        let documents = self.dates.num_docs();
        let mut lists: Vec<Box<[u32]>> = Vec::new();
        let fields = std::array::from_fn(|field| {
            if self.fields[field].is_none() {
                return Vec::new();
            }
            let none = counted.fields[field].count() as u32;
            let mut own = Vec::new();
            let number = |doc| {
                own.clear();
                self.each(field, doc, |number| own.push(number));
                match own.as_slice() {
                    [] => none,
                    [number] => *number,
                    more => {
                        lists.push(more.into());
                        LIST | (lists.len() - 1) as u32
                    }
                }
            };
            (0..documents).map(number).collect()
        });
        let months: Vec<u32> = (0..documents).map(|doc| self.month(doc, counted.months)).collect();
        let all = std::array::from_fn(|field| counted.no_values(field));
        let mut unpacked = Unpacked { fields, lists, months, all, all_months: counted.no_months() };
        let docs: Vec<DocId> = (0..documents).collect();
        for field in 0..FIELDS.len() {
            let mut counts = counted.no_values(field);
            unpacked.each(field, &docs, |number| counts.add(number));
            unpacked.all[field] = counts;
        }
        unpacked.months.iter().for_each(|month| unpacked.all_months.add(*month));
        unpacked
    }
}

impl Unpacked {
    /// Gives the numbers of the values that these documents have in a field, and of no value.
    fn each(&self, field: usize, docs: &[DocId], mut take: impl FnMut(u32)) {
        let numbers = self.fields[field].as_slice();
        if numbers.is_empty() {
            return;
        }
        for doc in docs {
            match numbers[*doc as usize] {
                number if number & LIST == 0 => take(number),
                list => self.lists[(list & !LIST) as usize].iter().for_each(|number| take(*number)),
            }
        }
    }
}

/// The month of a time: twelve times the year, and 0 for January.
fn month(seconds: i64) -> Option<u32> {
    let date = Date::from_day_number(seconds.div_euclid(DAY))?;
    Some(u32::from(date.year) * 12 + u32::from(date.month) - 1)
}

/// A field whose values are being read, segment by segment.
struct Reading<'a> {
    field: &'a str,
    values: &'a mut Values,
    known: HashMap<Box<str>, u32>,
    classes: HashMap<String, u32>,
}

impl Reading<'_> {
    /// The numbers of a segment's values, in the segment's own order.
    fn numbers(&mut self, column: &StrColumn, documents: u32) -> Result<Vec<u32>> {
        let damaged = |what: String| Error::Damaged { path: self.field.into(), what };
        // The number of values is read from the file; a damaged one must not ask for more memory than there is.
        let count = column.num_terms();
        if count > documents as usize * VALUES_A_DOCUMENT + VALUES_BESIDE {
            return Err(damaged(format!("it claims {count} different values")));
        }
        let mut numbers = Vec::with_capacity(count);
        let mut stream = column.dictionary().stream().map_err(tantivy::TantivyError::from)?;
        while stream.advance() {
            let printed = std::str::from_utf8(stream.key()).map_err(|e| damaged(e.to_string()))?;
            numbers.push(match self.known.get(printed) {
                Some(number) => *number,
                None => {
                    let number = self.values.printed.len() as u32;
                    let next = self.classes.len() as u32;
                    self.values.classes.push(*self.classes.entry(fold(printed)).or_insert(next));
                    self.values.printed.push(printed.into());
                    self.known.insert(printed.into(), number);
                    number
                }
            });
        }
        self.values.class_count = self.classes.len();
        Ok(numbers)
    }
}
