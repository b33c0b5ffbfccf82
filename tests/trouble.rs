//! Tests of trouble on a machine: a full disk, a folder that can't be written, a file that vanishes, Ctrl-C. Each must
//! give a message that says what happened and how to go on, and leave a usable index.
#![cfg(unix)]

#[path = "support/archive.rs"]
mod archive;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use archive::Archive;
use gongxun_core::error::{Reason, Rejection};
use gongxun_core::index::{Resources, Writer};
use gongxun_ingest::ingest::{self, Observer, Options, Progress, Report};

/// The id of a user without special rights.
const NOBODY: u32 = 65_534;

/// Returns lines of JSON: a number of articles with a word.
fn lines(word: &str, count: usize) -> String {
    let line = |n| {
        serde_json::json!({"id": format!("{n}"), "title": format!("第{n}号"), "body": format!("{word}的第{n}篇，说工会与骑手。").repeat(8)})
            .to_string()
            + "\n"
    };
    (0..count).map(line).collect()
}

fn gongxun(archive: &Archive, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongxun"));
    command.args(args).current_dir(folder(archive)).env_remove("GONGXUN_INDEX");
    command
}

/// Returns the folder that holds `in` and `index`.
fn folder(archive: &Archive) -> PathBuf {
    archive.inputs().parent().unwrap().to_path_buf()
}

/// Runs a command to its end and checks the exit code; gives standard error.
fn exits(mut command: Command, code: i32) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr).into_owned());
    assert_eq!(status.code(), Some(code), "{command:?}\n{out}\n{err}");
    err
}

#[test]
fn a_full_disk_is_named_and_the_same_command_goes_on() {
    let archive = Archive::new();
    archive.write("a.jsonl", lines("甲", 20));
    exits(gongxun(&archive, &["index", "in"]), 0);
    archive.write("b.jsonl", lines("乙", 2_000));
    // A limit on the size of a file has the same effect as a full disk: an error in the middle of a write.
    for command in ["index", "reindex"] {
        let mut limited = Command::new("sh");
        let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\" --commit-mb 0.1";
        limited.args(["-c", script, env!("CARGO_BIN_EXE_gongxun"), command, "in"]).current_dir(folder(&archive));
        let err = exits(limited, 2);
        assert!(err.contains("index/gen-00000") && err.contains("File too large"), "{err}");
        assert!(err.contains("make room") && err.contains("goes on from there"), "{err}");
        exits(gongxun(&archive, &["search", "\"甲的第3篇\""]), 0);
    }
    exits(gongxun(&archive, &["reindex", "in"]), 0);
    exits(gongxun(&archive, &["search", "\"乙的第1999篇\""]), 0);
    exits(gongxun(&archive, &["verify"]), 0);
}

