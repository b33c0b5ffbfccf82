//! `/article/{id}`: the article as printed, with what the query marks, and all that is known about it.

use std::ops::Range;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use gongxun_core::article::{Article, ArticleId, Block, RepairKind, Role};
use gongxun_core::query::Query;
use gongxun_core::search::Request;
use gongxun_core::search::marked::MarkedArticle;
use gongxun_core::view::{bibtex, gbt7714, ris};
use maud::{Markup, html};

use super::layout::{self, PageContext};
use super::state::{Search, value};
use super::text;
use crate::archive::{Archive, SearchContext, today};
use crate::language::Lang;
use crate::params::Id;
use crate::problem::Problem;

/// Number of similar articles that are named.
const SIMILAR: usize = 5;

/// Handles `GET /article/{id}`.
pub async fn article(State(archive): State<Arc<Archive>>, Id(id): Id, headers: HeaderMap, uri: Uri) -> Response {
    let context = PageContext::from_request(&headers, &uri);
    let search = Search::from_uri(&uri);
    let at = value(&uri, "at").and_then(|at| place(&at));
    // A citation names the day of reading.
    let variant = format!("{}-{}", context.variant(), today().map(|day| day.to_string()).unwrap_or_default());
    archive.run(&headers, &variant, move |cx| shown(&context, &search, &id, at, cx)).await
}

