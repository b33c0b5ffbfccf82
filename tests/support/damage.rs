//! The mirrors' script, forwards: what [`gongxun_text::repair`] has to undo. Shared by tests and by
//! `examples/repair_figures.rs`, by way of `#[path]`.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::collections::HashMap;
use std::sync::OnceLock;

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use pinyin::ToPinyin;

/// A mirror: the properties of its script.
#[derive(Debug, Clone)]
pub struct Mirror {
    /// Step 1: Simplified characters to Traditional ones, one by one.
    pub traditional: bool,
    /// Whether there is a blank in front of the closing bracket.
    pub blank: bool,
    /// The treatment of punctuation in step 2.
    pub marks: Marks,
    /// The treatment of undecodable bytes in step 4.
    pub decoder: Decoder,
    /// The bytes of each character of the table and its gloss, in the order in which they are replaced.
    pub table: Vec<([u8; 2], String)>,
}

/// The way in which punctuation was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// By characters, full width to ASCII.
    Characters,
    /// By bytes, so that the two bytes of a mark are found across characters as well; the decoder takes the ASCII mark
    /// along with a byte that it can't read.
    Swallowed,
    /// By bytes, and the replacement stays on the page, in ASCII if ASCII has the mark.
    Half,
    /// By bytes, and the replacement stays on the page in full width.
    Full,
}

/// The treatment of a lead byte that no second byte fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    /// One `?` for it and the byte behind it.
    Pairs,
    /// The same, and also for pairs in GBK's private-use area.
    KnownPairs,
    /// One `?` for it and the byte behind it; pairs in GBK's private-use area are decoded, and lost later.
    PrivateLost,
    /// One U+FFFD for it; the ASCII character behind it stays, `(` too.
    SingleBytes,
}

/// Whether glosses carry tones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tones {
    /// huì
    Marked,
    /// hui
    None,
}

/// A small random number generator with a fixed seed.
pub struct Random(pub u64);

impl Random {
    /// Returns a number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }
}

impl Mirror {
    /// Creates a mirror with a random table of `size` characters out of twice as many of the most frequent ones.
    pub fn random(frequent: &[char], size: usize, tones: Tones, traditional: bool, blank: bool, seed: u64) -> Mirror {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            random.below(2);
        }
        let mut pool: Vec<char> = Vec::new();
        for c in frequent.iter().map(|c| if traditional { to_traditional(*c) } else { *c }) {
            if pool.len() < size * 2 && !pool.contains(&c) && encode(c).len() == 2 && c.to_pinyin().is_some() {
                pool.push(c);
            }
        }
        let mut table = Vec::new();
        while table.len() < size && !pool.is_empty() {
            let c = pool.swap_remove(random.below(pool.len()));
            let reading = c.to_pinyin().expect("the pool holds characters with a reading");
            let letters = if tones == Tones::Marked { reading.with_tone() } else { reading.plain() };
            let bytes = encode(c);
            table.push(([bytes[0], bytes[1]], letters.to_string()));
        }
        Mirror { traditional, blank, marks: Marks::Characters, decoder: Decoder::Pairs, table }
    }
}

/// Returns the characters of the texts, the most frequent first.
pub fn frequent<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<char> {
    let mut counts: HashMap<char, usize> = HashMap::new();
    for c in texts.flat_map(str::chars).filter(|c| ('\u{4E00}'..='\u{9FFF}').contains(c)) {
        *counts.entry(c).or_default() += 1;
    }
    let mut chars: Vec<char> = counts.keys().copied().collect();
    chars.sort_by_key(|c| (std::cmp::Reverse(counts[c]), *c));
    chars
}

/// Returns a line as the mirror shows it.
pub fn damage(line: &str, mirror: &Mirror) -> String {
    let line: String = line
        .chars()
        .map(|c| if mirror.traditional { to_traditional(c) } else { c })
        .map(|c| if mirror.marks == Marks::Characters { to_ascii(c) } else { c })
        .collect();
    // Characters that GBK lacks split the line: the script's own conversion leaves them alone.
    let mut damaged = String::new();
    let mut bytes = Vec::new();
    for c in line.chars() {
        let code = encode(c);
        if code.is_empty() {
            damaged.push_str(&decode(&gloss(std::mem::take(&mut bytes), mirror), mirror));
            damaged.push(c);
        }
        bytes.extend(code);
    }
    damaged.push_str(&decode(&gloss(bytes, mirror), mirror));
    damaged
}

