//! WARC and WET in, one record out for each page of the crawl.
//!
//! Records are numbered from 1 as they stand in the file, pages or not. Pages are responses that a server answered with
//! success and text (`text/html`, `text/plain` or no type), resources of these types, and conversions (the plain text of a
//! WET file). A response or resource that is something else is reported as no page; records about the crawl (warcinfo,
//! request, metadata, revisit, continuation) are neither. A damaged record is reported, and reading goes on with the next.

use std::io;

use super::http::{self, BadBody, Headers};
use super::limits::Trouble;
use super::members::{Members, Packing};
use super::sniff::{self, Kind};
use super::walk::{Flow, Place, Walk};
use super::{Media, Record};
use gongxun_core::error::{Reason, Rejection};

/// The longest head of a WARC record.
const HEAD: usize = 256 << 10;
/// How many bytes of a block are read before it is decided whether it holds a page.
const BLOCK_HEAD: usize = 64 << 10;
/// How much of a line is looked at for the version of a record, `WARC/1.0` and a carriage return.
const VERSION_LINE: usize = 16;

/// Reads the records of a WARC file.
pub(super) fn read(walk: &mut Walk<'_>, place: &Place, members: &mut Members<'_, '_>) -> Flow {
    let mut number = 0;
    // The first line of a record that was found while looking for one.
    let mut found = None;
    loop {
        number += 1;
        let outcome = match record(walk, place, number, members, found.take()) {
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
            Err(err) => err,
        };
        let trouble = Trouble::of(&outcome);
        let detail = format!("{} (near byte {})", trouble.detail, members.position());
        walk.reject(place, Some(number), trouble.reason, detail)?;
        if trouble.reason != Reason::Damaged {
            return Flow::Continue(());
        }
        match resync(members) {
            Ok(Some(line)) => found = Some(line),
            Ok(None) => return Flow::Continue(()),
            Err(err) => return walk.fail(place, Some(number + 1), &err),
        }
    }
}

enum Found {
    End,
    Nothing,
    Page(Box<Record>),
    NoPage(Rejection),
}

/// Reads one record to its end. Damage up to there spoils it: a checksum stands at the end of its member.
fn record(
    walk: &Walk<'_>,
    place: &Place,
    number: u64,
    members: &mut Members<'_, '_>,
    found: Option<Vec<u8>>,
) -> io::Result<Found> {
    let first = match found {
        Some(line) => line,
        None => {
            if !skip_to_record(members)? {
                return Ok(Found::End);
            }
            read_line(members, VERSION_LINE)?
        }
    };
    // Behind the first line, so that whoever comes back finds a later record.
    members.mark();
    if !first.starts_with(b"WARC/") {
        return Err(Trouble::damaged("no WARC record where one should begin"));
    }
    let headers = read_headers(members)?;
    let length = headers.get("content-length").and_then(|value| value.parse::<u64>().ok());
    let Some(length) = length else {
        return Err(Trouble::damaged("a WARC record without a length"));
    };
    let mut block = Block { members, left: length };
    let found = match headers.get("warc-type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "response" => response(walk, place, number, &headers, &mut block)?,
        "resource" | "conversion" => resource(walk, place, number, &headers, &mut block)?,
        _ => Found::Nothing,
    };
    block.skip()?;
    check_end(members)?;
    Ok(found)
}

fn response(
    walk: &Walk<'_>,
    place: &Place,
    number: u64,
    warc: &Headers,
    block: &mut Block<'_, '_, '_>,
) -> io::Result<Found> {
    let no_page =
        |reason, detail: String| Ok(Found::NoPage(Rejection::new(walk.origin(place, Some(number)), reason, detail)));
    let (media, _) = http::content_type(warc.get("content-type").unwrap_or_default());
    if !media.is_empty() && media != "application/http" {
        return no_page(Reason::NoPage, format!("a response of type {media}"));
    }
    let mut stored = Vec::new();
    block.read(BLOCK_HEAD, &mut stored)?;
    let head = http::head(&stored);
    if let Some(status) = head.status.filter(|status| !(200..300).contains(status)) {
        return no_page(Reason::NoPage, format!("HTTP status {status}"));
    }
    let (media, charset) = http::content_type(head.headers.get("content-type").unwrap_or_default());
    if !may_be_page(&media) {
        return no_page(Reason::NoPage, media);
    }
    stored.drain(..head.length);
    let limit = walk.limits.record_bytes;
    if stored.len() as u64 + block.left > limit {
        return no_page(Reason::Limit, format!("more than {limit} bytes, which is the limit"));
    }
    block.read(usize::MAX, &mut stored)?;
    match http::body(&head.headers, stored, limit) {
        Ok(bytes) => Ok(page(walk, place, number, warc, &media, charset, bytes)),
        Err(BadBody::TooLarge) => {
            no_page(Reason::Limit, format!("unpacks to more than {limit} bytes, which is the limit"))
        }
        Err(BadBody::Damaged(detail)) => no_page(Reason::Damaged, detail),
    }
}

