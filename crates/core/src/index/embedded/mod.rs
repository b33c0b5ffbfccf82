//! The index as a program has it: a handle to share, a writer that takes articles one by one.

pub mod handle;
pub mod new_article;
pub mod put;
mod temporary;
