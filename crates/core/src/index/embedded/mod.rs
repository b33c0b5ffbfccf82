//! The index embedded in a program: a handle to share, a builder of articles, and a writer that takes them one by one.

pub mod handle;
pub mod new_article;
pub mod put;
mod temporary;
