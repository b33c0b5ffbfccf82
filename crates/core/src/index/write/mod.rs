//! Writing: one writer, the threads that make segments, and when segments are merged.

pub mod margins;
pub mod merging;
pub mod queue;
pub mod segment;
pub mod workers;
pub mod writer;
