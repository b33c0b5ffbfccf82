//! The choice of a line's lost bytes by beam search.
//!
//! The tokens of a line and the page's evidence flow in; the line flows out. Each lost byte has few candidates; a beam
//! of hypotheses advances along the line, scored by how common the resulting characters and pairs of neighbours are.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::evidence::is_private;
use super::frequency::PairHasher;
use super::gbk::{LEADS, gbk, is_trail};
use super::hypothesis::{CLOSES, Hypothesis, ILL_PLACED, follows};
use super::lattice::{Lattice, Memo};
use super::model::{Model, NOT_IN_TABLE};
use super::reading::{Reading, readings};
use super::restored_line::{LineWriter, OPEN, Piece, Restored};
use super::swallowed_byte::{behind, swallowed_byte};
use super::tokens::{FULL_WIDTH, REPLACED, Token, cut_mark, mark_of};
use crate::fold::{fold_char, is_han};

/// The width of the beam, in hypotheses.
const BEAM: usize = 48;
/// The width of the beam behind a place where two bytes are lost, and by how much it narrows with each token, as these
/// tell more: the many readings of such a place must not crowd out the others.
const WIDE_BEAM: usize = 2000;
const NARROWING: usize = 4;
/// The number of best hypotheses in which a byte is tried as lost together with an ASCII character.
const MOST_HOLES: usize = 32;
/// The number of best hypotheses in which a lost pair of bytes is tried.
const MOST_PRIVATE: usize = 4;
/// The distance in bits behind the best at which a hypothesis is dropped.
pub const HOPELESS: f32 = 28.0;
/// The most question marks of a page that are tried as lost bytes; the others are left, so that no page can stall a
/// run.
pub const MOST_HOLES_A_PAGE: usize = 2000;
/// The number of pieces of output beyond which the best hypothesis is settled on.
const MOST_NODES: usize = 1 << 20;
/// The same if there is only one hypothesis.
const SETTLED: usize = 1 << 12;
/// The number of best hypotheses in which a byte is completed although no character that begins with it is read as the
/// gloss behind it.
const MOST_UNREAD: usize = 4;
/// The most pieces of two hypotheses that are compared for differences.
const MOST_COMPARED: usize = 64;
/// The margin in bits of the swallowed ASCII character that the rules name over any other.
const RULED: f32 = 3.0;

/// The most hypotheses that are compared one by one.
const FEW: usize = 24;

// Terms of a hypothesis's score, in bits.
const ASCII: f32 = -6.0;
const BROKEN: f32 = -30.0;
const EATEN: f32 = -4.0;
const ACROSS: f32 = -12.0;
/// A pair that a copy left out, where no character with the gloss behind it can stand otherwise.
const OMITTED: f32 = -10.0;
/// A character with a different reading, although one with this reading may stand behind such a pair.
const READ_OTHERWISE: f32 = -10.0;
/// A question mark that was there before the damage, in front of another mark.
const REAL: f32 = -10.0;
const CUT: f32 = -6.0;
/// A full stop is common everywhere, so it says little about this place.
const CUT_STOP: f32 = -1.5;
const LATER_READING: f32 = -6.0;
const NO_READING: f32 = -12.0;

/// A piece of output, linked to the one before it.
#[derive(Clone, Copy)]
pub struct Node {
    parent: u32,
    piece: Piece,
    /// The margin in bits by which the piece is likelier than the alternatives at this place.
    pub margin: f32,
}

