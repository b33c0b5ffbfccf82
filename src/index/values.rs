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
use crate::text::fold::fold;

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
/// Stands for no value.
const NONE: u32 = u32::MAX;
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
pub struct Counted {
    fields: [Values; FIELDS.len()],
    segments: Vec<Segment>,
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

/// The columns of one segment, a number a document: three to ten times faster to count by.
#[derive(Debug)]
struct Unpacked {
    fields: [Vec<u32>; FIELDS.len()],
    lists: Vec<Box<[u32]>>,
    months: Vec<u32>,
}

impl Counted {
    /// Reads the values.
    ///
    /// # Errors
    /// Where a file of the index can't be read or does not hold what was written.
    pub fn read(searcher: &Searcher) -> Result<Counted> {
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
        Ok(Counted { fields, segments, documents: searcher.num_docs(), unpacked: OnceLock::new() })
    }

    /// Unpacks the columns, unless there are too many documents or it was done. Worth its time where more than one answer
    /// is counted.
    pub fn unpack(&self) {
        if self.documents <= MAX_UNPACKED {
            self.unpacked.get_or_init(|| self.segments.iter().map(Segment::unpack).collect());
        }
    }

    /// The values of a field, by its number in [`FIELDS`].
    pub fn values(&self, field: usize) -> &Values {
        &self.fields[field]
    }

    /// Gives the numbers of the values that these documents of a segment have in a field, one after the other.
    pub fn each(&self, segment: usize, field: usize, docs: &[DocId], mut add: impl FnMut(u32)) {
        let Some(unpacked) = self.unpacked.get() else {
            return docs.iter().for_each(|doc| self.segments[segment].each(field, *doc, &mut add));
        };
        let Unpacked { fields, lists, .. } = &unpacked[segment];
        let numbers = &fields[field];
        if numbers.is_empty() {
            return;
        }
        for doc in docs {
            match numbers[*doc as usize] {
                NONE => {}
                number if number & LIST != 0 => lists[(number & !LIST) as usize].iter().copied().for_each(&mut add),
                number => add(number),
            }
        }
    }

    /// Gives the months of these documents of a segment: twelve times the year, and 0 for January.
    pub fn months(&self, segment: usize, docs: &[DocId], mut add: impl FnMut(u32)) {
        match self.unpacked.get() {
            Some(unpacked) => {
                let months = &unpacked[segment].months;
                docs.iter().map(|doc| months[*doc as usize]).filter(|month| *month != NONE).for_each(add);
            }
            None => docs.iter().filter_map(|doc| self.segments[segment].month(*doc)).for_each(&mut add),
        }
    }
}

impl Segment {
    fn each(&self, field: usize, doc: DocId, add: &mut dyn FnMut(u32)) {
        if let Some((column, numbers)) = &self.fields[field] {
            column.values_for_doc(doc).for_each(|own| add(numbers[own as usize]));
        }
    }

    fn month(&self, doc: DocId) -> Option<u32> {
        let date = Date::from_day_number(self.dates.first(doc)?.div_euclid(DAY))?;
        Some(u32::from(date.year) * 12 + u32::from(date.month) - 1)
    }

    fn unpack(&self) -> Unpacked {
        let documents = self.dates.num_docs();
        let mut lists: Vec<Box<[u32]>> = Vec::new();
        let fields = std::array::from_fn(|field| {
            if self.fields[field].is_none() {
                return Vec::new();
            }
            let mut own = Vec::new();
            let number = |doc| {
                own.clear();
                self.each(field, doc, &mut |number| own.push(number));
                match own.as_slice() {
                    [] => NONE,
                    [number] => *number,
                    more => {
                        lists.push(more.into());
                        LIST | (lists.len() - 1) as u32
                    }
                }
            };
            (0..documents).map(number).collect()
        });
        let months = (0..documents).map(|doc| self.month(doc).unwrap_or(NONE)).collect();
        Unpacked { fields, lists, months }
    }
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
