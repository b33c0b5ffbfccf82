//! The decision whether two articles are copies of one text.
//!
//! Similarity alone does not decide. Daily figures, yearly notices and state receptions share half of their text and
//! more, as much as a copy that was cut in half shares with the whole. So fingerprints only select the pairs worth a
//! closer look ([`is_likely`]), and an alignment of the texts decides ([`same_text`]):
//!
//! - a copy keeps the title or appears within days;
//! - the part of a text that was cut out or framed by other text is in the other one character for character, in order;
//! - damage is scattered: single characters, and numbers no more often than others. The notice of another year differs
//!   in names, ranks and figures, in whole words, while everything around them is the same.

use super::align::Comparison;
use super::fingerprint::{LANES, Packed};

/// The most days between copies with different titles.
pub const NEAR_DAYS: u32 = 7;

/// The least similarity of the sketches of copies. A copy cut in half has 0.5, give or take 0.05 for the sketch; one
/// with 8 % of its characters changed has 0.53.
const LIKELY: f32 = 0.36;
/// The least number of numbers whose common share is significant.
const MANY_NUMBERS: u32 = 8;
/// The least share of common numbers in copies: of those with 8 % of their characters changed, 997 in 1,000 have more;
/// of daily bulletins, 30 in 1,000.
const COMMON_NUMBERS: f32 = 0.55;

/// The length in characters below which texts are copies only if nothing differs.
const MIN_LETTERS: usize = 40;
/// The least share of common characters in copies, of the aligned part.
const COMMON: f32 = 0.87;
/// The greatest share of characters that differ in whole words.
const BLOCKS: f32 = 0.09;
/// The same, if hardly any single characters differ.
const BLOCKS_ALONE: f32 = 0.04;
/// The least share of common characters in the aligned part for which whole sentences may have been cut out in between.
const CUT: f32 = 0.97;
/// The least number of differing characters per differing number: numbers are a small part of a text, and so of its
/// damage.
const SLIPS_A_NUMBER: usize = 4;
/// The least number of numbers per differing one in copies with one title and week, where a slip may have been
/// corrected.
const NUMBERS_A_CORRECTION: usize = 4;

/// Estimates the Jaccard similarity of two texts' shingles, by their sketches.
#[inline]
pub fn similarity(a: &Packed<'_>, b: &Packed<'_>) -> f32 {
    let equal: u8 = a.sketch().iter().zip(b.sketch()).map(|(a, b)| u8::from(a == b)).sum();
    // Two different lanes agree in their eight bits once in 256 times.
    let by_chance = 1.0 / 256.0;
    ((f32::from(equal) / LANES as f32 - by_chance) / (1.0 - by_chance)).max(0.0)
}

/// Whether the texts behind two fingerprints are worth comparing.
pub fn is_likely(a: &Packed<'_>, b: &Packed<'_>) -> bool {
    (is_near(a, b) || same_title(a, b)) && similarity(a, b) >= LIKELY && common_numbers(a, b)
}

/// Whether two articles are copies of one text, by their fingerprints and the alignment of their texts.
pub fn same_text(a: &Packed<'_>, b: &Packed<'_>, texts: &Comparison) -> bool {
    let title = same_title(a, b);
    if texts.shorter < MIN_LETTERS {
        return title && texts.common == texts.shorter && texts.common == texts.longer;
    }
    let beside = texts.common + texts.slips + texts.blocks + texts.ends;
    let is_cut = texts.common as f32 >= CUT * beside as f32 && texts.other_numbers == 0 && texts.cuts <= texts.common;
    // Additional sentences in one of the two belong to another text if the rest differs as well.
    let (beside, blocks) =
        if is_cut { (beside, texts.blocks) } else { (beside + texts.cuts, texts.blocks + texts.cuts) };
    let share = |letters: usize| letters as f32 / beside.max(1) as f32;
    let numbers = texts.other_numbers * SLIPS_A_NUMBER <= texts.slips
        || title && is_near(a, b) && texts.other_numbers * NUMBERS_A_CORRECTION <= texts.numbers;
    numbers
        && share(texts.common) >= COMMON
        && share(blocks + texts.ends) <= BLOCKS
        && (blocks <= texts.slips || share(blocks) <= BLOCKS_ALONE)
}

