//! A folder with an archive and an index, in which commands are run as a person runs them.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with an archive and an index, in which commands are run.
pub struct Desk {
    pub folder: tempfile::TempDir,
}

/// A command under way.
pub struct Run<'a> {
    desk: &'a Desk,
    command: Command,
}

impl Desk {
    pub fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    /// A desk with the sample corpus on it.
    pub fn with_corpus() -> Desk {
        let desk = Desk::new();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"), &desk.path("corpus"));
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Desk {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub fn run<'a>(&'a self, args: &[&str]) -> Run<'a> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongxun"));
        command.args(args).current_dir(self.folder.path()).env_remove("GONGXUN_INDEX");
        Run { desk: self, command }
    }
}

impl Run<'_> {
    /// Runs to the end and checks the exit code; gives standard output and standard error.
    pub fn exits(mut self, code: i32) -> (String, String) {
        let Output { status, stdout, stderr } = self.command.output().unwrap();
        let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_eq!(status.code(), Some(code), "{:?} in {:?}\n{out}\n{err}", self.command, self.desk.folder.path());
        (out, err)
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
