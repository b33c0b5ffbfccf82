//! Tests that foreign files are never touched: what counts as an index, which of its files are its own, and what a
//! named output replaces.

#[path = "support/desk.rs"]
mod desk;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use desk::Desk;

const ARTICLE: &str = "{\"title\":\"工会驿站\",\"body\":\"环卫工歇脚的地方。\"}\n";

/// Returns all files below a folder with their contents, and all folders, by their paths in it.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut tree = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(folder).unwrap().to_path_buf();
            if entry.file_type().unwrap().is_dir() {
                tree.insert(name, None);
                folders.push(path);
            } else {
                tree.insert(name, Some(fs::read(path).unwrap()));
            }
        }
    }
    tree
}

#[test]
fn a_folder_with_other_things_in_it_is_no_place_for_an_index() {
    // Files that somebody may keep in a folder, with names like those of an index and others.
    let kept = [
        "thesis.new",
        "thesis.docx",
        "removed-2019-photos/p.jpg",
        "removed-000003/p.jpg",
        "gen-000001/data.txt",
        "gen-000001/generation.json",
        "gen-2019/data.txt",
        "CURRENT",
        "GONGXUN",
        "LOCK",
        "tombstones.jsonl",
        "docs/a.json",
    ];
    for kept in kept {
        let desk = Desk::new();
        desk.write("a.jsonl", ARTICLE).write(&format!("mine/{kept}"), "{\"mine\":1}");
        let before = tree(&desk.path("mine"));
        for command in [
            &["index", "a.jsonl", "--index", "mine"][..],
            &["reindex", "a.jsonl", "--index", "mine"],
            &["search", "工会", "--corpus", "a.jsonl", "--index", "mine"],
            &["delete", "0123456789abcdef0123", "--index", "mine"],
            &["rollback", "--index", "mine"],
            &["upgrade", "--index", "mine"],
        ] {
            let (_, err) = desk.run(command).exits(2);
            assert!(err.contains("mine") && err.contains("--index") || err.contains("no index here"), "{kept}: {err}");
            assert_eq!(tree(&desk.path("mine")), before, "{command:?} beside {kept}");
        }
    }
}

#[test]
fn what_may_stand_beside_an_index_does() {
    let desk = Desk::new();
    desk.write("a.jsonl", ARTICLE);
    for beside in ["README.md", ".gitignore", ".DS_Store"] {
        desk.write(&format!("index/{beside}"), "mine");
    }
    desk.run(&["index", "a.jsonl"]).exits(0);
    desk.run(&["search", "工会"]).exits(0);
    // An index from before there were markers, and one with a damaged marker.
    for marker in [None, Some("nonsense")] {
        fs::remove_file(desk.path("index/GONGXUN")).unwrap();
        if let Some(text) = marker {
            desk.write("index/GONGXUN", text);
        }
        desk.run(&["index", "a.jsonl"]).exits(0);
        desk.run(&["search", "工会"]).exits(0);
        fs::write(desk.path("index/GONGXUN"), "").unwrap();
    }
    // With an unreadable generation it is still an index, and building anew is the way out.
    desk.run(&["reindex", "a.jsonl"]).exits(0);
    fs::remove_file(desk.path("index/GONGXUN")).unwrap();
    for generation in ["gen-000001", "gen-000002"] {
        desk.write(&format!("index/{generation}/generation.json"), "nonsense");
        desk.write(&format!("index/{generation}/STATE"), "nonsense");
    }
    desk.run(&["reindex", "a.jsonl"]).exits(0);
    desk.run(&["search", "工会"]).exits(0);
}

#[test]
fn in_an_index_nothing_is_removed_that_it_did_not_make() {
    let desk = Desk::new();
    desk.write("a.jsonl", ARTICLE).run(&["index", "a.jsonl"]).exits(0);
    let foreign = [
        "thesis.new",
        "removed-2019-photos/p.jpg",
        "removed-000007/p.jpg",
        "removed-000008/generation.json",
        "gen-000009/data.txt",
        "gen-2019/data.txt",
        "gen-000001/thesis.new",
        "gen-000001/photos.idx",
        "gen-000001/manifest-2019.jsonl",
    ];
    for name in foreign {
        desk.write(&format!("index/{name}"), "mine");
    }
    let others = |desk: &Desk| {
        let mut tree = tree(&desk.path("index"));
        tree.retain(|_, content| content.as_deref() == Some(b"mine"));
        tree.into_keys().collect::<Vec<_>>()
    };
    let before = others(&desk);
    assert_eq!(before.len(), foreign.len());
    for command in [
        &["index", "a.jsonl", "--prune"][..],
        &["reindex", "a.jsonl"],
        &["rollback"],
        &["index", "a.jsonl"],
        &["export", "--output", "o.jsonl"],
        &["verify", "--sample", "5"],
    ] {
        desk.run(command).exits(0);
        assert_eq!(others(&desk), before, "{command:?}");
    }
    // A generation is removed, and foreign files in its folder stay.
    desk.run(&["reindex", "a.jsonl", "--keep", "0"]).exits(0);
    let (out, _) = desk.run(&["stats", "--json"]).exits(0);
    assert!(out.contains("\"articles\":1"), "{out}");
    let names = |names: &[PathBuf]| {
        let mut names: Vec<_> = names.iter().map(|name| name.file_name().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&others(&desk)), names(&before));
    assert!(!desk.path("index/gen-000001").exists());
}

