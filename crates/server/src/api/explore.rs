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
use crate::conditions::{MAX_QUERY, MAX_VALUE};
use crate::params::{Given, Id, StepName, with_conditions};
use crate::problem::Problem;

/// The most queries that are compared over HTTP.
pub const MAX_COMPARED: usize = 20;
/// The most lines of a concordance in one answer.
pub const MAX_LINES: usize = 1_000;
/// The most characters on either side of a line.
pub const MAX_CONTEXT: usize = 200;
/// The most words or articles that are named.
const MAX_NAMED: usize = 50;
/// How many are named unless another number is asked for.
const NAMED: usize = 10;
/// How many lines are given unless another number is asked for.
const LINES: usize = 100;

with_conditions! {
    /// What a timeline takes.
    pub struct Timeline {
        /// The length of a period; a month unless given.
        #[param(inline)]
        pub by: Option<StepName>,
    }
}

/// `GET /api/timeline`
#[utoipa::path(get, path = "/api/timeline", tag = "explore", params(Timeline), responses(
    (status = 200, description = "The matches by period, beside all articles of the archive", body = super::schema::Timeline),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn timeline(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Given(given): Given<Timeline>,
) -> Response {
    let work = move |asked: &crate::archive::Asked<'_>| {
        let request = given.conditions().request()?;
        let step = given.by.map_or(Step::Month, Step::from);
        let timeline = asked.read().timeline(&request, step, &asked.control)?;
        Ok(passing(json(view::timeline::json(&timeline)), timeline.cut_short))
    };
    archive.ask(&headers, "", work).await
}

/// What a comparison takes beside the queries.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the queries are read from the address itself: their name stands in it several times")]
pub struct Compare {
    /// The queries; the name stands once for each.
    #[param(max_items = 20, min_items = 1, example = json!(["农民工", "骑手"]))]
    pub q: Vec<String>,
    /// The length of a period; a year unless given.
    #[param(inline)]
    pub by: Option<StepName>,
}

/// `GET /api/compare`
#[utoipa::path(get, path = "/api/compare", tag = "explore", params(Compare), responses(
    (status = 200, description = "Several queries over time, side by side", body = super::schema::Comparison),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn compare(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri) -> Response {
    let work = move |asked: &crate::archive::Asked<'_>| {
        let (queries, step) = compared(&uri)?;
        let requests: Vec<Request> = queries.iter().map(|q| one(q)).collect::<Result<_, Problem>>()?;
        let comparison = asked.read().compare(&requests, step, &asked.control)?;
        let cut = comparison.queries.iter().any(|query| query.cut_short);
        Ok(passing(json(view::compare::json(&comparison)), cut))
    };
    archive.ask(&headers, "", work).await
}

fn compared(uri: &Uri) -> Result<(Vec<String>, Step), Problem> {
    let (mut queries, mut step) = (Vec::new(), None);
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()) {
        match (&*name, step) {
            ("q", _) => queries.push(value.into_owned()),
            ("by", None) => {
                let known = crate::conditions::step(&value);
                step = Some(known.ok_or_else(|| Problem::bad("by: write day, month or year"))?);
            }
            ("by", Some(_)) => return Err(Problem::bad("duplicate field `by`")),
            (other, _) => return Err(Problem::bad(format!("unknown field `{other}`, expected `q` or `by`"))),
        }
    }
    if queries.is_empty() || queries.len() > MAX_COMPARED {
        return Err(Problem::bad(format!("q: write 1 to {MAX_COMPARED} queries, each with a q of its own")));
    }
    Ok((queries, step.unwrap_or(Step::Year)))
}

/// The request for a query by itself.
///
/// # Errors
/// Where it is empty or too long.
pub fn one(q: &str) -> Result<Request, Problem> {
    crate::conditions::Conditions { q: q.to_string(), ..Default::default() }.request()
}

/// The order of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderName {
    /// The oldest article first.
    #[default]
    Oldest,
    /// The newest article first.
    Newest,
    /// By the characters to the left, the nearest first.
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

with_conditions! {
    /// What a concordance takes.
    pub struct Concordance {
        /// The order of lines.
        #[param(inline)]
        pub sort: OrderName,
        /// How many lines; 100 unless given.
        #[param(minimum = 0, maximum = 1000)]
        pub limit: Option<usize>,
        /// How many characters stand on either side; 20 unless given.
        #[param(minimum = 0, maximum = 200)]
        pub context: Option<usize>,
        /// The whole sentence instead.
        pub sentence: bool,
    }
}

