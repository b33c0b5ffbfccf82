//! The lines of a page → the lines as they stood before the damage.
#![no_main]

use gongxun_text::repair::{repair_page, to_simplified};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.lines().collect();
    if let Some(page) = repair_page(&lines) {
        assert_eq!(page.lines.len(), lines.len(), "lines go in and come out one to one");
        assert!(!page.repairs.is_empty(), "a page is given back changed with a reason");
        assert!(page.repairs.iter().all(|repair| (0.0..=1.0).contains(&repair.confidence)));
    }
    to_simplified(text);
});
