//! A hit with what gave it its place in the order, and what the second stage counts by. The weights were fitted on the judged
//! sets of `docs/quality.md`, so that none of them is answered worse.

use tantivy::DocAddress;

use crate::search::kind::Kind;

/// A document with what gave it its place in the order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Where it stands.
    pub address: DocAddress,
    /// The first stage's score.
    pub score: f32,
    /// How much of the query it holds.
    pub kind: Kind,
    /// What the second stage found of it, where it looked at it.
    pub evidence: Option<Evidence>,
}

/// What the best item's score counts, beside 1 for the article's.
pub const ITEM: f32 = 0.25;
/// What the share of the concepts that the article holds counts.
pub const COVERAGE: f32 = 0.06;
/// What the share that its best item holds counts.
pub const ITEM_COVERAGE: f32 = 0.06;
/// What the nearness of the concepts counts.
pub const PROXIMITY: f32 = 0.15;
/// What the share in the title or a heading counts.
pub const HEADING: f32 = 0.06;
/// What holding all that was typed counts, as against what a synonym stands for.
pub const FULL: f32 = 0.1;
/// What it counts that the query names a year and neither date nor text has it.
pub const OTHER_YEAR: f32 = -1.0;

/// What the second stage found of a hit. Shares are between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The place that the first stage gave it, from 0.
    pub place: usize,
    /// The first stage's score, as a share of the greatest that a body could have.
    pub first: f32,
    /// The BM25 of the best item alone, as a share of the greatest that one could have.
    pub item: f32,
    /// The share of the concepts that the article holds, each by its inverse document frequency.
    pub coverage: f32,
    /// The share that the best item holds.
    pub item_coverage: f32,
    /// How near each other the concepts stand; 1 for those side by side.
    pub proximity: f32,
    /// The share in the title or, at a quarter, in one heading of the body, whichever is more.
    pub heading: f32,
    /// Whether it holds all that was typed.
    pub is_full: bool,
    /// Whether its date or its text has a year that the query names; none where the query names none.
    pub has_year: Option<bool>,
    /// The best item, in characters of the body: from and to.
    pub passage: Option<(u32, u32)>,
    /// The concepts that the article holds, a bit each.
    pub held: u32,
    /// The concepts that the best item holds.
    pub in_passage: u32,
    /// The concepts in the title, or in the heading that has most.
    pub in_heading: u32,
}

impl Evidence {
    /// The value that hits of one tier are ordered by.
    pub fn value(&self) -> f32 {
        let full = if self.is_full { FULL } else { 0.0 };
        let year = if self.has_year == Some(false) { OTHER_YEAR } else { 0.0 };
        self.first
            + ITEM * self.item
            + COVERAGE * self.coverage
            + ITEM_COVERAGE * self.item_coverage
            + PROXIMITY * self.proximity
            + HEADING * self.heading
            + full
            + year
    }
}
