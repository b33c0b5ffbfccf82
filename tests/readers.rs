//! Tests of readers while the index changes: each answer is of one commit of one generation, and a long-lived reader
//! picks up the newest by itself, at constant cost.

#[path = "support/archive.rs"]
mod archive;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use archive::Archive;
use gongxun_core::index::{Generation, Reader, Resources, Snapshot, Writer};
use gongxun_core::query::parse;
use gongxun_core::search::{Copies, Request, search};
use gongxun_ingest::ingest::{self, Options, Prune};
use gongxun_text::segment::Segmenter;
use gongxun_text::synonyms::Synonyms;

/// Runs the tests one at a time, since one of them counts the files and the memory of the whole process.
static ALONE: Mutex<()> = Mutex::new(());

const RESOURCES: Resources = Resources::new(1, 16 << 20);
const READERS: usize = 100;
const SWAPS: usize = 100;

/// Writes an edition of the archive: more articles with each edition, all of which name it.
fn write(archive: &Archive, edition: usize) -> usize {
    let articles = 12 + edition;
    for file in 0..4 {
        let lines = (0..articles).filter(|n| n % 4 == file).map(|n| {
            let body = format!("第{n}号工会站，{}版。", "甲乙丙丁戊己庚辛".chars().nth(edition).unwrap());
            serde_json::json!({"id": n.to_string(), "title": format!("工会驿站{n}"), "body": body}).to_string() + "\n"
        });
        archive.write(&format!("{file}.jsonl"), lines.collect::<String>());
    }
    articles
}

fn options(archive: &Archive) -> Options<'static> {
    let root = archive.inputs();
    Options::new([&root]).root(root.clone()).prune(Prune::BelowPaths).commit_bytes(600)
}

fn index(archive: &Archive) {
    let mut writer = Writer::open(&archive.index(), None, RESOURCES).unwrap();
    ingest::ingest(&mut writer, options(archive), &mut ()).unwrap();
    writer.finish().unwrap();
}

/// Builds a new generation, swaps, and removes all others.
fn reindex(archive: &Archive) {
    let mut writer = Writer::resume(&archive.index(), &Segmenter::builtin(), RESOURCES).unwrap();
    let generation = writer.generation().clone();
    ingest::ingest(&mut writer, options(archive), &mut ()).unwrap();
    writer.finish_then(|| generation.make_current()).unwrap();
    remove_before(&generation);
}

fn reindex_elsewhere(archive: &Archive) {
    let command = ["reindex", "--keep", "0", "--threads", "1", "--index"];
    let mut gongxun = Command::new(env!("CARGO_BIN_EXE_gongxun"));
    gongxun.args(command).arg(archive.index()).arg("--root").args([archive.inputs(), archive.inputs()]);
    let output = gongxun.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn remove_before(current: &Generation) {
    for older in Generation::all(&current.index).unwrap().into_iter().filter(|g| g.number < current.number) {
        older.remove().unwrap();
    }
}

/// An answer: the number of matches, and the text of each hit by its title.
type Answer = (u64, BTreeMap<String, String>);

fn ask(snapshot: &Snapshot, query: &str) -> ((u64, u64), Answer) {
    let request = Request { limit: 1_000, copies: Copies::All, ..Request::new(parse(query)) };
    let results = search(snapshot, &request, Synonyms::builtin()).unwrap();
    let hits = results.hits.into_iter().map(|hit| (hit.article.title.clone(), hit.article.body.clone()));
    ((results.generation, results.commit), (results.total, hits.collect()))
}

#[test]
fn a_hundred_readers_never_see_a_torn_answer() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let archive = Archive::new();
    write(&archive, 0);
    index(&archive);
    let reader = Reader::open(&archive.index()).unwrap();
    let done = AtomicBool::new(false);
    let asked = AtomicU64::new(0);
    let answers: Mutex<BTreeMap<(u64, u64), Answer>> = Mutex::default();
    let mut finished: BTreeMap<(u64, u64), Answer> = BTreeMap::new();
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let mut last = (0, 0);
                while !done.load(Ordering::Relaxed) {
                    let snapshot = reader.snapshot();
                    let (of, answer) = ask(&snapshot, "工会");
                    assert_eq!(of, (snapshot.generation.number, snapshot.commit.number));
                    assert!(of >= last, "{of:?} after {last:?}: the reader went back");
                    last = of;
                    assert_eq!(answer.0, answer.1.len() as u64, "the count is not that of the hits");
                    // Another query to the same snapshot is answered by the same articles.
                    assert_eq!(ask(&snapshot, "驿站"), (of, answer.clone()));
                    let mut answers = answers.lock().unwrap();
                    let first = answers.entry(of).or_insert_with(|| answer.clone());
                    assert_eq!(*first, answer, "two answers from {of:?}");
                    asked.fetch_add(1, Ordering::Relaxed);
                    // Leaves the writer some processor time.
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
        }
        let stop = Stop(&done);
        for edition in 1..6 {
            let articles = write(&archive, edition);
            if edition % 2 == 0 {
                index(&archive)
            } else {
                reindex(&archive)
            }
            let (of, answer) = ask(&archive.snapshot(), "工会");
            assert_eq!(answer.0, articles as u64);
            finished.insert(of, answer);
            // Waits until some reader has seen it.
            let before = asked.load(Ordering::Relaxed);
            while asked.load(Ordering::Relaxed) < before + READERS as u64 {
                std::thread::yield_now();
            }
        }
        drop(stop);
    });
    let answers = answers.into_inner().unwrap();
    for (of, answer) in &finished {
        assert_eq!(answers.get(of), Some(answer), "what was answered from {of:?} is not what it holds");
    }
    // A swap is one step: only the finished state of the new generation is ever seen.
    for (of, (_, hits)) in &answers {
        let editions: BTreeSet<char> = hits.values().filter_map(|body| body.chars().rev().nth(2)).collect();
        let first = answers.range((of.0, 0)..).next().map(|(first, _)| first);
        assert!(first != Some(of) || editions.len() == 1, "{of:?} holds the editions {editions:?}");
    }
    assert!(reader.trouble().is_none());
    assert!(asked.load(Ordering::Relaxed) >= 5 * READERS as u64);
}

