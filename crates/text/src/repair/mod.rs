//! Repair: restoring a text to its state before it was damaged.
//!
//! The lines (or the text nodes) of one page flow in; as many lines, with a report of the repairs, flow out; or nothing
//! if the page is not damaged. Lines are repaired before anything else, because labels are damaged too (責(zé)任編輯).
//!
//! Damage is told from odd but genuine text by the page as a whole: a language textbook glosses characters, a poem
//! annotates a rare one, a page on charsets shows mojibake. Only systematic damage is undone.

use std::ops::Range;

mod beam_search;
mod clauses;
mod entities;
mod evidence;
mod frequency;
mod gbk;
mod gloss;
mod hypothesis;
mod lattice;
mod lost_pairs;
mod model;
mod mojibake;
mod opencc;
mod reading;
mod restored_line;
mod simplify;
mod spam;
mod swallowed_byte;
mod tags;
mod tokens;

pub use crate::report::{Repair, RepairKind};
pub use mojibake::{read_twice, undo_twice};
pub use simplify::to_simplified;
pub use tags::restore as restore_tags;

/// A repaired page.
#[derive(Debug, Clone, PartialEq)]
pub struct RepairedPage {
    /// The lines, in number and order those of the input; an untouched line is equal to its input.
    pub lines: Vec<String>,
    /// The repairs.
    pub repairs: Vec<Repair>,
    /// For each line, the ranges of characters that were a choice among several or are lost.
    pub uncertain: Vec<Vec<Range<usize>>>,
}

/// Repairs the lines (or the HTML text nodes) of ONE page. `None` if the page is not damaged: callers then keep the
/// text as it is, byte for byte.
///
/// ```
/// use gongxun_text::repair::repair_page;
/// let page = repair_page(&["工人日?qǐng)?bào)社評(píng)"]).unwrap();
/// assert_eq!(page.lines, ["工人日报社评"]);
/// assert!(repair_page(&["会(huì)是多音字,也读(kuài)。"]).is_none());
/// ```
pub fn repair_page(lines: &[&str]) -> Option<RepairedPage> {
    let mut page = Page { found: lines, repaired: None, repairs: Vec::new(), uncertain: vec![Vec::new(); lines.len()] };
    let mut lost = 0;
    // Mojibake first, because all other repairs need readable text.
    if let Some((lines, count)) = entities::undo(lines) {
        page.take(lines, Repair { kind: RepairKind::Escaped, count, confidence: 1.0 });
    }
    if let Some(done) = mojibake::undo(&page.lines()) {
        let certain = 1.0 - done.lost.min(done.count) as f32 / done.count.max(1) as f32;
        page.take(done.lines, Repair { kind: RepairKind::Mojibake, count: done.count, confidence: certain });
    }
    if let Some(done) = gloss::undo(&page.lines()) {
        let lines = match done.script {
            evidence::Script::Traditional => done.lines.iter().map(|line| to_simplified(line)).collect(),
            evidence::Script::Simplified => done.lines.clone(),
        };
        // Characters are converted one by one, except for a few phrases.
        for (at, (restored, simplified)) in done.lines.iter().zip(&lines).enumerate() {
            let length = simplified.chars().count();
            let is_same = restored.chars().count() == length;
            let places = done.doubts[at].iter().map(|doubt| doubt.at.clone());
            page.uncertain[at] = places.map(|place| if is_same { place } else { 0..length }).collect();
        }
        lost = done.lost;
        page.take(lines, Repair { kind: RepairKind::Gloss, count: done.count, confidence: done.confidence });
    }
    if let Some((lines, repairs)) = spam::undo(&page.lines()) {
        // The text removed stood in front of or between uncertain characters.
        let changed: Vec<bool> = page.lines().iter().zip(&lines).map(|(before, after)| before != after).collect();
        for ((uncertain, line), _) in page.uncertain.iter_mut().zip(&lines).zip(changed).filter(|(_, changed)| *changed)
        {
            if !uncertain.is_empty() {
                *uncertain = vec![0..line.chars().count()];
            }
        }
        page.repaired = Some(lines);
        page.repairs.extend(repairs);
    }
    let lost = lost.max(lost_in(&page.lines()));
    if lost > 0 {
        page.repairs.push(Repair { kind: RepairKind::Lost, count: lost, confidence: 0.0 });
    }
    if page.repairs.is_empty() {
        return None;
    }
    let lines = page.repaired.unwrap_or_else(|| lines.iter().map(|line| (*line).to_string()).collect());
    Some(RepairedPage { lines, repairs: page.repairs, uncertain: page.uncertain })
}

/// A page between two repairs.
struct Page<'a> {
    found: &'a [&'a str],
    repaired: Option<Vec<String>>,
    repairs: Vec<Repair>,
    uncertain: Vec<Vec<Range<usize>>>,
}

impl Page<'_> {
    fn lines(&self) -> Vec<&str> {
        match &self.repaired {
            Some(lines) => lines.iter().map(String::as_str).collect(),
            None => self.found.to_vec(),
        }
    }

    fn take(&mut self, lines: Vec<String>, repair: Repair) {
        self.repaired = Some(lines);
        self.repairs.push(repair);
    }
}

/// The least number of lost places that counts as damage: fewer are a slip, or a text about charsets.
const LEAST_LOST: usize = 3;
/// The most characters per lost place: with more, the page as a whole is not damaged.
const MOST_CHARACTERS_A_LOSS: usize = 400;

/// Counts the places of a page that are lost for good: U+FFFD, or its appearance in pairs decoded as GBK.
fn lost_in(lines: &[&str]) -> u32 {
    // U+FFFD ends in a byte that is rare elsewhere, so a page without it is ruled out quickly.
    let marks = |line: &&str| -> usize {
        let replaced =
            if memchr::memchr(0xBD, line.as_bytes()).is_some() { line.matches('\u{FFFD}').count() } else { 0 };
        replaced + memchr::memmem::find_iter(line.as_bytes(), "锟斤拷").count()
    };
    let marks: usize = lines.iter().map(marks).sum();
    if marks < LEAST_LOST {
        return 0;
    }
    let characters: usize = lines.iter().map(|line| line.chars().count()).sum();
    if marks * MOST_CHARACTERS_A_LOSS < characters { 0 } else { marks as u32 }
}
