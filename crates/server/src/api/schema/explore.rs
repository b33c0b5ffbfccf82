//! The forms of answers about many articles at once: over time, side by side, in context, by their words.
#![expect(dead_code, reason = "they are read by the document alone")]

use utoipa::ToSchema;

use super::Match;

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
    /// Occurrences in those that are counted, the undated too, where these are counted.
    #[schema(required = false)]
    occurrences: u64,
    /// Whether the search was ended by its deadline.
    cut_short: bool,
    /// Those without a date.
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
    /// Occurrences, where these are counted.
    #[schema(required = false)]
    occurrences: u64,
    /// Characters of all articles, where these are counted.
    #[schema(required = false)]
    characters: u64,
    /// Occurrences in a million characters, where both are counted.
    #[schema(required = false)]
    per_million: f64,
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
    /// Articles that are counted.
    count: u64,
    /// Occurrences in them, the undated too, where these are counted.
    #[schema(required = false)]
    occurrences: u64,
    /// Those without a date.
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
    /// Occurrences of each query, where these are counted.
    #[schema(required = false)]
    occurrences: Vec<u64>,
    /// Characters of all articles, where these are counted.
    #[schema(required = false)]
    characters: u64,
    /// Occurrences of each query in a million characters, where both are counted.
    #[schema(required = false)]
    per_million: Vec<f64>,
}

/// Occurrences in context.
#[derive(ToSchema)]
pub struct Concordance {
    /// The query as it was read.
    query: String,
    /// All occurrences.
    occurrences: u64,
    /// Articles with any.
    articles: u64,
    /// Lines that are given.
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
    /// The share of the query that its article holds.
    #[schema(rename = "match")]
    kind: Match,
    /// `title`, `lead` or `body`.
    field: String,
    /// Its first character there, counted in Unicode characters.
    offset: usize,
    /// The text before it.
    left: String,
    /// The occurrence.
    keyword: String,
    /// The text behind it.
    right: String,
}

/// The reasons for which an article is, or is not, among the hits.
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
    /// Its depth inside others.
    depth: usize,
    /// Whether the article satisfies it.
    holds: bool,
    /// The text that the article has for it, or has instead.
    why: String,
}

/// A word.
#[derive(ToSchema)]
pub struct Completion {
    /// The word.
    word: String,
    /// Articles that have it.
    articles: u64,
}

/// The words that stand out in a query's articles.
#[derive(ToSchema)]
pub struct Keywords {
    /// The query as it was read.
    query: String,
    /// The measure that they are ordered by: `log-likelihood`.
    measure: String,
    /// Articles of the query.
    articles: u64,
    /// Words in them, particles and numbers too.
    words: u64,
    /// Other articles of the archive.
    rest_articles: u64,
    /// Words in those.
    rest_words: u64,
    /// The words, the most surprising first; none where it was cut short.
    keywords: Vec<Keyword>,
    /// Whether it was ended by its deadline.
    cut_short: bool,
    /// Remarks.
    notes: Vec<String>,
}

/// A word that stands out.
#[derive(ToSchema)]
pub struct Keyword {
    /// The word, folded.
    word: String,
    /// Its number in the query's articles.
    count: u64,
    /// The query's articles that have it.
    articles: u64,
    /// Its number in the other articles.
    rest_count: u64,
    /// The other articles that have it.
    rest_articles: u64,
    /// Log-likelihood, without a unit.
    log_likelihood: f64,
    /// The binary logarithm of how much more frequent it is than in the rest.
    log_ratio: f64,
}

/// The words that stand near what a query looks for.
#[derive(ToSchema)]
pub struct Collocations {
    /// The query as it was read.
    query: String,
    /// The measure that they are ordered by: `log-likelihood`.
    measure: String,
    /// Characters on either side that were looked at.
    window: usize,
    /// All occurrences.
    occurrences: u64,
    /// Articles with any.
    articles: u64,
    /// Words near them, particles and numbers too.
    words_near: u64,
    /// Words of the archive.
    words: u64,
    /// The words, the most surprising first; none where it was cut short.
    collocations: Vec<Collocation>,
    /// Whether it was ended by its deadline.
    cut_short: bool,
    /// Remarks.
    notes: Vec<String>,
}

/// A word that stands near.
#[derive(ToSchema)]
pub struct Collocation {
    /// The word, folded.
    word: String,
    /// Its number near.
    count: u64,
    /// Those of them before the nearest occurrence.
    left: u64,
    /// Those behind it.
    right: u64,
    /// Articles in which it stands near.
    articles: u64,
    /// Its number in the archive.
    archive_count: u64,
    /// The number near that chance would have.
    expected: f64,
    /// Log-likelihood, without a unit.
    log_likelihood: f64,
    /// Mutual information: the binary logarithm of count by expected.
    mutual_information: f64,
}
