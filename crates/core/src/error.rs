//! Errors: [`Error`] stops an operation, [`Rejection`] sets one record aside.
//!
//! Failures are of three kinds: an [`Error`] stops the command; a [`Rejection`] is counted and listed while the rest
//! goes on; a note on a query belongs to the query itself (see [`crate::query`]).

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::article::{Article, ArticleId, Origin};

/// Unix's `EMFILE`: too many open files in this process.
const TOO_MANY_HERE: i32 = 24;
/// Unix's `ENFILE`: too many open files in all processes together.
const TOO_MANY_IN_ALL: i32 = 23;
/// Unix's `EIO`: a failing disk.
const INPUT_OUTPUT: i32 = 5;
/// Unix's `ENODEV`: a disk that is no longer there.
const NO_DEVICE: i32 = 19;
/// Linux's `ENOTCONN`: a mount whose server is gone.
const NOT_CONNECTED: i32 = 107;

/// The result of an operation that can fail with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error that stops an operation. Each message names the file and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{}: {source}{}", path.display(), remedy(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// There is no index in the folder.
    #[error("{}: no index here; build one with `gongxun index PATH…`, or name another folder with --index", .0.display())]
    NoIndex(PathBuf),
    /// The index was written by another version of this program.
    #[error("{}: {found}; this program reads schema {wanted}, and `gongxun reindex PATH…` builds one", path.display())]
    Schema {
        /// The generation's folder.
        path: PathBuf,
        /// A description of the schema found.
        found: String,
        /// The version that this program reads.
        wanted: u32,
    },
    /// Another process writes to the index.
    #[error("{}: another gongxun writes to this index; wait for it to end, or stop it, then try again", .0.display())]
    Busy(PathBuf),
    /// A file of the index does not hold what was written.
    #[error("{}: damaged: {what}; `gongxun verify` shows the extent, `gongxun rollback` or `gongxun reindex PATH…` repairs it", path.display())]
    Damaged {
        /// The damaged file, or the generation's folder if the file is not known.
        path: PathBuf,
        /// A description of the damage.
        what: String,
    },
    /// A stored article can't be read. Only this article is affected.
    #[error(
        "article {id} of {file}: it can't be read: {what}; `gongxun reindex PATH…` reads it again from the archive, `gongxun delete {id}` removes it"
    )]
    Unreadable {
        /// Its id.
        id: ArticleId,
        /// The file that it came from.
        file: String,
        /// A description of the damage.
        what: String,
    },
    /// A new generation failed the check before its swap.
    #[error("{}: the new generation did not pass its check: {what}. The previous one stays in use; the new one is kept for inspection until the next successful `gongxun reindex`", path.display())]
    Unsound {
        /// The new generation's folder.
        path: PathBuf,
        /// A description of the problem.
        what: String,
    },
    /// An invalid argument or user's file. The message says which and why.
    #[error("{0}")]
    Invalid(String),
    /// The user asked to stop (Ctrl-C). Committed work is kept.
    #[error("interrupted; what was committed is kept, the same command goes on from there")]
    Interrupted,
    /// The search engine below failed in a way that no other variant covers.
    #[error("index engine: {0}")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Error {
        Error::Engine(error.into())
    }
}

impl Error {
    /// Wraps an error of the operating system with the path that it concerns.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Error {
        Error::Io { path: path.as_ref().to_path_buf(), source }
    }

    /// Returns a stand-in for an article that can't be read, to be listed in its place: it can be deleted like any
    /// other.
    ///
    /// # Errors
    /// Any other error is passed through.
    pub fn into_placeholder(self) -> Result<Article> {
        match self {
            Error::Unreadable { id, file, .. } => {
                Ok(Article { id, title: "(can't be read)".into(), origin: file, ..Article::default() })
            }
            error => Err(error),
        }
    }
}

/// Returns the remedy for an error of the operating system.
fn remedy(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{
        FileTooLarge, NotFound, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StaleNetworkFileHandle,
        StorageFull,
    };
    match (error.kind(), error.raw_os_error()) {
        (StorageFull | QuotaExceeded | FileTooLarge, _) => {
            "; what was committed is kept: make room, and the same command goes on from there"
        }
        (PermissionDenied | ReadOnlyFilesystem, _) => {
            "; ask its owner, or name another folder (the index with --index)"
        }
        (_, Some(TOO_MANY_HERE | TOO_MANY_IN_ALL)) if cfg!(unix) => {
            "; close programs that have files open, or raise the limit (`ulimit -n`), and try again"
        }
        (NotFound | StaleNetworkFileHandle, _) | (_, Some(NO_DEVICE | NOT_CONNECTED | INPUT_OUTPUT)) => {
            "; is the name right, and its disk or share mounted?"
        }
        _ => "",
    }
}

/// The reason why a record did not become an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// The record is empty.
    Empty,
    /// Not text: an image, a program, a document format that is not read.
    Binary,
    /// A page of links, with no article in it.
    List,
    /// Text, but no article in it: an error page, a login form, a fragment, a JSON object without title and body.
    NotArticle,
    /// A line or value that is not valid JSON.
    BadJson,
    /// An archive member, a compressed stream or a crawl record that is cut short or damaged.
    Damaged,
    /// Larger, deeper or more compressed than the limits allow.
    Limit,
    /// A member's path that would leave the archive.
    UnsafePath,
    /// A record of a crawl that holds no page: a request, metadata, a redirect, an error status.
    NoPage,
    /// The article was deleted on request, by its id or with the same text under another one.
    Deleted,
    /// The file could not be read.
    Unreadable,
    /// A format that is not supported.
    Unknown,
}

/// How much of its file a rejected record leaves unread. What was not read is not gone: an index keeps what it has of it.
/// It stands beside [`Reason`], where the compiler asks for a decision on each new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// Nothing: the record was read, and there is no article in it.
    Nothing,
    /// The record: what stands in its place was not read.
    Record,
    /// The record and any other: records may be missing around it.
    File,
}

impl Unread {
    /// Returns how much of its file a record leaves unread that was rejected for this reason.
    pub fn of(reason: Reason) -> Unread {
        match reason {
            Reason::List | Reason::NotArticle | Reason::NoPage | Reason::Deleted => Unread::Nothing,
            Reason::Empty | Reason::Binary | Reason::UnsafePath | Reason::Unknown => Unread::Record,
            Reason::BadJson | Reason::Damaged | Reason::Limit | Reason::Unreadable => Unread::File,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Empty => "empty",
            Reason::Binary => "binary",
            Reason::List => "list",
            Reason::NotArticle => "not-article",
            Reason::BadJson => "bad-json",
            Reason::Damaged => "damaged",
            Reason::Limit => "limit",
            Reason::UnsafePath => "unsafe-path",
            Reason::NoPage => "no-page",
            Reason::Deleted => "deleted",
            Reason::Unreadable => "unreadable",
            Reason::Unknown => "unknown",
        })
    }
}

/// A record that was set aside, with its place and the reason: one line of the report of rejections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rejection {
    /// The place of the record: file, member, record.
    #[serde(flatten)]
    pub origin: Origin,
    /// The kind of reason.
    pub reason: Reason,
    /// The reason in words, lower case, with the line or byte if one is known.
    pub detail: String,
}

impl Rejection {
    /// Creates a rejection of the record at `origin`.
    pub fn new(origin: Origin, reason: Reason, detail: impl Into<String>) -> Rejection {
        Rejection { origin, reason, detail: detail.into() }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.origin, self.reason, self.detail)
    }
}
