//! Clusters: the connected components of pairs that are the same article.

use std::collections::HashMap;

use super::align::{compare, folded};
use super::bands::candidates;
use super::fingerprint::{PACKED, Packed, SHINGLE};
use super::same::{is_likely, same_text};

/// How many likely pairs are gathered before their texts are compared: 8 MB of them.
const MAX_PAIRS: usize = 1 << 20;
/// How many letters of texts are kept while pairs are compared: 16 MB of them.
const KEPT_LETTERS: usize = 4 << 20;

/// Where the texts behind fingerprints are read, when fingerprints alone do not tell.
pub trait Texts {
    /// Says which texts will be asked for.
    fn prepare(&mut self, numbers: &[u32]);

    /// Lead and body behind a fingerprint; nothing where they can't be read.
    fn text(&mut self, number: u32) -> Option<String>;
}

/// Which fingerprints are copies of one article. Fingerprints go by their numbers, from 0, in the order in which they were
/// kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clusters {
    /// How many fingerprints have been looked at.
    pub known: u32,
    /// The clusters of two or more: in each the cleanest copy first, then the earliest; the clusters by their least member.
    pub groups: Vec<Vec<u32>>,
    /// Fingerprints of articles that are gone or changed.
    pub dead: Flags,
}

impl Clusters {
    /// Takes in the fingerprints that are new and those that are gone. `packed` holds all fingerprints end to end, the new
    /// ones behind those that are known; `texts` has the text behind each that is not gone. In whatever portions and order
    /// fingerprints come, the clusters are the same.
    pub fn update(&mut self, packed: &[u8], gone: &[u32], texts: &mut dyn Texts) {
        let new = self.known..u32::try_from(packed.len() / PACKED).unwrap_or(u32::MAX);
        self.known = new.end;
        self.dead.grow(new.end);
        gone.iter().for_each(|number| self.dead.set(*number));
        let dead = &self.dead;
        let skip = |number: u32| dead.has(number) || usize::from(Packed::at(packed, number).letters()) < SHINGLE;

        let mut pairs = Pairs { packed, sets: Sets::new(new.end), likely: Vec::new(), texts };
        for group in &self.groups {
            if group.iter().any(|number| dead.has(*number)) {
                // What is gone may have held it together.
                let living: Vec<u32> = group.iter().copied().filter(|number| !dead.has(*number)).collect();
                for (at, a) in living.iter().enumerate() {
                    living[at + 1..].iter().for_each(|b| pairs.look_at(*a, *b));
                }
            } else {
                group.windows(2).for_each(|pair| pairs.sets.join(pair[0], pair[1]));
            }
        }
        candidates(packed, new, &skip, &mut |a, b| pairs.look_at(a, b));
        pairs.compare();
        self.groups = pairs.sets.groups();
        for group in &mut self.groups {
            group.sort_by_cached_key(|number| {
                let copy = Packed::at(packed, *number);
                // Undated copies come last.
                (copy.repairs(), copy.minute().unwrap_or(i32::MAX), copy.article())
            });
        }
    }

    /// Leaves out the dead: the clusters as they are of the fingerprints that `keep` gives, which are numbered anew.
    pub fn renumber(&mut self) -> Vec<u32> {
        let kept: Vec<u32> = (0..self.known).filter(|number| !self.dead.has(*number)).collect();
        let place = |number: &u32| kept.binary_search(number).unwrap_or_default() as u32;
        for group in &mut self.groups {
            group.iter_mut().for_each(|number| *number = place(number));
        }
        self.dead = Flags::default();
        self.dead.grow(kept.len() as u32);
        self.known = kept.len() as u32;
        kept
    }
}

/// A set of fingerprints, as bits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flags(pub Vec<u8>);

impl Flags {
    /// Makes room for so many fingerprints.
    pub fn grow(&mut self, count: u32) {
        self.0.resize(count.div_ceil(8) as usize, 0);
    }

    /// Whether a fingerprint is in.
    #[inline]
    pub fn has(&self, number: u32) -> bool {
        self.0.get(number as usize / 8).is_some_and(|byte| byte >> (number % 8) & 1 == 1)
    }

    /// Puts a fingerprint in; one that there is no room for is left out.
    pub fn set(&mut self, number: u32) {
        if let Some(byte) = self.0.get_mut(number as usize / 8) {
            *byte |= 1 << (number % 8);
        }
    }

    /// How many are in.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|byte| byte.count_ones()).sum()
    }
}

/// Pairs on their way from likely to joined.
struct Pairs<'a> {
    packed: &'a [u8],
    sets: Sets,
    likely: Vec<(u32, u32)>,
    texts: &'a mut dyn Texts,
}

impl Pairs<'_> {
    fn look_at(&mut self, a: u32, b: u32) {
        if !self.sets.together(a, b) && is_likely(&Packed::at(self.packed, a), &Packed::at(self.packed, b)) {
            self.likely.push((a.min(b), a.max(b)));
            if self.likely.len() >= MAX_PAIRS {
                // Most of them are there several times, once for each band.
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

    /// Compares the texts of the likely pairs and joins those that are one article. Which pairs are left out because they
    /// are together already depends on the order, what is together in the end does not.
    fn compare(&mut self) {
        self.dedup();
        let mut wanted: Vec<u32> = self.likely.iter().flat_map(|(a, b)| [*a, *b]).collect();
        wanted.sort_unstable();
        wanted.dedup();
        self.texts.prepare(&wanted);
        let mut kept: HashMap<u32, Option<Vec<char>>> = HashMap::new();
        let mut letters = 0;
        for (a, b) in std::mem::take(&mut self.likely) {
            if self.sets.together(a, b) {
                continue;
            }
            if letters > KEPT_LETTERS {
                kept.clear();
                letters = 0;
            }
            for number in [a, b] {
                kept.entry(number).or_insert_with(|| {
                    let text = self.texts.text(number).as_deref().map(folded);
                    letters += text.as_ref().map_or(0, Vec::len);
                    text
                });
            }
            if let (Some(text_a), Some(text_b)) = (&kept[&a], &kept[&b])
                && same_text(&Packed::at(self.packed, a), &Packed::at(self.packed, b), &compare(text_a, text_b))
            {
                self.sets.join(a, b);
            }
        }
    }
}

/// Disjoint sets of numbers (union-find).
struct Sets(Vec<u32>);

impl Sets {
    fn new(count: u32) -> Sets {
        Sets((0..count).collect())
    }

    fn root(&mut self, mut number: u32) -> u32 {
        while self.0[number as usize] != number {
            let above = self.0[self.0[number as usize] as usize];
            self.0[number as usize] = above;
            number = above;
        }
        number
    }

    fn together(&mut self, a: u32, b: u32) -> bool {
        self.root(a) == self.root(b)
    }

    /// The least number is the root, so that the sets do not depend on the order of joins.
    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    /// The sets of two or more.
    fn groups(mut self) -> Vec<Vec<u32>> {
        let mut groups: std::collections::BTreeMap<u32, Vec<u32>> = std::collections::BTreeMap::new();
        for number in 0..self.0.len() as u32 {
            let root = self.root(number);
            if root != number {
                groups.entry(root).or_insert_with(|| vec![root]).push(number);
            }
        }
        groups.into_values().collect()
    }
}
