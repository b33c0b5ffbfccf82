//! Fingerprints of articles, and their packed form.

use crate::article::Article;
use gongxun_text::fold::fold_char;
use gongxun_text::strings::Class;

/// The length of a shingle in characters. Shorter shingles survive more changes; longer ones occur in fewer other
/// texts.
pub const SHINGLE: usize = 4;
/// The number of lanes of a sketch: the share of equal lanes estimates the share of common shingles (Jaccard).
pub const LANES: usize = 120;
/// The size of a packed fingerprint in bytes: at most a tenth of the text on disk if texts have 530 characters.
pub const PACKED: usize = REPAIRS + 1;

/// The least length of a distinctive title, in characters; many articles share a shorter one.
const MIN_TITLE: usize = 5;
/// The number of bits in the set of numbers.
pub(super) const NUMBER_BITS: u32 = 96;
/// The offsets of the parts of a packed fingerprint.
const ARTICLE: usize = LANES;
const NUMBERS: usize = ARTICLE + 8;
const TITLE: usize = NUMBERS + NUMBER_BITS as usize / 8;
const MINUTE: usize = TITLE + 4;
const LETTERS: usize = MINUTE + 4;
const REPAIRS: usize = LETTERS + 2;

/// The data by which an article's copies are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// The low eight bits of the minimum hash in each lane.
    pub sketch: [u8; LANES],
    /// The numbers written in digits, as a set of 96 bits: a notice of this year shares them with a copy of itself, and
    /// not with the notice of last year.
    pub numbers: u128,
    /// The hash of the title's characters; 0 if there are too few to be distinctive (简讯, 图片新闻).
    pub title: u32,
    /// Minutes since 1970 on the printed local clock; `None` where undated.
    pub minute: Option<i32>,
    /// Number of characters of lead and body, at most 65,535.
    pub letters: u16,
    /// Number of kinds of damage repaired, uncertain repairs counted double: the fewer, the cleaner the copy.
    pub repairs: u8,
}

impl Fingerprint {
    /// Computes the fingerprint of an article.
    pub fn from_article(article: &Article) -> Fingerprint {
        let texts = [article.lead.as_deref().unwrap_or(""), &article.body];
        let mut sketcher = Sketcher::new();
        for text in texts {
            letters(text).for_each(|c| sketcher.push(c));
            sketcher.end_number();
        }
        let minute = article.date.map(|date| (date.local_seconds() / 60).clamp(i64::from(i32::MIN) + 1, MAX_MINUTE));
        Fingerprint {
            sketch: sketcher.sketch(),
            numbers: sketcher.numbers,
            title: title_hash(&article.title),
            minute: minute.map(|minute| minute as i32),
            letters: u16::try_from(sketcher.letters).unwrap_or(u16::MAX),
            repairs: repairs(article),
        }
    }

    /// Packs the fingerprint with the article's number (see `index::document::id_order`).
    pub fn pack(&self, article: u64) -> [u8; PACKED] {
        let mut packed = [0; PACKED];
        packed[..LANES].copy_from_slice(&self.sketch);
        packed[ARTICLE..NUMBERS].copy_from_slice(&article.to_le_bytes());
        packed[NUMBERS..TITLE].copy_from_slice(&self.numbers.to_le_bytes()[..TITLE - NUMBERS]);
        packed[TITLE..MINUTE].copy_from_slice(&self.title.to_le_bytes());
        packed[MINUTE..LETTERS].copy_from_slice(&self.minute.unwrap_or(UNDATED).to_le_bytes());
        packed[LETTERS..REPAIRS].copy_from_slice(&self.letters.to_le_bytes());
        packed[REPAIRS] = self.repairs;
        packed
    }
}

const UNDATED: i32 = i32::MIN;
const MAX_MINUTE: i64 = i32::MAX as i64;

/// A packed fingerprint, decoded in place.
#[derive(Debug, Clone, Copy)]
pub struct Packed<'a>(&'a [u8; PACKED]);

impl<'a> Packed<'a> {
    /// Returns the fingerprint with this number among packed ones that lie end to end.
    ///
    /// # Panics
    /// If there are not that many.
    #[inline]
    pub fn at(all: &'a [u8], number: u32) -> Packed<'a> {
        Packed(&all.as_chunks::<PACKED>().0[number as usize])
    }

    /// Returns the field [`Fingerprint::sketch`].
    #[inline]
    pub fn sketch(&self) -> &'a [u8; LANES] {
        self.0.first_chunk().unwrap_or(&[0; LANES])
    }

    /// Returns the number of the article.
    pub fn article(&self) -> u64 {
        u64::from_le_bytes(self.part(ARTICLE))
    }

    /// Returns the field [`Fingerprint::numbers`].
    pub fn numbers(&self) -> u128 {
        u128::from(u64::from_le_bytes(self.part(NUMBERS)))
            | u128::from(u32::from_le_bytes(self.part(NUMBERS + 8))) << 64
    }

