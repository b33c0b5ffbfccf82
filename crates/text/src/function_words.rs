//! Function words, which a query need not match: particles, question words, forms of politeness.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::fold::fold;

/// One word a line; `#` begins a comment.
const WORDS: &str = include_str!("data/function_words.txt");

/// Whether a folded word is a function word: it only holds a question together (谁, 多少, 的, 请问).
///
/// ```
/// use gongxun_text::function_words::is_function_word;
/// assert!(is_function_word("什么"));
/// assert!(!is_function_word("工会"));
/// ```
pub fn is_function_word(folded: &str) -> bool {
    static SET: OnceLock<HashSet<String>> = OnceLock::new();
    SET.get_or_init(|| WORDS.lines().map(word).filter(|word| !word.is_empty()).collect()).contains(folded)
}

fn word(line: &str) -> String {
    fold(line.split('#').next().unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_words_alone() {
        let words: Vec<String> = WORDS.lines().map(word).filter(|word| !word.is_empty()).collect();
        assert!(words.len() >= 40, "{}", words.len());
        for word in &words {
            assert!(word.chars().all(char::is_alphanumeric), "{word:?} is one word");
            assert!(is_function_word(word), "{word}");
        }
    }

    #[test]
    fn function_words_and_others() {
        for word in ["的", "谁", "什么", "多少", "怎么"] {
            assert!(is_function_word(word), "{word}");
        }
        for word in ["工会", "欠薪", "", "#"] {
            assert!(!is_function_word(word), "{word}");
        }
    }
}
