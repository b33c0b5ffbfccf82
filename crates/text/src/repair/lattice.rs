//! The lattice of words: the score of a line by the best way to cut it into words of the dictionary, character by
//! character.
//!
//! Characters flow in; the change of the line's score flows out. Only the last few characters are kept, as no word is
//! longer: two hypotheses that end alike continue alike.

use super::clauses::{self, clauses};
use super::model::{EDGE, Model};
use crate::fold::{fold_char, is_han};

/// The length of the longest words that are weighed.
pub const LONGEST: usize = 5;
/// The number of characters kept.
const KEPT: usize = LONGEST - 1;

/// The score of a line that ends in a mark after which something follows.
const OPEN_END: f32 = -8.0;

/// The end of a line, cut into words in the best ways.
#[derive(Clone, Copy, PartialEq)]
pub struct Lattice {
    /// The last characters, folded, the last one first; [`EDGE`] where none is known.
    recent: [char; KEPT],
    /// The score of the text that ends so many characters before the end, relative to that of the whole.
    scores: [f32; LONGEST],
    /// Whether the scores are those of these characters.
    is_scored: bool,
}

/// The scores of the words that end in a character, by their length less one; minus infinity if there is no such word.
pub type WordScores = [f32; LONGEST];

impl Lattice {
    /// Creates the lattice of an empty line.
    pub fn new() -> Lattice {
        Lattice { recent: [EDGE; KEPT], scores: [0.0; LONGEST], is_scored: true }
    }

    /// Returns the last character, folded.
    pub fn last(&self) -> char {
        self.recent[0]
    }

    /// Returns the last characters, folded, the last one first.
    pub fn last_chars(&self, length: usize) -> &[char] {
        &self.recent[..length]
    }

    /// Appends a character that is not scored.
    pub fn push(&mut self, c: char) {
        self.recent.copy_within(..KEPT - 1, 1);
        self.recent[0] = c;
        self.is_scored = false;
    }

    /// Appends what ends all words: a character lost, or one that is not read.
    pub fn end(&mut self) {
        *self = Lattice::new();
    }

    /// Appends a character and returns by how much the score of the text changes.
    pub fn score(&mut self, c: char, memo: &mut Memo, model: &Model) -> f32 {
        if !self.is_scored {
            self.rescore(memo, model);
        }
        self.append(c, memo, model)
    }

    fn append(&mut self, c: char, memo: &mut Memo, model: &Model) -> f32 {
        let words = memo.words(c, &self.recent, model);
        let mut change = self.best(&words);
        if let Some(kind) = clauses::kind(fold_char(c)) {
            change += self.clause_end(kind, memo, model);
        }
        self.scores.copy_within(..LONGEST - 1, 1);
        self.scores[0] = 0.0;
        for score in &mut self.scores[1..] {
            *score -= change;
        }
        self.push(fold_char(c));
        self.is_scored = true;
        change
    }

    fn best(&self, words: &WordScores) -> f32 {
        words.iter().zip(&self.scores).map(|(word, text)| word + text).fold(f32::NEG_INFINITY, f32::max)
    }

    /// Returns by how much the end of the line changes the score of the last word: a line ends like a sentence.
    pub fn line_end(&self, memo: &mut Memo, model: &Model) -> f32 {
        let mut scored = *self;
        if !scored.is_scored {
            scored.rescore(memo, model);
        }
        if clauses::kind(scored.last()).is_some() {
            return if matches!(scored.last(), '、' | ',' | '“' | '《' | '(') { OPEN_END } else { 0.0 };
        }
        clauses::kind('。').map_or(0.0, |kind| scored.clause_end(kind, memo, model))
    }

    /// Returns by how much the mark that follows changes the score of the last word.
    fn clause_end(&self, kind: usize, memo: &mut Memo, model: &Model) -> f32 {
        if !is_han(self.recent[0]) {
            return 0.0;
        }
        let mut before = [EDGE; KEPT];
        before[..KEPT - 1].copy_from_slice(&self.recent[1..]);
        let mut words = memo.words(self.recent[0], &before, model);
        // The scores are those in front of the last character.
        let mut shifted = *self;
        shifted.scores.copy_within(1.., 0);
        shifted.scores[KEPT] = f32::NEG_INFINITY;
        let without = shifted.best(&words);
        let mut word = [EDGE; KEPT];
        for (length, score) in words.iter_mut().enumerate().take(KEPT) {
            word[KEPT - 1 - length] = self.recent[length];
            if score.is_finite() {
                *score += clauses().before(&word[KEPT - 1 - length..], kind);
            }
        }
        shifted.best(&words) - without
    }

    /// Scores the characters kept, which were appended without.
    fn rescore(&mut self, memo: &mut Memo, model: &Model) {
        let recent = self.recent;
        self.end();
        for c in recent.into_iter().rev().filter(|c| *c != EDGE) {
            self.append(c, memo, model);
        }
    }
}

/// The number of recent scores kept.
const MEMORY: usize = 256;

/// The recent scores of words: hypotheses side by side mostly need the same ones.
pub struct Memo(Box<[(u128, WordScores); MEMORY]>);

impl Memo {
    /// Creates an empty memory.
    pub fn new() -> Memo {
        // No key is so large.
        Memo(Box::new([(u128::MAX, [f32::NEG_INFINITY; LONGEST]); MEMORY]))
    }

    fn words(&mut self, c: char, recent: &[char; KEPT], model: &Model) -> WordScores {
        let key = recent.iter().fold(c as u128, |key, c| key << CHAR_BITS | *c as u128);
        let hash = (key as u64 ^ (key >> u64::BITS) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let slot = &mut self.0[hash as usize % MEMORY];
        if slot.0 != key {
            *slot = (key, word_scores(c, recent, model));
        }
        slot.1
    }
}

/// The number of bits of a character.
const CHAR_BITS: u32 = 21;

/// Returns the scores of the words that end in a character behind others.
fn word_scores(c: char, recent: &[char; KEPT], model: &Model) -> WordScores {
    let mut scores = [f32::NEG_INFINITY; LONGEST];
    let folded = fold_char(c);
    let (single, neighbour) = model.text(recent[0], c);
    scores[0] = single;
    if !is_han(folded) {
        return scores;
    }
    let script = model.script(c);
    let mut word = [EDGE; LONGEST];
    word[KEPT] = folded;
    for (at, before) in recent.iter().enumerate().take_while(|(_, before)| is_han(**before)) {
        word[KEPT - 1 - at] = *before;
        if let Some(share) = model.word(&word[KEPT - 1 - at..]) {
            scores[at + 1] = share + script;
        }
    }
    for score in &mut scores {
        *score += neighbour;
    }
    // A word behind a mark begins a clause.
    if let Some((at, kind)) = recent.iter().enumerate().find_map(|(at, c)| clauses::kind(*c).map(|kind| (at, kind)))
        && recent[..at].iter().all(|c| is_han(*c))
    {
        scores[at] += clauses().behind(kind, &word[KEPT - at..]);
    }
    scores
}
