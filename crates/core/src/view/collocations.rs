//! Collocations as a table for terminals and pipes, CSV and JSON.

use super::clean;
use super::csv::row;
use super::table;
use super::terminal::Style;
use crate::search::collocations::{Collocation, Collocations};

/// Formats collocations, one line for each word: its counts near occurrences, on each side, in articles and in the
/// archive, and the measures.
pub fn text(collocations: &Collocations, style: Style) -> String {
    let head = ["", "log-likelihood", "near", "left", "right", "articles", "archive", "expected", "mutual information"];
    let cells = |word: &Collocation| {
        vec![
            clean::line(&word.word).into_owned(),
            format!("{:.1}", word.log_likelihood),
            word.count.to_string(),
            word.left.to_string(),
            word.right.to_string(),
            word.articles.to_string(),
            word.archive_count.to_string(),
            format!("{:.1}", word.expected),
            format!("{:.2}", word.mutual_information),
        ]
    };
    let rows: Vec<Vec<String>> = collocations.collocations.iter().map(cells).collect();
    if rows.is_empty() {
        String::new()
    } else {
        table::numbers(&head.map(|name| style.language.say(name)), &rows, style.width)
    }
}

/// Formats collocations as CSV, one row for each word, with the names of the JSON.
pub fn csv(collocations: &Collocations) -> String {
    let head = [
        "word",
        "count",
        "left",
        "right",
        "articles",
        "archive_count",
        "expected",
        "log_likelihood",
        "mutual_information",
    ];
    let mut out = row(&head.map(String::from));
    for word in &collocations.collocations {
        out.push_str(&row(&[
            word.word.clone(),
            word.count.to_string(),
            word.left.to_string(),
            word.right.to_string(),
            word.articles.to_string(),
            word.archive_count.to_string(),
            format!("{:.4}", word.expected),
            format!("{:.4}", word.log_likelihood),
            format!("{:.4}", word.mutual_information),
        ]));
    }
    out
}

/// Formats collocations as one JSON object.
pub fn json(collocations: &Collocations) -> String {
    serde_json::to_string(collocations).unwrap_or_default()
}
