//! `search` from the shell compared with a program of the stock pipeline, page cache warm: the time of the process and
//! its memory. Both open the index on disk, search one word and print the first ten hits with snippets.

#[path = "../tests/support/archive.rs"]
mod archive;
#[path = "../tests/support/news.rs"]
mod news;
#[path = "../tests/support/stock.rs"]
mod stock;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use archive::Archive;
use nix::sys::resource::{UsageWho, getrusage};
use stock::{Row, Stock};

/// The number of times that each program is started.
const ROUNDS: usize = 31;
/// The queries.
const QUERIES: [&str; 3] = ["工会", "就业 高校", "\"农民工工资\""];
/// The environment variable with the folder of the stock index, set when this program acts as the stock one.
const STOCK_INDEX: &str = "STOCK_INDEX";
/// The environment variable with the file of articles, set when it builds that index.
const STOCK_FILE: &str = "STOCK_FILE";
/// The environment variable that is set when it runs another command to measure its memory: the system reports the
/// largest child, and a child counts as at least as large as the process that started it, so that process has to be
/// small.
const MEASURE: &str = "MEASURE";

fn main() {
    if std::env::var_os(MEASURE).is_some() {
        let arguments: Vec<_> = std::env::args_os().skip(1).collect();
        run(Command::new(&arguments[0]).args(&arguments[1..]).env_remove(MEASURE));
        return println!("{}", getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss());
    }
    if let Some(folder) = std::env::var_os(STOCK_INDEX) {
        let query = std::env::args().nth(1).unwrap();
        return println!("{}", Stock::open(Path::new(&folder)).page(&query));
    }
    if let Some(file) = std::env::var_os(STOCK_FILE) {
        let articles = news::articles(Path::new(&file));
        let folder = std::env::args().nth(1).unwrap();
        Stock::build(Some(Path::new(&folder)), articles.iter().map(Row::of));
        return;
    }
    let archive = Archive::new();
    let file = news::file(&archive);
    let folder = tempfile::tempdir().unwrap();
    // Other processes build the indexes, so that the files are as a user has them.
    let mut build = Command::new(env!("CARGO_BIN_EXE_gongxun"));
    run(build.arg("index").arg(&file).arg("--root").arg(file.parent().unwrap()).arg("--index").arg(archive.index()));
    run(Command::new(std::env::current_exe().unwrap()).arg(folder.path()).env(STOCK_FILE, &file));

    let ours = |query: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gongxun"));
        command.args(["search", query, "--facets", "--index"]).arg(archive.index());
        command
    };
    let stock = |query: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(query).env(STOCK_INDEX, folder.path());
        command
    };
    println!("{:<26}{:>12}{:>12}{:>8}", "median ms", "gongxun", "stock", "ratio");
    for query in QUERIES {
        let (mut us, mut them) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            us.push(run(&mut ours(query)));
            them.push(run(&mut stock(query)));
        }
        us.sort_by(f64::total_cmp);
        them.sort_by(f64::total_cmp);
        let (us, them) = (us[ROUNDS / 2], them[ROUNDS / 2]);
        println!("{query:<26}{us:>12.1}{them:>12.1}{:>8.3}", us / them);
    }
    println!("peak resident memory, MB");
    for query in QUERIES {
        let (us, them) = (memory(&ours(query)), memory(&stock(query)));
        println!("{query:<26}{us:>12.1}{them:>12.1}{:>8.3}", us / them);
    }
}

/// Returns the peak of resident memory of a command, mapped pages included, in MB.
fn memory(command: &Command) -> f64 {
    let mut measure = Command::new(std::env::current_exe().unwrap());
    measure.arg(command.get_program()).args(command.get_args()).env(MEASURE, "1");
    // The stock program finds its index by the environment, which goes on to the grandchild.
    for (name, value) in command.get_envs() {
        measure.env(name, value.unwrap_or_default());
    }
    let printed = measure.output().unwrap().stdout;
    String::from_utf8_lossy(&printed).trim().parse::<f64>().unwrap() * 1024.0 / 1e6
}

/// Runs a command to its end and returns the milliseconds.
fn run(command: &mut Command) -> f64 {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}");
    start.elapsed().as_secs_f64() * 1e3
}
