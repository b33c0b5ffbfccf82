//! A comparison of queries as a chart for terminals and pipes, CSV and JSON.

use super::csv::{gap_row, row};
use super::messages::Language;
use super::terminal::Style;
use super::timeline::{between, percent, share_bar};
use super::{clean, width};
use crate::search::compare::{Comparison, Row};

/// The width of the chart without a terminal, in columns.
const DEFAULT_WIDTH: usize = 100;
/// The shortest bar that is drawn beside others, in columns.
const MIN_BAR: usize = 4;
/// The gap between two queries, in columns.
const GAP: usize = 2;

/// Draws a comparison, one line for each period: for each query a bar, all to one scale, the count, and its share of
/// the period's articles, or the occurrences per million characters if these are counted; then all articles of the
/// period. Queries stand side by side if they fit, else one below the other. Gaps are shown as such.
pub fn chart(comparison: &Comparison, style: Style) -> String {
    let all: Vec<usize> = (0..comparison.queries.len()).collect();
    let width = style.width.unwrap_or(DEFAULT_WIDTH);
    let mut out = match table(comparison, &all, (width, style.language)) {
        Some(side_by_side) => side_by_side,
        None => {
            let below = |at: &usize| table(comparison, &[*at], (width, style.language)).unwrap_or_default();
            let (some, none): (Vec<usize>, Vec<usize>) = all.iter().partition(|at| comparison.queries[**at].count > 0);
            let mut out = some.iter().map(below).collect::<Vec<_>>().join("\n");
            // A chart of nothing shows no more than this.
            for at in none {
                out.push_str(&format!(
                    "0  {}\n",
                    width::truncate(&comparison.queries[at].query, width.saturating_sub(3))
                ));
            }
            out
        }
    };
    for query in comparison.queries.iter().filter(|query| query.undated > 0) {
        let undated = style.language.say("undated");
        out.push_str(&format!("{undated}  {}: {}\n", query.query, query.undated));
    }
    // The queries may hold anything.
    clean::text(&out).into_owned()
}

/// Returns the value of a query in a period that its bar and the text beside it show.
fn value(row: &Row, at: usize) -> f64 {
    row.per_million.as_ref().map_or(row.shares[at], |rates| rates[at])
}

fn figures(row: &Row, at: usize) -> String {
    match (&row.per_million, &row.occurrences) {
        (Some(rates), Some(occurrences)) => format!("{}× = {}/M", occurrences[at], significant(rates[at])),
        (_, Some(occurrences)) if row.counts[at] > 0 => {
            format!("{} = {} {}×", row.counts[at], percent(row.shares[at]), occurrences[at])
        }
        _ => format!("{} = {}", row.counts[at], percent(row.shares[at])),
    }
}

/// Formats a rate with one decimal, or with as many as it needs to differ from zero.
fn significant(rate: f64) -> String {
    let digits = if rate > 0.0 && rate < 0.1 { (1.0 - rate.log10().floor()) as usize } else { 1 };
    format!("{rate:.digits$}")
}

/// Draws some of the queries side by side; none if there are several and they don't fit.
fn table(comparison: &Comparison, queries: &[usize], (width, language): (usize, Language)) -> Option<String> {
    let all_name = language.say("all");
    let rows = &comparison.periods;
    let most = rows.iter().flat_map(|row| (0..row.counts.len()).map(|at| value(row, at))).fold(0.0, f64::max);
    let label = rows.iter().map(|row| row.period.len()).max().unwrap_or(0);
    let all = rows.iter().map(|row| row.all.to_string().len()).max().unwrap_or(0).max(width::columns(&all_name));
    let longest =
        rows.iter().flat_map(|row| queries.iter().map(|at| width::columns(&figures(row, *at)))).max().unwrap_or(0);
    let room = width.saturating_sub(label + all + GAP) / queries.len().max(1);
    let bar_room = room.saturating_sub(longest + GAP + 1);
    if bar_room < MIN_BAR && queries.len() > 1 {
        return None;
    }
    // If there is less room than this, no bars are drawn.
    let bar_room = if bar_room < MIN_BAR { 0 } else { bar_room };
    let column = if bar_room == 0 { longest } else { bar_room + 1 + longest };
    let line = |label_text: &str, cells: Vec<String>, all_text: &str| {
        let mut line = width::pad(label_text, label);
        for cell in cells {
            line.push_str("  ");
            line.push_str(&width::pad(&cell, column));
        }
        line.push_str(&" ".repeat(GAP + all - width::columns(all_text)));
        line.push_str(all_text);
        line.truncate(line.trim_end().len());
        line + "\n"
    };
    let names = queries.iter().map(|at| width::truncate(&comparison.queries[*at].query, column)).collect();
    let mut out = line("", names, &all_name);
    let mut gaps = comparison.gaps.iter().peekable();
    for row in rows {
        while let Some(gap) = gaps.next_if(|gap| gap.to < row.period) {
            let gap = between(&gap.from, &gap.to, language);
            out.push_str(&format!("{gap}  {}\n", language.say("no article in the archive")));
        }
        let cell = |at: &usize| match bar_room {
            0 => figures(row, *at),
            room => format!("{} {}", width::pad(&share_bar(value(row, *at), most, room), room), figures(row, *at)),
        };
        out.push_str(&line(&row.period, queries.iter().map(cell).collect(), &row.all.to_string()));
    }
    Some(out)
}

