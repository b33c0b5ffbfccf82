//! What the engine says when it can't: an error in words that name it and the way out.

use std::fmt;

use gongxun_core::error::Error;

/// An error of the engine, or of the way to it.
#[derive(Debug)]
pub struct Trouble(String);

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// The error with these words.
pub fn trouble(what: impl Into<String>) -> Error {
    Error::Engine(Box::new(Trouble(what.into())))
}
