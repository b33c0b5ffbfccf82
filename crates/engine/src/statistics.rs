//! The collection statistics by which articles in a temporary index are scored as among all: the number of articles,
//! the document frequency of each token of a query, and the number of tokens in each field.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

impl StatisticsCache {
    /// Returns the cached frequencies of these tokens.
    fn known(
        &self,
        articles: u64,
        tokens: &HashMap<String, u64>,
        of: &BTreeSet<(String, String)>,
    ) -> HashMap<(String, String), u64> {
        let mut cached = self.lock();
        if cached.articles != articles || cached.tokens != *tokens || cached.documents.len() > MAX_CACHED {
            *cached = Statistics { articles, tokens: tokens.clone(), documents: HashMap::new() };
        }
        let known = |one: &(String, String)| Some((one.clone(), *cached.documents.get(one)?));
        of.iter().filter_map(known).collect()
    }

    /// Adds frequencies, unless the cache is of another state of the index by now.
    fn add(&self, articles: u64, tokens: &HashMap<String, u64>, counted: &HashMap<(String, String), u64>) {
        let mut cached = self.lock();
        if cached.articles == articles && cached.tokens == *tokens {
            cached.documents.extend(counted.iter().map(|(one, count)| (one.clone(), *count)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Statistics> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the statistics by which a compiled query is scored.
///
/// # Errors
/// If OpenSearch can't be reached or its response is incomplete.
pub fn fetch(client: &Client, index: &str, compiled: &Compiled, cache: &StatisticsCache) -> Result<Statistics> {
    let (articles, tokens) = sums(client, index)?;
    let all = scored_tokens(compiled);
    let mut documents = cache.known(articles, &tokens, &all);
    // Other requests use the cache in the meantime.
    let missing: Vec<(String, String)> = all.into_iter().filter(|one| !documents.contains_key(one)).collect();
    let query = |(name, token): &(String, String)| json!({"term": { tokens_field(name): tokens::encode(token) }});
    let counts = search::count_each(client, index, &missing.iter().map(query).collect::<Vec<_>>())?;
    let counted: HashMap<(String, String), u64> = missing.into_iter().zip(counts).collect();
    cache.add(articles, &tokens, &counted);
    documents.extend(counted);
    Ok(Statistics { articles, tokens, documents })
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
