//! Articles, queries, index and search of [gongxun](https://docs.rs/gongxun). Depend on that crate; this one is
//! internal.
//!
//! ```text
//! text ─query→ tree ─search→ Results ─view→ terminal, JSON, CSV
//! Article ─reprint→ ─index→ tantivy
//! ```

pub mod article;
pub mod control;
mod date;
pub mod error;
pub mod index;
pub mod named_file;
pub mod query;
pub mod reprint;
pub mod search;
pub mod verify;
pub mod view;
