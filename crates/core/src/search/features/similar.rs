//! Similar articles: a search for the most characteristic words of an article.
//!
//! A word is characteristic if it stands often in the article and seldom in the archive (tf-idf). Words have at least
//! two characters, since a single Chinese character says too little.

use std::collections::BTreeMap;
use std::time::Instant;

use tantivy::Term;

use crate::article::{Article, ArticleId};
use crate::control::Control;
use crate::error::Result;
use crate::index::{Snapshot, analyzer, check};
use crate::query::Query;
use crate::search::compile::needle::Needle;
use crate::search::compile::plan::{Compiled, Mark, Plan, Scope};
use crate::search::compile::terms;
use crate::search::matching::bits::Bits;
use crate::search::matching::collapse::Copies;
use crate::search::matching::found::Matches;
use crate::search::matching::segment::Segment;
use crate::search::matching::strings::term_documents;
use crate::search::pipeline::Found;
use crate::search::present::page;
use crate::search::request::Request;
use crate::search::results::page::Results;
use gongxun_text::fold::fold;
use gongxun_text::function_words::is_function_word;
use gongxun_text::segment::Segmenter;

/// The most words of the article that the query is made of.
pub const MAX_WORDS: usize = 25;
/// The shortest word, in characters.
const MIN_CHARS: usize = 2;
/// The number of times that a word of the title counts.
const TITLE_COUNT: u32 = 3;
/// A word that more than one article in this many holds is not characteristic.
const TOO_COMMON: u64 = 4;

/// Finds the articles most similar to the one with this id, which is left out itself; none if there is no such article.
/// `total` counts those that share any of its characteristic words, and a note names these. If the control asks to
/// stop, the answer is cut short.
///
/// # Errors
/// If an index file can't be read or does not hold what was written.
pub fn similar(snapshot: &Snapshot, id: &ArticleId, limit: usize, control: &Control<'_>) -> Result<Option<Results>> {
    check::catching_panics(&snapshot.generation, || {
        let Some(address) = snapshot.find(id)? else { return Ok(None) };
        let article = snapshot.article(address)?;
        answer(snapshot, &article, limit, control).map(Some)
    })
}

/// Returns the words that are characteristic of the article, the most characteristic first, each with its weight.
///
/// # Errors
/// If an index file can't be read.
pub fn telling_words(snapshot: &Snapshot, article: &Article) -> Result<Vec<(String, f32)>> {
    let term = |word: &&str| Term::from_field_text(snapshot.fields.body.words, word);
    let documents = |words: &[&str]| words.iter().map(|word| Ok(snapshot.searcher.doc_freq(&term(word))?)).collect();
    weighed_words(article, snapshot.segmenter()?, snapshot.articles(), documents)
}

/// Does the same for an archive of this many articles. `documents` returns in how many of their bodies each word stands.
///
/// # Errors
/// If `documents` fails.
pub fn weighed_words(
    article: &Article,
    segmenter: &Segmenter,
    articles: u64,
    documents: impl FnOnce(&[&str]) -> Result<Vec<u64>>,
) -> Result<Vec<(String, f32)>> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let texts = [(&article.title, TITLE_COUNT), (&article.body, 1)];
    let lead = article.lead.iter().map(|lead| (lead, 1));
    for (text, count) in texts.into_iter().chain(lead) {
        let folded = fold(text);
        analyzer::words(&folded, segmenter, &mut Vec::new(), |word| match counts.get_mut(word) {
            Some(sum) => *sum += count,
            None => {
                counts.insert(word.to_string(), count);
            }
        });
    }
    let says_something = |word: &str| {
        word.chars().count() >= MIN_CHARS && !is_function_word(word) && !word.chars().all(|c| c.is_ascii_digit())
    };
    counts.retain(|word, _| says_something(word));
    let articles = articles.max(1);
    let names: Vec<&str> = counts.keys().map(String::as_str).collect();
    let mut words = Vec::new();
    for (with, (word, count)) in documents(&names)?.into_iter().zip(&counts) {
        // A word that no other article has would find none.
        if with < 2 || (with > articles / TOO_COMMON && articles > 8) {
            continue;
        }
        let weight = (1.0 + (*count as f32).ln()) * (articles as f32 / with as f32).ln().max(0.1);
        words.push((word.clone(), weight));
    }
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    words.truncate(MAX_WORDS);
    Ok(words)
}

