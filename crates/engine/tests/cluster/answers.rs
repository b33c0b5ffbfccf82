//! Answers: those of the embedded index.

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::index::Stats;
use gongxun_core::query::parse;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Read, Request, Sort};
use gongxun_engine::{Archive, Push, SCHEMA, reprints, verify};
use gongxun_ingest::ingest::{self, Options, Prune};

use crate::compare::{compare, compare_articles, queries};
use crate::loads::files;
use crate::nodes::Cluster;
use crate::{corpus, embedded, push, settings};

/// The number of random strings to verify an index with.
const STRINGS: usize = 2_000;

pub fn strings_are_found(cluster: &mut Cluster) {
    let settings = settings(cluster, "strings");
    let (report, articles) = push(&settings, &[corpus()], Prune::Nothing);
    assert_eq!(articles, report.new, "{report:?}");
    let verified = verify(&settings, STRINGS, 7, &Control::default()).unwrap();
    assert_eq!(verified.manifest, articles);
    eprintln!("{verified:?}");
    assert!(verified.is_sound(), "{verified:#?}");
    assert!(verified.kinds.values().map(|figures| figures.strings).sum::<u64>() > 100);
}

pub fn answers(cluster: &mut Cluster) {
    let settings = settings(cluster, "answers");
    push(&settings, &[corpus()], Prune::Nothing);
    let joined = reprints(&settings, &Control::default()).unwrap();
    let again = reprints(&settings, &Control::default()).unwrap();
    assert_eq!((again.clusters, again.written), (joined.clusters, 0));
    let index = embedded(&[corpus()]);
    let snapshot = index.snapshot();
    let archive = Archive::open(&settings).unwrap();
    assert_eq!(archive.articles(), snapshot.articles());
    eprintln!("{joined:?}; compared: {:?}", compare(&archive, &snapshot, &queries(&snapshot, 80)));
    let ids: Vec<ArticleId> = snapshot.all().take(20).map(|found| found.unwrap().1.id).collect();
    compare_articles(&archive, &snapshot, &ids, &["工会 职工", "\"农民工工资\" 日期:2024", "外卖骑手 保险"]);
    let (there, here) = (archive.stats().unwrap(), snapshot.stats().unwrap());
    let figures =
        |of: &Stats| (of.articles, of.undated, of.first_day, of.last_day, of.files, of.rejected, of.generation);
    assert_eq!(figures(&there), figures(&here));
    assert!(there.bytes > 0 && there.segments > 0 && there.store_bytes.is_none(), "{there:?}");
    for id in ids {
        assert_eq!(archive.by_id(&id).unwrap(), snapshot.by_id(&id).unwrap());
        let ids =
            |copies: Option<Vec<Article>>| copies.map(|all| all.into_iter().map(|one| one.id).collect::<Vec<_>>());
        assert_eq!(ids(archive.copies_of(&id).unwrap()), ids(snapshot.copies_of(&id).unwrap()));
        let request = Request::new(parse("工会 职工"));
        let marked = |archive: &dyn Read| archive.marked(&request, &id, &Control::default()).unwrap();
        assert_eq!(marked(&archive), marked(&*snapshot));
    }
}

/// Articles with margins, and with numbers with and without separators.
fn with_margins() -> Vec<Article> {
    let article = |id: &str, body: &str, margin: &[&str]| {
        let mut article = Article::default();
        (article.title, article.body) = ("工会的消息".to_string(), body.to_string());
        article.origin = format!("in/{id}.html");
        article.id = ArticleId::new(&article.origin, "");
        article.margin = margin.iter().map(ToString::to_string).collect();
        article
    };
    vec![
        article("1", "职工之家开门，来了1,077人。", &["首页 新闻 维权热线", "满20%减5元，职工之家"]),
        article("2", "职工之家又开门，来了1077人，是工会请来的。", &["关于维权", "热线新闻", "20"]),
        article("3", "职工之家关门，维权热线还在。", &[]),
        article("4", "职工之家修门，二十人来了，1077元花了。", &["维权。", "热线。", "工会，职工"]),
    ]
}

