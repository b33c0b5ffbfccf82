//! Tests of folders, single files and JSON.

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
    let result = inputs(&[dir.path().join("no such file")], dir.path(), &Limits::default(), &mut |_| {});
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
    let files = inputs(std::slice::from_ref(&path), dir.path(), &Limits::default(), &mut |_| {}).unwrap();
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

#[test]
fn saved_pages_give_their_page() {
    let head = "From: <Saved by Blink>\r\nSnapshot-Content-Location: http://a/1.html\r\nMIME-Version: 1.0\r\n";
    let html =
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=E5=B7=A5=\r\n=E4=BC=9A";
    let related = |parts: &[&str]| {
        let mut message =
            format!("{head}Content-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"--x--\"\r\n\r\n");
        for part in parts {
            message += &format!("----x--\r\n{part}\r\n");
        }
        message + "----x----\r\n"
    };
    let frame = "Content-Type: text/html\r\nContent-Location: cid:frame\r\n\r\n<p>frame";
    let base64 = "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+5bel\r\n5Lya\r\n";
    let picture = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=";
    let alternative = "Content-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/plain\r\n\r\nplain\r\n--y\r\nContent-Type: text/html\r\n\r\n<p>工会\r\n--y--\r\n";
    let single = format!("{head}Content-Type: text/html; charset=utf-8\r\n\r\n<p>工会");
    for (name, message) in [
        ("a.mhtml", related(&[html, frame, picture])),
        ("a.mht", related(&[picture, html])),
        ("no-ending", related(&[base64, picture])),
        ("a.mht", related(&[alternative])),
        ("a.mht", single),
        ("a.mht", related(&[html]).replace("----x----", "")),
    ] {
        let seen = read_all(name, message.as_bytes());
        assert_eq!(
            seen.iter().map(|line| line.trim_end()).collect::<Vec<_>>(),
            [format!("{name} Html <p>工会")],
            "{message}"
        );
    }
    assert_eq!(read_all("a.mht", related(&[picture]).as_bytes()), ["a.mht !no-page"]);
    let mut found = None;
    let _ = read_from("a.mht", related(&[html]).as_bytes(), &Limits::default(), &mut |record| {
        found = record.unwrap().url;
        ControlFlow::Continue(())
    });
    assert_eq!(found.as_deref(), Some("http://a/1.html"));
}

#[test]
fn what_is_not_read_says_what_it_was_and_what_would_read_it() {
    let docx = zip_of(&[("[Content_Types].xml", b"<?xml version=\"1.0\"?>"), ("word/document.xml", b"<w/>")]);
    let feed = "<?xml version=\"1.0\"?><rss><channel><item><title>工会</title></item></channel></rss>";
    for (name, bytes, what, way) in [
        ("a.pdf", &b"%PDF-1.4"[..], "PDF", "pdftotext"),
        ("no-ending", b"%PDF-1.4", "PDF", "pdftotext"),
        ("a.docx", &docx, "document", "HTML"),
        ("a.zip", &docx, "document", "HTML"),
        ("a.rar", b"Rar!\x1a\x07", "RAR", "unar"),
        ("a.7z", b"7z\xBC\xAF\x27\x1C", "7z", "7z x"),
        ("a.xlsx", b"PK", "spreadsheet", "JSON lines"),
        ("a.csv", "标题,正文\n".as_bytes(), "CSV", "JSON lines"),
        ("a.xml", feed.as_bytes(), "feed", "JSON lines"),
        ("a.xml", b"<?xml version=\"1.0\"?><a/>", "XML", "HTML"),
        ("a.eml", b"From: a", "mail", "HTML"),
        ("a.sql", b"INSERT INTO", "dump", "JSON lines"),
    ] {
        let mut said = Vec::new();
        let _ = read_from(name, bytes, &Limits::default(), &mut |found| {
            said.push(found.unwrap_err().detail);
            ControlFlow::Continue(())
        });
        assert!(matches!(&said[..], [one] if one.contains(what) && one.contains(way)), "{name}: {said:?}");
    }
}

