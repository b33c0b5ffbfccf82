//! Times the queries of `tests/data/hostile.tsv` on an index, without deadlines, and prints milliseconds, the slowest
//! first: `cargo run --release --example hostile -- INDEX [ROUNDS [PART OF A QUERY]]`.

#[path = "../tests/support/hostile.rs"]
mod hostile;

use std::path::Path;
use std::time::Instant;

use gongxun_core::index::Snapshot;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(index) = arguments.next() else {
        eprintln!("usage: hostile INDEX [ROUNDS [PART OF A QUERY]]");
        std::process::exit(2);
    };
    let rounds: usize = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let part = arguments.next().unwrap_or_default();
    let snapshot = Snapshot::open(Path::new(&index)).unwrap_or_else(|e| {
        eprintln!("{e}");
        std::process::exit(2);
    });
    println!("{} articles; the best of {rounds} rounds in ms", snapshot.articles());
    let mut rows = Vec::new();
    for query in hostile::queries().into_iter().filter(|query| query.name.contains(&part)) {
        let mut best = f64::INFINITY;
        let mut given = Ok(0);
        for _ in 0..rounds.max(1) {
            let start = Instant::now();
            given = hostile::ask(&snapshot, &query);
            best = best.min(start.elapsed().as_secs_f64() * 1e3);
        }
        let given = given.map_or_else(|error| error.to_string(), |given| given.to_string());
        eprintln!("{best:>10.1}  {}  {}", query.command, query.name);
        rows.push((best, query.command, query.name, given));
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("{:>10}  {:<13}{:<50}given", "ms", "command", "query");
    for (best, command, name, given) in rows {
        println!("{best:>10.1}  {command:<13}{name:<50}{given}");
    }
}
