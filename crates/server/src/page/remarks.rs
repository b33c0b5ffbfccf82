//! Notes on a query and its answer, in the language of the page.

use gongxun_core::query::Note;
use gongxun_core::search::Results;
use maud::{Markup, html};

use super::layout::PageContext;
use super::state::Search;
use super::text::line;
use crate::language::{Lang, number};

/// Renders the notes on an answer: suggestions first, then those on the query.
pub fn remarks(context: &PageContext, search: &Search, results: &Results) -> Markup {
    let lang = context.lang;
    let notes: Vec<String> =
        of_query(lang, &results.query_notes).chain(results.notes.iter().map(|note| of_search(lang, note))).collect();
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

/// Returns the notes of the parser in the language of the page.
pub fn of_query(lang: Lang, notes: &[Note]) -> impl Iterator<Item = String> {
    notes.iter().map(move |note| lang.say(&note.message).into_owned())
}

/// Returns a note of the search in the language of the page, without the option of the command line that it offers: the
/// page has links in its place.
pub fn of_search(lang: Lang, note: &str) -> String {
    let offered = ["; --synonyms counts them too", ": --partial counts them"];
    let note = offered.iter().find_map(|option| note.strip_suffix(option)).unwrap_or(note);
    lang.say(note).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_the_search_are_in_the_language_of_the_page() {
        for (note, chinese) in [
            ("讨薪 also finds 追讨工资, 追薪", "讨薪 也查 追讨工资, 追薪"),
            (
                "not counted: 1 article more by a synonym (追薪); --synonyms counts them too",
                "未计入：另有1 篇文章靠同义词（追薪）命中",
            ),
            (
                "no article holds all of it; 3 articles with some of it: --partial counts them",
                "没有一篇包含全部内容；3 篇文章包含一部分",
            ),
            ("looked for 工会, 欠薪", "查的是 工会, 欠薪"),
        ] {
            assert_eq!(of_search(Lang::Zh, note), chinese);
            assert!(!of_search(Lang::En, note).contains("--"), "{note}");
        }
    }
}
