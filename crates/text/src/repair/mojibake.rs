//! Mojibake: text that was decoded with the wrong charset and encoded again.
//!
//! The lines of a page flow in; the intended lines flow out if the conversion can be reversed exactly, with a count of
//! the places that were lost. The page decides by the majority of its characters: a single odd line is not mojibake.

use super::frequency::frequencies;
use super::gbk::{Code, gbk, is_trail};
use crate::fold::{fold_char, is_han};

/// The result of reversing the mojibake of a page.
pub struct Undone {
    /// The lines, as many as went in.
    pub lines: Vec<String>,
    /// Number of lines changed.
    pub count: u32,
    /// Number of places that came back as U+FFFD.
    pub lost: u32,
}

/// The true charset and the one it was mistaken for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mistake {
    /// UTF-8 as GBK: 宸ヤ汉鏃ユ姤 for 工人日报.
    Utf8AsGbk,
    /// UTF-8 as a single-byte charset: å·¥äºº for 工人.
    Utf8As(Latin),
    /// GBK as a single-byte charset: ¹¤ÈË for 工人.
    GbkAs(Latin),
}

/// The charsets of Western Europe.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Latin {
    /// Latin-1, and Windows-1252, which has printable characters where Latin-1 has controls.
    One,
    /// Latin-9 (ISO 8859-15), which has eight other characters (€, Š, ž …) where Latin-1 has signs.
    Nine,
}

/// The placeholder of a lost byte: never a byte of UTF-8, and hardly one of GBK.
const LOST: u8 = 0xFF;
/// The number of first characters beyond ASCII by which a page is judged.
const SAMPLE: usize = 200;
/// The number of lines on which two readings of a page are compared.
const SAMPLE_LINES: usize = 50;
/// The least number of characters beyond ASCII that is conclusive.
const LEAST: usize = 8;
/// The number of most common characters that tell Chinese text from chance.
const COMMON: usize = 1500;

/// Reverses the mojibake of a page; `None` if there is none.
pub fn undo(lines: &[&str]) -> Option<Undone> {
    let mistake = suspect(lines)?;
    let mut undone = Undone { lines: Vec::with_capacity(lines.len()), count: 0, lost: 0 };
    for line in lines {
        match turn_back(line, mistake) {
            Some(text) if reads_well(&text) => {
                undone.count += 1;
                undone.lost += text.matches('\u{FFFD}').count() as u32;
                undone.lines.push(text);
            }
            _ => undone.lines.push((*line).to_string()),
        }
    }
    // The page as a whole has to read better, not just a line of it.
    let above = |text: &str| text.chars().filter(|c| !c.is_ascii()).count();
    let changed: usize = lines.iter().zip(&undone.lines).filter(|(a, b)| *a != b).map(|(a, _)| above(a)).sum();
    let all: usize = lines.iter().map(|line| above(line)).sum();
    (changed * 10 >= all * 8).then_some(undone)
}

/// Reverses UTF-8 that was decoded as Latin-1 and encoded as UTF-8 again, for a whole page with its markup: no other
/// page gives valid UTF-8 when it is turned back. The characters themselves may have been misread before.
///
/// This comes before the page is parsed, because a browser drops the controls and blanks that half of the bytes have
/// become.
pub fn undo_twice(page: &str) -> Option<String> {
    let bytes: Vec<u8> = page
        .chars()
        .map(|c| match c {
            '\u{FFFD}' => Some(LOST),
            c if c.is_ascii() => Some(c as u8),
            c => latin_byte(c, Latin::One),
        })
        .collect::<Option<_>>()?;
    let text = from_utf8(&bytes, Strictness::Utf8)?;
    (text.chars().filter(|c| !c.is_ascii()).take(LEAST).count() == LEAST).then_some(text)
}

/// The bytes that are accepted beside UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// Nothing.
    Utf8,
    /// Anything: what is no UTF-8 is lost.
    Lossy,
    /// The same, and a question mark in the place of a byte that a decoder of GBK had no character for.
    QuestionMarks,
}

/// Bytes as UTF-8, where [`LOST`] stands for a byte that is lost: a character that has lost one is U+FFFD, one for
/// each.
fn from_utf8(bytes: &[u8], strictness: Strictness) -> Option<String> {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                return Some(text);
            }
            Err(err) => {
                let (valid, broken) = rest.split_at(err.valid_up_to());
                text.push_str(&String::from_utf8_lossy(valid));
                let length = match broken[0] {
                    LOST => lost_first(broken),
                    0xC2..=0xDF => 2,
                    0xE0..=0xEF => 3,
                    0xF0..=0xF4 => 4,
                    _ => 1,
                };
                let marks = strictness == Strictness::QuestionMarks && length > 1;
                let belongs = |b: &&u8| matches!(**b, 0x80..=0xBF | LOST) || marks && **b == b'?';
                let has = 1 + broken[1..].iter().take(length - 1).take_while(belongs).count();
                if strictness == Strictness::Utf8 && !broken[..has].contains(&LOST) {
                    return None;
                }
                text.push('\u{FFFD}');
                rest = &broken[has..];
            }
        }
    }
}

