//! Tests of any bytes under any name, and of endless streams: no panic, no growth.

use std::cell::Cell;
use std::io::{self, Read};

use proptest::prelude::*;

use super::*;

const NAMES: &[&str] = &[
    "a",
    "a.txt",
    "a.html",
    "a.json",
    "a.jsonl",
    "a.warc",
    "a.warc.gz",
    "a.warc.zst",
    "a.warc.wet.gz",
    "a.zip",
    "a.tar",
    "a.tar.gz",
    "a.tgz",
    "a.tar.zst",
    "a.gz",
    "a.zst",
    "-",
];

fn valid_archives() -> Vec<Vec<u8>> {
    let page =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n";
    let body = gzip(b"<p>x");
    let block = [&page[..], format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let head = format!("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n", block.len());
    let warc = [head.as_bytes(), &block, b"\r\n\r\n"].concat().repeat(3);
    let members: &[(&str, &[u8])] =
        &[("a.txt", "工会".as_bytes()), ("b.warc", &warc), ("c.json", b"[{\"a\":1}, {\"b\":[2]}]")];
    let (zip, tar) = (zip_of(members), tar_of(members));
    let inner = zip_of(&[("x.tar.gz", &gzip(&tar)), ("y.zip", &zip)]);
    vec![gzip(&warc), zstd(&warc), gzip(&tar), zstd(&tar), warc, zip, tar, inner, b"{\"a\":1}\n{\"a\":2}\n".to_vec()]
}

fn small() -> Limits {
    Limits { record_bytes: 1 << 16, ratio_floor: 1 << 16, ..Limits::default() }
}

/// Changes to a run of bytes: place, length, new value.
fn mutations() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0..40usize, any::<u8>()), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..600), name in prop::sample::select(NAMES)) {
        let seen = read_limited(name, &bytes, &small());
        prop_assert!(!seen.is_empty(), "an input without a word on it");
    }

    #[test]
    fn any_bytes_behind_a_signature_are_read(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        start in prop::sample::select(vec![
            &b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], b"\x28\xB5\x2F\xFD", b"\x5D\x2A\x4D\x18\x10\0\0\0", b"PK\x03\x04", b"PK\x05\x06",
            b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999999999999\r\n\r\n",
            b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 18446744073709551615\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", b"{\"", b"[{\"",
        ]),
        name in prop::sample::select(NAMES),
    ) {
        prop_assert!(!read_limited(name, &[start, &bytes].concat(), &small()).is_empty());
    }

    #[test]
    fn mutated_archives_are_read(
        which in any::<prop::sample::Index>(),
        changes in mutations(),
        cut in prop::option::of(any::<prop::sample::Index>()),
        name in prop::sample::select(NAMES),
    ) {
        let archives = valid_archives();
        let mut bytes = which.get(&archives).clone();
        for (at, run, byte) in changes {
            let at = at.index(bytes.len());
            let end = (at + run).min(bytes.len());
            match byte % 3 {
                0 => bytes[at..end].fill(byte),
                1 => { bytes.drain(at..end); }
                _ => { bytes.splice(at..at, vec![byte; run]); }
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        if let Some(cut) = cut {
            let at = cut.index(bytes.len());
            bytes.truncate(at);
        }
        prop_assert!(!read_limited(name, &bytes, &small()).is_empty());
    }
}

/// A reader that repeats the same bytes and counts them.
struct Repeated<'b> {
    bytes: &'b [u8],
    times: u64,
    given: &'b Cell<u64>,
}

impl Read for Repeated<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.bytes.len() as u64;
        if self.given.get() == length * self.times {
            return Ok(0);
        }
        let rest = &self.bytes[(self.given.get() % length) as usize..];
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        self.given.set(self.given.get() + n as u64);
        Ok(n)
    }
}

