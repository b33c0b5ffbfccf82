//! Needles: the things that a query looks for inside a text, namely strings, strings near each other, strings in one
//! sentence or paragraph, and patterns. They verify the text itself where the index leaves something open, and find the
//! ranges to mark.
//!
//! All functions take folded characters and return ranges of characters, in order.

use std::ops::Range;
use std::str::Chars;

use crate::query::{PatternPart, Unit};
use gongxun_text::fold::fold_char;
use gongxun_text::strings::{self, Class, ends_sentence};

/// The most characters that `*` stands for.
pub const MAX_ANY_RUN: usize = 10;

/// The length of a text's beginning that is looked at first, in characters: what is frequent enough to cost time in many
/// texts mostly stands there.
const BEGINNING: usize = 256;

/// A needle: something that a text can hold. All strings are folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needle {
    /// One string, by the rules of [`strings::find`].
    String(Vec<char>),
    /// Strings in any order, each at most `distance` characters behind the end of the one before it.
    Near {
        /// The strings.
        strings: Vec<Vec<char>>,
        /// The distance in characters.
        distance: usize,
    },
    /// Strings that stand in one sentence or paragraph, in any order.
    Together {
        /// The strings.
        strings: Vec<Vec<char>>,
        /// The unit that all of them stand in.
        unit: Unit,
    },
    /// Literals with wildcards between them.
    Pattern(Vec<PatternPart>),
}

impl Needle {
    /// Returns the ranges of the needle's strings in the text, as far as they take part in a match; empty if there is
    /// none.
    pub fn find(&self, text: &[char]) -> Vec<Range<usize>> {
        match self {
            Needle::String(string) => strings::find(text, string).collect(),
            Needle::Near { strings, distance } => {
                let all = places(strings.iter().map(|string| strings::find(text, string)));
                all.map_or_else(Vec::new, |all| near(&all, strings.len(), *distance))
            }
            Needle::Together { strings, unit } => {
                let ends = |c: &char| match unit {
                    Unit::Sentence => ends_sentence(*c),
                    Unit::Paragraph => *c == '\n',
                };
                let end = |at: usize| text[at..].iter().position(ends).map_or(text.len(), |length| at + length);
                let all = places(strings.iter().map(|string| strings::find(text, string)));
                all.map_or_else(Vec::new, |all| together(&all, strings.len(), end))
            }
            Needle::Pattern(parts) => pattern(text, parts, usize::MAX),
        }
    }

    /// The strings that it is made of; none for a pattern.
    pub fn strings(&self) -> impl Iterator<Item = String> + '_ {
        let strings = match self {
            Needle::String(string) => std::slice::from_ref(string),
            Needle::Near { strings, .. } | Needle::Together { strings, .. } => strings.as_slice(),
            Needle::Pattern(_) => &[],
        };
        strings.iter().map(|string| string.iter().collect())
    }

    /// Whether the text holds it.
    pub fn is_in(&self, text: &[char]) -> bool {
        match self {
            Needle::String(string) => strings::find(text, string).next().is_some(),
            Needle::Pattern(parts) => !pattern(text, parts, 1).is_empty(),
            Needle::Near { strings, distance } => {
                let all = places(strings.iter().map(|string| strings::find(text, string)));
                all.is_some_and(|all| has_near(&all, strings.len(), *distance))
            }
            Needle::Together { .. } => !self.find(text).is_empty(),
        }
    }

    /// Whether a text as printed holds it; `folded` is scratch space. No more of the text is folded than is looked at.
    pub fn is_in_printed(&self, text: &str, folded: &mut Vec<char>) -> bool {
        make_room(text, folded);
        let mut chars = text.chars();
        let mut length = 0;
        if let Needle::Pattern(parts) = self {
            length = fill(&mut folded[..BEGINNING], &mut chars);
            // Whether a match may end where the beginning does is decided by the character behind.
            if pattern(&folded[..length], parts, 1).first().is_some_and(|range| range.end < length) {
                return true;
            }
        }
        length += fill(&mut folded[length..], &mut chars);
        self.is_in(&folded[..length])
    }
}

