//! The options of a run.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::archive::Limits;
use crate::extract;

/// The default volume of articles between two commits, in bytes.
pub const COMMIT_BYTES: u64 = 256 << 20;

/// The options of a run.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options<'a> {
    /// Files and folders, `-` for standard input.
    pub paths: Vec<PathBuf>,
    /// The folder whose name the places of files begin with; if empty, the known root that holds a path or, if there is
    /// none, the folder that is named, or a file's folder.
    pub root: PathBuf,
    /// The name of a new root; by default the folder's.
    pub root_name: Option<String>,
    /// The options of extraction.
    pub extract: extract::Options,
    /// Limits against hostile input; see [`Limits`] for the defaults.
    pub limits: Limits,
    /// The missing files whose articles are removed; by default none.
    pub prune: Prune,
    /// Whether pruning may remove more than half of the articles of a root, or everything below an empty folder. The
    /// default is `true`; the command line sets it only with `--yes`.
    pub prune_most: bool,
    /// The volume of articles between two commits, in bytes; by default [`COMMIT_BYTES`]. Committed work is not
    /// repeated after a crash; each commit leaves a segment to merge.
    pub commit_bytes: u64,
    /// Number of extracting threads; 0, the default, for one per core.
    pub threads: usize,
    /// Whether articles deleted on request come back: their tombstones are removed before anything is read. The default
    /// is `false`.
    pub restore: bool,
    /// Set by the caller to stop after the current batch, with a commit. By default it is never set.
    pub stop: &'a AtomicBool,
    /// The time at which to stop in the same way; by default there is none.
    pub deadline: Option<Instant>,
}

impl<'a> Options<'a> {
    /// Sets the folder that places begin with, by its name.
    pub fn root(mut self, root: impl Into<PathBuf>) -> Options<'a> {
        self.root = root.into();
        self
    }

    /// Sets the name of a new root, which is its folder's otherwise.
    pub fn root_name(mut self, name: impl Into<String>) -> Options<'a> {
        self.root_name = Some(name.into());
        self
    }

    /// Sets how records are read as articles.
    pub fn extract(mut self, options: extract::Options) -> Options<'a> {
        self.extract = options;
        self
    }

    /// Sets the limits against hostile input.
    pub fn limits(mut self, limits: Limits) -> Options<'a> {
        self.limits = limits;
        self
    }

    /// Sets which articles of missing files are removed.
    pub fn prune(mut self, prune: Prune) -> Options<'a> {
        self.prune = prune;
        self
    }

    /// Sets the number of bytes of articles between commits.
    pub fn commit_bytes(mut self, bytes: u64) -> Options<'a> {
        self.commit_bytes = bytes;
        self
    }

    /// Sets the number of threads that extract; 0 for one per core.
    pub fn threads(mut self, threads: usize) -> Options<'a> {
        self.threads = threads;
        self
    }

    /// Sets whether articles deleted on request come back.
    pub fn restore(mut self, restore: bool) -> Options<'a> {
        self.restore = restore;
        self
    }

    /// Stops the run after the current batch, with a commit, once this flag is set.
    pub fn stop<'b>(self, flag: &'b AtomicBool) -> Options<'b>
    where
        'a: 'b,
    {
        Options { stop: flag, ..self }
    }

    /// Whether the run should stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// A flag that is never set, for [`Options::new`].
static NEVER: AtomicBool = AtomicBool::new(false);

/// The options of a run, under the name that programs use: `Ingest::paths(["archive"])`.
pub type Ingest = Options<'static>;

impl Options<'static> {
    /// Reads these files and folders with the default options.
    pub fn paths(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Options<'static> {
        Options::new(paths)
    }

    /// Reads these files and folders with the default options.
    pub fn new(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Options<'static> {
        Options {
            paths: paths.into_iter().map(Into::into).collect(),
            root: PathBuf::new(),
            root_name: None,
            extract: extract::Options::default(),
            limits: Limits::default(),
            prune: Prune::Nothing,
            prune_most: true,
            commit_bytes: COMMIT_BYTES,
            threads: 0,
            restore: false,
            stop: &NEVER,
            deadline: None,
        }
    }
}

/// The missing files whose articles are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Prune {
    /// None.
    #[default]
    Nothing,
    /// Those below the paths that were named. Files that can't be looked at do not count as missing.
    BelowPaths,
}
