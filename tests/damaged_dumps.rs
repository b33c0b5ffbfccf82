//! A damaged page dump gives the article that the clean one gives: repair and extraction together.

use std::path::Path;

use gongxun::archive::{Media, Record};
use gongxun::article::Article;
use gongxun::extract::{Options, extract};
use gongxun::text::fold::fold;

#[path = "support/damage.rs"]
mod damage;

use damage::{Mirror, Tones, damage};

fn article(text: &str) -> Article {
    let record = Record {
        origin: gongxun::Origin::file("page.txt"),
        media: Media::Dump,
        bytes: text.as_bytes().to_vec(),
        charset: None,
        url: None,
        captured: None,
    };
    extract(&record, &Options::default()).expect("the page holds an article")
}

/// The fields that a reader asks for, folded.
fn fields(article: &Article) -> Vec<(&'static str, String)> {
    vec![
        ("title", fold(&article.title)),
        ("source", fold(article.source.as_deref().unwrap_or(""))),
        ("date", article.date.map_or(String::new(), |date| date.to_string())),
        ("authors", fold(&article.authors().join(" "))),
        ("editor", fold(article.editor().unwrap_or(""))),
        ("lead", fold(article.lead.as_deref().unwrap_or(""))),
        ("body", fold(&article.body)),
    ]
}

#[test]
fn damaged_dumps_give_the_same_article() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/damaged");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let frequent = damage::frequent(texts.iter().map(String::as_str));
    let (mut same, mut all) = (0, 0);
    for (file, text) in files.iter().zip(&texts) {
        let wanted = fields(&article(text));
        for seed in 1..=6 {
            for size in [60, 200] {
                let mirror = Mirror::random(&frequent, size, Tones::Marked, true, false, seed);
                let lines: Vec<String> = text.lines().map(|line| damage(line, &mirror)).collect();
                let found = fields(&article(&lines.join("\n")));
                for ((name, wanted), (_, found)) in wanted.iter().zip(&found) {
                    all += 1;
                    same += usize::from(wanted == found);
                    if wanted != found {
                        let start = wanted.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
                        let piece = |s: &str| s.chars().skip(start.saturating_sub(8)).take(24).collect::<String>();
                        eprintln!(
                            "{} table of {size}, seed {seed}, {name}: …{}… became …{}…",
                            file.file_name().unwrap_or_default().display(),
                            piece(wanted),
                            piece(found)
                        );
                    }
                }
            }
        }
    }
    eprintln!("{same} of {all} fields are the same");
    assert!(same * 100 >= all * 95, "{same} of {all} fields are the same");
}
