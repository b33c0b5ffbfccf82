//! Pairs of bytes that are lost whole, out of step: a decoder had no character for them, or a copy has dropped it.
//!
//! A place of the beam search flows in; the hypotheses in which a pair was lost there flow out.

use super::beam_search::{HOPELESS, Walk};
use super::evidence::is_private;
use super::gbk::{LEADS, gbk, is_private_lead};
use super::hypothesis::{Hypothesis, keep_best};
use super::restored_line::Piece;
use crate::fold::is_han;

/// The number of best hypotheses in which a pair of bytes is tried as left out, and the number of readings tried of the
/// first character that it was part of, and of both.
const MOST_GAPS: usize = 2;
const MOST_FIRSTS: usize = 8;
const MOST_GUESSES: usize = 6;
/// The score below which a character is odd: a pair of bytes in front of it may have been left out.
const ODD: f32 = -13.0;
const PRIVATE: f32 = -6.0;

impl Walk<'_, '_> {
    /// Returns the hypotheses in which a pair of bytes was lost in front of this one, out of step: a copy has dropped
    /// what it could not show. The two characters that it was part of are read as the likeliest ones in order to weigh
    /// the loss, but they are written as lost.
    pub fn before_gap(&mut self, lead: u8, trail: u8) -> Vec<Hypothesis> {
        let Some(gap) = self.gaps.filter(|_| trail >= 0x81) else { return Vec::new() };
        let mut next = Vec::new();
        for i in 0..self.beam.len().min(MOST_GAPS) {
            let from = self.beam[i];
            if from.pending == 0 || !self.is_odd(from, lead) {
                continue;
            }
            let mut firsts = Vec::new();
            for first in LEADS.filter(|first| is_private_lead(*first)) {
                if let Some(c) = gbk().decode(from.pending, first).filter(|c| is_han(*c)) {
                    let mut hypothesis = from;
                    self.take(&mut hypothesis, c, true);
                    firsts.push((hypothesis, first));
                }
            }
            keep_best(&mut firsts, MOST_FIRSTS);
            let mut guesses = Vec::new();
            for (first, byte) in firsts {
                for second in LEADS.filter(|second| gbk().decode(byte, *second).is_some_and(is_private)) {
                    if let Some(c) = gbk().decode(second, lead).filter(|c| is_han(*c)) {
                        let mut hypothesis = first;
                        self.take(&mut hypothesis, c, true);
                        guesses.push((hypothesis, second));
                    }
                }
            }
            keep_best(&mut guesses, MOST_GUESSES);
            for (mut hypothesis, _) in guesses {
                hypothesis.score += gap;
                (hypothesis.pending, hypothesis.second, hypothesis.last) = (trail, lead, trail);
                hypothesis.node = self.node(hypothesis.node, Piece::Gap(trail));
                self.nodes[hypothesis.node as usize].margin = 0.0;
                next.push(hypothesis);
            }
        }
        next
    }

    /// Whether the character that this byte completes is unlikely here.
    fn is_odd(&mut self, mut hypothesis: Hypothesis, byte: u8) -> bool {
        let before = hypothesis.score;
        match gbk().decode(hypothesis.pending, byte) {
            Some(c) => self.take(&mut hypothesis, c, true),
            None => return true,
        }
        hypothesis.score - before < ODD
    }

    /// Branches at a pair of bytes, out of step, for which the decoder had no character.
    pub fn branch_private(&mut self, from: Hypothesis, next: &mut Vec<Hypothesis>) {
        for trail in 0xA1..=0xFE {
            if !gbk().decode(from.pending, trail).is_some_and(is_han) {
                continue;
            }
            for lead in LEADS.filter(|lead| gbk().decode(trail, *lead).is_some_and(is_private)) {
                self.push_guess(from, [trail, lead], PRIVATE, next);
            }
        }
    }

    /// Appends a pair of bytes of which only the neighbours tell anything.
    fn push_guess(&mut self, from: Hypothesis, bytes: [u8; 2], score: f32, next: &mut Vec<Hypothesis>) {
        let mut hypothesis = from;
        hypothesis.score += score;
        for byte in bytes {
            self.push(&mut hypothesis, byte, true);
            hypothesis.node = self.node(hypothesis.node, Piece::Guess(byte));
        }
        if hypothesis.score > from.score - HOPELESS {
            next.push(hypothesis);
        }
    }
}