fn resource(
    walk: &Walk<'_>,
    place: &Place,
    number: u64,
    warc: &Headers,
    block: &mut Block<'_, '_, '_>,
) -> io::Result<Found> {
    let (media, charset) = http::content_type(warc.get("content-type").unwrap_or_default());
    let no_page =
        |reason, detail: String| Ok(Found::NoPage(Rejection::new(walk.origin(place, Some(number)), reason, detail)));
    if !may_be_page(&media) {
        return no_page(Reason::NoPage, media);
    }
    if block.left > walk.limits.record_bytes {
        return no_page(Reason::Limit, format!("more than {} bytes, which is the limit", walk.limits.record_bytes));
    }
    let mut bytes = Vec::new();
    block.read(usize::MAX, &mut bytes)?;
    Ok(page(walk, place, number, warc, &media, charset, bytes))
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

/// The page that was captured, or why it is none after all.
fn page(
    walk: &Walk<'_>,
    place: &Place,
    number: u64,
    warc: &Headers,
    media: &str,
    charset: Option<String>,
    bytes: Vec<u8>,
) -> Found {
    let origin = walk.origin(place, Some(number));
    let no_page = |reason, detail: &str| Found::NoPage(Rejection::new(origin.clone(), reason, detail));
    // The type takes the place of a file's ending: plain text that speaks of markup is no page of it.
    let name = match media {
        "text/plain" => "page.txt",
        _ if media.contains("html") => "page.html",
        _ => "",
    };
    let kind = match sniff::kind(name, &bytes[..bytes.len().min(sniff::HEAD)]) {
        Kind::Empty if bytes.len() < sniff::HEAD => return no_page(Reason::Empty, "an empty body"),
        Kind::Binary(what) | Kind::Other(what) => return no_page(Reason::NoPage, what),
        Kind::Warc | Kind::Zip | Kind::Tar | Kind::Gzip | Kind::Zstd => return no_page(Reason::NoPage, "an archive"),
        Kind::Json => return no_page(Reason::NoPage, "JSON"),
        kind => kind,
    };
    let media = if kind == Kind::Html { Media::Html } else { Media::Dump };
    let url = warc.get("warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_string());
    let captured = warc.get("warc-date").map(str::to_string);
    Found::Page(Box::new(Record { origin, media, bytes, charset, url, captured }))
}

/// The block of a record, which may go on in further members.
struct Block<'b, 'w, 'a> {
    members: &'b mut Members<'w, 'a>,
    left: u64,
}

impl Block<'_, '_, '_> {
    /// Reads up to `most` bytes of what is left.
    fn read(&mut self, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let mut most = most;
        while most > 0 && self.left > 0 {
            let left = self.left;
            let ahead = self.fill()?;
            let n = ahead.len().min(most).min(usize::try_from(left).unwrap_or(usize::MAX));
            into.extend_from_slice(&ahead[..n]);
            self.take(n);
            most -= n;
        }
        Ok(())
    }

    fn skip(&mut self) -> io::Result<()> {
        while self.left > 0 {
            let left = self.left;
            let n = self.fill()?.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            self.take(n);
        }
        Ok(())
    }

    fn take(&mut self, n: usize) {
        self.members.take(n);
        self.left -= n as u64;
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        while self.members.fill()?.is_empty() {
            if self.members.packing() == Packing::Plain || !self.members.advance()? {
                return Err(Trouble::damaged("the record is cut short"));
            }
        }
        self.members.fill()
    }
}

/// Passes over blanks to the start of a record; says whether there is one.
fn skip_to_record(members: &mut Members<'_, '_>) -> io::Result<bool> {
    loop {
        match members.fill()?.first() {
            Some(b'\r' | b'\n' | b' ' | b'\0') => members.take(1),
            Some(_) => return Ok(true),
            None => {
                if !members.advance()? {
                    return Ok(false);
                }
            }
        }
    }
}

