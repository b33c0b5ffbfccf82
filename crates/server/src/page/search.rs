//! `/` and `/search`: the box, the hits, what they have in common, and where they stand in time.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use gongxun_core::article::Article;
use gongxun_core::search::facets::{Count, Facets};
use gongxun_core::search::{Hit, Kind, Request, Results, Sort};
use maud::{Markup, html};

use super::layout::no_store;
use super::layout::{self, PageContext};
use super::state::Search;
use super::{chart, hits, remarks, text};
use crate::archive::{Archive, SearchContext};
use crate::conditions::{MAX_DEPTH, MAX_QUERY, everything, place, sort};
use crate::language::{Lang, number};
use crate::problem::Problem;

/// Hits on a page.
const PER_PAGE: usize = 20;
/// Number of headlines on the first page.
const LATEST: usize = 8;
/// Values of a facet that are shown at once; the others at a click.
const SHOWN: usize = 6;

/// Handles `GET /`.
pub async fn home(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri) -> Response {
    let context = PageContext::from_request(&headers, &uri);
    archive.run(&headers, &context.variant(), move |cx| front(&context, cx)).await
}

/// Handles `GET /search`.
pub async fn search(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri) -> Response {
    let context = PageContext::from_request(&headers, &uri);
    let search = Search::from_uri(&uri);
    if search.conditions.is_empty() {
        return Redirect::to("/").into_response();
    }
    archive.run(&headers, &context.variant(), move |cx| found(&context, &search, cx)).await
}