fn is_near(a: &Packed<'_>, b: &Packed<'_>) -> bool {
    a.day().zip(b.day()).is_some_and(|(a, b)| a.abs_diff(b) <= NEAR_DAYS)
}

fn same_title(a: &Packed<'_>, b: &Packed<'_>) -> bool {
    a.title() != 0 && a.title() == b.title()
}

/// Whether the text with fewer numbers shares enough of them with the other one; true if it has too few to tell.
fn common_numbers(a: &Packed<'_>, b: &Packed<'_>) -> bool {
    let (a, b) = (a.numbers(), b.numbers());
    let fewer = a.count_ones().min(b.count_ones());
    fewer < MANY_NUMBERS || (a & b).count_ones() as f32 >= COMMON_NUMBERS * fewer as f32
}

#[cfg(test)]
mod tests {
    use super::super::align::{compare, folded};
    use super::super::fingerprint::Fingerprint;
    use super::*;
    use crate::article::Article;

    const NOTICE: &str = "中秋、国庆两节将至，省总工会日前发出通知，要求各级工会在节日期间走访慰问困难职工。通知指出，从9月20日到10月8日，\
        各级工会要走进车间、工地和职工家中，把慰问金和慰问品送到职工手里；对去年因病致困的职工要逐户核对，不落一人。今年全省安排慰问资金\
        3200万元，预计走访4.5万户。通知强调，慰问要轻车简从，不给基层添负担，发放名单要在单位公示五天。";

    fn joined(a: (&str, &str, &str), b: (&str, &str, &str)) -> bool {
        let article = |(date, title, body): (&str, &str, &str)| Article {
            title: title.into(),
            date: date.parse().ok(),
            body: body.into(),
            ..Article::default()
        };
        let (a, b) = (article(a), article(b));
        let (pa, pb) = (Fingerprint::from_article(&a).pack(0), Fingerprint::from_article(&b).pack(1));
        let (pa, pb) = (Packed::at(&pa, 0), Packed::at(&pb, 0));
        is_likely(&pa, &pb) && same_text(&pa, &pb, &compare(&folded(&a.body), &folded(&b.body)))
    }

    #[test]
    fn copies() {
        const TITLE: &str = "两节期间走访慰问困难职工";
        let first = ("2019-09-18", TITLE, NOTICE);
        let damaged = NOTICE.replace("走访", "走仿").replace("职工家中", "职工家申").replace("公示", "公未");
        let without_a_sentence = NOTICE.replace("对去年因病致困的职工要逐户核对，不落一人。", "");
        for (date, title, body) in [
            ("2019-09-20", "省总工会发通知慰问困难职工", NOTICE),
            ("2021-05-01", TITLE, NOTICE),
            ("2019-09-19", "送温暖", &damaged),
            ("2021-05-01", TITLE, &damaged),
            ("2019-09-19", TITLE, &NOTICE.replace("3200", "3300")),
            ("2019-09-19", "送温暖", &without_a_sentence),
            ("2019-09-19", "送温暖", &format!("首页 要闻 正文\n{NOTICE}\n关于我们")),
        ] {
            assert!(joined(first, (date, title, body)), "{date} {title} {body}");
        }
    }

    #[test]
    fn no_copies() {
        const TITLE: &str = "两节期间走访慰问困难职工";
        let first = ("2019-09-18", TITLE, NOTICE);
        let next_year =
            NOTICE.replace("9月20日到10月8日", "9月28日到10月5日").replace("3200", "3500").replace("4.5", "5.1");
        let other_province = NOTICE
            .replace("省总工会", "市产业工会联合会")
            .replace("车间、工地", "网点和门店")
            .replace("全省", "全市各区");
        for (date, title, body) in [
            ("2020-09-18", TITLE, next_year.as_str()),
            ("2020-09-18", TITLE, &NOTICE.replace("3200", "3500")),
            ("2019-09-19", "市产业工会慰问困难职工", &other_province),
            ("2019-10-19", "省总工会发通知慰问困难职工", NOTICE),
        ] {
            assert!(!joined(first, (date, title, body)), "{date} {title} {body}");
        }
    }
}
