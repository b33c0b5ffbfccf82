//! What a string is: classes of characters, runs of one class, and where a string occurs in a text.
//!
//! The index proves strings by these rules and the plain scan ([`find`]) states them; `gongxun verify` compares the two.
//! Everything here takes folded characters (see [`crate::fold`]), so that an offset in characters is an offset
//! into the text as printed.

use std::ops::Range;

use super::fold::is_han;

/// What a folded character is for the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A Chinese character.
    Han,
    /// A digit of any script.
    Digit,
    /// A letter of any other script.
    Letter,
    /// Punctuation, blanks, symbols and everything else.
    Other,
}

impl Class {
    /// The class of a folded character.
    #[inline]
    pub fn of(c: char) -> Class {
        if c.is_ascii() {
            match c {
                'a'..='z' | 'A'..='Z' => Class::Letter,
                '0'..='9' => Class::Digit,
                _ => Class::Other,
            }
        } else if is_han(c) {
            Class::Han
        } else if matches!(c, '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}') {
            // The usual punctuation, which needs no look into Unicode's tables.
            Class::Other
        } else if c.is_alphabetic() {
            Class::Letter
        } else if c.is_numeric() {
            Class::Digit
        } else {
            Class::Other
        }
    }

    /// Whether characters of this class stand together as one whole run: letters and digits do.
    pub fn is_word(self) -> bool {
        matches!(self, Class::Digit | Class::Letter)
    }
}

/// Whether a character, folded or as printed, ends a sentence.
pub fn ends_sentence(c: char) -> bool {
    matches!(c, '。' | '!' | '?' | '！' | '？' | '…' | '｡' | '\n')
}

/// The runs of one class in a folded text, as ranges of characters. Every character is in exactly one run.
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

/// Where a string occurs in a text, both folded: the ranges of characters, in order, overlapping ones too.
///
/// Chinese characters must be equal. A run of letters or digits matches a whole run only: 5人 is not in 15人. A
/// character of any other kind (punctuation, a blank) stands for any one such character, and at either end of the string
/// for the edge of the text as well; such ends are not part of the range.
///
/// ```
/// use gongxun_text::{fold::fold, strings::find};
/// let text: Vec<char> = fold("聯合作戰，打贏15人").chars().collect();
/// let found = |string: &str| find(&text, &fold(string).chars().collect::<Vec<_>>()).collect::<Vec<_>>();
/// assert_eq!(found("作战"), [2..4]);
/// assert_eq!(found("作战 打"), [2..6]);
/// assert!(found("5人").is_empty());
/// assert_eq!(found("战。"), [3..4]);
/// ```
pub fn find<'a>(text: &'a [char], string: &'a [char]) -> impl Iterator<Item = Range<usize>> + 'a {
    let core = core(string);
    let pattern = &string[core.clone()];
    let (before, after) = (core.start > 0, core.end < string.len());
    let places = match (pattern.first(), text.len().checked_sub(pattern.len())) {
        (Some(first), Some(last)) => {
            let second = pattern.get(1).copied().filter(|c| Class::of(*c) != Class::Other);
            Places { text, end: last + 1, first: *first, second, at: 0 }
        }
        _ => Places { text: &[], end: 0, first: ' ', second: None, at: 0 },
    };
    places.filter_map(move |at| {
        let range = at..at + pattern.len();
        let same = pattern.iter().zip(&text[range.clone()]).all(|(p, t)| p == t || both_other(*p, *t));
        (same && edge(text, range.start, before) && edge(text, range.end, after)).then_some(range)
    })
}

/// How many characters are compared at once.
const AT_ONCE: usize = 16;

/// The places in a text at which a string may begin, by its first two characters.
struct Places<'a> {
    text: &'a [char],
    /// Behind the last place.
    end: usize,
    first: char,
    /// None where it may be any of several.
    second: Option<char>,
    at: usize,
}

impl Iterator for Places<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let places = &self.text[..self.end];
        // Without a way out in the middle of a chunk the compiler compares many characters at once.
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

/// The string without the characters of other kinds at its ends.
pub fn core(string: &[char]) -> Range<usize> {
    let inside = |c: &char| Class::of(*c) != Class::Other;
    let start = string.iter().position(inside).unwrap_or(string.len());
    let end = string.iter().rposition(inside).map_or(start, |last| last + 1);
    start..end
}

fn both_other(a: char, b: char) -> bool {
    Class::of(a) == Class::Other && Class::of(b) == Class::Other
}

/// Whether a match may begin or end at this place: no run of letters or digits is cut, and where the string had a
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
