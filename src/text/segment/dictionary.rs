//! The dictionary that a text is cut with: flat arrays that `build/dictionary.rs` made, mapped with the program and never
//! parsed, and what a user's words change in them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use zerocopy::{FromBytes, Immutable, KnownLayout};

use super::classes;
use super::trie::{self, Trie};

mod built {
    include!(concat!(env!("OUT_DIR"), "/dictionary.rs"));
}

pub(super) use built::{HASH, ROW_BITS};

/// The base or the row in the lower or upper half of a number, as the arrays pack them.
pub(super) const LOW: u64 = 0xFFFF_FFFF;

/// The score of an emission that the hidden Markov model lacks.
const MIN_SCORE: f64 = -3.14e100;

/// The words, their weights and the hidden Markov model.
#[derive(Clone)]
pub(super) struct Dictionary {
    /// The code of each character of the basic plane.
    pub codes: Cow<'static, [u16]>,
    /// The codes of further characters, sorted.
    rare: Cow<'static, [[u32; 2]]>,
    /// The character of each code.
    chars: Cow<'static, [u32]>,
    /// For each first code the weight of the single character (as bits), and the base of longer words with the row of bits
    /// that says which codes may follow.
    pub firsts: Cow<'static, [[u64; 2]]>,
    /// For each code the value of the single character, 0 where it is no word.
    first_values: Cow<'static, [u32]>,
    /// Labels and nodes of the double array: see [`trie`].
    pub labels: &'static [u16],
    /// The nodes, with the values of words.
    pub nodes: Cow<'static, [u64]>,
    /// The rows of bits, [`ROW_BITS`] each.
    pub rows: &'static [u64],
    /// For each value the logarithm of its frequency less that of the total; minus infinity for value 0.
    pub weights: Cow<'static, [f64]>,
    /// For each value its frequency.
    frequencies: Cow<'static, [u64]>,
    /// Start (4) and transitions (4 by 4) of the hidden Markov model.
    pub hmm: &'static [f64; HMM_HEAD],
    /// The emissions of each code.
    emissions: &'static [[f64; 4]],
    /// Words that no text can be cut into, for they hold characters outside of every block.
    unreachable: HashMap<String, u64>,
    /// The sum of all frequencies.
    total: u64,
    /// The words of the user that the built-in trie lacks.
    pub user: Option<Trie>,
}

/// How many scores the hidden Markov model has before its emissions.
pub(super) const HMM_HEAD: usize = 20;

/// Bytes at an address that every number is at home at.
#[repr(C, align(64))]
struct Aligned<Bytes: ?Sized>(Bytes);

macro_rules! mapped {
    ($name:literal) => {{
        static BYTES: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/", $name)));
        numbers(&BYTES.0)
    }};
}

