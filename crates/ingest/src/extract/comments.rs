//! Recognises readers' comments below an article by their frame: a line of the same shape (a time, 回复, 赞, a floor
//! number) at each comment, repeated, with a little text between.

use std::ops::Range;
use std::sync::OnceLock;

use super::date;
use super::page::Page;
use super::phrases::Phrases;
use super::worth::{Kind, Worth};

/// The least number of consecutive frames that make a section of comments.
const LEAST_FRAMES: usize = 3;
/// The same number below a heading that announces comments.
const LEAST_ANNOUNCED: usize = 2;
/// The longest line that frames a comment, in letters.
const FRAME: u32 = 48;
/// The most lines from one frame to the next.
const GAP: usize = 12;
/// The number of lines above a frame, and below a frame without a block of its own, that may belong to its comment.
const REACH: usize = 3;

/// The actions that a frame's line offers, in folded letters.
const ACTIONS: &[&str] = &[
    "回复", "回覆", "回應", "回应", "点赞", "举报", "引用", "支持", "反对", "有用", "reply", "like", "赞", "顶", "踩",
    "楼", "讚",
];
/// Expressions of time before now.
const AGO: &[&str] = &["分钟前", "小时前", "天前", "秒前", "周前", "月前", "年前", "刚刚", "昨天", "前天"];

/// Marks the lines of comments. A page of nothing but comments stays as it is.
pub fn mark(page: &Page, worth: &mut [Worth]) {
    let shapes: Vec<Option<Shape>> = (0..page.lines.len()).map(|i| shape(page, i)).collect();
    let mut frames: Vec<(usize, Shape)> = shapes.iter().enumerate().filter_map(|(i, s)| s.map(|s| (i, s))).collect();
    frames.sort_by_key(|(line, shape)| (*shape, *line));
    let mut spans: Vec<Range<usize>> = Vec::new();
    for group in frames.chunk_by(|a, b| a.1 == b.1 && b.0 - a.0 <= GAP) {
        let (first, last) = (group[0].0, group[group.len() - 1].0);
        if group.len() >= LEAST_ANNOUNCED {
            let span = span(page, worth, first..last + 1);
            let announced = span.start > 0 && is_announced(page, worth, span.start);
            let stamped = group.iter().filter(|(line, _)| is_stamped(page, *line)).count() * 2 >= group.len();
            if announced || group.len() >= LEAST_FRAMES && stamped {
                spans.push(span);
            }
        }
    }
    let sentences = |inside: bool| -> u32 {
        let lines = worth
            .iter()
            .enumerate()
            .filter(|(i, w)| w.kind == Kind::Sentence && spans.iter().any(|s| s.contains(i)) == inside);
        lines.map(|(i, _)| page.lines[i].letters).sum()
    };
    // If there is nothing before the comments, they are the text: a thread, a page of questions and answers.
    let first = spans.iter().map(|s| s.start).min().unwrap_or(0);
    let before: u32 = (0..first).filter(|i| is_text(worth[*i].kind)).map(|i| page.lines[i].letters).sum();
    if sentences(false) == 0 && before == 0 {
        return;
    }
    for i in spans.into_iter().flatten() {
        if worth[i].kind != Kind::Hidden {
            worth[i] = Worth { value: -3.0, kind: Kind::Comment };
        }
    }
}

fn is_text(kind: Kind) -> bool {
    matches!(kind, Kind::Sentence | Kind::Short | Kind::Title)
}

/// The common features of the frames of one section: their depth, and the actions they offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    depth: u32,
    actions: u32,
}

fn shape(page: &Page, line: usize) -> Option<Shape> {
    let it = &page.lines[line];
    if it.hidden || it.letters > FRAME || it.text.contains('。') {
        return None;
    }
    let actions = offered(&date::folded(&it.text));
    if actions == 0 {
        return None;
    }
    let mut depth = 0;
    let mut block = it.block;
    while block != 0 {
        depth += 1;
        block = page.blocks[block as usize].parent;
    }
    Some(Shape { depth, actions })
}

