//! The scoring model of hypotheses: the log probabilities of characters and table entries, in bits.
//!
//! The page's [`Evidence`] and the word lists flow in; binary logarithms of probabilities, which [`super::beam_search`]
//! adds up, flow out.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::evidence::{Evidence, Script, is_only, is_private};
use super::frequency::{Frequencies, PairHasher, frequencies};
use super::gbk::gbk;
use super::reading::Reading;
use super::tokens::Token;
use crate::fold::{fold_char, is_han};

/// The predecessor of the first character of a line, and of a character behind one that is not Chinese.
pub const EDGE: char = '\0';

const FULL_STOP: f32 = -4.5;
const PUNCTUATION: f32 = -6.0;
const RARER: f32 = -2.0;
const SYMBOL: f32 = -17.0;
const UNASSIGNED: f32 = -24.0;
const WRONG_SCRIPT: f32 = -9.0;
const OTHER_READING: f32 = -10.0;
/// The penalty in bits of a pair of bytes with a gloss here that occurs without one elsewhere on the page, and of a
/// pair in the table that occurs without one here.
pub const NOT_IN_TABLE: f32 = -12.0;
/// The score of a table entry that is not seen on the page: by the character's frequency, between two bounds.
const COMMON: f32 = 9.0;
const LIKELIEST: f32 = -1.0;
const RAREST: f32 = -14.0;
/// The bonus for each further place on the page where the same bytes had the same reading.
const FOUND: f32 = 1.5;
/// The weight of the word list against the page, in characters' worth of evidence.
const WORD_LIST: f32 = 12.0;

/// One in twenty pairs out of step falls into GBK's user-defined area. A page with the greater number of shifted pairs
/// and none of those has hardly kept them; with the smaller number it may have.
const MANY_SHIFTED: u32 = 60;
const FEW_SHIFTED: u32 = 20;
/// The cost of a pair that was left out, and the additional cost if that is unlikely.
const GAP: f32 = -18.0;
const RARE_GAP: f32 = 5.0;
/// The probability that all gaps of such a page are seen.
const UNSEEN: f32 = 0.6;

/// Counts by a key that is cheap to hash.
type Counts<K> = HashMap<K, f32, BuildHasherDefault<PairHasher>>;

/// The scoring model of a page's lines.
pub struct Model<'a> {
    /// The evidence of the page.
    pub evidence: &'a Evidence,
    /// The page itself.
    pub page: &'a [Vec<Token>],
    /// Whether each pair of bytes has a gloss anywhere.
    in_table: Vec<bool>,
    frequencies: &'static Frequencies,
    /// The counts of the finished first pass, and those of the pass under way.
    learned: Learned,
    counting: Learned,
    /// Number of pairs of bytes that the first pass read out of step.
    shifted: u32,
}

/// The counts of a pass over a page.
#[derive(Default)]
struct Learned {
    /// The pairs of bytes formed from lost bytes, with their readings.
    found: HashMap<(u16, Reading), f32>,
    /// The page's own neighbours and single characters.
    neighbours: Counts<(char, char)>,
    singles: Counts<char>,
}

