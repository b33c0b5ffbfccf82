//! Clusters: the connected components of the pairs of articles with the same text.

use std::collections::HashMap;

use super::align::{compare, folded};
use super::bands::candidates;
use super::fingerprint::{PACKED, Packed, SHINGLE};
use super::same::{is_likely, same_text};

/// The most likely pairs collected before their texts are compared: 8 MB of them.
const MAX_PAIRS: usize = 1 << 20;
/// The most characters of texts cached while pairs are compared: 16 MB of them.
const MAX_CACHED_LETTERS: usize = 4 << 20;

/// A source of the texts behind fingerprints, for pairs that fingerprints alone do not decide.
pub trait Texts {
    /// Announces the texts that will be requested.
    fn prepare(&mut self, numbers: &[u32]);

    /// Returns the lead and body behind a fingerprint; `None` if they can't be read.
    fn text(&mut self, number: u32) -> Option<String>;
}

/// The clusters of copies among fingerprints. Fingerprints are numbered from 0, in the order in which they were stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clusters {
    /// Number of fingerprints processed so far.
    pub known: u32,
    /// The clusters of two or more, ordered by their least member; in each the cleanest copy comes first, then the
    /// earliest.
    pub groups: Vec<Vec<u32>>,
    /// Fingerprints of articles that are gone or changed.
    pub dead: Bitmap,
}

impl Clusters {
    /// Adds the new fingerprints and removes those that are gone. `packed` holds all fingerprints end to end, the new
    /// ones after the known ones; `texts` has the text behind each live one. The resulting clusters do not depend on
    /// the portions or the order in which fingerprints come.
    pub fn update(&mut self, packed: &[u8], gone: &[u32], texts: &mut dyn Texts) {
        let new = self.known..u32::try_from(packed.len() / PACKED).unwrap_or(u32::MAX);
        self.known = new.end;
        self.dead.grow(new.end);
        gone.iter().for_each(|number| self.dead.set(*number));
        let dead = &self.dead;
        let skip = |number: u32| dead.has(number) || usize::from(Packed::at(packed, number).letters()) < SHINGLE;

        let mut pairs = Pairs { packed, sets: UnionFind::new(new.end), likely: Vec::new(), texts };
        for group in &self.groups {
            if group.iter().any(|number| dead.has(*number)) {
                // A removed member may have held the cluster together.
                let living: Vec<u32> = group.iter().copied().filter(|number| !dead.has(*number)).collect();
                for (at, a) in living.iter().enumerate() {
                    living[at + 1..].iter().for_each(|b| pairs.add_candidate(*a, *b));
                }
            } else {
                group.windows(2).for_each(|pair| pairs.sets.union(pair[0], pair[1]));
            }
        }
        candidates(packed, new, &skip, &mut |a, b| pairs.add_candidate(a, b));
        pairs.compare();
        self.groups = pairs.sets.components();
        for group in &mut self.groups {
            group.sort_by_cached_key(|number| {
                let copy = Packed::at(packed, *number);
                // Undated copies come last.
                (copy.repairs(), copy.minute().unwrap_or(i32::MAX), copy.article())
            });
        }
    }

    /// Drops the dead fingerprints and renumbers the others. Returns the old numbers of those kept.
    pub fn renumber(&mut self) -> Vec<u32> {
        let kept: Vec<u32> = (0..self.known).filter(|number| !self.dead.has(*number)).collect();
        let place = |number: &u32| kept.binary_search(number).unwrap_or_default() as u32;
        for group in &mut self.groups {
            group.iter_mut().for_each(|number| *number = place(number));
        }
        self.dead = Bitmap::default();
        self.dead.grow(kept.len() as u32);
        self.known = kept.len() as u32;
        kept
    }
}

/// A set of fingerprints, as a bitmap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bitmap(pub Vec<u8>);

impl Bitmap {
    /// Makes room for this many fingerprints.
    pub fn grow(&mut self, count: u32) {
        self.0.resize(count.div_ceil(8) as usize, 0);
    }

