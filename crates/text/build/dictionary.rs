//! The generator of the built-in dictionary: jieba's words and model and the labour lexicon flow in; the flat arrays
//! that `src/segment/dictionary.rs` maps flow out, each in a file of its own.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

#[path = "../src/segment/classes.rs"]
#[expect(dead_code, reason = "the segmenter needs more of it")]
mod classes;
#[path = "../src/segment/nodes.rs"]
#[expect(dead_code, reason = "the segmenter needs more of it")]
mod nodes;
#[path = "../src/segment/trie.rs"]
mod trie;

const DATA: &str = "src/data";

/// The score of an event unseen by the model, as in jieba.
const MIN_SCORE: f64 = -3.14e100;

/// The number of passes over the lexicon's words, each after one of them has changed the dictionary.
const LEXICON_ROUNDS: usize = 4;

/// Writes the arrays to `out`. `fold` is the fold of `src/fold.rs`.
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
    let decoder = ruzstd::decoding::StreamingDecoder::new(&bytes[..]);
    let mut decoder = decoder.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut text = String::new();
    decoder.read_to_string(&mut text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text
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

    // Codes are ordered by the frequency of the character in the words.
    let mut weights: BTreeMap<char, u64> = model.emissions.keys().map(|&c| (c, 0)).collect();
    for (word, freq) in entries.iter().filter(|(word, _)| is_reachable(word)) {
        word.chars().for_each(|c| *weights.entry(c).or_default() += freq);
    }
    let mut by_weight: Vec<(char, u64)> =
        weights.into_iter().filter(|&(c, _)| classes::fixed_code(c) >= classes::UNKNOWN_RARE).collect();
    by_weight.sort_by_key(|&(c, weight)| (std::cmp::Reverse(weight), c));
    // If a fixed code stands for a class, the character listed with it is one of the class.
    let fixed = std::iter::once('\0').chain(classes::ASCII.chars()).chain(['\u{3400}', '\u{4E00}']);
    let chars: Vec<char> = fixed.chain(by_weight.iter().map(|&(c, _)| c)).collect();
    let first_free = classes::UNKNOWN_HAN as usize + 1;
    assert_eq!(chars.len() - by_weight.len(), first_free);
    let mut codes: Vec<u16> =
        (0..=0xFFFF).map(|c| char::from_u32(c).map_or(classes::OUTSIDE, classes::fixed_code)).collect();
    // Characters beyond the Basic Multilingual Plane (the fold maps some to there) are in a sorted list beside the
    // table.
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

    // A word's value is the index of its frequency in the list of frequencies, the commonest first.
    let mut frequencies: BTreeMap<u64, u64> = BTreeMap::new();
    entries.values().for_each(|&freq| *frequencies.entry(freq).or_default() += 1);
    let mut frequencies: Vec<(u64, u64)> = frequencies.into_iter().collect();
    frequencies.sort_by_key(|&(freq, count)| (std::cmp::Reverse(count), freq));
    let frequencies: Vec<u64> = std::iter::once(0).chain(frequencies.into_iter().map(|(freq, _)| freq)).collect();
    assert!(frequencies.len() <= nodes::MAX_VALUE, "more frequencies than values");
    let values: HashMap<u64, u32> = frequencies.iter().enumerate().map(|(at, &freq)| (freq, at as u32)).collect();
    let weight = |value: u32| (frequencies[value as usize] as f64).ln() - total_log;

    let mut words: Vec<(Vec<u16>, u32)> = Vec::new();
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
    let pairs = Pairs::of(&words, chars.len(), &frequencies);

    // A character that begins no word is cut off with the weight of frequency 1.
    let first_weight = |code: usize| match first_values[code] {
        0 if pairs.starts[code] == pairs.starts[code + 1] => 0.0 - total_log,
        0 => f64::NEG_INFINITY,
        value => weight(value),
    };
    let first_weights: Vec<f64> = (0..chars.len()).map(first_weight).collect();
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
    save!("first_weights.bin", first_weights);
    save!("first_values.bin", first_values);
    save!("square.bin", pairs.square);
    save!("pair_starts.bin", pairs.starts);
    save!("pair_codes.bin", pairs.codes);
    save!("pairs.bin", pairs.nodes);
    save!("deep.bin", pairs.deep);
    save!("weights.bin", scores);
    save!("frequencies.bin", frequencies);
    save!("hmm.bin", hmm);
    std::fs::write(out.join("unreachable.txt"), unreachable).expect("OUT_DIR is writable");

    let mut hasher = blake3::Hasher::new();
    entries.iter().for_each(|(word, freq)| _ = hasher.update(format!("{word} {freq}\n").as_bytes()));
    hmm.iter().for_each(|score| _ = hasher.update(&score.to_bits().to_le_bytes()));
    let source = format!(
        "/// The sum of all frequencies.\npub const TOTAL: u64 = {total};\n\
         /// The hash of the words, their frequencies and the model.\npub const HASH: &str = \"{}\";\n",
        hasher.finalize().to_hex()
    );
    std::fs::write(out.join("dictionary.rs"), source).expect("OUT_DIR is writable");
}

