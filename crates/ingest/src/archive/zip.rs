//! The reader of zip archives: an archive in, its members out.
//!
//! A seekable archive is read by its directory. One whose directory is damaged or cut off, or that comes as a stream
//! too large to hold, is read from its start by the local header of each member.

use std::collections::HashSet;
use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use flate2::Crc;

use super::bundle;
use super::directory::{self, Directory, long, short};
use super::indexes::Indexes;
use super::limits::{Meter, Trouble};
use super::members::{Members, Packing};
use super::names;
use super::sniff;
use super::walk::{Flow, Place, Walk};
use super::window::{Window, read_whole, skip_rest};
use gongxun_core::error::Reason;

/// The number of bytes of member names by which their charset is detected.
const NAMES: usize = 64 << 10;
/// The length of a local header without its name and extra field, in bytes.
const LOCAL: usize = 30;

/// Reads a zip archive from a stream: in memory if it is no larger than a record may be.
pub(super) fn read_stream(walk: &mut Walk<'_>, place: &Place, stream: &mut Window<'_>) -> Flow {
    let mut bytes = Vec::new();
    match read_whole(stream, walk.limits.record_bytes, &mut bytes) {
        Ok(true) => read(walk, place, &mut Cursor::new(bytes)),
        Ok(false) => {
            let mut joined = Cursor::new(bytes).chain(stream);
            by_headers(walk, place, &mut Window::new(&mut joined))
        }
        Err(err) => {
            walk.fail(place, None, &err)?;
            by_headers(walk, place, &mut Window::new(&mut Cursor::new(bytes)))
        }
    }
}

/// Reads a seekable zip archive.
pub(super) fn read(walk: &mut Walk<'_>, place: &Place, file: &mut (impl Read + Seek)) -> Flow {
    let size = match file.seek(SeekFrom::End(0)) {
        Ok(size) => size,
        Err(err) => return walk.fail(place, None, &err),
    };
    let begins_as_zip = match begins_as_zip(file) {
        Ok(begins) => begins,
        Err(err) => return walk.fail(place, None, &err),
    };
    let damage = match directory::read(file, size) {
        // If the directory is cut off, that of an archive inside this one may have been found.
        Ok(found) if begins_as_zip && found.before > 0 => "no directory at its end".to_string(),
        Ok(found) => return by_directory(walk, place, file, &found, size),
        Err(err) => match Trouble::from_error(&err) {
            Trouble { reason: Reason::Damaged, detail } => detail,
            Trouble { reason, detail } => return walk.reject(place, None, reason, detail),
        },
    };
    if let Err(err) = file.seek(SeekFrom::Start(0)) {
        return walk.fail(place, None, &err);
    }
    walk.reject(place, None, Reason::Damaged, format!("{damage}; its members are read as far as they go"))?;
    by_headers(walk, place, &mut Window::new(file))
}

fn begins_as_zip(file: &mut (impl Read + Seek)) -> io::Result<bool> {
    let mut start = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.by_ref().take(4).read_to_end(&mut start)?;
    Ok(start == b"PK\x03\x04")
}

fn by_directory(
    walk: &mut Walk<'_>,
    place: &Place,
    file: &mut (impl Read + Seek),
    directory: &Directory,
    size: u64,
) -> Flow {
    let all = all_names(directory);
    let meter = walk.meter;
    let names = || directory.entries.iter().map(|entry| entry.name.as_slice());
    if let Some(what) = document(names()) {
        return walk.reject(place, None, Reason::Binary, what);
    }
    let wacz = bundle::is_wacz(names());
    let safe = directory.entries.iter().filter_map(|entry| names::safe(&names::decode(&entry.name, &all)));
    let mut indexes = Indexes::among(safe);
    // Members that share their bytes could make an archive of any size out of one page.
    let (mut begun, mut consumed) = (HashSet::new(), 0u64);
    for entry in directory.entries.iter().filter(|entry| !wacz || !bundle::describes_a_crawl(&entry.name)) {
        let name = names::decode(&entry.name, &all);
        let Some((inside, name)) = admit(walk, place, &name)? else { continue };
        if indexes.hold(walk, place, &name)? {
            continue;
        }
        if consumed > size {
            let detail = "the members overlap: together they are larger than the archive";
            return walk.reject(&inside, None, Reason::Limit, detail);
        }
        if !begun.insert(entry.at) {
            walk.reject(&inside, None, Reason::Damaged, "its bytes are those of another member too")?;
            continue;
        }
        if let Err(err) = go_to(file, directory.before.saturating_add(entry.at)) {
            walk.fail(&inside, None, &err)?;
            continue;
        }
        let held = meter.held();
        let mut taken = file.by_ref().take(entry.packed);
        match entry.method {
            _ if entry.encrypted => walk.reject(&inside, None, Reason::Unknown, "an encrypted member")?,
            0 => {
                let mut summed = Summed::new(&mut taken, Some(entry.sum), meter);
                (walk.open)(walk, &inside, &name, &mut Window::new(&mut summed))?;
            }
            8 => {
                let mut window = Window::new(&mut taken);
                let mut members = Members::new(&mut window, Packing::Deflate, meter);
                let mut summed = Summed::new(&mut members, Some(entry.sum), meter);
                (walk.open)(walk, &inside, &name, &mut Window::new(&mut summed))?;
            }
            method => walk.reject(&inside, None, Reason::Unknown, format!("packed by method {method}"))?,
        }
        consumed = consumed.saturating_add(entry.packed - taken.limit());
        meter.forgive(held);
    }
    Flow::Continue(())
}

