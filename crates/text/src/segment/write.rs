//! The writer of tokens: the codes of a piece and the best path through it flow in, byte ranges flow out.

use super::dictionary::Dictionary;
use super::token::Token;
use super::{classes, hmm};

/// The length in characters below which words are recorded in [`Writer::lengths_of_words`].
pub(super) const NOTED: usize = 8;

/// Writes the tokens of one piece.
pub(super) struct Writer<'a, const HMM: bool, const SEARCH: bool> {
    pub dictionary: &'a Dictionary,
    pub piece: &'a [u8],
    pub codes: &'a [u16],
    pub offsets: &'a [u32],
    pub steps: &'a [u8],
    pub lengths_of_words: &'a [u8],
    pub ways: &'a mut Vec<[u8; 4]>,
    pub base: u32,
    pub out: &'a mut Vec<Token>,
}

impl<const HMM: bool, const SEARCH: bool> Writer<'_, HMM, SEARCH> {
    /// Writes all tokens, in order.
    pub fn write(&mut self) {
        let mut at = 0;
        while let Some(&step) = self.steps.get(at) {
            let from = at;
            match step {
                0 => {
                    let offset = self.offsets[at] as usize;
                    at += if self.piece[offset..].starts_with(b"\r\n") { 2 } else { 1 };
                    self.push(from, at);
                }
                1 if HMM => {
                    while self.steps.get(at) == Some(&1) {
                        at += 1;
                    }
                    self.write_singles(from, at);
                }
                1 if is_alnum(self.codes[at]) => {
                    while self.steps.get(at) == Some(&1) && is_alnum(self.codes[at]) {
                        at += 1;
                    }
                    self.word(from, at);
                }
                _ => {
                    at += step as usize;
                    self.word(from, at);
                }
            }
        }
    }

    /// Writes a run that the best path leaves as single characters: unchanged if the run is a word as a whole,
    /// otherwise as the hidden Markov model joins them.
    #[inline]
    fn write_singles(&mut self, from: usize, to: usize) {
        if to - from == 1 {
            self.word(from, to);
            return;
        }
        let is_word = match to - from {
            length @ 0..NOTED => self.lengths_of_words[from] >> length & 1 == 1,
            _ => self.dictionary.is_word(&self.codes[from..to]),
        };
        if is_word {
            (from..to).for_each(|at| self.word(at, at + 1));
            return;
        }
        let mut at = from;
        while at < to {
            let begin = at;
            let is_han = self.dictionary.is_hmm_han(self.codes[at]);
            while at < to && self.dictionary.is_hmm_han(self.codes[at]) == is_han {
                at += 1;
            }
            match at - begin {
                _ if !is_han => self.write_signs(begin, at),
                1 => self.word(begin, at),
                2 if hmm::joins(self.dictionary, self.codes[begin], self.codes[begin + 1]) => self.word(begin, at),
                2 => {
                    self.word(begin, begin + 1);
                    self.word(begin + 1, at);
                }
                _ => {
                    let mut ways = std::mem::take(self.ways);
                    let codes = &self.codes[begin..at];
                    hmm::cut(self.dictionary, codes, &mut ways, |from, to| self.word(begin + from, begin + to));
                    *self.ways = ways;
                }
            }
        }
    }

    /// Writes a run that the model does not cover: letters and digits, joined by connectors, are a word, with a percent
    /// sign if one follows; the characters between them are another.
    fn write_signs(&mut self, from: usize, to: usize) {
        let codes = &self.codes[..to];
        let mut at = from;
        while at < to {
            let begin = at;
            if !is_alnum(codes[at]) {
                while at < to && !is_alnum(codes[at]) {
                    at += 1;
                }
            } else {
                while at < to
                    && (is_alnum(codes[at])
                        || is_connector(codes[at]) && codes.get(at + 1).is_some_and(|&code| is_alnum(code)))
                {
                    at += 1;
                }
                if codes.get(at) == Some(&classes::PERCENT) {
                    at += 1;
                }
            }
            self.word(begin, at);
        }
    }

    /// Writes a word, in search mode after the words inside it.
    #[inline]
    fn word(&mut self, from: usize, to: usize) {
        if SEARCH {
            if self.codes[from..to].iter().any(|&code| is_connector(code)) {
                self.write_parts(from, to);
            }
            if to - from > 2 {
                self.write_words_inside(from, to, 2);
            }
            if to - from > 3 {
                self.write_words_inside(from, to, 3);
            }
        }
        self.push(from, to);
    }

    fn write_words_inside(&mut self, from: usize, to: usize, length: usize) {
        for at in from..=to - length {
            if self.lengths_of_words[at] >> length & 1 == 1 {
                self.push(at, at + length);
            }
        }
    }

    /// Writes the parts of a word between connectors that are two bytes or longer and hold an ASCII letter.
    fn write_parts(&mut self, from: usize, to: usize) {
        let mut at = from;
        for part in self.codes[from..to].split(|&code| is_connector(code)) {
            let end = at + part.len();
            if self.offsets[end] - self.offsets[at] >= 2 && part.iter().any(|&code| is_letter(code)) {
                self.push(at, end);
            }
            at = end + 1;
        }
    }

    #[inline]
    fn push(&mut self, from: usize, to: usize) {
        self.out.push(Token { start: self.base + self.offsets[from], end: self.base + self.offsets[to] });
    }
}

/// The codes of the ten digits are 1 to this.
const LAST_DIGIT: u16 = 10;

fn is_alnum(code: u16) -> bool {
    (1..=classes::LAST_ALNUM).contains(&code)
}

fn is_letter(code: u16) -> bool {
    is_alnum(code) && code > LAST_DIGIT
}

fn is_connector(code: u16) -> bool {
    (classes::LAST_ALNUM + 1..=classes::LAST_CONNECTOR).contains(&code)
}
