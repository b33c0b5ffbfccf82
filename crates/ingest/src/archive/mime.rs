//! The reader of pages that a browser saved as one file (`.mht`, `.mhtml`): a MIME message in, its page out.
//!
//! The page is the part that the message names as its start, otherwise the first one that is HTML; pictures, style
//! sheets and frames are in parts of their own and skipped. A truncated message is read as far as it goes.
//!
//! The format is MHTML ([RFC 2557](https://www.rfc-editor.org/rfc/rfc2557)), with the transfer encodings of
//! [RFC 2045](https://www.rfc-editor.org/rfc/rfc2045).

use super::headers::{self, fields};
use super::record::{Media, Record};
use super::walk::{Flow, Place, Walk};
use super::window::{Window, read_whole};
use gongxun_core::error::Reason;

/// The deepest nesting of multipart bodies.
const NESTING: usize = 8;
/// The most parts of one message that are examined.
const PARTS: usize = 10_000;

/// A part that is text.
struct Text {
    is_html: bool,
    id: Option<String>,
    url: Option<String>,
    charset: Option<String>,
    bytes: Vec<u8>,
}

/// Reads a saved page.
pub(super) fn read(walk: &mut Walk<'_>, place: &Place, stream: &mut Window<'_>) -> Flow {
    let mut bytes = Vec::new();
    match read_whole(stream, walk.limits.record_bytes, &mut bytes) {
        Ok(true) => {}
        Ok(false) => return walk.reject(place, None, Reason::Limit, walk.limits.too_large()),
        Err(err) => return walk.fail(place, None, &err),
    }
    let (headers, _) = fields(bytes.trim_ascii_start());
    let mut texts = Vec::new();
    part(bytes.trim_ascii_start(), NESTING, &mut texts);
    let start = parameter(headers.get("content-type").unwrap_or_default(), "start");
    let named = texts.iter().position(|text| start.is_some() && text.id == start);
    let Some(at) = named.or_else(|| texts.iter().position(|t| t.is_html)).or((!texts.is_empty()).then_some(0)) else {
        return walk.reject(place, None, Reason::NoPage, "a saved page (MIME) without a part that is text");
    };
    let text = texts.swap_remove(at);
    let address = |url: &String| url.starts_with("http");
    let saved_from = headers.get("snapshot-content-location").or(headers.get("content-location")).map(str::to_string);
    walk.deliver(Record {
        origin: walk.origin(place, None),
        media: if text.is_html { Media::Html } else { Media::Dump },
        bytes: text.bytes,
        charset: text.charset,
        url: saved_from.filter(address).or(text.url.filter(address)),
        captured: headers.get("date").map(str::to_string),
        dated: None,
        verified: true,
    })
}

/// Collects the text parts of a message or part.
fn part(message: &[u8], nesting: usize, texts: &mut Vec<Text>) {
    let (headers, body) = fields(message);
    let declared = headers.get("content-type").unwrap_or("text/plain");
    let (media, charset) = headers::content_type(declared);
    if media.starts_with("multipart/") {
        let Some(boundary) = parameter(declared, "boundary").filter(|_| nesting > 0) else { return };
        let delimiter = format!("--{boundary}");
        for inner in parts(body, delimiter.as_bytes()).take(PARTS) {
            part(inner, nesting - 1, texts);
        }
        return;
    }
    let is_html = matches!(media.as_str(), "text/html" | "application/xhtml+xml");
    if !is_html && media != "text/plain" {
        return;
    }
    let bytes = match headers.get("content-transfer-encoding").unwrap_or_default().to_ascii_lowercase().as_str() {
        "quoted-printable" => quoted_printable(body),
        "base64" => base64(body),
        _ => body.to_vec(),
    };
    let text = |name: &str| headers.get(name).map(str::to_string);
    texts.push(Text { is_html, id: text("content-id"), url: text("content-location"), charset, bytes });
}

/// Returns a parameter of a header field's value.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        let value = value.trim().trim_matches('"').trim();
        (key.trim().eq_ignore_ascii_case(name) && !value.is_empty()).then(|| value.to_string())
    })
}

/// Iterates over the parts between delimiter lines.
fn parts<'m>(body: &'m [u8], delimiter: &'m [u8]) -> impl Iterator<Item = &'m [u8]> {
    let mut at = next_delimiter(body, 0, delimiter).map(|(_, behind)| behind);
    std::iter::from_fn(move || {
        let from = at?;
        let (end, behind) = next_delimiter(body, from, delimiter).map_or((body.len(), None), |(e, b)| (e, Some(b)));
        // Two more hyphens follow the last delimiter.
        at = behind.filter(|_| !body[end..].trim_ascii_start()[delimiter.len()..].starts_with(b"--"));
        Some(&body[from..end])
    })
}

/// Returns the start of the next line that begins with the delimiter, and the start of the line after it.
fn next_delimiter(body: &[u8], from: usize, delimiter: &[u8]) -> Option<(usize, usize)> {
    let mut line = from;
    while line < body.len() {
        let length = body[line..].iter().position(|&b| b == b'\n').map_or(body.len() - line, |at| at + 1);
        if body[line..line + length].starts_with(delimiter) {
            return Some((line, line + length));
        }
        line += length;
    }
    None
}

/// Decodes quoted-printable, leaving invalid codes unchanged.
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first != b'=' {
            bytes.push(first);
            continue;
        }
        let digit = |at: usize| behind.get(at).and_then(|&b| char::from(b).to_digit(16));
        if let (Some(high), Some(low)) = (digit(0), digit(1)) {
            bytes.push((high * 16 + low) as u8);
            rest = &behind[2..];
            continue;
        }
        // A soft line break, with or without blanks after its sign.
        let blanks = behind.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
        match behind.get(blanks) {
            Some(b'\n') => rest = &behind[blanks + 1..],
            None => rest = &[],
            Some(_) => bytes.push(b'='),
        }
    }
    bytes
}

/// Decodes base64, up to its end or the first invalid character.
fn base64(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for &b in text.iter().filter(|b| !b.is_ascii_whitespace()) {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings_are_undone() {
        for (text, expect) in [
            ("=E5=B7=A5=E4=BC=9A", "工会"),
            ("a=3Db", "a=b"),
            ("soft =\r\nline", "soft line"),
            ("soft= \t\r\nline", "softline"),
            ("1=2", "1=2"),
            ("50% =zz", "50% =zz"),
            ("end=", "end"),
        ] {
            assert_eq!(String::from_utf8_lossy(&quoted_printable(text.as_bytes())), expect, "{text}");
        }
        for (text, expect) in
            [("5bel5Lya", "工会"), ("5bel\r\n5Lya\r\n", "工会"), ("YQ==", "a"), ("YWI", "ab"), ("", "")]
        {
            assert_eq!(String::from_utf8_lossy(&base64(text.as_bytes())), expect, "{text}");
        }
    }

    #[test]
    fn parts_stand_between_delimiters() {
        let parts_of = |body: &'static str| -> Vec<&str> {
            parts(body.as_bytes(), b"--x").map(|part| std::str::from_utf8(part).unwrap()).collect()
        };
        assert_eq!(parts_of("before\n--x\na\n--x\nb\n--x--\nafter"), ["a\n", "b\n"]);
        assert_eq!(parts_of("--x\na\nb"), ["a\nb"], "cut off");
        assert_eq!(parts_of("no parts"), Vec::<&str>::new());
    }
}
