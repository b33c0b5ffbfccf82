//! Reads a text file as a [`Page`]: a browser's copy of a whole page, or a text of any origin, one line a line, with
//! the lines that a program wrapped joined to paragraphs.

use super::page::{Block, Line, Page, Piece, is_letter};
use super::wrap;

/// The most lines of one text; the rest of the text is one more line.
const MAX_LINES: usize = 200_000;

/// Reads a text as a page.
pub fn parse(text: &str) -> Page {
    let mut page = Page { blocks: vec![Block::default()], dump: true, ..Page::default() };
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.len() > MAX_LINES {
        let rest = lines[MAX_LINES].as_ptr() as usize - text.as_ptr() as usize;
        lines.truncate(MAX_LINES);
        lines.push(&text[rest..]);
    }
    // Lines without a letter are kept for the repair, which reads the page as a whole, but are not visible.
    let mut at = vec![0u32; lines.len()];
    for (i, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        at[i] = page.texts.len() as u32;
        page.texts.push((*line).to_string());
    }
    for joined in wrap::join(&lines) {
        let first = page.pieces.len() as u32;
        for (line, gap) in joined.lines {
            if !lines[line].trim().is_empty() {
                page.pieces.push(Piece { text: at[line], link: false, bold: false, gap });
            }
        }
        let pieces = first..page.pieces.len() as u32;
        let seen = |piece: &Piece| page.texts[piece.text as usize].chars().any(is_letter);
        if page.pieces[first as usize..].iter().any(seen) {
            page.lines.push(Line { pieces, furniture: joined.furniture, ..Line::default() });
        }
    }
    page.blocks[0].lines = 0..page.lines.len() as u32;
    page
}
