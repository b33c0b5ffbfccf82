//! The choice of the lost bytes of a line: the best path through what can have stood there.
//!
//! In: the tokens of a line and what the page tells. Out: the line. Each lost byte has few candidates; a beam of
//! hypotheses walks the line and is measured by how common the characters and neighbours are that come out.

use super::evidence::is_private;
use super::gbk::{LEADS, gbk, is_trail};
use super::model::{EDGE, Model, NOT_IN_TABLE};
use super::reading::{Reading, readings};
use super::taken::{behind, taken};
use super::tokens::Token;
use crate::fold::{fold_char, is_han};

/// Hypotheses kept at once.
const BEAM: usize = 48;
/// The same behind a place where two bytes are lost, until the next character tells more.
const WIDE_BEAM: usize = 2000;
/// So many hypotheses, the best, are tried with a byte lost beside an ASCII character.
const MOST_HOLES: usize = 12;
/// The same with a pair of bytes lost.
const MOST_PRIVATE: usize = 4;
/// A hypothesis this many bits behind the best is given up.
const HOPELESS: f32 = 28.0;
/// A page has so many question marks tried as lost bytes, the others are left: no page can stop a run.
pub const MOST_HOLES_A_PAGE: usize = 2000;
/// With more pieces of output than this the best hypothesis is settled on.
const MOST_NODES: usize = 1 << 20;
/// With more than this, where there is one hypothesis alone.
const SETTLED: usize = 1 << 12;
/// A byte that no character with the gloss behind it begins with is completed anyhow in so many hypotheses, the best.
const MOST_UNREAD: usize = 4;
/// Two hypotheses closer than this many bits leave it open which is right.
const OPEN: f32 = 5.0;

/// The first byte of full-width ASCII, and the second bytes of ，：（）？；！, which become ASCII.
const FULL_WIDTH: u8 = 0xA3;
const REPLACED: [u8; 7] = [0xAC, 0xBA, 0xA8, 0xA9, 0xBF, 0xBB, 0xA1];

// What is added to a hypothesis, in bits.
const ASCII: f32 = -6.0;
const ILL_PLACED: f32 = -8.0;
const CLOSES: f32 = 2.0;
const BROKEN: f32 = -30.0;
const EATEN: f32 = -4.0;
const PRIVATE: f32 = -6.0;
const ACROSS: f32 = -12.0;
const LATER_READING: f32 = -6.0;
const NO_READING: f32 = -12.0;

/// A line with its lost bytes chosen.
pub struct Restored {
    /// The line.
    pub text: String,
    /// How many choices were close.
    pub uncertain: u32,
    /// The pair of bytes that each lost byte made, with its reading.
    pub pairs: Vec<(u16, Reading)>,
}

#[derive(Clone, Copy)]
struct Hypothesis {
    score: f32,
    /// The byte that waits for its second, or 0.
    pending: u8,
    /// The last byte, and the one before.
    last: u8,
    second: u8,
    /// The last character, folded.
    before: char,
    /// Whether a “ waits for its ”.
    quoted: bool,
    uncertain: u32,
    node: u32,
}

/// A piece of output and the one in front of it.
#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    piece: Piece,
}

#[derive(Clone, Copy)]
enum Piece {
    Start,
    Byte(u8),
    Pair(u8, u8),
    Lost { byte: u8, pair: u16, reading: Reading },
    Char(char),
}

/// Chooses the lost bytes of a line. `holes` is how many question marks may still be tried as lost bytes; it goes down.
pub fn restore(line: &[Token], model: &Model, holes: &mut usize) -> Restored {
    let mut walk = Walk {
        model,
        done: Restored { text: String::new(), uncertain: 0, pairs: Vec::new() },
        waiting: 0,
        measured: [(EDGE, EDGE, f32::NAN); MEASURED],
        nodes: vec![Node { parent: 0, piece: Piece::Start }],
        beam: Vec::new(),
    };
    walk.beam.push(Hypothesis {
        score: 0.0,
        pending: 0,
        last: 0,
        second: 0,
        before: EDGE,
        quoted: false,
        uncertain: 0,
        node: 0,
    });
    for (at, token) in line.iter().enumerate() {
        match *token {
            Token::Pair(lead, trail) => walk.each(Piece::Pair(lead, trail), &[lead, trail]),
            Token::One(byte) => walk.each(Piece::Byte(byte), &[byte]),
            Token::Foreign(c) => walk.each_foreign(c),
            Token::Gloss(reading) => walk.measure_gloss(reading),
            Token::Lost(reading) => walk.branch_lost(reading),
            Token::Hole(c) => {
                // Question marks in a row are real, or nothing is left to tell by.
                let alone = !matches!(line.get(at + 1), Some(Token::Hole(_)));
                let tried = alone && *holes > 0 && walk.beam.iter().any(|h| h.pending != 0 || is_in_text(line, at));
                *holes -= usize::from(tried);
                walk.branch_hole(c, line, at, tried);
            }
        }
        walk.merge(if matches!(token, Token::Hole(_)) { WIDE_BEAM } else { BEAM });
        if walk.nodes.len() > MOST_NODES || (walk.beam.len() == 1 && walk.nodes.len() > SETTLED) {
            walk.settle();
        }
    }
    walk.finish()
}

