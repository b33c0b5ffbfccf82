//! The payload of a commit: its number, and the files (with lengths) that belong to it beside its segments.

use serde::{Deserialize, Serialize};

use crate::index::commit::manifest::Position;
use crate::index::generations::config::Choices;
use crate::index::generations::generation::Generation;
use crate::index::storage::seal::unseal;

/// The payload of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Commit {
    /// The commit's number in its generation, from 1; 0 before the first.
    pub number: u64,
    /// The manifest that belongs to it.
    pub manifest: Position,
    /// The hash of the compression dictionary of the stored articles, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// Fingerprints and clusters of copies, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reprints: Option<ReprintFiles>,
    /// The choices of the index's owner for the whole of it.
    #[serde(default, skip_serializing_if = "Choices::is_empty")]
    pub choices: Choices,
}

/// The files of reprints that belong to a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReprintFiles {
    /// The fingerprints file, and the length of it that counts.
    pub fingerprints: Position,
    /// CRC-32 of these bytes.
    pub crc: u32,
    /// The name of the file with the table of clusters.
    pub clusters: String,
}

/// Returns the last commit of a generation according to its meta.json, without opening any segment.
pub(in crate::index) fn last_commit(generation: &Generation) -> Option<Commit> {
    let meta = std::fs::read(generation.folder().join("meta.json")).ok()?;
    let meta: serde_json::Value = serde_json::from_slice(&unseal(&meta).ok()?).ok()?;
    match meta["payload"].as_str() {
        Some(payload) => serde_json::from_str(payload).ok(),
        None => Some(Commit::default()),
    }
}
