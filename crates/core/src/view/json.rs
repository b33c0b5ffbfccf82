//! Answers as JSON, as `--format json` prints them: the results' own serialization.

use serde::Serialize;

use crate::article::Article;
use crate::search::kind::Kind;
use crate::search::results::facets::Facets;
use crate::search::results::json::{Remark, remarks};
use crate::search::results::page::{Hit, Results};

#[derive(Serialize)]
struct Counts<'a> {
    query: &'a str,
    notes: Vec<Remark<'a>>,
    total: u64,
    synonym_total: u64,
    partial_total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurrences: Option<u64>,
    cut_short: bool,
    facets: Option<&'a Facets>,
}

/// Formats an answer as one JSON object.
pub fn answer(results: &Results) -> String {
    // Serializing plain data into a string can't fail.
    serde_json::to_string(results).unwrap_or_default()
}

/// Formats the number of articles of each source, outlet, editor, author, section and month, as one JSON object.
pub fn counts(results: &Results) -> String {
    let counts = Counts {
        query: &results.query,
        notes: remarks(results),
        total: results.total,
        synonym_total: results.synonym_total,
        partial_total: results.partial_total,
        occurrences: results.occurrences,
        cut_short: results.cut_short,
        facets: results.facets.as_ref(),
    };
    serde_json::to_string(&counts).unwrap_or_default()
}

/// Formats a hit as a JSON object without line breaks, for JSON lines.
pub fn line(hit: &Hit) -> String {
    serde_json::to_string(hit).unwrap_or_default()
}

/// Formats an article as a JSON object without line breaks, from which it can be read again; with a field `match` for
/// the kind of match, if one is given.
pub fn article(article: &Article, kind: Option<Kind>) -> String {
    #[derive(Serialize)]
    struct Marked<'a> {
        #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
        kind: Option<Kind>,
        #[serde(flatten)]
        article: &'a Article,
    }
    match kind {
        None => serde_json::to_string(article).unwrap_or_default(),
        kind => serde_json::to_string(&Marked { kind, article }).unwrap_or_default(),
    }
}
