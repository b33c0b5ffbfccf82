//! Collocations: the words that stand near what a query looks for more often than chance would have it.
//!
//! Around each occurrence lies a window of a number of characters on either side within its paragraph; a word that lies
//! whole in a window counts once, however many windows it is in. The words are sorted by log-likelihood (Dunning 1993)
//! of the contingency table of near and far, this word and others; mutual information says how much more frequent a
//! word is near than overall: 1 for twice, 2 for four times.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;
use serde::Serialize;

use super::occurrences::{Sought, places, texts};
use super::vocabulary::{self, Sets};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::{Snapshot, check};
use crate::search::compile::needle::fold_into;
use crate::search::matching::reading;
use crate::search::pipeline::Found;
use crate::search::ranking::rank::{Order, Sort};
use crate::search::ranking::ranked::Ranked;
use crate::search::request::Request;
use gongxun_text::segment::{Hmm, Segmenter, Token};
use gongxun_text::strings::Class;

/// The default window: the number of characters looked at on either side of an occurrence.
pub const DEFAULT_WINDOW: usize = 10;
/// The largest window.
pub const MAX_WINDOW: usize = 1_000;
/// The default number of words returned.
pub const DEFAULT_LIMIT: usize = 50;
/// The default for [`Options::min_count`].
pub const DEFAULT_MIN_COUNT: u64 = 3;

/// Options of a collocation query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The number of characters looked at on either side of an occurrence.
    pub window: usize,
    /// The most words that are returned.
    pub limit: usize,
    /// The least number of times that a word stands near an occurrence to be returned.
    pub min_count: u64,
}

impl Options {
    /// Sets the number of characters that are looked at on either side.
    pub fn window(mut self, characters: usize) -> Options {
        self.window = characters;
        self
    }

    /// Sets the most words that are given.
    pub fn limit(mut self, words: usize) -> Options {
        self.limit = words;
        self
    }

    /// Sets how often a word stands near at least.
    pub fn min_count(mut self, count: u64) -> Options {
        self.min_count = count;
        self
    }
}

impl Default for Options {
    fn default() -> Options {
        Options { window: DEFAULT_WINDOW, limit: DEFAULT_LIMIT, min_count: DEFAULT_MIN_COUNT }
    }
}

/// The words that stand near what a query looks for.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Collocations {
    /// The query as it was typed.
    pub query: String,
    /// The measure that the words are ordered by: `log-likelihood`.
    pub measure: &'static str,
    /// The number of characters looked at on either side of an occurrence.
    pub window: usize,
    /// The number of occurrences of what the query looks for.
    pub occurrences: u64,
    /// The number of articles that these stand in.
    pub articles: u64,
    /// The number of words near the occurrences, particles and numbers included.
    pub words_near: u64,
    /// The number of words in the archive.
    pub words: u64,
    /// The words, in descending order of the measure.
    pub collocations: Vec<Collocation>,
    /// Whether the search was stopped before it finished: then there are no words.
    pub cut_short: bool,
    /// The notes on the answer.
    pub notes: Vec<String>,
}

/// A word that stands near an occurrence.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Collocation {
    /// The word, folded, as the index segments it.
    pub word: String,
    /// The number of times that the word stands near an occurrence.
    pub count: u64,
    /// Of `count`, those before the nearest occurrence.
    pub left: u64,
    /// Of `count`, those behind the nearest occurrence.
    pub right: u64,
    /// The number of articles in which it stands near an occurrence.
    pub articles: u64,
    /// The number of times that it stands in the archive.
    pub archive_count: u64,
    /// The expected `count` if the word were as frequent near the occurrences as in the whole archive.
    pub expected: f64,
    /// The log-likelihood, without a unit: from 15.13 on, the probability of chance is below 1 in 10,000.
    pub log_likelihood: f64,
    /// The mutual information: the binary logarithm of `count` divided by `expected`.
    pub mutual_information: f64,
}

/// The most bytes of a word that is kept in its entry: a longer one is elsewhere in memory.
const SHORT: usize = 15;

/// Words near the occurrences with their counts. Looking them up takes much of the time, and most of them are short.
#[derive(Default)]
struct Words {
    /// By their bytes, the last of which is their length.
    short: HashMap<u128, Near, FixedState>,
    long: HashMap<String, Near, FixedState>,
}

