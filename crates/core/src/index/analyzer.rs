//! Analysis: the tokens indexed for a text, which are its words, the words inside longer words, character bigrams
//! (pairs) and characters.
//!
//! A text as printed flows in; tokens of its folded form flow out. [`crate::search`] compiles queries by the same
//! rules, so the functions that name tokens are public.

use std::collections::HashMap;
use std::ops::Range;

use gongxun_text::compound;
use gongxun_text::fold::fold_char;
use gongxun_text::segment::{self, Hmm, Segmenter};
use gongxun_text::strings::{Class, ends_sentence, runs};

/// The longest token of letters or digits, in characters; longer runs are indexed and searched by their beginning.
pub const MAX_RUN_CHARS: usize = 200;

/// The token at each sentence end.
pub const SENTENCE_END: &str = "。";
/// The token at each paragraph end.
pub const PARAGRAPH_END: &str = "¶";

/// The neighbour of a run of Chinese characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Punctuation, a blank, or the edge of the text.
    Gap,
    /// A letter or a digit.
    Word,
}

impl Beside {
    fn of(neighbour: Option<&char>) -> Beside {
        if neighbour.is_none_or(|c| Class::of(*c) == Class::Other) { Beside::Gap } else { Beside::Word }
    }

    /// Returns the character prefixed to a run's first character in its token.
    fn before(self) -> char {
        if self == Beside::Gap { '^' } else { '<' }
    }

    /// Returns the character appended to a run's last character in its token.
    fn after(self) -> char {
        if self == Beside::Gap { '$' } else { '>' }
    }
}

/// Appends the token for a run's first character to `token`.
pub fn first_of_run(c: char, before: Beside, token: &mut String) {
    token.extend([before.before(), c]);
}

/// Appends the token for a run's last character to `token`.
pub fn last_of_run(c: char, after: Beside, token: &mut String) {
    token.extend([c, after.after()]);
}

/// Emits the words of a folded text that are indexed and scored: jieba's precise words, without punctuation and blanks.
pub fn words<'a>(folded: &'a str, segmenter: &Segmenter, cut: &mut Vec<segment::Token>, mut emit: impl FnMut(&'a str)) {
    segmenter.cut(folded, Hmm::On, cut);
    let words = cut.iter().map(|token| &folded[token.start as usize..token.end as usize]);
    words.filter(|word| word.chars().any(|c| Class::of(c) != Class::Other)).for_each(&mut emit);
}

