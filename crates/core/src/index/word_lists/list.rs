//! The form of a word list, and the look-ups in it.
//!
//! Each word is stored once, backwards and in UTF-16, so that words with the same ending are neighbours; each is
//! written as the number of units that it shares with the one before, the number of the others, and these. Every
//! [`BLOCK`]th word shares nothing. The order by sound is that of the words' coarse pinyin: the numbers of the words, in
//! as few bits as the highest takes.
//!
//! ```text
//! gxwords1 | words: u32 | bytes of the list: u32 | list | where each block begins: u32 each | numbers by sound | CRC-32
//! ```

use std::cmp::Ordering;

use tantivy::directory::OwnedBytes;

use gongxun_text::fold::is_han;
use gongxun_text::pinyin::{coarse, reading};

/// The shortest and the longest word that is listed, in characters.
pub const CHARS: (usize, usize) = (2, 8);
/// The magic bytes; the number is the version.
pub(super) const MAGIC: &[u8; 8] = b"gxwords1";
/// The number of words in a block.
pub(super) const BLOCK: usize = 32;
/// Four bits are the number of units shared, four the number of the others less one.
pub(super) const NIBBLE: u8 = 4;

/// Whether a word is listed: it has a few Chinese characters, each with a reading, and nothing else.
pub fn is_listed(word: &[char]) -> bool {
    (CHARS.0..=CHARS.1).contains(&word.len()) && word.iter().all(|c| is_han(*c) && reading(*c).is_some())
}

/// Returns the number of bits of each number in the order by sound.
pub(super) fn bits(words: usize) -> usize {
    (usize::BITS - words.saturating_sub(1).leading_zeros()) as usize
}

/// Sets `units` to the UTF-16 of a word written backwards.
pub(super) fn backwards(word: &[char], units: &mut Vec<u16>) {
    units.clear();
    for c in word.iter().rev() {
        units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
    }
}

/// A word list, mapped into memory.
#[derive(Debug, Clone)]
pub struct WordList {
    bytes: OwnedBytes,
    words: usize,
    /// Where the list, the beginnings of its blocks and the order by sound end.
    ends: [usize; 3],
}

/// A place in the list from which words are read in order.
struct Walk<'a> {
    list: &'a [u8],
    word: Vec<u16>,
}

impl Walk<'_> {
    /// Reads the next word, backwards; `None` at the end, and where the list is not of this form.
    fn next(&mut self) -> Option<&[u16]> {
        let (head, rest) = self.list.split_first()?;
        let (shared, others) = (usize::from(head >> NIBBLE), usize::from(head & ((1 << NIBBLE) - 1)) + 1);
        let (units, rest) = rest.split_at_checked(2 * others)?;
        self.word.truncate(shared);
        self.word.extend(units.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])));
        self.list = rest;
        Some(&self.word)
    }
}

impl WordList {
    /// Reads a list whose checksum is right; `None` if it is not, or the form is another.
    pub fn open(bytes: OwnedBytes) -> Option<WordList> {
        let (body, crc) = bytes.split_last_chunk::<4>()?;
        if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
            return None;
        }
        let after = body.strip_prefix(MAGIC)?;
        let (words, after) = after.split_first_chunk::<4>()?;
        let (length, _) = after.split_first_chunk::<4>()?;
        let words = u32::from_le_bytes(*words) as usize;
        let list = MAGIC.len() + 8 + u32::from_le_bytes(*length) as usize;
        let blocks = list + words.div_ceil(BLOCK) * 4;
        let sounds = blocks + (words * bits(words)).div_ceil(8);
        (sounds == body.len()).then_some(WordList { bytes, words, ends: [list, blocks, sounds] })
    }

    /// Returns the number of words.
    pub fn len(&self) -> usize {
        self.words
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words == 0
    }

    /// Calls for each word that ends with some characters.
    pub fn ending_with(&self, end: &[char], mut each: impl FnMut(&[char])) {
        let mut key = Vec::new();
        backwards(end, &mut key);
        // The first word that ends so may be in the last block that begins before it.
        let blocks = self.words.div_ceil(BLOCK);
        let before = first(blocks, |block| self.walk(block).next().is_some_and(|word| word < key.as_slice()));
        let mut walk = self.walk(before.saturating_sub(1));
        let mut chars = Vec::new();
        while let Some(word) = walk.next() {
            if word.starts_with(&key) {
                forwards(word, &mut chars);
                each(&chars);
            } else if word > key.as_slice() {
                break;
            }
        }
    }

    /// Calls for each word with this coarse pinyin.
    pub fn sounding_like(&self, sound: &str, mut each: impl FnMut(&[char])) {
        let (mut chars, mut letters) = (Vec::new(), String::new());
        let mut compare = |place: usize, chars: &mut Vec<char>| {
            self.word(self.number(place), chars);
            letters.clear();
            chars.iter().filter_map(|c| reading(*c)).for_each(|syllable| coarse(syllable, &mut letters));
            letters.as_str().cmp(sound)
        };
        let begin = first(self.words, |place| compare(place, &mut chars) == Ordering::Less);
        for place in begin..self.words {
            if compare(place, &mut chars) != Ordering::Equal {
                break;
            }
            each(&chars);
        }
    }

    /// Begins a walk with the first word of a block.
    fn walk(&self, block: usize) -> Walk<'_> {
        let [list, blocks, _] = self.ends;
        let begin = self.bytes[list..blocks].get(4 * block..).and_then(|rest| rest.first_chunk::<4>());
        let begin = begin.map_or(list, |begin| MAGIC.len() + 8 + u32::from_le_bytes(*begin) as usize);
        Walk { list: self.bytes.get(begin..list).unwrap_or_default(), word: Vec::new() }
    }

    /// Reads the word with a number.
    fn word(&self, number: usize, chars: &mut Vec<char>) {
        let mut walk = self.walk(number / BLOCK);
        for _ in 0..number % BLOCK {
            walk.next();
        }
        forwards(walk.next().unwrap_or_default(), chars);
    }

    /// Returns the number of the word at a place in the order by sound.
    fn number(&self, place: usize) -> usize {
        let [_, blocks, sounds] = self.ends;
        let width = bits(self.words);
        let at = place * width;
        let bytes = &self.bytes[blocks + at / 8..sounds];
        let mut eight = [0; 8];
        let there = bytes.len().min(8);
        eight[..there].copy_from_slice(&bytes[..there]);
        (u64::from_le_bytes(eight) >> (at % 8)) as usize & ((1 << width) - 1)
    }
}

/// Returns the first number below `end` for which `is_before` is false.
fn first(end: usize, mut is_before: impl FnMut(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low.midpoint(high);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Sets `chars` to a word that is written backwards.
fn forwards(word: &[u16], chars: &mut Vec<char>) {
    chars.clear();
    chars.extend(char::decode_utf16(word.iter().copied()).filter_map(Result::ok));
    chars.reverse();
}
