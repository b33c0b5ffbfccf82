//! Needles: the things that a query looks for inside a text, namely strings, strings near each other, strings in one
//! sentence or paragraph, and patterns. They verify the text itself where the index leaves something open, and find the
//! ranges to mark.
//!
//! All functions take folded characters and return ranges of characters, in order.

use std::ops::Range;

use crate::query::{PatternPart, Unit};
use gongxun_text::strings::{self, Class, ends_sentence};

/// The most characters that `*` stands for.
pub const MAX_ANY_RUN: usize = 10;

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
            other => !other.find(text).is_empty(),
        }
    }
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
    for (first, (range, number)) in all.iter().enumerate() {
        // From this place on, the nearest of each other string is chosen.
        let mut chosen: Vec<Option<Range<usize>>> = vec![None; strings];
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
        if missing == 0 {
            found.extend(chosen.into_iter().flatten());
        }
    }
    ordered(found)
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
    let parts: Vec<Step> = parts
        .iter()
        .map(|part| match part {
            PatternPart::Literal(text) => Step::Literal(text.chars().collect()),
            PatternPart::AnyOne => Step::AnyOne,
            PatternPart::AnyRun => Step::AnyRun,
        })
        .collect();
    if !parts.iter().any(|part| matches!(part, Step::Literal(literal) if !literal.is_empty())) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() && found.len() < wanted {
        // A pattern begins where a run of letters or digits begins, or anywhere in Chinese text.
        let end = if inside_run(text, at) { None } else { match_from(text, at, &parts) };
        match end {
            Some(end) if end > at => {
                found.push(at..end);
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

enum Step {
    Literal(Vec<char>),
    AnyOne,
    AnyRun,
}

/// Returns the shortest end of a match that begins here.
fn match_from(text: &[char], at: usize, parts: &[Step]) -> Option<usize> {
    // The set of places where the parts so far can end; it never grows beyond the reach of the wildcards.
    let mut ends = vec![at];
    for (number, part) in parts.iter().enumerate() {
        let mut next: Vec<usize> = Vec::new();
        for end in ends {
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
        ends = next;
    }
    ends.into_iter().find(|end| !inside_run(text, *end))
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
}
