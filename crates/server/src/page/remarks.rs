//! Remarks on a query and its answer, in the language of the page.

use gongxun_core::query::{Note, NoteKind};
use gongxun_core::search::Results;
use maud::{Markup, html};

use super::layout::PageContext;
use super::state::Search;
use super::text::line;
use crate::language::{Lang, number};

/// Renders the notes on an answer: suggestions first, then those on the query.
pub fn remarks(context: &PageContext, search: &Search, results: &Results) -> Markup {
    let lang = context.lang;
    let notes: Vec<String> = of_query(lang, &results.query, &results.query_notes)
        .chain(results.notes.iter().map(|note| of_search(lang, note)))
        .collect();
    html! {
        @if !results.suggestions.is_empty() {
            p.meant {
                (lang.pick("您是不是要找：", "Did you mean: "))
                @for (at, other) in results.suggestions.iter().enumerate() {
                    @if at > 0 { (lang.pick("、", ", ")) }
                    a href=(search.href("/search", &[("q", &other.query), ("page", "")])) { (line(&other.query)) }
                    " " small { "(" (number(other.articles)) ")" }
                }
            }
        }
        @if !notes.is_empty() {
            ul.notes { @for note in &notes { li { (line(note)) } } }
        }
    }
}

/// A remark of the parser.
pub fn of_query<'a>(lang: Lang, query: &str, notes: &'a [Note]) -> impl Iterator<Item = String> + use<'a> {
    let chars: Vec<char> = query.chars().collect();
    notes.iter().map(move |note| {
        let part: String = chars.get(note.span.clone()).unwrap_or_default().iter().collect();
        match (lang, zh(note.kind)) {
            (Lang::Zh, Some(says)) if part.is_empty() => says.to_string(),
            (Lang::Zh, Some(says)) => format!("“{part}”：{says}"),
            _ => note.message.clone(),
        }
    })
}

fn zh(kind: NoteKind) -> Option<&'static str> {
    Some(match kind {
        NoteKind::Empty => "检索式里没有可检索的内容",
        NoteKind::TooLong => "检索式过长，其余部分未读",
        NoteKind::TooDeep => "括号或字段嵌套过深",
        NoteKind::TooManyClauses => "条件过多，其余部分未用",
        NoteKind::TooManyWildcards => "通配符过多，按普通文字处理",
        NoteKind::TooManyAlternatives => "临近检索中的备选过多，按“与”处理",
        NoteKind::TooManyTerms => "临近检索中的词过多，其余部分未用",
        NoteKind::UnclosedQuote => "引号没有成对",
        NoteKind::UnmatchedParenthesis => "括号没有成对，已略去",
        NoteKind::DanglingOperator => "运算符前后缺少内容",
        NoteKind::Precedence => "空格比 OR 结合得更紧",
        NoteKind::SmallOperator => "小写的 and、or、not 按运算符处理",
        NoteKind::UnknownField => "没有这个字段，按普通文字处理",
        NoteKind::EmptyValue => "字段没有值",
        NoteKind::BadDate => "不是日期，或历上没有这一天，已略去",
        NoteKind::ReversedDates => "起止日期颠倒，已对调",
        NoteKind::BadDistance => "距离缺失、过大或位置不对",
        NoteKind::NotNear => "临近、同句、同段检索里不能有这一部分",
        NoteKind::MatchesEverything => "会匹配一切，已略去",
        NoteKind::PlainWildcard => "此处的通配符按普通符号处理",
        NoteKind::NoLetters => "只有符号，没有文字或数字",
        NoteKind::MoreNotes => "另有更多提示",
        _ => return None,
    })
}

/// A remark of the search. Its remarks are sentences in English; those of a form that is known are said in Chinese.
pub fn of_search(lang: Lang, note: &str) -> String {
    if lang == Lang::En {
        return note.to_string();
    }
    let synonym = note.split_once(" also finds ").map(|(word, others)| {
        let others = others.replace(", ", "、");
        format!("“{word}”也找到：{others}")
    });
    let not_counted = note.strip_prefix("not counted: ").and_then(|rest| {
        let (count, rest) = rest.split_once(" more by a synonym (")?;
        let (names, _) = rest.split_once(')')?;
        let count = count.split(' ').next()?;
        Some(format!("未计入：另有 {count} 篇以同义词匹配（{}）", names.replace(", ", "、")))
    });
    let partial = note.strip_prefix("no article holds all of it; ").and_then(|rest| {
        let count = rest.split(' ').next()?;
        Some(format!("没有文章含全部检索词；{count} 篇含其中一部分"))
    });
    let margin = note.find(" it around the article (navigation, related links, notices): ").and_then(|at| {
        let count = note[..at].split(' ').next()?;
        let query = note[at..].split_once("): ")?.1.strip_suffix(" finds them")?;
        Some(format!("{count} 个网页在正文之外（导航、相关链接、声明）有它：用 {query} 检索"))
    });
    let telling = note.strip_prefix("looked for ").map(|words| format!("依据的词：{}", words.replace(", ", "、")));
    synonym.or(not_counted).or(partial).or(margin).or(telling).unwrap_or_else(|| note.to_string())
}
