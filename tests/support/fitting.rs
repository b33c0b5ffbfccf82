//! Fits the weights of the second stage of ranking on one set of judged queries, each held out in turn, so that no other
//! set loses. Used by `examples/retrieval_quality.rs`.

use gongxun_core::search::Request;
use gongxun_core::search::ranking::ranked::{
    COVERAGE, Evidence, FULL, HEADING, ITEM, ITEM_COVERAGE, OTHER_YEAR, PROXIMITY,
};

use super::quality::{Difference, Figures, Ours, Question, Random, difference, gain, ideal, mean};

/// The weights that are fitted, with their names.
const NAMES: [&str; 6] = ["item", "coverage", "item coverage", "proximity", "heading", "full match"];
/// The weights of the program.
const PRESENT: [f32; 6] = [ITEM, COVERAGE, ITEM_COVERAGE, PROXIMITY, HEADING, FULL];
/// The number of weights that are tried.
const TRIALS: usize = 10_000;
/// The number of hits that count.
const FIRST: usize = 10;

/// The hits of a question that the second stage examined, and the grades of those that follow.
pub struct Examined {
    hits: Vec<Hit>,
    behind: Vec<u8>,
    ideal: f64,
}

struct Hit {
    tier: usize,
    place: usize,
    /// The part of its value that is not fitted: the first stage's score and the year.
    fixed: f32,
    /// The shares that the weights apply to.
    shares: [f32; 6],
    grade: u8,
}

/// Searches for the questions and keeps what the second stage saw. The best passage of a hit stays the one that the
/// program's weights choose.
pub fn examine(questions: &[Question], ours: &Ours) -> Vec<Examined> {
    let examine = |question: &Question| {
        let mut examined = Examined { hits: Vec::new(), behind: Vec::new(), ideal: ideal(question) };
        for ranked in ours.ranked(&question.text, Request::SECOND_STAGE) {
            let grade = question.relevant.get(&ours.key(ranked.address)).copied().unwrap_or(0);
            match &ranked.evidence {
                Some(evidence) => examined.hits.push(Hit::new(evidence, grade)),
                None if examined.behind.len() < FIRST => examined.behind.push(grade),
                None => {}
            }
        }
        examined.hits.sort_by_key(|hit| (hit.tier, hit.place));
        examined
    };
    questions.iter().map(examine).collect()
}

impl Hit {
    fn new(evidence: &Evidence, grade: u8) -> Hit {
        let Evidence { item, coverage, item_coverage, proximity, heading, .. } = *evidence;
        let year = if evidence.has_year == Some(false) { OTHER_YEAR } else { 0.0 };
        let full = if evidence.is_full { 1.0 } else { 0.0 };
        Hit {
            tier: evidence.tier,
            place: evidence.place,
            fixed: evidence.first + year,
            shares: [item, coverage, item_coverage, proximity, heading, full],
            grade,
        }
    }

    fn value(&self, weights: &[f32; 6]) -> f32 {
        self.fixed + self.shares.iter().zip(weights).map(|(share, weight)| share * weight).sum::<f32>()
    }
}

impl Examined {
    /// Returns nDCG of the first ten under these weights.
    fn ndcg(&self, weights: &[f32; 6]) -> f64 {
        let mut order: Vec<(usize, f32, u8)> =
            self.hits.iter().map(|hit| (hit.tier, hit.value(weights), hit.grade)).collect();
        order.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let grades = order.iter().map(|(.., grade)| grade).chain(&self.behind);
        let got: f64 = grades.take(FIRST).enumerate().map(|(place, grade)| gain(*grade, place)).sum();
        if self.ideal > 0.0 { got / self.ideal } else { 0.0 }
    }
}

fn all(set: &[Examined], weights: &[f32; 6]) -> Vec<Figures> {
    set.iter().map(|examined| Figures { ndcg: examined.ndcg(weights), ..Figures::default() }).collect()
}

