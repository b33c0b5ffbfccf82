//! The hits of a list.

use gongxun_core::article::Role;
use gongxun_core::search::{Hit, Kind};
use maud::{Markup, html};

use super::layout::PageContext;
use super::state::Search;
use super::text;
use crate::language::Lang;

/// Renders a hit: title, date and source, credits, the marked passage, its copies.
pub fn hit(context: &PageContext, search: &Search, hit: &Hit) -> Markup {
    let (lang, article) = (context.lang, &hit.article);
    let path = format!("/article/{}", article.id);
    // The way back leads to this page of this order.
    let to = search.href(&path, &[("page", &search.page_text())]);
    let tag = text::tag(article);
    html! {
        li.hit.partial[hit.kind == Kind::Partial] {
            h3 lang=(tag) { a href=(to) {
                @if article.title.trim().is_empty() { (lang.pick("（无标题）", "(no title)")) }
                @else { (text::marked(&article.title, &hit.marks.title)) }
            } }
            p.meta {
                @match &article.date {
                    Some(date) => time datetime=(date) { (lang.day(date)) },
                    None => span { (lang.pick("未署日期", "undated")) },
                }
                @if let Some(source) = &article.source {
                    a href=(search.href("/search", &[("source", source), ("page", "")])) { (text::line(source)) }
                }
                @for (role, name) in credits(lang, hit) { span { (role) " " (text::line(&name)) } }
                @if let Some(section) = &article.section { span { (text::line(section)) } }
            }
            @if !hit.snippet.text.is_empty() {
                p.snippet lang=(tag) { (text::marked(&hit.snippet.text, &hit.snippet.marks)) }
            }
            @if hit.kind == Kind::Synonym { p.tag { (lang.kind(hit.kind)) } }
            @if hit.reprints > 0 {
                p.copies { a href=(format!("{to}#copies")) {
                    (lang.count(hit.reprints, "份其他副本", "other copy", "other copies"))
                } }
            }
        }
    }
}

/// Returns the credits on a hit's line: those that the query matched, else the authors.
fn credits(lang: Lang, hit: &Hit) -> Vec<(String, String)> {
    let matched: Vec<_> = hit.matched_credits.iter().map(|credit| (credit.role, credit.name.as_str())).collect();
    let of = |wanted: fn(Role) -> bool| {
        hit.article
            .credits
            .iter()
            .filter(move |credit| wanted(credit.role))
            .map(|credit| (credit.role, credit.name.as_str()))
    };
    let shown = if matched.is_empty() { of(Role::writes).take(2).collect() } else { matched };
    shown.into_iter().map(|(role, name)| (lang.role(role).to_string(), name.to_string())).collect()
}
