//! Tests of zip, tar, gz and zst, inside each other, damaged, hostile.

use std::fs;

use super::*;

fn check(name: &str, content: &[u8], expect: &[&str]) {
    assert_eq!(read_all(name, content), expect, "{name} from a stream");
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), content).unwrap();
    assert_eq!(read_path(&dir.path().join(name), dir.path()), expect, "{name} from a file");
}

const MEMBERS: &[(&str, &[u8])] = &[
    ("a.txt", "一".as_bytes()),
    ("b/c.jsonl", b"{\"a\":1}\n{\"a\":2}\n"),
    ("b/.hidden.txt", b"no"),
    ("__MACOSX/._a.txt", b"no"),
    ("p.png", b"\x89PNG"),
    ("d.html", "<p>二".as_bytes()),
];

fn expect_in(archive: &str) -> Vec<String> {
    [
        "a.txt Dump 一",
        "b/c.jsonl#00001 Json {\"a\":1}",
        "b/c.jsonl#00002 Json {\"a\":2}",
        "p.png !binary",
        "d.html Html <p>二",
    ]
    .iter()
    .map(|line| format!("{archive}!{line}"))
    .collect()
}

fn check_members(name: &str, content: &[u8]) {
    let expect = expect_in(name);
    check(name, content, &expect.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn every_container_gives_its_members() {
    check_members("x.zip", &zip_of(MEMBERS));
    check_members("x.tar", &tar_of(MEMBERS));
    check_members("x.tar.gz", &gzip(&tar_of(MEMBERS)));
    check_members("x.tgz", &gzip(&tar_of(MEMBERS)));
    check_members("x.tar.zst", &zstd(&tar_of(MEMBERS)));
    // Without an ending, or with a wrong one, the content tells.
    check_members("x", &zip_of(MEMBERS));
    check_members("x.tar", &gzip(&tar_of(MEMBERS)));
    check_members("x.gz", &tar_of(MEMBERS));
    check("a.txt.gz", &gzip("一".as_bytes()), &["a.txt.gz Dump 一"]);
    check("a.html.zst", &zstd("一".as_bytes()), &["a.html.zst Html 一"]);
    check(
        "a.jsonl.gz",
        &[gzip(b"{\"a\":1}\n{\"a\""), gzip(b":2}\n")].concat(),
        &["a.jsonl.gz#00001 Json {\"a\":1}", "a.jsonl.gz#00002 Json {\"a\":2}"],
    );
    // Tapes pad with zeros, and some files have a few bytes of something else behind them.
    check("a.txt.gz", &[gzip("一".as_bytes()), vec![0; 700]].concat(), &["a.txt.gz Dump 一"]);
    check("a.txt.gz", &[gzip("一".as_bytes()), b"garbage".to_vec()].concat(), &["a.txt.gz Dump 一"]);
}

#[test]
fn an_index_inside_an_archive_is_not_read() {
    const SEGMENT: &str = "old/index/gen-000001/b4616752239649b2884e60f731d5eaa1.store";
    let members: &[(&str, &[u8])] = &[
        ("a.txt", "一".as_bytes()),
        (SEGMENT, b"\0\x01"),
        ("old/index/GONGXUN", b"gongxun index: what stands in this folder\n"),
        ("old/index/gen-000001/dictionary.txt", "劳动监察\n工会驿站\n".as_bytes()),
        ("old/index/mine/b.txt", "二".as_bytes()),
        ("old/indexes/gen-000001/c.txt", "三".as_bytes()),
        ("gen-2019/generation.json", b"{\"a\":1}"),
    ];
    for (name, content) in
        [("x.zip", zip_of(members)), ("x.tar", tar_of(members)), ("x.tar.gz", gzip(&tar_of(members)))]
    {
        let expect = [
            "a.txt Dump 一",
            "old/index !unknown",
            "old/indexes/gen-000001/c.txt Dump 三",
            "gen-2019/generation.json Json {\"a\":1}",
        ]
        .map(|line| format!("{name}!{line}"));
        check(name, &content, &expect.each_ref().map(String::as_str));
    }
    // Read as a stream, and by a directory that lists the sign last.
    let limits = Limits { record_bytes: 200, ..Limits::default() };
    assert!(read_limited("x.zip", &zip_of(members), &limits).contains(&"x.zip!old/index !unknown".to_string()));
    let (first, rest) = members.split_at(2);
    check(
        "x.zip",
        &zip_of(&[rest, first].concat()),
        &[
            "x.zip!old/index !unknown",
            "x.zip!old/indexes/gen-000001/c.txt Dump 三",
            "x.zip!gen-2019/generation.json Json {\"a\":1}",
            "x.zip!a.txt Dump 一",
        ],
    );
    check("x.zip", &zip_of(&[("gen-000001/generation.json", b"{}"), ("CURRENT", b"1")]), &["x.zip !unknown"]);
}

#[test]
fn archives_stand_inside_each_other_to_a_depth() {
    let one = zip_of(&[("a.txt", "一".as_bytes())]);
    let two = gzip(&tar_of(&[("one.zip", &one), ("z.txt", "末".as_bytes())]));
    let three = zip_of(&[("two.tar.gz", &two)]);
    let four = zip_of(&[("three.zip", &three)]);
    check("three.zip", &three, &["three.zip!two.tar.gz!one.zip!a.txt Dump 一", "three.zip!two.tar.gz!z.txt Dump 末"]);
    check(
        "four.zip",
        &four,
        &["four.zip!three.zip!two.tar.gz!one.zip !limit", "four.zip!three.zip!two.tar.gz!z.txt Dump 末"],
    );
    let mut packed = "一".as_bytes().to_vec();
    for _ in 0..5 {
        packed = gzip(&packed);
    }
    check("a", &packed, &["a !limit"]);
}

#[test]
fn names_in_gbk_are_read() {
    let name = encoding_rs::GBK.encode("农民工/欠薪.txt").0.into_owned();
    let placeholder = "x".repeat(name.len() - 4) + ".txt";
    let mut zip = zip_of(&[(&placeholder, "一".as_bytes())]);
    patch(&mut zip, placeholder.as_bytes(), &name);
    check("x.zip", &zip, &["x.zip!农民工/欠薪.txt Dump 一"]);
    let name = encoding_rs::BIG5.encode("勞工新聞與工會的發展.txt").0.into_owned();
    let placeholder = "x".repeat(name.len() - 4) + ".txt";
    let mut zip = zip_of(&[(&placeholder, "一".as_bytes())]);
    patch(&mut zip, placeholder.as_bytes(), &name);
    check("x.zip", &zip, &["x.zip!勞工新聞與工會的發展.txt Dump 一"]);
    check("x.zip", &zip_of(&[("工会.txt", "一".as_bytes())]), &["x.zip!工会.txt Dump 一"]);
    let mut zip = zip_of(&[("cafx.txt", "一".as_bytes())]);
    patch(&mut zip, b"cafx.txt", b"caf\x82.txt");
    check("x.zip", &zip, &["x.zip!café.txt Dump 一"]);
    let long = format!("{}/{}.txt", "工".repeat(40), "会".repeat(40));
    check("x.tar", &tar_of(&[(&long, "一".as_bytes())]), &[&format!("x.tar!{long} Dump 一")]);
}

#[test]
fn no_path_leaves_its_archive() {
    let names = ["../a.txt", "/etc/a.txt", "b/../../a.txt", "C:\\a.txt", "..\\a.txt", "./ok/a.txt"];
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, "一".as_bytes())).collect();
    let expect = |archive: &str| -> Vec<String> {
        let mut lines: Vec<String> = names[..5].iter().map(|name| format!("{archive}!{name} !unsafe-path")).collect();
        lines.push(format!("{archive}!ok/a.txt Dump 一"));
        lines
    };
    assert_eq!(read_all("x.tar", &tar_of(&members)), expect("x.tar"));
    let mut zip = zip_of(&[("xx/a.txt", "一".as_bytes())]);
    patch(&mut zip, b"xx/a.txt", b"../a.txt");
    assert_eq!(read_all("x.zip", &zip), ["x.zip!../a.txt !unsafe-path"]);
}

