//! Tests of WARC and WET, compressed and damaged.

use super::*;

fn warc_record(kind: &str, content_type: &str, url: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2020-01-02T03:04:05Z\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn response(url: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let block = [b"HTTP/1.1 200 OK\r\n", headers.as_bytes(), b"\r\n", body].concat();
    warc_record("response", "application/http; msgtype=response", url, &block)
}

const HTML: &str = "Content-Type: text/html; charset=gb2312\r\n";

fn page(n: usize) -> Vec<u8> {
    response(&format!("http://a/{n}"), HTML, format!("<p>{n}").as_bytes())
}

fn crawl() -> Vec<Vec<u8>> {
    vec![
        warc_record("warcinfo", "application/warc-fields", "", b"software: x\r\n"),
        warc_record("request", "application/http; msgtype=request", "http://a/", b"GET / HTTP/1.1\r\n\r\n"),
        page(1),
        warc_record("response", "application/http", "http://a/2", b"HTTP/1.1 404 Not Found\r\n\r\nno"),
        response("http://a/3", "Content-Type: image/png\r\n", b"\x89PNG"),
        warc_record("metadata", "application/warc-fields", "http://a/", b"x: y\r\n"),
        response(
            "http://a/4",
            "Content-type: TEXT/HTML\r\nTransfer-Encoding: chunked\r\n",
            b"3\r\n<p>\r\n1;x=y\r\n4\r\n0\r\n\r\n",
        ),
        response("http://a/5", "Content-Type: text/html\r\nContent-Encoding: gzip\r\n", &gzip(b"<p>5")),
        warc_record("resource", "text/html", "file:///6", b"<p>6"),
        warc_record("conversion", "text/plain", "http://a/7", "七".as_bytes()),
        response("http://a/8", HTML, b""),
        page(9),
    ]
}

const EXPECT: &[&str] = &[
    "#00003 Html <p>1",
    "#00004 !no-page",
    "#00005 !no-page",
    "#00007 Html <p>4",
    "#00008 Html <p>5",
    "#00009 Html <p>6",
    "#00010 Dump 七",
    "#00011 !empty",
    "#00012 Html <p>9",
];

fn check(name: &str, bytes: &[u8]) {
    let expect: Vec<String> = EXPECT.iter().map(|line| format!("{name}{line}")).collect();
    assert_eq!(read_all(name, bytes), expect, "{name}");
}

#[test]
fn pages_of_a_crawl_are_records() {
    let records = crawl();
    check("x.warc", &records.concat());
    check("x.warc.gz", &records.iter().flat_map(|r| gzip(r)).collect::<Vec<u8>>());
    check("x.warc.gz", &gzip(&records.concat()));
    check("x.warc.zst", &records.iter().flat_map(|r| zstd(r)).collect::<Vec<u8>>());
    check("x", &records.concat());
    // Members that end in the middle of records.
    let whole = records.concat();
    check("x.warc.gz", &whole.chunks(97).flat_map(gzip).collect::<Vec<u8>>());
    // Line ends without carriage returns in the heads.
    let lf =
        "WARC/1.0\nWARC-Type: response\nContent-Length: 42\n\nHTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>1\n\n";
    let lf = lf.replace("42", &(lf.len() - lf.find("HTTP").unwrap() - 2).to_string());
    assert_eq!(read_all("x.warc", lf.as_bytes()), ["x.warc#00001 Html <p>1"], "{lf}");
}

#[test]
fn text_of_a_crawl_is_a_dump() {
    let text = "讲 <div> 和 <table> 的文章".as_bytes();
    let record = warc_record("conversion", "text/plain", "http://a/", text);
    let packed = [gzip(&warc_record("warcinfo", "application/warc-fields", "", b"x")), gzip(&record)].concat();
    let expect = ["x.warc.wet.gz#00002 Dump 讲 <div> 和 <table> 的文章"];
    assert_eq!(read_all("x.warc.wet.gz", &packed), expect);
    let mut broken = packed;
    broken[15] ^= 0xFF;
    assert_eq!(read_all("x.warc.wet.gz", &broken), ["x.warc.wet.gz#00001 !damaged", expect[0]]);
    let about = warc_record("metadata", "application/json", "http://a/", b"{}");
    assert_eq!(read_all("x.warc.wat.gz", &gzip(&about)), ["x.warc.wat.gz !no-page"]);
}

#[test]
fn what_the_crawl_knows_is_on_the_record() {
    let mut seen = Vec::new();
    let _ = read_from("x.warc", &page(1)[..], &Limits::default(), &mut |found| {
        seen.push(found.unwrap());
        ControlFlow::Continue(())
    });
    assert_eq!(seen[0].url.as_deref(), Some("http://a/1"));
    assert_eq!(seen[0].captured.as_deref(), Some("2020-01-02T03:04:05Z"));
    assert_eq!(seen[0].charset.as_deref(), Some("gb2312"));
}

#[test]
fn a_dictionary_in_front_is_used() {
    let samples: Vec<Vec<u8>> = (0..200).map(page).collect();
    let dictionary = zstd::dict::from_samples(&samples, 4096).unwrap();
    for stored in [dictionary.clone(), zstd(&dictionary)] {
        let mut bytes = vec![0x5D, 0x2A, 0x4D, 0x18];
        bytes.extend((stored.len() as u32).to_le_bytes());
        bytes.extend(stored);
        for n in 1..4 {
            let mut compressor = zstd::bulk::Compressor::with_dictionary(3, &dictionary).unwrap();
            bytes.extend(compressor.compress(&page(n)).unwrap());
        }
        let expect: Vec<String> = (1..4).map(|n| format!("x.warc.zst#{n:05} Html <p>{n}")).collect();
        assert_eq!(read_all("x.warc.zst", &bytes), expect);
    }
}

#[test]
fn a_damaged_member_is_skipped_and_the_rest_is_read() {
    let long = |n: usize| {
        let text: String = (0..400).map(|i| format!("{:x}", (i * 7919 + n * 104_729) % 65_521)).collect();
        response(&format!("http://a/{n}"), HTML, format!("<p>{text}").as_bytes())
    };
    for (name, pack) in [("x.warc.gz", gzip as fn(&[u8]) -> Vec<u8>), ("x.warc.zst", zstd), ("x.warc", <[u8]>::to_vec)]
    {
        let members: Vec<Vec<u8>> = (0..9).map(|n| pack(&long(n))).collect();
        // One byte at each tenth of the fourth member, then the member cut in half.
        for part in 0..10 {
            let mut broken = members.clone();
            let at = broken[3].len() * part / 10;
            broken[3][at] ^= 0xFF;
            let seen = read_all(name, &broken.concat());
            let pages = seen.iter().filter(|line| line.contains(" Html ")).count();
            // A plain record has no checksum: damage to its body is not seen here.
            assert!(pages >= 8, "{name}, byte {at}: {pages} pages");
            assert!(pages == 9 || seen.iter().any(|line| line.ends_with("!damaged")), "{name}, byte {at}");
        }
        let mut cut = members.clone();
        let half = cut[3].len() / 2;
        cut[3].truncate(half);
        let seen = read_all(name, &cut.concat());
        let pages = seen.iter().filter(|line| line.contains(" Html ")).count();
        let damaged = seen.iter().filter(|line| line.ends_with("!damaged")).count();
        assert!(pages == 8 && damaged >= 1, "{name} cut: {pages} pages, {damaged} damaged");
        let whole = members.concat();
        let seen = read_all(name, &whole[..whole.len() - 100]);
        assert_eq!(seen.iter().filter(|line| line.contains(" Html ")).count(), 8, "{name} without its end");
        assert!(seen.last().unwrap().ends_with("!damaged"));
    }
}

#[test]
fn bodies_are_unpacked_or_taken_as_they_are() {
    let body = |headers: &str, body: &[u8]| {
        let headers = format!("Content-Type: text/html\r\n{headers}");
        read_all("x.warc", &response("http://a/", &headers, body)).join("")
    };
    let expect = "x.warc#00001 Html <p>x";
    let deflated = |zlib: bool| {
        use std::io::Write;
        if zlib {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(b"<p>x").unwrap();
            encoder.finish().unwrap()
        } else {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(b"<p>x").unwrap();
            encoder.finish().unwrap()
        }
    };
    // A brotli stream of one uncompressed metablock of four bytes, then the empty last one.
    let brotli = b"\x8b\x01\x80<p>x\x03";
    assert_eq!(body("Content-Encoding: gzip\r\n", &gzip(b"<p>x")), expect);
    assert_eq!(body("Content-Encoding: deflate\r\n", &deflated(true)), expect);
    assert_eq!(body("Content-Encoding: deflate\r\n", &deflated(false)), expect);
    assert_eq!(body("Content-Encoding: br\r\n", brotli), expect);
    assert_eq!(body("Content-Encoding: zstd\r\n", &zstd(b"<p>x")), expect);
    assert_eq!(body("Content-Encoding: gzip, gzip\r\n", &gzip(&gzip(b"<p>x"))), expect);
    // Crawlers undo an encoding and leave its header.
    for headers in [
        "Content-Encoding: gzip\r\n",
        "Content-Encoding: deflate\r\n",
        "Content-Encoding: br\r\n",
        "Transfer-Encoding: chunked\r\n",
    ] {
        assert_eq!(body(headers, b"<p>x"), expect, "{headers}");
    }
    // A body that breaks off is given up to there.
    assert_eq!(body("Transfer-Encoding: chunked\r\n", b"4\r\n<p>x\r\n40\r\n"), expect);
    let bomb = gzip(&vec![b' '; 4 << 20]);
    let limits = Limits { record_bytes: 1 << 20, ..Limits::default() };
    let record = response("http://a/", "Content-Type: text/html\r\nContent-Encoding: gzip\r\n", &bomb);
    assert_eq!(read_limited("x.warc", &record, &limits), ["x.warc#00001 !limit"]);
}

#[test]
fn a_record_too_large_is_passed_over() {
    let limits = Limits { record_bytes: 100_000, ..Limits::default() };
    let large = response("http://a/1", HTML, &vec![b'x'; 200_000]);
    let bytes = [large, page(2)].concat();
    assert_eq!(read_limited("x.warc", &bytes, &limits), ["x.warc#00001 !limit", "x.warc#00002 Html <p>2"]);
    let video = response("http://a/1", "Content-Type: video/mp4\r\n", &vec![b'x'; 200_000]);
    assert_eq!(read_limited("x.warc", &video, &limits), ["x.warc#00001 !no-page"]);
}

fn arc_record(url: &str, media: &str, block: &[u8]) -> Vec<u8> {
    let line = format!("{url} 1.2.3.4 20200304050607 {media} {}\n", block.len());
    [line.as_bytes(), block, b"\n"].concat()
}

/// Returns the records of an ARC: its description, pages, a record without a page, a DNS query, an address with a blank
/// in it.
fn arc() -> Vec<Vec<u8>> {
    let answer = |n: &str| [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>", n.as_bytes()].concat();
    let about = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n\n";
    vec![
        arc_record("filedesc://a.arc", "text/plain", about),
        arc_record("dns:a", "text/dns", b"20200304050607\na. IN A 1.2.3.4\n"),
        arc_record("http://a/1", "text/html", &answer("1")),
        arc_record("http://a/2", "text/html", b"HTTP/1.1 404 Not Found\r\n\r\nno"),
        arc_record("http://a/b c", "text/html", &answer("3")),
        arc_record("http://a/4", "image/gif", b"HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\n\r\nGIF8"),
        arc_record("http://a/5", "text/html", b"<p>5"),
        b"http://a/6 1.2.3.4 20200304050607 text/html 200 - - 0 a.arc 4\n<p>6\n".to_vec(),
    ]
}

const ARC_EXPECT: [&str; 6] = [
    "#00003 Html <p>1",
    "#00004 !no-page",
    "#00005 Html <p>3",
    "#00006 !no-page",
    "#00007 Html <p>5",
    "#00008 Html <p>6",
];

#[test]
fn arc_is_read_like_a_crawl() {
    let expect: Vec<String> = ARC_EXPECT.iter().map(|line| format!("a.arc{line}")).collect();
    let joined = arc().concat();
    assert_eq!(read_all("a.arc", &joined), expect);
    let packed: Vec<u8> = arc().iter().flat_map(|record| gzip(record)).collect();
    let renamed: Vec<String> = ARC_EXPECT.iter().map(|line| format!("a.arc.gz{line}")).collect();
    assert_eq!(read_all("a.arc.gz", &packed), renamed);
    // The name does not matter where the first line tells.
    assert!(read_all("crawl", &joined)[0].contains("<p>1"));
}

#[test]
fn arc_goes_on_behind_damage() {
    let mut records = arc();
    // A record that is longer than its line says, and one of which the member is damaged.
    records[2].splice(0..0, *b"noise\n");
    let seen = read_all("a.arc", &records.concat());
    assert!(seen[0].contains("!damaged"), "{seen:?}");
    assert!(
        seen.iter().any(|line| line.ends_with("<p>1")) && seen.iter().any(|line| line.ends_with("<p>6")),
        "{seen:?}"
    );
    let mut packed: Vec<Vec<u8>> = arc().iter().map(|record| gzip(record)).collect();
    let middle = packed[2].len() / 2;
    packed[2][middle] ^= 0xFF;
    let seen = read_all("a.arc.gz", &packed.concat());
    assert!(
        seen.iter().any(|line| line.contains("!damaged")) && seen.iter().any(|line| line.ends_with("<p>6")),
        "{seen:?}"
    );
}

#[test]
fn a_wacz_is_its_crawl() {
    let crawl: Vec<u8> = crawl().iter().flat_map(|record| gzip(record)).collect();
    let pages = "{\"format\":\"json-pages-1.0\"}\n{\"url\":\"http://a/1\",\"title\":\"工会\",\"text\":\"工会\"}\n";
    let members: [(&str, &[u8]); 4] = [
        ("datapackage.json", b"{\"profile\":\"data-package\",\"resources\":[]}"),
        ("archive/data.warc.gz", &crawl),
        ("pages/pages.jsonl", pages.as_bytes()),
        ("indexes/index.cdx", b"com,a)/ 20200102030405 {}"),
    ];
    let expect: Vec<String> = EXPECT.iter().map(|line| format!("a.wacz!archive/data.warc.gz{line}")).collect();
    assert_eq!(read_all("a.wacz", &zip_of(&members)), expect);
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in members {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let seen = read_path(dir.path(), dir.path());
    assert_eq!(seen.len(), EXPECT.len(), "{seen:?}");
}
