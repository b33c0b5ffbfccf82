//! Ranking: BM25 over words, pairs and chars, term by term.
//!
//! A text is scored as the sum of BM25 over its three fields with equal weights; an article as body + title + lead, each
//! with its weight. All terms of the query are added up in one array per segment, which beats merging fifty posting
//! lists document by document.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BinaryHeap, HashMap, hash_map};
use std::rc::Rc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings as _, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet as _, SegmentReader, TERMINATED, Term};

use super::bits::Bits;
use super::strings::read;
use crate::error::Result;
use crate::index::Snapshot;
use crate::index::analyzer;
use crate::index::schema::TextFields;
use crate::text::segment::Segmenter;
use crate::text::strings::{self, Class};

/// What a match in the title adds, beside 1 for the body.
pub const TITLE_WEIGHT: f32 = 0.3;
/// What a match in the lead adds.
pub const LEAD_WEIGHT: f32 = 0.2;
/// What a match in a name adds.
pub const NAMES_WEIGHT: f32 = 0.3;
/// BM25's k1, as tantivy and Lucene have it.
const K1: f32 = 1.2;
/// BM25's b.
const B: f32 = 0.75;
/// A term is looked up document by document where fewer than one in this many of its documents is a candidate.
const SPARSE: u64 = 16;
/// What sums of 32-bit floats may be off by, as a part of them.
const ROUNDING: f32 = 1e-4;

/// One term to score by.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTerm {
    /// The field.
    pub field: Field,
    /// The token.
    pub token: String,
    /// What its BM25 is multiplied by: the field's weight, each time that the term stands in the query.
    pub weight: f32,
}

/// The terms of a folded piece of text in one text's fields, one for each time that it occurs.
pub fn terms(folded: &str, text: TextFields, weight: f32, segmenter: &Segmenter, terms: &mut Vec<ScoreTerm>) {
    let mut add = |field: Field, token: &str| terms.push(ScoreTerm { field, token: token.to_string(), weight });
    analyzer::words(folded, segmenter, &mut Vec::new(), |word| add(text.words, word));
    let chars: Vec<char> = folded.chars().collect();
    for (class, run) in strings::runs(&chars) {
        match class {
            Class::Han => {
                for pair in chars[run.clone()].windows(2) {
                    add(text.pairs, &pair.iter().collect::<String>());
                }
                for c in &chars[run] {
                    add(text.chars, c.encode_utf8(&mut [0; 4]));
                }
            }
            Class::Letter | Class::Digit => {
                let run: String = chars[run].iter().take(analyzer::MAX_RUN_CHARS).collect();
                add(text.pairs, &run);
            }
            Class::Other => {}
        }
    }
}

/// The term of a single word in one text's words field.
pub fn word(folded: &str, text: TextFields, weight: f32, terms: &mut Vec<ScoreTerm>) {
    terms.push(ScoreTerm { field: text.words, token: folded.to_string(), weight });
}

/// Each term once, with the sum of its weights.
fn summed(terms: &[ScoreTerm]) -> Vec<ScoreTerm> {
    let mut places: HashMap<(Field, &str), usize> = HashMap::with_capacity(terms.len());
    let mut summed: Vec<ScoreTerm> = Vec::with_capacity(terms.len());
    for term in terms {
        match places.entry((term.field, term.token.as_str())) {
            hash_map::Entry::Occupied(place) => summed[*place.get()].weight += term.weight,
            hash_map::Entry::Vacant(place) => {
                place.insert(summed.len());
                summed.push(term.clone());
            }
        }
    }
    summed
}

/// A term with what BM25 needs to know of the whole index.
pub struct Weighted {
    /// The field.
    pub field: Field,
    /// The token.
    pub token: String,
    /// How many documents have it.
    pub documents: u64,
    /// Where its postings are, segment by segment.
    infos: Vec<Option<TermInfo>>,
    /// Weight times inverse document frequency times (k1 + 1): more than it can add to any score.
    factor: f32,
    /// By the code of the text's length: k1 · (1 − b + b · length / average length).
    norms: Rc<[f32; 256]>,
}

/// Weighs the terms by the index's own statistics, those first that can add most; terms that do not occur are left out.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn weigh(terms: &[ScoreTerm], snapshot: &Snapshot) -> Result<Vec<Weighted>> {
    let segments = snapshot.searcher.segment_readers();
    let articles: u64 = segments.iter().map(|s| u64::from(s.max_doc())).sum();
    let mut averages: BTreeMap<Field, Rc<[f32; 256]>> = BTreeMap::new();
    let mut weighted = Vec::with_capacity(terms.len());
    for ScoreTerm { field, token, weight } in summed(terms) {
        let term = Term::from_field_text(field, &token);
        let mut infos = Vec::with_capacity(segments.len());
        for segment in segments {
            infos.push(read(segment.inverted_index(field)?.get_term_info(&term))?);
        }
        let documents: u64 = infos.iter().flatten().map(|info| u64::from(info.doc_freq)).sum();
        if documents == 0 {
            continue;
        }
        let norms = match averages.get(&field) {
            Some(norms) => norms.clone(),
            None => {
                let mut tokens = 0;
                for segment in segments {
                    tokens += segment.inverted_index(field)?.total_num_tokens();
                }
                let average = (tokens as f32 / articles.max(1) as f32).max(f32::MIN_POSITIVE);
                let norm = |id: usize| FieldNormReader::id_to_fieldnorm(id as u8) as f32;
                let norms = Rc::new(std::array::from_fn(|id| K1 * (1.0 - B + B * norm(id) / average)));
                averages.insert(field, norms.clone());
                norms
            }
        };
        let factor = weight * inverse_frequency(documents, articles) * (K1 + 1.0);
        weighted.push(Weighted { field, token, documents, infos, factor, norms });
    }
    weighted.sort_by(|a, b| b.factor.total_cmp(&a.factor));
    Ok(weighted)
}

