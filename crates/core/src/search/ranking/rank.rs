//! The order of matches: full and synonym matches before partial ones; in each tier the best, newest or oldest first.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::{DocAddress, DocId};

use super::ranked::Ranked;
use super::scoring::{self, WeightedTerm};
use super::stage;
use super::whole_words::whole_words;
use crate::control::Stops;
use crate::error::Result;
use crate::index::Snapshot;
use crate::search::compile::plan::{Breadth, Compiled};
use crate::search::kind::Kind;
use crate::search::matching::bits::Bits;
use crate::search::matching::found::Matches;
use crate::search::matching::segment::Segment;

/// The order of hits. In each, full and synonym matches come before partial ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The most relevant first; without anything to score by, the newest first.
    #[default]
    Relevance,
    /// The newest first, undated ones last.
    Newest,
    /// The oldest first, undated ones last.
    Oldest,
}

impl Sort {
    /// Returns the sort key of a date; larger keys come first.
    fn by_date(self, date: Option<i64>) -> i64 {
        let date = if self == Sort::Oldest { date.map(|date| -date) } else { date };
        date.unwrap_or(i64::MIN)
    }
}

/// The order of matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The key that they are sorted by.
    pub sort: Sort,
    /// The kinds of matches that are included.
    pub breadth: Breadth,
    /// The number of first hits by relevance that the second stage re-ranks; 0 keeps the order of the first stage.
    pub second_stage: usize,
}

impl Matches {
    /// Returns the first `wanted` matches that the breadth includes, in this order: full and synonym matches, then
    /// partial ones. By relevance, matches in which the characters of a word only cross word boundaries (和服 in 和|服务)
    /// follow the other full and synonym matches, and in each of these tiers the second stage orders anew those that
    /// are among the first of the whole answer. Returns fewer if the control asks to stop.
    ///
    /// # Errors
    /// If an index file can't be read; [`crate::error::Error::Interrupted`] if the control asks to stop.
    pub fn ranked(
        &self,
        snapshot: &Snapshot,
        compiled: &Compiled,
        Order { sort, breadth, second_stage }: Order,
        wanted: usize,
        control: &dyn Stops,
    ) -> Result<Vec<Ranked>> {
        let sort = if sort == Sort::Relevance && compiled.terms.is_empty() { Sort::Newest } else { sort };
        let depth = if sort == Sort::Relevance && wanted > 0 { second_stage } else { 0 };
        let (asked, wanted) = (wanted, wanted.max(depth));
        let segments: Vec<Segment<'_>> = Segment::all(snapshot).map(|segment| segment.watched(control)).collect();
        let ranker = Ranker { segments, terms: scoring::weigh(&compiled.terms, snapshot)?, sort, matches: self };
        let mut ranked = Vec::new();
        let mut tiers = Vec::new();
        let all = self.complete_matches(breadth);
        match if sort == Sort::Relevance { ranker.with_whole_words(&all, compiled)? } else { None } {
            Some(with_words) => {
                ranker.add_best(&with_words, Kind::Full, wanted, &mut ranked)?;
                tiers.push(ranked.len());
                let letters: Vec<Bits> =
                    all.iter().zip(&with_words).map(|(all, with_words)| all.without(with_words)).collect();
                ranker.add_best(&letters, Kind::Full, wanted, &mut ranked)?;
            }
            None => ranker.add_best(&all, Kind::Full, wanted, &mut ranked)?,
        }
        tiers.push(ranked.len());
        if breadth.partial() {
            ranker.add_best(&self.of[Kind::Partial], Kind::Partial, wanted, &mut ranked)?;
            tiers.push(ranked.len());
        }
        let first = depth.min(ranked.len());
        if first > 1 {
            stage::reorder(&ranker.segments, compiled, &ranker.terms, &mut ranked[..first], &tiers)?;
        }
        ranked.truncate(asked);
        Ok(ranked)
    }

    /// Returns the full matches and, if the breadth includes them, the synonym matches.
    fn complete_matches(&self, breadth: Breadth) -> Cow<'_, [Bits]> {
        let (full, synonym) = (&self.of[Kind::Full], &self.of[Kind::Synonym]);
        if !breadth.synonyms() || synonym.iter().all(Bits::is_empty) {
            return Cow::Borrowed(full);
        }
        let mut all = full.clone();
        all.iter_mut().zip(synonym).for_each(|(all, synonym)| all.or(synonym));
        Cow::Owned(all)
    }
}

/// Ranks matches.
struct Ranker<'a> {
    segments: Vec<Segment<'a>>,
    terms: Vec<WeightedTerm<'a>>,
    sort: Sort,
    matches: &'a Matches,
}

/// A document's sort key: the largest first, ties by the id.
type Key = (i64, Reverse<u64>, ScoredAddress);

