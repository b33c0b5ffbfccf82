//! `/compare`: two to five queries over time, as shares of what the archive holds.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use gongxun_core::search::compare::{Comparison, Row};
use gongxun_core::search::timeline::Step;
use maud::{Markup, html};

use super::layout::no_store;
use super::layout::{self, PageContext};
use super::state::{value, values};
use super::text;
use crate::archive::{Archive, SearchContext};
use crate::conditions::{Conditions, MAX_QUERY};
use crate::language::number;
use crate::problem::Problem;

/// The most queries that are compared on the page.
const QUERIES: usize = 5;
/// The drawing's size in its own units.
const SIZE: (f64, f64) = (1_000.0, 240.0);
/// Archives that reach over fewer years are counted by month.
const YEARS: u16 = 4;

/// Handles `GET /compare`.
pub async fn compare(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri) -> Response {
    let context = PageContext::from_request(&headers, &uri);
    let queries: Vec<String> = values(&uri, "q").into_iter().filter(|q| !q.trim().is_empty()).take(QUERIES).collect();
    let by = value(&uri, "by").and_then(|by| crate::conditions::step(&by)).filter(|step| *step != Step::Day);
    archive.run(&headers, &context.variant(), move |cx| shown(&context, &queries, by, cx)).await
}

fn shown(
    context: &PageContext,
    queries: &[String],
    by: Option<Step>,
    cx: &SearchContext<'_>,
) -> Result<Response, Problem> {
    let lang = context.lang;
    let one = |q: &String| Conditions { q: q.clone(), ..Conditions::default() }.request();
    let requests = queries.iter().map(one).collect::<Result<Vec<_>, Problem>>()?;
    let stats = cx.view.stats()?;
    let years = stats.last_day.zip(stats.first_day).map_or(0, |(last, first)| last.year() - first.year());
    let step = by.unwrap_or(if years < YEARS { Step::Month } else { Step::Year });
    let comparison = match requests.is_empty() {
        true => None,
        false => Some(cx.read().compare(&requests, step, &cx.control)?),
    };
    let cut = comparison.as_ref().is_some_and(|all| all.queries.iter().any(|query| query.cut_short));
    let body = html! {
        h1.part { (lang.pick("比较", "Compare")) }
        form.compare action="/compare" method="get" {
            @for at in 0..(queries.len() + 1).clamp(2, QUERIES) {
                label class=(format!("series s{at}")) {
                    span.sr { (lang.pick("检索词", "Query")) " " (at + 1) }
                    input type="text" name="q" lang="zh-Hans" maxlength=(MAX_QUERY) value=(queries.get(at).map_or("", String::as_str))
                        placeholder=(if at < 2 { lang.pick("检索词", "query") } else { lang.pick("再加一个", "one more") });
                }
            }
            select name="by" aria-label=(lang.pick("时段", "Period")) {
                option value="year" selected[step == Step::Year] { (lang.pick("按年", "by year")) }
                option value="month" selected[step == Step::Month] { (lang.pick("按月", "by month")) }
            }
            button type="submit" { (lang.pick("比较", "Compare")) }
        }
        @match &comparison {
            None => p.lede { (lang.pick("几个检索词在各个时段占馆藏文章的份额，放在一起看。", "What share of the archive's articles holds each of several queries, over time.")) },
            Some(comparison) => {
                @if cut { p.warn role="alert" { (lang.pick("检索超时，以下不全。", "The search took too long: there may be more.")) } }
                (drawing(context, comparison, step))
                (table(context, comparison))
            }
        }
    };
    let response =
        layout::page(context, lang.pick("比较", "Compare"), None, queries.first().map_or("", String::as_str), body);
    Ok(if cut { no_store(response) } else { response })
}

/// Returns a period as a number that grows by one from period to period.
fn place(row: &Row) -> f64 {
    let mut parts = row.period.split('-').map(|part| part.parse::<f64>().unwrap_or(0.0));
    let year = parts.next().unwrap_or(0.0);
    parts.next().map_or(year, |month| year * 12.0 + month - 1.0)
}

