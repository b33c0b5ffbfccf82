//! What the user says about the input of extraction.

use crate::archive::Limits;

/// The largest page that is read, in bytes of its text, unless [`Options::page_bytes`] says otherwise.
pub const MAX_PAGE: usize = Limits::PAGE_BYTES as usize;

/// What the user says about the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Our field's name and theirs, for JSON: `("title", "headline")`.
    pub field_map: Vec<(String, String)>,
    /// The largest page that is read, in bytes of its text.
    pub page_bytes: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { field_map: Vec::new(), page_bytes: MAX_PAGE }
    }
}
