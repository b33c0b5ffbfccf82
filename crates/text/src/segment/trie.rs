//! A double-array trie: words in codes flow in, three flat arrays flow out. `build.rs` includes this file, so it uses
//! nothing else of the crate.
//!
//! A node is a prefix of a word. A group is what precedes its first code: the same codes in two groups are two words.
//! The child of the node with base `b` on code `c` is slot `b + c`, if the label of that slot is `c`. No two nodes
//! share a base, so a matching label proves the child; labels are stored apart from the nodes, so that a miss touches
//! nothing else. Base 0 is reserved: it is the base of a node without children, and no label matches it.

use std::collections::BinaryHeap;

/// The label of an empty slot. No code is as high.
pub const EMPTY: u16 = u16::MAX;

/// A double-array trie of words in groups.
#[derive(Clone)]
pub struct Trie {
    /// The base of each group; 0 if it has no words.
    pub bases: Vec<u32>,
    /// The code that leads to each slot, [`EMPTY`] if there is none.
    pub labels: Vec<u16>,
    /// The content of each slot: the base of its children in the lower half, its word's value in the upper, 0 for no
    /// word.
    pub nodes: Vec<u64>,
}

/// A word: its group, the codes after it (at least one, none of them 0), and its value, which is not 0.
pub type Word = (u32, Vec<u16>, u32);

/// Builds the trie of `words`, sorted and distinct, over groups below `groups` and codes below `codes`. Words with a
/// high `weight` are placed near each other.
pub fn build(words: &[Word], groups: usize, codes: usize, weight: impl Fn(u32) -> u64) -> Trie {
    let mut trie = Trie { bases: vec![0; groups], labels: Vec::new(), nodes: Vec::new() };
    let mut free = FreeSlots::new();
    let weigh = |from: usize, to: usize| words[from..to].iter().map(|word| weight(word.2)).sum::<u64>();
    let mut waiting: BinaryHeap<Node> = BinaryHeap::new();
    let mut from = 0;
    for group in words.chunk_by(|a, b| a.0 == b.0) {
        let to = from + group.len();
        waiting.push(Node { weight: weigh(from, to), from, to, depth: 0, slot: group[0].0 as usize });
        from = to;
    }
    let mut labels: Vec<u16> = Vec::new();
    while let Some(node) = waiting.pop() {
        labels.clear();
        labels.extend(children(words, &node).map(|(code, ..)| code));
        if labels.is_empty() {
            continue;
        }
        let base = free.place(&labels);
        trie.labels.resize(trie.labels.len().max(base + codes), EMPTY);
        trie.nodes.resize(trie.labels.len(), 0);
        match node.depth {
            0 => trie.bases[node.slot] = base as u32,
            _ => trie.nodes[node.slot] |= base as u64,
        }
        for (code, from, to) in children(words, &node) {
            let slot = base + code as usize;
            let depth = node.depth + 1;
            trie.labels[slot] = code;
            if words[from].1.len() == depth {
                trie.nodes[slot] = u64::from(words[from].2) << 32;
            }
            waiting.push(Node { weight: weigh(from, to), from, to, depth, slot });
        }
    }
    // Slot 0 and every `0 + code` are read on a miss, even if there are no words at all.
    trie.labels.resize(trie.labels.len().max(codes), EMPTY);
    trie.nodes.resize(trie.labels.len(), 0);
    trie
}

/// A node whose children are to be placed: their weight, the range of its words, its depth in codes, and the slot or
/// the group it is.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    weight: u64,
    from: usize,
    to: usize,
    depth: usize,
    slot: usize,
}

/// Returns the codes that follow a node, each with the range of its words.
fn children(words: &[Word], node: &Node) -> impl Iterator<Item = (u16, usize, usize)> {
    let &Node { from, to, depth, .. } = node;
    let mut at = from;
    if at < to && words[at].1.len() == depth {
        at += 1;
    }
    std::iter::from_fn(move || {
        let code = *words[at..to].first()?.1.get(depth)?;
        let from = at;
        at += words[at..to].partition_point(|(_, word, _)| word[depth] <= code);
        Some((code, from, at))
    })
}

/// The slots and the bases in use.
struct FreeSlots {
    slots: Bits,
    bases: Bits,
    /// The start of the search for room for one child, for two, and so on; the last is for all greater numbers.
    starts: [usize; 16],
}

/// The number of failed places after which the next search for as many children begins where this one ended.
const PATIENCE: usize = 512;

impl FreeSlots {
    fn new() -> FreeSlots {
        let mut free = FreeSlots { slots: Bits::default(), bases: Bits::default(), starts: [0; 16] };
        free.slots.set(0);
        free.bases.set(0);
        free
    }

    /// Reserves the slots for a node's children and returns their base.
    fn place(&mut self, labels: &[u16]) -> usize {
        let lowest = labels[0] as usize;
        let start = &mut self.starts[labels.len().min(16) - 1];
        *start = self.slots.next_clear(*start);
        let mut slot = self.slots.next_clear((*start).max(lowest + 1));
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
            *start = slot;
        }
        self.bases.set(base);
        labels.iter().for_each(|&label| self.slots.set(base + label as usize));
        base
    }
}

/// A set of numbers without an upper limit, as a bitmap.
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

    /// Returns the first number from `at` on that is not in the set.
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
