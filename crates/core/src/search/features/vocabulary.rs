//! Word counts over sets of articles, as the index segments their texts: the figures that keywords and collocations are
//! computed from.
//!
//! Sets of documents and a query's matches among them flow in; the words of title, lead and body with their counts flow
//! out, as the index's words fields hold them.

use rayon::prelude::*;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;

use crate::control::Stops;
use crate::error::Result;
use crate::index::Snapshot;
use crate::search::kind::Kind;
use crate::search::matching::bits::Bits;
use crate::search::matching::collapse::Copies;
use crate::search::matching::segment::{Segment, read};
use crate::search::pipeline::Found;
use crate::search::request::Request;
use gongxun_text::function_words::is_function_word;
use gongxun_text::strings::Class;

/// The articles of a snapshot in two sets: those that match, and all others. Of the copies of one article one is in one
/// of the sets.
pub struct Sets {
    /// Those that match, for each segment.
    pub own: Vec<Bits>,
    /// The others.
    pub rest: Vec<Bits>,
}

impl Sets {
    /// Returns the matches that a request counts, and the rest of the archive.
    pub fn of(found: &Found<'_>, request: &Request) -> Sets {
        let mut sets = Sets { own: Vec::new(), rest: Vec::new() };
        for (ord, segment) in found.snapshot.searcher.segment_readers().iter().enumerate() {
            let mut own = Bits::empty(segment.max_doc());
            for kind in Kind::ALL.into_iter().filter(|kind| request.count.includes(*kind)) {
                found.shown(kind, ord).into_iter().for_each(|shown| own.or(shown));
            }
            let mut rest = Bits::empty(segment.max_doc());
            segment.doc_ids_alive().filter(|doc| !own.contains(*doc)).for_each(|doc| rest.insert(doc));
            sets.own.push(own);
            sets.rest.push(rest);
        }
        if request.copies == Copies::Collapsed {
            sets.leave_one_copy(found);
        }
        sets
    }

    /// Leaves one copy of each cluster: a match displaces all others; in a cluster without a match the copy with the
    /// least place stays.
    fn leave_one_copy(&mut self, found: &Found<'_>) {
        let copies = &found.copies;
        let mut least: Vec<Option<u32>> = vec![None; copies.clusters.len()];
        let mut matching = vec![false; copies.clusters.len()];
        for (ord, of_segment) in copies.segments.iter().enumerate() {
            for copy in of_segment {
                matching[copy.cluster as usize] |= self.own[ord].contains(copy.doc);
                if self.rest[ord].contains(copy.doc) {
                    let least = &mut least[copy.cluster as usize];
                    *least = Some(least.map_or(copy.place, |place| place.min(copy.place)));
                }
            }
        }
        for (ord, of_segment) in copies.segments.iter().enumerate() {
            for copy in of_segment {
                let cluster = copy.cluster as usize;
                if matching[cluster] || least[cluster] != Some(copy.place) {
                    self.rest[ord].remove(copy.doc);
                }
            }
        }
    }
}

/// The frequency of a word in a set of articles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// The number of occurrences, segmented as this word.
    pub count: u64,
    /// The number of articles.
    pub articles: u64,
}

/// A word with its frequencies in the articles of both sets.
pub type Frequencies = (Box<str>, [Sum; 2]);

/// Returns the words of the articles in `own`, in order of their bytes, each with its frequencies in both sets, and the
/// number of words in each set.
///
/// # Errors
/// If an index file can't be read; [`crate::error::Error::Interrupted`] if the control of a segment asks to stop.
pub fn words(snapshot: &Snapshot, sets: &Sets, watch: &dyn Stops) -> Result<(Vec<Frequencies>, [u64; 2])> {
    let mut words = Vec::new();
    let mut totals = [0; 2];
    let segments: Vec<Segment<'_>> = Segment::all(snapshot).map(|segment| segment.watched(watch)).collect();
    let mut counter = Counter::new(&segments, sets);
    each(&segments, |word, places| {
        let sums = counter.count(places)?;
        totals[0] += sums[0].count;
        totals[1] += sums[1].count;
        if sums[0].count > 0 {
            words.push((word.into(), sums));
        }
        Ok(())
    })?;
    Ok((words, totals))
}

/// The number of words that a thread counts at a time.
const SHARE: usize = 256;

/// Counts the occurrences of each of these words in the articles of both sets.
///
/// # Errors
/// Same as [`words`].
pub fn sums(snapshot: &Snapshot, sets: &Sets, words: &[&str], watch: &dyn Stops) -> Result<Vec<u64>> {
    let mut counted = sets.own.clone();
    counted.iter_mut().zip(&sets.rest).for_each(|(counted, rest)| counted.or(rest));
    let share = |words: &[&str]| -> Result<Vec<u64>> {
        let segments: Vec<Segment<'_>> = Segment::all(snapshot).map(|segment| segment.watched(watch)).collect();
        let mut sums = Vec::with_capacity(words.len());
        for word in words {
            let mut sum = 0;
            for (segment, counted) in segments.iter().zip(&counted) {
                segment.tick()?;
                for field in fields(snapshot) {
                    let Some(info) = segment.term(field, word)? else { continue };
                    segment.frequencies(field, &info, |docs, counts, _| {
                        let wanted = docs.iter().zip(counts).filter(|(doc, _)| counted.contains(**doc));
                        sum += wanted.map(|(_, count)| u64::from(*count)).sum::<u64>();
                    })?;
                }
            }
            sums.push(sum);
        }
        Ok(sums)
    };
    Ok(words.par_chunks(SHARE).map(share).collect::<Result<Vec<_>>>()?.concat())
}