/// After a block: a blank line, the end of the member, the end of the stream or the next record. What stands behind a
/// blank line is not this record's doing.
fn check_end(members: &mut Members<'_, '_>) -> io::Result<()> {
    let mut blank = false;
    loop {
        match members.fill()?.first() {
            Some(b'\r' | b'\n') => blank = true,
            None | Some(b'W') => return Ok(()),
            Some(_) if blank => return Ok(()),
            Some(_) => return Err(Trouble::damaged("the record's length does not match its content")),
        }
        members.take(1);
    }
}

/// Reads a line, without its end, of which the first `keep` bytes are kept. It may go on in further members.
fn read_line(members: &mut Members<'_, '_>, keep: usize) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    while !read_part(members, keep, &mut line)? {
        if members.packing() == Packing::Plain || !members.advance()? {
            break;
        }
    }
    Ok(line)
}

/// Reads to the end of the line or of the member; says whether the line has ended.
fn read_part(members: &mut Members<'_, '_>, keep: usize, line: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        let ahead = members.fill()?;
        if ahead.is_empty() {
            return Ok(false);
        }
        let end = ahead.iter().position(|&b| b == b'\n');
        let taken = end.unwrap_or(ahead.len());
        let kept = taken.min(keep.saturating_sub(line.len()));
        line.extend_from_slice(&ahead[..kept]);
        members.take(taken + usize::from(end.is_some()));
        if end.is_some() {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(true);
        }
    }
}

fn read_headers(members: &mut Members<'_, '_>) -> io::Result<Headers> {
    let mut lines = Vec::new();
    loop {
        if members.fill()?.is_empty() && (members.packing() == Packing::Plain || !members.advance()?) {
            return Err(Trouble::damaged("the head of a WARC record is cut short"));
        }
        let line = read_line(members, HEAD)?;
        if line.is_empty() {
            return Ok(Headers::parse(&lines));
        }
        lines.extend_from_slice(&line);
        lines.push(b'\n');
        if lines.len() > HEAD {
            return Err(Trouble::damaged("the head of a WARC record has no end"));
        }
    }
}

/// Finds the next record after damage, and gives its first line.
fn resync(members: &mut Members<'_, '_>) -> io::Result<Option<Vec<u8>>> {
    members.go_back();
    loop {
        match next_start(members) {
            Ok(Some(line)) => return Ok(Some(line)),
            Ok(None) if members.packing() == Packing::Plain => return Ok(None),
            Ok(None) => match members.advance() {
                Ok(true) => continue,
                Ok(false) => return Ok(None),
                Err(err) => go_on(err)?,
            },
            Err(err) => go_on(err)?,
        }
        // The stream is broken here: the next member may be whole.
        loop {
            if !members.resync()? {
                return Ok(None);
            }
            match members.advance() {
                Ok(true) => break,
                Ok(false) => return Ok(None),
                Err(err) => go_on(err)?,
            }
        }
    }
}

fn go_on(err: io::Error) -> io::Result<()> {
    if Trouble::of(&err).reason == Reason::Damaged { Ok(()) } else { Err(err) }
}

/// The first line of the next record in what is left of this member. It stands at the end of a line: where a record was
/// cut short, the next one begins on its last line.
fn next_start(members: &mut Members<'_, '_>) -> io::Result<Option<Vec<u8>>> {
    let mut tail = Vec::new();
    loop {
        let ahead = members.fill()?;
        if ahead.is_empty() {
            return Ok(None);
        }
        let end = ahead.iter().position(|&b| b == b'\n');
        let taken = end.unwrap_or(ahead.len());
        tail.extend_from_slice(&ahead[taken.saturating_sub(VERSION_LINE)..taken]);
        members.take(taken + usize::from(end.is_some()));
        tail.drain(..tail.len().saturating_sub(VERSION_LINE));
        if end.is_some() {
            let line = tail.trim_ascii_end();
            let version = line.len().checked_sub(b"WARC/1.0".len()).map(|at| &line[at..]);
            if let Some(version @ (b"WARC/1.0" | b"WARC/1.1")) = version {
                return Ok(Some(version.to_vec()));
            }
            tail.clear();
        }
    }
}
