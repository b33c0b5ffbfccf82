//! Tests that the same input yields the same index content, for any number of threads and any interval of commits.

#[path = "support/archive.rs"]
mod archive;

use std::collections::BTreeSet;
use std::path::Path;

use archive::Archive;
use gongxun_core::index::{Resources, Snapshot, Writer};
use gongxun_core::query::parse;
use gongxun_core::search::{Copies, Request, Sort, search};
use gongxun_ingest::ingest::{self, COMMIT_BYTES, Options, Report};
use gongxun_text::synonyms::Synonyms;

/// The least memory of a writer's thread.
const THREAD_MEMORY: usize = 16 << 20;

/// The observable content of an index, without internal order.
#[derive(Debug, PartialEq)]
struct Content {
    report: Report,
    articles: BTreeSet<String>,
    clusters: BTreeSet<Vec<String>>,
    /// The answers to each query, in each order.
    answers: Vec<Answer>,
    manifest: BTreeSet<String>,
}

/// The numbers of full and partial matches, and the ids and scores of all hits in their order.
type Answer = (u64, u64, Vec<(String, u32)>);

fn content(archive: &Archive, threads: usize, commit_bytes: u64) -> Content {
    let index = archive.index().with_extension(format!("{threads}-{commit_bytes}"));
    let root = archive.inputs();
    let options = Options::new([&root]).root(root.clone()).threads(threads).commit_bytes(commit_bytes);
    let mut writer = Writer::open(&index, None, Resources::new(threads, threads * THREAD_MEMORY)).unwrap();
    let report = ingest::ingest(&mut writer, &options, &mut ()).unwrap();
    writer.finish().unwrap();
    let snapshot = Snapshot::open(&index).unwrap();
    let id = |at| snapshot.id(at).unwrap().0;
    let articles = snapshot.all().map(|found| serde_json::to_string(&found.unwrap().1).unwrap());
    let clusters = snapshot.copies().unwrap().clusters.iter();
    let mut answers = Vec::new();
    for query in ["工会", "工会 权益", "\"工人\"", "驿站", "劳动*", "欠薪 -工会", "编辑:肖天 OR 平手"]
    {
        for (sort, copies) in
            [(Sort::Relevance, Copies::All), (Sort::Relevance, Copies::Collapsed), (Sort::Newest, Copies::All)]
        {
            let request = Request { sort, copies, limit: 1_000, ..Request::new(parse(query)) };
            let results = search(&snapshot, &request, Synonyms::builtin()).unwrap();
            let hits = results.hits.iter().map(|hit| (hit.article.id.0.clone(), hit.score.to_bits()));
            answers.push((results.total, results.partial_total, hits.collect()));
        }
    }
    let entries = snapshot.manifest().unwrap();
    Content {
        report,
        articles: articles.collect(),
        clusters: clusters.map(|copies| copies.iter().map(|at| id(*at)).collect()).collect(),
        answers,
        manifest: entries.entries().map(|entry| serde_json::to_string(entry).unwrap()).collect(),
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let archive = Archive::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"), &archive.inputs());
    // Articles with equal scores and dates, which only their ids order.
    let ties = (0..300).map(|n| {
        serde_json::json!({"id": n.to_string(), "title": "平手", "body": "工会驿站平手。", "date": "2024-05-01"})
            .to_string()
            + "\n"
    });
    archive.write("ties.jsonl", ties.collect::<String>());
    // An article twice in one file, and one that an export holds beside its own page.
    archive.write(
        "twice.jsonl",
        "{\"id\":\"1\",\"body\":\"同一个号的工会。\"}\n{\"id\":\"1\",\"body\":\"又是同一个号的工会。\"}\n",
    );
    let expect = content(&archive, 1, COMMIT_BYTES);
    assert!(expect.articles.len() > 380 && !expect.clusters.is_empty());
    assert!(expect.answers.iter().all(|(total, partial, _)| total + partial > 0), "each query finds something");
    for (threads, commit_bytes) in [(2, COMMIT_BYTES), (5, COMMIT_BYTES), (1, 20_000), (3, 20_000)] {
        let found = content(&archive, threads, commit_bytes);
        assert_eq!(found, expect, "{threads} threads, a commit every {commit_bytes} bytes");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => assert!(std::fs::copy(entry.path(), target).is_ok()),
        }
    }
}