fn inverse_frequency(with_term: u64, articles: u64) -> f32 {
    let (n, all) = (with_term as f64, articles.max(with_term) as f64);
    (1.0 + (all - n + 0.5) / (n + 0.5)).ln() as f32
}

/// The candidates with their scores, in their order; where only the first `wanted` by score matter, those that surely are
/// none of them may be missing.
///
/// The terms that can add most are added up first. As soon as the terms to come can't lift a document above the `wanted`
/// best ones any more, it is dropped, and with few documents left a term is looked up for these alone. Nothing is
/// estimated: a dropped document's score and all that could be added lie below `wanted` others.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn scores(
    segment: &SegmentReader,
    ord: usize,
    terms: &[Weighted],
    candidates: &Bits,
    wanted: usize,
) -> Result<Vec<(DocId, f32)>> {
    let mut scores = vec![0f32; segment.max_doc() as usize];
    let mut alive = candidates.to_vec();
    let mut to_come: f32 = terms.iter().map(|term| term.factor).sum();
    // Dropping is tried again when what can still be added has halved.
    let mut next_try = to_come / 2.0;
    let mut readers = BTreeMap::new();
    for weighted in terms {
        if let Some(info) = weighted.infos.get(ord).and_then(Option::as_ref) {
            let (inverted, norms) = match readers.entry(weighted.field) {
                Entry::Occupied(readers) => readers.into_mut(),
                Entry::Vacant(place) => {
                    let inverted = segment.inverted_index(weighted.field)?;
                    place.insert((inverted, segment.get_fieldnorms_reader(weighted.field)?))
                }
            };
            if u64::from(info.doc_freq) > SPARSE * alive.len() as u64 {
                add_sparse(inverted, info, weighted, norms, &alive, &mut scores)?;
            } else {
                add_dense(inverted, info, weighted, norms, &mut scores)?;
            }
        }
        to_come -= weighted.factor;
        if to_come <= next_try && alive.len() > wanted {
            drop_hopeless(&mut alive, &scores, wanted, to_come);
            next_try = to_come / 2.0;
        }
    }
    Ok(alive.into_iter().map(|doc| (doc, scores[doc as usize])).collect())
}

/// Keeps the documents that can still be among the `wanted` best when at most `to_come` is added to each.
fn drop_hopeless(alive: &mut Vec<DocId>, scores: &[f32], wanted: usize, to_come: f32) {
    // The `wanted` best so far, the least of them on top; most documents are no match for it.
    let mut best: BinaryHeap<Reverse<u32>> = BinaryHeap::with_capacity(wanted + 1);
    let mut last = 0.0;
    for doc in alive.iter() {
        let score = scores[*doc as usize];
        if score > last || best.len() < wanted {
            // A score is never negative, so its bits sort as it does.
            best.push(Reverse(score.max(0.0).to_bits()));
            if best.len() > wanted {
                best.pop();
            }
            if best.len() == wanted {
                last = best.peek().map_or(0.0, |Reverse(least)| f32::from_bits(*least));
            }
        }
    }
    // Sums in another order differ in their last digits.
    let least = last * (1.0 - ROUNDING) - to_come.max(0.0) * (1.0 + ROUNDING);
    alive.retain(|doc| scores[*doc as usize] >= least);
}

impl Weighted {
    #[inline]
    fn score(&self, frequency: u32, norm: u8) -> f32 {
        let frequency = frequency as f32;
        self.factor * frequency / (frequency + self.norms[norm as usize])
    }
}

fn add_dense(
    inverted: &tantivy::InvertedIndexReader,
    info: &TermInfo,
    weighted: &Weighted,
    norms: &FieldNormReader,
    scores: &mut [f32],
) -> Result<()> {
    let mut block = read(inverted.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs))?;
    while !block.docs().is_empty() {
        for (doc, frequency) in block.docs().iter().zip(block.freqs()) {
            scores[*doc as usize] += weighted.score(*frequency, norms.fieldnorm_id(*doc));
        }
        block.advance();
    }
    Ok(())
}

fn add_sparse(
    inverted: &tantivy::InvertedIndexReader,
    info: &TermInfo,
    weighted: &Weighted,
    norms: &FieldNormReader,
    candidates: &[DocId],
    scores: &mut [f32],
) -> Result<()> {
    let mut postings = read(inverted.read_postings_from_terminfo(info, IndexRecordOption::WithFreqs))?;
    let mut at: DocId = postings.doc();
    for doc in candidates {
        if at < *doc {
            at = postings.seek(*doc);
        }
        if at == TERMINATED {
            break;
        }
        if at == *doc {
            scores[*doc as usize] += weighted.score(postings.term_freq(), norms.fieldnorm_id(*doc));
        }
    }
    Ok(())
}
