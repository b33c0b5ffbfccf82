//! Articles for benches: the scale file if `GONGXUN_DATA` names the data, else words of the dictionary drawn by their
//! frequencies.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::path::{Path, PathBuf};

use gongxun_text::segment::Segmenter;
use serde_json::{Value, json};

use super::archive::Archive;

/// The size of the text that is generated if there are no real articles, in bytes.
const GENERATED: usize = 20 << 20;
/// The number of words in a generated text.
const WORDS_A_TEXT: usize = 400;

/// Returns the file of real articles, JSON lines; none without the data.
pub fn scale_file() -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("GONGXUN_DATA")?).join("scale/cctv.jsonl"))
}

/// Returns a JSON-lines file of articles: the real ones, or generated ones in the archive's folder.
pub fn file(archive: &Archive) -> PathBuf {
    scale_file().unwrap_or_else(|| {
        eprintln!("GONGXUN_DATA is not set: the articles are generated");
        let day = |n: usize| format!("20{:02}-{:02}-{:02}", 20 + n % 5, 1 + n % 12, 1 + n % 28);
        let line = |(n, body): (usize, String)| {
            let title: String = body.chars().skip(3).take(18).collect();
            json!({"id": n.to_string(), "title": title, "date": day(n), "source": format!("来源{}", n % 40),
                "editor": format!("编辑{}", n % 200), "body": body})
            .to_string()
        };
        let lines: Vec<String> = generated_texts(GENERATED).into_iter().enumerate().map(line).collect();
        archive.write("articles.jsonl", lines.join("\n"))
    })
}

/// Returns the articles of a JSON-lines file.
pub fn articles(file: &Path) -> Vec<Value> {
    let lines = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Generates texts of words of the dictionary, drawn by their frequencies.
pub fn generated_texts(bytes: usize) -> Vec<String> {
    let mut words = Segmenter::builtin().words();
    words.sort();
    let mut sum = 0;
    let mut sums = Vec::new();
    for (_, freq) in &words {
        sum += freq;
        sums.push(sum);
    }
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut texts: Vec<String> = Vec::new();
    let mut made = 0;
    while made < bytes {
        let mut text = String::new();
        for _ in 0..WORDS_A_TEXT {
            let at = random(sum);
            text.push_str(&words[sums.partition_point(|&end| end <= at)].0);
            match random(40) {
                0..4 => text.push('，'),
                4..6 => text.push('。'),
                6 => text.push_str(&random(3000).to_string()),
                _ => {}
            }
        }
        made += text.len();
        texts.push(text);
    }
    texts
}
