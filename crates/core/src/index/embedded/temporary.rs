//! A folder that goes with whoever made it: in memory where the system has a file system there.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// Where Linux keeps files in memory.
const IN_MEMORY: &str = "/dev/shm";
/// How many names are tried.
const ATTEMPTS: u32 = 1_000;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// The folder. It is removed when this is dropped.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Temporary {
    /// Makes a folder that nobody else has.
    ///
    /// # Errors
    /// Where the disk refuses.
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
        Err(refused.unwrap_or_else(|| Error::Invalid("there is no folder for temporary files".into())))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// Makes a folder that only its owner reads.
fn make(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nobody is left who could be told.
        let _ = fs::remove_dir_all(&self.0);
    }
}
