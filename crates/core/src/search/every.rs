//! All that matches, not a page of it: what `export` and `delete` go by.

use tantivy::DocAddress;

use super::plan::{self, Breadth};
use super::{Matches, Tier};
use crate::error::Result;
use crate::index::{Snapshot, check};
use crate::query::{Filter, Query};
use gongxun_text::synonyms::Synonyms;

/// The articles that match a query in full and hold to the filters, every copy of an article by itself, in the order of the
/// index. What was typed counts and no more: no synonyms, no partial matches.
///
/// # Errors
/// Where a file of the index can't be read or does not hold what was written.
pub fn every(snapshot: &Snapshot, query: &Query, filters: &[Filter]) -> Result<Vec<DocAddress>> {
    check::guarded(&snapshot.generation, || {
        let synonyms = Synonyms::builtin();
        let compiled = plan::compile(query.root.as_ref(), filters, snapshot, synonyms, Breadth::Exact)?;
        Ok(Matches::find(snapshot, &compiled)?.addresses(Tier::Full))
    })
}
