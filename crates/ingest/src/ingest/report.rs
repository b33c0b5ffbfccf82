//! The reporting of a run: to an [`Observer`] while it runs, in a [`Report`] at its end.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde::Serialize;

use gongxun_core::article::ArticleId;
use gongxun_core::control::{self, Control};
use gongxun_core::error::Rejection;

/// The outcome of a run, in numbers. `read = new + changed + unchanged + rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Number of files looked at.
    pub files: u64,
    /// Number of files that were not read because nothing about them changed.
    pub files_unchanged: u64,
    /// Number of records read, those of unchanged files included.
    pub read: u64,
    /// Number of articles that were not in the index.
    pub new: u64,
    /// Number of articles that replaced one with the same id.
    pub changed: u64,
    /// Number of articles that were already in the index unchanged.
    pub unchanged: u64,
    /// Number of records without an article, each with a reason.
    pub rejected: u64,
    /// Number of rejected records in unchanged files: an earlier run has reported them, and they are not reported
    /// again.
    pub rejected_before: u64,
    /// Number of rejected records that were deleted on request, in this run's files and in unchanged ones.
    pub deleted: u64,
    /// Number of articles removed, because their record or file is gone, or because they should have been deleted
    /// before.
    pub removed: u64,
    /// Number of records that have text and no article, in addition to `read`: they are found by their margin alone.
    pub pages: u64,
    /// Number of pages without an article removed, because their record or file is gone.
    pub pages_removed: u64,
    /// Number of records that shared place and key with an earlier one; both are kept.
    pub duplicate_ids: u64,
    /// Number of new and changed articles that are copies of others: they joined a cluster of reprints.
    pub joined: u64,
    /// Number of records of the whole archive whose article another record holds: an export's lines beside the pages
    /// that it was made from.
    pub shared: u64,
    /// Number of articles that stay although this run did not meet them: their file could not be read to its end, or
    /// they came by standard input before.
    pub kept: u64,
    /// Number of articles that a new generation carried over from the one before: from files that were not named or
    /// can't be read now, by standard input, put in by a program.
    pub carried: u64,
    /// Number of bytes of files read.
    pub bytes: u64,
}

impl Report {
    /// Returns the number of articles in an index into which this run put everything.
    pub fn held(&self) -> u64 {
        (self.new + self.changed + self.unchanged + self.kept + self.carried).saturating_sub(self.shared)
    }
}

/// The progress of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Progress {
    /// Total size of the files to be read, in bytes.
    pub bytes_total: u64,
    /// Number of bytes read so far; a little ahead of the records.
    pub bytes_done: u64,
    /// Number of records done.
    pub records: u64,
}

/// Receives the events of a run. All methods do nothing by default.
pub trait Observer {
    /// Reports a rejected record.
    fn rejected(&mut self, _rejection: &Rejection) {}
    /// Reports two records with one id; the later one was kept under another id.
    fn duplicate(&mut self, _origin: &str, _id: &ArticleId) {}
    /// Reports that a commit begins or has ended: killing the process meanwhile loses the records read since the commit
    /// before.
    fn committing(&mut self, _under_way: bool) {}
    /// Reports a note that is not a rejection.
    fn note(&mut self, _what: &str) {}
    /// Reports progress of the run.
    fn progress(&mut self, _progress: Progress) {}
}

impl Observer for () {}

/// A receiver of a run's events that may stop it: an [`Observer`], or a [`Control`].
pub trait Listener<'c> {
    /// Returns the stop flag and the deadline of the run, if there are any.
    fn ends(&self) -> (Option<&'c AtomicBool>, Option<Instant>) {
        (None, None)
    }

    /// Calls `run` with the observer of its events.
    fn listen<T>(self, run: impl FnOnce(&mut dyn Observer) -> T) -> T;
}

impl<O: Observer> Listener<'static> for &mut O {
    fn listen<T>(self, run: impl FnOnce(&mut dyn Observer) -> T) -> T {
        run(self)
    }
}

impl Listener<'static> for &mut dyn Observer {
    fn listen<T>(self, run: impl FnOnce(&mut dyn Observer) -> T) -> T {
        run(self)
    }
}

impl<'c> Listener<'c> for &'c Control<'_> {
    fn ends(&self) -> (Option<&'c AtomicBool>, Option<Instant>) {
        (self.stop_flag(), self.ends_at())
    }

    fn listen<T>(self, run: impl FnOnce(&mut dyn Observer) -> T) -> T {
        run(&mut Watch(self))
    }
}

/// Passes the progress of a run on to a control.
struct Watch<'c, 'a>(&'c Control<'a>);

impl Observer for Watch<'_, '_> {
    fn progress(&mut self, progress: Progress) {
        self.0.report(control::Progress::new(progress.bytes_done, progress.bytes_total, progress.records));
    }
}