    /// Returns the field [`Fingerprint::title`].
    pub fn title(&self) -> u32 {
        u32::from_le_bytes(self.part(TITLE))
    }

    /// Returns the field [`Fingerprint::minute`].
    pub fn minute(&self) -> Option<i32> {
        Some(i32::from_le_bytes(self.part(MINUTE))).filter(|minute| *minute != UNDATED)
    }

    /// Returns the day since 1970.
    pub fn day(&self) -> Option<i32> {
        self.minute().map(|minute| minute.div_euclid(24 * 60))
    }

    /// Returns the field [`Fingerprint::letters`].
    pub fn letters(&self) -> u16 {
        u16::from_le_bytes(self.part(LETTERS))
    }

    /// Returns the field [`Fingerprint::repairs`].
    pub fn repairs(&self) -> u8 {
        self.0[REPAIRS]
    }

    fn part<const N: usize>(&self, from: usize) -> [u8; N] {
        self.0[from..].first_chunk().copied().unwrap_or([0; N])
    }
}

/// Returns the folded letters, digits and Chinese characters of a text: those that two prints of one article share,
/// whatever the blanks, punctuation, width and script.
pub fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(fold_char).filter(|c| Class::of(*c) != Class::Other)
}

fn title_hash(title: &str) -> u32 {
    if letters(title).take(MIN_TITLE).count() < MIN_TITLE {
        return 0;
    }
    short(letters(title).fold(0, |hash, c| mix(hash ^ u64::from(c), K1))).max(1)
}

fn repairs(article: &Article) -> u8 {
    let cost = |confidence: f32| if confidence < 1.0 { 2 } else { 1 };
    article.repairs.iter().map(|repair| cost(repair.confidence)).fold(0u8, u8::saturating_add)
}

/// The one-permutation MinHash of a text, fed character by character.
struct Sketcher {
    lanes: [u64; LANES],
    /// The last characters, 21 bits each.
    window: u128,
    letters: usize,
    numbers: u128,
    /// The hash of the digits since the last character that is not one.
    number: u64,
}

const EMPTY: u64 = u64::MAX;
const LETTER_BITS: u32 = 21;
const WINDOW: u128 = (1 << (LETTER_BITS * SHINGLE as u32)) - 1;
/// Odd constants without a pattern (digits of π and e).
const K1: u64 = 0x243F_6A88_85A3_08D3;
const K2: u64 = 0xB7E1_5162_8AED_2A6B;

impl Sketcher {
    fn new() -> Sketcher {
        Sketcher { lanes: [EMPTY; LANES], window: 0, letters: 0, numbers: 0, number: 0 }
    }

    #[inline]
    fn push(&mut self, letter: char) {
        self.window = (self.window << LETTER_BITS | u128::from(letter as u32)) & WINDOW;
        self.letters += 1;
        if letter.is_ascii_digit() {
            self.number = (self.number ^ u64::from(letter)).wrapping_mul(K2);
        } else {
            self.end_number();
        }
        if self.letters >= SHINGLE {
            let hash = mix(self.window as u64 ^ K1, (self.window >> 64) as u64 ^ K2);
            let lane = &mut self.lanes[lane_of(hash)];
            *lane = (*lane).min(hash);
        }
    }

    #[inline]
    fn end_number(&mut self) {
        if self.number != 0 {
            let hash = mix(self.number, K1);
            self.numbers |= 1 << (((hash >> 32) * u64::from(NUMBER_BITS)) >> 32);
            self.number = 0;
        }
    }

    /// Returns the sketch. A lane that received no shingle takes the value of another one, chosen by the lane's number
    /// alone (Shrivastava, "Optimal densification for fast and accurate minwise hashing", 2017), so that short texts
    /// compare as well as long ones.
    fn sketch(&self) -> [u8; LANES] {
        let mut sketch = [0; LANES];
        if self.letters < SHINGLE {
            return sketch;
        }
        for (lane, byte) in sketch.iter_mut().enumerate() {
            let mut from = lane;
            let mut attempt = 0u64;
            while self.lanes[from] == EMPTY {
                attempt += 1;
                from = lane_of(mix(lane as u64 ^ K1, attempt ^ K2));
            }
            // The high bits selected the lane, and the minimum hash has small bits below them; so take the low bits.
            *byte = self.lanes[from] as u8;
        }
        sketch
    }
}

/// Returns the lane of a hash, by its high half.
#[inline]
fn lane_of(hash: u64) -> usize {
    (((hash >> 32) * LANES as u64) >> 32) as usize
}

/// Multiplies to 128 bits and folds the halves together.
#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b | 1);
    product as u64 ^ (product >> 64) as u64
}

fn short(hash: u64) -> u32 {
    (hash ^ hash >> 32) as u32
}
