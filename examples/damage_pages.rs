//! Damages page dumps as mirrors do, for the sample corpus: `damage_pages IN OUT` with clean dumps in IN. Each page
//! gets a gloss table of its own, by its place in the folder: from 60 entries to 400, with and without tones.

#[path = "../tests/support/damage.rs"]
mod damage;

use std::fs;
use std::path::PathBuf;

use damage::{Mirror, Tones};

/// Size of the table, tones, Traditional Chinese characters, a blank before the closing bracket.
const MIRRORS: [(usize, Tones, bool, bool); 5] = [
    (60, Tones::Marked, true, false),
    (200, Tones::Marked, true, false),
    (60, Tones::None, true, true),
    (400, Tones::Marked, true, false),
    (120, Tones::None, false, false),
];

fn main() -> std::io::Result<()> {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [from, to] = folders.as_slice() else { panic!("usage: damage_pages IN OUT") };
    let mut files: Vec<PathBuf> = fs::read_dir(from)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.sort();
    fs::create_dir_all(to)?;
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
    let frequent = damage::frequent(texts.iter().map(String::as_str));
    for (at, (file, text)) in files.iter().zip(&texts).enumerate() {
        let (size, tones, traditional, blank) = MIRRORS[at % MIRRORS.len()];
        let mirror = Mirror::random(&frequent, size, tones, traditional, blank, at as u64 + 1);
        let lines: Vec<String> = text.lines().map(|line| damage::damage(line, &mirror)).collect();
        fs::write(to.join(file.file_name().unwrap_or_default()), lines.join("\n") + "\n")?;
        println!("{} table of {size}, {tones:?}, traditional {traditional}, blank {blank}", file.display());
    }
    Ok(())
}