/// Renders the search box; the `hidden` parameters are sent with it.
pub fn search_box(context: &PageContext, action: &str, q: &str, hidden: &[(&'static str, String)]) -> Markup {
    let lang = context.lang;
    html! {
        form.box #search action=(action) method="get" role="search" {
            label.sr for="q" { (lang.pick("检索词", "Query")) }
            input #q name="q" type="search" value=(q) maxlength=(MAX_QUERY) autocomplete="off" autocapitalize="off"
                spellcheck="false" enterkeyhint="search" lang="zh-Hans"
                placeholder=(lang.pick("词、“原文”、标题:…、来源:…、日期:2019", "words, “exact text”, title:…, source:…, date:2019"));
            @for (name, value) in hidden.iter().filter(|(name, _)| *name != "q") {
                input type="hidden" name=(name) value=(value);
            }
            button type="submit" { (lang.pick("检索", "Search")) }
        }
    }
}

fn front(context: &PageContext, cx: &SearchContext<'_>) -> Result<Response, Problem> {
    let lang = context.lang;
    let (stats, coverage) = (cx.view.stats()?, cx.view.coverage()?);
    let all = Search::default();
    let latest = Request { limit: LATEST, sort: Sort::Newest, snippet_length: 0, ..everything() };
    let latest = cx.answer(&latest)?;
    let years =
        |date: Option<gongxun_core::article::Date>| date.map(|date| date.year().to_string()).unwrap_or_default();
    let span = match (years(stats.first_day), years(stats.last_day)) {
        (first, _) if first.is_empty() => String::new(),
        (first, last) if first == last => first,
        (first, last) => format!("{first}–{last}"),
    };
    let examples: [(&str, &str, &str); 5] = [
        ("讨薪", "连同同义词", "with its synonyms"),
        ("\"一函两书\"", "原文", "exact text"),
        ("骑手 算法", "两个词", "two words"),
        ("欠薪 NEAR/30 工会", "相距 30 字以内", "within 30 characters"),
        ("标题:工会 日期:2020..", "字段与日期", "fields and dates"),
    ];
    let body = html! {
        section.hero {
            h1 lang="zh-Hans" { "工讯" }
            p.lede {
                (lang.pick("劳动新闻馆藏全文检索", "Full-text search of a labour-news archive"))
                @if !span.is_empty() { " · " (span) }
                " · " (lang.articles(stats.articles))
            }
            (search_box(context, "/search", "", &[]))
            ul.examples {
                @for (query, zh, en) in examples {
                    @let to = Search { conditions: crate::conditions::Conditions { q: query.into(), ..Default::default() }, ..Search::default() };
                    li { a href=(to.href("/search", &[])) lang="zh-Hans" { (query) } " " small { (lang.pick(zh, en)) } }
                }
            }
        }
        @if let Some(drawing) = chart::timeline(context, &all, coverage, &[]) {
            section.wide { h2 { (lang.pick("馆藏", "The archive")) } (drawing) }
        }
        @if !latest.hits.is_empty() {
            section.wide {
                h2 { (lang.pick("最新", "Latest")) }
                ol.latest { @for hit in &latest.hits { (headline(lang, hit)) } }
            }
        }
    };
    Ok(layout::page(context, "", None, "", body))
}

/// Renders the title, date and source of a hit.
fn headline(lang: Lang, hit: &Hit) -> Markup {
    let article = &hit.article;
    html! {
        li {
            a href=(format!("/article/{}", article.id)) lang=(text::tag(article)) {
                (text::title(&article.title, lang.pick("（无标题）", "(no title)")))
            }
            small { (article.date.map(|date| lang.day(&date)).unwrap_or_default()) " " (text::line(article.source.as_deref().unwrap_or(""))) }
        }
    }
}

fn found(context: &PageContext, search: &Search, cx: &SearchContext<'_>) -> Result<Response, Problem> {
    let lang = context.lang;
    let mut request = search.conditions.request()?;
    request.sort = sort(&search.sort).unwrap_or(request.sort);
    request.facets = true;
    place(&mut request, PER_PAGE, (search.page - 1).saturating_mul(PER_PAGE))?;
    let results = cx.answer(&request)?;
    let facets = results.facets.clone().unwrap_or_default();
    let drawing = chart::timeline(context, search, cx.view.coverage()?, &facets.month);
    let pairs = search.pairs();
    let kept: Vec<_> = pairs.iter().filter(|(name, _)| *name != "q").cloned().collect();
    let q = &search.conditions.q;
    let body = html! {
        div.results {
            div.head {
                h1.sr { (lang.pick("检索结果：", "Search results: ")) (text::line(q)) }
                (search_box(context, "/search", q, &kept))
                (active(context, search))
                div.status {
                    p.total role="status" { (total(lang, &results)) }
                    (orders(context, search))
                    a.to-filters href="#filters" { (lang.pick("筛选", "Filters")) }
                }
                (remarks::remarks(context, search, &results))
                @if results.cut_short {
                    p.warn role="alert" { (lang.pick("检索超时，以下只是已找到的部分。", "The search took too long: these are the hits found till then.")) }
                }
            }
            @if let Some(drawing) = drawing { div.time { (drawing) } }
            div.list {
                (listed(context, search, &results))
                (pages(context, search, &results))
                (whole_pages(lang, &results))
                (missing(context, search))
            }
            aside #filters .filters aria-label=(lang.pick("筛选", "Filters")) { (filters(context, search, &facets)) }
        }
    };
    let title = if q.trim().is_empty() { lang.pick("检索", "Search") } else { q.trim() };
    let feed = search.href("/feed.atom", &[("sort", "")]);
    let response = layout::page(context, title, Some(&feed), q, body);
    Ok(if results.cut_short { no_store(response) } else { response })
}

/// Renders the counts of full, synonym and partial matches.
fn total(lang: Lang, results: &Results) -> Markup {
    html! {
        strong { (lang.articles(results.total)) }
        @if results.synonym_total > 0 {
            span { (lang.pick("，另以同义词 ", ", ")) (number(results.synonym_total)) (lang.pick("", " more by a synonym")) }
        }
        @if results.partial_total > 0 {
            span { (lang.pick("，只含部分 ", ", ")) (number(results.partial_total)) (lang.pick("", " with some of it")) }
        }
        small { " · " (format!("{:.1}", results.took.as_secs_f64() * 1e3)) (lang.pick(" 毫秒", " ms")) }
    }
}

fn orders(context: &PageContext, search: &Search) -> Markup {
    let lang = context.lang;
    let orders = [
        ("", lang.pick("相关", "Relevance")),
        ("newest", lang.pick("最新", "Newest")),
        ("oldest", lang.pick("最早", "Oldest")),
    ];
    html! {
        nav.orders aria-label=(lang.pick("排序", "Order")) {
            @for (value, name) in orders {
                a href=(search.href("/search", &[("sort", value), ("page", "")])) aria-current=[(search.sort == value).then_some("true")] { (name) }
            }
        }
    }
}

/// Renders the active conditions, each with a link that removes it.
fn active(context: &PageContext, search: &Search) -> Markup {
    let lang = context.lang;
    let flags = search.conditions.flags();
    let values: Vec<_> =
        search.conditions.values().into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    html! {
        @if !values.is_empty() || flags.iter().any(|(_, set)| *set) {
            ul.active aria-label=(lang.pick("当前条件", "Conditions")) {
                @for (name, value) in values {
                    li { a href=(search.href("/search", &[(name, ""), ("page", "")])) {
                        span { (field(lang, name)) } " " b { (text::line(value)) } " "
                        span aria-hidden="true" { "×" } span.sr { (lang.pick("去掉", "remove")) }
                    } }
                }
                @for (name, _) in flags.into_iter().filter(|(_, set)| *set) {
                    li { a href=(search.href("/search", &[(name, ""), ("page", "")])) {
                        b { (flag(lang, name)) } " " span aria-hidden="true" { "×" } span.sr { (lang.pick("去掉", "remove")) }
                    } }
                }
            }
        }
    }
}

fn field(lang: Lang, name: &str) -> &'static str {
    match name {
        "source" => lang.pick("来源", "source"),
        "outlet" => lang.pick("媒体", "outlet"),
        "editor" => lang.pick("编辑", "editor"),
        "author" => lang.pick("作者", "author"),
        "proofreader" => lang.pick("校对", "proofreader"),
        "section" => lang.pick("栏目", "section"),
        "from" => lang.pick("从", "from"),
        _ => lang.pick("到", "to"),
    }
}

