//! What a server is started with.

use std::time::Duration;

/// Under which names a server answers. A page of another site that makes its own name point here (DNS rebinding) asks
/// under that name, and is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosts {
    /// `localhost`, the loopback addresses and these names.
    Loopback(Vec<String>),
    /// Any.
    Any,
}

/// What is written about each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Log {
    /// Nothing.
    #[default]
    Off,
    /// Method, path, status and time; no query.
    Paths,
    /// The query as well.
    Queries,
}

/// What a server is started with: safe for a machine of one's own unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// What whoever asks must show, where it is asked for.
    pub token: Option<String>,
    /// The names under which it answers.
    pub hosts: Hosts,
    /// Origins of other sites whose scripts may read the API (CORS), such as `https://example.org`.
    pub origins: Vec<String>,
    /// How many searches run at once; others wait for their turn.
    pub searches: usize,
    /// How long a request waits for its turn before it is told to come again.
    pub wait: Duration,
    /// How long a search may take before it is ended and its answer said to be cut short.
    pub deadline: Duration,
    /// How many exports run at once.
    pub exports: usize,
    /// How many connections are open at once; others wait to be taken.
    pub connections: usize,
    /// How long a client may take to send the head of a request, or to be idle between two.
    pub head_timeout: Duration,
    /// How long a client may take nothing of an answer before the connection is closed.
    pub stall_timeout: Duration,
    /// How long answers under way may take once the server is to stop.
    pub grace: Duration,
    /// What is written about each request, to standard error.
    pub log: Log,
}

impl Settings {
    /// The shortest token.
    pub const MIN_TOKEN: usize = 16;

    /// What is wrong with a token, where something is.
    ///
    /// # Errors
    /// A sentence for people.
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
        }
    }
}
