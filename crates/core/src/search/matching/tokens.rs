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

/// Returns candidates for a pattern whose literals are no tokens: the documents with a run of letters or digits that
/// holds its longest one. None if the pattern has Chinese characters, which select better, or no such run.
pub(super) fn with_run(
    needle: &Needle,
    parts: &[PatternPart],
    scope: Scope,
    segment: &Segment<'_>,
    fields: &Fields,
) -> Result<Option<Proved>> {
    let (mut longest, mut begins) = (String::new(), false);
    for (number, part) in parts.iter().enumerate() {
        let PatternPart::Literal(literal) = part else { continue };
        let chars: Vec<char> = literal.chars().collect();
        for (class, run) in strings::runs(&chars) {
            if class == Class::Han {
                return Ok(None);
            }
            if class.is_word() && run.len() > longest.chars().count() {
                begins = number == 0 && run.start == 0;
                longest = chars[run].iter().collect();
            }
        }
    }
    if longest.is_empty() || longest.chars().count() >= MAX_RUN_CHARS {
        return Ok(None);
    }
    let mut proved = Proved { found: Bits::empty(segment.max_doc()), open: Bits::empty(segment.max_doc()) };
    let mut token_chars = Vec::new();
    for (text, _) in lower::texts(scope, fields) {
        // Names stand end to end in the index.
        let is_name = text.pairs == fields.names.pairs;
        let (mut holding, mut open) = (Vec::new(), Vec::new());
        let mut sort = |token: &str, info: &TermInfo| -> Result<()> {
            // The end of a run that is longer than a token is in none.
            let is_cut = is_cut(token);
            if !is_cut && !contains(token, &longest) {
                return Ok(());
            }
            // A pattern that a run holds by itself is held by a text with that run.
            let holds = !is_name && !is_cut && {
                token_chars.clear();
                token_chars.extend(token.chars());
                needle.is_in(&token_chars)
            };
            if holds { &mut holding } else { &mut open }.push(info.clone());
            Ok(())
        };
        if begins {
            terms(segment, text.pairs, &longest, &mut sort)?;
        } else {
            runs(segment, text.pairs, &mut sort)?;
        }
        with_tokens(segment, text.pairs, &holding, &mut proved.found)?;
        with_tokens(segment, text.pairs, &open, &mut proved.open)?;
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
