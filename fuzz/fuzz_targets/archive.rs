//! zip, tar, gz, zst and JSON lines inside one another → records.
#![no_main]

mod common;

use gongxun_ingest::archive::Limits;

/// The first byte chooses the name, which tells the kind where the bytes do not.
const NAMES: [&str; 8] =
    ["fuzz", "fuzz.zip", "fuzz.tar", "fuzz.tar.gz", "fuzz.tar.zst", "fuzz.jsonl", "fuzz.json", "fuzz.html.gz"];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let limits = Limits { record_bytes: 1 << 16, ratio: 20, ratio_floor: 1 << 16, members: 1_000, ..Limits::default() };
    common::records(NAMES[usize::from(*first) % NAMES.len()], bytes, &limits);
});
