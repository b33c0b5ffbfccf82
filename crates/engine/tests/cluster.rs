//! Tests on a cluster of three OpenSearch nodes: articles, answers and their order are those of the embedded index.
//!
//! `.ci/engine DIR` installs OpenSearch into a folder, which GONGXUN_OPENSEARCH must name. Without it the tests are
//! ignored. With GONGXUN_REQUIRE_ALL=1 they then fail, unless GONGXUN_OPENSEARCH is `unavailable`, which `.ci/run` sets
//! if the installation fails.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::index::{Index, IndexSettings, Resources, Snapshot};
use gongxun_core::query::parse;
use gongxun_core::search::facets::Count;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Breadth, Copies, Read, Request, Sort, concordance};
use gongxun_core::view;
use gongxun_engine::{Archive, Push, Settings, reprints, verify};
use gongxun_ingest::ingest::{self, Ingest, Options, Part, Prune};
use gongxun_text::fold::fold;
use libtest_mimic::{Arguments, Failed, Trial};
use support::Cluster;

/// The number of hits of each request that are compared.
const COMPARED: usize = 100;
/// The number of random strings to verify an index with.
const STRINGS: usize = 2_000;

static CLUSTER: Mutex<Option<Cluster>> = Mutex::new(None);

fn main() {
    let mut arguments = Arguments::from_args();
    // All tests share one cluster, and one of them kills a node.
    arguments.test_threads = Some(1);
    let found = support::opensearch();
    let is_set = |name: &str, wanted: &str| std::env::var_os(name).is_some_and(|value| value == wanted);
    let required = is_set("GONGXUN_REQUIRE_ALL", "1") && !is_set(support::VARIABLE, "unavailable");
    let trial = |name: &'static str, test: fn(&mut Cluster)| {
        let found = found.clone();
        let is_missing = found.is_none();
        let run = move || match found {
            None => Err(Failed::from(format!("{} names no folder that .ci/engine made", support::VARIABLE))),
            Some(opensearch) => {
                let mut cluster = CLUSTER.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                test(cluster.get_or_insert_with(|| Cluster::start(&opensearch, 3)));
                Ok(())
            }
        };
        let trial = Trial::test(name, run);
        if is_missing && !required { trial.with_kind("no OpenSearch").with_ignored_flag(true) } else { trial }
    };
    let trials = vec![
        trial("strings_are_found_as_by_a_scan", strings_are_found),
        trial("answers_are_those_of_one_machine", answers),
        trial("pushes_side_by_side_are_one", side_by_side),
        trial("changed_and_gone_files", changed_and_gone),
        trial("a_renamed_export_loses_no_article", renamed),
        trial("what_was_removed_comes_back_at_once", back_at_once),
        trial("precedence_holds_after_clusters_were_written", precedence_and_clusters),
        trial("an_interrupted_load_goes_on", interrupted),
        trial("a_read_only_index_is_said_so", read_only),
        trial("a_node_is_killed_while_loading", killed),
        trial("thousands_of_articles", thousands),
    ];
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(CLUSTER.lock().map(|mut cluster| cluster.take()));
    conclusion.exit();
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")
}

fn settings(cluster: &Cluster, name: &str) -> Settings {
    Settings::new(cluster.url(0)).index(name).attempts(6, Duration::from_millis(100))
}

fn push(settings: &Settings, paths: &[PathBuf], prune: Prune) -> (ingest::Report, u64) {
    let mut push = Push::open(settings, None, false, None).unwrap();
    let report = ingest::feed(&mut push, Options::new(paths.to_vec()).prune(prune), None, &mut ()).unwrap();
    let pushed = push.finish().unwrap();
    assert!(pushed.serves);
    (report, pushed.articles)
}

fn embedded(paths: &[PathBuf]) -> Index {
    let index = Index::in_memory(IndexSettings::default()).unwrap();
    let mut writer = index.writer(Resources::default()).unwrap();
    ingest::ingest(&mut writer, Ingest::paths(paths.to_vec()), &mut ()).unwrap();
    writer.finish().unwrap();
    index
}

