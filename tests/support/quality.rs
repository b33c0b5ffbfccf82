//! Scores retrieval on questions with known answers: MRR, recall and nDCG. Shared by the tests, which hold floors, and
//! by `examples/retrieval_quality.rs`, which prints the table.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gongxun_core::control::Control;
use gongxun_core::index::Snapshot;
use gongxun_core::query::parse;
use gongxun_core::search::compile::compile;
use gongxun_core::search::compile::plan::TokenKind;
use gongxun_core::search::matching::bits::Bits;
use gongxun_core::search::matching::found::Matches;
use gongxun_core::search::matching::segment::Segment;
use gongxun_core::search::ranking::rank::Order;
use gongxun_core::search::ranking::ranked::{Evidence, Ranked};
use gongxun_core::search::ranking::scoring::{scores, weigh};
use gongxun_core::search::{Breadth, Sort};
use gongxun_text::synonyms::Synonyms;
use serde_json::Value;
use tantivy::DocAddress;

/// The number of hits that are examined.
pub const DEPTH: usize = 100;
/// The number of first hits that count for MRR and the first recall.
const FIRST: usize = 10;

/// A question with the keys of the articles that answer it, each with a grade: 2 is about it, 1 answers in passing.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub text: String,
    pub relevant: BTreeMap<String, u8>,
    /// The keys of all articles that were read for it, relevant or not; empty if nobody read those that don't answer.
    pub read: BTreeSet<String>,
}

/// The scores of a ranking, as means over all questions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// The reciprocal rank of the first right article among the first ten.
    pub mrr: f64,
    /// The share of the right articles among the first ten, of as many as fit there.
    pub recall_10: f64,
    /// The same among the first hundred.
    pub recall_100: f64,
    /// nDCG of the first ten, by grade.
    pub ndcg: f64,
    /// The share of the first ten that nobody has judged.
    pub unjudged: f64,
}

/// Scores the answers to all questions: the means of all figures.
pub fn measure(questions: &[Question], answer: impl FnMut(&str) -> Vec<String>) -> Figures {
    mean(&each(questions, answer))
}

/// Scores the answers to all questions: the figures of each.
pub fn each(questions: &[Question], mut answer: impl FnMut(&str) -> Vec<String>) -> Vec<Figures> {
    questions.iter().map(|question| figures(question, &answer(&question.text))).collect()
}

/// Scores one ranking.
fn figures(question: &Question, ranked: &[String]) -> Figures {
    let right = |key: &String| question.relevant.contains_key(key);
    let found = |depth: usize| {
        let room = question.relevant.len().min(depth).max(1);
        ranked.iter().take(depth).filter(|key| right(key)).count() as f64 / room as f64
    };
    let grades = ranked.iter().map(|key| question.relevant.get(key).copied().unwrap_or(0));
    let best = ideal(question);
    let got: f64 = grades.take(FIRST).enumerate().map(|(place, grade)| gain(grade, place)).sum();
    Figures {
        mrr: ranked.iter().take(FIRST).position(right).map_or(0.0, |place| 1.0 / (place + 1) as f64),
        recall_10: found(FIRST),
        recall_100: found(DEPTH),
        ndcg: if best > 0.0 { got / best } else { 0.0 },
        unjudged: {
            let first = &ranked[..ranked.len().min(FIRST)];
            first.iter().filter(|key| !question.read.contains(*key)).count() as f64 / first.len().max(1) as f64
        },
    }
}

/// Returns what an article of this grade adds to DCG at a place from 0.
pub fn gain(grade: u8, place: usize) -> f64 {
    (f64::from(1u32 << grade) - 1.0) / ((place + 2) as f64).log2()
}

/// Returns the DCG of the best possible first ten.
pub fn ideal(question: &Question) -> f64 {
    let mut grades: Vec<u8> = question.relevant.values().copied().collect();
    grades.sort_unstable_by(|a, b| b.cmp(a));
    grades.iter().take(FIRST).enumerate().map(|(place, grade)| gain(*grade, place)).sum()
}

/// Returns the means of figures.
pub fn mean(figures: &[Figures]) -> Figures {
    let n = figures.len().max(1) as f64;
    let of = |figure: fn(&Figures) -> f64| figures.iter().map(figure).sum::<f64>() / n;
    Figures {
        mrr: of(|f| f.mrr),
        recall_10: of(|f| f.recall_10),
        recall_100: of(|f| f.recall_100),
        ndcg: of(|f| f.ndcg),
        unjudged: of(|f| f.unjudged),
    }
}

