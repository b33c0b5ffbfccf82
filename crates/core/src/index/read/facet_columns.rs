//! Facet columns: the values of the counted fields by document, read once per snapshot.
//!
//! Each segment numbers its values (tantivy's ordinals) by itself. Here values get numbers that hold across segments,
//! and each value belongs to a class of values that fold to the same text (东原工人报, 東原工人報).

use std::collections::HashMap;
use std::sync::OnceLock;

use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Searcher};

use crate::article::Date;
use crate::error::{Error, Result};
use gongxun_text::fold::fold;

/// The fields with facets.
pub const FIELDS: [&str; 5] = ["source", "outlet", "editor", "author", "section"];

/// The most distinct values a segment may have per document, and in addition to that; a column that claims more is
/// damaged. An article has a handful of credits, one alone perhaps hundreds.
const VALUES_A_DOCUMENT: usize = 64;
const VALUES_BESIDE: usize = 10_000;
/// The most documents of a snapshot whose columns are unpacked, at 24 bytes an article.
const MAX_UNPACKED: u64 = 4_000_000;
/// Seconds in a day.
const DAY: i64 = 86_400;
/// The flag of a number that refers to a list of values.
const LIST: u32 = 1 << 31;

/// The values of one field.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// The values as printed, by number.
    printed: Vec<Box<str>>,
    /// The class of each value.
    classes: Vec<u32>,
    /// Number of classes.
    class_count: usize,
}

impl Values {
    /// Returns a value as printed.
    pub fn printed(&self, number: u32) -> &str {
        &self.printed[number as usize]
    }

    /// Returns the class of a value.
    pub fn class(&self, number: u32) -> u32 {
        self.classes[number as usize]
    }

    /// Returns the number of values.
    pub fn count(&self) -> usize {
        self.printed.len()
    }

    /// Returns the number of classes of values.
    pub fn class_count(&self) -> usize {
        self.class_count
    }
}

/// The values of all counted fields, by document.
#[derive(Debug)]
pub struct FacetColumns {
    fields: [Values; FIELDS.len()],
    segments: Vec<Segment>,
    /// The first month that has articles, and the number of months from it to the last.
    months: (u32, u32),
    documents: u64,
    unpacked: OnceLock<Vec<UnpackedColumns>>,
}

/// The columns of one segment as they are stored.
#[derive(Debug)]
struct Segment {
    /// Each document's ordinals in the segment, and the number across segments of each ordinal.
    fields: [Option<(Column<u64>, Vec<u32>)>; FIELDS.len()],
    dates: Column<i64>,
}

/// The columns of one segment as one number per document, three to ten times faster to count by. The number after the
/// last stands for no value, so that counting needs no branch.
#[derive(Debug)]
struct UnpackedColumns {
    fields: [Vec<u32>; FIELDS.len()],
    lists: Vec<Box<[u32]>>,
    months: Vec<u32>,
    /// The counts over all documents, deleted ones included.
    all: [Counts; FIELDS.len()],
    all_months: Counts,
}

/// Counts by value number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts(Box<[u32]>);

impl Counts {
    fn of(values: usize) -> Counts {
        Counts(vec![0; values + 1].into())
    }

    /// Counts one occurrence of a value.
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

    /// Returns the numbers with a count above zero, with their counts.
    pub fn counted(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let counts = self.0[..self.0.len() - 1].iter().enumerate().filter(|(_, count)| **count > 0);
        counts.map(|(number, count)| (number as u32, u64::from(*count)))
    }
}

impl FacetColumns {
    /// Reads the columns.
    ///
    /// # Errors
    /// If an index file can't be read or does not hold what was written.
    pub fn read(searcher: &Searcher) -> Result<FacetColumns> {
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            let dates = segment.fast_fields().i64("date")?;
            segments.push(Segment { fields: Default::default(), dates });
        }
        let mut fields: [Values; FIELDS.len()] = Default::default();
        for (number, (field, values)) in FIELDS.iter().zip(&mut fields).enumerate() {
            let mut reading = FieldReader { field, values, known: HashMap::new(), classes: HashMap::new() };
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

    /// Unpacks the columns, unless there are too many documents or it has been done. Pays off when more than one answer
    /// is counted.
    pub fn unpack(&self) {
        if self.documents <= MAX_UNPACKED {
            self.unpacked.get_or_init(|| self.segments.iter().map(|segment| segment.unpack(self)).collect());
        }
    }

    /// Returns the values of a field, by its index in [`FIELDS`].
    pub fn values(&self, field: usize) -> &Values {
        &self.fields[field]
    }

    /// Returns empty counts for a field's values.
    pub fn no_values(&self, field: usize) -> Counts {
        Counts::of(self.fields[field].count())
    }

    /// Returns empty counts for months.
    pub fn no_months(&self) -> Counts {
        Counts::of(self.months.1 as usize)
    }

    /// Returns the month of a number of [`FacetColumns::count_months`]: twelve times the year, plus 0 for January to
    /// 11.
    pub fn month(&self, number: u32) -> u32 {
        self.months.0 + number
    }

    /// Returns the number of segments.
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Whether the totals of all segments are known, so that it is enough to subtract the documents that do not match.
    pub fn knows_all(&self) -> bool {
        self.unpacked.get().is_some()
    }

    /// Counts the values of a field in these documents of a segment.
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

    /// Counts the values of a field in all documents of a segment except these; requires [`FacetColumns::knows_all`].
    pub fn count_others(&self, segment: usize, field: usize, docs: &[DocId], counts: &mut Counts) {
        if let Some(unpacked) = self.unpacked.get() {
            counts.add_all(&unpacked[segment].all[field]);
            unpacked[segment].each(field, docs, |number| counts.take(number));
        }
    }

    /// Counts the months of all documents of a segment except these; requires [`FacetColumns::knows_all`].
    pub fn count_other_months(&self, segment: usize, docs: &[DocId], counts: &mut Counts) {
        if let Some(unpacked) = self.unpacked.get() {
            counts.add_all(&unpacked[segment].all_months);
            docs.iter().for_each(|doc| counts.take(unpacked[segment].months[*doc as usize]));
        }
    }

    /// Passes on the numbers of the values that a document of a segment has in a field.
    pub fn each(&self, segment: usize, field: usize, doc: DocId, add: impl FnMut(u32)) {
        self.segments[segment].each(field, doc, add);
    }

    /// Returns the month number of a document of a segment; one past the last if it is undated.
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

    fn unpack(&self, counted: &FacetColumns) -> UnpackedColumns {
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
        let mut unpacked = UnpackedColumns { fields, lists, months, all, all_months: counted.no_months() };
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

impl UnpackedColumns {
    /// Passes on the numbers of the values that these documents have in a field, the one for no value included.
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

/// Returns the month of a time: twelve times the year, plus 0 for January to 11.
fn month(seconds: i64) -> Option<u32> {
    let date = Date::from_day_number(seconds.div_euclid(DAY))?;
    Some(u32::from(date.year()) * 12 + u32::from(date.month()) - 1)
}

/// A field whose values are being read segment by segment.
struct FieldReader<'a> {
    field: &'a str,
    values: &'a mut Values,
    known: HashMap<Box<str>, u32>,
    classes: HashMap<String, u32>,
}

impl FieldReader<'_> {
    /// Returns the numbers of a segment's values, by ordinal.
    fn numbers(&mut self, column: &StrColumn, documents: u32) -> Result<Vec<u32>> {
        let damaged = |what: String| Error::Damaged { path: self.field.into(), what };
        // The number of values comes from the file; a damaged one must not request more memory than there is.
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
