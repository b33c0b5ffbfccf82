//! Why a hit has its score: what each word, pair and character of the query added.

use tantivy::postings::Postings as _;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet as _, Term};

use super::bits::Bits;
use super::plan::Compiled;
use super::scoring;
use super::strings::read;
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
    let segment = snapshot.searcher.segment_reader(address.segment_ord);
    let mut itself = Bits::empty(segment.max_doc());
    itself.insert(address.doc_id);
    let mut parts = Vec::new();
    for weighted in scoring::weigh(&compiled.terms, snapshot)? {
        let inverted = segment.inverted_index(weighted.field)?;
        let term = Term::from_field_text(weighted.field, &weighted.token);
        let Some(mut postings) = read(inverted.read_postings(&term, IndexRecordOption::WithFreqs))? else { continue };
        let at = if postings.doc() < address.doc_id { postings.seek(address.doc_id) } else { postings.doc() };
        if at != address.doc_id {
            continue;
        }
        let frequency = postings.term_freq();
        let Some((text, kind)) = place(weighted.field, &snapshot.fields) else { continue };
        let ord = address.segment_ord as usize;
        let scores = scoring::scores(segment, ord, std::slice::from_ref(&weighted), &itself, 1)?;
        let score = scores.first().map_or(0.0, |(_, score)| *score);
        let (token, articles) = (weighted.token, weighted.documents);
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
