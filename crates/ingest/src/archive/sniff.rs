//! Detection of a file's format by its name and its first bytes.
//!
//! The bytes decide if they are unambiguous (an archive's signature, a tag, a brace), otherwise the name.

use super::headers::{content_type, fields};
use gongxun_core::error::Reason;
use gongxun_text::charset;

/// The number of first bytes that are examined.
pub(super) const HEAD: usize = 8 << 10;
/// The beginning of the first line of an ARC file.
const ARC_MAGIC: &[u8] = b"filedesc:";
/// The share of control characters from which a file is not text, in percent.
const CONTROL_PERCENT: usize = 2;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but blanks.
    Empty,
    /// Not text.
    Binary(&'static str),
    /// Markup or data that is not a page.
    Other(&'static str),
    Html,
    Dump,
    Markdown,
    Json,
    /// A page that a browser saved as one file.
    Mime,
    Warc,
    Arc,
    Zip,
    Tar,
    Gzip,
    Zstd,
}

/// Returns the extension of a file's name, in lower case, without a query that a mirror appended after a question mark.
pub(super) fn ending(name: &str) -> String {
    let name = name.rsplit(['/', '\\', '!']).next().unwrap_or(name);
    let name = name.split('?').next().unwrap_or(name);
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 12 => ending.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// Returns the name without the extension of a compression: the name of the unpacked stream.
pub(super) fn without_compression(name: &str) -> String {
    match ending(name).as_str() {
        "gz" | "zst" | "gzip" | "zstd" => name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_string(),
        "tgz" | "tzst" => format!("{}.tar", name.rsplit_once('.').map_or(name, |(stem, _)| stem)),
        _ => name.to_string(),
    }
}

/// Whether a file's name is that of a crawl: its records (`.warc`), their text (`.warc.wet`) or their metadata
/// (`.warc.wat`).
pub(super) fn is_warc_name(name: &str) -> bool {
    matches!(ending(name).as_str(), "warc" | "wet" | "wat")
}

/// Returns the kind of crawl of an unpacked stream, if it is one: by its first bytes or, if these are damaged, by its
/// name.
pub(super) fn crawl(name: &str, head: &[u8]) -> Option<Kind> {
    if head.starts_with(b"WARC/") || is_warc_name(name) {
        return Some(Kind::Warc);
    }
    (head.starts_with(ARC_MAGIC) || ending(name) == "arc").then_some(Kind::Arc)
}

/// Whether a file or member of this name is never opened, by its name alone: nothing was ever read from it.
pub fn is_never_read(name: &str) -> bool {
    skip_by_name(name).is_some()
}

/// Returns the reason why a file of this name is not worth opening, if there is one.
pub(super) fn skip_by_name(name: &str) -> Option<(Reason, String)> {
    let ending = ending(name);
    let is_binary = !matches!(ending.as_str(), "eml" | "emlx" | "msg");
    if let Some(what) = unread_by_ending(&ending) {
        let reason = if is_binary { Reason::Binary } else { Reason::Unknown };
        return Some((reason, what.to_string()));
    }
    match ending.as_str() {
        "jpg" | "jpeg" | "jpe" | "png" | "gif" | "bmp" | "webp" | "ico" | "tif" | "tiff" | "psd" | "avif" | "heic"
        | "svg" => Some((Reason::Binary, "a picture; no text is read from it".to_string())),
        "mp3" | "mp4" | "m4a" | "m4v" | "avi" | "mov" | "mkv" | "flv" | "wmv" | "wma" | "wav" | "ogg" | "webm"
        | "swf" => Some((Reason::Binary, "sound or film; no text is read from it".to_string())),
        "exe" | "dll" | "class" | "jar" | "pyc" | "bin" | "iso" | "dmg" | "apk" | "db" | "sqlite" | "sqlite3"
        | "woff" | "woff2" | "ttf" | "otf" | "eot" => {
            Some((Reason::Binary, format!(".{ending} files hold no text that is read")))
        }
        "css" | "scss" | "less" | "js" | "mjs" | "ts" | "map" | "cdx" | "cdxj" | "toml" | "yaml" | "yml" | "ini"
        | "conf" | "lock" | "log" | "rs" | "py" | "java" => {
            Some((Reason::Unknown, format!(".{ending} files are not articles and are not read")))
        }
        _ if is_note(name) => Some((Reason::Unknown, "a note about the folder, by its name".to_string())),
        _ => None,
    }
}

/// Returns the description of a file that may hold text but is not read, by its extension, with the means to convert
/// it.
fn unread_by_ending(ending: &str) -> Option<&'static str> {
    Some(match ending {
        "pdf" => PDF,
        "doc" | "docx" | "docm" | "wps" | "odt" | "rtf" | "pages" => DOCUMENT,
        "xls" | "xlsx" | "xlsm" | "et" | "ods" => SHEET,
        "ppt" | "pptx" | "dps" | "odp" => SLIDES,
        "epub" | "mobi" | "azw" | "azw3" => BOOK,
        "caj" | "kdh" | "nh" | "djvu" => SCANS,
        "rar" => RAR,
        "7z" => SEVEN_ZIP,
        "bz2" | "tbz" | "tbz2" | "xz" | "txz" | "lz4" | "br" | "lzma" => PACKED,
        "cab" | "arj" | "lzh" | "sit" | "chm" => ARCHIVE,
        "eml" | "emlx" | "msg" => MAIL,
        _ => return None,
    })
}

const PDF: &str = "a PDF, which is not read; pdftotext makes text of it (scanned pages need OCR)";
pub(super) const DOCUMENT: &str =
    "a text document, which is not read; save it as HTML or text (libreoffice --convert-to html)";
pub(super) const SHEET: &str =
    "a spreadsheet, which is not read; make JSON lines of it, an article a line (title, date, source, body)";
pub(super) const SLIDES: &str = "slides, which are not read; save them as HTML or text (libreoffice --convert-to html)";
pub(super) const BOOK: &str = "an e-book, which is not read; save it as HTML or text (pandoc -t html)";
const SCANS: &str = "scanned or protected pages, which are not read; their reader or OCR makes text of them";
const RAR: &str = "a RAR archive, which is not read; unpack it (unar, 7z x) and index the folder";
const SEVEN_ZIP: &str = "a 7z archive, which is not read; unpack it (7z x) and index the folder";
const PACKED: &str = "packed in a way that is not read; unpack it (bzip2 -d, xz -d) or pack it with gzip or zstd";
const ARCHIVE: &str = "an archive of a kind that is not read; unpack it (7z x) and index the folder";
const MAIL: &str = "a mail, which is not read; save the page in it as HTML";
const TABLE: &str =
    "a table (CSV), which is not read; make JSON lines of it, an article a line (title, date, source, body)";
const FEED: &str =
    "a feed (RSS or Atom), which is not read; make JSON lines of it, an article a line (title, date, url, body)";
const XML: &str =
    "XML that is not a page, which is not read; make HTML or JSON lines of it, an article a line (title, date, body)";
const SQL: &str =
    "a database's dump, which is not read; export JSON lines, an article a line (title, date, source, body)";

/// Whether a file's name is that of a note about the folder that it is in.
fn is_note(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let note = ["readme", "license", "licence", "copying", "notice", "changelog"];
    matches!(ending.to_ascii_lowercase().as_str(), "" | "md" | "txt" | "rst")
        && note.contains(&stem.to_ascii_lowercase().as_str())
}

/// Detects the format of a file by its name and first bytes. `head` is the whole file if it is shorter than [`HEAD`].
pub(super) fn kind(name: &str, head: &[u8]) -> Kind {
    if let Some(kind) = by_signature(head) {
        return kind;
    }
    match ending(name).as_str() {
        _ if is_warc_name(name) && !head.is_empty() => return Kind::Warc,
        "zip" | "wacz" if !head.is_empty() => return Kind::Zip,
        // An empty tar archive consists of zeros, as does what a failing disk leaves of a file.
        "tar" if !is_blank(head) => return Kind::Tar,
        "json" | "jsonl" | "ndjson" if !is_blank(head) && !begins_markup(&text_of(head)) => return Kind::Json,
        _ => {}
    }
    if is_blank(head) {
        return Kind::Empty;
    }
    if let Some(what) = binary(head) {
        return Kind::Binary(what);
    }
    if begins_mail(head) || matches!(ending(name).as_str(), "mht" | "mhtml") && !begins_markup(&text_of(head)) {
        return Kind::Mime;
    }
    by_text(name, &text_of(head))
}

/// Whether bytes begin as a saved page: header fields of a mail, that of MIME among them, and a type that holds a page.
fn begins_mail(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let name = head.iter().take_while(|b| is_name(b)).count();
    if name == 0 || head.get(name) != Some(&b':') {
        return false;
    }
    let headers = fields(head).0;
    let media = content_type(headers.get("content-type").unwrap_or_default()).0;
    headers.get("mime-version").is_some() && matches!(media.as_str(), "multipart/related" | "text/html")
}

/// Returns the kind of archive whose signature the bytes begin with, if any.
pub(super) fn by_signature(head: &[u8]) -> Option<Kind> {
    if head.starts_with(b"\x1f\x8b\x08") {
        return Some(Kind::Gzip);
    }
    if is_zstd(head) {
        return Some(Kind::Zstd);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || head.starts_with(b"PK\x07\x08") {
        return Some(Kind::Zip);
    }
    if head.starts_with(b"WARC/") {
        return Some(Kind::Warc);
    }
    if head.starts_with(ARC_MAGIC) {
        return Some(Kind::Arc);
    }
    is_tar(head).then_some(Kind::Tar)
}

/// Whether bytes begin a zstd stream: a frame, or a skippable frame such as the one with a dictionary.
pub(super) fn is_zstd(head: &[u8]) -> bool {
    matches!(head, [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..])
}

/// Whether bytes begin with a tar header: one with a valid checksum.
pub(super) fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..512) else { return false };
    let field: String = header[148..156].iter().map(|&b| b as char).collect();
    let Ok(expect) = u32::from_str_radix(field.trim_matches(|c: char| c == ' ' || c == '\0'), 8) else { return false };
    // The field itself counts as blanks. Some old writers added signed bytes, which differs if a name is not ASCII.
    let rest = || header.iter().enumerate().filter(|(at, _)| !(148..156).contains(at)).map(|(_, &byte)| byte);
    let unsigned = 8 * 32 + rest().map(u32::from).sum::<u32>();
    let signed = 8 * 32 + rest().map(|byte| i32::from(byte as i8)).sum::<i32>();
    expect > 8 * 32 && (expect == unsigned || i64::from(expect) == i64::from(signed))
}

