//! The compiled form of a string: the tokens that prove it, and whether the text must be checked as well.

use crate::index::analyzer::{Beside, MAX_RUN_CHARS, first_of_run, last_of_run};
use gongxun_text::segment::{Hmm, Segmenter};
use gongxun_text::strings::{self, Class, Number};

/// A compiled string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringPlan {
    /// The folded string.
    pub pattern: Vec<char>,
    /// The tokens that prove the string.
    pub proof: Proof,
    /// Whether the tokens leave something open (such as the kind of character in a gap), so that the text itself must
    /// be checked.
    pub verify: bool,
    /// The plans of the string with a number of it in its other form (1,077 for 1077), for candidates: the text must be
    /// checked. Beside several numbers each plan is of one number alone.
    pub forms: Vec<StringPlan>,
    /// Whether a text with words holds it only where it is a word or a part of one, not where its characters belong to
    /// other words.
    pub as_word: bool,
}

/// The tokens that prove that a text holds a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The string has no token that the index holds.
    Nothing,
    /// One Chinese character: a term of the chars field.
    Char(char),
    /// Tokens of the pairs field with the offset of each from the string's beginning.
    Pairs(Vec<(String, u32)>),
}

/// The most characters of a string that are proved by tokens. The rest is checked in the texts of the few documents
/// that hold these.
pub const MAX_PROVED_CHARS: usize = 512;

impl StringPlan {
    /// Compiles a folded string.
    pub fn new(folded: &str) -> StringPlan {
        let pattern: Vec<char> = folded.chars().collect();
        let core = strings::core(&pattern);
        let numbers = strings::numbers(&pattern[core.clone()]);
        let form = |number: &Number| {
            let place = core.start + number.range.start..core.start + number.range.end;
            // Beside another number, which may be in either form too, the one alone is proved.
            let form = match numbers.len() {
                1 => [&pattern[..place.start], &number.other, &pattern[place.end..]].concat(),
                _ => number.other.clone(),
            };
            StringPlan { verify: true, ..StringPlan::in_this_form(form) }
        };
        let forms = numbers.iter().map(form).collect();
        StringPlan { forms, ..StringPlan::in_this_form(pattern) }
    }

    /// Compiles a synonym. Two characters are often found across the border of two words (全总 in 安全|总局), so they count
    /// only as a word, provided that the dictionary has it; longer strings hardly ever are.
    pub fn synonym(folded: &str, segmenter: &Segmenter) -> StringPlan {
        let plan = StringPlan::new(folded);
        let as_word = plan.pattern.len() == 2 && plan.is_word(segmenter);
        StringPlan { as_word, ..plan }
    }

    /// Compiles a folded string with its numbers as they are typed.
    fn in_this_form(pattern: Vec<char>) -> StringPlan {
        let core = strings::core(&pattern);
        let mut tokens = Vec::new();
        let proved = &pattern[..pattern.len().min(core.start + MAX_PROVED_CHARS)];
        // No token records which sign stands in a gap.
        let mut verify = proved.len() < pattern.len() || core.clone().any(|at| strings::carries_meaning(&pattern, at));
        let class_at = |at: usize| proved.get(at).map(|c| Class::of(*c));
        for (class, run) in strings::runs(proved) {
            let before = run.start.checked_sub(1).and_then(class_at);
            let after = class_at(run.end);
            let offset = run.start.saturating_sub(core.start) as u32;
            match class {
                Class::Han => han_tokens(&proved[run], offset, before, after, &mut tokens),
                Class::Letter | Class::Digit => {
                    // A run that is cut here may continue.
                    if run.end < proved.len() || run.end == pattern.len() || run.len() >= MAX_RUN_CHARS {
                        tokens.push((proved[run].iter().take(MAX_RUN_CHARS).collect(), offset));
                    }
                }
                // A gap of one character is known by the edge of the Chinese run beside it. Longer gaps, and gaps
                // beside letters and digits, are not known.
                Class::Other => {
                    let by_han = usize::from(before == Some(Class::Han)) + usize::from(after == Some(Class::Han));
                    let needed = if before.is_none() || after.is_none() { 1 } else { run.len() };
                    verify |= by_han < needed;
                }
            }
        }
        let proof = match pattern.as_slice() {
            [c] if Class::of(*c) == Class::Han => Proof::Char(*c),
            _ if core.is_empty() || tokens.is_empty() => Proof::Nothing,
            _ => Proof::Pairs(tokens),
        };
        StringPlan { pattern, proof, verify, forms: Vec::new(), as_word: false }
    }

