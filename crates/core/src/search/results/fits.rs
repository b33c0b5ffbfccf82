//! Distinguishes words from characters that cross word boundaries: 和服 from 和|服务.
//!
//! A folded text and ranges of it flow in; whether each is a word flows out. The segmentation gives the boundaries of
//! words, and a longer word is split into its parts as far as possible ([`gongxun_text::compound`]).

use std::collections::HashMap;
use std::ops::Range;

use gongxun_text::compound;
use gongxun_text::segment::Segmenter;
use gongxun_text::words::{Room, Stand, Text};

/// Ranges of a word, and whether each is a part of it.
type Verdicts = Vec<(Range<usize>, bool)>;

/// Decides whether a range is a part of a longer word. Verdicts are remembered, since texts on one subject have the
/// same words.
pub struct Parts<'a> {
    segmenter: &'a Segmenter,
    known: HashMap<Box<[char]>, Verdicts>,
    room: Room,
}

impl<'a> Parts<'a> {
    /// Creates a judge of parts by this dictionary.
    pub fn new(segmenter: &'a Segmenter) -> Parts<'a> {
        Parts { segmenter, known: HashMap::new(), room: Room::default() }
    }

    fn is_part(&mut self, word: &[char], range: Range<usize>) -> bool {
        if range.len() == word.len() {
            return true;
        }
        let known = self.known.get(word).and_then(|known| known.iter().find(|(other, _)| *other == range));
        if let Some((_, known)) = known {
            return *known;
        }
        let found = compound::is_part(word, range.clone(), self.segmenter);
        self.known.entry(word.into()).or_default().push((range, found));
        found
    }
}

/// Whether an occurrence cuts through no word: it begins and ends at boundaries of words, or of the parts of one.
pub fn fits(text: &Text, range: &Range<usize>, parts: &mut Parts<'_>) -> bool {
    match text.stand(range, parts.segmenter, &mut parts.room) {
        Stand::Whole => true,
        Stand::Across => false,
        Stand::Inside(word) => {
            parts.is_part(&text.folded[word.clone()], range.start - word.start..range.end - word.start)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongxun_text::fold::fold;
    use gongxun_text::strings;

    #[test]
    fn words_and_letters_inside_others() {
        let segmenter = Segmenter::builtin();
        let check = |text: &str, string: &str, expect: bool| {
            let words = Text::of(text);
            let string: Vec<char> = fold(string).chars().collect();
            let range = strings::find(&words.folded, &string).next().unwrap();
            // The second time nothing is segmented.
            for _ in 0..2 {
                let fits = fits(&words, &range, &mut Parts::new(&segmenter));
                assert_eq!(fits, expect, "{string:?} in {text:?}");
            }
        };
        check("她穿着和服走来", "和服", true);
        check("管理和服务水平", "和服", false);
        check("中华全国总工会", "工会", true);
        check("全总工会议", "工会", false);
        check("中国共产党", "国共", false);
        check("中华人民共和国", "华人", false);
        check("中华人民共和国", "人民", true);
        check("外卖骑手", "骑手", true);
        check("工伤认定", "工伤", true);
        check("2024年AI大赛", "ai", true);
    }
}
