//! The forms of answers, for the OpenAPI document. The answers themselves are written by the library, as the command line
//! prints them; a test compares each of them with these.
#![expect(dead_code, reason = "they are read by the document alone")]

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::{ToResponse, ToSchema};

use crate::problem::Body as Problem;

mod explore;

pub use explore::{Collocations, Comparison, Completion, Concordance, Keywords, Timeline, WhyNot};

/// The reason for which there is no answer.
#[derive(ToResponse)]
#[response(description = "Why there is no answer", content_type = "application/problem+json")]
pub struct Failed(#[to_schema] Problem<'static>);

/// A page of hits.
#[derive(ToSchema)]
pub struct Answer {
    /// The query as it was read.
    query: String,
    /// Remarks of the parser and the search, and other queries.
    notes: Vec<Remark>,
    /// Articles that hold all that was typed.
    total: u64,
    /// Articles more that hold all of it by a synonym.
    synonym_total: u64,
    /// Articles that hold some of it.
    partial_total: u64,
    /// Occurrences in the articles that are counted, where these are counted.
    #[schema(required = false)]
    occurrences: u64,
    /// Whether the search was ended by its deadline: there may be more.
    #[schema(required = false)]
    cut_short: bool,
    /// The time it took, in milliseconds.
    took_ms: f64,
    /// The index and commit that answered.
    index: Index,
    /// The hits.
    hits: Vec<Hit>,
    /// Counts by source, outlet and so on, if requested.
    #[schema(required = false)]
    facets: Facets,
    /// Pages without an article that match.
    #[schema(required = false)]
    page_total: u64,
    /// The first of them.
    #[schema(required = false)]
    pages: Vec<Page>,
}

/// A remark.
#[derive(ToSchema)]
pub struct Remark {
    /// Its kind.
    kind: String,
    /// The remark for people.
    message: String,
    /// The part of the query that it is about, in characters.
    #[schema(required = false)]
    span: [usize; 2],
    /// Another query.
    #[schema(required = false)]
    query: String,
    /// Articles that it finds.
    #[schema(required = false)]
    articles: u64,
}

/// The index and commit that answered.
#[derive(ToSchema)]
pub struct Index {
    /// Articles that it holds.
    articles: u64,
    /// The generation.
    generation: u64,
    /// The commit.
    commit: u64,
}

/// An article that matches.
#[derive(ToSchema)]
pub struct Hit {
    /// The article's id.
    id: String,
    /// Its score; comparable within one answer.
    score: f32,
    /// The share of the query that it holds.
    #[schema(rename = "match")]
    kind: Match,
    /// Whether it holds only some of it.
    partial: bool,
    /// The headline.
    title: String,
    /// The date of publication.
    date: Option<String>,
    /// The source as printed.
    source: Option<String>,
    /// The parts of the source.
    outlets: Vec<String>,
    /// The 责任编辑, else the 编辑.
    editor: Option<String>,
    /// The names of all editors.
    editors: Vec<String>,
    /// The authors.
    authors: Vec<String>,
    /// The credits in the order of the page.
    credits: Vec<Credit>,
    /// The credits that the query or a filter matches.
    matched_credits: Vec<Credit>,
    /// The section.
    section: Option<String>,
    /// The newspaper's page that the section names.
    page: Option<String>,
    /// The page's address.
    url: Option<String>,
    /// The place of the record in the archive.
    origin: String,
    /// A passage with marks.
    snippet: Marked,
    /// Marks on title and names.
    marks: Marks,
    /// Other copies of it.
    reprints: u64,
    /// The explanation of the score, if requested.
    #[schema(required = false)]
    explanation: Explanation,
}

/// The share of a query that an article holds.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Match {
    /// All that was typed.
    Full,
    /// All of it, something only by a synonym.
    Synonym,
    /// Some of it.
    Partial,
}

/// A credit.
#[derive(ToSchema)]
pub struct Credit {
    /// The role, as Chinese pages name it.
    role: String,
    /// The name.
    name: String,
}

/// A text with marks.
#[derive(ToSchema)]
pub struct Marked {
    /// The text.
    text: String,
    /// Half-open ranges in Unicode characters.
    marks: Vec<[usize; 2]>,
}

/// Marks on title and names, in Unicode characters.
#[derive(ToSchema)]
pub struct Marks {
    /// In the title.
    title: Vec<[usize; 2]>,
    /// In each of the authors' names.
    authors: Vec<Vec<[usize; 2]>>,
    /// In the editor's name.
    editor: Vec<[usize; 2]>,
    /// In the source.
    source: Vec<[usize; 2]>,
}

/// A score taken apart.
#[derive(ToSchema)]
pub struct Explanation {
    /// The parts of the sum.
    parts: Vec<Part>,
    /// The remainder of the score.
    rest: f32,
    /// The second stage of ranking, where it looked at the hit.
    #[schema(required = false)]
    second_stage: SecondStage,
}

/// The second stage of ranking for a hit.
#[derive(ToSchema)]
pub struct SecondStage {
    /// The place that the first stage gave the hit, from 1.
    first_place: usize,
    /// The sum of the parts, by which hits of a kind are ordered.
    value: f32,
    /// The sum.
    parts: Vec<Share>,
    /// The passage that answers best.
    passage: Option<Passage>,
}

