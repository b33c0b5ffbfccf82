//! A page dump in, a [`Page`] out: what a browser's copy of a whole page gives, one visible line a line.

use super::page::{Block, Line, Page, Piece, is_letter};

/// Lines of one dump that are read.
const MAX_LINES: usize = 200_000;

/// Reads a dump.
pub fn parse(text: &str) -> Page {
    let mut page = Page { blocks: vec![Block { container: true, ..Block::default() }], dump: true, ..Page::default() };
    for text in text.lines().take(MAX_LINES) {
        if text.trim().is_empty() {
            continue;
        }
        // Lines without a letter are kept for the repair, which reads the page as a whole, but are no visible lines.
        let at = page.texts.len() as u32;
        page.texts.push(text.to_string());
        page.pieces.push(Piece { text: at, link: false, bold: false });
        if text.chars().any(is_letter) {
            page.lines.push(Line { pieces: at..at + 1, ..Line::default() });
        }
    }
    page.blocks[0].lines = 0..page.lines.len() as u32;
    page
}
