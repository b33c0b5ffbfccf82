//! Reading: snapshots of a commit, and their caches of terms, facet columns and articles.

pub mod article_cache;
mod beginning;
pub mod export;
pub mod facet_columns;
pub mod id_cache;
mod lengths;
pub mod listed;
pub mod margin;
pub mod reader;
pub mod snapshot;
pub mod statistics;
pub mod stats;
pub mod term_info_cache;