/// Counts the words in the articles of both sets.
///
/// # Errors
/// Same as [`words`].
pub fn total(snapshot: &Snapshot, sets: &Sets, watch: &dyn Stops) -> Result<u64> {
    let mut all = 0;
    for segment in Segment::all(snapshot) {
        let segment = segment.watched(watch);
        if sets.own[segment.ord].count() + sets.rest[segment.ord].count() == u64::from(segment.max_doc()) {
            // The index has this sum.
            for field in fields(snapshot) {
                all += segment.inverted_index(field)?.total_num_tokens();
            }
            continue;
        }
        let segments = [segment];
        let mut counter = Counter::new(&segments, sets);
        each(&segments, |_, places| {
            let [own, rest] = counter.count(places)?;
            all += own.count + rest.count;
            Ok(())
        })?;
    }
    Ok(all)
}

/// Whether a word carries meaning of its own: it is no particle, number or sign.
pub fn is_content(word: &str) -> bool {
    let is_number = |word: &str| word.chars().all(|c| Class::of(c) == Class::Digit);
    !is_number(word) && !is_function_word(word)
}

fn fields(snapshot: &Snapshot) -> [Field; 3] {
    let fields = &snapshot.fields;
    [fields.title.words, fields.lead.words, fields.body.words]
}

/// The postings of one word in a field of a segment, which is named by its place in a list.
type Place = (usize, Field, TermInfo);

/// Calls `take` for each word of these segments, in order of its bytes, with its postings, segment by segment.
fn each(segments: &[Segment<'_>], mut take: impl FnMut(&str, &[Place]) -> Result<()>) -> Result<()> {
    let mut readers = Vec::new();
    for (number, segment) in segments.iter().enumerate() {
        for field in fields(segment.snapshot) {
            readers.push((number, field, segment.inverted_index(field)?));
        }
    }
    let mut streams = Vec::new();
    for (number, field, inverted) in &readers {
        let mut stream = read(inverted.terms().stream())?;
        if stream.advance() {
            streams.push((*number, *field, stream));
        }
    }
    let mut word: Vec<u8> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    while let Some(least) = streams.iter().map(|(_, _, stream)| stream.key()).min() {
        segments[0].tick()?;
        word.clear();
        word.extend_from_slice(least);
        places.clear();
        streams.retain_mut(|(number, field, stream)| {
            if stream.key() != word {
                return true;
            }
            places.push((*number, *field, stream.value().clone()));
            stream.advance()
        });
        if let Ok(word) = std::str::from_utf8(&word) {
            take(word, &places)?;
        }
    }
    Ok(())
}

/// Counts words in the articles of two sets.
struct Counter<'a> {
    segments: &'a [Segment<'a>],
    /// For each document of each segment the number of its set; [`IN_NONE`] if it is in none.
    sets: Vec<Vec<u8>>,
    /// The number of the last word that each document was counted for, from 1 on.
    last: Vec<Vec<u32>>,
    word: u32,
}

/// The number of documents that are in neither set.
const IN_NONE: usize = 2;

impl<'a> Counter<'a> {
    fn new(segments: &'a [Segment<'a>], sets: &Sets) -> Counter<'a> {
        let of_segment = |segment: &Segment<'_>| {
            let mut numbers = vec![IN_NONE as u8; segment.max_doc() as usize];
            for (number, set) in [&sets.own[segment.ord], &sets.rest[segment.ord]].into_iter().enumerate() {
                set.iter().for_each(|doc| numbers[doc as usize] = number as u8);
            }
            numbers
        };
        let last = segments.iter().map(|segment| vec![0; segment.max_doc() as usize]).collect();
        Counter { segments, sets: segments.iter().map(of_segment).collect(), last, word: 0 }
    }

    /// Counts one word, with these postings.
    fn count(&mut self, places: &[Place]) -> Result<[Sum; 2]> {
        let mut sums = [Sum::default(); IN_NONE + 1];
        self.word += 1;
        for of_segment in places.chunk_by(|(a, ..), (b, ..)| a == b) {
            for (number, field, info) in of_segment {
                let (sets, last) = (&self.sets[*number], &mut self.last[*number]);
                self.segments[*number].frequencies(*field, info, |docs, counts, _| {
                    for (doc, count) in docs.iter().zip(counts) {
                        let sum = &mut sums[usize::from(sets[*doc as usize])];
                        sum.count += u64::from(*count);
                        // An article that has the word in its title and its body counts once.
                        let is_first = of_segment.len() == 1
                            || std::mem::replace(&mut last[*doc as usize], self.word) != self.word;
                        sum.articles += u64::from(is_first);
                    }
                })?;
            }
        }
        let [own, rest, _] = sums;
        Ok([own, rest])
    }
}
