//! Recognises teasers: the beginnings of other articles, each below its linked headline and cut with an ellipsis or a
//! link to the rest. A page of them is a list, and a column of them stands beside an article.

use super::page::{Line, Page};
use super::worth::{Kind, Worth};
use super::{boilerplate, date};

/// The least number of teasers in a list.
const LEAST: usize = 3;
/// The most lines between a headline and its teaser: a date, a source.
const REACH: usize = 2;
/// The most letters of a teaser.
const LONGEST: u32 = 120;
/// The most lines from one teaser to the next.
const GAP: usize = 8;
/// The most letters of a link to the rest of a text.
const MORE: u32 = 8;

/// Marks the teasers of a page that has several.
pub fn mark(page: &Page, worth: &mut [Worth]) {
    let teasers: Vec<usize> = (0..page.lines.len())
        .filter(|i| matches!(worth[*i].kind, Kind::Sentence | Kind::Short))
        .filter(|i| page.lines[*i].letters <= LONGEST && is_cut(page, *i) && is_headed(page, worth, *i))
        .collect();
    for list in teasers.chunk_by(|a, b| b - a <= GAP).filter(|list| list.len() >= LEAST) {
        for i in list {
            let letters = (page.lines[*i].letters as f32).min(60.0);
            worth[*i] = Worth { value: -letters * 0.6, kind: Kind::Beside };
        }
    }
}

/// Whether a linked headline stands shortly above a line.
fn is_headed(page: &Page, worth: &[Worth], line: usize) -> bool {
    let above = (line.saturating_sub(REACH)..line).rev();
    above.take_while(|i| worth[*i].kind != Kind::Sentence).any(|i| worth[i].kind == Kind::Links && !is_more(page, i))
}

/// Whether a line stops with an ellipsis, or with a link to the rest in it or right below it.
fn is_cut(page: &Page, line: usize) -> bool {
    let it = &page.lines[line];
    let text = it.text.trim_end();
    text.ends_with(['…', '⋯']) || text.ends_with("...") || links_to_more(page, it) || is_more(page, line + 1)
}

/// Whether a line is a link to the rest of a text and nothing else.
fn is_more(page: &Page, line: usize) -> bool {
    page.lines
        .get(line)
        .is_some_and(|it| it.letters <= MORE && it.link_letters == it.letters && links_to_more(page, it))
}

/// Whether the last link of a line, at its end, leads to the rest of a text: [详细], 阅读全文.
fn links_to_more(page: &Page, line: &Line) -> bool {
    let pieces = page.pieces_of(line);
    let text = |piece: &super::page::Piece| page.texts[piece.text as usize].as_str();
    let last = pieces.iter().rev().find(|piece| text(piece).chars().any(char::is_alphanumeric));
    last.filter(|piece| piece.link).is_some_and(|piece| boilerplate::is_more(&date::folded(text(piece))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{content, html};

    fn marked(page: &str) -> String {
        let mut page = html::parse(page);
        page.build_lines();
        let hints = content::inherited_hints(&page);
        let mut worth = content::weigh(&page, &hints, &vec![false; page.lines.len()]);
        mark(&page, &mut worth);
        worth.iter().map(|w| if w.kind == Kind::Beside { 't' } else { '.' }).collect()
    }

    #[test]
    fn teasers_are_told_by_their_headline_and_their_end() {
        let text = "市总工会昨天在职工之家召开座谈会，听取快递员、外卖骑手的意见";
        for (end, expect) in [("……</p>", ".t.t.t"), ("。<a href=#>[详细]</a></p>", ".t.t.t"), ("。</p>", "......")]
        {
            let one = format!("<div><h3><a href=/1>快递员入会人数超过百万</a></h3><p>{text}{end}</div>");
            assert_eq!(marked(&one.repeat(3)), expect, "{end}");
        }
        let one = format!("<div><h3>快递员入会人数超过百万</h3><p>{text}……</p></div>");
        assert_eq!(marked(&one.repeat(3)), "......");
    }
}