const PUNCTUATION: [(char, char); 7] =
    [('，', ','), ('：', ':'), ('（', '('), ('）', ')'), ('？', '?'), ('；', ';'), ('！', '!')];

/// Marks that step 2 looks for on bytes and whose replacement stays on the page.
const STANDING: [char; 9] = ['；', '：', '！', '？', '（', '）', '，', '、', '。'];

fn to_ascii(c: char) -> char {
    PUNCTUATION.iter().find(|(wide, _)| *wide == c).map_or(c, |(_, ascii)| *ascii)
}

/// Step 3: inserts glosses byte by byte, one entry of the table after the other.
fn gloss(mut bytes: Vec<u8>, mirror: &Mirror) -> Vec<u8> {
    match mirror.marks {
        Marks::Characters => {}
        Marks::Swallowed => {
            for (wide, ascii) in PUNCTUATION {
                bytes = replaced(&bytes, &encode(wide), &[ascii as u8]);
            }
        }
        // A control byte stands for the mark until the bytes are decoded.
        Marks::Half | Marks::Full => {
            for (number, wide) in STANDING.into_iter().enumerate() {
                bytes = replaced(&bytes, &encode(wide), &[number as u8 + 1]);
            }
        }
    }
    for (pattern, reading) in &mirror.table {
        let mut gloss = pattern.to_vec();
        gloss.push(b'(');
        gloss.extend(reading.chars().flat_map(encode));
        gloss.extend(if mirror.blank { &b" )"[..] } else { &b")"[..] });
        bytes = replaced(&bytes, pattern, &gloss);
    }
    bytes
}

/// Searches and replaces bytes without regard to characters.
fn replaced(bytes: &[u8], pattern: &[u8], with: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(bytes.len() + 16);
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        match rest.strip_prefix(pattern) {
            Some(behind) => {
                replaced.extend(with);
                rest = behind;
            }
            None => {
                replaced.push(*first);
                rest = behind;
            }
        }
    }
    replaced
}

/// Step 4: decodes the bytes.
fn decode(bytes: &[u8], mirror: &Mirror) -> String {
    let decoder = mirror.decoder;
    if decoder == Decoder::SingleBytes {
        return encoding_rs::GBK.decode_without_bom_handling(bytes).0.into_owned();
    }
    let mut text = String::new();
    let mut at = 0;
    let mark = |byte: &u8| STANDING.get(usize::from(*byte).wrapping_sub(1)).copied();
    while at < bytes.len() {
        if let Some(wide) = mark(&bytes[at]) {
            text.push(if mirror.marks == Marks::Half { to_ascii(wide) } else { wide });
            at += 1;
            continue;
        }
        if bytes[at] > 0x80 && bytes.get(at + 1).and_then(mark).is_some() {
            text.push('?');
            at += 1;
            continue;
        }
        let length = if bytes[at] > 0x80 { 2 } else { 1 };
        let piece = &bytes[at..bytes.len().min(at + length)];
        let is_private = |c: &str| c.chars().all(|c| ('\u{E000}'..='\u{F8FF}').contains(&c));
        match encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(piece) {
            Some(c) if decoder == Decoder::PrivateLost && is_private(&c) => {}
            Some(c) if !(c.is_empty() || decoder == Decoder::KnownPairs && is_private(&c)) => text.push_str(&c),
            _ => text.push('?'),
        }
        at += length;
    }
    text
}

fn encode(c: char) -> Vec<u8> {
    let mut buffer = [0; 4];
    let (bytes, _, failed) = encoding_rs::GBK.encode(c.encode_utf8(&mut buffer));
    if failed { Vec::new() } else { bytes.into_owned() }
}

/// Returns a character in its Traditional form, without regard to its neighbours.
pub fn to_traditional(c: char) -> char {
    static TABLE: OnceLock<Vec<char>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let converter = OpenCC::from_config(BuiltinConfig::S2t).expect("ferrous-opencc carries its S2T data");
        ('\u{4E00}'..='\u{9FFF}')
            .map(|c| {
                let converted = converter.convert(&c.to_string());
                let mut chars = converted.chars();
                match (chars.next(), chars.next()) {
                    (Some(one), None) => one,
                    _ => c,
                }
            })
            .collect()
    });
    (c as usize).checked_sub(0x4E00).and_then(|i| table.get(i)).copied().unwrap_or(c)
}
