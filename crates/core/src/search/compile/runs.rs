//! Runs of characters that the dictionary does not know: names, new words, misspelled words (焦远山, 欠新).
//!
//! The tokens of a piece flow in. Where the segmentation leaves single characters that are not function words, it has
//! cut an unknown word; such a run is searched for as one string, and its pieces alone make a partial match.

use std::ops::Range;

use gongxun_text::fold::is_han;
use gongxun_text::function_words::is_function_word;
use gongxun_text::segment::Token;
use gongxun_text::strings;

/// The longest stretch, in characters, that is a run if a single character was left over: longer ones are sentences, of
/// which only neighbouring single characters make runs.
const MAX_NAME: usize = 4;

/// Returns the unknown runs of a folded piece, in bytes, in order. `kept` are ranges that are terms of their own.
pub(super) fn unknown(folded: &str, cut: &[Token], kept: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut stretch: Vec<Range<usize>> = Vec::new();
    for token in cut {
        let range = token.start as usize..token.end as usize;
        let word = &folded[range.clone()];
        let is_kept = kept.iter().any(|kept| kept.contains(&range.start));
        // A single character behind a number is a unit (2021年, 3名), not a part of the name that follows.
        let is_counted = word.chars().count() == 1 && folded[..range.start].ends_with(|c: char| c.is_ascii_digit());
        let is_part = word.chars().all(is_han) && !is_function_word(word) && !is_kept && !is_counted;
        if !is_part || stretch.last().is_some_and(|last| last.end != range.start) {
            of_stretch(folded, &stretch, &mut runs);
            stretch.clear();
        }
        if is_part {
            stretch.push(range);
        }
    }
    of_stretch(folded, &stretch, &mut runs);
    runs
}

/// Returns the numbers of a folded piece that are typed with separators (1,077), in bytes, with all tokens that they touch:
/// the segmentation cuts them at the separators.
pub(super) fn numbers(folded: &str, cut: &[Token]) -> Vec<Range<usize>> {
    let mut numbers = Vec::new();
    let mut at = 0;
    for figures in folded.split_inclusive(|c: char| !(c.is_ascii_digit() || c == ',')) {
        let start = at;
        at += figures.len();
        if !figures.contains(',') || folded[..start].ends_with('.') {
            continue;
        }
        let chars: Vec<char> = figures.chars().collect();
        for number in strings::numbers(&chars) {
            if number.other.len() < number.range.len() {
                // Its characters are a byte each.
                let range = start + number.range.start..start + number.range.end;
                let touched = cut.iter().filter(|token| (token.start as usize) < range.end);
                let end = touched.map(|token| token.end as usize).max().unwrap_or(range.end);
                numbers.push(range.start..end.max(range.end));
            }
        }
    }
    numbers
}

fn of_stretch(folded: &str, words: &[Range<usize>], runs: &mut Vec<Range<usize>>) {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
    let length = |range: &Range<usize>| folded[range.clone()].chars().count();
    let is_left_over = |range: &&Range<usize>| length(range) == 1;
    let whole = first.start..last.end;
    if words.len() > 1 && length(&whole) <= MAX_NAME {
        if words.iter().any(|word| is_left_over(&word)) {
            runs.push(whole);
        }
        return;
    }
    let mut at = 0;
    while at < words.len() {
        let count = words[at..].iter().take_while(is_left_over).count();
        if count > 1 {
            runs.push(words[at].start..words[at + count - 1].end);
        }
        at += count.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongxun_text::segment::{Hmm, Segmenter};

    #[test]
    fn a_number_with_separators_is_one_word() {
        let segmenter = Segmenter::builtin();
        let check = |text: &str, expect: &[&str]| {
            let mut cut = Vec::new();
            segmenter.cut(text, Hmm::On, &mut cut);
            let found: Vec<&str> = numbers(text, &cut).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expect, "{text}");
        };
        check("1,077人", &["1,077"]);
        check("拖欠1,077.5元和2,300,000元", &["1,077.5", "2,300,000"]);
        check("1077人", &[]);
        check("3.1,077", &[]);
        check("12,34", &[]);
        check("工会,职工", &[]);
    }

    #[test]
    fn unknown_words_form_one_run() {
        let segmenter = Segmenter::builtin();
        let check = |text: &str, expect: &[&str]| {
            let mut cut = Vec::new();
            segmenter.cut(text, Hmm::Off, &mut cut);
            let runs: Vec<&str> = unknown(text, &cut, &[]).into_iter().map(|range| &text[range]).collect();
            assert_eq!(runs, expect, "{text}");
        };
        check("焦远山", &["焦远山"]);
        check("欠新", &["欠新"]);
        check("农民工讨新", &["讨新"]);
        check("工会权益", &[]);
        check("拖欠农民工工资怎么办", &[]);
        check("工会", &[]);
        check("我的工会", &[]);
        check("5人", &[]);
        check("2021年欠薪", &[]);
        check("3名焦远山", &["焦远山"]);
        check("", &[]);
    }
}
