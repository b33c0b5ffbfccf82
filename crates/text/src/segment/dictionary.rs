//! The dictionary that a text is cut with: flat arrays that `build/dictionary.rs` made, mapped with the program and never
//! parsed, and what a user's words change in them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use zerocopy::{FromBytes, Immutable, KnownLayout};

use super::trie::{self, Trie};
use super::{classes, nodes};

mod built {
    include!(concat!(env!("OUT_DIR"), "/dictionary.rs"));
}

pub(super) use built::HASH;

/// The base in the lower half of a node of the user's trie.
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
    /// For each code the weight of the single character.
    pub first_weights: Cow<'static, [f64]>,
    /// For each code the value of the single character, 0 where it is no word.
    first_values: Cow<'static, [u32]>,
    /// From two frequent codes to their pair: see [`nodes`].
    pub square: &'static [u64],
    /// For each first code the number of its first pair, and at the end the number after the last pair.
    pub pair_starts: &'static [u32],
    /// The second code of each pair.
    pair_codes: &'static [u16],
    /// The nodes of the pairs.
    pub pairs: Cow<'static, [u64]>,
    /// The nodes of longer prefixes.
    pub deep: Cow<'static, [u64]>,
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
    /// The weight of a character where no word begins: that of frequency 1.
    pub unknown_weight: f64,
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
            first_weights: Cow::Borrowed(mapped!("first_weights.bin")),
            first_values: Cow::Borrowed(mapped!("first_values.bin")),
            square: mapped!("square.bin"),
            pair_starts: mapped!("pair_starts.bin"),
            pair_codes: mapped!("pair_codes.bin"),
            pairs: Cow::Borrowed(mapped!("pairs.bin")),
            deep: Cow::Borrowed(mapped!("deep.bin")),
            weights: Cow::Borrowed(mapped!("weights.bin")),
            frequencies: Cow::Borrowed(mapped!("frequencies.bin")),
            hmm: hmm.try_into().unwrap_or(&[MIN_SCORE; HMM_HEAD]),
            emissions: emissions.as_chunks().0,
            unreachable: parse_unreachable(include_str!(concat!(env!("OUT_DIR"), "/unreachable.txt"))),
            total: built::TOTAL,
            unknown_weight: 0.0 - (built::TOTAL as f64).ln(),
            user: None,
        }
    }

    /// The same dictionary with other words, which are folded and each there once. Nothing where there are more different
    /// characters than codes, or more different frequencies than values.
    pub fn with_words(&self, words: &[(String, u64)]) -> Option<Dictionary> {
        let mut dictionary = self.clone();
        let mut values: HashMap<u64, u32> =
            dictionary.frequencies.iter().enumerate().map(|(value, &freq)| (freq, value as u32)).collect();
        let mut added: BTreeMap<(u32, Vec<u16>), u32> = BTreeMap::new();
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
            if value as usize >= nodes::MAX_VALUE {
                return None;
            }
            let codes: Vec<u16> = word.chars().map(|c| dictionary.code_or_new(c)).collect::<Option<_>>()?;
            match dictionary.place(&codes) {
                Place::First(code) => dictionary.first_values.to_mut()[code] = value,
                Place::Pair(pair) => set_value(&mut dictionary.pairs.to_mut()[pair], value),
                Place::Deep(slot) => set_value(&mut dictionary.deep.to_mut()[slot], value),
                Place::Nowhere => _ = added.insert((codes[0].into(), codes[1..].to_vec()), value),
            }
        }
        let added: Vec<trie::Word> = added.into_iter().map(|((first, rest), value)| (first, rest, value)).collect();
        let codes = dictionary.chars.len();
        dictionary.user = Some(trie::build(&added, codes, codes, |_| 1));
        dictionary.weigh();
        Some(dictionary)
    }

    /// Computes all weights anew, after the total has changed.
    fn weigh(&mut self) {
        let total_log = (self.total as f64).ln();
        self.unknown_weight = 0.0 - total_log;
        self.weights = self.frequencies.iter().map(|&freq| (freq as f64).ln() - total_log).collect();
        let user_bases = self.user.as_ref().map_or(&[][..], |user| &user.bases);
        let first_weight = |(code, &value): (usize, &u32)| {
            let begins_longer = !self.pairs_of(code).is_empty() || user_bases.get(code).is_some_and(|&base| base != 0);
            match value {
                // A character that begins no word is cut off with the weight of frequency 1.
                0 if !begins_longer => self.unknown_weight,
                value => self.weights[value as usize],
            }
        };
        self.first_weights = self.first_values.iter().enumerate().map(first_weight).collect();
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

    /// The numbers of the pairs that begin with a code.
    fn pairs_of(&self, first: usize) -> std::ops::Range<usize> {
        match self.pair_starts.get(first..first + 2) {
            Some(&[from, to]) => from as usize..to as usize,
            _ => 0..0,
        }
    }

    /// The number of the pair of two codes, 0 for none.
    pub fn pair(&self, first: u16, second: u16) -> usize {
        let pairs = self.pairs_of(first.into());
        self.pair_codes[pairs.clone()].binary_search(&second).map_or(0, |at| pairs.start + at)
    }

    /// Where the built-in words keep the value of a prefix.
    fn place(&self, codes: &[u16]) -> Place {
        let (pair, rest) = match codes {
            [first] if (*first as usize) < self.first_values.len() => return Place::First((*first).into()),
            [first, second, rest @ ..] => (self.pair(*first, *second), rest),
            _ => return Place::Nowhere,
        };
        let mut place = if pair == 0 { Place::Nowhere } else { Place::Pair(pair) };
        let mut base = nodes::base(self.pairs[pair]);
        for &code in rest {
            let slot = base + code as usize;
            match self.deep.get(slot) {
                Some(&node) if nodes::label(node) == code => {
                    place = Place::Deep(slot);
                    base = nodes::base(node);
                }
                _ => return Place::Nowhere,
            }
        }
        place
    }

    /// The value of a word in codes, 0 where it is none.
    fn value(&self, codes: &[u16]) -> usize {
        let built_in = match self.place(codes) {
            Place::First(code) => self.first_values[code] as usize,
            Place::Pair(pair) => nodes::value(self.pairs[pair]),
            Place::Deep(slot) => nodes::value(self.deep[slot]),
            Place::Nowhere => 0,
        };
        match (&self.user, codes.split_first()) {
            (Some(user), Some((&first, rest))) if built_in == 0 => user_value(user, first, rest),
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
            value => Some(self.frequencies[value]),
        }
    }

    /// Every word with its frequency, in no particular order.
    pub fn words(&self) -> Vec<(String, u64)> {
        let mut words: Vec<(String, u64)> = self.unreachable.iter().map(|(word, &freq)| (word.clone(), freq)).collect();
        for (code, &value) in self.first_values.iter().enumerate().filter(|&(_, &value)| value != 0) {
            words.push((self.spell(&[code as u16]), self.frequencies[value as usize]));
        }
        for (codes, value) in self.built_in_words().into_iter().chain(self.user.iter().flat_map(user_words)) {
            words.push((self.spell(&codes), self.frequencies[value]));
        }
        words
    }

    /// Every built-in word of two codes or more, with its value.
    fn built_in_words(&self) -> Vec<(Vec<u16>, usize)> {
        let mut words = Vec::new();
        let mut pairs: HashMap<usize, [u16; 2]> = HashMap::new();
        for first in 0..self.pair_starts.len() {
            for pair in self.pairs_of(first) {
                let (codes, node) = ([first as u16, self.pair_codes[pair]], self.pairs[pair]);
                if nodes::value(node) != 0 {
                    words.push((codes.to_vec(), nodes::value(node)));
                }
                pairs.insert(nodes::base(node), codes);
            }
        }
        let parents: HashMap<usize, usize> =
            self.deep.iter().enumerate().map(|(slot, &node)| (nodes::base(node), slot)).collect();
        for (slot, &node) in self.deep.iter().enumerate().filter(|&(_, &node)| nodes::value(node) != 0) {
            let (mut at, mut codes) = (slot, Vec::new());
            loop {
                let label = nodes::label(self.deep[at]);
                codes.push(label);
                let base = at - label as usize;
                if let Some([first, second]) = pairs.get(&base) {
                    codes.extend([second, first]);
                    break;
                }
                let Some(&parent) = parents.get(&base) else { break };
                at = parent;
            }
            codes.reverse();
            words.push((codes, nodes::value(node)));
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

/// Where the value of a built-in word is kept.
enum Place {
    First(usize),
    Pair(usize),
    Deep(usize),
    Nowhere,
}

fn set_value(node: &mut u64, value: u32) {
    *node = nodes::with_value(*node, value as usize);
}

/// The value of a word in the user's trie, 0 where it is none.
fn user_value(user: &Trie, first: u16, rest: &[u16]) -> usize {
    let mut node = u64::from(user.bases.get(first as usize).copied().unwrap_or(0));
    for &code in rest {
        let slot = (node & LOW) as usize + code as usize;
        if user.labels.get(slot) != Some(&code) {
            return 0;
        }
        node = user.nodes[slot];
    }
    (node >> 32) as usize
}

/// Every word of the user's trie in codes, with its value.
fn user_words(user: &Trie) -> Vec<(Vec<u16>, usize)> {
    let mut words = Vec::new();
    let mut ways: Vec<(Vec<u16>, u32)> = user
        .bases
        .iter()
        .enumerate()
        .filter(|&(_, &base)| base != 0)
        .map(|(code, &base)| (vec![code as u16], base))
        .collect();
    while let Some((prefix, base)) = ways.pop() {
        for (slot, &label) in user.labels.iter().enumerate().skip(base as usize) {
            if label == trie::EMPTY || slot - label as usize != base as usize {
                continue;
            }
            let node = user.nodes[slot];
            let codes: Vec<u16> = prefix.iter().copied().chain([label]).collect();
            if node >> 32 != 0 {
                words.push((codes.clone(), (node >> 32) as usize));
            }
            if node & LOW != 0 {
                ways.push((codes, (node & LOW) as u32));
            }
        }
    }
    words
}
