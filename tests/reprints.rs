//! Tests of copies of one article: their detection, and their search.

#[path = "support/archive.rs"]
mod archive;
#[path = "support/data.rs"]
mod data;
#[path = "support/reprints.rs"]
mod figures;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use archive::Archive;
use figures::{Bodies, Evidence, Kind, Random};
use gongxun_core::article::ArticleId;
use gongxun_core::index::{Snapshot, check};
use gongxun_core::query::parse;
use gongxun_core::reprint::{Clusters, PACKED};
use gongxun_core::search::{Copies, Request, Results, search};
use gongxun_text::synonyms::Synonyms;
use serde_json::json;

/// Returns the groups of copies in a snapshot, by origin.
fn groups(snapshot: &Snapshot) -> BTreeSet<BTreeSet<String>> {
    let clusters = &snapshot.copies().unwrap().clusters;
    clusters.iter().map(|copies| copies.iter().map(|at| snapshot.article(*at).unwrap().origin).collect()).collect()
}

#[test]
fn the_copies_in_the_corpus_are_found_and_no_others() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let expect = std::fs::read_to_string(folder.join("tests/data/corpus/reprints.json")).unwrap();
    let expect: BTreeSet<BTreeSet<String>> = serde_json::from_str(&expect).unwrap();
    let archive = Archive::new();
    let report = archive.ingest_from(&folder.join("corpus"), &folder.join("corpus"));
    let got = groups(&archive.snapshot());
    let joined: usize = expect.iter().map(BTreeSet::len).sum();
    assert_eq!(got, expect);
    assert_eq!(report.joined, joined as u64);
    let again = archive.ingest_from(&folder.join("corpus"), &folder.join("corpus"));
    assert_eq!((again.unchanged, again.joined), (report.new, 0));
    assert!(check::files(&archive.snapshot().generation).unwrap().damaged.is_empty());
}

const TEXT: &str = "临近年关，工地上的钢筋工还没有拿到去年的工钱。劳动监察大队的人来过三次，第三次带走了考勤表和工资册。\
    包工头说总承包方欠他的款，总承包方说款已经付清，两边的账对不上。工会派来的律师把一百多人的工时逐日核对，\
    用了十一天，得出欠薪总额为一百八十六万元。春节前最后一个工作日，专户里的钱到了账，工人们在银行门口排起了队。\
    有人把钱寄回家，有人先去补了拖欠的房租，也有人说明年还来这里干活，只是要先看合同。";

fn page(id: &str, source: &str, date: &str, title: &str, body: &str) -> String {
    json!({"id": id, "title": title, "date": date, "source": source, "body": body}).to_string()
}

/// Returns an archive of three copies of one article and one of another.
fn three_copies() -> Archive {
    let archive = Archive::new();
    let title = "钢筋工的腊月";
    archive.write("b.json", page("b", "甲报", "2019-01-24", title, TEXT));
    archive.write("c.json", page("c", "乙网", "2019-01-26", title, &format!("乙网转载。{TEXT}责任编辑 某某")));
    let cut: String = TEXT.chars().take(150).collect();
    archive.write("d.json", page("d", "丙网", "2019-01-25", "腊月里的钢筋工讨薪记", &cut));
    archive.write(
        "e.json",
        page("e", "甲报", "2019-01-25", "快递站的工会", "快递站里成立了工会，第一件事是谈派费。工会和站长谈了四次。"),
    );
    archive.ingest();
    archive
}

fn ask(archive: &Archive, query: &str, copies: Copies) -> Results {
    let request = Request { copies, facets: true, ..Request::new(parse(query)) };
    search(&archive.snapshot(), &request, Synonyms::builtin()).unwrap()
}

fn shown(results: &Results) -> Vec<(String, u64)> {
    results.hits.iter().map(|hit| (hit.article.source.clone().unwrap_or_default(), hit.reprints)).collect()
}

#[test]
fn a_cluster_is_one_hit() {
    let archive = three_copies();
    let found = ask(&archive, "\"劳动监察大队\"", Copies::Collapsed);
    assert_eq!((found.total, shown(&found)), (1, vec![("甲报".into(), 2)]));
    let found = ask(&archive, "\"劳动监察大队\"", Copies::All);
    assert_eq!((found.total, found.hits.len()), (3, 3));
    assert!(found.hits.iter().all(|hit| hit.reprints == 2));
    // A copy that has the string is shown if the first one lacks it, or the filter excludes that one.
    let found = ask(&archive, "\"责任编辑某某\" OR \"责任编辑 某某\"", Copies::Collapsed);
    assert_eq!((found.total, shown(&found)), (1, vec![("乙网".into(), 2)]));
    let found = ask(&archive, "\"劳动监察大队\" source:丙网", Copies::Collapsed);
    assert_eq!((found.total, shown(&found)), (1, vec![("丙网".into(), 2)]));
    // A cluster with a full match is not among the partial matches as well.
    let found = ask(&archive, "工人们 合同", Copies::Collapsed);
    assert_eq!((found.total, found.partial_total), (1, 0), "{:?}", shown(&found));
    let found = ask(&archive, "工会", Copies::Collapsed);
    assert_eq!(found.total, 2);
}

