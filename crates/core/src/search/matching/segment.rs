//! A segment as one request reads it: readers that were opened for one term are reused for the next term of the field.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, InvertedIndexReader, SegmentReader, TERMINATED};

use crate::control::Stops;
use crate::error::{Error, Result};
use crate::index::Snapshot;

/// One segment of a snapshot.
pub struct Segment<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The segment's number.
    pub ord: usize,
    reader: &'a SegmentReader,
    control: Option<&'a dyn Stops>,
    ticks: Cell<u32>,
    /// The readers by field number.
    opened: RefCell<Vec<Option<Opened>>>,
}

/// The number of steps of work between looks at the clock.
const TICKS: u32 = 64;

/// The readers of a field, opened once.
struct Opened {
    inverted: Arc<InvertedIndexReader>,
    /// Postings without and with frequencies, which are reset for each term: opening them anew takes longer than
    /// reading most postings.
    documents: Option<Box<BlockSegmentPostings>>,
    frequencies: Option<(Box<BlockSegmentPostings>, FieldNormReader)>,
}

impl Deref for Segment<'_> {
    type Target = SegmentReader;

    fn deref(&self) -> &SegmentReader {
        self.reader
    }
}

impl<'a> Segment<'a> {
    /// Returns the segment with this number.
    pub fn of(snapshot: &'a Snapshot, ord: u32) -> Segment<'a> {
        let reader = snapshot.searcher.segment_reader(ord);
        let (ord, opened) = (ord as usize, RefCell::default());
        Segment { snapshot, ord, reader, control: None, ticks: Cell::new(0), opened }
    }

    /// Returns the same segment under a control: its work ends soon after the control asks it to stop.
    pub fn watched(self, control: &'a dyn Stops) -> Segment<'a> {
        Segment { control: Some(control), ..self }
    }

    /// Returns the control that watches it, if there is one.
    pub fn control(&self) -> Option<&'a dyn Stops> {
        self.control
    }

    /// Counts one step of work.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the control of a segment asks to stop.
    #[inline]
    pub fn tick(&self) -> Result<()> {
        let ticks = self.ticks.get();
        self.ticks.set(ticks.wrapping_add(1));
        match self.control {
            Some(control) if ticks.is_multiple_of(TICKS) && control.is_stopped() => Err(Error::Interrupted),
            _ => Ok(()),
        }
    }

    /// Returns all segments, in order.
    pub fn all(snapshot: &'a Snapshot) -> impl Iterator<Item = Segment<'a>> {
        (0..snapshot.searcher.segment_readers().len() as u32).map(|ord| Segment::of(snapshot, ord))
    }

    /// Returns the location of a term's postings; none if the segment lacks the term.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn term(&self, field: Field, token: &str) -> Result<Option<TermInfo>> {
        Ok(self.snapshot.locate(field, token)?.in_segment(self.ord).cloned())
    }

    /// Calls `each` with the documents of a term, in order, in batches, deleted ones included.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn documents(&self, field: Field, info: &TermInfo, mut each: impl FnMut(&[DocId])) -> Result<()> {
        self.with(field, |Opened { inverted, documents, .. }| {
            let postings = set(documents, inverted, info, IndexRecordOption::Basic)?;
            while !postings.docs().is_empty() {
                each(postings.docs());
                postings.advance();
            }
            Ok(())
        })
    }

    /// Calls `each` with the documents of a term, in order, in batches, with their frequencies, and with the reader of
    /// their length codes.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn frequencies(
        &self,
        field: Field,
        info: &TermInfo,
        mut each: impl FnMut(&[DocId], &[u32], &FieldNormReader),
    ) -> Result<()> {
        self.with_frequencies(field, info, |postings, norms| {
            while !postings.docs().is_empty() {
                each(postings.docs(), postings.freqs(), norms);
                postings.advance();
            }
        })
    }

    /// Calls `each` with those of some documents, in order, that have a term: the document's number among them, the
    /// term's frequency and the code of the document's length.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn frequencies_of(
        &self,
        field: Field,
        info: &TermInfo,
        docs: &[DocId],
        mut each: impl FnMut(usize, u32, u8),
    ) -> Result<()> {
        self.with_frequencies(field, info, |postings, norms| {
            let (mut at, mut place) = (postings.docs().first().copied().unwrap_or(TERMINATED), 0);
            for (number, doc) in docs.iter().enumerate() {
                if at < *doc {
                    place = postings.seek(*doc);
                    at = postings.doc(place);
                }
                if at == TERMINATED {
                    break;
                }
                if at == *doc {
                    each(number, postings.freq(place), norms.fieldnorm_id(at));
                }
            }
        })
    }

    fn with_frequencies(
        &self,
        field: Field,
        info: &TermInfo,
        take: impl FnOnce(&mut BlockSegmentPostings, &FieldNormReader),
    ) -> Result<()> {
        self.with(field, |Opened { inverted, frequencies, .. }| {
            let (mut postings, norms) = match frequencies.take() {
                Some((postings, norms)) => (Some(postings), norms),
                None => (None, self.reader.get_fieldnorms_reader(field)?),
            };
            take(set(&mut postings, inverted, info, IndexRecordOption::WithFreqs)?, &norms);
            *frequencies = postings.map(|postings| (postings, norms));
            Ok(())
        })
    }

    fn with<T>(&self, field: Field, take: impl FnOnce(&mut Opened) -> Result<T>) -> Result<T> {
        let mut opened = self.opened.borrow_mut();
        let number = field.field_id() as usize;
        if opened.len() <= number {
            opened.resize_with(number + 1, || None);
        }
        let opened = match &mut opened[number] {
            Some(opened) => opened,
            place => {
                let inverted = self.reader.inverted_index(field)?;
                place.insert(Opened { inverted, documents: None, frequencies: None })
            }
        };
        take(opened)
    }
}

/// Returns postings that are set to the beginning of a term's.
fn set<'a>(
    postings: &'a mut Option<Box<BlockSegmentPostings>>,
    inverted: &InvertedIndexReader,
    info: &TermInfo,
    option: IndexRecordOption,
) -> Result<&'a mut BlockSegmentPostings> {
    match postings {
        Some(postings) => {
            read(inverted.reset_block_postings_from_terminfo(info, postings))?;
            Ok(postings)
        }
        place => Ok(place.insert(Box::new(read(inverted.read_block_postings_from_terminfo(info, option))?))),
    }
}

/// Converts an error of tantivy's readers to one of this crate.
pub fn read<T>(result: std::io::Result<T>) -> Result<T> {
    result.map_err(|e| tantivy::TantivyError::from(e).into())
}
