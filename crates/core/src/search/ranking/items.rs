//! The items of a body: the pieces of a news digest, the passages of a long text.
//!
//! The ends of paragraphs and sentences, which the index records, flow in; ranges of characters flow out.

use std::ops::Range;

/// The lengths of a heading inside the body, in characters: the least and the most.
const HEADING: (u32, u32) = (4, 45);
/// The least number of headings of a body that has several items.
const MIN_HEADINGS: usize = 2;
/// The longest passage, in characters. A longer item is cut into passages of whole paragraphs, each of which begins in
/// the middle of the one before it.
const PASSAGE: u32 = 800;

/// The structure of a body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Items {
    /// The items, or the passages of longer ones, in order.
    pub passages: Vec<Range<u32>>,
    /// The headings inside the body, in order.
    pub headings: Vec<Range<u32>>,
    /// The beginnings of the items, in order.
    starts: Vec<u32>,
}

impl Items {
    /// Returns the number of the item that a position of the body is in.
    pub fn of(&self, position: u32) -> usize {
        self.starts.partition_point(|start| *start <= position)
    }
}

/// Splits a body into items, given the ends of its paragraphs and sentences in order, as the index records them: the
/// end of a paragraph is its line break or the end of the text, that of a sentence its full stop or the end of the
/// paragraph.
pub(super) fn items(paragraph_ends: &[u32], sentence_ends: &[u32]) -> Items {
    let mut paragraphs: Vec<Range<u32>> = Vec::with_capacity(paragraph_ends.len());
    let mut start = 0;
    for end in paragraph_ends {
        if start < *end {
            paragraphs.push(start..*end);
        }
        start = end + 1;
    }
    let is_heading = |(number, paragraph): (usize, &Range<u32>)| {
        let mark = sentence_ends.partition_point(|end| *end < paragraph.start);
        let has_mark = sentence_ends.get(mark).is_some_and(|mark| *mark < paragraph.end);
        number + 1 < paragraphs.len() && (HEADING.0..=HEADING.1).contains(&length(paragraph)) && !has_mark
    };
    let is_heading: Vec<bool> = paragraphs.iter().enumerate().map(is_heading).collect();
    let headings = paragraphs.iter().zip(&is_heading).filter(|(_, is_heading)| **is_heading);
    let headings: Vec<Range<u32>> = headings.map(|(paragraph, _)| paragraph.clone()).collect();
    let (mut passages, mut starts) = (Vec::new(), Vec::new());
    let mut first = 0;
    for next in 1..=paragraphs.len() {
        let opens = headings.len() >= MIN_HEADINGS && is_heading.get(next) == Some(&true) && !is_heading[next - 1];
        if opens || next == paragraphs.len() {
            cut(&paragraphs[first..next], sentence_ends, &mut passages);
            starts.push(paragraphs[first].start);
            first = next;
        }
    }
    Items { passages, headings, starts }
}

/// Cuts an item into passages.
fn cut(paragraphs: &[Range<u32>], sentence_ends: &[u32], passages: &mut Vec<Range<u32>>) {
    let (Some(first), Some(last)) = (paragraphs.first(), paragraphs.last()) else { return };
    if last.end - first.start <= PASSAGE {
        passages.push(first.start..last.end);
        return;
    }
    let mut pieces = Vec::with_capacity(paragraphs.len());
    for paragraph in paragraphs {
        if length(paragraph) <= PASSAGE {
            pieces.push(paragraph.clone());
            continue;
        }
        // Of a text without paragraphs the sentences are the units.
        let mut start = paragraph.start;
        let from = sentence_ends.partition_point(|end| *end < start);
        for end in sentence_ends[from..].iter().map(|end| (end + 1).min(paragraph.end)) {
            if start < end {
                pieces.push(start..end);
            }
            start = end;
            if end == paragraph.end {
                break;
            }
        }
        if start < paragraph.end {
            pieces.push(start..paragraph.end);
        }
    }
    let mut from = 0;
    loop {
        let start = pieces[from].start;
        let count = pieces[from..].partition_point(|piece| piece.end - start <= PASSAGE).max(1);
        let end = pieces[from + count - 1].end;
        passages.push(start..end);
        if from + count == pieces.len() {
            return;
        }
        let middle = start + (end - start) / 2;
        from += pieces[from..].partition_point(|piece| piece.start < middle).max(1);
    }
}

fn length(range: &Range<u32>) -> u32 {
    range.end - range.start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::analyzer::{PARAGRAPH_END, Pair, SENTENCE_END, pairs};

    fn of(text: &str) -> (Vec<String>, Vec<String>) {
        let chars: Vec<char> = text.chars().collect();
        let (mut paragraphs, mut sentences) = (Vec::new(), Vec::new());
        pairs(&chars, |pair, position| match pair {
            Pair::Mark(PARAGRAPH_END) => paragraphs.push(position),
            Pair::Mark(SENTENCE_END) => sentences.push(position),
            _ => {}
        });
        let Items { passages, headings, .. } = items(&paragraphs, &sentences);
        let shown = |ranges: Vec<Range<u32>>| {
            let of = |range: Range<u32>| chars[range.start as usize..range.end as usize].iter().collect();
            ranges.into_iter().map(of).collect()
        };
        (shown(passages), shown(headings))
    }

    #[test]
    fn headings_open_items() {
        let (passages, headings) = of(
            "快讯。\n\n欠薪案件办结\n甲地办结欠薪案。\n\n工会送清凉\n副题在此处\n乙地送清凉。\n丙地也送。\n编辑某某",
        );
        assert_eq!(headings, ["欠薪案件办结", "工会送清凉", "副题在此处"]);
        assert_eq!(
            passages,
            ["快讯。", "欠薪案件办结\n甲地办结欠薪案。", "工会送清凉\n副题在此处\n乙地送清凉。\n丙地也送。\n编辑某某"]
        );
    }

    #[test]
    fn single_heading_does_not_split_items() {
        let text = "标题在这里\n正文。";
        assert_eq!(of(text).0, [text]);
        assert_eq!(of("").0, Vec::<String>::new());
        assert_eq!(of("\n\n").0, Vec::<String>::new());
    }

    #[test]
    fn long_items_are_cut_into_passages_that_overlap() {
        let paragraph = |c: char| c.to_string().repeat(299) + "。";
        let text = ['甲', '乙', '丙', '丁', '戊'].map(paragraph).join("\n");
        let firsts: Vec<String> =
            of(&text).0.iter().map(|p| p.split('\n').map(|p| p.chars().next().unwrap()).collect()).collect();
        assert_eq!(firsts, ["甲乙", "乙丙", "丙丁", "丁戊"]);
    }

    #[test]
    fn a_text_without_paragraphs_is_cut_at_sentences() {
        let text = ("工".repeat(199) + "。").repeat(10);
        let passages = of(&text).0;
        assert!(
            passages.iter().all(|passage| passage.chars().count() == 800 && passage.ends_with('。')),
            "{passages:?}"
        );
        assert_eq!(passages.len(), 4);
        let without = "工".repeat(1_000);
        assert_eq!(of(&without).0, [without]);
    }
}
