//! Keywords as a table for terminals and pipes, CSV and JSON.

use super::clean;
use super::csv::row;
use super::table;
use super::terminal::Style;
use crate::search::keywords::Keywords;

/// Formats keywords, one line for each word: its counts in the query's articles and in the rest, the measure, and the
/// log ratio.
pub fn text(keywords: &Keywords, style: Style) -> String {
    let head = ["", "log-likelihood", "count", "articles", "rest", "rest articles", "log ratio"];
    let cells = |word: &crate::search::keywords::Keyword| {
        vec![
            clean::line(&word.word).into_owned(),
            format!("{:.1}", word.log_likelihood),
            word.count.to_string(),
            word.articles.to_string(),
            word.rest_count.to_string(),
            word.rest_articles.to_string(),
            format!("{:.2}", word.log_ratio),
        ]
    };
    let rows: Vec<Vec<String>> = keywords.keywords.iter().map(cells).collect();
    if rows.is_empty() {
        String::new()
    } else {
        table::numbers(&head.map(|name| style.language.say(name)), &rows, style.width)
    }
}

/// Formats keywords as CSV, one row for each word, with the names of the JSON.
pub fn csv(keywords: &Keywords) -> String {
    let head = ["word", "count", "articles", "rest_count", "rest_articles", "log_likelihood", "log_ratio"];
    let mut out = row(&head.map(String::from));
    for word in &keywords.keywords {
        out.push_str(&row(&[
            word.word.clone(),
            word.count.to_string(),
            word.articles.to_string(),
            word.rest_count.to_string(),
            word.rest_articles.to_string(),
            format!("{:.4}", word.log_likelihood),
            format!("{:.4}", word.log_ratio),
        ]));
    }
    out
}

/// Formats keywords as one JSON object.
pub fn json(keywords: &Keywords) -> String {
    serde_json::to_string(keywords).unwrap_or_default()
}
