//! Thousands of articles and more: all that is shown on small ones, with figures of time and size.
//!
//! `scale` and `curve` run alone, with `--ignored`, and print the tables of docs/SCALE-OUT.md.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::index::{Index, IndexSettings, Resources, Snapshot};
use gongxun_core::query::parse;
use gongxun_core::search::compile::compile;
use gongxun_core::search::compile::plan::{Text, TokenKind};
use gongxun_core::search::{Breadth, Copies, Read, Request};
use gongxun_engine::{Archive, Settings, reprints, verify};
use gongxun_ingest::ingest::{self, Ingest, Prune};
use gongxun_text::random::Random;
use serde_json::{Value, json};

use crate::compare::{compare, compare_articles, queries};
use crate::loads::{Load, wait};
use crate::nodes::Cluster;
use crate::{push, settings};

/// The number of random strings to verify an index with.
const STRINGS: usize = 2_000;
/// The number of articles in one file of a load.
const PER_FILE: usize = 1_000;
/// The number of queries that are compared at scale.
const QUERIES: usize = 300;
/// The time after which copies of a shard have said what they have.
const RECOVERY: Duration = Duration::from_secs(90);
/// The number of times that each query is measured.
const TIMES: usize = 5;

/// Returns the lines of the articles at scale; none if there are none.
fn articles() -> Option<String> {
    let Some(data) = std::env::var_os("GONGXUN_DATA") else {
        let required = std::env::var_os("GONGXUN_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(!required, "GONGXUN_DATA must name the folder that holds scale/cctv.jsonl");
        eprintln!("SKIPPED: this test needs scale/cctv.jsonl in the folder that GONGXUN_DATA names");
        return None;
    };
    Some(std::fs::read_to_string(Path::new(&data).join("scale/cctv.jsonl")).unwrap())
}

/// Writes lines to files of a folder.
fn written<'a>(lines: impl Iterator<Item = &'a str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<&str> = lines.collect();
    for (number, lines) in lines.chunks(PER_FILE).enumerate() {
        std::fs::write(folder.path().join(format!("{number:04}.jsonl")), lines.join("\n")).unwrap();
    }
    folder
}

pub fn thousands(cluster: &mut Cluster) {
    let Some(text) = articles() else { return };
    let folder = written(text.lines().take(1_500));
    let settings = settings(cluster, "thousands");
    let paths = [folder.path().to_path_buf()];
    let (_, articles) = push(&settings, &paths, Prune::Nothing);
    let joined = reprints(&settings, &Control::default()).unwrap();
    let index = crate::embedded(&paths);
    let archive = Archive::open(&settings).unwrap();
    let snapshot = index.snapshot();
    assert_eq!(articles, snapshot.articles());
    eprintln!("{joined:?}; compared: {:?}", compare(&archive, &snapshot, &queries(&snapshot, 60)));
    // Nothing was replaced here: OpenSearch counts what is deleted until it merges.
    assert_eq!(joined.written, 0);
    let (scores, worst) = first_stage(cluster, "thousands", &snapshot, &queries(&snapshot, 0)[..20]);
    eprintln!("{scores} scores of OpenSearch are ours but for a factor: the worst relative difference is {worst:.1e}");
    assert!(scores > 500 && worst <= 1e-5);
    let ids: Vec<ArticleId> = snapshot.all().step_by(100).map(|found| found.unwrap().1.id).collect();
    compare_articles(&archive, &snapshot, &ids, &["工会 职工", "\"中国\" 日期:2024"]);
    let verified = verify(&settings, STRINGS, 5, &Control::default()).unwrap();
    eprintln!("{verified:?}");
    assert!(verified.is_sound(), "{verified:#?}");
}

