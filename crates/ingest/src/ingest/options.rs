//! What a run reads, and how.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::archive::Limits;
use crate::extract;

/// A commit follows when this many bytes of articles have gone in since the last one, unless another figure is given.
pub const COMMIT_BYTES: u64 = 256 << 20;

/// What to read, and how.
#[derive(Clone)]
pub struct Options<'a> {
    /// Files and folders, `-` for standard input.
    pub paths: Vec<PathBuf>,
    /// The folder that the places of files begin with, by its name; empty for the known root that holds a path, or, where
    /// there is none, the folder that is named, or a file's folder.
    pub root: PathBuf,
    /// The name of a root that is new, where it shall not be the folder's.
    pub root_name: Option<String>,
    /// How records are read as articles.
    pub extract: extract::Options,
    /// Limits against hostile input.
    pub limits: Limits,
    /// Which articles of files that are not there are taken out.
    pub prune: Prune,
    /// Whether a prune may take out more than half of the articles of a root, or everything below a folder that is empty.
    pub prune_most: bool,
    /// A commit follows when this many bytes of articles have gone in since the last one. What was committed is not done
    /// again after a crash; each commit leaves a segment to merge.
    pub commit_bytes: u64,
    /// How many threads extract; 0 for as many as there are cores.
    pub threads: usize,
    /// Whether what was deleted on request comes back: its tombstones are removed before anything is read.
    pub restore: bool,
    /// Set from outside to stop after the current batch, with a commit.
    pub stop: &'a AtomicBool,
    /// When to stop so by itself.
    pub deadline: Option<Instant>,
}

impl Options<'_> {
    /// Whether the run shall stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// Set by nobody: what [`Options::new`] listens to.
static NEVER: AtomicBool = AtomicBool::new(false);

/// What to read, as a program says it: `Ingest::paths(["archive"])`.
pub type Ingest = Options<'static>;

impl Options<'static> {
    /// Reads these files and folders by the usual rules.
    pub fn paths(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Options<'static> {
        Options::new(paths)
    }

    /// Reads these files and folders by the usual rules.
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

/// Which files that the index knows, and that are not among the inputs, go with their articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prune {
    /// None.
    #[default]
    Nothing,
    /// Those below the paths that were named. What can't be looked at is not taken for gone.
    BelowPaths,
}
