//! Why a hit has its score: what each word, pair and character of the query added.

use tantivy::DocAddress;

use super::bits::Bits;
use super::plan::Compiled;
use super::scoring;
use super::segment::Segment;
use crate::error::Result;
use crate::index::Snapshot;
use crate::index::schema::Fields;

/// Below this a difference between the score and the sum of its parts is rounding.
const ROUNDING: f32 = 1e-3;

/// What a token is for the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenKind {
    /// A word of the dictionary.
    Word,
    /// Two neighbouring Chinese characters, or a whole number or Latin word.
    Pair,
    /// One Chinese character.
    Character,
}

impl TokenKind {
    /// All kinds.
    pub const ALL: [TokenKind; 3] = [TokenKind::Word, TokenKind::Pair, TokenKind::Character];

    /// The kind as a person reads it.
    pub fn name(self) -> &'static str {
        match self {
            TokenKind::Word => "word",
            TokenKind::Pair => "pair",
            TokenKind::Character => "character",
        }
    }
}

/// What one token added.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The text that it stands in: `title`, `lead`, `body` or `names`.
    pub text: &'static str,
    /// What it is.
    pub kind: TokenKind,
    /// The token, folded.
    pub token: String,
    /// How often it stands in that text of the article.
    pub frequency: u32,
    /// How many articles have it in that text.
    pub articles: u64,
    /// What it added to the score.
    pub score: f32,
}

/// Why a hit has its score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explanation {
    /// The parts of the sum, the largest first.
    pub parts: Vec<Part>,
    /// What the score has beside them.
    pub rest: f32,
}

/// Takes the score of a document apart.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn explain(snapshot: &Snapshot, compiled: &Compiled, address: DocAddress, score: f32) -> Result<Explanation> {
    let segment = Segment::of(snapshot, address.segment_ord);
    let mut itself = Bits::empty(segment.max_doc());
    itself.insert(address.doc_id);
    let mut parts = Vec::new();
    for weighted in scoring::weigh(&compiled.terms, snapshot)? {
        let Some(info) = weighted.located.in_segment(segment.ord) else { continue };
        let mut frequency = 0;
        segment.frequencies_of(weighted.field, info, &[address.doc_id], |_, found, _| frequency = found)?;
        if frequency == 0 {
            continue;
        }
        let Some((text, kind)) = place(weighted.field, &snapshot.fields) else { continue };
        let scores = scoring::scores(&segment, std::slice::from_ref(&weighted), &itself, 1)?;
        let score = scores.first().map_or(0.0, |(_, score)| *score);
        let (token, articles) = (weighted.token.to_string(), weighted.located.documents);
        parts.push(Part { text, kind, token, frequency, articles, score });
    }
    parts.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.token.cmp(&b.token)));
    let rest = score - parts.iter().map(|part| part.score).sum::<f32>();
    Ok(Explanation { parts, rest: if rest.abs() < ROUNDING.max(score.abs() * ROUNDING) { 0.0 } else { rest } })
}

fn place(field: tantivy::schema::Field, fields: &Fields) -> Option<(&'static str, TokenKind)> {
    let texts = [("title", fields.title), ("lead", fields.lead), ("body", fields.body), ("names", fields.names)];
    texts.into_iter().find_map(|(name, text)| {
        let kinds = [(text.words, TokenKind::Word), (text.pairs, TokenKind::Pair), (text.chars, TokenKind::Character)];
        kinds.into_iter().find(|(own, _)| *own == field).map(|(_, kind)| (name, kind))
    })
}
