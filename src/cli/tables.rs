//! `concordance`, `compare`, `search --queries`: answers as tables, for use in other programs.

use std::path::Path;

use anyhow::{Context as _, bail};

use super::args::{
    CompareArgs, ConcordanceArgs, ConditionArgs, LineFormat, OrderArg, PerArg, StepArg, TableArgs, TableFormat,
};
use super::inspect::step;
use super::outcome::Outcome;
use super::output::{csv_begins, style, write_to};
use super::request;
use super::settings;
use super::svg;
use gongxun_core::error::Error;
use gongxun_core::search::compare::MAX_QUERIES;
use gongxun_core::search::concordance::{Context, Order};
use gongxun_core::search::{Read, Request, concordance};
use gongxun_core::view;

/// Runs `concordance`.
pub fn concordance(index: &Path, args: &ConcordanceArgs) -> anyhow::Result<Outcome> {
    concordance_of(&request::open(index)?, args)
}

/// Runs `concordance` on an archive.
pub fn concordance_of(archive: &dyn Read, args: &ConcordanceArgs) -> anyhow::Result<Outcome> {
    let conditions = &args.query.conditions;
    let request = request::request(archive, &args.query.query, conditions)?;
    if request.query.root.is_none() {
        bail!("write a query: a filter alone has no occurrences");
    }
    let style = style();
    let context = args.context.unwrap_or(match style.width {
        // As much as fits the terminal.
        Some(width) if args.format == LineFormat::Text => width,
        _ => concordance::DEFAULT_CONTEXT,
    });
    let mut options = concordance::Options::default();
    options.context = if args.sentence { Context::Sentence } else { Context::Characters(context) };
    options.order = match args.sort {
        OrderArg::Oldest => Order::Oldest,
        OrderArg::Newest => Order::Newest,
        OrderArg::Left => Order::Left,
        OrderArg::Right => Order::Right,
    };
    options.limit = args.limit.unwrap_or(usize::MAX);
    // A character takes up to two columns.
    let columns = if args.sentence { usize::MAX } else { context.saturating_mul(2) };
    let control = request::control(conditions);
    let mut counts = None;
    write_to(args.output.output.as_deref(), |out| {
        if args.format == LineFormat::Csv {
            write!(out, "{}{}", csv_begins(&args.output), view::concordance::csv_header())?;
        }
        let mut closed: Option<std::io::Error> = None;
        let counted = archive.concordance(&request, &options, &control, &mut |line| {
            let text = match args.format {
                LineFormat::Text => view::concordance::text(&line, columns, style),
                LineFormat::Csv => view::concordance::csv(&line),
                LineFormat::Jsonl => view::concordance::json(&line),
            };
            out.write_all(text.as_bytes()).map_err(|error| {
                closed = Some(error);
                Error::Interrupted
            })
        });
        closed.map_or(Ok(()), Err)?;
        counts = Some(counted?);
        Ok(())
    })?;
    let Some(counts) = counts else { return Ok(Outcome::Nothing) };
    request::notes(&request.query.notes, &counts.notes);
    let cut = if counts.cut_short { "; the search was ended before it was done" } else { "" };
    let given = match counts.given {
        given if given < counts.occurrences => format!(", {given} of them given"),
        _ => String::new(),
    };
    eprintln!("{}{given}{cut}", request::occurrences(counts.occurrences, counts.articles));
    Ok(if counts.occurrences > 0 { Outcome::Found } else { Outcome::Nothing })
}

/// Runs `compare`.
pub fn compare(index: &Path, args: &CompareArgs) -> anyhow::Result<Outcome> {
    compare_of(&request::open(index)?, args)
}

/// Runs `compare` on an archive.
pub fn compare_of(archive: &dyn Read, args: &CompareArgs) -> anyhow::Result<Outcome> {
    if args.queries.len() > MAX_QUERIES {
        bail!("{} queries: compare takes {MAX_QUERIES} at the most", args.queries.len());
    }
    let requests = requests(archive, &args.queries, &args.conditions)?;
    let requests = requests.into_iter().map(|request| Request { occurrences: true, ..request }).collect();
    print_comparison(archive, requests, &args.conditions, args.by, args.per, &args.table)
}

/// Compares requests, and prints the comparison.
pub fn print_comparison(
    archive: &dyn Read,
    mut requests: Vec<Request>,
    conditions: &ConditionArgs,
    by: StepArg,
    per: PerArg,
    table: &TableArgs,
) -> anyhow::Result<Outcome> {
    requests.iter_mut().for_each(|request| request.characters = per == PerArg::Characters);
    let comparison = archive.compare(&requests, step(by), &request::control(conditions))?;
    let text = match table.format() {
        TableFormat::Svg => svg::render(&comparison, &svg::labels(settings::language()))?,
        TableFormat::Json => view::compare::json(&comparison) + "\n",
        TableFormat::Csv => csv_begins(&table.output).to_string() + &view::compare::csv(&comparison),
        TableFormat::Text => view::compare::chart(&comparison, style()),
    };
    if table.format() != TableFormat::Json {
        for query in &comparison.queries {
            let say = |note: &String| eprintln!("note: {}: {}", query.query, settings::language().say(note));
            query.notes.iter().for_each(say);
        }
    }
    write_to(table.output.output.as_deref(), |out| Ok(out.write_all(text.as_bytes())?))?;
    let counts = comparison.queries.iter().map(|query| format!("{} {}", query.query, query.count));
    if table.format() == TableFormat::Text {
        eprintln!("{} of {}", counts.collect::<Vec<_>>().join(", "), request::articles(archive.articles()));
    }
    Ok(if comparison.queries.iter().any(|query| query.count > 0) { Outcome::Found } else { Outcome::Nothing })
}

fn requests(archive: &dyn Read, queries: &[String], conditions: &ConditionArgs) -> anyhow::Result<Vec<Request>> {
    let request =
        |query: &String| request::request(archive, std::slice::from_ref(query), conditions).context(query.clone());
    queries.iter().map(request).collect()
}
