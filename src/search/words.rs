//! Tells a word from letters inside other words: 和服 from 和|服务.
//!
//! A folded text and places in it flow in; whether they are words flows out. The segmentation says where words begin and
//! end, and a longer word is taken apart as far as it goes, so that 工会 is a word in 总工会 and 国共 none in 中国共产党.

use std::ops::Range;

use tantivy::SegmentReader;

use super::bits::Bits;
use super::matching::texts;
use super::plan::{Plan, Scope, Word};
use super::strings::{StringPlan, term_documents};
use crate::article::Article;
use crate::error::Result;
use crate::index::Snapshot;
use crate::text::fold::fold_char;
use crate::text::segment::{Hmm, Segmenter, Token};
use crate::text::strings::{self, Class};

/// Longer words are not taken apart.
const MAX_PARTED: usize = 24;
/// The least weight of a part: that of a character that the dictionary does not know.
const UNKNOWN: f64 = -20.0;
/// What the frequencies of the dictionary add up to, about.
const ALL_FREQUENCIES: f64 = 6e7;

/// The words of a text, looked up run by run.
pub struct Boundaries<'a> {
    text: &'a [char],
    segmenter: &'a Segmenter,
    run: Range<usize>,
    /// For each character of the run that was looked at last, the range of the word it is in.
    inside: Vec<Range<usize>>,
}

impl<'a> Boundaries<'a> {
    /// The words of this folded text.
    pub fn new(text: &'a [char], segmenter: &'a Segmenter) -> Boundaries<'a> {
        Boundaries { text, segmenter, run: 0..0, inside: Vec::new() }
    }

    /// Whether an occurrence cuts through no word: it begins and ends where words do, or where the parts of one do.
    pub fn fits(&mut self, range: &Range<usize>) -> bool {
        if range.is_empty() || Class::of(self.text[range.start]) != Class::Han {
            return true;
        }
        if !(self.run.start <= range.start && range.start < self.run.end) {
            self.segment(range.start);
        }
        if range.end > self.run.end {
            return true;
        }
        let first = self.inside[range.start - self.run.start].clone();
        let last = self.inside[range.end - 1 - self.run.start].clone();
        if first == last {
            return is_part(
                &self.text[first.clone()],
                range.start - first.start..range.end - first.start,
                self.segmenter,
            );
        }
        first.start == range.start && last.end == range.end
    }

    fn segment(&mut self, at: usize) {
        let han = |c: &char| Class::of(*c) == Class::Han;
        let start = at - self.text[..at].iter().rev().take_while(|c| han(c)).count();
        let end = at + self.text[at..].iter().take_while(|c| han(c)).count();
        self.run = start..end;
        self.inside.clear();
        let run: String = self.text[start..end].iter().collect();
        let mut tokens: Vec<Token> = Vec::new();
        self.segmenter.cut(&run, Hmm::On, &mut tokens);
        let mut position = start;
        for token in tokens {
            let length = run[token.start as usize..token.end as usize].chars().count();
            self.inside.extend(std::iter::repeat_n(position..position + length, length));
            position += length;
        }
    }
}

/// Whether a range of a word is the word, or begins and ends where parts of it do.
fn is_part(word: &[char], range: Range<usize>, segmenter: &Segmenter) -> bool {
    if range.len() == word.len() || word.len() > MAX_PARTED {
        return true;
    }
    let parts = parts(word, segmenter);
    let Some(first) = parts.iter().find(|part| part.contains(&range.start)) else { return true };
    if range.end <= first.end {
        return is_part(&word[first.clone()], range.start - first.start..range.end - first.start, segmenter);
    }
    range.start == first.start && parts.iter().any(|part| part.end == range.end)
}

/// The likeliest way to cut a word into at least two words of the dictionary.
pub fn parts(word: &[char], segmenter: &Segmenter) -> Vec<Range<usize>> {
    // The best way from each character to the end: its weight, and where its first part ends.
    let mut best: Vec<(f64, usize)> = vec![(0.0, word.len()); word.len() + 1];
    for start in (0..word.len()).rev() {
        best[start] = (f64::NEG_INFINITY, start + 1);
        let mut part = String::new();
        for end in start + 1..=word.len() {
            part.push(word[end - 1]);
            if end - start == word.len() {
                continue;
            }
            let weight = match segmenter.word_freq(&part) {
                Some(frequency) => (frequency.max(1) as f64 / ALL_FREQUENCIES).ln(),
                None if end - start == 1 => UNKNOWN,
                None => continue,
            };
            if weight + best[end].0 > best[start].0 {
                best[start] = (weight + best[end].0, end);
            }
        }
    }
    let mut start = 0;
    std::iter::from_fn(|| {
        let part = (start < word.len()).then(|| start..best[start].1)?;
        start = part.end;
        Some(part)
    })
    .collect()
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
    snapshot.segmenter()?.cut(&text, Hmm::On, &mut tokens);
    let is_word = tokens.len() == 1 && string.pattern.iter().all(|c| Class::of(*c) == Class::Han);
    for (fields, _) in scope.fields(&snapshot.fields) {
        // Runs of letters and digits match whole, and names have no words.
        if is_word && fields.words != snapshot.fields.names.words {
            term_documents(segment, fields.words, &text, found)?;
        } else {
            string.documents(segment, fields, found)?;
        }
    }
    Ok(())
}

/// Whether an article that matches the plan holds each of its words as a word.
pub fn are_words(plan: &Plan, article: &Article, segmenter: &Segmenter) -> bool {
    match plan {
        Plan::Words(words, scope) => {
            let texts: Vec<Vec<char>> = texts(article, Scope { names: false, ..*scope })
                .into_iter()
                .map(|text| text.chars().map(fold_char).collect())
                .collect();
            words.iter().all(|word| is_word(word, &texts, segmenter) || is_name(word, *scope, article))
        }
        Plan::And(plans) => plans.iter().all(|plan| are_words(plan, article, segmenter)),
        Plan::Or(plans) => plans.iter().any(|plan| are_words(plan, article, segmenter)),
        _ => true,
    }
}

fn is_word(word: &Word, texts: &[Vec<char>], segmenter: &Segmenter) -> bool {
    texts.iter().any(|text| {
        let mut boundaries = Boundaries::new(text, segmenter);
        word.strings.iter().any(|s| strings::find(text, &s.pattern).any(|range| boundaries.fits(&range)))
    })
}

fn is_name(word: &Word, scope: Scope, article: &Article) -> bool {
    scope.names
        && article.credits.iter().any(|credit| {
            let name: Vec<char> = credit.name.chars().map(fold_char).collect();
            word.strings.iter().any(|s| strings::find(&name, &s.pattern).next().is_some())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;

    #[test]
    fn words_and_letters_inside_others() {
        let segmenter = Segmenter::builtin();
        let check = |text: &str, string: &str, expect: bool| {
            let text: Vec<char> = fold(text).chars().collect();
            let string: Vec<char> = fold(string).chars().collect();
            let range = strings::find(&text, &string).next().unwrap();
            let mut boundaries = Boundaries::new(&text, &segmenter);
            assert_eq!(boundaries.fits(&range), expect, "{string:?} in {text:?}");
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
