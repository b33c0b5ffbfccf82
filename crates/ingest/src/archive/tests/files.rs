//! Folders, single files, JSON.

use std::fs;

use super::*;
use gongxun_core::error::Error;

fn check(name: &str, content: &[u8], expect: &[&str]) {
    assert_eq!(read_all(name, content), expect, "{name}");
}

#[test]
fn kinds_are_told_by_content_and_name() {
    check("a.txt", "工会".as_bytes(), &["a.txt Dump 工会"]);
    check("a.txt", b"\n <!DOCTYPE html><p>x", &["a.txt Html \n <!DOCTYPE html><p>x"]);
    check("a.txt", "【工会】".as_bytes(), &["a.txt Dump 【工会】"]);
    check("a.html", "<p>工会".as_bytes(), &["a.html Html <p>工会"]);
    check("a.shtml", "工会".as_bytes(), &["a.shtml Html 工会"]);
    check("a.html", b"{\"a\":1}", &["a.html Json {\"a\":1}"]);
    check("page", b"<html><body>x", &["page Html <html><body>x"]);
    check("show.asp?id=3.htm", b"x <table>", &["show.asp?id=3.htm Html x <table>"]);
    check("-", "工会".as_bytes(), &["- Dump 工会"]);
    check("-", b"[{\"a\":1},{\"a\":2}]", &["-#00001 Json {\"a\":1}", "-#00002 Json {\"a\":2}"]);
    check("a.txt", b"", &["a.txt !empty"]);
    check("a.txt", b"\xEF\xBB\xBF \n", &["a.txt !empty"]);
    check("a.json", b"", &["a.json !empty"]);
    check("a.txt", b"%PDF-1.4 \x01\x02", &["a.txt !binary"]);
    check("a", &[7; 64], &["a !binary"]);
    check("feed.xml", b"<?xml version='1.0'?><rss>", &["feed.xml !unknown"]);
}

#[test]
fn json_in_all_its_forms() {
    check("a.json", b"[{\"a\":1}]", &["a.json#00001 Json {\"a\":1}"]);
    check("a.json", b"{\n \"a\": \"{[\"\n}\n", &["a.json Json {\n \"a\": \"{[\"\n}"]);
    check(
        "a.json",
        b"[\n{\"a\":1},\n 3, {\"a\":[{}]}\n]",
        &["a.json#00001 Json {\"a\":1}", "a.json#00002 !bad-json", "a.json#00003 Json {\"a\":[{}]}"],
    );
    check("a.json", b"{\"a\":1}\n{\"a\":2}\n", &["a.json#00001 Json {\"a\":1}", "a.json#00002 Json {\"a\":2}"]);
    check(
        "a.jsonl",
        b"\xEF\xBB\xBF{\"a\":1}\r\n\r\n{\"a\":\n[1]\n{\"a\":2}",
        &[
            "a.jsonl#00001 Json {\"a\":1}",
            "a.jsonl#00003 !bad-json",
            "a.jsonl#00004 !bad-json",
            "a.jsonl#00005 Json {\"a\":2}",
        ],
    );
    check("a.jsonl", b"oops\n{\"a\":2}", &["a.jsonl#00001 !bad-json", "a.jsonl#00002 Json {\"a\":2}"]);
    check("a.ndjson", b"{\"a\":\"\xb9\xa4\xbb\xe1\xb5\xc4\"}", &["a.ndjson#00001 Json {\"a\":\"工会的\"}"]);
    let utf16: Vec<u8> = "\u{FEFF}{\"a\":\"工会\"}\n{\"a\":2}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check("a.jsonl", &utf16, &["a.jsonl#00001 Json {\"a\":\"工会\"}", "a.jsonl#00002 Json {\"a\":2}"]);
    // 俓 is 0x82 and a backslash in GBK, 倇 0x82 and a brace.
    let gbk = encoding_rs::GBK.encode("[\n{\"a\":\"工会的工作俓\"},\n{\"a\":\"倇\"}\n]").0;
    assert!(gbk.windows(2).any(|pair| pair == b"\\\""));
    check("a.json", &gbk, &["a.json#00001 Json {\"a\":\"工会的工作俓\"}", "a.json#00002 Json {\"a\":\"倇\"}"]);
    // A missing quote, a missing brace: the values behind it are read.
    let expect = ["a.json#00001 !bad-json", "a.json#00002 Json {\"b\":1}", "a.json#00003 Json {\"c\":1}"];
    check("a.json", b"[\n{\"a\":\"x},\n{\"b\":1},\n{\"c\":1}]", &expect);
    check("a.json", b"[\n  {\"a\":{\"x\":1},\n  {\"b\":1},\n  {\"c\":1}\n]", &expect);
    check("a.json", b"{\n \"a\":{\n\n}\n{\"b\":1}\n{\"c\":1}", &expect);
}

#[test]
fn broken_json_names_its_line_and_the_rest_goes_on() {
    let mut lines = vec!["{\"title\":\"工会\"}".to_string(); 6000];
    lines[4999] = "{\"title\":\"工会\"".to_string();
    let mut rejections = Vec::new();
    let mut records = 0;
    let _ = read_from("a.jsonl", lines.join("\n").as_bytes(), &Limits::default(), &mut |found| {
        match found {
            Ok(_) => records += 1,
            Err(rejection) => rejections.push(rejection),
        }
        ControlFlow::Continue(())
    });
    assert_eq!((records, rejections.len()), (5999, 1));
    assert_eq!(rejections[0].origin.record, Some(5000));
    assert!(rejections[0].detail.starts_with("line 5000: column 17"), "{}", rejections[0].detail);
}

