//! `keywords`, `collocations`, `terms`: the words that are characteristic of a query's articles, and the number of
//! articles that hold a word.

use std::path::Path;

use anyhow::bail;

use super::args::{CollocationsArgs, KeywordsArgs, TableArgs, TableFormat, TermsArgs};
use super::outcome::Outcome;
use super::output::{csv_begins, style, write_to};
use super::request;
use super::tables::print_comparison;
use gongxun_core::query::Query;
use gongxun_core::search::{Read, Request, collocations, keywords};
use gongxun_core::view::{self, terminal::Style};
use gongxun_text::fold::fold;

/// Runs `keywords`.
pub fn keywords(index: &Path, args: &KeywordsArgs) -> anyhow::Result<Outcome> {
    let snapshot = request::open(index)?;
    let conditions = &args.query.conditions;
    let request = request::request(&snapshot, &args.query.query, conditions)?;
    let options = keywords::Options::default().limit(args.limit).min_articles(args.min);
    let answer = snapshot.keywords(&request, &options, &request::control(conditions))?;
    let counted = format!(
        "{} with {}, against {} with {}",
        request::articles(answer.articles),
        request::words(answer.words),
        request::articles(answer.rest_articles),
        request::words(answer.rest_words)
    );
    let said = Said { notes: &answer.notes, counted, cut_short: answer.cut_short };
    let forms = Forms { text: view::keywords::text, csv: view::keywords::csv, json: view::keywords::json };
    print_words(&args.table, &answer, &forms, &said)?;
    Ok(if answer.keywords.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

/// Runs `collocations`.
pub fn collocations(index: &Path, args: &CollocationsArgs) -> anyhow::Result<Outcome> {
    let snapshot = request::open(index)?;
    let conditions = &args.query.conditions;
    let request = request::request(&snapshot, &args.query.query, conditions)?;
    if request.query.root.is_none() {
        bail!("write a query: a filter alone has no occurrences");
    }
    let options = collocations::Options::default().window(args.window).limit(args.limit).min_count(args.min);
    let answer = snapshot.collocations(&request, &options, &request::control(conditions))?;
    let counted = format!(
        "{}, with {} within {} characters",
        request::occurrences(answer.occurrences, answer.articles),
        request::words(answer.words_near),
        answer.window
    );
    let said = Said { notes: &answer.notes, counted, cut_short: answer.cut_short };
    let forms = Forms { text: view::collocations::text, csv: view::collocations::csv, json: view::collocations::json };
    print_words(&args.table, &answer, &forms, &said)?;
    Ok(if answer.collocations.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

/// The forms in which an answer is printed.
struct Forms<T> {
    text: fn(&T, Style) -> String,
    csv: fn(&T) -> String,
    json: fn(&T) -> String,
}

/// The messages beside an answer.
struct Said<'a> {
    notes: &'a [String],
    /// The counts, for people.
    counted: String,
    cut_short: bool,
}

/// Prints a table of words, with the notes unless JSON holds them, and what was counted where people read it.
fn print_words<T>(table: &TableArgs, answer: &T, forms: &Forms<T>, said: &Said<'_>) -> anyhow::Result<()> {
    let text = match table.format() {
        TableFormat::Text => (forms.text)(answer, style()),
        TableFormat::Csv => csv_begins(&table.output).to_string() + &(forms.csv)(answer),
        TableFormat::Json => (forms.json)(answer) + "\n",
        TableFormat::Svg => bail!("--format svg draws counts over time: timeline, compare and terms have them"),
    };
    if table.format() != TableFormat::Json {
        request::notes(&[], said.notes);
    }
    write_to(table.output.output.as_deref(), |out| Ok(out.write_all(text.as_bytes())?))?;
    if table.format() == TableFormat::Text {
        let cut = if said.cut_short { "; the search was ended before it was done" } else { "" };
        eprintln!("{}{cut}", said.counted);
    }
    Ok(())
}

/// Runs `terms`.
pub fn terms(index: &Path, args: &TermsArgs) -> anyhow::Result<Outcome> {
    terms_of(&request::open(index)?, args)
}

/// `terms` of an archive.
pub fn terms_of(archive: &dyn Read, args: &TermsArgs) -> anyhow::Result<Outcome> {
    let synonyms = request::synonyms(archive, &args.conditions)?;
    let word = fold(args.word.trim());
    let synonyms = synonyms.as_deref().map_or_else(|| archive.synonyms(), Ok)?;
    let others = synonyms.lookup(&word);
    if others.is_empty() {
        eprintln!("note: {}: no synonym of it is known; --synonym-file adds your own", args.word.trim());
    }
    let all: Vec<&str> = std::iter::once(word.as_str()).chain(others.iter().copied()).collect();
    for term in &all {
        let longer: Vec<&str> = all.iter().copied().filter(|other| other != term && other.contains(term)).collect();
        if !longer.is_empty() {
            eprintln!("note: {term} stands inside {} too, and is counted there", longer.join(", "));
        }
    }
    let filters = request::filters(&args.conditions)?;
    let request = |term: &str| {
        let mut query = Query::phrase(term);
        query.text = term.to_string();
        let mut request = Request { filters: filters.clone(), occurrences: true, ..Request::new(query) };
        request::widen(&mut request, &args.conditions);
        request
    };
    let terms = std::iter::once(args.word.trim()).chain(others);
    print_comparison(archive, terms.map(request).collect(), &args.conditions, args.by, args.per, &args.table)
}