/// A token of the pairs field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair<'a> {
    /// Two adjacent characters of a run of Chinese, or its first or last one with the character that stands for the
    /// edge.
    Two(char, char),
    /// A run of letters or of digits.
    Run(&'a [char]),
    /// [`SENTENCE_END`] or [`PARAGRAPH_END`].
    Mark(&'static str),
}

/// Emits the pairs of a folded text: bigrams inside runs of Chinese, the first and last character of each run, whole
/// runs of letters and of digits, and a mark at each sentence end and paragraph end. A token's position is the index of
/// its character and never decreases.
pub fn pairs<'a>(folded: &'a [char], mut emit: impl FnMut(Pair<'a>, u32)) {
    for (class, run) in runs(folded) {
        let start = run.start as u32;
        match class {
            Class::Han => {
                let before = Beside::of(run.start.checked_sub(1).map(|before| &folded[before]));
                let (first, last) = (folded[run.start], folded[run.end - 1]);
                emit(Pair::Two(before.before(), first), start);
                for (position, pair) in (start..).zip(folded[run.clone()].windows(2)) {
                    emit(Pair::Two(pair[0], pair[1]), position);
                }
                emit(Pair::Two(last, Beside::of(folded.get(run.end)).after()), run.end as u32 - 1);
            }
            Class::Letter | Class::Digit => {
                emit(Pair::Run(&folded[run.start..run.end.min(run.start + MAX_RUN_CHARS)]), start);
            }
            Class::Other => {
                for (position, c) in (start..).zip(&folded[run]) {
                    if *c == '\n' {
                        emit(Pair::Mark(PARAGRAPH_END), position);
                    }
                    if ends_sentence(*c) {
                        emit(Pair::Mark(SENTENCE_END), position);
                    }
                }
            }
        }
    }
    if !folded.is_empty() {
        let end = folded.len() as u32;
        emit(Pair::Mark(PARAGRAPH_END), end);
        emit(Pair::Mark(SENTENCE_END), end);
    }
}

/// A reusable analyzer: the fold of the current text, as bytes and as characters, and its words.
pub struct Analyzer {
    segmenter: Segmenter,
    folded: String,
    chars: Vec<char>,
    cut: Vec<segment::Token>,
    /// The cache of words inside longer words, as byte ranges.
    inner: HashMap<Box<str>, Box<[Range<u16>]>>,
}

/// The capacity of the cache of longer words.
const REMEMBERED_WORDS: usize = 1 << 16;
/// The size of two characters of the Basic Multilingual Plane in UTF-8, in bytes.
const MAX_PLAIN_BYTES: usize = 6;

impl Analyzer {
    /// Creates an analyzer that cuts words by this segmenter.
    pub fn new(segmenter: &Segmenter) -> Analyzer {
        let (folded, chars, cut, inner) = Default::default();
        Analyzer { segmenter: segmenter.clone(), folded, chars, cut, inner }
    }

    /// Folds a text as printed and makes it the current one.
    pub fn read(&mut self, text: &str) {
        self.chars.clear();
        self.chars.extend(text.chars().map(fold_char));
        self.folded.clear();
        self.folded.extend(&self.chars);
    }

    /// Returns the folded text.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// Emits the words of the text, in order; see [`words`].
    pub fn words(&mut self, emit: impl FnMut(&str)) {
        words(&self.folded, &self.segmenter, &mut self.cut, emit);
    }

    /// Returns the words inside a word of more than two Chinese characters, as byte ranges; empty for any other word.
    pub fn words_inside(&mut self, word: &str) -> &[Range<u16>] {
        // Letters and digits form a single run.
        if word.len() <= MAX_PLAIN_BYTES || word.chars().any(|c| Class::of(c) != Class::Han) {
            return &[];
        }
        if !self.inner.contains_key(word) {
            if self.inner.len() == REMEMBERED_WORDS {
                self.inner.clear();
            }
            self.inner.insert(word.into(), inner_words(word, &self.segmenter));
        }
        self.inner.get(word).map_or(&[], |inner| inner)
    }
}

/// Returns the words inside a word, as byte ranges.
fn inner_words(word: &str, segmenter: &Segmenter) -> Box<[Range<u16>]> {
    let chars: Vec<char> = word.chars().collect();
    let ends = chars.iter().scan(0, |end, c| {
        *end += c.len_utf8() as u16;
        Some(*end)
    });
    let places: Vec<u16> = std::iter::once(0).chain(ends).collect();
    let inner = compound::inner_words(&chars, segmenter);
    inner.into_iter().map(|range| places[range.start]..places[range.end]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_a_text() {
        let mut analyzer = Analyzer::new(&Segmenter::builtin());
        let mut tokens = Vec::new();
        analyzer.read("工會2024，職工權。\nＡＩ人");
        pairs(analyzer.chars(), |token, position| {
            let token = match token {
                Pair::Two(first, second) => [first, second].iter().collect(),
                Pair::Run(run) => run.iter().collect(),
                Pair::Mark(mark) => mark.to_string(),
            };
            tokens.push(format!("{token}{position}"));
        });
        assert_eq!(
            tokens.join(" "),
            "^工0 工会0 会>1 20242 ^职7 职工7 工权8 权$9 。10 ¶11 。11 ai12 <人14 人$14 ¶15 。15"
        );
    }
}
