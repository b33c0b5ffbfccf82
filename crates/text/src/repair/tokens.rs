//! The tokenizer of damaged lines: a line flows in; its [`Token`]s flow out, which are characters as pairs of GBK
//! bytes, glosses, and the places where bytes are lost.

use super::gbk::{Code, gbk, is_trail};
use super::reading::{LONGEST_SYLLABLE, Reading, readings};

/// A token of a damaged line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token {
    /// A character of two bytes.
    Pair(u8, u8),
    /// ASCII.
    One(u8),
    /// A character that GBK does not have.
    Foreign(char),
    /// A gloss behind an intact character.
    Gloss(Reading),
    /// `?` and a gloss: the byte in front of the bracket is lost.
    Lost(Reading),
    /// `?` or U+FFFD alone: a real one, or a byte lost together with the ASCII character behind it.
    Hole(char),
}

/// Tokenizes a line. `is_gloss` decides for a pair of bytes and the reading behind it whether the brackets are a gloss.
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
                // Some decoders keep the bracket, most swallow it with the byte.
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

/// Returns the last two bytes of the tokens, if they are adjacent and the first can lead. Out of step the second byte
/// can look like an ASCII letter.
pub fn visible_pair(tokens: &[Token]) -> Option<u16> {
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

/// Parses a reading, optional blanks and the closing bracket; returns the reading and the number of characters.
fn bracket(chars: &[char]) -> Option<(Reading, usize)> {
    const LONGEST: usize = LONGEST_SYLLABLE + 4;
    let end = chars.iter().take(LONGEST).position(|c| *c == ')')?;
    let letters = chars[..end].iter().rposition(|c| *c != ' ')? + 1;
    readings().parse(&chars[..letters]).map(|reading| (reading, end + 1))
}

/// The first byte of full-width ASCII, and the second bytes of ，：（）？；！, which become ASCII.
pub const FULL_WIDTH: u8 = 0xA3;
/// See [`FULL_WIDTH`].
pub const REPLACED: [u8; 7] = [0xAC, 0xBA, 0xA8, 0xA9, 0xBF, 0xBB, 0xA1];

/// Returns the two bytes of the punctuation mark behind a hole, if hole and mark can be the remains of a character that
/// the bytes of the mark cut: they stand in Chinese text, and no further mark follows.
pub fn cut_mark(line: &[Token], hole: usize) -> Option<[u8; 2]> {
    let mark = mark_of(line.get(hole + 1)?)?;
    let is_text = |token: &Token| matches!(token, Token::Pair(..) | Token::Lost(_) | Token::Gloss(_));
    // A letter behind the mark can be the second byte of a character.
    let is_second = |token: &Token| matches!(token, Token::One(b) if is_trail(*b));
    let behind = line.get(hole + 2)?;
    // Behind a question mark that is the mark, a lost byte is told from a row of question marks by a mark of its own.
    let is_hole = |token: &Token| matches!(token, Token::Hole(_));
    let is_lost = is_hole(behind)
        && (!is_hole(&line[hole + 1]) || line.get(hole + 3).is_some_and(|t| !is_hole(t) && mark_of(t).is_some()));
    let goes_on = is_text(behind) || is_second(behind) || is_lost;
    let can_precede = |token: &Token| {
        is_text(token) || matches!(token, Token::One(b'0'..=b'9' | b'%' | b',' | b':' | b';' | b'(' | b')'))
    };
    (goes_on && line[..hole].last().is_none_or(can_precede)).then_some(mark)
}

/// Returns the two full-width bytes of a punctuation mark that the mirrors' programs replace, given in either width.
pub fn mark_of(token: &Token) -> Option<[u8; 2]> {
    Some(match *token {
        Token::Pair(0xA1, second @ (0xA2 | 0xA3)) => [0xA1, second],
        Token::Pair(FULL_WIDTH, second) if REPLACED.contains(&second) => [FULL_WIDTH, second],
        Token::One(b @ (b',' | b':' | b'(' | b')' | b';' | b'!')) => [FULL_WIDTH, b | 0x80],
        Token::Hole('?') => [FULL_WIDTH, b'?' | 0x80],
        _ => return None,
    })
}
