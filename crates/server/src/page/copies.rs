//! `/article/{id}/copies/{other}`: two copies of one article with their differences marked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Response};
use gongxun_core::article::{Article, ArticleId};
use maud::{Markup, html};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::layout::{self, PageContext};
use super::text;
use crate::archive::{Archive, SearchContext};
use crate::problem::Problem;

/// The time after which the rest of two texts is given as different.
const PATIENCE: Duration = Duration::from_millis(500);
/// The most characters of a text that are compared.
const MAX_CHARS: usize = 100_000;

/// Handles `GET /article/{id}/copies/{other}`.
pub async fn differences(
    State(archive): State<Arc<Archive>>,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let context = PageContext::from_request(&headers, &uri);
    let Ok(Path((one, other))) = path else {
        return Problem::bad("the ids in the address are not valid UTF-8").into_response();
    };
    archive.run(&headers, &context.variant(), move |cx| shown(&context, &one, &other, cx)).await
}

fn shown(context: &PageContext, one: &str, other: &str, cx: &SearchContext<'_>) -> Result<Response, Problem> {
    let lang = context.lang;
    let article = |id: &str| cx.read().by_id(&ArticleId(id.to_string()))?.ok_or_else(Problem::no_article);
    let (one, other) = (article(one)?, article(other)?);
    let head = |article: &Article, sign: &str| {
        html! {
            p { b { (sign) } " " a href=(format!("/article/{}", article.id)) lang=(text::tag(article)) { (text::title(&article.title, lang.pick("（无标题）", "(no title)"))) }
                br; small { (article.date.map_or_else(|| lang.pick("未署日期", "undated").to_string(), |date| lang.date(&date))) " · "
                    (text::line(article.source.as_deref().unwrap_or("—"))) } }
        }
    };
    let body = html! {
        div.differences {
            h1.part { (lang.pick("两份副本的差异", "Two copies side by side")) }
            div.both { div { (head(&one, "−")) } div { (head(&other, "+")) } }
            p.legend { del { (lang.pick("只在前者", "in the first alone")) } " " ins { (lang.pick("只在后者", "in the second alone")) } }
            div.paper lang=(text::tag(&one)) {
                h2.title { (difference(&one.title, &other.title)) }
                @let leads = (one.lead.as_deref().unwrap_or(""), other.lead.as_deref().unwrap_or(""));
                @if leads != ("", "") { p.lead { (difference(leads.0, leads.1)) } }
                div.body.plain { (difference(&one.body, &other.body)) }
            }
        }
    };
    let title = lang.pick("差异", "Differences");
    Ok(layout::page(context, title, None, "", body))
}

/// Renders two texts as one, in which the differences are marked.
fn difference(one: &str, other: &str) -> Markup {
    // A blank line stands between paragraphs.
    let lines = |c: char| std::iter::repeat_n(c, if c == '\n' { 2 } else { 1 });
    let chars = |text: &str| text::block(text).chars().take(MAX_CHARS).flat_map(lines).collect::<Vec<char>>();
    let (one, other) = (chars(one), chars(other));
    let steps = capture_diff_slices_deadline(Algorithm::Myers, &one, &other, Some(Instant::now() + PATIENCE));
    let piece = |chars: &[char]| chars.iter().collect::<String>();
    html! {
        @for step in steps {
            @match step {
                DiffOp::Equal { old_index, len, .. } => (piece(&one[old_index..old_index + len])),
                DiffOp::Delete { old_index, old_len, .. } => del { (piece(&one[old_index..old_index + old_len])) },
                DiffOp::Insert { new_index, new_len, .. } => ins { (piece(&other[new_index..new_index + new_len])) },
                DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                    del { (piece(&one[old_index..old_index + old_len])) }
                    ins { (piece(&other[new_index..new_index + new_len])) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_either_has_alone_is_marked() {
        assert_eq!(
            difference("工会介入调解", "总工会介入<调解").into_string(),
            "<ins>总</ins>工会介入<ins>&lt;</ins>调解"
        );
        assert_eq!(difference("", "").into_string(), "");
        assert_eq!(difference("甲", "").into_string(), "<del>甲</del>");
    }
}
