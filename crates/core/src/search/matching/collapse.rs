//! Collapsing: the copies of one article become one hit. Of the copies that match, the cleanest is shown, then the
//! earliest.

use tantivy::DocId;

use super::bits::Bits;
use super::found::Matches;
use crate::index::reprints::Reprints;
use crate::search::kind::{ByKind, Kind};

/// The treatment of copies of one article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Copies {
    /// All matching copies are one hit.
    #[default]
    Collapsed,
    /// Each copy is a hit of its own.
    All,
}

/// The matching documents that have copies, before they were collapsed: the cluster and document of each, by kind and
/// segment.
pub type Collapsed = ByKind<Vec<Vec<(u32, DocId)>>>;

impl Matches {
    /// Leaves one match of each cluster: of the first kind that it has, the one with the least place. Documents without
    /// copies stay.
    pub fn collapse(&mut self, reprints: &Reprints) -> Collapsed {
        let mut collapsed = Collapsed::default();
        if reprints.clusters.is_empty() {
            return collapsed;
        }
        let mut taken = vec![false; reprints.clusters.len()];
        for kind in Kind::ALL {
            // Most queries have no match of some kind, and there are many copies to look at.
            if self.of[kind].iter().all(Bits::is_empty) {
                collapsed[kind] = vec![Vec::new(); self.of[kind].len()];
                continue;
            }
            for (bits, copies) in self.of[kind].iter_mut().zip(&reprints.segments) {
                for copy in copies.iter().filter(|copy| taken[copy.cluster as usize]) {
                    bits.remove(copy.doc);
                }
            }
            let mut shown = vec![NONE; reprints.clusters.len()];
            collapsed[kind] = collapse(&mut self.of[kind], reprints, &mut shown);
            shown.iter().zip(&mut taken).for_each(|(place, taken)| *taken |= *place != NONE);
        }
        collapsed
    }
}

const NONE: u32 = u32::MAX;

fn collapse(segments: &mut [Bits], reprints: &Reprints, shown: &mut [u32]) -> Vec<Vec<(u32, DocId)>> {
    let mut matching = Vec::new();
    for (bits, copies) in segments.iter().zip(&reprints.segments) {
        let mut of_segment = Vec::new();
        for copy in copies.iter().filter(|copy| bits.contains(copy.doc)) {
            let least = &mut shown[copy.cluster as usize];
            *least = (*least).min(copy.place);
            of_segment.push((copy.cluster, copy.doc));
        }
        matching.push(of_segment);
    }
    for (bits, copies) in segments.iter_mut().zip(&reprints.segments) {
        for copy in copies.iter().filter(|copy| shown[copy.cluster as usize] != copy.place) {
            bits.remove(copy.doc);
        }
    }
    matching
}
