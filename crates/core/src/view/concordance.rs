//! Lines of a concordance as columns for terminals and pipes, CSV and JSON lines.

use super::clean;
use super::csv::row;
use super::terminal::{Style, marked};
use super::width;
use crate::search::concordance::Line;

/// The width of a line without a terminal, in columns.
const DEFAULT_WIDTH: usize = 100;
/// The width of a date, in columns.
const DATE: usize = 10;
/// The width of the gap between date and text, in columns.
const GAP: usize = 2;
/// The width of the marks around an occurrence without colour, in columns.
const MARKS: usize = 2;
/// The most columns of a source.
const SOURCE: usize = 20;
/// The fewest columns of context on either side.
const MIN_CONTEXT: usize = 6;

/// Formats a line of a concordance, with its line end: date, the text to the left right-aligned, the occurrence marked,
/// the text to the right, the source if there is room. The occurrences of all lines begin in the same column; `context`
/// is the most columns on either side.
pub fn text(line: &Line, context: usize, style: Style) -> String {
    let width = style.width.unwrap_or(DEFAULT_WIDTH);
    let date: String = line.article.date.map(|date| date.to_string()).unwrap_or_default().chars().take(DATE).collect();
    let source_room = if width >= DEFAULT_WIDTH { SOURCE + GAP } else { 0 };
    let room = width.saturating_sub(DATE + GAP + source_room + MARKS);
    // The same width on every line, whatever the occurrence, so that occurrences are aligned.
    let left_room = context.min(room * 2 / 5).max(MIN_CONTEXT);
    let keyword = clean::line(&line.keyword);
    let right_room = context.min(room.saturating_sub(left_room + width::columns(&keyword))).max(MIN_CONTEXT);
    let left = end_of(&clean::line(&line.left), left_room);
    let mut text = width::pad(&date, DATE + GAP);
    text.push_str(&" ".repeat(left_room - width::columns(&left)));
    text.push_str(&left);
    text.push_str(&marked(&keyword, &[0..keyword.chars().count()], style));
    let right = start_of(&clean::line(&line.right), right_room);
    match line.article.source.as_deref().filter(|_| source_room > 0) {
        Some(source) => {
            text.push_str(&width::pad(&right, right_room + GAP));
            text.push_str(&width::truncate(&clean::line(source), SOURCE));
        }
        None => text.push_str(&right),
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Returns the last characters that fit into a number of columns.
fn end_of(text: &str, columns: usize) -> String {
    let (mut used, mut start) = (0, text.len());
    for (at, c) in text.char_indices().rev() {
        used += width::char_columns(c);
        if used > columns {
            break;
        }
        start = at;
    }
    text[start..].to_string()
}

/// Returns the first characters that fit into a number of columns.
fn start_of(text: &str, columns: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|c| {
            used += width::char_columns(*c);
            used <= columns
        })
        .collect()
}

/// Returns the header of [`csv`]: the names of the columns, which are those of the JSON.
pub fn csv_header() -> String {
    row(&["date", "left", "keyword", "right", "title", "source", "match", "field", "offset", "id"].map(String::from))
}

/// Formats a line as a row of CSV.
pub fn csv(line: &Line) -> String {
    let article = &line.article;
    row(&[
        article.date.map(|date| date.to_string()).unwrap_or_default(),
        line.left.clone(),
        line.keyword.clone(),
        line.right.clone(),
        article.title.clone(),
        article.source.clone().unwrap_or_default(),
        article.kind.name().to_string(),
        line.field.to_string(),
        line.offset.to_string(),
        article.id.0.clone(),
    ])
}

/// Formats a line as a JSON object, with its line end.
pub fn json(line: &Line) -> String {
    serde_json::to_string(line).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::terminal::Color;
    use super::*;
    use crate::search::concordance::Source;

    #[test]
    fn what_a_terminal_would_obey_is_shown_as_a_sign() {
        let source = Arc::new(Source::new("a1", "标题", None, Some("工人\u{1b}[2J报")));
        let line = Line::new(source, "body", 2, ("市\u{1b}]0;x\u{7}", "工\u{202e}会", "权\u{9b}益"));
        let style = Style { color: Color::Off, width: Some(120), language: Default::default() };
        let text = text(&line, 20, style);
        assert!(text.contains('␛') && !text.trim_end().chars().any(|c| c != clean::shown(c)), "{text:?}");
    }

    #[test]
    fn occurrences_stand_below_each_other() {
        let source = |date: Option<&str>| {
            Arc::new(Source::new("a1", "标题", date.map(|date| date.parse().unwrap()), Some("东原工人报")))
        };
        let lines = [
            Line::new(source(Some("2024-05-01")), "body", 7, ("市总", "工会", "权益部的律师团看过合同")),
            Line::new(source(None), "title", 0, ("", "工会", "驿站")),
            Line::new(source(Some("2023-05-01")), "body", 99, ("在abc区每一家工厂的门口都有", "工会", "。")),
        ];
        for width in [40, 80, 120] {
            let style = Style { color: Color::Off, width: Some(width), language: Default::default() };
            let places: Vec<usize> = lines
                .iter()
                .map(|line| {
                    let text = text(line, 20, style);
                    assert!(width::columns(text.trim_end()) <= width, "{width}: {text}");
                    width::columns(text.split('«').next().unwrap())
                })
                .collect();
            assert!(places.iter().all(|at| *at == places[0]), "{width}: {places:?}");
        }
    }
}