/// The difference between two rankings, question by question: the mean, and the interval that holds 95 of 100 means
/// when the questions are resampled (a paired bootstrap).
#[derive(Debug, Clone, Copy)]
pub struct Difference {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

/// The number of bootstrap samples.
const DRAWS: usize = 2_000;

/// Returns how much greater a figure is in `new` than in `old`.
pub fn difference(old: &[Figures], new: &[Figures], figure: impl Fn(&Figures) -> f64) -> Difference {
    let each: Vec<f64> = old.iter().zip(new).map(|(old, new)| figure(new) - figure(old)).collect();
    let n = each.len().max(1);
    let mut random = Random(7);
    let mut draw = || (0..n).map(|_| each.get(random.below(n)).copied().unwrap_or(0.0)).sum::<f64>() / n as f64;
    let mut means: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    means.sort_by(f64::total_cmp);
    let mean = each.iter().sum::<f64>() / n as f64;
    Difference { mean, low: means[DRAWS / 40], high: means[DRAWS - 1 - DRAWS / 40] }
}

/// A small random number generator with a fixed seed.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }
}

/// A snapshot whose articles are identified by keys.
pub struct Ours {
    pub snapshot: Snapshot,
    /// The key of each document, by segment.
    keys: Vec<BTreeMap<u32, String>>,
}

impl Ours {
    /// Names each article by the key that `key` derives from its origin.
    pub fn new(snapshot: Snapshot, key: impl Fn(&gongxun_core::article::Article) -> String) -> Ours {
        let mut keys = vec![BTreeMap::new(); snapshot.searcher.segment_readers().len()];
        for found in snapshot.all() {
            let (address, article) = found.unwrap();
            keys[address.segment_ord as usize].insert(address.doc_id, key(&article));
        }
        Ours { snapshot, keys }
    }

    /// Returns the key of a document.
    pub fn key(&self, address: DocAddress) -> String {
        self.keys[address.segment_ord as usize].get(&address.doc_id).cloned().unwrap_or_default()
    }

    /// Whether an article has this key.
    pub fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|keys| keys.values().any(|other| other == key))
    }

    /// Returns the hits as the program does: full matches, then partial ones, the first `second_stage` of all
    /// re-ranked.
    pub fn answer(&self, question: &str, second_stage: usize) -> Vec<String> {
        self.ranked(question, second_stage).iter().map(|ranked| self.key(ranked.address)).collect()
    }

    /// Returns the hits that the second stage examined, ordered by another value than the program's.
    pub fn answer_by<V: PartialOrd>(
        &self,
        question: &str,
        second_stage: usize,
        value: impl Fn(&Ranked, &Evidence) -> V,
    ) -> Vec<String> {
        let ranked = self.ranked(question, second_stage);
        let mut examined: Vec<(V, &Ranked)> =
            ranked.iter().filter_map(|hit| Some((value(hit, hit.evidence.as_ref()?), hit))).collect();
        examined.sort_by(|(a, _), (b, _)| b.partial_cmp(a).unwrap());
        examined.into_iter().map(|(_, hit)| self.key(hit.address)).collect()
    }

    /// Returns the first hits, `second_stage` of them re-ranked, with what the second stage saw.
    pub fn ranked(&self, question: &str, second_stage: usize) -> Vec<Ranked> {
        self.ranked_with(question, second_stage, Synonyms::builtin())
    }

    /// Does the same with these synonyms.
    pub fn ranked_with(&self, question: &str, second_stage: usize, synonyms: &Synonyms) -> Vec<Ranked> {
        let query = parse(question);
        let segmenter = self.snapshot.segmenter().unwrap();
        let compiled = compile(query.root.as_ref(), &[], segmenter, synonyms, Breadth::Wide);
        let control = Control::default();
        let matches = Matches::find(&self.snapshot, &compiled, &control).unwrap();
        let order = Order { sort: Sort::Relevance, breadth: Breadth::Wide, second_stage };
        matches.ranked(&self.snapshot, &compiled, order, DEPTH.max(second_stage), &control).unwrap()
    }

    /// Returns the articles with any token of this kind of the question, scored by the fields of that kind alone: by
    /// words, or by bigrams of characters.
    pub fn alone(&self, question: &str, kind: TokenKind) -> Vec<String> {
        let query = parse(question);
        let segmenter = self.snapshot.segmenter().unwrap();
        let mut terms = compile(query.root.as_ref(), &[], segmenter, Synonyms::builtin(), Breadth::Exact).terms;
        terms.retain(|term| term.kind == kind);
        let weighted = weigh(&terms, &self.snapshot).unwrap();
        let mut ranked = Vec::new();
        for segment in Segment::all(&self.snapshot) {
            let scores =
                scores(&segment, &weighted.iter().collect::<Vec<_>>(), &Bits::full(segment.max_doc()), DEPTH, 0.0)
                    .unwrap();
            let found = scores.into_iter().filter(|(_, score)| *score > 0.0);
            ranked.extend(found.map(|(doc, score)| (score, DocAddress::new(segment.ord as u32, doc))));
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().take(DEPTH).map(|(_, address)| self.key(address)).collect()
    }
}