#[test]
fn an_index_makes_no_file_that_it_would_not_know_again() {
    let desk = Desk::with_corpus();
    desk.write("words.txt", "工会驿站 5\n");
    desk.run(&["index", "corpus", "--dict", "words.txt"]).exits(0);
    desk.run(&["reindex", "corpus", "--dict", "words.txt", "--keep", "3"]).exits(0);
    desk.run(&["snapshot", "copy"]).exits(0);
    for index in ["index", "copy"] {
        let generations: Vec<PathBuf> =
            tree(&desk.path(index)).into_keys().filter(|path| path.components().count() == 1).collect();
        let generations = generations.iter().filter(|path| path.to_str().unwrap().starts_with("gen-"));
        for generation in generations {
            // All of it is removed, and so is the folder.
            gongxun_core::index::folder::remove_own(&desk.path(index).join(generation)).unwrap();
            assert!(!desk.path(index).join(generation).exists(), "{:?}", tree(&desk.path(index).join(generation)));
        }
    }
}

#[test]
fn an_archive_and_an_index_inside_each_other_are_told() {
    let desk = Desk::new();
    desk.write("a.jsonl", ARTICLE).run(&["index", "a.jsonl"]).exits(0);
    desk.write("index/docs/b.jsonl", ARTICLE);
    for path in ["index", "index/docs", "index/docs/b.jsonl"] {
        for command in ["index", "reindex"] {
            let (_, err) = desk.run(&[command, path]).exits(2);
            assert!(err.contains(path) && err.contains("inside the index folder"), "{err}");
        }
    }
    let (_, err) = desk.run(&["reindex", "."]).exits(0);
    assert!(err.contains("index is inside the archive") && err.contains("skipped"), "{err}");
    assert!(err.contains("1 record read"), "{err}");
}

/// An index is recognised wherever it stands in an archive, that of the run, another one, and a copy that was killed.
#[test]
fn no_index_is_read_as_an_archive() {
    let desk = Desk::new();
    desk.write("archive/a.json", ARTICLE).write("archive/old/b.json", ARTICLE.replace("驿站", "之家"));
    desk.run(&["index", "archive", "--index", "index"]).exits(0);
    desk.run(&["snapshot", "archive/old/copy"]).exits(0);
    desk.run(&["index", "archive/a.json", "--index", "archive/deep/er/index"]).exits(0);
    desk.write("archive/half/GONGXUN", "gongxun snapshot under way: this is no index until the copy is whole\n");
    desk.write("archive/half/gen-000001/meta.json", "{\"title\":\"甲\",\"body\":\"工会的正文。\"}");
    // Without a marker, as before there were any.
    fs::remove_file(desk.path("archive/deep/er/index/GONGXUN")).unwrap();
    let indexes = ["archive/old/copy", "archive/deep/er/index", "archive/half"];
    for command in ["index", "reindex"] {
        let (_, err) = desk.run(&[command, "archive"]).exits(0);
        for index in indexes {
            assert!(err.contains(&format!("{index}: another index, or a copy of one, is inside the archive")), "{err}");
        }
        assert!(err.contains("2 records read"), "{err}");
    }
    let (out, err) = desk.run(&["extract", "archive"]).exits(0);
    assert_eq!(out.lines().count(), 2, "{out}");
    assert!(indexes.iter().all(|index| err.contains(index)), "{err}");
    for path in indexes.into_iter().chain(["archive/old/copy/gen-000001"]) {
        let (_, err) = desk.run(&["index", path]).exits(2);
        assert!(err.contains(path) && err.contains("inside the index folder"), "{err}");
    }
    // What was indexed below a folder that has become an index can't be read, and is kept.
    desk.write("archive/old/GONGXUN", "gongxun index: \n");
    let (_, err) = desk.run(&["index", "archive", "--prune"]).exits(0);
    assert!(err.contains("archive/old: can't be read now; its articles are kept (1)"), "{err}");
    desk.run(&["search", "工会之家"]).exits(0);
    // A file of that name with another content hides nothing.
    for marker in ["", "mine", "GONGXUN"] {
        desk.write("archive/old/GONGXUN", marker);
        let (_, err) = desk.run(&["index", "archive", "--prune"]).exits(0);
        assert!(!err.contains("archive/old: "), "{err}");
    }
}

