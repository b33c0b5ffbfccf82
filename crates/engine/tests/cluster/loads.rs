//! Loads: side by side, interrupted, killed, over changed files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::query::parse;
use gongxun_core::search::{Read as _, Request};
use gongxun_engine::{Archive, Push, Settings, reprints};
use gongxun_ingest::ingest::{self, Options, Part, Prune};
use serde::{Deserialize, Serialize};

use crate::nodes::Cluster;
use crate::{push, settings};

/// The environment variable with the load that this program is started for, as a process of its own.
const LOAD: &str = "GONGXUN_TEST_LOAD";

/// A load in a process of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Load {
    pub url: String,
    pub index: String,
    pub paths: Vec<PathBuf>,
    /// The part of it, such as `2/3`.
    pub part: Option<String>,
    pub rebuild: bool,
    /// The number of articles in a bulk request.
    pub bulk: usize,
    /// The volume of articles between two commits, in bytes.
    pub commit_bytes: u64,
}

impl Load {
    /// A load with the sizes of `gongxun push`.
    pub fn new(cluster: &Cluster, index: &str, path: &Path) -> Load {
        let (url, index, paths) = (cluster.url(0), index.to_string(), vec![path.to_path_buf()]);
        Load { url, index, paths, part: None, rebuild: false, bulk: 500, commit_bytes: 32 << 20 }
    }

    /// The parts of this load.
    pub fn parts(&self, of: u64) -> Vec<Load> {
        (1..=of).map(|number| Load { part: Some(format!("{number}/{of}")), ..self.clone() }).collect()
    }

    pub fn start(&self) -> Child {
        let load = serde_json::to_string(self).unwrap();
        Command::new(std::env::current_exe().unwrap()).env(LOAD, load).stdin(Stdio::null()).spawn().unwrap()
    }
}

/// Waits for processes, each of which must succeed.
pub fn wait(children: Vec<Child>) {
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
}

/// Whether this process was started for a load, which it has run.
pub fn was_load() -> bool {
    let Ok(load) = std::env::var(LOAD) else { return false };
    let load: Load = serde_json::from_str(&load).unwrap();
    let part: Option<Part> = load.part.as_deref().map(|part| part.parse().unwrap());
    let settings = Settings::new(&load.url).index(&load.index).bulk(load.bulk, 8 << 20);
    let mut push = Push::open(&settings, None, load.rebuild, part).unwrap();
    let options = Options::new(load.paths.clone()).commit_bytes(load.commit_bytes);
    ingest::feed(&mut push, options, part, &mut ()).unwrap();
    push.finish().unwrap();
    true
}

/// Creates a folder of small files with articles.
pub fn files(count: usize, per_file: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in 0..count {
        let lines: Vec<String> = (0..per_file)
            .map(|line| {
                let number = file * per_file + line;
                format!(
                    "{{\"id\":\"a{number}\",\"title\":\"工会第{number}号\",\"body\":\"第{number}条消息，职工之家开门，来了{}人。\",\"date\":\"2024-01-{:02}\"}}",
                    number * 7,
                    number % 28 + 1
                )
            })
            .collect();
        std::fs::write(folder.path().join(format!("f{file}.jsonl")), lines.join("\n")).unwrap();
    }
    folder
}

/// Returns all articles of an index by id.
pub fn everything(settings: &Settings) -> BTreeMap<String, Article> {
    let archive = Archive::open(settings).unwrap();
    let mut all = BTreeMap::new();
    archive
        .export(None, &Control::default(), &mut |article, _| {
            assert!(all.insert(article.id.0.clone(), article.clone()).is_none());
            Ok(())
        })
        .unwrap();
    assert_eq!(archive.articles(), all.len() as u64);
    all
}

pub fn side_by_side(cluster: &mut Cluster) {
    let folder = files(30, 20);
    let alone = settings(cluster, "alone");
    push(&alone, &[folder.path().to_path_buf()], Prune::Nothing);
    let load = Load::new(cluster, "together", folder.path());
    wait(load.parts(3).iter().map(Load::start).collect());
    let (a, b) = (everything(&alone), everything(&settings(cluster, "together")));
    assert_eq!(a.len(), 600);
    assert!(a == b);
}

