//! Prints how well articles are extracted from labelled pages: `GONGXUN_DATA=… cargo run --example extraction_figures`.
//!
//! `GONGXUN_DATA` names a folder with `extraction/{html,ref}` and `fields/{html,gold.jsonl,not-articles}`. With a part
//! of a page's name as argument, prints that page's article and its reference.

#[path = "../tests/support/figures.rs"]
mod figures;

use std::path::{Path, PathBuf};

fn main() {
    let Some(data) = std::env::var_os("GONGXUN_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: the figures need GONGXUN_DATA");
        return;
    };
    match std::env::args().nth(1) {
        Some(part) => show(&data, &part),
        None => print(&data),
    }
}

fn print(data: &Path) {
    const WORST: usize = 20;
    let bodies = figures::bodies(data);
    let (f1, precision, recall) = bodies.mean();
    println!("extraction, {} pages, {} without an article", bodies.pages.len(), bodies.rejected.len());
    println!("  body       F1 {f1:.4}  precision {precision:.4}  recall {recall:.4}");
    println!("  title      {:.4}", bodies.titles as f64 / bodies.pages.len().max(1) as f64);
    let labels = figures::labels(data);
    println!("extraction, labelled by hand");
    for field in &labels {
        println!("  {:<10} {:.4} ({} of {})", field.name, field.share(), field.right, field.all);
    }
    let (fields, body) = figures::fields(data);
    println!("fields, {} pages", fields[0].all);
    for field in &fields {
        println!("  {:<12} {:.4}", field.name, field.share());
    }
    println!("  body F1      {body:.4}");
    let (pages, lists) = figures::lists(data);
    println!("  lists read as pages without an article: {pages} of {lists}");
    println!("\nthe worst bodies");
    for (f, p, r, name) in bodies.pages.iter().take(WORST) {
        println!("  F1 {f:.3}  precision {p:.3}  recall {r:.3}  {name}");
    }
    println!("wrong titles");
    for (name, found, wanted) in &bodies.wrong_titles {
        println!("  {found} | {wanted} | {name}");
    }
    println!("wrong fields");
    for wrong in labels.iter().chain(&fields).flat_map(|f| &f.wrong) {
        println!("  {wrong}");
    }
}

fn show(data: &Path, part: &str) {
    for folder in ["extraction/html", "fields/html", "fields/not-articles"] {
        for path in figures::files(&data.join(folder)).into_iter().filter(|p| p.to_string_lossy().contains(part)) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            match figures::read(&path) {
                Ok(article) => {
                    println!("== {name}\n{}", serde_json::to_string_pretty(&article).unwrap_or_default());
                    let (title, body) = figures::reference(&data.join("extraction/ref").join(format!("{name}.txt")));
                    println!("-- reference: {title}\n{body}");
                }
                Err(rejection) => println!("== {rejection}"),
            }
        }
    }
}
