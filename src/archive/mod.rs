//! Paths in, [`Record`]s out: the only reading of inputs.
//!
//! Folders, zip, tar, gz, zst, WARC and JSON lines are opened here and nowhere else. A record is a run of bytes with what
//! its container says about it; what the bytes mean is [`crate::extract`]'s business.

use crate::article::Origin;

/// What kind of text a record holds, by its name or its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Media {
    /// An HTML page.
    Html,
    /// What a browser's copy of a whole page gives.
    Dump,
    /// One JSON object.
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
}
