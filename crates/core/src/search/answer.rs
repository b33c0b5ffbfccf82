//! The answer to a request, the last step of the pipeline: hits with snippets and marks, facets, and notes.

use std::time::Instant;

use super::compile::compile;
use super::compile::plan::Breadth;
use super::features::occurrences::Occurrences;
use super::features::{empty, suggest};
use super::kind::Kind;
use super::matching::found::Matches;
use super::matching::matcher;
use super::pipeline::Found;
use super::present::page;
use super::request::Request;
use super::results::facets;
use super::results::page::Results;
use crate::control::{Control, Stops};
use crate::error::{Error, Result};
use crate::index::facet_columns::FIELDS;
use crate::index::{Snapshot, check};
use crate::query::Node;
use gongxun_text::synonyms::Synonyms;

/// Answers a request.
///
/// # Errors
/// If an index file can't be read or does not hold what was written.
pub fn search(snapshot: &Snapshot, request: &Request, synonyms: &Synonyms) -> Result<Results> {
    search_under(snapshot, request, synonyms, &Control::default())
}

/// Answers a request under a control that may end it early; then [`Results::cut_short`] is set.
///
/// # Errors
/// Same as [`search`].
pub fn search_under(
    snapshot: &Snapshot,
    request: &Request,
    synonyms: &Synonyms,
    control: &Control<'_>,
) -> Result<Results> {
    check::catching_panics(&snapshot.generation, || answer(snapshot, request, synonyms, control))
}

fn answer(snapshot: &Snapshot, request: &Request, synonyms: &Synonyms, control: &dyn Stops) -> Result<Results> {
    let start = Instant::now();
    let mut found = Found::find(snapshot, request, synonyms, control)?;
    let mut results = page(&mut found, request)?;
    results.notes.splice(0..0, found.synonym_notes());
    let occurrences = match request.occurrences.then(|| Occurrences::count(&found, request, control)).transpose() {
        Err(Error::Interrupted) => {
            results.cut_short = true;
            None
        }
        counted => counted?,
    };
    results.occurrences = occurrences.as_ref().map(Occurrences::total);
    if request.facets {
        results.notes.extend(found.not_counted(request.count));
        let mut facets = found.facets(request.count)?;
        if let Some(occurrences) = &occurrences {
            facets::add_occurrences(&mut facets, found.facet_columns()?, |ord| occurrences.of_segment(ord));
        }
        results.facets = Some(facets);
    }
    let pages = matcher::pages(snapshot, &found.compiled.full)?;
    results.pages = pages.iter().take(request.limit).map(|page| snapshot.page(*page)).collect::<Result<_>>()?;
    results.page_total = pages.len() as u64;
    if found.held() == 0 && !found.cut_short() {
        if pages.is_empty() {
            results.notes.extend(margin_note(snapshot, request, synonyms, control)?);
        }
        let lookup = InSnapshot { snapshot, request, synonyms, control };
        results.notes.extend(empty::reasons(&lookup, request)?);
        results.suggestions = suggest::did_you_mean(snapshot, request)?;
    }
    results.took = start.elapsed();
    Ok(results)
}

/// Returns a note if no article holds a string in quotes, and the margins of some pages do.
fn margin_note(
    snapshot: &Snapshot,
    request: &Request,
    synonyms: &Synonyms,
    control: &dyn Stops,
) -> Result<Option<String>> {
    let Some(root) = empty::whole_page(request).filter(|_| snapshot.margin().is_some()) else { return Ok(None) };
    let compiled = compile(Some(&root), &request.filters, snapshot.segmenter()?, synonyms, Breadth::Exact);
    let articles = Matches::find(snapshot, &compiled, control)?.total(Kind::Full);
    let pages = articles + matcher::pages(snapshot, &compiled.full)?.len() as u64;
    Ok(empty::margin_note(&root, pages))
}

/// What explains an empty answer, in a snapshot.
struct InSnapshot<'a> {
    snapshot: &'a Snapshot,
    request: &'a Request,
    synonyms: &'a Synonyms,
    control: &'a dyn Stops,
}

impl empty::Lookup for InSnapshot<'_> {
    fn held(&self, root: &Node) -> Result<u64> {
        let how = (Breadth::Synonyms, self.request.copies);
        Ok(Found::of_tree(self.snapshot, (Some(root), &[]), self.synonyms, how, self.control)?.held())
    }

    fn values(&self, facets: &[&str], is_like: &dyn Fn(&str) -> bool) -> Result<Vec<String>> {
        let counted = self.snapshot.facet_columns()?;
        let mut like = Vec::new();
        for (number, _) in FIELDS.iter().enumerate().filter(|(_, name)| facets.contains(name)) {
            let values = counted.values(number);
            let printed = (0..values.count() as u32).map(|number| values.printed(number));
            like.extend(printed.filter(|printed| is_like(printed)).map(str::to_string));
        }
        Ok(like)
    }
}
