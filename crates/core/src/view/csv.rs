//! CSV of articles and counts (RFC 4180): a header, commas, CR LF, UTF-8. Spreadsheets need [`BYTE_ORDER_MARK`] before
//! it.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula. Text of the archive must not be
//! executed, so such cells begin with an apostrophe, which spreadsheets understand as text. JSON is the format that
//! keeps every character.

use super::clean;
use crate::article::{Article, Credit};
use crate::search::facets::{Count, Facets};
use crate::search::kind::Kind;
use crate::search::timeline::{Gap, Timeline};

/// The byte order mark, by which spreadsheets recognise UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{FEFF}";

const COLUMNS: [&str; 15] = [
    "id",
    "match",
    "title",
    "date",
    "source",
    "outlets",
    "authors",
    "editor",
    "editors",
    "credits",
    "matched_credits",
    "section",
    "page",
    "url",
    "origin",
];

/// Returns the header: the names of the columns, which are those of the JSON.
pub fn header() -> String {
    row(&COLUMNS.map(String::from))
}

/// Formats an article as a row, with the kind of match and the matched credits. Several values in a cell
/// are separated by semicolons.
pub fn record(article: &Article, kind: Kind, matched_credits: &[Credit]) -> String {
    let known = |value: &Option<String>| value.clone().unwrap_or_default();
    let credits = |credits: &[Credit]| {
        let each: Vec<String> = credits.iter().map(|credit| format!("{}:{}", credit.role.zh(), credit.name)).collect();
        each.join(";")
    };
    row(&[
        article.id.0.clone(),
        kind.name().to_string(),
        article.title.clone(),
        article.date.map(|date| date.to_string()).unwrap_or_default(),
        known(&article.source),
        article.outlets.join(";"),
        article.authors().join(";"),
        article.editor().unwrap_or_default().to_string(),
        article.editors().join(";"),
        credits(&article.credits),
        credits(matched_credits),
        known(&article.section),
        article.page().unwrap_or_default(),
        known(&article.url),
        article.origin.clone(),
    ])
}

/// Formats facets, one row for each value: the field, the value, and a column for each counted kind of match.
pub fn facets(facets: &Facets) -> String {
    let lists = [
        ("source", &facets.source),
        ("outlet", &facets.outlet),
        ("editor", &facets.editor),
        ("author", &facets.author),
        ("section", &facets.section),
        ("month", &facets.month),
    ];
    let counted =
        |of: fn(&Count) -> Option<u64>| lists.iter().any(|(_, list)| list.iter().any(|count| of(count).is_some()));
    let (synonym, partial) = (counted(|count| count.synonym_count), counted(|count| count.partial_count));
    let occurrences = counted(|count| count.occurrences);
    let behind = if occurrences { &["occurrences"][..] } else { &[] };
    let mut out = row(&counts_header(&["facet", "value"], synonym, partial, behind));
    for (name, list) in lists {
        for count in list {
            let mut cells = vec![name.to_string(), count.value.clone(), count.count.to_string()];
            cells.extend(counts(synonym, count.synonym_count));
            cells.extend(counts(partial, count.partial_count));
            cells.extend(counts(occurrences, count.occurrences));
            out.push_str(&row(&cells));
        }
    }
    out
}

/// Formats a timeline, one row for each period: a column for each counted kind of match, the archive's articles, and
/// the occurrences if they are counted. A gap is a row without numbers: nothing is known of it.
pub fn timeline(timeline: &Timeline) -> String {
    let (synonym, partial) = (timeline.counts.synonyms(), timeline.counts.partial());
    let occurrences = timeline.occurrences.is_some();
    let behind = if occurrences { &["all", "occurrences"][..] } else { &["all"] };
    let header = counts_header(&["period"], synonym, partial, behind);
    let mut out = row(&header);
    for period in &timeline.periods {
        out.push_str(&period.gap.as_ref().map_or(String::new(), |gap| gap_row(gap, header.len())));
        let mut cells = vec![period.name.clone(), period.count.to_string()];
        cells.extend(counts(synonym, period.synonym_count));
        cells.extend(counts(partial, period.partial_count));
        cells.push(period.all.to_string());
        cells.extend(counts(occurrences, period.occurrences));
        out.push_str(&row(&cells));
    }
    out
}

/// Formats a gap as a row of this many cells, all empty but its name: empty is not zero.
pub(super) fn gap_row(gap: &Gap, cells: usize) -> String {
    let mut row_of_gap = vec![String::new(); cells];
    row_of_gap[0] = between(gap);
    row(&row_of_gap)
}

/// Returns the name of a gap: `2020/2021`, as in ISO 8601, or the name of its only period.
fn between(gap: &Gap) -> String {
    if gap.from == gap.to { gap.from.clone() } else { format!("{}/{}", gap.from, gap.to) }
}

fn counts_header(before: &[&str], synonym: bool, partial: bool, behind: &[&str]) -> Vec<String> {
    let mut header: Vec<String> = before.iter().map(|name| name.to_string()).collect();
    header.push("count".into());
    header.extend(synonym.then(|| "synonym_count".to_string()));
    header.extend(partial.then(|| "partial_count".to_string()));
    header.extend(behind.iter().map(|name| name.to_string()));
    header
}

fn counts(is_column: bool, count: Option<u64>) -> Option<String> {
    is_column.then(|| count.unwrap_or(0).to_string())
}

/// Formats a row with its line end, each cell made safe, and quoted if necessary.
pub fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    // Chinese spreadsheets take the full-width signs for formulas as well.
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if formula { format!("'{text}") } else { text.to_string() };
    let text = clean::text(&text);
    // Where the comma is the decimal separator, spreadsheets separate cells by semicolons.
    let quoted = text.contains([',', ';', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::cite::samples;
    use super::*;

    #[test]
    fn cells_are_quoted_and_safe() {
        for (input, expect) in [
            ("工会", "工会"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("a;=b", "\"a;=b\""),
            ("工\x1b[31m会", "工␛[31m会"),
            ("工，会", "工，会"),
            ("说\"好\"", "\"说\"\"好\"\"\""),
            ("一\n二", "\"一\n二\""),
            (" a", "\" a\""),
            ("=1+1", "'=1+1"),
            ("＝1", "'＝1"),
            ("-罢工", "'-罢工"),
            ("@SUM(A1,B1)", "\"'@SUM(A1,B1)\""),
            ("+86 10", "'+86 10"),
            ("\tx", "'\tx"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(cell(input), expect, "{input:?}");
        }
    }

    #[test]
    fn rows_have_the_columns_of_the_header() {
        let article = samples::newspaper();
        let expect = format!(
            "{},synonym,“两个清单”护航新就业形态劳动者,2025-01-15T07:02:00+08:00,中工网-工人日报,\"中工网;工人日报\",\
             \"郭振纲;李一\",肖天,肖天,\"记者:郭振纲;通讯员:李一;责任编辑:肖天\",通讯员:李一,第03版：维权,3,\
             https://example.org/a_b/1.shtml?x=1%2,\r\n",
            article.id
        );
        let record = record(&article, Kind::Synonym, &article.credits[1..2]);
        assert_eq!(record, expect);
        assert_eq!(header().split(',').count(), record.split(',').count());
    }
}
