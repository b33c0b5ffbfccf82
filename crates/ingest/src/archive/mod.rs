//! Archives: paths in, [`Record`]s out. Inputs are opened and read here and nowhere else.
//!
//! Folders, zip, tar, gz, zst, WARC, ARC, WACZ, saved pages (MHTML) and JSON lines are supported. A record is a run of
//! bytes with its container's metadata; [`crate::extract`] interprets the bytes.
//!
//! [`inputs`] walks files and folders; [`read`] delivers the records of one of them in order, as a stream: no more than
//! one record is held at a time (and a zip archive if it is inside another archive). Unreadable parts are delivered in
//! their place as a [`Rejection`], and reading goes on.
//!
//! Not records, and not reported: hidden files and folders below a path, folders inside archives, blank lines of JSON
//! lines, the records of a crawl about the crawl itself (warcinfo, request, metadata, revisit, continuation), the
//! indexes of a WACZ, the pictures and frames of a saved page, and the further forms of an ArchiveBox snapshot. The
//! folder of an index is left out too ([`Aside::Index`]), and so is one inside an archive file.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use gongxun_core::article::Origin;
use gongxun_core::error::{Reason, Rejection};

mod arc;
mod blocks;
pub(crate) mod bounded;
mod bundle;
mod captured;
mod damage;
mod directory;
mod headers;
mod http;
mod indexes;
mod inputs;
mod json;
mod limits;
pub(crate) mod loose;
mod members;
mod mime;
mod names;
mod open;
mod record;
mod sniff;
mod tar;
mod walk;
mod warc;
mod window;
mod zip;

pub use bundle::Snapshot;
pub use damage::Damage;
pub use inputs::{
    Aside, Input, STANDARD_INPUT, below, component, inputs, inputs_named, joined, name_under, plain, stamp,
};
pub use limits::Limits;
pub use record::{Media, Record};
pub use sniff::is_never_read;

/// Reads one input and delivers each record or rejection in order, until `visit` breaks. `consumed` grows by the bytes
/// read of the file, so that other threads can follow the progress.
pub fn read(
    input: &Input,
    limits: &Limits,
    consumed: &AtomicU64,
    visit: &mut dyn FnMut(Result<Record, Rejection>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Some(snapshot) = &input.snapshot else { return read_plain(input, limits, consumed, visit) };
    read_plain(input, limits, consumed, &mut |found| {
        visit(found.map(|mut record| {
            record.url.get_or_insert_with(|| snapshot.url.clone());
            record.dated = record.dated.or(snapshot.filed);
            record
        }))
    })
}

/// Reads an input to its end for the damage in it; `None` if `stopped` says so meanwhile. Standard input, pipes and
/// devices can't be read twice, so nothing is known of their damage.
pub fn damage(input: &Input, limits: &Limits, stopped: &dyn Fn() -> bool) -> Option<Damage> {
    let mut damage = Damage::default();
    if !input.path.is_file() {
        return Some(damage);
    }
    let flow = read(input, limits, &AtomicU64::new(0), &mut |found| {
        if let Err(rejection) = found {
            damage.add(rejection);
        }
        if stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    flow.is_continue().then_some(damage)
}

fn read_plain(
    input: &Input,
    limits: &Limits,
    consumed: &AtomicU64,
    visit: &mut dyn FnMut(Result<Record, Rejection>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if input.path == Path::new(STANDARD_INPUT) {
        return read_from(&input.name, io::stdin().lock(), limits, visit);
    }
    let mut reject = |reason, detail: String| visit(Err(Rejection::new(Origin::file(&input.name), reason, detail)));
    if let Some((reason, detail)) = sniff::skip_by_name(&input.name) {
        return reject(reason, detail);
    }
    if std::fs::metadata(&input.path).is_ok_and(|metadata| is_device(&metadata)) {
        return reject(Reason::Unknown, "a device, not a file".to_string());
    }
    match File::open(&input.path) {
        // A pipe that is named as a file can't be sought in.
        Ok(mut file) if !file.metadata().is_ok_and(|m| m.is_file()) => {
            open::start(&input.name, &mut file, limits, visit)
        }
        Ok(file) => open::start_seekable(&input.name, &mut Counted { inner: file, consumed }, limits, visit),
        Err(err) => reject(Reason::Unreadable, err.to_string()),
    }
}

/// Whether a path is a device: it may never end, or wait for a person.
#[cfg(unix)]
fn is_device(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    metadata.file_type().is_char_device() || metadata.file_type().is_block_device()
}

/// Whether a path is a device.
#[cfg(not(unix))]
fn is_device(_metadata: &std::fs::Metadata) -> bool {
    false
}

/// A file that counts the bytes read.
struct Counted<'c> {
    inner: File,
    consumed: &'c AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.consumed.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Reads one input from a reader under a given name (its extension decides the kind if the bytes don't), and delivers
/// each record or rejection in order, until `visit` breaks.
///
/// ```
/// use std::ops::ControlFlow;
/// use gongxun_ingest::archive::{Limits, Media, read_from};
/// let mut seen = Vec::new();
/// let _ = read_from("a.jsonl", "{\"title\":\"工会\"}\n\n{\"title\":".as_bytes(), &Limits::default(), &mut |found| {
///     seen.push(found.map(|record| (record.origin.record, record.media)));
///     ControlFlow::Continue(())
/// });
/// assert_eq!(seen[0], Ok((Some(1), Media::Json)));
/// assert_eq!(seen[1].as_ref().unwrap_err().origin.to_string(), "a.jsonl#00003");
/// ```
pub fn read_from(
    name: &str,
    mut reader: impl Read,
    limits: &Limits,
    visit: &mut dyn FnMut(Result<Record, Rejection>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    open::start(name, &mut reader, limits, visit)
}

#[cfg(test)]
mod tests;