impl Words {
    fn get(&mut self, word: &str) -> &mut Near {
        if word.len() <= SHORT {
            let mut bytes = [0; SHORT + 1];
            bytes[..word.len()].copy_from_slice(word.as_bytes());
            bytes[SHORT] = word.len() as u8;
            return self.short.entry(u128::from_le_bytes(bytes)).or_default();
        }
        self.long.entry(word.to_string()).or_default()
    }

    /// Adds the counts in other articles.
    fn add(&mut self, other: Words) {
        for (word, near) in other.short {
            self.short.entry(word).or_default().add(&near);
        }
        for (word, near) in other.long {
            self.long.entry(word).or_default().add(&near);
        }
    }

    /// Returns the words that are at least so frequent.
    fn at_least(self, count: u64) -> Vec<(String, Near)> {
        let word = |bytes: u128| {
            let bytes = bytes.to_le_bytes();
            String::from_utf8_lossy(&bytes[..usize::from(bytes[SHORT])]).into_owned()
        };
        let is_wanted = |near: &Near| near.count() >= count;
        let short = self.short.into_iter().filter(|(_, near)| is_wanted(near)).map(|(bytes, near)| (word(bytes), near));
        short.chain(self.long.into_iter().filter(|(_, near)| is_wanted(near))).collect()
    }
}

/// Counts of a word near the occurrences.
#[derive(Default)]
struct Near {
    left: u64,
    right: u64,
    articles: u64,
    /// The number of the reader's last article with it, counted from 1.
    last: u64,
}

impl Near {
    fn count(&self) -> u64 {
        self.left + self.right
    }

    /// Adds the counts of other articles.
    fn add(&mut self, other: &Near) {
        self.left += other.left;
        self.right += other.right;
        self.articles += other.articles;
    }
}

/// Finds the words near what a request looks for, in the articles that it counts. Words that are less frequent there
/// than overall, particles and numbers are left out; of the copies of one article one is read, unless the request
/// counts all.
///
/// # Errors
/// If an index file can't be read or does not hold what was written.
pub fn collocations(
    snapshot: &Snapshot,
    request: &Request,
    options: &Options,
    control: &Control<'_>,
) -> Result<Collocations> {
    check::catching_panics(&snapshot.generation, || {
        let mut found = Found::find(snapshot, request, request.synonyms_on(snapshot)?, control)?;
        let ranked = found.ranked(Order { sort: Sort::Oldest, breadth: request.count, second_stage: 0 }, usize::MAX)?;
        let mut answer = Collocations {
            query: request.query.text.clone(),
            measure: "log-likelihood",
            window: options.window.min(MAX_WINDOW),
            cut_short: found.cut_short(),
            notes: request.query.notes.iter().map(|note| note.message.clone()).collect(),
            ..Collocations::default()
        };
        answer.notes.extend(found.count_notes(request.count));
        let sought = Sought::of(&found, request)?;
        let segmenter = snapshot.segmenter()?;
        // What excludes alone occurs nowhere.
        let ranked: Vec<Ranked> = ranked.into_iter().filter(|ranked| !sought.marks(ranked.kind).is_empty()).collect();
        let read = reading::sums(
            snapshot,
            &ranked,
            Some(control),
            || Reader::new(segmenter, answer.window),
            |reader, ranked, folded| {
                let article = snapshot.searched_texts(ranked.address)?;
                let before = reader.occurrences;
                reader.articles += 1;
                for (field, text) in texts(&article) {
                    let folded = fold_into(text, folded);
                    let occurrences = places(folded, field, sought.marks(ranked.kind), &article.blocks);
                    reader.text(folded, &occurrences);
                }
                // An article without an occurrence has no words near one either.
                reader.articles -= u64::from(reader.occurrences == before);
                Ok(())
            },
        );
        let readers = match read {
            Err(Error::Interrupted) => return Ok(Collocations { cut_short: true, ..answer }),
            readers => readers?,
        };
        let mut near = Words::default();
        for reader in readers {
            answer.occurrences += reader.occurrences;
            answer.articles += reader.articles;
            answer.words_near += reader.words_near;
            near.add(reader.near);
        }
        let sets = Sets::of(&found, request);
        answer.words = match vocabulary::total(snapshot, &sets, control) {
            Err(Error::Interrupted) => return Ok(Collocations { cut_short: true, ..answer }),
            words => words?,
        };
        let mut near = near.at_least(options.min_count);
        near.retain(|(word, _)| vocabulary::is_content(word));
        let words: Vec<&str> = near.iter().map(|(word, _)| word.as_str()).collect();
        let in_archive = match vocabulary::sums(snapshot, &sets, &words, control) {
            Err(Error::Interrupted) => return Ok(Collocations { cut_short: true, ..answer }),
            sums => sums?,
        };
        for ((word, near), archive_count) in near.into_iter().zip(in_archive) {
            let count = near.count();
            let archive_count = archive_count.max(count);
            let expected = answer.words_near as f64 * archive_count as f64 / answer.words.max(1) as f64;
            if count as f64 > expected {
                answer.collocations.push(Collocation {
                    count,
                    left: near.left,
                    right: near.right,
                    articles: near.articles,
                    archive_count,
                    expected,
                    log_likelihood: log_likelihood(count, answer.words_near, archive_count, answer.words),
                    mutual_information: (count as f64 / expected).log2(),
                    word,
                });
            }
        }
        let order = |a: &Collocation, b: &Collocation| {
            b.log_likelihood.total_cmp(&a.log_likelihood).then_with(|| a.word.cmp(&b.word))
        };
        answer.collocations.sort_unstable_by(order);
        answer.collocations.truncate(options.limit);
        Ok(answer)
    })
}

