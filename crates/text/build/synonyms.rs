//! The generator of the table of built-in synonyms: the file's groups flow in; arrays without pointers flow out, so that a
//! process neither parses the file nor relocates anything.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::Path;

#[path = "../src/synonyms/group.rs"]
mod group;

const FILE: &str = "src/data/synonyms.tsv";

/// Strings laid end to end, with their ends.
#[derive(Default)]
struct Strings {
    all: String,
    ends: Vec<usize>,
    numbers: HashMap<String, usize>,
}

impl Strings {
    /// Returns the number of a string, adding it if it is new.
    fn number(&mut self, string: &str) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(string.to_string()).or_insert_with(|| {
            self.all.push_str(string);
            self.ends.push(self.all.len());
            next
        })
    }
}

/// Writes the table to `out`.
pub fn write(out: &Path) {
    println!("cargo::rerun-if-changed={FILE}");
    println!("cargo::rerun-if-changed=src/synonyms/group.rs");
    let file = std::fs::read_to_string(FILE).unwrap_or_else(|e| panic!("{FILE}: {e}"));
    let mut finding: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for group in group::read(&file, str::to_string) {
        let group = group.unwrap_or_else(|(line, what)| panic!("{FILE}: line {line}: {what}"));
        for term in &group.terms {
            let synonyms = finding.entry(term.clone()).or_default();
            for other in group.found_by(term) {
                if !synonyms.iter().any(|(known, _)| known == other) {
                    synonyms.push((other.clone(), group.note.clone()));
                }
            }
        }
    }
    let (mut terms, mut notes) = (Strings::default(), Strings::default());
    let mut longest: BTreeMap<char, usize> = BTreeMap::new();
    for term in finding.keys() {
        terms.number(term);
        let first = term.chars().next().expect("a term has a letter");
        let longest = longest.entry(first).or_default();
        *longest = (*longest).max(term.chars().count());
    }
    let (mut synonyms, mut synonym_ends) = (Vec::new(), Vec::new());
    for of_term in finding.values() {
        synonyms.extend(of_term.iter().map(|(term, note)| (terms.number(term), notes.number(note))));
        synonym_ends.push(synonyms.len());
    }
    assert!(terms.ends.len().max(notes.ends.len()) <= usize::from(u16::MAX), "numbers of 16 bits");
    let ends = |ends: &[usize]| std::iter::once(0).chain(ends.iter().copied()).collect::<Vec<usize>>();
    let mut source = String::new();
    let mut array = |name: &str, of: &str, length: usize, values: String| {
        writeln!(source, "pub static {name}: [{of}; {length}] = {values};").unwrap();
    };
    for (name, all) in [("TERM_ENDS", &terms.ends), ("NOTE_ENDS", &notes.ends), ("SYNONYM_ENDS", &synonym_ends)] {
        array(name, "u32", all.len() + 1, format!("{:?}", ends(all)));
    }
    array("SYNONYMS", "(u16, u16)", synonyms.len(), format!("{synonyms:?}"));
    let longest: Vec<(char, usize)> = longest.into_iter().collect();
    array("LONGEST", "(char, u8)", longest.len(), format!("{longest:?}"));
    writeln!(source, "pub const FINDING: usize = {};", finding.len()).unwrap();
    writeln!(source, "pub const TERMS: &str = {:?};", terms.all).unwrap();
    writeln!(source, "pub const NOTES: &str = {:?};", notes.all).unwrap();
    std::fs::write(out.join("synonym_table.rs"), source).expect("OUT_DIR is writable");
}
