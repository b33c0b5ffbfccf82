//! `search --queries FILE`: many queries in one run.

use std::path::Path;

use anyhow::bail;

use super::args::{Format, SearchArgs};
use super::outcome::Outcome;
use super::output::{csv_begins, style, write_to};
use super::request;
use gongxun_core::named_file;
use gongxun_core::search::{Read, Request};
use gongxun_core::view;
use gongxun_core::view::batch::Counted;
use gongxun_text::charset;

/// A query of a file.
struct Named {
    /// Its line in the file, from 1.
    line: usize,
    /// Its name; the query itself unless the file gives one.
    name: String,
    query: String,
}

/// Runs every query of a file. A line that is no query is reported, and the others are run; the command then fails.
pub fn batch(archive: &dyn Read, file: &Path, args: &SearchArgs) -> anyhow::Result<Outcome> {
    let conditions = &args.query.conditions;
    let control = request::control(conditions);
    let with_hits = match args.format {
        Format::Text | Format::Csv | Format::Json => false,
        Format::Jsonl => true,
        Format::Ris | Format::Bibtex | Format::Gbt7714 => bail!("--queries gives text, csv, json, or hits as jsonl"),
    };
    let bytes = named_file::read(file)?;
    // Spreadsheets save such files in GBK.
    let (named, broken) = read(&charset::decode(&bytes, None, false).text, separator(file));
    for (line, why) in &broken {
        eprintln!("{}, line {line}: {why}; the other queries are run", file.display());
    }
    let mut counted = Vec::new();
    write_to(args.output.output.as_deref(), |out| {
        for Named { line, name, query } in named {
            let mut request = match request::request(archive, std::slice::from_ref(&query), conditions) {
                Ok(request) => request,
                Err(error) => {
                    eprintln!("{}, line {line}: {error:#}; the other queries are run", file.display());
                    continue;
                }
            };
            request.limit = if with_hits { args.limit.unwrap_or(Request::DEFAULT_LIMIT) } else { 0 };
            request.occurrences = true;
            request.second_stage = args.second_stage;
            request.snippet_length = args.snippet_length;
            let results = archive.answer(&request, &control)?;
            if with_hits {
                for hit in &results.hits {
                    out.write_all(view::batch::hit(&name, hit).as_bytes())?;
                }
            }
            counted.push(Counted::of(&name, &results));
        }
        let table = match args.format {
            Format::Text => view::batch::text(&counted, style()),
            Format::Csv => csv_begins(&args.output).to_string() + &view::batch::csv(&counted),
            Format::Json => view::batch::json(&counted) + "\n",
            _ => String::new(),
        };
        Ok(out.write_all(table.as_bytes())?)
    })?;
    if !broken.is_empty() {
        return Ok(Outcome::Failed);
    }
    Ok(if counted.iter().any(Counted::is_any) { Outcome::Found } else { Outcome::Nothing })
}

/// Returns the separator of name and query; none if a line is a query.
fn separator(file: &Path) -> Option<char> {
    let end = file.extension()?.to_str()?.to_ascii_lowercase();
    [("csv", ','), ("tsv", '\t')].into_iter().find(|(name, _)| *name == end).map(|(_, separator)| separator)
}

/// Reads the queries, and the lines that can't be read as queries with the reason. Empty lines and those that begin
/// with # are skipped, as is the first line of a table if it names the columns.
fn read(text: &str, separator: Option<char>) -> (Vec<Named>, Vec<(usize, String)>) {
    let (mut named, mut broken) = (Vec::new(), Vec::new());
    for (number, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let number = number + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some(separator) = separator else {
            named.push(Named { line: number, name: line.to_string(), query: line.to_string() });
            continue;
        };
        match cells(line, separator).as_deref() {
            Ok([name, query]) if number == 1 && name == "name" && query == "query" => {}
            Ok([name, query]) if !query.trim().is_empty() => {
                named.push(Named { line: number, name: name.clone(), query: query.clone() });
            }
            Ok([query]) if number == 1 && query == "query" => {}
            Ok([query]) => named.push(Named { line: number, name: query.clone(), query: query.clone() }),
            Ok(cells) => broken.push((number, format!("{} cells; write name and query", cells.len()))),
            Err(why) => broken.push((number, why.to_string())),
        }
    }
    (named, broken)
}

/// Returns the cells of a row of CSV (RFC 4180), within one line.
fn cells(line: &str, separator: char) -> Result<Vec<String>, &'static str> {
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        let cell;
        (cell, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => {
                let end = rest.find(separator).unwrap_or(rest.len());
                (rest[..end].to_string(), &rest[end..])
            }
        };
        cells.push(cell.trim().to_string());
        match rest.strip_prefix(separator) {
            Some(next) => rest = next,
            None if rest.trim().is_empty() => return Ok(cells),
            None => return Err("text behind a closing quote"),
        }
    }
}

/// Returns a cell behind its opening quote, and the text behind the closing one.
fn quoted_cell(text: &str) -> Result<(String, &str), &'static str> {
    let mut cell = String::new();
    let mut rest = text;
    loop {
        let Some(end) = rest.find('"') else { return Err("a quote is not closed") };
        cell.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                cell.push('"');
                rest = next;
            }
            None => return Ok((cell, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_names_and_queries() {
        let text = "\u{FEFF}name,query\n欠薪,\"\"\"欠薪\"\" OR 讨薪\"\n\n# 注\n只有一格\na,b,c\n\"没有关上,工会\nx,\n";
        let (named, broken) = read(text, Some(','));
        let named: Vec<_> = named.iter().map(|n| (n.line, n.name.as_str(), n.query.as_str())).collect();
        assert_eq!(named, [(2, "欠薪", "\"欠薪\" OR 讨薪"), (5, "只有一格", "只有一格")]);
        assert_eq!(broken.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [6, 7, 8]);
    }

    #[test]
    fn a_line_is_a_query() {
        let (named, broken) = read("工会, 权益\n\"欠薪\"\n", None);
        assert_eq!(named.iter().map(|n| n.query.as_str()).collect::<Vec<_>>(), ["工会, 权益", "\"欠薪\""]);
        assert!(broken.is_empty());
    }
}
