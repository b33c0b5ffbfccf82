//! All that matches, not a page of it: what exports and `delete` go by.

use super::occurrences::is_counted;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::{DocAddress, Snapshot, check};
use crate::query::{Filter, Query};
use crate::search::compile::plan::Breadth;
use crate::search::kind::Kind;
use crate::search::matching::collapse::Copies;
use crate::search::pipeline::Found;
use crate::search::present;
use crate::search::request::Request;
use crate::search::results::page::Hit;
use gongxun_text::synonyms::Synonyms;

/// How much was selected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// How many articles match, of the kinds that the request counts.
    pub total: u64,
    /// How many of them were given.
    pub given: u64,
    /// Remarks.
    pub notes: Vec<String>,
}

impl Selection {
    /// So many articles of which so many were given, with remarks.
    pub fn new(total: u64, given: u64, notes: Vec<String>) -> Selection {
        Selection { total, given, notes }
    }
}

/// The articles that match a query in full and hold to the filters, every copy of an article by itself, in the order of the
/// index. What was typed counts and no more: no synonyms, no partial matches.
///
/// # Errors
/// Where a file of the index can't be read or does not hold what was written.
pub fn addresses(snapshot: &Snapshot, query: &Query, filters: &[Filter]) -> Result<Vec<DocAddress>> {
    check::guarded(&snapshot.generation, || {
        let (asked, how) = ((query.root.as_ref(), filters), (Breadth::Exact, Copies::All));
        let control = Control::default();
        Ok(Found::of_tree(snapshot, asked, Synonyms::builtin(), how, &control)?.addresses(Kind::Full))
    })
}

/// The addresses of the articles that a request selects, of the kinds that it counts, with the kind of each; in no order that
/// means anything.
///
/// # Errors
/// Where a file of the index can't be read or does not hold what was written; [`Error::Interrupted`] where the control says to
/// stop.
pub fn with_kinds(snapshot: &Snapshot, request: &Request, control: &Control<'_>) -> Result<Vec<(DocAddress, Kind)>> {
    check::guarded(&snapshot.generation, || {
        let found = Found::find(snapshot, request, &request.synonyms, control)?;
        if found.cut_short() {
            return Err(Error::Interrupted);
        }
        let kinds = Kind::ALL.into_iter().filter(|kind| is_counted(*kind, request.count));
        Ok(kinds.flat_map(|kind| found.addresses(kind).into_iter().map(move |address| (address, kind))).collect())
    })
}

/// Gives the articles that a request selects, one by one: of the kinds that it counts, from its offset on as many as its
/// limit says. With a snippet length of 0 they come without snippets and marks.
///
/// # Errors
/// Where a file of the index can't be read or does not hold what was written, or `give` fails; [`Error::Interrupted`] where
/// the control says to stop: half a selection is none.
pub fn select(
    snapshot: &Snapshot,
    request: &Request,
    synonyms: &Synonyms,
    control: &Control<'_>,
    give: &mut dyn FnMut(Hit) -> Result<()>,
) -> Result<Selection> {
    check::guarded(&snapshot.generation, || {
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
        let mut notes = if request.count.synonyms() { found.synonym_notes() } else { Vec::new() };
        notes.extend(found.not_counted(request.count));
        notes.extend(unreadable);
        let of = |counted: bool, kind: Kind| if counted { found.total(kind) } else { 0 };
        let total = found.total(Kind::Full)
            + of(request.count.synonyms(), Kind::Synonym)
            + of(request.count.partial(), Kind::Partial);
        Ok(Selection { total, given, notes })
    })
}
