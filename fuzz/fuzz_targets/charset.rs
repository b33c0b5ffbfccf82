//! Bytes → text, by evidence.
#![no_main]

mod common;

use gongxun_text::charset::decode;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (declared, bytes) = common::declared(data);
    for is_html in [false, true] {
        let decoded = decode(bytes, declared, is_html);
        if let Ok(text) = std::str::from_utf8(bytes)
            && !bytes.starts_with(b"\xEF\xBB\xBF")
        {
            assert_eq!(decoded.text, text, "valid UTF-8 is UTF-8, whatever it declares");
        }
        assert!(decoded.errors <= bytes.len());
    }
});