impl<'a> Model<'a> {
    /// Creates a model with the page's evidence and the word list.
    pub fn new(evidence: &'a Evidence, page: &'a [Vec<Token>]) -> Model<'a> {
        let mut in_table = vec![false; 0x10000];
        for (pair, _) in evidence.glossed.keys() {
            in_table[usize::from(*pair)] = true;
        }
        Model {
            evidence,
            page,
            in_table,
            frequencies: frequencies(),
            learned: Learned::default(),
            counting: Learned::default(),
            shifted: 0,
        }
    }

    /// Counts a line of the first pass: its text, and the pairs of bytes formed from lost bytes.
    pub fn note(&mut self, text: &str, pairs: &[(u16, Reading)], shifted: u32) {
        self.shifted += shifted;
        for pair in pairs {
            *self.counting.found.entry(*pair).or_default() += 1.0;
        }
        let mut before = EDGE;
        for c in text.chars().map(fold_char) {
            if is_han(c) {
                *self.counting.singles.entry(c).or_default() += 1.0;
                if before != EDGE {
                    *self.counting.neighbours.entry((before, c)).or_default() += 1.0;
                }
                before = c;
            } else {
                before = EDGE;
            }
        }
    }

    /// Ends the first pass: its counts are used from now on.
    pub fn learn(&mut self) {
        self.learned = std::mem::take(&mut self.counting);
    }

    /// Returns the score of a character after another.
    pub fn text(&self, before: char, c: char) -> f32 {
        let folded = fold_char(c);
        if is_han(c) && c != '々' && c != '〇' {
            let edge = !is_han(before);
            let mut likely =
                if edge { self.frequencies.single(folded) } else { self.frequencies.after(before, folded) };
            if !edge && !self.learned.neighbours.is_empty() {
                let seen = self.learned.neighbours.get(&(before, folded)).map_or(0.0, |n| n - 0.5);
                let all = self.learned.singles.get(&before).copied().unwrap_or(0.0);
                likely = (likely * WORD_LIST + seen) / (WORD_LIST + all);
            }
            likely.log2() + self.script(c)
        } else {
            match c {
                '。' => FULL_STOP,
                '、' | '“' | '”' => PUNCTUATION,
                '《' | '》' | '，' | '：' | '（' | '）' | '；' | '！' | '？' | '…' | '—' | '·' | '‘' | '’' | '　'
                | '【' | '】' | '「' | '」' | '％' => PUNCTUATION + RARER,
                c if is_private(c) => UNASSIGNED,
                _ => SYMBOL,
            }
        }
    }

    /// Returns the score of the table's having this pair of bytes with this reading.
    pub fn table(&self, lead: u8, trail: u8, reading: Reading) -> f32 {
        let pair = u16::from_be_bytes([lead, trail]);
        let Some(c) = gbk().decode(lead, trail) else { return UNASSIGNED };
        if self.evidence.glossed.contains_key(&(pair, reading)) {
            return 0.0;
        }
        let mut score = (self.frequencies.single(fold_char(c)).log2() + COMMON).clamp(RAREST, LIKELIEST);
        if self.in_table[usize::from(pair)] {
            score += OTHER_READING;
        }
        if self.evidence.plain[usize::from(pair)] > 0 {
            score += NOT_IN_TABLE;
        } else if let Some(found) = self.learned.found.get(&(pair, reading)) {
            score = (score + (found - 1.0) * FOUND).min(LIKELIEST);
        }
        score + self.script(c)
    }

    /// Returns the score of a character by its script. A traditional page has no simplified characters, but may well
    /// have those that both scripts share (台, 万), as the tables of the mirrors differ.
    fn script(&self, c: char) -> f32 {
        match self.evidence.script {
            Script::Simplified if is_only(c, Script::Traditional) => WRONG_SCRIPT,
            Script::Traditional if is_only(c, Script::Simplified) => WRONG_SCRIPT,
            _ => 0.0,
        }
    }

    /// Returns the cost in bits of a pair in GBK's user-defined area having been left out of the page; `None` if the
    /// page shows such pairs, or has too little text out of step to miss them.
    pub fn gap(&self) -> Option<f32> {
        if self.evidence.shows_private || self.shifted < FEW_SHIFTED {
            return None;
        }
        Some(if self.shifted < MANY_SHIFTED { GAP - RARE_GAP } else { GAP })
    }

    /// Returns the probability that no pair was left out unseen.
    pub fn without_gaps(&self) -> f32 {
        match self.gap() {
            Some(_) if self.shifted >= MANY_SHIFTED => UNSEEN,
            _ => 1.0,
        }
    }

    /// Whether the table is known to have this pair of bytes.
    pub fn is_in_table(&self, lead: u8, trail: u8) -> bool {
        self.in_table[usize::from(u16::from_be_bytes([lead, trail]))]
    }
}
