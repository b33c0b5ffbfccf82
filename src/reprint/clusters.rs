//! Clusters: the connected components of pairs that are the same article.

use super::bands::{Wanted, candidates};
use super::fingerprint::{PACKED, Packed, SHINGLE};
use super::same::{Form, makes_form, same_article};

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
    /// Fingerprints of texts of a form that recurs; see [`makes_form`].
    pub forms: Flags,
}

impl Clusters {
    /// Takes in the fingerprints that are new and those that are gone. `packed` holds all fingerprints end to end, the new
    /// ones behind those that are known.
    ///
    /// In whatever portions fingerprints come, the clusters are the same: what makes a form is found before copies are
    /// joined, and where a known text turns out to be one its cluster is looked at again.
    pub fn update(&mut self, packed: &[u8], gone: &[u32]) {
        let new = self.known..u32::try_from(packed.len() / PACKED).unwrap_or(u32::MAX);
        self.known = new.end;
        self.dead.grow(new.end);
        self.forms.grow(new.end);
        gone.iter().for_each(|number| self.dead.set(*number));
        let mut changed = Flags::default();
        changed.grow(new.end);
        gone.iter().for_each(|number| changed.set(*number));

        let dead = &self.dead;
        let skip = |number: u32| dead.has(number) || usize::from(Packed::at(packed, number).letters()) < SHINGLE;
        let forms = &mut self.forms;
        candidates(packed, new.clone(), Wanted::LookAlikes, &skip, &mut |a, b| {
            if !(forms.has(a) && forms.has(b)) && makes_form(&Packed::at(packed, a), &Packed::at(packed, b)) {
                for number in [a, b].into_iter().filter(|number| !forms.has(*number)).collect::<Vec<_>>() {
                    forms.set(number);
                    changed.set(number);
                }
            }
        });
        let forms = &self.forms;
        let same = |a: u32, b: u32| {
            let form = if forms.has(a) || forms.has(b) { Form::Yes } else { Form::No };
            same_article(&Packed::at(packed, a), &Packed::at(packed, b), form)
        };

        let mut sets = Sets::new(new.end);
        for group in &self.groups {
            if group.iter().any(|number| changed.has(*number)) {
                let living: Vec<u32> = group.iter().copied().filter(|number| !dead.has(*number)).collect();
                for (at, a) in living.iter().enumerate() {
                    for b in &living[at + 1..] {
                        if !sets.together(*a, *b) && same(*a, *b) {
                            sets.join(*a, *b);
                        }
                    }
                }
            } else {
                group.windows(2).for_each(|pair| sets.join(pair[0], pair[1]));
            }
        }
        candidates(packed, new, Wanted::Copies, &skip, &mut |a, b| {
            if !sets.together(a, b) && same(a, b) {
                sets.join(a, b);
            }
        });
        self.groups = sets.groups();
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
        let mut forms = Flags::default();
        forms.grow(kept.len() as u32);
        kept.iter().filter(|number| self.forms.has(**number)).for_each(|number| forms.set(place(number)));
        for group in &mut self.groups {
            group.iter_mut().for_each(|number| *number = place(number));
        }
        self.forms = forms;
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
