//! An index of schema 3, as the program before made it, becomes one of this schema without its archive; and one of this
//! schema, made once and kept, is still read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gongxun_core::article::Article;
use gongxun_core::control::Control;
use gongxun_core::error::Error;
use gongxun_core::index::tombstones::Tombstones;
use gongxun_core::index::upgrade::upgrade;
use gongxun_core::index::{Generation, Resources, Snapshot, export};
use gongxun_core::query::parse;
use gongxun_core::search::{Request, search};
use gongxun_core::verify;
use gongxun_text::synonyms::Synonyms;

fn data(schema: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/data/index-schema-{schema}"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(drop).unwrap()
        }
    }
}

fn old() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&data(3).join("index"), folder.path());
    folder
}

fn exported(text: &str) -> BTreeMap<String, Article> {
    text.lines()
        .map(|line| serde_json::from_str::<Article>(line).unwrap())
        .map(|article| (article.id.0.clone(), article))
        .collect()
}

#[test]
fn it_says_how_it_is_upgraded() {
    let folder = old();
    let error = Snapshot::open(folder.path()).err().unwrap();
    assert!(matches!(error, Error::Schema { wanted: 4, .. }), "{error}");
    assert!(error.to_string().contains("`gongxun upgrade`"), "{error}");
}

#[test]
fn articles_ids_copies_tombstones_and_manifest_come_over() {
    let folder = old();
    let before = fs::read(Tombstones::path(folder.path())).unwrap();
    let control = Control::default();
    let check = |snapshot: &Snapshot| verify::sample(snapshot, 50);
    let swapped = upgrade(folder.path(), Resources::default().with_threads(2), 1, &control, check).unwrap();
    assert_eq!((swapped.generation.number, swapped.articles), (2, 6));
    assert_eq!(swapped.before, Some(Generation { index: folder.path().to_path_buf(), number: 1 }));
    let snapshot = Snapshot::open(folder.path()).unwrap();
    let mut found = String::new();
    export::export(&snapshot, None, |article| {
        found += &(serde_json::to_string(article).unwrap() + "\n");
        Ok(())
    })
    .unwrap();
    assert_eq!(exported(&found), exported(&fs::read_to_string(data(3).join("export.jsonl")).unwrap()));
    let report = verify::verify(folder.path(), verify::Options::default()).unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(fs::read(Tombstones::path(folder.path())).unwrap(), before);

    let manifest = snapshot.manifest().unwrap();
    let entry = |file: &str| manifest.get(file).map(|entry| (entry.articles, entry.rejected, entry.size));
    assert_eq!(entry("archive/a.jsonl"), Some((4, 1, 1529)));
    assert_eq!(entry("archive/page.html"), Some((1, 0, 414)));
    assert_eq!(entry("archive/gone.jsonl"), None);

    let ask = |query: &str| search(&snapshot, &Request::new(parse(query)), Synonyms::builtin()).unwrap();
    let reprint = ask("\"仲裁委员会裁决\"");
    assert_eq!((reprint.total, reprint.hits[0].reprints), (1, 2));
    assert_eq!(ask("\"只为墓碑而写\"").total, 0);
    assert_eq!(ask("职工代表大会").total, 1);

    let again = upgrade(folder.path(), Resources::default(), 1, &control, |_| Ok(None));
    assert!(again.is_err_and(|error| error.to_string().contains("already")));
}

#[test]
fn one_that_is_stopped_goes_on_and_damage_is_not_brought_over() {
    let folder = old();
    let flag = AtomicBool::new(true);
    let control = Control::default().stop(&flag);
    let stopped = upgrade(folder.path(), Resources::default(), 1, &control, |_| Ok(None));
    assert!(matches!(stopped, Err(Error::Interrupted)));
    assert_eq!(Generation::current(folder.path()).unwrap().map(|current| current.number), Some(1));
    flag.store(false, std::sync::atomic::Ordering::Relaxed);
    let swapped = upgrade(folder.path(), Resources::default(), 0, &control, |_| Ok(None)).unwrap();
    assert_eq!((swapped.articles, swapped.before), (6, None));

    let folder = old();
    let store = fs::read_dir(folder.path().join("gen-000001")).unwrap().map(|entry| entry.unwrap().path());
    let store = store.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "store")).unwrap();
    let mut bytes = fs::read(&store).unwrap();
    bytes[100] ^= 1;
    fs::write(&store, &bytes).unwrap();
    let damaged = upgrade(folder.path(), Resources::default(), 1, &control, |_| Ok(None));
    assert!(matches!(damaged, Err(Error::Damaged { path, .. }) if path.extension() == store.extension()));
    assert_eq!(Generation::current(folder.path()).unwrap().map(|current| current.number), Some(1));
}

/// A change of the layout needs a new schema version: the index of the present one must be read as it stands. A new fold
/// or built-in dictionary needs none, but then this index is made anew, from the archive beside it.
#[test]
fn an_index_of_this_schema_is_read_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    copy(&data(4).join("index"), folder.path());
    let snapshot = Snapshot::open(folder.path()).unwrap();
    let mut found = String::new();
    let left_out = export::export(&snapshot, None, |article| {
        found += &(serde_json::to_string(article).unwrap() + "\n");
        Ok(())
    });
    assert!(left_out.unwrap().is_empty());
    assert_eq!(exported(&found), exported(&fs::read_to_string(data(4).join("export.jsonl")).unwrap()));
    let report = verify::verify(folder.path(), verify::Options::default()).unwrap();
    assert!(report.is_sound(), "{report:?}");
    let ask = |query: &str| search(&snapshot, &Request::new(parse(query)), Synonyms::builtin()).unwrap();
    assert_eq!((ask("\"仲裁委员会裁决\"").total, ask("\"仲裁委员会裁决\"").hits[0].reprints), (1, 2));
    assert_eq!((ask("\"只为墓碑而写\"").total, ask("职工代表大会").total), (0, 1));
    // A page without an article is found by its margin.
    assert_eq!(ask("整页:\"仲裁委员会裁决\"").pages.len(), 1);

    let tombstones = fs::read(Tombstones::path(folder.path())).unwrap();
    assert!(!tombstones.is_empty());
    let mut writer = gongxun_core::index::Writer::open(folder.path(), None, Resources::one_thread()).unwrap();
    assert!(writer.snapshot().is_ok());
    writer.commit().unwrap();
    writer.finish().unwrap();
    assert!(verify::verify(folder.path(), verify::Options::default()).unwrap().is_sound());
}
