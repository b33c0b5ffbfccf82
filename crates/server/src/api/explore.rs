//! `GET /api/timeline`, `/api/compare`, `/api/concordance`, `/api/similar/{id}`, `/api/why-not/{id}`, `/api/suggest`,
//! `/api/stats`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use gongxun_core::search::Request;
use gongxun_core::search::concordance::{Context, DEFAULT_CONTEXT, Options, Order};
use gongxun_core::search::timeline::Step;
use gongxun_core::view;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::answer::{json, passing};
use crate::archive::Archive;
use crate::conditions::{Conditions, MAX_VALUE};
use crate::params::{Given, Id, Narrowed, Nothing, PerName, StepName, read_pairs};
use crate::problem::Problem;

/// The most queries in one comparison.
pub const MAX_COMPARED: usize = 20;
/// The most lines of a concordance in one answer.
pub const MAX_LINES: usize = 1_000;
/// The most characters on either side of a line.
pub const MAX_CONTEXT: usize = 200;
/// The most words or articles in one answer.
const MAX_NAMED: usize = 50;
/// The default number of words or articles.
const NAMED: usize = 10;
/// The default number of lines.
const LINES: usize = 100;

/// The parameters of a timeline, in addition to the conditions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Timeline {
    /// The length of a period; a month by default.
    #[param(inline)]
    pub by: Option<StepName>,
    /// Also count the occurrences in the articles of each period.
    pub occurrences: bool,
    /// The denominator of shares: the articles of each period, or its characters, which reads every article.
    #[param(inline)]
    pub per: PerName,
}

/// `GET /api/timeline`
#[utoipa::path(get, path = "/api/timeline", tag = "explore", params(Conditions, Timeline), responses(
    (status = 200, description = "The matches by period, beside all articles of the archive", body = super::schema::Timeline),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn timeline(State(archive): State<Arc<Archive>>, headers: HeaderMap, given: Narrowed<Timeline>) -> Response {
    let work = move |cx: &crate::archive::SearchContext<'_>| {
        let mut request = given.conditions.request()?;
        counted(&mut request, given.own.occurrences, given.own.per);
        let step = given.own.by.map_or(Step::Month, Step::from);
        let timeline = cx.read().timeline(&request, step, &cx.control)?;
        cx.counted(timeline.cut_short);
        Ok(passing(json(view::timeline::json(&timeline)), timeline.cut_short))
    };
    archive.run(&headers, "", work).await
}

/// Returns what a timeline counts beside articles.
fn counted(request: &mut Request, occurrences: bool, per: PerName) {
    request.characters = per == PerName::Characters;
    request.occurrences = occurrences || request.characters;
}

/// The parameters of a comparison.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the queries are read from the address itself: their name stands in it several times")]
pub struct Compare {
    /// The queries; the parameter is repeated for each.
    #[param(max_items = 20, min_items = 1, inline, value_type = Vec<QueryText>, example = json!(["农民工", "骑手"]))]
    pub q: Vec<String>,
    /// The length of a period; a year by default.
    #[param(inline)]
    pub by: Option<StepName>,
    /// Also count the occurrences of each query in the articles of each period.
    #[param(required = false)]
    pub occurrences: bool,
    /// The denominator of shares: the articles of each period, or its characters, which reads every article.
    #[param(inline)]
    pub per: Option<PerName>,
}

/// The text of a query.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
#[expect(dead_code, reason = "it is read by the document alone")]
pub struct QueryText(String);

/// `GET /api/compare`
#[utoipa::path(get, path = "/api/compare", tag = "explore", params(Compare), responses(
    (status = 200, description = "Several queries over time, side by side", body = super::schema::Comparison),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn compare(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri) -> Response {
    let work = move |cx: &crate::archive::SearchContext<'_>| {
        let Comparison { queries, step, occurrences, per } = Comparison::from_uri(&uri)?;
        let mut requests: Vec<Request> = queries.iter().map(|q| one(q)).collect::<Result<_, Problem>>()?;
        requests.iter_mut().for_each(|request| counted(request, occurrences, per));
        let comparison = cx.read().compare(&requests, step, &cx.control)?;
        let cut = comparison.queries.iter().any(|query| query.cut_short);
        cx.counted(cut);
        Ok(passing(json(view::compare::json(&comparison)), cut))
    };
    archive.run(&headers, "", work).await
}