pub fn changed_and_gone(cluster: &mut Cluster) {
    let folder = files(6, 5);
    let settings = settings(cluster, "changes");
    let paths = [folder.path().to_path_buf()];
    assert_eq!(push(&settings, &paths, Prune::Nothing).1, 30);
    let (again, _) = push(&settings, &paths, Prune::Nothing);
    assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 30));
    let line = |id: u32, title: &str| {
        format!("{{\"id\":\"a{id}\",\"title\":\"{title}\",\"body\":\"仲裁庭开庭，当庭调解。\"}}")
    };
    std::fs::write(folder.path().join("f0.jsonl"), [line(0, "改了"), line(1, "也改了")].join("\n")).unwrap();
    std::fs::remove_file(folder.path().join("f5.jsonl")).unwrap();
    let (report, articles) = push(&settings, &paths, Prune::BelowPaths);
    assert_eq!((report.changed, report.removed, articles), (2, 8, 22), "{report:?}");
    assert_eq!(everything(&settings).values().filter(|article| article.body.contains("仲裁庭")).count(), 2);
    // Until a rebuild is finished, the previous generation serves.
    let mut rebuild = Push::open(&settings, None, true, None).unwrap();
    assert!(rebuild.generation().ends_with("-000002"));
    assert_eq!(everything(&settings).len(), 22);
    ingest::feed(&mut rebuild, Options::new(paths.to_vec()), None, &mut ()).unwrap();
    let pushed = rebuild.finish().unwrap();
    assert!(pushed.serves && pushed.articles == 22 && pushed.generation.ends_with("-000002"));
    assert_eq!(everything(&settings).len(), 22);
}

/// Returns a line of an export: a copy of the article of another place.
fn copy_of(place: &str, title: &str, body: &str) -> String {
    let mut article = Article::default();
    article.id = ArticleId::new(place, "");
    (article.origin, article.title, article.body) = (place.to_string(), title.to_string(), body.to_string());
    serde_json::to_string(&article).unwrap()
}

fn numbered_copies(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| {
            let body = format!("第{number}条消息，职工之家开门，来了{}人。", number * 7);
            copy_of(&format!("in/{number}.html"), &format!("工会第{number}号"), &body)
        })
        .collect()
}

pub fn renamed(cluster: &mut Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(cluster, "renamed");
    std::fs::write(folder.path().join("b.jsonl"), numbered_copies(20).join("\n")).unwrap();
    assert_eq!(push(&settings, &[folder.path().to_path_buf()], Prune::Nothing).1, 20);
    // The new name is read and committed before the old one is pruned.
    std::fs::rename(folder.path().join("b.jsonl"), folder.path().join("a.jsonl")).unwrap();
    let mut push = Push::open(&settings, None, false, None).unwrap();
    let options = Options::new([folder.path()]).prune(Prune::BelowPaths).commit_bytes(1);
    let report = ingest::feed(&mut push, options, None, &mut ()).unwrap();
    assert_eq!(report.removed, 0, "{report:?}");
    assert_eq!(push.finish().unwrap().articles, 20);
    assert_eq!(everything(&settings).len(), 20);
}

pub fn back_at_once(cluster: &mut Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(cluster, "back");
    let (file, paths) = (folder.path().join("a.jsonl"), [folder.path().to_path_buf()]);
    let lines = numbered_copies(3);
    for (lines, expect) in [(&lines[..], 3), (&lines[..1], 1), (&lines[..], 3)] {
        std::fs::write(&file, lines.join("\n")).unwrap();
        assert_eq!(push(&settings, &paths, Prune::Nothing).1, expect);
        assert_eq!(everything(&settings).len() as u64, expect);
    }
}

