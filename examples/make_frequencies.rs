//! Makes `crates/text/src/repair/frequencies.zst` from the word lists of jieba (`dict.txt` and `idf.txt`, MIT).
//!
//! In: lines `word count tag`, and lines `word idf`, the logarithm of how rare a word is among documents. Out: how
//! often each folded character and each pair of neighbours inside a word occurs, as eighths of a binary logarithm.
//! Usage: `cargo run --example make_frequencies -- dict.txt idf.txt frequencies.zst`.

use std::collections::BTreeMap;

use gongxun_text::fold::{fold_char, is_han};

/// Pairs that occur less often are left out: the list gives 3 to the words that it has no count for.
const RARE: u64 = 3;

/// The idf of a word that one document has.
const ONE_DOCUMENT: f64 = 13.900_677;

/// The number of occurrences that a document stands for.
const A_DOCUMENT: f64 = 4.0;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, words, documents, output] = &arguments[..] else {
        panic!("usage: make_frequencies dict.txt idf.txt frequencies.zst")
    };
    let mut singles: BTreeMap<char, u64> = BTreeMap::new();
    let mut pairs: BTreeMap<(char, char), u64> = BTreeMap::new();
    let read = |path: &str| std::fs::read_to_string(path).expect("the word list can be read");
    let counted = |line: &str| -> Option<(String, f64)> {
        let mut fields = line.split(' ');
        Some((fields.next()?.to_string(), fields.next()?.parse().ok()?))
    };
    let words: Vec<(String, f64)> = read(words).lines().filter_map(counted).collect();
    let documents: Vec<(String, f64)> = read(documents).lines().filter_map(counted).collect();
    let documents = documents.into_iter().map(|(word, idf)| (word, (ONE_DOCUMENT - idf).exp() * A_DOCUMENT));
    for (word, count) in words.into_iter().chain(documents) {
        let count = count.round() as u64;
        let chars: Vec<char> = word.chars().map(fold_char).collect();
        for &c in chars.iter().filter(|c| is_han(**c) && (**c as u32) < 0x10000) {
            *singles.entry(c).or_default() += count;
        }
        for pair in chars.windows(2).filter(|p| p.iter().all(|c| is_han(*c) && (*c as u32) < 0x10000)) {
            *pairs.entry((pair[0], pair[1])).or_default() += count;
        }
    }
    // The list undercounts the particle 的, which is every twenty-fifth character of running text.
    let all: u64 = singles.values().sum();
    singles.insert('的', all / 25);
    pairs.retain(|_, count| *count > RARE);

    let eighths = |count: u64| ((count as f64).log2() * 8.0).round().min(255.0) as u8;
    // Columns compress better than rows: all characters, all their counts, how many pairs each begins, and so on.
    let mut bytes = (singles.len() as u32).to_le_bytes().to_vec();
    bytes.extend(singles.keys().flat_map(|c| (*c as u16).to_le_bytes()));
    bytes.extend(singles.values().map(|count| eighths(*count)));
    let number: BTreeMap<char, u16> = singles.keys().enumerate().map(|(i, c)| (*c, i as u16)).collect();
    let begins = |c: char| pairs.range((c, '\0')..=(c, char::MAX));
    bytes.extend(singles.keys().flat_map(|c| (begins(*c).count() as u16).to_le_bytes()));
    for c in singles.keys() {
        bytes.extend(begins(*c).flat_map(|((_, second), _)| number[second].to_le_bytes()));
    }
    for c in singles.keys() {
        bytes.extend(begins(*c).map(|(_, count)| eighths(*count)));
    }
    let packed = zstd::encode_all(&bytes[..], 19).expect("memory can be written to");
    std::fs::write(output, &packed).expect("the output can be written");
    println!("{} characters, {} pairs, {} bytes", singles.len(), pairs.len(), packed.len());
}