/// A part of the second stage's value.
#[derive(ToSchema)]
pub struct Share {
    /// The name of the part.
    of: String,
    /// Its value, from 0 to 1.
    share: f32,
    /// Its weight in the sum.
    weight: f32,
    /// The concepts that are held.
    #[schema(required = false)]
    held: Vec<String>,
    /// The concepts that are not.
    #[schema(required = false)]
    missing: Vec<String>,
}

/// A passage of a body.
#[derive(ToSchema)]
pub struct Passage {
    /// Its first character in the body.
    from: u32,
    /// The character behind its last one.
    to: u32,
    /// Its first characters.
    opening: String,
}

/// The share of one token in a score.
#[derive(ToSchema)]
pub struct Part {
    /// The text that it stands in.
    text: String,
    /// The kind of token.
    kind: String,
    /// The token.
    token: String,
    /// Its number there.
    frequency: u32,
    /// Articles that have it there.
    articles: u64,
    /// Its share in the score.
    score: f32,
}

/// Counts of all facets.
#[derive(ToSchema)]
pub struct Facets {
    /// By source.
    source: Vec<Count>,
    /// By outlet.
    outlet: Vec<Count>,
    /// By editor.
    editor: Vec<Count>,
    /// By author.
    author: Vec<Count>,
    /// By section.
    section: Vec<Count>,
    /// By month.
    month: Vec<Count>,
}

/// A value with its count.
#[derive(ToSchema)]
pub struct Count {
    /// The value.
    value: String,
    /// Articles that hold all that was typed.
    count: u64,
    /// More by a synonym, where these are counted.
    #[schema(required = false)]
    synonym_count: u64,
    /// Partial matches, where these are counted.
    #[schema(required = false)]
    partial_count: u64,
    /// Occurrences in the articles that have it, where these are counted.
    #[schema(required = false)]
    occurrences: u64,
}

/// A page without an article.
#[derive(ToSchema)]
pub struct Page {
    /// Its id.
    id: String,
    /// Its title.
    title: String,
    /// Its address.
    url: Option<String>,
    /// The place of the record in the archive.
    origin: String,
    /// Its visible lines.
    margin: Vec<String>,
}

/// An article, as `extract` prints it.
#[derive(ToSchema)]
pub struct Article {
    /// Its id.
    id: String,
    /// The headline.
    title: String,
    /// The date of publication.
    date: Option<String>,
    /// The source as printed.
    source: Option<String>,
    /// The parts of the source.
    outlets: Vec<String>,
    /// The credits in the order of the page.
    credits: Vec<Credit>,
    /// The 责任编辑, else the 编辑.
    editor: Option<String>,
    /// The authors.
    authors: Vec<String>,
    /// The section.
    section: Option<String>,
    /// The page's address.
    url: Option<String>,
    /// The summary before the body.
    lead: Option<String>,
    /// The text, a block a line.
    body: String,
    /// The kind of each line of the body.
    #[schema(required = false)]
    blocks: Vec<String>,
    /// The lines that told date, source and credits.
    #[schema(required = false)]
    byline: Vec<String>,
    /// The visible lines around the article.
    #[schema(required = false)]
    margin: Vec<String>,
    /// The place of the record in the archive.
    origin: String,
    /// `hans` or `hant`.
    script: String,
    /// The repairs of damage.
    repairs: Vec<Repair>,
    /// The changed fields as they were found.
    original: Option<Value>,
    /// The characters of repaired fields that were a choice among several or are lost, by field: half-open ranges in Unicode
    /// characters.
    #[schema(required = false)]
    uncertain: BTreeMap<String, Vec<[usize; 2]>>,
}

/// A repair of damage.
#[derive(ToSchema)]
pub struct Repair {
    /// The kind of damage.
    kind: String,
    /// Places repaired.
    count: u32,
    /// The probability that it is right, 0 to 1.
    confidence: f32,
}

/// The copies of an article.
#[derive(ToSchema)]
pub struct Copies {
    /// The article.
    id: String,
    /// All copies, itself among them; empty where there is no other.
    copies: Vec<Copy>,
}

/// A copy.
#[derive(ToSchema)]
pub struct Copy {
    /// Its id.
    id: String,
    /// Its date.
    date: Option<String>,
    /// Its source.
    source: Option<String>,
    /// Its headline.
    title: String,
    /// Its address.
    url: Option<String>,
    /// The place of the record in the archive.
    origin: String,
    /// The repairs of damage.
    repairs: Vec<Repair>,
}

/// The figures of an index.
#[derive(ToSchema)]
pub struct Stats {
    /// Articles.
    articles: u64,
    /// Those without a date.
    undated: u64,
    /// The earliest day.
    first_day: Option<String>,
    /// The latest day.
    last_day: Option<String>,
    /// Files that they were read from.
    files: u64,
    /// Records that were rejected.
    rejected: u64,
    /// Articles that were deleted on request.
    deleted: u64,
    /// The generation.
    generation: u64,
    /// The commit.
    commit: u64,
    /// Segments.
    segments: u64,
    /// Bytes on disk.
    bytes: u64,
    /// Bytes of the stored articles, where they are known.
    store_bytes: Option<u64>,
}

/// The state of the server.
#[derive(ToSchema)]
pub struct Health {
    /// `ok`.
    status: String,
    /// Articles of the index.
    articles: u64,
}
