//! Tests of margins: they are kept, stored once, found by 整页: alone, and not counted as articles.

use std::collections::BTreeSet;
use std::path::Path;

use gongxun_core::article::{Article, ArticleId, Block, Credit, Role};
use gongxun_core::index::{Resources, Snapshot, Writer, delete, document, export};
use gongxun_core::query::parse;
use gongxun_core::reprint::Fingerprint;
use gongxun_core::search::{Request, Results, search};
use gongxun_text::fold::fold;
use gongxun_text::random::Random;
use gongxun_text::synonyms::Synonyms;

const NAVIGATION: [&str; 6] = ["首页", "维权热线：12351", "工会驿站", "關於我們", "举报电话", "版权所有 2024 某某网"];

fn id(number: usize) -> ArticleId {
    ArticleId::new(&format!("{number}.html"), "")
}

fn article(number: usize) -> Article {
    let mut margin: Vec<String> = NAVIGATION[..3].iter().map(|line| line.to_string()).collect();
    margin.push(format!("相关阅读：第{}篇职工来信", (number + 1) % 7));
    margin.extend(NAVIGATION[3..].iter().map(|line| line.to_string()));
    {
        let mut article = Article::default();
        article.id = id(number);
        article.title = format!("第{number}篇");
        article.body = format!("讨薪的第{number}天。\n图为仲裁庭外的第{number}位农民工");
        article.blocks = vec![Block::Paragraph, Block::Caption];
        article.credits = vec![Credit::new(Role::Proofreader, "何雨")];
        article.margin = margin;
        article.origin = format!("{number}.html");
        article
    }
}

fn page(number: usize) -> Article {
    let margin = ["首页", "栏目列表", "下一页"].map(String::from).to_vec();
    {
        let mut article = Article::default();
        article.id = id(number);
        article.title = "列表".into();
        article.margin = margin;
        article.origin = format!("{number}.html");
        article
    }
}

fn put(writer: &mut Writer, article: &Article) {
    writer.delete(&article.id);
    writer.delete_pages(&article.origin);
    writer.fingerprint(article, &Fingerprint::from_article(article));
    writer.add(article, &article.origin, document::encode(article)).unwrap();
}

fn open(index: &Path) -> Writer {
    Writer::open(index, None, Resources::default().with_threads(2)).unwrap()
}

fn ask(snapshot: &Snapshot, query: &str) -> Results {
    let mut request = Request::new(parse(query));
    (request.limit, request.facets) = (100, true);
    search(snapshot, &request, Synonyms::builtin()).unwrap()
}

fn found(snapshot: &Snapshot, query: &str) -> (BTreeSet<ArticleId>, BTreeSet<ArticleId>) {
    let results = ask(snapshot, query);
    let articles = results.hits.iter().filter(|hit| !hit.is_partial()).map(|hit| hit.article.id.clone());
    (articles.collect(), results.pages.iter().map(|page| page.id.clone()).collect())
}

/// Indexes twelve articles and two pages by several runs with several commits.
fn build(index: &Path) {
    for run in 0..3 {
        let mut writer = open(index);
        for number in run * 4..run * 4 + 4 {
            put(&mut writer, &article(number));
            if number % 2 == 0 {
                writer.commit().unwrap();
            }
        }
        if run > 0 {
            put(&mut writer, &page(100 + run));
        }
        writer.finish().unwrap();
    }
}

#[test]
fn a_page_is_found_by_every_string_of_its_margin_and_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let snapshot = Snapshot::open(folder.path()).unwrap();
    assert_eq!((snapshot.articles(), snapshot.pages().unwrap()), (12, 2));
    let all: Vec<Article> = (0..12).map(article).chain([page(101), page(102)]).collect();
    let mut random = Random::new(3);
    for _ in 0..150 {
        let from = &all[random.below(all.len())];
        let line: Vec<char> = from.margin[random.below(from.margin.len())].chars().collect();
        let start = random.below(line.len());
        let length = 1 + random.below(line.len() - start);
        let string: String = line[start..start + length].iter().collect();
        let needle = fold(&string);
        // A string of punctuation alone requires nothing; one that cuts a run of digits is outside this contract.
        let han = string.chars().all(gongxun_text::fold::is_han);
        if !han {
            continue;
        }
        let holds = |article: &&Article| {
            let texts = article.margin.iter().chain([&article.title, &article.body]);
            texts.map(|text| fold(text)).any(|text| text.contains(&needle)) || "何雨".contains(&needle)
        };
        let expect: BTreeSet<ArticleId> = all.iter().filter(holds).map(|article| article.id.clone()).collect();
        let (articles, pages) = found(&snapshot, &format!("整页:\"{string}\""));
        assert_eq!(articles.union(&pages).cloned().collect::<BTreeSet<_>>(), expect, "{string}");
        assert!(pages.iter().all(|id| *id == page(101).id || *id == page(102).id), "{string}");
    }
    for (query, articles, pages) in [
        ("整页:栏目列表", 0, 2),
        ("page:\"關於我们\"", 12, 0),
        ("整页:\"首页\"", 12, 2),
        ("整页:\"首页\" -整页:\"下一页\"", 12, 0),
        ("整页:(举报电话 讨薪)", 12, 0),
        ("整页:\"首页\" title:第3篇", 1, 0),
        ("整页:\"没有这样的话\"", 0, 0),
        ("\"首页\"", 0, 0),
        ("图注:仲裁庭外", 12, 0),
        ("图注:讨薪", 0, 0),
        ("校对:何雨", 12, 0),
        ("校对:何", 0, 0),
        ("editor:何雨", 0, 0),
    ] {
        let results = ask(&snapshot, query);
        assert_eq!((results.total, results.page_total), (articles, pages), "{query}");
    }
}

