//! Finds the end of an article's region in the lines behind its best sentences: before the heading of another section,
//! a site's tail, or an editor's line.

use std::ops::Range;

use super::region::{MENU_LINES, Reader, SUBSTANTIAL};
use super::worth::Kind;
use super::{comments, content, labels};
use gongxun_core::article::Block;

/// The share of the text's sentences, in hundredths, behind which an editor's line ends an article.
const EDITED: u32 = 50;

impl Reader<'_> {
    /// Returns the end of the region: the heading of another section, unless the article continues behind it.
    pub fn end_of(&self, range: Range<usize>) -> usize {
        let sentence = |i: usize| if self.kind(i) == Kind::Sentence { self.page.lines[i].letters } else { 0 };
        let mut to_come: u32 = range.clone().map(sentence).sum();
        let mut so_far = 0;
        let mut last = None;
        for line in range.clone() {
            to_come -= sentence(line);
            match self.kind(line) {
                Kind::End => {
                    let next = (line + 1..range.end).find(|i| self.kind(*i) == Kind::Sentence);
                    let small = so_far * 3 < to_come && !comments::is_heading(&self.page.lines[line].text);
                    match (last, next) {
                        (Some(last), Some(next)) => {
                            let same = self.homes[last] == self.homes[next];
                            let heads = next == line + 1 && !comments::is_heading(&self.page.lines[line].text);
                            let goes_on = same && (heads || !self.page.dump);
                            if !small && !goes_on {
                                return line;
                            }
                        }
                        (Some(_), None) => return line,
                        _ => {}
                    }
                }
                Kind::Sentence => last = Some(line),
                _ => {}
            }
            so_far +=
                if matches!(self.kind(line), Kind::Sentence | Kind::Short) { self.page.lines[line].letters } else { 0 };
        }
        let end = self.end_of_text(range.clone());
        if self.page.dump && self.chrome {
            self.end_of_copy(range.start..end)
        } else {
            self.end_of_edited(range.start..end)
        }
    }

    /// Returns the end of the text, where a site's tail begins: at the first button, notice or QR-code line behind the
    /// last paragraph of substance, and before the lines there that name source and editor.
    fn end_of_text(&self, range: Range<usize>) -> usize {
        let substance = |line: &usize| {
            self.kind(*line) == Kind::Sentence
                && self.page.lines[*line].letters >= SUBSTANTIAL
                && !self.is_signature(*line)
        };
        let last = range
            .clone()
            .rev()
            .find(substance)
            .or_else(|| range.clone().rev().find(|i| self.kind(*i) == Kind::Sentence));
        let Some(last) = last else { return range.end };
        let tail = |line: &usize| {
            matches!(self.kind(*line), Kind::Beside | Kind::End)
                && !self.items[*line]
                && !self.is_pager(*line)
                && matches!(self.block_of(*line), Block::Paragraph | Block::Heading | Block::Quote)
        };
        let end = (last + 1..range.end).find(tail).unwrap_or(range.end);
        let mut end = end;
        while end > last + 1 && self.is_signature(end - 1) {
            end -= 1;
        }
        end
    }

    /// Returns the end of the article in a page: behind an editor's line that most of its sentences stand before.
    fn end_of_edited(&self, range: Range<usize>) -> usize {
        let sentence = |i: usize| if self.kind(i) == Kind::Sentence { self.page.lines[i].letters } else { 0 };
        let all: u32 = range.clone().map(sentence).sum();
        let mut before = 0;
        for line in range.clone() {
            if before * 100 > all * EDITED && self.names_editor(line) {
                return line + 1;
            }
            before += sentence(line);
        }
        range.end
    }

    /// Whether a line tells about the article, the editor among it.
    fn names_editor(&self, line: usize) -> bool {
        self.kind(line) == Kind::About && labels::read(&self.page.soft_text(&self.page.lines[line])).edited
    }

    /// Returns the end of the article in a text that was copied with its page: behind an editor's line, or before a row
    /// of short lines, if less of the text stands behind than before.
    fn end_of_copy(&self, range: Range<usize>) -> usize {
        let sentence = |i: usize| if self.kind(i) == Kind::Sentence { self.page.lines[i].letters } else { 0 };
        let all: u32 = range.clone().map(sentence).sum();
        let (mut before, mut short) = (0, 0);
        for line in range.clone() {
            let it = &self.page.lines[line];
            let scrap = self.kind(line) == Kind::Short && !content::ends_sentence(&it.text);
            short = if scrap { short + 1 } else { 0 };
            let editor = self.names_editor(line);
            let cut = if editor { line + 1 } else { line + 1 - short };
            if (editor || short >= MENU_LINES) && before * 2 > all {
                return cut;
            }
            before += sentence(line);
        }
        range.end
    }
}
