//! Pinyin without tones, for queries that were typed by sound.
//!
//! Words flow in, Latin letters flow out. A character with several readings has its usual one.

use pinyin::ToPinyin as _;

/// Returns the pinyin of a Chinese character; `None` if it has no reading.
///
/// ```
/// use gongxun_text::pinyin::reading;
/// assert_eq!((reading('工'), reading('女'), reading('A')), (Some("gong"), Some("nv"), None));
/// ```
pub fn reading(c: char) -> Option<&'static str> {
    Some(match c.to_pinyin()?.plain() {
        "nü" => "nv",
        "lü" => "lv",
        "nüe" => "nve",
        "lüe" => "lve",
        letters => letters,
    })
}

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
        letters.push_str(reading(c)?);
    }
    (!letters.is_empty()).then_some(letters)
}

/// Normalizes pinyin so that syllables that many speakers do not distinguish become equal: zh and z, ch and c, sh and
/// s, a final ng and n, l and n.
pub fn rough(letters: &str) -> String {
    letters.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n").replace('l', "n")
}

/// Returns the rough pinyin of a word, syllable by syllable, so that 方案 and 反感 differ; `None` if a character has no
/// reading.
pub fn rough_sound(word: &str) -> Option<String> {
    let syllables: Option<String> = word.chars().map(|c| reading(c).map(rough)).collect();
    syllables.filter(|letters| !letters.is_empty())
}

/// Appends letters to coarse pinyin: the normal form of [`rough`], the same however the letters are divided into syllables.
/// Words whose letters are equal, or whose rough pinyin is, have the same coarse pinyin; the converse does not hold.
/// What begins with some letters begins with their coarse pinyin.
///
/// ```
/// use gongxun_text::pinyin::coarse;
/// let of = |syllables: &[&str]| {
///     let mut letters = String::new();
///     syllables.iter().for_each(|syllable| coarse(syllable, &mut letters));
///     letters
/// };
/// assert_eq!(of(&["zhi", "gong"]), of(&["zi", "gong"]));
/// assert_eq!(of(&["fang", "an"]), of(&["fan", "gan"]));
/// assert_eq!(of(&["gong", "hui"]), "gonhui");
/// ```
pub fn coarse(letters: &str, out: &mut String) {
    for c in letters.chars() {
        let last = out.chars().next_back();
        match (last, c) {
            (Some('z' | 'c' | 's'), 'h') | (Some('n'), 'g') => {}
            (_, 'l') => out.push('n'),
            (_, c) => out.push(c),
        }
    }
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
    fn similar_pinyin_matches() {
        assert_eq!(sound("女工").as_deref(), Some("nvgong"));
        assert_eq!(rough(&sound("职工").unwrap()), rough(&sound("资工").unwrap()));
        assert_eq!(rough_sound("职工"), rough_sound("资工"));
        assert_ne!(rough_sound("方案"), rough_sound("反感"));
        assert_eq!(typed("Gong Hui").as_deref(), Some("gonghui"));
        assert_eq!(typed("xi'an").as_deref(), Some("xian"));
        assert_eq!(typed("工hui"), None);
        assert_eq!(typed("a"), None);
    }

    #[test]
    fn coarse_pinyin_is_one_normal_form_of_rough_pinyin() {
        let of = |letters: &str| {
            let mut out = String::new();
            coarse(letters, &mut out);
            out
        };
        let mut random = crate::random::Random::new(3);
        let letters = ["z", "c", "s", "h", "n", "g", "l", "a", "i", "zh", "ng", "sh"];
        for _ in 0..20_000 {
            let syllables: Vec<&str> = (0..1 + random.below(5)).map(|_| letters[random.below(letters.len())]).collect();
            let whole: String = syllables.concat();
            let roughly: String = syllables.iter().map(|syllable| rough(syllable)).collect();
            assert_eq!(of(&whole), of(&roughly), "{syllables:?}");
            assert_eq!(of(&whole), of(&rough(&whole)), "{syllables:?}");
            assert_eq!(of(&of(&whole)), of(&whole));
            for at in 0..whole.len() {
                assert!(of(&whole).starts_with(&of(&whole[..at])), "{whole} {at}");
            }
        }
    }

    #[test]
    fn readings_are_of_latin_letters() {
        let readings = ('\u{3400}'..='\u{9fff}').filter_map(reading);
        let odd: Vec<&str> = readings.filter(|letters| !letters.chars().all(|c| c.is_ascii_lowercase())).collect();
        assert_eq!(odd.iter().filter(|letters| letters.contains('ü')).count(), 0, "{odd:?}");
    }
}
