//! Generations side by side: building, swapping, going back, backing up.

pub mod backup;
pub mod folder;
pub mod generation;
pub mod purge;
pub mod rollback;
pub mod swap;
pub mod upgrade;
