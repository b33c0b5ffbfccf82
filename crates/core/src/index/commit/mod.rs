//! What belongs to a commit: its payload, the manifest of what was read, and whether its files hold what was written.

pub mod check;
pub mod kinds;
pub mod manifest;
pub mod open;
pub mod payload;