/// However long a stream is, what was read and not yet handed over is a record and a few buffers.
#[test]
fn a_long_crawl_is_read_as_a_stream() {
    let page = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{}", "工".repeat(20_000));
    let record = format!("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n{page}\r\n\r\n", page.len());
    const TIMES: u64 = 500;
    const AHEAD: u64 = 256 << 10;
    let line = format!("{{\"a\":\"{}\"}}\n", "工".repeat(20_000));
    let tar = tar_of(&[("a.txt", "工".repeat(20_000).as_bytes())]);
    // Without the two blocks that end it.
    let tar = &tar[..tar.len() - 1024];
    for (name, bytes) in [
        ("x.warc", record.as_bytes().to_vec()),
        ("x.warc.gz", gzip(record.as_bytes())),
        ("x.warc.zst", zstd(record.as_bytes())),
        ("x.jsonl", line.as_bytes().to_vec()),
        ("x.jsonl.gz", gzip(line.as_bytes())),
        ("x.json", line.as_bytes().to_vec()),
        ("x.tar", tar.to_vec()),
    ] {
        let given = Cell::new(0);
        let reader = Repeated { bytes: &bytes, times: TIMES, given: &given };
        let mut records = 0;
        let flow = read_from(name, reader, &Limits::default(), &mut |found| {
            found.unwrap();
            let ahead = given.get() - bytes.len() as u64 * records;
            assert!(ahead < bytes.len() as u64 + AHEAD, "{name}: {ahead} bytes are held");
            records += 1;
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue());
        assert_eq!(records, TIMES, "{name}");
    }
}

/// A record of a gigabyte is set aside unread, and the one behind it is read.
#[test]
fn a_record_of_a_gigabyte_is_passed_over() {
    const TIMES: u64 = 1 << 14;
    let filling = vec![b'x'; 1 << 16];
    let response = |length: u64| {
        let http = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
        format!("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n{http}", length + http.len() as u64)
    };
    let page = "<p>工";
    let given = Cell::new(0);
    let head = response(TIMES * filling.len() as u64);
    let tail = format!("\r\n\r\n{}{page}\r\n\r\n", response(page.len() as u64));
    let reader = Repeated { bytes: &filling, times: TIMES, given: &given };
    let reader = head.as_bytes().chain(reader).chain(tail.as_bytes());
    let mut seen = Vec::new();
    let _ = read_from("x.warc", reader, &Limits::default(), &mut |found| {
        seen.push(show(found));
        ControlFlow::Continue(())
    });
    assert_eq!(seen, ["x.warc#00001 !limit", "x.warc#00002 Html <p>工"]);
}

#[test]
fn a_line_without_an_end_is_not_kept() {
    let limits = Limits { record_bytes: 1 << 20, ..Limits::default() };
    for (name, start) in [
        ("x.jsonl", &b"{\"a\":\"xxxxxxxx"[..]),
        ("x.json", b"[{\"a\":"),
        ("x.txt", b"tttttt"),
        ("x.warc", b"WARC/1.0x"),
    ] {
        let given = Cell::new(0);
        let reader = start.chain(Repeated { bytes: &[b't'; 4096], times: 5000, given: &given });
        let mut seen = Vec::new();
        let _ = read_from(name, reader, &limits, &mut |found| {
            seen.push(found.unwrap_err().reason);
            ControlFlow::Continue(())
        });
        assert!(matches!(seen[..], [Reason::Limit | Reason::Damaged]), "{name}: {seen:?}");
    }
}

/// Each head ends where the next record begins: reading all of them takes as long as reading the file once.
#[test]
fn heads_without_an_end_do_not_run_into_the_next_record() {
    let page = "WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<p>x\r\n\r\n";
    for version in ["WARC/1.0\r\n", "x: WARC/1.0\r\n", "WARC/1.1\nWARC-Type: response\n"] {
        let crawl = format!("{}{page}", version.repeat(5));
        let read = read_all("a.warc", crawl.as_bytes());
        let (last, damaged) = read.split_last().unwrap();
        assert!(last.ends_with("Html <p>x\r\n"), "{read:?}");
        assert!(damaged.len() >= 4 && damaged.iter().all(|each| each.ends_with("!damaged")), "{read:?}");
    }
}

#[test]
fn an_address_may_end_like_a_version() {
    let crawl = "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://a.example/WARC/1.0\r\nContent-Type: text/html\r\n\
                 Content-Length: 4\r\n\r\n<p>x\r\n\r\n";
    assert_eq!(read_all("a.warc", crawl.as_bytes()), ["a.warc#00001 Html <p>x"]);
}

#[test]
fn members_that_share_their_bytes_are_read_once() {
    let mut zip = zip_of(&[("a.html", b"<p>one"), ("b.html", b"<p>two"), ("c.html", b"<p>three")]);
    let entries: Vec<usize> =
        zip.windows(4).enumerate().filter(|(_, four)| four == b"PK\x01\x02").map(|(at, _)| at).collect();
    // The offset of the second member's header becomes that of the first.
    let first: [u8; 4] = zip[entries[0] + 42..entries[0] + 46].try_into().unwrap();
    zip[entries[1] + 42..entries[1] + 46].copy_from_slice(&first);
    let expected = ["z.zip!a.html Html <p>one", "z.zip!b.html !damaged", "z.zip!c.html Html <p>three"];
    assert_eq!(read_all("z.zip", &zip), expected);
}
