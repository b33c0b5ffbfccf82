//! Synonyms of the field: names and words with one meaning, such as 全总 and 中华全国总工会. A folded term flows in, its
//! synonyms flow out.
//!
//! The file has one group a line, its parts separated by tabs: a note that describes the group, then two or more terms.
//! A part that is `>` makes the line one-way: each term before it finds those after it, and nothing else by this line.
//! `#` at the start of a line makes it a comment. A user's file has the same form and adds to the built-in groups.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::fold::fold;

const BUILTIN: &str = include_str!("data/synonyms.tsv");

/// The most terms in a group.
pub const MAX_TERMS: usize = 32;
/// The most characters in a term.
pub const MAX_TERM_CHARS: usize = 32;
/// The most groups in a file.
pub const MAX_GROUPS: usize = 20_000;
/// The separator between the terms that find and those that are only found.
const ONE_WAY: &str = ">";

/// A line of a synonym file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The relation between the terms.
    pub note: String,
    /// Terms that find others, folded.
    pub terms: Vec<String>,
    /// Terms that are found and find nothing themselves, folded. Empty if the group is symmetric: each of `terms` then
    /// finds the others.
    pub found: Vec<String>,
}

impl Group {
    /// Returns the synonyms found by one of the finding terms: the others, except those that contain it, which it finds
    /// as a string.
    pub fn found_by<'a>(&'a self, term: &'a str) -> impl Iterator<Item = &'a String> {
        let others = if self.found.is_empty() { &self.terms } else { &self.found };
        others.iter().filter(move |other| !holds(other, term))
    }
}

/// Groups of terms with one meaning.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    equals: HashMap<String, Equals>,
    /// The length in characters of the longest term, by its first character.
    longest: HashMap<char, usize>,
    /// The notes of the groups.
    notes: Vec<String>,
}

/// The synonyms of a term, and for each the number of the note that explains it.
#[derive(Debug, Clone, Default)]
struct Equals {
    terms: Vec<String>,
    notes: Vec<usize>,
}

/// An error in a line of a synonym file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct SynonymError {
    /// The line's number, from 1.
    pub line: usize,
    /// A description of the error.
    pub what: String,
}

