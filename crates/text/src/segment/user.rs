//! The parser of the user's own dictionary file: its text flows in, folded words with frequencies flow out.

use std::fmt::Write as _;

use crate::fold::fold;

/// The longest word that a user's dictionary may hold, in characters.
pub const MAX_WORD_CHARS: usize = 100;

/// The highest frequency that a user's dictionary may give a word; the sum of all stays far below the integers that a
/// float holds exactly.
pub const MAX_FREQ: u64 = 1_000_000_000;

/// An error in a line of the user's dictionary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct DictError {
    /// The line, from 1.
    pub line: usize,
    /// A description of the error.
    pub message: String,
}

/// Parses the words of the file, folded, in order and without duplicates: the last line of a word counts. `suggest`
/// gives the frequency of a word that has none.
pub(super) fn parse(user: &str, suggest: impl Fn(&str) -> u64) -> Result<Vec<(String, u64)>, DictError> {
    let mut words: Vec<(String, u64)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for (number, line) in user.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let Some((word, freq)) = parse_line(line).map_err(|message| DictError { line: number + 1, message })? else {
            continue;
        };
        let word = fold(word);
        let freq = freq.unwrap_or_else(|| suggest(&word));
        let place = *places.entry(word.clone()).or_insert(words.len());
        if place == words.len() {
            words.push((word, freq));
        } else {
            words[place].1 = freq;
        }
    }
    Ok(words)
}

/// Parses one line's word and frequency; `None` for an empty line or a comment.
fn parse_line(line: &str) -> Result<Option<(&str, Option<u64>)>, String> {
    let mut columns = line.split_whitespace();
    let Some(word) = columns.next().filter(|word| !word.starts_with('#')) else { return Ok(None) };
    if word.chars().count() > MAX_WORD_CHARS {
        return Err(format!("a word of more than {MAX_WORD_CHARS} characters"));
    }
    let Some(column) = columns.next().filter(|column| !column.starts_with('#')) else { return Ok(Some((word, None))) };
    match column.parse::<u64>() {
        Ok(freq) if (1..=MAX_FREQ).contains(&freq) => Ok(Some((word, Some(freq)))),
        _ => Err(format!(
            "{column:?} is not a frequency: write `word`, `word frequency` or `word frequency tag`, the frequency from 1 to {MAX_FREQ}"
        )),
    }
}

/// Writes the words as a file of their own, with every frequency spelled out.
pub(super) fn normalised(words: &[(String, u64)]) -> String {
    let mut text = String::new();
    for (word, freq) in words {
        let _ = writeln!(text, "{word} {freq}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, expect) in [
            ("", Ok(None)),
            ("  ", Ok(None)),
            ("# 农民工", Ok(None)),
            ("农民工", Ok(Some(("农民工", None)))),
            ("农民工\t12", Ok(Some(("农民工", Some(12))))),
            ("农民工 12 n", Ok(Some(("农民工", Some(12))))),
            ("农民工 # 人", Ok(Some(("农民工", None)))),
        ] {
            assert_eq!(parse_line(line), expect, "{line:?}");
        }
        for line in ["农民工 n", "农民工 0", "农民工 -1", "农民工 99999999999999999999", &"工".repeat(101)]
        {
            assert!(parse_line(line).is_err(), "{line:?}");
        }
    }

    #[test]
    fn the_last_line_of_a_word_counts_and_errors_name_their_line() {
        let words = parse("\u{FEFF}農民工 3\r\n欠薪\r\n农民工 5\r\n", |_| 7).unwrap();
        assert_eq!(words, [("农民工".to_string(), 5), ("欠薪".to_string(), 7)]);
        assert_eq!(normalised(&words), "农民工 5\n欠薪 7\n");
        assert_eq!(parse("欠薪\n农民工 x\n", |_| 7).unwrap_err().line, 2);
    }
}
