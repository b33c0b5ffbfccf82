//! Writing: the one writer, precedence between records of one id, the indexing threads, segments and their merging.

pub mod intake;
pub mod margins;
pub mod merging;
pub mod queue;
pub mod records;
pub mod resources;
pub mod samples;
pub mod segment;
pub mod workers;
pub mod writer;