/// Returns the length of a character whose first byte is lost: up to the start of the next.
fn lost_first(bytes: &[u8]) -> usize {
    1 + bytes[1..].iter().take(3).take_while(|b| matches!(**b, 0x80..=0xBF)).count()
}

/// Returns the inverse of [`undo_twice`], applied to a text.
pub fn read_twice(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

/// Returns the mistake that the page's characters suggest.
fn suspect(lines: &[&str]) -> Option<Mistake> {
    let (mut all, mut latin, mut doubled) = (0, 0, 0);
    for c in lines.iter().flat_map(|line| line.chars()).filter(|c| !c.is_ascii()).take(SAMPLE) {
        all += 1;
        latin += usize::from(latin_byte(c, Latin::One).or(latin_byte(c, Latin::Nine)).is_some());
        doubled += usize::from(is_half_of_common(c));
    }
    if all < LEAST {
        return None;
    }
    if latin * 10 >= all * 8 {
        let candidates = [
            Mistake::Utf8As(Latin::One),
            Mistake::Utf8As(Latin::Nine),
            Mistake::GbkAs(Latin::One),
            Mistake::GbkAs(Latin::Nine),
        ];
        let counted = candidates.map(|mistake| (common_after(lines, mistake), mistake));
        // If two read equally well, the first is the commoner mistake.
        return counted.into_iter().rev().max_by_key(|(common, _)| *common).map(|(_, mistake)| mistake);
    }
    (doubled * 8 >= all).then_some(Mistake::Utf8AsGbk)
}

/// Counts the common characters in the beginning of the page after a mistake is reversed.
fn common_after(lines: &[&str], mistake: Mistake) -> usize {
    let turned = lines.iter().filter_map(|line| turn_back(line, mistake)).filter(|text| reads_well(text));
    turned.take(SAMPLE_LINES).map(|text| text.chars().filter(|c| is_common(*c)).count()).sum()
}

/// Returns the intended line, with U+FFFD for bytes that fit nothing. `None` if the line is ASCII, or cannot have come
/// from the mistake.
fn turn_back(line: &str, mistake: Mistake) -> Option<String> {
    if line.is_ascii() {
        return None;
    }
    let mut bytes = Vec::with_capacity(line.len());
    for c in line.chars() {
        match mistake {
            Mistake::Utf8AsGbk => match gbk().encode(c) {
                Code::One(byte) => bytes.push(byte),
                Code::Two(lead, trail) => bytes.extend([lead, trail]),
                Code::None if c == '\u{FFFD}' => bytes.push(LOST),
                Code::None => return None,
            },
            Mistake::Utf8As(latin) | Mistake::GbkAs(latin) => match latin_byte(c, latin) {
                Some(byte) => bytes.push(byte),
                None if c.is_ascii() => bytes.push(c as u8),
                None if c == '\u{FFFD}' => bytes.push(LOST),
                None => return None,
            },
        }
    }
    match mistake {
        Mistake::GbkAs(_) => Some(from_gbk(&bytes)),
        Mistake::Utf8AsGbk => from_utf8(&bytes, Strictness::QuestionMarks),
        Mistake::Utf8As(_) => from_utf8(&bytes, Strictness::Lossy),
    }
}

fn from_gbk(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut at = 0;
    while at < bytes.len() {
        let trail = bytes.get(at + 1).copied().filter(|t| is_trail(*t));
        match (bytes[at], trail) {
            (byte @ 0..0x80, _) => text.push(byte as char),
            (lead, Some(trail)) => {
                text.push(gbk().decode(lead, trail).unwrap_or('\u{FFFD}'));
                at += 1;
            }
            _ => text.push('\u{FFFD}'),
        }
        at += 1;
    }
    text
}

/// Whether a reversed line is Chinese text: mostly common characters, and little lost.
fn reads_well(text: &str) -> bool {
    let (mut all, mut common, mut lost) = (0, 0, 0);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        common += usize::from(is_common(c));
        lost += usize::from(c == '\u{FFFD}');
    }
    // Punctuation and rarer characters make up the rest.
    all > 0 && common * 2 >= all && lost * 4 <= all
}

fn is_common(c: char) -> bool {
    static TABLE: std::sync::OnceLock<Vec<bool>> = std::sync::OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table = vec![false; 0x10000];
        for c in frequencies().by_frequency().iter().take(COMMON) {
            table[*c as usize & 0xFFFF] = true;
        }
        table
    });
    is_han(c) && table.get(fold_char(c) as usize).copied().unwrap_or(false)
}

/// Whether a character is what the first two bytes of a very common one look like when UTF-8 is decoded as GBK.
fn is_half_of_common(c: char) -> bool {
    // The lead bytes of UTF-8 for Chinese, as GBK lead bytes, have rare characters only.
    matches!(gbk().encode(c), Code::Two(0xE4..=0xE9, 0x80..=0xBF))
}

