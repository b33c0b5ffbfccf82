//! The counts of many queries as a table for terminals and pipes, CSV and JSON; their hits as JSON lines.

use serde::Serialize;

use super::csv::row;
use super::terminal::Style;
use super::{clean, width};
use crate::search::{Hit, Results};

/// The greatest width of the column of names, in columns of the terminal.
const NAME: usize = 40;

/// The counts of one query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counted {
    /// The query's name.
    pub name: String,
    /// The query as it was typed.
    pub query: String,
    /// The number of full matches.
    pub total: u64,
    /// The number of synonym matches.
    pub synonym_total: u64,
    /// The number of partial matches.
    pub partial_total: u64,
    /// The number of occurrences in the counted articles; only if occurrences are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurrences: Option<u64>,
    /// Whether the search was stopped before it finished.
    pub cut_short: bool,
    /// The notes on the answer.
    pub notes: Vec<String>,
}

impl Counted {
    /// Returns the counts of an answer.
    pub fn of(name: &str, results: &Results) -> Counted {
        let of_query = results.query_notes.iter().map(|note| note.message.clone());
        Counted {
            name: name.to_string(),
            query: results.query.clone(),
            total: results.total,
            synonym_total: results.synonym_total,
            partial_total: results.partial_total,
            occurrences: results.occurrences,
            cut_short: results.cut_short,
            notes: of_query.chain(results.notes.iter().cloned()).collect(),
        }
    }

    /// Whether anything was found.
    pub fn is_any(&self) -> bool {
        self.total + self.synonym_total + self.partial_total > 0
    }
}

/// Formats counts, one line for each query: its name, and the three counts.
pub fn text(counted: &[Counted], style: Style) -> String {
    let columns = counted.iter().map(|one| width::columns(&clean::line(&one.name))).max().unwrap_or(0);
    let columns = columns.min(style.width.map_or(NAME, |width| width / 2).min(NAME)).max(4);
    let say = |name: &str| style.language.say(name).into_owned();
    let right = |text: &str, columns: usize| " ".repeat(columns.saturating_sub(width::columns(text))) + text;
    let mut out = width::pad("", columns);
    for name in ["typed", "synonym", "partial"] {
        out.push_str("  ");
        out.push_str(&right(&say(name), 8));
    }
    if counted.iter().any(|one| one.occurrences.is_some()) {
        out.push_str("  ");
        out.push_str(&right(&say("occurrences"), 11));
    }
    out.push('\n');
    for one in counted {
        let name = width::pad(&width::truncate(&clean::line(&one.name), columns), columns);
        let cut = if one.cut_short { "  ".to_string() + &say("ended early") } else { String::new() };
        let more = one.occurrences.map_or(String::new(), |occurrences| format!("  {occurrences:>11}"));
        let Counted { total, synonym_total, partial_total, .. } = one;
        out.push_str(&format!("{name}  {total:>8}  {synonym_total:>8}  {partial_total:>8}{more}{cut}\n"));
    }
    out
}

/// Formats counts as CSV, one row for each query.
pub fn csv(counted: &[Counted]) -> String {
    let header = ["name", "query", "total", "synonym_total", "partial_total", "occurrences", "cut_short", "notes"];
    let mut out = row(&header.map(String::from));
    for one in counted {
        out.push_str(&row(&[
            one.name.clone(),
            one.query.clone(),
            one.total.to_string(),
            one.synonym_total.to_string(),
            one.partial_total.to_string(),
            one.occurrences.map(|occurrences| occurrences.to_string()).unwrap_or_default(),
            one.cut_short.to_string(),
            one.notes.join("; "),
        ]));
    }
    out
}

/// Formats counts as a JSON array of one object for each query.
pub fn json(counted: &[Counted]) -> String {
    serde_json::to_string(counted).unwrap_or_default()
}

/// Formats a hit as a JSON object with the query's name, and its line end.
pub fn hit(name: &str, hit: &Hit) -> String {
    #[derive(Serialize)]
    struct Named<'a> {
        name: &'a str,
        #[serde(flatten)]
        hit: &'a Hit,
    }
    serde_json::to_string(&Named { name, hit }).unwrap_or_default() + "\n"
}
