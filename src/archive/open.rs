//! What a stream holds decides who reads it: a name and a stream in, the records of whoever knows the kind out.

use std::io::{Read, Seek};

use super::limits::{Limits, Meter, Metered};
use super::sniff::{self, Kind};
use super::walk::{Flow, Place, Visit, Walk};
use super::window::{Window, read_whole};
use super::{Media, json};
use crate::error::Reason;

/// Reads a stream that can't go back.
pub(super) fn start(file: &str, reader: &mut dyn Read, limits: &Limits, visit: &mut Visit<'_>) -> Flow {
    let meter = Meter::new(limits);
    let mut metered = Metered { inner: reader, meter: &meter };
    let mut walk = Walk { file, limits, meter: &meter, visit };
    open(&mut walk, &Place::default(), file, &mut Window::new(&mut metered))
}

/// Reads a file.
pub(super) fn start_seekable(
    file: &str,
    reader: &mut (impl Read + Seek),
    limits: &Limits,
    visit: &mut Visit<'_>,
) -> Flow {
    start(file, reader, limits, visit)
}

/// Reads what is at a place. `name` is the name to go by: of the file or member, without the endings of compressions
/// that are undone already.
pub(super) fn open(walk: &mut Walk<'_>, place: &Place, name: &str, stream: &mut Window<'_>) -> Flow {
    let head = match stream.peek(sniff::HEAD) {
        Ok(head) => head,
        Err(err) => return walk.fail(place, None, &err),
    };
    match sniff::kind(name, head) {
        Kind::Empty if head.len() < sniff::HEAD => walk.reject(place, None, Reason::Empty, "nothing in it"),
        Kind::Binary(what) => walk.reject(place, None, Reason::Binary, what),
        Kind::Other(what) => walk.reject(place, None, Reason::Unknown, what),
        Kind::Json => json::read(walk, place, name, stream),
        Kind::Html => whole(walk, place, Media::Html, stream),
        Kind::Dump | Kind::Empty => whole(walk, place, Media::Dump, stream),
        Kind::Warc | Kind::Zip | Kind::Tar | Kind::Gzip | Kind::Zstd => {
            walk.reject(place, None, Reason::Unknown, "an archive")
        }
    }
}

/// A file that is one record.
fn whole(walk: &mut Walk<'_>, place: &Place, media: Media, stream: &mut Window<'_>) -> Flow {
    let mut bytes = Vec::new();
    match read_whole(stream, walk.limits.record_bytes, &mut bytes) {
        Ok(true) if bytes.iter().all(|b| b.is_ascii_whitespace() || *b == 0) => {
            walk.reject(place, None, Reason::Empty, "nothing in it")
        }
        Ok(true) => walk.record(place, None, media, bytes),
        Ok(false) => walk.reject(
            place,
            None,
            Reason::Limit,
            format!("more than {} bytes, which is the limit", walk.limits.record_bytes),
        ),
        Err(err) => walk.fail(place, None, &err),
    }
}
