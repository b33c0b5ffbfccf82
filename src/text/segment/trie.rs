//! The words as a double array: words in codes flow in, three flat arrays flow out. `build.rs` includes this file, so it
//! leans on nothing else of the crate.
//!
//! A node is a prefix of a word. The child of the node with base `b` on code `c` is slot `b + c`, if the label of that slot
//! is `c`. No two nodes share a base, so a label that fits proves the child; labels are kept apart from the nodes, so that
//! a miss touches nothing else. Base 0 belongs to nobody: it is the base of a node without children, and no label fits it.

/// The label of an empty slot. No code is as high.
pub const EMPTY: u16 = u16::MAX;

/// A double array under the first codes of its words.
#[derive(Clone)]
pub struct Trie {
    /// The base of each first code; 0 where no longer word begins with it.
    pub bases: Vec<u32>,
    /// The code that leads to each slot, [`EMPTY`] where there is none.
    pub labels: Vec<u16>,
    /// What each slot holds: the base of its children in the lower half, its word's value in the upper, 0 for no word.
    pub nodes: Vec<u64>,
}

/// A word of two codes or more, none of them 0, with its value, which is not 0.
pub type Word = (Vec<u16>, u32);

/// Builds the trie of `words`, sorted and each once, over codes below `codes`.
pub fn build(words: &[Word], codes: usize) -> Trie {
    let mut trie = Trie { bases: vec![0; codes], labels: Vec::new(), nodes: Vec::new() };
    let mut free = FreeSlots::new();
    let mut level: Vec<Group> = children(words, Group { slot: 0, from: 0, to: words.len() }, 0)
        .map(|(code, from, to)| Group { slot: code as usize, from, to })
        .collect();
    let mut labels: Vec<u16> = Vec::new();
    for depth in 1.. {
        let mut next = Vec::new();
        // The nodes with most children are placed first, while there is room; the others fill the gaps.
        let mut order: Vec<(usize, Group)> =
            level.into_iter().map(|group| (children(words, group, depth).count(), group)).collect();
        order.sort_by_key(|&(count, _)| std::cmp::Reverse(count));
        for (count, group) in order {
            if count == 0 {
                continue;
            }
            labels.clear();
            labels.extend(children(words, group, depth).map(|(code, ..)| code));
            let base = free.place(&labels);
            trie.labels.resize(trie.labels.len().max(base + codes), EMPTY);
            trie.nodes.resize(trie.labels.len(), 0);
            match depth {
                1 => trie.bases[group.slot] = base as u32,
                _ => trie.nodes[group.slot] |= base as u64,
            }
            for (code, from, to) in children(words, group, depth) {
                let slot = base + code as usize;
                trie.labels[slot] = code;
                if words[from].0.len() == depth + 1 {
                    trie.nodes[slot] = u64::from(words[from].1) << 32;
                }
                next.push(Group { slot, from, to });
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    // Slot 0 and every `0 + code` are read on a miss, also where there are no words at all.
    trie.labels.resize(trie.labels.len().max(codes), EMPTY);
    trie.nodes.resize(trie.labels.len(), 0);
    trie
}

/// The words below one node: a range of the sorted words, and where the node is kept.
#[derive(Clone, Copy)]
struct Group {
    slot: usize,
    from: usize,
    to: usize,
}

/// The codes that follow a prefix of `depth` codes, each with the range of its words.
fn children(words: &[Word], group: Group, depth: usize) -> impl Iterator<Item = (u16, usize, usize)> {
    let mut at = group.from;
    if at < group.to && words[at].0.len() == depth {
        at += 1;
    }
    std::iter::from_fn(move || {
        let code = *words[at..group.to].first()?.0.get(depth)?;
        let from = at;
        at += words[at..group.to].partition_point(|(word, _)| word[depth] <= code);
        Some((code, from, at))
    })
}

/// Which slots and which bases are taken.
struct FreeSlots {
    slots: Bits,
    bases: Bits,
    /// Where the search for a place for as many children as last time begins.
    start: usize,
    count: usize,
}

/// After so many places that did not fit, the next search for as many children begins where this one ended.
const PATIENCE: usize = 128;

impl FreeSlots {
    fn new() -> FreeSlots {
        let mut free = FreeSlots { slots: Bits::default(), bases: Bits::default(), start: 0, count: 0 };
        free.slots.set(0);
        free.bases.set(0);
        free
    }

    /// Takes the slots for a node's children and gives back their base.
    fn place(&mut self, labels: &[u16]) -> usize {
        if self.count != labels.len() {
            self.count = labels.len();
            self.start = self.slots.next_clear(0);
        }
        let lowest = labels[0] as usize;
        let mut slot = self.slots.next_clear(self.start.max(lowest + 1));
        let mut tries = 0;
        let base = loop {
            let base = slot - lowest;
            if !self.bases.get(base) && labels.iter().rev().all(|&label| !self.slots.get(base + label as usize)) {
                break base;
            }
            tries += 1;
            slot = self.slots.next_clear(slot + 1);
        };
        if tries > PATIENCE {
            self.start = slot;
        }
        self.bases.set(base);
        labels.iter().for_each(|&label| self.slots.set(base + label as usize));
        base
    }
}

/// A set of numbers without an upper limit.
#[derive(Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn get(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    fn set(&mut self, at: usize) {
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        self.0[at / 64] |= 1 << (at % 64);
    }

    /// The first number from `at` on that is not in the set.
    fn next_clear(&self, at: usize) -> usize {
        let mut at = at;
        while let Some(word) = self.0.get(at / 64) {
            let clear = !word >> (at % 64);
            if clear != 0 {
                return at + clear.trailing_zeros() as usize;
            }
            at = (at / 64 + 1) * 64;
        }
        at
    }
}
