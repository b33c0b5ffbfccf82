//! gongxun 工讯 finds anything in a Chinese labour-news archive as it really is.
//!
//! # The map of the house
//! Data walks one way:
//!
//! ```text
//! bytes ─archive→ Record ─decode, repair→ ─extract→ Article ─reprint→ ─index→ tantivy
//! text ─query→ tree ─search→ Results ─view→ terminal, JSON, CSV, page
//! ```
//!
//! A module imports from its own row or from a row above, never from one below (`tests/house.rs` holds this):
//!
//! ```text
//! error, article
//! text
//! query
//! archive, reprint, index
//! extract, search
//! ingest, verify, view
//! web
//! cli
//! ```

pub mod archive;
pub mod article;
pub mod cli;
pub mod error;
pub mod extract;
pub mod index;
pub mod ingest;
pub mod query;
pub mod reprint;
pub mod search;
pub mod text;
pub mod view;

pub use article::{Article, ArticleId, Credit, Date, Origin, Role};
pub use error::{Error, Reason, Rejection, Result};