pub fn whole_pages_and_numbers(cluster: &mut Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = with_margins().iter().map(|article| serde_json::to_string(article).unwrap()).collect();
    std::fs::write(folder.path().join("export.jsonl"), lines.join("\n")).unwrap();
    // Pages without an article: lists of links.
    let list = |links: &[&str]| {
        let links = links.iter().map(|link| format!("<li><a href=\"/{link}\">{link}</a></li>"));
        format!("<html><head><title>列表</title></head><body><ul>{}</ul></body></html>", links.collect::<String>())
    };
    for (name, links) in [
        ("one.html", &["维权热线的列表", "职工之家20%", "新闻"][..]),
        ("two.html", &["维权", "热线", "工会，职工", "1,077"][..]),
        ("gone.html", &["维权热线"][..]),
    ] {
        std::fs::write(folder.path().join(name), list(links)).unwrap();
    }
    let (settings, paths) = (settings(cluster, "margins"), [folder.path().to_path_buf()]);
    assert_eq!(push(&settings, &paths, Prune::Nothing).1, 4);
    // What a changed file had, or one that is gone, is found no more.
    std::fs::write(folder.path().join("one.html"), list(&["维权热线的列表", "职工之家", "新"])).unwrap();
    std::fs::remove_file(folder.path().join("gone.html")).unwrap();
    assert_eq!(push(&settings, &paths, Prune::BelowPaths).1, 4);
    let (index, archive) = (embedded(&paths), Archive::open(&settings).unwrap());
    let snapshot = index.snapshot();
    let counted = |query: &str, expect: u64| {
        let total =
            |archive: &dyn Read| archive.answer(&Request::new(parse(query)), &Control::default()).unwrap().total;
        assert_eq!((total(&archive), total(&*snapshot)), (expect, expect), "{query}");
    };
    counted("整页:(维权 热线)", 4);
    counted("整页:\"维权热线\"", 2);
    counted("整页:\"热\"", 4);
    counted("整页:\"满20%\"", 1);
    counted("\"1077人\"", 2);
    let queries = [
        "整页:维权热线",
        "整页:\"维权热线\"",
        "整页:\"维权,热线\"",
        "整页:\"工会,职工\"",
        "整页:\"满20%\"",
        "整页:\"20\"",
        "整页:热",
        "整页:新?",
        "整页:(维权 NEAR/3 热线)",
        "整页:(首页 热线)",
        "职工 -整页:维权",
        "职工 -整页:\"20%\"",
        "整页:新闻 工会",
        "整页:\"1077\"",
        "整页:\"维权热线\" 日期:2024",
        "-整页:\"维权热线\"",
        "\"热线新闻\"",
        "1077",
        "1,077",
        "\"1077人\"",
        "-1077 职工",
        "标题:工会 1077",
        "\"1077\" \"人\"",
    ];
    let queries = queries.map(str::to_string);
    let pages = |query: &str| archive.answer(&Request::new(parse(query)), &Control::default()).unwrap().page_total;
    assert_eq!(["整页:\"维权热线\"", "整页:(维权 NEAR/3 热线)", "整页:\"20%\""].map(pages), [1, 1, 0]);
    eprintln!("compared: {:?}", compare(&archive, &snapshot, &queries));
}

pub fn older_schema(cluster: &mut Cluster) {
    let settings = settings(cluster, "older");
    push(&settings, &[corpus()], Prune::Nothing);
    let articles = Archive::open(&settings).unwrap().articles();
    let mapping = format!("{}/older-000001/_mapping", cluster.url(0));
    let older = format!(r#"{{"_meta":{{"gongxun":{{"schema":{},"dictionary":""}}}}}}"#, SCHEMA - 1);
    ureq::put(&mapping).header("content-type", "application/json").send(&older).unwrap();
    // Neither a search nor a load takes it for its own, and both name the remedy.
    let refused = Archive::open(&settings).err().unwrap().to_string();
    assert!(refused.contains(&format!("schema {}", SCHEMA - 1)) && refused.contains("--rebuild"), "{refused}");
    let refused = Push::open(&settings, None, false, None).err().unwrap().to_string();
    assert!(refused.contains("--rebuild"), "{refused}");
    let mut rebuild = Push::open(&settings, None, true, None).unwrap();
    ingest::feed(&mut rebuild, Options::new([corpus()]), None, &mut ()).unwrap();
    let pushed = rebuild.finish().unwrap();
    assert!(pushed.serves && pushed.generation == "older-000002" && pushed.articles == articles, "{pushed:?}");
    assert_eq!(Archive::open(&settings).unwrap().articles(), articles);
}

pub fn more_than_a_response_holds(cluster: &mut Cluster) {
    // OpenSearch gives up to 10,000 hits at once, and counts no more unless it is told to.
    let folder = files(21, 500);
    let (settings, paths) = (settings(cluster, "many"), [folder.path().to_path_buf()]);
    assert_eq!(push(&settings, &paths, Prune::Nothing).1, 10_500);
    let (index, archive) = (embedded(&paths), Archive::open(&settings).unwrap());
    let snapshot = index.snapshot();
    let counted = Request { facets: true, limit: 0, ..Request::new(parse("\"工会\"")) };
    let answer = |archive: &dyn Read| archive.answer(&counted, &Control::default()).unwrap();
    let (there, here) = (answer(&archive), answer(&*snapshot));
    assert_eq!((there.total, there.facets), (10_500, here.facets));
    let timeline = |archive: &dyn Read| archive.timeline(&counted, Step::Day, &Control::default()).unwrap();
    assert_eq!(timeline(&archive), timeline(&*snapshot));
    let whole =
        Request { limit: usize::MAX, snippet_length: 0, sort: Sort::Oldest, ..Request::new(parse("\"工会\"")) };
    let ids = |archive: &dyn Read| {
        let mut ids = Vec::new();
        archive
            .select(&whole, &Control::default(), &mut |hit| {
                ids.push(hit.article.id.0.clone());
                Ok(())
            })
            .unwrap();
        ids
    };
    assert_eq!(ids(&archive), ids(&*snapshot));
    let mut exported = 0;
    archive
        .export(None, &Control::default(), &mut |_, _| {
            exported += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!(exported, 10_500);
}
