//! Counts for Prometheus (text format 0.0.4). They do not contain queries.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper ends of the classes of times, in milliseconds.
const BUCKETS: [u64; 10] = [1, 2, 5, 10, 20, 50, 100, 250, 1_000, 5_000];
/// The classes of paths.
const ROUTES: [&str; 4] = ["page", "api", "asset", "other"];
/// The classes of statuses: 2xx, 3xx, 4xx, 5xx.
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: [[AtomicU64; CLASSES.len()]; ROUTES.len()],
    buckets: [AtomicU64; BUCKETS.len() + 1],
    /// Microseconds of all requests.
    micros: AtomicU64,
    /// Searches that were ended by their deadline.
    cut_short: AtomicU64,
    /// Requests that waited for a permit in vain.
    turned_away: AtomicU64,
}

/// The measurements of one moment.
#[derive(Debug, Clone, Copy)]
pub struct Gauges {
    /// Articles of the index.
    pub articles: u64,
    /// Its generation.
    pub generation: u64,
    /// Its commit.
    pub commit: u64,
    /// Searches under way.
    pub searches: usize,
    /// Whether the newest commit can't be opened, so that an older one serves.
    pub stale: bool,
}

impl Metrics {
    /// Counts an answered request.
    pub fn answered(&self, path: &str, status: u16, took: Duration) {
        let route = match path {
            _ if path.starts_with("/api/") => 1,
            _ if path.starts_with("/assets/") => 2,
            "/healthz" | "/metrics" | "/login" => 3,
            _ => 0,
        };
        let class = usize::from(status / 100).saturating_sub(2).min(CLASSES.len() - 1);
        add(&self.requests[route][class], 1);
        let millis = took.as_micros().div_ceil(1_000) as u64;
        let bucket = BUCKETS.iter().position(|end| millis <= *end).unwrap_or(BUCKETS.len());
        add(&self.buckets[bucket], 1);
        add(&self.micros, took.as_micros() as u64);
    }

    /// Counts a search that its deadline ended.
    pub fn cut_short(&self) {
        add(&self.cut_short, 1);
    }

    /// Counts a request that got no permit.
    pub fn turned_away(&self) {
        add(&self.turned_away, 1);
    }

    /// Formats all metrics as text.
    pub fn text(&self, gauges: Gauges) -> String {
        let mut out = String::new();
        let head = |name: &str, kind: &str, help: &str| format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
        out.push_str(&head("gongxun_requests_total", "counter", "Requests answered, by class of path and status."));
        for (route, counts) in ROUTES.iter().zip(&self.requests) {
            for (class, count) in CLASSES.iter().zip(counts) {
                let count = get(count);
                let _ = writeln!(out, "gongxun_requests_total{{route=\"{route}\",status=\"{class}\"}} {count}");
            }
        }
        let name = "gongxun_request_seconds";
        out.push_str(&head(name, "histogram", "Time from the head of a request to the head of its answer."));
        let mut sum = 0;
        for (end, count) in BUCKETS.iter().zip(&self.buckets) {
            sum += get(count);
            let _ = writeln!(out, "{name}_bucket{{le=\"{}\"}} {sum}", *end as f64 / 1e3);
        }
        sum += get(&self.buckets[BUCKETS.len()]);
        let seconds = get(&self.micros) as f64 / 1e6;
        let _ = write!(out, "{name}_bucket{{le=\"+Inf\"}} {sum}\n{name}_sum {seconds}\n{name}_count {sum}\n");
        let mut one = |name: &str, kind: &str, help: &str, value: u64| {
            let _ = writeln!(out, "{}{name} {value}", head(name, kind, help));
        };
        one("gongxun_cut_short_total", "counter", "Searches ended by their deadline.", get(&self.cut_short));
        one("gongxun_turned_away_total", "counter", "Requests that got no permit.", get(&self.turned_away));
        one("gongxun_searches", "gauge", "Searches under way.", gauges.searches as u64);
        one("gongxun_articles", "gauge", "Articles of the index.", gauges.articles);
        one("gongxun_generation", "gauge", "The generation that serves.", gauges.generation);
        one("gongxun_commit", "gauge", "The commit that serves.", gauges.commit);
        let stale = "1 where the newest commit can't be opened, and an older one serves.";
        one("gongxun_stale", "gauge", stale, u64::from(gauges.stale));
        out
    }
}

fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_what_was_answered() {
        let metrics = Metrics::default();
        for (path, status, millis) in [
            ("/api/search", 200, 3),
            ("/api/search", 400, 1),
            ("/", 200, 40),
            ("/assets/a.css", 304, 0),
            ("/", 503, 9_000),
        ] {
            metrics.answered(path, status, Duration::from_millis(millis));
        }
        metrics.cut_short();
        let text = metrics.text(Gauges { articles: 7, generation: 2, commit: 5, searches: 1, stale: false });
        for line in [
            "gongxun_requests_total{route=\"api\",status=\"2xx\"} 1",
            "gongxun_requests_total{route=\"api\",status=\"4xx\"} 1",
            "gongxun_requests_total{route=\"page\",status=\"5xx\"} 1",
            "gongxun_requests_total{route=\"asset\",status=\"3xx\"} 1",
            "gongxun_request_seconds_bucket{le=\"0.001\"} 2",
            "gongxun_request_seconds_bucket{le=\"5\"} 4",
            "gongxun_request_seconds_bucket{le=\"+Inf\"} 5",
            "gongxun_request_seconds_count 5",
            "gongxun_cut_short_total 1",
            "gongxun_articles 7",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} in\n{text}");
        }
    }
}