#[test]
fn facets_count_clusters() {
    let archive = three_copies();
    for (copies, expect) in [(Copies::Collapsed, [2, 1, 1]), (Copies::All, [2, 1, 1])] {
        let found = ask(&archive, "工会", copies);
        let facets = found.facets.unwrap();
        let count = |value: &str| facets.source.iter().find(|c| c.value == value).map_or(0, |c| c.count);
        assert_eq!([count("甲报"), count("乙网"), count("丙网")], expect);
        let month: u64 = facets.month.iter().map(|c| c.count).sum();
        assert_eq!(month, if copies == Copies::Collapsed { 2 } else { found.total });
    }
}

#[test]
fn copies_are_found_across_runs_and_go_with_their_articles() {
    let archive = Archive::new();
    archive.write("a.json", page("a", "甲报", "2019-01-24", "钢筋工的腊月", TEXT));
    assert_eq!(archive.ingest().joined, 0);
    let copies =
        |archive: &Archive| archive.snapshot().copies().unwrap().clusters.iter().map(Vec::len).collect::<Vec<_>>();
    assert!(copies(&archive).is_empty());
    archive.write("b.json", page("b", "乙网", "2019-01-25", "钢筋工的腊月", TEXT));
    assert_eq!(archive.ingest().joined, 1);
    assert_eq!(copies(&archive), [2]);
    let old = archive.snapshot();
    archive.write("c.json", page("c", "丙网", "2019-01-25", "腊月的钢筋工", TEXT));
    assert_eq!(archive.ingest().joined, 1);
    assert_eq!(copies(&archive), [3]);
    // A snapshot keeps its clusters despite later commits.
    assert_eq!(old.copies().unwrap().clusters.iter().map(Vec::len).collect::<Vec<_>>(), [2]);

    let snapshot = archive.snapshot();
    let first =
        search(&snapshot, &Request::new(parse("腊月")), Synonyms::builtin()).unwrap().hits[0].article.id.clone();
    let others = snapshot.reprints(&first).unwrap();
    assert_eq!(others.len(), 2);
    assert!(snapshot.reprints(&others[0]).unwrap().contains(&first));
    assert_eq!(snapshot.reprints(&ArticleId::new("nowhere", "")).unwrap(), []);

    // A changed article is compared anew; a removed one is no copy.
    archive.write("c.json", page("c", "丙网", "2019-01-25", "别的事", &"全市职工运动会开幕，三百多人参加。".repeat(5)));
    archive.ingest();
    assert_eq!(copies(&archive), [2]);
    std::fs::remove_file(archive.inputs().join("b.json")).unwrap();
    archive.ingest();
    assert!(copies(&archive).is_empty());
    assert!(check::files(&archive.snapshot().generation).unwrap().damaged.is_empty());
}

/// Makes texts of a few topics with copies and look-alikes, the same at every run, with their fingerprints.
fn mixed(random: &mut Random, count: usize) -> (Vec<gongxun_core::article::Article>, Vec<u8>) {
    let words = [
        "工会", "欠薪", "仲裁", "工伤", "合同", "社保", "加班", "派遣", "停工", "补偿", "体检", "培训", "调解", "诉讼",
    ];
    let mut articles: Vec<gongxun_core::article::Article> = Vec::new();
    for _ in 0..count {
        let body = match random.below(3) {
            0 if !articles.is_empty() => {
                let text = &articles[random.below(articles.len())].body;
                let length = text.chars().count();
                let keep = length / 2 + random.below(length / 2);
                text.chars().skip(random.below(length - keep + 1)).take(keep).collect()
            }
            _ => {
                let sentence = |random: &mut Random| {
                    let word = |random: &mut Random| words[random.below(words.len())];
                    format!(
                        "{}的{}有{}件，{}说{}。",
                        word(random),
                        word(random),
                        random.below(90),
                        word(random),
                        word(random)
                    )
                };
                (0..6).map(|_| sentence(random)).collect::<String>()
            }
        };
        let day = 1 + random.below(28);
        articles.push({
            let mut article = gongxun_core::article::Article::default();
            article.title = words[random.below(words.len())].repeat(2);
            article.date = format!("20{:02}-03-{day:02}", 10 + random.below(3)).parse().ok();
            article.body = body;
            article
        });
    }
    let packed = figures::fingerprints(&articles).0;
    (articles, packed)
}