impl Synonyms {
    /// Returns the groups that come with the program.
    ///
    /// ```
    /// use gongxun_text::synonyms::Synonyms;
    /// let equals = Synonyms::builtin().lookup("全总");
    /// assert!(equals.contains(&"中华全国总工会".to_string()));
    /// ```
    pub fn builtin() -> &'static Synonyms {
        static GROUPS: OnceLock<Synonyms> = OnceLock::new();
        GROUPS.get_or_init(|| {
            let mut synonyms = Synonyms::default();
            // A test ensures that every line is valid; an invalid one would leave the groups before it in place.
            builtin_groups().for_each(|group| synonyms.add(&group));
            synonyms
        })
    }

    /// Returns these groups with those of a user's file.
    ///
    /// # Errors
    /// The first line that is not a group: it has fewer than two distinct terms, or more or longer ones than the limits
    /// allow.
    pub fn with_user(&self, file: &str) -> Result<Synonyms, SynonymError> {
        let mut synonyms = self.clone();
        for group in read(file, fold) {
            synonyms.add(&group?);
        }
        Ok(synonyms)
    }

    /// Returns the synonyms of a folded term, folded, in the order of the file. Terms that contain it are left out: a
    /// search for the term finds those as a string.
    pub fn lookup(&self, folded: &str) -> &[String] {
        self.equals.get(folded).map_or(&[], |equals| &equals.terms)
    }

    /// Returns the notes of the groups of the terms that [`Synonyms::lookup`] returns, in the same order.
    pub fn notes(&self, folded: &str) -> impl Iterator<Item = &str> {
        let notes = self.equals.get(folded).map_or(&[][..], |equals| &equals.notes);
        notes.iter().map(|&note| self.notes[note].as_str())
    }

    /// Returns the occurrences of terms in a folded text, as ranges of its characters: from left to right, at each
    /// place the longest one, without overlaps. A term of Latin letters or digits matches whole words only (ai is not
    /// in said). Chinese terms are found as strings; segmentation decides whether one is a word there.
    pub fn find(&self, folded: &str) -> Vec<Range<usize>> {
        let chars: Vec<char> = folded.chars().collect();
        let mut found = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            match self.longest_at(&chars, at) {
                Some(end) => {
                    found.push(at..end);
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    fn longest_at(&self, chars: &[char], at: usize) -> Option<usize> {
        let inside = |at: usize| at > 0 && at < chars.len() && runs_on(chars[at - 1], chars[at]);
        if inside(at) {
            return None;
        }
        let last = chars.len().min(at + self.longest.get(&chars[at])?);
        (at + 1..=last)
            .rev()
            .find(|&end| !inside(end) && self.equals.contains_key(&chars[at..end].iter().collect::<String>()))
    }

    fn add(&mut self, group: &Group) {
        self.notes.push(group.note.clone());
        for term in &group.terms {
            if let Some(first) = term.chars().next() {
                let longest = self.longest.entry(first).or_default();
                *longest = (*longest).max(term.chars().count());
            }
            let equals = self.equals.entry(term.clone()).or_default();
            for other in group.found_by(term) {
                if !equals.terms.contains(other) {
                    equals.terms.push(other.clone());
                    equals.notes.push(self.notes.len() - 1);
                }
            }
        }
    }
}

/// Returns the groups that come with the program, in the order of the file.
pub fn builtin_groups() -> impl Iterator<Item = Group> {
    // A test ensures that these terms are folded: folding them in each process takes as long as all the rest.
    read(BUILTIN, str::to_string).map_while(Result::ok)
}

/// Parses the groups of a file, whose terms `fold` folds.
fn read(file: &str, fold: fn(&str) -> String) -> impl Iterator<Item = Result<Group, SynonymError>> {
    let lines = file.trim_start_matches('\u{FEFF}').lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines.enumerate().map(move |(groups, (number, line))| {
        let group = match groups {
            MAX_GROUPS.. => Err(format!("more than {MAX_GROUPS} groups")),
            _ => group(line, fold),
        };
        group.map_err(|what| SynonymError { line: number + 1, what })
    })
}

/// Whether a search for the term finds the text: the term occurs in it, runs of letters and digits whole.
fn holds(text: &str, term: &str) -> bool {
    // Most terms of a group are longer than the other, or begin otherwise.
    let may_hold = text.len() >= term.len() && term.chars().next().is_some_and(|first| text.contains(first));
    may_hold
        && text.match_indices(term).any(|(start, _)| {
            let end = start + term.len();
            let inside = |at: usize| {
                let around = text[..at].chars().next_back().zip(text[at..].chars().next());
                around.is_some_and(|(before, after)| runs_on(before, after))
            };
            !inside(start) && !inside(end)
        })
}

/// Whether two characters belong to one run of Latin letters or of digits.
fn runs_on(before: char, after: char) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic();
    (letter(before) && letter(after)) || (before.is_ascii_digit() && after.is_ascii_digit())
}

/// Parses the group of a line.
fn group(line: &str, fold: fn(&str) -> String) -> Result<Group, String> {
    let mut parts = line.split('\t').map(str::trim);
    let note = parts.next().unwrap_or_default().to_string();
    let mut group = Group { note, terms: Vec::new(), found: Vec::new() };
    let mut one_way = false;
    for part in parts.filter(|part| !part.is_empty()) {
        if part == ONE_WAY {
            if std::mem::replace(&mut one_way, true) {
                return Err(format!("a line has one {ONE_WAY:?} at most"));
            }
            continue;
        }
        let term = term(part, fold)?;
        if !group.terms.contains(&term) && !group.found.contains(&term) {
            if one_way { &mut group.found } else { &mut group.terms }.push(term);
        }
    }
    match (group.terms.len(), group.found.len()) {
        (0, _) | (_, 0) if one_way => Err(format!("{ONE_WAY:?} has terms before it and other terms behind it")),
        (0 | 1, 0) => Err("a group is a note and two or more different terms, with tabs between them".into()),
        (terms, found) if terms + found > MAX_TERMS => Err(format!("more than {MAX_TERMS} terms in a group")),
        _ => Ok(group),
    }
}

/// Normalizes a term for lookup.
fn term(part: &str, fold: fn(&str) -> String) -> Result<String, String> {
    let term = fold(part);
    if term.chars().count() > MAX_TERM_CHARS {
        return Err(format!("the term {part:?} has more than {MAX_TERM_CHARS} characters"));
    }
    if !term.chars().any(char::is_alphanumeric) {
        return Err(format!("the term {part:?} has no letter"));
    }
    Ok(term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::{Hmm, Segmenter};

    /// The least number of groups in the file.
    const GROUPS: usize = 1_200;
    /// The share of places at which a term's edges are edges of words.
    const KEPT: f64 = 0.99;

    /// Returns the groups of the built-in file, asserting that each is valid.
    fn groups() -> Vec<Group> {
        read(BUILTIN, fold).map(|group| group.unwrap()).collect()
    }

    #[test]
    fn every_builtin_line_is_a_group_with_a_note() {
        for group in groups() {
            assert!(!group.note.is_empty(), "{group:?}");
        }
        assert!(groups().len() >= GROUPS, "{} groups", groups().len());
    }

    /// The file is written in folded form: a term that the fold would change is a mistake, and so is a term twice in a
    /// line.
    #[test]
    fn builtin_terms_are_written_folded() {
        for (number, line) in BUILTIN.lines().enumerate() {
            assert!(line.starts_with('#') || line == line.trim() && !line.contains("\t\t"), "line {}", number + 1);
            let parts: Vec<&str> = line.split('\t').skip(1).filter(|_| !line.starts_with('#')).collect();
            for (at, part) in parts.iter().enumerate() {
                assert_eq!(fold(part), *part, "line {}", number + 1);
                assert!(!parts[..at].contains(part), "line {}: {part}", number + 1);
            }
        }
    }

    /// A term finds others by one line alone, so no line widens another: its synonyms are those in its line.
    #[test]
    fn no_builtin_term_finds_by_two_lines() {
        let mut lines: HashMap<String, Group> = HashMap::new();
        for group in groups() {
            for term in &group.terms {
                if let Some(other) = lines.insert(term.clone(), group.clone()) {
                    panic!("{term} finds by {other:?} and by {group:?}");
                }
            }
        }
        for (term, group) in lines {
            let found: Vec<&String> = group.found_by(&term).collect();
            assert_eq!(Synonyms::builtin().lookup(&term).iter().collect::<Vec<_>>(), found, "{term}");
        }
    }

    /// A string that holds the term is found by the term itself.
    #[test]
    fn every_builtin_one_way_line_widens() {
        for group in groups().iter().filter(|group| !group.found.is_empty()) {
            for term in &group.terms {
                assert!(group.found_by(term).next().is_some(), "{term}: {group:?}");
            }
            for found in &group.found {
                assert!(group.terms.iter().any(|term| !holds(found, term)), "{found}: {group:?}");
            }
        }
    }

    #[test]
    fn what_holds_a_term_is_no_synonym_of_it() {
        let own = Synonyms::default().with_user("n\t社保\t社保卡\t社会保险\nn\tai\tair\tai技术\n").unwrap();
        assert_eq!(own.lookup("社保"), ["社会保险"]);
        assert_eq!(own.lookup("社保卡"), ["社保", "社会保险"]);
        assert_eq!(own.lookup("ai"), ["air"]);
    }

    /// Terms are looked up in a query from the beginning of one word to the end of another, so segmentation must not
    /// cut across a term's edges next to other words.
    #[test]
    fn segmentation_keeps_the_edges_of_builtin_terms() {
        let segmenter = Segmenter::builtin();
        let (mut kept, mut all, mut lost) = (0, 0, Vec::new());
        for term in groups().iter().flat_map(|group| &group.terms) {
            for (before, after) in
                [("", ""), ("", "怎么办"), ("公司", ""), ("", "的新闻"), ("今年", "问题"), ("关于", "赔偿")]
            {
                let text = format!("{before}{term}{after}");
                let mut cut = Vec::new();
                segmenter.cut(&text, Hmm::On, &mut cut);
                let starts = cut.iter().any(|token| token.start as usize == before.len());
                let ends = cut.iter().any(|token| token.end as usize == before.len() + term.len());
                all += 1;
                if starts && ends {
                    kept += 1;
                } else {
                    lost.push(text);
                }
            }
        }
        assert!(kept as f64 >= KEPT * all as f64, "{kept} of {all}; {lost:?}");
    }

    #[test]
    fn terms_of_a_group_name_each_other() {
        let own =
            Synonyms::default().with_user("# comment\r\n\r\nn1\t農民工\t外来工\tＡＢ\r\nn2\t外来工\t打工者\n").unwrap();
        assert_eq!(own.lookup("农民工"), ["外来工", "ab"]);
        assert_eq!(own.lookup("外来工"), ["农民工", "ab", "打工者"]);
        assert_eq!(own.notes("外来工").collect::<Vec<_>>(), ["n1", "n1", "n2"]);
        assert_eq!(own.lookup("工"), [] as [&str; 0]);
        let one_way = Synonyms::default().with_user("n\t讨债\t要债\t>\t追索\t讨債\n").unwrap();
        assert_eq!(one_way.lookup("讨债"), ["追索"]);
        assert_eq!(one_way.lookup("要债"), ["追索"]);
        assert_eq!(one_way.lookup("追索"), [] as [&str; 0]);
        assert_eq!(one_way.find("讨债与追索"), [0..2]);
        let both = Synonyms::builtin().with_user("mine\t全总\t我的总").unwrap();
        assert!(both.lookup("全总").contains(&"我的总".to_string()));
        assert!(both.lookup("全总").contains(&"中华全国总工会".to_string()));
    }

    #[test]
    fn the_longest_term_is_found() {
        let own = Synonyms::default().with_user("n\t全总\t中华全国总工会\t总工会\nn\tai\t人工智能\n").unwrap();
        for (text, expect) in [
            ("中华全国总工会与全总", vec![0..7, 8..10]),
            ("市总工会和总工会", vec![1..4, 5..8]),
            ("said ai ai2", vec![5..7, 8..10]),
            ("", vec![]),
            ("工会", vec![]),
        ] {
            assert_eq!(own.find(text), expect, "{text}");
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        let long = format!("n\t{}\tb", "工".repeat(MAX_TERM_CHARS + 1));
        let many = format!("n\t{}", (0..=MAX_TERMS).map(|n| format!("t{n}")).collect::<Vec<_>>().join("\t"));
        for bad in [
            "只有一个词",
            "n\t全总",
            "n\t全总\t全總",
            "n\t，\t。",
            "n\t全总\t>",
            "n\t>\t全总",
            "n\ta\t>\ta",
            "n\ta\t>\tb\t>\tc",
            &long,
            &many,
        ] {
            let error = Synonyms::default().with_user(&format!("# x\n{bad}\n")).unwrap_err();
            assert_eq!(error.line, 2, "{bad}");
            assert!(error.to_string().starts_with("line 2: "), "{error}");
        }
    }
}