/// How many measures are kept.
const MEASURED: usize = 16;

struct Walk<'m, 'a> {
    model: &'m Model<'a>,
    /// What is settled, and the byte at its end that waits for its second, or 0.
    done: Restored,
    waiting: u8,
    /// The last measures: hypotheses side by side mostly ask for the same.
    measured: [(char, char, f32); MEASURED],
    nodes: Vec<Node>,
    beam: Vec<Hypothesis>,
}

impl Walk<'_, '_> {
    fn node(&mut self, parent: u32, piece: Piece) -> u32 {
        self.nodes.push(Node { parent, piece });
        (self.nodes.len() - 1) as u32
    }

    /// Puts the same bytes behind each hypothesis.
    fn each(&mut self, piece: Piece, bytes: &[u8]) {
        let measured = self.beam.len() > 1;
        for i in 0..self.beam.len() {
            let mut hypothesis = self.beam[i];
            for byte in bytes {
                self.push(&mut hypothesis, *byte, measured);
            }
            hypothesis.node = self.node(hypothesis.node, piece);
            self.beam[i] = hypothesis;
        }
    }

    fn each_foreign(&mut self, c: char) {
        for i in 0..self.beam.len() {
            let mut hypothesis = self.beam[i];
            if hypothesis.pending != 0 {
                hypothesis.score += BROKEN;
            }
            (hypothesis.pending, hypothesis.last, hypothesis.before) = (0, 0, EDGE);
            hypothesis.node = self.node(hypothesis.node, Piece::Char(c));
            self.beam[i] = hypothesis;
        }
    }

    /// Takes a byte into a hypothesis: it completes a character, or begins one, or is one.
    fn push(&mut self, hypothesis: &mut Hypothesis, byte: u8, measured: bool) {
        hypothesis.second = std::mem::replace(&mut hypothesis.last, byte);
        if hypothesis.pending != 0 {
            let lead = std::mem::take(&mut hypothesis.pending);
            if is_trail(byte) {
                match gbk().decode(lead, byte) {
                    Some(c) => {
                        self.take(hypothesis, c, measured);
                    }
                    None => {
                        hypothesis.score += BROKEN;
                        hypothesis.before = EDGE;
                    }
                }
                return;
            }
            hypothesis.score += BROKEN;
        }
        if byte >= 0x81 {
            hypothesis.pending = byte;
        } else {
            let ill_placed = matches!(hypothesis.before, '。' | '、') && matches!(byte, b',' | b';' | b':');
            hypothesis.score += ASCII + if ill_placed { ILL_PLACED } else { 0.0 };
            hypothesis.before = byte as char;
        }
    }

    fn text(&mut self, before: char, c: char) -> f32 {
        let slot = &mut self.measured[(before as usize ^ c as usize) % MEASURED];
        if (slot.0, slot.1) != (before, c) || slot.2.is_nan() {
            *slot = (before, c, self.model.text(before, c));
        }
        slot.2
    }

    /// Takes a whole character into a hypothesis.
    fn take(&mut self, hypothesis: &mut Hypothesis, c: char, measured: bool) {
        if measured {
            hypothesis.score += self.text(hypothesis.before, c);
            match (c, hypothesis.quoted) {
                ('“', true) | ('”', false) => hypothesis.score += ILL_PLACED,
                ('”', true) => hypothesis.score += CLOSES,
                _ => {}
            }
        }
        match c {
            '“' => hypothesis.quoted = true,
            '”' => hypothesis.quoted = false,
            _ => {}
        }
        hypothesis.before = fold_char(c);
    }

    /// A gloss behind bytes of which one was lost: they have to be read so.
    fn measure_gloss(&mut self, reading: Reading) {
        if self.beam.len() < 2 {
            return;
        }
        for i in 0..self.beam.len() {
            let Hypothesis { second, last, .. } = self.beam[i];
            let fits = readings().is_read(second, last, reading)
                || self.model.evidence.glossed.contains_key(&(u16::from_be_bytes([second, last]), reading));
            self.beam[i].score += if fits { self.model.table(second, last, reading) } else { NO_READING };
        }
    }

