//! The streaming reader of tar archives: an archive in, its members out.
//!
//! It is implemented here rather than by a crate because a header is untrusted: long names are bounded, and after a
//! damaged header the next one is searched for. Links, folders and devices have no content of their own and are
//! skipped.

use std::io::{self, BufRead, Read};

use super::indexes::Indexes;
use super::limits::Trouble;
use super::names;
use super::sniff;
use super::walk::{Flow, Place, Walk};
use super::window::{Window, skip_rest};
use gongxun_core::error::Reason;

const BLOCK: usize = 512;
/// The longest long name or extended header, in bytes.
const LONG: u64 = 1 << 20;
/// The pax records before a member, those of them that are used.
#[derive(Default)]
struct Extended {
    path: Option<Vec<u8>>,
    size: Option<u64>,
}

/// Reads the members of a tar archive.
pub(super) fn read(walk: &mut Walk<'_>, place: &Place, stream: &mut Window<'_>) -> Flow {
    let (mut next, mut indexes) = (Extended::default(), Indexes::default());
    loop {
        let header = match header(stream) {
            Ok(Some(header)) => header,
            Ok(None) => {
                return match skip_rest(stream) {
                    Ok(()) => Flow::Continue(()),
                    Err(err) => walk.fail(place, None, &err),
                };
            }
            Err(err) => {
                walk.fail(place, None, &err)?;
                if Trouble::from_error(&err).reason != Reason::Damaged {
                    return Flow::Continue(());
                }
                match find_header(stream) {
                    Ok(true) => continue,
                    Ok(false) => return Flow::Continue(()),
                    Err(err) => return walk.fail(place, None, &err),
                }
            }
        };
        let size = next.size.unwrap_or(header.size);
        let mut content = Content { stream, left: size, padding: padding(size) };
        let read = match header.kind {
            b'L' => long(&mut content).map(|name| next.path = Some(until_zero(&name).to_vec())),
            b'x' => long(&mut content).map(|records| extend(&mut next, &records)),
            b'K' | b'g' | b'V' => Ok(()),
            b'0' | b'\0' | b'7' => {
                let name = next.path.take().unwrap_or(header.name);
                next = Extended::default();
                member(walk, place, &mut indexes, &name, &mut content)?;
                Ok(())
            }
            b'1' | b'2' => {
                // A link has no content here, whatever its header says.
                content.left = if header.kind == b'1' { size } else { 0 };
                content.padding = padding(content.left);
                next = Extended::default();
                Ok(())
            }
            b'S' => {
                let name = names::decode(&next.path.take().unwrap_or(header.name), &[]);
                next = Extended::default();
                walk.reject(&place.inside(&name), None, Reason::Unknown, "a sparse file")?;
                Ok(())
            }
            _ => {
                next = Extended::default();
                Ok(())
            }
        };
        if let Err(err) = read.and_then(|()| content.finish()) {
            return walk.fail(place, None, &err);
        }
    }
}

fn member(
    walk: &mut Walk<'_>,
    place: &Place,
    indexes: &mut Indexes,
    name: &[u8],
    content: &mut Content<'_, '_>,
) -> Flow {
    let name = names::decode(name, name);
    if name.ends_with('/') {
        return Flow::Continue(());
    }
    if let Err(trouble) = walk.meter.member() {
        walk.reject(place, None, trouble.reason, trouble.detail)?;
        return Flow::Break(());
    }
    let Some(name) = names::safe(&name) else {
        return walk.reject(&place.inside(&name), None, Reason::UnsafePath, "its path would leave the archive");
    };
    if names::is_hidden(&name) || indexes.hold(walk, place, &name)? {
        return Flow::Continue(());
    }
    (walk.open)(walk, &place.inside(&name), &name, &mut Window::new(content))
}

struct Header {
    name: Vec<u8>,
    size: u64,
    kind: u8,
}

