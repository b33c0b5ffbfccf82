//! The statistics of an index, for people.

use super::messages::Language;
use super::width;
use crate::index::Stats;

/// Formats statistics, one figure a line.
pub fn text(stats: &Stats, language: Language) -> String {
    let day = |day: &Option<crate::article::Date>| day.map_or_else(|| "-".to_string(), |day| day.to_string());
    let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    let on_disk = match stats.store_bytes {
        Some(stored) => format!("{}, stored articles {}", megabytes(stats.bytes), megabytes(stored)),
        None => megabytes(stats.bytes),
    };
    let lines = [
        ("articles", stats.articles.to_string()),
        ("undated", stats.undated.to_string()),
        ("dates", format!("{} {} {}", day(&stats.first_day), language.say("to"), day(&stats.last_day))),
        ("files", stats.files.to_string()),
        ("rejected", stats.rejected.to_string()),
        ("deleted", stats.deleted.to_string()),
        ("generation", format!("{}, commit {}", stats.generation, stats.commit)),
        ("segments", stats.segments.to_string()),
        ("on disk", on_disk),
    ];
    let line = |(label, value): &(&str, String)| width::pad(&language.say(label), 12) + &language.say(value) + "\n";
    lines.iter().map(line).collect()
}
