//! Holds floors under the quality of extraction on labelled pages; `examples/extraction_figures.rs` prints the figures
//! themselves.

#[path = "support/figures.rs"]
mod figures;

use std::path::PathBuf;

use encoding_rs::{BIG5, Encoding, GB18030, UTF_16LE};
use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use gongxun_core::article::{Article, Role};
use gongxun_ingest::archive::Media;
use gongxun_ingest::extract::{Options, extract};

/// Returns the folder of the test data; without it, reports that, or fails if all tests are required.
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
    assert_eq!(figures::lists(&data), (30, 30), "lists are pages without an article");
}

/// The same pages in other charsets, declared correctly, incorrectly and not at all, in the page or by the server, are
/// the same articles. For Big5 they are converted to Traditional Chinese characters first, and characters that it lacks
/// become character references.
#[test]
fn charsets_do_not_matter() {
    let Some(data) = data("charsets_do_not_matter") else { return };
    let traditional = OpenCC::from_config(BuiltinConfig::S2t).unwrap();
    let pages: Vec<(String, String)> = figures::files(&data.join("extraction/html"))
        .into_iter()
        .step_by(5)
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, undeclared(&String::from_utf8_lossy(&std::fs::read(&path).unwrap())))
        })
        .collect();
    for (encoding, wrong) in [(GB18030, ["utf-8", "big5"]), (BIG5, ["utf-8", "gb2312"]), (UTF_16LE, ["utf-8", "gbk"])] {
        let pages: Vec<(&String, String)> = match encoding == BIG5 {
            true => pages.iter().map(|(name, text)| (name, traditional.convert(text))).collect(),
            false => pages.iter().map(|(name, text)| (name, text.clone())).collect(),
        };
        for declared in [Some(encoding.name()), Some(wrong[0]), Some(wrong[1]), None] {
            for by_server in [false, true].into_iter().take(1 + usize::from(declared.is_some())) {
                let mut other = Vec::new();
                for (name, text) in &pages {
                    let read = |bytes: Vec<u8>, charset: Option<&str>| {
                        let charset = charset.map(str::to_string);
                        extract(
                            &{
                                let mut record = figures::record(name, bytes);
                                record.charset = charset;
                                record
                            },
                            &Options::default(),
                        )
                    };
                    let wanted = read(text.clone().into_bytes(), None).ok();
                    let meta = match declared.filter(|_| !by_server) {
                        Some(charset) => format!("<meta charset={charset}>{text}"),
                        None => text.clone(),
                    };
                    if read(encoded(&meta, encoding), declared.filter(|_| by_server)).ok() != wanted {
                        other.push(name);
                    }
                }
                let place = if by_server { "by the server" } else { "in the page" };
                let way = format!("{} declared as {declared:?} {place}", encoding.name());
                assert!(pages.len() >= 40 && other.is_empty(), "{way}: {other:#?} of {} differ", pages.len());
            }
        }
    }
}

/// Returns the page without its own declarations of a charset.
fn undeclared(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let mut rest = String::with_capacity(page.len());
    let mut from = 0;
    while let Some(at) = lower[from..].find("<meta") {
        let at = from + at;
        let end = lower[at..].find('>').map_or(page.len(), |end| at + end + 1);
        rest.push_str(&page[from..at]);
        if !lower[at..end].contains("charset") {
            rest.push_str(&page[at..end]);
        }
        from = end;
    }
    rest + &page[from..]
}

fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    match encoding == UTF_16LE {
        true => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        false => encoding.encode(text).0.into_owned(),
    }
}

/// The copied page of a mirror, damaged by glosses, of which everything is known.
#[test]
fn the_damaged_mirror_page() {
    let Some(data) = data("the_damaged_mirror_page") else { return };
    let mut record = figures::record("page.txt", std::fs::read(data.join("pages/damaged-mirror-page.txt")).unwrap());
    record.media = Media::Dump;
    let article = extract(&record, &Options::default()).unwrap();
    let folded = |text: &str| gongxun_text::fold::fold(text);
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
