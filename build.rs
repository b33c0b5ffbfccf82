//! Tells the program which commit it was built of, where it is built of a checkout for use.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Builds of every day would be done anew with every commit.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=.git/HEAD");
        let commit = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
        let commit = commit.ok().filter(|output| output.status.success());
        if let Some(commit) = commit.and_then(|output| String::from_utf8(output.stdout).ok()) {
            println!("cargo:rustc-env=GONGXUN_COMMIT={}", commit.trim());
        }
    }
}
