//! String matching: classes of characters, runs of one class, and the occurrences of a string in a text.
//!
//! The index matches strings by these rules and the plain scan ([`find`]) defines them; `gongxun verify` compares the
//! two. Everything here takes folded characters (see [`crate::fold`]), so that an offset in characters is an offset
//! into the text as printed.

use std::ops::Range;

pub use class::Class;
use numbers::{LONG, ends_with_point};
pub use numbers::{Number, numbers};

mod class;
mod numbers;

/// Whether a character, folded or as printed, ends a sentence.
pub fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '!' | '?' | '！' | '？' | '…' | '｡' | '\n')
}

/// Whether a character is a sign that carries meaning wherever it stands: 20% is not 20, 工会+ is not 工会.
fn is_sign(c: char) -> bool {
    matches!(
        c,
        '%' | '‰'
            | '+'
            | '#'
            | '@'
            | '&'
            | '='
            | '<'
            | '>'
            | '$'
            | '¥'
            | '€'
            | '£'
            | '¢'
            | '°'
            | '℃'
            | '℉'
            | '§'
            | '×'
            | '÷'
            | '±'
            | '≥'
            | '≤'
            | '≠'
            | '№'
            | '√'
    )
}

/// Whether the character at this index of a string is a sign that carries meaning, so that no other matches it: one of
/// those that always do, the point between two digits (5.6), or the comma between thousands (1,077).
pub fn carries_meaning(string: &[char], at: usize) -> bool {
    let digit = |at: Option<usize>| at.and_then(|at| string.get(at)).is_some_and(|c| Class::of(*c) == Class::Digit);
    match string.get(at) {
        Some('.') => digit(at.checked_sub(1)) && digit(Some(at + 1)),
        Some(',') => numbers::separates(string, at),
        Some(c) => is_sign(*c),
        None => false,
    }
}

/// Iterates over the runs of one class in a folded text, as ranges of characters. Every character is in exactly one
/// run.
pub fn runs(chars: &[char]) -> impl Iterator<Item = (Class, Range<usize>)> + '_ {
    let mut start = 0;
    std::iter::from_fn(move || {
        let class = Class::of(*chars.get(start)?);
        let length = chars[start..].iter().take_while(|c| Class::of(**c) == class).count();
        let run = start..start + length;
        start = run.end;
        Some((class, run))
    })
}

/// Iterates over the occurrences of a string in a text, both folded: the ranges of characters, in order, overlapping
/// ones too.
///
/// Chinese characters must be equal. A run of letters or digits matches a whole run only: 5人 is not in 15人. A character
/// of any other kind (punctuation, a blank) stands for any one such character, and at either end of the string for the
/// edge of the text as well; such ends are not part of the range. A sign that carries meaning ([`carries_meaning`])
/// matches itself alone, and a number in a string with such a sign is not part of a longer one: 7% is not in 20.7%. A
/// number whose thousands may be separated matches in both forms ([`numbers()`]).
/// Time is linear in text and string.
///
/// ```
/// use gongxun_text::{fold::fold, strings::find};
/// let text: Vec<char> = fold("聯合作戰，打贏15人").chars().collect();
/// let found = |string: &str| find(&text, &fold(string).chars().collect::<Vec<_>>()).collect::<Vec<_>>();
/// assert_eq!(found("作战"), [2..4]);
/// assert_eq!(found("作战 打"), [2..6]);
/// assert!(found("5人").is_empty());
/// assert_eq!(found("战。"), [3..4]);
/// assert!(found("15%").is_empty());
///
/// let text: Vec<char> = fold("１，０７７人").chars().collect();
/// assert_eq!(find(&text, &['1', '0', '7', '7', '人']).collect::<Vec<_>>(), [0..6]);
/// ```
pub fn find<'a>(text: &'a [char], string: &'a [char]) -> impl Iterator<Item = Range<usize>> + 'a {
    let core = core(string);
    let pattern = &string[core.clone()];
    let (before, after) = (core.start > 0, core.end < string.len());
    let signs: Vec<usize> = (0..pattern.len()).filter(|at| carries_meaning(pattern, *at)).collect();
    let first_is_digit = !signs.is_empty() && pattern.first().is_some_and(|c| Class::of(*c) == Class::Digit);
    let numbers = numbers(pattern);
    let places = if pattern.len() > LONG {
        Either::Long(LongPlaces::new(text, pattern))
    } else {
        // Both forms of a number begin with the same digit.
        Either::Short(Places::new(text, if numbers.is_empty() { pattern } else { &pattern[..1] }))
    };
    places.filter_map(move |at| {
        let range = if numbers.is_empty() {
            let range = at..at + pattern.len();
            let same = pattern.len() > LONG
                || pattern.iter().zip(&text[range.clone()]).all(|(p, t)| p == t || both_other(*p, *t));
            let signs = || signs.iter().all(|sign| text[at + sign] == pattern[*sign]);
            (same && signs()).then_some(range)?
        } else {
            at..in_either_form(text, at, pattern, &numbers)?
        };
        let whole = || !(first_is_digit && ends_with_point(&text[..at]));
        (whole() && edge(text, range.start, before) && edge(text, range.end, after)).then_some(range)
    })
}

