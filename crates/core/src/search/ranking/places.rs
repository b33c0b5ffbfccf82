//! The places of a query's strings in one text of each document in turn, by the positions that the index records.

use std::collections::HashMap;
use std::ops::Range;

use tantivy::DocId;
use tantivy::postings::{Postings as _, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;

use crate::error::Result;
use crate::index::schema::TextFields;
use crate::search::compile::string::{Proof, StringPlan};
use crate::search::matching::segment::{Segment, read};
use crate::search::matching::strings::seek;
use gongxun_text::strings;

/// A reader of the tokens of one text in a segment: the positions of each are read once for each document.
pub(super) struct Tokens<'a> {
    segment: &'a Segment<'a>,
    text: TextFields,
    opened: Vec<Token>,
    /// The number of each token; none if the segment lacks it.
    numbers: HashMap<String, Option<usize>>,
    /// For each single character, whose positions no token records, the documents of `docs` that hold it.
    held: Vec<Vec<DocId>>,
}

struct Token {
    postings: SegmentPostings,
    positions: Vec<u32>,
}

/// A string located in a segment.
#[derive(Debug, Clone)]
pub(super) enum LocatedString {
    /// Tokens with their distances from the string's beginning, its length in characters, and the documents of `docs`
    /// in which it counts, if it does not in all.
    Tokens(Vec<(usize, u32)>, u32, Option<Vec<DocId>>),
    /// A single character, by its number among the held ones.
    Character(usize),
}

impl<'a> Tokens<'a> {
    /// Creates a reader of the tokens of one text in this segment.
    pub fn new(segment: &'a Segment<'a>, text: TextFields) -> Tokens<'a> {
        Tokens { segment, text, opened: Vec::new(), numbers: HashMap::new(), held: Vec::new() }
    }

    /// Returns the number of a token of the pairs; none if it does not occur.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn token(&mut self, token: &str) -> Result<Option<usize>> {
        if let Some(number) = self.numbers.get(token) {
            return Ok(*number);
        }
        let info = self.segment.term(self.text.pairs, token)?;
        self.add(token, info.as_ref())
    }

    /// Does the same as [`Tokens::token`] for a token whose postings are located.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn add(&mut self, token: &str, info: Option<&TermInfo>) -> Result<Option<usize>> {
        let number = match info {
            Some(info) => {
                let inverted = self.segment.inverted_index(self.text.pairs)?;
                let opened = inverted.read_postings_from_terminfo(info, IndexRecordOption::WithFreqsAndPositions);
                self.opened.push(Token { postings: read(opened)?, positions: Vec::new() });
                Some(self.opened.len() - 1)
            }
            None => None,
        };
        self.numbers.insert(token.to_string(), number);
        Ok(number)
    }

    /// Prepares a string whose places will be asked for; none if the segment lacks it. `docs` are the documents that
    /// will be visited.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn string(&mut self, plan: &StringPlan, docs: &[DocId]) -> Result<Option<LocatedString>> {
        match &plan.proof {
            Proof::Nothing => Ok(None),
            Proof::Char(c) => {
                let Some(info) = self.segment.term(self.text.chars, c.encode_utf8(&mut [0; 4]))? else {
                    return Ok(None);
                };
                let mut held = Vec::new();
                self.segment.frequencies_of(self.text.chars, &info, docs, |number, _, _| held.push(docs[number]))?;
                self.held.push(held);
                Ok(Some(LocatedString::Character(self.held.len() - 1)))
            }
            Proof::Pairs(tokens) => {
                // No postings are opened unless all tokens occur.
                for (token, _) in tokens {
                    if self.segment.term(self.text.pairs, token)?.is_none() {
                        return Ok(None);
                    }
                }
                let mut numbers = Vec::with_capacity(tokens.len());
                for (token, offset) in tokens {
                    numbers.extend(self.token(token)?.map(|number| (number, *offset)));
                }
                let within = if plan.as_word { self.as_word(plan, docs)? } else { None };
                Ok(Some(LocatedString::Tokens(numbers, strings::core(&plan.pattern).len() as u32, within)))
            }
        }
    }

    /// Returns those of some documents that hold a string as a word or a part of one; none if the text has no words.
    fn as_word(&self, plan: &StringPlan, docs: &[DocId]) -> Result<Option<Vec<DocId>>> {
        let Some(parts) = self.text.parts else { return Ok(None) };
        let word: String = plan.pattern.iter().collect();
        let mut held = Vec::new();
        for field in [self.text.words, parts] {
            let Some(info) = self.segment.term(field, &word)? else { continue };
            let inverted = self.segment.inverted_index(field)?;
            let mut postings = read(inverted.read_postings_from_terminfo(&info, IndexRecordOption::Basic))?;
            held.extend(docs.iter().filter(|doc| seek(&mut postings, **doc) == **doc));
        }
        held.sort_unstable();
        Ok(Some(held))
    }

    /// Moves to a document, which must lie behind the previous one.
    pub fn seek(&mut self, doc: DocId) {
        for Token { postings, positions } in &mut self.opened {
            positions.clear();
            if seek(postings, doc) == doc {
                postings.positions(positions);
            }
        }
    }

    /// Returns the positions of a token in the document, in order.
    pub fn positions(&self, number: usize) -> &[u32] {
        &self.opened[number].positions
    }

    /// Adds the places of a string in the document. Returns whether the document holds it.
    pub fn places(&self, string: &LocatedString, doc: DocId, places: &mut Vec<Range<u32>>) -> bool {
        match string {
            LocatedString::Character(number) => self.held[*number].binary_search(&doc).is_ok(),
            LocatedString::Tokens(_, _, Some(within)) if within.binary_search(&doc).is_err() => false,
            LocatedString::Tokens(tokens, length, _) => {
                let Some(((first, offset), others)) = tokens.split_first() else { return false };
                let before = places.len();
                for position in self.positions(*first) {
                    let Some(start) = position.checked_sub(*offset) else { continue };
                    let stands = |(number, offset): &(usize, u32)| {
                        self.positions(*number).binary_search(&(start + offset)).is_ok()
                    };
                    if others.iter().all(stands) {
                        places.push(start..start + length);
                    }
                }
                places.len() > before
            }
        }
    }
}