#[test]
fn a_limit_that_is_hit_is_named_and_can_be_set() {
    let long = vec![b'a'; 2000];
    let packed = gzip(&vec![0; 1 << 20]);
    let in_zip = zip_of(&[("a.zip", &zip_of(&[("a.zip", &zip_of(&[("a.txt", &long)]))]))]);
    let many = zip_of(&[("a.txt", "工会".as_bytes()), ("b.txt", b"b"), ("c.txt", b"c")]);
    for (limit, name, bytes) in [
        ("record-bytes=1K", "a.txt", &long[..]),
        ("nesting=2", "a.zip", &in_zip),
        ("ratio=2,ratio-floor=1000", "a.gz", &packed),
        ("members=2", "a.zip", &many),
    ] {
        let mut limits = Limits::default();
        limit.split(',').for_each(|limit| limits.set(limit).unwrap());
        let mut said = Vec::new();
        let _ = read_from(name, bytes, &limits, &mut |found| {
            said.extend(found.err().map(|rejection| rejection.detail));
            ControlFlow::Continue(())
        });
        let option = format!("--max {}=", limit.split('=').next().unwrap());
        assert!(said.iter().any(|detail| detail.contains(&option)), "{limit}: {said:?}");
        assert!(read_all(name, bytes).iter().any(|line| !line.contains('!') || name != "a.txt"), "{limit}");
    }
    for wrong in ["record-bytes", "record-bytes=x", "depth=1", "ratio=1T", "ratio=99999999999999999G"] {
        assert!(Limits::default().set(wrong).is_err(), "{wrong}");
    }
    for name in Limits::NAMES {
        Limits::default().set(&format!("{name}=7")).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("1/2/3")).unwrap();
    std::fs::write(dir.path().join("1/2/3/a.txt"), "工会").unwrap();
    let mut said = Vec::new();
    let limits = Limits { folders: 2, ..Limits::default() };
    let files = inputs(&[dir.path().to_path_buf()], dir.path(), &limits, &mut |r| said.push(r.detail)).unwrap();
    assert!(files.is_empty() && said[0].contains("--max folders="), "{said:?}");
}

/// A stream without an end that delivers little.
struct Slow;

impl Read for Slow {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        std::thread::sleep(std::time::Duration::from_millis(50));
        buf[0] = b'a';
        Ok(1)
    }
}

#[test]
fn reading_that_takes_too_long_is_given_up() {
    let mut said = Vec::new();
    let limits = Limits { seconds: 1, ..Limits::default() };
    let _ = read_from("a.txt", Slow, &limits, &mut |found| {
        said.push(found.unwrap_err().detail);
        ControlFlow::Continue(())
    });
    assert!(matches!(&said[..], [one] if one.contains("--max seconds=")), "{said:?}");
}

#[test]
fn a_snapshot_is_one_page() {
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let index = |stamp: &str, wget: &str| {
        format!(
            "{{\"url\":\"http://a/\",\"timestamp\":\"{stamp}\",\"history\":{{\"wget\":[{{\"output\":\"{wget}\"}}]}}}}"
        )
    };
    // Each snapshot: its forms, and the one that is read.
    let snapshots: [(&str, &[&str], Option<&str>); 6] = [
        (
            "1583298361.0",
            &["singlefile.html", "output.html", "readability/content.html", "readability/article.json"],
            Some("singlefile.html"),
        ),
        ("1583298362.0", &["output.html", "htmltotext.txt"], Some("output.html")),
        ("1583298363", &["a/index.html", "readability/content.html"], Some("a/index.html")),
        ("1583298364.0", &["readability/content.html", "readability/content.txt"], Some("readability/content.html")),
        ("1583298365.0", &["htmltotext.txt"], Some("htmltotext.txt")),
        ("1583298366.0", &["screenshot.png"], None),
    ];
    let mut expect = Vec::new();
    for (name, forms, read) in snapshots {
        let is_outside = name == "1583298366.0";
        let wget = if is_outside { "../1583298365.0/htmltotext.txt" } else { "a/index.html" };
        write(&format!("archive/{name}/index.json"), &index(name, wget));
        write(&format!("archive/{name}/index.html"), "<p>list");
        for form in forms {
            write(&format!("archive/{name}/{form}"), "<p>工会");
        }
        expect.push(
            read.map_or(format!("archive/{name} !no-page"), |form| format!("archive/{name}/{form} Html <p>工会")),
        );
    }
    write("ArchiveBox.conf", "");
    write("index.html", "<p>list");
    write("sources/1.txt", "http://a/");
    // What is no part of the bundle is read.
    for name in ["archive/1583298365.0/notes.html", "pages/a.html", "export.html"] {
        write(name, "<p>工会");
        expect.push(format!("{name} Html <p>工会"));
    }
    let mut seen = read_path(dir.path(), dir.path());
    seen.sort();
    expect.sort();
    assert_eq!(seen, expect);
}