/// Compares the scores that OpenSearch gives articles for the tokens of queries in titles and bodies, which every article
/// has, with ours. Returns the number of scores, and the worst relative difference but for the constant factor.
fn first_stage(cluster: &Cluster, name: &str, snapshot: &Snapshot, queries: &[String]) -> (usize, f64) {
    let (mut scores, mut worst) = (0, 0f64);
    for query in queries {
        let query = parse(query);
        let synonyms = snapshot.synonyms().unwrap();
        let compiled = compile(query.root.as_ref(), &[], snapshot.segmenter().unwrap(), synonyms, Breadth::Exact);
        let request = Request {
            breadth: Breadth::Exact,
            copies: Copies::All,
            second_stage: 0,
            limit: 50,
            explain: true,
            ..Request::new(query)
        };
        let hits = snapshot.answer(&request, &Control::default()).unwrap().hits;
        for term in compiled.terms.iter().filter(|term| matches!(term.text, Text::Title | Text::Body)) {
            let field = match term.kind {
                TokenKind::Word => "words",
                TokenKind::Pair => "pairs",
                TokenKind::Character => "chars",
            };
            let field = format!("t.{}.{field}", term.text.name());
            let ids: Vec<&str> = hits.iter().map(|hit| hit.article.id.0.as_str()).collect();
            let scored = json!({"term": { field: {"value": term.token, "boost": term.weight} }});
            let body = json!({
                "size": 100, "_source": false,
                "query": {"bool": {"must": [scored], "filter": [{"terms": {"id": ids}}]}},
            });
            let path = format!("{}/{name}/_search?search_type=dfs_query_then_fetch", cluster.url(0));
            let mut answer =
                ureq::post(path).header("content-type", "application/json").send(body.to_string()).unwrap();
            let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
            for hit in answer["hits"]["hits"].as_array().unwrap() {
                let own = hits.iter().find(|own| hit["_id"] == own.article.id.0).unwrap();
                let parts = &own.explanation.as_ref().unwrap().parts;
                let part = parts
                    .iter()
                    .find(|part| part.text == term.text.name() && part.kind == term.kind && part.token == term.token);
                let Some(part) = part else { continue };
                let ratio = f64::from(part.score) / hit["_score"].as_f64().unwrap();
                worst = worst
                    .max([1.0, 2.2].map(|factor: f64| (ratio / factor - 1.0).abs()).into_iter().fold(9.0, f64::min));
                scores += 1;
            }
        }
    }
    (scores, worst)
}

/// The times and sizes of one archive on both.
struct Measured {
    articles: u64,
    text: u64,
    loaded: [Duration; 2],
    bytes: [u64; 2],
    clusters: Duration,
}

impl Measured {
    fn print(&self) {
        let per = |bytes: u64| bytes as f64 / self.articles as f64;
        let rate = |time: Duration| self.articles as f64 / time.as_secs_f64();
        println!("| {} articles, {:.1} MB of text | OpenSearch | embedded |", self.articles, self.text as f64 / 1e6);
        println!("| --- | --- | --- |");
        let [there, here] =
            self.loaded.map(|time| format!("{:.1} s, {:.0} articles a second", time.as_secs_f64(), rate(time)));
        println!("| load | {there} | {here} |");
        println!("| clusters of copies | {:.1} s | with the load |", self.clusters.as_secs_f64());
        let [there, here] = self.bytes.map(|bytes| {
            format!("{bytes} bytes: {:.0} an article, {:.2} of the text", per(bytes), bytes as f64 / self.text as f64)
        });
        println!("| size | {there} | {here} |");
    }
}

/// Loads a folder into both by `parts` processes, and measures that.
fn load(cluster: &Cluster, name: &str, folder: &Path, parts: u64) -> (Measured, Archive, Index, Settings) {
    let settings = settings(cluster, name);
    let start = Instant::now();
    wait(Load::new(cluster, name, folder).parts(parts).iter().map(Load::start).collect());
    let there = start.elapsed();
    let start = Instant::now();
    let joined = reprints(&settings, &Control::default()).unwrap();
    let clusters = start.elapsed();
    println!("{joined:?}");
    let start = Instant::now();
    let index = Index::in_memory(IndexSettings::default()).unwrap();
    let mut writer = index.writer(Resources::default()).unwrap();
    ingest::ingest(&mut writer, Ingest::paths([folder.to_path_buf()]), &mut ()).unwrap();
    writer.finish().unwrap();
    let here = start.elapsed();
    let snapshot = index.snapshot();
    // A merge leaves out what OpenSearch keeps for recovery once all copies of a shard have said that they have it.
    ask(cluster, &format!("/{name}-000001/_flush"), true);
    std::thread::sleep(RECOVERY);
    ask(cluster, &format!("/{name}-000001/_forcemerge?max_num_segments=1&flush=true"), true);
    let archive = Archive::open(&settings).unwrap();
    let of_text = |article: Article| {
        (article.title.len() + article.lead.map_or(0, |lead| lead.len()) + article.body.len()) as u64
    };
    let measured = Measured {
        articles: snapshot.articles(),
        text: snapshot.all().map(|found| of_text(found.unwrap().1)).sum(),
        loaded: [there, here],
        bytes: [merged_size(cluster, name), snapshot.stats().unwrap().bytes],
        clusters,
    };
    assert_eq!(archive.articles(), measured.articles);
    (measured, archive, index, settings)
}

