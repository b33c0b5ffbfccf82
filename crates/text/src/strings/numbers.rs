//! Numbers whose thousands may be separated by commas: 1,077 and 1077 are one number.
//!
//! Expects folded characters, so that １，０７７ is a number like any other.

use std::ops::Range;

use super::class::Class;

/// The length from which strings are searched for in a single pass over the text, with numbers as they are typed.
pub(super) const LONG: usize = 64;
/// The number of digits between two separators.
const GROUP: usize = 3;
/// The most digits of a number that is looked for in both forms.
const MAX_DIGITS: usize = 15;

/// A number in a string, with its other form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Its place in the string.
    pub range: Range<usize>,
    /// The number with separators if it stands without them in the string, and the other way round.
    pub other: Vec<char>,
}

impl Number {
    /// Returns the length of the other form if it occurs at this place of a text and is no part of a longer number.
    pub(super) fn other_at(&self, text: &[char], at: usize) -> Option<usize> {
        let rest = text.get(at..).filter(|rest| rest.starts_with(&self.other))?;
        let (before, after) = (&text[..at], &rest[self.other.len()..]);
        let first_group = self.other.iter().take_while(|c| **c != ',').count();
        let goes_on = is_digit(after.first()) || separates(text, at + self.other.len());
        let began = is_digit(before.last())
            || ends_with_point(before)
            || (first_group == GROUP && matches!(before, [.., digit, ','] if is_digit(Some(digit))));
        (!goes_on && !began).then_some(self.other.len())
    }
}

/// Finds the numbers of a string that have another form: those of more than three digits, or with separators. Empty for a
/// string of more than 64 characters, in which numbers stand as they are typed.
///
/// ```
/// use gongxun_text::strings::numbers;
/// let string: Vec<char> = "1,077人".chars().collect();
/// assert_eq!(numbers(&string)[0].other, ['1', '0', '7', '7']);
/// ```
pub fn numbers(string: &[char]) -> Vec<Number> {
    let mut found = Vec::new();
    if string.len() > LONG {
        return found;
    }
    let mut at = 0;
    while let Some(c) = string.get(at) {
        if Class::of(*c) != Class::Digit {
            at += 1;
            continue;
        }
        let start = at;
        while is_digit(string.get(at)) || separates(string, at) {
            at += 1;
        }
        let number = &string[start..at];
        let digits: Vec<char> = number.iter().copied().filter(|c| *c != ',').collect();
        let is_number = digits.iter().all(char::is_ascii_digit)
            && number[0] != '0'
            && (GROUP + 1..=MAX_DIGITS).contains(&digits.len())
            && !ends_with_point(&string[..start]);
        if is_number {
            let other = if digits.len() < number.len() { digits } else { separated(&digits) };
            found.push(Number { range: start..at, other });
        }
    }
    found
}

/// Whether the character at this index is a comma between thousands: one to three digits stand before it, three behind it.
pub(super) fn separates(string: &[char], at: usize) -> bool {
    if string.get(at) != Some(&',') {
        return false;
    }
    let before = string[..at].iter().rev().take(GROUP + 1).take_while(|c| is_digit(Some(c))).count();
    let after = string[at + 1..].iter().take(GROUP + 1).take_while(|c| is_digit(Some(c))).count();
    (1..=GROUP).contains(&before) && after == GROUP
}

fn separated(digits: &[char]) -> Vec<char> {
    let mut number = Vec::with_capacity(digits.len() + digits.len() / GROUP);
    for (at, digit) in digits.iter().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(GROUP) {
            number.push(',');
        }
        number.push(*digit);
    }
    number
}

/// Whether a text ends with a digit and a point, so that a digit behind it continues the number.
pub(super) fn ends_with_point(text: &[char]) -> bool {
    matches!(text, [.., digit, '.'] if Class::of(*digit) == Class::Digit)
}

fn is_digit(c: Option<&char>) -> bool {
    c.is_some_and(|c| Class::of(*c) == Class::Digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_two_forms() {
        let check = |string: &str, expect: &[&str]| {
            let string: Vec<char> = string.chars().collect();
            let others: Vec<String> =
                numbers(&string).into_iter().map(|number| number.other.iter().collect()).collect();
            assert_eq!(others, expect, "{string:?}");
        };
        check("1077", &["1,077"]);
        check("1,077人", &["1077"]);
        check("从1,200到2300000人", &["1200", "2,300,000"]);
        check("999人", &[]);
        check("0371", &[]);
        check("3.14159", &[]);
        check("12,34", &[]);
        check("1,0777", &[]);
        check("1077.25", &["1,077"]);
        check("①②③④", &[]);
        check("1234567890123456", &[]);
        check(&"工".repeat(61), &[]);
        check(&format!("1077{}", "工".repeat(61)), &[]);
    }
}
