//! Making a word list of words in any order.

use super::list::{BLOCK, CHARS, MAGIC, NIBBLE, backwards, bits, is_listed};
use gongxun_text::pinyin::{coarse, reading};

/// The most bytes of a word that is listed.
const MAX_BYTES: usize = 4 * CHARS.1;

/// The words of a list to be, in two buffers: a merge of a large index has millions of them.
#[derive(Debug, Default)]
pub struct Words {
    /// The words written backwards, one after another.
    units: Vec<u16>,
    /// Where each begins, and its length.
    places: Vec<(u32, u8)>,
    chars: Vec<char>,
    word: Vec<u16>,
}

impl Words {
    /// Adds a term if it is a word that is listed.
    pub fn add(&mut self, term: &str) {
        if term.len() > MAX_BYTES {
            return;
        }
        self.chars.clear();
        self.chars.extend(term.chars());
        if is_listed(&self.chars) {
            backwards(&self.chars, &mut self.word);
            self.places.push((self.units.len() as u32, self.word.len() as u8));
            self.units.extend_from_slice(&self.word);
        }
    }

    /// Orders the words and returns the file.
    pub fn encode(self) -> Vec<u8> {
        let Words { units, mut places, mut chars, .. } = self;
        let word = |(begin, length): (u32, u8)| &units[begin as usize..begin as usize + usize::from(length)];
        places.sort_unstable_by(|a, b| word(*a).cmp(word(*b)));
        places.dedup_by(|a, b| word(*a) == word(*b));
        let (mut list, mut blocks): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
        let mut before: &[u16] = &[];
        for (number, place) in places.iter().enumerate() {
            let word = word(*place);
            if number % BLOCK == 0 {
                blocks.extend((list.len() as u32).to_le_bytes());
                before = &[];
            }
            let shared = before.iter().zip(word).take_while(|(a, b)| a == b).count();
            list.push((shared as u8) << NIBBLE | (word.len() - shared - 1) as u8);
            list.extend(word[shared..].iter().flat_map(|unit| unit.to_le_bytes()));
            before = word;
        }
        let (mut letters, mut ends) = (String::new(), Vec::with_capacity(places.len()));
        let mut sound = String::new();
        for place in &places {
            chars.clear();
            chars.extend(char::decode_utf16(word(*place).iter().copied()).filter_map(Result::ok));
            sound.clear();
            chars.iter().rev().filter_map(|c| reading(*c)).for_each(|syllable| coarse(syllable, &mut sound));
            letters.push_str(&sound);
            ends.push(letters.len());
        }
        let sound = |number: u32| {
            let begin = (number as usize).checked_sub(1).map_or(0, |before| ends[before]);
            &letters.as_bytes()[begin..ends[number as usize]]
        };
        let mut by_sound: Vec<u32> = (0..places.len() as u32).collect();
        by_sound.sort_unstable_by(|a, b| sound(*a).cmp(sound(*b)).then(a.cmp(b)));
        let mut out = MAGIC.to_vec();
        out.extend((places.len() as u32).to_le_bytes());
        out.extend((list.len() as u32).to_le_bytes());
        out.append(&mut list);
        out.append(&mut blocks);
        pack(&by_sound, bits(places.len()), &mut out);
        let crc = crc32fast::hash(&out);
        out.extend(crc.to_le_bytes());
        out
    }
}

/// Appends numbers of `width` bits each, the lowest bits first.
fn pack(numbers: &[u32], width: usize, out: &mut Vec<u8>) {
    let (mut waiting, mut filled) = (0u64, 0);
    for number in numbers {
        waiting |= u64::from(*number) << filled;
        filled += width;
        while filled >= 8 {
            out.push(waiting as u8);
            waiting >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        out.push(waiting as u8);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tantivy::directory::OwnedBytes;

    use super::super::list::WordList;
    use super::*;
    use gongxun_text::random::Random;

    #[test]
    fn look_ups_find_what_a_scan_finds() {
        // 𠀋 and 𠮷 have two units; the others are few, so that much is shared and many words sound alike.
        let alphabet: Vec<char> = "工公会汇回农民名市敏劳老动东力立方案反感安西先𠀋𠮷".chars().collect();
        let mut random = Random::new(9);
        for size in [0, 1, 2, 31, 32, 33, 5_000] {
            let mut words = Words::default();
            let mut all: BTreeSet<Vec<char>> = BTreeSet::new();
            for _ in 0..size {
                let length = 1 + random.below(9);
                let word: Vec<char> = (0..length).map(|_| alphabet[random.below(alphabet.len())]).collect();
                words.add(&word.iter().collect::<String>());
                if is_listed(&word) {
                    all.insert(word);
                }
            }
            words.add("gonghui");
            words.add("工a");
            let list = WordList::open(OwnedBytes::new(words.encode())).unwrap();
            assert_eq!(list.len(), all.len());
            let coarse_of = |word: &[char]| {
                let mut letters = String::new();
                word.iter().for_each(|c| coarse(reading(*c).unwrap_or_default(), &mut letters));
                letters
            };
            for _ in 0..200 {
                let length = 1 + random.below(4);
                let some: Vec<char> = (0..length).map(|_| alphabet[random.below(alphabet.len())]).collect();
                let mut found = BTreeSet::new();
                list.ending_with(&some, |word| assert!(found.insert(word.to_vec()), "{word:?} twice"));
                assert_eq!(found, all.iter().filter(|word| word.ends_with(&some)).cloned().collect(), "{some:?}");
                let mut found = BTreeSet::new();
                let sound = coarse_of(&some);
                list.sounding_like(&sound, |word| assert!(found.insert(word.to_vec()), "{word:?} twice"));
                assert_eq!(found, all.iter().filter(|word| coarse_of(word) == sound).cloned().collect(), "{sound}");
            }
        }
    }

    #[test]
    fn a_damaged_list_is_none() {
        let mut words = Words::default();
        ["工会", "公会", "农民工", "劳动争议"].iter().for_each(|word| words.add(word));
        let whole = words.encode();
        assert!(WordList::open(OwnedBytes::new(whole.clone())).is_some());
        for at in 0..whole.len() {
            assert!(WordList::open(OwnedBytes::new(whole[..at].to_vec())).is_none(), "{at}");
            for bit in 0..8 {
                let mut flipped = whole.clone();
                flipped[at] ^= 1 << bit;
                assert!(WordList::open(OwnedBytes::new(flipped)).is_none(), "byte {at}, bit {bit}");
            }
        }
    }
}
