//! A folder with an archive and an index, in which commands are run as a person runs them.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder with an archive and an index, in which commands are run.
pub struct Desk {
    pub folder: tempfile::TempDir,
}

/// A running command.
pub struct Run<'a> {
    desk: &'a Desk,
    command: Command,
    input: String,
}

impl Desk {
    pub fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    /// Creates a desk with the sample corpus on it.
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
        // The environment of the person who runs the tests must have no effect.
        command.env("LC_ALL", "C").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        Run { desk: self, command, input: String::new() }
    }

    /// Does the same as [`Desk::run`], in a folder below.
    pub fn run_in<'a>(&'a self, folder: &str, args: &[&str]) -> Run<'a> {
        let mut run = self.run(args);
        run.command.current_dir(self.path(folder));
        run
    }
}

impl Run<'_> {
    /// Sets the command's standard input.
    pub fn input(mut self, text: &str) -> Self {
        self.input = text.to_string();
        self
    }

    /// Sets an environment variable of the command.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs to the end and checks the exit code; gives standard output and standard error.
    pub fn exits(mut self, code: i32) -> (String, String) {
        let Output { status, stdout, stderr } = self.run_to_the_end();
        let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_eq!(status.code(), Some(code), "{:?} in {:?}\n{out}\n{err}", self.command, self.desk.folder.path());
        (out, err)
    }

    /// Runs to the end, however it ends; gives standard output and standard error.
    pub fn output(mut self) -> (String, String) {
        let Output { stdout, stderr, .. } = self.run_to_the_end();
        (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    fn run_to_the_end(&mut self) -> Output {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        // A command that does not read its input has closed it.
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), self.input.as_bytes());
        child.wait_with_output().unwrap()
    }
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
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