    /// Whether the string has any token by which it can be found.
    pub fn is_searchable(&self) -> bool {
        self.proof != Proof::Nothing
    }

    /// Whether it is a word of the dictionary, so that the index tells its occurrences as a word from matches crossing
    /// word boundaries. A word that the dictionary lacks may be segmented differently in its text, and a single character
    /// is always a part of something, so all occurrences of these are equal.
    pub fn is_word(&self, segmenter: &Segmenter) -> bool {
        let text: String = self.pattern.iter().collect();
        let mut tokens = Vec::new();
        segmenter.cut(&text, Hmm::On, &mut tokens);
        let is_word = tokens.len() == 1 && self.pattern.len() > 1 && segmenter.has_word(&text);
        is_word && self.pattern.iter().all(|c| Class::of(*c) == Class::Han)
    }

    /// Returns the string if it is one Chinese character: its places are those of the pairs that begin with it.
    pub fn character(&self) -> Option<char> {
        if let Proof::Char(c) = self.proof { Some(c) } else { None }
    }
}

fn han_tokens(run: &[char], offset: u32, before: Option<Class>, after: Option<Class>, tokens: &mut Vec<(String, u32)>) {
    let last = run.len() - 1;
    let beside = |class: Class| if class == Class::Other { Beside::Gap } else { Beside::Word };
    // Beside letters and digits the positions prove the edge, unless nothing else stands for the run.
    let needed = |class: &Class| *class == Class::Other || run.len() == 1;
    if let Some(class) = before.filter(needed) {
        let mut token = String::new();
        first_of_run(run[0], beside(class), &mut token);
        tokens.push((token, offset));
    }
    let mut at = 0;
    while at < last {
        let start = at.min(last - 1);
        tokens.push((run[start..start + 2].iter().collect(), offset + start as u32));
        at += 2;
    }
    if run.len() > 2 && run.len() % 2 == 1 {
        tokens.push((run[last - 1..].iter().collect(), offset + last as u32 - 1));
    }
    if let Some(class) = after.filter(needed) {
        let mut token = String::new();
        last_of_run(run[last], beside(class), &mut token);
        tokens.push((token, offset + last as u32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_compiled_to_tokens() {
        let check = |string: &str, expect: &str, verify: bool| {
            let plan = StringPlan::new(string);
            let tokens = match &plan.proof {
                Proof::Nothing => String::new(),
                Proof::Char(c) => format!("char {c}"),
                Proof::Pairs(tokens) => {
                    tokens.iter().map(|(token, offset)| format!("{token}{offset}")).collect::<Vec<_>>().join(" ")
                }
            };
            assert_eq!((tokens.as_str(), plan.verify), (expect, verify), "{string}");
        };
        check("工", "char 工", false);
        check("工会", "工会0", false);
        check("农民工", "农民0 民工1", false);
        check("农民工工资", "农民0 工工2 工资3", false);
        check("农民工工", "农民0 工工2", false);
        check("工会,权", "工会0 会$1 ^权3", false);
        check(",工会", "^工0 工会0", false);
        check("5人", "50 <人1", false);
        check("2024年工会", "20240 年工4 工会5", false);
        check("ai,工会", "ai0 ^工3 工会3", false);
        check("2024-01", "20240 015", true);
        check("20%", "200", true);
        check("+工会", "^工1 工会1", true);
        check("5.6", "50 62", true);
        check("ai,", "ai0", true);
        check("工会,,,权", "工会0 会$1 ^权5", true);
        check("。,", "", true);
    }
}
