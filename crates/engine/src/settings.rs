//! Where the engine is, how it is reached, and how much is asked of it at once.

use std::time::Duration;

use gongxun_core::error::{Error, Result};

/// How an engine is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Access {
    /// User and password, for basic authentication.
    pub user: Option<(String, String)>,
    /// An API key, as the engine gave it.
    pub api_key: Option<String>,
    /// Certificates in PEM that are trusted instead of the built-in ones.
    pub certificates: Option<Vec<u8>>,
}

/// The variables that name user, password, API key and the file of certificates.
const USER: &str = "GONGXUN_ENGINE_USER";
const PASSWORD: &str = "GONGXUN_ENGINE_PASSWORD";
const API_KEY: &str = "GONGXUN_ENGINE_API_KEY";
const CERTIFICATES: &str = "GONGXUN_ENGINE_CA";

impl Access {
    /// The access that the environment names: `GONGXUN_ENGINE_USER` and `GONGXUN_ENGINE_PASSWORD`, or
    /// `GONGXUN_ENGINE_API_KEY`; `GONGXUN_ENGINE_CA` is a file of certificates.
    ///
    /// # Errors
    /// Where only one of user and password is set, or the file of certificates can't be read.
    pub fn from_environment() -> Result<Access> {
        let value = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let user = match (value(USER), value(PASSWORD)) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => return Err(Error::Invalid(format!("{USER} and {PASSWORD} belong together: set both, or none"))),
        };
        let certificates = match value(CERTIFICATES) {
            Some(path) => Some(std::fs::read(&path).map_err(|error| Error::io(path, error))?),
            None => None,
        };
        Ok(Access { user, api_key: value(API_KEY), certificates })
    }
}

/// Where an engine is, and how much is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Its address: `https://host:9200`.
    pub url: String,
    /// The name of the index; an alias of the generation that serves.
    pub index: String,
    /// How it is reached.
    pub access: Access,
    /// How often a request is sent at most until it is answered.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles from one to the next.
    pub first_wait: Duration,
    /// The longest wait between two attempts.
    pub longest_wait: Duration,
    /// The time that one answer may take.
    pub timeout: Duration,
    /// How many articles are sent at once.
    pub bulk_articles: usize,
    /// How many bytes are sent at once.
    pub bulk_bytes: usize,
    /// How many threads send; 0 for one per core.
    pub senders: usize,
    /// How many shards a new index has.
    pub shards: u32,
    /// How many replicas of each shard a new index has.
    pub replicas: u32,
}

impl Settings {
    /// The name of the index unless another is given.
    pub const INDEX: &str = "gongxun";

    /// The engine at this address, with the default settings.
    pub fn new(url: impl Into<String>) -> Settings {
        Settings {
            url: url.into(),
            index: Settings::INDEX.to_string(),
            access: Access::default(),
            attempts: 8,
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(30),
            timeout: Duration::from_secs(120),
            bulk_articles: 500,
            bulk_bytes: 8 << 20,
            senders: 0,
            shards: 3,
            replicas: 1,
        }
    }

    /// Sets the name of the index.
    pub fn index(mut self, name: impl Into<String>) -> Settings {
        self.index = name.into();
        self
    }

    /// Sets how the engine is reached.
    pub fn access(mut self, access: Access) -> Settings {
        self.access = access;
        self
    }

    /// Sets the numbers of shards, and of replicas of each, of a new index.
    pub fn shards(mut self, shards: u32, replicas: u32) -> Settings {
        (self.shards, self.replicas) = (shards, replicas);
        self
    }

    /// Sets how often a request is sent at most, and the wait before the second time.
    pub fn attempts(mut self, attempts: u32, first_wait: Duration) -> Settings {
        (self.attempts, self.first_wait) = (attempts.max(1), first_wait);
        self
    }

    /// Sets how many articles and how many bytes are sent at once.
    pub fn bulk(mut self, articles: usize, bytes: usize) -> Settings {
        (self.bulk_articles, self.bulk_bytes) = (articles.max(1), bytes.max(1));
        self
    }
}
