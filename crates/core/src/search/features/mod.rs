//! What else is asked of an index by a query or an article: stops on the pipeline.

pub mod collocations;
pub mod compare;
pub mod concordance;
pub mod empty;
pub mod keywords;
pub mod marked;
mod nearby;
pub mod occurrences;
pub mod select;
pub mod similar;
pub mod suggest;
pub mod timeline;
mod vocabulary;
pub mod why_not;
