//! What else is asked of an index by a query or an article: stops on the pipeline.

pub mod compare;
pub mod concordance;
pub mod empty;
pub mod select;
pub mod similar;
pub mod suggest;
pub mod timeline;
pub mod why_not;