/// Returns the byte behind a character when bytes were decoded as this charset.
fn latin_byte(c: char, latin: Latin) -> Option<u8> {
    const NINE: [(char, u8); 8] =
        [('€', 0xA4), ('Š', 0xA6), ('š', 0xA8), ('Ž', 0xB4), ('ž', 0xB8), ('Œ', 0xBC), ('œ', 0xBD), ('Ÿ', 0xBE)];
    if let (Latin::Nine, Some((_, byte))) = (latin, NINE.iter().find(|(letter, _)| *letter == c)) {
        return Some(*byte);
    }
    const WINDOWS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match c {
        '\u{80}'..='\u{FF}' => Some(c as u8),
        _ => WINDOWS.iter().position(|w| *w == c).map(|at| 0x80 + at as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: [&str; 3] = ["工人日报社评：打好“联”字牌", "2025-01-15", "各级工会要加强干部的素质培养和能力提升。"];

    fn misread(mistake: Mistake) -> Vec<String> {
        let read = |line: &&str| match mistake {
            Mistake::Utf8AsGbk => encoding_rs::GBK.decode_without_bom_handling(line.as_bytes()).0.into_owned(),
            Mistake::Utf8As(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(line.as_bytes()).0.into_owned(),
            Mistake::GbkAs(Latin::One) => encoding_rs::GBK.encode(line).0.iter().map(|b| *b as char).collect(),
            Mistake::GbkAs(Latin::Nine) => {
                encoding_rs::ISO_8859_15.decode_without_bom_handling(&encoding_rs::GBK.encode(line).0).0.into_owned()
            }
        };
        TEXT.iter().map(read).collect()
    }

    #[test]
    fn misread_text_comes_back() {
        for mistake in [Mistake::Utf8As(Latin::One), Mistake::GbkAs(Latin::One), Mistake::GbkAs(Latin::Nine)] {
            let lines = misread(mistake);
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let undone = undo(&lines).unwrap_or_else(|| panic!("{mistake:?} is not seen: {lines:?}"));
            assert_eq!(undone.lines, TEXT, "{mistake:?}");
            assert_eq!((undone.count, undone.lost), (2, 0));
        }
    }

    #[test]
    fn what_an_odd_byte_took_along_is_counted() {
        let lines = misread(Mistake::Utf8AsGbk);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let undone = undo(&lines).expect("the mistake is seen");
        assert!(undone.lines[0].starts_with("工人日报社评"), "{}", undone.lines[0]);
        assert!(undone.lines[2].starts_with("各级工会要加强干部"), "{}", undone.lines[2]);
        // Other programs write a question mark for the byte that is left over: one character is lost with it.
        let lines: Vec<String> = lines.iter().map(|line| line.replace('\u{FFFD}', "?")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let undone = undo(&lines).expect("the mistake is seen");
        assert!(!undone.lines.iter().any(|line| line.contains('?')), "{:?}", undone.lines);
        assert!(undone.lost > 0);
    }

    #[test]
    fn a_page_read_twice_comes_back() {
        let page = format!("<title>{}</title>\u{85}\u{A0}<p>{}", TEXT[0], TEXT[2]);
        assert_eq!(undo_twice(&read_twice(&page)).as_deref(), Some(page.as_str()));
        let windows = encoding_rs::WINDOWS_1252.decode_without_bom_handling(page.as_bytes()).0;
        assert_eq!(undo_twice(&windows).as_deref(), Some(page.as_str()));
        for page in [&page, "<p>Déjà vu à l'été où la forêt brûlait, çà et là", "plain", ""] {
            assert_eq!(undo_twice(page), None, "{page}");
        }
    }

    #[test]
    fn characters_that_lost_a_byte_are_one_place_each() {
        // The five bytes that Windows-1252 has no character for.
        let lost = |text: &str| -> String {
            let shown = |b: u8| if matches!(b, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D) { None } else { Some(b) };
            let read = |b: u8| {
                shown(b).map_or("\u{FFFD}".into(), |b| {
                    encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[b]).0.into_owned()
                })
            };
            text.bytes().map(read).collect()
        };
        let text = "<p>岚州市人社局联合总工会开展欠薪排查，向农民工发放维权手册</p>";
        let expect = "<p>岚州市人社局\u{FFFD}\u{FFFD}总工会开展欠薪排查，\u{FFFD}农民工\u{FFFD}放维\u{FFFD}手册</p>";
        assert_eq!(undo_twice(&lost(text)).as_deref(), Some(expect));
        let lines = [lost(&text[3..])];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let undone = undo(&lines).expect("the mistake is seen");
        assert_eq!((undone.lines[0].as_str(), undone.lost), (&expect[3..], 5));
        assert_eq!(undo_twice("D\u{FFFD}jà vu à l\'été où la forêt brûlait, çà et là"), None);
    }

    #[test]
    fn other_text_is_left() {
        for lines in [
            &["联通", "工人日报社评：打好“联”字牌"][..],
            &["Déjà vu à l'été où la forêt brûlait, çà et là, jusqu'à Noël"],
            &["鍒涘缓一词是乱码的例子，一般的文章里不会出现，所以这一行应当留下"],
            &["·××°°±±§§·××°°±±§§"],
            &[""],
        ] {
            assert!(undo(lines).is_none(), "{lines:?}");
        }
    }
}
