//! The JSON of an answer, as `search --format json` prints it. Its types are separate from those of the results, so
//! that a change there can't change the format unnoticed.

use std::ops::Range;

use serde::{Serialize, Serializer};

use super::explain::Explanation;
use super::facets::Facets;
use super::page::{Hit, Results};
use crate::article::{Article, Credit, Date};
use crate::query::Note;

impl Serialize for Results {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let answer = Answer {
            query: &self.query,
            notes: remarks(self),
            total: self.total,
            synonym_total: self.synonym_total,
            partial_total: self.partial_total,
            occurrences: self.occurrences,
            cut_short: self.cut_short,
            took_ms: (self.took.as_secs_f64() * 1e5).round() / 1e2,
            index: Index { articles: self.articles, generation: self.generation, commit: self.commit },
            hits: &self.hits,
            facets: self.facets.as_ref(),
            page_total: self.page_total,
            pages: self.pages.iter().map(page).collect(),
        };
        answer.serialize(serializer)
    }
}

impl Serialize for Hit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let article = &self.article;
        let hit = JsonHit {
            id: &article.id.0,
            score: self.score,
            kind: self.kind.name(),
            partial: self.is_partial(),
            title: &article.title,
            date: article.date,
            source: article.source.as_deref(),
            outlets: &article.outlets,
            editor: article.editor(),
            editors: article.editors(),
            authors: article.authors(),
            credits: &article.credits,
            matched_credits: &self.matched_credits,
            section: article.section.as_deref(),
            page: article.page(),
            url: article.url.as_deref(),
            origin: &article.origin,
            snippet: Snippet { text: &self.snippet.text, marks: pairs(&self.snippet.marks) },
            marks: Marks {
                title: pairs(&self.marks.title),
                authors: self.marks.authors.iter().map(|marks| pairs(marks)).collect(),
                editor: pairs(&self.marks.editor),
                source: pairs(&self.marks.source),
            },
            reprints: self.reprints,
            explanation: self.explanation.as_ref(),
        };
        hit.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    query: &'a str,
    notes: Vec<Remark<'a>>,
    total: u64,
    synonym_total: u64,
    partial_total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurrences: Option<u64>,
    #[serde(skip_serializing_if = "is_false")]
    cut_short: bool,
    took_ms: f64,
    index: Index,
    hits: &'a [Hit],
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<&'a Facets>,
    #[serde(skip_serializing_if = "is_zero")]
    page_total: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pages: Vec<JsonPage<'a>>,
}

/// A note of the parser or of the search, in the form of the JSON.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Remark<'a> {
    /// A note of the parser.
    OfQuery(&'a Note),
    /// A note of the search.
    OfSearch {
        /// `search`.
        kind: &'static str,
        /// The note.
        message: &'a str,
    },
    /// A suggested query.
    Suggestion {
        /// `suggestion`.
        kind: &'static str,
        /// The note.
        message: String,
        /// The suggested query.
        query: &'a str,
        /// The number of articles that it finds.
        articles: u64,
    },
}

/// Returns all notes of an answer, in the order in which people read them.
pub fn remarks(results: &Results) -> Vec<Remark<'_>> {
    let of_query = results.query_notes.iter().map(Remark::OfQuery);
    let of_search = results.notes.iter().map(|message| Remark::OfSearch { kind: "search", message });
    let suggestions = results.suggestions.iter().map(|suggestion| Remark::Suggestion {
        kind: "suggestion",
        message: suggestion.question(),
        query: &suggestion.query,
        articles: suggestion.articles,
    });
    of_query.chain(of_search).chain(suggestions).collect()
}

#[derive(Serialize)]
struct JsonPage<'a> {
    id: &'a str,
    title: &'a str,
    url: Option<&'a str>,
    origin: &'a str,
    margin: &'a [String],
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
    #[serde(rename = "match")]
    kind: &'a str,
    partial: bool,
    title: &'a str,
    date: Option<Date>,
    source: Option<&'a str>,
    outlets: &'a [String],
    editor: Option<&'a str>,
    editors: Vec<&'a str>,
    authors: Vec<&'a str>,
    credits: &'a [Credit],
    matched_credits: &'a [Credit],
    section: Option<&'a str>,
    page: Option<String>,
    url: Option<&'a str>,
    origin: &'a str,
    snippet: Snippet<'a>,
    marks: Marks,
    reprints: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a Explanation>,
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

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(number: &u64) -> bool {
    *number == 0
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

fn pairs(ranges: &[Range<usize>]) -> Vec<[usize; 2]> {
    ranges.iter().map(|range| [range.start, range.end]).collect()
}
