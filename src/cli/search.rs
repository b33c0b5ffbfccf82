//! `search`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;

use super::Outcome;
use super::args::{Format, QueryArgs, SearchArgs, SortArg};
use super::build;
use super::output::{print, style};
use crate::article::{Article, Date};
use crate::error::Error;
use crate::index::{DocAddress, Resources, Snapshot};
use crate::ingest::Prune;
use crate::query::{self, Filter};
use crate::search::every::every;
use crate::search::plan::Breadth;
use crate::search::{Copies, Request, Results, Sort};
use crate::text::synonyms::Synonyms;
use crate::view;

pub fn search(index: &Path, args: SearchArgs) -> anyhow::Result<Outcome> {
    if let Some(corpus) = &args.corpus {
        take_in(index, corpus)?;
    }
    let snapshot = Snapshot::open(index)?;
    let request = request(&args)?;
    let results = crate::search::search(&snapshot, &request, Synonyms::builtin())?;
    remarks(&request, &results);
    match args.format {
        Format::Text => {
            let style = style();
            eprintln!("{}", view::terminal::summary(&results));
            let mut text = view::terminal::hits(&results, args.offset, style);
            if let Some(facets) = &results.facets {
                text.push('\n');
                text.push_str(&view::terminal::facets(facets, style));
            }
            print(&text)?;
            if results.hits.is_empty() && results.total + results.partial_total > 0 {
                eprintln!("--offset {} is past the end", args.offset);
            }
        }
        Format::Json => print(&(view::json::answer(&request.query, &results) + "\n"))?,
        Format::Jsonl => {
            let lines: String = results.hits.iter().map(|hit| view::json::line(hit) + "\n").collect();
            print(&lines)?;
        }
        Format::Csv | Format::Ris | Format::Bibtex | Format::Gbt7714 => {
            let articles: Vec<&Article> = results.hits.iter().map(|hit| &hit.article).collect();
            print(&citations(&articles, args.format))?;
        }
    }
    Ok(if results.hits.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

/// What there is to say about a query and its answer, for people.
pub fn remarks(request: &Request, results: &Results) {
    request.query.notes.iter().for_each(|note| eprintln!("note: {}", note.message));
    results.notes.iter().for_each(|note| eprintln!("note: {note}"));
    results.suggestions.iter().for_each(|other| eprintln!("note: {}", view::terminal::suggestion(other)));
}

/// The articles in a format for spreadsheets and reference managers, cited today.
fn citations(articles: &[&Article], format: Format) -> String {
    let cited = Date::now().map(|now| Date { time: None, ..now });
    match format {
        Format::Ris => view::ris::write(articles, cited),
        Format::Bibtex => view::bibtex::write(articles, cited),
        Format::Gbt7714 => view::gbt7714::write(articles, cited),
        _ => view::csv::write(articles, view::csv::Text::Without),
    }
}

/// What the arguments ask for.
fn request(args: &SearchArgs) -> anyhow::Result<Request> {
    let mut request = query_request(&args.query)?;
    request.sort = match args.sort {
        SortArg::Relevance => Sort::Relevance,
        SortArg::Newest => Sort::Newest,
        SortArg::Oldest => Sort::Oldest,
    };
    request.breadth = if args.exact { Breadth::Exact } else { Breadth::Wide };
    request.copies = if args.all_copies { Copies::All } else { Copies::Collapsed };
    request.limit = args.limit;
    request.offset = args.offset;
    request.facets = args.facets;
    request.snippet_length = args.snippet_length;
    request.explain = args.explain;
    Ok(request)
}

/// The articles that a query, a source or both name: what was typed and no more, every copy by itself.
pub fn matching(snapshot: &Snapshot, query: Option<&str>, source: Option<&str>) -> anyhow::Result<Vec<DocAddress>> {
    let query = query::parse(query.unwrap_or_default());
    query.notes.iter().for_each(|note| eprintln!("note: {}", note.message));
    let filters: Vec<Filter> = source.map(|source| Filter::Source(source.to_string())).into_iter().collect();
    Ok(every(snapshot, &query, &filters)?)
}

/// The request for a query with its filters.
pub fn query_request(args: &QueryArgs) -> anyhow::Result<Request> {
    let mut request = Request::new(query::parse(&args.query.join(" ")));
    let filters = [
        args.source.clone().map(Filter::Source),
        args.outlet.clone().map(Filter::Outlet),
        args.editor.clone().map(Filter::Editor),
        args.author.clone().map(Filter::Author),
        args.section.clone().map(Filter::Section),
    ];
    request.filters = filters.into_iter().flatten().collect();
    let day = |text: &Option<String>, flag: &str| match text {
        Some(text) => query::parse_date_range(text)
            .with_context(|| format!("{flag} {text}: no date; write 2025-01-15, 2025-01 or 2025"))
            .map(Some),
        None => Ok(None),
    };
    let from = day(&args.from, "--from")?.and_then(|(from, _)| from);
    let to = day(&args.to, "--to")?.and_then(|(_, to)| to);
    if from.is_some() || to.is_some() {
        request.filters.push(Filter::Date { from, to });
    }
    Ok(request)
}

/// Does what `index --prune` does for the corpus. Where that can't be done now, the index as it is must do.
fn take_in(index: &Path, corpus: &Path) -> anyhow::Result<()> {
    let stop = AtomicBool::new(false);
    let options = build::options(vec![corpus.to_path_buf()], &Default::default(), Prune::BelowPaths, &stop)?;
    match build::ingest_current(index, None, &options, Resources::default(), &mut ()) {
        Ok(report) => {
            if report.new + report.changed + report.removed > 0 {
                eprintln!("{}", build::summary(&report));
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
