//! The GBK code table, from pairs of bytes to characters and back. The damage was done to these bytes.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The range of the first byte of a pair.
pub const LEADS: std::ops::RangeInclusive<u8> = 0x81..=0xFE;

/// The one byte above ASCII that stands alone.
const EURO: u8 = 0x80;

/// The GBK code table in both directions.
pub struct Gbk {
    chars: Vec<char>,
    bytes: HashMap<char, [u8; 2]>,
    plane: Vec<u16>,
}

/// The GBK code of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// One byte: ASCII, or the euro sign.
    One(u8),
    /// A pair.
    Two(u8, u8),
    /// The character is not in GBK.
    None,
}

/// Returns the table, built once.
pub fn gbk() -> &'static Gbk {
    static TABLE: OnceLock<Gbk> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Gbk { chars: vec!['\0'; 0x8000], bytes: HashMap::new(), plane: vec![0; 0x10000] };
        for lead in LEADS {
            for trail in (0x40..=0xFE).filter(|t| *t != 0x7F) {
                let pair = [lead, trail];
                let (text, _, failed) = encoding_rs::GBK.decode(&pair);
                let mut chars = text.chars();
                if let (Some(c), None, false) = (chars.next(), chars.next(), failed) {
                    table.chars[index(lead, trail)] = c;
                    match table.plane.get(c as usize) {
                        // A few characters have two codes (the full-width space has A1A1 and A3A0): the first is the
                        // one in use.
                        Some(0) => table.plane[c as usize] = u16::from_be_bytes([lead, trail]),
                        Some(_) => {}
                        None => drop(table.bytes.insert(c, [lead, trail])),
                    }
                }
            }
        }
        table
    })
}

fn index(lead: u8, trail: u8) -> usize {
    (usize::from(lead & 0x7F) << 8) | usize::from(trail)
}

/// Whether a byte can be the second of a pair.
pub fn is_trail(byte: u8) -> bool {
    (0x40..=0xFE).contains(&byte) && byte != 0x7F
}

/// Whether a byte leads pairs in the areas that GBK leaves to its users.
pub fn is_private_lead(byte: u8) -> bool {
    matches!(byte, 0xA1..=0xA7 | 0xAA..=0xAF | 0xF8..=0xFE)
}

impl Gbk {
    /// Returns the character of a pair of bytes.
    #[inline]
    pub fn decode(&self, lead: u8, trail: u8) -> Option<char> {
        if lead < 0x81 {
            return None;
        }
        match self.chars[index(lead, trail)] {
            '\0' => None,
            c => Some(c),
        }
    }

    /// Returns the bytes of a character.
    #[inline]
    pub fn encode(&self, c: char) -> Code {
        if c.is_ascii() {
            return Code::One(c as u8);
        }
        if c == '€' {
            return Code::One(EURO);
        }
        match self.plane.get(c as usize) {
            Some(0) => Code::None,
            Some(pair) => Code::Two((pair >> 8) as u8, *pair as u8),
            None => self.bytes.get(&c).map_or(Code::None, |b| Code::Two(b[0], b[1])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_roundtrip() {
        let table = gbk();
        assert_eq!(table.encode('報'), Code::Two(0x88, 0xF3));
        assert_eq!(table.decode(0xD5, 0x88), Some('請'));
        assert_eq!(table.encode('　'), Code::Two(0xA1, 0xA1));
        assert_eq!(table.encode('•'), Code::None);
        assert_eq!(table.encode('😀'), Code::None);
        assert_eq!(table.encode('a'), Code::One(b'a'));
        assert_eq!(table.encode('ǐ'), Code::Two(0xA8, 0xAB));
    }
}
