//! Scoring: BM25 over words, pairs and chars, term by term.
//!
//! A text is scored as the sum of BM25 over its three fields with equal weights; an article as body + title + lead,
//! each with its weight. The terms of the query are added up one after the other, which beats merging fifty posting
//! lists document by document.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::Field;

use crate::error::Result;
use crate::index::{ByLength, Located, Snapshot};
use crate::search::compile::plan::ScoreTerm;
use crate::search::kind::Kind;
use crate::search::matching::bits::Bits;
use crate::search::matching::lower;
use crate::search::matching::segment::Segment;

/// The parameter k1 of BM25, as in tantivy and Lucene.
pub(super) const K1: f32 = 1.2;
/// The parameter b of BM25.
pub(super) const B: f32 = 0.75;
/// If fewer than one in this many of a term's documents is a candidate, the term is looked up document by document.
const SPARSE: usize = 16;
/// If at least this share of a segment's documents, one in so many, will be read from postings, an array of all documents
/// holds the scores: it takes time to clear, but the documents of postings need not be looked for among the candidates.
const MIN_READ: usize = 8;
/// The relative rounding error that sums of 32-bit floats may have.
const ROUNDING: f32 = 1e-4;

/// A term with its statistics of the whole index, as BM25 needs them.
pub struct WeightedTerm<'a> {
    /// The term.
    pub term: &'a ScoreTerm,
    /// The field that holds it.
    pub field: Field,
    /// The location of its postings and its document frequency.
    pub located: Arc<Located>,
    /// Weight times inverse document frequency times (k1 + 1): an upper bound of its contribution to a score.
    factor: f32,
    /// The denominator's part for each code of the text's length: k1 · (1 − b + b · length / average length).
    norms: Arc<ByLength>,
}

/// Weighs the terms by the index's own statistics, those with the largest bound first; terms that do not occur are left
/// out. Each term must be there once (see [`crate::search::compile::terms::summed`]).
///
/// # Errors
/// If an index file can't be read.
pub fn weigh<'a>(terms: &'a [ScoreTerm], snapshot: &Snapshot) -> Result<Vec<WeightedTerm<'a>>> {
    let articles = snapshot.scored_articles();
    let mut averages: Vec<Option<Arc<ByLength>>> = Vec::new();
    let mut weighted = Vec::with_capacity(terms.len());
    for term in terms {
        let field = lower::tokens(term.text, term.kind, &snapshot.fields);
        let located = snapshot.locate(field, &term.token)?;
        if located.documents == 0 {
            continue;
        }
        let number = field.field_id() as usize;
        if averages.len() <= number {
            averages.resize(number + 1, None);
        }
        let norms = match &averages[number] {
            Some(norms) => norms.clone(),
            None => {
                let norms = snapshot.by_length(field, |average| {
                    let norm = |id: usize| FieldNormReader::id_to_fieldnorm(id as u8) as f32;
                    let average = average.max(f32::MIN_POSITIVE);
                    std::array::from_fn(|id| K1 * (1.0 - B + B * norm(id) / average))
                })?;
                averages[number] = Some(norms.clone());
                norms
            }
        };
        let factor = term.weight * inverse_frequency(located.documents, articles) * (K1 + 1.0);
        weighted.push(WeightedTerm { term, field, located, factor, norms });
    }
    weighted.sort_by(|a, b| b.factor.total_cmp(&a.factor));
    Ok(weighted)
}

/// Returns the terms that score matches of a kind, in the order in which [`scores`] adds them up best: those first that
/// can add most for each of their postings. When the last, long lists of postings remain, few documents are left.
pub fn in_order<'a>(terms: &'a [WeightedTerm<'a>], kind: Kind) -> Vec<&'a WeightedTerm<'a>> {
    let mut ordered: Vec<&WeightedTerm<'_>> = terms.iter().filter(|term| term.term.scores(kind)).collect();
    let for_each = |term: &WeightedTerm<'_>| term.factor / term.located.documents as f32;
    ordered.sort_by(|a, b| for_each(b).total_cmp(&for_each(a)));
    ordered
}

