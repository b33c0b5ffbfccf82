//! What a container holds: a run of bytes, with what the container says about it.

use gongxun_core::article::{Date, Origin};

/// What kind of text a record holds, by its name or its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Media {
    /// An HTML page.
    Html,
    /// What a browser's copy of a whole page gives.
    Dump,
    /// Markdown, with or without front matter.
    Markdown,
    /// One JSON object. Its bytes are UTF-8, whatever the file was in.
    Json,
}

/// One run of bytes that may hold an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it stood.
    pub origin: Origin,
    /// What kind of text it is.
    pub media: Media,
    /// The bytes, with transfer and content encodings (chunked, gzip) undone.
    pub bytes: Vec<u8>,
    /// The charset that the container declares (the HTTP header of a crawl), as it stands there.
    pub charset: Option<String>,
    /// The page's address, where the container knows it.
    pub url: Option<String>,
    /// When it was captured, as the container writes it (WARC-Date).
    pub captured: Option<String>,
    /// When a reader filed it, where the container tells; for a page that has no date of its own.
    pub dated: Option<Date>,
}
