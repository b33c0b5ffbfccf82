//! Segmentation: finds the words of a folded text. Text flows in, byte ranges of the same text flow out.
//!
//! The words are those of jieba (precise mode and search mode), with a dictionary folded like the texts, the labour
//! lexicon, and the words of the user's own file.
//!
//! The algorithm is in `cut` and `hmm`, the dictionary in `dictionary`, over a double array from `trie`. `Reference` is
//! jieba-rs itself, with which all of it is compared.

mod classes;
mod cut;
mod dictionary;
mod hmm;
mod nodes;
mod prefetch;
mod reference;
#[cfg(test)]
mod tests;
mod token;
mod trie;
mod user;
mod write;

use std::sync::{Arc, OnceLock};

use crate::fold;
use dictionary::Dictionary;
use reference::Reference;

pub use token::{Hmm, Token};
pub use user::DictError;

/// Cuts folded text into words. Cloning shares the dictionary.
///
/// ```
/// use gongxun_text::segment::{Hmm, Segmenter};
/// let (text, mut tokens) = ("农民工讨薪", Vec::new());
/// Segmenter::builtin().cut(text, Hmm::On, &mut tokens);
/// let words: Vec<&str> = tokens.iter().map(|t| &text[t.start as usize..t.end as usize]).collect();
/// assert_eq!(words, ["农民工", "讨薪"]);
/// ```
#[derive(Clone)]
pub struct Segmenter(Arc<Inner>);

struct Inner {
    dictionary: Dictionary,
    user_dict: String,
    /// Replaces the dictionary if the user's words have more distinct characters than there are codes.
    fallback: Option<(Reference, Vec<(String, u64)>)>,
}

impl Segmenter {
    /// Returns the segmenter with the built-in dictionary and the labour lexicon.
    pub fn builtin() -> Segmenter {
        static BUILTIN: OnceLock<Segmenter> = OnceLock::new();
        let load = || Inner { dictionary: Dictionary::builtin(), user_dict: String::new(), fallback: None };
        BUILTIN.get_or_init(|| Segmenter(Arc::new(load()))).clone()
    }

    /// Returns the built-in segmenter with the words of a user's file: `word`, `word freq` or `word freq tag` a line,
    /// separated by blanks or tabs; `#` begins a comment. A word without a frequency gets one high enough to be cut as
    /// one word.
    ///
    /// # Errors
    /// If the second column of a line is not a frequency, or its word is too long.
    pub fn with_user_dict(user: &str) -> Result<Segmenter, DictError> {
        let builtin = Segmenter::builtin();
        let words = user::parse(user, |word| builtin.suggest_freq(word))?;
        if words.is_empty() {
            return Ok(builtin);
        }
        let user_dict = user::normalised(&words);
        let inner = match builtin.0.dictionary.with_words(&words) {
            Some(dictionary) => Inner { dictionary, user_dict, fallback: None },
            None => {
                let mut all: std::collections::BTreeMap<String, u64> = builtin.words().into_iter().collect();
                all.extend(words);
                let all: Vec<(String, u64)> = all.into_iter().collect();
                let dictionary = builtin.0.dictionary.clone();
                Inner { dictionary, user_dict, fallback: Some((Reference::with_words(&all), all)) }
            }
        };
        Ok(Segmenter(Arc::new(inner)))
    }

    /// Whether both share one dictionary, as clones do.
    pub fn is_same(&self, other: &Segmenter) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns the user's words in a normal form, `word freq` a line; empty if there are none.
    /// [`Segmenter::with_user_dict`] makes an identical segmenter of it.
    pub fn user_dict(&self) -> &str {
        &self.0.user_dict
    }

    /// Returns a short hash of the dictionary, the user's words and the version of the fold: two segmenters with the
    /// same hash cut every text alike.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&fold::FOLD_VERSION.to_le_bytes());
        hasher.update(dictionary::HASH.as_bytes());
        hasher.update(self.0.user_dict.as_bytes());
        hasher.finalize().to_hex()[..FINGERPRINT_DIGITS].to_string()
    }

    /// Cuts a text into the words of jieba's precise mode, in order, covering every byte. `out` is cleared first.
    pub fn cut(&self, folded: &str, hmm: Hmm, out: &mut Vec<Token>) {
        out.clear();
        match (&self.0.fallback, hmm) {
            (Some((jieba, _)), _) => jieba.cut(folded, hmm, out),
            (None, Hmm::On) => cut::cut::<true, false>(&self.0.dictionary, folded, out),
            (None, Hmm::Off) => cut::cut::<false, false>(&self.0.dictionary, folded, out),
        }
    }

    /// Whether a text may be cut in two before this character, a blank or sign that is part of no word, so that the words
    /// of both parts are those of the whole text. Only `\n` behind `\r` is an exception.
    pub fn divides(&self, folded: char) -> bool {
        !classes::is_block(folded)
    }

    /// Cuts a text into the words of jieba's search mode: before each word of more than two characters, the words
    /// inside it of two and of three characters; before each word with `.`, `_` or `-` in it, its parts. `out` is
    /// cleared first.
    pub fn cut_for_search(&self, folded: &str, hmm: Hmm, out: &mut Vec<Token>) {
        out.clear();
        match (&self.0.fallback, hmm) {
            (Some((jieba, _)), _) => jieba.cut_for_search(folded, hmm, out),
            (None, Hmm::On) => cut::cut::<true, true>(&self.0.dictionary, folded, out),
            (None, Hmm::Off) => cut::cut::<false, true>(&self.0.dictionary, folded, out),
        }
    }

    /// Whether the dictionary has the word.
    pub fn has_word(&self, folded_word: &str) -> bool {
        self.word_freq(folded_word).is_some()
    }

    /// Returns the word's frequency in the dictionary.
    pub fn word_freq(&self, folded: &str) -> Option<u64> {
        match &self.0.fallback {
            Some((_, all)) => all.binary_search_by(|(word, _)| word.as_str().cmp(folded)).ok().map(|at| all[at].1),
            None => self.0.dictionary.word_freq(folded),
        }
    }

    /// Returns the binary logarithm of a word's share of running text by the dictionary, for words of up to eight folded
    /// characters; words of a user who has more than the dictionary can hold have none.
    #[cfg(feature = "reading")]
    pub(crate) fn log2_share(&self, folded: &[char]) -> Option<f32> {
        self.0.dictionary.weight(folded).map(|weight| (weight * std::f64::consts::LOG2_E) as f32)
    }

    /// Returns every word of the dictionary with its frequency, in no particular order.
    pub fn words(&self) -> Vec<(String, u64)> {
        match &self.0.fallback {
            Some((_, all)) => all.clone(),
            None => self.0.dictionary.words(),
        }
    }

    /// Returns the frequency at which jieba cuts `word` as one word: one more than the pieces that it is otherwise cut
    /// into would have together.
    fn suggest_freq(&self, word: &str) -> u64 {
        let mut tokens = Vec::new();
        self.cut(word, Hmm::Off, &mut tokens);
        let total_log = -self.0.dictionary.unknown_weight;
        let log = tokens.iter().fold(0.0, |sum, token| {
            let piece = &word[token.start as usize..token.end as usize];
            sum + (self.word_freq(piece).unwrap_or(1) as f64).ln() - total_log
        });
        ((log + total_log).exp() as u64 + 1).max(self.word_freq(word).unwrap_or(1))
    }
}

/// The number of hexadecimal digits of a fingerprint.
const FINGERPRINT_DIGITS: usize = 16;