fn is_blank(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    head.iter().all(|b| b.is_ascii_whitespace() || *b == 0) || matches!(head, [0xFF, 0xFE] | [0xFE, 0xFF])
}

/// Returns the kind of binary file that begins like this, if any.
pub(super) fn binary(head: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(&[u8], &str); 16] = [
        (b"%PDF-", PDF),
        (b"\x89PNG", "an image"),
        (b"\xFF\xD8\xFF", "an image"),
        (b"GIF8", "an image"),
        (b"RIFF", "a media file"),
        (b"\x7FELF", "a program"),
        (b"MZ\x90\x00", "a program"),
        (b"\xD0\xCF\x11\xE0", DOCUMENT),
        (b"Rar!", RAR),
        (b"7z\xBC\xAF\x27\x1C", SEVEN_ZIP),
        (b"BZh9", PACKED),
        (b"\xFD7zXZ", PACKED),
        (b"SQLite format 3", "a database"),
        (b"ID3\x03", "a media file"),
        (b"wOFF", "a font"),
        (b"FWS", "a Flash file"),
    ];
    if let Some((_, what)) = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)) {
        return Some(what);
    }
    if charset::sniff_utf16(head).is_some() {
        return None;
    }
    // A stray control byte is damage; many mean another kind of file.
    let control =
        head.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1B)).count();
    (control * 100 > head.len() * CONTROL_PERCENT).then_some("no text")
}

