//! Tells a word from letters inside other words: 和服 from 和|服务.
//!
//! A folded text and places in it flow in; whether they are words flows out. The segmentation says where words begin and
//! end, and a longer word is taken apart as far as it goes ([`crate::text::compound`]). The index holds both, so that
//! matches are told apart without a look at their texts.

use std::collections::HashMap;
use std::ops::Range;

use tantivy::SegmentReader;

use super::bits::Bits;
use super::plan::{Plan, Scope};
use super::strings::{StringPlan, term_documents};
use crate::error::Result;
use crate::index::Snapshot;
use crate::text::compound;
use crate::text::segment::{Hmm, Segmenter, Token};
use crate::text::strings::Class;

/// Ranges of a word, and whether each is a part of it.
type Verdicts = Vec<(Range<usize>, bool)>;

/// Tells what is a part of a longer word. What was found is remembered: texts on one matter have the same words.
pub struct Parts<'a> {
    segmenter: &'a Segmenter,
    known: HashMap<Box<[char]>, Verdicts>,
    /// Room for a run's text and words.
    room: (String, Vec<Token>),
}

impl<'a> Parts<'a> {
    /// Parts by this dictionary.
    pub fn new(segmenter: &'a Segmenter) -> Parts<'a> {
        Parts { segmenter, known: HashMap::new(), room: Default::default() }
    }

    fn is_part(&mut self, word: &[char], range: Range<usize>) -> bool {
        if range.len() == word.len() {
            return true;
        }
        let known = self.known.get(word).and_then(|known| known.iter().find(|(other, _)| *other == range));
        if let Some((_, known)) = known {
            return *known;
        }
        let found = compound::is_part(word, range.clone(), self.segmenter);
        self.known.entry(word.into()).or_default().push((range, found));
        found
    }
}

/// The words of a text, looked up run by run.
pub struct Boundaries<'a> {
    text: &'a [char],
    run: Range<usize>,
    /// For each character of the run that was looked at last, the range of the word it is in.
    inside: Vec<Range<usize>>,
}

impl<'a> Boundaries<'a> {
    /// The words of this folded text.
    pub fn new(text: &'a [char]) -> Boundaries<'a> {
        Boundaries { text, run: 0..0, inside: Vec::new() }
    }

    /// Whether an occurrence cuts through no word: it begins and ends where words do, or where the parts of one do.
    pub fn fits(&mut self, range: &Range<usize>, parts: &mut Parts<'_>) -> bool {
        if range.is_empty() || Class::of(self.text[range.start]) != Class::Han {
            return true;
        }
        if !(self.run.start <= range.start && range.start < self.run.end) {
            self.segment(range.start, parts);
        }
        if range.end > self.run.end {
            return true;
        }
        let first = self.inside[range.start - self.run.start].clone();
        let last = self.inside[range.end - 1 - self.run.start].clone();
        if first == last {
            let word = &self.text[first.clone()];
            return parts.is_part(word, range.start - first.start..range.end - first.start);
        }
        first.start == range.start && last.end == range.end
    }

    fn segment(&mut self, at: usize, parts: &mut Parts<'_>) {
        let han = |c: &char| Class::of(*c) == Class::Han;
        let start = at - self.text[..at].iter().rev().take_while(|c| han(c)).count();
        let end = at + self.text[at..].iter().take_while(|c| han(c)).count();
        self.run = start..end;
        self.inside.clear();
        let (run, tokens) = &mut parts.room;
        run.clear();
        run.extend(&self.text[start..end]);
        parts.segmenter.cut(run, Hmm::On, tokens);
        let mut position = start;
        for token in tokens.iter() {
            let length = run[token.start as usize..token.end as usize].chars().count();
            self.inside.extend(std::iter::repeat_n(position..position + length, length));
            position += length;
        }
    }
}

/// The documents that surely hold each word of the plan as a word, by the words of the index. None where the plan does not
/// ask for words, and all of its matches are alike.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn surely(plan: &Plan, segment: &SegmentReader, snapshot: &Snapshot) -> Result<Option<Bits>> {
    match plan {
        Plan::Words(words, scope) => {
            let mut all = Bits::full(segment.max_doc());
            for word in words {
                let mut found = Bits::empty(segment.max_doc());
                for string in &word.strings {
                    surely_string(string, *scope, segment, snapshot, &mut found)?;
                }
                all.and(&found);
            }
            Ok(Some(all))
        }
        Plan::And(plans) => {
            let mut all: Option<Bits> = None;
            for plan in plans {
                let found = surely(plan, segment, snapshot)?;
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
        // Where one of the ways asks for no words, a match by it is as good as any.
        Plan::Or(plans) => {
            let mut any = Bits::empty(segment.max_doc());
            for plan in plans {
                match surely(plan, segment, snapshot)? {
                    Some(found) => any.or(&found),
                    None => return Ok(None),
                }
            }
            Ok(Some(any))
        }
        _ => Ok(None),
    }
}

fn surely_string(
    string: &StringPlan,
    scope: Scope,
    segment: &SegmentReader,
    snapshot: &Snapshot,
    found: &mut Bits,
) -> Result<()> {
    let text: String = string.pattern.iter().collect();
    let mut tokens = Vec::new();
    let segmenter = snapshot.segmenter()?;
    segmenter.cut(&text, Hmm::On, &mut tokens);
    // A word that the dictionary lacks may be cut otherwise in its text, and one character is always a part of something:
    // of these all occurrences are alike.
    let is_word = tokens.len() == 1 && string.pattern.len() > 1 && segmenter.has_word(&text);
    let is_word = is_word && string.pattern.iter().all(|c| Class::of(*c) == Class::Han);
    for (fields, _) in scope.fields(&snapshot.fields) {
        match fields.parts {
            Some(parts) if is_word => {
                term_documents(segment, fields.words, &text, found)?;
                term_documents(segment, parts, &text, found)?;
            }
            // Runs of letters and digits match whole, and names have no words.
            _ => string.documents(segment, fields, found)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;
    use crate::text::strings;

    #[test]
    fn words_and_letters_inside_others() {
        let segmenter = Segmenter::builtin();
        let check = |text: &str, string: &str, expect: bool| {
            let text: Vec<char> = fold(text).chars().collect();
            let string: Vec<char> = fold(string).chars().collect();
            let range = strings::find(&text, &string).next().unwrap();
            let fits = Boundaries::new(&text).fits(&range, &mut Parts::new(&segmenter));
            assert_eq!(fits, expect, "{string:?} in {text:?}");
        };
        check("她穿着和服走来", "和服", true);
        check("管理和服务水平", "和服", false);
        check("中华全国总工会", "工会", true);
        check("全总工会议", "工会", false);
        check("中国共产党", "国共", false);
        check("中华人民共和国", "华人", false);
        check("中华人民共和国", "人民", true);
        check("外卖骑手", "骑手", true);
        check("工伤认定", "工伤", true);
        check("2024年AI大赛", "ai", true);
    }
}
