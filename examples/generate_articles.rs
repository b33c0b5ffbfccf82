//! Writes a number of invented articles, as JSON-lines files of 10,000 each, and measures how their vocabulary grows.
//!
//! ```console
//! $ cargo run --release --example generate_articles -- 1000000 generated
//! $ cargo run --release --example generate_articles -- --measure generated/000000.jsonl
//! ```
//!
//! Words of the built-in dictionary are drawn by their frequencies (Zipf's law comes with them). A text takes up its
//! own words again, as texts do; a word is often followed by the same few; and a share of the words are names, numbers
//! and words that no dictionary has, drawn from an endless list with a long tail, so that the vocabulary never stops
//! growing (Heaps' law). Three in a hundred articles are copies of one shortly before them, under another source and up
//! to three days later. The same count gives the same articles, and a larger one begins with them.

use std::collections::HashSet;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use gongxun_text::fold::{fold, is_han};
use gongxun_text::random::Random;
use gongxun_text::segment::{Hmm, Segmenter};
use serde_json::{Value, json};

/// The number of articles in a file.
const OF_A_FILE: usize = 10_000;
/// The average length of a body in characters: 1.5 KB.
const BODY: usize = 500;
/// The percentage of words that repeat a word of the same text.
const REPEATED: usize = 30;
/// The percentage of words that are one of the few that follow the word before.
const FOLLOWING: usize = 62;
/// The percentage of words that are names, or in no dictionary.
const OPEN: usize = 1;
/// The percentage of words that are numbers.
const NUMBERS: usize = 2;
/// The percentage of articles that are copies.
const COPIES: usize = 3;
/// The number of words that follow a word more often than others.
const FOLLOWERS: usize = 4;
/// The greatest distance of a copy from its original, in articles.
const COPIED_FROM: usize = 500;
/// The exponent of the endless list's long tail: the share of words beyond rank r falls as r to the power of minus
/// this.
const TAIL: f64 = 0.45;
/// The rank at which the tail begins.
const TAIL_FROM: f64 = 200.0;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--measure", file] => measure(Path::new(file)),
        [count, folder] => generate(count.parse()?, Path::new(folder)),
        _ => Err("say how many articles, and the folder to write them to; or --measure FILE".into()),
    }
}

fn generate(count: usize, folder: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let mut author = Author::new();
    let mut recent: Vec<Value> = Vec::new();
    let mut text_bytes = 0;
    for file in 0..count.div_ceil(OF_A_FILE) {
        let mut out = BufWriter::new(File::create(folder.join(format!("{file:06}.jsonl")))?);
        for n in file * OF_A_FILE..count.min((file + 1) * OF_A_FILE) {
            let mut article = author.article(n);
            if author.random.below(100) < COPIES && !recent.is_empty() {
                let original = &recent[author.random.below(recent.len())];
                article["title"] = original["title"].clone();
                article["body"] = original["body"].clone();
                article["date"] = original["date"].clone();
            }
            text_bytes += ["title", "body"].iter().filter_map(|f| article[f].as_str()).map(str::len).sum::<usize>();
            writeln!(out, "{article}")?;
            match recent.len() {
                COPIED_FROM => recent[n % COPIED_FROM] = article,
                _ => recent.push(article),
            }
        }
        out.flush()?;
    }
    println!("{count} articles, {:.1} MB of titles and bodies", text_bytes as f64 / 1e6);
    Ok(())
}

/// The generator of articles.
struct Author {
    random: Random,
    words: Vec<String>,
    /// The sums of the words' frequencies up to each.
    sums: Vec<u64>,
    /// The characters of words that no dictionary has, the frequent ones first.
    characters: Vec<char>,
}

impl Author {
    fn new() -> Author {
        let mut words = Segmenter::builtin().words();
        words.retain(|(word, _)| word.chars().all(is_han));
        words.sort();
        let mut counts: std::collections::HashMap<char, u64> = std::collections::HashMap::new();
        for (word, frequency) in &words {
            word.chars().for_each(|c| *counts.entry(c).or_default() += *frequency);
        }
        let mut characters: Vec<(u64, char)> = counts.into_iter().map(|(c, count)| (count, c)).collect();
        characters.sort_unstable_by(|a, b| b.cmp(a));
        let mut sum = 0;
        let sums = words.iter().map(|(_, frequency)| {
            sum += *frequency;
            sum
        });
        Author {
            random: Random::new(1),
            sums: sums.collect(),
            words: words.into_iter().map(|(word, _)| word).collect(),
            characters: characters.into_iter().map(|(_, c)| c).take(3_000).collect(),
        }
    }

    fn article(&mut self, n: usize) -> Value {
        let mut own = Vec::new();
        let (mut title, mut body) = (String::new(), String::new());
        while title.chars().count() < 14 {
            let word = self.word(&mut own);
            title.push_str(&word);
        }
        let length = BODY / 2 + self.random.below(BODY);
        let mut written = 0;
        while written < length {
            for _ in 0..3 {
                written += self.sentence(&mut body, &mut own);
            }
            body.push('\n');
        }
        let sources = ["工人日报", "劳动观察", "职工之声", "南岭晚报", "浔南都市报", "东原工人报"];
        let (source, station) = (sources[self.random.below(6).min(self.random.below(6))], self.random.below(40));
        let date = format!(
            "{}-{:02}-{:02}T{:02}:{:02}:00+08:00",
            2005 + self.random.below(20),
            1 + self.random.below(12),
            1 + self.random.below(28),
            6 + self.random.below(17),
            self.random.below(60)
        );
        json!({
            "id": n.to_string(), "title": title, "date": date, "source": format!("第{station}站-{source}"),
            "editor": self.name(300), "authors": [self.name(2_000)], "body": body.trim_end(),
        })
    }

