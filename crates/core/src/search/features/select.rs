//! Selection: all articles that match rather than a page of them, for exports and `delete`.

use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::{DocAddress, Snapshot, check};
use crate::query::{Filter, Query};
use crate::search::compile::plan::Breadth;
use crate::search::kind::Kind;
use crate::search::matching::collapse::Copies;
use crate::search::matching::matcher;
use crate::search::pipeline::Found;
use crate::search::present;
use crate::search::request::Request;
use crate::search::results::page::Hit;
use gongxun_text::synonyms::Synonyms;

/// Totals of a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// The number of matching articles, of the kinds that the request counts.
    pub total: u64,
    /// The number of these that were handed to the caller.
    pub given: u64,
    /// The notes on the selection.
    pub notes: Vec<String>,
}

impl Selection {
    /// Creates a selection of `total` articles of which `given` were handed out, with notes.
    pub fn new(total: u64, given: u64, notes: Vec<String>) -> Selection {
        Selection { total, given, notes }
    }
}

/// Returns the full matches of a query that satisfy the filters, each copy by itself, in the order of the index; then
/// the pages without an article that do. Synonym and partial matches are left out.
///
/// # Errors
/// If an index file can't be read or does not hold what was written.
pub fn addresses(snapshot: &Snapshot, query: &Query, filters: &[Filter]) -> Result<(Vec<DocAddress>, Vec<DocAddress>)> {
    check::catching_panics(&snapshot.generation, || {
        let (asked, how) = ((query.root.as_ref(), filters), (Breadth::Exact, Copies::All));
        let control = Control::default();
        let found = Found::of_tree(snapshot, asked, Synonyms::builtin(), how, &control)?;
        Ok((found.addresses(Kind::Full), matcher::pages(snapshot, &found.compiled.full)?))
    })
}

/// Returns the addresses and kinds of the articles that a request selects, of the kinds that it counts, in no
/// particular order.
///
/// # Errors
/// If an index file can't be read or does not hold what was written; [`Error::Interrupted`] if the control asks to
/// stop.
pub fn with_kinds(snapshot: &Snapshot, request: &Request, control: &Control<'_>) -> Result<Vec<(DocAddress, Kind)>> {
    check::catching_panics(&snapshot.generation, || {
        let found = Found::find(snapshot, request, request.synonyms_on(snapshot)?, control)?;
        if found.cut_short() {
            return Err(Error::Interrupted);
        }
        let kinds = Kind::ALL.into_iter().filter(|kind| request.count.includes(*kind));
        Ok(kinds.flat_map(|kind| found.addresses(kind).into_iter().map(move |address| (address, kind))).collect())
    })
}

/// Calls `give` with each article that a request selects: of the kinds that it counts, from its offset on up to its
/// limit. With a snippet length of 0 the hits have no snippets and marks.
///
/// # Errors
/// If an index file can't be read or does not hold what was written, or `give` fails; [`Error::Interrupted`] if the
/// control asks to stop: half a selection is none.
pub fn select(
    snapshot: &Snapshot,
    request: &Request,
    synonyms: &Synonyms,
    control: &Control<'_>,
    give: &mut dyn FnMut(Hit) -> Result<()>,
) -> Result<Selection> {
    check::catching_panics(&snapshot.generation, || {
        let mut found = Found::find(snapshot, request, synonyms, control)?;
        if found.cut_short() {
            return Err(Error::Interrupted);
        }
        let mut given = 0;
        let unreadable = present::hits(&mut found, request, request.count, &mut |hit| {
            given += 1;
            give(hit)
        })?;
        if found.cut_short() {
            return Err(Error::Interrupted);
        }
        let mut notes = found.count_notes(request.count);
        notes.extend(unreadable);
        let of = |counted: bool, kind: Kind| if counted { found.total(kind) } else { 0 };
        let total = found.total(Kind::Full)
            + of(request.count.synonyms(), Kind::Synonym)
            + of(request.count.partial(), Kind::Partial);
        Ok(Selection { total, given, notes })
    })
}
