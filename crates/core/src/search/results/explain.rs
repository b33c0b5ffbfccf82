//! The explanation of a hit's place: the contribution of each word, pair and character of the query to its score, and
//! the judgement of the second stage.

use serde::Serialize;

use crate::article::Article;
use crate::error::Result;
use crate::index::Snapshot;
pub use crate::search::compile::plan::TokenKind;
use crate::search::compile::plan::{Compiled, Concept};
use crate::search::matching::bits::Bits;
use crate::search::matching::segment::Segment;
use crate::search::ranking::ranked::{self, Evidence, Ranked};
use crate::search::ranking::scoring;

/// The greatest difference between the score and the sum of its parts that is mere rounding.
const ROUNDING: f32 = 1e-3;
/// The number of characters of a passage by which it is identified.
const OPENING: usize = 20;

/// The contribution of one token to a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Part {
    /// The text that it stands in: `title`, `lead`, `body` or `names`.
    pub text: &'static str,
    /// The token's kind.
    pub kind: TokenKind,
    /// The token, folded.
    pub token: String,
    /// The frequency of the token in that text of the article.
    pub frequency: u32,
    /// The number of articles that have the token in that text.
    pub articles: u64,
    /// The token's share of the score.
    pub score: f32,
}

/// The explanation of a hit's score.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The parts of the sum, the largest first.
    pub parts: Vec<Part>,
    /// The rest of the score: the difference between it and the sum of the parts.
    pub rest: f32,
    /// The judgement of the second stage, if it examined the hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_stage: Option<SecondStage>,
}

/// The second stage's judgement of a hit.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct SecondStage {
    /// The place that the first stage gave the hit, from 1.
    pub first_place: usize,
    /// The value that hits of its kind are ordered by: the sum of the parts.
    pub value: f32,
    /// The parts of the sum.
    pub parts: Vec<Share>,
    /// The passage that answers best; none if no passage holds a concept.
    pub passage: Option<Passage>,
}

/// A part of the second stage's value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Share {
    /// The criterion.
    pub of: Judged,
    /// The degree to which the hit meets it, from 0 to 1.
    pub share: f32,
    /// The weight of the criterion in the value.
    pub weight: f32,
    /// The concepts that are held.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// The concepts that are not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// A criterion of the second stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Judged {
    /// The first stage's score, relative to the greatest that a body could have.
    Article,
    /// The best passage's score, relative to the greatest that a passage could have.
    Passage,
    /// The concepts that the article holds.
    Coverage,
    /// The concepts that the best passage holds.
    PassageCoverage,
    /// The nearness of the concepts to each other.
    Proximity,
    /// The concepts in the title or in one heading.
    Heading,
    /// A full match rather than a synonym match.
    Full,
    /// A year that the query names, which neither date nor text has.
    OtherYear,
}

/// A passage of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Passage {
    /// The first position, in characters of the body.
    pub from: u32,
    /// The position behind the last character.
    pub to: u32,
    /// The first characters of the passage.
    pub opening: String,
}

/// Explains the place of a hit.
///
/// # Errors
/// If an index file can't be read.
pub fn explain(snapshot: &Snapshot, compiled: &Compiled, hit: &Ranked, article: &Article) -> Result<Explanation> {
    let Ranked { address, score, kind, evidence } = *hit;
    let segment = Segment::of(snapshot, address.segment_ord);
    let mut itself = Bits::empty(segment.max_doc());
    itself.insert(address.doc_id);
    let mut parts = Vec::new();
    for weighted in scoring::weigh(&compiled.terms, snapshot)?.iter().filter(|weighted| weighted.term.scores(kind)) {
        let Some(info) = weighted.located.in_segment(segment.ord) else { continue };
        let mut frequency = 0;
        segment.frequencies_of(weighted.field, info, &[address.doc_id], |_, found, _| frequency = found)?;
        if frequency == 0 {
            continue;
        }
        let scores = scoring::scores(&segment, &[weighted], &itself, 1, 0.0)?;
        let score = scores.first().map_or(0.0, |(_, score)| *score);
        let (term, articles) = (weighted.term, weighted.located.documents);
        let token = term.token.clone();
        parts.push(Part { text: term.text.name(), kind: term.kind, token, frequency, articles, score });
    }
    parts.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.token.cmp(&b.token)));
    let rest = score - parts.iter().map(|part| part.score).sum::<f32>();
    let rest = if rest.abs() < ROUNDING.max(score.abs() * ROUNDING) { 0.0 } else { rest };
    let second_stage = evidence.map(|evidence| second_stage(&evidence, &compiled.concepts, article));
    Ok(Explanation { parts, rest, second_stage })
}

fn second_stage(evidence: &Evidence, concepts: &[Concept], article: &Article) -> SecondStage {
    let plain = |of, share, weight| Share { of, share, weight, held: Vec::new(), missing: Vec::new() };
    let of_concepts = |of, share, weight, held: u32| {
        let named = |wanted: bool| {
            let is_wanted = move |number: usize| (held & (1 << number) != 0) == wanted;
            let concepts = concepts.iter().enumerate().filter(move |(number, _)| is_wanted(*number));
            concepts.map(|(_, concept)| concept.name.clone()).collect()
        };
        Share { held: named(true), missing: named(false), ..plain(of, share, weight) }
    };
    let Evidence { first, item, coverage, item_coverage, proximity, heading, .. } = *evidence;
    let mut parts = vec![plain(Judged::Article, first, 1.0), plain(Judged::Passage, item, ranked::ITEM)];
    if !concepts.is_empty() {
        parts.push(of_concepts(Judged::Coverage, coverage, ranked::COVERAGE, evidence.held));
        parts.push(of_concepts(Judged::PassageCoverage, item_coverage, ranked::ITEM_COVERAGE, evidence.in_passage));
        parts.push(plain(Judged::Proximity, proximity, ranked::PROXIMITY));
        parts.push(of_concepts(Judged::Heading, heading, ranked::HEADING, evidence.in_heading));
    }
    if evidence.is_full {
        parts.push(plain(Judged::Full, 1.0, ranked::FULL));
    }
    if evidence.has_year == Some(false) {
        parts.push(plain(Judged::OtherYear, 1.0, ranked::OTHER_YEAR));
    }
    let passage = evidence.passage.map(|(from, to)| {
        let opening = article.body.chars().skip(from as usize).take((to - from) as usize).take(OPENING);
        Passage { from, to, opening: opening.map(|c| if c.is_whitespace() { ' ' } else { c }).collect() }
    });
    SecondStage { first_place: evidence.place + 1, value: evidence.value(), parts, passage }
}