/// Reads the next header; `None` at the archive's end.
fn header(stream: &mut Window<'_>) -> io::Result<Option<Header>> {
    let block = stream.peek(BLOCK)?;
    if block.iter().all(|&b| b == 0) {
        // Two zero blocks end an archive; a stream that just stops does as well.
        return Ok(None);
    }
    if !sniff::is_tar(block) {
        return Err(Trouble::damaged(if block.len() < BLOCK {
            "the archive is cut short"
        } else {
            "no tar header where one should be"
        }));
    }
    let mut name = until_zero(&block[..100]).to_vec();
    if &block[257..262] == b"ustar" && block[263..265] != *b" \0" && block[345] != 0 {
        name = [until_zero(&block[345..500]), b"/", &name[..]].concat();
    }
    let size = number(&block[124..136]);
    let kind = block[156];
    stream.consume(BLOCK);
    match size {
        Some(size) => Ok(Some(Header { name, size, kind })),
        None => Err(Trouble::damaged("a tar header without a size")),
    }
}

/// Skips blocks to the next header; returns whether there is one.
fn find_header(stream: &mut Window<'_>) -> io::Result<bool> {
    loop {
        let ahead = stream.peek(BLOCK)?.len();
        stream.consume(ahead);
        if ahead < BLOCK {
            return Ok(false);
        }
        let block = stream.peek(BLOCK)?;
        if sniff::is_tar(block) {
            return Ok(true);
        }
    }
}

fn until_zero(field: &[u8]) -> &[u8] {
    field.split(|&b| b == 0).next().unwrap_or_default()
}

/// Parses a number in octal digits, or in binary if the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let high = field.len() - 8;
        let small = field[0] == 0x80 && field[1..high].iter().all(|&b| b == 0);
        return small.then(|| u64::from_be_bytes(field[high..].try_into().unwrap_or([0xFF; 8])));
    }
    let digits = std::str::from_utf8(until_zero(field)).ok()?.trim();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

fn long(content: &mut Content<'_, '_>) -> io::Result<Vec<u8>> {
    if content.left > LONG {
        return Err(Trouble::limit(format!("a name of more than {LONG} bytes, which is the limit")));
    }
    let mut bytes = Vec::new();
    content.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Applies pax records, each `length key=value\n`.
fn extend(next: &mut Extended, records: &[u8]) {
    let mut rest = records;
    while let Some(blank) = rest.iter().position(|&b| b == b' ') {
        let length = std::str::from_utf8(&rest[..blank]).ok().and_then(|digits| digits.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| rest.get(blank + 1..length)) else { return };
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(path) = record.strip_prefix(b"path=") {
            next.path = Some(path.to_vec());
        } else if let Some(size) = record.strip_prefix(b"size=") {
            next.size = std::str::from_utf8(size).ok().and_then(|digits| digits.parse().ok());
        }
        rest = &rest[length.unwrap_or(rest.len()).max(1)..];
    }
}

/// The content of one member. A stream that ends before it does is damaged.
struct Content<'c, 'a> {
    stream: &'c mut Window<'a>,
    left: u64,
    padding: u64,
}

impl Content<'_, '_> {
    /// Skips the unread rest and the padding.
    fn finish(&mut self) -> io::Result<()> {
        let mut left = self.left.saturating_add(self.padding);
        while left > 0 {
            let ahead = self.stream.fill_buf()?.len();
            if ahead == 0 {
                let cut = self.left > 0;
                return if cut { Err(Trouble::damaged("the archive is cut short")) } else { Ok(()) };
            }
            let n = usize::try_from(left).unwrap_or(usize::MAX).min(ahead);
            self.stream.consume(n);
            left -= n as u64;
        }
        Ok(())
    }
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        if most == 0 {
            return Ok(0);
        }
        let n = self.stream.read(&mut buf[..most])?;
        if n == 0 {
            return Err(Trouble::damaged("the archive is cut short"));
        }
        self.left -= n as u64;
        Ok(n)
    }
}
