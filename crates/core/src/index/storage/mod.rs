//! What the folder of an index is written and read by: tantivy's view of it, atomic files, and failures on purpose.

pub mod atomic_files;
pub mod directory;
#[cfg(feature = "failpoints")]
pub mod failpoint;
#[cfg(not(feature = "failpoints"))]
pub(in crate::index) mod failpoint;
pub mod names;
pub mod seal;
