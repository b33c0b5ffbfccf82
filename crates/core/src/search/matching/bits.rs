//! Bit sets of the documents of one segment.

use tantivy::DocId;

/// A set of documents of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    max_doc: DocId,
}

impl Bits {
    /// Returns the empty set of documents of a segment of this size.
    pub fn empty(max_doc: DocId) -> Bits {
        Bits { words: vec![0; max_doc.div_ceil(64) as usize], max_doc }
    }

    /// Returns the set of all documents of a segment of this size.
    pub fn full(max_doc: DocId) -> Bits {
        let mut bits = Bits { words: vec![u64::MAX; max_doc.div_ceil(64) as usize], max_doc };
        bits.trim();
        bits
    }

    /// Returns the number of documents in the segment, deleted ones included.
    pub fn max_doc(&self) -> DocId {
        self.max_doc
    }

    /// Inserts a document.
    #[inline]
    pub fn insert(&mut self, doc: DocId) {
        self.words[doc as usize / 64] |= 1 << (doc % 64);
    }

    /// Removes a document.
    #[inline]
    pub fn remove(&mut self, doc: DocId) {
        if let Some(word) = self.words.get_mut(doc as usize / 64) {
            *word &= !(1 << (doc % 64));
        }
    }

    /// Whether the set contains a document.
    #[inline]
    pub fn contains(&self, doc: DocId) -> bool {
        self.words.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// Returns the first document of the set from this one on.
    pub fn next(&self, from: DocId) -> Option<DocId> {
        let mut at = from as usize / 64;
        let mut word = self.words.get(at)? & (u64::MAX << (from % 64));
        while word == 0 {
            at += 1;
            word = *self.words.get(at)?;
        }
        Some(at as DocId * 64 + word.trailing_zeros())
    }

    /// Intersects this set with another.
    pub fn and(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= b);
    }

    /// Adds the documents of another set.
    pub fn or(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
    }

    /// Removes the documents of another set.
    pub fn and_not(&mut self, other: &Bits) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= !b);
    }

    /// Returns the documents of this set that are not in the other.
    pub fn without(&self, other: &Bits) -> Bits {
        let mut left = self.clone();
        left.and_not(other);
        left
    }

    /// Replaces the set by its complement.
    pub fn negate(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
    }

    /// Returns the number of documents in the set.
    pub fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether the set contains more documents than it lacks.
    pub fn holds_most(&self) -> bool {
        2 * self.count() > u64::from(self.max_doc)
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Returns an iterator over the documents of the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = DocId> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(at as DocId * 64 + bit)
            })
        })
    }

    /// Returns the documents of the set as a list, in order.
    pub fn to_vec(&self) -> Vec<DocId> {
        let mut docs = Vec::with_capacity(self.count() as usize);
        for (at, word) in self.words.iter().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                docs.push(at as DocId * 64 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
        docs
    }

    fn trim(&mut self) {
        let used = self.max_doc % 64;
        if used > 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << used) - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_behave_as_sets() {
        let mut odd = Bits::empty(131);
        (1..131).step_by(2).for_each(|doc| odd.insert(doc));
        let mut even = odd.clone();
        even.negate();
        assert_eq!(even.count(), 66);
        assert_eq!(even.iter().last(), Some(130));
        assert_eq!(even.to_vec(), even.iter().collect::<Vec<_>>());
        let mut all = odd.clone();
        all.or(&even);
        assert_eq!(all, Bits::full(131));
        all.and_not(&odd);
        assert_eq!(all, even);
        all.and(&odd);
        assert!(all.is_empty());
        assert_eq!([0, 1, 2, 64, 129, 130, 1_000].map(|doc| odd.next(doc)), {
            [Some(1), Some(1), Some(3), Some(65), Some(129), None, None]
        });
        assert!(odd.contains(1) && !odd.contains(0) && !odd.contains(10_000));
    }
}
