//! Finds the real data that some tests need.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::path::PathBuf;

/// Returns the path of a part of the real data, below the folder that `GONGXUN_DATA` names. If it is not there the test
/// is skipped, with a message; with `GONGXUN_REQUIRE_ALL=1` it fails.
pub fn data(part: &str) -> Option<PathBuf> {
    let path = std::env::var_os("GONGXUN_DATA").map(|folder| PathBuf::from(folder).join(part));
    match path {
        Some(path) if path.exists() => Some(path),
        _ => {
            let required = std::env::var_os("GONGXUN_REQUIRE_ALL").is_some_and(|value| value == "1");
            assert!(!required, "{part}: not found; GONGXUN_DATA must name the folder that holds it");
            eprintln!("SKIPPED: this test needs {part} in the folder that GONGXUN_DATA names");
            None
        }
    }
}
