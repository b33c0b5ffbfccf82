//! Times the queries of `tests/data/hostile.tsv` on an index, without deadlines, and prints milliseconds, of the clock and
//! of all processors together (Linux; in steps of 10), the slowest first: `cargo run --release --example hostile -- INDEX [ROUNDS [PART OF A QUERY]]`.

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
        let (mut best, mut least) = (f64::INFINITY, u64::MAX);
        let mut given = Ok(0);
        for _ in 0..rounds.max(1) {
            let (start, before) = (Instant::now(), processor_time());
            given = hostile::ask(&snapshot, &query);
            best = best.min(start.elapsed().as_secs_f64() * 1e3);
            least = least.min(processor_time() - before);
        }
        let given = given.map_or_else(|error| error.to_string(), |given| given.to_string());
        eprintln!("{best:>10.1} {least:>9}  {}  {}", query.command, query.name);
        rows.push((best, least, query.command, query.name, given));
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("{:>10} {:>9}  {:<13}{:<50}given", "ms", "processor", "command", "query");
    for (best, least, command, name, given) in rows {
        println!("{best:>10.1} {least:>9}  {command:<13}{name:<50}{given}");
    }
}

/// Returns the time that this process has used on all processors, in milliseconds; 0 where the system does not tell.
fn processor_time() -> u64 {
    const TICK: u64 = 10;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The fields behind the name, which may hold blanks: user and system time are the 14th and 15th of all.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * TICK
}
