//! A zip archive in, its members out.
//!
//! An archive that can be sought in is read by its directory. One whose directory is damaged or cut off, or that comes as
//! a stream too large to hold, is read from its start by the header in front of each member.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use flate2::Crc;
use zip::result::ZipError;

use super::limits::{Meter, Trouble};
use super::members::{Members, Packing};
use super::names;
use super::open::open;
use super::walk::{Flow, Place, Walk};
use super::window::{Window, read_whole};
use crate::error::Reason;

/// How many bytes of member names their charset is told by.
const NAMES: usize = 64 << 10;
/// The length of a local header without its name and extra field.
const LOCAL: usize = 30;

/// Reads a zip archive that stands in a stream: as a whole where it is no larger than a record may be.
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

/// Reads a zip archive that can be sought in.
pub(super) fn read(walk: &mut Walk<'_>, place: &Place, file: &mut (impl Read + Seek)) -> Flow {
    let size = match file.seek(SeekFrom::End(0)) {
        Ok(size) => size,
        Err(err) => return walk.fail(place, None, &err),
    };
    let damage = match zip::ZipArchive::new(&mut *file) {
        Ok(mut archive) => return by_directory(walk, place, &mut archive, size),
        Err(ZipError::Io(err)) if Trouble::of(&err).reason == Reason::Unreadable => {
            return walk.fail(place, None, &err);
        }
        Err(err) => err,
    };
    if let Err(err) = file.seek(SeekFrom::Start(0)) {
        return walk.fail(place, None, &err);
    }
    walk.reject(place, None, Reason::Damaged, format!("{damage}; its members are read as far as they go"))?;
    by_headers(walk, place, &mut Window::new(file))
}

fn by_directory<R: Read + Seek>(
    walk: &mut Walk<'_>,
    place: &Place,
    archive: &mut zip::ZipArchive<R>,
    size: u64,
) -> Flow {
    let all = all_names(archive);
    let meter = walk.meter;
    let mut packed: u64 = 0;
    for index in 0..archive.len() {
        let (name, length, folder) = match archive.by_index_data(index) {
            Ok(entry) => (names::decode(entry.name_raw(), &all), entry.compressed_size(), entry.is_dir()),
            Err(err) => {
                walk.reject(place, None, reason_of(&err), format!("member {}: {err}", index + 1))?;
                continue;
            }
        };
        let Some((inside, name)) = admit(walk, place, &name, folder)? else { continue };
        packed = packed.saturating_add(length);
        if packed > size {
            let detail = "the members overlap: together they are larger than the archive";
            return walk.reject(&inside, None, Reason::Limit, detail);
        }
        let held = meter.held();
        match archive.by_index(index) {
            Ok(member) => {
                let mut unpacked = Unpacked { inner: member, meter };
                open(walk, &inside, &name, &mut Window::new(&mut unpacked))?;
            }
            Err(err) => walk.reject(&inside, None, reason_of(&err), err.to_string())?,
        }
        meter.forgive(held);
    }
    Flow::Continue(())
}

/// The names that need decoding, to tell their charset by all of them.
fn all_names<R: Read + Seek>(archive: &zip::ZipArchive<R>) -> Vec<u8> {
    let mut all = Vec::new();
    for name in archive.file_names_raw().filter(|name| !name.is_ascii()) {
        if all.len() > NAMES {
            break;
        }
        all.extend_from_slice(name);
        all.push(b'\n');
    }
    all
}

/// Whether a member is to be read: its place and checked name, or nothing where it is passed over or turned down.
fn admit(walk: &mut Walk<'_>, place: &Place, name: &str, folder: bool) -> ControlFlow<(), Option<(Place, String)>> {
    if folder || name.ends_with(['/', '\\']) {
        return ControlFlow::Continue(None);
    }
    if let Err(trouble) = walk.meter.member() {
        // Once said, the rest of the input is not gone through.
        walk.reject(place, None, trouble.reason, trouble.detail)?;
        return ControlFlow::Break(());
    }
    let Some(safe) = names::safe(name) else {
        walk.reject(&place.inside(name), None, Reason::UnsafePath, "its path would leave the archive")?;
        return ControlFlow::Continue(None);
    };
    ControlFlow::Continue((!names::is_hidden(&safe)).then(|| (place.inside(&safe), safe)))
}

