//! The region of the article: a page in, the part of each of its lines out.
//!
//! The best run of sentences is where the article is; from there the region grows to what belongs to it: headings, lists,
//! tables, verses before the first and behind the last sentence, up to the lines about the article above and to the first
//! button, menu or heading of other things below. Inside it nothing is left out but what stands in a box of its own.

use std::ops::Range;

use super::content;
use super::page::{Form, Hint, Page};
use super::parts::{Part, Parts};
use super::title::{self, Title};
use super::worth::{Kind, Worth};
use super::{comments, labels};
use gongxun_core::article::Block;

/// Letters in sentences that an article has at least.
const LEAST_LETTERS: u32 = 12;
/// Letters that an article of short lines has at least, behind a headline and a line about it.
const LEAST_SHORT: u32 = 6;
/// Letters of a line above the text that is more than a scrap, at least.
const SCRAP: u32 = 4;
/// Letters of a line that names source or editor, at most.
const SIGNATURE: u32 = 60;
/// Letters of a sentence behind which a site's tail may begin, at least.
const SUBSTANTIAL: u32 = 40;
/// Short lines in a row that are a menu, not headings of an article, where a text was copied with its page.
const MENU_LINES: usize = 4;
/// The share of the region's block, in hundredths, that the sentences of an article fill where all of it is the article's.
const CORE: u32 = 60;

/// Where the article is.
#[derive(Debug)]
pub struct Region {
    /// What each line looks like.
    pub worth: Vec<Worth>,
    /// The headline.
    pub title: Title,
    /// The first line behind what stands above the text.
    pub start: usize,
    /// Where each line goes; what tells about the article is not known yet.
    pub parts: Parts,
}

/// What is known of a page before its region.
struct Reader<'a> {
    page: &'a Page,
    hints: Vec<Hint>,
    worth: Vec<Worth>,
    homes: Vec<u32>,
    /// The block of the article, and its lines.
    block: u32,
    lines: Range<usize>,
    /// Whether all of the block's text is the article's.
    core: bool,
    /// Of a text file: whether it was copied with what stands around it on its page.
    chrome: bool,
}

/// Finds the article of a page, if it has one.
pub fn find(page: &Page) -> Option<Region> {
    let hints = content::inherited_hints(page);
    let mut worth = content::weigh(page, &hints);
    comments::mark(page, &mut worth);
    let (block, inner) = content::region(page, &worth);
    let lines = |block: usize| page.blocks[block].lines.start as usize..page.blocks[block].lines.end as usize;
    let (lines, inner) = (lines(block), lines(inner));
    let homes = (0..page.lines.len()).map(|line| page.home(line)).collect();
    let chrome = page.dump && has_chrome(page, &worth);
    let mut reader = Reader { page, hints, worth, homes, block: block as u32, lines, core: false, chrome };
    let run = content::best_run(&reader.worth, inner, page.dump);
    let letters: u32 =
        run.clone().filter(|i| reader.worth[*i].kind == Kind::Sentence).map(|i| page.lines[i].letters).sum();
    if letters < LEAST_LETTERS || run.clone().all(|i| reader.hint(i) == Hint::Beside) {
        if let Some(region) = reader.short() {
            return Some(region);
        }
        if letters < LEAST_LETTERS {
            return None;
        }
    }
    reader.core = reader.is_core(letters);
    let title = title::find(page, &reader.worth, &run);
    let range = reader.grow(run, title.line);
    let start = range.start;
    let parts = reader.sort(range, &title)?;
    Some(Region { worth: reader.worth, title, start, parts })
}

/// Why a line outside the region is there, by what it looks like.
fn outside(kind: Kind) -> &'static str {
    match kind {
        Kind::Sentence => "a sentence outside the article's region",
        Kind::Short => "a short line outside the article's region",
        Kind::Title => "the headline, once more",
        Kind::Links => "links outside the article's region",
        Kind::About => "it tells about an article, outside of what was read for that",
        Kind::Beside => "a button, a menu or a notice",
        Kind::Legal => "a phrase of notices, outside the article's region",
        Kind::Comment => "framed as a reader's comment",
        Kind::End => "a heading of other things",
        Kind::Lead => "a summary that was not taken",
        Kind::Caption => "a caption outside the article's region",
        Kind::Hidden => "not shown",
    }
}