/// Returns the lines of a JSON-lines file.
pub fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Returns a text of a JSON object; empty if it is not there.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or("")
}

/// Reads queries judged by one reader, `{"query": …, "relevant": {key: grade}}` a line; articles that are not in the
/// index are left out, and so are queries without any other.
pub fn judged(path: &Path, is_there: impl Fn(&str) -> bool) -> Vec<Question> {
    let question = |value: &Value| Question {
        text: text(value, "query").to_string(),
        relevant: value["relevant"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| is_there(key))
            .map(|(key, grade)| (key.clone(), grade.as_u64().unwrap() as u8))
            .collect(),
        read: BTreeSet::new(),
    };
    json_lines(path).iter().map(question).filter(|question| !question.relevant.is_empty()).collect()
}

/// Reads queries whose pools two judges graded, `{"query": …, "grades": {key: [grade, grade]}}` a line. The grade that
/// counts is the lower of the two. Queries without a relevant article are left out; the agreement covers them too.
pub fn judged_by_two(path: &Path) -> (Vec<Question>, Agreement) {
    let mut questions = Vec::new();
    let mut pairs = Vec::new();
    for line in json_lines(path) {
        let mut question = Question { text: text(&line, "query").to_string(), ..Question::default() };
        for (key, grades) in line["grades"].as_object().unwrap() {
            let [one, other] = [0, 1].map(|judge| grades[judge].as_u64().unwrap() as u8);
            pairs.push((one, other));
            question.read.insert(key.clone());
            if one.min(other) > 0 {
                question.relevant.insert(key.clone(), one.min(other));
            }
        }
        if !question.relevant.is_empty() {
            questions.push(question);
        }
    }
    (questions, Agreement::of(&pairs))
}

/// How far two judges agree who graded the same documents.
#[derive(Debug, Clone, Copy)]
pub struct Agreement {
    pub documents: usize,
    /// The share of documents to which both gave the same grade.
    pub same: f64,
    /// Cohen's kappa: how far they agree beyond chance, by whether the grade is the same.
    pub kappa: f64,
    /// Kappa in which a difference of two grades counts four times as much as one of a single grade.
    pub weighted: f64,
    /// Kappa by whether the document is relevant at all.
    pub relevant: f64,
}

impl Agreement {
    /// Compares the pairs of grades, 0 to 2.
    pub fn of(pairs: &[(u8, u8)]) -> Agreement {
        let share = pairs.iter().filter(|(one, other)| one == other).count() as f64 / pairs.len().max(1) as f64;
        let kappa = |apart: fn(u8, u8) -> f64| {
            let n = pairs.len().max(1) as f64;
            let seen = pairs.iter().map(|(one, other)| apart(*one, *other)).sum::<f64>() / n;
            let mut expected = 0.0;
            for one in 0..=2 {
                for other in 0..=2 {
                    let by_one = pairs.iter().filter(|(grade, _)| *grade == one).count() as f64;
                    let by_other = pairs.iter().filter(|(_, grade)| *grade == other).count() as f64;
                    expected += apart(one, other) * by_one * by_other / (n * n);
                }
            }
            if expected > 0.0 { 1.0 - seen / expected } else { 1.0 }
        };
        Agreement {
            documents: pairs.len(),
            same: share,
            kappa: kappa(|one, other| f64::from(one != other)),
            weighted: kappa(|one, other| f64::from(one.abs_diff(other)).powi(2)),
            relevant: kappa(|one, other| f64::from((one > 0) != (other > 0))),
        }
    }
}
