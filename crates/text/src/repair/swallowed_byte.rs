//! The swallowed byte: the ASCII character that a decoder merged with a lost byte into one `?`.
//!
//! The tokens around the hole and the page they stand on flow in; the character that most likely stood there flows out.
//! The rules reflect what precedes numbers, quotes and the rest in printed news: nearly always a comma, but behind a
//! Chinese character a number of one to three digits has mostly lost its first digit.

use super::gbk::gbk;
use super::tokens::Token;
use crate::fold::fold_char;
use crate::segment::{Hmm, Segmenter};

/// The distance, in tokens, in which a bracket is searched for and running text is recognised.
const REACH: usize = 200;
/// The most tokens of the page that are searched for the same number or name.
const MOST_SEARCHED: usize = 20_000;
/// The length of the longest number or name that is searched for.
const LONGEST_RUN: usize = 12;
/// The number of characters behind a hole that show its first word.
const WORD_REACH: usize = 6;
/// The greatest distance of a label from the beginning of its line, in tokens.
const LABEL_REACH: usize = 16;

/// Counted nouns and units that do not begin a clause: behind a hole they have lost their number.
const COUNTED: &str = "月日年时个枚万名条千座列亿米倍辆点项层秒厘毫颗岁轮架页届艘册件位家人吨元分天次";
/// Counted words that begin with one of those.
const COUNTED_WORDS: [&str; 14] =
    ["月份", "月底", "月初", "月末", "个月", "年代", "万元", "亿元", "万人", "万吨", "人次", "公里", "厘米", "毫米"];
/// Those of them that begin a clause just as often: alone they do not count.
const BEGINS_CLAUSES: &str = "年时点位家人分天次名";
/// Verbs followed by a colon when a quotation follows.
const SAYS: &str = "说示称道为云曰";
/// Characters that end a question.
const ASKS: &str = "吗呢";
/// Characters that a question contains.
const QUESTIONS: &str = "吗呢谁怎何哪什";
/// Labels followed by a name or a time.
const LABELS: [[char; 2]; 11] = [
    ['来', '源'],
    ['编', '辑'],
    ['作', '者'],
    ['审', '核'],
    ['监', '制'],
    ['校', '对'],
    ['责', '编'],
    ['时', '间'],
    ['电', '话'],
    ['地', '址'],
    ['日', '期'],
];

/// Returns the ASCII character that was most likely swallowed with the byte lost at this place of a line; `None` if
/// none was.
pub fn swallowed_byte(line: &[Token], at: usize, page: &[Vec<Token>]) -> Option<u8> {
    let rest = &line[at + 1..];
    let open = is_open(&line[at.saturating_sub(REACH)..at]);
    let bracket = rest.iter().take(REACH).find_map(|t| match t {
        Token::One(b @ (b'(' | b')')) => Some(*b),
        _ => None,
    });
    // The closing bracket is gone too: here, unless a later hole or mark may have swallowed it.
    let is_mark = |t: &Token| matches!(t, Token::One(b',' | b':' | b';'));
    let holes_follow = rest.iter().take(REACH).any(|t| matches!(t, Token::Hole(_)));
    let closes = open && bracket != Some(b')') && (rest.first().is_none_or(is_mark) || !holes_follow);
    match rest.first() {
        None | Some(Token::One(b',' | b':' | b';' | b'!' | b')')) => closes.then_some(b')'),
        // Blanks come in rows, at the end of a line.
        Some(Token::One(b' ')) => Some(if closes { b')' } else { b' ' }),
        Some(Token::One(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'%')) => Some(
            (if !open && bracket == Some(b')') { Some(b'(') } else { None })
                .or_else(|| in_front_elsewhere(rest, page))
                .or_else(|| digit(rest))
                .unwrap_or_else(|| between(line, at, closes, bracket, open)),
        ),
        Some(Token::Pair(0xA1, 0xB1)) if !closes => {
            // The quotation ends here, without its full stop.
            let quoted = line[..at].iter().rev().take_while(|t| **t != Token::Pair(0xA1, 0xB0));
            let asks = quoted.filter_map(character).any(|c| QUESTIONS.contains(c));
            Some(if asks { b'?' } else { b'!' })
        }
        Some(Token::Pair(..)) if is_counted(rest) => Some(in_front_elsewhere(rest, page).unwrap_or(b'1')),
        Some(_) => Some(between(line, at, closes, bracket, open)),
    }
}

