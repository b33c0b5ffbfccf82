//! Classes of characters.

use crate::fold::is_han;

/// The class of a folded character, for the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A Chinese character.
    Han,
    /// A digit of any script.
    Digit,
    /// A letter of any other script.
    Letter,
    /// Punctuation, blanks, symbols and everything else.
    Other,
}

impl Class {
    /// Returns the class of a folded character.
    #[inline]
    pub fn of(c: char) -> Class {
        if c.is_ascii() {
            match c {
                'a'..='z' | 'A'..='Z' => Class::Letter,
                '0'..='9' => Class::Digit,
                _ => Class::Other,
            }
        } else if is_han(c) {
            Class::Han
        } else if matches!(c, '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}') {
            // The usual punctuation, which needs no lookup in Unicode's tables.
            Class::Other
        } else if c.is_alphabetic() {
            Class::Letter
        } else if c.is_numeric() {
            Class::Digit
        } else {
            Class::Other
        }
    }

    /// Whether characters of this class form one whole run: letters and digits do.
    pub fn is_word(self) -> bool {
        matches!(self, Class::Digit | Class::Letter)
    }
}
