//! The copies of an article, for people and in JSON.

use serde_json::{Value, json};

use super::clean;
use super::messages::Language;
use super::terminal::day_and_time;
use crate::article::{Article, ArticleId};

/// Formats copies, one line for each: id, date, source, title and origin; the one that a search shows comes first.
pub fn text(copies: &[Article], language: Language) -> String {
    let mut out = String::new();
    for copy in copies {
        let date = copy.date.as_ref().map_or_else(|| language.say("undated").into_owned(), day_and_time);
        let none = language.say("(no title)");
        let title = if copy.title.is_empty() { &none } else { copy.title.as_str() };
        let fields = [&copy.id.0, &date, copy.source.as_deref().unwrap_or("-"), title, &copy.origin];
        out.push_str(&clean::line(&fields.join("  ")));
        out.push('\n');
    }
    clean::text(&out).into_owned()
}

/// Formats copies as one JSON object. An article without another copy has an empty list.
pub fn json(id: &ArticleId, copies: &[Article]) -> String {
    let copies: Vec<Value> = copies
        .iter()
        .map(|copy| {
            json!({"id": copy.id, "date": copy.date, "source": copy.source, "title": copy.title, "url": copy.url,
                   "origin": copy.origin, "repairs": copy.repairs})
        })
        .collect();
    json!({"id": id, "copies": copies}).to_string()
}
