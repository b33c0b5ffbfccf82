//! The region of the article: a page flows in, the part of each of its lines flows out.
//!
//! The region starts as the best run of sentences and grows to the lines that belong to it: headings, lists, tables,
//! verses before the first and behind the last sentence, up to the lines with metadata above and to the first button,
//! menu or heading of another section below. Inside it only lines in a box of their own are left out.

use std::collections::HashMap;
use std::ops::Range;

use super::content;
use super::page::{Form, Hint, Page};
use super::parts::{Part, Parts};
use super::title::{self, Title};
use super::worth::{Kind, Worth};
use super::{boilerplate, comments, date, items, labels, names, signatures, teasers};
use gongxun_core::article::Block;

/// The least letters in sentences of an article.
const LEAST_LETTERS: u32 = 12;
/// The least letters of an article of short lines behind a headline and a line with metadata.
const LEAST_SHORT: u32 = 6;
/// The least letters of a line above the text that is more than a scrap.
const SCRAP: u32 = 4;
/// The most letters of a line that names source or editor.
const SIGNATURE: u32 = 60;
/// The least letters of a sentence behind which a site's tail may begin.
pub const SUBSTANTIAL: u32 = 40;
/// The least number of consecutive short lines that make a menu, not headings of an article, in a text that was copied
/// with its page.
pub const MENU_LINES: usize = 4;
/// The least share of the region's block, in hundredths, that the sentences of an article fill if the whole block is
/// the article's.
const CORE: u32 = 60;

/// The region of the article in its page.
#[derive(Debug)]
pub struct Region {
    /// The worth of each line.
    pub worth: Vec<Worth>,
    /// The headline.
    pub title: Title,
    /// The first line behind the lines above the text.
    pub start: usize,
    /// The part of each line, before its metadata is read.
    pub parts: Parts,
}

/// The facts about a page from which its region is found.
pub struct Reader<'a> {
    /// The page.
    pub page: &'a Page,
    /// The hints of the blocks' classes.
    pub hints: Vec<Hint>,
    /// The worth of each line.
    pub worth: Vec<Worth>,
    /// For each line, the block in whose flow it stands.
    pub homes: Vec<u32>,
    /// For each line, whether it is an item of a numbered list.
    pub items: Vec<bool>,
    /// For each line, whether it is a button that stands on the page more than once: such a button belongs to the page
    /// even between paragraphs.
    pub repeated: Vec<bool>,
    /// The block of the article.
    pub block: u32,
    /// The lines of the block.
    pub lines: Range<usize>,
    /// Whether all of the block's text is the article's.
    pub core: bool,
    /// Whether a text file was copied with the surroundings of the article on its page.
    pub chrome: bool,
}