    /// Writes a sentence and returns its length in characters.
    fn sentence(&mut self, body: &mut String, own: &mut Vec<String>) -> usize {
        let mut length = 0;
        let clauses = 1 + self.random.below(4);
        for clause in 0..clauses {
            for _ in 0..4 + self.random.below(6) {
                let word = self.word(own);
                length += word.chars().count();
                body.push_str(&word);
            }
            body.push(if clause + 1 == clauses { '。' } else { '，' });
            length += 1;
        }
        length
    }

    fn word(&mut self, own: &mut Vec<String>) -> String {
        let share = self.random.below(100);
        if share < REPEATED && !own.is_empty() {
            return own[self.random.below(own.len())].clone();
        }
        let word = match (share - share.min(REPEATED), own.last()) {
            (share, Some(last)) if share < FOLLOWING => {
                let rank = self.random.below(FOLLOWERS).min(self.random.below(FOLLOWERS)) as u64;
                let seed = last.bytes().fold(rank, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
                let mut follower = Random::new(seed);
                follower.below(2);
                self.word_at(unit(&mut follower))
            }
            (share, _) if share < FOLLOWING + OPEN => self.open_word(),
            (share, _) if share < FOLLOWING + OPEN + NUMBERS => self.random.below(3_000).to_string(),
            _ => {
                let at = unit(&mut self.random);
                self.word_at(at)
            }
        };
        own.push(word.clone());
        word
    }

    /// Returns the word of the dictionary at this share of all frequencies.
    fn word_at(&self, share: f64) -> String {
        let sum = self.sums.last().copied().unwrap_or(1);
        let at = ((share * sum as f64) as u64).min(sum - 1);
        self.words[self.sums.partition_point(|end| *end <= at)].clone()
    }

    /// Returns a word of the endless list.
    fn open_word(&mut self) -> String {
        let rank = TAIL_FROM * ((1.0 - unit(&mut self.random)).powf(-1.0 / TAIL) - 1.0);
        self.spell(rank.min(1e15) as u64)
    }

    /// Returns the word of a rank: two to four characters, always the same ones.
    fn spell(&self, rank: u64) -> String {
        let mut spelling = Random::new(rank.wrapping_add(7));
        spelling.below(2);
        let length = 2 + spelling.below(5).min(spelling.below(3));
        let character = |random: &mut Random| {
            // The square makes the frequent characters more frequent.
            let unit = random.below(1 << 20) as f64 / f64::from(1 << 20);
            self.characters[(unit * unit * self.characters.len() as f64) as usize]
        };
        (0..length).map(|_| character(&mut spelling)).collect()
    }

    fn name(&mut self, of: usize) -> String {
        let surnames: Vec<char> = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗".chars().collect();
        let rank = self.random.below(of).min(self.random.below(of));
        let given: String = self.spell(rank as u64).chars().take(2).collect();
        format!("{}{given}", surnames[rank % surnames.len()])
    }
}

/// Returns a random number from 0 to 1, excluding 1.
fn unit(random: &mut Random) -> f64 {
    let bits = (random.below(1 << 26) as u64) << 26 | random.below(1 << 26) as u64;
    bits as f64 / (1u64 << 52) as f64
}

/// Prints the numbers of distinct words and pairs of characters after a number of articles.
fn measure(file: &Path) -> Result<(), Box<dyn Error>> {
    let segmenter = Segmenter::builtin();
    let (mut words, mut pairs) = (HashSet::new(), HashSet::new());
    let (mut count_words, mut count_pairs, mut next) = (0u64, 0u64, 100);
    println!("articles  words       different  pairs       different");
    for (n, line) in (1..).zip(BufReader::new(File::open(file)?).lines()) {
        let article: Value = serde_json::from_str(&line?)?;
        let text = fold(article["body"].as_str().unwrap_or(""));
        let mut tokens = Vec::new();
        segmenter.cut(&text, Hmm::On, &mut tokens);
        for token in tokens {
            let word = &text[token.start as usize..token.end as usize];
            if word.chars().all(is_han) {
                count_words += 1;
                if !words.contains(word) {
                    words.insert(word.to_string());
                }
            }
        }
        let characters: Vec<char> = text.chars().collect();
        for pair in characters.windows(2).filter(|pair| pair.iter().all(|c| is_han(*c))) {
            count_pairs += 1;
            pairs.insert((pair[0], pair[1]));
        }
        if n == next {
            println!("{n:8}  {count_words:10}  {:9}  {count_pairs:10}  {:9}", words.len(), pairs.len());
            next = if n.to_string().starts_with('1') { n * 3 } else { n / 3 * 10 };
        }
    }
    Ok(())
}
