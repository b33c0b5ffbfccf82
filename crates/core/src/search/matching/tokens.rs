//! Documents by tokens alone: those that hold a token with some beginning, and those that hold a pattern by one.

use tantivy::postings::TermInfo;
use tantivy::schema::Field;

use super::bits::Bits;
use super::lower;
use super::segment::Segment;
use super::strings::{runs, terms};
use crate::error::Result;
use crate::index::analyzer::MAX_RUN_CHARS;
use crate::index::schema::Fields;
use crate::query::PatternPart;
use crate::search::compile::needle::Needle;
use crate::search::compile::plan::Scope;
use gongxun_text::strings::{self, Class};

/// The result of checking positions in a segment.
#[derive(Debug)]
pub struct Proved {
    /// The documents that certainly hold the needle.
    pub found: Bits,
    /// The documents that may hold it.
    pub open: Bits,
}

/// A run of letters or digits in a literal of a pattern.
struct Run {
    run: String,
    /// Whether a run of a text begins where it begins.
    begins: bool,
    /// Whether a run of a text ends where it ends.
    ends: bool,
}

impl Run {
    /// Returns the runs of a pattern. A match begins and ends where no run is cut, and so does a literal, but for a run
    /// beside a wildcard, which may stand for a part of it.
    fn of(parts: &[PatternPart]) -> Vec<Run> {
        let mut all = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let PatternPart::Literal(literal) = part else { continue };
            let chars: Vec<char> = literal.chars().collect();
            for (class, range) in strings::runs(&chars) {
                if class.is_word() && range.len() < MAX_RUN_CHARS {
                    let begins = range.start > 0 || number == 0;
                    let ends = range.end < chars.len() || number + 1 == parts.len();
                    all.push(Run { run: chars[range].iter().collect(), begins, ends });
                }
            }
        }
        all
    }

    /// Whether a run of a text may be the place of this one.
    fn may_be(&self, token: &str) -> bool {
        (!self.begins || token.starts_with(&self.run))
            && (!self.ends || token.ends_with(&self.run))
            && (self.begins || self.ends || contains(token, &self.run))
    }
}

/// Returns candidates for a pattern without Chinese characters, which select better: the documents with all of its runs
/// of letters and digits in one text. None if it has no such run.
pub(super) fn with_run(
    needle: &Needle,
    parts: &[PatternPart],
    scope: Scope,
    segment: &Segment<'_>,
    fields: &Fields,
) -> Result<Option<Proved>> {
    let is_han = |part: &PatternPart| match part {
        PatternPart::Literal(literal) => literal.chars().any(|c| Class::of(c) == Class::Han),
        _ => false,
    };
    if parts.iter().any(is_han) { Ok(None) } else { of_runs(Some(needle), parts, scope, segment, fields) }
}

/// Returns the documents with all runs of letters and digits of a pattern in one text; none if it has no such run.
///
/// # Errors
/// If an index file can't be read.
pub(super) fn with_all_runs(
    parts: &[PatternPart],
    scope: Scope,
    segment: &Segment<'_>,
    fields: &Fields,
) -> Result<Option<Bits>> {
    Ok(of_runs(None, parts, scope, segment, fields)?.map(|proved| proved.open))
}

/// Finds the documents with all runs of a pattern in one text, and those in which one run holds the whole needle.
fn of_runs(
    needle: Option<&Needle>,
    parts: &[PatternPart],
    scope: Scope,
    segment: &Segment<'_>,
    fields: &Fields,
) -> Result<Option<Proved>> {
    let wanted = Run::of(parts);
    if wanted.is_empty() {
        return Ok(None);
    }
    let mut proved = Proved { found: Bits::empty(segment.max_doc()), open: Bits::empty(segment.max_doc()) };
    let mut token_chars = Vec::new();
    for (text, _) in lower::texts(scope, fields) {
        // Names stand end to end in the index.
        let is_name = text.pairs == fields.names.pairs;
        let mut holding = Vec::new();
        let mut of_each: Vec<Vec<TermInfo>> = wanted.iter().map(|_| Vec::new()).collect();
        let mut sort = |token: &str, info: &TermInfo| -> Result<()> {
            // The end of a run that is longer than a token is in none.
            let is_cut = is_cut(token);
            let mut is_any = false;
            for (run, infos) in wanted.iter().zip(&mut of_each) {
                if is_cut || run.may_be(token) || (is_name && contains(token, &run.run)) {
                    infos.push(info.clone());
                    is_any = true;
                }
            }
            // A pattern that a run holds by itself is held by a text with that run.
            if let Some(needle) = needle.filter(|_| is_any && !is_cut && !is_name) {
                token_chars.clear();
                token_chars.extend(token.chars());
                if needle.is_in(&token_chars) {
                    holding.push(info.clone());
                }
            }
            Ok(())
        };
        match wanted.as_slice() {
            [run] if run.begins => terms(segment, text.pairs, &run.run, &mut sort)?,
            _ => runs(segment, text.pairs, &mut sort)?,
        }
        with_tokens(segment, text.pairs, &holding, &mut proved.found)?;
        let mut all: Option<Bits> = None;
        for infos in &of_each {
            let mut with = Bits::empty(segment.max_doc());
            with_tokens(segment, text.pairs, infos, &mut with)?;
            match &mut all {
                Some(all) => all.and(&with),
                None => all = Some(with),
            }
        }
        all.iter().for_each(|all| proved.open.or(all));
    }
    proved.open.and_not(&proved.found);
    Ok(Some(proved))
}

/// Whether a token holds only the beginning of a run.
pub(super) fn is_cut(token: &str) -> bool {
    token.len() >= MAX_RUN_CHARS && token.chars().count() >= MAX_RUN_CHARS
}

/// Whether a token contains a string, both of them short.
fn contains(token: &str, string: &str) -> bool {
    token.as_bytes().windows(string.len()).any(|part| part == string.as_bytes())
}

/// Adds the documents that hold a token with this prefix for which `wanted` holds.
pub(super) fn with_token(
    segment: &Segment<'_>,
    field: Field,
    prefix: &str,
    wanted: impl Fn(&str) -> bool,
    found: &mut Bits,
) -> Result<()> {
    let mut infos: Vec<TermInfo> = Vec::new();
    terms(segment, field, prefix, |token, info| {
        if wanted(token) {
            infos.push(info.clone());
        }
        Ok(())
    })?;
    with_tokens(segment, field, &infos, found)
}

/// Adds the documents that hold one of these tokens.
fn with_tokens(segment: &Segment<'_>, field: Field, infos: &[TermInfo], found: &mut Bits) -> Result<()> {
    for info in infos {
        segment.tick()?;
        segment.documents(field, info, |docs| docs.iter().for_each(|doc| found.insert(*doc)))?;
    }
    Ok(())
}
