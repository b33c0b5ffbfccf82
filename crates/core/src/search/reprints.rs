//! Copies of one article as one hit: of those that match, the cleanest is shown, then the earliest.

use super::bits::Bits;
use super::{Matches, Tier};
use crate::index::reprints::Reprints;

/// How copies of one article are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Copies {
    /// All that match are one hit.
    #[default]
    Collapsed,
    /// Each is a hit of its own.
    All,
}

/// The matching documents that have copies, before they were collapsed.
#[derive(Debug, Clone, Default)]
pub struct Collapsed {
    /// Those that match in full, segment by segment.
    full: Vec<Vec<(u32, u32)>>,
    /// Those of which no copy matches in full.
    partial: Vec<Vec<(u32, u32)>>,
}

impl Collapsed {
    /// The cluster and document of each, segment by segment.
    pub fn tier(&self, tier: Tier) -> &[Vec<(u32, u32)>] {
        if tier == Tier::Partial { &self.partial } else { &self.full }
    }
}

impl Matches {
    /// Leaves one match of each cluster: one that matches in full where there is one, and of those alike in this the one
    /// with the least place. Documents without copies are not touched.
    pub fn collapse(&mut self, reprints: &Reprints) -> Collapsed {
        let mut collapsed = Collapsed::default();
        if reprints.clusters.is_empty() {
            return collapsed;
        }
        let mut shown = vec![NONE; reprints.clusters.len()];
        collapsed.full = collapse(self.full.iter_mut().map(Some), reprints, &mut shown);
        let in_full: Vec<bool> = shown.iter().map(|place| *place != NONE).collect();
        for (bits, copies) in self.partial.iter_mut().zip(&reprints.segments) {
            let Some(bits) = bits else { continue };
            for copy in copies.iter().filter(|copy| in_full[copy.cluster as usize]) {
                bits.remove(copy.doc);
            }
        }
        shown.fill(NONE);
        collapsed.partial = collapse(self.partial.iter_mut().map(Option::as_mut), reprints, &mut shown);
        collapsed
    }
}

const NONE: u32 = u32::MAX;

fn collapse<'a>(
    segments: impl Iterator<Item = Option<&'a mut Bits>>,
    reprints: &Reprints,
    shown: &mut [u32],
) -> Vec<Vec<(u32, u32)>> {
    let mut segments: Vec<Option<&mut Bits>> = segments.collect();
    let mut matching = Vec::new();
    for (bits, copies) in segments.iter().zip(&reprints.segments) {
        let mut of_segment = Vec::new();
        for copy in copies.iter().filter(|copy| bits.as_ref().is_some_and(|bits| bits.contains(copy.doc))) {
            let least = &mut shown[copy.cluster as usize];
            *least = (*least).min(copy.place);
            of_segment.push((copy.cluster, copy.doc));
        }
        matching.push(of_segment);
    }
    for (bits, copies) in segments.iter_mut().zip(&reprints.segments) {
        let Some(bits) = bits else { continue };
        for copy in copies.iter().filter(|copy| shown[copy.cluster as usize] != copy.place) {
            bits.remove(copy.doc);
        }
    }
    matching
}
