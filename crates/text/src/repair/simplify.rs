//! Conversion of Traditional to Simplified Chinese for display, by phrases: the last step of [`super::repair_page`].
//!
//! Text in Traditional Chinese characters flows in; the same text in Simplified ones flows out, with 著 as 着 where it is
//! the particle.

use super::opencc;

/// Characters before 著 in the sense of writing or of being well known.
const BEFORE: &str = "显名原专论编合巨土卓昭遗译所撰拙知主共旧自炳彰";
/// Characters after 著 in that sense.
const BEHIND: &str = "名作述称者书录文译";
/// Verbs that take the particle even before one of those: 看着名单.
const VERBS: &str = "看随跟拿带沿朝向冲顺望盯抱背抬举提捧握叫喊念读写有为对接听照按凭靠依";

/// Converts text (a title, a paragraph) from Traditional to Simplified Chinese characters, phrase by phrase.
///
/// ```
/// use gongxun_text::repair::to_simplified;
/// assert_eq!(to_simplified("隨著農民工的權益"), "随着农民工的权益");
/// assert_eq!(to_simplified("看著著名的著作"), "看着著名的著作");
/// ```
pub fn to_simplified(text: &str) -> String {
    let converted = opencc::simplified(text);
    if !converted.contains(['著', '陜']) {
        return converted;
    }
    let chars: Vec<char> = converted.chars().collect();
    chars
        .iter()
        .enumerate()
        .map(|(at, c)| match c {
            '著' if is_particle(&chars, at) => '着',
            // The province 陝西 is often written with this similar character.
            '陜' => '陕',
            c => *c,
        })
        .collect()
}

/// Whether the 著 at this index is the particle 着.
fn is_particle(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied().unwrap_or(' ');
    let behind = chars.get(at + 1).copied().unwrap_or(' ');
    if BEFORE.contains(before) {
        return false;
    }
    if !crate::fold::is_han(before) {
        return !(BEHIND.contains(behind) || matches!(behind, '《' | ' ' | ')' | '）'));
    }
    if before == '著' {
        return false;
    }
    !BEHIND.contains(behind) || VERBS.contains(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zhe_and_zhu_are_distinguished() {
        for (input, expect) in [
            ("隨著", "随着"),
            ("看著", "看着"),
            ("承擔著諸多使命", "承担着诸多使命"),
            ("著名", "著名"),
            ("顯著提升", "显著提升"),
            ("他的著作", "他的著作"),
            ("編著者", "编著者"),
            ("看著名單", "看着名单"),
            ("土著居民", "土著居民"),
            ("陜西", "陕西"),
            ("意味著著名學者", "意味着著名学者"),
            ("乾隆年間乾淨", "乾隆年间干净"),
            ("", ""),
        ] {
            assert_eq!(to_simplified(input), expect, "{input}");
        }
    }
}