/// A place in an article: `body-120` is before the 121st character of the body.
type Place = (&'static str, usize);

fn place(text: &str) -> Option<Place> {
    let (field, offset) = text.split_once('-')?;
    let field = ["title", "lead", "body"].into_iter().find(|name| *name == field)?;
    Some((field, offset.parse().ok()?))
}

fn shown(
    context: &PageContext,
    search: &Search,
    id: &ArticleId,
    at: Option<Place>,
    cx: &SearchContext<'_>,
) -> Result<Response, Problem> {
    let lang = context.lang;
    let request = match search.conditions.is_empty() {
        true => Request::new(Query::default()),
        false => search.conditions.request()?,
    };
    let found = cx.read().marked(&request, id, &cx.control)?.ok_or_else(Problem::no_article)?;
    let copies = cx.read().copies_of(id)?.unwrap_or_default();
    let similar = cx.read().similar(id, SIMILAR, &cx.control)?;
    let article = &found.article;
    let tag = text::tag(article);
    let total: usize =
        [&found.marks.title, &found.marks.lead, &found.marks.body].map(|marks| text::joined(marks).len()).iter().sum();
    let body = html! {
        div.reading {
            article.paper lang=(tag) {
                @if !search.conditions.is_empty() {
                    p.back lang=(lang.tag()) { a href=(search.href("/search", &[("page", &search.page_text())])) {
                        (lang.pick("← 回到检索结果", "← Back to the results"))
                    } }
                }
                header {
                    h1 { @if article.title.trim().is_empty() { (lang.pick("（无标题）", "(no title)")) }
                        @else { (anchored(lang, article, ("title", &article.title, 0), &found.marks.title, at)) } }
                    (meta(context, article))
                    (credits(lang, &found))
                }
                @if let Some(lead) = &article.lead { p.lead { (anchored(lang, article, ("lead", lead, 0), &found.marks.lead, at)) } }
                (body_of(lang, &found, at))
                @if article.body.trim().is_empty() { p.none { (lang.pick("（没有正文）", "(no text)")) } }
            }
            aside.about aria-label=(lang.pick("关于这篇文章", "About this article")) {
                @if total > 0 {
                    nav.marks aria-label=(lang.pick("命中处", "Matches")) {
                        span { (lang.count(total as u64, "处命中", "match", "matches")) }
                        button.step type="button" data-step="-1" hidden aria-label=(lang.pick("上一处", "Previous match")) { "↑" }
                        button.step type="button" data-step="1" hidden aria-label=(lang.pick("下一处", "Next match")) { "↓" }
                    }
                }
                @if let Some(kind) = found.kind { p.kind { (lang.kind(kind)) } }
                (origin(lang, article))
                (citations(lang, article))
                (copies_of(lang, id, &copies))
                (repairs(lang, article))
                @if !article.margin.is_empty() {
                    details.margin { summary { (lang.pick("网页上正文之外的文字", "What stands around the article")) " " small { (article.margin.len()) } }
                        ul lang=(tag) { @for line in &article.margin { li { (text::line(line)) } } } }
                }
                @if let Some(similar) = similar.filter(|similar| !similar.hits.is_empty()) {
                    section.similar {
                        h2 { (lang.pick("相似文章", "Similar articles")) }
                        ol { @for hit in &similar.hits {
                            li { a href=(format!("/article/{}", hit.article.id)) lang=(text::tag(&hit.article)) {
                                    (text::title(&hit.article.title, lang.pick("（无标题）", "(no title)"))) }
                                small { (hit.article.date.map(|date| lang.day(&date)).unwrap_or_default()) } }
                        } }
                    }
                }
            }
        }
    };
    Ok(layout::page(context, &article.title, None, &search.conditions.q, body))
}

/// Renders a part of a field, which begins at a character of it, with its marks and uncertain characters, and an anchor
/// at the place that the address names.
fn anchored(
    lang: Lang,
    article: &Article,
    (field, printed, offset): (&str, &str, usize),
    marks: &[Range<usize>],
    at: Option<Place>,
) -> Markup {
    let length = printed.chars().count();
    let uncertain = article.uncertain.get(field).map(|all| text::within(all, &(offset..offset + length)));
    let uncertain = uncertain.unwrap_or_default();
    let why = lang.pick("还原时有不止一种可能", "a choice among several when it was repaired");
    let Some((_, at)) = at.filter(|(name, _)| *name == field) else {
        return text::doubted(printed, marks, &uncertain, why);
    };
    let at = at.min(length);
    let byte = printed.char_indices().nth(at).map_or(printed.len(), |(byte, _)| byte);
    let part = |part: &str, range: Range<usize>| {
        text::doubted(part, &text::within(marks, &range), &text::within(&uncertain, &range), why)
    };
    html! {
        (part(&printed[..byte], 0..at))
        a #at tabindex="-1" {}
        (part(&printed[byte..], at..length))
    }
}

fn meta(context: &PageContext, article: &Article) -> Markup {
    let lang = context.lang;
    let by = |name: &str, value: &str| Search::default().href("/search", &[(name, value)]);
    html! {
        p.meta lang=(lang.tag()) {
            @match &article.date {
                Some(date) => {
                    time datetime=(date) { (lang.date(date)) }
                    @let day = date.without_time().to_string();
                    a href=(Search::default().href("/day", &[("date", &day), ("source", article.source.as_deref().unwrap_or(""))])) {
                        (lang.pick("当日", "that day"))
                    }
                },
                None => span { (lang.pick("未署日期", "undated")) },
            }
            @if let Some(source) = &article.source { a href=(by("source", source)) { (text::line(source)) } }
            @if article.outlets.len() > 1 {
                @for outlet in &article.outlets { a.minor href=(by("outlet", outlet)) { (text::line(outlet)) } }
            }
            @if let Some(section) = &article.section { a href=(by("section", section)) { (text::line(section)) } }
        }
    }
}

fn credits(lang: Lang, found: &MarkedArticle) -> Markup {
    let none = Vec::new();
    let of = |role: Role| {
        let credits = found.article.credits.iter().enumerate().filter(move |(_, credit)| credit.role == role);
        credits.map(|(at, credit)| (credit, found.marks.credits.get(at).unwrap_or(&none))).collect::<Vec<_>>()
    };
    let filter = |role: Role| match role {
        role if role.writes() => Some("author"),
        role if role.edits() => Some("editor"),
        Role::Proofreader => Some("proofreader"),
        _ => None,
    };
    html! {
        @if !found.article.credits.is_empty() {
            dl.credits lang=(lang.tag()) {
                @for role in Role::ALL {
                    @let credits = of(role);
                    @if !credits.is_empty() {
                        div { dt { (lang.role(role)) }
                            @for (credit, marks) in credits {
                                dd { @match filter(role) {
                                    Some(name) => a href=(Search::default().href("/search", &[(name, &credit.name)])) { (text::marked(&credit.name, marks)) },
                                    None => (text::marked(&credit.name, marks)),
                                } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Renders the lines of the body by their kinds: successive items, rows and quotations are one list, table or
/// quotation.
fn body_of(lang: Lang, found: &MarkedArticle, at: Option<Place>) -> Markup {
    let article = &found.article;
    let mut lines: Vec<(Block, Range<usize>, &str)> = Vec::new();
    let mut offset = 0;
    for (number, line) in article.body.split('\n').enumerate() {
        let length = line.chars().count();
        lines.push((article.blocks.get(number).copied().unwrap_or_default(), offset..offset + length, line));
        offset += length + 1;
    }
    let here = |range: &Range<usize>| match at {
        Some(("body", at)) if range.contains(&at) || range.end == at => Some(("body", at - range.start)),
        _ => None,
    };
    let line = |range: &Range<usize>, line: &str| {
        let marks = text::within(&found.marks.body, range);
        anchored(lang, article, ("body", line, range.start), &marks, here(range))
    };
    html! {
        div.body {
            @for group in lines.chunk_by(|a, b| a.0 == b.0) {
                @match group[0].0 {
                    Block::List => ul { @for (_, range, text) in group { li { (line(range, text)) } } },
                    Block::Quote => blockquote { @for (_, range, text) in group { p { (line(range, text)) } } },
                    Block::Table => div.table tabindex="0" { table { tbody { @for (_, range, text) in group {
                        tr { @for (cell, text) in cells(range, text) { td { (line(&cell, text)) } } }
                    } } } },
                    kind => @for (_, range, text) in group.iter().filter(|(_, _, text)| !text.trim().is_empty()) {
                        @match kind {
                            Block::Heading => h2 { (line(range, text)) },
                            Block::Caption => p.caption { (line(range, text)) },
                            _ => p { (line(range, text)) },
                        }
                    },
                }
            }
        }
    }
}

/// Returns the cells of a row with their ranges in the body.
fn cells<'a>(range: &Range<usize>, row: &'a str) -> Vec<(Range<usize>, &'a str)> {
    let mut at = range.start;
    let mut cells = Vec::new();
    for cell in row.split('\t') {
        let length = cell.chars().count();
        cells.push((at..at + length, cell));
        at += length + 1;
    }
    cells
}

fn origin(lang: Lang, article: &Article) -> Markup {
    html! {
        section.origin {
            h2 { (lang.pick("出处", "Where it is from")) }
            @if let Some(url) = &article.url {
                p { @match text::link(url) {
                    Some(to) => a href=(to) rel="noreferrer noopener nofollow" { (text::line(url)) },
                    None => (text::line(url)),
                } }
            }
            p.path { (text::line(&article.origin)) }
            p.path { small { (lang.pick("编号 ", "id ")) (text::line(&article.id.0)) } }
        }
    }
}

fn citations(lang: Lang, article: &Article) -> Markup {
    let cited = today();
    let one = [article];
    let styles = [
        ("GB/T 7714", gbt7714::reference(article, cited)),
        ("RIS", ris::write(&one, cited)),
        ("BibTeX", bibtex::write(&one, cited)),
    ];
    html! {
        section.cite {
            h2 { (lang.pick("引用", "Cite")) }
            @for (at, (name, text)) in styles.iter().enumerate() {
                details open[at == 0] {
                    summary { (name) }
                    pre tabindex="0" lang=(text::tag(article)) { (text::block(&text.trim_end().replace('\r', ""))) }
                    button.copy type="button" hidden { (lang.pick("复制", "Copy")) }
                }
            }
        }
    }
}

fn copies_of(lang: Lang, id: &ArticleId, copies: &[Article]) -> Markup {
    html! {
        @if copies.len() > 1 {
            section #copies {
                h2 { (lang.pick("副本", "Copies")) " " small { (copies.len()) } }
                ul.copies-list { @for copy in copies {
                    li {
                        span { (copy.date.map_or_else(|| lang.pick("未署日期", "undated").to_string(), |date| lang.day(&date))) " " (text::line(copy.source.as_deref().unwrap_or(""))) }
                        @if copy.id == *id { " " b { (lang.pick("本篇", "this one")) } }
                        @else {
                            " " a href=(format!("/article/{}", copy.id)) { (lang.pick("阅读", "read")) }
                            " · " a href=(format!("/article/{id}/copies/{}", copy.id)) { (lang.pick("看差异", "differences")) }
                        }
                    }
                } }
            }
        }
    }
}

fn repairs(lang: Lang, article: &Article) -> Markup {
    html! {
        @if !article.repairs.is_empty() {
            section.repairs {
                h2 { (lang.pick("还原", "What was repaired")) }
                ul { @for repair in &article.repairs {
                    li { (repair_name(lang, repair.kind)) "："
                        (lang.count(u64::from(repair.count), "处", "place", "places"))
                        @if repair.kind != RepairKind::Lost { (lang.pick("，把握 ", ", ")) (format!("{:.0}%", repair.confidence * 100.0)) (lang.pick("", " certain")) } }
                } }
                @let uncertain: usize = article.uncertain.values().flatten().map(ExactSizeIterator::len).sum();
                @if uncertain > 0 {
                    p { span.uncertain { (lang.count(uncertain as u64, "个字", "character", "characters")) }
                        (lang.pick(" 有不止一种可能，文中加点线", " could be another: a dotted line is below them")) }
                }
                @if let Some(original) = &article.original {
                    details.original { summary { (lang.pick("未还原的原文", "As it was found")) }
                        @for (field, found) in original { h3 { (text::line(field_name(lang, field))) } pre tabindex="0" { (text::block(found)) } } }
                }
            }
        }
    }
}

fn field_name(lang: Lang, field: &str) -> &str {
    match field {
        "title" => lang.pick("标题", "Title"),
        "lead" => lang.pick("导语", "Lead"),
        "body" => lang.pick("正文", "Body"),
        "source" => lang.pick("来源", "Source"),
        other => other,
    }
}

fn repair_name(lang: Lang, kind: RepairKind) -> &'static str {
    let names = match kind {
        RepairKind::Gloss => ("插入的拼音注", "pinyin glosses removed"),
        RepairKind::Mojibake => ("乱码", "text decoded by the wrong charset"),
        RepairKind::Escaped => ("字符引用", "characters written as references"),
        RepairKind::KeywordLine => ("关键词行", "line of keywords removed"),
        RepairKind::JunkTail => ("段尾乱字", "random letters removed"),
        RepairKind::Separator => ("夹杂符号", "ornaments removed"),
        RepairKind::Lost => ("已无法还原", "lost for good"),
        _ => ("还原", "repaired"),
    };
    lang.pick(names.0, names.1)
}
