//! A query with its conditions, as every command takes it that asks one.

use std::borrow::Cow;

use anyhow::Context as _;

use super::args::ConditionArgs;
use gongxun_core::query::{self, Filter};
use gongxun_core::search::plan::Breadth;
use gongxun_core::search::{Copies, Request, Results};
use gongxun_text::charset;
use gongxun_text::synonyms::Synonyms;

/// The request for a query, which is as many parts as one likes.
pub fn request(parts: &[String], conditions: &ConditionArgs) -> anyhow::Result<Request> {
    let mut request = Request::new(query::parse(&parts.join(" ")));
    request.breadth = if conditions.exact { Breadth::Exact } else { Breadth::Wide };
    request.copies = if conditions.all_copies { Copies::All } else { Copies::Collapsed };
    let filters = [
        conditions.source.clone().map(Filter::Source),
        conditions.outlet.clone().map(Filter::Outlet),
        conditions.editor.clone().map(Filter::Editor),
        conditions.author.clone().map(Filter::Author),
        conditions.section.clone().map(Filter::Section),
    ];
    request.filters = filters.into_iter().flatten().collect();
    let day = |text: &Option<String>, flag: &str| match text {
        Some(text) => query::parse_date_range(text)
            .with_context(|| format!("{flag} {text}: no date; write 2025-01-15, 2025-01 or 2025"))
            .map(Some),
        None => Ok(None),
    };
    let from = day(&conditions.from, "--from")?.and_then(|(from, _)| from);
    let to = day(&conditions.to, "--to")?.and_then(|(_, to)| to);
    if from.is_some() || to.is_some() {
        request.filters.push(Filter::Date { from, to });
    }
    Ok(request)
}

/// The built-in synonyms, and the user's where a file is given. Spreadsheets save such files in GBK, so its charset is looked at.
pub fn synonyms(conditions: &ConditionArgs) -> anyhow::Result<Cow<'static, Synonyms>> {
    let Some(file) = &conditions.synonyms else { return Ok(Cow::Borrowed(Synonyms::builtin())) };
    let bytes = std::fs::read(file).with_context(|| format!("{}: can't be read", file.display()))?;
    let synonyms = Synonyms::builtin().with_user(&charset::decode(&bytes, None, false).text);
    Ok(Cow::Owned(synonyms.with_context(|| file.display().to_string())?))
}

/// What there is to say about a query and its answer, for people.
pub fn remarks(request: &Request, results: &Results) {
    request.query.notes.iter().for_each(|note| eprintln!("note: {}", note.message));
    results.notes.iter().for_each(|note| eprintln!("note: {note}"));
    results.suggestions.iter().for_each(|other| eprintln!("note: {}", gongxun_core::view::terminal::suggestion(other)));
}
