//! The classes of characters by which jieba splits a text, and the fixed codes of characters that are not numbered by
//! frequency. `build.rs` includes this file, so it uses nothing else of the crate.

/// The code of a character outside all blocks: punctuation, blanks, letters of other scripts.
pub const OUTSIDE: u16 = 0;
/// The codes of the ASCII digits, lower-case and upper-case letters are 1 to this.
pub const LAST_ALNUM: u16 = 62;
/// The codes of `.`, `_` and `-`, which join letters and digits to one token, run from [`LAST_ALNUM`] + 1 to this.
pub const LAST_CONNECTOR: u16 = 65;
/// The code of `%`, which may end a token of letters and digits.
pub const PERCENT: u16 = 66;
/// The code of an ideograph that occurs in no word, outside the range that the hidden Markov model covers.
pub const UNKNOWN_RARE: u16 = 70;
/// The code of an ideograph that occurs in no word, in the range that the hidden Markov model covers. The codes after
/// it are assigned by frequency.
pub const UNKNOWN_HAN: u16 = 71;

/// The ASCII characters of a block, in the order of their codes, which begin with 1.
pub const ASCII: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-%+#&";

/// Whether the character belongs to a block, the stretches of text that jieba looks for words in: ideographs, ASCII
/// letters and digits, and seven signs.
pub fn is_block(c: char) -> bool {
    fixed_code(c) != OUTSIDE
}

/// Whether the character is in the range that the hidden Markov model covers.
pub fn is_hmm_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FD5}')
}

/// Returns the code of a character that is not in any known word.
pub fn fixed_code(c: char) -> u16 {
    match c {
        '\0'..='\x7F' => ASCII.bytes().position(|b| b == c as u8).map_or(OUTSIDE, |at| at as u16 + 1),
        '\u{4E00}'..='\u{9FD5}' => UNKNOWN_HAN,
        '\u{9FD6}'..='\u{9FFF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2A6DF}'
        | '\u{2A700}'..='\u{2EBEF}'
        | '\u{2F800}'..='\u{2FA1F}' => UNKNOWN_RARE,
        _ => OUTSIDE,
    }
}
