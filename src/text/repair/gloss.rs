//! Glosses: pinyin that a mirror's script wrote into the text, byte by byte, losing bytes on the way.
//!
//! The script looked for the two GBK bytes of each character of its table and wrote the reading behind them, also where
//! the two bytes belonged to two neighbours. Read again as GBK, the byte in front of such a `(` is gone with it, `?`
//! stands for both, and what follows is read shifted by one byte until something brings it back in step.
//!
//! In: the lines of a page. Out: the lines as the script found them, where the page shows that the script was at work.
//! [`tokens`] reads a line, [`Evidence`] is what the page as a whole tells, [`super::path`] chooses the lost bytes.

use std::collections::HashMap;

use super::gbk::{Code, gbk, is_trail};
use super::path::{Model, Restored, restore};
use super::reading::{LONGEST_SYLLABLE, Reading, readings};
use crate::text::fold::{fold_char, is_han};

/// One piece of a damaged line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token {
    /// A character of two bytes.
    Pair(u8, u8),
    /// ASCII.
    One(u8),
    /// A character that GBK does not have.
    Foreign(char),
    /// A gloss behind a character that is there.
    Gloss(Reading),
    /// `?` and a gloss: the byte in front of the bracket is lost.
    Lost(Reading),
    /// `?` or U+FFFD alone: a real one, or a byte lost together with the ASCII character behind it.
    Hole(char),
}

/// Which letters stand on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// 繁体
    Traditional,
    /// 简体
    Simplified,
}

/// So many glosses with a lost byte prove that a script was at work.
const LEAST_LOST: u32 = 1;
/// Fewer glosses than this, all behind whole characters, prove nothing.
const LEAST_WHOLE: u32 = 8;
/// They are of this many characters at least, and this many of them come again.
const LEAST_DIFFERENT: u32 = 6;
const LEAST_RECURRING: u32 = 2;
/// Fewer glosses than this of any kind prove nothing.
const LEAST: u32 = 2;
/// With this many Chinese characters for a gloss, or more, the page is not glossed by a script.
const MOST_CHARACTERS_A_GLOSS: u32 = 250;
/// The same for glosses that are all behind whole characters.
const MOST_CHARACTERS_A_WHOLE: u32 = 60;
/// A table of common characters is mostly made of the most common ones, so many of them.
const COMMON: usize = 2000;

/// What the page as a whole tells about the table that the script went by.
pub struct Evidence {
    /// How often each pair of bytes stands with each gloss.
    pub glossed: HashMap<(u16, Reading), u32>,
    /// How often each pair of bytes stands without one, in or out of step.
    pub plain: Vec<u16>,
    /// Which letters stand on the page.
    pub script: Script,
    /// Whether the page shows pairs of bytes that GBK leaves to its users: else they became `?`.
    pub shows_private: bool,
    /// Whether the ASCII character behind a lost byte still stands, which most decoders take along.
    pub keeps_ascii: bool,
    /// Glosses behind characters, and behind lost bytes.
    whole: u32,
    lost: u32,
    /// Chinese characters.
    characters: u32,
    /// Glosses behind whole characters that are a reading of the character.
    fitting: u32,
}

/// What was done to the glosses of a page.
pub struct Deglossed {
    /// As many lines as went in.
    pub lines: Vec<String>,
    /// Which letters stand on them.
    pub script: Script,
    /// How many glosses were taken out.
    pub count: u32,
    /// The share of them where what stood there before is certain.
    pub confidence: f32,
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
    let mut restored = restore_all(&read, &evidence);
    // Out of step the letters look like others, so that only the restored text shows which they are.
    let text = restored.iter().zip(lines).map(|(r, line)| r.as_ref().map_or(*line, |r| r.text.as_str()));
    let script = script_of(text);
    if script != evidence.script {
        evidence.script = script;
        restored = restore_all(&read, &evidence);
    }
    let glosses = |line: &Vec<Token>| line.iter().filter(|t| matches!(t, Token::Gloss(_) | Token::Lost(_))).count();
    let count = read.iter().map(glosses).sum::<usize>() as u32;
    let uncertain: u32 = restored.iter().flatten().map(|line| line.uncertain).sum();
    let confidence = 1.0 - uncertain.min(count) as f32 / count.max(1) as f32;
    let restored =
        restored.into_iter().zip(lines).map(|(r, line)| r.map_or_else(|| (*line).to_string(), |r| r.text)).collect();
    Some(Deglossed { lines: restored, script, count, confidence })
}

