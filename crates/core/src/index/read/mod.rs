//! Reading: snapshots of a commit, and what they keep of terms, values and articles.

pub mod export;
pub mod listed;
pub mod margin;
pub mod reader;
pub mod shown;
pub mod snapshot;
pub mod stats;
pub mod terms;
pub mod values;
