//! Decides which elements a browser does not show, by what the page itself says without a script or a style sheet.
//!
//! Blocks carry their state with them. An element inside a line is followed here from its start tag to its end; an
//! element that never ends hides nothing, so that a page that was cut keeps its text.

use super::markup::Attributes;
use super::page::{Page, is_letter};

/// The most elements that are open inside a hidden one; with more of them it hides nothing.
const MAX_INSIDE: usize = 256;

/// Returns whether the declarations of a `style` attribute hide an element (`display: none`) or show it; nothing if they
/// don't say. As in a browser, the last valid declaration counts, or the last that is marked as important.
pub fn hides(style: &str) -> Option<bool> {
    let mut said = None;
    let mut important = false;
    let without_comments;
    let style = if style.contains("/*") {
        without_comments = uncommented(style);
        &without_comments
    } else {
        style
    };
    for declaration in style.split(';') {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        if !property.trim().eq_ignore_ascii_case("display") {
            continue;
        }
        let (value, weighs) = match value.split_once('!') {
            Some((value, mark)) if mark.trim().eq_ignore_ascii_case("important") => (value.trim(), true),
            Some(_) => continue,
            None => (value.trim(), false),
        };
        let is_valid = !value.is_empty() && value.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b' '));
        if is_valid && (weighs || !important) {
            said = Some(value.eq_ignore_ascii_case("none"));
            important = weighs;
        }
    }
    said
}

fn uncommented(style: &str) -> String {
    let (mut text, mut rest) = (String::new(), style);
    while let Some((before, comment)) = rest.split_once("/*") {
        text.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text + rest
}

/// Whether an element inside a line is hidden, by its name or its attributes.
fn is_hidden(name: &str, attributes: Attributes, in_drawing: bool) -> bool {
    match name {
        // What stands in these is for browsers that don't know them.
        "audio" | "video" | "progress" | "meter" | "datalist" => return true,
        "desc" | "metadata" | "title" if in_drawing => return true,
        // If the page as a whole is hidden, a script shows it.
        "html" | "head" => return false,
        _ => {}
    }
    let (mut style, mut hidden, mut open) = (None, false, false);
    for (key, value) in attributes.iter() {
        if key.eq_ignore_ascii_case("style") {
            // Of attributes with one name, the first counts.
            style = style.or(Some(value));
        } else if key.eq_ignore_ascii_case("hidden") {
            hidden = true;
        } else if key.eq_ignore_ascii_case("open") {
            open = true;
        }
    }
    style.and_then(|style| hides(&style)).unwrap_or(hidden || name == "dialog" && !open)
}

/// Whether an element has no end tag.
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "image"
            | "input"
            | "meta"
            | "link"
            | "base"
            | "basefont"
            | "bgsound"
            | "embed"
            | "area"
            | "col"
            | "wbr"
            | "param"
            | "source"
            | "track"
            | "frame"
            | "keygen"
    )
}

/// The open element inside a line that hides its text, and the open drawings.
#[derive(Debug, Default)]
pub struct Hidden {
    element: Option<Element>,
    /// The number of open `svg` elements.
    drawings: usize,
}

/// An element that hides its text.
#[derive(Debug)]
struct Element {
    /// Its name, then the names of the open elements inside it.
    names: Vec<String>,
    /// The number of open blocks around it.
    depth: usize,
    /// The first of its pieces.
    piece: usize,
    /// The first line that may be its own.
    line: usize,
}

impl Hidden {
    /// Whether a drawing (`svg`) is open.
    pub fn in_drawing(&self) -> bool {
        self.drawings > 0
    }

    /// Records a start tag. `is_block` tells that the element is a block, `depth` is the number of open blocks.
    pub fn start(&mut self, name: &str, attributes: Attributes, is_block: bool, depth: usize, page: &mut Page) {
        let is_closed = (self.drawings > 0 || name == "svg") && attributes.is_closed();
        if is_closed || is_void(name) {
            return;
        }
        // A link or a button ends the one before it.
        if matches!(name, "a" | "button") && self.element.as_ref().is_some_and(|element| element.names[0] == name) {
            self.conceal(page);
        }
        if let Some(element) = &mut self.element {
            element.names.push(name.to_string());
            if element.names.len() > MAX_INSIDE {
                self.element = None;
            }
        } else if !is_block && is_hidden(name, attributes, self.drawings > 0) {
            let (piece, line) = (page.pieces.len(), page.lines.len());
            self.element = Some(Element { names: vec![name.to_string()], depth, piece, line });
        }
        self.drawings += usize::from(name == "svg");
    }

    /// Records an end tag. One of an element around the hidden element ends that as well.
    pub fn end(&mut self, name: &str, page: &mut Page) {
        if name == "svg" {
            self.drawings = self.drawings.saturating_sub(1);
        }
        if let Some(element) = &mut self.element {
            match element.names.iter().rposition(|open| open == name) {
                Some(at) if at > 0 => element.names.truncate(at),
                _ => self.conceal(page),
            }
        }
    }

    /// Records that blocks were closed; `depth` are still open.
    pub fn close_to(&mut self, depth: usize, page: &mut Page) {
        if self.element.as_ref().is_some_and(|element| element.depth > depth) {
            self.conceal(page);
        }
    }

    /// Takes the text of the hidden element, which has ended, out of the page.
    fn conceal(&mut self, page: &mut Page) {
        let Some(element) = self.element.take() else { return };
        for piece in &page.pieces[element.piece..] {
            page.texts[piece.text as usize] = String::new();
        }
        for line in &mut page.lines[element.line..] {
            let pieces = &page.pieces[line.pieces.start as usize..line.pieces.end as usize];
            line.hidden |= !pieces.iter().any(|p| page.texts[p.text as usize].chars().any(is_letter));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_says_whether_it_hides() {
        for (style, expect) in [
            ("display:none", Some(true)),
            (" DISPLAY : None ! important ; color:red", Some(true)),
            ("display:none;display:block", Some(false)),
            ("display:none !important;display:block", Some(true)),
            ("display:none;display:", Some(true)),
            ("display:none;display:1", Some(true)),
            ("color:red", None),
            ("display:none；", None),
            ("display:nonedisplay:block", None),
            ("x-display:none", None),
            ("background:url(a?display:none)", None),
            ("/* display:none; */color:red", None),
            ("display:none/* for now", Some(true)),
            ("display", None),
            ("", None),
        ] {
            assert_eq!(hides(style), expect, "{style}");
        }
    }
}
