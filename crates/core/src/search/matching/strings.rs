//! Evaluates strings: finds the documents that hold a string by the pairs and chars fields.
//!
//! The result is exact: the documents in which [`gongxun_text::strings::find`] finds the string, and no others.

use tantivy::postings::{Postings as _, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet as _, SegmentReader, TERMINATED};

use super::bits::Bits;
use super::segment::{Segment, read};
use crate::error::Result;
use crate::index::schema::TextFields;
use crate::search::compile::string::{Proof, StringPlan};
use gongxun_text::compound::MAX_PARTED;
use gongxun_text::strings::Class;

/// Opens a string's tokens in one text of a segment; none if one of them does not occur, or the string has no token.
///
/// # Errors
/// If an index file can't be read.
pub fn phrase(plan: &StringPlan, segment: &Segment<'_>, text: TextFields) -> Result<Option<Phrase>> {
    match &plan.proof {
        Proof::Pairs(tokens) => match located(segment, text.pairs, tokens)? {
            Some(infos) => Phrase::of(segment, text.pairs, &infos).map(Some),
            None => Ok(None),
        },
        Proof::Nothing | Proof::Char(_) => Ok(None),
    }
}

/// Adds the documents of a segment that hold a string in this text. The result is exact only if the string's `verify`
/// is false.
///
/// # Errors
/// If an index file can't be read.
pub fn documents(plan: &StringPlan, segment: &Segment<'_>, text: TextFields, found: &mut Bits) -> Result<()> {
    if plan.as_word && text.parts.is_some() {
        return words(plan, segment, text, found);
    }
    match &plan.proof {
        Proof::Nothing => Ok(()),
        Proof::Char(c) => term_documents(segment, text.chars, c.encode_utf8(&mut [0; 4]), found),
        Proof::Pairs(tokens) => match tokens.as_slice() {
            [(token, _)] => term_documents(segment, text.pairs, token, found),
            _ => {
                let Some(infos) = located(segment, text.pairs, tokens)? else { return Ok(()) };
                let Some((rarest, _)) = infos.first() else { return Ok(()) };
                words(plan, segment, text, found)?;
                // Positions are read only for documents that the words don't decide.
                let mut open = Bits::empty(segment.max_doc());
                segment.documents(text.pairs, rarest, |docs| {
                    docs.iter().filter(|doc| !found.contains(**doc)).for_each(|doc| open.insert(*doc));
                })?;
                if open.is_empty() {
                    return Ok(());
                }
                let mut phrase = Phrase::of(segment, text.pairs, &infos)?;
                for doc in open.iter() {
                    segment.tick()?;
                    if phrase.seek(doc) == doc && phrase.matches() {
                        found.insert(doc);
                    }
                }
                Ok(())
            }
        },
    }
}

/// Calls `each` with those of some documents of a segment that hold a string in this text, in order, with the number of
/// occurrences; overlapping occurrences count each. The string's `verify` must be false.
///
/// # Errors
/// If an index file can't be read.
pub fn occurrences(
    plan: &StringPlan,
    segment: &Segment<'_>,
    text: TextFields,
    within: &Bits,
    mut each: impl FnMut(DocId, u32),
) -> Result<()> {
    let mut of_term = |field: Field, token: &str| -> Result<()> {
        let Some(info) = segment.term(field, token)? else { return Ok(()) };
        segment.frequencies(field, &info, |docs, counts, _| {
            let wanted = docs.iter().zip(counts).filter(|(doc, _)| within.contains(**doc));
            wanted.for_each(|(doc, count)| each(*doc, *count));
        })
    };
    match &plan.proof {
        Proof::Nothing => Ok(()),
        Proof::Char(c) => of_term(text.chars, c.encode_utf8(&mut [0; 4])),
        Proof::Pairs(tokens) => match tokens.as_slice() {
            [(token, _)] => of_term(text.pairs, token),
            _ => {
                let Some(mut phrase) = phrase(plan, segment, text)? else { return Ok(()) };
                let mut doc = phrase.seek(0);
                while doc != TERMINATED {
                    segment.tick()?;
                    if within.contains(doc) && phrase.matches() {
                        each(doc, phrase.starts.len() as u32);
                    }
                    doc = phrase.seek(doc + 1);
                }
                Ok(())
            }
        },
    }
}

/// Calls `each` with those of some documents of a segment that hold terms with a prefix, with the frequency of each.
///
/// # Errors
/// If an index file can't be read.
pub fn of_prefix(
    segment: &Segment<'_>,
    field: Field,
    prefix: &str,
    within: &Bits,
    mut each: impl FnMut(DocId, u32),
) -> Result<()> {
    let mut infos: Vec<TermInfo> = Vec::new();
    terms(segment, field, prefix, |_, info| {
        infos.push(info.clone());
        Ok(())
    })?;
    for info in &infos {
        segment.tick()?;
        segment.frequencies(field, info, |docs, counts, _| {
            let wanted = docs.iter().zip(counts).filter(|(doc, _)| within.contains(**doc));
            wanted.for_each(|(doc, count)| each(*doc, *count));
        })?;
    }
    Ok(())
}

/// Adds the documents that hold a string as a word or as a part of one, for which positions need not be read.
fn words(plan: &StringPlan, segment: &Segment<'_>, text: TextFields, found: &mut Bits) -> Result<()> {
    let Some(parts) = text.parts else { return Ok(()) };
    if plan.pattern.len() <= MAX_PARTED && plan.pattern.iter().all(|c| Class::of(*c) == Class::Han) {
        let word: String = plan.pattern.iter().collect();
        term_documents(segment, text.words, &word, found)?;
        term_documents(segment, parts, &word, found)?;
    }
    Ok(())
}

