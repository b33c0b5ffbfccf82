//! Reprints: the fingerprints of articles and the clusters of their copies, beside the segments.

pub mod files;
pub mod store;
pub mod table;
pub mod texts;

pub use super::commit::payload::ReprintFiles as Files;
pub use table::{Copy, Reprints};
