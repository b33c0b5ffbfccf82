//! Stored articles: the form in which tantivy's store holds them, and how they are compressed.

pub mod document;
pub mod lines;
pub mod packing;
