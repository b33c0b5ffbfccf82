//! The figures of an index as a person reads them.

use crate::index::Stats;

/// One figure a line.
pub fn text(stats: &Stats) -> String {
    let day = |day: &Option<crate::article::Date>| day.map_or_else(|| "-".to_string(), |day| day.to_string());
    let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    let lines = [
        ("articles", stats.articles.to_string()),
        ("undated", stats.undated.to_string()),
        ("dates", format!("{} to {}", day(&stats.first_day), day(&stats.last_day))),
        ("files", stats.files.to_string()),
        ("rejected", stats.rejected.to_string()),
        ("deleted", stats.deleted.to_string()),
        ("generation", format!("{}, commit {}", stats.generation, stats.commit)),
        ("segments", stats.segments.to_string()),
        ("on disk", format!("{}, stored articles {}", megabytes(stats.bytes), megabytes(stats.store_bytes))),
    ];
    lines.iter().map(|(label, value)| format!("{label:<12}{value}\n")).collect()
}
