//! Our tokens as a text that the engine's whitespace analyzer takes apart again, with the same positions.
//!
//! In the pairs field of an index two tokens may stand at one character, and characters without one leave a gap. A whitespace
//! analyzer numbers what it finds from 0, so each character has two *slots* here: the first for the beginning of a run
//! (`^x`, `<x`) or a paragraph's end, the second for the pair, the run of letters or digits, the end of a run (`x$`, `x>`) or a
//! sentence's end. No two tokens of a character want the same slot. A slot that stays empty has a placeholder, which a stop
//! filter takes out, and its position stays. A string is then a phrase of the engine, with the same gaps.

use gongxun_core::index::analyzer::{PARAGRAPH_END, Pair};

/// What stands in a slot without a token. It is no token itself: a text's have a letter, a digit or a Chinese character.
pub const PLACEHOLDER: &str = "_";
/// The only token of a text that has none: so every article has every field, and averages are over all of them.
pub const NONE: &str = "∅";
/// The slots of a character.
const SLOTS: u64 = 2;

/// A text for the whitespace analyzer.
#[derive(Debug, Default)]
pub struct Encoder {
    text: String,
    next: u64,
    tokens: u64,
}

impl Encoder {
    /// Adds a token of the pairs field that stands at a character.
    pub fn pair(&mut self, pair: Pair<'_>, at: u32) {
        let slot = match pair {
            Pair::Two(first, _) => slot_of(first),
            Pair::Mark(PARAGRAPH_END) => 0,
            Pair::Run(_) | Pair::Mark(_) => 1,
        };
        self.go(u64::from(at) * SLOTS + slot);
        match pair {
            Pair::Two(first, second) => self.text.extend([first, second]),
            Pair::Run(run) => self.text.extend(run),
            Pair::Mark(mark) => self.text.push_str(mark),
        }
        self.next += 1;
        self.tokens += 1;
    }

    /// Adds a token behind the one before.
    pub fn token(&mut self, token: &str) {
        self.blank();
        push(token, &mut self.text);
        self.next += 1;
        self.tokens += 1;
    }

    /// The text, and how many tokens are in it.
    pub fn finish(mut self) -> (String, u64) {
        if self.tokens == 0 {
            self.text = NONE.to_string();
        }
        (self.text, self.tokens)
    }

    fn go(&mut self, slot: u64) {
        while self.next < slot {
            self.blank();
            self.text.push_str(PLACEHOLDER);
            self.next += 1;
        }
        self.blank();
    }

    fn blank(&mut self) {
        if !self.text.is_empty() {
            self.text.push(' ');
        }
    }
}

/// The slot of a token of two characters: the edges of runs begin with a sign that no pair begins with.
fn slot_of(first: char) -> u64 {
    u64::from(!matches!(first, '^' | '<'))
}

/// A string as a phrase: its tokens, as a compiled plan has them, each with its distance in characters from the string's
/// beginning. The placeholders before the first token are left out: a phrase begins with a token.
pub fn phrase(tokens: &[(String, u32)]) -> String {
    let slot = |(token, offset): &(String, u32)| u64::from(*offset) * SLOTS + token.chars().next().map_or(1, slot_of);
    let mut placed: Vec<(u64, &str)> = tokens.iter().map(|token| (slot(token), token.0.as_str())).collect();
    placed.sort_unstable();
    placed.dedup();
    let mut encoder = Encoder { next: placed.first().map_or(0, |(slot, _)| *slot), ..Encoder::default() };
    for (slot, token) in placed {
        encoder.go(slot);
        push(token, &mut encoder.text);
        encoder.next += 1;
    }
    encoder.text
}

/// A token as the engine has it: a user's word may have a blank in it.
pub fn whole(token: &str) -> String {
    let mut text = String::with_capacity(token.len());
    push(token, &mut text);
    text
}

fn push(token: &str, text: &mut String) {
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
        assert_eq!(whole("new york"), "new␠york");
    }
}
