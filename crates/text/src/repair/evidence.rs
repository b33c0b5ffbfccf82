//! The evidence of a page as a whole: the characters with and without glosses, the script that it is written in, and
//! from these whether a glossing program was at work.
//!
//! The tokens of the lines flow in; [`Evidence`] flows out.

use std::collections::HashMap;

use super::gbk::gbk;
use super::reading::{Reading, readings};
use super::tokens::{Token, cut_mark, visible_pair};
use crate::fold::{fold_char, is_han};

/// The script of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// 繁体
    Traditional,
    /// 简体
    Simplified,
}

/// The least number of glosses with a lost byte that prove that a glossing program was at work.
const LEAST_LOST: u32 = 1;
/// The least number of glosses that is conclusive if all are behind intact characters.
const LEAST_WHOLE: u32 = 8;
/// The least number of question marks in front of another mark that, beside as many glosses, prove the same: the bytes of
/// the mark were found across two characters.
const LEAST_CUTS: u32 = 2;
/// The bytes of ，：；、。, in front of which nobody writes a question mark.
const SEPARATORS: [[u8; 2]; 5] = [[0xA3, 0xAC], [0xA3, 0xBA], [0xA3, 0xBB], [0xA1, 0xA2], [0xA1, 0xA3]];
/// The least number of their distinct characters, and the least recurrence of one.
const LEAST_DIFFERENT: u32 = 6;
const LEAST_RECURRING: u32 = 2;
/// With fewer distinct characters than that, but at least this many, each has to recur often and to stand hardly ever
/// without its gloss.
const LEAST_FEW: u32 = 3;
const LEAST_FEW_RECURRING: u32 = 12;
const FEW_PLAIN: u32 = 25;
/// The number of Latin words in a line from which it is, or stands beside, the translation of a lesson's sentence.
const LATIN_WORDS: usize = 3;
/// The number of characters in a line from which it is a lesson's if three in four have a gloss.
const LESSON: u32 = 3;
/// The least number of glosses of any kind that is conclusive.
pub const LEAST: u32 = 2;
/// The number of Chinese characters per gloss from which a page is not glossed by a program.
const MOST_CHARACTERS_A_GLOSS: u32 = 250;
/// The same for glosses that are all behind intact characters.
const MOST_CHARACTERS_A_WHOLE: u32 = 60;
/// The number of most common characters of which a table of common characters is mostly made.
const COMMON: usize = 2500;

/// The evidence of a page about the table that the glossing program used.
pub struct Evidence {
    /// Number of occurrences of each pair of bytes with each gloss.
    pub glossed: HashMap<(u16, Reading), u32>,
    /// Number of occurrences of each pair of bytes without a gloss, in or out of step.
    pub plain: Vec<u16>,
    /// The script of the page.
    pub script: Script,
    /// Whether the page shows pairs of bytes in GBK's user-defined area; otherwise they became `?`.
    pub shows_private: bool,
    /// Whether the ASCII character behind a lost byte is still there; most decoders swallow it.
    pub keeps_ascii: bool,
    /// Number of glosses behind intact characters.
    whole: u32,
    /// Number of glosses behind lost bytes.
    pub lost: u32,
    /// Number of Chinese characters.
    characters: u32,
    /// Number of glosses behind intact characters that are a reading of the character.
    fitting: u32,
    /// Number of glosses on lines that look like those of a lesson.
    lesson_glosses: u32,
    /// Number of question marks in front of a comma and the like, in the middle of a text.
    cuts: u32,
}