/// Returns the clusters by the numbers of their articles.
fn by_article(clusters: &Clusters, packed: &[u8]) -> BTreeSet<BTreeSet<u64>> {
    let article = |number: &u32| gongxun_core::reprint::Packed::at(packed, *number).article();
    clusters.groups.iter().map(|group| group.iter().map(article).collect()).collect()
}

#[test]
fn the_order_and_the_portions_of_arrival_do_not_matter() {
    let mut random = Random(11);
    let (articles, packed) = mixed(&mut random, 600);
    let articles: Vec<&gongxun_core::article::Article> = articles.iter().collect();
    let all = by_article(&figures::clusters(&packed, &articles), &packed);
    assert!(all.len() > 20, "{}", all.len());
    for _ in 0..3 {
        let mut order: Vec<&[u8]> = packed.chunks(PACKED).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at + 1));
        }
        let shuffled = order.concat();
        let mut clusters = Clusters::default();
        let mut length = 0;
        while length < shuffled.len() {
            length = (length + PACKED * (1 + random.below(120))).min(shuffled.len());
            let mut texts = Bodies { packed: &shuffled, articles: &articles };
            clusters.update(&shuffled[..length], &[], &mut texts);
        }
        assert_eq!(by_article(&clusters, &shuffled), all);
    }
}

#[test]
fn what_is_gone_holds_no_cluster_together() {
    let part = |from: usize, to: usize| -> gongxun_core::article::Article {
        let chars: Vec<char> = TEXT.chars().collect();
        let body = chars[chars.len() * from / 10..chars.len() * to / 10].iter().collect();
        {
            let mut article = gongxun_core::article::Article::default();
            article.title = "钢筋工".into();
            article.date = "2019-01-24".parse().ok();
            article.body = body;
            article
        }
    };
    let articles = [part(0, 6), part(0, 10), part(5, 10)];
    let packed = figures::fingerprints(&articles).0;
    let articles: Vec<&gongxun_core::article::Article> = articles.iter().collect();
    let mut clusters = figures::clusters(&packed, &articles);
    assert_eq!(clusters.groups.iter().map(Vec::len).collect::<Vec<_>>(), [3]);
    clusters.update(&packed, &[1], &mut Bodies { packed: &packed, articles: &articles });
    assert_eq!(clusters.groups, Vec::<Vec<u32>>::new());
    assert_eq!(clusters.renumber(), [0, 2]);
}

/// The least share of copies that must be found; see `examples/reprint_figures.rs` for the whole table.
const FLOORS: [(Kind, Evidence, f64); 8] = [
    (Kind::Cut70, Evidence::Both, 0.99),
    (Kind::Cut70, Evidence::Day, 0.99),
    (Kind::Cut50, Evidence::Both, 0.97),
    (Kind::Cut50, Evidence::Day, 0.97),
    (Kind::Changed, Evidence::Title, 0.95),
    (Kind::Changed, Evidence::Day, 0.95),
    (Kind::Boilerplate, Evidence::Title, 0.99),
    (Kind::Boilerplate, Evidence::Day, 0.99),
];
/// The number of copies of each kind.
const COPIES: usize = 200;

#[test]
fn copies_are_found_among_thousands_of_others() {
    let Some(path) = data::data("scale/cctv.jsonl") else { return };
    let articles = figures::articles(&path);
    let (packed, _) = figures::fingerprints(&articles);
    assert!(packed.len() * 10 <= figures::bytes(&articles), "fingerprints are more than a tenth of the text");
    for (kind, evidence, floor) in FLOORS {
        let found = figures::recall(&articles, &packed, kind, evidence, COPIES);
        assert!(found as f64 >= floor * COPIES as f64, "{kind:?}, {evidence:?}: {found} of {COPIES}");
    }
    let clusters = figures::clusters(&packed, &articles.iter().collect::<Vec<_>>());
    let mut titles: BTreeMap<&str, usize> = BTreeMap::new();
    for group in &clusters.groups {
        titles.insert(&articles[group[0] as usize].title, group.len());
    }
    assert_eq!(titles.get("习近平抵达喀山出席金砖国家领导人第十六次会晤"), Some(&2), "{titles:?}");
    assert!(titles.keys().any(|title| title.starts_with("烈士纪念日向人民英雄敬献花篮仪式9月30日")), "{titles:?}");
    assert_eq!(titles.len(), 2, "no other pair is one article: {titles:?}");
}
