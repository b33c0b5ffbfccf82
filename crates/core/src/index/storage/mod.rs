//! Storage: tantivy's directory of an index folder, atomic files, file names, checksums, and failpoints.

pub mod atomic_files;
pub mod directory;
#[cfg(feature = "failpoints")]
pub mod failpoint;
#[cfg(not(feature = "failpoints"))]
pub(in crate::index) mod failpoint;
pub mod names;
pub mod seal;
