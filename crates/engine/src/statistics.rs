//! The collection statistics by which articles in a temporary index are scored as among all: the number of articles,
//! the document frequency of each token of a query, and the number of tokens in each field.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::error::engine_error;
use crate::http::Client;
use crate::lower::{field, match_all};
use crate::mapping::{TEXTS, WITH_WORDS, tokens_field};
use crate::search;
use crate::tokens;
use gongxun_core::error::Result;
use gongxun_core::index::Statistics;
use gongxun_core::search::compile::plan::{Compiled, Text, TokenKind};
use gongxun_core::search::compile::string::Proof;

/// The number of cached document frequencies above which the cache is cleared.
const MAX_CACHED: usize = 100_000;

/// A cache of document frequencies. It is cleared when the number of articles or of tokens changes.
#[derive(Debug, Default)]
pub struct StatisticsCache(Mutex<Statistics>);

/// Returns the statistics by which a compiled query is scored.
///
/// # Errors
/// If OpenSearch can't be reached or its response is incomplete.
pub fn fetch(client: &Client, index: &str, compiled: &Compiled, cache: &StatisticsCache) -> Result<Statistics> {
    let (articles, tokens) = sums(client, index)?;
    let mut known = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
    if known.articles != articles || known.tokens != tokens || known.documents.len() > MAX_CACHED {
        *known = Statistics { articles, tokens, documents: HashMap::new() };
    }
    let all = scored_tokens(compiled);
    let missing: Vec<(String, String)> =
        all.iter().filter(|one| !known.documents.contains_key(*one)).cloned().collect();
    let query = |(name, token): &(String, String)| json!({"term": { tokens_field(name): tokens::encode(token) }});
    let counts = search::count_each(client, index, &missing.iter().map(query).collect::<Vec<_>>())?;
    known.documents.extend(missing.into_iter().zip(counts));
    let documents = all.into_iter().map(|one| {
        let count = known.documents.get(&one).copied().unwrap_or(0);
        (one, count)
    });
    Ok(Statistics { articles: known.articles, tokens: known.tokens.clone(), documents: documents.collect() })
}

/// Returns the number of articles, and the number of tokens in each field. OpenSearch caches the response.
fn sums(client: &Client, index: &str) -> Result<(u64, HashMap<String, u64>)> {
    let names = TEXTS.iter().flat_map(|text| {
        let words = WITH_WORDS.contains(text).then_some("words");
        words.into_iter().chain(["pairs", "chars"]).map(move |kind| format!("{text}_{kind}"))
    });
    let names: Vec<String> = names.collect();
    let sum = |name: &String| (name.clone(), json!({"sum": {"field": format!("n.{name}")}}));
    let sums: serde_json::Map<String, Value> = names.iter().map(sum).collect();
    let body = json!({"size": 0, "track_total_hits": true, "query": match_all(), "aggs": sums});
    let answer = search::search(client, index, &body)?;
    let mut tokens = HashMap::new();
    for name in names {
        let value = answer["aggregations"][&name]["value"].as_f64();
        let value = value.ok_or_else(|| engine_error(format!("{}: its answer has no sum of {name}", client.url())))?;
        tokens.insert(name, value as u64);
    }
    Ok((search::total(&answer)?, tokens))
}

/// Returns the tokens whose document frequency ranking needs, with the names of their fields in the embedded index.
fn scored_tokens(compiled: &Compiled) -> BTreeSet<(String, String)> {
    let name = |text: Text, kind: TokenKind| field(text, kind).trim_start_matches("t.").replacen('.', "_", 1);
    let terms = compiled.terms.iter().map(|term| (name(term.text, term.kind), term.token.clone()));
    let mut tokens: BTreeSet<(String, String)> = terms.collect();
    for concept in &compiled.concepts {
        let texts = || concept.scope.texts().map(|(text, _)| text);
        let Some(text) = texts().find(|text| *text == Text::Body).or_else(|| texts().next()) else { continue };
        for string in &concept.strings {
            match &string.proof {
                Proof::Nothing => {}
                Proof::Char(c) => drop(tokens.insert((name(text, TokenKind::Character), c.to_string()))),
                Proof::Pairs(pairs) => {
                    tokens.extend(pairs.iter().map(|(token, _)| (name(text, TokenKind::Pair), token.clone())));
                }
            }
        }
    }
    tokens
}