/// Finds the article of a page, if it has one.
pub fn find(page: &Page) -> Option<Region> {
    let hints = content::inherited_hints(page);
    let items = items::find(page);
    let mut worth = content::weigh(page, &hints, &items);
    comments::mark(page, &mut worth);
    teasers::mark(page, &mut worth);
    let (block, inner) = content::region(page, &worth);
    let lines = |block: usize| page.blocks[block].lines.start as usize..page.blocks[block].lines.end as usize;
    let (lines, inner) = (lines(block), lines(inner));
    let homes = (0..page.lines.len()).map(|line| page.home(line)).collect();
    let repeated = repeated(page, &worth);
    let chrome = page.dump && has_chrome(page, &worth);
    let mut reader =
        Reader { page, hints, worth, homes, items, repeated, block: block as u32, lines, core: false, chrome };
    let mut run = content::best_run(&reader.worth, inner, page.dump);
    let mut letters = reader.sentences(run.clone());
    if (letters < LEAST_LETTERS || run.clone().all(|i| reader.hint(i) == Hint::Beside))
        && let Some(hinted) = reader.hinted()
    {
        letters = reader.sentences(hinted.clone());
        reader.enclose(&hinted);
        run = hinted;
    }
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

/// Tells for each line whether it is a button of an HTML page that stands on it more than once.
fn repeated(page: &Page, worth: &[Worth]) -> Vec<bool> {
    let button = |line: &usize| !page.dump && worth[*line].kind == Kind::Beside;
    let mut count: HashMap<&str, u32> = HashMap::new();
    for line in (0..page.lines.len()).filter(button) {
        *count.entry(page.lines[line].text.as_str()).or_default() += 1;
    }
    let often = |line: &usize| count.get(page.lines[*line].text.as_str()).is_some_and(|count| *count > 1);
    (0..page.lines.len()).map(|line| button(&line) && often(&line)).collect()
}

/// Returns the reason why a line is outside the region, by its kind.
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

/// Whether a text file includes the surroundings of an article on its page: menus, buttons, footers.
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
    /// Returns the kind of a line.
    pub fn kind(&self, line: usize) -> Kind {
        self.worth[line].kind
    }

    /// Returns the number of letters in the sentences of a run.
    fn sentences(&self, run: Range<usize>) -> u32 {
        run.filter(|i| self.kind(*i) == Kind::Sentence).map(|i| self.page.lines[i].letters).sum()
    }

    /// Returns the best run of a page whose blocks all lack worth because of their links: behind the visible headline,
    /// in a block whose class marks a text.
    fn hinted(&self) -> Option<Range<usize>> {
        if self.page.dump {
            return None;
        }
        let (title, _) = self.visible_title()?;
        let run = content::best_run(&self.worth, title + 1..self.page.lines.len(), false);
        (self.sentences(run.clone()) >= SUBSTANTIAL && self.hint(run.start) == Hint::Body).then_some(run)
    }

    /// Makes the innermost block around a run the block of the article.
    fn enclose(&mut self, run: &Range<usize>) {
        let lines = |block: u32| {
            let lines = &self.page.blocks[block as usize].lines;
            lines.start as usize..lines.end as usize
        };
        let mut block = self.homes[run.start];
        while block != 0 && lines(block).end < run.end {
            block = self.page.blocks[block as usize].parent;
        }
        (self.lines, self.block) = (lines(block), block);
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

    /// Whether a line stands in the flow of another: the same block, or one around it or beside it in the article's
    /// own.
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
        let mut start = match title.filter(|t| run.contains(t)) {
            Some(title) => (title + 1).min(run.end),
            None => self.grow_up(run.start, title),
        };
        if let Some(title) = title.filter(|title| *title < start) {
            // A caption right above the text, in a box of its own inside the text's block.
            let caption = |line: usize| self.kind(line) == Kind::Caption && self.hint(line) != Hint::Beside;
            while start > title + 1
                && caption(start - 1)
                && self.homes[start - 1] != 0
                && self.page.is_within(self.homes[start], self.homes[start - 1])
            {
                start -= 1;
            }
            // The authors' line below the headline.
            let named = |line: usize| !signatures::names_alone(&self.page.soft_text(&self.page.lines[line])).is_empty();
            if start == title + 1 && start + 1 < run.end && self.kind(start) == Kind::Short && named(start) {
                start += 1;
            }
        }
        let end = self.grow_down(run.end.max(start), start);
        start..end
    }

    fn grow_up(&self, from: usize, title: Option<usize>) -> usize {
        let top = title.map_or(self.lines.start, |t| (t + 1).max(if self.page.dump { 0 } else { self.lines.start }));
        let first_sentence = (top..from).find(|i| self.kind(*i) == Kind::Sentence);
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
                    let one_flow = self.core && self.homes[line] == self.homes[start] && self.homes[line] != 0;
                    it.link_letters == 0
                        && (it.letters >= SCRAP || one_block || one_flow || self.block_of(line) != Block::Paragraph)
                }
                Kind::Legal => !self.page.dump,
                // The signature of a document above another document; below the headline it would be a source and a
                // date.
                Kind::About => first_sentence.is_some_and(|first| first < line) && self.is_signed(line, top),
                _ => false,
            };
            // （2024年2月28日岚州市人民代表大会常务委员会通过）: a date in a note of the text.
            let noted = it.text.trim_start().starts_with(['（', '('])
                && it.text.trim_end().ends_with(['）', ')'])
                && self.kind(line) != Kind::About
                && labels::read(&it.text).credits.is_empty();
            if !belongs
                || labels::read(&it.text).labels > 0
                    && self.block_of(line) != Block::Table
                    && !noted
                    && !matches!(self.kind(line), Kind::About | Kind::Caption)
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
            if self.is_pager(at) {
                at += 1;
                continue;
            }
            if self.items[at] && self.homes[at] == self.homes[last] {
                at += 1;
                end = at;
                continue;
            }
            match self.kind(at) {
                Kind::Sentence | Kind::Caption | Kind::Short | Kind::Legal if self.page.dump => {
                    let scrap = self.kind(at) != Kind::Sentence && !content::ends_sentence(&it.text);
                    short = if scrap { short + 1 } else { 0 };
                    if self.chrome && (short >= MENU_LINES || is_menu(&it.text)) {
                        // A row of short lines behind the text of a copied page consists of other headlines.
                        return end.min(at + 1 - short);
                    }
                    end = at + 1;
                }
                Kind::Sentence | Kind::Caption | Kind::Short | Kind::Legal
                    if it.link_letters * 2 <= it.letters && self.flows(at, last) =>
                {
                    end = at + 1;
                }
                Kind::About if self.is_signed(at, start) => end = at + 1,
                // Lines with metadata may stand before the last lines of the article; hidden lines don't count.
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

    /// Whether a line is the day below the name of a document's signatory: 岚州市总工会 / 2024年3月4日.
    fn is_signed(&self, line: usize, start: usize) -> bool {
        /// The most letters of an organisation's name and of a day.
        const SIGNER: u32 = 30;
        const DAY: u32 = 11;
        let text = self.page.lines[line].text.trim_end();
        let above = (start..line).rev().find(|i| self.kind(*i) != Kind::Hidden);
        let Some(above) = above.filter(|i| *i > start && self.kind(*i) == Kind::Short && self.flows(line, *i)) else {
            return false;
        };
        let signer = &self.page.lines[above];
        self.page.lines[line].letters <= DAY
            && text.ends_with('日')
            && text.contains('年')
            && labels::read(text).labels == 1
            && signer.letters <= SIGNER
            && names::is_signer(signer.text.trim())
    }

    /// Whether a short line names source or editor, whatever else stands in it.
    pub fn is_signature(&self, line: usize) -> bool {
        let it = &self.page.lines[line];
        if it.letters > SIGNATURE || it.text.contains('。') || self.block_of(line) == Block::Table {
            return false;
        }
        let found = labels::read(&it.text);
        found.source.is_some() || found.credits.iter().any(|credit| credit.role.edits())
    }

    /// Returns the region of an article of short lines: those behind the headline and the line with metadata, or all of
    /// a text file of short lines.
    fn short(&self) -> Option<Region> {
        let page = self.page;
        let count = page.lines.len();
        let (title, start) = if page.dump {
            if self.chrome {
                return None;
            }
            let line = (0..count).find(|i| !page.lines[*i].furniture)?;
            let found = title::find(page, &self.worth, &(line + 1..count));
            let title = if found.line.is_some() { found } else { Title::at_line(page, line) };
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

    /// Returns the visible line that the page declares as its headline.
    fn visible_title(&self) -> Option<(usize, Title)> {
        let count = self.page.lines.len();
        let title = title::find(self.page, &self.worth, &(count..count));
        title.line.filter(|line| self.page.lines[*line].link_letters == 0).map(|line| (line, title))
    }

    /// Assigns the lines of a page with this region to parts. None if no line is left for the text.
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
        if self.is_pager(line) {
            return (Part::Margin, "the way to the text's other pages");
        }
        let beside = |line: usize| self.hint(line) == Hint::Beside;
        if self.kind(line) == Kind::Short && beside(line) && any && self.last_sentence(line).is_some_and(|l| !beside(l))
        {
            return (Part::Margin, "a scrap in a box that its class calls none of the article's");
        }
        match self.kind(line) {
            Kind::Sentence => (body, "a sentence in the article's region"),
            Kind::Short => (body, "a short line in the article's region"),
            Kind::Caption => (body, "the caption of a picture in the article's region"),
            Kind::About if self.is_signed(line, range.start) => (body, "the date below the signature of a document"),
            Kind::About => (Part::Byline, "it tells about the article and nothing else"),
            Kind::Title => (Part::Margin, "the headline, once more"),
            Kind::Comment => (Part::Margin, "framed as a reader's comment"),
            Kind::Lead => (Part::Margin, "a summary that was not taken"),
            Kind::Hidden => (Part::Margin, "not shown"),
            Kind::Beside if self.repeated[line] => (Part::Margin, "a button that the page shows again and again"),
            Kind::Links | Kind::Beside | Kind::Legal | Kind::End => {
                if self.kind(line) == Kind::Legal || self.items[line] || self.in_flow(line, range) {
                    (body, "between paragraphs of the article, in their block")
                } else {
                    (Part::Margin, "a box of links or buttons inside the article's region")
                }
            }
        }
    }

    /// Whether a line leads to the text's other pages.
    pub fn is_pager(&self, line: usize) -> bool {
        !self.page.dump
            && matches!(self.kind(line), Kind::Beside | Kind::Links)
            && boilerplate::is_pager(&date::folded(&self.page.lines[line].text))
    }

    /// Returns the last sentence shortly before a line.
    fn last_sentence(&self, line: usize) -> Option<usize> {
        const FAR: usize = 40;
        (self.lines.start..line).rev().take(FAR).find(|i| self.kind(*i) == Kind::Sentence)
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

    /// Returns the kind of block that a line of the text is.
    pub fn block_of(&self, line: usize) -> Block {
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