/// Returns the actions that a folded line offers, a bit each: as words of their own, not inside a longer run of Chinese
/// characters; numbers are ignored.
fn offered(folded: &[char]) -> u32 {
    static PHRASES: OnceLock<Phrases> = OnceLock::new();
    let phrases = PHRASES.get_or_init(|| Phrases::new(ACTIONS.iter().copied()));
    let free = |c: Option<&char>| c.is_none_or(|c| !c.is_alphabetic());
    let mut actions = 0;
    for at in 0..folded.len() {
        for (action, len) in phrases.at(&folded[at..]) {
            let before = free(at.checked_sub(1).and_then(|before| folded.get(before)));
            let rest = &folded[at + len..];
            if before && (free(rest.first()) || len > 1 && phrases.at(rest).next().is_some()) {
                actions |= 1 << action;
            }
        }
    }
    actions
}

/// Whether a line, or one next to it, gives a time.
fn is_stamped(page: &Page, line: usize) -> bool {
    let around = line.saturating_sub(REACH)..(line + REACH + 1).min(page.lines.len());
    around.into_iter().any(|i| {
        let it = &page.lines[i];
        let short = it.letters <= FRAME && !it.text.contains('。');
        short
            && (AGO.iter().any(|word| it.text.contains(word)) || !date::find_dates(&date::folded(&it.text)).is_empty())
    })
}

/// Returns the lines of a section of comments, given those of its frames: the blocks that hold one frame each, or a few
/// more lines.
fn span(page: &Page, worth: &[Worth], frames: Range<usize>) -> Range<usize> {
    let ancestors = |line: usize| {
        let mut blocks = vec![page.lines[line].block];
        while let Some(&last) = blocks.last().filter(|b| **b != 0) {
            blocks.push(page.blocks[last as usize].parent);
        }
        blocks
    };
    let (first, last) = (ancestors(frames.start), ancestors(frames.end - 1));
    let common = first.iter().find(|b| last.contains(b)).copied().unwrap_or(0);
    let child = |blocks: &[u32]| blocks.iter().copied().take_while(|b| *b != common).last();
    if let (Some(a), Some(b)) = (child(&first), child(&last))
        && a != b
    {
        let (a, b) = (&page.blocks[a as usize].lines, &page.blocks[b as usize].lines);
        let whole = a.start as usize..b.end as usize;
        // A block for each comment holds its text; if frame and text stand side by side, a little more belongs to it.
        let holds_text = whole.len() > frames.len() + 1 || a.len() > 1;
        if holds_text {
            return whole;
        }
    }
    let mut start = frames.start;
    while start > 0 && frames.start - start < REACH && worth[start - 1].kind == Kind::Short {
        start -= 1;
    }
    let end = (frames.end + REACH).min(page.lines.len());
    let end = (frames.end..end).find(|i| !is_text(worth[*i].kind)).unwrap_or(end);
    start..end
}

/// Whether a heading right above announces comments.
fn is_announced(page: &Page, worth: &[Worth], start: usize) -> bool {
    (start.saturating_sub(REACH)..start)
        .any(|i| worth[i].kind == Kind::End || page.lines[i].letters <= 16 && is_heading(&page.lines[i].text))
}

/// Whether a short line announces what readers wrote.
pub fn is_heading(text: &str) -> bool {
    let folded: String = date::folded(text).into_iter().collect();
    ["评论", "留言", "跟帖", "回应", "来说", "跟贴", "讨论区", "comments"].iter().any(|w| folded.contains(w))
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
        worth.iter().map(|w| if w.kind == Kind::Comment { 'c' } else { '.' }).collect()
    }

    const TEXT: &str = "市总工会昨天在职工之家召开座谈会，听取快递员、外卖骑手的意见。";

    #[test]
    fn comments_are_told_by_their_frame() {
        let one = |name: &str| format!("<div><b>{name}</b> 2014/01/03 22:40 回覆<p>{TEXT}</p></div>");
        let comments: String = ["甲甲", "乙乙", "丙丙", "丁丁"].iter().map(|n| one(n)).collect();
        assert_eq!(marked(&format!("<h1>骑手有了新家</h1><p>{TEXT}</p><div>{comments}</div>")), "..cccccccc");
        let one = |name: &str| format!("<li><span>{name}</span><p>{TEXT}</p><div>3小时前 赞(3) 回复</div></li>");
        let comments: String = ["甲甲", "乙乙", "丙丙"].iter().map(|n| one(n)).collect();
        assert_eq!(marked(&format!("<h1>骑手有了新家</h1><p>{TEXT}</p><ul>{comments}</ul>")), "..ccccccccc");
        // One line of buttons above the text and one below it are no frames.
        let share = "<div>2014-01-03 赞 回复</div>";
        assert_eq!(marked(&format!("{share}<p>{TEXT}</p>{share}")), "...");
    }
}
