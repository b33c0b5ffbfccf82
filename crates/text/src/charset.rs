//! Charset detection and decoding: bytes in, text out. The charset of a page is decided by evidence, not by what the
//! page declares.
//!
//! The order is: a byte order mark; HZ, which is ASCII with Chinese between `~{` and `~}`; UTF-8 that is valid, or
//! nearly so; UTF-16 by its zero bytes or, if Latin letters are few, by the text that it gives; then the charsets of
//! Chinese pages and the declared one, each judged by the text that it gives. Chinese text decoded with the wrong one
//! of GBK and Big5 turns into rare characters and errors; with the right one half of its characters are among the
//! commonest few hundred, and a few damaged bytes change neither.
//!
//! Names and decoders of charsets are those of the [Encoding Standard](https://encoding.spec.whatwg.org/).

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

mod decode;
mod hz;
mod realign;
mod weight;

pub use decode::Decoded;
use decode::decode_as;
use weight::weigh;

/// The number of bytes from its start in which a page may declare its charset.
const DECLARED_WITHIN: usize = 4 << 10;
/// The size of the sample by which charsets are judged, in bytes: pieces between tags and line ends with a character
/// beyond ASCII.
const JUDGED: usize = 32 << 10;
/// The number of bytes by which UTF-16 is detected.
const UTF16_HEAD: usize = 4 << 10;
/// The least number of characters by which UTF-16 is detected from the text that it gives.
const UTF16_LETTERS: usize = 8;
/// UTF-8 with at most one error per this many multi-byte characters is still UTF-8: by chance alone, text of another
/// charset gives hardly any such characters.
const UTF8_LETTERS_PER_ERROR: usize = 4;
/// A text with at most one error per this many bytes is realigned after each error.
const BYTES_PER_ERROR: usize = 20;
/// The least score of a text that reads as Chinese.
const PLAUSIBLE: f64 = 0.35;
/// The score from which a text without an error is certainly Chinese, and no other charset is tried. Of 201 news pages
/// and 46 feeds in their own charset nearly all score 0.5 to 0.8, and in the other one of GBK and Big5 none more than
/// 0.11.
const CERTAIN: f64 = 0.45;
/// The amount by which a declared charset may score below the best and still be believed.
const DECLARED_BONUS: f64 = 0.15;

/// Decodes a page by evidence. `declared` is the charset of the HTTP header, if there was one; a charset declared in
/// the page itself is considered if `is_html`.
///
/// ```
/// use gongxun_text::charset::decode;
/// // 工会 in GBK, with a declaration that is wrong.
/// let page = b"<meta charset=utf-8><p>\xb9\xa4\xbb\xe1\xb5\xc4\xb9\xa4\xd7\xf7</p>";
/// let decoded = decode(page, None, true);
/// assert_eq!((decoded.text.contains("工会的工作"), decoded.charset, decoded.errors), (true, "gb18030", 0));
/// ```
pub fn decode(bytes: &[u8], declared: Option<&str>, is_html: bool) -> Decoded {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, &bytes[length..]);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Some(text) = hz::decode(bytes) {
            return Decoded { text, charset: hz::NAME, errors: 0 };
        }
        return Decoded { text: text.to_string(), charset: UTF_8.name(), errors: 0 };
    }
    if let Some(encoding) = sniff_utf16(bytes) {
        return decode_as(encoding, bytes);
    }
    let encoding = judge(bytes, declared, is_html);
    let decoded = decode_as(encoding, bytes);
    // A few damaged bytes in a text, rather than another charset or no text at all.
    let few = decoded.errors > 0 && decoded.errors * BYTES_PER_ERROR <= bytes.len();
    if few && [GB18030, BIG5].contains(&encoding) { realign::decode(encoding, bytes) } else { decoded }
}

/// Guesses the charset of bytes without any declaration.
pub fn guess(bytes: &[u8]) -> &'static Encoding {
    match sniff_utf16(bytes) {
        Some(encoding) => encoding,
        None => judge(bytes, None, false),
    }
}