    /// A lost byte in front of a gloss.
    fn branch_lost(&mut self, reading: Reading) {
        let mut next = Vec::with_capacity(self.beam.len() * 2);
        for i in 0..self.beam.len() {
            let from = self.beam[i];
            let mut candidates: Vec<(u8, f32)> = Vec::new();
            for read in readings().completing(from.last, reading).filter(|r| r.trail >= 0x81) {
                let later = if read.rank == 0 || reading.tone == 0 && read.tone == 0 { 0.0 } else { LATER_READING };
                let score = self.model.table(from.last, read.trail, reading) + later;
                match candidates.iter_mut().find(|c| c.0 == read.trail) {
                    Some(candidate) => candidate.1 = candidate.1.max(score),
                    None => candidates.push((read.trail, score)),
                }
            }
            if candidates.is_empty() && i < MOST_UNREAD {
                let all = LEADS.filter(|b| readings().is_readable(from.last, *b));
                candidates.extend(all.map(|b| (b, self.model.table(from.last, b, reading) + NO_READING)));
            }
            for (byte, score) in candidates {
                let mut hypothesis = from;
                hypothesis.score += score;
                let pair = u16::from_be_bytes([from.last, byte]);
                self.push(&mut hypothesis, byte, true);
                hypothesis.node = self.node(hypothesis.node, Piece::Lost { byte, pair, reading });
                next.push(hypothesis);
            }
        }
        if next.is_empty() {
            self.each(Piece::Byte(b'?'), b"?");
        } else {
            self.beam = next;
        }
    }

    /// A question mark: real, or, where it is tried, what is left of a byte and the ASCII character behind it.
    fn branch_hole(&mut self, c: char, line: &[Token], at: usize, tried: bool) {
        let mut next = Vec::with_capacity(self.beam.len());
        let in_text = is_in_text(line, at);
        let eaten = if self.model.evidence.keeps_ascii || !tried { None } else { taken(line, at, self.model.page) };
        for i in 0..self.beam.len() {
            let from = self.beam[i];
            let mut literal = from;
            if c == '?' {
                self.push(&mut literal, b'?', true);
                literal.node = self.node(literal.node, Piece::Byte(b'?'));
            } else {
                (literal.pending, literal.last, literal.before) = (0, 0, EDGE);
                literal.score += ASCII + if from.pending == 0 { 0.0 } else { BROKEN };
                literal.node = self.node(literal.node, Piece::Char(c));
            }
            next.push(literal);
            if i >= MOST_HOLES || !tried {
                continue;
            }
            if from.pending == 0 {
                if in_text {
                    self.branch_punctuation(from, &mut next);
                }
                continue;
            }
            if in_text && i < MOST_PRIVATE && !self.model.evidence.shows_private {
                self.branch_private(from, &mut next);
            }
            self.complete(from, eaten, line, at, &mut next);
        }
        self.beam = next;
    }

    /// Completes the character that waits for its second byte, with each byte that can.
    fn complete(&mut self, from: Hypothesis, eaten: Option<u8>, line: &[Token], at: usize, next: &mut Vec<Hypothesis>) {
        for trail in (0x40..=0xFE).filter(|t| is_trail(*t)) {
            let Some(c) = gbk().decode(from.pending, trail) else { continue };
            let mut hypothesis = from;
            hypothesis.score += EATEN;
            if self.model.is_in_table(from.pending, trail) {
                hypothesis.score += NOT_IN_TABLE;
            }
            self.take(&mut hypothesis, c, true);
            (hypothesis.pending, hypothesis.last) = (0, trail);
            hypothesis.uncertain += 1;
            hypothesis.node = self.node(hypothesis.node, Piece::Byte(trail));
            let eaten = if line.is_empty() { None } else { behind(eaten, from.before, c, line, at) };
            if let Some(ascii) = eaten {
                self.push(&mut hypothesis, ascii, true);
                hypothesis.node = self.node(hypothesis.node, Piece::Byte(ascii));
            }
            next.push(hypothesis);
        }
    }

    /// A pair of bytes, out of step, that the decoder had no character for.
    fn branch_private(&mut self, from: Hypothesis, next: &mut Vec<Hypothesis>) {
        for trail in 0xA1..=0xFE {
            if !gbk().decode(from.pending, trail).is_some_and(is_han) {
                continue;
            }
            for lead in LEADS.filter(|lead| gbk().decode(trail, *lead).is_some_and(is_private)) {
                self.push_all(from, &[trail, lead], PRIVATE, next);
            }
        }
    }

