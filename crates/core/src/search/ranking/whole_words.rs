//! Finds the matches that hold the query's words as whole words, by the index of words and parts of words, without
//! reading their texts; in the others the characters may cross word boundaries.

use crate::error::Result;
use crate::search::compile::plan::{Plan, Scope};
use crate::search::compile::string::StringPlan;
use crate::search::matching::bits::Bits;
use crate::search::matching::lower;
use crate::search::matching::segment::Segment;
use crate::search::matching::strings::{self, term_documents};

/// Returns the documents that certainly hold each word of the plan as a word, by the words of the index. None if the
/// plan requires no words, so that all of its matches are equal in this respect.
///
/// # Errors
/// If an index file can't be read.
pub fn whole_words(plan: &Plan, segment: &Segment<'_>) -> Result<Option<Bits>> {
    match plan {
        Plan::Words(words, scope) => {
            let mut all = Bits::full(segment.max_doc());
            for word in words {
                let mut found = Bits::empty(segment.max_doc());
                for string in word.strings() {
                    whole_word(string, *scope, segment, &mut found)?;
                }
                all.and(&found);
            }
            Ok(Some(all))
        }
        Plan::Term(words, synonyms, scope) => {
            let mut any = match whole_words(&Plan::Words(words.clone(), *scope), segment)? {
                Some(found) if !words.is_empty() => found,
                _ => Bits::empty(segment.max_doc()),
            };
            for synonym in synonyms {
                whole_word(synonym, *scope, segment, &mut any)?;
            }
            Ok(Some(any))
        }
        Plan::And(plans) => {
            let mut all: Option<Bits> = None;
            for plan in plans {
                let found = whole_words(plan, segment)?;
                all = match (all, found) {
                    (Some(mut all), Some(found)) => {
                        all.and(&found);
                        Some(all)
                    }
                    (all, found) => all.or(found),
                };
            }
            Ok(all)
        }
        // If one alternative requires no words, every match by it is equal.
        Plan::Or(plans) => {
            let mut any = Bits::empty(segment.max_doc());
            for plan in plans {
                match whole_words(plan, segment)? {
                    Some(found) => any.or(&found),
                    None => return Ok(None),
                }
            }
            Ok(Some(any))
        }
        _ => Ok(None),
    }
}

fn whole_word(string: &StringPlan, scope: Scope, segment: &Segment<'_>, found: &mut Bits) -> Result<()> {
    let text: String = string.pattern.iter().collect();
    let is_word = string.is_word(segment.snapshot.segmenter()?);
    for (fields, _) in lower::texts(scope, &segment.snapshot.fields) {
        match fields.parts {
            Some(parts) if is_word => {
                term_documents(segment, fields.words, &text, found)?;
                term_documents(segment, parts, &text, found)?;
            }
            // Runs of letters and digits match whole, and names have no words.
            _ => strings::documents(string, segment, fields, found)?,
        }
    }
    Ok(())
}
