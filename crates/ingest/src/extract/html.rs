//! Reads HTML as a [`Page`]: blocks and lines of visible text, built in one pass without recursion.
//!
//! Only blocks are kept as a tree; links and bold letters are states that text nodes carry. This suffices to read a
//! page as a reader sees it, and makes mis-nested tags harmless.

use std::ops::Range;

use super::address;
use super::classes::{mark_of, read_hints};
use super::elements::{Kind, counts_overflow, kind_of};
use super::hidden::Hidden;
use super::markup::{Attributes, Token, tokens, unescape};
use super::page::{Block, Gap, Line, Mark, Marked, Meta, Page, Piece, TIME, is_letter};
use super::tables;

/// Blocks nested deeper than this are flattened into the block at this depth.
pub const MAX_DEPTH: usize = 256;
/// The most blocks of one page; the rest of the page is added to the innermost open block.
const MAX_BLOCKS: usize = 200_000;
/// The most texts of one page, those between two tags; the visible rest of the page is one more line. A text takes 300
/// bytes in memory with its line, and five in a page of nothing but short ones.
const MAX_TEXTS: usize = 500_000;
/// The most meta tags of one page that are read.
const MAX_METAS: usize = 200;
/// The most bytes of text in one meta tag that are read.
const MAX_META: usize = 4_000;
/// The most bytes of text in a link: a headline and a teaser.
const MAX_LINK: usize = 700;
/// The most JSON-LD scripts of one page that are read.
const MAX_JSON_LD: usize = 8;
/// The most bytes of the scripts of one page that are kept for reading metadata.
const MAX_SCRIPTS: usize = 4 << 20;
/// Words of which a script has at least one if it may hold metadata of the article.
const TELLS: &[&str] = &[
    "_time",
    "Time",
    "pubtime",
    "var ct",
    "nickname",
    "ubDate",
    "\"content\"",
    "content:",
    "articleBody",
    "%22content%22",
    "pageProps",
];
/// The most elements of one page whose class marks the source or the author.
const MAX_MARKED: usize = 32;
/// The most such elements that are open at once.
const MAX_OPEN_MARKS: usize = 4;

/// Reads an HTML page.
pub fn parse(html: &str) -> Page {
    let mut builder = Builder::new();
    for token in tokens(html) {
        match token {
            Token::Start { name, attributes } => builder.start(&name, attributes),
            Token::End(name) => builder.end(&name),
            Token::Text(text) => builder.text(text),
            Token::Raw(text) => builder.raw(text),
            Token::Comment(text) => builder.comment(text),
        }
    }
    builder.finish()
}

struct Open {
    name: String,
    kind: Kind,
    block: u32,
    hidden: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Raw {
    Nothing,
    Title,
    JsonLd,
    Script,
    /// Text that is shown as it is.
    Shown,
}

/// An open element whose class marks the source or the author.
struct OpenMark {
    name: String,
    /// The number of open elements of the same name inside it.
    inside: usize,
    mark: Mark,
    start: u32,
}

struct Builder {
    page: Page,
    stack: Vec<Open>,
    /// The number of blocks that were not pushed because of [`MAX_DEPTH`]; their end tags close nothing.
    overflow: usize,
    line_start: u32,
    link: bool,
    /// The first piece of the open link.
    link_start: usize,
    bold: u16,
    heading: u8,
    raw: Raw,
    marks: Vec<OpenMark>,
    script_bytes: usize,
    tables: tables::Borders,
    ruby: Ruby,
    /// The last line, once the page has [`MAX_TEXTS`]: it takes in all further text.
    rest: Option<String>,
    hidden: Hidden,
}

/// The state of annotations above characters (`<ruby>漢<rt>hàn</rt>字<rt>zì</rt></ruby>`): they are put behind the
/// characters that they stand above: 漢字（hàn zì）.
#[derive(Default)]
struct Ruby {
    /// The position of the text inside such an element.
    inside: Inside,
    /// The annotations of the preceding characters.
    notes: Vec<String>,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Inside {
    #[default]
    Nothing,
    /// In the characters.
    Base,
    /// In the annotation above the characters.
    Note,
    /// In brackets for browsers without ruby.
    Bracket,
}

impl Builder {
    fn new() -> Builder {
        let page = Page { blocks: vec![Block::default()], ..Page::default() };
        let root = Open { name: String::new(), kind: Kind::Container, block: 0, hidden: false };
        Builder {
            page,
            stack: vec![root],
            overflow: 0,
            line_start: 0,
            link: false,
            link_start: 0,
            bold: 0,
            heading: 0,
            raw: Raw::Nothing,
            marks: Vec::new(),
            script_bytes: 0,
            tables: tables::Borders::default(),
            ruby: Ruby::default(),
            rest: None,
            hidden: Hidden::default(),
        }
    }