/// Returns the description of a document format whose container the archive is, whatever the file's name.
fn document<'n>(mut names: impl Iterator<Item = &'n [u8]>) -> Option<&'static str> {
    names.find_map(|name| match name {
        b"word/document.xml" => Some(sniff::DOCUMENT),
        b"xl/workbook.xml" => Some(sniff::SHEET),
        b"ppt/presentation.xml" => Some(sniff::SLIDES),
        b"META-INF/container.xml" => Some(sniff::BOOK),
        _ => None,
    })
}

/// Seeks to the content of the member with the header at an offset.
fn go_to(file: &mut (impl Read + Seek), at: u64) -> io::Result<()> {
    let mut header = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.by_ref().take(LOCAL as u64).read_to_end(&mut header)?;
    if header.len() < LOCAL || !header.starts_with(b"PK\x03\x04") {
        return Err(Trouble::damaged("no member where the directory says"));
    }
    let names = i64::from(short(&header, 26)) + i64::from(short(&header, 28));
    file.seek(SeekFrom::Current(names)).map(|_| ())
}

/// Returns the names that need decoding, by which together their charset is detected.
fn all_names(directory: &Directory) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in directory.entries.iter().filter(|entry| !entry.name.is_ascii()) {
        if all.len() > NAMES {
            break;
        }
        all.extend_from_slice(&entry.name);
        all.push(b'\n');
    }
    all
}

/// Decides whether to read a member: returns its place and validated name, or `None` if it is skipped or rejected.
fn admit(walk: &mut Walk<'_>, place: &Place, name: &str) -> ControlFlow<(), Option<(Place, String)>> {
    if name.ends_with(['/', '\\']) {
        return ControlFlow::Continue(None);
    }
    if let Err(trouble) = walk.meter.member() {
        // Once reported, the rest of the input is skipped.
        walk.reject(place, None, trouble.reason, trouble.detail)?;
        return ControlFlow::Break(());
    }
    let Some(safe) = names::safe(name) else {
        walk.reject(&place.inside(name), None, Reason::UnsafePath, "its path would leave the archive")?;
        return ControlFlow::Continue(None);
    };
    ControlFlow::Continue((!names::is_hidden(&safe)).then(|| (place.inside(&safe), safe)))
}

/// The local header of a member.
struct Local {
    name: Vec<u8>,
    encrypted: bool,
    /// Whether length and checksum follow the member instead.
    open_ended: bool,
    method: u16,
    sum: u32,
    length: u64,
}

