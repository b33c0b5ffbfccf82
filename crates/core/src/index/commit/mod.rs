//! Commits: the payload, the manifest, the kinds of segments, opening, and integrity checks.

pub mod check;
pub mod kinds;
pub mod manifest;
pub mod open;
pub mod payload;
