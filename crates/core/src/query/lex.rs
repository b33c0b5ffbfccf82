//! The lexer: the characters of a query in, its lexemes out (words, quoted strings, parentheses, `|`). Nothing is lost:
//! every character is in a lexeme or a blank. Parentheses come out balanced and at most [`MAX_DEPTH`] deep.

use std::ops::Range;

use super::notes::Notes;
use super::{MAX_DEPTH, NoteKind};

/// The most blanks between a string and its `~20`.
const MAX_SLIP: usize = 2;

/// The kind of a lexeme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Or,
    /// A string between quotation marks, and the digits after `~`, if any.
    Quoted {
        inner: Range<usize>,
        distance: Option<Range<usize>>,
    },
    /// Anything else between blanks.
    Word,
    /// `and`, `or` or `not` in lower case between operands.
    Small(Operator),
}

/// An operator that is a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
}

/// A token with its place.
#[derive(Debug, Clone)]
pub(super) struct Lexeme {
    pub token: Token,
    pub span: Range<usize>,
    /// Whether it directly follows a quoted string or a closing parenthesis, so that a hyphen at its start is not a
    /// NOT.
    pub tail: bool,
}

/// Splits the characters of a query into lexemes.
pub(super) fn lex(chars: &[char], notes: &mut Notes) -> Vec<Lexeme> {
    let closers = Closers::of(chars);
    let mut lexemes: Vec<Lexeme> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let c = chars[at];
        at += 1;
        let token = if is_blank(c) {
            continue;
        } else if is_open(c) {
            Token::Open
        } else if is_close(c) {
            Token::Close
        } else if is_bar(c) {
            while chars.get(at).is_some_and(|&c| is_bar(c)) {
                at += 1;
            }
            Token::Or
        } else if let Some(mark) = quote(c) {
            let Some(end) = closers.after(at, mark) else {
                notes.add(NoteKind::UnclosedQuote, start..at, |part| {
                    format!("the quotation mark {part} has no partner; it was left out")
                });
                continue;
            };
            let inner = at..end;
            at = end + 1;
            let distance = tilde_digits(chars, at).or_else(|| {
                // A blank before ~20 is a typing slip, unless something else is attached to it.
                let blanks = chars[at..].iter().take_while(|c| is_blank(**c)).count();
                let digits = tilde_digits(chars, at + blanks)?;
                let alone = chars.get(digits.end).is_none_or(|&c| ends_word(c));
                (blanks > 0 && blanks <= MAX_SLIP && !digits.is_empty() && alone).then_some(digits)
            });
            if let Some(digits) = &distance {
                at = digits.end;
            }
            Token::Quoted { inner, distance }
        } else {
            while chars.get(at).is_some_and(|&c| !ends_word(c)) {
                at += 1;
            }
            Token::Word
        };
        let tail = lexemes
            .last()
            .is_some_and(|last| last.span.end == start && matches!(last.token, Token::Close | Token::Quoted { .. }));
        lexemes.push(Lexeme { token, span: start..at, tail });
    }
    let mut lexemes = balance(lexemes, notes);
    small_operators(&mut lexemes, chars, notes);
    lexemes
}

/// Turns `and`, `or` and `not` that are not all in capitals into operators if they stand between operands, since people
/// type them so. In quotes they are words.
fn small_operators(lexemes: &mut [Lexeme], chars: &[char], notes: &mut Notes) {
    let named = |lexeme: &Lexeme| match lexeme.token {
        Token::Word => operator(&chars[lexeme.span.clone()]),
        _ => None,
    };
    for at in 1..lexemes.len().saturating_sub(1) {
        let Some((operator, is_capital)) = named(&lexemes[at]) else { continue };
        let ends = |lexeme: &Lexeme| match lexeme.token {
            Token::Word => named(lexeme).is_none(),
            Token::Close | Token::Quoted { .. } => true,
            _ => false,
        };
        let begins = |lexeme: &Lexeme| match lexeme.token {
            Token::Word => named(lexeme).is_none(),
            Token::Open | Token::Quoted { .. } => true,
            _ => false,
        };
        // `and not` and `or not` are two operators.
        let joins = |lexeme: &Lexeme| {
            matches!(lexeme.token, Token::Small(Operator::And | Operator::Or) | Token::Or)
                || matches!(named(lexeme), Some((Operator::And | Operator::Or, true)))
        };
        let not_behind = operator != Operator::Not && matches!(named(&lexemes[at + 1]), Some((Operator::Not, _)));
        let before = ends(&lexemes[at - 1]) || (operator == Operator::Not && joins(&lexemes[at - 1]));
        if is_capital || !before || !(begins(&lexemes[at + 1]) || not_behind) {
            continue;
        }
        lexemes[at].token = Token::Small(operator);
        notes.add(NoteKind::SmallOperator, lexemes[at].span.clone(), |part| {
            format!("{part} between words is read as an operator; in quotes it is a word")
        });
    }
}

/// Returns the operator that a word names in any case, and whether it is in capitals.
fn operator(word: &[char]) -> Option<(Operator, bool)> {
    const LONGEST: usize = 3;
    if word.len() > LONGEST {
        return None;
    }
    let word: String = word.iter().map(|c| half(*c)).collect();
    let operator = match word.to_ascii_uppercase().as_str() {
        "AND" => Operator::And,
        "OR" => Operator::Or,
        "NOT" => Operator::Not,
        _ => return None,
    };
    Some((operator, word.chars().all(|c| c.is_ascii_uppercase())))
}

