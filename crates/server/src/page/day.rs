//! `/day`: all articles of a day, of all sources or of one, the day before and after, and a calendar that shows days
//! without articles.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use gongxun_core::article::{Date, days_in_month};
use gongxun_core::query::Filter;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Copies, Request, Results, Sort};
use maud::{Markup, html};

use super::layout::no_store;
use super::layout::{self, PageContext};
use super::state::{Search, value};
use super::{hits, text};
use crate::archive::{Archive, SearchContext};
use crate::conditions::{MAX_VALUE, everything, given};
use crate::language::number;
use crate::problem::Problem;

/// Articles of a day that are listed.
const LISTED: usize = 200;
/// The length of the openings that are shown, in characters.
const BEGINNING: usize = 60;

/// Handles `GET /day`.
pub async fn day(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri) -> Response {
    let context = PageContext::from_request(&headers, &uri);
    let source = given(value(&uri, "source"));
    let date = given(value(&uri, "date"));
    archive.run(&headers, &context.variant(), move |cx| shown(&context, source.as_deref(), date.as_deref(), cx)).await
}

/// The number of articles of each day, by its day number.
type Days = BTreeMap<i64, u64>;

fn shown(
    context: &PageContext,
    source: Option<&str>,
    date: Option<&str>,
    cx: &SearchContext<'_>,
) -> Result<Response, Problem> {
    let lang = context.lang;
    if source.is_some_and(|source| source.chars().count() > MAX_VALUE) {
        return Err(Problem::bad(format!("source: a value has {MAX_VALUE} characters at the most")));
    }
    let filters: Vec<Filter> = source.map(Filter::source).into_iter().collect();
    let of = |filters: Vec<Filter>| Request { filters, copies: Copies::All, ..everything() };
    let timeline = cx.read().timeline(&of(filters.clone()), Step::Day, &cx.control)?;
    let number_of = |name: &str| name.parse::<Date>().ok().map(|date| date.day_number());
    let (mut days, mut held) = (Days::new(), Days::new());
    for period in &timeline.periods {
        if let Some(day) = number_of(&period.name) {
            held.insert(day, period.all);
            if period.count > 0 {
                days.insert(day, period.count);
            }
        }
    }
    // A month names its first day that has anything.
    let asked_for = date.map(|date| {
        let range = gongxun_core::query::parse_date_range(date).and_then(|(from, to)| Some((from?, to?)));
        range.ok_or_else(|| Problem::bad("date: not a day; write 2025-01-15"))
    });
    let chosen = match asked_for.transpose()? {
        Some((from, to)) if from < to => days.range(from..=to).next().map_or(from, |(day, _)| *day),
        Some((from, _)) => from,
        None => days.keys().next_back().copied().unwrap_or(0),
    };
    let Some(chosen_date) = Date::from_day_number(chosen) else {
        return Err(Problem::bad("date: not a day of the calendar"));
    };
    let mut filters = filters;
    filters.push(Filter::Date { from: Some(chosen), to: Some(chosen) });
    let request = Request { limit: LISTED, sort: Sort::Oldest, snippet_length: BEGINNING, facets: true, ..of(filters) };
    let results = cx.answer(&request)?;
    let to = |day: i64| href(source, Date::from_day_number(day));
    let before = days.range(..chosen).next_back().map(|(day, _)| *day);
    let after = days.range(chosen + 1..).next().map(|(day, _)| *day);
    let sources = cx.view.facets()?.source.iter().map(|count| count.value.as_str()).collect::<Vec<_>>();
    let title = match source {
        Some(source) => format!("{source} {}", lang.day(&chosen_date)),
        None => lang.day(&chosen_date),
    };
    let body = html! {
        div.reading.of-day {
            div.paper {
                h1.part { (text::line(source.unwrap_or(lang.pick("全部来源", "All sources")))) }
                nav.day aria-label=(lang.pick("日期", "Days")) {
                    @if let Some(day) = before { a rel="prev" href=(to(day)) { "← " (short(day)) } } @else { span {} }
                    strong { time datetime=(chosen_date) { (lang.day(&chosen_date)) } " · " (weekday(context, chosen)) }
                    @if let Some(day) = after { a rel="next" href=(to(day)) { (short(day)) " →" } } @else { span {} }
                }
                (listed(context, source, &results))
            }
            aside.about aria-label=(lang.pick("日历", "Calendar")) {
                form action="/day" method="get" {
                    label { (lang.pick("来源", "Source"))
                        select name="source" {
                            option value="" { (lang.pick("全部来源", "All sources")) }
                            @if let Some(source) = source.filter(|source| !sources.contains(source)) { option value=(source) selected { (text::line(source)) } }
                            @for name in &sources { option value=(name) selected[source == Some(*name)] { (text::line(name)) } }
                        } }
                    label { (lang.pick("日期", "Day")) input type="date" name="date" value=(chosen_date); }
                    button type="submit" { (lang.pick("翻到", "Go")) }
                }
                (calendar(context, source, &chosen_date, &days, &held))
            }
        }
    };
    let response = layout::page(context, &title, None, "", body);
    Ok(if results.cut_short { no_store(response) } else { response })
}

