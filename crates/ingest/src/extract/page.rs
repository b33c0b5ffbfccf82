//! A page as lines of visible text, the common form of HTML and page dumps before extraction.
//!
//! A line is one to a reader's eye: the text between two block borders or line breaks. It consists of pieces, each one
//! text node of the page (or one line of a dump), so that repairing the texts one to one keeps the lines, with the text
//! as found beside them.

use std::ops::Range;

use gongxun_text::fold::push_composed;

/// A piece of a line: one text of the page, with its properties.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// The index in [`Page::texts`].
    pub text: u32,
    /// Whether it stands in a link.
    pub link: bool,
    /// Whether it stands in bold letters.
    pub bold: bool,
    /// The gap between it and the piece before it in its line.
    pub gap: Gap,
}

/// The gap between two neighbouring pieces of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gap {
    /// Nothing: the text continues.
    #[default]
    None,
    /// A blank.
    Blank,
    /// The borders of this many cells of a table.
    Cells(u8),
}

/// A visible line.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Its pieces, in [`Page::pieces`].
    pub pieces: Range<u32>,
    /// The innermost block it stands in.
    pub block: u32,
    /// 1 to 6 in a heading, else 0.
    pub heading: u8,
    /// The text: pieces joined, blanks collapsed, ends trimmed.
    pub text: String,
    /// The number of letters, digits and Chinese characters.
    pub letters: u32,
    /// The number of those in links.
    pub link_letters: u32,
    /// The number of those in bold letters.
    pub bold_letters: u32,
    /// The number of punctuation marks of sentences.
    pub marks: u32,
    /// Whether the page hides it (`display:none`).
    pub hidden: bool,
    /// Whether it is an artefact of paging in a copied document: a page number, a running head.
    pub furniture: bool,
}

/// The kind of text that the class or id of a block indicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hint {
    /// No hint.
    #[default]
    None,
    /// An article's text.
    Body,
    /// Something beside the article: navigation, comments, related links, footer.
    Beside,
    /// The summary before the text.
    Lead,
    /// The caption of a picture.
    Caption,
}

/// The layout of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// A container of other blocks (`div`, `td` of a layout).
    #[default]
    Container,
    /// One paragraph (`p`).
    Paragraph,
    /// A heading.
    Heading,
    /// A list.
    List,
    /// An item of a list, a term or its explanation.
    Item,
    /// A quotation.
    Quote,
    /// Text whose line ends count.
    Pre,
    /// A table, a row or a cell that lays out the page.
    Layout,
    /// A table of data, or a part of one: its rows are lines.
    Data,
}

impl Form {
    /// Whether it can hold several paragraphs: not a paragraph, list item or heading itself.
    pub fn is_container(self) -> bool {
        matches!(self, Form::Container | Form::Layout | Form::List | Form::Quote | Form::Pre)
    }
}

/// A block of the page. Blocks stand in the order in which they open, so a block's children follow it.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The block around it; its own index for the root.
    pub parent: u32,
    /// Its lines, those of its children included.
    pub lines: Range<u32>,
    /// The block's layout.
    pub form: Form,
    /// The hint in its class or id.
    pub hint: Hint,
}

/// The name of a [`Meta`] for the full time of an element, for machines.
pub const TIME: &str = "time datetime";

/// A `meta` tag with metadata of the article.
#[derive(Debug, Clone)]
pub struct Meta {
    /// Its name, property or itemprop, in lower case.
    pub name: String,
    /// Its content, in [`Page::texts`].
    pub text: u32,
}

/// The kind of text that the class or id of an inline element indicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The article's source, or the account that published it.
    Source,
    /// The author.
    Author,
}

/// An element whose class or id marks its text.
#[derive(Debug, Clone)]
pub struct Marked {
    /// The kind of text.
    pub mark: Mark,
    /// Its pieces, in [`Page::pieces`].
    pub pieces: Range<u32>,
}

