//! Generates the tables built into the program: see `src/fold.rs`, `src/segment/dictionary.rs` and
//! `src/synonyms/builtin.rs`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;

#[path = "build/dictionary.rs"]
mod dictionary;
#[path = "build/synonyms.rs"]
mod synonyms;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    for shared in ["classes.rs", "nodes.rs", "trie.rs"] {
        println!("cargo::rerun-if-changed=src/segment/{shared}");
    }
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let out = Path::new(&out);
    let (pages, deltas) = fold_table();
    let mut source = String::new();
    writeln!(source, "pub static PAGES: [u8; {}] = {pages:?};", pages.len()).unwrap();
    writeln!(source, "pub static DELTAS: [i32; {}] = {deltas:?};", deltas.len()).unwrap();
    let composed = composed_letters();
    writeln!(source, "pub static COMPOSED: [(char, char, char); {}] = {composed:?};", composed.len()).unwrap();
    std::fs::write(out.join("fold_table.rs"), source).expect("OUT_DIR is writable");

    dictionary::write(out, |c| {
        let delta = pages.get(c as usize >> 8).map_or(0, |&page| deltas[page as usize * 256 + (c as usize & 0xff)]);
        char::from_u32((c as i32 + delta) as u32).unwrap_or(c)
    });
    synonyms::write(out);
}

/// Radicals that Unicode's compatibility mappings leave alone and that copies of PDF have in the place of whole
/// characters (⻋ for 车), with the ideographs that Unicode names as their equivalents.
const RADICALS: &str = "⺅亻⺆冂⺉刂⺊卜⺒巳⺓幺⺖忄⺘扌⺙攵⺛旡⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺦丬⺨犭⺩王⺬示⺭礻⺯糹⺰纟⺲罒⺶羊⺹耂⺻聿⺼肉⺾艹⺿艹⻀艹\
⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾\
⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀";

/// Returns the two-level table of the fold: for each page of 256 characters the number of its block, and the blocks of
/// differences.
fn fold_table() -> (Vec<u8>, Vec<i32>) {
    let to_simplified = simplified_characters();
    let radicals: Vec<char> = RADICALS.chars().collect();
    let radicals: HashMap<char, char> = radicals.chunks(2).map(|pair| (pair[0], pair[1])).collect();
    let step = |c: char| -> char {
        let c = radicals.get(&c).copied().unwrap_or(c);
        let compatible = match c as u32 {
            // Vertical forms and small ones: ︓ is a colon.
            0xFE10..=0xFE19 | 0xFE30..=0xFE4F | 0xFE50..=0xFE6B => single(c.nfkc(), c),
            0x2E80..=0x2FDF | 0x3000 | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x2F800..=0x2FA1F => single(c.nfkc(), c),
            _ => c,
        };
        let small = single(compatible.to_lowercase(), compatible);
        match to_simplified.get(&small).copied().unwrap_or(small) {
            '著' => '着',
            simplified => simplified,
        }
    };
    let fold = |c: char| -> char {
        let mut folded = c;
        for _ in 0..8 {
            let next = step(folded);
            if next == folded {
                break;
            }
            folded = next;
        }
        folded
    };

    let mut blocks: Vec<[i32; 256]> = vec![[0; 256]];
    let mut pages: Vec<u8> = Vec::new();
    for page in 0..0x300u32 {
        let mut block = [0i32; 256];
        for (low, delta) in block.iter_mut().enumerate() {
            if let Some(c) = char::from_u32(page * 256 + low as u32) {
                *delta = fold(c) as i32 - c as i32;
            }
        }
        let number = blocks.iter().position(|b| *b == block).unwrap_or_else(|| {
            blocks.push(block);
            blocks.len() - 1
        });
        pages.push(u8::try_from(number).expect("fewer than 256 different blocks"));
    }
    (pages, blocks.concat())
}

/// Returns the letters that Unicode writes as one character and as a letter with a mark behind it: the letter, the
/// mark, the one. A letter of several marks stands once for each mark that may come last.
fn composed_letters() -> Vec<(char, char, char)> {
    let mut composed = Vec::new();
    for c in '\u{C0}'..='\u{1FFF}' {
        let parts: Vec<char> = std::iter::once(c).nfd().collect();
        for last in 1..parts.len() {
            let mut rest = parts.clone();
            let mark = rest.remove(last);
            let mut letter = rest.iter().copied().nfc();
            if let (Some(letter), None) = (letter.next(), letter.next())
                && [letter, mark].into_iter().nfc().eq([c])
            {
                composed.push((letter, mark, c));
            }
        }
    }
    composed.sort_unstable();
    composed.dedup();
    composed
}

/// Returns OpenCC's simplified form of each Traditional Chinese character, if it is a single character.
fn simplified_characters() -> HashMap<char, char> {
    let mut characters = HashMap::new();
    // The last table read takes precedence: phrases of one character override the table of characters.
    for table in ["TSCharacters.txt", "TSPhrases.txt"] {
        let path = Path::new("src/data/opencc").join(table);
        println!("cargo::rerun-if-changed={}", path.display());
        let lines = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for (key, values) in lines.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t')) {
            let value = values.split(' ').next().unwrap_or("").trim();
            let (mut key, mut value) = (key.chars(), value.chars());
            if let (Some(from), None, Some(to), None) = (key.next(), key.next(), value.next(), value.next()) {
                characters.insert(from, to);
            }
        }
    }
    characters
}

/// Returns the character that the mapping gives; `otherwise` if it gives none or several.
fn single(mut mapped: impl Iterator<Item = char>, otherwise: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(c), None) => c,
        _ => otherwise,
    }
}