/// The comparison that an address asks for.
struct Comparison {
    queries: Vec<String>,
    step: Step,
    occurrences: bool,
    per: PerName,
}

impl Comparison {
    fn from_uri(uri: &Uri) -> Result<Comparison, Problem> {
        #[derive(Debug, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        struct Others {
            by: Option<StepName>,
            occurrences: bool,
            per: PerName,
        }
        let pairs = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
        let (queries, others): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name == "q");
        if queries.is_empty() || queries.len() > MAX_COMPARED {
            return Err(Problem::bad(format!("q: write 1 to {MAX_COMPARED} queries, each with a q of its own")));
        }
        if queries.iter().any(|(_, query)| query.trim().is_empty()) {
            return Err(Problem::bad("q: a blank query"));
        }
        let Others { by, occurrences, per } = read_pairs(others)?;
        let queries = queries.into_iter().map(|(_, query)| query.into_owned()).collect();
        Ok(Comparison { queries, step: by.map_or(Step::Year, Step::from), occurrences, per })
    }
}

/// Returns the request for a query without filters.
///
/// # Errors
/// If it is empty or too long.
pub fn one(q: &str) -> Result<Request, Problem> {
    crate::conditions::Conditions { q: q.to_string(), ..Default::default() }.request()
}

/// The order of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderName {
    /// Oldest article first.
    #[default]
    Oldest,
    /// Newest article first.
    Newest,
    /// By the characters to the left, nearest first.
    Left,
    /// By the characters to the right.
    Right,
}

impl From<OrderName> for Order {
    fn from(name: OrderName) -> Order {
        match name {
            OrderName::Oldest => Order::Oldest,
            OrderName::Newest => Order::Newest,
            OrderName::Left => Order::Left,
            OrderName::Right => Order::Right,
        }
    }
}

/// The parameters of a concordance, in addition to the conditions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Concordance {
    /// The order of lines.
    #[param(inline)]
    pub sort: OrderName,
    /// Number of lines; 100 by default.
    #[param(minimum = 0, maximum = 1000)]
    pub limit: Option<usize>,
    /// Number of characters of context on either side; 20 by default.
    #[param(minimum = 0, maximum = 200)]
    pub context: Option<usize>,
    /// Whole sentences as context.
    pub sentence: bool,
}

/// `GET /api/concordance`
#[utoipa::path(get, path = "/api/concordance", tag = "explore", params(Conditions, Concordance), responses(
    (status = 200, description = "Occurrences with the text on either side", body = super::schema::Concordance),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn concordance(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Narrowed { conditions, own: given }: Narrowed<Concordance>,
) -> Response {
    let work = move |cx: &crate::archive::SearchContext<'_>| {
        let request = conditions.request()?;
        let (limit, context) = (given.limit.unwrap_or(LINES), given.context.unwrap_or(DEFAULT_CONTEXT));
        if conditions.q.trim().is_empty() {
            return Err(Problem::bad("q: write a query: a filter alone has no occurrences"));
        }
        if limit > MAX_LINES || context > MAX_CONTEXT {
            let what = format!("{MAX_LINES} lines (limit) and {MAX_CONTEXT} characters (context) at the most");
            return Err(Problem::bad(what));
        }
        let context = if given.sentence { Context::Sentence } else { Context::Characters(context) };
        let options = Options::default().context(context).order(given.sort.into()).limit(limit);
        let mut lines = Vec::new();
        let mut take = |line| {
            lines.push(line);
            Ok(())
        };
        let counts = cx.read().concordance(&request, &options, &cx.control, &mut take)?;
        let mut answer = serde_json::to_value(&counts).unwrap_or_default();
        answer["query"] = request.query.text.clone().into();
        answer["lines"] = serde_json::to_value(&lines).unwrap_or_default();
        let notes = request.query.notes.iter().map(|note| note.message.clone());
        answer["notes"] = notes.chain(counts.notes.clone()).collect::<Vec<_>>().into();
        cx.counted(counts.cut_short);
        Ok(passing(json(answer.to_string()), counts.cut_short))
    };
    archive.run(&headers, "", work).await
}

