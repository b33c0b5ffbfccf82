//! The form of a synonym file: lines flow in, groups of terms flow out. The build script reads the built-in file by it.

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

/// Parses the groups of a file, whose terms `fold` folds. An error is the number of a line, from 1, and what is wrong with
/// it.
pub fn read(file: &str, fold: fn(&str) -> String) -> impl Iterator<Item = Result<Group, (usize, String)>> {
    let lines = file.trim_start_matches('\u{FEFF}').lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines.enumerate().map(move |(groups, (number, line))| {
        let group = match groups {
            MAX_GROUPS.. => Err(format!("more than {MAX_GROUPS} groups")),
            _ => group(line, fold),
        };
        group.map_err(|what| (number + 1, what))
    })
}

/// Whether a search for the term finds the text: the term occurs in it, runs of letters and digits whole.
pub fn holds(text: &str, term: &str) -> bool {
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
pub fn runs_on(before: char, after: char) -> bool {
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
