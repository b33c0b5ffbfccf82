//! The scoring model of hypotheses: the log probabilities of characters and table entries, in bits.
//!
//! The page's [`Evidence`] and the word lists flow in; binary logarithms of probabilities, which [`super::beam_search`]
//! adds up, flow out.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

use super::evidence::{Evidence, Script, is_only, is_private, is_simplified};
use super::frequency::{Frequencies, PairHasher, frequencies};
use super::gbk::gbk;
use super::reading::Reading;
use super::restored_line::Restored;
use super::tokens::Token;
use crate::fold::{fold_char, is_han};
use crate::segment::Segmenter;

/// The predecessor of the first character of a line, and of a character behind one that is not Chinese.
pub const EDGE: char = '\0';

const FULL_STOP: f32 = -4.5;
const PUNCTUATION: f32 = -6.0;
const RARER: f32 = -2.0;
const ASCII: f32 = -6.0;
const SYMBOL: f32 = -17.0;
const UNASSIGNED: f32 = -24.0;
const WRONG_SCRIPT: f32 = -9.0;
const OTHER_FORM: f32 = -8.0;
const UNSEEN_FORM: f32 = -2.0;
const OTHER_READING: f32 = -10.0;
/// The penalty in bits of a pair of bytes with a gloss here that occurs without one elsewhere on the page, and of a
/// pair in the table that occurs without one here.
pub const NOT_IN_TABLE: f32 = -12.0;
/// The score of a table entry that is not seen on the page: by the character's frequency, between two bounds.
const COMMON: f32 = 7.0;
const LIKELIEST: f32 = -2.0;
const RAREST: f32 = -14.0;
/// The bonus for each further place on the page where the same bytes had the same reading.
const FOUND: f32 = 1.5;
/// The weight of the word list against the page, in characters' worth of evidence.
const WORD_LIST: f32 = 12.0;
/// The share of characters that are part of no word of the dictionary, but that follow each other in words, and on the
/// page itself.
const IN_WORDS: f32 = 0.1;
const ON_PAGE: f32 = 0.5;
/// The weight of pairs of neighbours beside that of words.
const NEIGHBOURS: f32 = 0.2;
/// The weight of what the page repeats and the dictionary lacks, against words of the dictionary that the page repeats.
const UNLISTED: f32 = 0.1;
/// The number of characters by which a page is thought to be longer: a longer page repeats more words.
const PAGE: f32 = 500.0;

