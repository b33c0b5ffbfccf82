//! Word lists: beside each segment of articles, the words from which suggestions for misspelled queries are made, in two
//! orders: by their last characters, and by their sound.
//!
//! A list is made from the term dictionaries of its segment before the first commit that names the segment, and is removed
//! with it. Without its list a segment gives the same suggestions, by a walk over its dictionaries.

pub(in crate::index) mod encode;
pub(in crate::index) mod file;
mod list;
pub(in crate::index) mod making;

pub use list::{CHARS, WordList, is_listed};