impl Evidence {
    /// Collects the evidence of a page.
    pub fn from_lines(lines: &[Vec<Token>]) -> Evidence {
        let mut evidence = Evidence {
            glossed: HashMap::new(),
            plain: vec![0; 0x10000],
            script: Script::Simplified,
            shows_private: false,
            keeps_ascii: false,
            whole: 0,
            lost: 0,
            characters: 0,
            fitting: 0,
            lesson_glosses: 0,
            cuts: 0,
        };
        let (mut traditional, mut simplified) = (0u32, 0u32);
        let (mut kept, mut taken) = (0u32, 0u32);
        for line in lines {
            evidence.lesson_glosses += lesson_glosses(line);
            let mut before: Option<u8> = None;
            for (at, token) in line.iter().enumerate() {
                match *token {
                    Token::Pair(lead, trail) => {
                        if let Some(b) = before.filter(|b| *b >= 0x81) {
                            evidence.see_plain(b, lead);
                        }
                        let c = gbk().decode(lead, trail).unwrap_or('\0');
                        evidence.characters += u32::from(is_han(c));
                        evidence.shows_private |= is_private(c);
                        traditional += u32::from(is_only(c, Script::Traditional));
                        simplified += u32::from(is_only(c, Script::Simplified));
                        if !matches!(line.get(at + 1), Some(Token::Gloss(_))) {
                            evidence.see_plain(lead, trail);
                        }
                        before = Some(trail);
                    }
                    Token::Lost(reading) => {
                        // Behind an intact character the lost byte has to form one with this reading.
                        let fits = match line[..at] {
                            [.., Token::Pair(_, lead)] => readings().completing(lead, reading).next().is_some(),
                            _ => true,
                        };
                        evidence.lost += u32::from(fits);
                        before = None;
                    }
                    Token::Gloss(reading) => {
                        evidence.whole += 1;
                        if let Some(pair) = visible_pair(&line[..at]) {
                            let [lead, trail] = pair.to_be_bytes();
                            *evidence.glossed.entry((pair, reading)).or_default() += 1;
                            evidence.fitting += u32::from(readings().is_read(lead, trail, reading));
                        }
                        before = None;
                    }
                    Token::Hole(c) => {
                        let separates = |mark: [u8; 2]| SEPARATORS.contains(&mark);
                        evidence.cuts += u32::from(cut_mark(line, at).is_some_and(separates));
                        // Decoders that write U+FFFD keep bytes that can stand alone.
                        kept += u32::from(c == '\u{FFFD}') * 2;
                        // A hole that no character precedes is a real question mark.
                        if matches!(line[..at], [.., Token::Pair(..) | Token::Lost(_)]) {
                            // A mark that the programs insert as bytes stays in any case.
                            let is_kept = matches!(line.get(at + 1), Some(Token::One(b'!'..=b'/' | b':'..=b'?')));
                            kept += u32::from(is_kept && cut_mark(line, at).is_none());
                            taken += u32::from(matches!(line.get(at + 1), Some(Token::Pair(..))));
                        }
                        before = None;
                    }
                    Token::One(_) | Token::Foreign(_) => before = None,
                }
            }
        }
        evidence.keeps_ascii = kept > taken;
        if traditional > simplified {
            evidence.script = Script::Traditional;
        }
        evidence
    }

    fn see_plain(&mut self, lead: u8, trail: u8) {
        let count = &mut self.plain[usize::from(u16::from_be_bytes([lead, trail]))];
        *count = count.saturating_add(1);
    }

    /// Whether brackets behind a character are a gloss: it has this reading, or the two occur together repeatedly.
    pub fn is_gloss(&self, pair: u16, reading: Reading) -> bool {
        let [lead, trail] = pair.to_be_bytes();
        readings().is_read(lead, trail, reading)
            || (self.glossed.get(&(pair, reading)).copied().unwrap_or(0) > 1 && self.plain[usize::from(pair)] == 0)
    }