/// Returns the log-likelihood of a two-by-two table: `both` of the `near` words near occurrences are this word, as are
/// `word` of `all` words of the archive.
pub fn log_likelihood(both: u64, near: u64, word: u64, all: u64) -> f64 {
    let (both, near, word, all) = (both as f64, near as f64, word as f64, all.max(1) as f64);
    let of = |observed: f64, row: f64, column: f64| {
        let expected = row * column / all;
        if observed > 0.0 && expected > 0.0 { observed * (observed / expected).ln() } else { 0.0 }
    };
    let far = all - near;
    let sum = of(both, near, word)
        + of(near - both, near, all - word)
        + of(word - both, far, word)
        + of(far - (word - both), far, all - word);
    (2.0 * sum).max(0.0)
}

/// Reads texts paragraph by paragraph, and counts the words near occurrences.
struct Reader<'a> {
    segmenter: &'a Segmenter,
    window: usize,
    near: Words,
    /// The number of articles with occurrences, the current one included.
    articles: u64,
    occurrences: u64,
    words_near: u64,
    paragraph: String,
    tokens: Vec<Token>,
}

impl<'a> Reader<'a> {
    fn new(segmenter: &'a Segmenter, window: usize) -> Reader<'a> {
        let (near, paragraph, tokens) = Default::default();
        Reader { segmenter, window, near, articles: 0, occurrences: 0, words_near: 0, paragraph, tokens }
    }

    /// Counts the words of one folded text of the current article; its occurrences are in order.
    fn text(&mut self, folded: &[char], occurrences: &[Range<usize>]) {
        self.occurrences += occurrences.len() as u64;
        let mut occurrences = occurrences.iter().peekable();
        let mut start = 0;
        while start <= folded.len() && occurrences.peek().is_some() {
            let end = folded[start..].iter().position(|c| *c == '\n').map_or(folded.len(), |at| start + at);
            let mut here: Vec<Range<usize>> = Vec::new();
            while let Some(range) = occurrences.next_if(|range| range.start < end.max(start + 1)) {
                here.push(range.start - start..range.end.min(end).max(range.start) - start);
            }
            if !here.is_empty() {
                self.paragraph(&folded[start..end], &here);
            }
            start = end + 1;
        }
    }

    /// Counts the words of a paragraph. Only the stretches around its occurrences are cut into words.
    fn paragraph(&mut self, folded: &[char], occurrences: &[Range<usize>]) {
        let before = |occurrence: &Range<usize>| occurrence.start.saturating_sub(self.window);
        let behind = |occurrence: &Range<usize>| (occurrence.end + self.window).min(folded.len());
        let is_inside = |at: usize| folded.get(at).is_some_and(|c| !self.segmenter.divides(*c));
        let mut stretches: Vec<(Range<usize>, &[Range<usize>])> = Vec::new();
        let mut rest = occurrences;
        let mut done = 0;
        while let Some(first) = rest.first() {
            let (mut start, mut end) = (before(first).max(done), behind(first));
            while start > done && (start >= folded.len() || is_inside(start)) {
                start -= 1;
            }
            let mut count = 0;
            while let Some(next) = rest.get(count).filter(|next| before(next) <= end) {
                end = end.max(behind(next));
                while is_inside(end) {
                    end += 1;
                }
                count += 1;
            }
            stretches.push((start..end, &rest[..count]));
            (done, rest) = (end, &rest[count..]);
        }
        for (stretch, occurrences) in stretches {
            self.stretch(folded, stretch, occurrences);
        }
    }

    /// Counts the words of a stretch of a paragraph, at either end of which a word begins or ends.
    fn stretch(&mut self, folded: &[char], stretch: Range<usize>, mut occurrences: &[Range<usize>]) {
        // No word crosses a line end, so a paragraph is cut as the whole text is.
        self.paragraph.clear();
        self.paragraph.extend(&folded[stretch.clone()]);
        self.segmenter.cut(&self.paragraph, Hmm::On, &mut self.tokens);
        let mut at = stretch.start;
        for token in &self.tokens {
            let word = &self.paragraph[token.start as usize..token.end as usize];
            let range = at..at + word.chars().count();
            at = range.end;
            while let Some((_, rest)) =
                occurrences.split_first().filter(|(first, _)| is_behind(&range, first, self.window))
            {
                occurrences = rest;
            }
            let Some(is_left) = side(&range, occurrences, self.window) else { continue };
            if word.chars().all(|c| Class::of(c) == Class::Other) {
                continue;
            }
            self.words_near += 1;
            let near = self.near.get(word);
            if is_left {
                near.left += 1;
            } else {
                near.right += 1;
            }
            near.articles += u64::from(std::mem::replace(&mut near.last, self.articles) != self.articles);
        }
    }
}

/// Whether a word, and all words behind it, lie behind an occurrence's window.
fn is_behind(word: &Range<usize>, occurrence: &Range<usize>, window: usize) -> bool {
    occurrence.end <= word.start && occurrence.end + window < word.end
}

/// Tells on which side of the nearest occurrence a word stands (`true`: before it), among the occurrences in whose
/// window the whole word lies. None if it lies in no window, or overlaps an occurrence.
fn side(word: &Range<usize>, occurrences: &[Range<usize>], window: usize) -> Option<bool> {
    let mut nearest: Option<(usize, bool)> = None;
    for occurrence in occurrences.iter().take_while(|occurrence| occurrence.start <= word.end + window) {
        if word.start < occurrence.end && occurrence.start < word.end {
            return None;
        }
        let (distance, is_left) = match word.end <= occurrence.start {
            true => (occurrence.start - word.start, true),
            false => (word.end - occurrence.end, false),
        };
        if distance <= window && nearest.is_none_or(|(least, _)| distance < least) {
            nearest = Some((distance, is_left));
        }
    }
    nearest.map(|(_, is_left)| is_left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lie_whole_in_a_window() {
        let occurrences = [5..7, 12..14];
        for (word, window, expect) in [
            (3..5, 2, Some(true)),
            (3..5, 1, None),
            (2..5, 2, None),
            (7..9, 2, Some(false)),
            (9..11, 4, Some(true)),
            (8..10, 4, Some(false)),
            (6..8, 9, None),
            (4..8, 9, None),
            (14..15, 1, Some(false)),
        ] {
            assert_eq!(side(&word, &occurrences, window), expect, "{word:?} {window}");
        }
    }

    #[test]
    fn log_likelihood_matches_published_values() {
        // "the swiss" of Dunning's paper: 110, 2,442, 111 and 29,114.
        let got = log_likelihood(110, 110 + 2_442, 110 + 111, 110 + 2_442 + 111 + 29_114);
        assert!((got - 270.72).abs() < 0.01, "{got}");
        assert!(log_likelihood(1, 100, 10, 1_000) < 1e-9);
    }
}
