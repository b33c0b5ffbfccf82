//! Why a hit has its score: what each word, pair and character of the query added.

use tantivy::DocAddress;

use serde::Serialize;

use crate::error::Result;
use crate::index::Snapshot;
use crate::search::compile::plan::Compiled;
pub use crate::search::compile::plan::TokenKind;
use crate::search::matching::bits::Bits;
use crate::search::matching::segment::Segment;
use crate::search::ranking::scoring;

/// Below this a difference between the score and the sum of its parts is rounding.
const ROUNDING: f32 = 1e-3;

/// What one token added.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
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
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
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
        let scores = scoring::scores(&segment, std::slice::from_ref(&weighted), &itself, 1)?;
        let score = scores.first().map_or(0.0, |(_, score)| *score);
        let (term, articles) = (weighted.term, weighted.located.documents);
        let token = term.token.clone();
        parts.push(Part { text: term.text.name(), kind: term.kind, token, frequency, articles, score });
    }
    parts.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.token.cmp(&b.token)));
    let rest = score - parts.iter().map(|part| part.score).sum::<f32>();
    Ok(Explanation { parts, rest: if rest.abs() < ROUNDING.max(score.abs() * ROUNDING) { 0.0 } else { rest } })
}