/// Restores the damaged lines of a page; for the others nothing.
fn restore_all(read: &[Vec<Token>], evidence: &Evidence) -> Vec<Option<Restored>> {
    let mut model = Model::new(evidence);
    // The first pass over the page tells which characters and neighbours it has; where a line was left open, the second
    // chooses by them.
    let mut restored: Vec<Option<Restored>> =
        read.iter().map(|line| is_damaged(line).then(|| restore(line, &model))).collect();
    for line in restored.iter().flatten() {
        model.note(line);
    }
    model.learn();
    for (line, restored) in read.iter().zip(&mut restored) {
        if restored.as_ref().is_some_and(|r| r.uncertain > 0) {
            *restored = Some(restore(line, &model));
        }
    }
    restored
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

/// Whether a line needs work. A hole alone is none: most question marks are real.
fn is_damaged(line: &[Token]) -> bool {
    line.iter().any(|t| matches!(t, Token::Gloss(_) | Token::Lost(_)))
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

/// Reads a line. `is_gloss` says of a pair of bytes and the reading behind it whether the brackets are the script's.
pub fn tokens(line: &str, is_gloss: &dyn Fn(u16, Reading) -> bool) -> Vec<Token> {
    let chars: Vec<char> = line.chars().collect();
    let mut tokens = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let last = tokens.last().copied();
        match c {
            '(' => match bracket(&chars[at + 1..]) {
                Some((reading, length)) if is_glossed(&tokens, reading, is_gloss) => {
                    tokens.push(Token::Gloss(reading));
                    at += 1 + length;
                    continue;
                }
                _ => tokens.push(Token::One(b'(')),
            },
            '?' | '\u{FFFD}' => {
                let can_lead = match last {
                    Some(Token::Pair(_, trail)) => trail >= 0x81,
                    Some(Token::Gloss(_) | Token::Lost(_)) => true,
                    _ => false,
                };
                // Some decoders keep the bracket, most take it along with the byte.
                let kept = usize::from(chars.get(at + 1) == Some(&'('));
                match bracket(&chars[at + 1 + kept..]) {
                    Some((reading, length)) if can_lead => {
                        tokens.push(Token::Lost(reading));
                        at += 1 + kept + length;
                        continue;
                    }
                    _ => tokens.push(Token::Hole(c)),
                }
            }
            _ => tokens.push(match gbk().encode(c) {
                Code::One(byte) => Token::One(byte),
                Code::Two(lead, trail) => Token::Pair(lead, trail),
                Code::None => Token::Foreign(c),
            }),
        }
        at += 1;
    }
    tokens
}

/// Whether a gloss can stand behind these tokens.
fn is_glossed(tokens: &[Token], reading: Reading, is_gloss: &dyn Fn(u16, Reading) -> bool) -> bool {
    match visible_pair(tokens) {
        Some(pair) => {
            let [lead, trail] = pair.to_be_bytes();
            readings().is_readable(lead, trail) && is_gloss(pair, reading)
        }
        // Behind a lost byte stands an ASCII letter that is the second byte of a character.
        None => matches!(tokens, [.., Token::Lost(_), Token::One(b)] if is_trail(*b)),
    }
}

/// The last two bytes of the tokens, where they stand together and the first can lead. Out of step the second byte can
/// look like an ASCII letter.
fn visible_pair(tokens: &[Token]) -> Option<u16> {
    match *tokens {
        [.., Token::Pair(lead, trail)] => Some(u16::from_be_bytes([lead, trail])),
        [.., Token::Pair(_, lead), Token::One(trail)]
        | [.., Token::Pair(_, lead), Token::Gloss(_), Token::One(trail)]
            if lead >= 0x81 && is_trail(trail) =>
        {
            Some(u16::from_be_bytes([lead, trail]))
        }
        _ => None,
    }
}

/// A reading, perhaps blanks, and the closing bracket: the reading, and how many characters these are.
fn bracket(chars: &[char]) -> Option<(Reading, usize)> {
    const LONGEST: usize = LONGEST_SYLLABLE + 4;
    let end = chars.iter().take(LONGEST).position(|c| *c == ')')?;
    let letters = chars[..end].iter().rposition(|c| *c != ' ')? + 1;
    readings().parse(&chars[..letters]).map(|reading| (reading, end + 1))
}

impl Evidence {
    /// Counts what stands on the page.
    pub fn of(lines: &[Vec<Token>]) -> Evidence {
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
        };
        let (mut traditional, mut simplified) = (0u32, 0u32);
        let (mut kept, mut taken) = (0u32, 0u32);
        for line in lines {
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
                        // Behind a whole character the lost byte has to make one that is read so.
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
                    Token::Hole(_) => {
                        // A hole that no character stands before is a real question mark.
                        if matches!(line[..at], [.., Token::Pair(..) | Token::Lost(_)]) {
                            kept += u32::from(matches!(line.get(at + 1), Some(Token::One(b'!'..=b'/' | b':'..=b'?'))));
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

    /// Whether brackets behind a character are the script's: it is read so, or stands so again and again.
    pub fn is_gloss(&self, pair: u16, reading: Reading) -> bool {
        let [lead, trail] = pair.to_be_bytes();
        readings().is_read(lead, trail, reading)
            || (self.glossed.get(&(pair, reading)).copied().unwrap_or(0) > 1 && self.plain[usize::from(pair)] == 0)
    }

    /// Whether the page was glossed by a script, and not by somebody who teaches the language.
    fn shows_script(&self) -> bool {
        let count = self.whole + self.lost;
        if count < LEAST || count * MOST_CHARACTERS_A_GLOSS < self.characters {
            return false;
        }
        // Nobody writes a question mark, a reading and a closing bracket.
        if self.lost >= LEAST_LOST && self.lost * MOST_CHARACTERS_A_GLOSS >= self.characters / 4 {
            return true;
        }
        let many = self.whole * MOST_CHARACTERS_A_WHOLE >= self.characters;
        if self.fitting < LEAST_WHOLE || !many || self.whole * 10 > self.characters * 6 {
            return false;
        }
        // A script glosses a character each time, with one reading, and goes by a table of common characters; a
        // teacher glosses a word once, or every word, or says which of two readings is meant.
        let mut by_pair: HashMap<u16, (u32, u32)> = HashMap::new();
        for ((pair, _), count) in &self.glossed {
            let entry = by_pair.entry(*pair).or_default();
            *entry = (entry.0 + count, entry.1 + 1);
        }
        let different = by_pair.len() as u32;
        let recurring = by_pair.values().filter(|(count, _)| *count > 1).count() as u32;
        let plain: u32 = by_pair.keys().map(|pair| u32::from(self.plain[usize::from(*pair)])).sum();
        let one_reading = by_pair.values().filter(|(_, spellings)| *spellings == 1).count() as u32;
        let common = by_pair.keys().filter(|pair| is_common(**pair)).count() as u32;
        different >= LEAST_DIFFERENT
            && recurring >= LEAST_RECURRING
            && plain * 10 <= self.whole
            && one_reading * 10 >= different * 9
            && common * 10 >= different * 8
    }
}

/// Whether a pair of bytes is one of the most common characters.
fn is_common(pair: u16) -> bool {
    let [lead, trail] = pair.to_be_bytes();
    let folded = gbk().decode(lead, trail).map(fold_char);
    super::frequency::frequencies().by_frequency().iter().take(COMMON).any(|common| Some(*common) == folded)
}

/// Whether a character is none but stands for a pair that GBK leaves to its users.
pub fn is_private(c: char) -> bool {
    ('\u{E000}'..='\u{F8FF}').contains(&c)
}

/// Whether a character belongs to one script alone. Big5 holds the traditional ones and those that both share.
pub fn is_only(c: char, script: Script) -> bool {
    if !is_han(c) {
        return false;
    }
    match script {
        Script::Traditional => fold_char(c) != c && c != '著',
        Script::Simplified => only_simplified().get(c as usize) == Some(&true),
    }
}

/// For each character whether it is a simplified one that traditional text does not have.
fn only_simplified() -> &'static [bool] {
    static TABLE: std::sync::OnceLock<Vec<bool>> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = vec![false; 0x10000];
        for c in ('\u{4E00}'..='\u{9FFF}').filter(|c| fold_char(*c) != *c && *c != '著') {
            let simplified = fold_char(c);
            let mut buffer = [0; 4];
            let (_, _, outside_big5) = encoding_rs::BIG5.encode(simplified.encode_utf8(&mut buffer));
            if let Some(slot) = table.get_mut(simplified as usize) {
                *slot = outside_big5;
            }
        }
        table
    })
}