fn strings_are_found(cluster: &mut Cluster) {
    let settings = settings(cluster, "strings");
    let (report, articles) = push(&settings, &[corpus()], Prune::Nothing);
    assert_eq!(articles, report.new, "{report:?}");
    let verified = verify(&settings, STRINGS, 7, &Control::default()).unwrap();
    eprintln!("{verified:?}");
    assert!(verified.is_sound(), "{verified:#?}");
    assert!(verified.kinds.values().map(|figures| figures.strings).sum::<u64>() > 100);
}

/// Returns queries of every kind, followed by random substrings of the articles, up to `most` in total.
fn queries(snapshot: &Snapshot, most: usize) -> Vec<String> {
    let mut queries: Vec<String> = [
        "工会",
        "权益",
        "工会 权益",
        "\"农民工工资\"",
        "农民工 欠薪",
        "和服",
        "工会 -权益",
        "标题:工会",
        "\"20%\"",
        "\"2024年\"",
        "工会 NEAR/10 职工",
        "工会 OR 仲裁",
        "农民工讨薪怎么办",
        "焦远山",
        "同句:(工会 职工)",
        "工?",
        "劳动*",
        "\"，\"",
        "编辑:肖天",
        "日期:2024",
        "工",
        "2023年 工会",
        "总工会",
        "外卖骑手 保险",
        "没有这样的词语呀",
    ]
    .map(str::to_string)
    .into();
    let mut random = gongxun_text::random::Random::new(11);
    let articles: Vec<Article> = snapshot.all().map(|found| found.unwrap().1).collect();
    while queries.len() < most && !articles.is_empty() {
        let article = &articles[random.below(articles.len())];
        let text: Vec<char> =
            article.title.chars().chain(article.body.chars()).filter(|c| c.is_alphanumeric()).collect();
        let length = 2 + random.below(8);
        let start = random.below(text.len().saturating_sub(length).max(1));
        let piece: String = text.iter().skip(start).take(length).collect();
        queries.push(if random.below(2) == 0 { piece } else { format!("\"{piece}\"") });
    }
    queries
}

fn requests(query: &str) -> Vec<Request> {
    let first = Request { limit: COMPARED, ..Request::new(parse(query)) };
    vec![
        first.clone(),
        Request { copies: Copies::All, second_stage: 0, ..first.clone() },
        Request { sort: Sort::Newest, breadth: Breadth::Exact, limit: 7, offset: 3, ..first },
    ]
}

