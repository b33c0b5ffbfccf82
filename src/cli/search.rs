//! `search`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::args::{Format, SearchArgs, SortArg};
use super::ask::{self, remarks, synonyms};
use super::build;
use super::outcome::Outcome;
use super::output::{print, style};
use gongxun_core::article::{Article, Date};
use gongxun_core::error::Error;
use gongxun_core::index::{DocAddress, Resources, Snapshot};
use gongxun_core::query::{self, Filter};
use gongxun_core::search::every::every;
use gongxun_core::search::{Request, Sort};
use gongxun_core::view;
use gongxun_ingest::ingest::Prune;

pub fn search(index: &Path, args: SearchArgs) -> anyhow::Result<Outcome> {
    if let Some(corpus) = &args.corpus {
        take_in(index, corpus)?;
    }
    let snapshot = Snapshot::open(index)?;
    let request = request(&args)?;
    let results = gongxun_core::search::search(&snapshot, &request, &*synonyms(&args.query.conditions)?)?;
    remarks(&request, &results);
    match args.format {
        Format::Text => {
            let style = style();
            eprintln!("{}", view::terminal::summary(&results));
            let mut text = view::terminal::hits(&results, args.offset, style);
            text.push_str(&view::terminal::pages(&results.pages));
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
            let articles: Vec<&Article> = results.hits.iter().map(|hit| &*hit.article).collect();
            print(&citations(&articles, args.format))?;
        }
    }
    Ok(if results.hits.is_empty() && results.pages.is_empty() { Outcome::Nothing } else { Outcome::Found })
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
    let mut request = ask::request(&args.query.query, &args.query.conditions)?;
    request.sort = match args.sort {
        SortArg::Relevance => Sort::Relevance,
        SortArg::Newest => Sort::Newest,
        SortArg::Oldest => Sort::Oldest,
    };
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