/// Adds the documents of a segment with a term, deleted ones included.
///
/// # Errors
/// If an index file can't be read.
pub fn term_documents(segment: &Segment<'_>, field: Field, token: &str, found: &mut Bits) -> Result<()> {
    let Some(info) = segment.term(field, token)? else { return Ok(()) };
    segment.documents(field, &info, |docs| docs.iter().for_each(|doc| found.insert(*doc)))
}

/// Returns the locations of the tokens' postings, the rarest first, each with its distance; none if one of them does
/// not occur.
fn located(segment: &Segment<'_>, field: Field, tokens: &[(String, u32)]) -> Result<Option<Vec<(TermInfo, u32)>>> {
    let mut infos = Vec::with_capacity(tokens.len());
    for (token, offset) in tokens {
        match segment.term(field, token)? {
            Some(info) => infos.push((info, *offset)),
            None => return Ok(None),
        }
    }
    infos.sort_by_key(|(info, _)| info.doc_freq);
    Ok(Some(infos))
}

/// Tokens at fixed distances, in one field of one segment.
pub struct Phrase {
    /// The postings of the tokens, the rarest first, each with its shift.
    postings: Vec<(SegmentPostings, u32)>,
    /// The largest distance of a token from the string's beginning.
    last: u32,
    starts: Vec<u32>,
    scratch: Vec<u32>,
}

impl Phrase {
    /// Opens the postings of tokens with their distances from the string's beginning, the rarest token first.
    fn of(segment: &Segment<'_>, field: Field, infos: &[(TermInfo, u32)]) -> Result<Phrase> {
        let inverted = segment.inverted_index(field)?;
        let last = infos.iter().map(|(_, offset)| *offset).max().unwrap_or(0);
        let mut postings = Vec::with_capacity(infos.len());
        for (info, offset) in infos {
            let opened = inverted.read_postings_from_terminfo(info, IndexRecordOption::WithFreqsAndPositions);
            // With this shift, the positions of one occurrence of the string are equal for all tokens.
            postings.push((read(opened)?, last - offset));
        }
        Ok(Phrase { postings, last, starts: Vec::new(), scratch: Vec::new() })
    }

    /// Returns the first document from this one on that holds all tokens, or [`TERMINATED`].
    pub fn seek(&mut self, target: DocId) -> DocId {
        let Some((rarest, others)) = self.postings.split_first_mut() else { return TERMINATED };
        let mut doc = seek(&mut rarest.0, target);
        'candidates: while doc != TERMINATED {
            for (postings, _) in others.iter_mut() {
                let at = seek(postings, doc);
                if at != doc {
                    doc = seek(&mut rarest.0, at);
                    continue 'candidates;
                }
            }
            break;
        }
        doc
    }

    /// Returns the first positions of the string in the current document, in characters, in order.
    pub fn places(&mut self) -> impl Iterator<Item = u32> + '_ {
        self.matches();
        self.starts.iter().map(|start| start - self.last)
    }

    /// Whether the tokens stand at their distances in the current document.
    fn matches(&mut self) -> bool {
        let Some(((rarest, shift), others)) = self.postings.split_first_mut() else { return false };
        rarest.positions_with_offset(*shift, &mut self.starts);
        for (postings, shift) in others {
            postings.positions_with_offset(*shift, &mut self.scratch);
            let mut other = self.scratch.iter().peekable();
            self.starts.retain(|start| {
                while other.next_if(|position| *position < start).is_some() {}
                other.peek() == Some(&start)
            });
            if self.starts.is_empty() {
                return false;
            }
        }
        true
    }
}

/// Returns the first document of the postings from this one on.
pub fn seek(postings: &mut SegmentPostings, target: DocId) -> DocId {
    if postings.doc() < target { postings.seek(target) } else { postings.doc() }
}

/// Calls `each` with each term of a field in one segment that begins with the prefix, in order.
///
/// # Errors
/// If an index file can't be read.
pub fn terms(
    segment: &SegmentReader,
    field: Field,
    prefix: &str,
    mut each: impl FnMut(&str, &TermInfo) -> Result<()>,
) -> Result<()> {
    let inverted = segment.inverted_index(field)?;
    let mut stream = read(inverted.terms().range().ge(prefix).into_stream())?;
    while let Some((key, info)) = stream.next() {
        if !key.starts_with(prefix.as_bytes()) {
            break;
        }
        let Ok(term) = std::str::from_utf8(key) else { continue };
        each(term, info)?;
    }
    Ok(())
}

/// The first and the last Chinese character of the Basic Multilingual Plane; no letter or digit is between them.
const HAN: (&str, &str) = ("\u{3400}", "\u{9FFF}");

/// Calls `each` with each term of the pairs field in one segment that is a run of letters or digits; with some others,
/// too, but with few of those of Chinese characters, which most terms are.
///
/// # Errors
/// If an index file can't be read.
pub fn runs(segment: &SegmentReader, field: Field, mut each: impl FnMut(&str, &TermInfo) -> Result<()>) -> Result<()> {
    let inverted = segment.inverted_index(field)?;
    let terms = inverted.terms();
    for range in [terms.range().lt(HAN.0), terms.range().gt(HAN.1)] {
        let mut stream = read(range.into_stream())?;
        while let Some((key, info)) = stream.next() {
            let Ok(term) = std::str::from_utf8(key) else { continue };
            each(term, info)?;
        }
    }
    Ok(())
}