/// A file with the name of a bundle's makes no bundle of its folder, and hides nothing.
#[test]
fn a_bundle_is_more_than_a_name() {
    let snapshot = "{\"url\":\"http://a/\",\"timestamp\":\"STAMP\",\"history\":{\"wget\":[{\"output\":\"a.html\"}]}}";
    let described = "{\"profile\":\"data-package\",\"resources\":[]}";
    // The file, and whether what it describes is there.
    let files = [
        ("datapackage.json", described, false),
        ("ArchiveBox.conf", "", false),
        ("index.json", snapshot, false),
        ("2019/index.json", &snapshot.replace("STAMP", "2019"), false),
        ("1583298361.0/index.json", &snapshot.replace("STAMP", "1583298362.0"), false),
        ("1583298361.0/index.json", &snapshot.replace("STAMP", "1583298361.0"), true),
        ("1583298361.0/index.json", "{\"url\":\"http://a/\"}", false),
    ];
    let snapshot_of_others =
        "{\"url\":\"http://pages/\",\"timestamp\":\"1583298361.0\",\"history\":{\"dom\":[{\"output\":\"b.html\"}]}}";
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in [("index.json", snapshot_of_others), ("b.html", "<p>工"), ("pages/a.html", "<p>会")] {
        let path = dir.path().join("1583298361.0").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let seen = read_path(dir.path(), dir.path());
    assert_eq!(seen.iter().filter(|line| line.contains(" Html ")).count(), 2, "{seen:?}");
    for (file, content, is_bundle) in files {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(file).parent().unwrap().to_path_buf();
        fs::create_dir_all(folder.join("archive")).unwrap();
        fs::write(dir.path().join(file), content).unwrap();
        let pages = ["a.html", "b.html", "index.html", "output.html", "archive/a.html", "pages/a.html"];
        for page in pages {
            fs::create_dir_all(folder.join(page).parent().unwrap()).unwrap();
            fs::write(folder.join(page), "<p>工会").unwrap();
        }
        let seen = read_path(dir.path(), dir.path());
        let read = seen.iter().filter(|line| line.ends_with(" Html <p>工会")).count();
        // Of a snapshot one form is read, and its list and the copy by wget are not.
        assert_eq!(read, if is_bundle { pages.len() - 2 } else { pages.len() }, "{file}: {content}: {seen:?}");
    }
    // A crawl that is unpacked, with its description: the description is left out, and files beside it are read.
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("archive/a.warc", "WARC/1.0\r\n"),
        ("datapackage.json", described),
        ("pages/pages.jsonl", "{\"title\":\"x\"}"),
        ("indexes/index.cdx.gz", "x"),
        ("logs/a.html", "<p>工会"),
        ("logs/crawl.log", "工会"),
        ("b.html", "<p>工会"),
    ] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let seen = read_path(dir.path(), dir.path());
    let pages: Vec<&String> = seen.iter().filter(|line| line.contains(" Html ")).collect();
    assert_eq!(pages, ["b.html Html <p>工会", "logs/a.html Html <p>工会"]);
    assert!(!seen.iter().any(|line| line.starts_with("pages/") || line.starts_with("indexes/")), "{seen:?}");
}

/// What stands at a known name may be anything: nothing but a plain file is opened.
#[cfg(unix)]
#[test]
fn a_pipe_or_folder_with_a_known_name_does_not_stop_the_walk() {
    for name in ["index.json", "GONGXUN", "CURRENT", "datapackage.json", "gongxun.toml", "a.html"] {
        for is_pipe in [true, false] {
            let dir = tempfile::tempdir().unwrap();
            let folder = dir.path().join("1583298361.0");
            fs::create_dir_all(folder.join("archive")).unwrap();
            match is_pipe {
                true => {
                    assert!(std::process::Command::new("mkfifo").arg(folder.join(name)).status().unwrap().success())
                }
                false => fs::create_dir(folder.join(name)).unwrap(),
            }
            fs::write(folder.join("b.html"), "<p>工会").unwrap();
            let seen = read_path(dir.path(), dir.path());
            assert!(seen.contains(&"1583298361.0/b.html Html <p>工会".to_string()), "{name}: {seen:?}");
        }
    }
}

#[test]
fn an_index_with_another_kind_of_content_is_a_file_like_others() {
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    // A folder with an index of another kind is a folder like others.
    write("site/index.json", "{\"url\":\"http://a/\",\"timestamp\":\"x\"}");
    write("site/a.html", "<p>工会");
    assert!(read_path(&dir.path().join("site"), dir.path()).contains(&"site/a.html Html <p>工会".to_string()));
}
