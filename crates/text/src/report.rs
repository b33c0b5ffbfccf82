//! What repair says that it did: kind of damage, number of places, confidence.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What was undone on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RepairKind {
    /// Pinyin glosses written into the text by a mirror's script.
    Gloss,
    /// Text that was decoded with the wrong charset and written out again.
    Mojibake,
    /// A line of search-engine keywords put before the text.
    KeywordLine,
    /// Random letters hung on the end of paragraphs.
    JunkTail,
    /// Ornaments strewn between the words.
    Separator,
    /// Letters that are lost for good (锟斤拷, U+FFFD): counted, not repaired.
    Lost,
}

/// What was done to an article's text, and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    /// The kind of damage.
    pub kind: RepairKind,
    /// How many places.
    pub count: u32,
    /// From 0 to 1: the share of the places of which the text from before is certain.
    #[serde(serialize_with = "write_share", deserialize_with = "read_share")]
    pub confidence: f32,
}

/// What is no share is written as 0, so that whatever was written can be read.
fn write_share<S: Serializer>(share: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f32(as_share(*share))
}

/// JSON has no NaN: it was written as null once.
fn read_share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    Option::<f32>::deserialize(deserializer).map(|share| as_share(share.unwrap_or(0.0)))
}

fn as_share(number: f32) -> f32 {
    if number.is_finite() { number.clamp(0.0, 1.0) } else { 0.0 }
}