#[test]
fn broken_values_over_lines_name_their_lines() {
    let mut seen = Vec::new();
    let array =
        b"[\n {\n  \"a\": 1\n },\n {\n  \"b\": oops\n },\n {\n  \"c\": [1\n },\n {\n  \"d\": 1\n },\n {\"e\": x}\n]";
    let _ = read_from("a.json", &array[..], &Limits::default(), &mut |found| {
        seen.push(match found {
            Ok(record) => format!("{} read", record.origin),
            Err(rejection) => format!("{} {}", rejection.origin, rejection.detail),
        });
        ControlFlow::Continue(())
    });
    assert_eq!(
        seen,
        [
            "a.json#00001 read",
            "a.json#00002 line 6: column 8: expected value",
            "a.json#00003 line 10: column 2: expected `,` or `]`",
            "a.json#00004 read",
            "a.json#00005 line 14: column 7: expected value",
        ]
    );
}

#[test]
fn a_record_has_a_largest_size() {
    let limits = Limits { record_bytes: 10, ..Limits::default() };
    assert_eq!(read_limited("a.txt", b"0123456789", &limits), ["a.txt Dump 0123456789"]);
    assert_eq!(read_limited("a.txt", b"0123456789a", &limits), ["a.txt !limit"]);
    let lines = b"{\"a\":12345678}\n{\"a\":1}\n";
    assert_eq!(read_limited("a.jsonl", lines, &limits), ["a.jsonl#00001 !limit", "a.jsonl#00002 Json {\"a\":1}"]);
    let array = b"[{\"a\":12345678},{\"a\":1}]";
    assert_eq!(read_limited("a.json", array, &limits), ["a.json#00001 !limit", "a.json#00002 Json {\"a\":1}"]);
}

#[test]
fn a_visitor_stops_the_reading() {
    let mut seen = 0;
    let flow = read_from("a.jsonl", "{}\n{}\n{}\n".as_bytes(), &Limits::default(), &mut |_| {
        seen += 1;
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((seen, flow), (2, ControlFlow::Break(())));
}

#[test]
fn folders_are_walked_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    for (name, content) in [
        ("b/2.txt", "二"),
        ("b/10.txt", "十"),
        ("a.txt", "一"),
        (".git/x.txt", "hidden"),
        ("b/.DS_Store", "hidden"),
        ("p.jpg", "image"),
        ("README.md", "note"),
        ("empty.txt", ""),
    ] {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let expect = [
        "README.md !unknown",
        "a.txt Dump 一",
        "b/10.txt Dump 十",
        "b/2.txt Dump 二",
        "empty.txt !empty",
        "p.jpg !binary",
    ];
    assert_eq!(read_path(root, root), expect);
    let outside = read_path(&root.join("a.txt"), &root.join("b"));
    assert_eq!(outside, [format!("{} Dump 一", root.join("a.txt").display())]);
    assert_eq!(read_path(&root.join("b/../b"), root)[0], "b/10.txt Dump 十");
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let result = inputs(&[dir.path().join("no such file")], dir.path(), &mut |_| {});
    assert!(matches!(result, Err(Error::Io { .. })));
}

#[cfg(unix)]
#[test]
fn links_end() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    fs::create_dir_all(root.join("a")).unwrap();
    fs::create_dir_all(dir.path().join("elsewhere")).unwrap();
    fs::write(root.join("a/1.txt"), "一").unwrap();
    fs::write(dir.path().join("elsewhere/2.txt"), "二").unwrap();
    symlink("..", root.join("a/loop")).unwrap();
    symlink("a", root.join("again")).unwrap();
    symlink("../elsewhere", root.join("other")).unwrap();
    symlink("../elsewhere", root.join("other2")).unwrap();
    symlink("nowhere", root.join("broken.txt")).unwrap();
    symlink("a/1.txt", root.join("link.txt")).unwrap();
    let expect = ["broken.txt !unreadable", "a/1.txt Dump 一", "link.txt Dump 一", "other/2.txt Dump 二"];
    assert_eq!(read_path(&root, &root), expect);
}

#[test]
fn a_file_that_vanishes_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.txt");
    fs::write(&path, "一").unwrap();
    let files = inputs(std::slice::from_ref(&path), dir.path(), &mut |_| {}).unwrap();
    fs::remove_file(&path).unwrap();
    let mut seen = Vec::new();
    let _ = read(&files[0], &Limits::default(), &AtomicU64::new(0), &mut |found| {
        seen.push(show(found));
        ControlFlow::Continue(())
    });
    assert_eq!(seen, ["a.txt !unreadable"]);
}

#[cfg(unix)]
#[test]
fn names_in_gbk_are_read() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let name = encoding_rs::GBK.encode("农民工的欠薪.txt").0.into_owned();
    let path = dir.path().join(std::ffi::OsStr::from_bytes(&name));
    if fs::write(path, "一").is_err() {
        return; // The file system takes UTF-8 only.
    }
    assert_eq!(read_path(dir.path(), dir.path()), ["农民工的欠薪\\06e85a47.txt Dump 一"]);
}
