//! A piece of text in, its runs of letters and digits out.

use std::ops::Range;

/// The runs of letters and digits of a text, cut at punctuation, signs and blanks, as ranges of its characters.
///
/// Combining marks and an apostrophe, point or comma between letters also cut: the index knows none of them.
///
/// ```
/// assert_eq!(gongxun_core::query::words("工会，A-B"), vec![0..2, 3..4, 5..6]);
/// ```
pub fn words(text: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.chars().enumerate() {
        if !c.is_alphanumeric() {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Whether a text holds anything that the index knows: a letter or a digit.
pub fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
