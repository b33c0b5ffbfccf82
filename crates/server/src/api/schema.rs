//! The forms of answers, for the OpenAPI document. The answers themselves are written by the library, as the command line
//! prints them; a test holds each of them against these.
#![expect(dead_code, reason = "they are read by the document alone")]

use serde_json::Value;
use utoipa::{ToResponse, ToSchema};

use crate::problem::Body as Problem;

/// Why there is no answer.
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
    /// The search was ended by its deadline: there may be more.
    #[schema(required = false)]
    cut_short: bool,
    /// How long it took, in milliseconds.
    took_ms: f64,
    /// What answered.
    index: Index,
    /// The hits.
    hits: Vec<Hit>,
    /// Where facets were asked for.
    #[schema(required = false)]
    facets: Facets,
    /// How many pages without an article match.
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
    /// How many articles that one finds.
    #[schema(required = false)]
    articles: u64,
}

/// What answered.
#[derive(ToSchema)]
pub struct Index {
    /// How many articles it holds.
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
    /// How much of the query it holds.
    #[schema(rename = "match")]
    kind: Match,
    /// Whether it holds only some of it.
    partial: bool,
    /// The headline.
    title: String,
    /// When it was published.
    date: Option<String>,
    /// The source as printed.
    source: Option<String>,
    /// The parts of the source.
    outlets: Vec<String>,
    /// The 责任编辑, else the 编辑.
    editor: Option<String>,
    /// All who edited it.
    editors: Vec<String>,
    /// The authors.
    authors: Vec<String>,
    /// Who did what.
    credits: Vec<Credit>,
    /// The credits that were asked for.
    asked: Vec<Credit>,
    /// The section.
    section: Option<String>,
    /// The newspaper's page that the section names.
    page: Option<String>,
    /// The page's address.
    url: Option<String>,
    /// Where the record stood.
    origin: String,
    /// A passage with marks.
    snippet: Marked,
    /// Marks on title and names.
    marks: Marks,
    /// How many other copies there are.
    reprints: u64,
    /// What made the score, where that was asked for.
    #[schema(required = false)]
    explanation: Explanation,
}

/// How much of a query an article holds.
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

/// Who did what.
#[derive(ToSchema)]
pub struct Credit {
    /// What they did, as Chinese pages name it.
    role: String,
    /// Their name.
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

/// What made a score.
#[derive(ToSchema)]
pub struct Explanation {
    /// The parts of the sum.
    parts: Vec<Part>,
    /// What the score has beside them.
    rest: f32,
    /// What the second stage of ranking found, where it looked at the hit.
    #[schema(required = false)]
    second_stage: SecondStage,
}

/// What the second stage of ranking found of a hit.
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
    /// What is judged.
    of: String,
    /// How much of it there is, from 0 to 1.
    share: f32,
    /// What it counts.
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
    /// Where it begins, in characters of the body.
    from: u32,
    /// Where it ends.
    to: u32,
    /// How it begins.
    opening: String,
}

/// What one token added.
#[derive(ToSchema)]
pub struct Part {
    /// The text that it stands in.
    text: String,
    /// What it is.
    kind: String,
    /// The token.
    token: String,
    /// How often it stands there.
    frequency: u32,
    /// How many articles have it there.
    articles: u64,
    /// What it added.
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
    /// Where the record stood.
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
    /// When it was published.
    date: Option<String>,
    /// The source as printed.
    source: Option<String>,
    /// The parts of the source.
    outlets: Vec<String>,
    /// Who did what.
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
    /// What each line of the body is.
    #[schema(required = false)]
    blocks: Vec<String>,
    /// The lines that told date, source and credits.
    #[schema(required = false)]
    byline: Vec<String>,
    /// The visible lines around the article.
    #[schema(required = false)]
    margin: Vec<String>,
    /// Where the record stood.
    origin: String,
    /// `hans` or `hant`.
    script: String,
    /// What was undone.
    repairs: Vec<Repair>,
    /// The changed fields as they were found.
    original: Option<Value>,
}

/// What was undone.
#[derive(ToSchema)]
pub struct Repair {
    /// The kind of damage.
    kind: String,
    /// How many places.
    count: u32,
    /// How likely it is right, 0 to 1.
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
    /// Where the record stood.
    origin: String,
    /// What was undone.
    repairs: Vec<Repair>,
}

