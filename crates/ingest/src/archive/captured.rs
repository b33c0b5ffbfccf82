//! The records of a crawl in sequence, and captured pages: the metadata of a record and its block flow in, the page
//! flows out, or the reason why there is none.

use std::io;

use super::blocks::{Block, Start, first_line, resync};
use super::headers;
use super::http::{self, BadBody};
use super::limits::{Limits, Trouble};
use super::members::Members;
use super::record::{Media, Record};
use super::sniff::{self, Kind};
use super::walk::{Flow, Place, Walk};
use gongxun_core::article::Origin;
use gongxun_core::error::{Reason, Rejection};

/// The number of bytes of a block that are read before deciding whether it holds a page.
const BLOCK_HEAD: usize = 64 << 10;

/// The outcome of reading a record of a crawl.
pub(super) enum Found {
    /// There is no further record.
    End,
    /// A record about the crawl.
    Nothing,
    Page(Box<Record>),
    NoPage(Rejection),
}

/// Reads one record to its end, given its number and its first line, which has been read.
type ReadRecord = fn(&Walk<'_>, &Place, u64, &mut Members<'_, '_>, &[u8]) -> io::Result<Found>;

/// Reads the records of a crawl. Damage is reported, and reading resumes with the next record.
pub(super) fn each(
    walk: &mut Walk<'_>,
    place: &Place,
    members: &mut Members<'_, '_>,
    start: Start,
    record: ReadRecord,
) -> Flow {
    let mut number = 0;
    // The first line of a record that was found by a search.
    let mut found = None;
    loop {
        number += 1;
        let first = first_line(members, found.take(), start.longest);
        let outcome = first.and_then(|first| {
            let Some(first) = first else { return Ok(Found::End) };
            // Behind the first line, so that going back finds a later record.
            members.mark();
            record(walk, place, number, members, &first)
        });
        let error = match outcome {
            Ok(Found::End) => return Flow::Continue(()),
            Ok(Found::Nothing) => continue,
            Ok(Found::Page(record)) => {
                walk.deliver(*record)?;
                continue;
            }
            Ok(Found::NoPage(rejection)) => {
                (walk.visit)(Err(rejection))?;
                continue;
            }
            Err(error) => error,
        };
        let trouble = Trouble::from_error(&error);
        let detail = format!("{} (near byte {})", trouble.detail, members.position());
        walk.reject(place, Some(number), trouble.reason, detail)?;
        if trouble.reason != Reason::Damaged {
            return Flow::Continue(());
        }
        match resync(members, start) {
            Ok(Some(line)) => found = Some(line),
            Ok(None) => return Flow::Continue(()),
            Err(err) => return walk.fail(place, Some(number + 1), &err),
        }
    }
}

/// The metadata of a captured page.
pub(super) struct Capture<'l> {
    pub(super) origin: Origin,
    pub(super) url: Option<String>,
    pub(super) captured: Option<String>,
    pub(super) limits: &'l Limits,
}

impl Capture<'_> {
    /// Returns a rejection: there is no page.
    pub(super) fn no_page(&self, reason: Reason, detail: impl Into<String>) -> io::Result<Found> {
        Ok(Found::NoPage(Rejection::new(self.origin.clone(), reason, detail)))
    }

    /// Reads a block that is a server's response. `media` is the type if the block has no HTTP head.
    pub(super) fn response(self, media: &str, block: &mut Block<'_, '_, '_>) -> io::Result<Found> {
        let mut stored = Vec::new();
        block.read(BLOCK_HEAD, &mut stored)?;
        let head = http::head(&stored);
        if let Some(status) = head.status.filter(|status| !(200..300).contains(status)) {
            return self.no_page(Reason::NoPage, format!("HTTP status {status}"));
        }
        let declared = head.headers.get("content-type").unwrap_or(if head.status.is_some() { "" } else { media });
        let (media, charset) = headers::content_type(declared);
        if !may_be_page(&media) {
            return self.no_page(Reason::NoPage, media);
        }
        stored.drain(..head.length);
        if stored.len() as u64 + block.left > self.limits.record_bytes {
            return self.no_page(Reason::Limit, self.limits.too_large());
        }
        block.read(usize::MAX, &mut stored)?;
        match http::body(&head.headers, stored, self.limits.record_bytes) {
            Ok(bytes) => self.page(&media, charset, bytes),
            Err(BadBody::TooLarge) => self.no_page(Reason::Limit, format!("unpacked, {}", self.limits.too_large())),
            Err(BadBody::Damaged(detail)) => self.no_page(Reason::Damaged, detail),
        }
    }

    /// Reads a block that is the page itself.
    pub(super) fn resource(self, content_type: &str, block: &mut Block<'_, '_, '_>) -> io::Result<Found> {
        let (media, charset) = headers::content_type(content_type);
        if !may_be_page(&media) {
            return self.no_page(Reason::NoPage, media);
        }
        if block.left > self.limits.record_bytes {
            return self.no_page(Reason::Limit, self.limits.too_large());
        }
        let mut bytes = Vec::new();
        block.read(usize::MAX, &mut bytes)?;
        self.page(&media, charset, bytes)
    }

    /// Returns the captured page, or the reason why it is not one after all.
    fn page(self, media: &str, charset: Option<String>, bytes: Vec<u8>) -> io::Result<Found> {
        // The type takes the place of a file's extension: plain text about markup is not a page of it.
        let name = match media {
            "text/plain" => "page.txt",
            _ if media.contains("html") => "page.html",
            _ => "",
        };
        let kind = match sniff::kind(name, &bytes[..bytes.len().min(sniff::HEAD)]) {
            Kind::Empty if bytes.len() < sniff::HEAD => return self.no_page(Reason::Empty, "an empty body"),
            Kind::Binary(what) | Kind::Other(what) => return self.no_page(Reason::NoPage, what),
            Kind::Mime => return self.no_page(Reason::NoPage, "a saved page (MIME)"),
            Kind::Warc | Kind::Arc | Kind::Zip | Kind::Tar | Kind::Gzip | Kind::Zstd => {
                return self.no_page(Reason::NoPage, "an archive");
            }
            Kind::Json => return self.no_page(Reason::NoPage, "JSON"),
            kind => kind,
        };
        let media = if kind == Kind::Html { Media::Html } else { Media::Dump };
        let Capture { origin, url, captured, .. } = self;
        Ok(Found::Page(Box::new(Record { origin, media, bytes, charset, url, captured, dated: None, verified: true })))
    }
}

fn may_be_page(media: &str) -> bool {
    matches!(
        media,
        "" | "text/html"
            | "text/plain"
            | "application/xhtml+xml"
            | "application/vnd.wap.xhtml+xml"
            | "text/vnd.wap.wml"
            | "application/octet-stream"
            | "application/unknown"
            | "unknown/unknown"
            | "*/*"
            | "text/*"
            | "text"
    )
}