/// Removes parentheses without a partner, and those that are nested too deep.
fn balance(lexemes: Vec<Lexeme>, notes: &mut Notes) -> Vec<Lexeme> {
    let mut keep = vec![true; lexemes.len()];
    let mut open: Vec<usize> = Vec::new();
    for (number, lexeme) in lexemes.iter().enumerate() {
        match lexeme.token {
            Token::Open => {
                keep[number] = open.len() < MAX_DEPTH;
                if open.len() == MAX_DEPTH {
                    notes.add_once(NoteKind::TooDeep, lexeme.span.clone(), |_| {
                        format!("parentheses stand more than {MAX_DEPTH} deep; the inner ones were left out")
                    });
                }
                open.push(number);
            }
            Token::Close => match open.pop() {
                Some(partner) => keep[number] = keep[partner],
                None => {
                    keep[number] = false;
                    unmatched(lexeme, notes);
                }
            },
            _ => {}
        }
    }
    for number in open {
        keep[number] = false;
        unmatched(&lexemes[number], notes);
    }
    lexemes.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(lexeme, _)| lexeme).collect()
}

fn unmatched(lexeme: &Lexeme, notes: &mut Notes) {
    notes.add_once(NoteKind::UnmatchedParenthesis, lexeme.span.clone(), |part| {
        format!("the parenthesis {part} has no partner; it was left out")
    });
}

/// The next closing mark of each family by position, so that a query of nothing but opening marks takes linear time.
struct Closers {
    next: Vec<[u32; 3]>,
}

impl Closers {
    const NONE: u32 = u32::MAX;

    fn of(chars: &[char]) -> Closers {
        let mut next = vec![[Closers::NONE; 3]; chars.len() + 1];
        for at in (0..chars.len()).rev() {
            next[at] = next[at + 1];
            match quote(chars[at]) {
                Some(Mark::Double) => next[at][0] = at as u32,
                Some(Mark::CornerClose) => next[at][1] = at as u32,
                Some(Mark::WhiteCornerClose) => next[at][2] = at as u32,
                _ => {}
            }
        }
        Closers { next }
    }

    /// Returns the end of the string that a mark opens before `at`: the mark's partner, or else the next mark that can
    /// close.
    fn after(&self, at: usize, mark: Mark) -> Option<usize> {
        let next = self.next[at];
        let partner = match mark {
            Mark::Double => next[0],
            Mark::CornerOpen | Mark::CornerClose => next[1],
            Mark::WhiteCornerOpen | Mark::WhiteCornerClose => next[2],
        };
        let end = if partner == Closers::NONE { next[0].min(next[1]).min(next[2]) } else { partner };
        (end != Closers::NONE).then_some(end as usize)
    }
}

/// The families of quotation marks. Marks of the first family close each other in any pairing, as keyboards mix them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Double,
    CornerOpen,
    CornerClose,
    WhiteCornerOpen,
    WhiteCornerClose,
}

fn quote(c: char) -> Option<Mark> {
    match c {
        '"' | '＂' | '“' | '”' | '„' | '‟' | '〝' | '〞' | '〟' => Some(Mark::Double),
        '「' | '﹁' | '｢' => Some(Mark::CornerOpen),
        '」' | '﹂' | '｣' => Some(Mark::CornerClose),
        '『' | '﹃' => Some(Mark::WhiteCornerOpen),
        '』' | '﹄' => Some(Mark::WhiteCornerClose),
        _ => None,
    }
}

/// Returns the digits of `~20` at this position; an empty range if there are none.
pub(super) fn tilde_digits(chars: &[char], at: usize) -> Option<Range<usize>> {
    if !chars.get(at).is_some_and(|&c| is_tilde(c)) {
        return None;
    }
    let digits = chars[at + 1..].iter().take_while(|&&c| half(c).is_ascii_digit()).count();
    Some(at + 1..at + 1 + digits)
}

/// Whether a character ends a word.
pub(super) fn ends_word(c: char) -> bool {
    is_blank(c) || is_open(c) || is_close(c) || is_bar(c) || quote(c).is_some()
}

/// Whether a character is a blank of any width, a line end or a control character.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Whether a character has no width: pages and editors leave such inside words.
pub(super) fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

/// Whether a character is a hyphen that means NOT at the start of a piece.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '－' | '﹣' | '−' | '‐' | '\u{2011}')
}

/// Whether a character before a word is an operator of other search tools (NOT, mostly) or a dash that an editor makes of
/// a hyphen, and means nothing here.
pub(super) fn is_foreign_operator(c: char) -> bool {
    matches!(c, '!' | '！' | '﹗' | '^' | '＾' | '¬' | '￢' | '\u{2012}' | '–' | '—' | '―' | '﹘') || is_tilde(c)
}

/// Whether a character is a colon after a field's name.
pub(super) fn is_colon(c: char) -> bool {
    matches!(c, ':' | '：' | '﹕' | '︰')
}

/// Whether a character can end a quoted string or a group.
pub(super) fn closes(c: char) -> bool {
    is_close(c) || quote(c).is_some()
}

fn is_tilde(c: char) -> bool {
    matches!(c, '~' | '～' | '〜' | '∼')
}

fn is_open(c: char) -> bool {
    matches!(c, '(' | '（' | '﹙')
}

fn is_close(c: char) -> bool {
    matches!(c, ')' | '）' | '﹚')
}

fn is_bar(c: char) -> bool {
    matches!(c, '|' | '｜')
}

/// Returns the half-width form of a full-width character.
pub(super) fn half(c: char) -> char {
    match c as u32 {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}
