//! Prints how much of damaged text is restored: articles are damaged with random tables, repaired and compared.
//!
//! Needs `GONGXUN_DATA` (a folder with `scale/cctv.jsonl`). Usage: `cargo run --release --example repair_figures
//! [ARTICLES [OFFSET]]`. Another offset chooses other articles and other tables: what is developed with one is measured
//! with another. For a closer look: `SHOW=20` prints so many lines of each row that have an unmarked wrong character,
//! with `ALL=1` any; `UNSEEN=1` the articles whose damage is not seen; `ROWS=TEXT` only the rows whose name contains it,
//! `ROWS==TEXT` the one whose name it is.

use std::time::Instant;

use gongxun_text::fold::fold;
use gongxun_text::repair::{RepairedPage, repair_page};

#[path = "../tests/support/damage.rs"]
mod damage;

use damage::{Decoder, Marks, Mirror, Tones};

/// The number of articles that share one random table.
const ARTICLES_A_TABLE: usize = 50;
/// The number of tables that one offset may use.
const SEEDS: usize = 1000;
/// The bounds of the steps of confidence at which it is compared with the outcome.
const BOUNDS: [f32; 7] = [0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 1.001];

fn main() {
    let sample: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(2000);
    let offset: usize = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(0);
    let show: usize = std::env::var("SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let Some(data) = std::env::var_os("GONGXUN_DATA") else {
        eprintln!("SKIPPED: repair_figures needs GONGXUN_DATA");
        return;
    };
    let file = std::path::Path::new(&data).join("scale/cctv.jsonl");
    let text = std::fs::read_to_string(&file).expect("scale/cctv.jsonl can be read");
    let articles: Vec<Vec<String>> = text.lines().filter_map(lines_of).collect();

    if std::env::var_os("ROWS").is_none() {
        untouched(&articles);
    }
    let frequent = damage::frequent(articles.iter().flatten().map(String::as_str));
    let step = (articles.len() / sample.max(1)).max(1);
    let chosen: Vec<&Vec<String>> = articles.iter().skip(offset).step_by(step).take(sample).collect();
    println!("{} articles, compared after folding", chosen.len());
    println!(
        "| table | whole | wrong in 10,000 | of these not marked | lost in 10,000 | marked in 10,000 | seen | confidence | MB/s |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let wanted = std::env::var("ROWS").ok();
    let mut calibration = Calibration::default();
    for (name, change) in mirrors() {
        for size in [60, 114, 200, 400] {
            let name = format!("{size} {name}");
            let is_wanted = |part: &String| part.strip_prefix('=').map_or(name.contains(part), |whole| name == whole);
            if wanted.as_ref().is_some_and(|part| !is_wanted(part)) {
                continue;
            }
            let first_seed = (offset * SEEDS) as u64;
            row(&name, &chosen, show, &mut calibration, |seed| change(&frequent, size, first_seed + seed));
        }
    }
    calibration.print();
}

type Change = Box<dyn Fn(&[char], usize, u64) -> Mirror>;

/// Returns the kinds of mirrors: the first script, and those that differ from it in one way or in two.
fn mirrors() -> Vec<(&'static str, Change)> {
    let mirror = |tones, traditional, blank, marks, decoder| -> Change {
        Box::new(move |frequent: &[char], size, seed| Mirror {
            marks,
            decoder,
            ..Mirror::random(frequent, size, tones, traditional, blank, seed)
        })
    };
    use Decoder::{KnownPairs, Pairs, PrivateLost, SingleBytes};
    use Marks::{Characters, Full, Half, Swallowed};
    use Tones::{Marked, None};
    vec![
        ("toned", mirror(Marked, true, false, Characters, Pairs)),
        ("toned, private lost", mirror(Marked, true, false, Characters, PrivateLost)),
        ("toned, marks half", mirror(Marked, true, false, Half, Pairs)),
        ("toned, marks half, private lost", mirror(Marked, true, false, Half, PrivateLost)),
        ("toned, marks full", mirror(Marked, true, false, Full, Pairs)),
        ("toned, marks full, private lost", mirror(Marked, true, false, Full, PrivateLost)),
        ("toneless", mirror(None, true, false, Characters, Pairs)),
        ("toned, blank", mirror(Marked, true, true, Characters, Pairs)),
        ("toned, no step 1", mirror(Marked, false, false, Characters, Pairs)),
        ("toned, marks swallowed", mirror(Marked, true, false, Swallowed, Pairs)),
        ("toned, private as holes", mirror(Marked, true, false, Characters, KnownPairs)),
        ("toned, ASCII kept", mirror(Marked, true, false, Characters, SingleBytes)),
    ]
}

fn untouched(articles: &[Vec<String>]) {
    let started = Instant::now();
    let untouched = articles.iter().filter(|a| repair(a).is_none()).count();
    let bytes: usize = articles.iter().flatten().map(String::len).sum();
    println!(
        "undamaged articles left byte-identical: {untouched} of {}, {:.0} MB/s",
        articles.len(),
        bytes as f64 / 1e6 / started.elapsed().as_secs_f64()
    );
}

/// The calibration of the confidence that repairs report.
#[derive(Default)]
struct Calibration {
    /// For each step of confidence: the number of articles, of whole ones, and of those without a wrong character (some
    /// may be lost), and the sum of the confidence.
    steps: [(usize, usize, usize, f64); BOUNDS.len() - 1],
}

impl Calibration {
    fn note(&mut self, confidence: f32, is_whole: bool, is_right: bool) {
        let step = BOUNDS.windows(2).position(|b| (b[0]..b[1]).contains(&confidence)).unwrap_or(0);
        let (all, whole, right, said) = &mut self.steps[step];
        *all += 1;
        *right += usize::from(is_right);
        *whole += usize::from(is_whole);
        *said += f64::from(confidence);
    }

    fn print(&self) {
        println!("| confidence | articles | mean confidence | share right | share whole |");
        println!("| --- | --- | --- | --- | --- |");
        for (bounds, (all, whole, right, said)) in BOUNDS.windows(2).zip(self.steps) {
            let n = all.max(1) as f64;
            println!(
                "| {} to {} | {all} | {:.3} | {:.3} | {:.3} |",
                bounds[0],
                bounds[1].min(1.0),
                said / n,
                right as f64 / n,
                whole as f64 / n
            );
        }
    }
}

/// The outcome of a row's articles.
#[derive(Default)]
struct Sums {
    characters: usize,
    whole: usize,
    wrong: usize,
    unmarked: usize,
    lost: usize,
    marked: usize,
    seen: usize,
    confidence: f64,
    bytes: usize,
    seconds: f64,
}

fn row(
    name: &str,
    articles: &[&Vec<String>],
    mut show: usize,
    calibration: &mut Calibration,
    mirror: impl Fn(u64) -> Mirror,
) {
    let mut sums = Sums::default();
    for (number, group) in articles.chunks(ARTICLES_A_TABLE).enumerate() {
        let mirror = mirror(number as u64 + 1);
        for article in group {
            let damaged: Vec<String> = article.iter().map(|line| damage::damage(line, &mirror)).collect();
            sums.bytes += damaged.iter().map(String::len).sum::<usize>();
            let started = Instant::now();
            let page = repair(&damaged);
            sums.seconds += started.elapsed().as_secs_f64();
            if page.is_none() && std::env::var_os("UNSEEN").is_some() {
                println!("unseen: {damaged:?}");
            }
            let is_seen = page.is_some();
            let page = page.unwrap_or_else(|| RepairedPage {
                uncertain: vec![Vec::new(); damaged.len()],
                lines: damaged.clone(),
                repairs: Vec::new(),
            });
            let (mut is_whole, mut is_right) = (true, true);
            for (at, (line, found)) in article.iter().zip(&page.lines).enumerate() {
                let (wanted, folded) = (fold(line), fold(found));
                sums.characters += wanted.chars().count();
                sums.marked += page.uncertain[at].iter().map(ExactSizeIterator::len).sum::<usize>();
                if folded == wanted {
                    continue;
                }
                is_whole = false;
                let difference = Difference::of(&wanted, &folded, &page.uncertain[at]);
                is_right &= difference.wrong == 0;
                sums.wrong += difference.wrong;
                sums.unmarked += difference.unmarked;
                sums.lost += difference.lost;
                if show > 0 && (difference.unmarked > 0 || std::env::var_os("ALL").is_some()) {
                    show -= 1;
                    println!("{} {:?}", shown(&wanted, &folded, &damaged[at]), page.uncertain[at]);
                }
            }
            sums.whole += usize::from(is_whole);
            sums.seen += usize::from(is_seen);
            if let Some(repair) = page.repairs.first() {
                sums.confidence += f64::from(repair.confidence);
                calibration.note(repair.confidence, is_whole, is_right);
            }
        }
    }
    let share = |part: usize, of: usize| 100.0 * part as f64 / of as f64;
    let in_ten_thousand = |part: usize| 10_000.0 * part as f64 / sums.characters as f64;
    println!(
        "| {name} | {:.2} % | {:.2} | {:.2} | {:.2} | {:.1} | {:.2} % | {:.3} | {:.1} |",
        share(sums.whole, articles.len()),
        in_ten_thousand(sums.wrong),
        in_ten_thousand(sums.unmarked),
        in_ten_thousand(sums.lost),
        in_ten_thousand(sums.marked),
        share(sums.seen, articles.len()),
        sums.confidence / articles.len() as f64,
        sums.bytes as f64 / 1e6 / sums.seconds
    );
}

/// The differences in a line: wrong characters, those of them that are not marked as uncertain, and places reported as
/// lost.
struct Difference {
    wrong: usize,
    unmarked: usize,
    lost: usize,
}

impl Difference {
    fn of(wanted: &str, found: &str, uncertain: &[std::ops::Range<usize>]) -> Difference {
        let (wanted, found): (Vec<char>, Vec<char>) = (wanted.chars().collect(), found.chars().collect());
        let start = wanted.iter().zip(&found).take_while(|(a, b)| a == b).count();
        let (a, b) = (&wanted[start..], &found[start..]);
        let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
        let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
        let mut difference = Difference { wrong: 0, unmarked: 0, lost: 0 };
        let is_marked = |from: usize, to: usize| uncertain.iter().any(|u| u.start < to && from < u.end);
        if a.len() == b.len() {
            for (at, (_, y)) in a.iter().zip(b).enumerate().filter(|(_, (x, y))| x != y) {
                let is_lost = *y == '\u{FFFD}';
                difference.lost += usize::from(is_lost);
                difference.wrong += usize::from(!is_lost);
                difference.unmarked += usize::from(!is_lost && !is_marked(start + at, start + at + 1));
            }
        } else {
            // Characters too many or too few: their places can't be told from those of other differences.
            let lost = b.iter().filter(|c| **c == '\u{FFFD}').count();
            let wrong = a.len().max(b.len()).saturating_sub(common(a, b) + lost);
            difference.lost += lost;
            difference.wrong += wrong;
            difference.unmarked += if is_marked(start.saturating_sub(1), start + b.len() + 1) { 0 } else { wrong };
        }
        difference
    }
}

/// Formats the first difference of two texts, with a little context, and roughly the same place of the damaged line.
fn shown(wanted: &str, found: &str, damaged: &str) -> String {
    let start = wanted.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let piece = |text: &str, from: usize, length: usize| text.chars().skip(from).take(length).collect::<String>();
    let glosses = damaged.chars().count() as f64 / found.chars().count().max(1) as f64;
    let from = (start as f64 * glosses) as usize;
    format!(
        "{start}: want …{}… got …{}… from …{}…",
        piece(wanted, start.saturating_sub(8), 20),
        piece(found, start.saturating_sub(8), 20),
        piece(damaged, from.saturating_sub(30), 60)
    )
}

fn repair(lines: &[String]) -> Option<RepairedPage> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    repair_page(&lines)
}

fn lines_of(json: &str) -> Option<Vec<String>> {
    let article: serde_json::Value = serde_json::from_str(json).ok()?;
    let title = article["title"].as_str()?.to_string();
    let body = article["body"].as_str()?;
    Some(std::iter::once(title).chain(body.lines().map(str::to_string)).collect())
}

/// Returns the number of characters that two texts have in common, in order.
fn common(a: &[char], b: &[char]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (at, y) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if x == y { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[b.len()]
}
