//! The built-in groups as the build script lays them out (`build/synonyms.rs`): a process that looks up a few terms reads
//! no other.

use std::cmp::Ordering;

mod table {
    include!(concat!(env!("OUT_DIR"), "/synonym_table.rs"));
}

/// A built-in term that finds others.
#[derive(Debug, Clone, Copy)]
pub struct Term(usize);

impl Term {
    /// Returns the term that is written like this, folded; none if no group has it, or only as a term that is found.
    pub fn of(folded: &str) -> Option<Term> {
        let (mut from, mut to) = (0, table::FINDING);
        while from < to {
            let middle = from + (to - from) / 2;
            match string(middle).cmp(folded) {
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
                Ordering::Equal => return Some(Term(middle)),
            }
        }
        None
    }

    /// Returns its synonyms in the order of the file, each with the note of its group.
    pub fn synonyms(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let range = table::SYNONYM_ENDS[self.0] as usize..table::SYNONYM_ENDS[self.0 + 1] as usize;
        let note = |number: u16| part(table::NOTES, &table::NOTE_ENDS, usize::from(number));
        table::SYNONYMS[range].iter().map(move |(term, of)| (string(usize::from(*term)), note(*of)))
    }
}

/// Returns the length in characters of the longest built-in term that finds others and begins with this character.
pub fn longest(first: char) -> usize {
    let found = table::LONGEST.binary_search_by_key(&first, |(first, _)| *first);
    found.map_or(0, |at| usize::from(table::LONGEST[at].1))
}

/// Returns a term by its number; those that find others come first, in order.
fn string(number: usize) -> &'static str {
    part(table::TERMS, &table::TERM_ENDS, number)
}

fn part(all: &'static str, ends: &[u32], number: usize) -> &'static str {
    &all[ends[number] as usize..ends[number + 1] as usize]
}
