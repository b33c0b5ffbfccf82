//! Reading of archives and files to articles, and ingestion into an index.
//!
//! ```
//! use gongxun::ingest::{Ingest, Prune, ingest, reindex};
//! use gongxun::{Control, Index, Resources, Settings};
//! # fn main() -> gongxun::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let archive = folder.path().join("archive");
//! # std::fs::create_dir(&archive).unwrap();
//! # std::fs::write(archive.join("a.jsonl"), "{\"title\":\"工会驿站\",\"body\":\"农民工的歇脚处。\"}").unwrap();
//! let index = Index::in_memory(Settings::default())?;
//! let mut writer = index.writer(Resources::default())?;
//! let control = Control::default().progress(|progress| eprintln!("{} of {} bytes", progress.done, progress.total));
//! let report = ingest(&mut writer, Ingest::paths([&archive]).prune(Prune::BelowPaths), &control)?;
//! writer.finish()?;
//! assert_eq!(report.read, report.new + report.changed + report.unchanged + report.rejected);
//! assert_eq!(index.snapshot().search("農民工").run()?.total, 1);
//!
//! // Everything anew, beside the index that serves, which is swapped for it once it is checked.
//! let report = reindex(&index, Resources::default(), Ingest::paths([&archive]), &Control::default())?;
//! assert_eq!(report.new, 1);
//! # Ok(())
//! # }
//! ```

use std::borrow::Borrow;

use gongxun_core::error::{Rejection as Rejected, Result};
use gongxun_core::index::Resources;
use gongxun_core::index::config::Config;
use gongxun_ingest::ingest as inner;

use crate::index::{Index, KEPT_GENERATIONS};
use crate::writer::Writer;

pub use gongxun_core::article::Origin;
pub use gongxun_core::error::{Reason, Rejection};
pub use gongxun_ingest::archive::{Limits, Media, Record};
pub use gongxun_ingest::extract::{Options as Reading, extract};
pub use gongxun_ingest::ingest::{Listener, Observer, Options as Ingest, Progress, Prune, Report};

/// Reads files and archives into an index and commits. Files that did not change since the last run are not read again.
///
/// A [`Control`](crate::Control) follows the run and may stop it, and so does an [`Observer`], which is told of each
/// rejection too; `&mut ()` does neither.
///
/// # Errors
/// If a path does not exist, the index can't be written, or the run was stopped
/// ([`Error::Interrupted`](crate::Error::Interrupted), after a commit). Bad records are no errors: they are rejected,
/// and counted in the report.
pub fn ingest<'a, 'c>(
    writer: &mut Writer,
    what: impl Borrow<Ingest<'a>>,
    listener: impl Listener<'c>,
) -> Result<Report> {
    inner::ingest(&mut writer.0, what, listener)
}

/// Builds an index anew from files and archives, beside the one that serves, checks it and swaps it in. Articles that a
/// program put in are carried over; the previous generation is kept for a rollback. An interrupted build is resumed.
///
/// # Errors
/// Same as [`ingest`]; [`Error::Busy`](crate::Error::Busy) if a writer is open,
/// [`Error::Unsound`](crate::Error::Unsound) if the new generation does not pass its check: the old one goes on
/// serving.
pub fn reindex<'a, 'c>(
    index: &Index,
    resources: Resources,
    what: impl Borrow<Ingest<'a>>,
    listener: impl Listener<'c>,
) -> Result<Report> {
    let snapshot = index.snapshot();
    let segmenter = match Config::read(index.path())?.and_then(|config| config.dictionary) {
        Some(chosen) => chosen,
        None => snapshot.0.segmenter()?.clone(),
    };
    let (report, _) = inner::rebuild(index.path(), &segmenter, resources, KEPT_GENERATIONS, what, listener)?;
    Ok(report)
}

/// Reads files and archives and passes on each article, or each record that yielded none, in order, without an index.
///
/// # Errors
/// If a path does not exist, or `visit` fails.
pub fn extract_all(
    what: &Ingest<'_>,
    visit: impl FnMut(std::result::Result<crate::Article, Rejected>) -> Result<()>,
) -> Result<()> {
    inner::extract_all(what, visit)
}
