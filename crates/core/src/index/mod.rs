//! The embedded index: schema, analysis, writing, commits, generations, and snapshots to read from.
//!
//! Articles flow in through [`Writer`]; a [`Snapshot`] of one commit of one generation flows out to [`crate::search`].
//! tantivy is named here, in `search` and in `error`, and nowhere else; nothing else writes to an index folder.
//!
//! The modules, each of which may use those above it:
//!
//! ```text
//! schema, analyzer   the fields, and the tokens that fill them
//! storage            the folder: tantivy's view of it, atomic files
//! store              stored articles and their compression
//! commit             payload, manifest, checksums
//! reprints           fingerprints and clusters of copies
//! word_lists         the words of each segment, for suggestions
//! read               snapshots
//! write              the writer, segments, merging
//! deletion           tombstones, deleting on request
//! generations        build, swap, rollback, backup
//! embedded           the index embedded in a program
//! ```

pub mod analyzer;
pub mod schema;

mod commit;
mod deletion;
mod embedded;
mod generations;
mod read;
pub mod reprints;
mod storage;
mod store;
pub mod word_lists;
mod write;

pub use tantivy::DocAddress;

pub use commit::{check, manifest};
pub use deletion::{delete, tombstones};
pub use generations::{backup, config, folder, generation, purge, rollback, swap, upgrade};
pub use read::{export, facet_columns, stats};
pub use storage::atomic_files;
#[cfg(feature = "failpoints")]
pub use storage::failpoint;
pub use store::{document, packing};
pub use write::{records, segment};

pub use commit::manifest::{Entry, Manifest, Root};
pub use commit::payload::Commit;
pub use embedded::handle::{Index, Settings as IndexSettings};
pub use embedded::new_article::NewArticle;
pub use embedded::put::Put;
pub use generations::generation::{Generation, WriteLock};
pub use read::article_cache::DecodedArticle;
pub use read::listed::{Listed, listed};
pub use read::reader::Reader;
pub use read::snapshot::{ArticleEntry, ArticleKeys, Snapshot};
pub use read::statistics::Statistics;
pub use read::stats::Stats;
pub use read::term_info_cache::{ByLength, Located};
pub use write::intake::{ArticleRef, Intake};
pub use write::resources::{MAX_THREADS, Resources};
pub use write::writer::Writer;

/// Returns the engine below, with its version and that of its files.
pub fn engine() -> &'static str {
    tantivy::version_string()
}