#[test]
fn compressions_stand_around_each_other_to_a_depth() {
    let around = |times: usize| (0..times).fold("一".as_bytes().to_vec(), |inner, _| gzip(&inner));
    assert_eq!(read_all("x.txt.gz", &around(3)), ["x.txt.gz Dump 一"]);
    assert_eq!(read_all("x.txt.gz", &around(500)), ["x.txt.gz !limit"]);
    assert_eq!(
        read_all("x.zip", &zip_of(&[("a.gz", &around(500)), ("b.txt", "二".as_bytes())])),
        ["x.zip!a.gz !limit", "x.zip!b.txt Dump 二"]
    );
}

/// What the decoders of nested streams hold in memory counts together.
#[test]
fn windows_have_a_limit_together() {
    let wide = |bytes: &[u8]| {
        let mut encoder = ::zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(24).unwrap();
        std::io::Write::write_all(&mut encoder, bytes).unwrap();
        encoder.finish().unwrap()
    };
    let page = wide("一".as_bytes());
    for (window_bytes, name, archive, expect) in [
        (16 << 20, "a.txt.zst", page.clone(), vec!["a.txt.zst Dump 一"]),
        ((16 << 20) - 1, "a.txt.zst", page.clone(), vec!["a.txt.zst !limit"]),
        (31 << 20, "a.txt.zst", wide(&page), vec!["a.txt.zst !limit"]),
        (32 << 20, "a.txt.zst", wide(&page), vec!["a.txt.zst Dump 一"]),
        (
            16 << 20,
            "x.zip",
            zip_of(&[("a.zst", &page), ("b.zst", &wide(&page)), ("c.zst", &page)]),
            vec!["x.zip!a.zst Dump 一", "x.zip!b.zst !limit", "x.zip!c.zst Dump 一"],
        ),
        (
            16 << 20,
            "a.jsonl.zst",
            [wide(b"{}\n"), wide(b"{\"a\":1}")].concat(),
            vec!["a.jsonl.zst#00001 Json {}", "a.jsonl.zst#00002 Json {\"a\":1}"],
        ),
    ] {
        let limits = Limits { window_bytes, ..Limits::default() };
        assert_eq!(read_limited(name, &archive, &limits), expect, "{window_bytes} {name}");
    }
}