fn compare(archive: &Archive, snapshot: &Snapshot, most: usize) -> BTreeMap<&'static str, usize> {
    let control = Control::default();
    let mut compared = BTreeMap::new();
    for query in queries(snapshot, most) {
        for (number, request) in requests(&query).into_iter().enumerate() {
            let there = archive.answer(&request, &control).unwrap_or_else(|error| panic!("{query}: {error}"));
            let here = snapshot.answer(&request, &control).unwrap();
            let totals =
                |results: &gongxun_core::search::Results| (results.total, results.synonym_total, results.partial_total);
            assert_eq!(totals(&there), totals(&here), "{query} ({number})");
            let shown = |hits: &[gongxun_core::search::Hit]| -> Vec<_> {
                hits.iter()
                    .map(|hit| {
                        (hit.article.id.0.clone(), hit.kind, hit.reprints, hit.snippet.clone(), hit.marks.clone())
                    })
                    .collect()
            };
            let scores: Vec<(f32, f32)> = there.hits.iter().zip(&here.hits).map(|(a, b)| (a.score, b.score)).collect();
            assert_eq!(shown(&there.hits), shown(&here.hits), "{query} ({number}): {scores:?}");
            assert!(scores.iter().all(|(a, b)| (a - b).abs() <= 1e-5 * b.abs().max(1.0)), "{query}: {scores:?}");
            *compared.entry("hits").or_default() += scores.len();
            *compared.entry("answers").or_default() += 1;
        }
        let request = Request { count: Breadth::Wide, facets: true, limit: 0, ..Request::new(parse(&query)) };
        // Where copies print a value in several forms (東原, 东原), the form shown depends on the order of the index.
        let facets = |archive: &dyn Read| {
            let found = archive.answer(&request, &control).unwrap().facets.unwrap();
            let lists = [found.source, found.outlet, found.editor, found.author, found.section, found.month];
            lists.map(|list| {
                let folded = |mut count: Count| {
                    count.value = fold(&count.value);
                    count
                };
                let mut list: Vec<Count> = list.into_iter().map(folded).collect();
                list.sort_by(|a, b| (b.all(), &a.value).cmp(&(a.all(), &b.value)));
                list
            })
        };
        assert_eq!(facets(archive), facets(snapshot), "{query}");
        let request = Request { characters: true, ..request };
        for step in [Step::Month, Step::Year] {
            let timeline = |archive: &dyn Read| archive.timeline(&request, step, &control).unwrap();
            assert_eq!(timeline(archive), timeline(snapshot), "{query}");
        }
        let request = Request::new(parse(&query));
        for order in [concordance::Order::Oldest, concordance::Order::Left] {
            let options = concordance::Options::default().order(order).limit(300);
            let lines = |archive: &dyn Read| {
                let mut lines = Vec::new();
                let counts = archive.concordance(&request, &options, &control, &mut |line| {
                    lines.push(view::concordance::json(&line));
                    Ok(())
                });
                (counts.unwrap(), lines)
            };
            assert_eq!(lines(archive), lines(snapshot), "{query}");
        }
        let mut export = Vec::new();
        archive
            .select(&Request { limit: usize::MAX, snippet_length: 0, ..request.clone() }, &control, &mut |hit| {
                export.push(hit.article.id.0.clone());
                Ok(())
            })
            .unwrap();
        let mut expect = Vec::new();
        snapshot
            .select(&Request { limit: usize::MAX, snippet_length: 0, ..request }, &control, &mut |hit| {
                expect.push(hit.article.id.0.clone());
                Ok(())
            })
            .unwrap();
        assert_eq!(export, expect, "{query}");
        *compared.entry("queries").or_default() += 1;
    }
    compared
}

fn answers(cluster: &mut Cluster) {
    let settings = settings(cluster, "answers");
    push(&settings, &[corpus()], Prune::Nothing);
    let joined = reprints(&settings, &Control::default()).unwrap();
    let again = reprints(&settings, &Control::default()).unwrap();
    assert_eq!((again.clusters, again.written), (joined.clusters, 0));
    let index = embedded(&[corpus()]);
    let snapshot = index.snapshot();
    let archive = Archive::open(&settings).unwrap();
    assert_eq!(archive.articles(), snapshot.articles());
    eprintln!("{joined:?}; compared: {:?}", compare(&archive, &snapshot, 80));
    for found in snapshot.all().take(20) {
        let id = found.unwrap().1.id;
        assert_eq!(archive.by_id(&id).unwrap(), snapshot.by_id(&id).unwrap());
        let ids =
            |copies: Option<Vec<Article>>| copies.map(|all| all.into_iter().map(|one| one.id).collect::<Vec<_>>());
        assert_eq!(ids(archive.copies_of(&id).unwrap()), ids(snapshot.copies_of(&id).unwrap()));
        let request = Request::new(parse("工会 职工"));
        let marked = |archive: &dyn Read| archive.marked(&request, &id, &Control::default()).unwrap();
        assert_eq!(marked(&archive), marked(&*snapshot));
    }
}