/// Folds a text into scratch space, and returns it.
pub fn fold_into<'a>(text: &str, folded: &'a mut Vec<char>) -> &'a [char] {
    make_room(text, folded);
    let length = fill(folded, &mut text.chars());
    &folded[..length]
}

/// Makes room for a folded text. The space only grows: filling it takes less time than pushing.
fn make_room(text: &str, folded: &mut Vec<char>) {
    if folded.len() < text.len().max(BEGINNING) {
        let room = text.chars().count().max(BEGINNING).max(folded.len());
        folded.resize(room, '\0');
    }
}

/// Fills space with folded characters, and returns their number.
fn fill(space: &mut [char], chars: &mut Chars<'_>) -> usize {
    let mut length = 0;
    // The space comes first: with none left no character is taken.
    for (place, c) in space.iter_mut().zip(chars) {
        *place = fold_char(c);
        length += 1;
    }
    length
}

/// A range of one of several strings, and the string's number.
pub type Place = (Range<usize>, usize);

/// Returns all places of all strings, in order; none if one of the strings has no place.
pub fn places(each: impl Iterator<Item = impl Iterator<Item = Range<usize>>>) -> Option<Vec<Place>> {
    let mut all = Vec::new();
    for (number, ranges) in each.enumerate() {
        let before = all.len();
        all.extend(ranges.map(|range| (range, number)));
        if all.len() == before {
            return None;
        }
    }
    all.sort_by_key(|(range, number)| (range.start, range.end, *number));
    Some(all)
}

/// Returns the windows of places that hold every string, each place at most `distance` behind the one before it.
pub fn near(all: &[Place], strings: usize, distance: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    windows(all, strings, distance, |window| {
        found.extend(window.iter().flatten().cloned());
        true
    });
    ordered(found)
}

/// Whether there is a window of [`near`].
pub fn has_near(all: &[Place], strings: usize, distance: usize) -> bool {
    let mut found = false;
    windows(all, strings, distance, |_| {
        found = true;
        false
    });
    found
}

/// Calls `take` with the place of each string in each window, until it returns `false`.
fn windows(all: &[Place], strings: usize, distance: usize, mut take: impl FnMut(&[Option<Range<usize>>]) -> bool) {
    let mut chosen: Vec<Option<Range<usize>>> = vec![None; strings];
    for (first, (range, number)) in all.iter().enumerate() {
        // From this place on, the nearest of each other string is chosen.
        chosen.fill(None);
        chosen[*number] = Some(range.clone());
        let mut missing = strings - 1;
        let mut end = range.end;
        for (next, other) in &all[first + 1..] {
            if next.start > end + distance || missing == 0 {
                break;
            }
            if chosen[*other].is_none() && next.start >= end {
                chosen[*other] = Some(next.clone());
                end = next.end;
                missing -= 1;
            }
        }
        if missing == 0 && !take(&chosen) {
            return;
        }
    }
}

/// Returns the places in those units that hold every string; `end` returns the end of the unit that a place is in.
pub fn together(all: &[Place], strings: usize, end: impl Fn(usize) -> usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut rest = all;
    while let Some(((range, _), _)) = rest.split_first() {
        let end = end(range.start);
        let inside = rest.iter().take_while(|(range, _)| range.end <= end).count();
        let (unit, others) = rest.split_at(inside.max(1));
        if (0..strings).all(|number| unit.iter().any(|(range, n)| *n == number && range.end <= end)) {
            found.extend(unit.iter().map(|(range, _)| range.clone()));
        }
        rest = others;
    }
    ordered(found)
}

/// Returns the first `wanted` places of a pattern.
fn pattern(text: &[char], parts: &[PatternPart], wanted: usize) -> Vec<Range<usize>> {
    let parts = steps(parts);
    let mut found = Vec::new();
    let Some(mut anchor) = Anchor::of(&parts) else { return found };
    let mut scratch = (Vec::new(), Vec::new());
    let mut from = 0;
    while found.len() < wanted
        && let Some(at) = anchor.next(text, from)
    {
        // A pattern begins where a run of letters or digits begins, or anywhere in Chinese text.
        let end = if inside_run(text, at) { None } else { match_from(text, at, &parts, &mut scratch) };
        from = match end {
            Some(end) if end > at => {
                found.push(at..end);
                end
            }
            _ => at + 1,
        };
    }
    found
}

