//! jieba-rs itself, over the same dictionary: the oracle of the segmenter's tests and benches, and the fallback if a
//! user's dictionary has more distinct characters than the segmenter has codes.

use jieba_rs::Jieba;

use super::token::{Hmm, Token};

/// A segmenter of jieba-rs with a segmenter's dictionary. Construction takes a good part of a second.
pub(super) struct Reference(Jieba);

impl Reference {
    /// Creates one with these words.
    pub fn with_words(words: &[(String, u64)]) -> Reference {
        let mut jieba = Jieba::empty();
        for (word, freq) in words {
            jieba.add_word(word, Some(*freq as usize), None);
        }
        Reference(jieba)
    }

    /// Cuts a text as [`super::Segmenter::cut`] does.
    pub fn cut(&self, folded: &str, hmm: Hmm, out: &mut Vec<Token>) {
        out.clear();
        out.extend(self.0.cut(folded, hmm == Hmm::On).iter().map(token));
    }

    /// Cuts a text as [`super::Segmenter::cut_for_search`] does.
    pub fn cut_for_search(&self, folded: &str, hmm: Hmm, out: &mut Vec<Token>) {
        out.clear();
        out.extend(self.0.cut_for_search(folded, hmm == Hmm::On).iter().map(token));
    }
}

fn token(token: &jieba_rs::Token<'_>) -> Token {
    Token { start: token.byte_start as u32, end: token.byte_end as u32 }
}
