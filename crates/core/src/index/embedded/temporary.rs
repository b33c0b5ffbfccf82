//! A temporary folder that is removed on drop: in memory if the system has an in-memory file system.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// The in-memory file system of Linux.
const IN_MEMORY: &str = "/dev/shm";
/// The number of names to try.
const ATTEMPTS: u32 = 1_000;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A temporary folder, removed on drop.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Temporary {
    /// Creates a folder under a name of its own.
    ///
    /// # Errors
    /// If a write fails.
    pub fn new() -> Result<Temporary> {
        let places = [PathBuf::from(IN_MEMORY), std::env::temp_dir()];
        let mut refused = None;
        for place in places.iter().filter(|place| place.is_dir()) {
            for _ in 0..ATTEMPTS {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let path = place.join(format!("gongxun-{}-{number}", std::process::id()));
                match make(&path) {
                    Ok(()) => return Ok(Temporary(path)),
                    Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                    Err(e) => {
                        refused = Some(Error::io(path, e));
                        break;
                    }
                }
            }
        }
        Err(refused.unwrap_or_else(|| Error::Invalid("no temporary folder is available".into())))
    }

    /// Returns the folder's path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// Creates a folder that only its owner can read.
fn make(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // No caller is left to report an error to.
        let _ = fs::remove_dir_all(&self.0);
    }
}