/// Chooses the lost bytes of a line. `holes` is the number of question marks that may still be tried as lost bytes; it
/// is decremented.
pub fn restore(line: &[Token], model: &Model, holes: &mut usize) -> Restored {
    let mut walk = Walk {
        model,
        done: LineWriter::default(),
        gaps: model.gap(),
        memo: Memo::new(),
        nodes: vec![Node { parent: 0, piece: Piece::Start, margin: f32::INFINITY }],
        beam: Vec::new(),
    };
    walk.beam.push(Hypothesis {
        score: 0.0,
        pending: 0,
        last: 0,
        second: 0,
        lattice: Lattice::new(),
        quoted: false,
        node: 0,
    });
    let mut skipped = false;
    let mut width = BEAM;
    for (at, token) in line.iter().enumerate() {
        if std::mem::take(&mut skipped) {
            continue;
        }
        match *token {
            Token::Pair(lead, trail) => {
                let gaps = walk.before_gap(lead, trail);
                walk.each(Piece::Pair(lead, trail), &[lead, trail], !gaps.is_empty());
                walk.beam.extend(gaps);
            }
            Token::One(byte) => match mark_of(token) {
                Some(mark) => walk.each_mark(byte, mark),
                None => walk.each(Piece::Byte(byte), &[byte], false),
            },
            Token::Foreign(c) => walk.each_foreign(c),
            Token::Gloss(reading) => walk.measure_gloss(reading),
            Token::Lost(reading) => walk.branch_lost(reading),
            Token::Hole(c) => {
                // Question marks in a row are real, or nothing is left to decide by.
                let alone = !matches!(line.get(at + 1), Some(Token::Hole(_)));
                let tried = alone && *holes > 0 && walk.beam.iter().any(|h| h.pending != 0 || is_in_text(line, at));
                *holes -= usize::from(tried);
                let cut = cut_mark(line, at).filter(|_| *holes > 0);
                let cuts = cut.map_or_else(Vec::new, |mark| walk.cuts(mark));
                walk.branch_hole(c, line, at, tried, cut.is_some());
                if cut.is_some() {
                    *holes -= 1;
                    match line[at + 1] {
                        Token::Pair(lead, trail) => walk.each(Piece::Pair(lead, trail), &[lead, trail], true),
                        Token::One(byte) => walk.each(Piece::Byte(byte), &[byte], true),
                        _ => walk.each(Piece::Byte(b'?'), b"?", true),
                    }
                    walk.beam.extend(cuts);
                    skipped = true;
                }
            }
        }
        width = if matches!(token, Token::Hole(_)) { WIDE_BEAM } else { (width / NARROWING).max(BEAM) };
        walk.merge(width);
        if walk.nodes.len() > MOST_NODES || (walk.beam.len() == 1 && walk.nodes.len() > SETTLED) {
            walk.settle();
        }
    }
    walk.finish()
}

/// A beam of hypotheses on its way along a line.
pub struct Walk<'m, 'a> {
    /// The scores.
    pub model: &'m Model<'a>,
    /// The settled output.
    done: LineWriter,
    /// The cost of a pair of bytes lost without a trace, if the page makes that likely.
    pub gaps: Option<f32>,
    memo: Memo,
    /// The pieces of output.
    pub nodes: Vec<Node>,
    /// The hypotheses.
    pub beam: Vec<Hypothesis>,
}

impl Walk<'_, '_> {
    /// Adds a piece of output and returns its number.
    pub fn node(&mut self, parent: u32, piece: Piece) -> u32 {
        self.nodes.push(Node { parent, piece, margin: f32::INFINITY });
        (self.nodes.len() - 1) as u32
    }

    /// Appends the same bytes to each hypothesis, and scores them if there are several, or `others` besides.
    fn each(&mut self, piece: Piece, bytes: &[u8], others: bool) {
        let measured = others || self.beam.len() > 1;
        for i in 0..self.beam.len() {
            let mut hypothesis = self.beam[i];
            for byte in bytes {
                self.push(&mut hypothesis, *byte, measured);
            }
            hypothesis.node = self.node(hypothesis.node, piece);
            self.beam[i] = hypothesis;
        }
    }

    /// Appends a half-width mark to each hypothesis. Out of step the program found the mark's two bytes across two
    /// characters, and left the first byte of the one and the second of the other.
    fn each_mark(&mut self, byte: u8, mark: [u8; 2]) {
        let measured = self.beam.len() > 1;
        for i in 0..self.beam.len() {
            let mut hypothesis = self.beam[i];
            let bytes = if hypothesis.pending == 0 { &[byte][..] } else { &mark[..] };
            for byte in bytes {
                self.push(&mut hypothesis, *byte, measured);
                hypothesis.node = self.node(hypothesis.node, Piece::Byte(*byte));
            }
            self.beam[i] = hypothesis;
        }
    }

