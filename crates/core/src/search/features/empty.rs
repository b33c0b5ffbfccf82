//! Explains an empty answer: which condition excludes everything, which value would find something, and whether the margins
//! of pages hold it.

use crate::error::Result;
use crate::query::{Field, Filter, Node};
use crate::search::request::Request;
use gongxun_text::fold::fold;

/// The most conditions that are tried.
const MAX_CONDITIONS: usize = 8;
/// The most values that are suggested in place of one that no article has.
const MAX_VALUES: usize = 3;
/// The most values that are tried to find these.
const MAX_TRIED: usize = 12;

/// What an explanation asks of an archive.
pub trait Lookup {
    /// Returns the number of full and synonym matches of a query.
    ///
    /// # Errors
    /// If what holds the articles can't be read.
    fn held(&self, root: &Node) -> Result<u64>;

    /// Returns the values of some facets (`source`, `editor` …) for which `is_like` holds, as printed, in any order.
    ///
    /// # Errors
    /// If what holds the articles can't be read.
    fn values(&self, facets: &[&str], is_like: &dyn Fn(&str) -> bool) -> Result<Vec<String>>;
}

/// Returns a sentence for each condition without which the query would find something.
///
/// # Errors
/// If the lookup fails.
pub fn reasons(lookup: &dyn Lookup, request: &Request) -> Result<Vec<String>> {
    let checker = ConditionChecker(lookup);
    let clauses: Vec<Node> = match &request.query.root {
        Some(Node::And(nodes)) => nodes.clone(),
        Some(node) => vec![node.clone()],
        None => Vec::new(),
    };
    let own = clauses.len();
    let conditions: Vec<Node> = clauses.into_iter().chain(request.filters.iter().cloned().map(Node::Filter)).collect();
    let mut notes = Vec::new();
    for (at, condition) in conditions.iter().enumerate().filter(|(_, node)| is_condition(node)).take(MAX_CONDITIONS) {
        let others: Vec<&Node> =
            conditions.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, node)| node).collect();
        if let Node::Filter(Filter::Date { from: Some(from), to: Some(to) }) = condition
            && from > to
        {
            notes.push(format!("{condition} ends before it begins: no day lies between"));
            continue;
        }
        // A name of two words behind a colon: editor:Demi Lan.
        if let (Node::Filter(filter), Some(Node::Text(next))) =
            (condition, conditions.get(at + 1).filter(|_| at + 1 < own))
            && let Some(longer) = with_value(filter, |value| format!("{value} {}", next.text))
        {
            let rest: Vec<&Node> =
                conditions.iter().enumerate().filter(|(n, _)| *n != at && *n != at + 1).map(|(_, node)| node).collect();
            let count = checker.count(&rest, Some(&longer))?;
            if count > 0 {
                notes.push(format!("{condition} ends at the blank; {longer} finds {}", articles(count)));
                continue;
            }
        }
        let without = if others.is_empty() { 0 } else { checker.count(&others, None)? };
        let values = match condition {
            Node::Filter(filter) => checker.values(filter, &others)?,
            _ => Vec::new(),
        };
        let there = match values.as_slice() {
            [] => String::new(),
            values => format!("; there is {}", values.join(", ")),
        };
        if without > 0 {
            notes.push(format!("{condition} leaves nothing of {}{there}", articles(without)));
        } else if !there.is_empty() {
            notes.push(format!("no article has {condition}{there}"));
        }
    }
    Ok(notes)
}

/// Whether a clause is a condition that can empty the answer. Words and strings are not: partial matches show which of
/// them are missing.
fn is_condition(node: &Node) -> bool {
    !matches!(node, Node::Text(_) | Node::And(_) | Node::Or(_))
}

fn articles(n: u64) -> String {
    if n == 1 { "1 article".to_string() } else { format!("{n} articles") }
}

struct ConditionChecker<'a>(&'a dyn Lookup);

impl ConditionChecker<'_> {
    /// Counts the articles that satisfy all of these clauses and, if given, another one.
    fn count(&self, clauses: &[&Node], other: Option<&Node>) -> Result<u64> {
        let mut all: Vec<Node> = clauses.iter().copied().chain(other).cloned().collect();
        let root = match all.len() {
            0 => return Ok(0),
            1 => all.remove(0),
            _ => Node::And(all),
        };
        // A negation alone finds nearly everything, which is no information.
        if let Node::Not(_) = root {
            return Ok(0);
        }
        self.0.held(&root)
    }

    /// Returns the values of the field that are similar to that of a filter and find something together with the other
    /// clauses, each with the number of articles.
    fn values(&self, filter: &Filter, others: &[&Node]) -> Result<Vec<String>> {
        let (fields, value): (&[&str], &str) = match filter {
            Filter::Source(value) => (&["source", "outlet"], value),
            Filter::Outlet(value) => (&["outlet"], value),
            Filter::Editor(value) => (&["editor"], value),
            Filter::Author(value) => (&["author"], value),
            Filter::Section(value) => (&["section"], value),
            _ => return Ok(Vec::new()),
        };
        let typed = fold(value.trim());
        let is_like = |printed: &str| {
            let folded = fold(printed);
            folded != typed && (folded.contains(&typed) || typed.contains(&folded))
        };
        let mut like = self.0.values(fields, &is_like)?;
        // The shortest first, and one of those with the same fold.
        like.sort_by_cached_key(|value| (value.chars().count(), fold(value), value.clone()));
        like.dedup_by_key(|value| fold(value));
        let mut found = Vec::new();
        for value in like.into_iter().take(MAX_TRIED) {
            if found.len() == MAX_VALUES {
                break;
            }
            let Some(other) = with_value(filter, |_| value.clone()) else { continue };
            let count = self.count(others, Some(&other))?;
            if count > 0 {
                found.push(format!("{value} ({})", articles(count)));
            }
        }
        Ok(found)
    }
}

/// Returns the same filter with another value.
fn with_value(filter: &Filter, change: impl FnOnce(&str) -> String) -> Option<Node> {
    Some(Node::Filter(match filter {
        Filter::Source(value) => Filter::Source(change(value)),
        Filter::Outlet(value) => Filter::Outlet(change(value)),
        Filter::Editor(value) => Filter::Editor(change(value)),
        Filter::Author(value) => Filter::Author(change(value)),
        Filter::Proofreader(value) => Filter::Proofreader(change(value)),
        Filter::Section(value) => Filter::Section(change(value)),
        Filter::Url(_) | Filter::Date { .. } => return None,
    }))
}

/// Returns the query for whole pages that is tried for a query without hits: of strings in quotes alone.
pub fn whole_page(request: &Request) -> Option<Node> {
    let root = request.query.root.as_ref().filter(|root| has_phrase(root))?;
    Some(Node::Field { field: Field::Page, node: Box::new(root.clone()) })
}

/// Returns a note that so many pages hold a query around the article, if any does. `root` is the query of [`whole_page`].
pub fn margin_note(root: &Node, pages: u64) -> Option<String> {
    let pages = match pages {
        0 => return None,
        1 => "1 page holds".to_string(),
        more => format!("{more} pages hold"),
    };
    Some(format!("{pages} it around the article (navigation, related links, notices): {root} finds them"))
}

fn has_phrase(node: &Node) -> bool {
    match node {
        Node::Phrase(_) => true,
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(has_phrase),
        _ => false,
    }
}
