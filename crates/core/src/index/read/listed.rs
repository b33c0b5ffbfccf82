//! The reconciliation of the manifest with the segments.

use crate::error::Result;
use crate::index::read::snapshot::Snapshot;

/// The result of comparing the manifest with the segments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// Number of articles that the manifest lists.
    pub articles: u64,
    /// The files for which the manifest and the index disagree on the number of articles, described in words.
    pub problems: Vec<String>,
}

/// Compares, for every file of the manifest, the listed number of articles with the number in the index.
///
/// # Errors
/// If an index file can't be read.
pub fn listed(snapshot: &Snapshot) -> Result<Listed> {
    let mut listed = Listed::default();
    let manifest = snapshot.manifest()?;
    let mut entries: Vec<_> = manifest.entries().collect();
    entries.sort_by(|a, b| a.file.cmp(&b.file));
    for entry in entries {
        let (file, expected) = (&entry.file, entry.held());
        listed.articles += expected;
        let found = snapshot.count_of_file(file)?;
        if found != expected {
            listed.problems.push(format!("{file}: {expected} articles in the manifest, {found} in the index"));
        }
    }
    Ok(listed)
}
