//! What tantivy holds: schema, analyzers, documents, writers, generations. The only writing.
//!
//! Articles flow in through [`Writer`]; a [`Snapshot`] of one commit of one generation flows out to
//! [`crate::search`]. tantivy is named here, in `search` and in `error`, and nowhere else.

pub mod analyzer;
pub mod check;
mod directory;
mod disk;
pub mod document;
mod failpoint;
pub mod generation;
pub mod manifest;
mod reader;
pub mod reprints;
pub mod schema;
mod shown;
mod snapshot;
pub mod stats;
mod texts;
pub mod values;
mod writer;

pub use generation::{Generation, WriteLock};
pub use manifest::{Entry, Manifest};
pub use reader::Reader;
pub use shown::Page;
pub use snapshot::{Commit, Known, Snapshot};
pub use stats::Stats;
pub use writer::{Resources, Writer};
