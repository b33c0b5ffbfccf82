//! Ranking: BM25 over words, pairs and chars, term by term.
//!
//! A text is scored as the sum of BM25 over its three fields with equal weights; an article as body + title + lead, each
//! with its weight. All terms of the query are added up in one array per segment, which beats merging fifty posting
//! lists document by document.

use std::collections::BTreeMap;

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

/// One term to score by.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTerm {
    /// The field.
    pub field: Field,
    /// The token.
    pub token: String,
    /// What its BM25 is multiplied by: the field's weight times its number in the query.
    pub weight: f32,
}

/// The terms of a folded piece of text in one text's fields, summed up where one occurs twice.
pub fn terms(folded: &str, text: TextFields, weight: f32, segmenter: &Segmenter, terms: &mut Vec<ScoreTerm>) {
    let mut add = |field: Field, token: &str| match terms.iter_mut().find(|t| t.field == field && t.token == token) {
        Some(term) => term.weight += weight,
        None => terms.push(ScoreTerm { field, token: token.to_string(), weight }),
    };
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
    match terms.iter_mut().find(|t| t.field == text.words && t.token == folded) {
        Some(term) => term.weight += weight,
        None => terms.push(ScoreTerm { field: text.words, token: folded.to_string(), weight }),
    }
}

/// A term with what BM25 needs to know of the whole index.
pub struct Weighted {
    /// The term.
    pub term: Term,
    /// Weight times inverse document frequency times (k1 + 1).
    factor: f32,
    /// By the code of the text's length: k1 · (1 − b + b · length / average length).
    norms: [f32; 256],
}

/// Weighs the terms by the index's own statistics; terms that do not occur are left out.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn weigh(terms: &[ScoreTerm], snapshot: &Snapshot) -> Result<Vec<Weighted>> {
    let segments = snapshot.searcher.segment_readers();
    let articles: u64 = segments.iter().map(|s| u64::from(s.max_doc())).sum();
    let mut averages: BTreeMap<Field, [f32; 256]> = BTreeMap::new();
    let mut weighted = Vec::with_capacity(terms.len());
    for ScoreTerm { field, token, weight } in terms {
        let term = Term::from_field_text(*field, token);
        let frequency = snapshot.searcher.doc_freq(&term)?;
        if frequency == 0 {
            continue;
        }
        let norms = match averages.get(field) {
            Some(norms) => *norms,
            None => {
                let mut tokens = 0;
                for segment in segments {
                    tokens += segment.inverted_index(*field)?.total_num_tokens();
                }
                let average = (tokens as f32 / articles.max(1) as f32).max(f32::MIN_POSITIVE);
                let norm = |id: usize| FieldNormReader::id_to_fieldnorm(id as u8) as f32;
                let norms = std::array::from_fn(|id| K1 * (1.0 - B + B * norm(id) / average));
                averages.insert(*field, norms);
                norms
            }
        };
        weighted.push(Weighted { term, factor: weight * inverse_frequency(frequency, articles) * (K1 + 1.0), norms });
    }
    Ok(weighted)
}

fn inverse_frequency(with_term: u64, articles: u64) -> f32 {
    let (n, all) = (with_term as f64, articles.max(with_term) as f64);
    (1.0 + (all - n + 0.5) / (n + 0.5)).ln() as f32
}

/// The scores of the candidates, by document; what stands at other documents means nothing.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn scores(segment: &SegmentReader, terms: &[Weighted], candidates: &Bits) -> Result<Vec<f32>> {
    let mut scores = vec![0f32; segment.max_doc() as usize];
    let count = candidates.count();
    for weighted in terms {
        let field = weighted.term.field();
        let inverted = segment.inverted_index(field)?;
        let Some(info) = read(inverted.get_term_info(&weighted.term))? else { continue };
        let norms = segment.get_fieldnorms_reader(field)?;
        if u64::from(info.doc_freq) > SPARSE * count {
            add_sparse(&inverted, &info, weighted, &norms, candidates, &mut scores)?;
        } else {
            add_dense(&inverted, &info, weighted, &norms, &mut scores)?;
        }
    }
    Ok(scores)
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
    candidates: &Bits,
    scores: &mut [f32],
) -> Result<()> {
    let mut postings = read(inverted.read_postings_from_terminfo(info, IndexRecordOption::WithFreqs))?;
    let mut at: DocId = postings.doc();
    for doc in candidates.iter() {
        if at < doc {
            at = postings.seek(doc);
        }
        if at == TERMINATED {
            break;
        }
        if at == doc {
            scores[doc as usize] += weighted.score(postings.term_freq(), norms.fieldnorm_id(doc));
        }
    }
    Ok(())
}
