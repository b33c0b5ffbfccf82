//! The commands that read an index and change nothing: `timeline`, `facets`, `similar`, `reprints`, `why-not`,
//! `complete`, `show`, `cite`, `stats`, `verify`; and those that need no index: `segment`, `completions`, `man`.

use std::fmt::Display;
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::CommandFactory as _;

use super::args::{Args, QueryArgs, SegmentArgs, StepArg, StyleArg, TableArgs, TableFormat, WhyNotArgs};
use super::outcome::Outcome;
use super::output::{csv_begins, print, style, write_to};
use super::request::{self, remarks};
use super::settings;
use super::svg;
use gongxun_core::article::{Article, ArticleId, Date};
use gongxun_core::control::Control;
use gongxun_core::error::Error;
use gongxun_core::index::Snapshot;
use gongxun_core::named_file;
use gongxun_core::search::compare::Comparison;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Read, Request};
use gongxun_core::verify::{self, Extent};
use gongxun_core::view::{self, clean};
use gongxun_text::fold::fold;
use gongxun_text::segment::{Hmm, Segmenter};

/// Runs `timeline`.
pub fn timeline(index: &Path, args: &QueryArgs, by: StepArg, table: &TableArgs) -> anyhow::Result<Outcome> {
    timeline_of(&request::open(index)?, args, by, table)
}

/// Runs `timeline` on an archive.
pub fn timeline_of(archive: &dyn Read, args: &QueryArgs, by: StepArg, table: &TableArgs) -> anyhow::Result<Outcome> {
    let request = Request { occurrences: true, ..request::request(archive, &args.query, &args.conditions)? };
    let timeline = archive.timeline(&request, step(by), &request::control(&args.conditions))?;
    let text = match table.format() {
        TableFormat::Json => view::timeline::json(&timeline) + "\n",
        TableFormat::Csv => csv_begins(&table.output).to_string() + &view::csv::timeline(&timeline),
        TableFormat::Text if timeline.counted() > 0 => view::timeline::chart(&timeline, style()),
        TableFormat::Text => String::new(),
        TableFormat::Svg => svg::render(&Comparison::of(vec![timeline.clone()]), &svg::labels(settings::language()))?,
    };
    if table.format() != TableFormat::Json {
        request::notes(&timeline.query_notes, &timeline.notes);
    }
    write_to(table.output.output.as_deref(), |out| Ok(out.write_all(text.as_bytes())?))?;
    if table.format() == TableFormat::Text {
        let cut = if timeline.cut_short { "; the search was ended before it was done" } else { "" };
        let occurrences = timeline.occurrences.map(|n| format!(", {n} occurrence{}", if n == 1 { "" } else { "s" }));
        let occurrences = occurrences.unwrap_or_default();
        eprintln!("{} of {} articles{occurrences}{cut}", timeline.counted(), archive.articles());
    }
    Ok(found(timeline.counted()))
}

/// Converts the length of a period.
pub fn step(by: StepArg) -> Step {
    match by {
        StepArg::Day => Step::Day,
        StepArg::Month => Step::Month,
        StepArg::Year => Step::Year,
    }
}

/// Runs `facets`.
pub fn facets(index: &Path, args: &QueryArgs, table: &TableArgs) -> anyhow::Result<Outcome> {
    facets_of(&request::open(index)?, args, table)
}