/// Decodes the head, well enough to see tags and braces in it.
fn text_of(head: &[u8]) -> String {
    if let Some(encoding) = charset::sniff_utf16(head) {
        return encoding.decode(head).0.into_owned();
    }
    String::from_utf8_lossy(head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head)).into_owned()
}

fn by_text(name: &str, text: &str) -> Kind {
    let trimmed = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    let ending = ending(name);
    let named_html = matches!(ending.as_str(), "html" | "htm" | "shtml" | "xhtml" | "shtm" | "xht");
    if begins_json(trimmed) && ending != "txt" {
        return Kind::Json;
    }
    if begins_markup(trimmed) && !matches!(ending.as_str(), "md" | "markdown" | "mdown") {
        return Kind::Html;
    }
    if begins_xml(trimmed) && !named_html {
        let is_feed = has_tag(trimmed, "rss") || has_tag(trimmed, "feed");
        return Kind::Other(if is_feed { FEED } else { XML });
    }
    match ending.as_str() {
        _ if named_html => Kind::Html,
        "txt" | "text" => Kind::Dump,
        "md" | "markdown" | "mdown" => Kind::Markdown,
        "csv" | "tsv" => Kind::Other(TABLE),
        "rss" | "atom" => Kind::Other(FEED),
        "xml" => Kind::Other(XML),
        "sql" => Kind::Other(SQL),
        // A script's page (.php, .asp), or no extension: markup anywhere near the top makes it a page.
        _ if has_markup(text) => Kind::Html,
        _ => Kind::Dump,
    }
}

