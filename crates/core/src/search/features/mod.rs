//! Features built on the search pipeline: answers to a query or an article other than a page of hits.

pub mod collocations;
pub mod compare;
pub mod concordance;
pub mod empty;
pub mod ids;
pub mod keywords;
mod listed_words;
pub mod marked;
mod nearby;
pub mod occurrences;
pub mod select;
pub mod similar;
pub mod suggest;
pub mod timeline;
mod vocabulary;
pub mod why_not;
