//! A hypothesis of the beam search: how far it has read a line, and what it needs to continue.

use std::hash::Hasher;

use super::frequency::PairHasher;
use super::lattice::Lattice;

/// The number of last characters in which hypotheses have to agree to be merged: a word may reach across a choice.
const ALIKE: usize = 2;
/// A mark that does not fit the one in front of it, and one that does.
pub const ILL_PLACED: f32 = -8.0;
/// See [`ILL_PLACED`].
pub const CLOSES: f32 = 2.0;

/// A hypothesis about a line, up to some token.
#[derive(Clone, Copy)]
pub struct Hypothesis {
    /// The score, in bits.
    pub score: f32,
    /// The first byte of an incomplete pair, or 0.
    pub pending: u8,
    /// The last byte.
    pub last: u8,
    /// The one before it.
    pub second: u8,
    /// The last characters, and the words that they are cut into.
    pub lattice: Lattice,
    /// Whether a “ is open.
    pub quoted: bool,
    /// The last piece of output.
    pub node: u32,
}

impl Hypothesis {
    /// Returns a number that is equal for hypotheses that can only continue in the same way.
    pub fn end(&self) -> u64 {
        let mut hasher = PairHasher::default();
        let bytes = u32::from_be_bytes([self.pending, self.last, self.second, u8::from(self.quoted)]);
        hasher.write_u32(bytes);
        self.lattice.last_chars(ALIKE).iter().for_each(|c| hasher.write_u32(*c as u32));
        hasher.finish()
    }
}

/// Keeps the hypotheses with the best scores.
pub fn keep_best(hypotheses: &mut Vec<(Hypothesis, u8)>, number: usize) {
    hypotheses.sort_by(|a, b| b.0.score.total_cmp(&a.0.score));
    hypotheses.truncate(number);
}

/// Returns the score of a mark behind another: two marks that end something don't stand together, unless the second
/// ends a quotation.
pub fn follows(before: char, c: char) -> f32 {
    const ENDS: [char; 8] = ['。', '、', ',', ';', ':', '!', '?', '…'];
    match c {
        '。' | '、' | ',' | ';' | ':' if ENDS.contains(&before) => ILL_PLACED,
        '!' | '?' if ENDS[..5].contains(&before) => ILL_PLACED,
        '”' | '“' | '《' if before == '。' => CLOSES,
        _ => 0.0,
    }
}
