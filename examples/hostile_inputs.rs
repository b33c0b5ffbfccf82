//! Reads each input of `tests/data/hostile-inputs.tsv` with this program of the library, and prints seconds and the peak
//! of anonymous and mapped memory, the slowest first: `cargo run --release --example hostile_inputs -- [MEGABYTES [PART OF
//! A NAME]]`. The memory is that of this process (`VmHWM`), reset before each input where the system lets it be.

#[path = "../tests/support/hostile_inputs.rs"]
mod hostile_inputs;

use std::fs;
use std::time::Instant;

use gongxun_ingest::ingest::{Options, extract_all};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let megabytes: f64 = arguments.next().map_or(2.0, |n| n.parse().expect("a number of megabytes"));
    let part = arguments.next().unwrap_or_default();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut rows = Vec::new();
    for input in hostile_inputs::inputs().into_iter().filter(|input| input.name.contains(&part)) {
        let path = folder.path().join(input.name);
        fs::write(&path, input.bytes((megabytes * f64::from(1 << 20)) as usize)).expect("the input is written");
        // "5" resets the peak.
        let _ = fs::write("/proc/self/clear_refs", "5");
        let (mut articles, mut rejected) = (0, 0);
        let start = Instant::now();
        extract_all(&Options::new([&path]), |record| {
            match record {
                Ok(_) => articles += 1,
                Err(_) => rejected += 1,
            }
            Ok(())
        })
        .expect("it is read");
        rows.push((start.elapsed().as_secs_f64(), peak(), input.name, articles, rejected));
        fs::remove_file(&path).expect("the input is removed");
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("{} inputs of {megabytes} MB", rows.len());
    println!("{:>8} {:>6}  {:<24}{:>9} {:>9}", "s", "MB", "input", "articles", "rejected");
    for (seconds, memory, name, articles, rejected) in rows {
        println!("{seconds:>8.2} {memory:>6}  {name:<24}{articles:>9} {rejected:>9}");
    }
}

/// Returns the peak of resident memory in megabytes, 0 where the system does not tell it.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.trim().split(' ').next()?.parse::<u64>().ok()).map_or(0, |kb| kb / 1024)
}