/// A page as lines.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// All texts, in the order of the page.
    pub texts: Vec<String>,
    /// The pieces of all lines.
    pub pieces: Vec<Piece>,
    /// The lines.
    pub lines: Vec<Line>,
    /// The blocks; the root is the first.
    pub blocks: Vec<Block>,
    /// The meta tags.
    pub metas: Vec<Meta>,
    /// The text of the `title` element.
    pub title: Option<u32>,
    /// The JSON-LD scripts, unparsed.
    pub json_ld: Vec<String>,
    /// The scripts that may hold metadata or the text of the article, such as the state of a page that a script draws.
    pub scripts: Vec<String>,
    /// The elements whose class or id marks their text.
    pub marked: Vec<Marked>,
    /// The address in a comment of the program that saved the page.
    pub saved_from: Option<String>,
    /// The address that the page gives itself.
    pub canonical: Option<String>,
    /// The address that its links are relative to.
    pub base: Option<String>,
    /// Whether it is a dump: no blocks, no links, nothing declared.
    pub dump: bool,
}

impl Page {
    /// Builds each line's text and counts from the pieces; the lines keep their number and order.
    pub fn build_lines(&mut self) {
        let mut lines = std::mem::take(&mut self.lines);
        for line in &mut lines {
            self.fill(line);
        }
        self.lines = lines;
    }

    fn fill(&self, line: &mut Line) {
        let mut text = String::new();
        (line.letters, line.link_letters, line.bold_letters, line.marks) = (0, 0, 0, 0);
        for piece in self.pieces_of(line) {
            push_gap(&mut text, piece.gap);
            let source = self.source(piece);
            for c in source.chars() {
                if is_letter(c) {
                    line.letters += 1;
                    line.link_letters += u32::from(piece.link);
                    line.bold_letters += u32::from(piece.bold);
                } else if is_mark(c) {
                    line.marks += 1;
                }
                push_collapsed(&mut text, c);
            }
        }
        text.truncate(text.trim_end_matches(is_blank).len());
        line.text = close_up(text);
    }

    /// Returns the text of a piece, without the blanks around a line of a text file.
    fn source(&self, piece: &Piece) -> &str {
        let text = self.texts[piece.text as usize].as_str();
        if self.dump { text.trim_matches(is_blank) } else { text }
    }

    /// Returns the pieces of a line.
    pub fn pieces_of(&self, line: &Line) -> &[Piece] {
        self.pieces.get(line.pieces.start as usize..line.pieces.end as usize).unwrap_or(&[])
    }

    /// Returns the text of a marked element.
    pub fn text_of(&self, marked: &Marked) -> String {
        let mut text = String::new();
        for piece in self.pieces.get(marked.pieces.start as usize..marked.pieces.end as usize).unwrap_or(&[]) {
            self.texts[piece.text as usize].chars().for_each(|c| push_collapsed(&mut text, c));
            text.push(SOFT);
        }
        text.trim_matches(|c| is_blank(c) || c == SOFT).to_string()
    }

    /// Returns the line's text with [`SOFT`] between its pieces: a border that often shows as a gap.
    pub fn soft_text(&self, line: &Line) -> String {
        let mut text = String::new();
        let mut last_link = false;
        for (n, piece) in self.pieces_of(line).iter().enumerate() {
            let source = self.source(piece);
            // Parts of a joined line have no border between them.
            let joined = self.dump && piece.gap == Gap::None;
            if n > 0 && !text.is_empty() && !joined && (piece.link != last_link || !piece.link) {
                text.push(SOFT);
            }
            push_gap(&mut text, piece.gap);
            last_link = piece.link;
            for c in source.chars() {
                push_collapsed(&mut text, c);
            }
        }
        text.truncate(text.trim_end_matches(|c| is_blank(c) || c == SOFT).len());
        close_up(text)
    }

    /// Returns the block in whose flow of paragraphs a line stands: headings, lists, quotations, tables of data and
    /// blocks of a single line belong to the flow of the block around them.
    pub fn home(&self, line: usize) -> u32 {
        let mut at = self.lines[line].block;
        while at != 0 {
            let block = &self.blocks[at as usize];
            let in_flow = match block.form {
                Form::Container => block.lines.len() <= 1,
                Form::Layout | Form::Pre => false,
                Form::Paragraph | Form::Heading | Form::List | Form::Item | Form::Quote | Form::Data => true,
            };
            if !in_flow {
                break;
            }
            at = block.parent;
        }
        at
    }

