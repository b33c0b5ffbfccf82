//! Measures how time, memory and disk grow with the number of articles, while another process searches.
//!
//! ```console
//! $ cargo build --release --bin gongxun --examples
//! $ target/release/examples/generate_articles 1000000 generated
//! $ target/release/examples/scale target/release/gongxun generated 10000 100000 1000000
//! ```
//!
//! For each count the program indexes that many articles of the folder that `generate_articles` wrote, into a fresh
//! index that is removed afterwards. Memory is read from /proc ten times a second: `RssAnon` is what the program holds
//! for itself, `RssFile` are pages of mapped files that the system takes back when it wants to. Meanwhile `gongxun
//! search` runs over and over.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Articles of a file, as `generate_articles` writes them.
const OF_A_FILE: usize = 10_000;
/// The interval at which memory is read.
const EVERY: Duration = Duration::from_millis(100);
/// The queries of the searching process.
const QUERIES: [&str; 4] = ["工会", "工人 工资", "\"经济发展\"", "编辑:王 问题"];
/// The exit code of an error.
const FAILED: i32 = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [program, folder, counts @ ..] = args.as_slice() else {
        return Err("say which program, which folder, and how many articles, once or more".into());
    };
    println!(
        "| articles | text, MB | time | articles a second | RssAnon, MB | Rss, MB | disk, MB | times text | searches | failed | median, ms | slowest, ms |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for count in counts {
        run(&std::fs::canonicalize(program)?, Path::new(folder), count.parse()?)?;
    }
    Ok(())
}

fn run(program: &Path, folder: &Path, count: usize) -> Result<(), Box<dyn Error>> {
    let index = std::env::temp_dir().join(format!("gongxun-scale-{}", std::process::id()));
    let files: Vec<PathBuf> =
        (0..count.div_ceil(OF_A_FILE)).map(|file| folder.join(format!("{file:06}.jsonl"))).collect();
    let mut text = 0;
    for file in &files {
        text += std::fs::metadata(file)?.len();
    }
    let started = Instant::now();
    let mut child = Command::new(program)
        .arg("--index")
        .arg(&index)
        .args(["index", "--root"])
        .arg(folder)
        .args(&files)
        .stderr(Stdio::inherit())
        .spawn()?;
    let done = AtomicBool::new(false);
    let (memory, searches) = std::thread::scope(|scope| {
        let searching = scope.spawn(|| search(program, &index, &done));
        let memory = watch(&mut child);
        done.store(true, Ordering::Relaxed);
        (memory, searching.join())
    });
    let elapsed = started.elapsed();
    if !child.wait()?.success() {
        return Err("indexing failed".into());
    }
    let mut searches = searches.map_err(|_| "searching failed")?;
    searches.times.sort_unstable();
    let disk = size(&index)?;
    println!(
        "| {count} | {:.0} | {:.1} s | {:.0} | {:.0} | {:.0} | {:.0} | {:.2} | {} | {} | {} | {} |",
        text as f64 / 1e6,
        elapsed.as_secs_f64(),
        count as f64 / elapsed.as_secs_f64(),
        memory.anonymous as f64 / 1e3,
        memory.all as f64 / 1e3,
        disk as f64 / 1e6,
        disk as f64 / text as f64,
        searches.times.len(),
        searches.failed,
        searches.times.get(searches.times.len() / 2).map_or(0, Duration::as_millis),
        searches.times.last().map_or(0, Duration::as_millis),
    );
    eprintln!("RssAnon in MB, every tenth of the time: {:?}", memory.curve());
    std::fs::remove_dir_all(&index)?;
    Ok(())
}

/// The greatest memory measured, in kB.
#[derive(Default)]
struct Memory {
    anonymous: u64,
    all: u64,
    levels: Vec<u64>,
}

impl Memory {
    /// Returns the highest level of each tenth of the time, in MB.
    fn curve(&self) -> Vec<u64> {
        let tenth = self.levels.len().div_ceil(10).max(1);
        self.levels.chunks(tenth).map(|levels| levels.iter().max().unwrap_or(&0) / 1000).collect()
    }
}

/// Watches the memory of a process until it ends.
fn watch(child: &mut Child) -> Memory {
    let mut memory = Memory::default();
    let status = format!("/proc/{}/status", child.id());
    while !matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let kb = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
        };
        let anonymous = kb("RssAnon:");
        memory.levels.push(anonymous);
        memory.anonymous = memory.anonymous.max(anonymous);
        memory.all = memory.all.max(kb("VmHWM:"));
        std::thread::sleep(EVERY);
    }
    memory
}

/// The searches of another process.
#[derive(Default)]
struct Searches {
    times: Vec<Duration>,
    failed: usize,
}

fn search(program: &Path, index: &Path, done: &AtomicBool) -> Searches {
    let mut searches = Searches::default();
    while !done.load(Ordering::Relaxed) {
        std::thread::sleep(EVERY * 2);
        if !index.join("CURRENT").exists() {
            continue;
        }
        let query = QUERIES[searches.times.len() % QUERIES.len()];
        let started = Instant::now();
        let output = Command::new(program).arg("--index").arg(index).args(["search", query]).output();
        searches.times.push(started.elapsed());
        match output {
            Ok(output) if output.status.code() != Some(FAILED) => {}
            Ok(output) => {
                searches.failed += 1;
                eprintln!("search {query}: {}", String::from_utf8_lossy(&output.stderr));
            }
            Err(error) => {
                searches.failed += 1;
                eprintln!("search {query}: {error}");
            }
        }
    }
    searches
}

/// Returns the bytes of all files in a folder and below.
fn size(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
