//! The life of generations: building, swapping, rollback, backup, purging, upgrading.

pub mod backup;
pub mod config;
pub mod folder;
pub mod generation;
pub mod purge;
mod restore;
pub mod rollback;
pub mod swap;
pub mod unfinished;
pub mod upgrade;
