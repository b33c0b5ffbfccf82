//! Reading for [gongxun](https://docs.rs/gongxun): use that crate; this one is its inside.
//!
//! ```text
//! bytes ─archive→ Record ─decode, repair→ ─extract→ Article ─ingest→ writer
//! ```

pub mod archive;
pub mod extract;
pub mod ingest;
