//! Follows the page of a mirror from its bytes to the marks of a hit.

#[path = "support/archive.rs"]
mod archive;
#[path = "support/data.rs"]
mod data;

use archive::Archive;
use gongxun_core::article::{Role, Script};
use gongxun_core::search::Hit;

fn indexed() -> Option<Archive> {
    let page = data::data("pages/damaged-mirror-page.txt")?;
    let archive = Archive::new();
    let report = archive.ingest_from(&page, page.parent().unwrap());
    assert_eq!((report.new, report.rejected), (1, 0));
    Some(archive)
}

#[test]
fn the_article_is_as_the_newspaper_printed_it() {
    let Some(archive) = indexed() else { return };
    let article = archive.search("工会").hits.remove(0).article;
    let width = |text: &str| text.replace(',', "，");
    assert_eq!(width(&article.title), "工人日报社评丨打好“联”字牌，扩大工会工作“协同网”“合作圈”");
    assert_eq!(article.source.as_deref(), Some("中工网-工人日报"));
    assert_eq!(article.outlets, ["中工网", "工人日报"]);
    assert_eq!(article.date.unwrap().to_string(), "2025-01-15T07:02:00+08:00");
    assert_eq!(article.authors(), ["郭振纲"]);
    assert!(article.credits.iter().any(|c| c.role == Role::Commentator && c.name == "郭振纲"));
    assert_eq!(article.editor(), Some("肖天"));
    assert!(article.lead.as_deref().unwrap().starts_with("联动开展、协同推进相关工作"));
    let paragraphs: Vec<&str> = article.body.lines().collect();
    assert_eq!(paragraphs.len(), 7);
    assert!(paragraphs[0].starts_with("据1月13日《工人日报》报道"));
    assert!(paragraphs[6].ends_with("贴心人。"));
    assert_eq!(article.script, Script::Hans);
    assert!(!article.repairs.is_empty() && article.original.is_some());

    let text = [article.title.as_str(), article.lead.as_deref().unwrap(), &article.body].join("\n");
    for word in ["随着", "承担着", "陕西"] {
        assert!(text.contains(word), "{word}");
    }
    assert!(!text.contains('?'));
    assert!(!text.contains('('), "a gloss is left");
    for footer in ["媒体矩阵", "客户端", "版权", "举报电话", "Copyright", "扫码", "责任编辑"] {
        assert!(!text.contains(footer), "{footer}");
    }
}

#[test]
fn every_way_of_asking_finds_it_and_marks_it() {
    let Some(archive) = indexed() else { return };
    let hit = |query: &str| -> Hit {
        let mut results = archive.search(query);
        assert_eq!(results.total, 1, "{query}");
        results.hits.remove(0)
    };
    let marked = |hit: &Hit| -> Vec<String> {
        let text: Vec<char> = hit.snippet.text.chars().collect();
        hit.snippet.marks.iter().map(|mark| text[mark.clone()].iter().collect()).collect()
    };
    for query in ["工会驿站", "工會驛站"] {
        assert!(marked(&hit(query)).concat().contains("驿站"), "{query}");
    }
    assert_eq!(marked(&hit("\"一函两书\"")), ["一函两书"]);
    assert_eq!(marked(&hit("\"作战\"")), ["作战"]);
    assert_eq!(hit("郭振纲").marks.authors, [vec![0..3]]);
    assert_eq!(hit("纲").marks.authors, [vec![2..3]]);
    for query in ["editor:肖天", "编辑：肖天", "source:工人日报 date:2025-01", "outlet:中工网", "日期：2025年1月15日"]
    {
        let hit = hit(query);
        assert!(hit.snippet.marks.is_empty() && hit.marks.title.is_empty(), "{query}");
        assert!(hit.marks.editor.is_empty() && hit.marks.source.is_empty(), "{query}");
        assert!(!hit.snippet.text.is_empty());
    }
    for query in ["source:工人", "date:2025-02", "editor:郭振纲", "-工会", "\"工会驿\" -肖天"] {
        let results = archive.search(query);
        assert_eq!(results.total, u64::from(query.starts_with('"')) * u64::from(!query.contains("肖天")), "{query}");
    }
}