fn href(source: Option<&str>, day: Option<Date>) -> String {
    let day = day.map(|day| day.to_string()).unwrap_or_default();
    Search::default().href("/day", &[("date", &day), ("source", source.unwrap_or(""))])
}

fn short(day: i64) -> String {
    Date::from_day_number(day).map(|day| day.to_string()).unwrap_or_default()
}

/// Returns the weekday of a day; Monday is 0.
fn weekday_number(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

fn weekday(context: &PageContext, day: i64) -> &'static str {
    let names = context.lang.pick(
        ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"],
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    );
    names[weekday_number(day) as usize]
}

/// Renders the articles of the day, section by section.
fn listed(context: &PageContext, source: Option<&str>, results: &Results) -> Markup {
    let lang = context.lang;
    let mut sections: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for hit in &results.hits {
        sections.entry(hit.article.section.as_deref().unwrap_or("")).or_default().push(hit);
    }
    let search = Search {
        conditions: crate::conditions::Conditions { source: source.map(str::to_string), ..Default::default() },
        ..Search::default()
    };
    html! {
        @if results.hits.is_empty() { p.none { (lang.pick("这一天馆藏里没有文章。", "The archive has no article of this day.")) } }
        @for (section, of_section) in &sections {
            section.of-section {
                @if section.is_empty() { h2.sr { (lang.pick("文章", "Articles")) } } @else { h2 { (text::line(section)) } }
                ol.hits { @for hit in of_section { (hits::hit(context, &search, hit)) } }
            }
        }
        @if results.total > results.hits.len() as u64 {
            p.none { (lang.pick("只列出前 ", "The first ")) (results.hits.len()) (lang.pick(" 篇，共 ", " of ")) (number(results.total)) (lang.pick(" 篇。", ".")) }
        }
    }
}

/// Renders a month with the number of articles of each day; days without any article differ from days without one of
/// the source.
fn calendar(context: &PageContext, source: Option<&str>, chosen: &Date, days: &Days, held: &Days) -> Markup {
    let lang = context.lang;
    let of_month = |day: u8| Date::from_ymd(chosen.year(), chosen.month(), day).map_or(0, |date| date.day_number());
    let last = days_in_month(chosen.year(), chosen.month());
    let (first_day, last_day) = (of_month(1), of_month(last));
    let most = days.range(first_day..=last_day).map(|(_, count)| *count).max().unwrap_or(1);
    let earlier = days.range(..first_day).next_back().map(|(day, _)| *day);
    let later = days.range(last_day + 1..).next().map(|(day, _)| *day);
    let mut years: BTreeMap<u16, i64> = BTreeMap::new();
    for day in days.keys() {
        if let Some(date) = Date::from_day_number(*day) {
            years.entry(date.year()).or_insert(*day);
        }
    }
    let weekdays = lang.pick(["一", "二", "三", "四", "五", "六", "日"], ["M", "T", "W", "T", "F", "S", "S"]);
    let empty = weekday_number(first_day) as usize;
    let cells: Vec<Option<u8>> = std::iter::repeat_n(None, empty).chain((1..=last).map(Some)).collect();
    html! {
        table.calendar {
            caption {
                @if let Some(day) = earlier { a href=(href(source, Date::from_day_number(day))) aria-label=(lang.pick("上一个有文章的月", "Earlier month")) { "‹" } } @else { span {} }
                (lang.month(chosen.year(), chosen.month()))
                @if let Some(day) = later { a href=(href(source, Date::from_day_number(day))) aria-label=(lang.pick("下一个有文章的月", "Later month")) { "›" } } @else { span {} }
            }
            thead { tr { @for name in weekdays { th { (name) } } } }
            tbody { @for week in cells.chunks(7) { tr { @for cell in week {
                @match cell {
                    None => td {},
                    Some(day) => {
                        @let number = of_month(*day);
                        @match days.get(&number) {
                            Some(count) => td class=(format!("full f{}", (count * 4).div_ceil(most).min(4))) {
                                a href=(href(source, Date::from_day_number(number))) aria-current=[(*day == chosen.day()).then_some("date")]
                                    title=(lang.articles(*count)) { (day) } },
                            None if held.contains_key(&number) => td.lacks title=(lang.pick("此来源无", "nothing of this source")) { (day) },
                            None => td.gap title=(lang.pick("馆藏无", "nothing in the archive")) { (day) },
                        }
                    }
                }
            } } } }
        }
        @if years.len() > 1 {
            p.years { @for (year, day) in &years {
                a href=(href(source, Date::from_day_number(*day))) aria-current=[(*year == chosen.year()).then_some("true")] { (year) } " "
            } }
        }
    }
}
