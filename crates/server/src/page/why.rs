//! `/why`: why an article that was expected is not among the hits, by its title, address or id.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::query::{Field, Filter, Query};
use gongxun_core::search::why_not::{Verdict, WhyNot};
use gongxun_core::search::{Breadth, Copies, Request};
use maud::{Markup, html};

use super::layout::{self, PageContext};
use super::state::{Search, value};
use super::text;
use crate::archive::{Archive, SearchContext};
use crate::conditions::MAX_VALUE;
use crate::language::number;
use crate::problem::Problem;

/// Number of articles that are offered where a title is that of several.
const OFFERED: usize = 8;

/// Handles `GET /why`.
pub async fn why(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri) -> Response {
    let context = PageContext::from_request(&headers, &uri);
    let search = Search::from_uri(&uri);
    let expected = value(&uri, "article").unwrap_or_default().trim().to_string();
    archive.run(&headers, &context.variant(), move |cx| shown(&context, &search, &expected, cx)).await
}

/// Returns the articles that may be meant: by id, by address, by the whole title, by words of it.
fn meant(expected: &str, cx: &SearchContext<'_>) -> Result<Vec<Article>, Problem> {
    let read = cx.read();
    let last = expected.split(['?', '#']).next().unwrap_or("").rsplit('/').next().unwrap_or("");
    for id in [expected, last] {
        if let Some(article) = read.by_id(&ArticleId(id.to_string()))? {
            return Ok(vec![article]);
        }
    }
    let mut tries = Vec::new();
    if expected.contains("://") {
        tries.push(Query::from(Filter::Url(expected.to_string())));
    }
    tries.push(Query::phrase(expected).within(Field::Title));
    tries.push(Query::words(expected).within(Field::Title));
    for query in tries.into_iter().filter(|query| query.root.is_some()) {
        let request = Request {
            limit: OFFERED,
            breadth: Breadth::Exact,
            copies: Copies::All,
            snippet_length: 0,
            ..Request::new(query)
        };
        let results = read.answer(&request, &cx.control)?;
        if !results.hits.is_empty() {
            return Ok(results.hits.into_iter().map(|hit| (*hit.article).clone()).collect());
        }
    }
    Ok(Vec::new())
}

fn shown(context: &PageContext, search: &Search, expected: &str, cx: &SearchContext<'_>) -> Result<Response, Problem> {
    let lang = context.lang;
    if expected.chars().count() > MAX_VALUE {
        return Err(Problem::bad(format!("article: {MAX_VALUE} characters at the most")));
    }
    if search.conditions.is_empty() {
        return Err(Problem::bad("write a query (q) or a filter: editor, source, from …"));
    }
    let request = search.conditions.request()?;
    let articles = if expected.is_empty() { Vec::new() } else { meant(expected, cx)? };
    let answer = match articles.as_slice() {
        [one] => cx.read().why_not(&request, &one.id, &cx.control)?,
        _ => None,
    };
    let body = html! {
        div.why {
            h1.part { (lang.pick("为什么没有这一篇？", "Why is it not among the hits?")) }
            p { (lang.pick("检索：", "Query: ")) a href=(search.href("/search", &[])) lang="zh-Hans" { (text::line(&described(search))) } }
            form.ask action="/why" method="get" {
                @for (name, value) in search.pairs() { input type="hidden" name=(name) value=(value); }
                label { (lang.pick("文章的标题、网址或编号", "The article's title, address or id"))
                    input type="text" name="article" value=(expected) maxlength=(MAX_VALUE) required; }
                button type="submit" { (lang.pick("查", "Ask")) }
            }
            @match (&answer, articles.len()) {
                (Some(answer), _) => (verdict(context, search, answer)),
                (None, 0) if !expected.is_empty() => {
                    p.warn { (lang.pick("馆藏里没有找到这篇文章。", "No such article is in the archive.")) }
                    p { (lang.pick("它也许没有收录，也许标题不同：用标题里的几个词再试，或用网址。", "It may not have been collected, or have another title: try a few words of the title, or the address.")) }
                },
                (None, 0) => {},
                _ => {
                    p { (lang.pick("是哪一篇？", "Which one is it?")) }
                    ul.offered { @for article in &articles {
                        li { a href=(search.href("/why", &[("article", &article.id.0)])) lang=(text::tag(article)) { (text::title(&article.title, lang.pick("（无标题）", "(no title)"))) }
                            " " small { (article.date.map(|date| lang.day(&date)).unwrap_or_default()) " " (text::line(article.source.as_deref().unwrap_or(""))) } }
                    } }
                }
            }
        }
    };
    Ok(layout::page(context, lang.pick("为什么没有", "Why not"), None, &search.conditions.q, body))
}

fn described(search: &Search) -> String {
    let values = search.conditions.values().into_iter().filter_map(|(name, value)| Some(format!("{name}:{}", value?)));
    let mut parts: Vec<String> = vec![search.conditions.q.clone()];
    parts.extend(values);
    parts.retain(|part| !part.trim().is_empty());
    parts.join(" · ")
}

fn verdict(context: &PageContext, search: &Search, answer: &WhyNot) -> Markup {
    let lang = context.lang;
    let says = match answer.verdict {
        Verdict::Full => lang.pick("它在结果里：含全部检索词", "It is among the hits: it holds all that was typed"),
        Verdict::Synonym => lang.pick("它在结果里：以同义词匹配", "It is among the hits: by a synonym"),
        Verdict::Partial => lang.pick("它在结果里，但只含部分检索词", "It is among the hits that hold only some of it"),
        Verdict::NotFound => lang.pick("它不在结果里", "It is not among the hits"),
    };
    html! {
        section.verdict {
            h2 { a href=(format!("/article/{}", answer.id)) lang="zh-Hans" { (text::title(&answer.title, lang.pick("（无标题）", "(no title)"))) } }
            p.says { (says) @if let Some(place) = answer.place { (lang.pick("，第 ", ", number ")) (number(place)) (lang.pick(" 条", "")) } "。" }
            @if let Some(shown) = &answer.shown {
                p { (lang.pick("结果里列的是它的另一份副本：", "Another copy of it is listed: ")) a href=(format!("/article/{shown}")) { (text::line(&shown.0)) } }
            }
            ul.clauses { @for clause in &answer.clauses {
                li class=(format!("d{}", clause.depth.min(4))) {
                    span.holds[clause.holds].fails[!clause.holds] { (if clause.holds { lang.pick("有", "yes") } else { lang.pick("无", "no") }) }
                    b lang="zh-Hans" { (text::line(&clause.text)) }
                    @if !clause.why.is_empty() { span { (text::line(&lang.say(&clause.why))) } }
                }
            } }
            p { a href=(search.href("/search", &[])) { (lang.pick("回到检索结果", "Back to the results")) } }
        }
    }
}
