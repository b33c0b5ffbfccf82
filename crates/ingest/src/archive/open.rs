//! Dispatch by content: a name and a stream in; the reader of the detected format delivers the records.

use std::io::{Read, Seek, SeekFrom};

use super::limits::{Limits, Meter, Metered, Trouble};
use super::members::{Members, Packing};
use super::record::Media;
use super::sniff::{self, Kind};
use super::walk::{Flow, Place, Visit, Walk};
use super::window::{Window, read_whole};
use super::{arc, json, mime, tar, warc, zip};
use gongxun_core::article::Origin;
use gongxun_core::error::{Reason, Rejection};

/// Reads a stream that can't be sought in.
pub(super) fn start(file: &str, reader: &mut dyn Read, limits: &Limits, visit: &mut Visit<'_>) -> Flow {
    walk_through(file, limits, visit, |walk| {
        let mut metered = Metered { inner: reader, meter: walk.meter };
        open(walk, &Place::default(), file, &mut Window::new(&mut metered))
    })
}

/// Starts the walk through one input, and ensures that it ends with a record or a report.
fn walk_through(
    file: &str,
    limits: &Limits,
    visit: &mut Visit<'_>,
    through: impl FnOnce(&mut Walk<'_>) -> Flow,
) -> Flow {
    let meter = Meter::new(limits);
    let mut said = false;
    let mut listening = |found| {
        said = true;
        visit(found)
    };
    let flow = through(&mut Walk { file, limits, meter: &meter, visit: &mut listening, open });
    if !said {
        return visit(Err(Rejection::new(Origin::file(file), Reason::NoPage, "no page in it")));
    }
    // An input with too many members is abandoned, not the whole run.
    if meter.is_over() { Flow::Continue(()) } else { flow }
}

/// Reads a file. A zip archive is read with seeking, anything else sequentially.
pub(super) fn start_seekable(
    file: &str,
    reader: &mut (impl Read + Seek),
    limits: &Limits,
    visit: &mut Visit<'_>,
) -> Flow {
    walk_through(file, limits, visit, |walk| {
        let mut metered = Metered { inner: reader, meter: walk.meter };
        let place = Place::default();
        // Most files are small and not archives: four bytes decide, and nothing is read twice.
        let mut start = Vec::new();
        if let Err(err) = metered.by_ref().take(4).read_to_end(&mut start) {
            return walk.fail(&place, None, &err);
        }
        let is_zip = match sniff::by_signature(&start) {
            Some(kind) => kind == Kind::Zip,
            None => sniff::ending(file) == "zip",
        };
        if let Err(err) = metered.seek(SeekFrom::Start(0)) {
            return walk.fail(&place, None, &err);
        }
        match place.enter_archive(limits) {
            Ok(inside) if is_zip && !start.is_empty() => zip::read(walk, &inside, &mut metered),
            _ => open(walk, &place, file, &mut Window::new(&mut metered)),
        }
    })
}

/// Reads the stream at a place. `name` decides the kind where the bytes don't: the name of the file or member, without
/// the extensions of compressions that have been undone.
pub(super) fn open(walk: &mut Walk<'_>, place: &Place, name: &str, stream: &mut Window<'_>) -> Flow {
    if let Some((reason, detail)) = sniff::skip_by_name(name) {
        return walk.reject(place, None, reason, detail);
    }
    let head = match stream.peek(sniff::HEAD) {
        Ok(head) => head,
        Err(err) => return walk.fail(place, None, &err),
    };
    let inside = match sniff::kind(name, head) {
        Kind::Empty if head.len() < sniff::HEAD => return walk.reject(place, None, Reason::Empty, "nothing in it"),
        Kind::Binary(what) => return walk.reject(place, None, Reason::Binary, what),
        Kind::Other(what) => return walk.reject(place, None, Reason::Unknown, what),
        Kind::Json => return json::read(walk, place, name, stream),
        Kind::Html => return whole(walk, place, Media::Html, stream),
        Kind::Markdown => return whole(walk, place, Media::Markdown, stream),
        Kind::Mime => return mime::read(walk, place, stream),
        Kind::Dump | Kind::Empty => return whole(walk, place, Media::Dump, stream),
        Kind::Gzip => return unpack(walk, place, name, stream, Packing::Gzip),
        Kind::Zstd => return unpack(walk, place, name, stream, Packing::Zstd),
        Kind::Warc | Kind::Arc | Kind::Zip | Kind::Tar => place.enter_archive(walk.limits),
    };
    let inside = match inside {
        Ok(inside) => inside,
        Err(Trouble { reason, detail }) => return walk.reject(place, None, reason, detail),
    };
    // The borrow of the stream has to end before the kind is used; a second look costs nothing.
    match stream.peek(sniff::HEAD).map(|head| sniff::kind(name, head)) {
        Ok(Kind::Zip) => zip::read_stream(walk, &inside, stream),
        Ok(Kind::Tar) => tar::read(walk, &inside, stream),
        Ok(kind) => {
            let meter = walk.meter;
            crawl(walk, &inside, kind, &mut Members::new(stream, Packing::Plain, meter))
        }
        Err(err) => walk.fail(place, None, &err),
    }
}

/// Undoes one compression. A crawl is read member by member, anything else as one stream.
fn unpack(walk: &mut Walk<'_>, place: &Place, name: &str, stream: &mut Window<'_>, packing: Packing) -> Flow {
    let meter = walk.meter;
    let name = sniff::without_compression(name);
    let mut members = Members::new(stream, packing, meter);
    let place = match place.enter_layer(walk.limits) {
        Ok(place) => place,
        Err(Trouble { reason, detail }) => return walk.reject(place, None, reason, detail),
    };
    let kind = match members.head() {
        Ok(head) => sniff::crawl(&name, head),
        // A crawl whose first member is damaged is still a crawl.
        Err(_) => sniff::crawl(&name, &[]),
    };
    let Some(kind) = kind else {
        return open(walk, &place, &name, &mut Window::new(&mut members));
    };
    match place.enter_archive(walk.limits) {
        Ok(inside) => crawl(walk, &inside, kind, &mut members),
        Err(Trouble { reason, detail }) => walk.reject(&place, None, reason, detail),
    }
}

fn crawl(walk: &mut Walk<'_>, place: &Place, kind: Kind, members: &mut Members<'_, '_>) -> Flow {
    if kind == Kind::Arc { arc::read(walk, place, members) } else { warc::read(walk, place, members) }
}

/// Reads a file that is one record.
fn whole(walk: &mut Walk<'_>, place: &Place, media: Media, stream: &mut Window<'_>) -> Flow {
    let mut bytes = Vec::new();
    match read_whole(stream, walk.limits.record_bytes, &mut bytes) {
        Ok(true) if bytes.iter().all(|b| b.is_ascii_whitespace() || *b == 0) => {
            walk.reject(place, None, Reason::Empty, "nothing in it")
        }
        Ok(true) => walk.record(place, None, media, bytes),
        Ok(false) => walk.reject(place, None, Reason::Limit, walk.limits.too_large()),
        Err(err) => walk.fail(place, None, &err),
    }
}