/// Returns the end of a string that begins at this place of a text, each of its numbers in the one form or the other.
fn in_either_form(text: &[char], at: usize, pattern: &[char], numbers: &[Number]) -> Option<usize> {
    let (mut place, mut end) = (0, at);
    let mut numbers = numbers.iter().peekable();
    while let Some(c) = pattern.get(place) {
        match numbers.next_if(|number| number.range.start == place) {
            Some(number) => {
                let typed = &pattern[number.range.clone()];
                end += if text[end..].starts_with(typed) { typed.len() } else { number.other_at(text, end)? };
                place = number.range.end;
            }
            None => {
                let other = text.get(end)?;
                let same = c == other || (both_other(*c, *other) && !carries_meaning(pattern, place));
                (place, end) = same.then_some((place + 1, end + 1))?;
            }
        }
    }
    Some(end)
}

enum Either<A, B> {
    Short(A),
    Long(B),
}

impl<A: Iterator<Item = usize>, B: Iterator<Item = usize>> Iterator for Either<A, B> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            Either::Short(places) => places.next(),
            Either::Long(places) => places.next(),
        }
    }
}

/// The occurrences of a long string, characters of other kinds being alike (Knuth, Morris and Pratt).
struct LongPlaces<'a> {
    text: &'a [char],
    pattern: &'a [char],
    /// For each length of a prefix of the string, the length of its longest border.
    borders: Vec<usize>,
    at: usize,
    held: usize,
}

impl<'a> LongPlaces<'a> {
    fn new(text: &'a [char], pattern: &'a [char]) -> LongPlaces<'a> {
        let mut borders = vec![0; if pattern.len() > text.len() { 0 } else { pattern.len() }];
        let mut held = 0;
        for at in 1..borders.len() {
            while held > 0 && !alike(pattern[at], pattern[held]) {
                held = borders[held - 1];
            }
            held += usize::from(alike(pattern[at], pattern[held]));
            borders[at] = held;
        }
        LongPlaces { text, pattern, borders, at: 0, held: 0 }
    }
}

impl Iterator for LongPlaces<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.borders.is_empty() {
            return None;
        }
        while let Some(c) = self.text.get(self.at) {
            self.at += 1;
            while self.held > 0 && !alike(*c, self.pattern[self.held]) {
                self.held = self.borders[self.held - 1];
            }
            self.held += usize::from(alike(*c, self.pattern[self.held]));
            if self.held == self.pattern.len() {
                self.held = self.borders[self.held - 1];
                return Some(self.at - self.pattern.len());
            }
        }
        None
    }
}

