//! gongxun 工讯 finds anything in a Chinese labour-news archive as it really is.
//!
//! ```
//! use gongxun::index::{Resources, Snapshot, Writer};
//! use gongxun::search::{Request, search};
//!
//! # fn main() -> gongxun::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let (index, archive) = (folder.path().join("index"), folder.path().join("archive.jsonl"));
//! # std::fs::write(&archive, "{\"title\":\"工会驿站\",\"body\":\"农民工的歇脚处。\"}").unwrap();
//! let mut writer = Writer::open(&index, None, Resources::default())?;
//! let report = gongxun::ingest::ingest(&mut writer, &gongxun::ingest::Options::new([&archive]), &mut ())?;
//! writer.finish()?;
//! assert_eq!(report.new, 1);
//!
//! let snapshot = Snapshot::open(&index)?;
//! let request = Request::new(gongxun::query::parse("農民工"));
//! let results = search(&snapshot, &request, gongxun::text::synonyms::Synonyms::builtin())?;
//! assert_eq!(results.hits[0].article.title, "工会驿站");
//! # Ok(())
//! # }
//! ```
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
//! error, article, control
//! text
//! query
//! archive, reprint, index
//! extract, search
//! ingest, verify, view
//! web
//! cli
//! ```

pub use gongxun_core::{article, control, error, index, query, reprint, search, verify, view};
#[cfg(feature = "ingest")]
pub use gongxun_ingest::{archive, extract, ingest};
pub use gongxun_text as text;

pub use gongxun_core::article::{Article, ArticleId, Credit, Date, Origin, Role};
pub use gongxun_core::error::{Error, Reason, Rejection, Result};
