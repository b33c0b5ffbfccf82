//! Notes on what a count takes in and what it leaves out, in the same words wherever articles are counted.

use crate::search::compile::plan::{Breadth, Compiled};
use crate::search::kind::{ByKind, Kind};

/// Returns the notes on the synonyms that a count of this breadth includes, and on the matches that it leaves out.
pub fn of_count(compiled: &Compiled, totals: &ByKind<u64>, counted: Breadth) -> Vec<String> {
    let mut notes = if counted.synonyms() { synonyms(compiled) } else { Vec::new() };
    notes.extend(not_counted(compiled, totals, counted));
    notes
}

/// Returns the notes on synonyms that a query was expanded by.
pub fn synonyms(compiled: &Compiled) -> Vec<String> {
    compiled.synonyms.iter().map(|(word, others)| format!("{word} also finds {}", others.join(", "))).collect()
}

/// Returns the notes on matches that a count of this breadth leaves out.
pub fn not_counted(compiled: &Compiled, totals: &ByKind<u64>, counted: Breadth) -> Vec<String> {
    let articles = |n: u64| if n == 1 { "1 article".to_string() } else { format!("{n} articles") };
    let mut notes = Vec::new();
    let synonym = totals[Kind::Synonym];
    if synonym > 0 && !counted.synonyms() {
        let names: Vec<&str> = compiled.synonyms.iter().flat_map(|(_, others)| others).map(String::as_str).collect();
        let (names, articles) = (names.join(", "), articles(synonym));
        notes.push(format!("not counted: {articles} more by a synonym ({names}); --synonyms counts them too"));
    }
    let partial = totals[Kind::Partial];
    let holds_all = totals[Kind::Full] + synonym;
    if holds_all == 0 && partial > 0 && !counted.partial() {
        let articles = articles(partial);
        notes.push(format!("no article holds all of it; {articles} with some of it: --partial counts them"));
    }
    notes
}
