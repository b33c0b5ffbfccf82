//! HTTP responses as stored by a crawl: the message in, its page out, with transfer and content encodings undone.
//!
//! The message format is that of HTTP/1.1 ([RFC 9112](https://www.rfc-editor.org/rfc/rfc9112)).

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::headers::Headers;

/// The most nested content encodings.
const ENCODINGS: usize = 4;

/// The head of a response.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The status; `None` if the block does not begin as a response.
    pub(super) status: Option<u16>,
    /// The length of the head in bytes: the offset of the body.
    pub(super) length: usize,
    pub(super) headers: Headers,
}

/// Parses the head of a response from the first bytes of its block.
pub(super) fn head(block: &[u8]) -> Head {
    if !block.starts_with(b"HTTP/") {
        return Head::default();
    }
    let mut length = block.len();
    let mut from = 0;
    while let Some(at) = block[from..].iter().position(|&b| b == b'\n') {
        let next = from + at + 1;
        let rest = &block[next..];
        if rest.starts_with(b"\n") || rest.starts_with(b"\r\n") {
            length = next + if rest[0] == b'\n' { 1 } else { 2 };
            break;
        }
        from = next;
    }
    let first = block.iter().position(|&b| b == b'\n').unwrap_or(block.len());
    let status = String::from_utf8_lossy(&block[..first]).split_ascii_whitespace().nth(1).and_then(|s| s.parse().ok());
    Head { status, length, headers: Headers::parse(&block[first.min(length)..length]) }
}

/// The reason why a body can't be returned.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadBody {
    TooLarge,
    Damaged(String),
}

/// Returns the body with its encodings undone, as far as possible: a body that breaks off is returned up to there, and
/// one that does not have the encoding named in its header (many crawlers undo it and leave the header) is returned
/// unchanged.
pub(super) fn body(headers: &Headers, stored: Vec<u8>, limit: u64) -> Result<Vec<u8>, BadBody> {
    let mut body = stored;
    let chunked = headers.get("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
    if let Some(joined) = chunked.then(|| join_chunks(&body)).flatten() {
        body = joined;
    }
    let encodings = headers.get("content-encoding").unwrap_or_default().to_ascii_lowercase();
    for encoding in encodings.rsplit(',').map(str::trim).take(ENCODINGS) {
        body = undo(encoding, body, limit)?;
    }
    Ok(body)
}

/// Joins the chunks of a body; `None` if it does not begin with a chunk.
fn join_chunks(body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((length, after)) = chunk_length(rest) {
        if length == 0 {
            return Some(joined);
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(after.len());
        joined.extend_from_slice(&after[..length]);
        rest = &after[length..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        if rest.is_empty() {
            return Some(joined);
        }
    }
    if joined.is_empty() { None } else { Some(joined) }
}

fn chunk_length(bytes: &[u8]) -> Option<(u64, &[u8])> {
    const LONGEST_LINE: usize = 256;
    let end = bytes.iter().take(LONGEST_LINE).position(|&b| b == b'\n')?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let length = u64::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
    Some((length, &bytes[end + 1..]))
}

fn undo(encoding: &str, body: Vec<u8>, limit: u64) -> Result<Vec<u8>, BadBody> {
    let unpacked = match encoding {
        "gzip" | "x-gzip" if body.starts_with(b"\x1f\x8b") => drain(MultiGzDecoder::new(&body[..]), limit)?,
        "deflate" => {
            let unpacked = drain(ZlibDecoder::new(&body[..]), limit)?;
            if unpacked.is_empty() { drain(DeflateDecoder::new(&body[..]), limit)? } else { unpacked }
        }
        "br" => drain(brotli_decompressor::Decompressor::new(&body[..], 4096), limit)?,
        "zstd" if body.starts_with(b"\x28\xB5\x2F\xFD") => match zstd::stream::read::Decoder::new(&body[..]) {
            Ok(decoder) => drain(decoder, limit)?,
            Err(_) => Vec::new(),
        },
        _ => return Ok(body),
    };
    if !unpacked.is_empty() || body.is_empty() {
        return Ok(unpacked);
    }
    // Nothing was decoded: the body is stored plain, or it is broken from its start.
    if super::sniff::binary(&body[..body.len().min(super::sniff::HEAD)]).is_some() || body.starts_with(b"\x1f\x8b") {
        return Err(BadBody::Damaged(format!("the body can't be unpacked as {encoding}")));
    }
    Ok(body)
}

/// Reads a decoder's output until it ends or breaks.
fn drain(mut decoder: impl Read, limit: u64) -> Result<Vec<u8>, BadBody> {
    let mut unpacked = Vec::new();
    // An error marks where the body breaks off; the output before it is in the buffer.
    let _ = decoder.by_ref().take(limit.saturating_add(1)).read_to_end(&mut unpacked);
    if unpacked.len() as u64 > limit { Err(BadBody::TooLarge) } else { Ok(unpacked) }
}
