//! Articles like another one: its most telling words are asked for, and what holds the most of them comes first.
//!
//! A word tells much when it stands often in the article and seldom in the archive (tf-idf). Words are measured in
//! characters: one Chinese character says too little.

use std::collections::HashMap;
use std::time::Instant;

use tantivy::Term;

use super::bits::Bits;
use super::needle::Needle;
use super::plan::{Compiled, Mark, Plan, Scope};
use super::segment::Segment;
use super::snippet::Highlighter;
use super::strings::term_documents;
use super::{Hit, Matches, Results, Sort, Tier, scoring, snippet};
use crate::article::{Article, ArticleId};
use crate::error::Result;
use crate::index::{Snapshot, analyzer, check};
use gongxun_text::fold::fold;
use gongxun_text::function_words::is_function_word;

/// How many words are asked for.
pub const MAX_WORDS: usize = 25;
/// The shortest word, in characters.
const MIN_CHARS: usize = 2;
/// A word of the title counts as often.
const TITLE_COUNT: u32 = 3;
/// Words that more than one in so many articles hold tell nothing.
const TOO_COMMON: u64 = 4;

/// The articles most like the one with this id, itself left out; none where there is no such article. `total` counts
/// those that share any of its telling words, and a note names these.
///
/// # Errors
/// Where a file of the index can't be read or does not hold what was written.
pub fn similar(snapshot: &Snapshot, id: &ArticleId, limit: usize) -> Result<Option<Results>> {
    check::guarded(&snapshot.generation, || {
        let Some(address) = snapshot.find(id)? else { return Ok(None) };
        let article = snapshot.article(address)?;
        answer(snapshot, &article, limit).map(Some)
    })
}

/// The words that tell the article from others, the most telling first, each with its weight.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn telling_words(snapshot: &Snapshot, article: &Article) -> Result<Vec<(String, f32)>> {
    let segmenter = snapshot.segmenter()?;
    let mut counts: HashMap<String, u32> = HashMap::new();
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
    let articles = snapshot.articles().max(1);
    let mut words = Vec::new();
    for (word, count) in counts {
        if word.chars().count() < MIN_CHARS || is_function_word(&word) || word.chars().all(|c| c.is_ascii_digit()) {
            continue;
        }
        let with = snapshot.searcher.doc_freq(&Term::from_field_text(snapshot.fields.body.words, &word))?;
        // A word that no other article has finds none.
        if with < 2 || (with > articles / TOO_COMMON && articles > 8) {
            continue;
        }
        let weight = (1.0 + (count as f32).ln()) * (articles as f32 / with as f32).ln().max(0.1);
        words.push((word, weight));
    }
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    words.truncate(MAX_WORDS);
    Ok(words)
}

fn answer(snapshot: &Snapshot, article: &Article, limit: usize) -> Result<Results> {
    let start = Instant::now();
    let segmenter = snapshot.segmenter()?;
    let words = telling_words(snapshot, article)?;
    let largest = words.first().map_or(1.0, |(_, weight)| *weight);
    let mut compiled = Compiled {
        full: Plan::All,
        partial: None,
        terms: Vec::new(),
        marks: Vec::new(),
        part_marks: Vec::new(),
        synonyms: Vec::new(),
    };
    for (word, weight) in &words {
        let texts = Scope::ALL.fields(&snapshot.fields);
        let texts = texts.map(|(text, field_weight)| (text, field_weight * weight / largest));
        scoring::terms(word, texts, segmenter, &mut compiled.terms);
        compiled.marks.push(Mark { needle: Needle::String(word.chars().collect()), scope: Scope::ALL, is_word: true });
    }
    compiled.terms = scoring::summed(compiled.terms);
    let mut matches = Matches { full: Vec::new(), partial: Vec::new() };
    for segment in Segment::all(snapshot) {
        let mut found = Bits::empty(segment.max_doc());
        for (word, _) in &words {
            term_documents(&segment, snapshot.fields.body.words, word, &mut found)?;
            term_documents(&segment, snapshot.fields.title.words, word, &mut found)?;
        }
        let mut living = Bits::empty(segment.max_doc());
        segment.doc_ids_alive().for_each(|doc| living.insert(doc));
        found.and(&living);
        matches.full.push(found);
        matches.partial.push(None);
    }
    let copies = snapshot.copies()?;
    let mut others = 0;
    if let Some(own) = snapshot.find(&article.id)? {
        // Neither the article itself nor a copy of it says anything new.
        others = copies.of(own).len().saturating_sub(1);
        for address in std::iter::once(&own).chain(copies.of(own)) {
            if let Some(bits) = matches.full.get_mut(address.segment_ord as usize) {
                bits.remove(address.doc_id);
            }
        }
    }
    matches.collapse(copies);
    let mut highlighter = Highlighter::new(&compiled.marks, segmenter);
    let (mut hits, mut unreadable) = (Vec::new(), Vec::new());
    for ranked in matches.ranked(snapshot, &compiled, Sort::Relevance, limit)? {
        let Some(page) = snapshot.shown_or_noted(ranked.address, &mut unreadable)? else { continue };
        hits.push(Hit {
            snippet: highlighter.snippet(&page, snippet::DEFAULT_LENGTH),
            marks: highlighter.marks(&page),
            score: ranked.score,
            reprints: copies.of(ranked.address).len().saturating_sub(1) as u64,
            partial: false,
            explanation: None,
            article: page.article.clone(),
        });
    }
    let names: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    let mut notes = vec![match names.is_empty() {
        true => "the article has no word that tells it from others".to_string(),
        false => format!("looked for {}", names.join(", ")),
    }];
    notes.extend(unreadable);
    if others > 0 {
        notes.push(format!("left out are its own copies, which `reprints` lists: {others}"));
    }
    Ok(Results {
        total: matches.total(Tier::Full),
        partial_total: 0,
        took: start.elapsed(),
        articles: snapshot.articles(),
        generation: snapshot.generation.number,
        commit: snapshot.commit.number,
        notes,
        suggestions: Vec::new(),
        hits,
        page_total: 0,
        pages: Vec::new(),
        facets: None,
    })
}