/// The words of two or more characters: see `src/segment/nodes.rs`.
struct Pairs {
    /// For each first code the number of its first pair, and at the end the number after the last pair.
    starts: Vec<u32>,
    /// The second code of each pair.
    codes: Vec<u16>,
    nodes: Vec<u64>,
    square: Vec<u64>,
    deep: Vec<u64>,
}

impl Pairs {
    /// Returns the pairs of sorted words of two codes or more.
    fn of(words: &[(Vec<u16>, u32)], chars: usize, frequencies: &[u64]) -> Pairs {
        let (mut starts, mut codes, mut nodes) = (Vec::new(), vec![0u16], vec![0u64]);
        let mut longer: Vec<trie::Word> = Vec::new();
        for pair in words.chunk_by(|a, b| a.0[..2] == b.0[..2]) {
            let number = nodes.len();
            let (first, second) = (pair[0].0[0] as usize, pair[0].0[1]);
            starts.resize(starts.len().max(first + 1), number as u32);
            codes.push(second);
            let mut node = 0;
            for (word, value) in pair {
                match &word[2..] {
                    [] => node = nodes::with_value(node, *value as usize),
                    rest => {
                        node |= nodes::pair_filter(rest[0]);
                        longer.push((number as u32, rest.to_vec(), *value));
                    }
                }
            }
            nodes.push(node);
        }
        starts.resize(chars + 1, nodes.len() as u32);

        let trie = trie::build(&longer, nodes.len(), chars, |value| frequencies[value as usize]);
        let packed = |node: u64| {
            let base = node & 0xFFFF_FFFF;
            assert!(base < nodes::MAX_BASE as u64, "the words need more slots than a base can name");
            base << nodes::BASE_AT
        };
        nodes.iter_mut().zip(&trie.bases).for_each(|(node, &base)| *node |= packed(base.into()));
        let mut deep = vec![nodes::EMPTY; trie.labels.len()];
        let taken = (0..deep.len()).filter(|&slot| trie.labels[slot] != trie::EMPTY);
        let mut parents: HashMap<usize, usize> = HashMap::new();
        for slot in taken.clone() {
            let label = u64::from(trie.labels[slot]) << nodes::LABEL_AT;
            deep[slot] = label | packed(trie.nodes[slot]) | trie.nodes[slot] >> 32;
            parents.insert(nodes::base(deep[slot]), slot);
        }
        parents.remove(&0);
        for slot in taken {
            let label = trie.labels[slot];
            if let Some(&parent) = parents.get(&(slot - label as usize)) {
                deep[parent] |= nodes::deep_filter(label);
            }
        }
        let square = (0..nodes::SQUARE).flat_map(|first| {
            square_row(starts[first] as usize, &codes[starts[first] as usize..starts[first + 1] as usize])
        });
        Pairs { square: square.collect(), starts, codes, nodes, deep }
    }
}

/// Returns the row of the square for a first code with these second codes.
fn square_row(start: usize, seconds: &[u16]) -> [u64; nodes::STRIDE] {
    std::array::from_fn(|word| {
        let span = word * nodes::SPAN..(word + 1) * nodes::SPAN;
        let before = seconds.partition_point(|&code| (code as usize) < span.start);
        let inside = seconds[before..].iter().map(|&code| code as usize).take_while(|code| span.contains(code));
        inside.fold(((start + before) as u64) << nodes::SPAN, |word, code| word | 1 << (code - span.start))
    })
}
