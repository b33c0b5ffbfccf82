//! Keywords: the words that stand out in the articles of a query against the rest of the archive.
//!
//! The words are ordered by log-likelihood, the usual measure of corpus linguistics for two corpora (Rayson and Garside
//! 2000): how surprising the counts would be if the word were as frequent on both sides. The log ratio (Hardie 2014)
//! says how much more frequent it is: 1 for twice, 2 for four times.

use serde::Serialize;

use super::vocabulary::{self, Sets, Sum};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::{Snapshot, check};
use crate::search::pipeline::Found;
use crate::search::request::Request;

/// The default number of words returned.
pub const DEFAULT_LIMIT: usize = 50;
/// The default for [`Options::min_articles`].
pub const DEFAULT_MIN_ARTICLES: u64 = 2;

/// Options of a keyword query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The most words that are returned.
    pub limit: usize,
    /// The least number of the query's articles that a word must stand in.
    pub min_articles: u64,
}

impl Options {
    /// Sets the most words that are given.
    pub fn limit(mut self, words: usize) -> Options {
        self.limit = words;
        self
    }

    /// Sets in how many of the query's articles a word stands at least.
    pub fn min_articles(mut self, articles: u64) -> Options {
        self.min_articles = articles;
        self
    }
}

impl Default for Options {
    fn default() -> Options {
        Options { limit: DEFAULT_LIMIT, min_articles: DEFAULT_MIN_ARTICLES }
    }
}

/// The words that stand out in the articles of a query.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Keywords {
    /// The query as it was typed.
    pub query: String,
    /// The measure that the words are ordered by: `log-likelihood`.
    pub measure: &'static str,
    /// The number of articles that the query finds.
    pub articles: u64,
    /// The number of words in these, particles and numbers included.
    pub words: u64,
    /// The number of other articles in the archive.
    pub rest_articles: u64,
    /// The number of words in these.
    pub rest_words: u64,
    /// The words, in descending order of the measure.
    pub keywords: Vec<Keyword>,
    /// Whether the search was stopped before it finished: then there are no words.
    pub cut_short: bool,
    /// The notes on the answer.
    pub notes: Vec<String>,
}

/// A word that stands out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Keyword {
    /// The word, folded, as the index segments it.
    pub word: String,
    /// The number of times that the word stands in the query's articles.
    pub count: u64,
    /// The number of these articles that hold it.
    pub articles: u64,
    /// The number of times that it stands in the rest of the archive.
    pub rest_count: u64,
    /// The number of articles of the rest that hold it.
    pub rest_articles: u64,
    /// The log-likelihood, without a unit: from 15.13 on, the probability of chance is below 1 in 10,000.
    pub log_likelihood: f64,
    /// The binary logarithm of the ratio of its frequencies in the query's articles and in the rest.
    pub log_ratio: f64,
}

/// Finds the words that stand out in the articles that a request counts. Words that are less frequent there than in the
/// rest, particles and numbers are left out; of the copies of one article one is read, unless the request counts all.
///
/// # Errors
/// If an index file can't be read or does not hold what was written.
pub fn keywords(snapshot: &Snapshot, request: &Request, options: &Options, control: &Control<'_>) -> Result<Keywords> {
    check::catching_panics(&snapshot.generation, || {
        let found = Found::find(snapshot, request, request.synonyms_on(snapshot)?, control)?;
        let sets = Sets::of(&found, request);
        let articles = |sets: &[crate::search::matching::bits::Bits]| sets.iter().map(|bits| bits.count()).sum();
        let mut answer = Keywords {
            query: request.query.text.clone(),
            measure: "log-likelihood",
            articles: articles(&sets.own),
            rest_articles: articles(&sets.rest),
            cut_short: found.cut_short(),
            notes: request.query.notes.iter().map(|note| note.message.clone()).collect(),
            ..Keywords::default()
        };
        answer.notes.extend(found.count_notes(request.count));
        let (words, totals) = match vocabulary::words(snapshot, &sets, control) {
            Err(Error::Interrupted) => return Ok(Keywords { cut_short: true, ..answer }),
            words => words?,
        };
        [answer.words, answer.rest_words] = totals;
        let of_word = |(word, [own, rest]): (Box<str>, [Sum; 2])| {
            let log_ratio = log_ratio([own.count, rest.count], totals);
            let stands_out = log_ratio > 0.0 && own.articles >= options.min_articles;
            (stands_out && vocabulary::is_content(&word)).then(|| Keyword {
                word: word.into(),
                count: own.count,
                articles: own.articles,
                rest_count: rest.count,
                rest_articles: rest.articles,
                log_likelihood: log_likelihood([own.count, rest.count], totals),
                log_ratio,
            })
        };
        answer.keywords = words.into_iter().filter_map(of_word).collect();
        let order =
            |a: &Keyword, b: &Keyword| b.log_likelihood.total_cmp(&a.log_likelihood).then_with(|| a.word.cmp(&b.word));
        answer.keywords.sort_unstable_by(order);
        answer.keywords.truncate(options.limit);
        Ok(answer)
    })
}

/// Returns the log-likelihood of a word with these counts in two corpora of these sizes in words.
pub fn log_likelihood(counts: [u64; 2], totals: [u64; 2]) -> f64 {
    let rate = (counts[0] + counts[1]) as f64 / ((totals[0] + totals[1]).max(1)) as f64;
    let of = |count: u64, total: u64| match count {
        0 => 0.0,
        count => count as f64 * (count as f64 / (total as f64 * rate)).ln(),
    };
    (2.0 * (of(counts[0], totals[0]) + of(counts[1], totals[1]))).max(0.0)
}

/// Returns the binary logarithm of the ratio of the word's frequencies; if the second corpus lacks the word, it counts
/// as half an occurrence.
fn log_ratio(counts: [u64; 2], totals: [u64; 2]) -> f64 {
    let rate = |count: f64, total: u64| count / total.max(1) as f64;
    let rest = if counts[1] == 0 { 0.5 } else { counts[1] as f64 };
    (rate(counts[0] as f64, totals[0]) / rate(rest, totals[1])).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_match_published_values() {
        // Rayson's own calculator gives these for the same numbers.
        for (counts, totals, expect) in
            [([100, 50], [10_000, 10_000], 16.99), ([10, 10], [1_000, 1_000], 0.0), ([20, 0], [1_000, 9_000], 92.10)]
        {
            let got = log_likelihood(counts, totals);
            assert!((got - expect).abs() < 0.01, "{counts:?} of {totals:?}: {got}");
        }
        assert_eq!(log_ratio([8, 2], [100, 100]), 2.0);
        assert_eq!(log_ratio([4, 0], [100, 100]), 3.0);
    }
}
