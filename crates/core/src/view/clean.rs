//! Makes text of the archive safe for a terminal: a character that a terminal would obey is shown as a sign instead.
//!
//! Names of files and members, titles and sources are untrusted. An escape sequence could paint the terminal, U+202E
//! could reverse a line, a line end could forge a line. JSON keeps every character; text shows it as a sign.

use std::borrow::Cow;

/// The distance from a control character to its control picture (U+2400 for U+0000).
const PICTURES: u32 = 0x2400;
/// The picture of U+007F.
const DELETE: char = '\u{2421}';
/// The sign in place of a character that has no control picture.
const NO_PICTURE: char = '\u{FFFD}';

/// Returns the character that is shown for a character: itself, or a sign if a terminal would obey it.
pub fn shown(c: char) -> char {
    match c {
        '\0'..='\u{1f}' => char::from_u32(PICTURES + u32::from(c)).unwrap_or(NO_PICTURE),
        '\u{7f}' => DELETE,
        // The C1 controls, line and paragraph separators, bidirectional marks and overrides, tags.
        '\u{80}'..='\u{9f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{61c}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => NO_PICTURE,
        c => c,
    }
}

/// Makes a text safe that is to stay on one line.
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(text, |c| c == shown(c))
}

/// Makes a text of several lines safe, with tabs.
pub fn text(text: &str) -> Cow<'_, str> {
    replaced(text, |c| c == '\n' || c == '\t' || c == shown(c))
}

fn replaced(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    match text.chars().all(&stays) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.chars().map(|c| if stays(c) { c } else { shown(c) }).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        for (input, one, several) in [
            ("工会驿站 a-b_c", "工会驿站 a-b_c", "工会驿站 a-b_c"),
            ("\x1b[31m红\x1b[0m", "␛[31m红␛[0m", "␛[31m红␛[0m"),
            ("\x1b]0;PWNED\x07", "␛]0;PWNED␇", "␛]0;PWNED␇"),
            ("一\n二\t三\r", "一␊二␉三␍", "一\n二\t三␍"),
            ("gpj.\u{202e}txt", "gpj.\u{fffd}txt", "gpj.\u{fffd}txt"),
            ("\u{9b}31m\u{7f}\u{2028}\u{2066}", "\u{fffd}31m␡\u{fffd}\u{fffd}", "\u{fffd}31m␡\u{fffd}\u{fffd}"),
            ("👩‍🔧", "👩‍🔧", "👩‍🔧"),
        ] {
            assert_eq!((line(input).as_ref(), text(input).as_ref()), (one, several), "{input:?}");
            assert_eq!(line(input).chars().count(), input.chars().count());
        }
    }
}