#[test]
fn bombs_hit_a_limit_and_the_rest_is_read() {
    let limits = Limits { record_bytes: 1 << 20, ratio: 50, ratio_floor: 1 << 20, ..Limits::default() };
    let zeros = vec![b' '; 8 << 20];
    let zip = zip_of(&[("bomb.txt", &zeros), ("a.txt", "一".as_bytes())]);
    assert_eq!(read_limited("x.zip", &zip, &limits), ["x.zip!bomb.txt !limit", "x.zip!a.txt Dump 一"]);
    assert_eq!(read_limited("x.txt.gz", &gzip(&zeros), &limits), ["x.txt.gz !limit"]);
    assert_eq!(read_limited("x.txt.zst", &zstd(&zeros), &limits), ["x.txt.zst !limit"]);
    let tar = gzip(&tar_of(&[("bomb.txt", &zeros), ("a.txt", "一".as_bytes())]));
    assert_eq!(read_limited("x.tgz", &tar, &limits), ["x.tgz!bomb.txt !limit", "x.tgz !limit"]);
    // Content that compresses well and becomes records is not a bomb.
    let lines = "{\"a\":1}\n".repeat(1 << 20);
    assert_eq!(read_limited("x.jsonl.gz", &gzip(lines.as_bytes()), &limits).len(), 1 << 20);
    // Too many members.
    let limits = Limits { members: 2, ..Limits::default() };
    let members: Vec<(String, &[u8])> = (0..4).map(|n| (format!("{n}.txt"), "一".as_bytes())).collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    for (name, archive) in [("x.zip", zip_of(&members)), ("x.tar", tar_of(&members))] {
        let expect = [format!("{name}!0.txt Dump 一"), format!("{name}!1.txt Dump 一"), format!("{name} !limit")];
        assert_eq!(read_limited(name, &archive, &limits), expect);
        let mut after = false;
        let flow = read_from(name, &archive[..], &limits, &mut |_| {
            after = true;
            ControlFlow::Continue(())
        });
        assert!(after && flow.is_continue(), "the input is left, not the run");
    }
}

/// Returns text that hardly compresses, so that half an archive is half its members.
fn noise(seed: u32, length: usize) -> String {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            char::from_u32(0x4E00 + state % 20_000).unwrap()
        })
        .collect()
}

