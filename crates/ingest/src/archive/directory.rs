//! The directory at the end of a zip archive: a file in, all its entries out, in order.
//!
//! It is read here rather than by a crate because archives with later additions may hold several members of one name,
//! and crates keep only the last.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::Crc;

use super::limits::Trouble;

/// The lengths, in bytes, of the record that ends an archive, without its comment; of the one that ends a large archive
/// before it; of the locator of that; and of a directory entry without its name.
const END: usize = 22;
const LARGE_END: usize = 56;
const LOCATOR: usize = 20;
const ENTRY: usize = 46;
/// The longest directory that is held in memory, in bytes; an archive with a longer one is read from its start.
const LONGEST: u64 = 512 << 20;
/// The longest comment, in bytes.
const COMMENT: usize = u16::MAX as usize;
/// The value of a short field whose real value is in a longer field elsewhere.
const ELSEWHERE: u64 = u32::MAX as u64;

/// A zip archive's directory.
pub(super) struct Directory {
    pub(super) entries: Vec<Entry>,
    /// Number of bytes before the archive, from which all its offsets count.
    pub(super) before: u64,
}

/// The directory entry of one member.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) encrypted: bool,
    pub(super) method: u16,
    pub(super) sum: u32,
    /// Its compressed size, in bytes.
    pub(super) packed: u64,
    /// The offset of its header.
    pub(super) at: u64,
}

/// Reads the directory of an archive of `size` bytes.
pub(super) fn read(file: &mut (impl Read + Seek), size: u64) -> io::Result<Directory> {
    let tail_length = size.min((END + COMMENT + LOCATOR) as u64);
    let tail_at = size - tail_length;
    let tail = bytes_at(file, tail_at, tail_length)?;
    let mut from = tail.len();
    // The last record that leads to a directory; its signature may occur in a comment as well.
    while let Some(end) = tail[..from].windows(4).rposition(|four| four == b"PK\x05\x06") {
        if let Some(directory) = directory_of(file, &tail, end, tail_at)? {
            return Ok(directory);
        }
        from = end + 3;
    }
    Err(Trouble::damaged("no directory at its end"))
}

/// Returns the directory that the record at `end` leads to, if it does.
fn directory_of(file: &mut (impl Read + Seek), tail: &[u8], end: usize, tail_at: u64) -> io::Result<Option<Directory>> {
    if tail.len() - end < END {
        return Ok(None);
    }
    let (mut count, mut length, mut at) =
        (u64::from(short(tail, end + 10)), long(tail, end + 12), long(tail, end + 16));
    let mut stops = tail_at + end as u64;
    let elsewhere = count == u64::from(u16::MAX) || length == ELSEWHERE || at == ELSEWHERE;
    let locator = end.checked_sub(LOCATOR).filter(|&locator| elsewhere && tail[locator..].starts_with(b"PK\x06\x07"));
    if let Some(locator) = locator {
        let large_at = very_long(tail, locator + 8);
        let large = bytes_at(file, large_at, LARGE_END as u64)?;
        if large.len() == LARGE_END && large.starts_with(b"PK\x06\x06") {
            (count, length, at) = (very_long(&large, 32), very_long(&large, 40), very_long(&large, 48));
            stops = large_at;
        }
    }
    // The directory is right before the record that ends it, wherever the archive begins.
    let Some(begins) = stops.checked_sub(length).filter(|&begins| begins >= at) else { return Ok(None) };
    // A tail may be full of such records: nothing long is read for one that leads nowhere.
    let leads_to_one = if count == 0 { length == 0 } else { bytes_at(file, begins, 4)? == b"PK\x01\x02" };
    if !leads_to_one {
        return Ok(None);
    }
    if length > LONGEST {
        return Err(Trouble::damaged("a directory too large to hold"));
    }
    let bytes = bytes_at(file, begins, length)?;
    Ok(Some(Directory { entries: entries(&bytes)?, before: begins - at }))
}

fn entries(bytes: &[u8]) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while rest.starts_with(b"PK\x01\x02") {
        if rest.len() < ENTRY {
            return Err(Trouble::damaged("its directory is damaged"));
        }
        let (name, extra) = (usize::from(short(rest, 28)), usize::from(short(rest, 30)));
        let length = ENTRY + name + extra + usize::from(short(rest, 32));
        if rest.len() < length {
            return Err(Trouble::damaged("its directory is damaged"));
        }
        let mut entry = Entry {
            name: rest[ENTRY..ENTRY + name].to_vec(),
            encrypted: short(rest, 8) & 1 != 0,
            method: short(rest, 10),
            sum: long(rest, 16) as u32,
            packed: long(rest, 20),
            at: long(rest, 42),
        };
        heed_extra(&mut entry, &rest[ENTRY + name..ENTRY + name + extra], long(rest, 24) == ELSEWHERE);
        entries.push(entry);
        rest = &rest[length..];
    }
    Ok(entries)
}

/// Applies the extra fields of a member: its lengths in a large archive, its name in UTF-8.
fn heed_extra(entry: &mut Entry, extra: &[u8], unpacked_elsewhere: bool) {
    let mut rest = extra;
    while rest.len() >= 4 {
        let (id, length) = (short(rest, 0), usize::from(short(rest, 2)));
        let Some(field) = rest.get(4..4 + length) else { return };
        match id {
            0x0001 => {
                let mut values = field.chunks_exact(8).map(|value| very_long(value, 0));
                if unpacked_elsewhere {
                    values.next();
                }
                for value in [&mut entry.packed, &mut entry.at] {
                    if *value == ELSEWHERE {
                        *value = values.next().unwrap_or(*value);
                    }
                }
            }
            0x7075 if field.len() > 5 && field[0] == 1 => {
                let mut sum = Crc::new();
                sum.update(&entry.name);
                // It is valid only if no program that ignores it has changed the name since.
                if u64::from(sum.sum()) == long(field, 1) {
                    entry.name = field[5..].to_vec();
                }
            }
            _ => {}
        }
        rest = &rest[4 + length..];
    }
}

fn bytes_at(file: &mut (impl Read + Seek), at: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.by_ref().take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a two-byte little-endian number. The caller ensures that the bytes exist.
pub(super) fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// Reads a four-byte little-endian number.
pub(super) fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from(short(bytes, at)) | u64::from(short(bytes, at + 2)) << 16
}

fn very_long(bytes: &[u8], at: usize) -> u64 {
    long(bytes, at) | long(bytes, at + 4) << 32
}