pub fn precedence_and_clusters(cluster: &mut Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(cluster, "precedence");
    let paths = [folder.path().to_path_buf()];
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let body = "职工之家今天上午开门，来了很多附近工地的农民工和他们的家属。\
        工会主席向大家介绍了维权热线、法律援助和困难帮扶的办法，并当场回答了提问。\
        一名外卖骑手问，没有签合同的人受了伤能不能申请工伤认定，律师说可以先找平台留下的接单记录。\
        下午还有一场招聘会，二十多家企业带来了三百个岗位，其中一半不要求学历，月薪从四千元到八千元不等。\
        街道办事处准备把这样的活动每个季度办一次，地点轮流设在各个社区的图书馆里，孩子们也可以在那里写作业。"
        .to_string();
    let root = folder.path().file_name().unwrap().to_string_lossy().into_owned();
    let place = format!("{root}/page.txt");
    let copies = |last: &str| {
        let title = "职工之家开门迎客";
        let of_page = copy_of(&place, title, &body);
        [of_page, copy_of("in/1.html", title, &body), copy_of("in/2.html", title, last)].join("\n")
    };
    let clusters = || reprints(&settings, &Control::default()).unwrap();
    let bodies = || -> BTreeMap<String, String> {
        everything(&settings).into_iter().map(|(id, article)| (id, article.body)).collect()
    };
    let second = || bodies()[&ArticleId::new("in/2.html", "").0].clone();
    // Copies whose clusters were written are replaced by later texts of the same class...
    write("export.jsonl", &copies(&body));
    assert_eq!(push(&settings, &paths, Prune::Nothing).1, 3);
    assert_eq!(clusters().copies, 3);
    write("export.jsonl", &copies("另一篇文章，讲的是仲裁庭开庭，当庭调解。"));
    assert_eq!(push(&settings, &paths, Prune::Nothing).1, 3);
    assert!(second().contains("仲裁庭"));
    assert_eq!(clusters().copies, 2);
    write("export.jsonl", &copies(&body));
    assert_eq!(push(&settings, &paths, Prune::Nothing).1, 3);
    assert_eq!(clusters().copies, 3);
    assert_eq!(clusters().written, 0);
    // ...and by the page itself, which no copy replaces.
    write("page.txt", &format!("页面本身\n\n页面。{body}"));
    assert_eq!(push(&settings, &paths, Prune::Nothing).1, 3);
    let page = ArticleId::new(&place, "").0;
    assert!(bodies()[&page].starts_with("页面。"), "{:?}", bodies());
    clusters();
    write("export.jsonl", &copies("又是另一篇文章，讲的是仲裁庭开庭，当庭调解。"));
    assert_eq!(push(&settings, &paths, Prune::Nothing).1, 3);
    assert!(bodies()[&page].starts_with("页面。") && second().starts_with("又是"));
}

pub fn interrupted(cluster: &mut Cluster) {
    let folder = files(20, 10);
    let settings = settings(cluster, "interrupted").bulk(7, 1 << 20);
    let options = Options::new([folder.path()]).commit_bytes(2_000);
    let mut push = Push::open(&settings, None, false, None).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    struct After<'a>(&'a std::sync::atomic::AtomicBool);
    impl ingest::Observer for After<'_> {
        fn progress(&mut self, progress: ingest::Progress) {
            self.0.store(progress.records >= 80, std::sync::atomic::Ordering::Relaxed);
        }
    }
    let stopped = ingest::feed(&mut push, options.clone().stop(&stop), None, &mut After(&stop));
    // A stopped ingestion commits, but the load is not finished: no refresh, and no alias of the generation.
    drop(push);
    let stopped = stopped.map(|report| report.new);
    let (report, articles) = self::push(&settings, &[folder.path().to_path_buf()], Prune::Nothing);
    assert_eq!(articles, 200, "{stopped:?} {report:?}");
    assert!(report.new < 200 && report.unchanged > 0, "{stopped:?} {report:?}");
    assert_eq!(everything(&settings).len(), 200);
}

pub fn read_only(cluster: &mut Cluster) {
    let folder = files(2, 5);
    let settings = settings(cluster, "full").attempts(2, Duration::from_millis(20));
    let paths = [folder.path().to_path_buf()];
    push(&settings, &paths, Prune::Nothing);
    std::fs::write(
        folder.path().join("more.jsonl"),
        "{\"id\":\"b\",\"title\":\"多一条\",\"body\":\"多一条消息，职工之家。\"}",
    )
    .unwrap();
    let mut push_more = Push::open(&settings, None, false, None).unwrap();
    let block = |value: &str| {
        let url = format!("{}/full-000001/_settings", cluster.url(0));
        let body = format!("{{\"index.blocks.read_only_allow_delete\":{value}}}");
        ureq::put(&url).header("content-type", "application/json").send(&body).unwrap();
    };
    block("true");
    let error = ingest::feed(&mut push_more, Options::new(paths.to_vec()), None, &mut ()).unwrap_err().to_string();
    assert!(error.contains("make room"), "{error}");
    drop(push_more);
    block("null");
    assert_eq!(push(&settings, &paths, Prune::Nothing).1, 11);
}

