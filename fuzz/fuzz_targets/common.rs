//! Helpers of several targets.
#![allow(dead_code, reason = "each target takes a part of it")]

use std::ops::ControlFlow;

use gongxun_ingest::archive::{Limits, Media, Record, read_from};
use gongxun_ingest::extract::{Options, extract};
use gongxun_core::article::{Article, Origin};

/// Labels of charsets: a target's first byte chooses what the container declares.
const DECLARED: [Option<&str>; 8] = [
    None,
    Some("utf-8"),
    Some("gb2312"),
    Some("gbk"),
    Some("big5"),
    Some("utf-16le"),
    Some("iso-8859-1"),
    Some("no-such-charset"),
];

/// Takes the charset that the container declares off the front.
pub fn declared(data: &[u8]) -> (Option<&'static str>, &[u8]) {
    match data.split_first() {
        Some((first, rest)) => (DECLARED[usize::from(*first) % DECLARED.len()], rest),
        None => (None, data),
    }
}

/// Reads bytes as an article of one kind; what comes out must stand in one line of JSON and be read from it again.
pub fn article(data: &[u8], media: Media) {
    let (charset, bytes) = declared(data);
    let Some(article) = read(bytes, media, charset) else { return };
    assert!(!article.id.0.is_empty(), "an article without an id");
    let line = serde_json::to_string(&article).expect("an article is JSON");
    assert!(!line.contains('\n'), "an article is one line");
    let again = read(line.as_bytes(), Media::Json, None).expect("our own export is read");
    assert_eq!((&again.id, &again.title, &again.body), (&article.id, &article.title, &article.body));
}

fn read(bytes: &[u8], media: Media, charset: Option<&str>) -> Option<Article> {
    let record = { let mut record = Record::new(Origin::file("fuzz"), media, bytes.to_vec()); record.charset = charset.map(str::to_string); record };
    extract(&record, &Options::default()).ok()
}

/// Reads bytes as a file of this name, and counts what comes out.
pub fn records(name: &str, data: &[u8], limits: &Limits) {
    let mut seen = 0usize;
    let _ = read_from(name, data, limits, &mut |found| {
        seen += 1;
        if let Ok(record) = found {
            assert!(record.bytes.len() as u64 <= limits.record_bytes, "a record beyond the limit");
        }
        ControlFlow::Continue(())
    });
    // Each record has at least a header, or a line, of its own.
    assert!(seen as u64 <= limits.members + data.len() as u64 * limits.ratio + 1, "{seen} records of nothing");
}