    /// Whether a fingerprint is in the set.
    #[inline]
    pub fn has(&self, number: u32) -> bool {
        self.0.get(number as usize / 8).is_some_and(|byte| byte >> (number % 8) & 1 == 1)
    }

    /// Adds a fingerprint; one beyond the room made is ignored.
    pub fn set(&mut self, number: u32) {
        if let Some(byte) = self.0.get_mut(number as usize / 8) {
            *byte |= 1 << (number % 8);
        }
    }

    /// Returns the number of fingerprints in the set.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|byte| byte.count_ones()).sum()
    }
}

/// The pairs in progress, from likely to joined.
struct Pairs<'a> {
    packed: &'a [u8],
    sets: UnionFind,
    likely: Vec<(u32, u32)>,
    texts: &'a mut dyn Texts,
}

impl Pairs<'_> {
    /// Collects a pair whose texts are to be compared, if its fingerprints make that likely to succeed.
    fn add_candidate(&mut self, a: u32, b: u32) {
        if !self.sets.are_joined(a, b) && is_likely(&Packed::at(self.packed, a), &Packed::at(self.packed, b)) {
            self.likely.push((a.min(b), a.max(b)));
            if self.likely.len() >= MAX_PAIRS {
                // Most of them are duplicates, one for each shared band.
                self.dedup();
                if self.likely.len() >= MAX_PAIRS / 2 {
                    self.compare();
                }
            }
        }
    }

    fn dedup(&mut self) {
        self.likely.sort_unstable();
        self.likely.dedup();
    }

    /// Compares the texts of the likely pairs and joins the pairs with the same text. Which comparisons are skipped
    /// because the two are already joined depends on the order; the final clusters do not.
    fn compare(&mut self) {
        self.dedup();
        let mut wanted: Vec<u32> = self.likely.iter().flat_map(|(a, b)| [*a, *b]).collect();
        wanted.sort_unstable();
        wanted.dedup();
        self.texts.prepare(&wanted);
        let mut cache: HashMap<u32, Option<Vec<char>>> = HashMap::new();
        let mut letters = 0;
        for (a, b) in std::mem::take(&mut self.likely) {
            if self.sets.are_joined(a, b) {
                continue;
            }
            if letters > MAX_CACHED_LETTERS {
                cache.clear();
                letters = 0;
            }
            for number in [a, b] {
                cache.entry(number).or_insert_with(|| {
                    let text = self.texts.text(number).as_deref().map(folded);
                    letters += text.as_ref().map_or(0, Vec::len);
                    text
                });
            }
            if let (Some(text_a), Some(text_b)) = (&cache[&a], &cache[&b])
                && same_text(&Packed::at(self.packed, a), &Packed::at(self.packed, b), &compare(text_a, text_b))
            {
                self.sets.union(a, b);
            }
        }
    }
}

/// Disjoint sets of numbers.
struct UnionFind(Vec<u32>);

impl UnionFind {
    fn new(count: u32) -> UnionFind {
        UnionFind((0..count).collect())
    }

    fn find(&mut self, mut number: u32) -> u32 {
        while self.0[number as usize] != number {
            let above = self.0[self.0[number as usize] as usize];
            self.0[number as usize] = above;
            number = above;
        }
        number
    }

    fn are_joined(&mut self, a: u32, b: u32) -> bool {
        self.find(a) == self.find(b)
    }

    /// Merges two sets under the least number, so that the result does not depend on the order of joins.
    fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    /// Returns the sets of two or more.
    fn components(mut self) -> Vec<Vec<u32>> {
        let mut groups: std::collections::BTreeMap<u32, Vec<u32>> = std::collections::BTreeMap::new();
        for number in 0..self.0.len() as u32 {
            let root = self.find(number);
            if root != number {
                groups.entry(root).or_insert_with(|| vec![root]).push(number);
            }
        }
        groups.into_values().collect()
    }
}
