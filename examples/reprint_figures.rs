//! Measures the detection of reprints. Prints a table: of copies made of real articles (cut, changed, with boilerplate
//! around them) the share that is found among all others; and every join among the real articles themselves.
//!
//! ```text
//! GONGXUN_DATA=… cargo run --release --example reprint_figures
//! ```

#[path = "../tests/support/data.rs"]
mod data;
#[path = "../tests/support/reprints.rs"]
mod reprints;

use gongxun_core::reprint::{PACKED, Packed, similarity};
use reprints::{Evidence, Kind};

/// The number of copies of each kind.
const COPIES: usize = 400;

fn main() {
    let Some(path) = data::data("scale/cctv.jsonl") else { return };
    let articles = reprints::articles(&path);
    let (packed, speed) = reprints::fingerprints(&articles);
    let share = packed.len() as f64 / reprints::bytes(&articles) as f64;
    println!("{} articles; fingerprints at {speed:.0} MB/s, {share:.3} times the text\n", articles.len());

    println!(
        "{:<14}{:>8}{:>16}{:>12}{:>22}",
        "copies found", "goal", "title and day", "title only", "other title, 7 days"
    );
    for (kind, goal) in Kind::ALL.into_iter().zip([99, 90, 95, 99]) {
        let found = Evidence::ALL.map(|evidence| {
            let found = reprints::recall(&articles, &packed, kind, evidence, COPIES);
            format!("{:.1} %", found as f64 / COPIES as f64 * 100.0)
        });
        println!(
            "{:<14}{:>8}{:>16}{:>12}{:>22}",
            format!("{kind:?}"),
            format!("{goal} %"),
            found[0],
            found[1],
            found[2]
        );
    }

    let start = std::time::Instant::now();
    let clusters = reprints::clusters(&packed, &articles.iter().collect::<Vec<_>>());
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "\nclusters of {} fingerprints in {seconds:.2} s; {} clusters:",
        packed.len() / PACKED,
        clusters.groups.len()
    );
    for group in &clusters.groups {
        println!();
        for number in group {
            let article = &articles[*number as usize];
            let date = article.date.map(|date| date.to_string()).unwrap_or_default();
            let similar = similarity(&Packed::at(&packed, group[0]), &Packed::at(&packed, *number));
            let head: String = article.body.chars().filter(|c| *c != '\n').skip(12).take(60).collect();
            println!("  {similar:.2}  {date}  {}  {head}…", article.title);
        }
    }
}
