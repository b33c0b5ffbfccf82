//! Spam that hijacked pages add to a text: a line of keywords before it, random characters behind its paragraphs,
//! ornaments between its words.
//!
//! The lines of a page flow in; the lines without it flow out, each kind removed only if it is systematic: once is
//! chance.

use std::collections::HashMap;

use crate::fold::{fold, is_han};
use crate::report::{Repair, RepairKind};

/// The least number of parts of a keyword line.
const LEAST_PARTS: usize = 4;
/// The least number of paragraphs with random characters behind them.
const LEAST_TAILS: usize = 3;
/// The least number of occurrences of an ornament between words.
const LEAST_ORNAMENTS: usize = 5;
/// The length of random characters.
const TAIL_LENGTH: std::ops::RangeInclusive<usize> = 5..=24;
/// The least number of changes between upper case, lower case, digits and signs in random characters.
const LEAST_CHANGES: usize = 4;
/// The most distinct ornaments of a site.
const MOST_ORNAMENTS: usize = 20;
/// The length of the longest ornament, in characters.
const LONGEST_ORNAMENT: usize = 12;
/// The reported confidence of a repair that judges by appearance.
const CONFIDENCE: f32 = 0.9;

/// Removes the additions and reports them. `None` if there are none.
pub fn undo(lines: &[&str]) -> Option<(Vec<String>, Vec<Repair>)> {
    let keywords = keyword_line(lines);
    let tails = tails(lines);
    let ornaments = ornaments(lines);
    if keywords.is_none() && tails.is_empty() && ornaments.is_empty() {
        return None;
    }
    let mut strewn = 0;
    let mut repaired: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
    for (at, start) in &tails {
        repaired[*at].truncate(*start);
    }
    for ornament in &ornaments {
        for line in &mut repaired {
            let count = line.matches(ornament.as_str()).count();
            if count > 0 {
                strewn += count as u32;
                *line = line.replace(ornament.as_str(), "");
            }
        }
    }
    if let Some(at) = keywords {
        repaired[at].clear();
    }
    let repairs = [
        (RepairKind::KeywordLine, u32::from(keywords.is_some())),
        (RepairKind::JunkTail, tails.len() as u32),
        (RepairKind::Separator, strewn),
    ];
    let said = repairs.into_iter().filter(|(_, count)| *count > 0);
    Some((repaired, said.map(|(kind, count)| Repair { kind, count, confidence: CONFIDENCE }).collect()))
}

/// Returns the number of the first line with text, if it is a row of advertising words.
fn keyword_line(lines: &[&str]) -> Option<usize> {
    let (at, line) = lines.iter().enumerate().find(|(_, line)| !line.trim().is_empty())?;
    if line.matches('_').count() + 1 < LEAST_PARTS || line.contains(['。', '！', '？']) {
        return None;
    }
    let folded = fold(line);
    let parts: Vec<&str> = folded.split('_').map(str::trim).filter(|part| !part.is_empty()).collect();
    let advertising = parts.iter().filter(|part| words().any(|word| part.contains(word))).count();
    (parts.len() >= LEAST_PARTS && advertising * 2 >= parts.len()).then_some(at)
}

fn words() -> impl Iterator<Item = &'static str> {
    include_str!("spam_words.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Returns the lines that end in random characters, and where these begin.
fn tails(lines: &[&str]) -> Vec<(usize, usize)> {
    let mut tails = Vec::new();
    let mut paragraphs = 0;
    for (at, line) in lines.iter().enumerate() {
        // Only lines long enough to be a paragraph count.
        if line.len() < 60 {
            continue;
        }
        paragraphs += 1;
        let trimmed = line.trim_end();
        let from = trimmed.trim_end_matches(|c: char| c.is_ascii_graphic()).len();
        if is_random(&trimmed[from..]) {
            tails.push((at, trimmed[..from].trim_end().len()));
        }
    }
    // A formula or a product's name ends a paragraph now and then; a program's random characters end most of them.
    if tails.len() < LEAST_TAILS || tails.len() * 2 < paragraphs { Vec::new() } else { tails }
}

fn is_random(tail: &str) -> bool {
    let kind = |b: u8| match b {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let bytes = tail.as_bytes();
    let changes = bytes.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    let has = |wanted: u8| bytes.iter().any(|b| kind(*b) == wanted);
    TAIL_LENGTH.contains(&bytes.len())
        && changes >= LEAST_CHANGES
        && has(0)
        && has(1)
        && has(2)
        && !tail.contains("://")
}

/// Returns the ornaments that recur between words.
fn ornaments(lines: &[&str]) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in lines.iter().filter(|line| may_hold_ornament(line.as_bytes())) {
        let mut before = ' ';
        let mut start: Option<(usize, char)> = None;
        for (at, c) in line.char_indices() {
            match (is_ornament(c), start) {
                (true, None) => start = Some((at, before)),
                (false, Some((from, left))) => {
                    let ornament = &line[from..at];
                    if is_text(left) && is_text(c) && is_mixed(ornament) {
                        *counts.entry(ornament).or_default() += 1;
                    }
                    start = None;
                }
                _ => {}
            }
            before = c;
        }
    }
    let mut found: Vec<String> =
        counts.into_iter().filter(|(_, count)| *count >= LEAST_ORNAMENTS).map(|(o, _)| o.to_string()).collect();
    // Longer ones first, so that one is not cut up by another.
    found.sort_by_key(|ornament| (std::cmp::Reverse(ornament.len()), ornament.clone()));
    found.truncate(MOST_ORNAMENTS);
    found
}

/// Tests quickly for E2 followed by the second byte of the ornaments from U+2500 to U+27BF. Quotation marks and dashes
/// have another second byte.
fn may_hold_ornament(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0xE2, bytes).any(|at| matches!(bytes.get(at + 1), Some(0x94..=0x9E)))
}