fn flag(lang: Lang, name: &str) -> &'static str {
    match name {
        "exact" => lang.pick("只要原词", "exact only"),
        "no_synonyms" => lang.pick("不要同义词", "no synonyms"),
        "no_partial" => lang.pick("不要部分匹配", "no partial matches"),
        "synonyms" => lang.pick("计入同义词", "synonyms counted"),
        "partial" => lang.pick("计入部分匹配", "partial matches counted"),
        _ => lang.pick("逐份列出副本", "each copy by itself"),
    }
}

fn listed(context: &PageContext, search: &Search, results: &Results) -> Markup {
    let lang = context.lang;
    let offset = (search.page - 1) * PER_PAGE;
    let mut last: Option<Kind> = None;
    html! {
        @if results.hits.is_empty() && results.pages.is_empty() {
            p.none { @if offset > 0 { (lang.pick("这一页之后没有更多了。", "There is nothing this far behind.")) }
                @else { (lang.pick("没有找到。", "Nothing was found.")) } }
        }
        h2.sr { (lang.pick("文章", "Articles")) }
        ol.hits start=(offset + 1) {
            @for hit in &results.hits {
                @if hit.kind == Kind::Partial && last != Some(hit.kind) { li.kind { (lang.kind(hit.kind)) } }
                @let () = { last = Some(hit.kind); };
                (hits::hit(context, search, hit))
            }
        }
    }
}

fn pages(context: &PageContext, search: &Search, results: &Results) -> Markup {
    let lang = context.lang;
    let all = (results.total + results.synonym_total + results.partial_total).min(MAX_DEPTH as u64) as usize;
    let last = all.div_ceil(PER_PAGE).max(1);
    let near = search.page.saturating_sub(2).max(1)..=(search.page + 2).min(last);
    let to =
        |page: usize| search.href("/search", &[("page", &if page == 1 { String::new() } else { page.to_string() })]);
    html! {
        @if last > 1 {
            nav.pages aria-label=(lang.pick("翻页", "Pages")) {
                @if search.page > 1 { a rel="prev" href=(to(search.page - 1)) { (lang.pick("上一页", "Previous")) } }
                @if *near.start() > 1 { a href=(to(1)) { "1" } @if *near.start() > 2 { span { "…" } } }
                @for page in near.clone() {
                    a href=(to(page)) aria-current=[(page == search.page).then_some("page")] { (page) }
                }
                @if *near.end() < last { @if *near.end() + 1 < last { span { "…" } } a href=(to(last)) { (last) } }
                @if search.page < last { a rel="next" href=(to(search.page + 1)) { (lang.pick("下一页", "Next")) } }
            }
        }
    }
}

/// Pages without an article, where the query asks for whole pages.
fn whole_pages(lang: Lang, results: &Results) -> Markup {
    html! {
        @if results.page_total > 0 {
            section.whole-pages {
                h2 { (lang.pick("没有文章的网页", "Pages without an article")) " " small { (number(results.page_total)) } }
                ul { @for page in &results.pages {
                    li { (title_or_address(lang, page)) " " small { (text::line(&page.origin)) } }
                } }
            }
        }
    }
}

fn title_or_address(lang: Lang, page: &Article) -> Markup {
    let title = text::title(&page.title, lang.pick("（无标题）", "(no title)"));
    html! {
        @match page.url.as_deref().and_then(text::link) {
            Some(url) => a href=(url) rel="noreferrer noopener nofollow" { (title) },
            None => span { (title) },
        }
    }
}

