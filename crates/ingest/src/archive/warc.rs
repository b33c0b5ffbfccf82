//! The reader of WARC and WET: one record out for each page of the crawl.
//!
//! Records are numbered from 1 in file order, pages or not. Pages are successful responses with text (`text/html`,
//! `text/plain` or no type), resources of these types, and conversions (the plain text of a WET file). Any other
//! response or resource is reported as not a page; records about the crawl (warcinfo, request, metadata, revisit,
//! continuation) are neither. A damaged record is reported, and reading resumes with the next.
//!
//! The format is [WARC 1.1](https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/) (ISO
//! 28500).

use std::io;

use super::blocks::{Block, Start, read_line};
use super::captured::{self, Capture, Found};
use super::headers::{self, Headers};
use super::limits::Trouble;
use super::members::{Members, Packing};
use super::walk::{Flow, Place, Walk};
use gongxun_core::error::Reason;

/// The longest head of a WARC record, in bytes.
const HEAD: usize = 256 << 10;
/// The number of bytes of a line in which the version of a record is searched for, `WARC/1.0` and a carriage return.
const VERSION_LINE: usize = 16;

/// The version of a record, at the end of a line.
const START: Start = Start {
    longest: VERSION_LINE,
    find: |line| {
        let version = &line[line.len().checked_sub(b"WARC/1.0".len())?..];
        [b"WARC/1.0", b"WARC/1.1"].iter().any(|known| *known == version).then_some(version)
    },
};

/// Reads the records of a WARC file.
pub(super) fn read(walk: &mut Walk<'_>, place: &Place, members: &mut Members<'_, '_>) -> Flow {
    captured::each(walk, place, members, START, record)
}

/// Reads one record to its end. Damage up to there invalidates it: a checksum is at the end of its member.
fn record(
    walk: &Walk<'_>,
    place: &Place,
    number: u64,
    members: &mut Members<'_, '_>,
    first: &[u8],
) -> io::Result<Found> {
    if !first.starts_with(b"WARC/") {
        return Err(Trouble::damaged("no WARC record where one should begin"));
    }
    let headers = read_headers(members)?;
    let length = headers.get("content-length").and_then(|value| value.parse::<u64>().ok());
    let Some(length) = length else {
        return Err(Trouble::damaged("a WARC record without a length"));
    };
    let mut block = Block { members, left: length };
    let capture = Capture {
        origin: walk.origin(place, Some(number)),
        url: headers.get("warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_string()),
        captured: headers.get("warc-date").map(str::to_string),
        limits: walk.limits,
    };
    let content_type = headers.get("content-type").unwrap_or_default();
    let found = match headers.get("warc-type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "response" => match headers::content_type(content_type).0.as_str() {
            "" | "application/http" => capture.response("", &mut block)?,
            media => capture.no_page(Reason::NoPage, format!("a response of type {media}"))?,
        },
        "resource" | "conversion" => capture.resource(content_type, &mut block)?,
        _ => Found::Nothing,
    };
    block.skip()?;
    check_end(members)?;
    Ok(found)
}

/// Checks the end of a block: a blank line, the end of the member, the end of the stream or the next record follows.
/// Anything behind a blank line does not belong to this record.
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

fn read_headers(members: &mut Members<'_, '_>) -> io::Result<Headers> {
    let mut lines = Vec::new();
    let mut versions = 0;
    loop {
        if members.fill()?.is_empty() && (members.packing() == Packing::Plain || !members.advance()?) {
            return Err(Trouble::damaged("the head of a WARC record is cut short"));
        }
        let line = read_line(members, HEAD)?;
        if line.is_empty() {
            return Ok(Headers::parse(&lines));
        }
        // Otherwise each of many heads without an end would be read to the limit. One address may end like a version.
        if (START.find)(&line).is_some() {
            versions += 1;
            if versions > 1 || !line.contains(&b':') {
                return Err(Trouble::damaged("the head of a WARC record is cut short by the next record"));
            }
        }
        lines.extend_from_slice(&line);
        lines.push(b'\n');
        if lines.len() > HEAD {
            return Err(Trouble::damaged("the head of a WARC record has no end"));
        }
    }
}
