//! Similar words by the word list of a segment: words that sound like a word, exactly or roughly, or differ from it by
//! one character.
//!
//! A word that differs by one character in its first half has the second half of the other, and the reverse: the list has
//! the words by their ending, the term dictionaries by their beginning. Both look-ups give more words than are wanted; the
//! caller decides which are.

use std::collections::{HashMap, HashSet};

use tantivy::SegmentReader;
use tantivy::schema::Field;

use super::nearby::{Nearby, Wanted, near};
use crate::error::Result;
use crate::index::Snapshot;
use crate::index::word_lists::WordList;
use crate::search::matching::segment::read;
use crate::search::matching::strings::terms;
use gongxun_text::pinyin::coarse;

/// Returns the words that may be near a target and are wanted, with the number of articles in all fields from which
/// suggestions are made, over all segments: by the word list of each, or, if it has none, by a walk over its dictionaries.
///
/// # Errors
/// If an index file can't be read.
pub(super) fn suggested(
    snapshot: &Snapshot,
    wanted: &[Wanted],
    is_wanted: impl Fn(&str) -> bool,
) -> Result<HashMap<String, u64>> {
    let fields = snapshot.fields.suggested();
    let mut found: HashMap<String, u64> = HashMap::new();
    let mut nearby = None;
    for (ord, segment) in snapshot.searcher.segment_readers().iter().enumerate() {
        let mut each = |word: &str, articles: u64| {
            if let Some(sum) = found.get_mut(word) {
                *sum += articles;
            } else if is_wanted(word) {
                found.insert(word.to_string(), articles);
            }
            Ok(())
        };
        match snapshot.word_list(ord) {
            Some(list) => near_listed(segment, list, &fields, wanted, &is_wanted, each)?,
            None => {
                let nearby = nearby.get_or_insert_with(|| Nearby::new(wanted));
                fields.iter().try_for_each(|field| near(segment, *field, nearby, &mut each))?;
            }
        }
    }
    Ok(found)
}

/// Calls for the words of a segment that may be near a target and are wanted, each once, with the number of documents in
/// all fields together.
///
/// # Errors
/// If an index file can't be read.
fn near_listed(
    segment: &SegmentReader,
    list: &WordList,
    fields: &[Field],
    wanted: &[Wanted],
    is_wanted: impl Fn(&str) -> bool,
    mut each: impl FnMut(&str, u64) -> Result<()>,
) -> Result<()> {
    let mut found: HashSet<String> = HashSet::new();
    let mut take = |word: String| {
        if !found.contains(&word) && is_wanted(&word) {
            found.insert(word);
        }
    };
    for target in wanted {
        let letters = match target {
            Wanted::Like { sound, .. } | Wanted::Letters(sound) => sound,
            Wanted::Beginning(_) => continue,
        };
        let mut sound = String::new();
        coarse(letters, &mut sound);
        list.sounding_like(&sound, |word| take(word.iter().collect()));
        if let Wanted::Like { word, one_off: true, .. } = target {
            let is_one_off = |other: &[char]| {
                other.len() == word.len() && other.iter().zip(word).filter(|(a, b)| a != b).count() == 1
            };
            // The character in the middle counts as one of the first half.
            let half = word.len().div_ceil(2);
            list.ending_with(&word[half..], |other| {
                if is_one_off(other) {
                    take(other.iter().collect());
                }
            });
            let beginning: String = word[..half].iter().collect();
            for field in fields {
                terms(segment, *field, &beginning, |other, _| {
                    if is_one_off(&other.chars().collect::<Vec<char>>()) {
                        take(other.to_string());
                    }
                    Ok(())
                })?;
            }
        }
    }
    let dictionaries =
        fields.iter().map(|field| segment.inverted_index(*field)).collect::<tantivy::Result<Vec<_>>>()?;
    for word in found {
        let mut documents = 0;
        for dictionary in &dictionaries {
            documents += read(dictionary.terms().get(&word))?.map_or(0, |info| u64::from(info.doc_freq));
        }
        each(&word, documents)?;
    }
    Ok(())
}
