//! Deletion on request, the tombstones that make it last, and the order of deletions within one commit.

pub mod delete;
pub mod deletions;
pub mod tombstones;
