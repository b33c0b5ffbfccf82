//! Repair: text that was damaged on its way, as it stood before.
//!
//! In: the lines (or the text nodes) of one page. Out: as many lines, and what was done to them; or nothing where the
//! page is as it was printed. Lines come before everything else, because labels are damaged too (責(zé)任編輯).
//!
//! Damage is told from odd but real text by the page as a whole: a language textbook glosses characters, a poem
//! annotates a rare one, a page on charsets shows mojibake. Only what is systematic is undone.

use crate::article::{Repair, RepairKind};

mod frequency;
mod gbk;
mod gloss;
mod path;
mod reading;
mod simplify;

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
/// use gongxun::text::repair::repair_page;
/// let page = repair_page(&["工人日?qǐng)?bào)社評(píng)"]).unwrap();
/// assert_eq!(page.lines, ["工人日报社评"]);
/// assert!(repair_page(&["会(huì)是多音字,也读(kuài)。"]).is_none());
/// ```
pub fn repair_page(lines: &[&str]) -> Option<RepairedPage> {
    let mut repairs = Vec::new();
    let mut repaired: Option<Vec<String>> = None;
    if let Some(done) = gloss::undo(lines) {
        repairs.push(Repair { kind: RepairKind::Gloss, count: done.count, confidence: done.confidence });
        repaired = Some(match done.script {
            gloss::Script::Traditional => done.lines.iter().map(|line| to_simplified(line)).collect(),
            gloss::Script::Simplified => done.lines,
        });
    }
    repaired.map(|lines| RepairedPage { lines, repairs })
}
