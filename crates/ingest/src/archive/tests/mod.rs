//! Tests on archives that are built by the tests.

use std::ops::ControlFlow;
use std::path::Path;

use super::*;

mod archives;
mod crawls;
mod files;
mod hostile;

/// Returns the records read, in order, in a form to compare: `origin media text` or `origin !reason`.
fn read_all(name: &str, bytes: &[u8]) -> Vec<String> {
    read_limited(name, bytes, &Limits::default())
}

fn read_limited(name: &str, bytes: &[u8], limits: &Limits) -> Vec<String> {
    let mut seen = Vec::new();
    let _ = read_from(name, bytes, limits, &mut |found| {
        seen.push(show(found));
        ControlFlow::Continue(())
    });
    seen
}

fn show(found: Result<Record, Rejection>) -> String {
    match found {
        Ok(record) => {
            format!("{} {:?} {}", record.origin, record.media, String::from_utf8_lossy(&record.bytes))
        }
        Err(rejection) => format!("{} !{}", rejection.origin, rejection.reason),
    }
}

/// Reads a path as the command line does.
fn read_path(path: &Path, root: &Path) -> Vec<String> {
    let mut seen = Vec::new();
    let files =
        inputs(&[path.to_path_buf()], root, &Limits::default(), &mut |rejection| seen.push(show(Err(rejection))))
            .unwrap();
    for input in &files {
        let _ = read(input, &Limits::default(), &AtomicU64::new(0), &mut |found| {
            seen.push(show(found));
            ControlFlow::Continue(())
        });
    }
    seen
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::{Cursor, Write};
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, ::zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        if name.len() > 100 {
            builder.append_data(&mut header, name, *content).unwrap();
        } else {
            // Set by hand: the crate refuses the names that must be tested.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

/// Replaces one run of bytes by another of the same length, everywhere.
fn patch(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
}
