//! How a long call is watched and stopped from outside.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Progress {
    /// What is to be done, in the call's own unit: bytes of files where an archive is read.
    pub total: u64,
    /// What of it is done.
    pub done: u64,
    /// Records, articles or files that are done.
    pub items: u64,
}

impl Progress {
    /// So much of so much, with so many items done.
    pub fn new(done: u64, total: u64, items: u64) -> Progress {
        Progress { total, done, items }
    }
}

/// Stop flag, deadline and progress of a long call; none of them unless given.
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
    progress: Option<Hears<'a>>,
}

type Hears<'a> = Mutex<Box<dyn FnMut(Progress) + Send + 'a>>;

impl<'a> Control<'a> {
    /// The call ends soon after this flag is set.
    pub fn stop(mut self, flag: &'a AtomicBool) -> Control<'a> {
        self.stop = Some(flag);
        self
    }

    /// The call ends soon after this moment.
    pub fn deadline(mut self, deadline: Instant) -> Control<'a> {
        self.deadline = Some(deadline);
        self
    }

    /// The function hears how far the call is, from time to time.
    pub fn progress(mut self, hears: impl FnMut(Progress) + Send + 'a) -> Control<'a> {
        self.progress = Some(Mutex::new(Box::new(hears)));
        self
    }

    /// The flag, where there is one.
    pub fn stop_flag(&self) -> Option<&'a AtomicBool> {
        self.stop
    }

    /// The moment by which the call shall end, where there is one.
    pub fn ends_at(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether the call shall end.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|flag| flag.load(Ordering::Relaxed))
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Tells how far the call is.
    pub fn report(&self, progress: Progress) {
        if let Some(hears) = &self.progress {
            hears.lock().unwrap_or_else(PoisonError::into_inner)(progress);
        }
    }
}

/// What says whether a call shall end.
pub trait Stops {
    /// Whether it shall.
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
