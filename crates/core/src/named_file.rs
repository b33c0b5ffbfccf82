//! Files that are read whole because somebody named them, or because they have a known name: a path in, the content
//! out, within a limit.
//!
//! A person may name a pipe or `/dev/stdin`, and by mistake a device without an end. At a known name (`GONGXUN`,
//! `index.json`) anything may stand, and opening a pipe there would wait for a writer: only plain files are opened.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use crate::error::{Error, Result};

/// The largest file of words, synonyms, queries or settings that is read, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// Reads a file that a person named.
///
/// # Errors
/// [`Error::Io`] if it can't be read, [`Error::Invalid`] if it is larger than [`MAX_BYTES`].
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| Error::io(path, e))?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| Error::io(path, e))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::Invalid(format!(
            "{}: more than {MAX_BYTES} bytes, which is the limit for such a file; is it the right one?",
            path.display()
        )));
    }
    Ok(bytes)
}

/// Reads a text in UTF-8 that a person named.
///
/// # Errors
/// As [`read`]; [`Error::Invalid`] if it is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    let text = String::from_utf8(read(path)?);
    text.map_err(|_| Error::Invalid(format!("{}: not UTF-8; save it in this charset", path.display())))
}

/// Reads the first bytes of a plain file with a known name.
///
/// # Errors
/// If it can't be read, or is something else than a plain file.
pub fn beginning(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a plain file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