/// Formats a comparison as CSV, one row for each period: for each query its count and its share of the period's
/// articles, 0 to 1, its occurrences and their rate per million characters if these are counted; then all articles of
/// the period, and all characters. A gap is a row without numbers: nothing is known of it.
pub fn csv(comparison: &Comparison) -> String {
    let occurrences = comparison.periods.iter().any(|row| row.occurrences.is_some());
    let characters = comparison.periods.iter().any(|row| row.characters.is_some());
    let mut header = vec!["period".to_string()];
    for query in &comparison.queries {
        header.extend([query.query.clone(), format!("{} share", query.query)]);
        header.extend(occurrences.then(|| format!("{} occurrences", query.query)));
        header.extend(characters.then(|| format!("{} per million characters", query.query)));
    }
    header.push("all".into());
    header.extend(characters.then(|| "characters".to_string()));
    let mut out = row(&header);
    let mut gaps = comparison.gaps.iter().peekable();
    for period in &comparison.periods {
        while let Some(gap) = gaps.next_if(|gap| gap.to < period.period) {
            out.push_str(&gap_row(gap, header.len()));
        }
        let mut cells = vec![period.period.clone()];
        for (at, (count, share)) in period.counts.iter().zip(&period.shares).enumerate() {
            cells.extend([count.to_string(), format!("{share:.9}")]);
            cells.extend(period.occurrences.as_ref().map(|all| all[at].to_string()));
            cells.extend(period.per_million.as_ref().map(|all| format!("{:.6}", all[at])));
        }
        cells.push(period.all.to_string());
        cells.extend(period.characters.map(|characters| characters.to_string()));
        out.push_str(&row(&cells));
    }
    out
}

/// Formats a comparison as one JSON object.
pub fn json(comparison: &Comparison) -> String {
    serde_json::to_string(comparison).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::terminal::Color;
    use super::*;
    use crate::search::compare::Compared;
    use crate::search::timeline::Gap;

    fn sample() -> Comparison {
        let queries = ["农民工", "进城务工人员"].map(|query| Compared::new(query, 3)).to_vec();
        let row = |period: &str, counts: [u64; 2], all| Row::new(period, counts.to_vec(), all);
        let periods = vec![row("2019", [2, 0], 4873), row("2022", [1, 3], 8)];
        let gaps = vec![Gap { from: "2020".into(), to: "2021".into() }];
        Comparison { queries, periods, gaps }
    }

    #[test]
    fn every_width_is_kept_and_gaps_are_told_from_zeros() {
        for width in [40, 60, 80, 120] {
            let chart = chart(&sample(), Style { color: Color::Off, width: Some(width), language: Language::English });
            assert!(chart.lines().all(|line| width::columns(line) <= width), "{width}:\n{chart}");
            assert!(chart.contains("2 = 0.041 %") && chart.contains("0 = 0.0 %"), "{chart}");
            assert!(chart.contains("2020 to 2021  no article in the archive"), "{chart}");
        }
    }

    #[test]
    fn csv_has_empty_cells_where_nothing_is_known() {
        let expect = "period,农民工,农民工 share,进城务工人员,进城务工人员 share,all\r\n\
                      2019,2,0.000410425,0,0.000000000,4873\r\n2020/2021,,,,,\r\n\
                      2022,1,0.125000000,3,0.375000000,8\r\n";
        assert_eq!(csv(&sample()), expect);
    }
}
