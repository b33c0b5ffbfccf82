//! The throughput and memory of extraction. Writes crawls made by repeating pages to a temporary folder, reads each in
//! a process of its own, prints a table, and removes them.
//!
//! ```text
//! cargo run --release --example extract_throughput           # crawls of 200 MB and 2 GB
//! cargo run --release --example extract_throughput -- 20 200 # other sizes, in MB
//! ```
//!
//! The pages are those of `GONGXUN_DATA/extraction`, or the project's own samples if there are none. The 2 GB need as
//! much room twice over in the temporary folder. Figures of memory are there on Linux only.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use gongxun_ingest::ingest::{Options, extract_all};

/// The argument that marks the reading process.
const READ: &str = "--read";
/// The sizes of the crawls, in MB of HTML.
const SIZES: [u64; 2] = [200, 2_000];
/// The interval at which memory is sampled.
const TICK: Duration = Duration::from_millis(5);
/// The ticks of a processor's clock in a second, as Linux reports them.
const CLOCK: f64 = 100.0;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, path, bytes] = &arguments[..]
        && flag == READ
    {
        return read(Path::new(path), bytes.parse().expect("a number of bytes"));
    }
    let sizes: Vec<u64> = arguments.iter().filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    let pages = pages();
    let folder = tempfile::tempdir().expect("a temporary folder");
    println!(
        "{:<26}{:>10}{:>10}{:>14}{:>12}{:>12}{:>10}",
        "crawl", "articles", "rejected", "MB/s a core", "MB/s", "RssAnon", "RSS"
    );
    for (ending, compressed) in [("warc", false), ("warc.gz", true)] {
        for size in &sizes {
            let path = folder.path().join(format!("crawl.{ending}"));
            let bytes = write(&path, &pages, size * 1_000_000, compressed).expect("room for the crawl");
            let own = std::env::current_exe().expect("the path of this program");
            let output =
                Command::new(own).arg(READ).arg(&path).arg(bytes.to_string()).output().expect("a process of its own");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            print!("{:<26}{}", format!("{size} MB of HTML, .{ending}"), String::from_utf8_lossy(&output.stdout));
            std::fs::remove_file(&path).expect("the crawl is removed");
        }
    }
}

/// Returns the pages that are repeated.
fn pages() -> Vec<Vec<u8>> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/pages");
    let data = std::env::var_os("GONGXUN_DATA").map(|data| PathBuf::from(data).join("extraction/html"));
    let folder = data.filter(|data| data.is_dir()).unwrap_or(samples);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the folder of pages")
        .map(|entry| entry.expect("an entry of the folder").path())
        .collect();
    paths.sort();
    let pages: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).expect("a page")).collect();
    let bytes: usize = pages.iter().map(Vec::len).sum();
    println!("{} pages of {} KB on average", pages.len(), bytes / 1000 / pages.len().max(1));
    pages
}

/// Writes a crawl of at least this many bytes of HTML, each record compressed by itself if `compressed`; returns the
/// exact number of bytes.
fn write(path: &Path, pages: &[Vec<u8>], bytes: u64, compressed: bool) -> std::io::Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut written = 0;
    for (number, page) in pages.iter().cycle().enumerate() {
        if written >= bytes {
            break;
        }
        let http = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
        let head = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://example.org/{number}\r\n\
             WARC-Date: 2020-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n\
             Content-Length: {}\r\n\r\n{http}",
            http.len() + page.len()
        );
        let record = [head.as_bytes(), page, b"\r\n\r\n"];
        if compressed {
            let mut member = GzEncoder::new(&mut out, Compression::fast());
            record.iter().try_for_each(|part| member.write_all(part))?;
            member.finish()?;
        } else {
            record.iter().try_for_each(|part| out.write_all(part))?;
        }
        written += page.len() as u64;
    }
    out.flush()?;
    Ok(written)
}

/// Reads a crawl of this many bytes of HTML as `extract` does, and prints a line of the table.
fn read(path: &Path, bytes: u64) {
    let (done, anonymous) = (AtomicBool::new(false), AtomicU64::new(0));
    let (mut articles, mut rejected) = (0u64, 0u64);
    let options = Options::new([path]).root(path.parent().unwrap_or(path).to_path_buf());
    let (cpu, start) = (cpu_seconds(), Instant::now());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                anonymous.fetch_max(status("RssAnon:"), Ordering::Relaxed);
                std::thread::sleep(TICK);
            }
        });
        let mut sink = std::io::sink();
        extract_all(&options, |found| {
            match found {
                Ok(article) => {
                    articles += 1;
                    serde_json::to_writer(&mut sink, &article).expect("an article is JSON");
                }
                Err(_) => rejected += 1,
            }
            Ok(())
        })
        .expect("the crawl is read");
        done.store(true, Ordering::Relaxed);
    });
    let (cpu, wall) = (cpu_seconds() - cpu, start.elapsed().as_secs_f64());
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{articles:>10}{rejected:>10}{:>14.1}{:>12.1}{:>9} MB{:>7} MB",
        megabytes / cpu,
        megabytes / wall,
        anonymous.load(Ordering::Relaxed) / 1000,
        status("VmHWM:") / 1000
    );
}

/// Returns a counter of this process, in KB; 0 if the system does not report it.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Returns the processor time of this process, in seconds.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the program's name, which may have blanks in it: the 14th and 15th field of all.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / CLOCK
}