/// The matches over time.
#[derive(ToSchema)]
pub struct Timeline {
    /// The query as it was read.
    query: String,
    /// Remarks.
    notes: Vec<String>,
    /// Articles that hold all that was typed.
    total: u64,
    /// More by a synonym.
    synonym_total: u64,
    /// Those with some of it.
    partial_total: u64,
    /// Whether the search was ended by its deadline.
    cut_short: bool,
    /// How many of those that are counted have no date.
    undated: u64,
    /// The periods in which the archive has articles.
    periods: Vec<Period>,
    /// The stretches between them in which it has none.
    gaps: Vec<Gap>,
}

/// A period.
#[derive(ToSchema)]
pub struct Period {
    /// Its name.
    period: String,
    /// Articles that hold all that was typed.
    count: u64,
    /// More by a synonym, where these are counted.
    #[schema(required = false)]
    synonym_count: u64,
    /// Partial matches, where these are counted.
    #[schema(required = false)]
    partial_count: u64,
    /// All articles of the archive.
    all: u64,
    /// The share of what is counted, 0 to 1.
    share: f64,
}

/// A stretch without any article.
#[derive(ToSchema)]
pub struct Gap {
    /// Its first period.
    from: String,
    /// Its last period.
    to: String,
}

/// Queries side by side.
#[derive(ToSchema)]
pub struct Comparison {
    /// The queries.
    queries: Vec<Compared>,
    /// The periods.
    periods: Vec<Row>,
    /// The stretches in which the archive has none.
    gaps: Vec<Gap>,
}

/// A query of a comparison.
#[derive(ToSchema)]
pub struct Compared {
    /// The query.
    query: String,
    /// How many articles are counted.
    count: u64,
    /// How many of them have no date.
    undated: u64,
    /// Articles that hold all that was typed.
    total: u64,
    /// More by a synonym.
    synonym_total: u64,
    /// Those with some of it.
    partial_total: u64,
    /// Whether the search was ended by its deadline.
    cut_short: bool,
    /// Remarks.
    notes: Vec<String>,
}

/// A period of a comparison.
#[derive(ToSchema)]
pub struct Row {
    /// Its name.
    period: String,
    /// Articles that hold each query.
    counts: Vec<u64>,
    /// Their shares in all articles.
    shares: Vec<f64>,
    /// All articles of the archive.
    all: u64,
}

/// Occurrences in context.
#[derive(ToSchema)]
pub struct Concordance {
    /// The query as it was read.
    query: String,
    /// How many occurrences there are.
    occurrences: u64,
    /// In how many articles.
    articles: u64,
    /// How many lines are given.
    given: u64,
    /// Whether the search was ended by its deadline.
    cut_short: bool,
    /// Remarks.
    notes: Vec<String>,
    /// The lines.
    lines: Vec<Line>,
}

/// An occurrence.
#[derive(ToSchema)]
pub struct Line {
    /// The article's id.
    id: String,
    /// Its headline.
    title: String,
    /// Its date.
    date: Option<String>,
    /// Its source.
    source: Option<String>,
    /// How much of the query it holds.
    #[schema(rename = "match")]
    kind: Match,
    /// `title`, `lead` or `body`.
    field: String,
    /// Where it begins there, in Unicode characters.
    offset: usize,
    /// The text before it.
    left: String,
    /// The occurrence.
    keyword: String,
    /// The text behind it.
    right: String,
}

/// Why an article is, or is not, among the hits.
#[derive(ToSchema)]
pub struct WhyNot {
    /// The query.
    query: String,
    /// The article's id.
    id: String,
    /// Its headline.
    title: String,
    /// `full`, `synonym`, `partial` or `not-found`.
    verdict: String,
    /// The number of its hit.
    place: Option<u64>,
    /// The copy that is shown in its place.
    shown: Option<String>,
    /// The parts of the query.
    clauses: Vec<Clause>,
}

/// A part of a query.
#[derive(ToSchema)]
pub struct Clause {
    /// The part.
    text: String,
    /// How deep it stands inside others.
    depth: usize,
    /// Whether the article satisfies it.
    holds: bool,
    /// What the article has, or has instead.
    why: String,
}

/// A word.
#[derive(ToSchema)]
pub struct Completion {
    /// The word.
    word: String,
    /// How many articles have it.
    articles: u64,
}

/// What an index holds, in figures.
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
    /// Files that they came of.
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
    /// Bytes of the stored articles.
    store_bytes: u64,
}

/// Whether searches are answered.
#[derive(ToSchema)]
pub struct Health {
    /// `ok`.
    status: String,
    /// How many articles there are.
    articles: u64,
}
