//! `search`.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::args::{Format, ReadArgs, SearchArgs, SortArg};
use super::outcome::Outcome;
use super::output::{csv_begins, style, write_to};
use super::request::{self, remarks};
use super::{batch, ingest};
use gongxun_core::article::Date;
use gongxun_core::error::Error;
use gongxun_core::index::{DocAddress, Resources, Snapshot};
use gongxun_core::query::{self, Filter};
use gongxun_core::search::select::addresses;
use gongxun_core::search::{Hit, Read, Request, Sort};
use gongxun_core::view;
use gongxun_ingest::ingest::Prune;

pub fn search(index: &Path, args: SearchArgs) -> anyhow::Result<Outcome> {
    if let Some(corpus) = &args.corpus {
        take_in(index, corpus)?;
    }
    of(&request::open(index)?, &args)
}

/// Runs `search` on an archive.
pub fn of(archive: &dyn Read, args: &SearchArgs) -> anyhow::Result<Outcome> {
    if let Some(queries) = &args.queries {
        return batch::batch(archive, queries, args);
    }
    let request = request(archive, args)?;
    match args.format {
        Format::Text | Format::Json => page(archive, &request, args),
        _ => export(archive, &request, args),
    }
}

/// Prints a page of hits, with all notes on it.
fn page(archive: &dyn Read, request: &Request, args: &SearchArgs) -> anyhow::Result<Outcome> {
    let conditions = &args.query.conditions;
    let results = archive.answer(request, &request::control(conditions))?;
    remarks(&results);
    let text = if args.format == Format::Json {
        view::json::answer(&results) + "\n"
    } else {
        let style = style();
        eprintln!("{}", view::terminal::summary(&results));
        let mut text = view::terminal::hits(&results, args.offset, style);
        text.push_str(&view::terminal::pages(&results.pages));
        if let Some(facets) = &results.facets {
            text.push('\n');
            text.push_str(&view::terminal::facets(facets, style));
        }
        text
    };
    write_to(args.output.output.as_deref(), |out| Ok(out.write_all(text.as_bytes())?))?;
    let found = results.total + results.synonym_total + results.partial_total;
    if results.hits.is_empty() && args.offset > 0 && found > 0 {
        eprintln!("--offset {} is past the end", args.offset);
    }
    Ok(if results.hits.is_empty() && results.pages.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

/// Prints all matches, one by one: full matches, and others if they are asked for.
fn export(archive: &dyn Read, request: &Request, args: &SearchArgs) -> anyhow::Result<Outcome> {
    let conditions = &args.query.conditions;
    let control = request::control(conditions);
    let cited = Date::now().map(|now| now.without_time());
    let mut selection = None;
    write_to(args.output.output.as_deref(), |out| {
        if args.format == Format::Csv {
            write!(out, "{}{}", csv_begins(&args.output), view::csv::header())?;
        }
        let mut number = 0;
        // A closed output is no error of the library; it is kept here and reported at the end.
        let mut closed: Option<std::io::Error> = None;
        let selected = archive.select(request, &control, &mut |hit| {
            number += 1;
            let text = record(&hit, args.format, number, cited);
            out.write_all(text.as_bytes()).map_err(|error| {
                closed = Some(error);
                Error::Interrupted
            })
        });
        closed.map_or(Ok(()), Err)?;
        selection = Some(selected?);
        Ok(())
    })?;
    let Some(selection) = selection else { return Ok(Outcome::Nothing) };
    request::notes(&request.query.notes, &selection.notes);
    let left = selection.total.saturating_sub(args.offset as u64 + selection.given);
    if left > 0 && selection.given > 0 {
        eprintln!("note: {left} more match; --limit gives more, and without it a file or pipe gets all");
    }
    Ok(if selection.given == 0 { Outcome::Nothing } else { Outcome::Found })
}

/// Formats a hit for programs, spreadsheets and reference managers.
fn record(hit: &Hit, format: Format, number: usize, cited: Option<Date>) -> String {
    let article = &hit.article;
    match format {
        Format::Text | Format::Json | Format::Jsonl => view::json::line(hit) + "\n",
        Format::Csv => view::csv::record(article, hit.kind, &hit.matched_credits),
        Format::Ris => view::ris::write(&[article], cited),
        Format::Bibtex if number > 1 => "\n".to_string() + &view::bibtex::write(&[article], cited),
        Format::Bibtex => view::bibtex::write(&[article], cited),
        Format::Gbt7714 => format!("[{number}] {}\n", view::gbt7714::reference(article, cited)),
    }
}

/// Converts the arguments to a request.
fn request(archive: &dyn Read, args: &SearchArgs) -> anyhow::Result<Request> {
    let mut request = request::request(archive, &args.query.query, &args.query.conditions)?;
    request.sort = match args.sort {
        SortArg::Relevance => Sort::Relevance,
        SortArg::Newest => Sort::Newest,
        SortArg::Oldest => Sort::Oldest,
    };
    let to_terminal = args.output.output.is_none() && std::io::stdout().is_terminal();
    let is_page = matches!(args.format, Format::Text | Format::Json) || to_terminal;
    request.limit = args.limit.unwrap_or(if is_page { Request::DEFAULT_LIMIT } else { usize::MAX });
    request.offset = args.offset;
    request.facets = args.facets;
    request.occurrences = args.facets;
    request.snippet_length = args.snippet_length;
    if !matches!(args.format, Format::Text | Format::Json | Format::Jsonl) {
        request.snippet_length = 0;
    }
    request.second_stage = args.second_stage;
    request.explain = args.explain;
    Ok(request)
}

/// Returns the articles, and the pages without one, that satisfy a query, a source or both: full matches, every copy by
/// itself.
pub fn matching(
    snapshot: &Snapshot,
    query: Option<&str>,
    source: Option<&str>,
) -> anyhow::Result<(Vec<DocAddress>, Vec<DocAddress>)> {
    let query = query.map(query::parse).unwrap_or_default();
    query.notes.iter().for_each(|note| eprintln!("note: {}", note.message));
    let filters: Vec<Filter> = source.map(|source| Filter::Source(source.to_string())).into_iter().collect();
    Ok(addresses(snapshot, &query, &filters)?)
}

/// Updates the index from the corpus as `index --prune` does. If that is not possible now, the index is used as it is.
pub fn take_in(index: &Path, corpus: &Path) -> anyhow::Result<()> {
    let stop = AtomicBool::new(false);
    let options = ingest::read_options(vec![corpus.to_path_buf()], &ReadArgs::default(), &stop)?;
    let options = options.prune(Prune::BelowPaths);
    match ingest::ingest_current(index, None, &options, Resources::default(), &mut ()) {
        Ok(report) => {
            if report.new + report.changed + report.removed + report.pages_removed > 0 {
                eprintln!("{}", ingest::summary(&report));
            }
            Ok(())
        }
        Err(error @ (Error::Busy(_) | Error::Io { .. })) if Snapshot::open(index).is_ok() => {
            eprintln!("note: searching the index as it is: {error}");
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
