//! Settings of a server.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The names under which a server answers. A page of another site that makes its own name point here (DNS rebinding) asks
/// under that name, and is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosts {
    /// `localhost`, the loopback addresses and these names.
    Loopback(Vec<String>),
    /// Any.
    Any,
}

/// The receiver of a server's log lines: requests in the detail of [`Log`], and errors, which are for the operator only. The
/// default discards them.
///
/// ```
/// use gongxun_server::{Lines, Settings};
/// let mut settings = Settings::default();
/// settings.lines = Lines::to(|line| eprintln!("{line}"));
/// ```
#[derive(Clone)]
pub struct Lines(Arc<dyn Fn(&str) + Send + Sync>);

impl Lines {
    /// Lines that a function is called with, from any thread.
    pub fn to(receiver: impl Fn(&str) + Send + Sync + 'static) -> Lines {
        Lines(Arc::new(receiver))
    }

    /// Gives a line to the receiver; controls in it are shown as signs.
    pub(crate) fn write(&self, line: &str) {
        (self.0)(&gongxun_core::view::clean::line(line));
    }
}

impl Default for Lines {
    fn default() -> Lines {
        Lines::to(|_| {})
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lines")
    }
}

/// The detail of the log of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Log {
    /// Nothing.
    #[default]
    Off,
    /// Method, path, status and time; no query.
    Paths,
    /// Also the query.
    Queries,
}

/// Settings of a server. The defaults are safe for a machine of one's own.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The access token that clients must send; `None` serves without authentication.
    pub token: Option<String>,
    /// The names under which it answers.
    pub hosts: Hosts,
    /// Origins of other sites whose scripts may read the API (CORS), such as `https://example.org`.
    pub origins: Vec<String>,
    /// The number of concurrent searches; others wait for a permit.
    pub searches: usize,
    /// The time that a request waits for a permit before it is refused.
    pub wait: Duration,
    /// The time limit of a search, whose answer is then marked as cut short.
    pub deadline: Duration,
    /// The number of concurrent exports.
    pub exports: usize,
    /// The number of open connections; others wait to be accepted.
    pub connections: usize,
    /// The time that a client may take to send the head of a request, or be idle between two.
    pub head_timeout: Duration,
    /// The time after which a connection is closed whose client does not read its answer.
    pub stall_timeout: Duration,
    /// The time that answers under way may take once the server is stopping.
    pub grace: Duration,
    /// The detail of the log of requests.
    pub log: Log,
    /// The receiver of lines about requests and errors.
    pub lines: Lines,
}

impl Settings {
    /// The shortest token.
    pub const MIN_TOKEN: usize = 16;

    /// Checks the form of a token.
    ///
    /// # Errors
    /// If it is too short to be safe or has other characters than headers may have, in a sentence for people.
    pub fn check_token(token: &str) -> Result<(), String> {
        let length = token.chars().count();
        if length < Settings::MIN_TOKEN {
            return Err(format!("a token of {length} characters can be guessed: take {} or more", Settings::MIN_TOKEN));
        }
        match token.chars().find(|c| !c.is_ascii_graphic()) {
            Some(other) => Err(format!("a token holds Latin letters, digits and signs alone, not {other:?}")),
            None => Ok(()),
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Settings {
            token: None,
            hosts: Hosts::Loopback(Vec::new()),
            origins: Vec::new(),
            searches: cores.max(2),
            wait: Duration::from_secs(5),
            deadline: Duration::from_secs(10),
            exports: 4,
            connections: 512,
            head_timeout: Duration::from_secs(15),
            stall_timeout: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            log: Log::Off,
            lines: Lines::default(),
        }
    }
}
