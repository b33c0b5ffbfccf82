//! Assigns each visible line of a page to a part. Every line starts in the margin and can only be moved to another
//! part, so no visible line is lost.

use super::page::{Page, is_blank, is_letter};
use gongxun_core::article::Block;

/// A part of an article, or the margin around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The headline.
    Title,
    /// The summary before the text.
    Lead,
    /// A block of the text.
    Body(Block),
    /// A line with date, source or credits.
    Byline,
    /// A line around the article.
    Margin,
}

/// The part of a line, with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The part.
    pub part: Part,
    /// The reason, in a few words.
    pub why: &'static str,
}

/// The parts of all lines of a page; hidden lines have none.
#[derive(Debug, Clone, Default)]
pub struct Parts(Vec<Option<Place>>);

impl Parts {
    /// Creates the parts of a page with all visible lines in the margin.
    pub fn new(page: &Page, why: &'static str) -> Parts {
        let place = Place { part: Part::Margin, why };
        Parts(page.lines.iter().map(|line| (!line.hidden).then_some(place)).collect())
    }

    /// Assigns a line to a part. Hidden lines have no part.
    pub fn put(&mut self, line: usize, part: Part, why: &'static str) {
        if let Some(Some(place)) = self.0.get_mut(line) {
            *place = Place { part, why };
        }
    }

    /// Returns the part of a line, with the reason.
    pub fn of(&self, line: usize) -> Option<Place> {
        self.0.get(line).copied().flatten()
    }

    /// Returns the lines of a part, in order.
    pub fn lines(&self, is: impl Fn(Part) -> bool) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter(move |(_, place)| place.is_some_and(|p| is(p.part))).map(|(line, _)| line)
    }
}

/// Returns the letters of a line that its part left over (a label, a tag before a headline), if there are any.
pub fn left_over(line: &str, taken: &str) -> Option<String> {
    // Compared from the end, since left-over letters mostly stand before those of the part.
    let line: Vec<char> = line.chars().collect();
    let mut wanted: Vec<char> = taken.chars().filter(|c| is_letter(*c)).collect();
    let mut rest: Vec<char> = Vec::new();
    for &c in line.iter().rev() {
        if is_letter(c) && wanted.last() == Some(&c) {
            wanted.pop();
        } else if is_letter(c) || rest.last().is_some_and(|last| !is_blank(*last)) {
            rest.push(c);
        }
    }
    let rest: String = rest.into_iter().rev().collect();
    let rest = rest.trim_matches(|c: char| !is_letter(c));
    (!rest.is_empty()).then(|| rest.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_taken_is_left_over() {
        for (line, taken, expect) in [
            ("[视频]骑手有了新家", "骑手有了新家", Some("视频")),
            ("摘要：骑手有了新家。", "骑手有了新家。", Some("摘要")),
            ("骑手 有了新家", "骑手有了新家", None),
            ("骑手有了新家（责任编辑：李四）", "骑手有了新家", Some("责任编辑：李四")),
        ] {
            assert_eq!(left_over(line, taken).as_deref(), expect, "{line}");
        }
    }
}