    fn each_foreign(&mut self, c: char) {
        for i in 0..self.beam.len() {
            let mut hypothesis = self.beam[i];
            if hypothesis.pending != 0 {
                hypothesis.score += BROKEN;
            }
            (hypothesis.pending, hypothesis.last) = (0, 0);
            hypothesis.lattice.end();
            hypothesis.node = self.node(hypothesis.node, Piece::Char(c));
            self.beam[i] = hypothesis;
        }
    }

    /// Appends a byte to a hypothesis: it completes a character, begins one, or is one.
    pub fn push(&mut self, hypothesis: &mut Hypothesis, byte: u8, measured: bool) {
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
                        hypothesis.lattice.end();
                    }
                }
                return;
            }
            hypothesis.score += BROKEN;
        }
        if byte >= 0x81 {
            hypothesis.pending = byte;
        } else {
            self.take(hypothesis, byte as char, measured);
        }
    }

    /// Appends a whole character to a hypothesis.
    pub fn take(&mut self, hypothesis: &mut Hypothesis, c: char, measured: bool) {
        if measured {
            hypothesis.score += follows(hypothesis.lattice.last(), fold_char(c));
            hypothesis.score += hypothesis.lattice.score(c, &mut self.memo, self.model);
            match (c, hypothesis.quoted) {
                ('“', true) | ('”', false) => hypothesis.score += ILL_PLACED,
                ('”', true) => hypothesis.score += CLOSES,
                _ => {}
            }
        } else {
            hypothesis.lattice.push(fold_char(c));
        }
        match c {
            '“' => hypothesis.quoted = true,
            '”' => hypothesis.quoted = false,
            _ => {}
        }
    }

    /// Scores a gloss behind bytes of which one was lost: they must have this reading.
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

    /// Branches at a lost byte in front of a gloss.
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
            let mut unread = NO_READING;
            if candidates.is_empty() && i < MOST_UNREAD && from.pending != 0 && !self.model.evidence.shows_private {
                let before = next.len();
                self.branch_omitted(from, reading, &mut next);
                unread += if next.len() > before { READ_OTHERWISE } else { 0.0 };
            }
            if candidates.is_empty() && i < MOST_UNREAD {
                let all = LEADS.filter(|b| readings().is_readable(from.last, *b));
                candidates.extend(all.map(|b| (b, self.model.table(from.last, b, reading) + unread)));
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
            self.each(Piece::Byte(b'?'), b"?", false);
        } else {
            self.beam = next;
        }
    }

    /// Reads a lost byte in front of a gloss, where a pair of bytes that GBK leaves to its users stood in front of it
    /// and a copy has left it out: 庸?huì) was 庸\u{E63A}?huì), out of step, and 工會(huì) before that.
    fn branch_omitted(&mut self, from: Hypothesis, reading: Reading, next: &mut Vec<Hypothesis>) {
        for trail in LEADS {
            let read: Vec<_> = readings().completing(trail, reading).filter(|r| r.trail >= 0x81).collect();
            for read in read {
                let table = self.model.table(trail, read.trail, reading);
                let later = if read.rank == 0 { 0.0 } else { LATER_READING };
                for lead in LEADS.filter(|lead| gbk().decode(*lead, trail).is_some_and(is_private)) {
                    if !gbk().decode(from.pending, lead).is_some_and(is_han) {
                        continue;
                    }
                    let mut hypothesis = from;
                    hypothesis.score += OMITTED + table + later;
                    for byte in [lead, trail] {
                        self.push(&mut hypothesis, byte, true);
                        hypothesis.node = self.node(hypothesis.node, Piece::Byte(byte));
                        self.nodes[hypothesis.node as usize].margin = 0.0;
                    }
                    let pair = u16::from_be_bytes([trail, read.trail]);
                    self.push(&mut hypothesis, read.trail, true);
                    hypothesis.node = self.node(hypothesis.node, Piece::Lost { byte: read.trail, pair, reading });
                    self.nodes[hypothesis.node as usize].margin = 0.0;
                    if hypothesis.score > from.score - HOPELESS - HOPELESS {
                        next.push(hypothesis);
                    }
                }
            }
        }
    }

    /// Branches at a question mark: it is real or, if `tried`, stands for a byte and the ASCII character behind it.
    fn branch_hole(&mut self, c: char, line: &[Token], at: usize, tried: bool, is_cut: bool) {
        let mut next = Vec::with_capacity(self.beam.len());
        let in_text = is_in_text(line, at);
        let eaten =
            if self.model.evidence.keeps_ascii || !tried { None } else { swallowed_byte(line, at, self.model.page) };
        // In front of another mark stood a bracket or nothing.
        let before_mark =
            matches!(line.get(at + 1), Some(Token::Pair(..))) && line.get(at + 1).and_then(mark_of).is_some();
        let eaten = eaten.filter(|ascii| !before_mark || *ascii == b')');
        for i in 0..self.beam.len() {
            let from = self.beam[i];
            let mut literal = from;
            if c == '?' {
                literal.score += if is_cut { REAL } else { 0.0 };
                self.push(&mut literal, b'?', true);
                literal.node = self.node(literal.node, Piece::Byte(b'?'));
            } else {
                (literal.pending, literal.last) = (0, 0);
                literal.lattice.end();
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
            // A letter may be the second byte of the second character.
            let goes_on = in_text || matches!(line.get(at + 1), Some(Token::One(b)) if is_trail(*b));
            if goes_on && i < MOST_PRIVATE && !self.model.evidence.shows_private {
                self.branch_private(from, &mut next);
            }
            self.complete(from, eaten, line, at, &mut next);
        }
        self.beam = next;
    }

    /// Completes the character that lacks its second byte, with each byte that can be one.
    fn complete(&mut self, from: Hypothesis, eaten: Option<u8>, line: &[Token], at: usize, next: &mut Vec<Hypothesis>) {
        // The decoder took it for the first byte of a pair.
        for trail in LEADS {
            let Some(c) = gbk().decode(from.pending, trail) else { continue };
            let mut hypothesis = from;
            hypothesis.score += EATEN;
            if self.model.is_in_table(from.pending, trail) {
                hypothesis.score += NOT_IN_TABLE;
            }
            self.take(&mut hypothesis, c, true);
            (hypothesis.pending, hypothesis.last) = (0, trail);
            hypothesis.node = self.node(hypothesis.node, Piece::Byte(trail));
            let eaten = match line.get(at + 1) {
                None if line.is_empty() => None,
                Some(next @ Token::Pair(..)) if mark_of(next).is_some() => eaten,
                _ => behind(eaten, from.lattice.last(), c, line, at),
            };
            if let Some(ascii) = eaten {
                self.push(&mut hypothesis, ascii, true);
                hypothesis.node = self.node(hypothesis.node, Piece::Byte(ascii));
            }
            if !line.is_empty() {
                // The rules can't tell for certain which character it was, or whether there was one.
                self.nodes[hypothesis.node as usize].margin = RULED;
            }
            next.push(hypothesis);
        }
    }

    /// Returns the hypotheses in which a question mark and a punctuation mark behind it are the remains of a character
    /// in front of the mark's bytes: the script found the bytes of the mark across two characters.
    fn cuts(&mut self, mark: [u8; 2]) -> Vec<Hypothesis> {
        let mut cuts = Vec::new();
        let stop = if mark[0] == 0xA3 { CUT_STOP } else { 0.0 };
        let beam: Vec<Hypothesis> = self.beam.iter().take(MOST_HOLES).filter(|h| h.pending == 0).copied().collect();
        for from in beam {
            for lead in LEADS.filter(|lead| gbk().decode(*lead, mark[0]).is_some()) {
                let score = CUT + if lead == 0xA1 { stop } else { 0.0 };
                self.push_all(from, &[lead, mark[0], mark[1]], score, &mut cuts);
            }
        }
        cuts
    }

    /// Branches at a punctuation mark that stood across two characters: the first lost its second byte, the second its
    /// first.
    fn branch_punctuation(&mut self, from: Hypothesis, next: &mut Vec<Hypothesis>) {
        for lead in LEADS.filter(|lead| gbk().decode(*lead, FULL_WIDTH).is_some()) {
            for second in REPLACED {
                self.push_all(from, &[lead, FULL_WIDTH, second], ACROSS, next);
            }
        }
    }

    /// Appends lost bytes to a hypothesis, and adds the result to the others.
    fn push_all(&mut self, from: Hypothesis, bytes: &[u8], score: f32, next: &mut Vec<Hypothesis>) {
        let mut hypothesis = from;
        hypothesis.score += score;
        for byte in bytes {
            self.push(&mut hypothesis, *byte, true);
            hypothesis.node = self.node(hypothesis.node, Piece::Byte(*byte));
        }
        if hypothesis.score > from.score - HOPELESS {
            next.push(hypothesis);
        }
    }

    /// Merges hypotheses that can only continue in the same way, and drops those far behind the best.
    fn merge(&mut self, width: usize) {
        if self.beam.len() < 2 {
            return;
        }
        self.beam.sort_by(|a, b| b.score.total_cmp(&a.score));
        let best = self.beam[0].score;
        let mut kept: Vec<Hypothesis> = Vec::with_capacity(self.beam.len().min(width));
        // A few are compared one by one.
        let mut few: Vec<u64> = Vec::new();
        let mut many: HashMap<u64, usize, BuildHasherDefault<PairHasher>> = HashMap::default();
        let is_few = self.beam.len() <= FEW;
        let mut doubts = Vec::new();
        for hypothesis in self.beam.drain(..) {
            if hypothesis.score < best - HOPELESS || kept.len() == width {
                break;
            }
            let end = hypothesis.end();
            let same = if is_few { few.iter().position(|e| *e == end) } else { many.get(&end).copied() };
            match same {
                Some(same) => {
                    let better = &kept[same];
                    doubts.push((better.node, hypothesis.node, better.score - hypothesis.score));
                }
                None => {
                    if is_few {
                        few.push(end);
                    } else {
                        many.insert(end, kept.len());
                    }
                    kept.push(hypothesis);
                }
            }
        }
        self.beam = kept;
        for (better, worse, margin) in doubts {
            self.doubt(better, worse, margin);
        }
    }

    /// Records where a hypothesis differs from a worse one, and by how much it is the likelier.
    fn doubt(&mut self, better: u32, worse: u32, margin: f32) {
        if margin >= OPEN {
            return;
        }
        let (mut better, mut worse) = (better as usize, worse as usize);
        // A common ending is not part of the choice.
        let mut compared = 0;
        while better != worse && self.nodes[better].piece == self.nodes[worse].piece && compared < MOST_COMPARED {
            (better, worse) = (self.nodes[better].parent as usize, self.nodes[worse].parent as usize);
            compared += 1;
        }
        // A piece has a higher number than the one that it follows.
        while better != worse && compared < MOST_COMPARED {
            if better > worse {
                let node = &mut self.nodes[better];
                node.margin = node.margin.min(margin);
                better = node.parent as usize;
            } else {
                worse = self.nodes[worse].parent as usize;
            }
            compared += 1;
        }
    }

    /// Writes out the best hypothesis.
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
        if self.beam.len() > 1 {
            for hypothesis in &mut self.beam {
                hypothesis.score += hypothesis.lattice.line_end(&mut self.memo, self.model);
            }
        }
        self.beam.sort_by(|a, b| b.score.total_cmp(&a.score));
        let others: Vec<(u32, f32)> = match &self.beam[..] {
            [best, others @ ..] => others.iter().map(|h| (h.node, best.score - h.score)).collect(),
            [] => Vec::new(),
        };
        for (other, margin) in others.into_iter().take_while(|(_, margin)| *margin < OPEN) {
            self.doubt(self.beam[0].node, other, margin);
        }
        self.settle();
        self.done.finish()
    }

    /// Writes out the best hypothesis and drops the others.
    fn settle(&mut self) {
        self.beam.truncate(1);
        let Some(best) = self.beam.first_mut() else { return };
        let mut pieces = Vec::new();
        let mut at = std::mem::take(&mut best.node) as usize;
        while at != 0 {
            pieces.push((self.nodes[at].piece, self.nodes[at].margin));
            at = self.nodes[at].parent as usize;
        }
        self.nodes.truncate(1);
        for (piece, margin) in pieces.into_iter().rev() {
            self.done.write(piece, margin);
        }
    }
}

/// Whether Chinese continues behind a question mark.
fn is_in_text(line: &[Token], at: usize) -> bool {
    matches!(line.get(at + 1), Some(Token::Pair(..) | Token::Lost(_)))
}
