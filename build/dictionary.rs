//! The built-in dictionary: jieba's words and model and the labour lexicon flow in, the flat arrays that
//! `src/text/segment/dictionary.rs` maps flow out, each in a file of its own.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;

#[path = "../src/text/segment/classes.rs"]
#[expect(dead_code, reason = "the segmenter needs more of it")]
mod classes;
#[path = "../src/text/segment/trie.rs"]
mod trie;

const DATA: &str = "src/text/data";

/// Score of what the model has not seen, as jieba has it.
const MIN_SCORE: f64 = -3.14e100;

/// How often the lexicon's words are looked at again after one of them has changed the dictionary.
const LEXICON_ROUNDS: usize = 4;

/// So many of the most frequent characters have a row of bits of their own.
const ROWS: usize = 4096;
/// How many bits a row has: a character's code, cut to this, is its bit.
const ROW_BITS: usize = 4096;

/// Writes the arrays to `out`. `fold` is the fold of `src/text/fold.rs`.
pub fn write(out: &Path, fold: impl Fn(char) -> char) {
    let fold_word = |word: &str| word.chars().map(&fold).collect::<String>();
    let mut entries: BTreeMap<String, u64> = BTreeMap::new();
    for line in decompressed("dict.txt.zst").lines() {
        let mut columns = line.split_ascii_whitespace();
        let Some(word) = columns.next() else { continue };
        let freq: u64 = columns.next().and_then(|f| f.parse().ok()).expect("dict.txt gives each word a frequency");
        assert!(freq > 0, "{word} has no frequency");
        *entries.entry(fold_word(word)).or_default() += freq;
    }
    add_labour_words(&mut entries, fold_word);
    let model = Model::parse(&decompressed("hmm.model.zst"));
    write_arrays(out, &entries, &model);
}

