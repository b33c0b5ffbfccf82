//! Arguments of commands that read an archive: its files, how they are read, and what becomes of their articles.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::asked::Format;

/// `index`, `reindex`
#[derive(Debug, ClapArgs)]
pub struct BuildArgs {
    /// What is read
    #[command(flatten)]
    pub intake: IntakeArgs,
    /// Your own words, one a line, with a frequency if you like
    #[arg(long, value_name = "FILE")]
    pub dict: Option<PathBuf>,
    /// The name of a folder that is new to the index; its own unless given
    #[arg(long, value_name = "NAME")]
    pub root_name: Option<String>,
    /// Tell what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Let everything back in that was deleted on request
    #[arg(long)]
    pub restore: bool,
    /// Exit with 2 when a record was rejected, other than those that were deleted on request
    #[arg(long)]
    pub strict: bool,
    /// How many threads; all cores unless given
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Memory for the index under way, in MB; 100 unless given
    #[arg(long, value_name = "MB")]
    pub memory: Option<usize>,
    /// Commit whenever so many MB of articles have gone in; 256 unless given
    #[arg(long, value_name = "MB", hide = true)]
    pub commit_mb: Option<f64>,
    /// How many older generations to keep (reindex)
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub keep: usize,
}

/// `push`
#[cfg(feature = "engine")]
#[derive(Debug, ClapArgs)]
pub struct PushArgs {
    /// What is read
    #[command(flatten)]
    pub intake: IntakeArgs,
    /// Your own words, one a line, with a frequency if you like; for a new index
    #[arg(long, value_name = "FILE")]
    pub dict: Option<PathBuf>,
    /// Build a new index beside the one that serves, and swap when it is whole
    #[arg(long)]
    pub rebuild: bool,
    /// Read one part of the files, 2/3 for the second of three; other processes read the others
    #[arg(long, value_name = "I/N")]
    pub part: Option<String>,
    /// Join the copies of articles when all is loaded; with --part, once by `push --reprints` at the end
    #[arg(long)]
    pub reprints: bool,
    /// How many shards a new index has
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub shards: u32,
    /// How many replicas of each shard a new index has
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub replicas: u32,
    /// How many articles are sent at once
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub bulk: usize,
    /// How many MB are sent at once
    #[arg(long, value_name = "MB", default_value_t = 8)]
    pub bulk_mb: usize,
}

/// The files that are read, and what becomes of articles that are gone and of records that are rejected.
#[derive(Debug, ClapArgs)]
pub struct IntakeArgs {
    /// Files and folders; - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How the files are read
    #[command(flatten)]
    pub read: ReadArgs,
    /// Take out the articles of files that are gone
    #[arg(long)]
    pub prune: bool,
    /// Take out more than half of a folder's articles, or all of a folder that is empty, if that is what is gone
    #[arg(long)]
    pub yes: bool,
    /// Write the rejections here as JSON lines
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// How files are read.
#[derive(Debug, Default, ClapArgs)]
pub struct ReadArgs {
    /// The folder that ids and origins are relative to; the named folder, or the known one above it, unless given
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Names of fields in JSON input: title=headline,body=text
    #[arg(long, value_name = "FIELD=NAME", value_delimiter = ',')]
    pub map: Vec<String>,
    /// Another limit against hostile input: record-bytes=256M, page-bytes, nesting, ratio, ratio-floor, members, folders,
    /// seconds (for one file; 0 for as long as it takes)
    #[arg(long, value_name = "NAME=NUMBER", value_delimiter = ',')]
    pub max: Vec<String>,
}

/// `extract`
#[derive(Debug, ClapArgs)]
pub struct ExtractArgs {
    /// Files and folders; - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How the files are read
    #[command(flatten)]
    pub read: ReadArgs,
    /// Exit with 2 when a record was rejected
    #[arg(long)]
    pub strict: bool,
    /// Show where each line of a page went, and why
    #[arg(long)]
    pub explain: bool,
    /// How the lines are shown: text, json or jsonl
    #[arg(long, value_enum, default_value_t = Format::Text, requires = "explain")]
    pub format: Format,
}
