//! Proving strings: which documents hold a string, by the pairs and chars fields.
//!
//! A string flows in; the documents of a segment that [`gongxun_text::strings::find`] would find it in flow out, and no
//! other.

use tantivy::postings::{Postings as _, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet as _, SegmentReader, TERMINATED};

use super::bits::Bits;
use super::segment::Segment;
use crate::error::Result;
use crate::index::analyzer::{Beside, MAX_RUN_CHARS, first_of_run, last_of_run};
use crate::index::schema::TextFields;
use gongxun_text::compound::MAX_PARTED;
use gongxun_text::strings::{self, Class};

/// A string as the index is asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringPlan {
    /// The folded string.
    pub pattern: Vec<char>,
    /// What proves it.
    proof: Proof,
    /// Whether the tokens leave something open (what kind of character stands in a gap), so that the text itself must
    /// be looked at.
    pub verify: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Proof {
    /// There is nothing in the string that the index holds.
    Nothing,
    /// One Chinese character: a term of the chars field.
    Char(char),
    /// Tokens of the pairs field with the offset of each from the string's beginning.
    Pairs(Vec<(String, u32)>),
}

impl StringPlan {
    /// Compiles a folded string.
    pub fn new(folded: &str) -> StringPlan {
        let pattern: Vec<char> = folded.chars().collect();
        let core = strings::core(&pattern);
        let mut tokens = Vec::new();
        let mut verify = false;
        let class_at = |at: usize| pattern.get(at).map(|c| Class::of(*c));
        for (class, run) in strings::runs(&pattern) {
            let before = run.start.checked_sub(1).and_then(class_at);
            let after = class_at(run.end);
            let offset = run.start.saturating_sub(core.start) as u32;
            match class {
                Class::Han => han_tokens(&pattern[run], offset, before, after, &mut tokens),
                Class::Letter | Class::Digit => {
                    tokens.push((pattern[run].iter().take(MAX_RUN_CHARS).collect(), offset));
                }
                // A gap of one character is known by the edge of the Chinese run beside it. Longer gaps, and gaps
                // beside letters and digits, are not known.
                Class::Other => {
                    let by_han = usize::from(before == Some(Class::Han)) + usize::from(after == Some(Class::Han));
                    let needed = if before.is_none() || after.is_none() { 1 } else { run.len() };
                    verify |= by_han < needed;
                }
            }
        }
        let proof = match pattern.as_slice() {
            _ if core.is_empty() => Proof::Nothing,
            [c] if Class::of(*c) == Class::Han => Proof::Char(*c),
            _ => Proof::Pairs(tokens),
        };
        StringPlan { pattern, proof, verify }
    }

    /// Whether the string holds anything that can be found.
    pub fn is_searchable(&self) -> bool {
        self.proof != Proof::Nothing
    }

    /// The string, where it is one Chinese character: its places are those of the pairs that begin with it.
    pub fn character(&self) -> Option<char> {
        if let Proof::Char(c) = self.proof { Some(c) } else { None }
    }

    /// The string's tokens in one text of a segment; none where one of them does not occur, or where it has none.
    ///
    /// # Errors
    /// Where a file of the index can't be read.
    pub fn phrase(&self, segment: &Segment<'_>, text: TextFields) -> Result<Option<Phrase>> {
        match &self.proof {
            Proof::Pairs(tokens) => match located(segment, text.pairs, tokens)? {
                Some(infos) => Phrase::of(segment, text.pairs, &infos).map(Some),
                None => Ok(None),
            },
            Proof::Nothing | Proof::Char(_) => Ok(None),
        }
    }

    /// The documents of a segment that hold the string in this text, and those only where `verify` is false.
    ///
    /// # Errors
    /// Where a file of the index can't be read.
    pub fn documents(&self, segment: &Segment<'_>, text: TextFields, found: &mut Bits) -> Result<()> {
        match &self.proof {
            Proof::Nothing => Ok(()),
            Proof::Char(c) => term_documents(segment, text.chars, c.encode_utf8(&mut [0; 4]), found),
            Proof::Pairs(tokens) => match tokens.as_slice() {
                [(token, _)] => term_documents(segment, text.pairs, token, found),
                _ => {
                    let Some(infos) = located(segment, text.pairs, tokens)? else { return Ok(()) };
                    let Some((rarest, _)) = infos.first() else { return Ok(()) };
                    self.words(segment, text, found)?;
                    // Positions are read for those alone that the words don't tell of.
                    let mut open = Bits::empty(segment.max_doc());
                    segment.documents(text.pairs, rarest, |docs| {
                        docs.iter().filter(|doc| !found.contains(**doc)).for_each(|doc| open.insert(*doc));
                    })?;
                    if open.is_empty() {
                        return Ok(());
                    }
                    let mut phrase = Phrase::of(segment, text.pairs, &infos)?;
                    for doc in open.iter() {
                        if phrase.seek(doc) == doc && phrase.matches() {
                            found.insert(doc);
                        }
                    }
                    Ok(())
                }
            },
        }
    }
}