#[test]
fn nothing_is_written_into_an_index_but_by_itself() {
    let desk = Desk::new();
    desk.write("a.jsonl", ARTICLE).run(&["index", "a.jsonl"]).exits(0);
    desk.write("index/README.md", "mine").write("q.txt", "工会\n");
    fs::create_dir(desk.path("index/mine")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("index/CURRENT", desk.path("link")).unwrap();
    let before = tree(&desk.path("index"));
    let current = desk.path("index/CURRENT");
    let mut files = vec![
        "index/CURRENT",
        "index/README.md",
        "index/new.jsonl",
        "index/mine/new.jsonl",
        "index/gen-000001/meta.json",
        "./index/../index/STATE",
        current.to_str().unwrap(),
    ];
    if cfg!(unix) {
        files.push("link");
    }
    for file in files {
        for command in [
            &["export", "--output", file][..],
            &["search", "工会", "--format", "csv", "--output", file],
            &["search", "--queries", "q.txt", "--format", "csv", "--output", file],
            &["timeline", "工会", "--format", "csv", "--output", file],
            &["concordance", "工会", "--format", "csv", "--output", file],
            &["index", "a.jsonl", "--report", file],
            &["reindex", "a.jsonl", "--report", file],
        ] {
            let (_, err) = desk.run(command).exits(2);
            assert!(err.contains("inside the index folder") && err.contains("elsewhere"), "{command:?}: {err}");
        }
        let (_, err) = desk.run(&["snapshot", &format!("{file}-copy")]).output();
        assert!(file == "link" || err.contains("inside the index folder"), "{file}: {err}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("index/new-file", desk.path("dangling")).unwrap();
        for command in [&["index", "a.jsonl", "--report", "dangling"][..], &["export", "--output", "dangling"]] {
            let (_, err) = desk.run(command).exits(2);
            assert!(err.contains("inside the index folder"), "{command:?}: {err}");
        }
    }
    let (_, err) = desk.run(&["snapshot", "index/mine"]).exits(2);
    assert!(err.contains("inside the index folder") && err.contains("elsewhere"), "{err}");
    for name in ["copy", "./copy", "mine/copy"] {
        let (_, err) = desk.run_in("index", &["snapshot", name, "--index", "."]).exits(2);
        assert!(err.contains("inside the index folder"), "{name}: {err}");
    }
    assert_eq!(tree(&desk.path("index")), before);
    desk.run(&["export", "--output", "elsewhere.jsonl"]).exits(0);
}

#[test]
fn an_index_that_is_a_file_is_told() {
    let desk = Desk::new();
    desk.write("a.jsonl", ARTICLE).write("file", "mine");
    for command in
        [&["index", "a.jsonl"][..], &["search", "工会"], &["stats"], &["verify"], &["rollback"], &["upgrade"]]
    {
        let (_, err) = desk.run(&[command, &["--index", "file"]].concat()).exits(2);
        assert!(err.contains("file: a file, and an index is a folder"), "{command:?}: {err}");
    }
    assert_eq!(fs::read_to_string(desk.path("file")).unwrap(), "mine");
}

#[test]
fn names_may_begin_with_a_hyphen() {
    let desk = Desk::new();
    desk.write("-a.jsonl", ARTICLE).write("b.jsonl", ARTICLE);
    desk.run(&["index", "--index", "-i2", "--", "-a.jsonl"]).exits(0);
    assert!(desk.path("-i2/CURRENT").exists());
    desk.run(&["search", "工会", "--index", "-i2"]).exits(0);
    desk.run(&["search", "工会", "--index", "-i2", "-环卫工"]).exits(1);
    desk.run(&["search", "--index", "-i2", "--", "工会", "-环卫工"]).exits(1);
    let (_, err) = desk.run(&["index", "-a.jsonl", "--index", "-i2"]).exits(2);
    assert!(err.contains("-a") && !err.contains('－'), "{err}");
    desk.run(&["export", "--index", "-i2", "--output", "-o.jsonl"]).exits(0);
    assert!(desk.path("-o.jsonl").exists());
}

#[test]
fn a_snapshot_goes_on_where_one_was_killed() {
    let desk = Desk::new();
    desk.write("a.jsonl", ARTICLE).run(&["index", "a.jsonl"]).exits(0);
    // The remains of a killed snapshot, from its first step to its last.
    fs::create_dir_all(desk.path("s/gen-000001")).unwrap();
    desk.run(&["snapshot", "s"]).exits(0);
    let (_, err) = desk.run(&["snapshot", "s"]).exits(2);
    assert!(err.contains("not empty"), "{err}");
    let under_way = "gongxun snapshot under way: this is no index until the copy is whole\n";
    for kept in [&["gen-000001"][..], &["gen-000001", "CURRENT"], &["CURRENT", "LOCK"], &[]] {
        desk.write("s/GONGXUN", under_way).write("s/gen-000001/mine.txt", "mine");
        let entries = ["gen-000001/meta.json", "CURRENT", "LOCK"];
        for gone in entries.iter().filter(|name| !kept.contains(&name.split('/').next().unwrap())) {
            let _ = fs::remove_file(desk.path("s").join(gone));
        }
        let (_, err) = desk.run(&["index", "a.jsonl", "--index", "s"]).exits(2);
        assert!(err.contains("unfinished backup"), "{err}");
        desk.run(&["snapshot", "s"]).exits(0);
        desk.run(&["search", "工会", "--index", "s"]).exits(0);
        assert_eq!(fs::read_to_string(desk.path("s/gen-000001/mine.txt")).unwrap(), "mine");
    }
    for holds in ["mine.txt", "tombstones.jsonl", "gen-000001/mine.txt"] {
        desk.write(&format!("other-{}/{holds}", holds.len()), "mine");
        let (_, err) = desk.run(&["snapshot", &format!("other-{}", holds.len())]).exits(2);
        assert!(err.contains("not empty"), "{err}");
    }
}

#[cfg(unix)]
#[test]
fn output_goes_through_to_what_it_names() {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
    use std::process::Command;

    let desk = Desk::new();
    desk.write("a.jsonl", ARTICLE).run(&["index", "a.jsonl"]).exits(0);
    let (exported, _) = desk.run(&["export"]).exits(0);
    // A pipe is written to and stays a pipe.
    assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    let pipe = desk.path("pipe");
    let reader = std::thread::spawn(move || fs::read_to_string(pipe));
    desk.run(&["export", "--output", "pipe"]).exits(0);
    assert!(fs::metadata(desk.path("pipe")).unwrap().file_type().is_fifo());
    assert_eq!(reader.join().unwrap().unwrap(), exported);
    // A device, too.
    // A descriptor that is open is continued, be it a pipe or a log.
    desk.write("log", "earlier\n");
    for redirection in [">> log", "| cat >> log"] {
        let script = format!("\"$0\" export --output /dev/stdout {redirection}");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_gongxun")]).current_dir(desk.path(""));
        let done = command.env_remove("GONGXUN_INDEX").status().unwrap();
        assert!(done.success(), "{redirection}");
    }
    let log = fs::read_to_string(desk.path("log")).unwrap();
    assert!(log.starts_with("earlier\n") && log.lines().count() >= 3, "{log}");
    desk.run(&["export", "--output", "/dev/null"]).exits(0);
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    // A symbolic link stays, and its target is replaced, whether it was there or not.
    desk.write("kept/target.jsonl", "old");
    fs::set_permissions(desk.path("kept/target.jsonl"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("kept/target.jsonl", desk.path("link")).unwrap();
    symlink("kept/new.jsonl", desk.path("dangling")).unwrap();
    for (link, target) in [("link", "kept/target.jsonl"), ("dangling", "kept/new.jsonl")] {
        desk.run(&["export", "--output", link]).exits(0);
        assert!(fs::symlink_metadata(desk.path(link)).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(desk.path(target)).unwrap(), exported);
    }
    assert_eq!(fs::metadata(desk.path("kept/target.jsonl")).unwrap().permissions().mode() & 0o777, 0o640);
    // Nothing beside a plain file is touched, and the remains of a killed export do no harm.
    desk.write("o.jsonl", "old")
        .write("o.jsonl.new", "mine")
        .write("o.new", "mine")
        .write(".o.jsonl.gongxun-999999", "half");
    desk.run(&["export", "--output", "o.jsonl"]).exits(0);
    assert_eq!(fs::read_to_string(desk.path("o.jsonl")).unwrap(), exported);
    for mine in ["o.jsonl.new", "o.new"] {
        assert_eq!(fs::read_to_string(desk.path(mine)).unwrap(), "mine");
    }
    assert!(!desk.path(".o.jsonl.gongxun-999999").exists());
    // A folder is no output, and an export that fails leaves the old file.
    desk.run(&["export", "--output", "kept"]).exits(2);
    let store =
        tree(&desk.path("index")).into_keys().find(|path| path.extension().is_some_and(|e| e == "store")).unwrap();
    desk.write(&format!("index/{}", store.display()), "");
    desk.run(&["export", "--output", "o.jsonl"]).exits(2);
    assert_eq!(fs::read_to_string(desk.path("o.jsonl")).unwrap(), exported);
    fs::remove_file(desk.path("pipe")).unwrap();
    let left = tree(desk.folder.path()).into_keys().find(|path| path.to_string_lossy().contains(".gongxun-"));
    assert_eq!(left, None);
}

#[cfg(unix)]
#[test]
fn files_are_readable_by_whom_the_folder_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::with_corpus();
    let run = |mask: &str, args: &[&str]| {
        let program = env!("CARGO_BIN_EXE_gongxun");
        let script = format!("umask {mask}; exec \"$0\" \"$@\"");
        let mut shell = std::process::Command::new("sh");
        let run = shell.args(["-c", &script, program]).args(args).current_dir(desk.folder.path()).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    };
    for (mask, mode) in [("022", 0o644), ("077", 0o600), ("027", 0o640)] {
        let index = format!("index-{mask}");
        run(mask, &["index", "corpus", "--index", &index]);
        run(mask, &["reindex", "corpus", "--index", &index]);
        run(mask, &["snapshot", "--index", &index, &format!("copy-{mask}")]);
        for folder in [index, format!("copy-{mask}")] {
            for (path, content) in tree(&desk.path(&folder)) {
                let found = fs::metadata(desk.path(&folder).join(&path)).unwrap().permissions().mode() & 0o777;
                if content.is_some() {
                    assert_eq!(found, mode, "{folder}/{}", path.display());
                }
            }
        }
    }
}

#[test]
fn delete_refuses_misunderstood_queries() {
    let desk = Desk::new();
    let line = |n: usize| {
        let year = [2018, 2019, 2025][n % 3];
        format!(
            "{{\"title\":\"工会新闻{n}\",\"body\":\"{year}年第{n}篇工会新闻。\",\"date\":\"{year}-02-01\",\"source\":\"工人日报\"}}\n"
        )
    };
    desk.write("a.jsonl", (0..30).map(line).collect::<String>()).run(&["index", "a.jsonl"]).exits(0);
    let articles = |desk: &Desk| {
        let (out, _) = desk.run(&["stats", "--json"]).exits(0);
        serde_json::from_str::<serde_json::Value>(&out).unwrap()["articles"].as_u64().unwrap()
    };
    let deep = format!("{}工会{}", "(".repeat(200), ")".repeat(200));
    let long = (0..5_000).fold("工会".to_string(), |query, n| format!("{query} {n}"));
    let queries = [
        "",
        " ",
        "工会 日期:2025-02-30",
        "工会 日期:>=2025-13",
        "工会 来源:",
        "工会 编辑:\"\"",
        "工会 时间:2025",
        "工会 OR",
        "(工会",
        "工会 \"2025",
        "工会 2025 OR 2018",
        "工会 NEAR/9999 新闻",
        "工会 ???",
        "？！",
        "工会 !2025",
        "工会 –2025",
        "标题:正文:工会",
        "工会 -来源:标题:工会",
        &deep,
        &long,
    ];
    for query in queries {
        let (_, err) = desk.run(&["delete", "--yes", "--query", query]).exits(2);
        assert!(err.contains("nothing was deleted"), "{query}: {err}");
        assert_eq!(articles(&desk), 30, "{query}");
    }
    desk.run(&["delete", "--yes", "--source", " "]).exits(2);
    // Understood, but too many to be deleted without a question.
    let (out, err) = desk.run(&["delete", "--query", "工会"]).exits(2);
    assert!(out.lines().count() >= 30 && err.contains("--yes"), "{out}{err}");
    assert_eq!(articles(&desk), 30);
    desk.run(&["delete", "--query", "工会 日期:2025"]).exits(0);
    assert_eq!(articles(&desk), 20);
    desk.run(&["delete", "--yes", "--source", "工人日报"]).exits(0);
    assert_eq!(articles(&desk), 0);
}