/// Adjusts the character once the one in front of it is known: some require a mark of their own.
pub fn behind(taken: Option<u8>, before: char, c: char, line: &[Token], at: usize) -> Option<u8> {
    let c = fold_char(c);
    match taken {
        Some(b',' | b' ' | b'!') | None if ASKS.contains(c) => {
            let ends = !matches!(line.get(at + 1), Some(Token::One(b',' | b':' | b';' | b'!' | b')')));
            if ends { Some(b'?') } else { taken }
        }
        Some(b',') if SAYS.contains(c) && line.get(at + 1) == Some(&Token::Pair(0xA1, 0xB0)) => Some(b':'),
        Some(b',' | b' ') if at < LABEL_REACH && LABELS.contains(&[before, c]) => Some(b':'),
        _ => taken,
    }
}

/// Returns the separator of two pieces of text: a bracket, a comma, or in headlines a blank.
fn between(line: &[Token], at: usize, closes: bool, bracket: Option<u8>, open: bool) -> u8 {
    // A closing bracket that nothing opens shows that the opening one is gone, and the other way round.
    if bracket == Some(b')') && !open {
        return b'(';
    }
    if closes {
        return b')';
    }
    let around = &line[at.saturating_sub(REACH)..line.len().min(at + REACH)];
    let is_text = around.iter().any(|t| matches!(t, Token::One(b',') | Token::Pair(0xA1, 0xA3)));
    if is_text { b',' } else { b' ' }
}

/// Whether a bracket is open at the end of these tokens.
fn is_open(tokens: &[Token]) -> bool {
    let last = tokens.iter().rev().find(|t| matches!(t, Token::One(b'(' | b')')));
    last == Some(&Token::One(b'('))
}

/// Returns the first digit of a number that has lost it, if the number shows that it has.
fn digit(rest: &[Token]) -> Option<u8> {
    let digits = rest.iter().take_while(|t| matches!(t, Token::One(b'0'..=b'9'))).count();
    let unit = rest.get(digits).and_then(character);
    match rest.first() {
        // A number begins neither with zero nor with its decimal point.
        Some(Token::One(b'0')) if digits == 3 => Some(b'2'),
        Some(Token::One(b'0' | b'.' | b'%')) => Some(b'1'),
        Some(Token::One(first)) if (1..=3).contains(&digits) => Some(match (digits, unit) {
            (1, Some('日')) if *first > b'1' => b'2',
            _ => b'1',
        }),
        _ => None,
    }
}

/// Whether a counted noun follows, so that its number is gone.
fn is_counted(rest: &[Token]) -> bool {
    let text: String =
        rest.iter().filter(|t| !matches!(t, Token::Gloss(_))).map_while(character).take(WORD_REACH).collect();
    if !text.starts_with(|c| COUNTED.contains(c)) {
        return false;
    }
    let mut words = Vec::new();
    Segmenter::builtin().cut(&text, Hmm::Off, &mut words);
    let word = words.first().map_or("", |w| &text[w.start as usize..w.end as usize]);
    COUNTED_WORDS.contains(&word) || (word.chars().count() == 1 && !word.starts_with(|c| BEGINS_CLAUSES.contains(c)))
}

/// Returns the character that precedes the same number, name or unit elsewhere on the page.
fn in_front_elsewhere(rest: &[Token], page: &[Vec<Token>]) -> Option<u8> {
    let run = rest.iter().take_while(|t| matches!(t, Token::One(b) if b.is_ascii_alphanumeric() || *b == b'.')).count();
    if run > LONGEST_RUN {
        return None;
    }
    let key = rest.get(..=run)?;
    let mut votes = [0u16; 0x80];
    for line in page.iter().scan(0, |seen, line| {
        *seen += line.len();
        (*seen <= MOST_SEARCHED).then_some(line)
    }) {
        for (at, window) in line.windows(key.len() + 1).enumerate() {
            let Token::One(front) = window[0] else { continue };
            let begins = at == 0 || !matches!(line[at - 1], Token::One(b) if b.is_ascii_alphanumeric() || b == b'.');
            if &window[1..] == key && begins && (run > 0 || front.is_ascii_digit()) {
                votes[usize::from(front & 0x7F)] += 1;
            }
        }
    }
    let (front, count) = votes.iter().enumerate().max_by_key(|(_, count)| **count)?;
    (*count > 0).then_some(front as u8)
}

/// Returns the character of a token, folded.
fn character(token: &Token) -> Option<char> {
    match *token {
        Token::Pair(lead, trail) => gbk().decode(lead, trail).map(fold_char),
        _ => None,
    }
}