    fn top(&self) -> &Open {
        // The root is never popped.
        &self.stack[self.stack.len() - 1]
    }

    fn start(&mut self, name: &str, attributes: Attributes) {
        self.raw = Raw::Nothing;
        self.start_mark(name, attributes);
        let kind = kind_of(name);
        self.hidden.start(name, attributes, kind.is_some(), self.stack.len(), &mut self.page);
        match name {
            "br" | "hr" => self.end_line(),
            "a" => {
                self.end_link();
                self.link_start = self.page.pieces.len();
                self.link = attributes.iter().any(|(n, v)| n.eq_ignore_ascii_case("href") && !v.trim().is_empty());
            }
            "b" | "strong" => self.bold = self.bold.saturating_add(1),
            "meta" => self.meta(attributes),
            "link" => self.canonical(attributes),
            "base" if self.page.base.is_none() => {
                self.page.base =
                    attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case("href")).map(|a| a.1.into_owned());
            }
            "title" if !self.hidden.in_drawing() => self.raw = Raw::Title,
            "xmp" => {
                self.end_line();
                self.raw = Raw::Shown;
            }
            "ruby" | "rb" => self.ruby.inside = Inside::Base,
            "rt" => self.ruby.inside = Inside::Note,
            "rp" => self.ruby.inside = Inside::Bracket,
            "script" => {
                let json = attribute(attributes, "type").is_some_and(|t| t.trim().starts_with("application/ld+json"));
                self.raw = if json { Raw::JsonLd } else { Raw::Script };
            }
            "time" | "span" | "abbr" => self.dated(attributes),
            _ => {
                if let Some(kind) = kind {
                    self.open(name, kind, attributes);
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        self.end_mark(name);
        self.hidden.end(name, &mut self.page);
        match name {
            "a" => self.end_link(),
            "b" | "strong" => self.bold = self.bold.saturating_sub(1),
            "br" => self.end_line(),
            "rt" | "rp" => self.ruby.inside = Inside::Base,
            "ruby" => self.ruby.inside = Inside::Nothing,
            _ => {
                if let Some(kind) = kind_of(name) {
                    self.close(name, kind);
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        if text.bytes().all(|b| b.is_ascii_whitespace()) {
            // A blank between two links or spans of one line is a visible gap.
            let is_inside = self.line_start < self.page.pieces.len() as u32 || self.rest.is_some();
            if is_inside && !text.is_empty() {
                self.piece(" ".to_string());
            }
            return;
        }
        let text = unescape(text);
        match self.ruby.inside {
            Inside::Note => return self.ruby.notes.push(text.trim().to_string()),
            Inside::Bracket => return,
            Inside::Base => {}
            Inside::Nothing => self.end_notes(),
        }
        if self.top().kind == Kind::Pre && text.contains('\n') {
            for (n, part) in text.split('\n').enumerate() {
                if n > 0 {
                    self.end_line();
                }
                if !part.trim().is_empty() {
                    self.piece(part.to_string());
                }
            }
            return;
        }
        self.piece(text.into_owned());
    }

    /// Puts the annotations behind the characters that they stand above.
    fn end_notes(&mut self) {
        let notes = std::mem::take(&mut self.ruby.notes);
        if !notes.is_empty() {
            self.piece(format!("（{}）", notes.join(" ")));
        }
    }

    fn piece(&mut self, text: String) {
        if let Some(rest) = &mut self.rest {
            if !self.stack[self.stack.len() - 1].hidden {
                rest.push_str(&text);
            }
            return;
        }
        self.push_piece(text);
        if self.page.texts.len() >= MAX_TEXTS {
            self.end_line();
            self.rest = Some(String::new());
        }
    }

    fn push_piece(&mut self, text: String) {
        let text_at = self.page.texts.len() as u32;
        self.page.pieces.push(Piece { text: text_at, link: self.link, bold: self.bold > 0, gap: Gap::None });
        self.page.texts.push(text);
    }

    fn raw(&mut self, text: &str) {
        match std::mem::replace(&mut self.raw, Raw::Nothing) {
            Raw::Title if self.page.title.is_none() && !text.trim().is_empty() => {
                self.page.title = Some(self.page.texts.len() as u32);
                self.page.texts.push(unescape(text).into_owned());
            }
            Raw::Shown => {
                for part in text.lines().filter(|part| !part.trim().is_empty()) {
                    self.piece(part.to_string());
                    self.end_line();
                }
            }
            Raw::JsonLd if self.page.json_ld.len() < MAX_JSON_LD => self.page.json_ld.push(text.to_string()),
            Raw::Script if self.script_bytes + text.len() <= MAX_SCRIPTS && may_tell(text) => {
                self.script_bytes += text.len();
                self.page.scripts.push(text.to_string());
            }
            _ => {}
        }
    }

    fn comment(&mut self, text: &str) {
        if self.page.saved_from.is_none() {
            self.page.saved_from = address::from_comment(text);
        }
    }

    /// Records the beginning of an element whose class or id marks the source or the author.
    fn start_mark(&mut self, name: &str, attributes: Attributes) {
        for open in self.marks.iter_mut().filter(|open| open.name == name) {
            open.inside += 1;
        }
        let few = self.marks.len() < MAX_OPEN_MARKS && self.page.marked.len() < MAX_MARKED;
        if few
            && matches!(
                name,
                "span" | "a" | "div" | "p" | "em" | "i" | "b" | "strong" | "li" | "td" | "cite" | "small" | "address"
            )
            && let Some(mark) = mark_of(attributes)
        {
            let start = self.page.pieces.len() as u32;
            self.marks.push(OpenMark { name: name.to_string(), inside: 0, mark, start });
        }
    }

    fn end_mark(&mut self, name: &str) {
        let end = self.page.pieces.len() as u32;
        let mut closed = None;
        for (i, open) in self.marks.iter_mut().enumerate().filter(|(_, open)| open.name == name) {
            match open.inside.checked_sub(1) {
                Some(inside) => open.inside = inside,
                None => closed = Some(i),
            }
        }
        if let Some(i) = closed {
            let open = self.marks.remove(i);
            if end > open.start {
                self.page.marked.push(Marked { mark: open.mark, pieces: open.start..end });
            }
        }
    }

    /// Ends a link. A link that holds paragraphs was never closed, and is no link.
    fn end_link(&mut self) {
        if std::mem::replace(&mut self.link, false) {
            let pieces = &mut self.page.pieces[self.link_start..];
            let bytes: usize = pieces.iter().map(|p| self.page.texts[p.text as usize].len()).sum();
            if bytes > MAX_LINK {
                pieces.iter_mut().for_each(|p| p.link = false);
            }
        }
    }

    /// Ends the current line. Lines without a letter leave no trace.
    fn end_line(&mut self) {
        self.end_notes();
        if let Some(rest) = &mut self.rest {
            if !rest.is_empty() && !rest.ends_with(' ') {
                rest.push(' ');
            }
            return;
        }
        let end = self.page.pieces.len() as u32;
        let pieces: Range<u32> = self.line_start..end;
        self.line_start = end;
        let seen = self.page.pieces[pieces.start as usize..end as usize]
            .iter()
            .any(|p| self.page.texts[p.text as usize].chars().any(is_letter));
        if seen {
            let top = self.top();
            let line = Line { pieces, block: top.block, heading: self.heading, hidden: top.hidden, ..Line::default() };
            self.page.lines.push(line);
        }
    }

    fn open(&mut self, name: &str, kind: Kind, attributes: Attributes) {
        self.end_line();
        self.ruby.inside = Inside::Nothing;
        if matches!(name, "tbody" | "thead" | "tfoot") && self.overflow == 0 {
            self.close_rows();
        }
        self.close_implied(kind);
        if matches!(kind, Kind::Cell | Kind::Row | Kind::Table) {
            self.end_link();
            self.bold = 0;
        }
        if let Kind::Heading(level) = kind {
            self.heading = level;
        }
        let look = read_hints(name, attributes);
        let is_full = self.page.blocks.len() >= MAX_BLOCKS && self.rest.is_none();
        if self.stack.len() >= MAX_DEPTH || is_full {
            self.overflow += usize::from(counts_overflow(kind));
            return;
        }
        let parent = self.top().block;
        let hidden = self.top().hidden || look.hidden;
        if self.rest.is_some() {
            // All further text is one line, whatever the block; only what is hidden matters.
            self.stack.push(Open { name: name.to_string(), kind, block: parent, hidden });
            return;
        }
        let at = self.page.lines.len() as u32;
        let block = Block { parent, lines: at..at, form: kind.form(), hint: look.hint };
        let index = self.page.blocks.len() as u32;
        self.page.blocks.push(block);
        match kind {
            Kind::Table => self.tables.table(index),
            Kind::Row => self.tables.row(index),
            Kind::Cell => self.tables.cell(index, self.line_start),
            _ => {}
        }
        self.stack.push(Open { name: name.to_string(), kind, block: index, hidden });
    }

    /// Closes the elements that the start of a block closes implicitly.
    fn close_implied(&mut self, kind: Kind) {
        type Test = fn(Kind) -> bool;
        let (closes, barrier): (Test, Test) = match kind {
            Kind::Item => (|k| k == Kind::Item, |k| matches!(k, Kind::List | Kind::Cell | Kind::Table)),
            Kind::Term => (|k| k == Kind::Term, |k| matches!(k, Kind::List | Kind::Cell | Kind::Table)),
            Kind::Cell => (|k| k == Kind::Cell, |k| matches!(k, Kind::Row | Kind::Table)),
            Kind::Row => (|k| k == Kind::Row, |k| k == Kind::Table),
            _ => (|_| false, |_| true),
        };
        let found = self.stack.iter().rposition(|o| closes(o.kind));
        let blocked = self.stack.iter().rposition(|o| barrier(o.kind));
        if let Some(found) = found.filter(|f| blocked.is_none_or(|b| b < *f)) {
            self.pop_to(found);
        } else if matches!(self.top().kind, Kind::Paragraph | Kind::Heading(_)) {
            self.pop_to(self.stack.len() - 1);
        }
    }

    /// Closes the open cells, rows and groups of rows of the innermost table.
    fn close_rows(&mut self) {
        if let Some(table) = self.stack.iter().rposition(|o| o.kind == Kind::Table) {
            self.pop_to(table + 1);
        }
    }

    fn close(&mut self, name: &str, kind: Kind) {
        self.end_line();
        if matches!(kind, Kind::Heading(_)) {
            self.heading = 0;
        }
        if self.overflow > 0 && counts_overflow(kind) {
            self.overflow -= 1;
            return;
        }
        // An end tag has no effect beyond the table cell it stands in.
        let table = matches!(kind, Kind::Cell | Kind::Row | Kind::Table);
        for at in (1..self.stack.len()).rev() {
            let open = &self.stack[at];
            let both_headings = matches!((open.kind, kind), (Kind::Heading(_), Kind::Heading(_)));
            if open.name == name || both_headings {
                self.pop_to(at);
                return;
            }
            if (!table && open.kind == Kind::Cell) || (table && kind != Kind::Table && open.kind == Kind::Table) {
                return;
            }
        }
    }

    fn pop_to(&mut self, len: usize) {
        let end = self.page.lines.len() as u32;
        for open in self.stack.drain(len.max(1)..) {
            self.page.blocks[open.block as usize].lines.end = end;
        }
        self.hidden.close_to(self.stack.len(), &mut self.page);
        if !matches!(self.top().kind, Kind::Heading(_)) {
            self.heading = 0;
        }
    }

    fn meta(&mut self, attributes: Attributes) {
        if self.page.metas.len() >= MAX_METAS {
            return;
        }
        let (mut name, mut content) = (None, None);
        for (key, value) in attributes.iter() {
            match key.to_ascii_lowercase().as_str() {
                "name" | "property" | "itemprop" => name = Some(value.trim().to_ascii_lowercase()),
                "content" => content = Some(value),
                _ => {}
            }
        }
        if let (Some(name), Some(content)) = (name, content) {
            self.page.metas.push(Meta { name, text: self.page.texts.len() as u32 });
            let end = content.char_indices().map(|(i, _)| i).take_while(|i| *i <= MAX_META).last().unwrap_or(0);
            let content = if content.len() <= MAX_META { &content } else { &content[..end] };
            self.page.texts.push(content.trim().to_string());
        }
    }

    fn canonical(&mut self, attributes: Attributes) {
        if attribute(attributes, "rel").is_some_and(|r| r == "canonical") && self.page.canonical.is_none() {
            self.page.canonical =
                attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case("href")).map(|(_, v)| v.trim().to_string());
        }
    }

    /// Reads the date of publication from `<time datetime=… pubdate>` and microdata; any other `datetime` may refine
    /// the visible day.
    fn dated(&mut self, attributes: Attributes) {
        let (mut datetime, mut published) = (None, false);
        for (key, value) in attributes.iter() {
            match key.to_ascii_lowercase().as_str() {
                "datetime" => datetime = Some(value),
                "pubdate" => published = true,
                "itemprop" => published |= value.eq_ignore_ascii_case("datePublished"),
                _ => {}
            }
        }
        if let Some(datetime) = datetime.filter(|_| self.page.metas.len() < MAX_METAS) {
            let name = if published { "datepublished" } else { TIME };
            self.page.metas.push(Meta { name: name.to_string(), text: self.page.texts.len() as u32 });
            self.page.texts.push(datetime.chars().take(MAX_META).collect());
        }
    }

    fn finish(mut self) -> Page {
        self.end_link();
        self.end_line();
        // What never ends hides nothing.
        self.hidden = Hidden::default();
        self.pop_to(1);
        if let Some(rest) = self.rest.take() {
            self.push_piece(rest);
            self.end_line();
        }
        self.page.blocks[0].lines = 0..self.page.lines.len() as u32;
        self.tables.join_rows(&mut self.page);
        self.page
    }
}

fn attribute(attributes: Attributes, name: &str) -> Option<String> {
    attributes.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_ascii_lowercase())
}

/// Whether a script is worth keeping.
fn may_tell(script: &str) -> bool {
    TELLS.iter().any(|word| script.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(html: &str) -> Vec<String> {
        let mut page = parse(html);
        page.build_lines();
        page.lines.iter().map(|l| l.text.clone()).collect()
    }

    #[test]
    fn a_page_becomes_what_a_reader_sees() {
        for (html, expect) in [
            ("<p>一<b>二</b>三<p>四<br>五", vec!["一二三", "四", "五"]),
            ("<table><tr><td>a<td>b<tr><td>c</table>d", vec!["a", "b", "c", "d"]),
            ("<table><tr><th>a<th>b<tr><td><p>c<td>d<tr><td><td>e</table>f", vec!["a\tb", "c\td", "e", "f"]),
            ("<table><tr><td>a<td>b<td>c<tr><td>d<td><td>e<br>f</table>", vec!["a\tb\tc", "d\t\te f"]),
            (
                "<table><tr><td><table><tr><td>a<td>b<tr><td>c<td>d</table><td>e<tr><td>f<td>g</table>",
                vec!["a\tb", "c\td", "e", "f", "g"],
            ),
            ("<noscript>图</noscript><select><option>甲<option>乙</select>", vec!["图", "甲", "乙"]),
            ("<p>工 会 主 席 说，大 中 小", vec!["工会主席说，大 中 小"]),
            ("<div>一</p>二</div>三", vec!["一", "二", "三"]),
            ("<script>x</script><style>y</style><!--z-->字", vec!["字"]),
            ("<p>中国\n  人民</p><p>one\n two</p>", vec!["中国人民", "one two"]),
            ("<pre>甲\n乙</pre>", vec!["甲", "乙"]),
            (
                "<ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby><ruby>字<rt>zì</rt></ruby>不难。<p><ruby>工<rt>gōng<p>会",
                vec!["漢字（hàn zì）不难。", "工（gōng）", "会"],
            ),
            ("&nbsp;&nbsp;　　段\u{200b}落", vec!["段落"]),
        ] {
            assert_eq!(lines(html), expect, "{html}");
        }
    }

    #[test]
    fn a_page_of_too_many_texts_ends_with_one_line_of_the_rest() {
        // Each unit with its number of texts.
        for (unit, texts) in
            [("<p>x", 1), ("<br>x", 1), ("<dl><dd>x", 1), ("<td>x", 1), ("<b>x</b><p>", 1), ("<p><b>x</b> <i>y", 3)]
        {
            let units = MAX_TEXTS / texts + 3;
            // Beyond the deepest block nothing is known to be hidden.
            let hidden = if unit.starts_with("<dl>") { "" } else { "<div style='display:none'>z</div>" };
            let mut page = parse(&(unit.repeat(units) + hidden + "<h1>题</h1>"));
            page.build_lines();
            assert!(page.texts.len() <= MAX_TEXTS + 1 && page.blocks.len() <= MAX_BLOCKS, "{unit}");
            let letters = |text: &str| text.chars().filter(|c| is_letter(*c)).count();
            let all: usize = page.lines.iter().map(|line| letters(&line.text)).sum();
            assert_eq!(all, unit.matches(['x', 'y']).count() * units + 1, "{unit}");
            let last = &page.lines[page.lines.len() - 1].text;
            assert!(last.ends_with(if texts == 3 { "x y 题" } else { "x x 题" }), "{unit}: {last}");
        }
    }

    #[test]
    fn hostile_pages_end() {
        for depth in [5_000, 100_000] {
            let deep = "<div>".repeat(depth) + "文" + &"</div>".repeat(depth) + "后";
            assert_eq!(lines(&deep), ["文", "后"]);
            assert!(parse(&deep).blocks.len() <= MAX_DEPTH);
        }
        assert_eq!(lines(&("<p>".repeat(100_000) + "文")), ["文"]);
        assert_eq!(lines(&("<b><div><a>".repeat(40_000) + "文")), ["文"]);
        assert_eq!(lines(&("<table><tr><td>".repeat(40_000) + "文")), ["文"]);
        lines(&("<p ".to_string() + &"a=1 ".repeat(200_000) + ">"));
        lines(&"<a href='".repeat(100_000));
        lines(&"<script>".repeat(100_000));
        lines(&"<!--".repeat(100_000));
        lines(&("<!--a--!>".repeat(100_000) + "-->"));
        lines(&"</".repeat(100_000));
    }
}
