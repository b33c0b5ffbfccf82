//! Names and words of the field that mean one thing: 全总 is 中华全国总工会. A folded term in, its equals out.
//!
//! The file has one group a line, its parts divided by tabs: a note that says what the group is, then two or more terms.
//! `#` at the start of a line makes it a comment. A user's file has the same form and adds to the built-in groups.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::fold::fold;

const BUILTIN: &str = include_str!("data/synonyms.tsv");

/// How many terms a group may have.
pub const MAX_TERMS: usize = 32;
/// How many characters a term may have.
pub const MAX_TERM_CHARS: usize = 32;
/// How many groups a file may have.
pub const MAX_GROUPS: usize = 20_000;

/// Groups of terms that mean one thing.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    equals: HashMap<String, Equals>,
    /// The length in characters of the longest term that begins with a character.
    longest: HashMap<char, usize>,
}

/// What stands for a term, and why.
#[derive(Debug, Clone, Default)]
struct Equals {
    terms: Vec<String>,
    notes: Vec<String>,
}

/// A line of a synonym file that makes no group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct SynonymError {
    /// The line's number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl Synonyms {
    /// The groups that come with the program.
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
            // A test holds that every line is good; one that is not leaves the groups before it in place.
            let _ = synonyms.read(BUILTIN);
            synonyms
        })
    }

    /// These groups and those of a user's file.
    ///
    /// # Errors
    /// The first line that is no group: fewer than two different terms, or more or longer ones than the limits allow.
    pub fn with_user(&self, file: &str) -> Result<Synonyms, SynonymError> {
        let mut synonyms = self.clone();
        synonyms.read(file)?;
        Ok(synonyms)
    }

    /// The other terms of the groups that a folded term is in, folded, in the order of the file.
    pub fn lookup(&self, folded: &str) -> &[String] {
        self.equals.get(folded).map_or(&[], |equals| &equals.terms)
    }

    /// What binds each of the terms that [`Synonyms::lookup`] gives: the notes of their groups, in the same order.
    pub fn notes(&self, folded: &str) -> &[String] {
        self.equals.get(folded).map_or(&[], |equals| &equals.notes)
    }

    /// Where terms stand in a folded text, as ranges of its characters: from the left, at each place the longest one,
    /// none inside another. A term of Latin letters or digits stands whole (ai is not in said). Chinese terms are found
    /// as strings; whether one is a word there is the segmentation's to say.
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

    fn read(&mut self, file: &str) -> Result<(), SynonymError> {
        let mut groups = 0;
        for (number, line) in file.trim_start_matches('\u{FEFF}').lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            groups += 1;
            let error = |what: String| SynonymError { line: number + 1, what };
            if groups > MAX_GROUPS {
                return Err(error(format!("more than {MAX_GROUPS} groups")));
            }
            let (note, terms) = group(line).map_err(error)?;
            self.add(note, &terms);
        }
        Ok(())
    }

    fn add(&mut self, note: &str, terms: &[String]) {
        for term in terms {
            if let Some(first) = term.chars().next() {
                let longest = self.longest.entry(first).or_default();
                *longest = (*longest).max(term.chars().count());
            }
            let equals = self.equals.entry(term.clone()).or_default();
            for other in terms {
                if other != term && !equals.terms.contains(other) {
                    equals.terms.push(other.clone());
                    equals.notes.push(note.to_string());
                }
            }
        }
    }
}

/// Whether two characters belong to one run of Latin letters or of digits.
fn runs_on(before: char, after: char) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic();
    (letter(before) && letter(after)) || (before.is_ascii_digit() && after.is_ascii_digit())
}

/// Note and terms of a line.
fn group(line: &str) -> Result<(&str, Vec<String>), String> {
    let mut parts = line.split('\t').map(str::trim);
    let note = parts.next().unwrap_or_default();
    let mut terms: Vec<String> = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let term = fold(part);
        if term.chars().count() > MAX_TERM_CHARS {
            return Err(format!("the term {part:?} has more than {MAX_TERM_CHARS} characters"));
        }
        if !term.chars().any(char::is_alphanumeric) {
            return Err(format!("the term {part:?} has no letter"));
        }
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    match terms.len() {
        0 | 1 => Err("a group is a note and two or more different terms, with tabs between them".into()),
        n if n > MAX_TERMS => Err(format!("more than {MAX_TERMS} terms in a group")),
        _ => Ok((note, terms)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_line_is_a_group_with_a_note() {
        let mut synonyms = Synonyms::default();
        assert_eq!(synonyms.read(BUILTIN), Ok(()));
        for (term, equals) in &synonyms.equals {
            assert!(equals.notes.iter().all(|note| !note.is_empty()), "{term}");
        }
        let groups = BUILTIN.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert!(groups >= 150, "{groups} groups");
    }

    #[test]
    fn terms_of_a_group_name_each_other() {
        let own =
            Synonyms::default().with_user("# comment\r\n\r\nn1\t農民工\t外来工\tＡＢ\r\nn2\t外来工\t打工者\n").unwrap();
        assert_eq!(own.lookup("农民工"), ["外来工", "ab"]);
        assert_eq!(own.lookup("外来工"), ["农民工", "ab", "打工者"]);
        assert_eq!(own.notes("外来工"), ["n1", "n1", "n2"]);
        assert_eq!(own.lookup("工"), [] as [&str; 0]);
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
        for bad in ["只有一个词", "n\t全总", "n\t全总\t全總", "n\t，\t。", &long, &many] {
            let error = Synonyms::default().with_user(&format!("# x\n{bad}\n")).unwrap_err();
            assert_eq!(error.line, 2, "{bad}");
            assert!(error.to_string().starts_with("line 2: "), "{error}");
        }
    }
}