/// The bytes as numbers; none where the build wrote something else, which the tests would see.
fn numbers<T: FromBytes + KnownLayout + Immutable>(bytes: &'static [u8]) -> &'static [T] {
    <[T]>::ref_from_bytes(bytes).unwrap_or(&[])
}

impl Dictionary {
    /// The built-in dictionary.
    pub fn builtin() -> Dictionary {
        let (hmm, emissions) = mapped!("hmm.bin").split_at(HMM_HEAD);
        Dictionary {
            codes: Cow::Borrowed(mapped!("codes.bin")),
            rare: Cow::Borrowed(mapped!("rare.bin")),
            chars: Cow::Borrowed(mapped!("chars.bin")),
            firsts: Cow::Borrowed(mapped!("firsts.bin")),
            first_values: Cow::Borrowed(mapped!("first_values.bin")),
            labels: mapped!("labels.bin"),
            nodes: Cow::Borrowed(mapped!("nodes.bin")),
            rows: mapped!("rows.bin"),
            weights: Cow::Borrowed(mapped!("weights.bin")),
            frequencies: Cow::Borrowed(mapped!("frequencies.bin")),
            hmm: hmm.try_into().unwrap_or(&[MIN_SCORE; HMM_HEAD]),
            emissions: emissions.as_chunks().0,
            unreachable: parse_unreachable(include_str!(concat!(env!("OUT_DIR"), "/unreachable.txt"))),
            total: built::TOTAL,
            user: None,
        }
    }

    /// The same dictionary with other words, which are folded and each there once. Nothing where there are more different
    /// characters than codes.
    pub fn with_words(&self, words: &[(String, u64)]) -> Option<Dictionary> {
        let mut dictionary = self.clone();
        let mut values: HashMap<u64, u32> =
            dictionary.frequencies.iter().enumerate().map(|(value, &freq)| (freq, value as u32)).collect();
        let mut added: BTreeMap<Vec<u16>, u32> = BTreeMap::new();
        for (word, freq) in words {
            let known = dictionary.word_freq(word).unwrap_or(0);
            dictionary.total = dictionary.total - known + freq;
            if !word.chars().all(classes::is_block) {
                dictionary.unreachable.insert(word.clone(), *freq);
                continue;
            }
            let value = *values.entry(*freq).or_insert_with(|| {
                dictionary.frequencies.to_mut().push(*freq);
                dictionary.frequencies.len() as u32 - 1
            });
            let codes: Vec<u16> = word.chars().map(|c| dictionary.code_or_new(c)).collect::<Option<_>>()?;
            match (&codes[..], dictionary.slot(&codes)) {
                (&[only], _) => dictionary.first_values.to_mut()[only as usize] = value,
                (_, Some(slot)) if dictionary.nodes[slot] >> 32 != 0 => {
                    let node = &mut dictionary.nodes.to_mut()[slot];
                    *node = *node & LOW | u64::from(value) << 32;
                }
                _ => _ = added.insert(codes, value),
            }
        }
        let added: Vec<trie::Word> = added.into_iter().collect();
        dictionary.user = Some(trie::build(&added, dictionary.chars.len()));
        dictionary.weigh();
        Some(dictionary)
    }

    /// Computes all weights anew, after the total has changed.
    fn weigh(&mut self) {
        let total_log = (self.total as f64).ln();
        self.weights = self.frequencies.iter().map(|&freq| (freq as f64).ln() - total_log).collect();
        let user_bases = self.user.as_ref().map_or(&[][..], |user| &user.bases);
        for (code, first) in self.firsts.to_mut().iter_mut().enumerate() {
            let begins_longer = first[1] & LOW != 0 || user_bases.get(code).is_some_and(|&base| base != 0);
            let weight = match self.first_values[code] {
                // A character that begins no word is cut off with the weight of frequency 1.
                0 if !begins_longer => 0.0 - total_log,
                value => self.weights[value as usize],
            };
            first[0] = weight.to_bits();
        }
    }

    /// The weight of a character where no word begins: that of frequency 1.
    pub fn unknown_weight(&self) -> f64 {
        0.0 - (self.total as f64).ln()
    }

    /// The code of a character.
    pub fn code(&self, c: char) -> u16 {
        match self.codes.get(c as usize) {
            Some(&code) => code,
            None => match self.rare.binary_search_by_key(&(c as u32), |&[c, _]| c) {
                Ok(at) => self.rare[at][1] as u16,
                Err(_) => classes::fixed_code(c),
            },
        }
    }

    /// The code of a character of a block, a new one where it has none of its own; nothing when codes have run out.
    fn code_or_new(&mut self, c: char) -> Option<u16> {
        let code = self.code(c);
        if code != classes::UNKNOWN_HAN && code != classes::UNKNOWN_RARE {
            return Some(code);
        }
        let code = u16::try_from(self.chars.len()).ok().filter(|&code| code != trie::EMPTY)?;
        self.chars.to_mut().push(c as u32);
        self.firsts.to_mut().push([0, 0]);
        self.first_values.to_mut().push(0);
        match self.codes.to_mut().get_mut(c as usize) {
            Some(place) => *place = code,
            None => {
                let at = self.rare.partition_point(|&[other, _]| other < c as u32);
                self.rare.to_mut().insert(at, [c as u32, u32::from(code)]);
            }
        }
        Some(code)
    }

    /// Whether the hidden Markov model's range holds the character of a code.
    pub fn is_hmm_han(&self, code: u16) -> bool {
        self.chars.get(code as usize).and_then(|&c| char::from_u32(c)).is_some_and(classes::is_hmm_han)
    }

    /// The scores of the four states for the character of a code.
    pub fn emissions(&self, code: u16) -> &[f64; 4] {
        self.emissions.get(code as usize).unwrap_or(&[MIN_SCORE; 4])
    }

    /// The slot of a prefix of two codes or more in the built-in trie.
    fn slot(&self, codes: &[u16]) -> Option<usize> {
        let (&first, rest) = codes.split_first()?;
        let base = (self.firsts.get(first as usize)?[1] & LOW) as usize;
        follow(base, rest, self.labels, &self.nodes)
    }

    /// The value of a word in codes, 0 where it is none.
    fn value(&self, codes: &[u16]) -> u32 {
        if let &[only] = codes {
            return self.first_values.get(only as usize).copied().unwrap_or(0);
        }
        let built_in = self.slot(codes).map_or(0, |slot| (self.nodes[slot] >> 32) as u32);
        match (&self.user, codes.split_first()) {
            (Some(user), Some((&first, rest))) if built_in == 0 => {
                let base = user.bases.get(first as usize).copied().unwrap_or(0) as usize;
                follow(base, rest, &user.labels, &user.nodes).map_or(0, |slot| (user.nodes[slot] >> 32) as u32)
            }
            _ => built_in,
        }
    }

    /// Whether the codes are a word.
    pub fn is_word(&self, codes: &[u16]) -> bool {
        self.value(codes) != 0
    }

    /// The frequency of a word.
    pub fn word_freq(&self, word: &str) -> Option<u64> {
        let codes: Vec<u16> = word.chars().map(|c| self.code(c)).collect();
        if codes.contains(&classes::OUTSIDE) {
            return self.unreachable.get(word).copied();
        }
        match self.value(&codes) {
            0 => None,
            value => Some(self.frequencies[value as usize]),
        }
    }

    /// Every word with its frequency, in no particular order.
    pub fn words(&self) -> Vec<(String, u64)> {
        let mut words: Vec<(String, u64)> = self.unreachable.iter().map(|(word, &freq)| (word.clone(), freq)).collect();
        for (code, &value) in self.first_values.iter().enumerate().filter(|&(_, &value)| value != 0) {
            words.push((self.spell(&[code as u16]), self.frequencies[value as usize]));
        }
        let bases = self.firsts.iter().map(|first| (first[1] & LOW) as u32);
        let user = self.user.iter().flat_map(|user| walk(user.bases.iter().copied(), &user.labels, &user.nodes));
        for (codes, value) in walk(bases, self.labels, &self.nodes).into_iter().chain(user) {
            words.push((self.spell(&codes), self.frequencies[value as usize]));
        }
        words
    }

    fn spell(&self, codes: &[u16]) -> String {
        codes.iter().filter_map(|&code| char::from_u32(self.chars[code as usize])).collect()
    }
}

fn parse_unreachable(lines: &str) -> HashMap<String, u64> {
    let word = |line: &str| line.split_once(' ').and_then(|(word, freq)| Some((word.to_string(), freq.parse().ok()?)));
    lines.lines().filter_map(word).collect()
}

/// The slot to which codes lead from a base.
fn follow(base: usize, codes: &[u16], labels: &[u16], nodes: &[u64]) -> Option<usize> {
    let mut slot = None;
    let mut base = base;
    for &code in codes {
        let at = base + code as usize;
        if labels.get(at) != Some(&code) {
            return None;
        }
        base = (nodes[at] & LOW) as usize;
        slot = Some(at);
    }
    slot
}

/// Every word of a double array in codes, with its value.
fn walk(bases: impl Iterator<Item = u32>, labels: &[u16], nodes: &[u64]) -> Vec<(Vec<u16>, u32)> {
    // Whose base it is: a first code, or a slot.
    enum Owner {
        First(u16),
        Slot(usize),
    }
    let mut owners: HashMap<usize, Owner> = HashMap::new();
    for (code, base) in bases.enumerate().filter(|&(_, base)| base != 0) {
        owners.insert(base as usize, Owner::First(code as u16));
    }
    for (slot, node) in nodes.iter().enumerate().filter(|&(_, node)| node & LOW != 0) {
        owners.insert((node & LOW) as usize, Owner::Slot(slot));
    }
    let mut words = Vec::new();
    for (slot, node) in nodes.iter().enumerate().filter(|&(_, node)| node >> 32 != 0) {
        let mut codes = vec![labels[slot]];
        let mut at = slot;
        while let Some(owner) = owners.get(&(at - labels[at] as usize)) {
            match owner {
                Owner::First(code) => {
                    codes.push(*code);
                    break;
                }
                Owner::Slot(parent) => {
                    codes.push(labels[*parent]);
                    at = *parent;
                }
            }
        }
        codes.reverse();
        words.push((codes, (node >> 32) as u32));
    }
    words
}