    /// A punctuation mark that stood across two characters: the first lost its second byte, the second its first.
    fn branch_punctuation(&mut self, from: Hypothesis, next: &mut Vec<Hypothesis>) {
        for lead in LEADS.filter(|lead| gbk().decode(*lead, FULL_WIDTH).is_some()) {
            for second in REPLACED {
                self.push_all(from, &[lead, FULL_WIDTH, second], ACROSS, next);
            }
        }
    }

    /// Puts bytes that were lost behind a hypothesis, and the result to the others.
    fn push_all(&mut self, from: Hypothesis, bytes: &[u8], score: f32, next: &mut Vec<Hypothesis>) {
        let mut hypothesis = from;
        hypothesis.score += score;
        hypothesis.uncertain += 1;
        for byte in bytes {
            self.push(&mut hypothesis, *byte, true);
            hypothesis.node = self.node(hypothesis.node, Piece::Byte(*byte));
        }
        if hypothesis.score > from.score - HOPELESS {
            next.push(hypothesis);
        }
    }

    /// Hypotheses that can go on in the same way only are one; those far behind are none.
    fn merge(&mut self, width: usize) {
        if self.beam.len() < 2 {
            return;
        }
        self.beam.sort_by(|a, b| b.score.total_cmp(&a.score));
        let best = self.beam[0].score;
        let mut kept: Vec<Hypothesis> = Vec::with_capacity(self.beam.len().min(width));
        for hypothesis in self.beam.drain(..) {
            if hypothesis.score < best - HOPELESS || kept.len() == width {
                break;
            }
            let same = kept.iter_mut().find(|k| {
                (k.pending, k.last, k.second, k.before, k.quoted)
                    == (hypothesis.pending, hypothesis.last, hypothesis.second, hypothesis.before, hypothesis.quoted)
            });
            match same {
                Some(better) => better.uncertain += u32::from(better.score - hypothesis.score < OPEN),
                None => kept.push(hypothesis),
            }
        }
        self.beam = kept;
    }

    /// The best hypothesis, written out.
    fn finish(mut self) -> Restored {
        // A byte left at the end of the line had a second one, which the decoder dropped.
        let open: Vec<Hypothesis> = self.beam.iter().take(MOST_HOLES).filter(|h| h.pending != 0).copied().collect();
        let mut completed = Vec::new();
        for from in open {
            self.complete(from, None, &[], 0, &mut completed);
        }
        for hypothesis in self.beam.iter_mut().filter(|h| h.pending != 0) {
            hypothesis.score += BROKEN;
        }
        self.beam.extend(completed);
        self.beam.sort_by(|a, b| b.score.total_cmp(&a.score));
        let close = matches!(&self.beam[..], [best, second, ..] if best.score - second.score < OPEN);
        self.settle();
        flush(&mut self.done.text, &mut self.waiting);
        self.done.uncertain = self.beam.first().map_or(0, |h| h.uncertain) + u32::from(close);
        self.done
    }

    /// Writes the best hypothesis out and gives up the others.
    fn settle(&mut self) {
        self.beam.truncate(1);
        let Some(best) = self.beam.first_mut() else { return };
        let mut pieces = Vec::new();
        let mut at = std::mem::take(&mut best.node) as usize;
        while at != 0 {
            pieces.push(self.nodes[at].piece);
            at = self.nodes[at].parent as usize;
        }
        self.nodes.truncate(1);
        let Walk { done: Restored { text, pairs, .. }, waiting, .. } = self;
        for piece in pieces.into_iter().rev() {
            match piece {
                Piece::Start => {}
                Piece::Byte(byte) => write(text, waiting, byte),
                Piece::Pair(lead, trail) => {
                    write(text, waiting, lead);
                    write(text, waiting, trail);
                }
                Piece::Lost { byte, pair, reading } => {
                    write(text, waiting, byte);
                    pairs.push((pair, reading));
                }
                Piece::Char(c) => {
                    flush(text, waiting);
                    text.push(c);
                }
            }
        }
    }
}

/// Whether Chinese goes on behind a question mark.
fn is_in_text(line: &[Token], at: usize) -> bool {
    matches!(line.get(at + 1), Some(Token::Pair(..) | Token::Lost(_)))
}

fn write(text: &mut String, pending: &mut u8, byte: u8) {
    if *pending != 0 {
        if is_trail(byte) {
            text.push(gbk().decode(*pending, byte).unwrap_or('\u{FFFD}'));
            *pending = 0;
            return;
        }
        flush(text, pending);
    }
    match byte {
        0x80 => text.push('€'),
        0..0x80 => text.push(byte as char),
        _ => *pending = byte,
    }
}

/// A byte that nothing completes is lost.
fn flush(text: &mut String, pending: &mut u8) {
    if std::mem::take(pending) != 0 {
        text.push('\u{FFFD}');
    }
}
