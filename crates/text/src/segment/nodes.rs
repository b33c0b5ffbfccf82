//! The memory layout of the built-in words, by which a word is found with few and nearby reads. `build.rs` includes
//! this file, so it uses nothing else of the crate.
//!
//! - A *pair* is the first two characters of a word. All pairs are in one list, sorted by their codes; pair 0 is none.
//! - The *square* maps two frequent characters to their pair: for each first code it has a row of words, and for each
//!   32 second codes one word, with a bit for each pair in the lower half and the number of the first of them in the
//!   upper.
//! - The continuations of a pair are in a double array, the *deep* nodes: the child of the base `b` on code `c` is slot
//!   `b + c`, if the label of that slot is `c`.
//!
//! Pairs and deep nodes have a filter of their continuations, so that most misses are detected without another read:
//! the bit of each code that follows is set.

/// The square covers the codes below this.
pub const SQUARE: usize = 3072;
/// The number of codes that share one word of the square.
pub const SPAN: usize = 32;
/// The number of words in a row of the square: one more than needed, or all rows would map to the same cache lines.
pub const STRIDE: usize = SQUARE / SPAN + 1;

/// Returns the place of the square's word for two codes, if the square covers both.
#[inline]
pub fn in_square(first: u16, second: u16) -> Option<usize> {
    let (first, second) = (first as usize, second as usize);
    (first < SQUARE && second < SQUARE).then(|| first * STRIDE + second / SPAN)
}

/// Returns the number of a second code's pair, 0 for none, from the code's word.
#[inline]
pub fn pair_number(word: u64, second: u16) -> u32 {
    let bit = second as usize % SPAN;
    let pairs = word as u32;
    let number = (word >> SPAN) as u32 + (pairs & ((1 << bit) - 1)).count_ones();
    number & (pairs >> bit & 1).wrapping_neg()
}

/// The exclusive limit of bases.
pub const MAX_BASE: usize = 1 << BASE_BITS;
/// The exclusive limit of values.
pub const MAX_VALUE: usize = 1 << BASE_AT;

/// A node's value is in its lowest bits; here its base begins,
pub const BASE_AT: u32 = 16;
const BASE_BITS: u32 = 20;
/// here its filter, up to the highest bit in a pair,
const FILTER_AT: u32 = BASE_AT + BASE_BITS;
/// and here, in a deep node, its label.
pub const LABEL_AT: u32 = 48;
const PAIR_FILTER_BITS: u32 = u64::BITS - FILTER_AT;
const DEEP_FILTER_BITS: u32 = LABEL_AT - FILTER_AT;

/// An empty slot of the deep nodes: its label is not a code, and it has neither value nor children.
pub const EMPTY: u64 = 0xFFFF << LABEL_AT;

/// Returns the value of the word that a node ends, 0 for no word.
#[inline]
pub fn value(node: u64) -> usize {
    node as usize & (MAX_VALUE - 1)
}

/// Returns the node with another value, which must be below [`MAX_VALUE`].
pub fn with_value(node: u64, value: usize) -> u64 {
    node & !(MAX_VALUE as u64 - 1) | value as u64
}

/// Returns the base of a node's children.
#[inline]
pub fn base(node: u64) -> usize {
    (node >> BASE_AT) as usize & (MAX_BASE - 1)
}

/// Returns the label of a deep node.
#[inline]
pub fn label(node: u64) -> u16 {
    (node >> LABEL_AT) as u16
}

/// Returns the bit of a code in a pair's filter.
#[inline]
pub fn pair_filter(code: u16) -> u64 {
    1 << (FILTER_AT + u32::from(code) % PAIR_FILTER_BITS)
}

/// Returns the bit of a code in a deep node's filter.
#[inline]
pub fn deep_filter(code: u16) -> u64 {
    1 << (FILTER_AT + u32::from(code) % DEEP_FILTER_BITS)
}