fn ask(cluster: &Cluster, path: &str, posts: bool) -> Value {
    let url = cluster.url(0) + path;
    // Merging takes longer than a connection is kept at times; OpenSearch goes on, and the size says when it is done.
    let answer = if posts { ureq::post(url).send_empty() } else { ureq::get(url).call() };
    let text = answer.ok().and_then(|mut answer| answer.body_mut().read_to_string().ok()).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Returns the size of the primary shards once each has one segment.
fn merged_size(cluster: &Cluster, name: &str) -> u64 {
    loop {
        // Without a search, OpenSearch goes on showing the segments from before the merge.
        ask(cluster, &format!("/{name}-000001/_refresh"), true);
        let figures = ask(cluster, &format!("/{name}-000001/_stats/store,segments"), false);
        let primaries = &figures["_all"]["primaries"];
        if primaries["segments"]["count"].as_u64().is_some_and(|count| count <= 3) {
            return primaries["store"]["size_in_bytes"].as_u64().unwrap();
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Prints how long answers take: ten hits with snippets, asked one after the other.
fn latencies(archive: &Archive, snapshot: &Snapshot) {
    let mut random = Random::new(3);
    let texts: Vec<String> = snapshot.all().take(5_000).map(|found| found.unwrap().1.body).collect();
    let mut piece = |length: usize| loop {
        let text: Vec<char> = texts[random.below(texts.len())].chars().filter(|c| c.is_alphanumeric()).collect();
        if text.len() > length {
            let start = random.below(text.len() - length);
            return text[start..start + length].iter().collect::<String>();
        }
    };
    let words = ["中国", "经济", "工会", "记者", "企业", "医院", "春节", "汽车", "学校", "农民工"];
    let pairs: Vec<String> = words.iter().zip(words.iter().skip(3)).map(|(a, b)| format!("{a} {b}")).collect();
    let classes: [(&str, Vec<String>); 5] = [
        ("one word", words.map(str::to_string).into()),
        ("two words", pairs),
        ("string of 4 in quotes", (0..20).map(|_| format!("\"{}\"", piece(4))).collect()),
        ("question of 25 characters", (0..20).map(|_| piece(25)).collect()),
        ("no hit", (0..10).map(|_| format!("\"{}{}\"", piece(3), piece(3))).collect()),
    ];
    println!("| milliseconds, median and 95th percentile | OpenSearch | embedded |");
    println!("| --- | --- | --- |");
    for (name, queries) in classes {
        let [there, here] = [archive as &dyn Read, snapshot].map(|read| {
            let mut times = Vec::new();
            for query in &queries {
                for _ in 0..TIMES {
                    let start = Instant::now();
                    read.answer(&Request::new(parse(query)), &Control::default()).unwrap();
                    times.push(start.elapsed().as_secs_f64() * 1e3);
                }
            }
            times.sort_by(f64::total_cmp);
            let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
            format!("{:.1}, {:.1}", at(0.5), at(0.95))
        });
        println!("| {name} | {there} | {here} |");
    }
}

pub fn scale(cluster: &mut Cluster) {
    let Some(text) = articles() else { panic!("GONGXUN_DATA names no folder with scale/cctv.jsonl") };
    let folder = written(text.lines());
    let (measured, archive, index, settings) = load(cluster, "scale", folder.path(), 3);
    measured.print();
    let snapshot = index.snapshot();
    latencies(&archive, &snapshot);
    let start = Instant::now();
    let verified = verify(&settings, STRINGS, 5, &Control::default()).unwrap();
    println!("{:?} in {:.0?}", verified.kinds, start.elapsed());
    assert!(verified.is_sound(), "{verified:#?}");
    let start = Instant::now();
    let compared = compare(&archive, &snapshot, &queries(&snapshot, QUERIES));
    println!("compared: {compared:?} in {:.0?}", start.elapsed());
    let start = Instant::now();
    let ids: Vec<ArticleId> = snapshot.all().step_by(1_000).map(|found| found.unwrap().1.id).collect();
    compare_articles(&archive, &snapshot, &ids, &["中国 经济", "\"春节\" 日期:2024"]);
    println!("similar and why-not of {} articles in {:.0?}", ids.len(), start.elapsed());
    rebuilt_while_a_node_dies(cluster, folder.path(), &snapshot);
}

/// Rebuilds the index while searches run and a node is killed: each search gives the right total or an error.
fn rebuilt_while_a_node_dies(cluster: &mut Cluster, folder: &Path, snapshot: &Snapshot) {
    cluster.wait_for_replicas();
    let asked: Vec<(Request, u64)> = ["中国", "经济 企业", "\"记者\"", "工会", "春节 -汽车"]
        // A rebuild has no clusters of copies until their job has run.
        .map(|query| Request { limit: 3, copies: Copies::All, ..Request::new(parse(query)) })
        .map(|request| (request.clone(), snapshot.answer(&request, &Control::default()).unwrap().total))
        .into();
    let load = Load { rebuild: true, commit_bytes: 4 << 20, ..Load::new(cluster, "scale", folder) };
    let settings = settings(cluster, "scale");
    let mut loading = load.start();
    let (start, mut answered, mut refused, mut is_killed) = (Instant::now(), 0, 0, false);
    while loading.try_wait().unwrap().is_none() {
        if !is_killed && start.elapsed() > Duration::from_secs(10) {
            cluster.kill(2);
            is_killed = true;
        }
        for (request, total) in &asked {
            let answer = Archive::open(&settings).and_then(|archive| archive.answer(request, &Control::default()));
            match answer {
                Ok(answer) => {
                    assert_eq!(answer.total, *total, "{}", request.query.text);
                    answered += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(is_killed, "the load ended before the node was killed");
    let ended = loading.wait().unwrap();
    cluster.again(2);
    println!(
        "a node killed during a rebuild: the load ended with {ended}; {answered} right answers and {refused} errors"
    );
    // The load goes on, and nothing is lost or doubled.
    wait(vec![Load { rebuild: !ended.success(), ..load }.start()]);
    let archive = Archive::open(&settings).unwrap();
    assert_eq!(archive.articles(), snapshot.articles());
    for (request, total) in asked {
        assert_eq!(archive.answer(&request, &Control::default()).unwrap().total, total);
    }
}

pub fn curve(cluster: &mut Cluster) {
    let Some(text) = articles() else { panic!("GONGXUN_DATA names no folder with scale/cctv.jsonl") };
    let sizes = std::env::var("GONGXUN_ENGINE_SIZES").unwrap_or_else(|_| "10000,100000".to_string());
    for size in sizes.split(',').map(|size| size.parse::<usize>().unwrap()) {
        let folder = generated(&text, size);
        let name = format!("curve-{size}");
        let (measured, archive, index, _) = load(cluster, &name, folder.path(), 3);
        measured.print();
        latencies(&archive, &index.snapshot());
    }
}

/// Writes generated articles: sentences of the articles at scale in new orders, with the date and the source of one.
fn generated(text: &str, count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let articles: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let bodies = articles.iter().filter_map(|article| article["body"].as_str().or(article["text"].as_str()));
    let sentences: Vec<&str> = bodies.flat_map(|body| body.split_inclusive('。')).collect();
    let mut random = Random::new(17);
    let files: Vec<PathBuf> =
        (0..count.div_ceil(PER_FILE)).map(|n| folder.path().join(format!("{n:05}.jsonl"))).collect();
    for (number, file) in files.iter().enumerate() {
        let mut lines = String::new();
        for number in number * PER_FILE..count.min((number + 1) * PER_FILE) {
            let mut article = articles[random.below(articles.len())].clone();
            let body = article["body"].as_str().or(article["text"].as_str()).unwrap_or_default();
            let length = body.chars().count();
            let mut mixed = String::new();
            while mixed.chars().count() < length {
                mixed.push_str(sentences[random.below(sentences.len())]);
            }
            let field = if article["body"].is_string() { "body" } else { "text" };
            article[field] = Value::String(mixed);
            article["id"] = Value::String(format!("g{number}"));
            lines.push_str(&article.to_string());
            lines.push('\n');
        }
        std::fs::write(file, lines).unwrap();
    }
    folder
}
