//! The words as a double array: words in codes flow in, three flat arrays flow out. `build.rs` includes this file, so it
//! leans on nothing else of the crate.
//!
//! A node is a prefix of a word. What stands before its first code is a group: the same codes in two groups are two words.
//! The child of the node with base `b` on code `c` is slot `b + c`, if the label of that slot
//! is `c`. No two nodes share a base, so a label that fits proves the child; labels are kept apart from the nodes, so that
//! a miss touches nothing else. Base 0 belongs to nobody: it is the base of a node without children, and no label fits it.

/// The label of an empty slot. No code is as high.
pub const EMPTY: u16 = u16::MAX;

/// A double array below the groups of its words.
#[derive(Clone)]
pub struct Trie {
    /// The base of each group; 0 where it has no words.
    pub bases: Vec<u32>,
    /// The code that leads to each slot, [`EMPTY`] where there is none.
    pub labels: Vec<u16>,
    /// What each slot holds: the base of its children in the lower half, its word's value in the upper, 0 for no word.
    pub nodes: Vec<u64>,
}

/// A word: its group, the codes after it, of which there is one at least and none is 0, and its value, which is not 0.
pub type Word = (u32, Vec<u16>, u32);

/// Builds the trie of `words`, sorted and each once, over groups below `groups` and codes below `codes`.
pub fn build(words: &[Word], groups: usize, codes: usize) -> Trie {
    let mut trie = Trie { bases: vec![0; groups], labels: Vec::new(), nodes: Vec::new() };
    let mut free = FreeSlots::new();
    let mut level: Vec<Node> = Vec::new();
    for group in words.chunk_by(|a, b| a.0 == b.0) {
        let from = level.last().map_or(0, |node| node.to);
        level.push(Node { slot: group[0].0 as usize, from, to: from + group.len() });
    }
    let mut labels: Vec<u16> = Vec::new();
    for depth in 0.. {
        let mut next = Vec::new();
        // The nodes with most children are placed first, while there is room; the others fill the gaps.
        let mut order: Vec<(usize, Node)> =
            level.into_iter().map(|node| (children(words, node, depth).count(), node)).collect();
        order.sort_by_key(|&(count, _)| std::cmp::Reverse(count));
        for (count, node) in order {
            if count == 0 {
                continue;
            }
            labels.clear();
            labels.extend(children(words, node, depth).map(|(code, ..)| code));
            let base = free.place(&labels);
            trie.labels.resize(trie.labels.len().max(base + codes), EMPTY);
            trie.nodes.resize(trie.labels.len(), 0);
            match depth {
                0 => trie.bases[node.slot] = base as u32,
                _ => trie.nodes[node.slot] |= base as u64,
            }
            for (code, from, to) in children(words, node, depth) {
                let slot = base + code as usize;
                trie.labels[slot] = code;
                if words[from].1.len() == depth + 1 {
                    trie.nodes[slot] = u64::from(words[from].2) << 32;
                }
                next.push(Node { slot, from, to });
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
struct Node {
    slot: usize,
    from: usize,
    to: usize,
}

/// The codes that follow a prefix of `depth` codes, each with the range of its words.
fn children(words: &[Word], node: Node, depth: usize) -> impl Iterator<Item = (u16, usize, usize)> {
    let mut at = node.from;
    if at < node.to && words[at].1.len() == depth {
        at += 1;
    }
    std::iter::from_fn(move || {
        let code = *words[at..node.to].first()?.1.get(depth)?;
        let from = at;
        at += words[at..node.to].partition_point(|(_, word, _)| word[depth] <= code);
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
