//! Matching: the set of documents that satisfy a plan, segment by segment, proved by the index and, where that leaves
//! something open, by the texts.

pub mod alternatives;
pub mod bits;
pub mod collapse;
pub mod found;
pub mod lower;
pub mod matcher;
pub mod proximity;
pub mod reading;
pub mod segment;
pub mod strings;
pub mod tokens;
