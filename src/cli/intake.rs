//! Arguments of commands that read an archive: its files, how they are read, and what becomes of their articles.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::common_args::{Format, between};
use gongxun_core::index::MAX_THREADS;

/// `index`, `reindex`
#[derive(Debug, ClapArgs)]
pub struct BuildArgs {
    /// The files to read
    #[command(flatten)]
    pub intake: IntakeArgs,
    /// User dictionary, one word per line, optionally with its frequency
    #[arg(long, value_name = "FILE")]
    pub dict: Option<PathBuf>,
    /// Name of a root that is new to the index; by default that of its folder
    #[arg(long, value_name = "NAME")]
    pub root_name: Option<String>,
    /// Report what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Lift all deletions on request
    #[arg(long)]
    pub restore: bool,
    /// Exit with status 2 if a record was rejected, except those deleted on request
    #[arg(long)]
    pub strict: bool,
    /// Number of threads; one per core by default
    #[arg(long, value_name = "N", value_parser = between(1, MAX_THREADS))]
    pub threads: Option<usize>,
    /// Memory for indexing, in MB; 100 by default
    #[arg(long, value_name = "MB")]
    pub memory: Option<usize>,
    /// Size of articles between commits, in MB; 256 by default
    #[arg(long, value_name = "MB", hide = true)]
    pub commit_mb: Option<f64>,
    /// Number of older generations to keep (reindex)
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub keep: usize,
}

/// `push`
#[cfg(feature = "engine")]
#[derive(Debug, ClapArgs)]
pub struct PushArgs {
    /// The files to read
    #[command(flatten)]
    pub intake: IntakeArgs,
    /// User dictionary for a new index, one word per line, optionally with its frequency
    #[arg(long, value_name = "FILE")]
    pub dict: Option<PathBuf>,
    /// Build a new index beside the current one, and swap it in when complete
    #[arg(long)]
    pub rebuild: bool,
    /// Read one part of the files, such as 2/3 for the second of three; other processes read the rest
    #[arg(long, value_name = "I/N")]
    pub part: Option<String>,
    /// Cluster copies of articles after loading; with --part, once by `push --reprints` at the end
    #[arg(long)]
    pub reprints: bool,
    /// Number of shards of a new index
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub shards: u32,
    /// Number of replicas per shard of a new index
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub replicas: u32,
    /// Maximum number of articles per request
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub bulk: usize,
    /// Maximum size of a request, in MB
    #[arg(long, value_name = "MB", default_value_t = 8)]
    pub bulk_mb: usize,
}

/// The files that are read, and what becomes of articles that are gone and of records that are rejected.
#[derive(Debug, ClapArgs)]
pub struct IntakeArgs {
    /// Files and folders; - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The way of reading the files
    #[command(flatten)]
    pub read: ReadArgs,
    /// Remove articles whose files no longer exist
    #[arg(long)]
    pub prune: bool,
    /// Allow the removal of more than half of a folder's articles, or of all articles of an empty folder
    #[arg(long)]
    pub yes: bool,
    /// Write the rejections to this file as JSON lines
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Options of reading files.
#[derive(Debug, Default, ClapArgs)]
pub struct ReadArgs {
    /// Folder that ids and origins are relative to; by default the given folder, or the known root above it
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Names of fields in JSON input: title=headline,body=text
    #[arg(long, value_name = "FIELD=NAME", value_delimiter = ',')]
    pub map: Vec<String>,
    /// Limits on hostile input: record-bytes=256M, page-bytes, markdown-bytes, nesting, ratio, ratio-floor, window-bytes, members, folders, seconds
    /// (per file; 0 for no limit)
    #[arg(long, value_name = "NAME=NUMBER", value_delimiter = ',')]
    pub max: Vec<String>,
}

/// `extract`
#[derive(Debug, ClapArgs)]
pub struct ExtractArgs {
    /// Files and folders; - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The way of reading the files
    #[command(flatten)]
    pub read: ReadArgs,
    /// Exit with status 2 if a record was rejected
    #[arg(long)]
    pub strict: bool,
    /// Show the part that each line of a page was assigned to, and why
    #[arg(long)]
    pub explain: bool,
    /// Output format of --explain: text, json or jsonl
    #[arg(long, value_enum, default_value_t = Format::Text, requires = "explain")]
    pub format: Format,
}
