//! HTML → article.
#![no_main]

mod common;

use gongxun_ingest::archive::Media;

libfuzzer_sys::fuzz_target!(|data: &[u8]| common::article(data, Media::Html));