impl Ranker<'_> {
    /// Returns those of these documents that certainly hold the words as words; none if the index does not decide.
    fn with_whole_words(&self, all: &[Bits], compiled: &Compiled) -> Result<Option<Vec<Bits>>> {
        let mut kept = Vec::new();
        for (segment, all) in self.segments.iter().zip(all) {
            if all.is_empty() {
                kept.push(all.clone());
                continue;
            }
            let Some(mut words) = whole_words(&compiled.full, segment)? else { return Ok(None) };
            words.and(all);
            kept.push(words);
        }
        Ok(Some(kept).filter(|kept| kept != all))
    }

    /// Adds the best of these documents, until there are `wanted` of all. They are scored as matches of a kind.
    fn add_best(&self, found: &[Bits], kind: Kind, wanted: usize, ranked: &mut Vec<Ranked>) -> Result<()> {
        let wanted = wanted.saturating_sub(ranked.len());
        if wanted == 0 {
            return Ok(());
        }
        let terms = scoring::in_order(&self.terms, kind);
        let mut top = TopDocs { wanted, heap: BinaryHeap::new() };
        for (ord, bits) in found.iter().enumerate().filter(|(_, bits)| !bits.is_empty()) {
            let segment = &self.segments[ord];
            let ids = segment.fast_fields().u64("id_order")?;
            let id = |doc: DocId| ids.first(doc).unwrap_or(0);
            let address = |doc: DocId| DocAddress::new(ord as u32, doc);
            if self.sort == Sort::Relevance {
                for (doc, score) in scoring::scores(segment, &terms, bits, wanted, top.floor())? {
                    // A score is never negative, so its bits have the same order.
                    top.push(i64::from(score.max(0.0).to_bits()), || id(doc), address(doc), score);
                }
            } else {
                let dates = segment.fast_fields().i64("date")?;
                for doc in bits.iter() {
                    top.push(self.sort.by_date(dates.first(doc)), || id(doc), address(doc), 0.0);
                }
            }
        }
        let before = ranked.len();
        for Reverse((_, _, ScoredAddress { address, score })) in top.heap.into_sorted_vec() {
            let kind = self.matches.kind(address).unwrap_or(Kind::Partial);
            ranked.push(Ranked { address, score, kind, evidence: None });
        }
        if self.sort != Sort::Relevance {
            self.score(&terms, &mut ranked[before..])?;
        }
        Ok(())
    }

    /// Scores hits that were ordered by date.
    fn score(&self, terms: &[&WeightedTerm<'_>], ranked: &mut [Ranked]) -> Result<()> {
        for segment in &self.segments {
            let mut here: Vec<&mut Ranked> =
                ranked.iter_mut().filter(|hit| hit.address.segment_ord as usize == segment.ord).collect();
            if here.is_empty() {
                continue;
            }
            here.sort_unstable_by_key(|hit| hit.address);
            let mut docs = Bits::empty(segment.max_doc());
            here.iter().for_each(|hit| docs.insert(hit.address.doc_id));
            // All are wanted, so none is missing.
            let scores = scoring::scores(segment, terms, &docs, here.len(), 0.0)?;
            here.into_iter().zip(scores).for_each(|(hit, (_, score))| hit.score = score);
        }
        Ok(())
    }
}

/// The best documents so far, the least of them on top.
struct TopDocs {
    wanted: usize,
    heap: BinaryHeap<Reverse<Key>>,
}

/// The rest of a document's sort key, compared only if two ids begin alike.
#[derive(Debug, Clone, Copy)]
struct ScoredAddress {
    address: DocAddress,
    score: f32,
}

impl PartialEq for ScoredAddress {
    fn eq(&self, other: &ScoredAddress) -> bool {
        self.address == other.address
    }
}

impl Eq for ScoredAddress {}

impl PartialOrd for ScoredAddress {
    fn partial_cmp(&self, other: &ScoredAddress) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ScoredAddress {
    fn cmp(&self, other: &ScoredAddress) -> std::cmp::Ordering {
        other.address.cmp(&self.address)
    }
}

impl TopDocs {
    /// Returns the score below which no further document is among the best.
    fn floor(&self) -> f32 {
        match self.heap.peek().filter(|_| self.heap.len() == self.wanted) {
            Some(Reverse((_, _, least))) => least.score,
            None => 0.0,
        }
    }

    fn push(&mut self, primary: i64, id: impl FnOnce() -> u64, address: DocAddress, score: f32) {
        let least = self.heap.peek().filter(|_| self.heap.len() == self.wanted).map(|Reverse(least)| *least);
        if least.is_some_and(|(least, ..)| primary < least) {
            return;
        }
        let offered = (primary, Reverse(id()), ScoredAddress { address, score });
        if least.is_some_and(|least| offered <= least) {
            return;
        }
        self.heap.push(Reverse(offered));
        if self.heap.len() > self.wanted {
            self.heap.pop();
        }
    }
}
