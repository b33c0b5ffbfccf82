//! A line with its lost bytes chosen: its text, and the ranges of it that are uncertain.
//!
//! Pieces of output flow in, each with the margin of its choice; the line flows out.

use std::ops::Range;

use super::gbk::{gbk, is_trail};
use super::reading::Reading;

/// The distance in bits below which two hypotheses leave the choice open.
pub const OPEN: f32 = 14.0;
/// The margin in bits from which characters are written of which a whole pair of bytes is lost.
const CLEAR: f32 = 6.0;
/// The margin of characters that are lost.
pub const LOST: f32 = f32::NEG_INFINITY;

/// A line with its lost bytes chosen.
#[derive(Default)]
pub struct Restored {
    /// The line.
    pub text: String,
    /// The characters of the line that were a choice.
    pub doubts: Vec<UncertainRange>,
    /// The pair of bytes completed from each lost byte, with its reading.
    pub pairs: Vec<(u16, Reading)>,
    /// Number of pairs of bytes that were read out of step.
    pub shifted: u32,
}

/// A range of uncertain characters.
#[derive(Debug, Clone, PartialEq)]
pub struct UncertainRange {
    /// The range, in characters of the line.
    pub at: Range<usize>,
    /// The margin in bits by which they are likelier than the alternatives; [`LOST`] if they are lost.
    pub margin: f32,
}

/// A piece of output.
#[derive(Clone, Copy, PartialEq)]
pub enum Piece {
    /// The start of the line, which writes nothing.
    Start,
    /// A byte.
    Byte(u8),
    /// A pair of bytes.
    Pair(u8, u8),
    /// A lost byte in front of a gloss, with the pair that it completes.
    Lost { byte: u8, pair: u16, reading: Reading },
    /// A character that GBK does not have.
    Char(char),
    /// A byte of a pair that was lost whole: written only if its choice is clear.
    Guess(u8),
    /// Two characters whose inner bytes are lost, and the first byte of an incomplete pair.
    Gap(u8),
}

/// Writes a restored line.
pub struct LineWriter {
    restored: Restored,
    /// Number of characters written.
    length: usize,
    /// The first byte of an incomplete pair, or 0.
    pending: u8,
    /// The margin of that byte, and the least margin of the bytes of the next character.
    pending_margin: f32,
    margin: f32,
    /// Whether that byte, or the one at hand, is a guess that is not clear.
    is_pending_guess: bool,
    is_guess: bool,
}

impl Default for LineWriter {
    fn default() -> LineWriter {
        let restored = Restored::default();
        LineWriter {
            restored,
            length: 0,
            pending: 0,
            pending_margin: f32::INFINITY,
            margin: f32::INFINITY,
            is_pending_guess: false,
            is_guess: false,
        }
    }
}

impl LineWriter {
    /// Writes a piece, whose choice has this margin in bits.
    pub fn write(&mut self, piece: Piece, margin: f32) {
        self.margin = self.pending_margin.min(margin);
        match piece {
            Piece::Start => {}
            Piece::Byte(byte) => self.byte(byte),
            Piece::Guess(byte) => {
                self.is_guess = margin < CLEAR;
                self.byte(byte);
                self.is_guess = false;
                self.is_pending_guess = self.pending != 0 && margin < CLEAR;
            }
            Piece::Pair(lead, trail) => {
                self.restored.shifted += u32::from(self.pending != 0);
                self.byte(lead);
                self.byte(trail);
            }
            Piece::Lost { byte, pair, reading } => {
                self.byte(byte);
                self.restored.pairs.push((pair, reading));
            }
            Piece::Char(c) => {
                self.flush();
                self.push(c);
            }
            Piece::Gap(byte) => {
                self.flush();
                self.push('\u{FFFD}');
                self.byte(byte);
            }
        }
        self.pending_margin = if self.pending == 0 { f32::INFINITY } else { margin };
    }

    /// Ends the line and returns it.
    pub fn finish(mut self) -> Restored {
        self.flush();
        self.restored
    }

    fn byte(&mut self, byte: u8) {
        let pending = std::mem::take(&mut self.pending);
        let is_guess = std::mem::take(&mut self.is_pending_guess) || self.is_guess;
        if pending != 0 {
            if is_trail(byte) {
                if is_guess {
                    return self.push('\u{FFFD}');
                }
                return self.push(gbk().decode(pending, byte).unwrap_or('\u{FFFD}'));
            }
            self.push('\u{FFFD}');
        }
        match byte {
            0x80 => self.push('€'),
            0..0x80 => self.push(byte as char),
            _ => self.pending = byte,
        }
    }

    /// Writes an incomplete byte as lost.
    fn flush(&mut self) {
        if std::mem::take(&mut self.pending) != 0 {
            self.push('\u{FFFD}');
        }
    }

    fn push(&mut self, c: char) {
        self.restored.text.push(c);
        let margin = if c == '\u{FFFD}' { LOST } else { self.margin };
        if margin < OPEN {
            match self.restored.doubts.last_mut() {
                Some(last) if last.at.end == self.length => {
                    last.at.end += 1;
                    last.margin = last.margin.min(margin);
                }
                _ => self.restored.doubts.push(UncertainRange { at: self.length..self.length + 1, margin }),
            }
        }
        self.length += 1;
    }
}