/// The parameters of a list without a query.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Limit {
    /// Number of articles; 10 by default.
    #[param(minimum = 0, maximum = 50)]
    pub limit: Option<usize>,
}

fn named(limit: Option<usize>) -> Result<usize, Problem> {
    match limit.unwrap_or(NAMED) {
        limit if limit > MAX_NAMED => Err(Problem::bad(format!("limit: {MAX_NAMED} at the most"))),
        limit => Ok(limit),
    }
}

/// `GET /api/similar/{id}`
#[utoipa::path(get, path = "/api/similar/{id}", tag = "explore", params(("id" = String, Path, description = "The article's id"), Limit), responses(
    (status = 200, description = "The articles most like one of them", body = super::schema::Answer),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn similar(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Id(id): Id,
    Given(given): Given<Limit>,
) -> Response {
    let work = move |cx: &crate::archive::SearchContext<'_>| {
        let results = cx.read().similar(&id, named(given.limit)?, &cx.control)?.ok_or_else(Problem::no_article)?;
        Ok(json(view::json::answer(&results)))
    };
    archive.run(&headers, "", work).await
}

/// `GET /api/why-not/{id}`
#[utoipa::path(get, path = "/api/why-not/{id}", tag = "explore", params(("id" = String, Path, description = "The article's id"), Conditions), responses(
    (status = 200, description = "Clause by clause, what the article has for the query or instead of it", body = super::schema::WhyNot),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn why_not(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Id(id): Id,
    given: Narrowed<Nothing>,
) -> Response {
    let work = move |cx: &crate::archive::SearchContext<'_>| {
        let request = given.conditions.request()?;
        let answer = cx.read().why_not(&request, &id, &cx.control)?.ok_or_else(Problem::no_article)?;
        Ok(json(view::why_not::json(&request.query.text, &answer)))
    };
    archive.run(&headers, "", work).await
}

/// The parameters of a completion.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Suggest {
    /// The first characters of a word, or of its pinyin.
    #[param(max_length = 300, example = "工")]
    pub q: String,
    /// Number of words; 10 by default.
    #[param(minimum = 0, maximum = 50)]
    pub limit: Option<usize>,
}

/// `GET /api/suggest`
#[utoipa::path(get, path = "/api/suggest", tag = "explore", params(Suggest), responses(
    (status = 200, description = "The words that begin so, or sound so, the most frequent first", body = [super::schema::Completion]),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn suggest(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Given(given): Given<Suggest>,
) -> Response {
    let work = move |cx: &crate::archive::SearchContext<'_>| {
        if given.q.chars().count() > MAX_VALUE {
            return Err(Problem::bad(format!("q: {MAX_VALUE} characters at the most")));
        }
        let words = cx.read().complete(&given.q, named(given.limit)?, &cx.control)?;
        let words: Vec<_> = words
            .iter()
            .map(|completion| serde_json::json!({"word": completion.word, "articles": completion.articles}))
            .collect();
        Ok(json(serde_json::Value::Array(words).to_string()))
    };
    archive.run(&headers, "", work).await
}

/// `GET /api/stats`
#[utoipa::path(get, path = "/api/stats", tag = "explore", responses(
    (status = 200, description = "What the index holds, in figures", body = super::schema::Stats),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn stats(State(archive): State<Arc<Archive>>, headers: HeaderMap) -> Response {
    let work =
        |cx: &crate::archive::SearchContext<'_>| Ok(json(serde_json::to_string(cx.view.stats()?).unwrap_or_default()));
    archive.run(&headers, "", work).await
}