/// Detects UTF-16 by its byte order mark; by zero bytes that all stand on one side of the pairs while the pairs read as
/// Chinese and Latin characters; or, if there are few zero bytes, by common Chinese characters that no other charset
/// gives.
pub fn sniff_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) => return (encoding != UTF_8).then_some(encoding),
        None if bytes.len() < 4 => return None,
        None => {}
    }
    let head = &bytes[..bytes.len().min(UTF16_HEAD)];
    let zeros = |side: usize| head.iter().skip(side).step_by(2).filter(|&&b| b == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let little = second > first;
    let (most, least) = if little { (second, first) } else { (first, second) };
    if most == 0 || least * 20 > most {
        return chinese_utf16(head);
    }
    let pairs = head.chunks_exact(2).map(|pair| {
        if little { u16::from_le_bytes([pair[0], pair[1]]) } else { u16::from_be_bytes([pair[0], pair[1]]) }
    });
    let (mut common, mut all) = (0, 0);
    for unit in pairs {
        all += 1;
        let reads = matches!(unit, 0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0xA0..=0xFF | 0x2010..=0x203B | 0x3000..=0x30FF
            | 0x4E00..=0x9FFF | 0xFF00..=0xFFEF);
        common += usize::from(reads);
    }
    if common * 10 >= all * 9 {
        return Some(if little { UTF_16LE } else { UTF_16BE });
    }
    chinese_utf16(head)
}

/// Detects UTF-16 by the Chinese text that it gives, if it gives no error and the bytes are not UTF-8.
fn chinese_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[..head.len() & !1];
    // A character of UTF-8 may be cut off at the end.
    if std::str::from_utf8(head).map_or_else(|err| err.error_len().is_none(), |_| true) {
        return None;
    }
    let reads = |encoding: &&'static Encoding| {
        let judged = CharsetScore::of(encoding, head);
        judged.letters >= UTF16_LETTERS && judged.errors == 0 && judged.score >= CERTAIN
    };
    [UTF_16LE, UTF_16BE].into_iter().find(reads)
}

/// Judges the charset of bytes that are neither valid UTF-8 nor UTF-16.
fn judge(bytes: &[u8], header: Option<&str>, is_html: bool) -> &'static Encoding {
    let sample = &sample(bytes)[..];
    let (letters, errors) = utf8_letters(sample);
    if letters >= errors * UTF8_LETTERS_PER_ERROR {
        return UTF_8;
    }
    let meta = if is_html { declared_in(bytes) } else { None };
    let declared: Vec<&'static Encoding> = [header.and_then(for_label), meta].into_iter().flatten().collect();
    // UTF-8 with more errors than characters is not worth a closer look.
    let mut best = (if letters > errors { CharsetScore::of(UTF_8, sample).score } else { f64::MIN }, UTF_8);
    for encoding in [GB18030, BIG5] {
        let judged = CharsetScore::of(encoding, sample);
        if judged.errors == 0 && judged.score >= CERTAIN {
            return encoding;
        }
        let mut score = judged.score;
        if declared.contains(&encoding) {
            score += DECLARED_BONUS;
        }
        if score > best.0 {
            best = (score, encoding);
        }
    }
    if best.0 >= PLAUSIBLE {
        return best.1;
    }
    // Not Chinese, or too little of it to tell: any declaration that fits is accepted.
    for encoding in &declared {
        // In UTF-16 any bytes at all decode to characters.
        let is_utf16 = [UTF_16LE, UTF_16BE].contains(encoding);
        if *encoding != UTF_8
            && fits(encoding, sample)
            && (!is_utf16 || CharsetScore::of(encoding, sample).score >= PLAUSIBLE)
        {
            return encoding;
        }
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = unify(detector.guess(Some(b"cn"), Utf8Detection::Allow));
    if fits(guess, sample) { guess } else { best.1 }
}

fn fits(encoding: &'static Encoding, sample: &[u8]) -> bool {
    let judged = CharsetScore::of(encoding, sample);
    judged.errors * 20 <= judged.letters
}