impl StringPlan {
    /// The documents that hold the string as a word or as a part of one: positions need not be read for these.
    fn words(&self, segment: &Segment<'_>, text: TextFields, found: &mut Bits) -> Result<()> {
        let Some(parts) = text.parts else { return Ok(()) };
        if self.pattern.len() <= MAX_PARTED && self.pattern.iter().all(|c| Class::of(*c) == Class::Han) {
            let word: String = self.pattern.iter().collect();
            term_documents(segment, text.words, &word, found)?;
            term_documents(segment, parts, &word, found)?;
        }
        Ok(())
    }
}

fn han_tokens(run: &[char], offset: u32, before: Option<Class>, after: Option<Class>, tokens: &mut Vec<(String, u32)>) {
    let last = run.len() - 1;
    let beside = |class: Class| if class == Class::Other { Beside::Gap } else { Beside::Word };
    // Beside letters and digits the positions prove the edge, unless nothing else stands for the run.
    let needed = |class: &Class| *class == Class::Other || run.len() == 1;
    if let Some(class) = before.filter(needed) {
        let mut token = String::new();
        first_of_run(run[0], beside(class), &mut token);
        tokens.push((token, offset));
    }
    let mut at = 0;
    while at < last {
        let start = at.min(last - 1);
        tokens.push((run[start..start + 2].iter().collect(), offset + start as u32));
        at += 2;
    }
    if run.len() > 2 && run.len() % 2 == 1 {
        tokens.push((run[last - 1..].iter().collect(), offset + last as u32 - 1));
    }
    if let Some(class) = after.filter(needed) {
        let mut token = String::new();
        last_of_run(run[last], beside(class), &mut token);
        tokens.push((token, offset + last as u32));
    }
}

/// The documents of a segment with a term, deleted ones too.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn term_documents(segment: &Segment<'_>, field: Field, token: &str, found: &mut Bits) -> Result<()> {
    let Some(info) = segment.term(field, token)? else { return Ok(()) };
    segment.documents(field, &info, |docs| docs.iter().for_each(|doc| found.insert(*doc)))
}

/// Where the postings of tokens are, the rarest first, each with its distance; none where one of them does not occur.
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
    /// The rarest token first.
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
            // With this much added, the positions of one occurrence of the string are equal for all tokens.
            postings.push((read(opened)?, last - offset));
        }
        Ok(Phrase { postings, last, starts: Vec::new(), scratch: Vec::new() })
    }

    /// The first document from this one on that holds all tokens, or [`TERMINATED`].
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

    /// Where the string begins in the current document, in characters, in order.
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

/// The first document of the postings from this one on.
pub fn seek(postings: &mut SegmentPostings, target: DocId) -> DocId {
    if postings.doc() < target { postings.seek(target) } else { postings.doc() }
}

/// Calls for each term of a field in one segment that begins with the prefix, in order.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn terms(segment: &SegmentReader, field: Field, prefix: &str, mut each: impl FnMut(&str, &TermInfo)) -> Result<()> {
    let inverted = segment.inverted_index(field)?;
    let mut stream = read(inverted.terms().range().ge(prefix).into_stream())?;
    while let Some((key, info)) = stream.next() {
        let Ok(term) = std::str::from_utf8(key) else { continue };
        if !term.starts_with(prefix) {
            break;
        }
        each(term, info);
    }
    Ok(())
}

/// What tantivy's readers say, as an error of this crate.
pub fn read<T>(result: std::io::Result<T>) -> Result<T> {
    result.map_err(|e| tantivy::TantivyError::from(e).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_compiled_to_tokens() {
        let check = |string: &str, expect: &str, verify: bool| {
            let plan = StringPlan::new(string);
            let tokens = match &plan.proof {
                Proof::Nothing => String::new(),
                Proof::Char(c) => format!("char {c}"),
                Proof::Pairs(tokens) => {
                    tokens.iter().map(|(token, offset)| format!("{token}{offset}")).collect::<Vec<_>>().join(" ")
                }
            };
            assert_eq!((tokens.as_str(), plan.verify), (expect, verify), "{string}");
        };
        check("工", "char 工", false);
        check("工会", "工会0", false);
        check("农民工", "农民0 民工1", false);
        check("农民工工资", "农民0 工工2 工资3", false);
        check("农民工工", "农民0 工工2", false);
        check("工会,权", "工会0 会$1 ^权3", false);
        check(",工会", "^工0 工会0", false);
        check("5人", "50 <人1", false);
        check("2024年工会", "20240 年工4 工会5", false);
        check("ai,工会", "ai0 ^工3 工会3", false);
        check("2024-01", "20240 015", true);
        check("ai,", "ai0", true);
        check("工会,,,权", "工会0 会$1 ^权5", true);
        check("。,", "", true);
    }
}
