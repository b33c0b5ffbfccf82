//! The cut: folded text and a dictionary flow in, tokens flow out, identical to those of jieba-rs 0.11.
//!
//! A text is processed in pieces of bounded size that end between blocks, unless a block is longer than any piece. Each
//! piece is decoded once into codes; one pass from its end finds the best word at each character, without building the
//! graph of all words; one pass from its beginning writes the tokens. Weights are added in jieba's order and ties are
//! resolved as jieba does (to the longer word), so that the same path is found to the last bit.

use std::cell::RefCell;

use super::dictionary::{Dictionary, LOW};
use super::prefetch::prefetch;
use super::token::Token;
use super::write::{NOTED, Writer};
use super::{classes, nodes};

/// The approximate size of a piece in bytes: its codes and scores stay in the processor's cache.
const PIECE_BYTES: usize = 2 << 10;

/// The size in bytes of the longest piece. A block that is longer, of letters without a blank, a mark or a line end
/// between them, is cut in parts as if there were one: scratch space takes 40 bytes for each byte of a piece.
pub(super) const MAX_PIECE_BYTES: usize = 256 << 10;

/// The number of elements read beyond the end of a piece.
const PADDING: usize = 4;

/// The buffers that the passes share, one element per character.
#[derive(Default)]
struct Scratch {
    codes: Vec<u16>,
    /// The byte of the piece at which each character begins.
    offsets: Vec<u32>,
    /// First the word of the square for each character; then, only for characters in `places`, at which a pair begins,
    /// the pair's number, and after that the slot of a possible triple.
    numbers: Vec<u32>,
    places: Vec<u32>,
    /// The node of the two characters from each on, 0 if no word begins with them.
    pairs: Vec<u64>,
    /// The node of the three characters from each on, or one with another label.
    triples: Vec<u64>,
    /// The weight of the best path from each character to the end of its block.
    scores: Vec<f64>,
    /// The length in characters of the best word at each character, 0 outside blocks.
    steps: Vec<u8>,
    /// Bit `l` is set if a dictionary word of `l` characters begins here, for 2 to [`NOTED`] - 1.
    lengths_of_words: Vec<u8>,
    ways: Vec<[u8; 4]>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Appends the tokens of `text` to `out`.
pub(super) fn cut<const HMM: bool, const SEARCH: bool>(dictionary: &Dictionary, text: &str, out: &mut Vec<Token>) {
    SCRATCH.with_borrow_mut(|scratch| {
        let mut from = 0;
        while from < text.len() {
            let to = piece_end(dictionary, text, from);
            let piece = &text.as_bytes()[from..to];
            scratch.make_room(piece.len());
            let chars = decode(dictionary, &text[from..to], scratch);
            look_up(dictionary, chars, scratch);
            match &dictionary.user {
                None => find_path::<false>(dictionary, chars, scratch),
                Some(_) => find_path::<true>(dictionary, chars, scratch),
            }
            let Scratch { codes, offsets, steps, lengths_of_words, ways, .. } = scratch;
            let mut writer = Writer::<HMM, SEARCH> {
                dictionary,
                piece,
                codes: &codes[..chars],
                offsets: &offsets[..chars + 1],
                steps: &steps[..chars],
                lengths_of_words: &lengths_of_words[..chars],
                ways,
                base: from as u32,
                out,
            };
            writer.write();
            from = to;
        }
    });
}

/// Returns the end of the piece that begins at `from`: before a character outside all blocks and never inside `\r\n`, or
/// where the piece would become too long.
fn piece_end(dictionary: &Dictionary, text: &str, from: usize) -> usize {
    let Some(mut at) = from.checked_add(PIECE_BYTES).filter(|&at| at < text.len()) else { return text.len() };
    while !text.is_char_boundary(at) {
        at += 1;
    }
    let mut before = text.as_bytes()[at - 1];
    for (offset, c) in text[at..].char_indices() {
        let is_outside = dictionary.code(c) == classes::OUTSIDE && !(c == '\n' && before == b'\r');
        if is_outside || at + offset - from >= MAX_PIECE_BYTES {
            return at + offset;
        }
        before = if c == '\r' { b'\r' } else { 0 };
    }
    text.len()
}

impl Scratch {
    /// Makes room for as many characters as a piece can have.
    fn make_room(&mut self, bytes: usize) {
        let room = bytes + PADDING;
        if self.codes.len() < room {
            self.codes.resize(room, 0);
            self.offsets.resize(room, 0);
            self.numbers.resize(room, 0);
            self.places.resize(room, 0);
            self.pairs.resize(room, 0);
            self.triples.resize(room, 0);
            self.scores.resize(room, 0.0);
            self.steps.resize(room, 0);
            self.lengths_of_words.resize(room, 0);
        }
    }
}

/// Decodes the piece into codes and offsets and returns the number of characters.
fn decode(dictionary: &Dictionary, piece: &str, scratch: &mut Scratch) -> usize {
    let table: &[u16] = &dictionary.codes;
    let bytes = piece.as_bytes();
    let codes = &mut scratch.codes[..bytes.len() + PADDING];
    let offsets = &mut scratch.offsets[..bytes.len() + PADDING];
    let (mut chars, mut at) = (0, 0);
    while let Some(&lead) = bytes.get(at) {
        offsets[chars] = at as u32;
        codes[chars] = if lead < 0x80 {
            at += 1;
            table[lead as usize]
        } else if let (0xE0..0xF0, Some(&[_, middle, last])) = (lead, bytes.get(at..at + 3)) {
            at += 3;
            table[(lead as usize & 0xF) << 12 | (middle as usize & 0x3F) << 6 | last as usize & 0x3F]
        } else {
            let c = piece[at..].chars().next().unwrap_or('\0');
            at += c.len_utf8();
            dictionary.code(c)
        };
        chars += 1;
    }
    offsets[chars] = at as u32;
    codes[chars..chars + PADDING].fill(classes::OUTSIDE);
    chars
}

/// Looks up the beginnings of words at each character. Each pass prefetches the memory that the next one reads, so that
/// the processor waits for many reads at a time: waiting for the dictionary dominates the time of segmentation.
fn look_up(dictionary: &Dictionary, chars: usize, scratch: &mut Scratch) {
    let Dictionary { square, pairs, deep, .. } = dictionary;
    let (square, pairs, deep): (&[u64], &[u64], &[u64]) = (square, pairs, deep);
    let codes = &scratch.codes[..chars + PADDING];

    // The word of the square that identifies the pair at each character.
    let numbers = &mut scratch.numbers[..chars];
    for (codes, number) in codes.windows(2).zip(&mut *numbers) {
        let &[first, second] = codes else { break };
        *number = nodes::in_square(first, second).unwrap_or(0) as u32;
        prefetch(square, *number as usize);
    }

    // The places of the pairs, and their numbers.
    let places = &mut scratch.places[..chars];
    let mut count = 0;
    for at in 0..chars {
        let (first, second) = (codes[at], codes[at + 1]);
        let number = if nodes::in_square(first, second).is_some() {
            nodes::pair_number(square[numbers[at] as usize], second)
        } else {
            dictionary.pair(first, second) as u32
        };
        prefetch(pairs, number as usize);
        places[count] = at as u32;
        numbers[count] = number;
        count += usize::from(number != 0);
    }

    // The nodes of the pairs; where a third character may follow, the slot that tells whether it does.
    let (found, triples) = (&mut scratch.pairs[..chars], &mut scratch.triples[..chars]);
    found.fill(0);
    triples.fill(nodes::EMPTY);
    let pairs_found = std::mem::take(&mut count);
    for from in 0..pairs_found {
        let at = places[from];
        let third = codes[at as usize + 2];
        let node = pairs[numbers[from] as usize];
        found[at as usize] = node;
        let slot = nodes::base(node) as u32 + u32::from(third);
        prefetch(deep, slot as usize);
        places[count] = at;
        numbers[count] = slot;
        count += usize::from(node & nodes::pair_filter(third) != 0);
    }

    // The nodes of the triples.
    for (&at, &slot) in places[..count].iter().zip(&numbers[..count]) {
        let node = deep[slot as usize];
        triples[at as usize] = node;
        prefetch(deep, nodes::base(node) + codes[at as usize + 3] as usize);
    }
}

/// Finds the best word at each character, from the last to the first. `USER` tells whether there are user words.
fn find_path<const USER: bool>(dictionary: &Dictionary, chars: usize, scratch: &mut Scratch) {
    let Dictionary { first_weights, deep, weights, .. } = dictionary;
    let (first_weights, deep, weights): (&[f64], &[u64], &[f64]) = (first_weights, deep, weights);
    let unknown = dictionary.unknown_weight;
    let codes = &scratch.codes[..chars + PADDING];
    let (pairs, triples) = (&scratch.pairs[..chars], &scratch.triples[..chars]);
    let scores = &mut scratch.scores[..chars + PADDING];
    let steps = &mut scratch.steps[..chars];
    let lengths_of_words = &mut scratch.lengths_of_words[..chars];
    scores[chars..].fill(0.0);
    let (mut second, mut third) = (0u16, 0u16);
    let (mut score1, mut score2) = (0.0f64, 0.0f64);
    for at in (0..chars).rev() {
        let code = codes[at];
        let mut best = first_weights[code as usize] + score1;

        // If no word begins with the two characters the value is 0, which weighs minus infinity.
        let value = nodes::value(pairs[at]);
        let mut lengths = u8::from(value != 0) << 2;
        let score = weights[value] + score2;
        let mut step = 1 + u8::from(score >= best);
        best = if score > best { score } else { best };

        let mut node = triples[at];
        if nodes::label(node) == third {
            let mut length = 3;
            loop {
                let value = nodes::value(node);
                if value != 0 {
                    let score = weights[value] + scores[at + length];
                    if score >= best {
                        best = score;
                        step = length as u8;
                    }
                    lengths |= if length < NOTED { 1 << length } else { 0 };
                }
                let code = codes[at + length];
                length += 1;
                if node & nodes::deep_filter(code) == 0 {
                    break;
                }
                match deep.get(nodes::base(node) + code as usize) {
                    Some(&next) if nodes::label(next) == code => node = next,
                    _ => break,
                }
            }
        }
        if USER {
            (best, step, lengths) = add_user_words(dictionary, &codes[at..], &scores[at..], best, step, lengths);
        }
        if best == f64::NEG_INFINITY {
            best = unknown + score1;
            step = 1;
        }
        // Outside blocks the score is 0 and there is no step: blocks are independent of each other.
        let inside = u8::from(code != classes::OUTSIDE);
        best = f64::from_bits(best.to_bits() & u64::from(inside).wrapping_neg());
        scores[at] = best;
        steps[at] = step & inside.wrapping_neg();
        lengths_of_words[at] = lengths;
        (third, second) = (second, code);
        (score2, score1) = (score1, best);
    }
}

/// Updates the best word at the first of `codes` with the user's words.
fn add_user_words(
    dictionary: &Dictionary,
    codes: &[u16],
    scores: &[f64],
    mut best: f64,
    mut step: u8,
    mut lengths: u8,
) -> (f64, u8, u8) {
    let Some(user) = &dictionary.user else { return (best, step, lengths) };
    let mut base = user.bases.get(codes[0] as usize).copied().unwrap_or(0) as usize;
    for (at, &code) in codes.iter().enumerate().skip(1) {
        let slot = base + code as usize;
        if base == 0 || user.labels.get(slot) != Some(&code) {
            break;
        }
        let node = user.nodes[slot];
        let value = (node >> 32) as usize;
        if value != 0 {
            let (length, score) = (at + 1, dictionary.weights[value] + scores[at + 1]);
            if score > best || score == best && length > step as usize {
                best = score;
                step = length as u8;
            }
            lengths |= if length < NOTED { 1 << length } else { 0 };
        }
        base = (node & LOW) as usize;
    }
    (best, step, lengths)
}
