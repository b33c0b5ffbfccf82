//! What tantivy holds: schema, analyzers, documents, writers, generations. The only writing.
//!
//! Articles flow in through [`Writer`]; a [`Snapshot`] of one commit of one generation flows out to
//! [`crate::search`]. tantivy is named here, in `search` and in `error`, and nowhere else.

pub mod analyzer;
pub mod check;
mod directory;
pub mod document;
pub mod generation;
pub mod manifest;
pub mod reprints;
pub mod schema;
mod snapshot;
pub mod stats;
mod texts;
mod writer;

pub use generation::{Generation, WriteLock};
pub use manifest::{Entry, Manifest};
pub use snapshot::{Commit, Known, Snapshot};
pub use stats::Stats;
pub use writer::{Resources, Writer};
