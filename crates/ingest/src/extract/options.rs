//! Options of extraction.

use crate::archive::Limits;

/// The default for [`Options::page_bytes`].
pub const MAX_PAGE: usize = Limits::PAGE_BYTES as usize;
/// The default for [`Options::markdown_bytes`].
pub const MAX_MARKDOWN: usize = Limits::MARKDOWN_BYTES as usize;

/// Options of extraction, set by the user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Pairs of our field and its name in the input, for JSON: `("title", "headline")`.
    pub field_map: Vec<(String, String)>,
    /// The largest page that is read, in bytes of its text.
    pub page_bytes: usize,
    /// The largest page that is read as Markdown, in bytes of its text; a larger one is read as plain text.
    pub markdown_bytes: usize,
}

impl Options {
    /// Sets the names of our fields in JSON, such as `("title", "headline")`.
    pub fn field_map(mut self, map: Vec<(String, String)>) -> Options {
        self.field_map = map;
        self
    }

    /// Sets the largest page that is read, in bytes of its text.
    pub fn page_bytes(mut self, bytes: usize) -> Options {
        self.page_bytes = bytes;
        self
    }

    /// Sets the largest page that is read as Markdown, in bytes of its text.
    pub fn markdown_bytes(mut self, bytes: usize) -> Options {
        self.markdown_bytes = bytes;
        self
    }
}

impl Default for Options {
    fn default() -> Options {
        Options { field_map: Vec::new(), page_bytes: MAX_PAGE, markdown_bytes: MAX_MARKDOWN }
    }
}
