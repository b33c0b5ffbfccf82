//! Segmentation compared with jieba-rs on the same text with the same dictionary in one run: MB/s of both and their
//! ratio.
//!
//! The text is `scale/cctv.jsonl` below the folder that GONGXUN_DATA names; without it, words of the dictionary drawn
//! by their frequencies, with punctuation.

#[path = "../tests/support/archive.rs"]
mod archive;
#[path = "../tests/support/news.rs"]
mod news;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use gongxun_text::fold::fold;
use gongxun_text::segment::{Hmm, Segmenter, Token};
use jieba_rs::Jieba;

/// The volume of text of one pass, in bytes.
const BYTES: usize = 6 << 20;
/// The number of timed passes of each, taking turns; the medians are compared.
const ROUNDS: usize = 9;

fn main() {
    let start = Instant::now();
    let segmenter = Segmenter::builtin();
    let mut tokens = Vec::new();
    segmenter.cut("工会", Hmm::On, &mut tokens);
    println!("built-in dictionary, from nothing to the first word: {:.1} µs", start.elapsed().as_secs_f64() * 1e6);

    let texts = real_texts().unwrap_or_else(|| {
        eprintln!("GONGXUN_DATA is not set: the text is generated");
        news::generated_texts(BYTES)
    });
    let mut jieba = Jieba::empty();
    for (word, freq) in segmenter.words() {
        jieba.add_word(&word, Some(freq as usize), None);
    }
    print_ratios(&segmenter, &jieba, &texts);

    let mut criterion = Criterion::default().configure_from_args();
    let sample: Vec<&String> = texts.iter().take(300).collect();
    for (mode, search, hmm) in MODES {
        let mut group = criterion.benchmark_group(format!("segment/{mode}"));
        group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::Bytes(sample.iter().map(|text| text.len() as u64).sum()));
        group.bench_function(BenchmarkId::from_parameter("gongxun"), |b| {
            b.iter(|| sample.iter().for_each(|text| ours(&segmenter, text, search, hmm, &mut tokens)));
        });
        group.bench_function(BenchmarkId::from_parameter("jieba-rs"), |b| {
            b.iter(|| sample.iter().for_each(|text| stock(&jieba, text, search, hmm)));
        });
        group.finish();
    }
    criterion.final_summary();
}

const MODES: [(&str, bool, Hmm); 4] = [
    ("cut, HMM on", false, Hmm::On),
    ("cut, HMM off", false, Hmm::Off),
    ("search, HMM on", true, Hmm::On),
    ("search, HMM off", true, Hmm::Off),
];

fn ours(segmenter: &Segmenter, text: &str, search: bool, hmm: Hmm, tokens: &mut Vec<Token>) {
    if search {
        segmenter.cut_for_search(text, hmm, tokens)
    } else {
        segmenter.cut(text, hmm, tokens)
    }
    black_box(tokens.len());
}

fn stock(jieba: &Jieba, text: &str, search: bool, hmm: Hmm) {
    let hmm = hmm == Hmm::On;
    let tokens = if search { jieba.cut_for_search(text, hmm) } else { jieba.cut(text, hmm) };
    black_box(tokens.len());
}

fn print_ratios(segmenter: &Segmenter, jieba: &Jieba, texts: &[String]) {
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{:.1} MB of folded text in {} articles, medians of {ROUNDS} rounds", bytes as f64 / 1e6, texts.len());
    println!("{:<16} {:>12} {:>12} {:>7}", "", "gongxun MB/s", "jieba-rs MB/s", "ratio");
    let mut tokens = Vec::new();
    for (mode, search, hmm) in MODES {
        let (mut us, mut them) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let start = Instant::now();
            texts.iter().for_each(|text| ours(segmenter, text, search, hmm, &mut tokens));
            us.push(start.elapsed());
            let start = Instant::now();
            texts.iter().for_each(|text| stock(jieba, text, search, hmm));
            them.push(start.elapsed());
        }
        let speed = |times: &mut Vec<Duration>| {
            times.sort();
            bytes as f64 / 1e6 / times[times.len() / 2].as_secs_f64()
        };
        let (us, them) = (speed(&mut us), speed(&mut them));
        println!("{mode:<16} {us:>12.1} {them:>12.1} {:>7.2}", us / them);
    }
}

/// Returns folded bodies of the scale file, spread over the whole of it.
fn real_texts() -> Option<Vec<String>> {
    let articles = news::articles(&news::scale_file()?);
    let bytes: usize = articles.iter().map(|article| article["body"].as_str().unwrap_or("").len()).sum();
    let every = (bytes / BYTES).max(1);
    Some(articles.iter().step_by(every).filter_map(|article| Some(fold(article["body"].as_str()?))).collect())
}
