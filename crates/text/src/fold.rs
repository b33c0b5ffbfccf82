//! Folding: the one form under which texts, queries and dictionaries meet.
//!
//! The fold maps one character to one character, so an offset in characters into the folded text is the same offset into
//! the text as printed. It brings traditional to simplified letters, full width to half width, capitals to small letters,
//! 著 and 着 to one class (着), compatibility ideographs and Kangxi radicals to the common letters.
//!
//! The table is made by `build.rs` from OpenCC's `TSCharacters` and `TSPhrases` data (`src/data/opencc`)
//! and from Unicode's compatibility mappings (by way of unicode-normalization).

mod table {
    include!(concat!(env!("OUT_DIR"), "/fold_table.rs"));
}

/// The version of the fold: a change of the table or of the rules around it raises it, and an index built with another
/// is refused.
pub const FOLD_VERSION: u32 = 1;

/// Folds one character.
///
/// ```
/// use gongxun_text::fold::fold_char;
/// assert_eq!(fold_char('農'), '农');
/// assert_eq!(fold_char('Ａ'), 'a');
/// assert_eq!(fold_char('著'), '着');
/// ```
#[inline]
pub fn fold_char(c: char) -> char {
    let code = c as usize;
    if code < 0x80 {
        return c.to_ascii_lowercase();
    }
    match table::PAGES.get(code >> 8) {
        Some(&page) => {
            let delta = table::DELTAS[page as usize * 256 + (code & 0xff)];
            if delta == 0 { c } else { char::from_u32((code as i32 + delta) as u32).unwrap_or(c) }
        }
        None => c,
    }
}

/// Folds a text, character by character. The result has as many characters as the text.
///
/// ```
/// assert_eq!(gongxun_text::fold::fold("農民工ＡＢＣ"), "农民工abc");
/// ```
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// Whether a character is Chinese for the index: Unicode's Script=Han with 〇 and 々, supplementary planes included.
/// Characters are looked at after folding, so compatibility forms have become common ones.
#[inline]
pub fn is_han(c: char) -> bool {
    matches!(c as u32,
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x3005 | 0x3007 | 0x3021..=0x3029 | 0x3038..=0x303B
        | 0x20000..=0x2A6DF | 0x2A700..=0x2EE5F | 0x2F800..=0x2FA1F | 0x30000..=0x323AF
        | 0x2E80..=0x2E99 | 0x2E9B..=0x2EF3 | 0x2F00..=0x2FD5 | 0xF900..=0xFA6D | 0xFA70..=0xFAD9
        | 0x16FF0..=0x16FF1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_twice_changes_nothing_more() {
        for c in (0..=0x10FFFF).filter_map(char::from_u32) {
            let once = fold_char(c);
            assert_eq!(fold_char(once), once, "{c} U+{:04X}", c as u32);
        }
    }

    #[test]
    fn forms_of_one_letter_meet() {
        for (input, expect) in [
            ("農民工權益", "农民工权益"),
            ("隨著看著著名", "随着看着着名"),
            ("ＡＩ２０２５（Ａ）", "ai2025(a)"),
            ("　", " "),
            ("⼯会", "工会"),   // Kangxi radical
            ("\u{F9B4}", "领"), // compatibility ideograph 領
            ("裡裏里", "里里里"),
            ("眾衆众", "众众众"),
            ("為爲为", "为为为"),
            ("〇々", "〇々"),
            ("ÄÖÜ", "äöü"),
        ] {
            assert_eq!(fold(input), expect);
        }
    }
}