/// Returns the inverse document frequency of BM25.
pub(super) fn inverse_frequency(with_term: u64, articles: u64) -> f32 {
    let (n, all) = (with_term as f64, articles.max(with_term) as f64);
    (1.0 + (all - n + 0.5) / (n + 0.5)).ln() as f32
}

/// Returns the candidates with their scores, in their order; if only the first `wanted` by score matter, those that are
/// certainly not among them, or score less than `floor`, may be missing.
///
/// As soon as the terms to come can't lift a document above the `wanted` best ones any more, it is dropped, and with few
/// documents left a term is looked up for these alone. Nothing is estimated: a dropped document's score and all that
/// could be added lie below `wanted` others. The terms should be [`in_order`].
///
/// # Errors
/// If an index file can't be read.
pub fn scores(
    segment: &Segment<'_>,
    terms: &[&WeightedTerm<'_>],
    candidates: &Bits,
    wanted: usize,
    mut floor: f32,
) -> Result<Vec<(DocId, f32)>> {
    let mut sums = Sums::new(candidates, terms, segment);
    let mut to_come: f32 = terms.iter().map(|term| term.factor).sum();
    // Pruning is tried again when the bound of the remaining terms has halved.
    let mut next_try = to_come / 2.0;
    for term in terms {
        segment.tick()?;
        sums.add(term, segment)?;
        to_come -= term.factor;
        if to_come <= next_try && sums.docs.len() > wanted {
            floor = floor.max(least_of_best(sums.scores(), wanted));
            // Sums in another order differ in their last digits.
            sums.drop_below(floor * (1.0 - ROUNDING) - to_come.max(0.0) * (1.0 + ROUNDING));
            next_try = to_come / 2.0;
        }
    }
    let scores: Vec<f32> = sums.scores().collect();
    Ok(sums.docs.into_iter().zip(scores).collect())
}

/// The scores of some documents of a segment.
struct Sums {
    /// The documents, in order.
    docs: Vec<DocId>,
    /// Their scores: by document, or in the order of `docs`.
    scores: Vec<f32>,
    by_doc: bool,
}

impl Sums {
    fn new(candidates: &Bits, terms: &[&WeightedTerm<'_>], segment: &Segment<'_>) -> Sums {
        let (docs, max_doc) = (candidates.to_vec(), candidates.max_doc() as usize);
        let infos = terms.iter().filter_map(|term| term.located.in_segment(segment.ord));
        let read = infos.map(|info| info.doc_freq as usize).filter(|count| *count <= SPARSE * docs.len());
        let by_doc = read.sum::<usize>() >= max_doc / MIN_READ;
        let scores = vec![0.0; if by_doc { max_doc } else { docs.len() }];
        Sums { docs, scores, by_doc }
    }

    /// Adds a term's part to the scores.
    fn add(&mut self, term: &WeightedTerm<'_>, segment: &Segment<'_>) -> Result<()> {
        let Some(info) = term.located.in_segment(segment.ord) else { return Ok(()) };
        let Sums { docs, scores, by_doc, .. } = self;
        if info.doc_freq as usize > SPARSE * docs.len() {
            return segment.frequencies_of(term.field, info, docs, |number, frequency, norm| {
                let place = if *by_doc { docs[number] as usize } else { number };
                scores[place] += term.score(frequency, norm);
            });
        }
        if *by_doc {
            return segment.frequencies(term.field, info, |found, frequencies, norms| {
                for (doc, frequency) in found.iter().zip(frequencies) {
                    scores[*doc as usize] += term.score(*frequency, norms.fieldnorm_id(*doc));
                }
            });
        }
        let mut left = docs.iter().zip(scores).peekable();
        segment.frequencies(term.field, info, |found, frequencies, norms| {
            let Some(last) = found.last() else { return };
            let mut at = 0;
            while let Some((doc, score)) = left.next_if(|(doc, _)| *doc <= last) {
                // The last document is not less, so this ends.
                while found[at] < *doc {
                    at += 1;
                }
                if found[at] == *doc {
                    *score += term.score(frequencies[at], norms.fieldnorm_id(*doc));
                }
            }
        })
    }

    /// Returns the scores in the order of the documents.
    fn scores(&self) -> impl Iterator<Item = f32> + '_ {
        let place = |(number, doc): (usize, &DocId)| if self.by_doc { *doc as usize } else { number };
        self.docs.iter().enumerate().map(move |at| self.scores[place(at)])
    }

    /// Drops the documents whose score is less than this.
    fn drop_below(&mut self, least: f32) {
        let Sums { docs, scores, by_doc } = self;
        if *by_doc {
            return docs.retain(|doc| scores[*doc as usize] >= least);
        }
        let mut of_docs = scores.iter();
        docs.retain(|_| of_docs.next().is_some_and(|score| *score >= least));
        scores.retain(|score| *score >= least);
    }
}

/// Returns the least of the `wanted` best scores.
fn least_of_best(scores: impl Iterator<Item = f32>, wanted: usize) -> f32 {
    // The best scores so far, the least of them on top; most documents score less.
    let mut best: BinaryHeap<Reverse<u32>> = BinaryHeap::with_capacity(wanted + 1);
    let mut last = 0.0;
    for score in scores {
        if score > last || best.len() < wanted {
            // A score is never negative, so its bits have the same order.
            best.push(Reverse(score.max(0.0).to_bits()));
            if best.len() > wanted {
                best.pop();
            }
            if best.len() == wanted {
                last = best.peek().map_or(0.0, |Reverse(least)| f32::from_bits(*least));
            }
        }
    }
    last
}

impl WeightedTerm<'_> {
    /// Returns an upper bound of the term's contribution to a score.
    pub(super) fn greatest(&self) -> f32 {
        self.factor
    }

    #[inline]
    fn score(&self, frequency: u32, norm: u8) -> f32 {
        let frequency = frequency as f32;
        self.factor * frequency / (frequency + self.norms[norm as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;
    use crate::index::{Index, IndexSettings, Resources};
    use crate::query::parse;
    use crate::search::compile::compile;
    use crate::search::compile::plan::Breadth;
    use gongxun_text::random::Random;
    use gongxun_text::synonyms::Synonyms;

    #[test]
    fn the_best_of_all_documents_are_those_of_a_scoring_without_bounds() {
        // The first characters are in nearly every article, the last in few.
        let chars: Vec<char> = "的了在是工会职业安全生产事故调查救援罢".chars().collect();
        let mut random = Random::new(5);
        let index = Index::in_memory(IndexSettings::default()).unwrap();
        let mut writer = index.writer(Resources::default()).unwrap();
        for number in 0..3_000 {
            let length = 4 + random.below(60);
            let body = (0..length).map(|_| {
                let below = 1 + random.below(chars.len());
                chars[random.below(below)]
            });
            let article = Article::new(&number.to_string(), "", body.collect::<String>());
            writer.put(&article).unwrap();
            if number == 1_000 {
                writer.commit().unwrap();
            }
        }
        writer.commit().unwrap();
        let snapshot = index.snapshot();
        let (mut all, mut given) = (0, 0);
        for _ in 0..40 {
            let query: String = (0..2 + random.below(8)).map(|_| chars[random.below(chars.len())]).collect();
            let segmenter = snapshot.segmenter().unwrap();
            let compiled = compile(parse(&query).root.as_ref(), &[], segmenter, Synonyms::builtin(), Breadth::Wide);
            let terms = weigh(&compiled.terms, &snapshot).unwrap();
            let terms = in_order(&terms, Kind::Partial);
            for wanted in [1, 3, 10] {
                let mut floor = 0.0;
                for segment in Segment::all(&snapshot) {
                    let candidates = Bits::full(segment.max_doc());
                    let sorted = |wanted, floor| {
                        let mut scores = scores(&segment, &terms, &candidates, wanted, floor).unwrap();
                        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                        scores
                    };
                    let expected = sorted(usize::MAX, 0.0);
                    let found = sorted(wanted, floor);
                    (all, given) = (all + expected.len(), given + found.len());
                    let best = expected.iter().take_while(|(_, score)| *score >= floor).take(wanted).count();
                    assert_eq!(found.get(..best), expected.get(..best), "{query} {wanted}");
                    floor = floor.max(expected[wanted - 1].1);
                }
            }
        }
        // Bounds that drop nothing prove nothing.
        assert!(given * 2 < all, "{given} of {all}");
    }
}