/// Runs `facets` on an archive.
pub fn facets_of(archive: &dyn Read, args: &QueryArgs, table: &TableArgs) -> anyhow::Result<Outcome> {
    let request = Request {
        limit: 0,
        facets: true,
        occurrences: true,
        ..request::request(archive, &args.query, &args.conditions)?
    };
    let results = archive.answer(&request, &request::control(&args.conditions))?;
    let facets = results.facets.clone().unwrap_or_default();
    let text = match table.format() {
        TableFormat::Json => view::json::counts(&results) + "\n",
        TableFormat::Csv => csv_begins(&table.output).to_string() + &view::csv::facets(&facets),
        TableFormat::Text => view::terminal::facets(&facets, style()),
        TableFormat::Svg => bail!("--format svg draws counts over time: timeline, compare and terms have them"),
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

/// Runs `similar`.
pub fn similar(index: &Path, id: &str, limit: usize, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = request::open(index)?;
    let id = article_id(&snapshot, index, id)?;
    similar_of(&snapshot, &index.display(), &id, limit, json)
}

/// `similar` of an archive, which messages call `name`.
pub fn similar_of(
    archive: &dyn Read,
    name: &dyn Display,
    id: &ArticleId,
    limit: usize,
    json: bool,
) -> anyhow::Result<Outcome> {
    let Some(results) = archive.similar(id, limit, &Control::default())? else { return no_article(name, &id.0) };
    if json {
        print(&(view::json::answer(&results) + "\n"))?;
    } else {
        results.notes.iter().for_each(|note| eprintln!("note: {note}"));
        print(&view::terminal::hits(&results, 0, style()))?;
    }
    Ok(found(results.hits.len() as u64))
}

/// Runs `reprints`.
pub fn reprints(index: &Path, id: &str, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = request::open(index)?;
    let id = article_id(&snapshot, index, id)?;
    reprints_of(&snapshot, &index.display(), &id, json)
}

/// `reprints` of an archive, which messages call `name`.
pub fn reprints_of(archive: &dyn Read, name: &dyn Display, id: &ArticleId, json: bool) -> anyhow::Result<Outcome> {
    let Some(copies) = archive.copies_of(id)? else { return no_article(name, &id.0) };
    if json {
        print(&(view::reprints::json(id, &copies) + "\n"))?;
    } else if copies.is_empty() {
        eprintln!("{id}: no other copy");
    } else {
        print(&view::reprints::text(&copies, settings::language()))?;
    }
    Ok(found(copies.len() as u64))
}

/// Runs `why-not`. The last part is the id, since the query may have any number of parts.
pub fn why_not(index: &Path, args: &WhyNotArgs) -> anyhow::Result<Outcome> {
    let snapshot = request::open(index)?;
    why_not_of(&snapshot, &index.display(), args, |id| article_id(&snapshot, index, id))
}

/// `why-not` of an archive, which messages call `name`. `whole` returns the id that was typed.
pub fn why_not_of(
    archive: &dyn Read,
    name: &dyn Display,
    args: &WhyNotArgs,
    whole: impl FnOnce(&str) -> anyhow::Result<ArticleId>,
) -> anyhow::Result<Outcome> {
    let Some((id, parts)) = args.query_and_id.split_last() else { bail!("write a query, and an article's id") };
    let request = request::request(archive, parts, &args.conditions)?;
    let id = whole(id)?;
    let Some(answer) = archive.why_not(&request, &id, &request::control(&args.conditions))? else {
        return no_article(name, &id.0);
    };
    if args.plain.is_json() {
        print(&(view::why_not::json(&request.query.text, &answer) + "\n"))?;
    } else {
        request.query.notes.iter().for_each(|note| eprintln!("note: {}", note.message));
        print(&view::why_not::text(&answer, settings::language()))?;
    }
    Ok(Outcome::Found)
}

/// Runs `complete`.
pub fn complete(index: &Path, prefix: &str, limit: usize, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = request::open(index)?;
    let words = snapshot.complete(prefix, limit, &Control::default())?;
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

/// The least characters of an id's beginning that identify it.
const LEAST_OF_ID: usize = 4;
/// The most ids that are listed if several begin alike.
const NAMED_IDS: usize = 5;

/// Returns the given id, or the only one with this beginning.
fn article_id(snapshot: &Snapshot, index: &Path, given: &str) -> anyhow::Result<ArticleId> {
    let id = ArticleId(given.to_string());
    if given.len() < LEAST_OF_ID || snapshot.find(&id)?.is_some() {
        return Ok(id);
    }
    the_only(snapshot.ids_beginning(given, NAMED_IDS)?, index, given)
}

/// Returns the only one of the ids that begin with what was given.
fn the_only(mut ids: Vec<ArticleId>, index: &Path, given: &str) -> anyhow::Result<ArticleId> {
    match (ids.pop(), ids.as_slice()) {
        (Some(only), []) => Ok(only),
        (None, _) => no_article(&index.display(), given).map(|_| ArticleId(given.to_string())),
        (Some(last), _) => {
            ids.push(last);
            let ids: Vec<&str> = ids.iter().map(|id| id.0.as_str()).collect();
            bail!("{given}: more than one article has an id that begins so: {}", ids.join(", "))
        }
    }
}

/// Fails because no article has this id.
pub fn no_article(archive: &dyn Display, id: &str) -> anyhow::Result<Outcome> {
    let hint = if ArticleId::is_valid(id) { "" } else { "; an id is what search prints under each hit" };
    bail!("{id}: no article of this id in {archive}{hint}")
}

fn found(count: u64) -> Outcome {
    if count > 0 { Outcome::Found } else { Outcome::Nothing }
}

/// Runs `show`.
pub fn show(index: &Path, id: &str, json: bool) -> anyhow::Result<Outcome> {
    let snapshot = request::open(index)?;
    let whole = ArticleId(id.into());
    let is_whole = snapshot.find(&whole)?.is_some() || !snapshot.find_pages(&whole)?.is_empty();
    let id = if is_whole || id.len() < LEAST_OF_ID {
        whole
    } else {
        let mut ids = snapshot.ids_beginning(id, NAMED_IDS)?;
        ids.extend(snapshot.page_ids_beginning(id, NAMED_IDS)?);
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(NAMED_IDS);
        the_only(ids, index, id)?
    };
    if snapshot.find(&id)?.is_none()
        && let Some(page) = snapshot.find_pages(&id)?.first()
    {
        return show_article(&snapshot.page(*page)?, json);
    }
    show_of(&snapshot, &index.display(), &id, json)
}

/// `show` of an archive, which messages call `name`.
pub fn show_of(archive: &dyn Read, name: &dyn Display, id: &ArticleId, json: bool) -> anyhow::Result<Outcome> {
    match archive.by_id(id)? {
        Some(article) => show_article(&article, json),
        None => no_article(name, &id.0),
    }
}

fn show_article(article: &Article, json: bool) -> anyhow::Result<Outcome> {
    if json {
        print(&(serde_json::to_string(article)? + "\n"))?;
    } else {
        print(&view::article::text(article, settings::language()))?;
    }
    Ok(Outcome::Found)
}

/// Runs `cite`.
pub fn cite(index: &Path, ids: &[String], style: Option<StyleArg>) -> anyhow::Result<Outcome> {
    let snapshot = request::open(index)?;
    let ids = ids.iter().map(|id| article_id(&snapshot, index, id)).collect::<anyhow::Result<Vec<_>>>()?;
    cite_of(&snapshot, &index.display(), &ids, style)
}

/// `cite` of an archive, which messages call `name`.
pub fn cite_of(
    archive: &dyn Read,
    name: &dyn Display,
    ids: &[ArticleId],
    style: Option<StyleArg>,
) -> anyhow::Result<Outcome> {
    let mut articles = Vec::new();
    for id in ids {
        match archive.by_id(id)? {
            Some(article) => articles.push(article),
            None => return no_article(name, &id.0),
        }
    }
    let articles: Vec<&Article> = articles.iter().collect();
    let cited = Date::now().map(|now| now.without_time());
    let text = match style {
        Some(StyleArg::Gbt7714) => view::gbt7714::write(&articles, cited),
        Some(StyleArg::Ris) => view::ris::write(&articles, cited),
        Some(StyleArg::Bibtex) => view::bibtex::write(&articles, cited),
        None => [view::gbt7714::write, view::ris::write, view::bibtex::write].map(|of| of(&articles, cited)).join("\n"),
    };
    print(&text)?;
    Ok(Outcome::Found)
}

/// Runs `stats`.
pub fn stats(index: &Path, json: bool) -> anyhow::Result<Outcome> {
    stats_of(&request::open(index)?, json)
}

/// `stats` of an archive.
pub fn stats_of(archive: &dyn Read, json: bool) -> anyhow::Result<Outcome> {
    let stats = archive.stats()?;
    let text =
        if json { serde_json::to_string(&stats)? + "\n" } else { view::stats::text(&stats, settings::language()) };
    print(&text)?;
    Ok(Outcome::Found)
}

/// Runs `verify`.
pub fn verify(index: &Path, all: bool, sample: usize, seed: u64) -> anyhow::Result<Outcome> {
    let extent = if all { Extent::All } else { Extent::Sample };
    let report = verify::verify(index, verify::Options::default().sample(sample).extent(extent).seed(seed))?;
    print(&view::verify::text(&report, settings::language()))?;
    Ok(if report.is_sound() { Outcome::Found } else { Outcome::Failed })
}

/// Runs `segment`.
pub fn segment(index: &Path, args: SegmentArgs) -> anyhow::Result<Outcome> {
    let segmenter = match &args.dict {
        Some(file) => {
            let text = named_file::read_text(file)?;
            Segmenter::with_user_dict(&text).with_context(|| file.display().to_string())?
        }
        None => match Snapshot::open(index) {
            Ok(snapshot) => snapshot.segmenter()?.clone(),
            Err(Error::NoIndex(_)) => Segmenter::builtin(),
            Err(error) => return Err(error.into()),
        },
    };
    let folded = fold(&args.text.join(" "));
    let mut tokens = Vec::new();
    if args.search {
        segmenter.cut_for_search(&folded, Hmm::On, &mut tokens);
    } else {
        segmenter.cut(&folded, Hmm::On, &mut tokens);
    }
    let words: Vec<&str> = tokens
        .iter()
        .map(|token| &folded[token.start as usize..token.end as usize])
        .filter(|word| !word.trim().is_empty())
        .collect();
    print(&(clean::line(&words.join(" ")) + "\n"))?;
    Ok(if words.is_empty() { Outcome::Nothing } else { Outcome::Found })
}

/// Runs `completions`.
pub fn completions(shell: clap_complete::Shell) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "gongxun", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Found)
}

/// Runs `man`.
pub fn man() -> anyhow::Result<Outcome> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(Outcome::Found)
}
