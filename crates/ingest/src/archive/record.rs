//! Records: runs of bytes with their container's metadata.

use gongxun_core::article::{Date, Origin};

/// The kind of text in a record, by its name or its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Media {
    /// An HTML page.
    Html,
    /// Text as copied or dumped by a browser from a whole page.
    Dump,
    /// Markdown, with or without front matter.
    Markdown,
    /// One JSON object. Its bytes are UTF-8, whatever the file's charset.
    Json,
}

/// One run of bytes that may hold an article.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// Its place in the archive.
    pub origin: Origin,
    /// Its kind of text.
    pub media: Media,
    /// The bytes, with transfer and content encodings (chunked, gzip) undone.
    pub bytes: Vec<u8>,
    /// The charset that the container declares (the HTTP header of a crawl), verbatim.
    pub charset: Option<String>,
    /// The page's address, if the container has it.
    pub url: Option<String>,
    /// The time of capture, as written by the container (WARC-Date).
    pub captured: Option<String>,
    /// The time at which a reader saved it, if the container has it; used for a page without a date of its own.
    pub dated: Option<Date>,
    /// Whether the checksums of all compressed streams around it had been verified when it was delivered. A record of a
    /// stream with many may be altered by damage that shows at the stream's end; see [`super::damage`].
    pub verified: bool,
}

impl Record {
    /// Creates a record of these bytes without further metadata.
    pub fn new(origin: Origin, media: Media, bytes: impl Into<Vec<u8>>) -> Record {
        Record {
            origin,
            media,
            bytes: bytes.into(),
            charset: None,
            url: None,
            captured: None,
            dated: None,
            verified: true,
        }
    }
}
