//! The store: the encoding of stored articles and their compression.

pub mod document;
pub mod lines;
pub mod packing;
