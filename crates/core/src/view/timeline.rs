//! A timeline as a bar chart for terminals and pipes, and as JSON.

use std::fmt::Write as _;

use super::messages::Language;
use super::terminal::Style;
use super::width;
use crate::search::timeline::{Period, Timeline};

/// The width of the chart without a terminal, in columns.
const DEFAULT_WIDTH: usize = 80;
/// The shortest bar that is drawn in full, in columns.
const MIN_BAR: usize = 4;
/// The number of periods without a match in a row that are merged to one line.
const EMPTY_RUN: usize = 3;
/// Blocks of zero to eight eighths of a column.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Draws a timeline, one line for each period: its bar, the matches, all articles of the period, the share. Consecutive
/// periods without a match share a line, and gaps are shown as such.
pub fn chart(timeline: &Timeline, style: Style) -> String {
    let mut out = String::new();
    let periods = &timeline.periods;
    let most = periods.iter().map(Period::counted).max().unwrap_or(0);
    let label = periods.iter().map(|period| period.name.len()).max().unwrap_or(0);
    let figures: Vec<String> = periods.iter().map(|period| figures(period, style.language)).collect();
    let longest = figures.iter().map(|text| width::columns(text)).max().unwrap_or(0);
    let room = style.width.unwrap_or(DEFAULT_WIDTH).saturating_sub(label + longest + 4).max(MIN_BAR);
    let mut at = 0;
    while let Some(period) = periods.get(at) {
        if let Some(gap) = &period.gap {
            let gap = between(&gap.from, &gap.to, style.language);
            let _ = writeln!(out, "{gap}  {}", style.language.say("no article in the archive"));
        }
        let run =
            periods[at..].iter().enumerate().take_while(|(n, p)| p.counted() == 0 && (*n == 0 || p.gap.is_none()));
        let run = run.count();
        if run >= EMPTY_RUN {
            let all: u64 = periods[at..at + run].iter().map(|period| period.all).sum();
            let run_of = between(&period.name, &periods[at + run - 1].name, style.language);
            let _ = writeln!(out, "{run_of}  {}", of(0, all, style.language));
            at += run;
            continue;
        }
        let bar = width::pad(&bar(period.counted(), most, room), room);
        let _ = writeln!(out, "{}  {bar}  {}", width::pad(&period.name, label), figures[at]);
        at += 1;
    }
    if timeline.undated > 0 {
        let _ = writeln!(out, "{}  {}", width::pad(&style.language.say("undated"), label), timeline.undated);
    }
    out
}

pub(super) fn between(from: &str, to: &str, language: Language) -> String {
    if from == to { from.to_string() } else { format!("{from} {} {to}", language.say("to")) }
}

/// Formats "`count` of `all`"; Chinese has the two the other way round.
fn of(count: impl std::fmt::Display, all: u64, language: Language) -> String {
    match language {
        Language::English => format!("{count} of {all}"),
        Language::Chinese => format!("{count} / {all}"),
    }
}

fn figures(period: &Period, language: Language) -> String {
    let more = |count: Option<u64>, name: &str| match count {
        Some(count) if count > 0 => format!(" + {count} {}", language.say(name)),
        _ => String::new(),
    };
    let (synonym, partial) = (more(period.synonym_count, "by a synonym"), more(period.partial_count, "partial"));
    let occurrences = match period.occurrences {
        Some(occurrences) if period.counted() > 0 => format!("  {occurrences}×"),
        _ => String::new(),
    };
    let counted = format!("{}{synonym}{partial}", period.count);
    format!("{} = {}{occurrences}", of(counted, period.all, language), percent(period.share()))
}

/// Formats a share in percent with one decimal, or with as many as it needs to differ from zero.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = if percent > 0.0 && percent < 0.1 { (1.0 - percent.log10().floor()) as usize } else { 1 };
    format!("{percent:.digits$} %")
}

fn bar(count: u64, most: u64, room: usize) -> String {
    share_bar(count as f64, most as f64, room)
}

/// Draws a bar whose length is proportional to the value, relative to the largest one.
pub(super) fn share_bar(value: f64, most: f64, room: usize) -> String {
    if value <= 0.0 || most <= 0.0 {
        return String::new();
    }
    // A value above zero is always visible, however small.
    let eighths = ((value / most * room as f64 * 8.0).round() as usize).max(1);
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

/// Formats a timeline as one JSON object: the periods in which the archive has articles, and the gaps in which it has
/// none.
pub fn json(timeline: &Timeline) -> String {
    serde_json::to_string(timeline).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::terminal::Color;
    use super::*;
    use crate::search::timeline::Gap;

    fn samples() -> Timeline {
        let gap = |from: &str, to: &str| Some(Gap { from: from.into(), to: to.into() });
        let period = |name: &str, count, all, gap| Period::new(name, count, all, gap);
        let periods = vec![
            period("2024-01", 4, 40, None),
            period("2024-02", 0, 5, None),
            period("2024-05", 2, 4, gap("2024-03", "2024-04")),
            period("2024-06", 0, 1, None),
            period("2024-07", 0, 2, None),
            period("2024-08", 0, 3, None),
        ];
        Timeline { total: 7, undated: 1, periods, ..Timeline::default() }
    }

    #[test]
    fn small_shares_are_told_from_none() {
        for (share, expect) in [(0.0, "0.0 %"), (0.5, "50.0 %"), (2.0 / 4873.0, "0.041 %"), (1.0 / 1e6, "0.00010 %")] {
            assert_eq!(percent(share), expect);
        }
    }

    #[test]
    fn a_chart_tells_gaps_from_empty_results() {
        let timeline = samples();
        let style = Style { color: Color::Off, width: Some(40), language: Language::English };
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
        let json: serde_json::Value = serde_json::from_str(&json(&timeline)).unwrap();
        assert_eq!(json["periods"][2], serde_json::json!({"period": "2024-05", "count": 2, "all": 4, "share": 0.5}));
        assert_eq!(json["gaps"], serde_json::json!([{"from": "2024-03", "to": "2024-04"}]));
    }
}
