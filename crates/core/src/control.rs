//! The control of long calls: stopping them and following their progress.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The progress of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Progress {
    /// The total work, in the call's own unit: bytes of files when an archive is read.
    pub total: u64,
    /// The part of it that is done.
    pub done: u64,
    /// Number of records, articles or files done.
    pub items: u64,
}

impl Progress {
    /// Progress with `done` of `total` and a number of items done.
    pub fn new(done: u64, total: u64, items: u64) -> Progress {
        Progress { total, done, items }
    }
}

/// The stop flag, deadline and progress callback of a long call, all optional.
///
/// ```
/// use gongxun_core::control::{Control, Progress};
/// use std::sync::atomic::{AtomicBool, Ordering};
/// let flag = AtomicBool::new(false);
/// let control = Control::default().stop(&flag).progress(|progress| assert!(progress.done <= progress.total));
/// control.report(Progress::new(1, 2, 1));
/// assert!(!control.is_stopped());
/// flag.store(true, Ordering::Relaxed);
/// assert!(control.is_stopped());
/// ```
#[derive(Default)]
pub struct Control<'a> {
    stop: Option<&'a AtomicBool>,
    deadline: Option<Instant>,
    progress: Option<ProgressCallback<'a>>,
}

type ProgressCallback<'a> = Mutex<Box<dyn FnMut(Progress) + Send + 'a>>;

impl<'a> Control<'a> {
    /// Ends the call soon after this flag is set.
    pub fn stop(mut self, flag: &'a AtomicBool) -> Control<'a> {
        self.stop = Some(flag);
        self
    }

    /// Ends the call soon after this time.
    pub fn deadline(mut self, deadline: Instant) -> Control<'a> {
        self.deadline = Some(deadline);
        self
    }

    /// Calls the function with the progress from time to time.
    pub fn progress(mut self, hears: impl FnMut(Progress) + Send + 'a) -> Control<'a> {
        self.progress = Some(Mutex::new(Box::new(hears)));
        self
    }

    /// Returns the stop flag, if there is one.
    pub fn stop_flag(&self) -> Option<&'a AtomicBool> {
        self.stop
    }

    /// Returns the deadline, if there is one.
    pub fn ends_at(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether the call should end.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|flag| flag.load(Ordering::Relaxed))
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Reports progress to the callback.
    pub fn report(&self, progress: Progress) {
        if let Some(hears) = &self.progress {
            hears.lock().unwrap_or_else(PoisonError::into_inner)(progress);
        }
    }
}

/// A source of the decision to end a call, which several threads of the call may ask.
pub trait Stops: Sync {
    /// Whether the call should end.
    fn is_stopped(&self) -> bool;
}

impl Stops for Control<'_> {
    fn is_stopped(&self) -> bool {
        Control::is_stopped(self)
    }
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("stopped", &self.is_stopped()).field("deadline", &self.deadline).finish()
    }
}
