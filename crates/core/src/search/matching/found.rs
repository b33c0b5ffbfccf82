//! The matches of a compiled query, by kind and segment.

use tantivy::DocAddress;

use super::bits::Bits;
use super::matcher::Matcher;
use super::segment::Segment;
use crate::control::Stops;
use crate::error::{Error, Result};
use crate::index::Snapshot;
use crate::search::compile::plan::Compiled;
use crate::search::kind::{ByKind, Kind};

/// The matches of a query: for each kind a set of documents in each segment. No document is in two kinds.
pub struct Matches {
    pub(in crate::search) of: ByKind<Vec<Bits>>,
    /// Whether the search was stopped before all segments were searched: then there may be more matches.
    pub cut_short: bool,
}

impl Matches {
    /// Finds all matches, or those of the segments that were searched before the control asked to stop.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn find(snapshot: &Snapshot, compiled: &Compiled, control: &dyn Stops) -> Result<Matches> {
        let mut found = Matches::find_each(snapshot, std::slice::from_ref(compiled), control)?;
        Ok(found.pop().unwrap_or_else(|| Matches::full(Vec::new())))
    }

    /// Finds the matches of several queries. A text that several of them must look at is read once, if each looks for
    /// one thing alone.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn find_each(snapshot: &Snapshot, compiled: &[Compiled], control: &dyn Stops) -> Result<Vec<Matches>> {
        let none = || Matches { of: ByKind::default(), cut_short: false };
        let mut all: Vec<Matches> = compiled.iter().map(|_| none()).collect();
        for segment in Segment::all(snapshot) {
            let segment = segment.watched(control);
            let mut matcher = Matcher::new(&segment);
            let mut ended = false;
            if compiled.len() > 1 {
                match matcher.scan_together(compiled.iter().map(|compiled| &compiled.full)) {
                    Err(Error::Interrupted) => ended = true,
                    other => other?,
                }
            }
            for (compiled, matches) in compiled.iter().zip(&mut all) {
                let found = match in_segment(&mut matcher, &segment, compiled) {
                    Ok(found) if !ended => found,
                    Ok(_) | Err(Error::Interrupted) => {
                        matches.cut_short = true;
                        ByKind::of(|_| Bits::empty(segment.max_doc()))
                    }
                    Err(error) => return Err(error),
                };
                for (kind, bits) in Kind::ALL.into_iter().zip(found.into_inner()) {
                    matches.of[kind].push(bits);
                }
            }
        }
        Ok(all)
    }

    /// Full matches that were found otherwise, as a set for each segment.
    pub fn full(found: Vec<Bits>) -> Matches {
        let none = |bits: &Bits| Bits::empty(bits.max_doc());
        let mut of = ByKind::of(|_| found.iter().map(none).collect());
        of[Kind::Full] = found;
        Matches { of, cut_short: false }
    }

    /// Returns the number of matches of a kind.
    pub fn total(&self, kind: Kind) -> u64 {
        self.of[kind].iter().map(Bits::count).sum()
    }

    /// Returns the kind of the match at this address; none if it does not match.
    pub fn kind(&self, address: DocAddress) -> Option<Kind> {
        let holds = |bits: &Bits| bits.contains(address.doc_id);
        Kind::ALL.into_iter().find(|kind| self.of[*kind].get(address.segment_ord as usize).is_some_and(holds))
    }

    /// Returns the addresses of all matches of a kind, in the order of the index.
    pub fn addresses(&self, kind: Kind) -> Vec<DocAddress> {
        let segments = self.of[kind].iter().enumerate();
        segments.flat_map(|(ord, bits)| bits.iter().map(move |doc| DocAddress::new(ord as u32, doc))).collect()
    }
}

fn in_segment<'a>(matcher: &mut Matcher<'a>, segment: &Segment<'_>, compiled: &'a Compiled) -> Result<ByKind<Bits>> {
    segment.tick()?;
    let max_doc = segment.max_doc();
    let mut found = ByKind::of(|_| Bits::empty(max_doc));
    let typed = compiled.typed.as_ref();
    let plans = [Some(typed.unwrap_or(&compiled.full)), typed.map(|_| &compiled.full), compiled.partial.as_ref()];
    // A document that satisfies several plans is a match of the first kind alone.
    let mut left = Bits::full(max_doc);
    for (kind, plan) in Kind::ALL.into_iter().zip(plans) {
        if let Some(plan) = plan {
            let mut bits = matcher.documents(plan, (kind != Kind::Full).then_some(&left))?;
            bits.and(&left);
            left.and_not(&bits);
            found[kind] = bits;
        }
    }
    Ok(found)
}
