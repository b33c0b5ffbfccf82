//! The reading of archives for [gongxun](https://docs.rs/gongxun). Depend on that crate; this one is internal.
//!
//! ```text
//! bytes ─archive→ Record ─decode, repair→ ─extract→ Article ─ingest→ writer
//! ```

pub mod archive;
pub mod extract;
pub mod ingest;
