//! The reader of ARC, the format of crawls before WARC: one record out for each page.
//!
//! An ARC record is a line (address, IP, time, type, length, and in version 2 more between them) and a block of that
//! length, usually a server's response. Records are numbered from 1 in file order; the first describes the file. As in
//! a WARC, a record without a page is reported, and reading resumes after damage.

use std::io;

use super::blocks::{Block, Start};
use super::captured::{self, Capture, Found};
use super::limits::Trouble;
use super::members::Members;
use super::walk::{Flow, Place, Walk};

/// The longest line of a record, in bytes: addresses of trackers are long.
const LINE: usize = 16 << 10;
/// The least number of fields in the line of a record.
const FIELDS: usize = 5;
/// The number of digits of a time.
const TIME: usize = 14;

const START: Start = Start { longest: LINE, find: |line| Line::parse(line).map(|_| line) };

/// Reads the records of an ARC file.
pub(super) fn read(walk: &mut Walk<'_>, place: &Place, members: &mut Members<'_, '_>) -> Flow {
    captured::each(walk, place, members, START, record)
}

fn record(
    walk: &Walk<'_>,
    place: &Place,
    number: u64,
    members: &mut Members<'_, '_>,
    first: &[u8],
) -> io::Result<Found> {
    let Some(line) = Line::parse(first) else {
        return Err(Trouble::damaged("no ARC record where one should begin"));
    };
    let mut block = Block { members, left: line.length };
    let found = if line.is_about_the_crawl() {
        Found::Nothing
    } else {
        let capture = Capture {
            origin: walk.origin(place, Some(number)),
            url: Some(line.url.clone()),
            captured: Some(line.captured.clone()),
            limits: walk.limits,
        };
        capture.response(&line.media, &mut block)?
    };
    block.skip()?;
    Ok(found)
}

/// The line before a record's block.
struct Line {
    url: String,
    captured: String,
    media: String,
    length: u64,
}

impl Line {
    fn parse(line: &[u8]) -> Option<Line> {
        let line = std::str::from_utf8(line).ok()?;
        // Some crawlers left the blanks of an address unescaped: the other fields are counted from the end.
        let fields: Vec<&str> = line.trim_ascii().split(' ').collect();
        let length = fields.last()?.parse().ok()?;
        let is_time = |field: &&str| field.len() == TIME && field.bytes().all(|b| b.is_ascii_digit());
        let time = fields.iter().position(is_time)?;
        let has_address = fields[0].contains(':') && time >= 2 && fields.len() >= FIELDS && time + 1 < fields.len() - 1;
        has_address.then(|| Line {
            url: fields[..time - 1].join(" "),
            captured: fields[time].to_string(),
            media: fields[time + 1].to_string(),
            length,
        })
    }

    /// Whether the record is the file's own description, or the crawler's DNS queries.
    fn is_about_the_crawl(&self) -> bool {
        ["filedesc:", "dns:", "warcinfo:"].iter().any(|scheme| self.url.starts_with(scheme))
    }
}
