//! Views: serializers of results and articles, one format a file. They are pure functions to text.

pub mod article;
pub mod batch;
pub mod bibtex;
mod cite;
pub mod clean;
pub mod collocations;
pub mod compare;
pub mod concordance;
pub mod csv;
pub mod explain;
pub mod gbt7714;
pub mod json;
pub mod keywords;
pub mod messages;
pub mod reprints;
pub mod ris;
pub mod stats;
mod table;
pub mod terminal;
pub mod timeline;
pub mod verify;
pub mod why_not;
pub mod width;