pub fn killed_node(cluster: &mut Cluster) {
    let folder = files(60, 50);
    let settings = settings(cluster, "killed").bulk(40, 1 << 20).attempts(9, Duration::from_millis(200));
    let path = folder.path().to_path_buf();
    assert_eq!(push(&settings, std::slice::from_ref(&path), Prune::Nothing).1, 3_000);
    // The next generation is loaded, while searches ask the one that serves.
    let mut loading = Push::open(&settings, None, true, None).unwrap();
    // Writes to a shard whose only copy is on the killed node would wait for that node.
    cluster.wait_for_replicas();
    let paths = path.clone();
    let loader = std::thread::spawn(move || {
        let options = Options::new([&paths]).commit_bytes(20_000);
        ingest::feed(&mut loading, options, None, &mut ()).and_then(|_| loading.finish())
    });
    let (mut answered, mut refused, mut is_killed) = (0, 0, false);
    while !loader.is_finished() || answered == 0 {
        let request = Request::new(parse("工会"));
        match Archive::open(&settings).and_then(|archive| archive.answer(&request, &Control::default())) {
            // Each search gives all, or an error.
            Ok(answer) => {
                assert_eq!((answer.total, answer.articles), (3_000, 3_000));
                answered += 1;
            }
            Err(_) => refused += 1,
        }
        if !is_killed {
            cluster.kill(2);
            is_killed = true;
        }
    }
    let loaded = loader.join().unwrap();
    cluster.again(2);
    eprintln!("a node was killed during a load, which ended: {loaded:?}; {answered} right answers, {refused} errors");
    let mut rebuild = Push::open(&settings, None, loaded.is_err(), None).unwrap();
    ingest::feed(&mut rebuild, Options::new([&path]), None, &mut ()).unwrap();
    let pushed = rebuild.finish().unwrap();
    assert!(pushed.serves && pushed.articles == 3_000 && pushed.generation == "killed-000002", "{pushed:?}");
    assert_eq!(everything(&settings).len(), 3_000);
}

/// Returns the number of articles that a generation has at this moment.
fn stored(cluster: &Cluster, generation: &str) -> u64 {
    let url = cluster.url(0);
    if ureq::post(format!("{url}/{generation}/_refresh")).send_empty().is_err() {
        return 0;
    }
    let answer = ureq::get(format!("{url}/{generation}/_count")).call().unwrap().body_mut().read_to_string().unwrap();
    serde_json::from_str::<serde_json::Value>(&answer).unwrap()["count"].as_u64().unwrap()
}

pub fn killed_load(cluster: &mut Cluster) {
    let folder = files(60, 50);
    let alone = settings(cluster, "unkilled");
    push(&alone, &[folder.path().to_path_buf()], Prune::Nothing);
    let expect = everything(&alone);
    // One process, killed twice between its beginning and its end.
    let load = Load { bulk: 20, commit_bytes: 20_000, ..Load::new(cluster, "killed-load", folder.path()) };
    let mut seen = 0;
    for least in [300, 1_200] {
        let mut child = load.start();
        while stored(cluster, "killed-load-000001") < least {
            assert!(child.try_wait().unwrap().is_none(), "the load ended before it was killed");
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let stored = stored(cluster, "killed-load-000001");
        assert!(stored >= seen && stored < 3_000, "{stored}");
        seen = stored;
        // Nothing serves before the load is complete.
        assert!(Archive::open(&settings(cluster, "killed-load")).is_err());
    }
    let (report, articles) = push(&settings(cluster, "killed-load"), &[folder.path().to_path_buf()], Prune::Nothing);
    eprintln!("killed with {seen} articles stored; then {report:?}");
    // What was committed is not read again.
    assert!(articles == 3_000 && report.new < 3_000 && report.files_unchanged > 0, "{report:?}");
    assert!(everything(&settings(cluster, "killed-load")) == expect);
    // One of three processes is killed while the others go on, and started again.
    let load = Load { bulk: 20, commit_bytes: 20_000, ..Load::new(cluster, "killed-part", folder.path()) };
    let mut parts: Vec<Child> = load.parts(3).iter().map(Load::start).collect();
    while stored(cluster, "killed-part-000001") < 600 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut killed = parts.remove(1);
    killed.kill().unwrap();
    assert!(!killed.wait().unwrap().success(), "the part ended before it was killed");
    wait(parts);
    assert!(Archive::open(&settings(cluster, "killed-part")).is_err(), "a part is missing");
    wait(vec![load.parts(3)[1].start()]);
    assert!(everything(&settings(cluster, "killed-part")) == expect);
}