/// Reads members by their local headers, up to the directory or the end.
fn by_headers(walk: &mut Walk<'_>, place: &Place, stream: &mut Window<'_>) -> Flow {
    let at = place.member.as_deref().unwrap_or(walk.file);
    let wacz = sniff::ending(at) == "wacz";
    let mut indexes = Indexes::default();
    loop {
        let local = match next_local(stream) {
            Ok(Some(local)) => local,
            Ok(None) => {
                return match skip_rest(stream) {
                    Ok(()) => Flow::Continue(()),
                    Err(err) => walk.fail(place, None, &err),
                };
            }
            Err(err) => return walk.fail(place, None, &err),
        };
        let name = names::decode(&local.name, &local.name);
        let described = wacz && bundle::describes_a_crawl(&local.name);
        let mut admitted = if described { None } else { admit(walk, place, &name)? };
        if let Some((_, name)) = &admitted
            && indexes.hold(walk, place, name)?
        {
            admitted = None;
        }
        let meter = walk.meter;
        let held = meter.held();
        match local.method {
            8 if !local.encrypted => {
                let mut members = Members::new(stream, Packing::Deflate, meter);
                let sum = (!local.open_ended).then_some(local.sum);
                content(walk, admitted, &mut Summed::new(&mut members, sum, meter))?;
            }
            0 if !local.encrypted && !local.open_ended => {
                let mut taken = stream.take(local.length);
                content(walk, admitted, &mut Summed::new(&mut taken, Some(local.sum), meter))?;
            }
            method => {
                let Some((inside, _)) = admitted else { continue };
                let (reason, detail) = match method {
                    _ if local.encrypted => (Reason::Unknown, "an encrypted member".to_string()),
                    0 => (Reason::Damaged, "a member whose length is in the damaged part".to_string()),
                    method => (Reason::Unknown, format!("packed by method {method}")),
                };
                walk.reject(&inside, None, reason, detail)?;
            }
        }
        meter.forgive(held);
    }
}

/// Reads a member if it was admitted, and skips the rest of it: archives inside it have headers of their own.
fn content(walk: &mut Walk<'_>, admitted: Option<(Place, String)>, content: &mut dyn Read) -> Flow {
    if let Some((inside, name)) = admitted {
        (walk.open)(walk, &inside, &name, &mut Window::new(content))?;
    }
    // If it breaks off, the next header is searched for from there.
    let _ = io::copy(content, &mut io::sink());
    Flow::Continue(())
}

/// Returns the next local header, searching from here on.
fn next_local(stream: &mut Window<'_>) -> io::Result<Option<Local>> {
    loop {
        let ahead = stream.peek(LOCAL)?;
        if ahead.len() < LOCAL || ahead.starts_with(b"PK\x01\x02") {
            return Ok(None);
        }
        if ahead.starts_with(b"PK\x03\x04")
            && let Some(local) = local(stream)?
        {
            return Ok(Some(local));
        }
        stream.consume(1);
        let ahead = stream.fill_buf()?;
        let passed = ahead.iter().position(|&b| b == b'P').unwrap_or(ahead.len());
        stream.consume(passed);
    }
}

/// Consumes and returns the local header here; if there is none, consumes nothing.
fn local(stream: &mut Window<'_>) -> io::Result<Option<Local>> {
    let head = stream.peek(LOCAL)?;
    let (flags, method) = (short(head, 6), short(head, 8));
    let (sum, length) = (long(head, 14) as u32, long(head, 18));
    let (name, extra) = (usize::from(short(head, 26)), usize::from(short(head, 28)));
    let whole = stream.peek(LOCAL + name + extra)?;
    if name == 0 || whole.len() < LOCAL + name + extra {
        return Ok(None);
    }
    let bytes = whole[LOCAL..LOCAL + name].to_vec();
    stream.consume(LOCAL + name + extra);
    let (encrypted, open_ended) = (flags & 1 != 0, flags & 8 != 0);
    Ok(Some(Local { name: bytes, encrypted, open_ended, method, sum, length }))
}

/// A reader that verifies a member's checksum at its end, if it is known.
struct Summed<'s> {
    inner: &'s mut dyn Read,
    sum: Option<u32>,
    seen: Crc,
    meter: &'s Meter,
    verified: bool,
}

impl<'s> Summed<'s> {
    fn new(inner: &'s mut dyn Read, sum: Option<u32>, meter: &'s Meter) -> Summed<'s> {
        meter.unverified(1);
        Summed { inner, sum, seen: Crc::new(), meter, verified: false }
    }

    fn verified(&mut self) {
        if !self.verified {
            self.verified = true;
            self.meter.unverified(-1);
        }
    }
}

impl Drop for Summed<'_> {
    fn drop(&mut self) {
        self.verified();
    }
}

impl Read for Summed<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.seen.update(&buf[..n]);
        match self.sum {
            Some(sum) if n == 0 && !buf.is_empty() => {
                if sum != self.seen.sum() {
                    return Err(Trouble::damaged("the checksum of a member does not match"));
                }
                self.verified();
                Ok(0)
            }
            _ => Ok(n),
        }
    }
}
