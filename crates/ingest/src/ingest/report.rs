//! What a run tells: on its way to an [`Observer`], at its end in a [`Report`].

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde::Serialize;

use gongxun_core::article::ArticleId;
use gongxun_core::control::{self, Control};
use gongxun_core::error::Rejection;

/// What became of the records. `read = new + changed + unchanged + rejected`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Files looked at.
    pub files: u64,
    /// Files that were not read because nothing about them changed.
    pub files_unchanged: u64,
    /// Records read, those of unchanged files among them.
    pub read: u64,
    /// Articles that were not in the index.
    pub new: u64,
    /// Articles that replaced one of the same id.
    pub changed: u64,
    /// Articles that stood in the index as they are.
    pub unchanged: u64,
    /// Records that hold no article, each with a reason.
    pub rejected: u64,
    /// Those of unchanged files among the rejected: an earlier run told of them, they are not told again.
    pub rejected_before: u64,
    /// Those among the rejected that were deleted on request, in this run's files and in unchanged ones.
    pub deleted: u64,
    /// Articles taken out, because their record or file is gone, or because they were to be deleted and still there.
    pub removed: u64,
    /// Records that have text and no article, beside those that were read: they are found by their margin alone.
    pub pages: u64,
    /// Records that shared place and key with an earlier one; both are kept.
    pub duplicate_ids: u64,
    /// Articles among the new and changed ones that are copies of others: they joined a cluster of reprints.
    pub joined: u64,
    /// Records of the whole archive whose article another record holds: an export's lines beside the pages that it was
    /// made of.
    pub shared: u64,
    /// Articles that stay although this run did not meet them: their file could not be read to its end, or they came by
    /// standard input before.
    pub kept: u64,
    /// Articles that a new generation took over from the one before: of files that were not named or can't be read now, by
    /// standard input, put in by a program.
    pub carried: u64,
    /// Bytes of files read.
    pub bytes: u64,
}

impl Report {
    /// How many articles an index holds into which this run took everything.
    pub fn held(&self) -> u64 {
        (self.new + self.changed + self.unchanged + self.kept + self.carried).saturating_sub(self.shared)
    }
}

/// How far the run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes of all files that are to be read.
    pub bytes_total: u64,
    /// Bytes of them that were read; a little ahead of the records.
    pub bytes_done: u64,
    /// Records that are done.
    pub records: u64,
}

/// Hears what happens during a run. All methods do nothing unless written.
pub trait Observer {
    /// A record was set aside.
    fn rejected(&mut self, _rejection: &Rejection) {}
    /// Two records have one id; the later one was kept under another.
    fn duplicate(&mut self, _origin: &str, _id: &ArticleId) {}
    /// The run was asked to stop, reads no more, and commits.
    fn stopping(&mut self) {}
    /// Something to be told that is no rejection, in words.
    fn note(&mut self, _what: &str) {}
    /// The run went on.
    fn progress(&mut self, _progress: Progress) {}
}

impl Observer for () {}

/// Who hears of a run and may stop it: an [`Observer`], or a [`Control`].
pub trait Listener<'c> {
    /// The flag and the moment by which the run ends, where there are any.
    fn ends(&self) -> (Option<&'c AtomicBool>, Option<Instant>) {
        (None, None)
    }

    /// Runs with what hears of it.
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

/// Hands the progress of a run on to a control.
struct Watch<'c, 'a>(&'c Control<'a>);

impl Observer for Watch<'_, '_> {
    fn progress(&mut self, progress: Progress) {
        self.0.report(control::Progress::new(progress.bytes_done, progress.bytes_total, progress.records));
    }
}
