//! A damaged index: verification names the file, and a search says so instead of a panic or a wrong answer in silence.

#[path = "support/archive.rs"]
mod archive;

use std::fs;
use std::path::{Path, PathBuf};

use archive::Archive;
use gongxun::Error;
use gongxun_core::index::{Resources, Snapshot, Writer};
use gongxun_core::query::parse;
use gongxun_core::search::{Request, search};
use gongxun_core::verify::{Extent, Options, verify};
use gongxun_text::synonyms::Synonyms;

const OPTIONS: Options = Options { sample: 60, extent: Extent::All, seed: 5 };

/// An index of a few hundred articles, one of them deleted, so that every kind of file is there.
fn archive() -> Archive {
    let archive = Archive::new();
    let words = ["工会", "職工", "欠薪", "劳动合同", "外卖骑手", "2024年", "GDP增长", "集体协商", "工伤"];
    for n in 0..300usize {
        let word = |k: usize| words[(n * 7 + k * 3 + n / 9) % words.len()];
        let body: Vec<String> = (0..12).map(|k| format!("第{n}篇说{}，又说{}。", word(k), word(k + n))).collect();
        let line = serde_json::json!({
            "id": n.to_string(), "title": format!("{}与{}", word(1), word(2)), "date": "2024-05-01", "source": "中工网-工人日报",
            "body": body.join("\n"), "credits": [{"role": "记者", "name": format!("王{}", word(0))}],
        });
        archive.write(&format!("{n}.json"), line.to_string());
    }
    archive.ingest();
    fs::remove_file(archive.inputs().join("17.json")).unwrap();
    archive.ingest();
    archive
}

#[test]
fn a_whole_index_is_sound() {
    let archive = archive();
    let report = verify(&archive.index(), OPTIONS).unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.counts.documents, 299);
    let contract = report.contract.unwrap();
    assert!(contract.kinds.len() >= 3 && contract.own.values().map(|f| f.strings).sum::<u64>() > 800, "{contract:?}");
    assert!(contract.kinds.values().all(|f| f.hits >= f.strings && f.exact == f.strings), "{contract:?}");
}

#[test]
fn articles_that_the_manifest_does_not_know_are_told() {
    let archive = archive();
    let mut writer = Writer::open(&archive.index(), None, Resources { threads: 1, memory: 32 << 20 }).unwrap();
    let snapshot = archive.snapshot();
    let (_, mut article) = snapshot.all().next().unwrap().unwrap();
    article.id = gongxun::ArticleId::new("another", "1");
    let stored = gongxun_core::index::document::encode(&article);
    writer.add(&article, "another", stored).unwrap();
    writer.finish().unwrap();
    let report = verify(&archive.index(), OPTIONS).unwrap();
    assert!(!report.is_sound() && !report.counts.problems.is_empty(), "{report:?}");
}

#[test]
fn a_flipped_bit_is_named_and_nothing_panics() {
    let archive = archive();
    let queries = ["工会", "\"欠薪,又说\"", "王* 2024年", "source:工人日报 工伤", "gdp NEAR/20 职工", "工"];
    let mut kinds = Vec::new();
    for path in files(&archive.snapshot().generation.folder()) {
        let ending = path.extension().unwrap().to_str().unwrap().to_string();
        if ["lock", "json", "jsonl"].contains(&ending.as_str()) {
            continue;
        }
        let whole = fs::read(&path).unwrap();
        let places = 24.min(whole.len());
        for place in 0..places {
            // The beginning, the end and places between: headers, footers and contents.
            let at =
                if place < 8 { whole.len() - 1 - place * 9 % whole.len() } else { whole.len() * (place - 8) / places };
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (place % 8);
            fs::write(&path, &flipped).unwrap();
            let report = verify(&archive.index(), OPTIONS).unwrap();
            let named: Vec<&PathBuf> = report.files.damaged.iter().map(|damage| &damage.path).collect();
            assert!(!report.is_sound() && named.contains(&&path), "{path:?} byte {at}: {:?}", report.files);
            for query in queries {
                match look(&archive.index(), query) {
                    // A bit that this query does not read, or one that only verification sees.
                    Ok(()) => {}
                    Err(Error::Damaged { path: named, .. }) => assert_eq!(named, path, "{query}"),
                    Err(other) => panic!("{path:?} byte {at}, {query}: {other:?}"),
                }
            }
        }
        fs::write(&path, &whole).unwrap();
        kinds.push(ending);
    }
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["bin", "del", "fast", "fieldnorm", "idx", "pos", "store", "term"]);
    assert!(verify(&archive.index(), OPTIONS).unwrap().is_sound());
}

#[test]
fn files_that_are_cut_short_or_gone_are_named() {
    let archive = archive();
    for path in files(&archive.snapshot().generation.folder()) {
        let ending = path.extension().unwrap().to_str().unwrap();
        if ["lock", "new"].contains(&ending) || path.file_name().unwrap().to_str().unwrap().starts_with('.') {
            continue;
        }
        let whole = fs::read(&path).unwrap();
        for cut in [Some(whole.len() / 2), Some(0), None] {
            match cut {
                Some(length) => fs::write(&path, &whole[..length]).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let report = verify(&archive.index(), OPTIONS).unwrap();
            let named = report.files.damaged.iter().any(|damage| damage.path == path);
            assert!(named && !report.is_sound(), "{path:?} cut to {cut:?}: {:?}", report.files.damaged);
        }
        fs::write(&path, &whole).unwrap();
    }
}

fn look(index: &Path, query: &str) -> Result<(), Error> {
    let snapshot = Snapshot::open(index)?;
    let request = Request { facets: true, ..Request::new(parse(query)) };
    search(&snapshot, &request, Synonyms::builtin()).map(|_| ())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some());
    files.sort();
    files
}
