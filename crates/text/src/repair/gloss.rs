//! Glosses: pinyin that a mirror's program wrote into the text byte by byte, losing bytes on the way.
//!
//! The program searched for the two GBK bytes of each character of its table and inserted the reading behind them, even
//! where the two bytes belonged to two neighbours. When the result is decoded as GBK, the byte in front of such a `(`
//! is swallowed with it, `?` stands for both, and the following text is read shifted by one byte until something brings
//! it back in step.
//!
//! The lines of a page flow in; the lines as the program found them flow out, if the page shows that the program was at
//! work. [`super::tokens`] reads a line, [`super::evidence`] judges the page as a whole, [`super::beam_search`] chooses
//! the lost bytes by the scores of [`super::model`].

use super::beam_search::{MOST_HOLES_A_PAGE, restore};
use super::evidence::{Evidence, LEAST, Script, is_only};
use super::model::Model;
use super::reading::LONGEST_SYLLABLE;
use super::restored_line::{LOST, Restored, UncertainRange};
use super::tokens::{Token, cut_mark, tokens};

/// The slope and the offset of the logistic curve from margins in bits to certainty.
const STEEPNESS: f32 = 0.5;
const OFFSET: f32 = 0.4;

/// The result of removing the glosses of a page.
pub struct GlossRepair {
    /// The lines, as many as went in.
    pub lines: Vec<String>,
    /// The script of the lines.
    pub script: Script,
    /// Number of glosses removed.
    pub count: u32,
    /// The probability that the text is as it was before the damage, except for what is lost.
    pub confidence: f32,
    /// For each line, the characters that were a choice.
    pub doubts: Vec<Vec<UncertainRange>>,
    /// Number of places that are lost for good.
    pub lost: u32,
}

/// Removes the glosses of a page; `None` if no program wrote them.
pub fn undo(lines: &[&str]) -> Option<GlossRepair> {
    if !may_be_glossed(lines) {
        return None;
    }
    let read: Vec<Vec<Token>> = lines.iter().map(|line| tokens(line, &|_, _| true)).collect();
    let mut evidence = Evidence::from_lines(&read);
    if !evidence.shows_script() {
        return None;
    }
    let read: Vec<Vec<Token>> =
        lines.iter().map(|line| tokens(line, &|pair, reading| evidence.is_gloss(pair, reading))).collect();
    let (mut restored, mut without_gaps) = restore_all(&read, &evidence);
    // Out of step the characters look like others, so only the restored text shows their script.
    let text = restored.iter().zip(lines).map(|(r, line)| r.as_ref().map_or(*line, |r| r.text.as_str()));
    let script = script_of(text);
    if script != evidence.script {
        evidence.script = script;
        (restored, without_gaps) = restore_all(&read, &evidence);
    }
    let glosses = |line: &Vec<Token>| line.iter().filter(|t| matches!(t, Token::Gloss(_) | Token::Lost(_))).count();
    let count = read.iter().map(glosses).sum::<usize>() as u32;
    let doubts: Vec<Vec<UncertainRange>> = restored
        .iter_mut()
        .map(|line| line.as_mut().map_or_else(Vec::new, |l| std::mem::take(&mut l.doubts)))
        .collect();
    let confidence =
        without_gaps * doubts.iter().flatten().map(|d| d.margin).filter(|m| *m != LOST).map(certainty).product::<f32>();
    let gaps = |line: &Restored| line.text.matches('\u{FFFD}').count();
    let before: usize = lines.iter().map(|line| line.matches('\u{FFFD}').count()).sum();
    let lost = restored.iter().flatten().map(gaps).sum::<usize>().saturating_sub(before) as u32;
    let restored =
        restored.into_iter().zip(lines).map(|(r, line)| r.map_or_else(|| (*line).to_string(), |r| r.text)).collect();
    Some(GlossRepair { lines: restored, script, count, confidence, doubts, lost })
}

/// Returns the probability that a choice with this margin in bits is right: measured on articles that were damaged on
/// purpose.
fn certainty(margin: f32) -> f32 {
    1.0 / (1.0 + (-margin * STEEPNESS - OFFSET).exp2())
}

/// Restores the damaged lines of a page; `None` for the others.
fn restore_all(read: &[Vec<Token>], evidence: &Evidence) -> (Vec<Option<Restored>>, f32) {
    let mut model = Model::new(evidence, read);
    let mut holes = MOST_HOLES_A_PAGE;
    // The first pass over the page learns its characters and neighbours; if a line was left open, the second pass
    // chooses by them.
    let mut restored: Vec<Option<Restored>> =
        read.iter().map(|line| is_damaged(line).then(|| restore(line, &model, &mut holes))).collect();
    for line in restored.iter().flatten() {
        model.note(line);
    }
    model.learn();
    for (line, restored) in read.iter().zip(&mut restored) {
        let is_open = |r: &Restored| !r.doubts.is_empty() || r.shifted > 0 && model.gap().is_some();
        if let Some(first) = restored.as_ref().filter(|r| is_open(r)) {
            model.turn_to(first);
            *restored = Some(restore(line, &model, &mut holes));
        }
    }
    (restored, model.without_gaps())
}

/// Returns the script that prevails in a text.
fn script_of<'a>(lines: impl Iterator<Item = &'a str>) -> Script {
    let (mut traditional, mut simplified) = (0, 0);
    for c in lines.flat_map(str::chars) {
        traditional += usize::from(is_only(c, Script::Traditional));
        simplified += usize::from(is_only(c, Script::Simplified));
    }
    if traditional > simplified { Script::Traditional } else { Script::Simplified }
}

/// Whether a line needs repair. A lone hole is not enough, as most question marks are real; one with another mark
/// behind it is.
fn is_damaged(line: &[Token]) -> bool {
    line.iter().any(|t| matches!(t, Token::Gloss(_) | Token::Lost(_)))
        || line.iter().enumerate().any(|(at, t)| matches!(t, Token::Hole(_)) && cut_mark(line, at).is_some())
}

/// Tests quickly for a closing bracket behind lower-case or tone-marked letters that follow an opening bracket or `?`.
fn may_be_glossed(lines: &[&str]) -> bool {
    let mut found = 0;
    for line in lines {
        let bytes = line.as_bytes();
        for (at, _) in line.match_indices(')') {
            let from = at.saturating_sub(LONGEST_SYLLABLE * 2 + 4);
            let letters = |b: &u8| b.is_ascii_lowercase() || *b >= 0x80 || matches!(b, b' ' | b':' | b'1'..=b'5');
            let Some(start) = bytes[from..at].iter().rposition(|b| !letters(b)) else { continue };
            if start + from + 1 < at && matches!(bytes[start + from], b'(' | b'?') {
                found += 1;
                if found == LEAST {
                    return true;
                }
            }
        }
    }
    false
}
