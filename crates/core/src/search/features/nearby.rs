//! Similar words of the index: words that sound like a word, exactly or roughly, or differ from it by one character;
//! and words whose pinyin begins with some letters. Segments with a word list do without for suggestions.
//!
//! The term dictionary is a trie, and an automaton descends only into those of its branches that may lead to a target:
//! the cost grows with the number of first characters, not of words. Words whose first character alone differs would
//! lead it into every branch; they are looked up one by one instead, with each first character that it met. The words
//! that come out may be similar; how similar they are is for the caller to decide.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::FixedState;
use tantivy::SegmentReader;
use tantivy::schema::Field;
use tantivy_fst::Automaton;

use crate::error::Result;
use crate::search::matching::segment::read;
use gongxun_text::pinyin::{reading, rough};

/// A target of the search in the term dictionary.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// Words of as many characters as this one and with the same letters, exactly or roughly; if `one_off`, also words
    /// that differ by one character.
    Like {
        /// The word.
        word: Vec<char>,
        /// Its letters in pinyin.
        sound: String,
        /// Its letters in rough pinyin.
        rough: String,
        /// Whether words that differ by one character match too.
        one_off: bool,
    },
    /// Words with these letters, exactly or roughly.
    Letters(String),
    /// Words whose letters begin with these.
    Beginning(String),
}

/// Calls for the terms of a field in one segment that may be near a target, with the number of documents of each.
///
/// # Errors
/// If an index file can't be read.
pub(super) fn near(
    segment: &SegmentReader,
    field: Field,
    nearby: &Nearby,
    mut each: impl FnMut(&str, u64) -> Result<()>,
) -> Result<()> {
    let inverted = segment.inverted_index(field)?;
    let terms = inverted.terms();
    nearby.first_chars.borrow_mut().clear();
    let mut stream = read(terms.search(nearby).into_stream())?;
    while let Some((term, info)) = stream.next() {
        if let Ok(term) = std::str::from_utf8(term) {
            each(term, u64::from(info.doc_freq))?;
        }
    }
    let first_chars = nearby.first_chars.take();
    let mut word = String::new();
    for rest in nearby.after_any_first_char() {
        for first in &first_chars {
            word.clear();
            word.push(*first);
            word.extend(rest);
            if let Some(info) = read(terms.get(&word))?
                && !nearby.accepts(&word)
            {
                each(&word, u64::from(info.doc_freq))?;
            }
        }
    }
    Ok(())
}

/// The automaton of all targets.
#[derive(Debug)]
pub(super) struct Nearby {
    aims: Vec<Aim>,
    /// The characters of the targets' words, in order: for every other character its reading alone decides.
    chars: Vec<char>,
    start: u32,
    known: RefCell<Known>,
    /// The first characters of the terms that were walked over.
    first_chars: RefCell<Vec<char>>,
}

/// One way of being similar to a target.
#[derive(Debug)]
struct Aim {
    kind: Kind,
    word: Vec<char>,
    /// The letters, in rough pinyin if the kind compares those.
    letters: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sound,
    Rough,
    /// Words that differ by one character, which is not the first.
    OneOff,
    Beginning,
}

/// The progress of a term towards one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Step {
    aim: u16,
    /// The number of characters read.
    chars: u8,
    /// The number of letters matched; for words that differ by one character, the number of characters that differ.
    done: u8,
}

/// The sets of steps met so far, numbered, so that a state is a number.
#[derive(Debug, Default)]
struct Known {
    sets: Vec<Set>,
    numbers: HashMap<Vec<Step>, u32>,
    by_char: HashMap<(u32, char), u32, FixedState>,
    /// The successors by reading. Readings are the pinyin table's own strings, so a reading is identified by its
    /// address.
    by_reading: HashMap<(u32, usize, usize), u32, FixedState>,
}

#[derive(Debug)]
struct Set {
    steps: Vec<Step>,
    is_match: bool,
    /// The only characters that can come next, if these are known; branches of other characters are not entered.
    only: Option<Vec<char>>,
}

/// A set of steps, and the bytes read of the current character.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    set: u32,
    partial: u32,
    left: u8,
}

/// The set from which no match can be reached.
const DEAD: u32 = 0;
/// The longest word that is suggested, in characters.
const MAX_CHARS: u8 = 32;
/// The longest pinyin of a word, in letters.
const MAX_LETTERS: usize = 200;

impl Nearby {
    /// Builds the automaton of all targets together.
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
        let (known, first_chars) = (RefCell::default(), RefCell::default());
        let mut nearby = Nearby { aims, chars, start: DEAD, known, first_chars };
        let starts = (0..nearby.aims.len() as u16).map(|aim| Step { aim, chars: 0, done: 0 }).collect();
        nearby.number(Vec::new());
        nearby.start = nearby.number(starts);
        nearby
    }

    /// Returns the distinct strings that may follow any first character.
    fn after_any_first_char(&self) -> Vec<&[char]> {
        let aims = self.aims.iter().filter(|aim| aim.kind == Kind::OneOff);
        let mut rests: Vec<&[char]> = aims.map(|aim| &aim.word[1..]).collect();
        rests.sort_unstable();
        rests.dedup();
        rests
    }

    /// Whether the automaton accepts a word.
    fn accepts(&self, word: &str) -> bool {
        let mut state = self.start();
        word.bytes().all(|byte| {
            state = self.accept(&state, byte);
            self.can_match(&state)
        }) && self.is_match(&state)
    }

    /// Returns the number of a set of steps.
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

    /// Returns the characters that may come next, if each step already has its one different character, so that the
    /// next character of each is fixed; none if any character may come.
    fn only(&self, steps: &[Step]) -> Option<Vec<char>> {
        let next = |step: &Step| {
            let aim = &self.aims[step.aim as usize];
            let is_settled = aim.kind == Kind::OneOff && step.done == 1;
            is_settled.then(|| aim.word.get(step.chars as usize).copied())
        };
        let each: Option<Vec<Option<char>>> = steps.iter().map(next).collect();
        each.map(|each| each.into_iter().flatten().collect())
    }

    /// Whether a character may lead anywhere whose leading bits are `partial` and of which `left` bytes are still to
    /// come.
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

    /// Returns the set that a character leads to.
    fn after(&self, set: u32, c: char) -> u32 {
        let Some(letters) = reading(c) else { return DEAD };
        if set == self.start {
            self.first_chars.borrow_mut().push(c);
        }
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
                if done > u8::from(chars > 0) { None } else { step(done as usize) }
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

    fn check(wanted: Wanted, near: &[&str], far: &[&str]) {
        let nearby = Nearby::new(std::slice::from_ref(&wanted));
        for word in near {
            assert!(nearby.accepts(word), "{wanted:?} takes {word}");
        }
        for word in far {
            assert!(!nearby.accepts(word), "{wanted:?} does not take {word}");
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
        // Words with another first character are not for the automaton.
        check(like("农名工", true), &["农民工", "农名人"], &["市名工", "农民人", "农民", "农民工会"]);
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
        assert!(!Nearby::new(&[]).accepts("工会"));
    }
}