/// Whether a text file holds what stands around an article on its page: menus, buttons, footers.
fn has_chrome(page: &Page, worth: &[Worth]) -> bool {
    let strong = |i: usize| {
        matches!(worth[i].kind, Kind::Beside | Kind::End) && !page.lines[i].furniture || is_menu(&page.lines[i].text)
    };
    (0..page.lines.len()).any(strong)
}

/// Whether a line is a row of short words: 首页 新闻 维权 论坛.
fn is_menu(text: &str) -> bool {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '|' | '｜' | '│' | '·' | '>'))
        .filter(|w| !w.is_empty())
        .collect();
    const LEAST: usize = 4;
    const WORD: usize = 6;
    words.len() >= LEAST
        && words.iter().all(|w| w.chars().count() <= WORD && !w.contains(['，', '。', '、', '：']))
        && words.iter().any(|w| ["首页", "新闻", "登录", "首頁", "新聞"].contains(w))
}

impl Reader<'_> {
    fn kind(&self, line: usize) -> Kind {
        self.worth[line].kind
    }

    fn hint(&self, line: usize) -> Hint {
        self.hints.get(self.page.lines[line].block as usize).copied().unwrap_or_default()
    }

    /// Whether the sentences of a run fill most of the block that they stand in, and that is not the whole page.
    fn is_core(&self, sentences: u32) -> bool {
        let all: u32 =
            self.lines.clone().filter(|i| self.kind(*i) != Kind::Hidden).map(|i| self.page.lines[i].letters).sum();
        self.block != 0 && self.lines.len() < self.page.lines.len() && sentences * 100 >= all * CORE
    }

    /// Whether a line stands in the flow of another: the same block, or one around it or beside it in the article's own.
    fn flows(&self, line: usize, with: usize) -> bool {
        let (home, other) = (self.homes[line], self.homes[with]);
        if home == other {
            return true;
        }
        if self.hint(line) == Hint::Beside || home == 0 {
            return false;
        }
        let parent = |block: u32| self.page.blocks[block as usize].parent;
        self.page.is_within(home, self.block)
            && (self.core || self.page.is_within(other, home) || parent(home) == parent(other) && parent(home) != 0)
    }

    /// Grows the best run of sentences to the region of the article.
    fn grow(&self, run: Range<usize>, title: Option<usize>) -> Range<usize> {
        let start = match title.filter(|t| run.contains(t)) {
            Some(title) => (title + 1).min(run.end),
            None => self.grow_up(run.start, title),
        };
        let end = self.grow_down(run.end.max(start), start);
        start..end
    }

    fn grow_up(&self, from: usize, title: Option<usize>) -> usize {
        let top = title.map_or(self.lines.start, |t| (t + 1).max(if self.page.dump { 0 } else { self.lines.start }));
        let mut start = from;
        while start > top {
            let line = start - 1;
            let it = &self.page.lines[line];
            let belongs = match self.kind(line) {
                Kind::Sentence | Kind::Caption => true,
                Kind::Short if self.page.dump => {
                    title.is_some() && !is_menu(&it.text) && (!self.chrome || from - line < MENU_LINES)
                }
                Kind::Short => {
                    let one_block = it.block == self.page.lines[start].block;
                    it.link_letters == 0
                        && (it.letters >= SCRAP || one_block || self.block_of(line) != Block::Paragraph)
                }
                Kind::Legal => !self.page.dump,
                _ => false,
            };
            if !belongs
                || labels::read(&it.text).labels > 0 && self.block_of(line) != Block::Table
                || !self.flows(line, start)
            {
                break;
            }
            start = line;
        }
        start
    }

    fn grow_down(&self, from: usize, start: usize) -> usize {
        let mut end = from;
        let mut at = from;
        let mut short = 0;
        while at < self.lines.end && end > start {
            let it = &self.page.lines[at];
            let last = end - 1;
            if self.is_signature(at) {
                at += 1;
                continue;
            }
            match self.kind(at) {
                Kind::Sentence | Kind::Caption | Kind::Short | Kind::Legal if self.page.dump => {
                    let scrap = self.kind(at) != Kind::Sentence && !content::ends_sentence(&it.text);
                    short = if scrap { short + 1 } else { 0 };
                    if self.chrome && (short >= MENU_LINES || is_menu(&it.text)) {
                        // A row of short lines behind the text of a copied page: headlines of others.
                        return end.min(at + 1 - short);
                    }
                    end = at + 1;
                }
                Kind::Sentence | Kind::Caption | Kind::Short | Kind::Legal
                    if it.link_letters * 2 <= it.letters && self.flows(at, last) =>
                {
                    end = at + 1;
                }
                // What tells about the article may stand before its last lines; what is not shown stands nowhere.
                Kind::About | Kind::Hidden => {}
                Kind::Links | Kind::End => {
                    // A short line right above a box of links is its heading.
                    return if end > from && self.is_label(end - 1) { end - 1 } else { end };
                }
                _ => break,
            }
            at += 1;
        }
        end
    }

    /// Whether a line is short as a heading is, without punctuation, and no part of a list or table.
    fn is_label(&self, line: usize) -> bool {
        const LABEL: u32 = 12;
        let it = &self.page.lines[line];
        self.kind(line) == Kind::Short
            && it.letters <= LABEL
            && !content::ends_sentence(&it.text.replace(['：', ':'], ""))
            && matches!(self.block_of(line), Block::Heading | Block::Paragraph)
    }

    /// Whether a short line names source or editor, whatever else stands in it.
    fn is_signature(&self, line: usize) -> bool {
        let it = &self.page.lines[line];
        if it.letters > SIGNATURE || it.text.contains('。') || self.block_of(line) == Block::Table {
            return false;
        }
        let found = labels::read(&it.text);
        found.source.is_some() || found.credits.iter().any(|credit| credit.role.edits())
    }

    /// An article of short lines: what stands behind the headline and the line about it, or a text file of short lines.
    fn short(&self) -> Option<Region> {
        let page = self.page;
        let count = page.lines.len();
        let (title, start) = if page.dump {
            if self.chrome {
                return None;
            }
            let line = (0..count).find(|i| !page.lines[*i].furniture)?;
            let found = title::find(page, &self.worth, &(line + 1..count));
            let title = if found.line.is_some() { found } else { Title::of(page, line) };
            (title, line + 1)
        } else {
            let (line, title) = self.visible_title()?;
            (title, line + 1)
        };
        let mut first = start;
        let mut told = page.dump;
        while first < count && !matches!(self.kind(first), Kind::Short | Kind::Sentence | Kind::Caption) {
            if !matches!(self.kind(first), Kind::About | Kind::Beside | Kind::Hidden | Kind::Title | Kind::Links) {
                return None;
            }
            told |= self.kind(first) == Kind::About;
            first += 1;
        }
        if first >= count {
            return None;
        }
        told |= self.hint(first) == Hint::Body;
        let mut end = first;
        while end < count
            && matches!(self.kind(end), Kind::Short | Kind::Sentence | Kind::Caption | Kind::About | Kind::Legal)
            && (page.dump || page.lines[end].link_letters == 0 && self.homes[end] == self.homes[first])
        {
            end += 1;
        }
        let letters: u32 = (first..end).filter(|i| self.kind(*i) != Kind::About).map(|i| page.lines[i].letters).sum();
        if !told || letters < if page.dump { LEAST_LETTERS } else { LEAST_SHORT } {
            return None;
        }
        let parts = self.sort(first..end, &title)?;
        Some(Region { worth: self.worth.clone(), title, start: first, parts })
    }

    /// The visible line that the page declares as its headline.
    fn visible_title(&self) -> Option<(usize, Title)> {
        let count = self.page.lines.len();
        let title = title::find(self.page, &self.worth, &(count..count));
        title.line.filter(|line| self.page.lines[*line].link_letters == 0).map(|line| (line, title))
    }

    /// Sorts the lines of a page whose region is known. Nothing where no line is left for the text.
    fn sort(&self, range: Range<usize>, title: &Title) -> Option<Parts> {
        let mut parts = Parts::new(self.page, "");
        for line in 0..self.page.lines.len() {
            parts.put(line, Part::Margin, outside(self.kind(line)));
        }
        let end = self.end_of(range.clone());
        let mut any = false;
        for line in range.start..end {
            let (part, why) = self.part(line, range.start..end, any, title);
            any |= matches!(part, Part::Body(_));
            parts.put(line, part, why);
        }
        any.then_some(parts)
    }

    fn part(&self, line: usize, range: Range<usize>, any: bool, title: &Title) -> (Part, &'static str) {
        let body = Part::Body(self.block_of(line));
        let it = &self.page.lines[line];
        if it.furniture {
            return (Part::Margin, "a page number or a running head");
        }
        if !any && it.text.trim() == title.text {
            return (Part::Margin, "the headline, once more");
        }
        match self.kind(line) {
            Kind::Sentence => (body, "a sentence in the article's region"),
            Kind::Short => (body, "a short line in the article's region"),
            Kind::Caption => (body, "the caption of a picture in the article's region"),
            Kind::About => (Part::Byline, "it tells about the article and nothing else"),
            Kind::Title => (Part::Margin, "the headline, once more"),
            Kind::Comment => (Part::Margin, "framed as a reader's comment"),
            Kind::Lead => (Part::Margin, "a summary that was not taken"),
            Kind::Hidden => (Part::Margin, "not shown"),
            Kind::Links | Kind::Beside | Kind::Legal | Kind::End => {
                if self.kind(line) == Kind::Legal || self.in_flow(line, range) {
                    (body, "between paragraphs of the article, in their block")
                } else {
                    (Part::Margin, "a box of links or buttons inside the article's region")
                }
            }
        }
    }

    /// Whether a line that looks like none of the article's stands between its paragraphs, as one of them.
    fn in_flow(&self, line: usize, range: Range<usize>) -> bool {
        let text = |i: &usize| matches!(self.kind(*i), Kind::Sentence | Kind::Short | Kind::Caption);
        let before = (range.start..line).rev().find(text);
        let after = (line + 1..range.end).find(text);
        let (Some(before), Some(after)) = (before, after) else { return false };
        let same = |i: usize| self.homes[i] == self.homes[line];
        // A row of links is a box of its own, wherever it stands.
        let links = (before + 1..after).filter(|i| self.kind(*i) == Kind::Links).count();
        same(before) && same(after) && (links == 0 || links == 1 && after - before == 2)
    }

    /// Where the region ends: at a heading of other things, unless the article goes on behind it.
    fn end_of(&self, range: Range<usize>) -> usize {
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
        if self.page.dump && self.chrome { self.end_of_copy(range.start..end) } else { end }
    }

    /// Where the text ends and a site's tail begins: at the first button, notice or code to scan behind the last paragraph
    /// of substance, and before the lines that name source and editor there.
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
                && matches!(self.block_of(*line), Block::Paragraph | Block::Heading | Block::Quote)
        };
        let end = (last + 1..range.end).find(tail).unwrap_or(range.end);
        let mut end = end;
        while end > last + 1 && self.is_signature(end - 1) {
            end -= 1;
        }
        end
    }

    /// Where the article ends in a text that was copied with its page: behind an editor's line, or before a row of short
    /// lines, where less of the text stands behind than before.
    fn end_of_copy(&self, range: Range<usize>) -> usize {
        let sentence = |i: usize| if self.kind(i) == Kind::Sentence { self.page.lines[i].letters } else { 0 };
        let all: u32 = range.clone().map(sentence).sum();
        let (mut before, mut short) = (0, 0);
        for line in range.clone() {
            let it = &self.page.lines[line];
            let scrap = self.kind(line) == Kind::Short && !content::ends_sentence(&it.text);
            short = if scrap { short + 1 } else { 0 };
            let editor =
                self.kind(line) == Kind::About && labels::read(&it.text).credits.iter().any(|c| c.role.edits());
            let cut = if editor { line + 1 } else { line + 1 - short };
            if (editor || short >= MENU_LINES) && before * 2 > all {
                return cut;
            }
            before += sentence(line);
        }
        range.end
    }

    /// What a line of the text is.
    fn block_of(&self, line: usize) -> Block {
        let it = &self.page.lines[line];
        if self.kind(line) == Kind::Caption || self.hint(line) == Hint::Caption {
            return Block::Caption;
        }
        if it.heading > 0 {
            return Block::Heading;
        }
        let mut at = it.block;
        while at != 0 {
            let block = &self.page.blocks[at as usize];
            match block.form {
                Form::Data => return Block::Table,
                Form::Item | Form::List => return Block::List,
                Form::Quote => return Block::Quote,
                Form::Heading => return Block::Heading,
                Form::Paragraph => {}
                Form::Container if block.lines.len() <= 1 => {}
                Form::Container | Form::Layout | Form::Pre => break,
            }
            at = block.parent;
        }
        let bold = it.letters > 0 && it.bold_letters == it.letters;
        if bold && self.kind(line) == Kind::Short { Block::Heading } else { Block::Paragraph }
    }
}
