//! Archives and compressed files, sound and damaged in a way that only a checksum or a header tells.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::io::{Cursor, Write as _};

/// Compresses bytes as one gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Compresses bytes as one zstd frame with a checksum.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Packs members as a zip archive.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Packs members as a tar archive.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in members {
        let mut header = [0u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        archive.extend(header);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// Returns a crawl of pages, each with its address, as one run of records.
pub fn warc(pages: &[(&str, String)]) -> Vec<u8> {
    let mut crawl = Vec::new();
    for (url, page) in pages {
        let response = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
        let head = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2020-01-01T00:00:00Z\r\nContent-Type: application/http\r\nContent-Length: {}\r\n\r\n",
            response.len()
        );
        crawl.extend(head.bytes().chain(response.bytes()).chain(*b"\r\n\r\n"));
    }
    crawl
}

/// Changes a field of two bytes in both headers of a zip member: 8 for the flags, 10 for the method, as offsets in the
/// directory's entry.
pub fn set_zip_field(archive: &mut [u8], member: &str, field: usize, value: u16) {
    for at in 0..archive.len() - member.len() {
        if !archive[at..].starts_with(member.as_bytes()) {
            continue;
        }
        for (signature, length, field) in [(b"PK\x01\x02", 46, field), (b"PK\x03\x04", 30, field - 2)] {
            if at >= length && archive[at - length..].starts_with(signature) {
                archive[at - length + field..][..2].copy_from_slice(&value.to_le_bytes());
            }
        }
    }
}

/// Changes the checksum at the end of a gzip or zstd stream, or that of the first member of a zip archive: to a reader,
/// the content is no longer what was written.
pub fn break_checksum(stream: &mut [u8]) {
    let end = stream.len();
    let at = match stream {
        [0x1f, 0x8b, ..] => end - 8,
        [b'P', b'K', ..] => stream.windows(4).position(|four| four == b"PK\x01\x02").unwrap() + 16,
        _ => end - 4,
    };
    stream[at] ^= 1;
}
