//! What tantivy holds: schema, analyzers, documents, writers, generations. The only writing.
//!
//! Articles flow in through [`Writer`]; a [`Snapshot`] of one commit of one generation flows out to
//! [`crate::search`]. tantivy is named here, in `search` and in `error`, and nowhere else.

pub mod analyzer;
pub mod check;
pub mod copy;
pub mod delete;
mod deletions;
mod directory;
pub mod disk;
pub mod document;
pub mod export;
#[cfg(feature = "failpoints")]
pub mod failpoint;
#[cfg(not(feature = "failpoints"))]
mod failpoint;
pub mod generation;
pub mod manifest;
mod merging;
pub mod packing;
mod queue;
mod reader;
pub mod records;
pub mod reprints;
pub mod rollback;
pub mod schema;
pub mod segment;
mod shown;
mod snapshot;
pub mod stats;
pub mod swap;
mod terms;
mod texts;
pub mod tombstones;
pub mod values;
mod workers;
mod writer;

pub use tantivy::DocAddress;

pub use generation::{Generation, WriteLock};
pub use manifest::{Entry, Manifest, Root};
pub use reader::Reader;
pub use shown::Page;
pub use snapshot::{Commit, Known, Numbers, Snapshot};
pub use stats::Stats;
pub use terms::{ByLength, Located};
pub use writer::{Resources, Writer};
