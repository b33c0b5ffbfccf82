//! Makes `src/text/repair/frequencies.zst` from the word list of jieba (`dict.txt`, MIT).
//!
//! In: a file of lines `word count tag`. Out: how often each folded character and each pair of neighbours inside a word
//! occurs, as eighths of a binary logarithm. Usage: `cargo run --example make_frequencies -- dict.txt frequencies.zst`.

use std::collections::BTreeMap;

use gongxun::text::fold::{fold_char, is_han};

/// Pairs that occur less often are left out: the list gives 3 to the words that it has no count for.
const RARE: u64 = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, output] = &arguments[..] else { panic!("usage: make_frequencies dict.txt frequencies.zst") };
    let mut singles: BTreeMap<char, u64> = BTreeMap::new();
    let mut pairs: BTreeMap<(char, char), u64> = BTreeMap::new();
    for line in std::fs::read_to_string(input).expect("the word list can be read").lines() {
        let mut fields = line.split(' ');
        let (Some(word), Some(count)) = (fields.next(), fields.next()) else { continue };
        let count: u64 = count.parse().expect("the second field is a count");
        let chars: Vec<char> = word.chars().map(fold_char).collect();
        for &c in chars.iter().filter(|c| is_han(**c) && (**c as u32) < 0x10000) {
            *singles.entry(c).or_default() += count;
        }
        for pair in chars.windows(2).filter(|p| p.iter().all(|c| is_han(*c) && (*c as u32) < 0x10000)) {
            *pairs.entry((pair[0], pair[1])).or_default() += count;
        }
    }
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
