//! The explanation why an article is not among the hits, for people.

use std::fmt::Write as _;

use super::messages::Language;
use super::{clean, width};
use crate::search::why_not::{Verdict, WhyNot};

/// Formats an explanation: the verdict, then one line for each clause: whether it holds, and what the article has or
/// has instead.
pub fn text(answer: &WhyNot, language: Language) -> String {
    let mut out = String::new();
    let mut place = answer.place.map(|place| format!(": hit number {place}")).unwrap_or_default();
    if let Some(shown) = &answer.shown {
        place.push_str(&format!(", where its copy {shown} is shown"));
    }
    let verdict = match answer.verdict {
        Verdict::Full => format!("it is found{place}"),
        Verdict::Synonym => format!("it is found by a synonym{place}"),
        Verdict::Partial => format!("it is found among those that hold only some of the query{place}"),
        Verdict::NotFound => "it is not found".to_string(),
    };
    let none = language.say("(no title)");
    let title = if answer.title.is_empty() { &none } else { answer.title.as_str() };
    let _ = writeln!(out, "{}  {}\n{}", answer.id, clean::line(title), language.say(&verdict));
    if answer.clauses.is_empty() {
        let _ = writeln!(out, "{}", language.say("the query asks for nothing"));
    }
    for clause in &answer.clauses {
        let sign = width::pad(&language.say(if clause.holds { "yes" } else { "NO" }), 3);
        let colon = match language {
            Language::English => ": ",
            Language::Chinese => "：",
        };
        let why = language.say(&clause.why);
        let why = if why.is_empty() { String::new() } else { format!("{colon}{why}") };
        let _ = writeln!(out, "{}{sign}  {}{why}", "    ".repeat(clause.depth), clause.text);
    }
    clean::text(&out).into_owned()
}

/// Formats an explanation as one JSON object.
pub fn json(query: &str, answer: &WhyNot) -> String {
    let mut value = serde_json::to_value(answer).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("query".into(), query.into());
    }
    value.to_string()
}
