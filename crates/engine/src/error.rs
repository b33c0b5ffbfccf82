//! Errors of OpenSearch and of the connection to it, with a message that names the remedy where there is one.

use std::fmt;

use gongxun_core::error::Error;

/// An error of OpenSearch or of the connection to it.
#[derive(Debug)]
pub struct EngineError(String);

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EngineError {}

/// Creates an error with a message.
pub fn engine_error(what: impl Into<String>) -> Error {
    Error::Engine(Box::new(EngineError(what.into())))
}
