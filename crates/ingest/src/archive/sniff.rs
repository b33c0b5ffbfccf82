//! What a file holds, by its name and its first bytes.
//!
//! The bytes decide where they are plain (an archive's signature, a tag, a brace), the name where they are not.

use gongxun_core::error::Reason;
use gongxun_text::charset;

/// How many bytes of a file are looked at.
pub(super) const HEAD: usize = 8 << 10;
/// The share of control characters from which a file is no text, in percent.
const CONTROL_PERCENT: usize = 2;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but blanks.
    Empty,
    /// No text.
    Binary(&'static str),
    /// Markup or data that is no page.
    Other(&'static str),
    Html,
    Dump,
    Json,
    Warc,
    Zip,
    Tar,
    Gzip,
    Zstd,
}

/// The ending of a file's name, in small letters, without what a mirror appends after a question mark.
pub(super) fn ending(name: &str) -> String {
    let name = name.rsplit(['/', '\\', '!']).next().unwrap_or(name);
    let name = name.split('?').next().unwrap_or(name);
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 12 => ending.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// The name without the ending of a compression: what the unpacked stream would be called.
pub(super) fn without_compression(name: &str) -> String {
    match ending(name).as_str() {
        "gz" | "zst" | "gzip" | "zstd" => name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_string(),
        "tgz" | "tzst" => format!("{}.tar", name.rsplit_once('.').map_or(name, |(stem, _)| stem)),
        _ => name.to_string(),
    }
}

/// Whether a file by its name is a crawl: its records (`.warc`), their text (`.warc.wet`) or what is known about them
/// (`.warc.wat`).
pub(super) fn is_warc_name(name: &str) -> bool {
    matches!(ending(name).as_str(), "warc" | "wet" | "wat")
}

/// Why a file of this name is not worth opening.
pub(super) fn skip_by_name(name: &str) -> Option<(Reason, String)> {
    let ending = ending(name);
    let binary = || Some((Reason::Binary, format!(".{ending} files hold no text that is read")));
    match ending.as_str() {
        "jpg" | "jpeg" | "jpe" | "png" | "gif" | "bmp" | "webp" | "ico" | "tif" | "tiff" | "psd" | "avif" | "heic" => {
            binary()
        }
        "mp3" | "mp4" | "m4a" | "m4v" | "avi" | "mov" | "mkv" | "flv" | "wmv" | "wma" | "wav" | "ogg" | "webm"
        | "swf" => binary(),
        "pdf" | "doc" | "docx" | "xls" | "xlsx" | "ppt" | "pptx" | "wps" | "caj" | "epub" | "mobi" | "azw3"
        | "djvu" | "odt" => binary(),
        "exe" | "dll" | "class" | "jar" | "pyc" | "bin" | "iso" | "dmg" | "apk" | "db" | "sqlite" => binary(),
        "woff" | "woff2" | "ttf" | "otf" | "eot" | "7z" | "rar" | "bz2" | "xz" | "lz4" | "br" | "cab" => binary(),
        "css" | "scss" | "less" | "js" | "mjs" | "ts" | "map" | "svg" | "cdx" | "cdxj" | "toml" | "yaml" | "yml"
        | "ini" | "lock" | "log" | "mht" | "mhtml" | "eml" | "rs" | "py" | "java" => {
            Some((Reason::Unknown, format!(".{ending} files are not read")))
        }
        _ if is_note(name) => Some((Reason::Unknown, "a note about the folder, by its name".to_string())),
        _ => None,
    }
}

/// Whether a file by its name says something about the folder that it stands in.
fn is_note(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let note = ["readme", "license", "licence", "copying", "notice", "changelog"];
    matches!(ending.to_ascii_lowercase().as_str(), "" | "md" | "txt" | "rst")
        && note.contains(&stem.to_ascii_lowercase().as_str())
}

/// What a file of this name with these first bytes holds. `head` is the whole file where it is shorter than [`HEAD`].
pub(super) fn kind(name: &str, head: &[u8]) -> Kind {
    if let Some(kind) = by_signature(head) {
        return kind;
    }
    match ending(name).as_str() {
        _ if is_warc_name(name) && !head.is_empty() => return Kind::Warc,
        "zip" if !head.is_empty() => return Kind::Zip,
        "tar" if !head.is_empty() => return Kind::Tar,
        "json" | "jsonl" | "ndjson" if !is_blank(head) && !begins_markup(&text_of(head)) => return Kind::Json,
        _ => {}
    }
    if is_blank(head) {
        return Kind::Empty;
    }
    if let Some(what) = binary(head) {
        return Kind::Binary(what);
    }
    by_text(name, &text_of(head))
}

/// What plainly begins as an archive of some kind.
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
    is_tar(head).then_some(Kind::Tar)
}

/// Whether bytes begin a zstd stream: a frame, or a skippable frame such as the one that holds a dictionary.
pub(super) fn is_zstd(head: &[u8]) -> bool {
    matches!(head, [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..])
}

/// Whether bytes begin with a tar header: its checksum is right.
pub(super) fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..512) else { return false };
    let field: String = header[148..156].iter().map(|&b| b as char).collect();
    let Ok(expect) = u32::from_str_radix(field.trim_matches(|c: char| c == ' ' || c == '\0'), 8) else { return false };
    // The field counts as blanks. Some old writers added signed bytes, which differs where a name is not ASCII.
    let rest = || header.iter().enumerate().filter(|(at, _)| !(148..156).contains(at)).map(|(_, &byte)| byte);
    let unsigned = 8 * 32 + rest().map(u32::from).sum::<u32>();
    let signed = 8 * 32 + rest().map(|byte| i32::from(byte as i8)).sum::<i32>();
    expect > 8 * 32 && (expect == unsigned || i64::from(expect) == i64::from(signed))
}

fn is_blank(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    head.iter().all(|b| b.is_ascii_whitespace() || *b == 0) || matches!(head, [0xFF, 0xFE] | [0xFE, 0xFF])
}

/// What kind of binary file begins like this, if any.
pub(super) fn binary(head: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(&[u8], &str); 16] = [
        (b"%PDF-", "a PDF"),
        (b"\x89PNG", "an image"),
        (b"\xFF\xD8\xFF", "an image"),
        (b"GIF8", "an image"),
        (b"RIFF", "a media file"),
        (b"\x7FELF", "a program"),
        (b"MZ\x90\x00", "a program"),
        (b"\xD0\xCF\x11\xE0", "an Office document"),
        (b"Rar!", "a RAR archive"),
        (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
        (b"BZh9", "a bzip2 stream"),
        (b"\xFD7zXZ", "an xz stream"),
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
    // A stray control byte is damage; many are another kind of file.
    let control =
        head.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1B)).count();
    (control * 100 > head.len() * CONTROL_PERCENT).then_some("no text")
}

/// The head as text, well enough to see tags and braces in it.
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
    if begins_markup(trimmed) {
        return Kind::Html;
    }
    if begins_xml(trimmed) && !named_html {
        return Kind::Other("XML that is no page");
    }
    match ending.as_str() {
        _ if named_html => Kind::Html,
        "txt" | "text" | "md" => Kind::Dump,
        "csv" | "tsv" | "xml" | "rss" | "atom" | "sql" => {
            Kind::Other("a table or data file of a kind that is not read")
        }
        // A script's page (.php, .asp), or no ending: markup anywhere near the top makes it a page.
        _ if has_markup(text) => Kind::Html,
        _ => Kind::Dump,
    }
}

fn begins_json(text: &str) -> bool {
    // A brace alone is no evidence: dumps begin with 【 or [ as well.
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
