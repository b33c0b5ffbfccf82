//! A query → a tree; parsing never fails, and what is printed is parsed as the same.
#![no_main]

use gongxun_core::query::parse;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let query = parse(text);
    if let Some(root) = &query.root {
        let printed = root.to_string();
        let again = parse(&printed).root.map(|root| root.to_string());
        assert_eq!(again.as_deref(), Some(printed.as_str()), "printed and parsed again");
    }
});
