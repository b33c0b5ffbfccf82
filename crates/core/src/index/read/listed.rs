//! What the manifest lists, beside what the segments hold.

use crate::error::Result;
use crate::index::read::snapshot::Snapshot;

/// What the manifest says beside what the index holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// How many articles the manifest lists.
    pub articles: u64,
    /// The files of which it lists another number than the index holds, in words.
    pub problems: Vec<String>,
}

/// Counts the articles of every file of the manifest in the index.
///
/// # Errors
/// Where a file of the index can't be read.
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
