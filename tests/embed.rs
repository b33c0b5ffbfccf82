//! Tests the library as a program embeds it: an index, a writer, articles put in, found, removed and forbidden.

use gongxun::ingest::{Ingest, Observer, Progress, Prune, ingest, reindex};
use gongxun::{Article, ArticleId, Control, Error, Index, Put, Resources, Settings, verify};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

const RESOURCES: Resources = Resources::new(1, 32 << 20);

fn is_sound(index: &Index) {
    let report = index.verify(verify::Options::default().sample(10), &Control::default()).unwrap();
    assert!(report.is_sound(), "{report:?}");
}

#[test]
fn articles_of_a_program_are_as_good_as_those_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(folder.path().join("index"), Settings::default()).unwrap();
    assert_eq!(index.snapshot().articles(), 0);
    let mut writer = index.writer(RESOURCES).unwrap();
    assert!(matches!(index.writer(RESOURCES), Err(Error::Busy(_))));
    let article = |key: &str, body: &str| Article::new(key, format!("标题{key}"), body);
    // Keys may be any string.
    for key in ["key-1", "", "a/b!c#00001", "\n", "工会"] {
        let one = article(key, &format!("正文{key}，骑手与工会。")).date("2024-05-01").unwrap().editor("梁禾");
        assert_eq!(writer.put(&one).unwrap(), Put::New, "{key:?}");
        assert_eq!(writer.put(&one).unwrap(), Put::Unchanged, "{key:?}");
    }
    writer.commit().unwrap();
    assert_eq!(index.snapshot().articles(), 5);
    assert_eq!(writer.put(&article("key-1", "另一正文。")).unwrap(), Put::Changed);
    let id = |key: &str| Article::from(article(key, "")).id;
    assert!(writer.remove(&id("工会")).unwrap());
    assert!(!writer.remove(&id("工会")).unwrap());
    assert!(!writer.remove(&ArticleId("nobody".into())).unwrap());
    assert!(writer.forbid(&id("\n")).unwrap());
    assert_eq!(writer.put(&article("\n", "别的正文。")).unwrap(), Put::Forbidden);
    writer.commit().unwrap();
    assert_eq!(index.snapshot().articles(), 3);
    assert!(writer.put(&Article::default()).is_err());

    // Beside an archive, and in a new generation of it.
    std::fs::create_dir(folder.path().join("in")).unwrap();
    std::fs::write(folder.path().join("in/a.json"), "{\"title\":\"文件\",\"body\":\"文件里的工会正文。\"}").unwrap();
    let heard = Mutex::new(0);
    let control = Control::default().progress(|progress| *heard.lock().unwrap() = progress.items);
    let report = ingest(&mut writer, Ingest::paths([folder.path().join("in")]), &control).unwrap();
    assert_eq!((report.new, *heard.lock().unwrap()), (1, 1));
    writer.finish().unwrap();
    is_sound(&index);
    let own = ArticleId::new("in/a.json", "");
    let report = reindex(&index, RESOURCES, Ingest::paths([folder.path().join("in")]), &mut ()).unwrap();
    assert_eq!((report.new, report.carried, report.held()), (1, 3, 4));
    let stats = index.snapshot().stats().unwrap();
    assert_eq!((stats.articles, stats.generation), (4, 2));
    is_sound(&index);

    // An article of the archive can't be removed, only forbidden.
    let mut writer = index.writer(RESOURCES).unwrap();
    let refused = writer.remove(&own).unwrap_err();
    assert!(refused.to_string().contains("in/a.json") && refused.to_string().contains("forbid"), "{refused}");
    assert!(writer.forbid(&own).unwrap());
    writer.finish().unwrap();
    assert_eq!(index.snapshot().articles(), 3);
    is_sound(&index);
}

#[test]
fn an_index_in_memory_goes_with_its_last_handle() {
    fn shared<T: Clone + Send + Sync>(_: &T) {}
    let index = Index::in_memory(Settings::default().dictionary("劳动仲裁院\n")).unwrap();
    shared(&index);
    let path = index.path().to_path_buf();
    let other = index.clone();
    drop(index);
    let mut writer = other.writer(RESOURCES).unwrap();
    writer.put(&Article::new("1", "标题", "正文")).unwrap();
    writer.finish().unwrap();
    assert_eq!(other.snapshot().articles(), 1);
    let refused = Index::open_or_create(&path, Settings::default().dictionary("别的词\n")).unwrap_err();
    assert!(refused.to_string().contains("another dictionary"), "{refused}");
    drop(other);
    assert!(!path.exists());
    assert!(matches!(Index::open(&path), Err(Error::NoIndex(_))));
}

#[test]
fn a_run_ends_at_its_deadline_and_the_next_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String =
        (0..50).map(|n| format!("{{\"id\":\"{n}\",\"title\":\"第{n}篇\",\"body\":\"正文{n}。\"}}\n")).collect();
    std::fs::write(folder.path().join("a.jsonl"), lines).unwrap();
    let index = Index::in_memory(Settings::default()).unwrap();
    let mut writer = index.writer(RESOURCES).unwrap();
    let over = Control::default().deadline(std::time::Instant::now());
    let stopped = ingest(&mut writer, Ingest::paths([folder.path().join("a.jsonl")]), &over);
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    ingest(&mut writer, Ingest::paths([folder.path().join("a.jsonl")]), &Control::default()).unwrap();
    writer.finish().unwrap();
    assert_eq!(index.snapshot().articles(), 50);
    is_sound(&index);
}

/// Stops at the first progress.
struct Stop<'a>(&'a AtomicBool);

impl Observer for Stop<'_> {
    fn progress(&mut self, progress: Progress) {
        self.0.store(progress.records > 0, Ordering::Relaxed);
    }
}

#[test]
fn a_run_that_is_stopped_before_its_first_commit_knows_the_file_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("in/a.jsonl");
    std::fs::create_dir(folder.path().join("in")).unwrap();
    std::fs::write(folder.path().join("in/b.json"), "{\"title\":\"别的\",\"body\":\"别的正文。\"}").unwrap();
    let line = |n: usize| format!("{{\"id\":\"{n}\",\"title\":\"第{n}篇\",\"body\":\"正文{n}。\"}}\n");
    std::fs::write(&file, (0..3_000).map(line).collect::<String>()).unwrap();
    let index = Index::in_memory(Settings::default()).unwrap();
    let flag = AtomicBool::new(false);
    let paths = || Ingest::paths([folder.path().join("in")]).prune(Prune::BelowPaths);
    let mut writer = index.writer(RESOURCES).unwrap();
    let stopped = ingest(&mut writer, paths().stop(&flag), &mut Stop(&flag));
    assert!(matches!(stopped, Err(Error::Interrupted)), "{stopped:?}");
    drop(writer);
    let held = index.snapshot().articles();
    assert!((1..3_000).contains(&held), "{held}");
    is_sound(&index);
    // The file is gone by the next run, which finds the articles read from it.
    std::fs::remove_file(&file).unwrap();
    let mut writer = index.writer(RESOURCES).unwrap();
    let report = ingest(&mut writer, paths(), &mut ()).unwrap();
    writer.finish().unwrap();
    assert_eq!((report.removed, index.snapshot().articles()), (held, 1));
    is_sound(&index);
}