/// Returns the first informative pieces of a page. Angle brackets and line ends are never part of a longer character in
/// any charset of Chinese pages, so the pieces between them can be taken out; a piece that is too long is cut behind an
/// ASCII character if it has one.
fn sample(bytes: &[u8]) -> Vec<u8> {
    let mut sample = Vec::new();
    for piece in bytes.split(|&b| matches!(b, b'<' | b'>' | b'\n')).filter(|piece| !piece.is_ascii()) {
        let room = JUDGED.saturating_sub(sample.len());
        if piece.len() < room {
            sample.extend_from_slice(piece);
            sample.push(b'\n');
            continue;
        }
        let cut = piece[..room].iter().rposition(|&b| b < 0x30).unwrap_or(room);
        sample.extend_from_slice(&piece[..cut]);
        break;
    }
    sample
}

/// Counts the complete multi-byte characters of UTF-8, and the places with anything else.
fn utf8_letters(sample: &[u8]) -> (usize, usize) {
    sample.utf8_chunks().fold((0, 0), |(letters, errors), chunk| {
        let whole = chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        (letters + whole, errors + usize::from(!chunk.invalid().is_empty()))
    })
}

/// The score of a charset on a sample.
struct CharsetScore {
    /// Number of characters beyond ASCII.
    letters: usize,
    errors: usize,
    /// The degree to which the characters are those of Chinese text, at most 1.
    score: f64,
}

impl CharsetScore {
    fn of(encoding: &'static Encoding, sample: &[u8]) -> CharsetScore {
        let decoded = decode_as(encoding, sample);
        let (mut letters, mut weight) = (0, 0.0);
        for c in decoded.text.chars().filter(|c| !c.is_ascii()) {
            letters += 1;
            weight += weigh(c);
        }
        let errors = decoded.errors;
        CharsetScore { letters: letters - errors.min(letters), errors, score: weight / letters.max(1) as f64 }
    }
}

/// Returns the charset that a page declares: in a `<meta>` near its start, not in a script or a style sheet; or in its
/// XML declaration.
fn declared_in(bytes: &[u8]) -> Option<&'static Encoding> {
    let head: String =
        bytes[..bytes.len().min(DECLARED_WITHIN)].iter().map(|&b| b.to_ascii_lowercase() as char).collect();
    let mut rest = head.as_str();
    if let Some(tail) = rest.trim_start().strip_prefix("<?xml") {
        let declaration = tail.split('>').next().unwrap_or_default();
        if let Some(encoding) = value_after(declaration, "encoding").and_then(for_label) {
            return Some(encoding);
        }
    }
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if let Some(tag) =
            rest.strip_prefix("meta").filter(|t| !t.starts_with(|c: char| c.is_ascii_alphanumeric()))
        {
            let tag = tag.split('>').next().unwrap_or_default();
            if let Some(encoding) = value_after(tag, "charset").and_then(for_label) {
                // A page that can be read as ASCII is not UTF-16.
                return Some(if [UTF_16LE, UTF_16BE].contains(&encoding) { UTF_8 } else { encoding });
            }
        }
    }
    None
}

/// Returns the value of `key = "value"`, where the key is a word of its own.
fn value_after<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.match_indices(key).find_map(|(at, _)| {
        let alone = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let value = text[at + key.len()..].trim_start().strip_prefix('=')?;
        let value = value.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
        let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(value.len());
        (alone && end > 0).then(|| &value[..end])
    })
}

fn for_label(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    match label.as_str() {
        "gb-2312" | "gb_2312" | "gb2312-80" | "cp936" | "ms936" | "x-gb2312" | "gb18030-2000" | "gb18030-2005" => {
            Some(GB18030)
        }
        "big-5" | "cp950" | "big5hkscs" | "big5-eten" | "ms950" => Some(BIG5),
        "utf" | "utf8mb4" | "utf-8n" | "u8" => Some(UTF_8),
        _ => Encoding::for_label_no_replacement(label.as_bytes()).map(unify),
    }
}

/// Maps GBK and GB2312, which are subsets, to GB18030.
fn unify(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

#[cfg(test)]
mod tests;