/// Creates a folder of small files with articles.
fn files(count: usize, per_file: usize) -> tempfile::TempDir {
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
fn everything(settings: &Settings) -> BTreeMap<String, Article> {
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

fn side_by_side(cluster: &mut Cluster) {
    let folder = files(30, 20);
    let alone = settings(cluster, "alone");
    push(&alone, &[folder.path().to_path_buf()], Prune::Nothing);
    let together = settings(cluster, "together");
    let path = folder.path();
    std::thread::scope(|scope| {
        for number in 1..=3 {
            let settings = &together;
            scope.spawn(move || {
                let part = Part::new(number, 3).unwrap();
                let mut push = Push::open(settings, None, false, Some(part)).unwrap();
                ingest::feed(&mut push, Options::new([path]), Some(part), &mut ()).unwrap();
                push.finish().unwrap();
            });
        }
    });
    let (a, b) = (everything(&alone), everything(&together));
    assert_eq!(a.len(), 600);
    assert!(a == b);
}

fn changed_and_gone(cluster: &mut Cluster) {
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

fn renamed(cluster: &mut Cluster) {
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

fn back_at_once(cluster: &mut Cluster) {
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

fn precedence_and_clusters(cluster: &mut Cluster) {
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

fn interrupted(cluster: &mut Cluster) {
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

fn read_only(cluster: &mut Cluster) {
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

fn killed(cluster: &mut Cluster) {
    let folder = files(60, 50);
    let settings = settings(cluster, "killed").bulk(40, 1 << 20).attempts(9, Duration::from_millis(200));
    let path = folder.path().to_path_buf();
    let mut loading = Push::open(&settings, None, false, None).unwrap();
    // Writes to a shard whose only copy is on the killed node would wait for that node.
    cluster.wait_for_replicas();
    let loader = std::thread::spawn(move || {
        let options = Options::new([&path]).commit_bytes(20_000);
        ingest::feed(&mut loading, options, None, &mut ()).and_then(|_| loading.finish())
    });
    // Searches run during the load; each returns a complete answer or an error.
    std::thread::sleep(Duration::from_millis(500));
    cluster.kill(2);
    let mut answered = 0;
    while !loader.is_finished() {
        if let Ok(archive) = Archive::open(&settings) {
            answered += u64::from(archive.answer(&Request::new(parse("工会")), &Control::default()).is_ok());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let loaded = loader.join().unwrap();
    cluster.again(2);
    eprintln!("the load while a node was killed: {loaded:?}; {answered} answers meanwhile");
    let (_, articles) = push(&settings, &[folder.path().to_path_buf()], Prune::Nothing);
    assert_eq!(articles, 3_000);
    assert_eq!(everything(&settings).len(), 3_000);
}

fn thousands(cluster: &mut Cluster) {
    let Some(data) = std::env::var_os("GONGXUN_DATA") else {
        let required = std::env::var_os("GONGXUN_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(!required, "GONGXUN_DATA must name the folder that holds scale/cctv.jsonl");
        eprintln!("SKIPPED: this test needs scale/cctv.jsonl in the folder that GONGXUN_DATA names");
        return;
    };
    let most = std::env::var("GONGXUN_ENGINE_ARTICLES").ok().and_then(|most| most.parse().ok()).unwrap_or(1_500);
    let text = std::fs::read_to_string(Path::new(&data).join("scale/cctv.jsonl")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<&str> = text.lines().take(most).collect();
    for (number, lines) in lines.chunks(1_000).enumerate() {
        std::fs::write(folder.path().join(format!("{number:03}.jsonl")), lines.join("\n")).unwrap();
    }
    let settings = settings(cluster, "thousands");
    let paths = [folder.path().to_path_buf()];
    let start = std::time::Instant::now();
    let (_, articles) = push(&settings, &paths, Prune::Nothing);
    let pushed = start.elapsed();
    let start = std::time::Instant::now();
    let joined = reprints(&settings, &Control::default()).unwrap();
    eprintln!("{articles} articles pushed in {pushed:.1?}; {joined:?} in {:.1?}", start.elapsed());
    let start = std::time::Instant::now();
    let index = embedded(&paths);
    eprintln!("the embedded index in {:.1?}", start.elapsed());
    let archive = Archive::open(&settings).unwrap();
    let snapshot = index.snapshot();
    assert_eq!(articles, snapshot.articles());
    eprintln!("compared: {:?}", compare(&archive, &snapshot, 60));
    let verified = verify(&settings, STRINGS, 5, &Control::default()).unwrap();
    eprintln!("{verified:?}");
    assert!(verified.is_sound(), "{verified:#?}");
}
