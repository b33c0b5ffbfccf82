//! Repair: text that was damaged on its way, as it stood before.
//!
//! In: the lines (or the text nodes) of one page. Out: as many lines, and what was done to them; or nothing where the
//! page is as it was printed. Lines come before everything else, because labels are damaged too (責(zé)任編輯).
//!
//! Damage is told from odd but real text by the page as a whole: a language textbook glosses characters, a poem
//! annotates a rare one, a page on charsets shows mojibake. Only what is systematic is undone.

mod evidence;
mod frequency;
mod gbk;
mod gloss;
mod model;
mod mojibake;
mod opencc;
mod path;
mod reading;
mod simplify;
mod spam;
mod taken;
mod tokens;

pub use crate::report::{Repair, RepairKind};
pub use mojibake::{read_twice, undo_twice};
pub use simplify::to_simplified;

/// A page as it stood before the damage.
#[derive(Debug, Clone, PartialEq)]
pub struct RepairedPage {
    /// The lines, in number and order those of the input; an untouched line is equal to its input.
    pub lines: Vec<String>,
    /// What was done.
    pub repairs: Vec<Repair>,
}

/// Repairs the lines (or the HTML text nodes) of ONE page. Nothing where the page is not damaged: callers then keep the
/// text as it is, byte for byte.
///
/// ```
/// use gongxun_text::repair::repair_page;
/// let page = repair_page(&["工人日?qǐng)?bào)社評(píng)"]).unwrap();
/// assert_eq!(page.lines, ["工人日报社评"]);
/// assert!(repair_page(&["会(huì)是多音字,也读(kuài)。"]).is_none());
/// ```
pub fn repair_page(lines: &[&str]) -> Option<RepairedPage> {
    let mut page = Page { found: lines, repaired: None, repairs: Vec::new() };
    // Mojibake first, because everything else is looked for in letters that can be read.
    if let Some(done) = mojibake::undo(lines) {
        let certain = 1.0 - done.lost.min(done.count) as f32 / done.count.max(1) as f32;
        page.take(done.lines, Repair { kind: RepairKind::Mojibake, count: done.count, confidence: certain });
    }
    if let Some(done) = gloss::undo(&page.lines()) {
        let lines = match done.script {
            evidence::Script::Traditional => done.lines.iter().map(|line| to_simplified(line)).collect(),
            evidence::Script::Simplified => done.lines,
        };
        page.take(lines, Repair { kind: RepairKind::Gloss, count: done.count, confidence: done.confidence });
    }
    if let Some((lines, repairs)) = spam::undo(&page.lines()) {
        page.repaired = Some(lines);
        page.repairs.extend(repairs);
    }
    let lost = lost(&page.lines());
    if lost > 0 {
        page.repairs.push(Repair { kind: RepairKind::Lost, count: lost, confidence: 0.0 });
    }
    if page.repairs.is_empty() {
        return None;
    }
    let lines = page.repaired.unwrap_or_else(|| lines.iter().map(|line| (*line).to_string()).collect());
    Some(RepairedPage { lines, repairs: page.repairs })
}

/// A page between two repairs.
struct Page<'a> {
    found: &'a [&'a str],
    repaired: Option<Vec<String>>,
    repairs: Vec<Repair>,
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

/// Fewer lost places than this are a slip, or a text about charsets.
const LEAST_LOST: usize = 3;
/// More characters than this for a lost place, and the page as a whole is not damaged.
const MOST_CHARACTERS_A_LOSS: usize = 400;

/// How many places of a page are lost for good: U+FFFD, or what two of them look like as GBK.
fn lost(lines: &[&str]) -> u32 {
    // U+FFFD ends in a byte that is rare elsewhere, so that a page without it is passed over quickly.
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
