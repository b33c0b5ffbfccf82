//! `/context`: words in context (concordance), each line a link to its place in the article.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use gongxun_core::search::concordance::{Context, Counts, Line, Options, Order};
use maud::{Markup, html};

use super::layout::no_store;
use super::layout::{self, PageContext};
use super::search::search_box;
use super::state::{Search, value};
use super::{remarks, text};
use crate::archive::{Archive, SearchContext};
use crate::language::number;
use crate::problem::Problem;

/// Lines on the page; the API gives more.
const LINES: usize = 200;
/// Characters on either side.
const CONTEXT: usize = 28;

/// Handles `GET /context`.
pub async fn context(State(archive): State<Arc<Archive>>, headers: HeaderMap, uri: Uri) -> Response {
    let context = PageContext::from_request(&headers, &uri);
    let search = Search { sort: String::new(), ..Search::from_uri(&uri) };
    let order = value(&uri, "sort").unwrap_or_default();
    archive.run(&headers, &context.variant(), move |cx| shown(&context, &search, &order, cx)).await
}

const ORDERS: [(&str, Order, &str, &str); 4] = [
    ("oldest", Order::Oldest, "最早", "Oldest"),
    ("newest", Order::Newest, "最新", "Newest"),
    ("left", Order::Left, "左文", "By the left"),
    ("right", Order::Right, "右文", "By the right"),
];

fn shown(context: &PageContext, search: &Search, order: &str, cx: &SearchContext<'_>) -> Result<Response, Problem> {
    let lang = context.lang;
    let (order_name, order) =
        ORDERS.into_iter().find(|(name, ..)| *name == order).map_or((ORDERS[0].0, ORDERS[0].1), |o| (o.0, o.1));
    let q = search.conditions.q.trim();
    let mut lines = Vec::new();
    let mut notes = Vec::new();
    let counts = match q.is_empty() {
        true => None,
        false => {
            let request = search.conditions.request()?;
            let options = Options::default().context(Context::Characters(CONTEXT)).order(order).limit(LINES);
            let mut take = |line| {
                lines.push(line);
                Ok(())
            };
            let counts = cx.read().concordance(&request, &options, &cx.control, &mut take)?;
            notes.extend(remarks::of_query(lang, &request.query.notes));
            notes.extend(counts.notes.iter().map(|note| remarks::of_search(lang, note)));
            Some(counts)
        }
    };
    let mut kept = search.pairs();
    kept.push(("sort", order_name.to_string()));
    let body = html! {
        h1.part { (lang.pick("语境", "Words in context")) }
        (search_box(context, "/context", &search.conditions.q, &kept))
        @match &counts {
            None => p.lede { (lang.pick("每一处用到这个词的地方，连同左右的文字，一处一行。", "Every place where the words stand, with the text on either side, a line each.")) },
            Some(counts) => {
                div.status {
                    p.total role="status" { (total(context, counts)) }
                    nav.orders aria-label=(lang.pick("排序", "Order")) {
                        @for (name, _, zh, en) in ORDERS {
                            a href=(search.href("/context", &[("sort", name), ("page", "")])) aria-current=[(name == order_name).then_some("true")] { (lang.pick(zh, en)) }
                        }
                    }
                }
                @if !notes.is_empty() { ul.notes { @for note in &notes { li { (text::line(note)) } } } }
                @if counts.cut_short { p.warn role="alert" { (lang.pick("检索超时，以下不全。", "The search took too long: there may be more.")) } }
                (table(context, search, &lines))
            }
        }
    };
    let title = format!("{} {q}", lang.pick("语境", "In context"));
    let response = layout::page(context, title.trim(), None, q, body);
    Ok(if counts.is_some_and(|counts| counts.cut_short) { no_store(response) } else { response })
}

fn total(context: &PageContext, counts: &Counts) -> Markup {
    let lang = context.lang;
    html! {
        strong { (lang.count(counts.occurrences, "处", "occurrence", "occurrences")) }
        span { (lang.pick("，见于 ", " in ")) (lang.articles(counts.articles)) }
        @if counts.given < counts.occurrences {
            span { (lang.pick("；列出前 ", "; the first ")) (number(counts.given)) (lang.pick(" 处", " are listed")) }
        }
    }
}

fn table(context: &PageContext, search: &Search, lines: &[Line]) -> Markup {
    let lang = context.lang;
    html! {
        @if lines.is_empty() { p.none { (lang.pick("没有找到。", "Nothing was found.")) } } @else {
            table.kwic {
                colgroup { col.left; col.word; col.right; col.from; }
                thead.sr { tr { th { (lang.pick("左文", "Left")) } th { (lang.pick("词", "Word")) } th { (lang.pick("右文", "Right")) } th { (lang.pick("文章", "Article")) } } }
                tbody lang="zh-Hans" { @for line in lines {
                    @let at = format!("{}-{}", line.field, line.offset);
                    @let to = search.href(&format!("/article/{}", line.article.id), &[("at", &at), ("page", "")]);
                    tr {
                        td.left { bdi { (text::line(&line.left)) } }
                        td.word { a href=(to) title=(text::line(&line.article.title)) { (text::line(&line.keyword)) } }
                        td.right { (text::line(&line.right)) }
                        td.from { (line.article.date.map(|date| format!("{}-{:02}-{:02}", date.year(), date.month(), date.day())).unwrap_or_default())
                            " " span { (text::line(line.article.source.as_deref().unwrap_or(""))) } }
                    }
                } }
            }
        }
    }
}
