//! A whole article, or page without one, for people, as `show` prints it.

use std::fmt::Write as _;

use super::messages::Language;
use super::terminal::day_and_time;
use super::{clean, width};
use crate::article::{Article, Role};

/// Formats an article with all its metadata, the body last; of a page without an article, all its lines.
pub fn text(article: &Article, language: Language) -> String {
    let mut out = String::new();
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            let label = width::pad(&language.say(label), 10);
            let _ = writeln!(out, "{label}{}", clean::line(value));
        }
    };
    line("title", &article.title);
    line("date", &article.date.as_ref().map_or_else(|| language.say("undated").into_owned(), day_and_time));
    line("source", article.source.as_deref().unwrap_or(""));
    if article.outlets.len() > 1 {
        line("outlets", &article.outlets.join("、"));
    }
    for role in Role::ALL {
        let names: Vec<&str> =
            article.credits.iter().filter(|c| c.role == role).map(|credit| credit.name.as_str()).collect();
        if !names.is_empty() {
            line("credit", &format!("{} {}", role.zh(), names.join("、")));
        }
    }
    line("section", article.section.as_deref().unwrap_or(""));
    line("url", article.url.as_deref().unwrap_or(""));
    line("origin", &article.origin);
    line("id", &article.id.0);
    for repair in &article.repairs {
        let kind = serde_json::to_value(repair.kind).ok();
        let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or("repair");
        let repaired = format!("{kind}, {} places, {:.0} % certain", repair.count, repair.confidence * 100.0);
        line("repaired", &language.say(&repaired));
    }
    if let Some(lead) = &article.lead {
        let _ = write!(out, "\n{lead}\n");
    }
    if article.is_page() {
        let _ = write!(out, "\n{}\n", article.margin.join("\n"));
    } else {
        let _ = write!(out, "\n{}\n", article.body.replace('\n', "\n\n"));
    }
    clean::text(&out).into_owned()
}
