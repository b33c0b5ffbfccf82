//! Words of the index that are like a word: that sound like it, roughly or exactly, or differ by one character; and words
//! whose pinyin begins with some letters.
//!
//! Wanted words flow in. The dictionary of terms is a trie, and an automaton goes down only those of its branches that a wanted
//! word may lead to: what is read grows with the number of first characters, not with that of words. Out flow words that may
//! be near; how near they are is the caller's to say.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::FixedState;
use tantivy::SegmentReader;
use tantivy::schema::Field;
use tantivy_fst::Automaton;

use crate::error::Result;
use crate::search::matching::segment::read;
use gongxun_text::pinyin::{reading, rough};

/// What is looked for.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// Words of as many characters as this one that have these letters, or roughly these; where `one_off`, words that differ by
    /// one character, too.
    Like {
        /// The word.
        word: Vec<char>,
        /// Its letters.
        sound: String,
        /// Its rough letters.
        rough: String,
        /// Whether words that differ by one character are meant.
        one_off: bool,
    },
    /// Words with these letters, or roughly these.
    Letters(String),
    /// Words whose letters begin with these.
    Beginning(String),
}

/// Gives the terms of a field in one segment that may be near what is wanted, in order, with the number of documents of each.
///
/// # Errors
/// Where a file of the index can't be read.
pub(super) fn near(
    segment: &SegmentReader,
    field: Field,
    nearby: &Nearby,
    mut each: impl FnMut(&str, u64) -> Result<()>,
) -> Result<()> {
    let inverted = segment.inverted_index(field)?;
    let mut stream = read(inverted.terms().search(nearby).into_stream())?;
    while let Some((term, info)) = stream.next() {
        if let Ok(term) = std::str::from_utf8(term) {
            each(term, u64::from(info.doc_freq))?;
        }
    }
    Ok(())
}

/// The automaton of what is wanted.
#[derive(Debug)]
pub(super) struct Nearby {
    aims: Vec<Aim>,
    /// The characters of the words, in order: what a branch leads to depends on the reading alone for all others.
    chars: Vec<char>,
    start: u32,
    known: RefCell<Known>,
}

/// One way of being near.
#[derive(Debug)]
struct Aim {
    kind: Kind,
    word: Vec<char>,
    /// The letters; rough ones where that is the way.
    letters: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sound,
    Rough,
    OneOff,
    Beginning,
}

/// How far a term has come on its way to one aim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Step {
    aim: u16,
    /// How many characters there were.
    chars: u8,
    /// How many letters are behind it; of words that differ by one character, how many characters differ.
    done: u8,
}

/// The sets of steps that were met, so that a state is a number.
#[derive(Debug, Default)]
struct Known {
    sets: Vec<Set>,
    numbers: HashMap<Vec<Step>, u32>,
    by_char: HashMap<(u32, char), u32, FixedState>,
    /// Readings are the pinyin table's own strings, so that one is known by its place.
    by_reading: HashMap<(u32, usize, usize), u32, FixedState>,
}

#[derive(Debug)]
struct Set {
    steps: Vec<Step>,
    is_match: bool,
    /// The characters of which one must come next, where these alone lead anywhere; of the bytes of others none is gone down.
    only: Option<Vec<char>>,
}

/// A set of steps, and the bytes of the character that is under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    set: u32,
    partial: u32,
    left: u8,
}

/// The set from which nothing is reached.
const DEAD: u32 = 0;
/// Longer words are none that are suggested.
const MAX_CHARS: u8 = 32;
/// Longer letters are of no word.
const MAX_LETTERS: usize = 200;

