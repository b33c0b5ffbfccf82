//! A page as lines of visible text: what both HTML and page dumps become before anything is looked for in them.
//!
//! A line is what a reader sees as one: the text between two block borders or line breaks. It is made of pieces, each of
//! them one text node of the page (or one line of a dump), so that a repair of the texts, one to one, gives the same
//! lines again, with the text as found beside them.

use std::ops::Range;

/// A text of the page and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// The index in [`Page::texts`].
    pub text: u32,
    /// Whether it stands in a link.
    pub link: bool,
    /// Whether it stands in bold letters.
    pub bold: bool,
}

/// One visible line.
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
    /// Letters, digits and Chinese characters.
    pub letters: u32,
    /// Those of them that stand in links.
    pub link_letters: u32,
    /// Those of them that stand in bold letters.
    pub bold_letters: u32,
    /// Punctuation of sentences.
    pub marks: u32,
    /// The page does not show it (`display:none`).
    pub hidden: bool,
}

/// What the class or id of a block says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hint {
    /// Nothing.
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

/// A block of the page. Blocks stand in the order in which they open, so a block's children follow it.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The block around it; its own index for the root.
    pub parent: u32,
    /// Its lines, those of its children included.
    pub lines: Range<u32>,
    /// Whether it can hold several paragraphs: not a paragraph, list item or heading itself.
    pub container: bool,
    /// Whether it is one paragraph (`p`).
    pub paragraph: bool,
    /// What its class or id says.
    pub hint: Hint,
}

/// A `meta` tag with something to say.
#[derive(Debug, Clone)]
pub struct Meta {
    /// Its name, property or itemprop, in lower case.
    pub name: String,
    /// Its content, in [`Page::texts`].
    pub text: u32,
}

/// What the class or id of an element inside a line says that its text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Where the article came from, or the account that published it.
    Source,
    /// Who wrote it.
    Author,
}

/// An element that its class or id marks.
#[derive(Debug, Clone)]
pub struct Marked {
    /// What it is.
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
    /// The JSON-LD scripts, as they stand.
    pub json_ld: Vec<String>,
    /// Scripts that may hold the facts or the text of the article: the state of a page that a script draws.
    pub scripts: Vec<String>,
    /// Elements whose class or id says what they are.
    pub marked: Vec<Marked>,
    /// The address that the program names which saved the page.
    pub saved_from: Option<String>,
    /// The address that the page gives itself.
    pub canonical: Option<String>,
    /// The address that its links are relative to.
    pub base: Option<String>,
    /// Whether it is a dump: no blocks, no links, nothing declared.
    pub dump: bool,
}

impl Page {
    /// Builds each line's text and counts from the pieces; lines stay in number and place.
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
            let source = self.texts[piece.text as usize].as_str();
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
        line.text = text;
    }

    /// The pieces of a line.
    pub fn pieces_of(&self, line: &Line) -> &[Piece] {
        self.pieces.get(line.pieces.start as usize..line.pieces.end as usize).unwrap_or(&[])
    }

    /// The text of a marked element.
    pub fn text_of(&self, marked: &Marked) -> String {
        let mut text = String::new();
        for piece in self.pieces.get(marked.pieces.start as usize..marked.pieces.end as usize).unwrap_or(&[]) {
            self.texts[piece.text as usize].chars().for_each(|c| push_collapsed(&mut text, c));
            text.push(SOFT);
        }
        text.trim_matches(|c| is_blank(c) || c == SOFT).to_string()
    }

    /// The line's text with [`SOFT`] between its pieces: a border that a reader often sees as a gap.
    pub fn soft_text(&self, line: &Line) -> String {
        let mut text = String::new();
        let mut last_link = false;
        for (n, piece) in self.pieces_of(line).iter().enumerate() {
            let source = &self.texts[piece.text as usize];
            if n > 0 && !text.is_empty() && (piece.link != last_link || !piece.link) {
                text.push(SOFT);
            }
            last_link = piece.link;
            for c in source.chars() {
                push_collapsed(&mut text, c);
            }
        }
        text.truncate(text.trim_end_matches(|c| is_blank(c) || c == SOFT).len());
        text
    }
}

/// What stands between two pieces in [`Page::soft_text`].
pub const SOFT: char = '\u{1F}';

/// Blanks that a page shows as blanks, and what shows as nothing.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Characters that show as nothing: zero-width ones, soft hyphens, marks of byte order, controls.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}'
        | '\u{0}'..='\u{8}' | '\u{E}'..='\u{1E}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}')
}

/// Letters, digits and Chinese characters: what counts as text.
pub fn is_letter(c: char) -> bool {
    if (c as u32) < 0x80 { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() }
}

/// Punctuation that sentences have and menus do not.
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

/// Adds a character as a browser shows it: runs of blanks are one, a line end between two Chinese characters is none.
fn push_collapsed(text: &mut String, c: char) {
    if is_invisible(c) {
        return;
    }
    let wide = |c: char| (c as u32) >= 0x2E80;
    match c {
        ' ' | '\t' | '\r' | '\u{C}' => {
            if !text.is_empty() && !text.ends_with([' ', '\n', '\u{3000}']) {
                text.push(' ');
            }
        }
        // Kept until the next character tells whether it stands between two Chinese characters.
        '\n' => {
            let trimmed = text.trim_end_matches(' ').len();
            text.truncate(trimmed);
            if !text.is_empty() && !text.ends_with(['\n', '\u{3000}']) {
                text.push('\n');
            }
        }
        '\u{A0}' | '\u{3000}' if text.is_empty() => {}
        '\u{A0}' => text.push(' '),
        _ => {
            if text.ends_with('\n') {
                text.pop();
                if !(text.is_empty() || wide(c) && text.ends_with(wide)) {
                    text.push(' ');
                }
            }
            text.push(c);
        }
    }
}
