//! Archives built here, and what is read from them.

use std::ops::ControlFlow;
use std::path::Path;

use super::*;

mod files;

/// What was read, in order, in a form to compare: `origin media text` or `origin !reason`.
fn read_all(name: &str, bytes: &[u8]) -> Vec<String> {
    read_limited(name, bytes, &Limits::default())
}

fn read_limited(name: &str, bytes: &[u8], limits: &Limits) -> Vec<String> {
    let mut seen = Vec::new();
    let _ = read_from(name, bytes, limits, &mut |found| {
        seen.push(show(found));
        ControlFlow::Continue(())
    });
    seen
}

fn show(found: Result<Record, Rejection>) -> String {
    match found {
        Ok(record) => {
            format!("{} {:?} {}", record.origin, record.media, String::from_utf8_lossy(&record.bytes))
        }
        Err(rejection) => format!("{} !{}", rejection.origin, rejection.reason),
    }
}

/// Reads a path as the command line does.
fn read_path(path: &Path, root: &Path) -> Vec<String> {
    let mut seen = Vec::new();
    let files = inputs(&[path.to_path_buf()], root, &mut |rejection| seen.push(show(Err(rejection)))).unwrap();
    for input in &files {
        let _ = read(input, &Limits::default(), &mut |found| {
            seen.push(show(found));
            ControlFlow::Continue(())
        });
    }
    seen
}