    /// Whether the page was glossed by a program, rather than by someone who teaches the language.
    pub fn shows_script(&self) -> bool {
        let count = self.whole + self.lost;
        if count < LEAST || count * MOST_CHARACTERS_A_GLOSS < self.characters {
            return false;
        }
        // Nobody writes a question mark, a reading and a closing bracket.
        if self.lost >= LEAST_LOST && self.lost * MOST_CHARACTERS_A_GLOSS >= self.characters / 4 {
            return true;
        }
        if self.lesson_glosses * 2 > self.whole {
            return false;
        }
        if self.fitting >= LEAST_WHOLE && self.cuts >= LEAST_CUTS {
            return true;
        }
        let many = self.whole * MOST_CHARACTERS_A_WHOLE >= self.characters;
        if self.fitting < LEAST_WHOLE || !many || self.whole * 4 > self.characters * 3 {
            return false;
        }
        // A program glosses a character each time, with one reading, and uses a table of common characters; a teacher
        // glosses a word once, or every word, or says which of two readings is meant, mostly the rarer one.
        let mut by_pair: HashMap<u16, (u32, u32)> = HashMap::new();
        for ((pair, _), count) in &self.glossed {
            let entry = by_pair.entry(*pair).or_default();
            *entry = (entry.0 + count, entry.1 + 1);
        }
        let different = by_pair.len() as u32;
        let recurring: u32 = by_pair.values().map(|(count, _)| count - 1).sum();
        let plain: u32 = by_pair.keys().map(|pair| u32::from(self.plain[usize::from(*pair)])).sum();
        let one_reading = by_pair.values().filter(|(_, spellings)| *spellings == 1).count() as u32;
        let usual = self.glossed.keys().filter(|(pair, reading)| {
            let [lead, trail] = pair.to_be_bytes();
            readings().is_usual(lead, trail, *reading)
        });
        let usual = usual.count() as u32;
        let common = by_pair.keys().filter(|pair| is_common(**pair)).count() as u32;
        let many_kinds = different >= LEAST_DIFFERENT && recurring >= LEAST_RECURRING && plain * 10 <= self.whole;
        let few_kinds = different >= LEAST_FEW && recurring >= LEAST_FEW_RECURRING && plain * FEW_PLAIN <= self.whole;
        (many_kinds || few_kinds)
            && one_reading * 10 >= different * 9
            && usual * 10 >= different * 7
            && common * 10 >= different * 8
    }
}

/// Counts the glosses on a line that is a lesson's: nearly every character has one, or a translation is beside it.
fn lesson_glosses(line: &[Token]) -> u32 {
    let is_han = |t: &Token| matches!(*t, Token::Pair(lead, trail) if gbk().decode(lead, trail).is_some_and(is_han));
    let characters = line.iter().filter(|t| is_han(t)).count() as u32;
    let glosses = line.iter().filter(|t| matches!(t, Token::Gloss(_))).count() as u32;
    let is_letter = |t: &Token| matches!(t, Token::One(b) if b.is_ascii_alphabetic());
    let words = line.split(|t| !is_letter(t)).filter(|word| word.len() > 1).count();
    let all = characters >= LESSON && glosses * 4 >= characters * 3;
    if all || glosses > 0 && words >= LATIN_WORDS { glosses } else { 0 }
}

/// Whether a pair of bytes is one of the most common characters.
fn is_common(pair: u16) -> bool {
    let [lead, trail] = pair.to_be_bytes();
    let folded = gbk().decode(lead, trail).map(fold_char);
    super::frequency::frequencies().by_frequency().iter().take(COMMON).any(|common| Some(*common) == folded)
}

/// Whether a character is a private-use one, which stands for a pair in GBK's user-defined area.
pub fn is_private(c: char) -> bool {
    ('\u{E000}'..='\u{F8FF}').contains(&c)
}

/// Whether a character belongs to one script alone. Big5 has the traditional characters and those that both scripts
/// share.
pub fn is_only(c: char, script: Script) -> bool {
    if !is_han(c) {
        return false;
    }
    match script {
        Script::Traditional => fold_char(c) != c && c != '著',
        Script::Simplified => simplified().1.get(c as usize) == Some(&true),
    }
}

/// Whether a character is the simplified form of another, though traditional text may have it too (后, 里).
pub fn is_simplified(c: char) -> bool {
    simplified().0.get(c as usize) == Some(&true)
}

/// Returns for each character whether it is a simplified one, and whether it is one that traditional text does not have.
fn simplified() -> &'static (Vec<bool>, Vec<bool>) {
    static TABLE: std::sync::OnceLock<(Vec<bool>, Vec<bool>)> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let mut all = vec![false; 0x10000];
        let mut only = all.clone();
        for c in ('\u{4E00}'..='\u{9FFF}').filter(|c| fold_char(*c) != *c && *c != '著') {
            let simplified = fold_char(c);
            let mut buffer = [0; 4];
            let (_, _, outside_big5) = encoding_rs::BIG5.encode(simplified.encode_utf8(&mut buffer));
            if let Some(slot) = only.get_mut(simplified as usize) {
                *slot = outside_big5;
                all[simplified as usize] = true;
            }
        }
        (all, only)
    })
}
