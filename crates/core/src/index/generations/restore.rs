//! Restoring: stored articles and pages put into a new generation, in the order of their ids, so that the new one does
//! not depend on how the old one was built. Upgrades and purges rebuild an index this way, without its archive.

use std::collections::{BTreeMap, HashSet};

use tantivy::DocAddress;

use crate::article::Article;
use crate::control::{Control, Progress};
use crate::error::{Error, Result};
use crate::index::commit::check::{self, Files};
use crate::index::commit::manifest::{Entry, Manifest};
use crate::index::generations::generation::Generation;
use crate::index::read::snapshot::Snapshot;
use crate::index::store::document;
use crate::index::write::writer::Writer;
use crate::reprint::Fingerprint;

/// The volume of articles added between two commits, in bytes.
const COMMIT_BYTES: usize = 256 << 20;

/// Puts in articles, each with its file, except those that an earlier run has committed. Returns the errors of those
/// that can't be read ([`Error::Unreadable`]), which are left out.
///
/// # Errors
/// If an index file can't be read or a write fails; [`Error::Interrupted`] if the control asks to stop, with everything
/// so far committed.
pub(super) fn articles(
    writer: &mut Writer,
    stored: impl ExactSizeIterator<Item = Result<(Article, String)>>,
    control: &Control<'_>,
) -> Result<Vec<Error>> {
    let begun = writer.snapshot()?;
    let mut since_commit = 0;
    let mut left_out = Vec::new();
    let total = stored.len() as u64;
    for (done, stored) in (0..).zip(stored) {
        control.report(Progress::new(done, total, done));
        if control.is_stopped() {
            writer.commit()?;
            return Err(Error::Interrupted);
        }
        let (article, file) = match stored {
            Ok(stored) => stored,
            Err(error @ Error::Unreadable { .. }) => {
                left_out.push(error);
                continue;
            }
            Err(error) => return Err(error),
        };
        if begun.find(&article.id)?.is_some() {
            continue;
        }
        let encoded = document::encode(&article);
        since_commit += encoded.len();
        writer.fingerprint(&article, &Fingerprint::from_article(&article));
        writer.add(&article, &file, encoded)?;
        if since_commit >= COMMIT_BYTES {
            since_commit = 0;
            writer.commit()?;
        }
    }
    Ok(left_out)
}

/// Records the entries of a manifest. Files of articles that were left out are read again by the next run, and so are
/// those with another record of the same id.
pub(super) fn entries(writer: &mut Writer, manifest: &Manifest, left_out: &[Error]) {
    let (mut ids, mut of_files) = (HashSet::new(), BTreeMap::<&str, u64>::new());
    for error in left_out {
        if let Error::Unreadable { id, file, .. } = error {
            ids.insert(document::id_order(id));
            *of_files.entry(file).or_default() += 1;
        }
    }
    for entry in manifest.entries() {
        let lost = of_files.get(entry.file.as_str()).copied().unwrap_or_default();
        let again = entry.again || lost > 0 || entry.shadowed.iter().any(|id| ids.contains(id));
        writer.record(Entry { articles: entry.articles.saturating_sub(lost), again, ..entry.clone() });
    }
}

/// Puts in everything that a snapshot of the present schema holds: articles with their margins, pages without an
/// article, roots and manifest. Returns the number of articles put in, and the errors of those left out.
///
/// # Errors
/// Same as [`articles`].
pub(super) fn everything(writer: &mut Writer, snapshot: &Snapshot, control: &Control<'_>) -> Result<(u64, Vec<Error>)> {
    let manifest = snapshot.manifest()?;
    manifest.roots().for_each(|root| writer.set_root(root.clone()));
    // Pages are committed with the end of a run: an earlier one has left all of them, or none.
    let with_pages = writer.snapshot()?.pages()? == 0;
    let mut ordered: Vec<(u64, DocAddress)> =
        snapshot.matching(|_, _| true)?.into_iter().map(|(address, numbers)| (numbers.id, address)).collect();
    ordered.sort_unstable();
    let stored =
        ordered.iter().map(|(_, address)| Ok((snapshot.article_with_margin(*address)?, snapshot.file(*address)?)));
    let left_out = articles(writer, stored, control)?;
    if with_pages {
        for page in snapshot.all_pages() {
            let page = page?;
            writer.add(&page, manifest.file_of(&page.origin), document::encode(&page))?;
        }
    }
    entries(writer, &manifest, &left_out);
    Ok(((ordered.len() - left_out.len()) as u64, left_out))
}

/// Checks every file of a generation: a restore would write damaged data under a checksum that is right.
///
/// # Errors
/// [`Error::Damaged`] for the first damaged file.
pub(super) fn check_all(generation: &Generation) -> Result<()> {
    let Files { damaged, .. } = check::files(generation)?;
    match damaged.into_iter().next() {
        Some(damage) => Err(Error::Damaged { path: damage.path, what: damage.what }),
        None => Ok(()),
    }
}
