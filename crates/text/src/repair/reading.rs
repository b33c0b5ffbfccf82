//! Pinyin readings: from the spelling of a gloss to a reading, and from a reading to the GBK characters that have it.

use std::collections::HashMap;
use std::sync::OnceLock;

use pinyin::ToPinyinMulti;

use super::gbk::{LEADS, gbk, is_trail};

/// The length of the longest syllables, in letters (zhuang, chuang, shuang).
pub const LONGEST_SYLLABLE: usize = 6;

/// A syllable and its tone; tone 0 is the neutral tone, or no tone written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reading {
    /// The number of the syllable without its tone.
    pub syllable: u16,
    /// 0 to 4.
    pub tone: u8,
}

/// A pair of bytes with a certain reading.
#[derive(Debug, Clone, Copy)]
pub struct Read {
    /// The second byte of the pair.
    pub trail: u8,
    /// The tone of this reading.
    pub tone: u8,
    /// The rank of this reading among the character's; 0 is the first.
    pub rank: u8,
}

/// The readings of all GBK characters.
pub struct Readings {
    syllables: HashMap<String, u16>,
    /// For each pair of bytes its readings, the most usual first.
    of_pair: Vec<Vec<Reading>>,
    /// For each lead byte and syllable the pairs with that reading.
    by_reading: HashMap<(u8, u16), Vec<Read>>,
}

/// Readings that the data lacks or ranks low, but that glosses use.
const MORE_READINGS: [(char, &str); 10] = [
    ('著', "zhe"),
    ('着', "zhe"),
    ('地', "de"),
    ('得', "de"),
    ('的', "de"),
    ('了', "le"),
    ('們', "men"),
    ('们', "men"),
    ('麼', "me"),
    ('么', "me"),
];

/// Returns the tables, built once.
pub fn readings() -> &'static Readings {
    static TABLE: OnceLock<Readings> = OnceLock::new();
    TABLE.get_or_init(Readings::new)
}

impl Readings {
    fn new() -> Readings {
        let mut table =
            Readings { syllables: HashMap::new(), of_pair: vec![Vec::new(); 0x10000], by_reading: HashMap::new() };
        for lead in LEADS {
            for trail in (0x40..=0xFE).filter(|t| is_trail(*t)) {
                let Some(c) = gbk().decode(lead, trail) else { continue };
                let mut spelled: Vec<(String, u8)> =
                    c.to_pinyin_multi().into_iter().flatten().filter_map(|p| spelling(p.with_tone().chars())).collect();
                spelled.extend(MORE_READINGS.iter().filter(|(m, _)| *m == c).map(|(_, s)| (s.to_string(), 0)));
                // Without tones ü is often spelled u.
                let without: Vec<_> = spelled
                    .iter()
                    .filter(|(syllable, _)| matches!(syllable.as_str(), "nv" | "lv"))
                    .map(|(syllable, _)| (syllable.replace('v', "u"), 0))
                    .collect();
                spelled.extend(without);
                for (rank, (syllable, tone)) in spelled.into_iter().enumerate() {
                    let next = table.syllables.len() as u16;
                    let syllable = *table.syllables.entry(syllable).or_insert(next);
                    table.of_pair[pair(lead, trail)].push(Reading { syllable, tone });
                    table.by_reading.entry((lead, syllable)).or_default().push(Read { trail, tone, rank: rank as u8 });
                }
            }
        }
        table
    }

    /// Parses the letters of a gloss, with tones as marks, as a digit or not at all. `None` if it is not a syllable.
    pub fn parse(&self, letters: &[char]) -> Option<Reading> {
        let (syllable, tone) = spelling(letters.iter().copied())?;
        self.syllables.get(&syllable).map(|&syllable| Reading { syllable, tone })
    }

    /// Whether a pair of bytes has this reading.
    pub fn is_read(&self, lead: u8, trail: u8, reading: Reading) -> bool {
        self.of_pair[pair(lead, trail)].iter().any(|r| r.syllable == reading.syllable && agree(r.tone, reading.tone))
    }

    /// Whether this is the usual reading of a pair of bytes.
    pub fn is_usual(&self, lead: u8, trail: u8, reading: Reading) -> bool {
        self.of_pair[pair(lead, trail)]
            .first()
            .is_some_and(|r| r.syllable == reading.syllable && agree(r.tone, reading.tone))
    }

