//! Synonyms of the field: names and words with one meaning, such as 全总 and 中华全国总工会. A folded term flows in, its
//! synonyms flow out.
//!
//! The file has one group a line, its parts separated by tabs: a note that describes the group, then two or more terms.
//! A part that is `>` makes the line one-way: each term before it finds those after it, and nothing else by this line.
//! `#` at the start of a line makes it a comment. A user's file has the same form and adds to the built-in groups.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::fold::fold;
use builtin::Term;
use group::runs_on;
pub use group::{Group, MAX_GROUPS, MAX_TERM_CHARS, MAX_TERMS};

mod builtin;
mod group;

const BUILTIN: &str = include_str!("data/synonyms.tsv");

/// Groups of terms with one meaning: those that come with the program, a user's own, or both.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    has_builtin: bool,
    /// The synonyms of each of a user's terms, with the notes that explain them.
    own: HashMap<String, Vec<(String, Arc<str>)>>,
    /// The length in characters of the longest of these terms, by its first character.
    longest: HashMap<char, usize>,
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
    /// assert!(equals.contains(&"中华全国总工会"));
    /// ```
    pub fn builtin() -> &'static Synonyms {
        static BUILTIN: OnceLock<Synonyms> = OnceLock::new();
        BUILTIN.get_or_init(|| Synonyms { has_builtin: true, ..Synonyms::default() })
    }

    /// Returns these groups with those of a user's file.
    ///
    /// # Errors
    /// The first line that is not a group: it has fewer than two distinct terms, or more or longer ones than the limits
    /// allow.
    pub fn with_user(&self, file: &str) -> Result<Synonyms, SynonymError> {
        let mut synonyms = self.clone();
        for group in group::read(file, fold) {
            synonyms.add(&group.map_err(|(line, what)| SynonymError { line, what })?);
        }
        Ok(synonyms)
    }

    /// Returns the synonyms of a folded term, folded, in the order of the file. Terms that contain it are left out: a
    /// search for the term finds those as a string.
    pub fn lookup(&self, folded: &str) -> Vec<&str> {
        self.explained(folded).map(|(term, _)| term).collect()
    }

    /// Returns the notes of the groups of the terms that [`Synonyms::lookup`] returns, in the same order.
    pub fn notes(&self, folded: &str) -> impl Iterator<Item = &str> {
        self.explained(folded).map(|(_, note)| note)
    }

    /// Returns the synonyms of a folded term, each with the note that explains it.
    fn explained<'a>(&'a self, folded: &str) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let builtin = self.builtin_term(folded);
        let is_builtin =
            move |term: &str| builtin.is_some_and(|known| known.synonyms().any(|(other, _)| other == term));
        let own = self.own.get(folded).into_iter().flatten().map(|(term, note)| (term.as_str(), &**note));
        let of_builtin = |term: Term| term.synonyms().map(|(term, note)| -> (&'a str, &'a str) { (term, note) });
        builtin.into_iter().flat_map(of_builtin).chain(own.filter(move |(term, _)| !is_builtin(term)))
    }

    fn builtin_term(&self, folded: &str) -> Option<Term> {
        if self.has_builtin { Term::of(folded) } else { None }
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
        let builtin = if self.has_builtin { builtin::longest(chars[at]) } else { 0 };
        let longest = self.longest.get(&chars[at]).copied().unwrap_or(0).max(builtin);
        let is_term = |term: &str| self.builtin_term(term).is_some() || self.own.contains_key(term);
        (at + 1..=chars.len().min(at + longest))
            .rev()
            .find(|&end| !inside(end) && is_term(&chars[at..end].iter().collect::<String>()))
    }

    fn add(&mut self, group: &Group) {
        let note: Arc<str> = group.note.as_str().into();
        for term in &group.terms {
            if let Some(first) = term.chars().next() {
                let longest = self.longest.entry(first).or_default();
                *longest = (*longest).max(term.chars().count());
            }
            let own = self.own.entry(term.clone()).or_default();
            for other in group.found_by(term) {
                if !own.iter().any(|(known, _)| known == other) {
                    own.push((other.clone(), note.clone()));
                }
            }
        }
    }
}

/// Returns the groups that come with the program, in the order of the file.
pub fn builtin_groups() -> impl Iterator<Item = Group> {
    // A test ensures that every line is valid and written folded.
    group::read(BUILTIN, str::to_string).map_while(Result::ok)
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
        group::read(BUILTIN, fold).map(|group| group.unwrap()).collect()
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
            assert_eq!(Synonyms::builtin().lookup(&term), found, "{term}");
            assert!(Synonyms::builtin().notes(&term).all(|note| note == group.note), "{term}");
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
                assert!(group.terms.iter().any(|term| !group::holds(found, term)), "{found}: {group:?}");
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
        assert!(both.lookup("全总").contains(&"我的总"));
        assert!(both.lookup("全总").contains(&"中华全国总工会"));
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