fn decompressed(name: &str) -> String {
    let path = Path::new(DATA).join(name);
    println!("cargo::rerun-if-changed={}", path.display());
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let bytes = zstd::decode_all(&bytes[..]).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    String::from_utf8(bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Gives each word of the lexicon the frequency at which jieba cuts it as one word.
fn add_labour_words(entries: &mut BTreeMap<String, u64>, fold_word: impl Fn(&str) -> String) {
    let path = Path::new(DATA).join("labour.tsv");
    println!("cargo::rerun-if-changed={}", path.display());
    let lines = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let words: Vec<String> = lines
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| fold_word(line.split('\t').next().unwrap_or("").trim()))
        .filter(|word| !word.is_empty())
        .collect();
    let mut jieba = jieba_rs::Jieba::empty();
    for (word, &freq) in entries.iter() {
        jieba.add_word(word, Some(freq as usize), None);
    }
    for _ in 0..LEXICON_ROUNDS {
        let mut changed = false;
        for word in &words {
            if jieba.cut(word, false).len() > 1 {
                let freq = jieba.add_word(word, None, None);
                entries.insert(word.clone(), freq as u64);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
}

/// The hidden Markov model, states in the order begin, end, middle, single.
struct Model {
    start: [f64; 4],
    transitions: [[f64; 4]; 4],
    emissions: HashMap<char, [f64; 4]>,
}

impl Model {
    /// Reads jieba's form: the scores of the start, four lines of transitions, four lines of `character:score` pairs.
    fn parse(text: &str) -> Model {
        let number = |s: &str| s.trim().parse::<f64>().unwrap_or_else(|e| panic!("hmm.model: {s:?}: {e}"));
        let row = |line: &str| -> [f64; 4] {
            let scores: Vec<f64> = line.split_whitespace().map(number).collect();
            scores.try_into().expect("hmm.model: four scores a line")
        };
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(lines.len(), 9, "hmm.model: nine lines beside the comments");
        let mut emissions: HashMap<char, [f64; 4]> = HashMap::new();
        for (state, line) in lines[5..].iter().enumerate() {
            for pair in line.split(',') {
                let (character, score) = pair.rsplit_once(':').expect("hmm.model: character:score");
                let character = character.trim().parse::<char>().expect("hmm.model: one character");
                emissions.entry(character).or_insert([MIN_SCORE; 4])[state] = number(score);
            }
        }
        emissions.retain(|&c, _| classes::is_hmm_han(c));
        Model { start: row(lines[0]), transitions: std::array::from_fn(|state| row(lines[1 + state])), emissions }
    }
}

fn write_arrays(out: &Path, entries: &BTreeMap<String, u64>, model: &Model) {
    let total: u64 = entries.values().sum();
    let total_log = (total as f64).ln();
    let is_reachable = |word: &&String| word.chars().all(classes::is_block);

    // Codes in the order of how often a character stands in the words.
    let mut weights: BTreeMap<char, u64> = model.emissions.keys().map(|&c| (c, 0)).collect();
    for (word, freq) in entries.iter().filter(|(word, _)| is_reachable(word)) {
        word.chars().for_each(|c| *weights.entry(c).or_default() += freq);
    }
    let mut by_weight: Vec<(char, u64)> =
        weights.into_iter().filter(|&(c, _)| classes::fixed_code(c) >= classes::UNKNOWN_RARE).collect();
    by_weight.sort_by_key(|&(c, weight)| (std::cmp::Reverse(weight), c));
    // Where a fixed code stands for a class, the character beside it is one of the class.
    let fixed = std::iter::once('\0').chain(classes::ASCII.chars()).chain(['\u{3400}', '\u{4E00}']);
    let chars: Vec<char> = fixed.chain(by_weight.iter().map(|&(c, _)| c)).collect();
    let first_free = classes::UNKNOWN_HAN as usize + 1;
    assert_eq!(chars.len() - by_weight.len(), first_free);
    let mut codes: Vec<u16> =
        (0..=0xFFFF).map(|c| char::from_u32(c).map_or(classes::OUTSIDE, classes::fixed_code)).collect();
    // What is beyond the basic plane (the fold brings some characters there) is in a sorted list beside the table.
    let mut rare: BTreeMap<u32, u16> = BTreeMap::new();
    for (code, &c) in chars.iter().enumerate().skip(first_free) {
        let code = u16::try_from(code).expect("fewer than 65,536 characters");
        match codes.get_mut(c as usize) {
            Some(place) => *place = code,
            None => _ = rare.insert(c as u32, code),
        }
    }
    let code_of =
        |c: char| codes.get(c as usize).or_else(|| rare.get(&(c as u32))).copied().unwrap_or(classes::OUTSIDE);

    // A word's value is the place of its frequency in the list of frequencies, the commonest first.
    let mut frequencies: BTreeMap<u64, u64> = BTreeMap::new();
    entries.values().for_each(|&freq| *frequencies.entry(freq).or_default() += 1);
    let mut frequencies: Vec<(u64, u64)> = frequencies.into_iter().collect();
    frequencies.sort_by_key(|&(freq, count)| (std::cmp::Reverse(count), freq));
    let frequencies: Vec<u64> = std::iter::once(0).chain(frequencies.into_iter().map(|(freq, _)| freq)).collect();
    let values: HashMap<u64, u32> = frequencies.iter().enumerate().map(|(at, &freq)| (freq, at as u32)).collect();
    let weight = |value: u32| (frequencies[value as usize] as f64).ln() - total_log;

    let mut words: Vec<trie::Word> = Vec::new();
    let mut first_values = vec![0u32; chars.len()];
    let mut unreachable = String::new();
    for (word, freq) in entries {
        let value = values[freq];
        if !is_reachable(&word) {
            writeln!(unreachable, "{word} {freq}").unwrap();
            continue;
        }
        let word: Vec<u16> = word.chars().map(code_of).collect();
        match word[..] {
            [only] => first_values[only as usize] = value,
            _ => words.push((word, value)),
        }
    }
    words.sort();
    let trie = trie::build(&words, chars.len());

    // Row 0 rejects everything, row 1 nothing.
    let mut rows = vec![0u64; ROW_BITS / 64];
    rows.resize(2 * ROW_BITS / 64, u64::MAX);
    let mut row_of = vec![0u32; chars.len()];
    for word in words.chunk_by(|a, b| a.0[0] == b.0[0]) {
        let first = word[0].0[0] as usize;
        if first >= ROWS {
            row_of[first] = (ROW_BITS / 64) as u32;
            continue;
        }
        row_of[first] = rows.len() as u32;
        let mut row = [0u64; ROW_BITS / 64];
        word.iter().map(|(codes, _)| codes[1] as usize % ROW_BITS).for_each(|bit| row[bit / 64] |= 1 << (bit % 64));
        rows.extend(row);
    }

    let mut firsts: Vec<u64> = Vec::new();
    for code in 0..chars.len() {
        // A character that begins no word is cut off with the weight of frequency 1.
        let weight = match first_values[code] {
            0 if trie.bases[code] == 0 => 0.0 - total_log,
            0 => f64::NEG_INFINITY,
            value => weight(value),
        };
        firsts.extend([weight.to_bits(), u64::from(trie.bases[code]) | u64::from(row_of[code]) << 32]);
    }
    let scores: Vec<f64> = (0..frequencies.len() as u32).map(weight).collect();
    let mut hmm: Vec<f64> = model.start.to_vec();
    hmm.extend(model.transitions.as_flattened());
    for (code, c) in chars.iter().enumerate() {
        let known = model.emissions.get(c).filter(|_| code >= first_free);
        hmm.extend(known.unwrap_or(&[MIN_SCORE; 4]));
    }

    let big_endian = std::env::var("CARGO_CFG_TARGET_ENDIAN").is_ok_and(|endian| endian == "big");
    macro_rules! save {
        ($name:literal, $numbers:expr) => {
            let bytes: Vec<u8> =
                $numbers.iter().flat_map(|n| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() }).collect();
            std::fs::write(out.join($name), bytes).expect("OUT_DIR is writable");
        };
    }
    save!("codes.bin", codes);
    save!("rare.bin", rare.iter().flat_map(|(&c, &code)| [c, u32::from(code)]).collect::<Vec<_>>());
    save!("chars.bin", chars.iter().map(|&c| c as u32).collect::<Vec<_>>());
    save!("firsts.bin", firsts);
    save!("first_values.bin", first_values);
    save!("labels.bin", trie.labels);
    save!("nodes.bin", trie.nodes);
    save!("rows.bin", rows);
    save!("weights.bin", scores);
    save!("frequencies.bin", frequencies);
    save!("hmm.bin", hmm);
    std::fs::write(out.join("unreachable.txt"), unreachable).expect("OUT_DIR is writable");

    let mut hasher = blake3::Hasher::new();
    entries.iter().for_each(|(word, freq)| _ = hasher.update(format!("{word} {freq}\n").as_bytes()));
    hmm.iter().for_each(|score| _ = hasher.update(&score.to_bits().to_le_bytes()));
    let source = format!(
        "/// The sum of all frequencies.\npub const TOTAL: u64 = {total};\n\
         /// The hash of the words, their frequencies and the model.\npub const HASH: &str = \"{}\";\n\
         /// How many bits a row has.\npub const ROW_BITS: usize = {ROW_BITS};\n",
        hasher.finalize().to_hex()
    );
    std::fs::write(out.join("dictionary.rs"), source).expect("OUT_DIR is writable");
}