    /// Whether a pair of bytes has any reading.
    pub fn is_readable(&self, lead: u8, trail: u8) -> bool {
        !self.of_pair[pair(lead, trail)].is_empty()
    }

    /// Returns the second bytes that make `lead` a pair with this reading.
    pub fn completing(&self, lead: u8, reading: Reading) -> impl Iterator<Item = Read> + '_ {
        let all = self.by_reading.get(&(lead, reading.syllable)).map_or(&[][..], |all| all);
        all.iter().filter(move |r| agree(r.tone, reading.tone)).copied()
    }
}

fn pair(lead: u8, trail: u8) -> usize {
    usize::from(u16::from_be_bytes([lead, trail]))
}

/// Whether a tone can have been written this way: a gloss without a tone matches any.
fn agree(tone: u8, written: u8) -> bool {
    written == 0 || tone == written
}

/// Returns the letters without their tone, ü as v, and the tone.
fn spelling(letters: impl Iterator<Item = char>) -> Option<(String, u8)> {
    let mut syllable = String::with_capacity(LONGEST_SYLLABLE);
    let mut tone = 0;
    for c in letters {
        let (letter, mark) = match c {
            'a'..='z' => (c, 0),
            'ā' => ('a', 1),
            'á' => ('a', 2),
            'ǎ' | 'ă' => ('a', 3),
            'à' => ('a', 4),
            'ē' => ('e', 1),
            'é' => ('e', 2),
            'ě' | 'ĕ' => ('e', 3),
            'è' => ('e', 4),
            'ī' => ('i', 1),
            'í' => ('i', 2),
            'ǐ' | 'ĭ' => ('i', 3),
            'ì' => ('i', 4),
            'ō' => ('o', 1),
            'ó' => ('o', 2),
            'ǒ' | 'ŏ' => ('o', 3),
            'ò' => ('o', 4),
            'ū' => ('u', 1),
            'ú' => ('u', 2),
            'ǔ' | 'ŭ' => ('u', 3),
            'ù' => ('u', 4),
            'ǖ' => ('v', 1),
            'ǘ' => ('v', 2),
            'ǚ' => ('v', 3),
            'ǜ' => ('v', 4),
            'ü' => ('v', 0),
            'ê' => ('e', 0),
            'ń' => ('n', 2),
            'ň' => ('n', 3),
            'ǹ' => ('n', 4),
            'ḿ' => ('m', 2),
            'ɑ' => ('a', 0),
            'ɡ' => ('g', 0),
            ':' if syllable.ends_with('u') => {
                syllable.pop();
                ('v', 0)
            }
            '1'..='5' if !syllable.is_empty() && tone == 0 => {
                tone = (c as u8 - b'0') % 5;
                continue;
            }
            _ => return None,
        };
        syllable.push(letter);
        if mark > 0 {
            tone = mark;
        }
    }
    // lüe and nüe are as often spelled lue and nue.
    if let "lue" | "nue" = syllable.as_str() {
        syllable.replace_range(1..2, "v");
    }
    (!syllable.is_empty() && syllable.len() <= LONGEST_SYLLABLE).then_some((syllable, tone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::gbk::Code;

    fn reads(c: char, gloss: &str) -> bool {
        let letters: Vec<char> = gloss.chars().collect();
        let Code::Two(lead, trail) = gbk().encode(c) else { return false };
        readings().parse(&letters).is_some_and(|reading| readings().is_read(lead, trail, reading))
    }

    #[test]
    fn characters_have_their_readings() {
        for (c, gloss) in [
            ('請', "qǐng"),
            ('請', "qing"),
            ('請', "qing3"),
            ('女', "nǚ"),
            ('女', "nv"),
            ('女', "nü"),
            ('女', "nu:"),
            ('長', "cháng"),
            ('長', "zhǎng"),
            ('的', "de"),
            ('著', "zhe"),
            ('略', "lue"),
            ('報', "bào"),
        ] {
            assert!(reads(c, gloss), "{c} {gloss}");
        }
        assert!(!reads('請', "bào"));
        assert!(!reads('報', "an"));
        assert!(readings().parse(&['G', 'u', 'o']).is_none());
    }
}