    /// Whether a block is another one or stands inside it.
    pub fn is_within(&self, block: u32, around: u32) -> bool {
        let mut at = block;
        // Blocks follow the block around them.
        while at > around {
            at = self.blocks[at as usize].parent;
        }
        at == around
    }
}

/// The least number of single characters between blanks in a row by which text is set with gaps.
const SPACED_RUN: usize = 4;

/// Removes the blanks from text with one between each two Chinese characters: 工 会 主 席.
fn close_up(text: String) -> String {
    if !text.contains(' ') {
        return text;
    }
    let chars: Vec<char> = text.chars().collect();
    let alone = |i: usize| {
        let blank = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_none_or(|c| *c == ' ');
        let sign = |c: &char| is_wide(*c) && !is_letter(*c);
        is_wide(chars[i]) && blank(i.checked_sub(1)) && (blank(Some(i + 1)) || chars.get(i + 1).is_some_and(sign))
    };
    let mut closed = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let mut end = i;
        if alone(i) {
            while end + 2 < chars.len() && chars[end + 1] == ' ' && alone(end + 2) {
                end += 2;
            }
        }
        if (end - i) / 2 + 1 >= SPACED_RUN {
            closed.extend(chars[i..=end].iter().step_by(2));
            i = end + 1;
        } else {
            closed.push(chars[i]);
            i += 1;
        }
    }
    closed
}

fn push_gap(text: &mut String, gap: Gap) {
    match gap {
        Gap::None => {}
        Gap::Blank => push_collapsed(text, ' '),
        Gap::Cells(borders) => {
            text.truncate(text.trim_end_matches([' ', '\n', '\u{3000}']).len());
            if !text.is_empty() {
                text.extend(std::iter::repeat_n('\t', usize::from(borders)));
            }
        }
    }
}

/// Whether a character is Chinese, or punctuation between Chinese characters.
fn is_wide(c: char) -> bool {
    (c as u32) >= 0x2E80
}

/// The separator between two pieces in [`Page::soft_text`].
pub const SOFT: char = '\u{1F}';

/// Whether a character shows as a blank, or does not show.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Whether a character does not show: zero-width characters, soft hyphens, byte order marks, controls.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}'
        | '\u{0}'..='\u{8}' | '\u{E}'..='\u{1E}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}')
}

/// Whether a character counts as text: letters, digits and Chinese characters.
pub fn is_letter(c: char) -> bool {
    if (c as u32) < 0x80 { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() }
}

/// Whether a character is punctuation that sentences have and menus do not.
pub fn is_mark(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '；'
            | '！'
            | '？'
            | '、'
            | '：'
            | '“'
            | '”'
            | '「'
            | '」'
            | '《'
            | '》'
            | '…'
            | ','
            | ';'
            | '!'
            | '?'
            | '﹐'
            | '﹔'
            | '．'
            | '﹒'
    )
}

/// Adds a character as a browser shows it: a run of blanks becomes one blank, and a line end between two Chinese
/// characters nothing.
fn push_collapsed(text: &mut String, c: char) {
    if is_invisible(c) {
        return;
    }
    match c {
        ' ' | '\t' | '\r' | '\u{C}' => {
            if !text.is_empty() && !text.ends_with([' ', '\n', '\t', '\u{3000}']) {
                text.push(' ');
            }
        }
        // Held back until the next character shows whether it stands between two Chinese characters.
        '\n' => {
            let trimmed = text.trim_end_matches(' ').len();
            text.truncate(trimmed);
            if !text.is_empty() && !text.ends_with(['\n', '\t', '\u{3000}']) {
                text.push('\n');
            }
        }
        '\u{A0}' | '\u{3000}' if text.is_empty() => {}
        '\u{A0}' => text.push(' '),
        _ => {
            if text.ends_with('\n') {
                text.pop();
                if !(text.is_empty() || is_wide(c) && text.ends_with(is_wide)) {
                    text.push(' ');
                }
            }
            match c {
                '\u{300}'..='\u{36F}' => push_composed(text, c),
                _ => text.push(c),
            }
        }
    }
}
