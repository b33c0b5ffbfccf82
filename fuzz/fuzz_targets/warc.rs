//! A crawl, plain or gzip or zstd by its own bytes → records.
#![no_main]

mod common;

use gongxun_ingest::archive::Limits;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // Small limits are hit by small inputs.
    let limits = Limits { record_bytes: 1 << 16, ratio: 20, ratio_floor: 1 << 16, members: 1_000, ..Limits::default() };
    common::records("fuzz.warc", data, &limits);
});
