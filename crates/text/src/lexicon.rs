//! The labour lexicon: terms of labour law, unions and work that jieba's dictionary lacks or cuts apart.
//!
//! The list is `data/labour.tsv`. `build.rs` puts its words into the built-in dictionary, with frequencies high enough
//! for each to be cut as one word.

/// The source of the lexicon: `word<TAB>category<TAB>note` a line; lines that begin with `#` are comments.
const LABOUR: &str = include_str!("data/labour.tsv");

/// One term of the lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabourTerm {
    /// The word as written, before folding.
    pub word: &'static str,
    /// The kind of term, in one word; empty if none is given.
    pub category: &'static str,
    /// A comment, often empty.
    pub note: &'static str,
}

/// Returns the terms of the lexicon, in the order of the file.
///
/// ```
/// assert!(gongxun_text::lexicon::labour_terms().any(|term| term.word == "农民工"));
/// ```
pub fn labour_terms() -> impl Iterator<Item = LabourTerm> {
    LABOUR.lines().filter_map(parse_line)
}

/// Returns the words of the lexicon, in the order of the file.
pub fn labour_words() -> impl Iterator<Item = &'static str> {
    labour_terms().map(|term| term.word)
}

fn parse_line(line: &'static str) -> Option<LabourTerm> {
    if line.starts_with('#') {
        return None;
    }
    let mut columns = line.split('\t').map(str::trim);
    let word = columns.next().filter(|word| !word.is_empty())?;
    Some(LabourTerm { word, category: columns.next().unwrap_or(""), note: columns.next().unwrap_or("") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_term_of_one_word() {
        let words: Vec<&str> = labour_words().collect();
        assert!(words.len() >= 20, "{} words", words.len());
        for word in words {
            assert!(!word.contains(char::is_whitespace), "{word:?}");
            assert!(word.chars().count() >= 2, "{word:?} is too short for a term");
        }
    }

    #[test]
    fn comments_and_missing_columns() {
        assert_eq!(parse_line("# 农民工"), None);
        assert_eq!(parse_line(""), None);
        assert_eq!(parse_line("欠薪"), Some(LabourTerm { word: "欠薪", category: "", note: "" }));
        assert_eq!(
            parse_line("欠薪\twages\t又作拖欠"),
            Some(LabourTerm { word: "欠薪", category: "wages", note: "又作拖欠" })
        );
    }
}
