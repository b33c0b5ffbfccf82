//! The report of a repair: the kind of damage, the number of places, the confidence.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RepairKind {
    /// Pinyin glosses written into the text by a mirror's script.
    Gloss,
    /// Text that was decoded with the wrong charset and written out again.
    Mojibake,
    /// Characters that were written as HTML references (`&#24037;`).
    Escaped,
    /// A line of search-engine keywords put before the text.
    KeywordLine,
    /// Random characters appended to paragraphs.
    JunkTail,
    /// Ornaments strewn between the words.
    Separator,
    /// Characters that are lost for good (锟斤拷, U+FFFD): counted, not repaired.
    Lost,
}

/// A repair of an article's text, with its confidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Repair {
    /// The kind of damage.
    pub kind: RepairKind,
    /// Number of places.
    pub count: u32,
    /// The probability, from 0 to 1, that the text is as it was before the damage, except for what is counted as lost.
    #[serde(serialize_with = "write_share", deserialize_with = "read_share")]
    pub confidence: f32,
}

impl Repair {
    /// Creates a repair of `count` places with a confidence from 0 to 1.
    pub fn new(kind: RepairKind, count: u32, confidence: f32) -> Repair {
        Repair { kind, count, confidence }
    }
}

/// Writes a share. A value that is not a proportion is written as 0, so that everything written can be read.
fn write_share<S: Serializer>(share: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f32(as_share(*share))
}

/// Reads a share. JSON has no NaN: it was once written as null.
fn read_share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    Option::<f32>::deserialize(deserializer).map(|share| as_share(share.unwrap_or(0.0)))
}

fn as_share(number: f32) -> f32 {
    if number.is_finite() { number.clamp(0.0, 1.0) } else { 0.0 }
}
