//! `timeline`, `facets`, `similar`, `why-not`, `complete`: looks at the archive by way of a query or an article.

use std::path::Path;

use anyhow::bail;

use super::args::{QueryArgs, StepArg, TableArgs, TableFormat, WhyNotArgs};
use super::ask::{self, remarks};
use super::outcome::Outcome;
use super::output::{csv_begins, print, style, write_to};
use gongxun_core::article::ArticleId;
use gongxun_core::index::Snapshot;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Read as _, Request};
use gongxun_core::view;

/// `timeline`
pub fn timeline(index: &Path, args: &QueryArgs, by: StepArg, table: &TableArgs) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let request = ask::request(&args.query, &args.conditions)?;
    let timeline = snapshot.timeline(&request, step(by), &ask::control(&args.conditions))?;
    let text = match table.format() {
        TableFormat::Json => view::timeline::json(&timeline) + "\n",
        TableFormat::Csv => csv_begins(&table.output).to_string() + &view::csv::timeline(&timeline),
        TableFormat::Text if timeline.counted() > 0 => view::timeline::chart(&timeline, style()),
        TableFormat::Text => String::new(),
    };
    if table.format() != TableFormat::Json {
        ask::notes(&timeline.query_notes, &timeline.notes);
    }
    write_to(table.output.output.as_deref(), |out| Ok(out.write_all(text.as_bytes())?))?;
    if table.format() == TableFormat::Text {
        let cut = if timeline.cut_short { "; the search was ended before it was done" } else { "" };
        eprintln!("{} of {} articles{cut}", timeline.counted(), snapshot.articles());
    }
    Ok(found(timeline.counted()))
}

/// The length of a period.
pub fn step(by: StepArg) -> Step {
    match by {
        StepArg::Day => Step::Day,
        StepArg::Month => Step::Month,
        StepArg::Year => Step::Year,
    }
}

/// `facets`
pub fn facets(index: &Path, args: &QueryArgs, table: &TableArgs) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let request = Request { limit: 0, facets: true, ..ask::request(&args.query, &args.conditions)? };
    let results = snapshot.answer(&request, &ask::control(&args.conditions))?;
    let facets = results.facets.clone().unwrap_or_default();
    let text = match table.format() {
        TableFormat::Json => view::json::counts(&results) + "\n",
        TableFormat::Csv => csv_begins(&table.output).to_string() + &view::csv::facets(&facets),
        TableFormat::Text => view::terminal::facets(&facets, style()),
    };
    if table.format() != TableFormat::Json {
        remarks(&results);
    }
    if table.format() == TableFormat::Text {
        eprintln!("{}", view::terminal::summary(&results));
    }
    write_to(table.output.output.as_deref(), |out| Ok(out.write_all(text.as_bytes())?))?;
    let of = |counted: bool, total: u64| if counted { total } else { 0 };
    Ok(found(
        results.total
            + of(request.count.synonyms(), results.synonym_total)
            + of(request.count.partial(), results.partial_total),
    ))
}

/// `similar`
pub fn similar(index: &Path, id: &str, limit: usize, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let Some(results) = snapshot.similar(&ArticleId(id.to_string()), limit)? else {
        return no_article(index, id);
    };
    if json {
        print(&(view::json::answer(&results) + "\n"))?;
    } else {
        results.notes.iter().for_each(|note| eprintln!("note: {note}"));
        print(&view::terminal::hits(&results, 0, style()))?;
    }
    Ok(found(results.hits.len() as u64))
}

/// `reprints`
pub fn reprints(index: &Path, id: &str, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let id = ArticleId(id.to_string());
    let Some(copies) = snapshot.copies_of(&id)? else { return no_article(index, &id.0) };
    if json {
        print(&(view::reprints::json(&id, &copies) + "\n"))?;
    } else if copies.is_empty() {
        eprintln!("{id}: no other copy");
    } else {
        print(&view::reprints::text(&copies))?;
    }
    Ok(found(copies.len() as u64))
}

/// `why-not`: the last part is the id, as the query is as many parts as one likes.
pub fn why_not(index: &Path, args: &WhyNotArgs) -> anyhow::Result<Outcome> {
    let Some((id, parts)) = args.query_and_id.split_last() else { bail!("write a query, and an article's id") };
    let snapshot = Snapshot::open(index)?;
    let request = ask::request(parts, &args.conditions)?;
    let Some(answer) = snapshot.why_not(&request, &ArticleId(id.clone()))? else {
        return no_article(index, id);
    };
    if args.json {
        print(&(view::why_not::json(&request.query.text, &answer) + "\n"))?;
    } else {
        request.query.notes.iter().for_each(|note| eprintln!("note: {}", note.message));
        print(&view::why_not::text(&answer))?;
    }
    Ok(Outcome::Found)
}

/// `complete`
pub fn complete(index: &Path, prefix: &str, limit: usize, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = Snapshot::open(index)?;
    let words = snapshot.complete(prefix, limit)?;
    let text = if json {
        let words: Vec<_> = words
            .iter()
            .map(|completion| serde_json::json!({"word": completion.word, "articles": completion.articles}))
            .collect();
        serde_json::to_string(&words)? + "\n"
    } else {
        words.iter().map(|completion| completion.word.clone() + "\n").collect()
    };
    print(&text)?;
    Ok(found(words.len() as u64))
}

/// What stops a command that was given an id that no article has.
pub fn no_article(index: &Path, id: &str) -> anyhow::Result<Outcome> {
    let hint = if ArticleId::is_valid(id) { "" } else { "; an id is what search prints under each hit" };
    bail!("{id}: no article of this id in {}{hint}", index.display())
}

fn found(count: u64) -> Outcome {
    if count > 0 { Outcome::Found } else { Outcome::Nothing }
}