/// Draws a line per query, broken where the archive has no articles.
fn drawing(context: &PageContext, comparison: &Comparison, step: Step) -> Markup {
    let lang = context.lang;
    let rows = &comparison.periods;
    let most = rows.iter().flat_map(|row| &row.shares).copied().fold(0.0, f64::max);
    let (Some(first), Some(last)) = (rows.first().map(place), rows.last().map(place)) else {
        return html! { p.none { (lang.pick("没有署日期的文章。", "No article has a date.")) } };
    };
    let x = |row: &Row| (place(row) - first) / (last - first).max(1.0) * SIZE.0;
    let y = |share: f64| SIZE.1 - 6.0 - share / most.max(f64::MIN_POSITIVE) * (SIZE.1 - 16.0);
    let line = |at: usize| {
        let mut path = String::new();
        for (nth, row) in rows.iter().enumerate() {
            let apart = nth == 0 || place(row) - place(&rows[nth - 1]) > 1.0;
            let alone = apart && rows.get(nth + 1).is_none_or(|next| place(next) - place(row) > 1.0);
            let (x, y) = (x(row), y(row.shares[at]));
            let _ = write!(path, "{}{x:.1} {y:.1}", if apart { 'M' } else { 'L' });
            if alone {
                path.push_str("h.01");
            }
        }
        path
    };
    let year = |row: &Row| row.period.get(..4).unwrap_or("").to_string();
    let years = rows.iter().filter(|row| step == Step::Year || row.period.ends_with("-01")).collect::<Vec<_>>();
    let every = (years.len() / 9 + 1).max(1);
    html! {
        figure.lines {
            p.scale aria-hidden="true" { (percent(most)) }
            svg viewBox=(format!("0 0 {} {}", SIZE.0, SIZE.1)) preserveAspectRatio="none" role="img"
                aria-label=(lang.pick("各检索词占馆藏的份额，数字见下表", "Shares of each query; the table below has the numbers")) {
                @for at in 0..comparison.queries.len() { path class=(format!("s{at}")) d=(line(at)) {} }
            }
            svg.axis width="100%" height="18" aria-hidden="true" {
                @for row in years.iter().step_by(every) {
                    @let at = x(row) / SIZE.0 * 100.0;
                    @if at <= 96.0 { text x=(format!("{at:.2}%")) y="13" { (year(row)) } }
                }
            }
        }
    }
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 1.0 { format!("{percent:.2}%") } else { format!("{percent:.1}%") }
}

fn table(context: &PageContext, comparison: &Comparison) -> Markup {
    let lang = context.lang;
    let to = |query: &str, period: &str| {
        let conditions = Conditions { q: query.to_string(), ..Conditions::default() };
        super::state::Search { conditions, ..Default::default() }.href("/search", &[("from", period), ("to", period)])
    };
    html! {
        div.table tabindex="0" role="region" aria-label=(lang.pick("数字", "Numbers")) { table.numbers {
            thead { tr { th scope="col" { (lang.pick("时段", "Period")) }
                @for (at, query) in comparison.queries.iter().enumerate() {
                    th scope="col" class=(format!("series s{at}")) lang="zh-Hans" { (text::line(&query.query)) } }
                th scope="col" { (lang.pick("馆藏", "Archive")) } } }
            tbody {
                @for row in comparison.periods.iter().rev() { tr {
                    th scope="row" { (row.period) }
                    @for (at, query) in comparison.queries.iter().enumerate() { td {
                        @if row.counts[at] > 0 { a href=(to(&query.query, &row.period)) { (number(row.counts[at])) } " " small { (percent(row.shares[at])) } }
                        @else { small { "0" } }
                    } }
                    td { (number(row.all)) }
                } }
                tr.sum { th scope="row" { (lang.pick("合计", "All")) }
                    @for query in &comparison.queries { td { (number(query.count)) } } td {} }
            }
        } }
    }
}
