//! A query with its conditions, as all commands with a query take it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};

use super::args::ConditionArgs;
use gongxun_core::control::Control;
use gongxun_core::index::Snapshot;
use gongxun_core::index::config::Config;
use gongxun_core::named_file;
use gongxun_core::query::{self, Filter, Note, Query};
use gongxun_core::search::{Breadth, Copies, Read, Request, Results};
pub use gongxun_core::view::terminal::articles;
use gongxun_text::charset;
use gongxun_text::synonyms::Synonyms;

/// Makes the request for a query, which may have any number of parts.
pub fn request(archive: &dyn Read, parts: &[String], conditions: &ConditionArgs) -> anyhow::Result<Request> {
    let filters = filters(conditions)?;
    let text = parts.join(" ");
    let query = match (text.trim().is_empty(), filters.is_empty()) {
        (true, true) => bail!("write a query or a filter: --editor, --source, --from …"),
        // A filter alone is a query, too.
        (true, false) => {
            let mut query = Query::default();
            query.text = text;
            query
        }
        _ => query::parse(&text),
    };
    let mut request = Request::new(query);
    widen(&mut request, conditions);
    request.filters = filters;
    request.synonyms = synonyms(archive, conditions)?;
    Ok(request)
}

/// Sets the kinds of matches that a request includes, and whether each copy counts.
pub fn widen(request: &mut Request, conditions: &ConditionArgs) {
    request.breadth =
        Breadth::of(!conditions.exact && !conditions.no_synonyms, !conditions.exact && !conditions.no_partial);
    request.count = Breadth::of(conditions.synonyms, conditions.partial);
    request.copies = if conditions.all_copies { Copies::All } else { Copies::Collapsed };
}

/// Returns the filters that the arguments set.
pub fn filters(conditions: &ConditionArgs) -> anyhow::Result<Vec<Filter>> {
    let filters = [
        conditions.source.clone().map(Filter::Source),
        conditions.outlet.clone().map(Filter::Outlet),
        conditions.editor.clone().map(Filter::Editor),
        conditions.author.clone().map(Filter::Author),
        conditions.proofreader.clone().map(Filter::Proofreader),
        conditions.section.clone().map(Filter::Section),
    ];
    let mut filters: Vec<Filter> = filters.into_iter().flatten().collect();
    let day = |text: &Option<String>, flag: &str| match text {
        Some(text) => query::parse_date_range(text)
            .with_context(|| format!("{flag} {text}: not a date; write 2025-01-15, 2025-01 or 2025"))
            .map(Some),
        None => Ok(None),
    };
    let from = day(&conditions.from, "--from")?.and_then(|(from, _)| from);
    let to = day(&conditions.to, "--to")?.and_then(|(_, to)| to);
    if from.is_some() || to.is_some() {
        filters.push(Filter::Date { from, to });
    }
    Ok(filters)
}

/// Returns the control that ends the search at its deadline, if one is set.
pub fn control(conditions: &ConditionArgs) -> Control<'static> {
    let control = Control::default();
    match conditions.deadline.and_then(|seconds| Instant::now().checked_add(seconds)) {
        Some(deadline) => control.deadline(deadline),
        None => control,
    }
}

/// Reads the synonyms of the archive, with the user's if a file is given; `None` for those of the archive alone. Spreadsheets
/// save such files in GBK, so the charset is detected.
pub fn synonyms(archive: &dyn Read, conditions: &ConditionArgs) -> anyhow::Result<Option<Arc<Synonyms>>> {
    let Some(file) = &conditions.synonym_file else { return Ok(None) };
    let bytes = named_file::read(file)?;
    let synonyms = archive.synonyms()?.with_user(&charset::decode(&bytes, None, false).text);
    Ok(Some(Arc::new(synonyms.with_context(|| file.display().to_string())?)))
}

/// Opens an index for a query. If its `gongxun.toml` differs from what the index has recorded, a note says so: searches use
/// the record.
pub fn open(index: &Path) -> anyhow::Result<Snapshot> {
    let config = Config::read(index)?;
    let snapshot = Snapshot::open(index)?;
    if let Some(config) = config
        && let Some(what) = config.differs(&snapshot.generation, &snapshot.commit.choices)?
    {
        eprintln!("note: {what}");
    }
    Ok(snapshot)
}

/// Prints the notes on a query and its answer, for people.
pub fn remarks(results: &Results) {
    notes(&results.query_notes, &results.notes);
    results.suggestions.iter().for_each(|other| eprintln!("note: {}", other.question()));
}

/// Prints the notes of a parser and of a search, for people.
pub fn notes(of_query: &[Note], of_search: &[String]) {
    of_query.iter().for_each(|note| eprintln!("note: {}", note.message));
    of_search.iter().for_each(|note| eprintln!("note: {note}"));
}

/// Formats a number of words.
pub fn words(count: u64) -> String {
    if count == 1 { "1 word".into() } else { format!("{count} words") }
}

/// Formats a number of occurrences in a number of articles.
pub fn occurrences(occurrences: u64, of_articles: u64) -> String {
    let plural = if occurrences == 1 { "" } else { "s" };
    format!("{occurrences} occurrence{plural} in {}", articles(of_articles))
}
