//! Frequencies of Chinese characters and of pairs of neighbours, by which readings of a damaged place are compared. All
//! characters are folded.
//!
//! The counts come from the word lists of jieba (`dict.txt` and `idf.txt`, MIT licence), by way of
//! `examples/make_frequencies.rs`.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

static PACKED: &[u8] = include_bytes!("frequencies.zst");

/// The limit of the unpacked table, in bytes; more would be a broken file.
const UNPACKED_LIMIT: usize = 4 << 20;

/// The weight of the pair relative to the single character.
const PAIR_SHARE: f32 = 0.85;

/// The binary logarithm of the probability of a character that the word list does not have.
const UNKNOWN: f32 = -24.0;

/// The frequencies, unpacked.
pub struct Frequencies {
    singles: Vec<f32>,
    totals: Vec<f32>,
    pairs: HashMap<u32, f32, BuildHasherDefault<PairHasher>>,
    common: Vec<char>,
}

/// A hasher for keys that are one number.
#[derive(Default)]
pub struct PairHasher(u64);

impl Hasher for PairHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }
    fn write_u64(&mut self, number: u64) {
        self.write_u32((number ^ (number >> 32)) as u32);
    }
    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 29;
    }
}

/// Returns the table, unpacked once.
pub fn frequencies() -> &'static Frequencies {
    static TABLE: OnceLock<Frequencies> = OnceLock::new();
    TABLE.get_or_init(|| unpack().unwrap_or_else(Frequencies::empty))
}

fn unpack() -> Option<Frequencies> {
    let bytes = zstd::bulk::decompress(PACKED, UNPACKED_LIMIT).ok()?;
    let (count, rest) = bytes.split_at_checked(4)?;
    let count = u32::from_le_bytes(count.try_into().ok()?) as usize;
    let (chars, rest) = rest.split_at_checked(count * 2)?;
    let (singles, rest) = rest.split_at_checked(count)?;
    let (begins, rest) = rest.split_at_checked(count * 2)?;
    let number = |bytes: &[u8], at: usize| u16::from_le_bytes([bytes[at * 2], bytes[at * 2 + 1]]);
    let pair_count: usize = (0..count).map(|i| usize::from(number(begins, i))).sum();
    let (seconds, weights) = rest.split_at_checked(pair_count * 2)?;
    let amount = |eighths: u8| (f32::from(eighths) / 8.0).exp2();

    let mut table = Frequencies::empty();
    let all: f32 = singles.iter().map(|e| amount(*e)).sum();
    for (i, eighths) in singles.iter().enumerate() {
        let code = usize::from(number(chars, i));
        table.singles[code] = amount(*eighths) / all;
        table.totals[code] = amount(*eighths);
    }
    let mut at = 0;
    for first in 0..count {
        for _ in 0..number(begins, first) {
            let second = usize::from(number(seconds, at));
            if second >= count {
                return None;
            }
            let key = key(number(chars, first), number(chars, second));
            table.pairs.insert(key, amount(*weights.get(at)?));
            at += 1;
        }
    }
    let mut common: Vec<usize> = (0..table.singles.len()).filter(|c| table.totals[*c] > 0.0).collect();
    common.sort_by(|a, b| table.singles[*b].total_cmp(&table.singles[*a]));
    table.common = common.into_iter().filter_map(|c| char::from_u32(c as u32)).collect();
    Some(table)
}

fn key(first: u16, second: u16) -> u32 {
    (u32::from(first) << 16) | u32::from(second)
}

impl Frequencies {
    fn empty() -> Frequencies {
        Frequencies {
            singles: vec![UNKNOWN.exp2(); 0x10000],
            totals: vec![0.0; 0x10000],
            pairs: HashMap::default(),
            common: Vec::new(),
        }
    }

    /// Returns the probability of a folded character.
    #[inline]
    pub fn single(&self, c: char) -> f32 {
        self.singles.get(c as usize).copied().unwrap_or_else(|| UNKNOWN.exp2())
    }

    /// Returns the probability of the folded character `c` after `before`, both Chinese.
    #[inline]
    pub fn after(&self, before: char, c: char) -> f32 {
        let single = self.single(c);
        let total = self.totals.get(before as usize).copied().unwrap_or(0.0);
        if total < 1.0 {
            return single;
        }
        let pair = self.pairs.get(&key(before as u16, c as u16)).copied().unwrap_or(0.0);
        PAIR_SHARE * pair / total + (1.0 - PAIR_SHARE) * single
    }

    /// Returns all characters of the word list, the most common first.
    pub fn by_frequency(&self) -> &[char] {
        &self.common
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_neighbours_are_likelier() {
        let table = frequencies();
        assert_eq!(table.by_frequency()[0], '的');
        assert!(table.after('银', '行') > 10.0 * table.single('行'));
        assert!(table.single('会') > 100.0 * table.single('龘'));
    }
}