impl Nearby {
    /// The automaton of all that is wanted together.
    pub fn new(wanted: &[Wanted]) -> Nearby {
        let mut aims = Vec::new();
        let mut add = |kind, word: &[char], letters: String| {
            if letters.len() <= MAX_LETTERS && word.len() < MAX_CHARS as usize && aims.len() < u16::MAX as usize {
                aims.push(Aim { kind, word: word.to_vec(), letters });
            }
        };
        for wanted in wanted {
            match wanted {
                Wanted::Like { word, sound, rough: roughly, one_off } => {
                    add(Kind::Sound, word, sound.clone());
                    add(Kind::Rough, word, roughly.clone());
                    if *one_off {
                        add(Kind::OneOff, word, String::new());
                    }
                }
                Wanted::Letters(letters) => {
                    add(Kind::Sound, &[], letters.clone());
                    add(Kind::Rough, &[], rough(letters));
                }
                Wanted::Beginning(letters) => add(Kind::Beginning, &[], letters.clone()),
            }
        }
        let mut chars: Vec<char> = aims.iter().flat_map(|aim| aim.word.iter().copied()).collect();
        chars.sort_unstable();
        chars.dedup();
        let mut nearby = Nearby { aims, chars, start: DEAD, known: RefCell::default() };
        let starts = (0..nearby.aims.len() as u16).map(|aim| Step { aim, chars: 0, done: 0 }).collect();
        nearby.number(Vec::new());
        nearby.start = nearby.number(starts);
        nearby
    }

    /// The number of a set of steps.
    fn number(&self, steps: Vec<Step>) -> u32 {
        let known = &mut *self.known.borrow_mut();
        if let Some(number) = known.numbers.get(&steps) {
            return *number;
        }
        let number = known.sets.len() as u32;
        let is_match = steps.iter().any(|step| self.is_there(*step));
        let only = self.only(&steps);
        known.sets.push(Set { steps: steps.clone(), is_match, only });
        known.numbers.insert(steps, number);
        number
    }

    /// Where one character differs already, all others are known.
    fn only(&self, steps: &[Step]) -> Option<Vec<char>> {
        let next = |step: &Step| {
            let aim = &self.aims[step.aim as usize];
            let is_settled = aim.kind == Kind::OneOff && step.done == 1;
            is_settled.then(|| aim.word.get(step.chars as usize).copied())
        };
        let each: Option<Vec<Option<char>>> = steps.iter().map(next).collect();
        each.map(|each| each.into_iter().flatten().collect())
    }

    /// Whether a character that begins with these bits, of which so many bytes are to come, may lead anywhere.
    fn may_begin(&self, set: u32, partial: u32, left: u8) -> bool {
        let known = self.known.borrow();
        let only = known.sets[set as usize].only.as_ref();
        only.is_none_or(|only| only.iter().any(|c| u32::from(*c) >> (6 * left) == partial))
    }

    fn is_there(&self, Step { aim, chars, done }: Step) -> bool {
        let aim = &self.aims[aim as usize];
        let is_long_enough = aim.word.is_empty() || chars as usize == aim.word.len();
        match aim.kind {
            Kind::OneOff => is_long_enough && done == 1,
            Kind::Sound | Kind::Rough | Kind::Beginning => {
                chars > 0 && is_long_enough && done as usize == aim.letters.len()
            }
        }
    }

    /// The set that a character leads to.
    fn after(&self, set: u32, c: char) -> u32 {
        let Some(letters) = reading(c) else { return DEAD };
        let own = self.chars.binary_search(&c).is_ok();
        let steps = {
            let known = self.known.borrow();
            let number = if own {
                known.by_char.get(&(set, c))
            } else {
                known.by_reading.get(&(set, letters.as_ptr().addr(), letters.len()))
            };
            if let Some(number) = number {
                return *number;
            }
            known.sets[set as usize].steps.clone()
        };
        let roughly = rough(letters);
        let mut next: Vec<Step> = steps.into_iter().filter_map(|step| self.go(step, c, letters, &roughly)).collect();
        next.sort_unstable();
        next.dedup();
        let number = self.number(next);
        let known = &mut *self.known.borrow_mut();
        match own {
            true => known.by_char.insert((set, c), number),
            false => known.by_reading.insert((set, letters.as_ptr().addr(), letters.len()), number),
        };
        number
    }

