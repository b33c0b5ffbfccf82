//! Reprints: the fingerprints of articles and the clusters of copies, in files beside the segments.

pub mod files;
pub mod store;
pub mod table;
pub mod text_source;

pub use super::commit::payload::ReprintFiles as Files;
pub use table::{Copy, Reprints};
