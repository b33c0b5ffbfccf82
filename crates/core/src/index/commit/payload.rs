//! What a commit carries beside its segments: its number, and which bytes of which files belong to it.

use serde::{Deserialize, Serialize};

use crate::index::commit::manifest::Position;
use crate::index::generations::generation::Generation;
use crate::index::storage::seal::unseal;

/// What a commit carries in its payload.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Commit {
    /// The commit's number in its generation, from 1; 0 before the first.
    pub number: u64,
    /// The manifest that belongs to it.
    pub manifest: Position,
    /// The hash of the dictionary that stored articles are packed by, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
    /// Fingerprints and clusters of copies, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reprints: Option<ReprintFiles>,
}

/// The files of reprints that belong to a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReprintFiles {
    /// The fingerprints, and how many bytes of them count.
    pub fingerprints: Position,
    /// The checksum of these bytes (CRC-32).
    pub crc: u32,
    /// The name of the table of clusters.
    pub clusters: String,
}

/// The last commit of a generation as its meta.json says, without opening any segment.
pub(in crate::index) fn last_commit(generation: &Generation) -> Option<Commit> {
    let meta = std::fs::read(generation.folder().join("meta.json")).ok()?;
    let meta: serde_json::Value = serde_json::from_slice(&unseal(&meta).ok()?).ok()?;
    match meta["payload"].as_str() {
        Some(payload) => serde_json::from_str(payload).ok(),
        None => Some(Commit::default()),
    }
}