/// Runs as a user who may not write everywhere, even if the tests are run by root.
fn as_nobody(archive: &Archive, args: &[&str]) -> Command {
    let mut command = gongxun(archive, args);
    if fs::metadata(folder(archive)).unwrap().uid() == 0 {
        // The program may stand in a folder that this user can't read.
        let program = folder(archive).join("gongxun");
        if !program.exists() {
            fs::copy(env!("CARGO_BIN_EXE_gongxun"), &program).unwrap();
        }
        command = Command::new(program);
        command.args(args).current_dir(folder(archive)).env_remove("GONGXUN_INDEX").uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Removes the right to write to a folder and all below it, or restores it.
fn set_writable(path: &Path, writable: bool) {
    let is_folder = path.is_dir();
    let mode = match (is_folder, writable) {
        (true, true) => 0o755,
        (true, false) => 0o555,
        (false, true) => 0o644,
        (false, false) => 0o444,
    };
    if is_folder {
        fs::read_dir(path).unwrap().for_each(|entry| set_writable(&entry.unwrap().path(), writable));
    }
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_read_only_index_is_searched_and_writing_to_it_is_refused() {
    let archive = Archive::new();
    archive.write("a.jsonl", lines("甲", 5));
    exits(gongxun(&archive, &["index", "in"]), 0);
    archive.write("b.jsonl", lines("乙", 5));
    fs::set_permissions(folder(&archive), Permissions::from_mode(0o755)).unwrap();
    set_writable(&archive.index(), false);
    exits(as_nobody(&archive, &["search", "骑手"]), 0);
    exits(as_nobody(&archive, &["stats"]), 0);
    exits(as_nobody(&archive, &["verify"]), 0);
    for command in ["index", "reindex"] {
        let err = exits(as_nobody(&archive, &[command, "in"]), 2);
        assert!(err.contains("index/LOCK") && err.contains("Permission denied"), "{err}");
        assert!(err.contains("--index"), "{err}");
    }
    let err = exits(as_nobody(&archive, &["search", "骑手", "--corpus", "in"]), 0);
    assert!(err.contains("searching the index as it is"), "{err}");
    set_writable(&archive.index(), true);
}

/// The operating system's refusals are no damage: each names a file and the way out, and none advises to roll back.
#[test]
fn what_the_system_does_not_let_be_read_is_not_called_damaged() {
    let archive = Archive::new();
    archive.write("a.jsonl", lines("甲", 5));
    exits(gongxun(&archive, &["index", "in"]), 0);
    fs::set_permissions(folder(&archive), Permissions::from_mode(0o755)).unwrap();
    let is_no_damage = |err: &str, expected: [&str; 2]| {
        assert!(expected.iter().all(|text| err.contains(text)), "{err}");
        assert!(!["damage", "roll back", "rollback", "reindex"].iter().any(|text| err.contains(text)), "{err}");
    };
    // verify names the file in its report; the others fail.
    let commands: [&[&str]; 4] = [&["search", "骑手"], &["stats"], &["export"], &["show", "甲的第1篇"]];

    let generation = archive.snapshot().generation.folder();
    for ending in ["store", "idx", "jsonl"] {
        let files = fs::read_dir(&generation).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|file| file.extension().is_some_and(|found| found == ending)) {
            fs::set_permissions(&file, Permissions::from_mode(0o000)).unwrap();
            let name = file.file_name().unwrap().to_str().unwrap().to_string();
            for command in commands.iter().filter(|command| ending != "jsonl" || command[0] == "stats") {
                is_no_damage(&exits(as_nobody(&archive, command), 2), [&name, "Permission denied"]);
            }
            fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        }
    }

    // Mapped files are closed at once: one file more than standard input, output and error is too few, two are enough.
    for command in commands {
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -n 4; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_gongxun")]);
        limited.args(command).current_dir(folder(&archive));
        is_no_damage(&exits(limited, 2), ["index/", "Too many open files"]);
    }

    // A link to a disk that is not mounted.
    let moved = folder(&archive).join("moved");
    fs::rename(archive.index(), &moved).unwrap();
    std::os::unix::fs::symlink("/nowhere/mount/index", archive.index()).unwrap();
    for command in commands {
        let err = exits(gongxun(&archive, command), 2);
        assert!(err.contains("index") && !err.contains("damage") && !err.contains("roll"), "{err}");
    }
    fs::remove_file(archive.index()).unwrap();
    fs::rename(&moved, archive.index()).unwrap();
    exits(gongxun(&archive, &["search", "骑手"]), 0);
}

#[test]
fn a_device_without_an_end_is_rejected_at_once() {
    let archive = Archive::new();
    for command in ["index", "extract"] {
        let output = gongxun(&archive, &[command, "/dev/zero"]).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(err.contains("dev/zero") && err.contains("a device"), "{err}");
    }
}

/// Files of words, queries and settings are read whole, up to a limit; in the index folder only plain files are opened.
#[test]
fn a_device_without_an_end_is_no_file_of_words() {
    let archive = Archive::new();
    archive.write("a.jsonl", lines("甲", 5));
    exits(gongxun(&archive, &["index", "in"]), 0);
    for (args, expected) in [
        (&["index", "in", "--dict", "/dev/zero"][..], "limit"),
        (&["reindex", "in", "--dict", "/dev/zero"], "limit"),
        (&["segment", "工会", "--dict", "/dev/zero"], "limit"),
        (&["search", "工会", "--synonym-file", "/dev/zero"], "limit"),
        (&["search", "--queries", "/dev/zero", "--format", "csv"], "limit"),
        (&["serve", "--token-file", "/dev/zero"], "limit"),
        (&["search", "--queries", "no-such-file", "--format", "csv"], "No such file"),
        (&["index", "in", "--dict", "in"], "directory"),
    ] {
        let err = exits(gongxun(&archive, args), 2);
        assert!(
            err.contains(args[args.len() - 1].trim_end_matches("csv")) && err.contains(expected),
            "{args:?}: {err}"
        );
    }
    // A pipe that is named is read.
    let mut piped = Command::new("sh");
    let script = "printf '工会\\n' | \"$0\" search --queries /dev/stdin --format csv";
    piped.args(["-c", script, env!("CARGO_BIN_EXE_gongxun")]).current_dir(folder(&archive));
    exits(piped, 0);
    for kind in ["device", "pipe"] {
        let config = archive.index().join("gongxun.toml");
        match kind {
            "device" => std::os::unix::fs::symlink("/dev/zero", &config).unwrap(),
            _ => assert!(Command::new("mkfifo").arg(&config).status().unwrap().success()),
        }
        for command in [&["index", "in"][..], &["search", "骑手"], &["segment", "骑手"]] {
            let output = gongxun(&archive, command).output().unwrap();
            let err = String::from_utf8_lossy(&output.stderr);
            assert!(command[0] == "segment" || err.contains("gongxun.toml: not a plain file"), "{kind}: {err}");
        }
        fs::remove_file(config).unwrap();
    }
}

#[test]
fn an_input_that_can_not_be_read_is_told_and_the_rest_goes_on() {
    let archive = Archive::new();
    archive.write("a.jsonl", lines("甲", 5));
    let closed = archive.write("b.jsonl", lines("乙", 5));
    fs::set_permissions(folder(&archive), Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
    let err = exits(as_nobody(&archive, &["index", "in"]), 0);
    assert!(err.contains("in/b.jsonl") && err.contains("Permission denied"), "{err}");
    assert!(err.contains("5 new") && err.contains("1 rejected"), "{err}");
    fs::set_permissions(&closed, Permissions::from_mode(0o644)).unwrap();
    let err = exits(as_nobody(&archive, &["index", "in"]), 0);
    assert!(err.contains("5 new") && err.contains("0 rejected"), "{err}");
}

/// Changes a file as soon as the first record has been processed; the reader is thousands of records before it.
struct Meddler<F: FnMut()> {
    meddle: Option<F>,
    rejected: Vec<Rejection>,
}

impl<F: FnMut()> Observer for Meddler<F> {
    fn progress(&mut self, progress: Progress) {
        if progress.records > 0
            && let Some(mut meddle) = self.meddle.take()
        {
            meddle();
        }
    }

    fn rejected(&mut self, rejection: &Rejection) {
        self.rejected.push(rejection.clone());
    }
}

fn ingest_with(archive: &Archive, meddle: impl FnMut()) -> (Report, Vec<Rejection>) {
    let mut observer = Meddler { meddle: Some(meddle), rejected: Vec::new() };
    let mut writer = Writer::open(&archive.index(), None, Resources::new(1, 32 << 20)).unwrap();
    let mut options = Options::new([archive.inputs()]);
    options.root = archive.inputs();
    let report = ingest::ingest(&mut writer, &options, &mut observer).unwrap();
    writer.finish().unwrap();
    assert_eq!(report.read, report.new + report.changed + report.unchanged + report.rejected);
    (report, observer.rejected)
}

#[test]
fn a_file_that_vanishes_while_others_are_read_keeps_its_articles() {
    let archive = Archive::new();
    let last = archive.write("b.jsonl", lines("乙", 3));
    ingest_with(&archive, || {});
    // Enough records that the reader has not reached the last file when the first record is done.
    let many = (0..8_000).map(|n| format!("{{\"id\":\"{n}\",\"title\":\"第{n}号\",\"body\":\"短。\"}}\n"));
    archive.write("a.jsonl", many.collect::<String>());
    archive.write("b.jsonl", lines("丙", 4));
    let (report, rejected) = ingest_with(&archive, || fs::remove_file(&last).unwrap());
    assert_eq!((report.new, report.removed, report.rejected), (8_000, 0, 1), "{report:?}");
    let told = &rejected[0];
    assert_eq!((told.origin.file.as_str(), told.reason), ("in/b.jsonl", Reason::Unreadable), "{told}");
    assert_eq!(archive.search("\"乙的第2篇\"").total, 1, "what is known of the file stays");

    // It is there again, and is read again.
    archive.write("b.jsonl", lines("丁", 4));
    let (report, _) = ingest_with(&archive, || {});
    assert_eq!((report.new, report.changed, report.unchanged), (1, 3, 8_000), "{report:?}");
    // A file that changes while it is read is read again the next time.
    archive.write("a.jsonl", lines("戊", 8_000));
    let before = archive.inputs().join("a.jsonl");
    ingest_with(&archive, || fs::write(&before, lines("己", 2)).unwrap());
    let (report, _) = ingest_with(&archive, || {});
    assert_eq!(archive.search("\"己的第1篇\"").total, 1, "{report:?}");
    assert_eq!(archive.snapshot().articles(), 6, "{report:?}");
}

/// Starts a build that takes some seconds, and waits until it has begun to write.
fn start_build(archive: &Archive) -> Child {
    let args = ["index", "in", "--threads", "1", "--commit-mb", "0.2"];
    let child = gongxun(archive, &args).stderr(Stdio::piped()).spawn().unwrap();
    while !archive.index().join("gen-000001/meta.json").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn interrupted_once_it_commits_and_twice_it_stops_and_the_next_run_goes_on() {
    const ARTICLES: usize = 5_000;
    for times in [1, 2] {
        let archive = Archive::new();
        archive.write("a.jsonl", lines("甲", ARTICLES));
        let child = start_build(&archive);
        interrupt(&child);
        if times == 2 {
            std::thread::sleep(Duration::from_millis(30));
            interrupt(&child);
        }
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{times}: {err}");
        assert!(err.contains("Ctrl-C again stops now"), "{err}");
        if times == 1 {
            assert!(err.contains("what was committed is kept, the same command goes on from there"), "{err}");
            assert!(archive.snapshot().articles() > 0, "what was read is committed");
        }
        assert!(archive.snapshot().articles() < ARTICLES as u64, "it stopped before the end");
        exits(gongxun(&archive, &["verify", "--sample", "20"]), 0);
        let err = exits(gongxun(&archive, &["index", "in"]), 0);
        assert!(err.contains(&format!("{ARTICLES} records read")), "{err}");
        assert!(times == 2 || !err.contains("+ 0 unchanged"), "what was committed is not done again: {err}");
        assert_eq!(archive.snapshot().articles(), ARTICLES as u64);
    }
}