/// One in twenty pairs out of step falls into GBK's user-defined area. A page with this number of shifted pairs and none
/// of those has hardly kept them; with fewer it may have.
const MANY_SHIFTED: u32 = 60;
/// The cost of a pair that was left out, and the additional cost if that is unlikely.
const GAP: f32 = -5.0;
const RARE_GAP: f32 = 2.0;
/// The share of pages whose copy has dropped such pairs, of pairs out of step that are such pairs, and of pairs out of
/// step that are, and whose loss is not noticed.
const DROPPING: f32 = 0.25;
const PRIVATE_SHARE: f32 = 0.05;
const UNNOTICED: f32 = 0.01;

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
    segmenter: Segmenter,
    /// The counts of the finished first pass, and those of the pass under way.
    learned: Learned,
    counting: Learned,
    /// Number of Chinese characters of the page.
    characters: f32,
    /// The neighbours that the first pass found in the line at hand: one of each is no evidence for itself.
    own: HashSet<(char, char), BuildHasherDefault<PairHasher>>,
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
    /// The page's own characters as they are written.
    forms: Counts<char>,
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
            segmenter: Segmenter::builtin(),
            learned: Learned::default(),
            counting: Learned::default(),
            characters: 0.0,
            own: HashSet::default(),
            shifted: 0,
        }
    }

    /// Counts a line of the first pass: its characters, the pairs of bytes formed from lost bytes, and the pairs read out
    /// of step.
    pub fn note(&mut self, line: &Restored) {
        self.shifted += line.shifted;
        for pair in &line.pairs {
            *self.counting.found.entry(*pair).or_default() += 1.0;
        }
        let is_traditional = self.evidence.script == Script::Traditional;
        for c in line.text.chars().filter(|c| is_han(*c)) {
            *self.counting.singles.entry(fold_char(c)).or_default() += 1.0;
            if is_traditional {
                *self.counting.forms.entry(c).or_default() += 1.0;
            }
        }
        for pair in neighbours(&line.text) {
            *self.counting.neighbours.entry(pair).or_default() += 1.0;
        }
    }

    /// Turns to a line that the first pass has read.
    pub fn turn_to(&mut self, line: &Restored) {
        self.own.clear();
        self.own.extend(neighbours(&line.text));
    }

    /// Ends the first pass: its counts are used from now on.
    pub fn learn(&mut self) {
        self.learned = std::mem::take(&mut self.counting);
        self.characters = self.learned.singles.values().sum();
    }

    /// Returns the score of a character as a word of its own or as part of an unknown one, and what is added to any word
    /// that it ends: the weighed score of the character after the one before it.
    pub fn text(&self, before: char, c: char) -> (f32, f32) {
        let folded = fold_char(c);
        if is_han(c) && c != '々' && c != '〇' {
            let word = self.segmenter.log2_share(&[folded]).map_or(0.0, f32::exp2);
            let edge = !is_han(before);
            let mut after = if edge { self.frequencies.single(folded) } else { self.frequencies.after(before, folded) };
            let mut unknown = after * IN_WORDS;
            if !edge && !self.learned.neighbours.is_empty() {
                let seen = self.seen(before, folded);
                let all = WORD_LIST + self.learned.singles.get(&before).copied().unwrap_or(0.0);
                unknown = (unknown * WORD_LIST + seen * ON_PAGE) / all;
                after = (after * WORD_LIST + seen) / all;
            }
            ((word + unknown).log2() + self.script(c), after.log2() * NEIGHBOURS)
        } else {
            let mark = match c {
                '。' => FULL_STOP,
                '、' | '“' | '”' => PUNCTUATION,
                '《' | '》' | '，' | '：' | '（' | '）' | '；' | '！' | '？' | '…' | '—' | '·' | '‘' | '’' | '　'
                | '【' | '】' | '「' | '」' | '％' => PUNCTUATION + RARER,
                c if c.is_ascii() => ASCII,
                c if is_private(c) => UNASSIGNED,
                _ => SYMBOL,
            };
            (mark, 0.0)
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

    /// Returns the score of a word of at least two characters: one of the dictionary, or one that the page repeats.
    pub fn word(&self, folded: &[char]) -> Option<f32> {
        let listed = self.segmenter.log2_share(folded);
        let seen = folded.windows(2).map(|pair| self.seen(pair[0], pair[1])).fold(f32::INFINITY, f32::min);
        if seen == 0.0 || seen == f32::INFINITY {
            return listed;
        }
        let share = if listed.is_some() { 1.0 } else { UNLISTED };
        let here = share * seen / (self.characters + PAGE);
        Some((listed.map_or(0.0, f32::exp2) + here).log2())
    }

    /// Returns how often the page has these neighbours at other places.
    fn seen(&self, before: char, folded: char) -> f32 {
        if self.learned.neighbours.is_empty() {
            return 0.0;
        }
        let pair = (before, folded);
        let own = if self.own.contains(&pair) { 1.0 } else { 0.0 };
        self.learned.neighbours.get(&pair).map_or(0.0, |n| (n - own).max(0.0))
    }

    /// Returns the score of a character by its script. A traditional page has no simplified characters, but may well
    /// have those that both scripts share (台, 万), as the tables of the mirrors differ.
    pub fn script(&self, c: char) -> f32 {
        match self.evidence.script {
            Script::Simplified if is_only(c, Script::Traditional) => WRONG_SCRIPT,
            Script::Traditional if is_only(c, Script::Simplified) => WRONG_SCRIPT,
            Script::Traditional if is_simplified(c) => self.other_form(c),
            _ => 0.0,
        }
    }

    /// Returns the score of a character that traditional text has, but that another one is mostly written for (后 for 後):
    /// a page that has the other one has converted all.
    fn other_form(&self, c: char) -> f32 {
        let forms = &self.learned.forms;
        if forms.is_empty() {
            return 0.0;
        }
        match (forms.get(&c), self.learned.singles.get(&c)) {
            (Some(seen), _) if *seen > 0.0 => 0.0,
            (_, Some(all)) if *all > 0.0 => OTHER_FORM,
            _ => UNSEEN_FORM,
        }
    }

    /// Returns the cost in bits of a pair in GBK's user-defined area having been left out of the page; `None` if the
    /// page shows such pairs, or has no text out of step.
    pub fn gap(&self) -> Option<f32> {
        if self.evidence.shows_private || self.shifted == 0 {
            return None;
        }
        Some(if self.shifted < MANY_SHIFTED { GAP - RARE_GAP } else { GAP })
    }

    /// Returns the probability that no pair was left out unseen. The more pairs out of step a page has without one of
    /// those, the likelier a copy has dropped them, and the likelier one of them is not noticed.
    pub fn without_gaps(&self) -> f32 {
        if self.gap().is_none() {
            return 1.0;
        }
        let shifted = self.shifted as f32;
        let by_chance = (1.0 - DROPPING) * (1.0 - PRIVATE_SHARE).powf(shifted);
        let dropped = DROPPING / (DROPPING + by_chance);
        1.0 - dropped * (1.0 - (-UNNOTICED * shifted).exp())
    }

    /// Whether the table is known to have this pair of bytes.
    pub fn is_in_table(&self, lead: u8, trail: u8) -> bool {
        self.in_table[usize::from(u16::from_be_bytes([lead, trail]))]
    }
}

/// Returns the neighbours of a text, both Chinese, folded.
fn neighbours(text: &str) -> impl Iterator<Item = (char, char)> {
    let folded = text.chars().map(fold_char);
    folded.clone().zip(folded.skip(1)).filter(|(a, b)| is_han(*a) && is_han(*b))
}