fn alike(a: char, b: char) -> bool {
    a == b || both_other(a, b)
}

/// The number of characters that are compared at once.
const AT_ONCE: usize = 16;

/// The places in a text at which a string may begin, by its first two characters.
struct Places<'a> {
    text: &'a [char],
    /// The end of the last place.
    end: usize,
    first: char,
    /// `None` if it may be any of several.
    second: Option<char>,
    at: usize,
}

impl<'a> Places<'a> {
    fn new(text: &'a [char], pattern: &'a [char]) -> Places<'a> {
        match (pattern.first(), text.len().checked_sub(pattern.len())) {
            (Some(first), Some(last)) => {
                let second = pattern.get(1).copied().filter(|c| Class::of(*c) != Class::Other);
                Places { text, end: last + 1, first: *first, second, at: 0 }
            }
            _ => Places { text: &[], end: 0, first: ' ', second: None, at: 0 },
        }
    }
}

impl Iterator for Places<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let places = &self.text[..self.end];
        // Without an exit in the middle of a chunk the compiler vectorizes the comparison.
        let found = match self.second {
            Some(second) => {
                let behind = self.text.get(1..)?;
                let here = |(c, next): (&char, &char)| (*c == self.first) & (*next == second);
                while let (Some(chunk), Some(next)) =
                    (places.get(self.at..self.at + AT_ONCE), behind.get(self.at..self.at + AT_ONCE))
                    && !chunk.iter().zip(next).fold(false, |any, pair| any | here(pair))
                {
                    self.at += AT_ONCE;
                }
                places.get(self.at..)?.iter().zip(behind.get(self.at..)?).position(here)?
            }
            None => {
                while let Some(chunk) = places.get(self.at..self.at + AT_ONCE)
                    && !chunk.iter().fold(false, |any, c| any | (*c == self.first))
                {
                    self.at += AT_ONCE;
                }
                places.get(self.at..)?.iter().position(|c| *c == self.first)?
            }
        };
        let place = self.at + found;
        self.at = place + 1;
        Some(place)
    }
}

/// Returns the range of the string without the characters of other kinds at its ends, except signs that carry meaning.
/// Empty if there is neither a letter nor a digit nor a Chinese character.
pub fn core(string: &[char]) -> Range<usize> {
    if string.iter().all(|c| Class::of(*c) == Class::Other) {
        return string.len()..string.len();
    }
    let inside = |at: &usize| Class::of(string[*at]) != Class::Other || carries_meaning(string, *at);
    let start = (0..string.len()).find(inside).unwrap_or(string.len());
    let end = (start..string.len()).rfind(inside).map_or(start, |last| last + 1);
    start..end
}

fn both_other(a: char, b: char) -> bool {
    Class::of(a) == Class::Other && Class::of(b) == Class::Other
}

