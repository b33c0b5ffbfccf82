//! Encoding of a token stream as a text, from which a whitespace analyzer restores the tokens with their positions.
//!
//! In the pairs field, two tokens may have the position of one character, and a character without a token leaves a gap.
//! A whitespace analyzer numbers its tokens from 0 and can express neither. Therefore each character has two *slots*:
//! the first for the start of a run (`^x`, `<x`) or a paragraph end, the second for a pair, a run of letters or digits,
//! the end of a run (`x$`, `x>`) or a sentence end. No two tokens at a character need the same slot. An empty slot
//! holds a placeholder, which a stop filter removes without changing the positions of the others. A string is searched
//! as a phrase with the same gaps.

use gongxun_core::index::analyzer::{PARAGRAPH_END, Pair};

/// The placeholder of an empty slot. No token equals it, since `_` is neither letter, digit, Chinese character nor
/// mark.
pub const PLACEHOLDER: &str = "_";
/// The token of a text that has none. With it, every article has every field, and average lengths cover all articles.
pub const NONE: &str = "∅";
/// The number of slots of a character.
const SLOTS: u64 = 2;

/// An encoder of one token stream.
#[derive(Debug, Default)]
pub struct Encoder {
    text: String,
    next: u64,
    tokens: u64,
}

impl Encoder {
    /// Appends a token of the pairs field whose position is the character `at`, after placeholders for the empty slots
    /// before it.
    pub fn pair(&mut self, pair: Pair<'_>, at: u32) {
        let slot = match pair {
            Pair::Two(first, _) => slot_of(first),
            Pair::Mark(PARAGRAPH_END) => 0,
            Pair::Run(_) | Pair::Mark(_) => 1,
        };
        self.fill_to(u64::from(at) * SLOTS + slot);
        match pair {
            Pair::Two(first, second) => self.text.extend([first, second]),
            Pair::Run(run) => self.text.extend(run),
            Pair::Mark(mark) => self.text.push_str(mark),
        }
        self.next += 1;
        self.tokens += 1;
    }

    /// Appends a token at the next position.
    pub fn token(&mut self, token: &str) {
        self.separate();
        push_encoded(token, &mut self.text);
        self.next += 1;
        self.tokens += 1;
    }

    /// Returns the encoded text and its number of tokens, which is 0 if the text is [`NONE`].
    pub fn finish(mut self) -> (String, u64) {
        if self.tokens == 0 {
            self.text = NONE.to_string();
        }
        (self.text, self.tokens)
    }

    fn fill_to(&mut self, slot: u64) {
        while self.next < slot {
            self.separate();
            self.text.push_str(PLACEHOLDER);
            self.next += 1;
        }
        self.separate();
    }

    fn separate(&mut self) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
    }
}

/// Returns the slot of a token of the pairs field by its first character: only the start of a run begins with `^` or
/// `<`.
fn slot_of(first: char) -> u64 {
    u64::from(!matches!(first, '^' | '<'))
}

/// Encodes a string as the text of a phrase query. `tokens` are those of a compiled plan, each with its offset from the
/// start of the string, in characters. A phrase begins with a token, so the placeholders before the first are omitted.
pub fn phrase(tokens: &[(String, u32)]) -> String {
    let slot = |(token, offset): &(String, u32)| u64::from(*offset) * SLOTS + token.chars().next().map_or(1, slot_of);
    let mut placed: Vec<(u64, &str)> = tokens.iter().map(|token| (slot(token), token.0.as_str())).collect();
    placed.sort_unstable();
    placed.dedup();
    let mut encoder = Encoder { next: placed.first().map_or(0, |(slot, _)| *slot), ..Encoder::default() };
    for (slot, token) in placed {
        encoder.fill_to(slot);
        push_encoded(token, &mut encoder.text);
        encoder.next += 1;
    }
    encoder.text
}

/// Returns a token as it is indexed: a blank, which a word of the user dictionary may contain, is replaced.
pub fn encode(token: &str) -> String {
    let mut text = String::with_capacity(token.len());
    push_encoded(token, &mut text);
    text
}

fn push_encoded(token: &str, text: &mut String) {
    text.extend(token.chars().map(|c| if c.is_whitespace() { '␠' } else { c }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongxun_core::index::analyzer::pairs;

    fn encoded(text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let mut encoder = Encoder::default();
        pairs(&chars, |pair, at| encoder.pair(pair, at));
        encoder.finish().0
    }

    #[test]
    fn each_character_has_two_slots() {
        assert_eq!(encoded("工会2024"), "^工 工会 _ 会> _ 2024 _ _ _ _ _ _ ¶ 。");
        assert_eq!(encoded("职。工"), "^职 职$ _ 。 ^工 工$ ¶ 。");
        assert_eq!(encoded(""), NONE);
    }

    #[test]
    fn a_string_is_a_phrase_of_the_text_that_holds_it() {
        let tokens = |list: &[(&str, u32)]| list.iter().map(|(token, at)| (token.to_string(), *at)).collect::<Vec<_>>();
        assert_eq!(phrase(&tokens(&[("农民", 0), ("民工", 1)])), "农民 _ 民工");
        assert_eq!(phrase(&tokens(&[("工会", 0), ("会$", 1), ("^权", 3)])), "工会 _ 会$ _ _ ^权");
        assert_eq!(phrase(&tokens(&[("2024", 0), ("年工", 4)])), "2024 _ _ _ _ _ _ _ 年工");
        assert_eq!(phrase(&tokens(&[("5", 0), ("<人", 1)])), "5 <人");
        assert_eq!(encode("new york"), "new␠york");
    }
}
