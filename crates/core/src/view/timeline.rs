//! A timeline as a bar chart for terminals and pipes, and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::terminal::Style;
use super::width;
use crate::query::{Note, Query};
use crate::search::timeline::{Period, Timeline};

/// The width of the chart where no terminal says one.
const DEFAULT_WIDTH: usize = 80;
/// The shortest bar that is drawn in full.
const MIN_BAR: usize = 10;
/// So many periods without a match in a row are told in one line.
const EMPTY_RUN: usize = 3;
/// Eighths of a column.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A line a period: its bar, the matches, all articles of the period, the share. Periods without a match are told in one
/// line where they follow each other, and stretches without any article are told as such.
pub fn chart(timeline: &Timeline, style: Style) -> String {
    let mut out = String::new();
    let periods = &timeline.periods;
    let most = periods.iter().map(|period| period.count).max().unwrap_or(0);
    let label = periods.iter().map(|period| period.name.len()).max().unwrap_or(0);
    let figures: Vec<String> = periods.iter().map(figures).collect();
    let longest = figures.iter().map(|text| width::columns(text)).max().unwrap_or(0);
    let room = style.width.unwrap_or(DEFAULT_WIDTH).saturating_sub(label + longest + 4).max(MIN_BAR);
    let mut at = 0;
    while let Some(period) = periods.get(at) {
        if let Some(gap) = &period.gap {
            let _ = writeln!(out, "{}  no article in the archive", between(&gap.from, &gap.to));
        }
        let run = periods[at..].iter().enumerate().take_while(|(n, p)| p.count == 0 && (*n == 0 || p.gap.is_none()));
        let run = run.count();
        if run >= EMPTY_RUN {
            let all: u64 = periods[at..at + run].iter().map(|period| period.all).sum();
            let _ = writeln!(out, "{}  0 of {all}", between(&period.name, &periods[at + run - 1].name));
            at += run;
            continue;
        }
        let bar = width::pad(&bar(period.count, most, room), room);
        let _ = writeln!(out, "{}  {bar}  {}", width::pad(&period.name, label), figures[at]);
        at += 1;
    }
    if timeline.undated > 0 {
        let _ = writeln!(out, "{}  {}", width::pad("undated", label), timeline.undated);
    }
    out
}

fn between(from: &str, to: &str) -> String {
    if from == to { from.to_string() } else { format!("{from} to {to}") }
}

fn figures(period: &Period) -> String {
    format!("{} of {} = {:.1} %", period.count, period.all, share(period) * 100.0)
}

fn share(period: &Period) -> f64 {
    period.count as f64 / period.all.max(1) as f64
}

fn bar(count: u64, most: u64, room: usize) -> String {
    if count == 0 {
        return String::new();
    }
    // What is there is seen, however small.
    let eighths = ((count as f64 / most.max(1) as f64 * room as f64 * 8.0).round() as usize).max(1);
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

#[derive(Serialize)]
struct Answer<'a> {
    query: &'a str,
    notes: Vec<&'a str>,
    total: u64,
    partial: bool,
    undated: u64,
    periods: Vec<JsonPeriod<'a>>,
    gaps: Vec<JsonGap<'a>>,
}

#[derive(Serialize)]
struct JsonPeriod<'a> {
    period: &'a str,
    count: u64,
    all: u64,
    share: f64,
}

#[derive(Serialize)]
struct JsonGap<'a> {
    from: &'a str,
    to: &'a str,
}

/// The timeline as one JSON object: the periods in which the archive has articles, and the gaps in which it has none.
pub fn json(query: &Query, timeline: &Timeline) -> String {
    let of_query = query.notes.iter().map(|Note { message, .. }| message.as_str());
    let gaps = timeline.periods.iter().filter_map(|period| period.gap.as_ref());
    let answer = Answer {
        query: &query.text,
        notes: of_query.chain(timeline.notes.iter().map(String::as_str)).collect(),
        total: timeline.total,
        partial: timeline.partial,
        undated: timeline.undated,
        periods: timeline
            .periods
            .iter()
            .map(|period| JsonPeriod {
                period: &period.name,
                count: period.count,
                all: period.all,
                share: (share(period) * 1e6).round() / 1e6,
            })
            .collect(),
        gaps: gaps.map(|gap| JsonGap { from: &gap.from, to: &gap.to }).collect(),
    };
    serde_json::to_string(&answer).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::terminal::Color;
    use super::*;
    use crate::search::timeline::Gap;

    #[test]
    fn a_chart_tells_gaps_from_empty_results() {
        let period = |name: &str, count, all, gap| Period { name: name.into(), count, all, gap };
        let timeline = Timeline {
            total: 7,
            partial: false,
            undated: 1,
            periods: vec![
                period("2024-01", 4, 40, None),
                period("2024-02", 0, 5, None),
                period("2024-05", 2, 4, Some(Gap { from: "2024-03".into(), to: "2024-04".into() })),
                period("2024-06", 0, 1, None),
                period("2024-07", 0, 2, None),
                period("2024-08", 0, 3, None),
            ],
            notes: Vec::new(),
        };
        let style = Style { color: Color::Off, width: Some(40) };
        let lines: Vec<String> = chart(&timeline, style).lines().map(|line| line.trim_end().to_string()).collect();
        assert!(lines[0].chars().count() <= 40, "{}", lines[0]);
        assert_eq!(
            lines,
            [
                "2024-01  █████████████  4 of 40 = 10.0 %",
                "2024-02                 0 of 5 = 0.0 %",
                "2024-03 to 2024-04  no article in the archive",
                "2024-05  ██████▌        2 of 4 = 50.0 %",
                "2024-06 to 2024-08  0 of 6",
                "undated  1",
            ]
        );
        let json: serde_json::Value = serde_json::from_str(&json(&crate::query::parse("工会"), &timeline)).unwrap();
        assert_eq!(json["periods"][2], serde_json::json!({"period": "2024-05", "count": 2, "all": 4, "share": 0.5}));
        assert_eq!(json["gaps"], serde_json::json!([{"from": "2024-03", "to": "2024-04"}]));
    }
}
