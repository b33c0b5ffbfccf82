//! Presentation, the end of the pipeline: the hits of a page with snippets, marks and matched credits.
//! Only the articles of the page are read from the store.

use std::sync::Arc;
use std::time::Duration;

use super::compile::plan::{Breadth, Mark};
use super::kind::Kind;
use super::pipeline::Found;
use super::request::Request;
use super::results::credits::RequestedCredits;
use super::results::explain;
use super::results::page::{Hit, Results};
use super::results::snippet::{Highlighter, Marked, Marks};
use crate::error::{Error, Result};

/// Returns the hits of a request, from its offset on up to its limit, of the kinds that the breadth includes. An
/// article that can't be read is left out; the notes name each of them.
///
/// # Errors
/// If an index file can't be read, or `give` fails.
pub fn hits(
    found: &mut Found<'_>,
    request: &Request,
    breadth: Breadth,
    give: &mut dyn FnMut(Hit) -> Result<()>,
) -> Result<Vec<String>> {
    let mut unreadable = Vec::new();
    let snapshot = found.snapshot;
    let wanted = request.offset.saturating_add(request.limit);
    let ranked = found.ranked(request.order(breadth), wanted)?;
    let compiled = &found.compiled;
    let partial_marks: Vec<Mark> = compiled.marks.iter().chain(&compiled.part_marks).cloned().collect();
    let segmenter = snapshot.segmenter()?;
    let mut full = Highlighter::new(&compiled.marks, segmenter);
    let mut partial = Highlighter::new(&partial_marks, segmenter);
    let requested = RequestedCredits::of(request.query.root.as_ref(), &request.filters);
    for ranked in ranked.iter().skip(request.offset).take(request.limit) {
        let (marks, highlighter) = match ranked.kind {
            Kind::Partial => (&partial_marks, &mut partial),
            _ => (&compiled.marks, &mut full),
        };
        let item = ranked.evidence.and_then(|evidence| evidence.passage).map(|(from, to)| from as usize..to as usize);
        let (article, snippet, of_names) = match request.snippet_length {
            // Without snippets nothing is folded and nothing kept.
            0 => match snapshot.article(ranked.address) {
                Ok(article) => (Arc::new(article), Marked::default(), Marks::default()),
                Err(error @ Error::Unreadable { .. }) => {
                    unreadable.push(error.to_string());
                    continue;
                }
                Err(error) => return Err(error),
            },
            length => {
                let Some(page) = snapshot.decoded_or_noted(ranked.address, &mut unreadable)? else { continue };
                (page.article.clone(), highlighter.snippet(&page, length, item), highlighter.marks(&page))
            }
        };
        give(Hit {
            snippet,
            marks: of_names,
            matched_credits: requested.credits(&article, marks),
            score: ranked.score,
            reprints: found.copies.of(ranked.address).len().saturating_sub(1) as u64,
            kind: ranked.kind,
            explanation: match request.explain {
                true => Some(explain::explain(snapshot, compiled, ranked, &article)?),
                false => None,
            },
            article,
        })?;
    }
    Ok(unreadable)
}

/// Returns the hits of a request's page, with the counts.
///
/// # Errors
/// If an index file can't be read.
pub fn page(found: &mut Found<'_>, request: &Request) -> Result<Results> {
    let mut page = Vec::new();
    let notes = hits(found, request, Breadth::Wide, &mut |hit| {
        page.push(hit);
        Ok(())
    })?;
    let snapshot = found.snapshot;
    Ok(Results {
        query: request.query.text.clone(),
        query_notes: request.query.notes.clone(),
        total: found.total(Kind::Full),
        synonym_total: found.total(Kind::Synonym),
        partial_total: found.total(Kind::Partial),
        occurrences: None,
        cut_short: found.cut_short(),
        took: Duration::ZERO,
        articles: snapshot.articles(),
        generation: snapshot.generation.number,
        commit: snapshot.commit.number,
        notes,
        suggestions: Vec::new(),
        hits: page,
        facets: None,
        page_total: 0,
        pages: Vec::new(),
    })
}