/// Renders the form that asks why an expected article is not among the hits.
fn missing(context: &PageContext, search: &Search) -> Markup {
    let lang = context.lang;
    html! {
        details.missing {
            summary { (lang.pick("少了哪一篇？", "Is an article missing?")) }
            form action="/why" method="get" {
                @for (name, value) in search.pairs() { input type="hidden" name=(name) value=(value); }
                label { (lang.pick("它的标题、网址或编号", "Its title, address or id"))
                    input name="article" type="text" maxlength="300" required; }
                button type="submit" { (lang.pick("为什么没有？", "Why not?")) }
            }
        }
    }
}

fn filters(context: &PageContext, search: &Search, facets: &Facets) -> Markup {
    let lang = context.lang;
    let lists: [(&str, &Vec<Count>); 5] = [
        ("source", &facets.source),
        ("outlet", &facets.outlet),
        ("author", &facets.author),
        ("editor", &facets.editor),
        ("section", &facets.section),
    ];
    let conditions = &search.conditions;
    html! {
        div.all-filters {
            form.dates action="/search" method="get" {
                @for (name, value) in search.pairs().into_iter().filter(|(name, _)| !matches!(*name, "from" | "to")) {
                    input type="hidden" name=(name) value=(value);
                }
                fieldset {
                    legend { (lang.pick("日期", "Date")) }
                    label { span.sr { (lang.pick("从", "From")) }
                        input name="from" value=(conditions.from.as_deref().unwrap_or("")) placeholder="2008-01" size="9" inputmode="numeric" maxlength="40"; }
                    span aria-hidden="true" { "–" }
                    label { span.sr { (lang.pick("到", "To")) }
                        input name="to" value=(conditions.to.as_deref().unwrap_or("")) placeholder="2025-12" size="9" inputmode="numeric" maxlength="40"; }
                    button type="submit" { (lang.pick("限定", "Set")) }
                }
            }
            @for (name, counts) in lists { (facet(context, search, name, counts)) }
            fieldset.how {
                legend { (lang.pick("匹配", "Matching")) }
                (toggle(context, search, "exact", conditions.exact))
                (toggle(context, search, "all_copies", conditions.all_copies))
            }
            p.take {
                (lang.pick("导出 ", "Export "))
                @for (at, format) in ["csv", "jsonl", "ris", "bibtex", "gbt7714"].into_iter().enumerate() {
                    @if at > 0 { " · " }
                    a href=(search.href("/api/export", &[("format", format), ("no_partial", ""), ("no_synonyms", ""), ("page", "")])) { (format_name(format)) }
                }
                " · " a href=(search.href("/feed.atom", &[("sort", "")])) { (lang.pick("订阅", "Feed")) }
            }
        }
    }
}

fn toggle(context: &PageContext, search: &Search, name: &str, set: bool) -> Markup {
    html! {
        a.toggle role="switch" aria-checked=(set) href=(search.href("/search", &[(name, if set { "" } else { "true" }), ("page", "")])) {
            (flag(context.lang, name))
        }
    }
}

fn facet(context: &PageContext, search: &Search, name: &str, counts: &[Count]) -> Markup {
    let lang = context.lang;
    let chosen = search.conditions.values().into_iter().any(|(other, value)| other == name && value.is_some());
    let most = counts.iter().map(Count::all).max().unwrap_or(1).max(1);
    let item = |count: &Count| {
        html! {
            li {
                a href=(search.href("/search", &[(name, &count.value), ("page", "")])) {
                    span { (text::line(&count.value)) } small { (number(count.all())) }
                }
                meter min="0" max=(most) value=(count.all()) aria-hidden="true" {}
            }
        }
    };
    html! {
        @if !counts.is_empty() && !chosen {
            section.facet {
                h2 { (field(lang, name)) }
                ul { @for count in counts.iter().take(SHOWN) { (item(count)) } }
                @if counts.len() > SHOWN {
                    details { summary { (lang.pick("更多", "More")) }
                        ul { @for count in &counts[SHOWN..] { (item(count)) } } }
                }
            }
        }
    }
}

/// Returns the display name of a format.
fn format_name(format: &str) -> &str {
    match format {
        "csv" => "CSV",
        "jsonl" => "JSON",
        "ris" => "RIS",
        "bibtex" => "BibTeX",
        "gbt7714" => "GB/T 7714",
        other => other,
    }
}
