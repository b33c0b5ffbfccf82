//! Statistics of an index.

use serde::Serialize;

use crate::article::Date;
use crate::error::{Error, Result};
use crate::index::commit::check;
use crate::index::deletion::tombstones::Tombstones;
use crate::index::read::snapshot::Snapshot;

/// Seconds in a day.
const DAY: i64 = 86_400;

/// The statistics of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// Number of articles.
    pub articles: u64,
    /// Number of articles without a date.
    pub undated: u64,
    /// The earliest day.
    pub first_day: Option<Date>,
    /// The latest day.
    pub last_day: Option<Date>,
    /// Number of files that they came from.
    pub files: u64,
    /// Number of records of those files that were rejected.
    pub rejected: u64,
    /// Number of articles deleted on request and kept out.
    pub deleted: u64,
    /// The generation's number.
    pub generation: u64,
    /// The commit's number.
    pub commit: u64,
    /// Number of tantivy's segments.
    pub segments: u64,
    /// Size on disk of all files of the generation, in bytes.
    pub bytes: u64,
    /// The part of it taken by stored articles, in bytes; none if that is not known.
    pub store_bytes: Option<u64>,
}

impl Stats {
    /// Computes the statistics of a snapshot.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn from_snapshot(snapshot: &Snapshot) -> Result<Stats> {
        check::catching_panics(&snapshot.generation, || Stats::count(snapshot))
    }

    fn count(snapshot: &Snapshot) -> Result<Stats> {
        let (mut undated, mut first, mut last) = (0, i64::MAX, i64::MIN);
        let mut store_bytes = 0;
        for segment in snapshot.searcher.segment_readers() {
            let dates = segment.fast_fields().i64("date")?;
            for doc in segment.doc_ids_alive() {
                match dates.first(doc) {
                    Some(seconds) => (first, last) = (first.min(seconds), last.max(seconds)),
                    None => undated += 1,
                }
            }
            store_bytes += segment.space_usage().map_err(tantivy::TantivyError::from)?.store().total().get_bytes();
        }
        let day = |seconds: i64| Date::from_day_number(seconds.div_euclid(DAY));
        let manifest = snapshot.manifest()?;
        Ok(Stats {
            articles: snapshot.articles(),
            undated,
            first_day: day(first),
            last_day: day(last),
            files: manifest.entries().count() as u64,
            rejected: manifest.entries().map(|entry| entry.rejected).sum(),
            deleted: Tombstones::read(&snapshot.generation.index)?.len() as u64,
            generation: snapshot.generation.number,
            commit: snapshot.commit.number,
            segments: snapshot.searcher.segment_readers().len() as u64,
            bytes: folder_bytes(snapshot)?,
            store_bytes: Some(store_bytes),
        })
    }
}

fn folder_bytes(snapshot: &Snapshot) -> Result<u64> {
    let folder = snapshot.generation.folder();
    let files = std::fs::read_dir(&folder).map_err(|e| Error::io(&folder, e))?;
    Ok(files.flatten().filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum())
}
