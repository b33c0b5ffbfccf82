//! The hidden Markov model's cut of characters that the dictionary leaves single: codes flow in, word lengths flow out.
//!
//! The states are begin, end, middle and single. Scores are added in jieba's order and ties are resolved as jieba does,
//! so that the same path is found to the last bit.

use super::dictionary::{Dictionary, HMM_HEAD};

const BEGIN: usize = 0;
const END: usize = 1;
const MIDDLE: usize = 2;
const SINGLE: usize = 3;

/// Whether two characters are one word.
///
/// Of the paths through two characters only the last state matters: end joins them, single separates them. The emission
/// of the second is the same for both ways into a state, so the better way is known before it is added.
#[inline]
pub(super) fn joins(dictionary: &Dictionary, first: u16, second: u16) -> bool {
    let hmm = dictionary.hmm;
    let (from, to) = (dictionary.emissions(first), dictionary.emissions(second));
    let way = |state: usize, next: usize| start(hmm, state) + from[state] + step(hmm, state, next);
    let end = way(BEGIN, END).max(way(MIDDLE, END)) + to[END];
    let single = way(END, SINGLE).max(way(SINGLE, SINGLE)) + to[SINGLE];
    end > single
}

/// Calls `word` with the first index and the index after the last of each word of `codes`. `ways` is scratch space.
pub(super) fn cut(dictionary: &Dictionary, codes: &[u16], ways: &mut Vec<[u8; 4]>, mut word: impl FnMut(usize, usize)) {
    let hmm = dictionary.hmm;
    let Some((&first, rest)) = codes.split_first() else { return };
    let emissions = dictionary.emissions(first);
    let mut scores: [f64; 4] = std::array::from_fn(|state| start(hmm, state) + emissions[state]);
    ways.clear();
    for &code in rest {
        let emissions = dictionary.emissions(code);
        let better = |one: usize, other: usize, state: usize| {
            let a = scores[one] + step(hmm, one, state) + emissions[state];
            let b = scores[other] + step(hmm, other, state) + emissions[state];
            if a > b { (a, one as u8) } else { (b, other as u8) }
        };
        let best = [
            better(END, SINGLE, BEGIN),
            better(BEGIN, MIDDLE, END),
            better(BEGIN, MIDDLE, MIDDLE),
            better(END, SINGLE, SINGLE),
        ];
        scores = best.map(|(score, _)| score);
        ways.push(best.map(|(_, way)| way));
    }

    // From here on the first element of each of `ways` is the state of each character but the first.
    let mut state = if scores[END] > scores[SINGLE] { END } else { SINGLE };
    for way in ways.iter_mut().rev() {
        let before = way[state] as usize;
        way[0] = state as u8;
        state = before;
    }
    let mut begin = 0;
    for (at, state) in std::iter::once(state).chain(ways.iter().map(|way| way[0] as usize)).enumerate() {
        match state {
            BEGIN => begin = at,
            END => word(begin, at + 1),
            SINGLE => word(at, at + 1),
            _ => {}
        }
    }
}

#[inline]
fn start(hmm: &[f64; HMM_HEAD], state: usize) -> f64 {
    hmm[state]
}

#[inline]
fn step(hmm: &[f64; HMM_HEAD], from: usize, to: usize) -> f64 {
    hmm[4 + from * 4 + to]
}
