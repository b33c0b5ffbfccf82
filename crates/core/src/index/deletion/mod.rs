//! Deletion on request, the tombstones that keep it, and the order of deletions inside one commit.

pub mod delete;
pub mod deletions;
pub mod tombstones;
