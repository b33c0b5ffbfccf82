//! Glosses: pinyin that a mirror's script wrote into the text, byte by byte, losing bytes on the way.
//!
//! The script looked for the two GBK bytes of each character of its table and wrote the reading behind them, also where
//! the two bytes belonged to two neighbours. Read again as GBK, the byte in front of such a `(` is gone with it, `?`
//! stands for both, and what follows is read shifted by one byte until something brings it back in step.
//!
//! In: the lines of a page. Out: the lines as the script found them, where the page shows that the script was at work.
//! [`super::tokens`] reads a line, [`super::evidence`] is what the page as a whole tells, [`super::beam_search`] chooses the lost
//! bytes by the measures of [`super::model`].

use super::beam_search::{Doubt, LOST, MOST_HOLES_A_PAGE, Restored, restore};
use super::evidence::{Evidence, LEAST, Script, is_only};
use super::model::Model;
use super::reading::LONGEST_SYLLABLE;
use super::tokens::{Token, cut_mark, tokens};

/// How much of a bit of the model a bit of certainty is, and how much a choice begins with.
const STEEPNESS: f32 = 0.5;
const OFFSET: f32 = 0.0;

/// What was done to the glosses of a page.
pub struct Deglossed {
    /// As many lines as went in.
    pub lines: Vec<String>,
    /// Which letters stand on them.
    pub script: Script,
    /// How many glosses were taken out.
    pub count: u32,
    /// How likely it is that the text is as it stood before, but for what is lost.
    pub confidence: f32,
    /// For each line the characters that were a choice.
    pub doubts: Vec<Vec<Doubt>>,
    /// How many places are lost for good.
    pub lost: u32,
}

/// Takes the glosses out of a page, or nothing where no script wrote them.
pub fn undo(lines: &[&str]) -> Option<Deglossed> {
    if !may_be_glossed(lines) {
        return None;
    }
    let read: Vec<Vec<Token>> = lines.iter().map(|line| tokens(line, &|_, _| true)).collect();
    let mut evidence = Evidence::of(&read);
    if !evidence.shows_script() {
        return None;
    }
    let read: Vec<Vec<Token>> =
        lines.iter().map(|line| tokens(line, &|pair, reading| evidence.is_gloss(pair, reading))).collect();
    let (mut restored, mut without_gaps) = restore_all(&read, &evidence);
    // Out of step the letters look like others, so that only the restored text shows which they are.
    let text = restored.iter().zip(lines).map(|(r, line)| r.as_ref().map_or(*line, |r| r.text.as_str()));
    let script = script_of(text);
    if script != evidence.script {
        evidence.script = script;
        (restored, without_gaps) = restore_all(&read, &evidence);
    }
    let glosses = |line: &Vec<Token>| line.iter().filter(|t| matches!(t, Token::Gloss(_) | Token::Lost(_))).count();
    let count = read.iter().map(glosses).sum::<usize>() as u32;
    let doubts: Vec<Vec<Doubt>> = restored
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
    Some(Deglossed { lines: restored, script, count, confidence, doubts, lost })
}

/// How likely a choice is right that is likelier than any other by so many bits: measured on articles that were damaged.
fn certainty(margin: f32) -> f32 {
    1.0 / (1.0 + (-margin * STEEPNESS - OFFSET).exp2())
}

/// Restores the damaged lines of a page; for the others nothing.
fn restore_all(read: &[Vec<Token>], evidence: &Evidence) -> (Vec<Option<Restored>>, f32) {
    let mut model = Model::new(evidence, read);
    let mut holes = MOST_HOLES_A_PAGE;
    // The first pass over the page tells which characters and neighbours it has; where a line was left open, the second
    // chooses by them.
    let mut restored: Vec<Option<Restored>> =
        read.iter().map(|line| is_damaged(line).then(|| restore(line, &model, &mut holes))).collect();
    for line in restored.iter().flatten() {
        model.note(&line.text, &line.pairs, line.shifted);
    }
    model.learn();
    for (line, restored) in read.iter().zip(&mut restored) {
        let is_open = |r: &Restored| !r.doubts.is_empty() || r.shifted > 0 && model.gap().is_some();
        if restored.as_ref().is_some_and(is_open) {
            *restored = Some(restore(line, &model, &mut holes));
        }
    }
    (restored, model.without_gaps())
}

/// The letters of which a text has more.
fn script_of<'a>(lines: impl Iterator<Item = &'a str>) -> Script {
    let (mut traditional, mut simplified) = (0, 0);
    for c in lines.flat_map(str::chars) {
        traditional += usize::from(is_only(c, Script::Traditional));
        simplified += usize::from(is_only(c, Script::Simplified));
    }
    if traditional > simplified { Script::Traditional } else { Script::Simplified }
}

/// Whether a line needs work. A hole alone is none, as most question marks are real; one with another mark behind it is.
fn is_damaged(line: &[Token]) -> bool {
    line.iter().any(|t| matches!(t, Token::Gloss(_) | Token::Lost(_)))
        || line.iter().enumerate().any(|(at, t)| matches!(t, Token::Hole(_)) && cut_mark(line, at).is_some())
}

/// The quick look: a closing bracket behind small letters or tone letters that an opening one or `?` introduces.
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