/// Whether a match may begin or end at this place: no run of letters or digits is cut, and if the string has a
/// character of another kind here, so has the text (or it ends here).
fn edge(text: &[char], at: usize, other: bool) -> bool {
    let (Some(left), Some(right)) = (at.checked_sub(1).and_then(|i| text.get(i)), text.get(at)) else {
        return true;
    };
    let (left, right) = (Class::of(*left), Class::of(*right));
    !(left == right && left.is_word()) && (!other || left == Class::Other || right == Class::Other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    #[test]
    fn strings_are_found_where_they_stand() {
        let check = |text: &str, string: &str, expect: &[Range<usize>]| {
            let text: Vec<char> = fold(text).chars().collect();
            let pattern: Vec<char> = fold(string).chars().collect();
            assert_eq!(find(&text, &pattern).collect::<Vec<_>>(), expect, "{string}");
        };
        check("工会会员", "会", &[1..2, 2..3]);
        check("哈哈哈", "哈哈", &[0..2, 1..3]);
        check("AI大模型", "ai大", &[0..3]);
        check("OpenAI大模型", "AI大", &[]);
        check("2024年", "2024", &[0..4]);
        check("12024年", "2024", &[]);
        check("工会，权益", "工会 权益", &[0..5]);
        check("工会a权益", "工会 权益", &[]);
        check("工会权益", "工会 权益", &[]);
        check("说：工会", "：工会。", &[2..4]);
        check("工会工作", "工会。", &[]);
        check("工会", "，。", &[]);
        check("", "工", &[]);
        check("工", "", &[]);
        check("abc", "abc123", &[]);
        check("abc123", "123", &[3..6]);
        check("增长20%，降20.7%", "20%", &[2..5]);
        check("增长20%，降20.7%", "7%", &[]);
        check("增长20.7％", "20.7%", &[2..7]);
        check("增长20,7%", "20.7%", &[]);
        check("工会+互联网，工会", "工会+", &[0..3]);
        check("互联网+工会", "+工会", &[3..6]);
        check("5.6与5:6、15.6", "5.6", &[0..3]);
        check("C#与C++", "c#", &[0..2]);
        check("37℃，37度", "37℃", &[0..3]);
        check("a@b", "a@b", &[0..3]);
        check("a b", "a@b", &[]);
        check("a@b", "a b", &[0..3]);
        check("100%", "%", &[]);
        check("1,077人", "1077人", &[0..6]);
        check("1077人", "1,077人", &[0..5]);
        check("１，０７７人", "１０７７人", &[0..6]);
        check("21,077人", "1077人", &[]);
        check("21,077人", "1,077人", &[]);
        check("2,301,077人", "301077人", &[]);
        check("1,077,200元", "1077", &[]);
        check("1,077,200元", "1077200元", &[0..10]);
        check("1077200元", "1,077,200元", &[0..8]);
        check("1、077人", "1077人", &[]);
        check("1、077人", "1,077人", &[]);
        check("077人和1,077人", "077人", &[0..4, 7..11]);
        check("从1,200到2300人", "1200到2,300人", &[1..12]);
        check("3.1,077", "1077", &[]);
        check("1,077.5元", "1077.5元", &[0..8]);
        check("1077.5元", "1,077.5", &[0..6]);
        check("在2,025年", "2025年", &[1..7]);
        check("0,371", "0371", &[]);
        check("工会1,077，", "工会 1077", &[]);
        check("工会，1,077，", "工会 1077。", &[0..8]);
    }

    #[test]
    fn long_strings_are_found_as_short_ones() {
        let mut random = crate::random::Random::new(3);
        for round in 0..400 {
            let letters = ['工', '会', '，', ' ', '。', 'a', '%'];
            let mut draw =
                |length: usize| -> Vec<char> { (0..length).map(|_| letters[random.below(2 + round % 6)]).collect() };
            let unit = draw(1 + round % 9);
            let text: Vec<char> = unit.iter().copied().cycle().take(300).chain(draw(40)).collect();
            let start = round % 50;
            let string = &text[start..start + LONG + 1 + round % 30];
            let own = core(string);
            let pattern = &string[own];
            if pattern.len() <= LONG {
                continue;
            }
            let plain = (0..=text.len() - pattern.len())
                .filter(|at| pattern.iter().zip(&text[*at..]).all(|(p, t)| alike(*p, *t)))
                .collect::<Vec<_>>();
            assert_eq!(LongPlaces::new(&text, pattern).collect::<Vec<_>>(), plain);
        }
    }

    #[test]
    fn runs_cover_the_text() {
        let text: Vec<char> = "工会2024abcか，。x".chars().collect();
        let all: Vec<_> = runs(&text).collect();
        assert_eq!(all.iter().map(|(c, _)| *c).collect::<Vec<_>>(), {
            use Class::*;
            [Han, Digit, Letter, Other, Letter]
        });
        assert_eq!(all.iter().map(|(_, r)| r.len()).sum::<usize>(), text.len());
    }
}
