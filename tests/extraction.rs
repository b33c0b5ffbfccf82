//! Floors under what extraction reaches on labelled pages; `examples/extraction_figures.rs` prints the figures themselves.

#[path = "support/figures.rs"]
mod figures;

use std::path::PathBuf;

use gongxun::archive::Media;
use gongxun::extract::{Options, extract};
use gongxun::{Article, Role};

/// The folder of the test data; without it the test says so, or fails where all tests are wanted.
fn data(test: &str) -> Option<PathBuf> {
    let data = std::env::var_os("GONGXUN_DATA").map(PathBuf::from);
    if data.is_none() {
        assert_ne!(std::env::var("GONGXUN_REQUIRE_ALL").as_deref(), Ok("1"), "{test} needs GONGXUN_DATA");
        eprintln!("SKIPPED: {test} needs GONGXUN_DATA");
    }
    data
}

#[test]
fn bodies_and_titles_of_a_hundred_sites() {
    let Some(data) = data("bodies_and_titles_of_a_hundred_sites") else { return };
    let bodies = figures::bodies(&data);
    assert_eq!(bodies.pages.len(), 201);
    assert!(bodies.rejected.is_empty(), "{:?}", bodies.rejected);
    assert!(bodies.mean().0 >= 0.97, "F1 {:.4}", bodies.mean().0);
    assert!(bodies.titles * 100 >= 201 * 97, "{} titles; {:#?}", bodies.titles, bodies.wrong_titles);
}

#[test]
fn date_source_and_editor_as_labelled_by_hand() {
    let Some(data) = data("date_source_and_editor_as_labelled_by_hand") else { return };
    for field in figures::labels(&data) {
        assert!(field.all >= 35 && field.share() >= 0.95, "{}: {:#?}", field.name, field.wrong);
    }
}

#[test]
fn all_fields_of_one_site() {
    let Some(data) = data("all_fields_of_one_site") else { return };
    let (fields, body) = figures::fields(&data);
    for field in fields {
        assert!(field.all == 300 && field.share() >= 0.995, "{}: {:#?}", field.name, field.wrong);
    }
    assert!(body >= 0.99, "body F1 {body:.4}");
    assert_eq!(figures::lists(&data), (30, 30), "lists rejected as lists");
}

/// The same page in other charsets, with the right declaration, a wrong one and none, is the same article.
#[test]
fn charsets_do_not_matter() {
    let Some(data) = data("charsets_do_not_matter") else { return };
    let (mut same, mut all) = (0, 0);
    let mut wrong = Vec::new();
    for path in figures::files(&data.join("extraction/html")).into_iter().step_by(5) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let Ok(wanted) = figures::read(&path) else { continue };
        for encoding in [encoding_rs::GB18030, encoding_rs::BIG5] {
            let (bytes, _, lost) = encoding.encode(&text);
            if lost {
                continue;
            }
            for declared in [Some(encoding.name()), Some("utf-8"), None] {
                let mut record = figures::record(&name, bytes.to_vec());
                record.charset = declared.map(str::to_string);
                let got = extract(&record, &Options::default());
                all += 1;
                if got.as_ref().is_ok_and(|got| *got == wanted) {
                    same += 1;
                } else {
                    wrong.push(format!("{name} {} declared {declared:?}", encoding.name()));
                }
            }
        }
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        all += 1;
        same +=
            usize::from(extract(&figures::record(&name, utf16), &Options::default()).is_ok_and(|got| got == wanted));
    }
    assert!(all > 100 && same * 100 >= all * 99, "{same} of {all}: {wrong:#?}");
}

/// The copied page of a mirror, damaged by glosses: everything about it is known.
#[test]
fn the_damaged_mirror_page() {
    let Some(data) = data("the_damaged_mirror_page") else { return };
    let mut record = figures::record("page.txt", std::fs::read(data.join("pages/damaged-mirror-page.txt")).unwrap());
    record.media = Media::Dump;
    let article = extract(&record, &Options::default()).unwrap();
    let folded = |text: &str| gongxun::text::fold::fold(text);
    assert_eq!(folded(&article.title), folded("工人日报社评丨打好“联”字牌，扩大工会工作“协同网”“合作圈”"));
    assert_eq!(article.source.as_deref(), Some("中工网-工人日报"));
    assert_eq!(article.outlets, ["中工网", "工人日报"]);
    assert_eq!(article.date.unwrap().to_string(), "2025-01-15T07:02:00+08:00");
    assert_eq!(credits(&article), ["评论员 郭振纲", "责任编辑 肖天"]);
    assert_eq!(article.editor(), Some("肖天"));
    assert!(article.lead.as_deref().unwrap().starts_with("联动开展、协同推进相关工作"));
    let body: Vec<&str> = article.body.lines().collect();
    assert_eq!(body.len(), 7, "{body:#?}");
    assert!(body[0].starts_with("据1月13日《工人日报》报道"));
    assert!(body[6].ends_with("贴心人。"));
    for found in [article.title.as_str(), article.body.as_str(), article.lead.as_deref().unwrap()] {
        assert!(!found.contains('?') && !found.contains("gōng"), "{found}");
    }
    let original = article.original.unwrap();
    assert_eq!(original.keys().collect::<Vec<_>>(), ["body", "lead", "source", "title"]);
    assert_eq!(original["source"], "中工網(wǎng)-工人日?qǐng)?bào)");
    assert_eq!(original["body"].lines().count(), 7);
}

fn credits(article: &Article) -> Vec<String> {
    article.credits.iter().map(|c| format!("{} {}", Role::zh(c.role), c.name)).collect()
}
