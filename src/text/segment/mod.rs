//! Segmentation: where the words are in a folded text. Text flows in, byte ranges of the same text flow out.
//!
//! The words are those of jieba (precise mode and search mode), with a dictionary folded like the texts, the labour
//! lexicon, and the words of the user's own file.

mod user;

use std::sync::{Arc, OnceLock};

use jieba_rs::Jieba;

use crate::text::{fold, lexicon};

pub use user::DictError;

/// Whether words that the dictionary lacks are guessed by jieba's hidden Markov model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hmm {
    /// Guess them.
    On,
    /// Leave them as single characters.
    Off,
}

/// One token: a range of bytes of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// Cuts folded text into words. Cloning shares the dictionary.
///
/// ```
/// use gongxun::text::segment::{Hmm, Segmenter};
/// let (text, mut tokens) = ("农民工讨薪", Vec::new());
/// Segmenter::builtin().cut(text, Hmm::On, &mut tokens);
/// let words: Vec<&str> = tokens.iter().map(|t| &text[t.start as usize..t.end as usize]).collect();
/// assert_eq!(words, ["农民工", "讨薪"]);
/// ```
#[derive(Clone)]
pub struct Segmenter(Arc<Inner>);

struct Inner {
    jieba: Jieba,
    entries: std::collections::HashMap<String, u64>,
    user_dict: String,
}

impl Segmenter {
    /// The segmenter with the built-in dictionary and the labour lexicon.
    pub fn builtin() -> Segmenter {
        static BUILTIN: OnceLock<Segmenter> = OnceLock::new();
        BUILTIN.get_or_init(load_builtin).clone()
    }

    /// The built-in segmenter with the words of a user's file: `word`, `word freq` or `word freq tag` a line, separated by
    /// blanks or tabs; `#` begins a comment. A word without a frequency gets one high enough to be cut as one word.
    ///
    /// # Errors
    /// A line whose second column is no frequency, or that has too many columns.
    pub fn with_user_dict(user: &str) -> Result<Segmenter, DictError> {
        let builtin = Segmenter::builtin();
        let words = user::parse(user, |word| builtin.suggest_freq(word))?;
        let mut jieba = builtin.0.jieba.clone();
        let mut entries = builtin.0.entries.clone();
        for (word, freq) in &words {
            jieba.add_word(word, Some(*freq as usize), None);
            entries.insert(word.clone(), *freq);
        }
        Ok(Segmenter(Arc::new(Inner { jieba, entries, user_dict: user::normalised(&words) })))
    }

    /// The user's words in one normal form, `word freq` a line, empty where there are none. [`Segmenter::with_user_dict`]
    /// makes the same segmenter of it.
    pub fn user_dict(&self) -> &str {
        &self.0.user_dict
    }

    /// A short hash of the dictionary, the user's words and the version of the fold: two segmenters with the same one cut
    /// every text alike.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&fold::FOLD_VERSION.to_le_bytes());
        lexicon::labour_words().for_each(|word| _ = hasher.update(word.as_bytes()).update(b"\n"));
        hasher.update(self.0.user_dict.as_bytes());
        hasher.finalize().to_hex()[..FINGERPRINT_DIGITS].to_string()
    }

    /// The words of jieba's precise mode, in order, every byte covered. `out` is emptied first.
    pub fn cut(&self, folded: &str, hmm: Hmm, out: &mut Vec<Token>) {
        out.clear();
        out.extend(self.0.jieba.cut(folded, hmm == Hmm::On).iter().map(token));
    }

    /// The words of jieba's search mode: before each word of more than two characters, the words inside it of two and of
    /// three characters. `out` is emptied first.
    pub fn cut_for_search(&self, folded: &str, hmm: Hmm, out: &mut Vec<Token>) {
        out.clear();
        out.extend(self.0.jieba.cut_for_search(folded, hmm == Hmm::On).iter().map(token));
    }

    /// Whether the dictionary has the word.
    pub fn has_word(&self, folded_word: &str) -> bool {
        self.0.entries.contains_key(folded_word)
    }

    /// The word's frequency in the dictionary.
    pub fn word_freq(&self, folded: &str) -> Option<u64> {
        self.0.entries.get(folded).copied()
    }

    fn suggest_freq(&self, word: &str) -> u64 {
        self.0.jieba.suggest_freq(word) as u64
    }
}

/// How many hexadecimal digits a fingerprint has.
const FINGERPRINT_DIGITS: usize = 16;

fn token(token: &jieba_rs::Token<'_>) -> Token {
    Token { start: token.byte_start as u32, end: token.byte_end as u32 }
}

fn load_builtin() -> Segmenter {
    let dict = zstd::decode_all(&include_bytes!("../data/dict.txt.zst")[..]).unwrap_or_default();
    let mut entries = std::collections::HashMap::new();
    for line in String::from_utf8_lossy(&dict).lines() {
        let mut columns = line.split_whitespace();
        if let (Some(word), Some(freq)) = (columns.next(), columns.next().and_then(|f| f.parse::<u64>().ok())) {
            *entries.entry(fold::fold(word)).or_insert(0) += freq;
        }
    }
    let mut jieba = Jieba::empty();
    for (word, freq) in &entries {
        jieba.add_word(word, Some(*freq as usize), None);
    }
    for word in lexicon::labour_words().map(fold::fold) {
        let freq = jieba.suggest_freq(&word);
        jieba.add_word(&word, Some(freq), None);
        entries.insert(word, freq as u64);
    }
    Segmenter(Arc::new(Inner { jieba, entries, user_dict: String::new() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<'t>(segmenter: &Segmenter, text: &'t str) -> Vec<&'t str> {
        let mut tokens = Vec::new();
        segmenter.cut(text, Hmm::On, &mut tokens);
        tokens.iter().map(|t| &text[t.start as usize..t.end as usize]).collect()
    }

    #[test]
    fn every_labour_word_is_cut_as_one() {
        let segmenter = Segmenter::builtin();
        for word in lexicon::labour_words().map(fold::fold) {
            assert_eq!(words(&segmenter, &word), [word.as_str()]);
        }
    }

    #[test]
    fn user_words_are_cut_as_one_and_come_back() {
        let user = "# words of the house\n一函两书\n擺件師\t\n工会驿站 40000 n\n";
        let segmenter = Segmenter::with_user_dict(user).unwrap();
        assert_eq!(words(&segmenter, "一函两书和摆件师"), ["一函两书", "和", "摆件师"]);
        assert_eq!(segmenter.word_freq("工会驿站"), Some(40000));
        assert!(segmenter.has_word("摆件师") && !segmenter.has_word("擺件師"));
        let again = Segmenter::with_user_dict(segmenter.user_dict()).unwrap();
        assert_eq!(again.user_dict(), segmenter.user_dict());
        assert_eq!(again.fingerprint(), segmenter.fingerprint());
        assert_ne!(again.fingerprint(), Segmenter::builtin().fingerprint());
    }
}
