//! A query with its conditions, as every command takes it that asks one.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};

use super::args::ConditionArgs;
use gongxun_core::control::Control;
use gongxun_core::index::Snapshot;
use gongxun_core::index::config::Config;
use gongxun_core::query::{self, Filter, Note, Query};
use gongxun_core::search::{Breadth, Copies, Request, Results};
use gongxun_text::charset;
use gongxun_text::synonyms::Synonyms;

/// The request for a query, which is as many parts as one likes.
pub fn request(snapshot: &Snapshot, parts: &[String], conditions: &ConditionArgs) -> anyhow::Result<Request> {
    let filters = filters(conditions)?;
    let text = parts.join(" ");
    let query = match (text.trim().is_empty(), filters.is_empty()) {
        (true, true) => bail!("write a query, or what it is narrowed by: --editor, --source, --from …"),
        // A filter alone asks for something.
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
    request.synonyms = synonyms(snapshot, conditions)?;
    Ok(request)
}

/// How much a request takes in, and whether copies count each.
pub fn widen(request: &mut Request, conditions: &ConditionArgs) {
    request.breadth =
        Breadth::of(!conditions.exact && !conditions.no_synonyms, !conditions.exact && !conditions.no_partial);
    request.count = Breadth::of(conditions.synonyms, conditions.partial);
    request.copies = if conditions.all_copies { Copies::All } else { Copies::Collapsed };
}

/// What narrows a query.
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
            .with_context(|| format!("{flag} {text}: no date; write 2025-01-15, 2025-01 or 2025"))
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

/// What ends the search, where something does.
pub fn control(conditions: &ConditionArgs) -> Control<'static> {
    let control = Control::default();
    match conditions.deadline.and_then(|seconds| Instant::now().checked_add(seconds)) {
        Some(deadline) => control.deadline(deadline),
        None => control,
    }
}

/// The synonyms of the index, with the user's where a file is given; none for those of the index alone. Spreadsheets save such
/// files in GBK, so its charset is looked at.
pub fn synonyms(snapshot: &Snapshot, conditions: &ConditionArgs) -> anyhow::Result<Option<Arc<Synonyms>>> {
    let Some(file) = &conditions.synonym_file else { return Ok(None) };
    let bytes = std::fs::read(file).with_context(|| format!("{}: can't be read", file.display()))?;
    let synonyms = snapshot.synonyms()?.with_user(&charset::decode(&bytes, None, false).text);
    Ok(Some(Arc::new(synonyms.with_context(|| file.display().to_string())?)))
}

/// Opens an index to ask it. Where its `gongxun.toml` says something else than what the index has recorded, a note tells it:
/// searches go by the record.
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

/// What there is to say about a query and its answer, for people.
pub fn remarks(results: &Results) {
    notes(&results.query_notes, &results.notes);
    results.suggestions.iter().for_each(|other| eprintln!("note: {}", other.question()));
}

/// The notes of a parser and of a search, for people.
pub fn notes(of_query: &[Note], of_search: &[String]) {
    of_query.iter().for_each(|note| eprintln!("note: {}", note.message));
    of_search.iter().for_each(|note| eprintln!("note: {note}"));
}

/// So many articles.
pub fn articles(count: u64) -> String {
    if count == 1 { "1 article".into() } else { format!("{count} articles") }
}

/// So many words.
pub fn words(count: u64) -> String {
    if count == 1 { "1 word".into() } else { format!("{count} words") }
}

/// So many occurrences in so many articles.
pub fn occurrences(occurrences: u64, of_articles: u64) -> String {
    let plural = if occurrences == 1 { "" } else { "s" };
    format!("{occurrences} occurrence{plural} in {}", articles(of_articles))
}
