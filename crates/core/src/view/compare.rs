//! A comparison of queries as a chart for terminals and pipes, CSV and JSON.

use super::csv::row;
use super::terminal::Style;
use super::timeline::{between, percent, share_bar};
use super::width;
use crate::search::compare::{Comparison, Row};

/// The width of the chart where no terminal says one.
const DEFAULT_WIDTH: usize = 100;
/// The shortest bar that is drawn in full.
const MIN_BAR: usize = 4;

/// A line a period: for each query a bar as long as its share of the period's articles, all to one scale, the count and the
/// share; then all articles of the period. Stretches without any article are told as such.
pub fn chart(comparison: &Comparison, style: Style) -> String {
    let rows = &comparison.periods;
    let most = rows.iter().flat_map(|row| &row.shares).copied().fold(0.0, f64::max);
    let label = rows.iter().map(|row| row.period.len()).max().unwrap_or(0);
    let all = rows.iter().map(|row| row.all.to_string().len()).max().unwrap_or(0).max("all".len());
    let figures = |row: &Row, at: usize| format!("{} = {}", row.counts[at], percent(row.shares[at]));
    let columns = comparison.queries.len().max(1);
    let longest = rows.iter().flat_map(|row| (0..columns).map(|at| figures(row, at).len())).max().unwrap_or(0);
    let room = style.width.unwrap_or(DEFAULT_WIDTH).saturating_sub(label + all + 2) / columns;
    let bar_room = room.saturating_sub(longest + 3).max(MIN_BAR);
    let column = bar_room + 1 + longest;
    let line = |label_text: &str, cells: Vec<String>, all_text: &str| {
        let mut line = width::pad(label_text, label);
        for cell in cells {
            line.push_str("  ");
            line.push_str(&width::pad(&cell, column));
        }
        line.push_str(&format!("  {all_text:>all$}"));
        line.truncate(line.trim_end().len());
        line + "\n"
    };
    let names = comparison.queries.iter().map(|query| width::truncate(&query.query, column)).collect();
    let mut out = line("", names, "all");
    let mut gaps = comparison.gaps.iter().peekable();
    for row in rows {
        while let Some(gap) = gaps.next_if(|gap| gap.to < row.period) {
            out.push_str(&format!("{}  no article in the archive\n", between(&gap.from, &gap.to)));
        }
        let cell = |at: usize| {
            let bar = share_bar(row.shares[at], most, bar_room);
            format!("{} {}", width::pad(&bar, bar_room), figures(row, at))
        };
        out.push_str(&line(&row.period, (0..columns).map(cell).collect(), &row.all.to_string()));
    }
    for query in comparison.queries.iter().filter(|query| query.undated > 0) {
        out.push_str(&format!("undated  {}: {}\n", query.query, query.undated));
    }
    out
}

/// A row a period: for each query its count and its share of the period's articles, 0 to 1; then all articles of the period.
pub fn csv(comparison: &Comparison) -> String {
    let mut header = vec!["period".to_string()];
    for query in &comparison.queries {
        header.extend([query.query.clone(), format!("{} share", query.query)]);
    }
    header.push("all".into());
    let mut out = row(&header);
    for period in &comparison.periods {
        let mut cells = vec![period.period.clone()];
        for (count, share) in period.counts.iter().zip(&period.shares) {
            cells.extend([count.to_string(), format!("{share:.9}")]);
        }
        cells.push(period.all.to_string());
        out.push_str(&row(&cells));
    }
    out
}

/// The comparison as one JSON object.
pub fn json(comparison: &Comparison) -> String {
    serde_json::to_string(comparison).unwrap_or_default()
}
