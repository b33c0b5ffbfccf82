//! Export: articles read back out of an index, in an order that does not depend on how it was built.

use std::collections::HashSet;

use tantivy::DocAddress;

use crate::article::Article;
use crate::error::{Error, Result};
use crate::index::commit::check;
use crate::index::read::snapshot::Snapshot;

/// Visits articles in the order of their ids: those at the addresses, or all. The JSON of each ([`Article`] through
/// serde), one a line, is an export from which an index can be rebuilt with the same ids, contents and clusters, since
/// an object of this form with an id of this program and an origin keeps both. Returns the errors of articles that
/// can't be read ([`Error::Unreadable`]), which are skipped.
///
/// # Errors
/// If an index file can't be read or does not hold what was written, or `visit` fails.
pub fn export(
    snapshot: &Snapshot,
    addresses: Option<Vec<DocAddress>>,
    mut visit: impl FnMut(&Article) -> Result<()>,
) -> Result<Vec<Error>> {
    let ordered = check::catching_panics(&snapshot.generation, || in_order(snapshot, addresses))?;
    let mut left_out = Vec::new();
    for address in ordered {
        match snapshot.article_with_margin(address) {
            Ok(article) => visit(&article)?,
            Err(error @ Error::Unreadable { .. }) => left_out.push(error),
            Err(error) => return Err(error),
        }
    }
    Ok(left_out)
}

fn in_order(snapshot: &Snapshot, addresses: Option<Vec<DocAddress>>) -> Result<Vec<DocAddress>> {
    let addresses: Option<HashSet<DocAddress>> = addresses.map(|addresses| addresses.into_iter().collect());
    let wanted = |address: &DocAddress| addresses.as_ref().is_none_or(|wanted| wanted.contains(address));
    let mut ordered = Vec::new();
    for (address, _) in snapshot.matching(|address, _| wanted(&address))? {
        ordered.push((snapshot.id(address)?, address));
    }
    ordered.sort_unstable();
    Ok(ordered.into_iter().map(|(_, address)| address).collect())
}