    fn go(&self, Step { aim: number, chars, done }: Step, c: char, letters: &str, roughly: &str) -> Option<Step> {
        let aim = &self.aims[number as usize];
        if chars == MAX_CHARS || (!aim.word.is_empty() && chars as usize == aim.word.len()) {
            return None;
        }
        let step = |done: usize| Some(Step { aim: number, chars: chars + 1, done: done as u8 });
        let left = aim.letters.get(done as usize..).unwrap_or("");
        match aim.kind {
            Kind::OneOff => {
                let done = done + u8::from(aim.word[chars as usize] != c);
                if done > 1 { None } else { step(done as usize) }
            }
            Kind::Sound if left.starts_with(letters) => step(done as usize + letters.len()),
            Kind::Rough if left.starts_with(roughly) => step(done as usize + roughly.len()),
            Kind::Beginning if left.starts_with(letters) => step(done as usize + letters.len()),
            Kind::Beginning if letters.starts_with(left) => step(aim.letters.len()),
            Kind::Sound | Kind::Rough | Kind::Beginning => None,
        }
    }
}

impl Automaton for Nearby {
    type State = State;

    fn start(&self) -> State {
        State { set: self.start, partial: 0, left: 0 }
    }

    fn is_match(&self, state: &State) -> bool {
        state.left == 0 && self.known.borrow().sets[state.set as usize].is_match
    }

    fn can_match(&self, state: &State) -> bool {
        state.set != DEAD
    }

    fn accept(&self, state: &State, byte: u8) -> State {
        let dead = State { set: DEAD, partial: 0, left: 0 };
        if state.left > 0 {
            let partial = state.partial << 6 | u32::from(byte & 0x3f);
            let left = state.left - 1;
            return match (left, char::from_u32(partial)) {
                (0, Some(c)) => State { set: self.after(state.set, c), partial: 0, left: 0 },
                (0, None) => dead,
                _ if self.may_begin(state.set, partial, left) => State { partial, left, ..*state },
                _ => dead,
            };
        }
        // Chinese characters have three bytes or four.
        let (partial, left) = match byte {
            0xe0..=0xef => (u32::from(byte & 0x0f), 2),
            0xf0..=0xf4 => (u32::from(byte & 0x07), 3),
            _ => return dead,
        };
        if self.may_begin(state.set, partial, left) { State { partial, left, ..*state } } else { dead }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the automaton takes a word whole.
    fn takes(nearby: &Nearby, word: &str) -> bool {
        let mut state = nearby.start();
        for byte in word.bytes() {
            state = nearby.accept(&state, byte);
            if !nearby.can_match(&state) {
                return false;
            }
        }
        nearby.is_match(&state)
    }

    fn check(wanted: Wanted, near: &[&str], far: &[&str]) {
        let nearby = Nearby::new(std::slice::from_ref(&wanted));
        for word in near {
            assert!(takes(&nearby, word), "{wanted:?} takes {word}");
        }
        for word in far {
            assert!(!takes(&nearby, word), "{wanted:?} does not take {word}");
        }
    }

    #[test]
    fn words_that_are_like_a_word() {
        let like = |word: &str, one_off| Wanted::Like {
            word: word.chars().collect(),
            sound: gongxun_text::pinyin::sound(word).unwrap(),
            rough: gongxun_text::pinyin::rough_sound(word).unwrap(),
            one_off,
        };
        check(like("工汇", false), &["工会", "工汇", "公会"], &["工人", "工", "工会会", "", "gonghui", "工h"]);
        check(like("资工", false), &["职工"], &["职工会"]);
        check(like("农名工", true), &["农民工", "农名人", "市名工"], &["农民人", "农民", "农民工会"]);
        check(like("农名工", false), &[], &["农名人"]);
        // 方案 and 反感 have the same letters.
        check(like("方案", false), &["反感"], &[]);
    }

    #[test]
    fn words_by_their_letters() {
        check(Wanted::Letters("gonghui".into()), &["工会", "公会"], &["工", "工会会", "总工会"]);
        check(Wanted::Letters("zigong".into()), &["职工", "资工"], &["支持"]);
        check(Wanted::Letters("nvgong".into()), &["女工"], &[]);
        check(Wanted::Beginning("gongh".into()), &["工会", "公会"], &["工人", "工", "总工会"]);
        assert!(!takes(&Nearby::new(&[]), "工会"));
    }
}