/// `GET /api/concordance`
#[utoipa::path(get, path = "/api/concordance", tag = "explore", params(Concordance), responses(
    (status = 200, description = "Occurrences with the text on either side", body = super::schema::Concordance),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn concordance(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Given(given): Given<Concordance>,
) -> Response {
    let work = move |asked: &crate::archive::Asked<'_>| {
        let request = given.conditions().request()?;
        let (limit, context) = (given.limit.unwrap_or(LINES), given.context.unwrap_or(DEFAULT_CONTEXT));
        if request.query.root.is_none() {
            return Err(Problem::bad("q: write what is looked for: a filter alone has no occurrences"));
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
        let counts = asked.read().concordance(&request, &options, &asked.control, &mut take)?;
        let mut answer = serde_json::to_value(&counts).unwrap_or_default();
        answer["query"] = request.query.text.clone().into();
        answer["lines"] = serde_json::to_value(&lines).unwrap_or_default();
        let notes = request.query.notes.iter().map(|note| note.message.clone());
        answer["notes"] = notes.chain(counts.notes.clone()).collect::<Vec<_>>().into();
        Ok(passing(json(answer.to_string()), counts.cut_short))
    };
    archive.ask(&headers, "", work).await
}

/// How many are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Limit {
    /// How many; 10 unless given.
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
    let work = move |asked: &crate::archive::Asked<'_>| {
        let results = asked.read().similar(&id, named(given.limit)?)?.ok_or_else(Problem::no_article)?;
        Ok(json(view::json::answer(&results)))
    };
    archive.ask(&headers, "", work).await
}

with_conditions! {
    /// What the question why an article is not among the hits takes.
    pub struct WhyNot {}
}

/// `GET /api/why-not/{id}`
#[utoipa::path(get, path = "/api/why-not/{id}", tag = "explore", params(("id" = String, Path, description = "The article's id"), WhyNot), responses(
    (status = 200, description = "Clause by clause, what the article has for the query or instead of it", body = super::schema::WhyNot),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn why_not(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Id(id): Id,
    Given(given): Given<WhyNot>,
) -> Response {
    let work = move |asked: &crate::archive::Asked<'_>| {
        let request = given.conditions().request()?;
        let answer = asked.read().why_not(&request, &id)?.ok_or_else(Problem::no_article)?;
        Ok(json(view::why_not::json(&request.query.text, &answer)))
    };
    archive.ask(&headers, "", work).await
}

/// What a completion takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Suggest {
    /// The first characters of a word, or of its pinyin.
    #[param(max_length = 300, example = "工")]
    pub q: String,
    /// How many words; 10 unless given.
    #[param(minimum = 0, maximum = 50)]
    pub limit: Option<usize>,
}

/// `GET /api/suggest`
#[utoipa::path(get, path = "/api/suggest", tag = "explore", params(Suggest), responses(
    (status = 200, description = "The words that begin so, the most frequent first", body = [super::schema::Completion]),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn suggest(
    State(archive): State<Arc<Archive>>,
    headers: HeaderMap,
    Given(given): Given<Suggest>,
) -> Response {
    let work = move |asked: &crate::archive::Asked<'_>| {
        if given.q.chars().count() > MAX_VALUE {
            return Err(Problem::bad(format!("q: {MAX_VALUE} characters at the most")));
        }
        let words = asked.read().complete(&given.q, named(given.limit)?)?;
        let words: Vec<_> = words
            .iter()
            .map(|completion| serde_json::json!({"word": completion.word, "articles": completion.articles}))
            .collect();
        Ok(json(serde_json::Value::Array(words).to_string()))
    };
    archive.ask(&headers, "", work).await
}

/// `GET /api/stats`
#[utoipa::path(get, path = "/api/stats", tag = "explore", responses(
    (status = 200, description = "What the index holds, in figures", body = super::schema::Stats),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn stats(State(archive): State<Arc<Archive>>, headers: HeaderMap) -> Response {
    let work =
        |asked: &crate::archive::Asked<'_>| Ok(json(serde_json::to_string(asked.view.stats()?).unwrap_or_default()));
    archive.ask(&headers, "", work).await
}

/// The longest query, said where the document says it.
const _: () = assert!(MAX_QUERY == 1_000 && MAX_VALUE == 300);
