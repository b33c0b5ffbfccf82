//! A ranked hit with the figures behind its place, and the weights of the second stage. The weights were fitted on the
//! judged sets of `docs/quality.md`, so that none of these is answered worse.

use tantivy::DocAddress;

use crate::search::kind::Kind;

/// A document with the figures that it was ranked by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// The document's address.
    pub address: DocAddress,
    /// The first stage's score.
    pub score: f32,
    /// The kind of match that it is.
    pub kind: Kind,
    /// The judgement of the second stage, if it examined the document.
    pub evidence: Option<Evidence>,
}

/// The weight of the best item's score, as against 1 for the article's.
pub const ITEM: f32 = 0.25;
/// The weight of the share of the concepts that the article holds.
pub const COVERAGE: f32 = 0.06;
/// The weight of the share of the concepts that its best item holds.
pub const ITEM_COVERAGE: f32 = 0.06;
/// The weight of the nearness of the concepts to each other.
pub const PROXIMITY: f32 = 0.15;
/// The weight of the share of the concepts in the title or a heading.
pub const HEADING: f32 = 0.06;
/// The weight of being a full match rather than a synonym match.
pub const FULL: f32 = 0.1;
/// The weight of lacking, in date and text, a year that the query names.
pub const OTHER_YEAR: f32 = -1.0;

/// The second stage's judgement of a hit. Shares are between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The place that the first stage gave it, from 0.
    pub place: usize,
    /// The tier that it was ordered in, from 0.
    pub tier: usize,
    /// The first stage's score, as a share of the greatest that a body could have.
    pub first: f32,
    /// The BM25 score of the best item alone, as a share of the greatest that an item could have.
    pub item: f32,
    /// The share of the concepts that the article holds, weighted by inverse document frequency.
    pub coverage: f32,
    /// The same share for the best item.
    pub item_coverage: f32,
    /// The nearness of the concepts to each other; 1 if they stand side by side.
    pub proximity: f32,
    /// The same share for the title or, at a quarter, for one heading of the body, whichever is more.
    pub heading: f32,
    /// Whether it is a full match.
    pub is_full: bool,
    /// Whether its date or its text has a year that the query names; none if the query names none.
    pub has_year: Option<bool>,
    /// The range of the best item, in characters of the body.
    pub passage: Option<(u32, u32)>,
    /// The concepts that the article holds, a bit each.
    pub held: u32,
    /// The concepts that the best item holds.
    pub in_passage: u32,
    /// The concepts in the title, or in the heading that has the most.
    pub in_heading: u32,
}

impl Evidence {
    /// Returns the value by which hits of one tier are ordered.
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