#[test]
fn damaged_archives_are_read_as_far_as_they_go() {
    let pages: Vec<String> = (0..8).map(|n| noise(n, 2000)).collect();
    let names: Vec<String> = (0..8).map(|n| format!("{n}.txt")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().zip(&pages).map(|(n, p)| (n.as_str(), p.as_bytes())).collect();
    let zip = zip_of(&members);
    let tar = tar_of(&members);
    for (name, whole) in
        [("x.zip", zip.clone()), ("x.tar", tar.clone()), ("x.tar.gz", gzip(&tar)), ("x.tar.zst", zstd(&tar))]
    {
        let seen = read_all(name, &whole[..whole.len() / 2]);
        let pages = seen.iter().filter(|line| line.contains(" Dump ")).count();
        let damaged = seen.iter().filter(|line| line.ends_with("!damaged")).count();
        // zstd gives blocks of 128 KiB or nothing, and this is less.
        let least = if name.ends_with(".zst") { 0 } else { 3 };
        assert!((least..=4).contains(&pages) && damaged >= 1, "{name}: {pages} pages, {damaged} damaged");
    }
    // A damaged header in a tar archive, a damaged member in a zip archive: the others are read.
    let mut broken = tar.clone();
    let second = broken.windows(5).position(|w| w == b"1.txt").unwrap();
    broken[second] = b'X';
    let seen = read_all("x.tar", &broken);
    assert_eq!(seen.iter().filter(|line| line.contains(" Dump ")).count(), 7, "{:?}", seen.len());
    let mut broken = zip.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 0x55;
    let seen = read_all("x.zip", &broken);
    assert_eq!(seen.iter().filter(|line| line.contains(" Dump ")).count(), 7);
    assert_eq!(seen.iter().filter(|line| line.ends_with("!damaged")).count(), 1);
    let seen = read_all("x.zip", b"this is no archive");
    assert_eq!(seen, ["x.zip !damaged"]);
}

#[test]
fn a_zip_archive_too_large_to_hold_is_read_as_a_stream() {
    let limits = Limits { record_bytes: 20_000, ..Limits::default() };
    let pages: Vec<String> = (0..8).map(|n| noise(n, 2000)).collect();
    let names: Vec<String> = (0..8).map(|n| format!("{n}.txt")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().zip(&pages).map(|(n, p)| (n.as_str(), p.as_bytes())).collect();
    let seen = read_limited("x.zip", &zip_of(&members), &limits);
    let expect: Vec<String> = members.iter().zip(&pages).map(|((n, _), p)| format!("x.zip!{n} Dump {p}")).collect();
    assert_eq!(seen, expect);
}

#[test]
fn lines_behind_a_damaged_member_are_read() {
    let members: Vec<Vec<u8>> =
        (0..6).map(|n| gzip(format!("{{\"a\":{n}}}\n{{\"b\":\"{}\"}}\n{{\"c\":", noise(n, 300)).as_bytes())).collect();
    let ends: Vec<Vec<u8>> = (0..6).map(|n| gzip(format!("{n}}}\n").as_bytes())).collect();
    let mut joined: Vec<Vec<u8>> = members.into_iter().zip(ends).flat_map(|(a, b)| [a, b]).collect();
    assert_eq!(read_all("x.jsonl.gz", &joined.concat()).len(), 18);
    let middle = joined[4].len() / 2;
    joined[4][middle] ^= 0xFF;
    let seen = read_all("x.jsonl.gz", &joined.concat());
    let damaged = seen.iter().filter(|line| line.ends_with("!damaged")).count();
    let read = seen.iter().filter(|line| line.contains(" Json ")).count();
    assert!(damaged == 1 && (15..=17).contains(&read) && seen.last().unwrap().ends_with("{\"c\":5}"), "{seen:#?}");
}

/// A reader that returns some bytes, then the error of a failing disk.
struct Failing<'b>(&'b [u8]);

impl std::io::Read for Failing<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        match std::io::Read::read(&mut self.0, buf)? {
            0 => Err(std::io::Error::from_raw_os_error(5)),
            n => Ok(n),
        }
    }
}

