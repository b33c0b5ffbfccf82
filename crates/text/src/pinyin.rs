//! Pinyin without tones, for queries that were typed by sound.
//!
//! Words flow in, Latin letters flow out. A character with several readings has its usual one.

use pinyin::ToPinyin as _;

/// Returns the pinyin of a word of Chinese characters, syllable after syllable; `None` if a character has no reading.
///
/// ```
/// use gongxun_text::pinyin::sound;
/// assert_eq!(sound("工会").as_deref(), Some("gonghui"));
/// assert_eq!(sound("工汇"), sound("工会"));
/// assert_eq!(sound("AI"), None);
/// ```
pub fn sound(word: &str) -> Option<String> {
    let mut letters = String::new();
    for c in word.chars() {
        letters.push_str(c.to_pinyin()?.plain());
    }
    (!letters.is_empty()).then(|| letters.replace('ü', "v"))
}

/// Normalizes pinyin so that syllables that many speakers do not distinguish become equal: zh and z, ch and c, sh and
/// s, a final ng and n, l and n.
pub fn rough(letters: &str) -> String {
    letters.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n").replace('l', "n")
}

/// Returns the letters of pinyin as typed (`gong hui`, `gong'hui`, `GongHui`); `None` if the text is not pinyin: it has
/// other characters, or fewer than two letters.
pub fn typed(text: &str) -> Option<String> {
    let mut letters = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c @ 'a'..='z' => letters.push(c),
            'ü' => letters.push('v'),
            ' ' | '\'' | '-' | '’' => {}
            _ => return None,
        }
    }
    (letters.len() >= 2).then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_meet() {
        assert_eq!(sound("女工").as_deref(), Some("nvgong"));
        assert_eq!(rough(&sound("职工").unwrap()), rough(&sound("资工").unwrap()));
        assert_eq!(typed("Gong Hui").as_deref(), Some("gonghui"));
        assert_eq!(typed("xi'an").as_deref(), Some("xian"));
        assert_eq!(typed("工hui"), None);
        assert_eq!(typed("a"), None);
    }
}
