//! The JSON of an answer, as `search --format json` prints it. Its types are not the search's own, so that a change there
//! can't change the format unseen.

use std::ops::Range;

use serde::Serialize;

use crate::article::{Article, Date};
use crate::query::{Note, Query};
use crate::search::explain::{Explanation, Part};
use crate::search::facets::{Count, Facets};
use crate::search::{Hit, Results};

#[derive(Serialize)]
struct Answer<'a> {
    query: &'a str,
    notes: Vec<Remark<'a>>,
    total: u64,
    partial_total: u64,
    took_ms: f64,
    index: Index,
    hits: Vec<JsonHit<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<JsonFacets<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    page_total: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pages: Vec<JsonPage<'a>>,
}

#[derive(Serialize)]
struct JsonPage<'a> {
    id: &'a str,
    title: &'a str,
    url: Option<&'a str>,
    origin: &'a str,
    margin: &'a [String],
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[derive(Serialize)]
struct Counts<'a> {
    query: &'a str,
    notes: Vec<Remark<'a>>,
    total: u64,
    partial_total: u64,
    facets: Option<JsonFacets<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Remark<'a> {
    OfQuery(&'a Note),
    OfSearch { kind: &'static str, message: &'a str },
    Suggestion { kind: &'static str, message: String, query: &'a str, articles: u64 },
}

#[derive(Serialize)]
struct Index {
    articles: u64,
    generation: u64,
    commit: u64,
}

#[derive(Serialize)]
struct JsonHit<'a> {
    id: &'a str,
    score: f32,
    title: &'a str,
    date: Option<Date>,
    source: Option<&'a str>,
    editor: Option<&'a str>,
    authors: Vec<&'a str>,
    section: Option<&'a str>,
    url: Option<&'a str>,
    origin: &'a str,
    snippet: Snippet<'a>,
    marks: Marks,
    reprints: u64,
    partial: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<JsonExplanation<'a>>,
}

#[derive(Serialize)]
struct JsonExplanation<'a> {
    parts: Vec<JsonPart<'a>>,
    rest: f32,
}

#[derive(Serialize)]
struct JsonPart<'a> {
    text: &'a str,
    kind: &'a str,
    token: &'a str,
    frequency: u32,
    articles: u64,
    score: f32,
}

#[derive(Serialize)]
struct Snippet<'a> {
    text: &'a str,
    marks: Vec<[usize; 2]>,
}

#[derive(Serialize)]
struct Marks {
    title: Vec<[usize; 2]>,
    authors: Vec<Vec<[usize; 2]>>,
    editor: Vec<[usize; 2]>,
    source: Vec<[usize; 2]>,
}

#[derive(Serialize)]
struct JsonFacets<'a> {
    source: &'a [Count],
    outlet: &'a [Count],
    editor: &'a [Count],
    author: &'a [Count],
    section: &'a [Count],
    month: &'a [Count],
}

/// The whole answer as one JSON object.
pub fn answer(query: &Query, results: &Results) -> String {
    let answer = Answer {
        query: &query.text,
        notes: remarks(query, results),
        total: results.total,
        partial_total: results.partial_total,
        took_ms: (results.took.as_secs_f64() * 1e5).round() / 1e2,
        index: Index { articles: results.articles, generation: results.generation, commit: results.commit },
        hits: results.hits.iter().map(hit).collect(),
        facets: results.facets.as_ref().map(facets),
        page_total: results.page_total,
        pages: results.pages.iter().map(page).collect(),
    };
    // Serializing plain data into a string can't fail.
    serde_json::to_string(&answer).unwrap_or_default()
}

fn page(page: &Article) -> JsonPage<'_> {
    JsonPage {
        id: &page.id.0,
        title: &page.title,
        url: page.url.as_deref(),
        origin: &page.origin,
        margin: &page.margin,
    }
}

/// How many articles each source, outlet, editor, author, section and month has, as one JSON object.
pub fn counts(query: &Query, results: &Results) -> String {
    let counts = Counts {
        query: &query.text,
        notes: remarks(query, results),
        total: results.total,
        partial_total: results.partial_total,
        facets: results.facets.as_ref().map(facets),
    };
    serde_json::to_string(&counts).unwrap_or_default()
}

fn remarks<'a>(query: &'a Query, results: &'a Results) -> Vec<Remark<'a>> {
    let of_query = query.notes.iter().map(Remark::OfQuery);
    let of_search = results.notes.iter().map(|message| Remark::OfSearch { kind: "search", message });
    let suggestions = results.suggestions.iter().map(|suggestion| Remark::Suggestion {
        kind: "suggestion",
        message: super::terminal::suggestion(suggestion),
        query: &suggestion.query,
        articles: suggestion.articles,
    });
    of_query.chain(of_search).chain(suggestions).collect()
}

/// One hit as a JSON object without line breaks, for JSON lines.
pub fn line(hit: &Hit) -> String {
    serde_json::to_string(&self::hit(hit)).unwrap_or_default()
}

fn hit(hit: &Hit) -> JsonHit<'_> {
    let article = &hit.article;
    JsonHit {
        id: &article.id.0,
        score: hit.score,
        title: &article.title,
        date: article.date,
        source: article.source.as_deref(),
        editor: article.editor(),
        authors: article.authors(),
        section: article.section.as_deref(),
        url: article.url.as_deref(),
        origin: &article.origin,
        snippet: Snippet { text: &hit.snippet.text, marks: pairs(&hit.snippet.marks) },
        marks: Marks {
            title: pairs(&hit.marks.title),
            authors: hit.marks.authors.iter().map(|marks| pairs(marks)).collect(),
            editor: pairs(&hit.marks.editor),
            source: pairs(&hit.marks.source),
        },
        reprints: hit.reprints,
        partial: hit.partial,
        explanation: hit.explanation.as_ref().map(explanation),
    }
}

fn explanation(explanation: &Explanation) -> JsonExplanation<'_> {
    let parts = explanation.parts.iter().map(|Part { text, kind, token, frequency, articles, score }| JsonPart {
        text,
        kind: kind.name(),
        token,
        frequency: *frequency,
        articles: *articles,
        score: *score,
    });
    JsonExplanation { parts: parts.collect(), rest: explanation.rest }
}

fn facets(facets: &Facets) -> JsonFacets<'_> {
    JsonFacets {
        source: &facets.source,
        outlet: &facets.outlet,
        editor: &facets.editor,
        author: &facets.author,
        section: &facets.section,
        month: &facets.month,
    }
}

fn pairs(ranges: &[Range<usize>]) -> Vec<[usize; 2]> {
    ranges.iter().map(|range| [range.start, range.end]).collect()
}