fn begins_json(text: &str) -> bool {
    // A brace alone is no evidence: text dumps begin with 【 or [ as well.
    let mut chars = text.chars().filter(|c| !c.is_whitespace());
    match (chars.next(), chars.next()) {
        (Some('{'), Some('"' | '}')) => true,
        (Some('['), Some('{')) => chars.next().is_some_and(|c| c == '"' || c == '}'),
        (Some('['), Some(']')) => chars.next().is_none(),
        _ => false,
    }
}

/// Whether a text begins as an HTML page does.
pub(super) fn begins_markup(text: &str) -> bool {
    let text = text.trim_start();
    let Some(rest) = text.strip_prefix('<') else { return false };
    if rest.starts_with("!--") || rest.starts_with('%') {
        return true;
    }
    if rest.starts_with("?xml") {
        return has_tag(text, "html");
    }
    const TAGS: [&str; 24] = [
        "!doctype html",
        "html",
        "head",
        "body",
        "meta",
        "title",
        "script",
        "style",
        "link",
        "base",
        "div",
        "table",
        "p",
        "br",
        "h1",
        "h2",
        "center",
        "font",
        "a ",
        "span",
        "article",
        "section",
        "img",
        "noscript",
    ];
    TAGS.iter().any(|tag| begins_with_tag(rest, tag))
}

fn begins_with_tag(rest: &str, tag: &str) -> bool {
    rest.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
        && (tag.ends_with(' ') || rest[tag.len()..].starts_with(|c: char| !c.is_ascii_alphanumeric()))
}

fn begins_xml(text: &str) -> bool {
    text.starts_with("<?xml") || text.starts_with("<rss") || text.starts_with("<feed") || text.starts_with("<urlset")
}

fn has_markup(text: &str) -> bool {
    ["html", "head", "body", "meta", "title", "table", "div"].iter().any(|tag| has_tag(text, tag))
}

fn has_tag(text: &str, tag: &str) -> bool {
    text.match_indices('<').any(|(at, _)| begins_with_tag(&text[at + 1..], tag))
}
