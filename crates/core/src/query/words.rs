//! Splitting of a text into runs of letters and digits.

use std::ops::Range;

/// Returns the runs of letters and digits of a text, split at punctuation, signs and blanks, as ranges of its
/// characters.
///
/// Combining marks split too, and so does an apostrophe, point or comma between letters: the index has none of them.
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

/// Whether a text holds anything that is indexed: a letter, a Chinese character or a digit.
pub fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}