#[test]
fn margins_add_nothing_to_ranking_facets_and_counts() {
    let (with, without) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    build(with.path());
    let mut writer = open(without.path());
    for number in 0..12 {
        put(&mut writer, &{
            let mut it = article(number);
            it.margin = Vec::new();
            it
        });
    }
    writer.finish().unwrap();
    let (with, without) = (Snapshot::open(with.path()).unwrap(), Snapshot::open(without.path()).unwrap());
    for query in ["讨薪", "职工", "-title:第3篇", "第3天 农民工", "校对:何雨"] {
        let (ours, plain) = (ask(&with, query), ask(&without, query));
        let hits = |results: &Results| {
            results.hits.iter().map(|hit| (hit.article.id.clone(), hit.score.to_bits())).collect::<Vec<_>>()
        };
        assert_eq!(hits(&ours), hits(&plain), "{query}");
        assert_eq!(ours.facets, plain.facets, "{query}");
        assert_eq!((ours.total, ours.partial_total, ours.articles), (plain.total, plain.partial_total, plain.articles));
        assert_eq!(ours.page_total, 0, "{query}");
    }
    let note = |query: &str| ask(&with, query).notes.into_iter().find(|note| note.contains("around the article"));
    assert!(note("\"栏目列表\"").is_some_and(|note| note.starts_with("2 pages hold")));
    assert!(note("\"第2篇职工来信\"").is_some_and(|note| note.contains("page:\"第2篇职工来信\"")));
    assert_eq!(note("\"讨薪\""), None);
    assert_eq!(note("\"没有这样的话\""), None);
}

#[test]
fn margins_come_back_and_go_with_their_articles() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path());
    let index = folder.path();
    let snapshot = Snapshot::open(index).unwrap();
    // Each distinct line is there once, whichever run brought it.
    let lines = snapshot.margin().unwrap().articles() - snapshot.pages().unwrap();
    assert_eq!(lines, NAVIGATION.len() as u64 + 7 + 2);
    let mut exported = Vec::new();
    export::export(&snapshot, None, |article| {
        exported.push(article.clone());
        Ok(())
    })
    .unwrap();
    exported.sort_by(|a, b| a.origin.cmp(&b.origin));
    let mut expect: Vec<Article> = (0..12).map(article).collect();
    expect.sort_by(|a, b| a.origin.cmp(&b.origin));
    assert_eq!(exported, expect);
    let pages: Vec<Article> = snapshot.all_pages().map(Result::unwrap).collect();
    assert_eq!(pages.len(), 2);
    assert!(pages.iter().all(|found| *found == page(101) || *found == page(102)));
    // The margin of an article is a part of its content; unchanged content is not put in again.
    let stored = document::content_hash(&document::encode(&article(3)));
    assert_eq!(snapshot.content(&id(3)).unwrap(), Some(stored));

    let mut writer = open(index);
    delete::delete(&mut writer, &[id(3)]).unwrap();
    writer.delete_file("101.html");
    let mut changed = article(5);
    changed.margin = vec!["新的一行".into()];
    put(&mut writer, &changed);
    writer.finish().unwrap();
    let snapshot = Snapshot::open(index).unwrap();
    assert_eq!((snapshot.articles(), snapshot.pages().unwrap()), (11, 1));
    assert_eq!(ask(&snapshot, "整页:\"首页\"").total, 10);
    assert_eq!(ask(&snapshot, "整页:\"栏目列表\"").page_total, 1);
    let (articles, _) = found(&snapshot, "整页:\"新的一行\"");
    assert_eq!(articles, BTreeSet::from([id(5)]));
    let address = snapshot.find(&id(5)).unwrap().unwrap();
    assert_eq!(snapshot.article_with_margin(address).unwrap(), changed);
}

#[test]
fn segments_of_margins_and_of_articles_are_never_merged_into_one() {
    let folder = tempfile::tempdir().unwrap();
    // More commits than a merge waits for.
    let mut writer = open(folder.path());
    for number in 0..40 {
        put(&mut writer, &article(number));
        if number % 9 == 0 {
            put(&mut writer, &{
                let mut article = page(number);
                article.id = id(1_000 + number);
                article
            });
        }
        writer.commit().unwrap();
        let snapshot = writer.snapshot().unwrap();
        assert_eq!(snapshot.articles(), number as u64 + 1);
        assert_eq!(ask(&snapshot, "整页:\"工会驿站\"").total, number as u64 + 1);
    }
    writer.finish().unwrap();
    let snapshot = Snapshot::open(folder.path()).unwrap();
    assert_eq!(ask(&snapshot, "整页:\"首页\"").total, 40);
    assert_eq!(snapshot.margin().unwrap().searcher.segment_readers().len(), 1);
}