/// Prints the weights that serve the set `fitted` best of those under which no other set loses, and what it gains if
/// each of its queries is answered by weights chosen without it.
pub fn fit(fitted: &str, sets: &[(&str, Vec<Examined>)]) {
    let (own, others): (Vec<_>, Vec<_>) = sets.iter().partition(|(name, _)| *name == fitted);
    let Some((_, own)) = own.first() else { return eprintln!("SKIPPED: {fitted} needs GONGXUN_DATA") };
    let mut random = Random(23);
    // Half of them far away: each weight between a third and three times the present one, one in ten 0. Half of them
    // near, where other sets lose less: each weight up to a third more or less.
    let mut tried = |number: usize| {
        let reach: f32 = if number.is_multiple_of(2) { 3.0 } else { 4.0 / 3.0 };
        PRESENT.map(|weight| match random.below(10) {
            0 if number.is_multiple_of(2) => 0.0,
            _ => weight * reach.powf(random.below(2_001) as f32 / 1_000.0 - 1.0),
        })
    };
    let trials: Vec<[f32; 6]> = std::iter::once(PRESENT).chain((0..TRIALS).map(&mut tried)).collect();
    let present = all(own, &PRESENT);
    let floors: Vec<f64> = others.iter().map(|(_, set)| mean(&all(set, &PRESENT)).ndcg).collect();
    let keeps = |weights: &[f32; 6]| {
        others.iter().zip(&floors).all(|((_, set), floor)| mean(&all(set, weights)).ndcg >= floor - 1e-9)
    };
    let of_each: Vec<([f32; 6], Vec<Figures>)> =
        trials.into_iter().map(|weights| (weights, all(own, &weights))).collect();
    // Weights that serve the set worse than the present ones can't be chosen.
    let better = of_each.into_iter().filter(|(_, figures)| mean(figures).ndcg >= mean(&present).ndcg);
    let better: Vec<([f32; 6], Vec<Figures>)> = better.collect();
    println!(
        "{fitted}: present weights {:.4}; {} of {TRIALS} others are better",
        mean(&present).ndcg,
        better.len() - 1
    );
    for (which, constrained) in [("whatever other sets lose", false), ("of those that make no other set worse", true)] {
        let allowed: Vec<&([f32; 6], Vec<Figures>)> =
            better.iter().filter(|(weights, _)| !constrained || keeps(weights)).collect();
        let sums: Vec<f64> = allowed.iter().map(|(_, figures)| figures.iter().map(|of| of.ndcg).sum()).collect();
        // The best without one query, for each of them.
        let held_out: Vec<Figures> = (0..own.len())
            .map(|query| {
                let without = |number: &usize| sums[*number] - allowed[*number].1[query].ndcg;
                let best = (0..allowed.len()).max_by(|a, b| without(a).total_cmp(&without(b)));
                allowed[best.unwrap_or(0)].1[query]
            })
            .collect();
        let best = (0..allowed.len()).max_by(|a, b| sums[*a].total_cmp(&sums[*b])).unwrap_or(0);
        println!("best {which}, {} allowed:", allowed.len());
        let shown: Vec<String> =
            NAMES.iter().zip(allowed[best].0).map(|(name, of)| format!("{name} {of:.3}")).collect();
        println!("  {}", shown.join(", "));
        for (how, figures) in [("fitted", &allowed[best].1), ("held out", &held_out)] {
            let Difference { mean: more, low, high } = difference(&present, figures, |of| of.ndcg);
            println!("  {how}: {:.4}, {more:+.4}, 95 % between {low:+.4} and {high:+.4}", mean(figures).ndcg);
        }
        for (name, set) in &others {
            let (old, new) = (all(set, &PRESENT), all(set, &allowed[best].0));
            let Difference { mean: more, low, high } = difference(&old, &new, |of| of.ndcg);
            println!("  {name}: {more:+.4}, 95 % between {low:+.4} and {high:+.4}");
        }
    }
}
