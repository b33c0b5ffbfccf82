//! Prints how much of damaged text comes back: articles are damaged with random tables, repaired and compared.
//!
//! Needs `GONGXUN_DATA` (a folder with `scale/cctv.jsonl`). Usage: `cargo run --release --example repair_figures [ARTICLES]`.
//! For a closer look: `SHOW=20` prints so many lines of each row that do not come back, `UNSEEN=1` the articles whose
//! damage is not seen, `ROWS` names the groups of rows to print, joined by `+` (the empty name is the plain group).

use std::time::Instant;

use gongxun_text::fold::fold;
use gongxun_text::repair::repair_page;

#[path = "../tests/support/damage.rs"]
mod damage;

use damage::{Decoder, Mirror, Tones};

/// How many articles share one random table.
const ARTICLES_A_TABLE: usize = 50;

fn main() {
    let sample: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(2000);
    let show: usize = std::env::var("SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let Some(data) = std::env::var_os("GONGXUN_DATA") else {
        eprintln!("SKIPPED: repair_figures needs GONGXUN_DATA");
        return;
    };
    let file = std::path::Path::new(&data).join("scale/cctv.jsonl");
    let text = std::fs::read_to_string(&file).expect("scale/cctv.jsonl can be read");
    let articles: Vec<Vec<String>> = text.lines().filter_map(lines_of).collect();

    let started = Instant::now();
    let untouched = articles.iter().filter(|a| repair(a).is_none()).count();
    let bytes: usize = articles.iter().flatten().map(String::len).sum();
    println!(
        "undamaged articles left byte-identical: {untouched} of {}, {:.0} MB/s",
        articles.len(),
        bytes as f64 / 1e6 / started.elapsed().as_secs_f64()
    );

    let frequent = damage::frequent(articles.iter().flatten().map(String::as_str));
    let step = (articles.len() / sample.max(1)).max(1);
    let chosen: Vec<&Vec<String>> = articles.iter().step_by(step).take(sample).collect();
    println!("{} articles, folded / as printed", chosen.len());
    println!("| table | characters | whole articles | whole, as printed | seen as damaged | confidence | MB/s |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (name, traditional, blank) in [("", true, false), (", blank", true, true), (", no step 1", false, false)] {
        for tones in [Tones::Marked, Tones::None] {
            if std::env::var("ROWS").is_ok_and(|n| !n.split('+').any(|part| part == name)) {
                continue;
            }
            for size in [60, 200, 400] {
                if !name.is_empty() && size == 200 {
                    continue;
                }
                let toned = if tones == Tones::Marked { "toned" } else { "toneless" };
                row(&format!("{size} {toned}{name}"), &chosen, show, |seed| {
                    Mirror::random(&frequent, size, tones, traditional, blank, seed)
                });
            }
        }
    }
    if std::env::var("ROWS").is_ok_and(|n| !n.contains("other")) {
        return;
    }
    other_mirrors(&frequent, &chosen, show);
}

/// The mirrors that differ in how they read bytes, each with one table size.
fn other_mirrors(frequent: &[char], chosen: &[&Vec<String>], show: usize) {
    for size in [60, 400] {
        let mirror = |seed| Mirror::random(frequent, size, Tones::Marked, true, false, seed);
        row(&format!("{size} toned, punctuation on bytes"), chosen, show, |seed| Mirror {
            bytewise: true,
            ..mirror(seed)
        });
        row(&format!("{size} toned, private pairs lost"), chosen, show, |seed| Mirror {
            decoder: Decoder::KnownPairs,
            ..mirror(seed)
        });
        row(&format!("{size} toned, ASCII kept"), chosen, show, |seed| Mirror {
            decoder: Decoder::SingleBytes,
            ..mirror(seed)
        });
    }
}

fn row(name: &str, articles: &[&Vec<String>], mut show: usize, mirror: impl Fn(u64) -> Mirror) {
    let (mut characters, mut right, mut whole, mut exact, mut seen) = (0, 0, 0, 0, 0);
    let (mut confidence, mut bytes, mut seconds) = (0.0, 0, 0.0);
    for (number, group) in articles.chunks(ARTICLES_A_TABLE).enumerate() {
        let mirror = mirror(number as u64 + 1);
        for article in group {
            let damaged: Vec<String> = article.iter().map(|line| damage::damage(line, &mirror)).collect();
            bytes += damaged.iter().map(String::len).sum::<usize>();
            let started = Instant::now();
            let page = repair(&damaged);
            seconds += started.elapsed().as_secs_f64();
            seen += usize::from(page.is_some());
            if page.is_none() && std::env::var_os("UNSEEN").is_some() {
                println!("unseen: {damaged:?}");
            }
            confidence += page.as_ref().map_or(0.0, |p| p.repairs[0].confidence);
            let repaired = page.map_or_else(|| damaged.clone(), |p| p.lines);
            let mut is_whole = true;
            let mut is_exact = true;
            for ((line, found), hurt) in article.iter().zip(&repaired).zip(&damaged) {
                let (wanted, folded) = (fold(line), fold(found));
                let same = common(&wanted, &folded);
                characters += wanted.chars().count();
                right += same;
                if folded != wanted {
                    is_whole = false;
                    if show > 0 {
                        show -= 1;
                        println!("{}", difference(&wanted, &folded, hurt));
                    }
                }
                is_exact &= found.chars().map(width).eq(line.chars().map(width));
            }
            whole += usize::from(is_whole);
            exact += usize::from(is_exact);
        }
    }
    let share = |part: usize, of: usize| 100.0 * part as f64 / of as f64;
    println!(
        "| {name} | {:.4} % | {:.2} % | {:.2} % | {:.2} % | {:.3} | {:.1} |",
        share(right, characters),
        share(whole, articles.len()),
        share(exact, articles.len()),
        share(seen, articles.len()),
        confidence / articles.len() as f32,
        bytes as f64 / 1e6 / seconds
    );
}

/// Where two texts part, with a little of what stands around, and the same place of the damaged line, roughly.
fn difference(wanted: &str, found: &str, damaged: &str) -> String {
    let start = wanted.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let piece = |text: &str, from: usize, length: usize| text.chars().skip(from).take(length).collect::<String>();
    let glosses = damaged.chars().count() as f64 / found.chars().count().max(1) as f64;
    let from = (start as f64 * glosses) as usize;
    format!(
        "want …{}… got …{}… from …{}…",
        piece(wanted, start.saturating_sub(8), 20),
        piece(found, start.saturating_sub(8), 20),
        piece(damaged, from.saturating_sub(30), 60)
    )
}

/// A character without its width: what the mirrors' second step takes away.
fn width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '　' => ' ',
        c => c,
    }
}

fn repair(lines: &[String]) -> Option<gongxun_text::repair::RepairedPage> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    repair_page(&lines)
}

/// How many characters two texts have in common, in order: those of the longest common beginning and end, and those in
/// between that stand at the same place.
fn common(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let between = a[..a.len() - end].iter().zip(&b[..b.len() - end]).filter(|(x, y)| x == y).count();
    start + end + between
}

fn lines_of(json: &str) -> Option<Vec<String>> {
    let article: serde_json::Value = serde_json::from_str(json).ok()?;
    let title = article["title"].as_str()?.to_string();
    let body = article["body"].as_str()?;
    Some(std::iter::once(title).chain(body.lines().map(str::to_string)).collect())
}