enum Step {
    Literal(Vec<char>),
    AnyOne,
    AnyRun,
}

fn steps(parts: &[PatternPart]) -> Vec<Step> {
    let step = |part: &PatternPart| match part {
        PatternPart::Literal(text) => Step::Literal(text.chars().collect()),
        PatternPart::AnyOne => Step::AnyOne,
        PatternPart::AnyRun => Step::AnyRun,
    };
    parts.iter().map(step).collect()
}

/// The first literal of a pattern: where its first character does not stand at the right distance, no match begins.
struct Anchor {
    first: char,
    /// The least and the most characters between the beginning of a match and the literal.
    before: (usize, usize),
    /// The last place at which it was found.
    last: usize,
}

impl Anchor {
    /// Returns the anchor of a pattern; none if it has no literal.
    fn of(parts: &[Step]) -> Option<Anchor> {
        let mut before = (0, 0_usize);
        for (number, part) in parts.iter().enumerate() {
            match part {
                Step::Literal(literal) => match literal.first() {
                    Some(first) => return Some(Anchor { first: *first, before, last: 0 }),
                    None => continue,
                },
                Step::AnyOne => before = (before.0 + 1, before.1.saturating_add(1)),
                // Behind another part it may stand for the rest of a run.
                Step::AnyRun => before.1 = if number == 0 { MAX_ANY_RUN } else { usize::MAX },
            }
        }
        None
    }

    /// Returns the first place from this one on where a match may begin.
    fn next(&mut self, text: &[char], from: usize) -> Option<usize> {
        let first = from + self.before.0;
        if self.last < first || text.get(self.last) != Some(&self.first) {
            self.last = first + text.get(first..)?.iter().position(|c| *c == self.first)?;
        }
        Some(from.max(self.last.saturating_sub(self.before.1)))
    }
}