fn is_ornament(c: char) -> bool {
    matches!(c, '\u{25A0}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{10D0}'..='\u{10FF}' | '\u{2500}'..='\u{257F}'
        | '※' | '\u{FE0E}' | '\u{FE0F}' | '\u{0E00}'..='\u{0E7F}' | '\u{A980}'..='\u{A9DF}')
}

fn is_text(c: char) -> bool {
    is_han(c) || c.is_alphanumeric() || matches!(c, '，' | '。' | '、' | '：' | '；' | '“' | '”' | ',' | '.' | ':')
}

/// Whether an ornament is more than a rating in stars or a drawn rule: it has two different signs, beyond the filled
/// and the empty one.
fn is_mixed(ornament: &str) -> bool {
    let mut signs: Vec<char> = ornament
        .chars()
        .map(|c| match c {
            '☆' => '★',
            '○' | '◎' => '●',
            '□' => '■',
            '◇' => '◆',
            '△' => '▲',
            c => c,
        })
        .collect();
    let length = signs.len();
    signs.sort_unstable();
    signs.dedup();
    length <= LONGEST_ORNAMENT && signs.len() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    type Said = Vec<(RepairKind, u32)>;

    fn repaired(lines: &[&str]) -> Option<(Vec<String>, Said)> {
        undo(lines).map(|(lines, repairs)| (lines, repairs.iter().map(|r| (r.kind, r.count)).collect()))
    }

    #[test]
    fn a_row_of_advertising_words_goes() {
        let lines = ["", "国产精品久久_亚洲欧美在线观看_无码高清视频_一区二区三区", "工会工作要闻"];
        let (kept, said) = repaired(&lines).expect("the row is seen");
        assert_eq!(kept, ["", "", "工会工作要闻"]);
        assert_eq!(said, [(RepairKind::KeywordLine, 1)]);
        assert!(undo(&["工会要闻_评论_工人日报_中工网", "正文"]).is_none());
        assert!(undo(&["正文", "国产精品久久_亚洲欧美在线观看_无码高清视频_一区二区三区"]).is_none());
    }

    #[test]
    fn random_letters_behind_paragraphs_go() {
        let paragraph = "各级工会要加强干部的素质培养和能力提升，干出成效，要重视相关经验的研究。";
        let lines = ["L3.5Iu8!6", "x7Qz!29aB", "", "9.pQ3!Zk8"].map(|tail| match tail {
            "" => String::new(),
            tail => format!("{paragraph}{tail}"),
        });
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (kept, said) = repaired(&lines).expect("the tails are seen");
        assert_eq!(kept, [paragraph, paragraph, "", paragraph]);
        assert_eq!(said, [(RepairKind::JunkTail, 3)]);
        assert!(undo(&lines[..2]).is_none(), "two are chance");
        let links =
            [format!("{paragraph}https://a.cn/B3c4?d=5"), format!("{paragraph}CO2"), format!("{paragraph}H7N9")];
        assert!(undo(&links.iter().map(String::as_str).collect::<Vec<_>>()).is_none());
    }

    #[test]
    fn ornaments_between_words_go() {
        let line = "工会◈★ღ◈干部◈★ღ◈素质◈★ღ◈培养◈★ღ◈能力◈★ღ◈提升";
        let (kept, said) = repaired(&[line]).expect("the ornaments are seen");
        assert_eq!(kept, ["工会干部素质培养能力提升"]);
        assert_eq!(said, [(RepairKind::Separator, 5)]);
        for rated in ["口味★★★★☆环境★★★★☆服务★★★★☆价格★★★★☆位置★★★★☆停车★★★★☆", "◆一◆二◆三◆四◆五◆六◆七"]
        {
            assert!(undo(&[rated]).is_none(), "{rated}");
        }
    }
}
