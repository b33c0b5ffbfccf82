//! Writing: one writer, which record speaks for an id, the threads that make segments, and when segments are merged.

pub mod margins;
pub mod merging;
pub mod queue;
pub mod records;
pub mod segment;
pub mod workers;
pub mod writer;