#[test]
fn a_disk_that_fails_is_not_a_damaged_archive() {
    let tar = tar_of(&[("a.txt", "一".as_bytes()), ("b.txt", noise(1, 90_000).as_bytes())]);
    let packed = gzip(&tar);
    for (name, bytes) in [
        ("x.tar", &tar[..100_000]),
        ("x.tar.gz", &packed[..100_000]),
        ("x.jsonl", b"{}\n{}"),
        ("x.txt", b"x"),
        ("x.warc", b"WARC/1.0\r\n"),
        ("x.zip", b"PK\x03\x04"),
    ] {
        let mut seen = Vec::new();
        let _ = read_from(name, Failing(bytes), &Limits::default(), &mut |found| {
            seen.push(show(found));
            ControlFlow::Continue(())
        });
        assert!(seen.iter().any(|line| line.ends_with("!unreadable")), "{name}: {seen:?}");
        assert!(!seen.iter().any(|line| line.ends_with("!damaged")), "{name}: {seen:?}");
    }
}

#[test]
fn an_archive_inside_a_member_is_not_mixed_up_with_it() {
    // Stored, so that its headers stand in the outer archive as they are; and the outer directory is cut off.
    let inner = zip_of(&[("inner.txt", noise(1, 50).as_bytes())]);
    let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
    for (name, content) in [(".hidden.zip", &inner[..]), ("paper.docx", &inner[..]), ("a.txt", "一".as_bytes())] {
        writer.start_file(name, stored).unwrap();
        std::io::Write::write_all(&mut writer, content).unwrap();
    }
    let whole = writer.finish().unwrap().into_inner();
    let cut = &whole[..whole.len() - 30];
    assert_eq!(read_all("x.zip", cut), ["x.zip !damaged", "x.zip!paper.docx !binary", "x.zip!a.txt Dump 一"]);
}

#[test]
fn members_of_one_name_are_all_read() {
    let mut zip = zip_of(&[("a1.txt", "一".as_bytes()), ("a2.txt", "二".as_bytes())]);
    patch(&mut zip, b"a2.txt", b"a1.txt");
    check("x.zip", &zip, &["x.zip!a1.txt Dump 一", "x.zip!a1.txt Dump 二"]);
    let tar = tar_of(&[("a.txt", "一".as_bytes()), ("a.txt", "二".as_bytes())]);
    check("x.tar", &tar, &["x.tar!a.txt Dump 一", "x.tar!a.txt Dump 二"]);
}

#[test]
fn large_archives_and_names_in_extra_fields_are_read() {
    // Long fields as in archives above 4 GiB, and something in front as in those that unpack themselves.
    let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let large = ::zip::write::SimpleFileOptions::default().large_file(true);
    for (name, content) in [("a.txt", "一"), ("b.txt", "二")] {
        writer.start_file(name, large).unwrap();
        std::io::Write::write_all(&mut writer, content.as_bytes()).unwrap();
    }
    writer.set_comment("PK\u{5}\u{6} is how it ends").unwrap();
    let zip = writer.finish().unwrap().into_inner();
    check("x.zip", &zip, &["x.zip!a.txt Dump 一", "x.zip!b.txt Dump 二"]);
    let in_front = [b"MZ\x90\0 a program".as_slice(), &zip].concat();
    check("x.zip", &in_front, &["x.zip!a.txt Dump 一", "x.zip!b.txt Dump 二"]);
    // The large form of the directory's end: the short one leads to it.
    let zip = zip_of(&[("a.txt", "一".as_bytes()), ("b.txt", "二".as_bytes())]);
    let (rest, end) = zip.split_at(zip.len() - 22);
    let mut large = rest.to_vec();
    large.extend(b"PK\x06\x06");
    large.extend(44u64.to_le_bytes());
    large.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for value in [2, 2, u64::from(end[12]) | u64::from(end[13]) << 8, u64::from(end[16]) | u64::from(end[17]) << 8] {
        large.extend(value.to_le_bytes());
    }
    large.extend(b"PK\x06\x07\0\0\0\0");
    large.extend((rest.len() as u64).to_le_bytes());
    large.extend([1, 0, 0, 0]);
    large.extend(b"PK\x05\x06\0\0\0\0");
    large.extend([0xFF; 12]);
    large.extend([0, 0]);
    check("x.zip", &large, &["x.zip!a.txt Dump 一", "x.zip!b.txt Dump 二"]);
}