/// Returns the shortest end of a match that begins here.
fn match_from(text: &[char], at: usize, parts: &[Step], (ends, next): &mut (Vec<usize>, Vec<usize>)) -> Option<usize> {
    // The set of places where the parts so far can end; it never grows beyond the reach of the wildcards.
    ends.clear();
    ends.push(at);
    for (number, part) in parts.iter().enumerate() {
        next.clear();
        for end in ends.iter().copied() {
            match part {
                Step::Literal(literal) => {
                    if text.get(end..end + literal.len()) == Some(literal) {
                        next.push(end + literal.len());
                    }
                }
                Step::AnyOne => {
                    if text.get(end).is_some_and(|c| !ends_sentence(*c)) {
                        next.push(end + 1);
                    }
                }
                Step::AnyRun => {
                    // Inside a run of letters or digits it stands for the rest of the run, however long.
                    let mut reach = end;
                    if number > 0 && inside_run(text, end) {
                        while inside_run(text, reach) {
                            reach += 1;
                        }
                        next.push(reach);
                    } else {
                        next.push(end);
                        while reach < end + MAX_ANY_RUN && text.get(reach).is_some_and(|c| !ends_sentence(*c)) {
                            reach += 1;
                            next.push(reach);
                        }
                    }
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return None;
        }
        std::mem::swap(ends, next);
    }
    ends.iter().copied().find(|end| !inside_run(text, *end))
}

/// Whether this place lies between two letters, or two digits, of one run.
fn inside_run(text: &[char], at: usize) -> bool {
    let (Some(left), Some(right)) = (at.checked_sub(1).and_then(|i| text.get(i)), text.get(at)) else { return false };
    let class = Class::of(*left);
    class.is_word() && class == Class::of(*right)
}

fn ordered(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    ranges.dedup();
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    fn check(needle: &Needle, text: &str, expect: &[&str]) {
        let text = chars(text);
        let found: Vec<String> = needle.find(&text).into_iter().map(|range| text[range].iter().collect()).collect();
        assert_eq!(found, expect, "{needle:?}");
        assert_eq!(needle.is_in(&text), !expect.is_empty());
    }

    #[test]
    fn strings_near_each_other() {
        let near = |distance| Needle::Near { strings: vec![chars("欠薪"), chars("包工头")], distance };
        check(&near(2), "包工头又欠薪", &["包工头", "欠薪"]);
        check(&near(0), "包工头又欠薪", &[]);
        check(&near(3), "欠薪的是包工头。", &["欠薪", "包工头"]);
        check(&near(3), "欠薪", &[]);
    }

    #[test]
    fn strings_in_one_unit() {
        let both = |unit| Needle::Together { strings: vec![chars("工会"), chars("罢工")], unit };
        check(&both(Unit::Sentence), "工会来了。罢工了。", &[]);
        check(&both(Unit::Sentence), "工会来了。罢工,工会。", &["罢工", "工会"]);
        check(&both(Unit::Paragraph), "工会来了。罢工了。", &["工会", "罢工"]);
        check(&both(Unit::Paragraph), "工会来了。\n罢工了。", &[]);
    }

    #[test]
    fn wildcards() {
        use PatternPart::{AnyOne, AnyRun, Literal};
        let pattern = |parts: Vec<PatternPart>| Needle::Pattern(parts);
        check(&pattern(vec![Literal("劳动".into()), AnyRun]), "劳动者劳动", &["劳动", "劳动"]);
        check(&pattern(vec![Literal("劳".into()), AnyOne, Literal("者".into())]), "劳动者", &["劳动者"]);
        check(&pattern(vec![Literal("工".into()), AnyRun, Literal("薪".into())]), "工人要薪。工。薪", &["工人要薪"]);
        check(&pattern(vec![Literal("2".into()), AnyOne, Literal("年".into())]), "25年2年125年", &["25年"]);
        check(&pattern(vec![Literal("cov".into()), AnyRun]), "covid discover", &["covid"]);
        check(&pattern(vec![AnyRun]), "工会", &[]);
    }

    /// Tries every place of a text, without looking for the literal first.
    fn at_every_place(text: &[char], parts: &[PatternPart]) -> Vec<Range<usize>> {
        let steps = steps(parts);
        let (mut found, mut at) = (Vec::new(), 0);
        while at < text.len() {
            let end = (!inside_run(text, at)).then(|| match_from(text, at, &steps, &mut Default::default())).flatten();
            match end.filter(|end| *end > at) {
                Some(end) => {
                    found.push(at..end);
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    #[test]
    fn patterns_are_found_wherever_they_begin() {
        use PatternPart::{AnyOne, AnyRun, Literal};
        let mut random = gongxun_text::random::Random::new(11);
        let letters = ['工', '会', '，', '。', 'a', 'b', '1', '2', '\n'].map(fold_char);
        let (mut held, mut at_the_border) = (0, 0);
        for round in 0..6_000 {
            // Most texts end near the end of the beginning that is looked at first.
            let length = if round % 3 == 0 { random.below(40) } else { BEGINNING - 3 + random.below(8) };
            let filler = random.below(2) == 0;
            let mut text: Vec<char> = (0..length).map(|_| letters[random.below(letters.len())]).collect();
            if filler {
                let end = length.saturating_sub(6);
                text[..end].fill('的');
            }
            let mut parts = Vec::new();
            for _ in 0..1 + random.below(4) {
                parts.push(match random.below(4) {
                    0 => AnyOne,
                    1 => AnyRun,
                    _ => Literal((0..1 + random.below(2)).map(|_| letters[random.below(7)]).collect()),
                });
            }
            if !parts.iter().any(|part| matches!(part, Literal(_))) {
                continue;
            }
            let expect = at_every_place(&text, &parts);
            assert_eq!(pattern(&text, &parts, usize::MAX), expect, "{parts:?} in {text:?}");
            let needle = Needle::Pattern(parts);
            let printed: String = text.iter().collect();
            assert_eq!(needle.is_in_printed(&printed, &mut Vec::new()), !expect.is_empty(), "{needle:?} in {text:?}");
            held += expect.len();
            at_the_border += usize::from(expect.first().is_some_and(|first| first.end + 3 > BEGINNING));
        }
        assert!(held > 1_000 && at_the_border > 100, "{held}, {at_the_border}");
    }
}