fn answer(snapshot: &Snapshot, article: &Article, limit: usize, control: &Control<'_>) -> Result<Results> {
    let start = Instant::now();
    let words = telling_words(snapshot, article)?;
    let compiled = compiled(&words, snapshot.segmenter()?);
    let (matches, others) = matches(snapshot, article, &words, control)?;
    let mut found = Found::of(snapshot, compiled, matches, Copies::Collapsed, control)?;
    let mut results = page(&mut found, &request(&article.id, limit))?;
    results.notes.extend(notes(&words, others));
    results.took = start.elapsed();
    Ok(results)
}

/// Returns the request whose page the answer is.
pub fn request(id: &ArticleId, limit: usize) -> Request {
    let query = Query { text: format!("similar:{id}"), root: None, notes: Vec::new() };
    Request { limit, second_stage: 0, ..Request::new(query) }
}

/// Returns the notes on an answer: the words that were looked for, and the number of the article's other copies.
pub fn notes(words: &[(String, f32)], other_copies: usize) -> Vec<String> {
    let names: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    let mut notes = vec![match names.is_empty() {
        true => "the article has no word that tells it from others".to_string(),
        false => format!("looked for {}", names.join(", ")),
    }];
    if other_copies > 0 {
        notes.push(format!("left out are its own copies, which `reprints` lists: {other_copies}"));
    }
    notes
}

/// Returns the words as a compiled query, which ranks articles with the most, and the most characteristic, words first. Its
/// condition is empty: the matches are found otherwise.
pub fn compiled(words: &[(String, f32)], segmenter: &Segmenter) -> Compiled {
    let largest = words.first().map_or(1.0, |(_, weight)| *weight);
    let (mut scored, mut marks) = (Vec::new(), Vec::new());
    for (word, weight) in words {
        terms::terms(word, Scope::ALL, weight / largest, segmenter, &mut scored);
        marks.push(Mark { needle: Needle::String(word.chars().collect()), scope: Scope::ALL, is_word: true });
    }
    let (terms, part_marks, synonyms) = (terms::summed(scored), Vec::new(), Vec::new());
    Compiled {
        full: Plan::All,
        typed: None,
        partial: None,
        terms,
        marks,
        part_marks,
        synonyms,
        concepts: Vec::new(),
        years: Vec::new(),
    }
}

/// Returns the articles that hold any of the words in title or body, without the article itself and its copies, and the
/// number of copies left out.
fn matches(
    snapshot: &Snapshot,
    article: &Article,
    words: &[(String, f32)],
    control: &Control<'_>,
) -> Result<(Matches, usize)> {
    let (mut full, mut cut_short) = (Vec::new(), false);
    for segment in Segment::all(snapshot) {
        let mut found = Bits::empty(segment.max_doc());
        for (word, _) in words {
            cut_short = cut_short || control.is_stopped();
            if cut_short {
                break;
            }
            term_documents(&segment, snapshot.fields.body.words, word, &mut found)?;
            term_documents(&segment, snapshot.fields.title.words, word, &mut found)?;
        }
        let mut living = Bits::empty(segment.max_doc());
        segment.doc_ids_alive().for_each(|doc| living.insert(doc));
        found.and(&living);
        full.push(found);
    }
    let all = |full| Matches { cut_short, ..Matches::full(full) };
    let Some(own) = snapshot.find(&article.id)? else { return Ok((all(full), 0)) };
    let copies = snapshot.copies()?.of(own);
    for address in std::iter::once(&own).chain(copies) {
        if let Some(bits) = full.get_mut(address.segment_ord as usize) {
            bits.remove(address.doc_id);
        }
    }
    Ok((all(full), copies.len().saturating_sub(1)))
}
