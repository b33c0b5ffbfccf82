//! Compounds: the words that a longer word is composed of, such as 总 and 工会 in 总工会, 劳动争议 and 调解 in 劳动争议调解.
//!
//! A folded word and the dictionary flow in; ranges of its characters flow out. A word is cut into its likeliest parts,
//! and these again, so that 人民 is found in 中华人民共和国 and 国共 is not found in 中国共产党.

use std::ops::Range;

use super::segment::Segmenter;

/// The length in characters of the longest word that is decomposed.
pub const MAX_PARTED: usize = 24;
/// The least weight of a part: that of a character that the dictionary does not have.
const UNKNOWN: f64 = -20.0;
/// The approximate sum of the frequencies of the dictionary.
const ALL_FREQUENCIES: f64 = 6e7;

/// Returns the likeliest way to cut a word into at least two words of the dictionary.
///
/// ```
/// use gongxun_text::{compound::parts, segment::Segmenter};
/// let word: Vec<char> = "劳动争议调解".chars().collect();
/// assert_eq!(parts(&word, &Segmenter::builtin()), [0..4, 4..6]);
/// ```
pub fn parts(word: &[char], segmenter: &Segmenter) -> Vec<Range<usize>> {
    // The best path from each character to the end: its weight, and the end of its first part.
    let mut best: Vec<(f64, usize)> = vec![(0.0, word.len()); word.len() + 1];
    let mut part = String::new();
    for start in (0..word.len()).rev() {
        best[start] = (f64::NEG_INFINITY, start + 1);
        part.clear();
        for end in start + 1..=word.len() {
            part.push(word[end - 1]);
            if end - start == word.len() {
                continue;
            }
            let weight = match segmenter.word_freq(&part) {
                Some(frequency) => (frequency.max(1) as f64 / ALL_FREQUENCIES).ln(),
                None if end - start == 1 => UNKNOWN,
                None => continue,
            };
            if weight + best[end].0 > best[start].0 {
                best[start] = (weight + best[end].0, end);
            }
        }
    }
    let mut start = 0;
    std::iter::from_fn(|| {
        let part = (start < word.len()).then(|| start..best[start].1)?;
        start = part.end;
        Some(part)
    })
    .collect()
}

/// Whether a range of a word is the whole word, or begins and ends at boundaries of its parts.
pub fn is_part(word: &[char], range: Range<usize>, segmenter: &Segmenter) -> bool {
    if range.len() == word.len() || word.len() > MAX_PARTED {
        return true;
    }
    let parts = parts(word, segmenter);
    let Some(first) = parts.iter().find(|part| part.contains(&range.start)) else { return true };
    if range.end <= first.end {
        return is_part(&word[first.clone()], range.start - first.start..range.end - first.start, segmenter);
    }
    range.start == first.start && parts.iter().any(|part| part.end == range.end)
}

/// Returns the ranges of at least two characters for which [`is_part`] holds, except the word itself.
pub fn inner_words(word: &[char], segmenter: &Segmenter) -> Vec<Range<usize>> {
    let mut inner = Vec::new();
    if word.len() <= MAX_PARTED {
        collect(word, 0, segmenter, &mut inner);
    }
    inner
}

fn collect(word: &[char], offset: usize, segmenter: &Segmenter, inner: &mut Vec<Range<usize>>) {
    // A word of two characters has no part of two.
    if word.len() < 3 {
        return;
    }
    let parts = parts(word, segmenter);
    for (at, first) in parts.iter().enumerate() {
        for last in &parts[at..] {
            let range = first.start..last.end;
            if range.len() >= 2 && range.len() < word.len() {
                inner.push(offset + range.start..offset + range.end);
            }
        }
        collect(&word[first.clone()], offset + first.start, segmenter, inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_words_are_the_parts() {
        let segmenter = Segmenter::builtin();
        let words =
            ["总工会", "中华人民共和国", "中国共产党", "劳动争议调解", "全国人民代表大会常务委员会", "工会", "会"];
        for word in words {
            let word: Vec<char> = word.chars().collect();
            let inner = inner_words(&word, &segmenter);
            for start in 0..word.len() {
                for end in start + 2..=word.len() {
                    let expect = end - start < word.len() && is_part(&word, start..end, &segmenter);
                    assert_eq!(inner.contains(&(start..end)), expect, "{:?}", &word[start..end]);
                }
            }
        }
    }
}
