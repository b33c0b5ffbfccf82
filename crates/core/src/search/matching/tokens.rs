//! Documents by tokens alone: those that hold a token with some beginning, and those that hold a pattern by one.

use tantivy::postings::TermInfo;
use tantivy::schema::Field;

use super::bits::Bits;
use super::lower;
use super::segment::Segment;
use super::strings::terms;
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
    for (text, _) in lower::texts(scope, fields) {
        // The end of a run that is longer than a token is in none.
        let is_cut = |token: &str| token.chars().count() >= MAX_RUN_CHARS;
        let prefix = if begins { &longest } else { "" };
        // A pattern that a run holds by itself is held by a text with that run. Names stand end to end in the index.
        let is_name = text.pairs == fields.names.pairs;
        let holds = |token: &str| {
            token.contains(&longest) && !is_name && !is_cut(token) && {
                needle.is_in(&token.chars().collect::<Vec<_>>())
            }
        };
        with_token(segment, text.pairs, prefix, holds, &mut proved.found)?;
        let may_hold = |token: &str| token.contains(&longest) || is_cut(token);
        with_token(segment, text.pairs, prefix, may_hold, &mut proved.open)?;
    }
    proved.open.and_not(&proved.found);
    Ok(Some(proved))
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
    for info in &infos {
        segment.tick()?;
        segment.documents(field, info, |docs| docs.iter().for_each(|doc| found.insert(*doc)))?;
    }
    Ok(())
}