fn reason_of(err: &ZipError) -> Reason {
    match err {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => Reason::Unknown,
        ZipError::Io(err) => Trouble::of(err).reason,
        _ => Reason::Damaged,
    }
}

/// A member that is unpacked by the zip crate, counted.
struct Unpacked<'m, R> {
    inner: R,
    meter: &'m Meter,
}

impl<R: Read> Read for Unpacked<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.meter.unpacked(n)?;
        Ok(n)
    }
}

/// What stands in front of a member.
struct Local {
    name: Vec<u8>,
    encrypted: bool,
    /// Whether length and checksum stand behind the member instead.
    open_ended: bool,
    method: u16,
    sum: u32,
    length: u64,
}

/// Reads members by the headers in front of them, up to the directory or the end.
fn by_headers(walk: &mut Walk<'_>, place: &Place, stream: &mut Window<'_>) -> Flow {
    loop {
        let local = match next_local(stream) {
            Ok(Some(local)) => local,
            Ok(None) => return Flow::Continue(()),
            Err(err) => return walk.fail(place, None, &err),
        };
        let name = names::decode(&local.name, &local.name);
        let meter = walk.meter;
        let Some((inside, name)) = admit(walk, place, &name, false)? else {
            // The next header is looked for in the content.
            continue;
        };
        match local.method {
            _ if local.encrypted => walk.reject(&inside, None, Reason::Unknown, "an encrypted member")?,
            8 => {
                let mut members = Members::new(stream, Packing::Deflate, meter);
                let sum = (!local.open_ended).then_some(local.sum);
                let mut summed = Summed { inner: &mut members, sum, seen: Crc::new() };
                open(walk, &inside, &name, &mut Window::new(&mut summed))?;
            }
            0 if !local.open_ended => {
                let mut taken = stream.take(local.length);
                let mut summed = Summed { inner: &mut taken, sum: Some(local.sum), seen: Crc::new() };
                open(walk, &inside, &name, &mut Window::new(&mut summed))?;
            }
            0 => walk.reject(&inside, None, Reason::Damaged, "a member whose length is in the damaged part")?,
            method => walk.reject(&inside, None, Reason::Unknown, format!("packed by method {method}"))?,
        }
    }
}

/// The next header in front of a member, looked for from here on.
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

/// The header here, taken; nothing, and nothing taken, where it is none.
fn local(stream: &mut Window<'_>) -> io::Result<Option<Local>> {
    let head = stream.peek(LOCAL)?;
    let short = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
    let long = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (flags, method) = (short(6), short(8));
    let (sum, length) = (long(14), u64::from(long(18)));
    let (name, extra) = (usize::from(short(26)), usize::from(short(28)));
    let whole = stream.peek(LOCAL + name + extra)?;
    if name == 0 || whole.len() < LOCAL + name + extra {
        return Ok(None);
    }
    let bytes = whole[LOCAL..LOCAL + name].to_vec();
    stream.consume(LOCAL + name + extra);
    let (encrypted, open_ended) = (flags & 1 != 0, flags & 8 != 0);
    Ok(Some(Local { name: bytes, encrypted, open_ended, method, sum, length }))
}

/// Checks a member's checksum at its end.
struct Summed<'s> {
    inner: &'s mut dyn Read,
    sum: Option<u32>,
    seen: Crc,
}

impl Read for Summed<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.seen.update(&buf[..n]);
        match self.sum {
            Some(sum) if n == 0 && !buf.is_empty() && sum != self.seen.sum() => {
                Err(Trouble::damaged("the checksum of a member does not match"))
            }
            _ => Ok(n),
        }
    }
}
