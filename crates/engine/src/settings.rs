//! Settings: the address of OpenSearch, access to it, retries, and the size of requests.

use std::time::Duration;

use gongxun_core::error::{Error, Result};
use gongxun_core::named_file;

/// The credentials and certificates for a connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Access {
    /// User name and password for basic authentication.
    pub user: Option<(String, String)>,
    /// An API key, sent as `Authorization: ApiKey KEY`; it takes precedence over user and password.
    pub api_key: Option<String>,
    /// PEM certificates that are trusted instead of the built-in root certificates.
    pub certificates: Option<Vec<u8>>,
}

/// The environment variables of user, password, API key and certificate file.
const USER: &str = "GONGXUN_ENGINE_USER";
const PASSWORD: &str = "GONGXUN_ENGINE_PASSWORD";
const API_KEY: &str = "GONGXUN_ENGINE_API_KEY";
const CERTIFICATES: &str = "GONGXUN_ENGINE_CA";

impl Access {
    /// Reads the access from the environment: `GONGXUN_ENGINE_USER` and `GONGXUN_ENGINE_PASSWORD`, or
    /// `GONGXUN_ENGINE_API_KEY`; `GONGXUN_ENGINE_CA` names a file of PEM certificates.
    ///
    /// # Errors
    /// If only one of user and password is set, or the certificate file can't be read.
    pub fn from_environment() -> Result<Access> {
        let value = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let user = match (value(USER), value(PASSWORD)) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => return Err(Error::Invalid(format!("{USER} and {PASSWORD} belong together: set both, or none"))),
        };
        let certificates = match value(CERTIFICATES) {
            Some(path) => Some(named_file::read(path.as_ref())?),
            None => None,
        };
        Ok(Access { user, api_key: value(API_KEY), certificates })
    }
}

/// The settings of a connection, and of the requests and indexes made through it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The address of OpenSearch, such as `https://host:9200`.
    pub url: String,
    /// The name of the index: an alias of the current generation.
    pub index: String,
    /// The credentials and certificates.
    pub access: Access,
    /// The most attempts at a request.
    pub attempts: u32,
    /// The wait before the second attempt; each further wait is twice as long.
    pub first_wait: Duration,
    /// The longest wait between two attempts.
    pub longest_wait: Duration,
    /// The timeout of one attempt.
    pub timeout: Duration,
    /// The number of articles at which a bulk request is sent.
    pub bulk_articles: usize,
    /// The size at which a bulk request is sent, in bytes.
    pub bulk_bytes: usize,
    /// The number of threads that send; 0 for one per core.
    pub senders: usize,
    /// The number of primary shards of a new index.
    pub shards: u32,
    /// The number of replicas of each shard of a new index.
    pub replicas: u32,
}

impl Settings {
    /// The default name of the index.
    pub const INDEX: &str = "gongxun";

    /// Creates the default settings for an address.
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

    /// Sets the credentials and certificates.
    pub fn access(mut self, access: Access) -> Settings {
        self.access = access;
        self
    }

    /// Sets the number of primary shards of a new index, and the number of replicas of each.
    pub fn shards(mut self, shards: u32, replicas: u32) -> Settings {
        (self.shards, self.replicas) = (shards, replicas);
        self
    }

    /// Sets the most attempts at a request, and the wait before the second one.
    pub fn attempts(mut self, attempts: u32, first_wait: Duration) -> Settings {
        (self.attempts, self.first_wait) = (attempts.max(1), first_wait);
        self
    }

    /// Sets the number of articles, and of bytes, at which a bulk request is sent.
    pub fn bulk(mut self, articles: usize, bytes: usize) -> Settings {
        (self.bulk_articles, self.bulk_bytes) = (articles.max(1), bytes.max(1));
        self
    }
}
