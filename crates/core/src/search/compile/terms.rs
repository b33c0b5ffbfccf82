//! The terms by which a piece of text is scored.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use super::plan::{Scope, ScoreTerm, Text, TokenKind};
use crate::index::analyzer;
use gongxun_text::segment::Segmenter;
use gongxun_text::strings::{self, Class};

/// The most characters of a piece that it is scored by. The rest would hardly distinguish articles, and is required all
/// the same.
pub const MAX_SCORED_CHARS: usize = 4_096;

/// Adds the terms of a folded piece of text in the texts of a scope, each with its weight, once for each time that it
/// occurs.
pub fn terms(folded: &str, scope: Scope, weight: f32, segmenter: &Segmenter, terms: &mut Vec<ScoreTerm>) {
    let end = folded.char_indices().nth(MAX_SCORED_CHARS).map_or(folded.len(), |(at, _)| at);
    let folded = &folded[..end];
    let mut words = Vec::new();
    analyzer::words(folded, segmenter, &mut Vec::new(), |word| words.push(word));
    let chars: Vec<char> = folded.chars().collect();
    let runs: Vec<(Class, Range<usize>)> = strings::runs(&chars).collect();
    for (text, of_text) in scope.texts() {
        let mut add = |kind, token: String, partial_only| {
            terms.push(ScoreTerm { text, kind, token, weight: weight * of_text, partial_only });
        };
        if text.has_words() {
            words.iter().for_each(|word| add(TokenKind::Word, word.to_string(), false));
        }
        for (class, run) in &runs {
            let run = &chars[run.clone()];
            match class {
                Class::Han => {
                    run.windows(2).for_each(|pair| add(TokenKind::Pair, pair.iter().collect(), false));
                    run.iter().for_each(|c| add(TokenKind::Character, c.to_string(), run.len() > 1));
                }
                Class::Letter | Class::Digit => {
                    add(TokenKind::Pair, run.iter().take(analyzer::MAX_RUN_CHARS).collect(), false);
                }
                Class::Other => {}
            }
        }
    }
}

/// Adds the terms of a single word, as a word, in the texts of a scope.
pub fn word(folded: &str, scope: Scope, weight: f32, terms: &mut Vec<ScoreTerm>) {
    let of_text = |(text, of_text)| ScoreTerm {
        text,
        kind: TokenKind::Word,
        token: folded.to_string(),
        weight: weight * of_text,
        partial_only: false,
    };
    terms.extend(scope.texts().filter(|(text, _)| text.has_words()).map(of_text));
}

/// Merges equal terms, adding their weights, in the order of their first places. A term scores what any of them scores.
pub fn summed(terms: Vec<ScoreTerm>) -> Vec<ScoreTerm> {
    let mut places: HashMap<(Text, TokenKind, &str), usize> = HashMap::with_capacity(terms.len());
    let mut merged: Vec<(f32, bool)> = Vec::with_capacity(terms.len());
    let mut is_first = Vec::with_capacity(terms.len());
    for term in &terms {
        let place = places.entry((term.text, term.kind, term.token.as_str()));
        is_first.push(matches!(place, Entry::Vacant(_)));
        match place {
            Entry::Occupied(place) => {
                let (weight, partial_only) = &mut merged[*place.get()];
                *weight += term.weight;
                *partial_only &= term.partial_only;
            }
            Entry::Vacant(place) => {
                place.insert(merged.len());
                merged.push((term.weight, term.partial_only));
            }
        }
    }
    let firsts = terms.into_iter().zip(is_first).filter_map(|(term, is_first)| is_first.then_some(term));
    firsts.zip(merged).map(|(term, (weight, partial_only))| ScoreTerm { weight, partial_only, ..term }).collect()
}