/// Stops the readers, even if the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_hundred_swaps_cost_no_files_and_no_memory() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let archive = Archive::new();
    write(&archive, 1);
    index(&archive);
    let reader = Reader::open(&archive.index()).unwrap();
    let mut levels = Vec::new();
    for swap in 1..=SWAPS {
        let current = Generation::current(&archive.index()).unwrap().unwrap();
        let next = Generation { number: current.number + 1, ..current.clone() };
        // Every tenth generation is built, by another process as beside a server; the others are copies.
        if swap % 10 == 0 {
            reindex_elsewhere(&archive);
        } else {
            copy(&current.folder(), &next.folder());
            next.make_current().unwrap();
            remove_before(&next);
        }
        let snapshot = reader.snapshot();
        assert_eq!(snapshot.generation.number, next.number);
        assert_eq!(ask(&snapshot, "工会").1.0, 13);
        snapshot.copies().unwrap();
        drop(snapshot);
        levels.push(Level::now());
    }
    let Some(levels) = levels.into_iter().collect::<Option<Vec<Level>>>() else {
        return eprintln!("SKIPPED: /proc/self is not there to count files and memory");
    };
    let (early, late) = (&levels[SWAPS / 5], &levels[SWAPS - 1]);
    assert!(late.files <= early.files + 2, "open files: {} after 20 swaps, {} after 100", early.files, late.files);
    assert!(late.mapped <= early.mapped + 2, "mapped: {} after 20 swaps, {} after 100", early.mapped, late.mapped);
    let grown = late.memory_kb.saturating_sub(early.memory_kb);
    assert!(grown < 2 << 10, "{} kB after 20 swaps, {} kB after 100", early.memory_kb, late.memory_kb);
}

/// The resources that the process holds.
#[derive(Debug)]
struct Level {
    files: usize,
    /// Mapped files of an index, removed ones included.
    mapped: usize,
    memory_kb: u64,
}

impl Level {
    fn now() -> Option<Level> {
        let files = fs::read_dir("/proc/self/fd").ok()?.count();
        let mapped = fs::read_to_string("/proc/self/maps").ok()?.lines().filter(|line| line.contains("/gen-")).count();
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let memory = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
        Some(Level { files, mapped, memory_kb: memory.split_whitespace().next()?.parse().ok()? })
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn what_can_not_be_opened_leaves_the_last_one_serving() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let archive = Archive::new();
    write(&archive, 1);
    index(&archive);
    let reader = Reader::open(&archive.index()).unwrap();
    let current = archive.index().join("CURRENT");
    let right = fs::read(&current).unwrap();
    for wrong in ["gen-000009\n", "nonsense"] {
        fs::write(&current, wrong).unwrap();
        assert_eq!(ask(&reader.snapshot(), "工会").1.0, 13);
        let trouble = reader.trouble().expect("the reader tells").to_string();
        assert!(trouble.contains("gen-000009") || trouble.contains("CURRENT"), "{trouble}");
    }
    fs::write(&current, right).unwrap();
    write(&archive, 2);
    index(&archive);
    assert_eq!(ask(&reader.snapshot(), "工会").1.0, 14);
    assert!(reader.trouble().is_none());
}
