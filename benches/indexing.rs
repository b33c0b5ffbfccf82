//! The cost of indexing compared with the stock pipeline in one run: CPU seconds a MB of text, bytes on disk a byte of
//! text, and the cost of each field alone; then the memory of a `gongxun index` process.
//!
//! The stock pipeline indexes title and body as words by tantivy-jieba, stored, with three fields for facets. Ours has
//! all of its fields. Both are fed the same articles from memory by one thread of tantivy's writer.

#[path = "../tests/support/archive.rs"]
mod archive;
#[path = "../tests/support/news.rs"]
mod news;
#[path = "../tests/support/stock.rs"]
mod stock;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use archive::Archive;
use gongxun_core::article::Article;
use gongxun_core::index::packing::{self, Dictionary};
use gongxun_core::index::schema::schema;
use gongxun_core::index::segment::Builder;
use gongxun_core::index::{Resources, Writer, document};
use gongxun_core::reprint::Fingerprint;
use gongxun_text::segment::Segmenter;
use nix::sys::resource::{UsageWho, getrusage};
use stock::{Row, Stock};
use tantivy::store::Compressor;

/// Memory budget of the writers, in bytes.
const MEMORY: usize = 100 << 20;
/// The interval at which the memory of a process is sampled.
const SAMPLE_EVERY: Duration = Duration::from_millis(10);
/// The rows of the table of fields: name, kinds of tokens, and the row whose cost is subtracted.
const FIELDS: [(&str, &[&str], usize); 5] = [
    ("stored article, whole values, columns", &[], 0),
    ("words", &["words"], 0),
    ("parts", &["words", "parts"], 1),
    ("pairs", &["pairs"], 0),
    ("chars", &["pairs", "chars"], 3),
];

fn main() {
    let archive = Archive::new();
    let file = news::file(&archive);
    let rows = news::articles(&file);
    archive.ingest_from(&file, file.parent().unwrap());
    let articles: Vec<Article> = archive.snapshot().all().map(|article| article.unwrap().1).collect();
    let bytes: usize =
        articles.iter().map(|a| a.title.len() + a.lead.as_ref().map_or(0, String::len) + a.body.len()).sum();
    let mb = bytes as f64 / 1e6;
    println!("{mb:.1} MB of text in {} articles", articles.len());

    let folder = tempfile::tempdir().unwrap();
    let in_folder = |name: &str| folder.path().join(name);
    std::fs::create_dir(in_folder("stock")).unwrap();
    let stock = cpu(|| drop(Stock::build(Some(&in_folder("stock")), rows.iter().map(Row::of))));
    let stock_size = size(&in_folder("stock"));
    let ours = cpu(|| index(&articles, &in_folder("ours"), false));
    let ours_size = size(&in_folder("ours"));
    let with_fingerprints = cpu(|| index(&articles, &in_folder("fingerprints"), true));
    let fingerprints = size(&in_folder("fingerprints")) - ours_size;
    println!("{:<34}{:>12}{:>12}{:>8}", "", "gongxun", "stock", "ratio");
    let row = |name: &str, us: f64, them: f64| println!("{name:<34}{us:>12.3}{them:>12.3}{:>8.2}", us / them);
    row("CPU s a MB of text", ours / mb, stock / mb);
    row("with fingerprints of copies", with_fingerprints / mb, stock / mb);
    row("bytes on disk a byte of text", ours_size / bytes as f64, stock_size / bytes as f64);
    println!("{:<34}{:>12.3}", "fingerprints beside", fingerprints / bytes as f64);
    println!("each field of title, lead, body and names, before merges:");
    let mut costs: Vec<(f64, f64)> = Vec::new();
    for (name, kinds, base) in FIELDS {
        let path = in_folder(name);
        std::fs::create_dir(&path).unwrap();
        let seconds = cpu(|| index_fields(&articles, &path, kinds));
        costs.push((seconds, size(&path)));
        let less = if costs.len() > 1 { costs[base] } else { (0.0, 0.0) };
        let (seconds, size) = (costs[costs.len() - 1].0 - less.0, costs[costs.len() - 1].1 - less.1);
        println!("{name:<40}{:>12.3} CPU s a MB,{:>8.3} bytes a byte", seconds / mb, size / bytes as f64);
    }
    let path = in_folder("stored");
    let stored: usize = articles.iter().map(|article| document::encode(article).len()).sum();
    println!("{:<34}{:>12.3} bytes a byte before compression", "stored articles", stored as f64 / bytes as f64);
    print_memory(&file, &path);
}

/// Returns the CPU seconds that this process spends on some work.
fn cpu(work: impl FnOnce()) -> f64 {
    let seconds = || {
        let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
        let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        seconds(usage.user_time()) + seconds(usage.system_time())
    };
    let before = seconds();
    work();
    seconds() - before
}

fn index(articles: &[Article], folder: &Path, fingerprints: bool) {
    let mut writer = Writer::open(folder, None, Resources::new(1, MEMORY)).unwrap();
    for article in articles {
        writer.add(article, "articles.jsonl", document::encode(article)).unwrap();
        if fingerprints {
            writer.fingerprint(article, &Fingerprint::from_article(article));
        }
    }
    writer.finish().unwrap();
}

/// Builds segments whose text fields have only these kinds of tokens.
fn index_fields(articles: &[Article], folder: &Path, kinds: &[&str]) {
    let (schema, fields) = schema();
    let mut schema = serde_json::to_value(schema).unwrap();
    for field in schema.as_array_mut().unwrap() {
        let kind = field["name"].as_str().unwrap().rsplit('_').next().unwrap().to_string();
        if ["words", "parts", "pairs", "chars"].contains(&kind.as_str()) && !kinds.contains(&kind.as_str()) {
            field["options"].as_object_mut().unwrap().remove("indexing");
        }
    }
    let mut index = tantivy::Index::create_in_dir(folder, serde_json::from_value(schema).unwrap()).unwrap();
    index.settings_mut().docstore_compression = Compressor::None;
    let mut builder = Builder::new(&index, &fields, &Segmenter::builtin());
    let stored: Vec<Vec<u8>> = articles.iter().map(document::encode).collect();
    let lengths: Vec<usize> = stored.iter().map(Vec::len).collect();
    let samples = lengths.iter().scan(0, |sum, length| {
        *sum += length;
        Some(*sum)
    });
    let samples = samples.take_while(|sum| *sum < packing::SAMPLES).count();
    builder.pack_by(&Dictionary::make(&stored[..samples].concat(), &lengths[..samples]).unwrap());
    for article in articles {
        builder.add(article, "articles.jsonl", &document::encode(article).into()).unwrap();
        if builder.is_full(MEMORY) {
            builder.finish().unwrap();
        }
    }
    builder.finish().unwrap();
}

fn size(folder: &Path) -> f64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let sizes = entries.map(|e| if e.path().is_dir() { size(&e.path()) } else { e.metadata().unwrap().len() as f64 });
    sizes.sum()
}

/// Prints the peaks of anonymous and of all resident memory of a process that indexes the file with default settings.
fn print_memory(file: &Path, index: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gongxun"));
    command.arg("index").arg(file).arg("--root").arg(file.parent().unwrap()).arg("--index").arg(index);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (mut anonymous, mut all) = (0.0f64, 0.0f64);
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let value = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0) * 1024.0 / 1e6
        };
        anonymous = anonymous.max(value("RssAnon:"));
        all = all.max(value("VmHWM:"));
        std::thread::sleep(SAMPLE_EVERY);
    }
    println!("gongxun index, peak memory: {anonymous:.0} MB anonymous, {all:.0} MB with mapped pages");
}
