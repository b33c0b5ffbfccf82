//! Word counts over sets of articles, as the index segments their texts: the figures that keywords and collocations are
//! computed from.
//!
//! Sets of documents and a query's matches among them flow in; the words of title, lead and body with their counts flow
//! out, as the index's words fields hold them.

use std::collections::HashMap;

use tantivy::postings::TermInfo;
use tantivy::schema::Field;

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

/// Words, each with its frequencies in both sets.
pub type Sums = HashMap<Box<str>, [Sum; 2]>;

/// Returns the words of the articles in `own`, each with its frequencies in both sets, and the number of words in each
/// set.
///
/// # Errors
/// If an index file can't be read; [`crate::error::Error::Interrupted`] if the control of a segment asks to stop.
pub fn words(snapshot: &Snapshot, sets: &Sets, watch: &dyn crate::control::Stops) -> Result<(Sums, [u64; 2])> {
    let mut words = Sums::new();
    let mut totals = [0; 2];
    // First the words of the set, then their counts in the rest: words of the rest alone need not be kept.
    for round in [0, 1] {
        for segment in Segment::all(snapshot) {
            let segment = segment.watched(watch);
            let of_segment = [&sets.own[segment.ord], &sets.rest[segment.ord]];
            each(&segment, |word, places| {
                let known = words.get_mut(word);
                if round == 1 {
                    let Some(sums) = known else { return Ok(()) };
                    let sum = &mut sums[1];
                    let (_, more) = sum_of(&segment, places, of_segment)?;
                    sum.count += more.count;
                    sum.articles += more.articles;
                    return Ok(());
                }
                let (own, rest) = sum_of(&segment, places, of_segment)?;
                totals[0] += own.count;
                totals[1] += rest.count;
                if own.count > 0 {
                    let sums = match known {
                        Some(sums) => sums,
                        None => words.entry(word.into()).or_default(),
                    };
                    sums[0].count += own.count;
                    sums[0].articles += own.articles;
                }
                Ok(())
            })?;
        }
    }
    Ok((words, totals))
}

/// Counts the occurrences of one word in the articles of both sets.
///
/// # Errors
/// If an index file can't be read.
pub fn sum(snapshot: &Snapshot, sets: &Sets, word: &str) -> Result<u64> {
    let mut count = 0;
    for segment in Segment::all(snapshot) {
        for field in fields(snapshot) {
            if let Some(info) = segment.term(field, word)? {
                let (own, rest) = (&sets.own[segment.ord], &sets.rest[segment.ord]);
                segment.frequencies(field, &info, |docs, counts, _| {
                    let wanted = docs.iter().zip(counts).filter(|(doc, _)| own.contains(**doc) || rest.contains(**doc));
                    count += wanted.map(|(_, count)| u64::from(*count)).sum::<u64>();
                })?;
            }
        }
    }
    Ok(count)
}

/// Counts the words in the articles of both sets.
///
/// # Errors
/// Same as [`words`].
pub fn total(snapshot: &Snapshot, sets: &Sets, watch: &dyn crate::control::Stops) -> Result<u64> {
    let mut all = 0;
    for segment in Segment::all(snapshot) {
        let segment = segment.watched(watch);
        let (own, rest) = (&sets.own[segment.ord], &sets.rest[segment.ord]);
        if own.count() + rest.count() == u64::from(segment.max_doc()) {
            // The index has this sum.
            for field in fields(snapshot) {
                all += segment.inverted_index(field)?.total_num_tokens();
            }
            continue;
        }
        each(&segment, |_, places| {
            let (own, rest) = sum_of(&segment, places, [own, rest])?;
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

/// The postings of one word in each field of a segment that holds it.
type Places = Vec<(Field, TermInfo)>;

/// Calls `take` for each word of a segment, in order of its bytes, with its postings in all fields.
fn each(segment: &Segment<'_>, mut take: impl FnMut(&str, &Places) -> Result<()>) -> Result<()> {
    let fields = fields(segment.snapshot);
    let inverted: Vec<_> =
        fields.iter().map(|field| segment.inverted_index(*field)).collect::<std::result::Result<_, _>>()?;
    let mut streams = Vec::new();
    for (field, inverted) in fields.into_iter().zip(&inverted) {
        let mut stream = read(inverted.terms().stream())?;
        let more = stream.advance();
        streams.push((field, stream, more));
    }
    let mut word: Vec<u8> = Vec::new();
    let mut places = Places::new();
    loop {
        segment.tick()?;
        let least = streams.iter().filter(|(_, _, more)| *more).map(|(_, stream, _)| stream.key()).min();
        let Some(least) = least else { return Ok(()) };
        word.clear();
        word.extend_from_slice(least);
        places.clear();
        for (field, stream, more) in &mut streams {
            if *more && stream.key() == word {
                places.push((*field, stream.value().clone()));
                *more = stream.advance();
            }
        }
        if let Ok(word) = std::str::from_utf8(&word) {
            take(word, &places)?;
        }
    }
}

/// Counts a word in the articles of two sets of a segment.
fn sum_of(segment: &Segment<'_>, places: &Places, [own, rest]: [&Bits; 2]) -> Result<(Sum, Sum)> {
    let mut sums = (Sum::default(), Sum::default());
    let mut seen: Vec<u32> = Vec::new();
    for (field, info) in places {
        segment.frequencies(*field, info, |docs, counts, _| {
            for (doc, count) in docs.iter().zip(counts) {
                let sum = match (own.contains(*doc), rest.contains(*doc)) {
                    (true, _) => &mut sums.0,
                    (_, true) => &mut sums.1,
                    _ => continue,
                };
                sum.count += u64::from(*count);
                // An article that has the word in its title and its body counts once.
                if places.len() == 1 {
                    sum.articles += 1;
                } else {
                    seen.push(*doc);
                }
            }
        })?;
    }
    seen.sort_unstable();
    seen.dedup();
    for doc in seen {
        if own.contains(doc) { &mut sums.0 } else { &mut sums.1 }.articles += 1;
    }
    Ok(sums)
}
