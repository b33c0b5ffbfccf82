//! Failpoints: with the feature `failpoints`, a chosen disk operation fails as on a full disk. Without it this compiles
//! to nothing.
//!
//! Every write to an index folder passes a failpoint first; a test that has armed the folder makes the k-th of these
//! operations fail, for each k there is.

/// A disk operation about to be performed on a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Create, or open for writing.
    Create,
    /// Write.
    Write,
    /// Sync.
    Sync,
    /// Rename over another.
    Rename,
    /// Remove.
    Remove,
}

/// Fails if a test wants this operation to fail.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn point(_step: Step, _path: &std::path::Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(feature = "failpoints")]
pub use armed::{Fault, FaultGuard, point};

#[cfg(feature = "failpoints")]
mod armed {
    use std::io;
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use super::Step;

    /// The error code of a full disk (`ENOSPC`).
    const NO_SPACE: i32 = 28;

    /// The operations that fail, counted from 1.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Fault {
        /// None: operations are only recorded.
        Never,
        /// This one, and none after it.
        Once(usize),
        /// This one and all after it, except removals, as on a full disk.
        From(usize),
    }

    impl Fault {
        fn hits(self, number: usize, step: Step) -> bool {
            match self {
                Fault::Never => false,
                Fault::Once(at) => number == at,
                Fault::From(at) => number >= at && step != Step::Remove,
            }
        }
    }

    /// A folder under watch.
    struct Watch {
        folder: PathBuf,
        fault: Fault,
        steps: Vec<(Step, PathBuf)>,
    }

    static WATCHES: Mutex<Vec<Watch>> = Mutex::new(Vec::new());

    fn watches() -> MutexGuard<'static, Vec<Watch>> {
        WATCHES.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An armed folder: operations in it fail as long as this value lives.
    pub struct FaultGuard(PathBuf);

    impl FaultGuard {
        /// Arms a folder.
        pub fn new(folder: &Path, fault: Fault) -> FaultGuard {
            watches().push(Watch { folder: folder.to_path_buf(), fault, steps: Vec::new() });
            FaultGuard(folder.to_path_buf())
        }

        /// Returns the operations so far, with paths relative to the folder.
        pub fn steps(&self) -> Vec<(Step, PathBuf)> {
            let watches = watches();
            let watch = watches.iter().find(|watch| watch.folder == self.0);
            watch.map(|watch| watch.steps.clone()).unwrap_or_default()
        }
    }

    impl Drop for FaultGuard {
        fn drop(&mut self) {
            watches().retain(|watch| watch.folder != self.0);
        }
    }

    /// Fails if a test wants this operation to fail.
    pub fn point(step: Step, path: &Path) -> io::Result<()> {
        let mut watches = watches();
        let Some(watch) = watches.iter_mut().find(|watch| path.starts_with(&watch.folder)) else { return Ok(()) };
        watch.steps.push((step, path.strip_prefix(&watch.folder).unwrap_or(path).to_path_buf()));
        if watch.fault.hits(watch.steps.len(), step) { Err(io::Error::from_raw_os_error(NO_SPACE)) } else { Ok(()) }
    }
}
