//! Lowering of a compiled plan to an OpenSearch query: bool, term, match_phrase and range on the token fields.
//!
//! Where tokens do not decide (which sign is in a gap, how close two strings are), the query selects candidates and is
//! marked as inexact; the candidates must then be verified by their texts.

use serde_json::{Value, json};

use crate::tokens;
use gongxun_core::error::{Error, Result};
use gongxun_core::search::compile::plan::{Key, Plan, Scope, ScoreTerm, Text, TokenKind, Word};
use gongxun_core::search::compile::string::{Proof, StringPlan};
use gongxun_core::search::ranking::whole_words::is_word;
use gongxun_text::segment::Segmenter;

/// An OpenSearch query that stands for a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// The query. It matches at least the articles that the plan matches.
    pub query: Value,
    /// Whether it matches no others. If not, its matches are candidates.
    pub exact: bool,
}

impl Lowered {
    fn exact(query: Value) -> Lowered {
        Lowered { query, exact: true }
    }

    fn join(all: Vec<Lowered>, join: fn(Vec<Value>) -> Value) -> Lowered {
        let exact = all.iter().all(|one| one.exact);
        Lowered { query: join(all.into_iter().map(|one| one.query).collect()), exact }
    }
}

/// Returns the query that matches every document.
pub fn match_all() -> Value {
    json!({"match_all": {}})
}

/// Returns the query that matches no document.
pub fn match_none() -> Value {
    json!({"match_none": {}})
}

/// Returns the conjunction of queries; without any, it matches every document.
pub fn all_of(mut queries: Vec<Value>) -> Value {
    match queries.len() {
        0 => match_all(),
        1 => queries.remove(0),
        _ => json!({"bool": {"filter": queries}}),
    }
}

/// Returns the disjunction of queries; without any, it matches no document.
pub fn any_of(mut queries: Vec<Value>) -> Value {
    match queries.len() {
        0 => match_none(),
        1 => queries.remove(0),
        _ => json!({"bool": {"should": queries, "minimum_should_match": 1}}),
    }
}

/// Returns a query for what one query matches and none of the others does.
pub fn without(query: Value, others: Vec<Value>) -> Value {
    if others.is_empty() { query } else { json!({"bool": {"filter": [query], "must_not": others}}) }
}

/// Returns the name of the field with a text's tokens of a kind.
pub fn field(text: Text, kind: TokenKind) -> String {
    let kind = match kind {
        TokenKind::Word => "words",
        TokenKind::Pair => "pairs",
        TokenKind::Character => "chars",
    };
    format!("t.{}.{kind}", text.name())
}

/// Lowers a plan to a query.
///
/// # Errors
/// [`Error::Invalid`] if the plan searches the margins of pages, which OpenSearch does not index.
pub fn plan(of: &Plan) -> Result<Lowered> {
    Ok(match of {
        Plan::All => Lowered::exact(match_all()),
        Plan::Nothing => Lowered::exact(match_none()),
        // Where tokens do not decide, the compiler has put a scan around it.
        Plan::String(own, scope) => Lowered::exact(in_texts(own, *scope)),
        Plan::Words(words, scope) => Lowered::join(words.iter().map(|own| word(own, *scope)).collect(), all_words),
        Plan::AnyWord(words, scope) => {
            let mut ways = Vec::new();
            for own in words {
                ways.push(word(own, *scope));
                for part in &own.parts {
                    ways.push(Lowered::join(part.iter().map(|one| string(one, *scope)).collect(), all_of));
                }
            }
            Lowered::join(ways, any_of)
        }
        Plan::Term(words, synonyms, scope) => {
            let mut ways: Vec<Lowered> = synonyms.iter().map(|one| string(one, *scope)).collect();
            if !words.is_empty() {
                ways.push(Lowered::join(words.iter().map(|own| word(own, *scope)).collect(), all_of));
            }
            Lowered::join(ways, any_of)
        }
        Plan::Key(key, value) => Lowered::exact(json!({"term": { key_field(*key): value }})),
        Plan::Date(from, to) => Lowered::exact(json!({"range": {"date": {"gte": from, "lte": to}}})),
        Plan::Scan(_, _, candidates) => Lowered { exact: false, ..plan(candidates)? },
        Plan::Margin(_) => {
            let what =
                "whole pages (整页:) can't be asked for on an engine: the margins of pages are not indexed there";
            return Err(Error::Invalid(what.to_string()));
        }
        Plan::And(plans) => Lowered::join(plans.iter().map(plan).collect::<Result<_>>()?, all_of),
        Plan::Or(plans) => Lowered::join(plans.iter().map(plan).collect::<Result<_>>()?, any_of),
        Plan::Not(inner) => match plan(inner)? {
            Lowered { query, exact: true } => Lowered::exact(without(match_all(), vec![query])),
            // Each candidate of the negated plan may turn out not to match it.
            Lowered { exact: false, .. } => Lowered { query: match_all(), exact: false },
        },
    })
}

/// Returns the conjunction of queries as [`all_of`] does, but without any, it matches no document.
fn all_words(queries: Vec<Value>) -> Value {
    if queries.is_empty() { match_none() } else { all_of(queries) }
}

fn word(of: &Word, scope: Scope) -> Lowered {
    Lowered::join(of.strings().map(|one| string(one, scope)).collect(), any_of)
}

fn string(of: &StringPlan, scope: Scope) -> Lowered {
    Lowered { query: in_texts(of, scope), exact: !of.verify || !of.is_searchable() }
}

fn in_texts(of: &StringPlan, scope: Scope) -> Value {
    any_of(scope.texts().filter_map(|(text, _)| in_text(of, text)).collect())
}

/// Returns the query for a string in one text; `None` if the string has no token.
fn in_text(of: &StringPlan, text: Text) -> Option<Value> {
    match &of.proof {
        Proof::Nothing => None,
        Proof::Char(c) => Some(json!({"term": { field(text, TokenKind::Character): c.to_string() }})),
        Proof::Pairs(tokens) => Some(match tokens.as_slice() {
            [(token, _)] => json!({"term": { field(text, TokenKind::Pair): tokens::encode(token) }}),
            several => json!({"match_phrase": { field(text, TokenKind::Pair): tokens::phrase(several) }}),
        }),
    }
}

fn key_field(key: Key) -> &'static str {
    match key {
        Key::Source => "k.source",
        Key::Outlet => "k.outlet",
        Key::Editor => "k.editor",
        Key::Author => "k.author",
        Key::Proofreader => "k.proofreader",
        Key::Section => "k.section",
        Key::Url => "k.url",
    }
}

/// Returns a query for the articles that certainly hold each word of the plan as a word, as `ranking::whole_words` defines
/// it; `None` if the plan requires no words.
pub fn whole_words(of: &Plan, segmenter: &Segmenter) -> Option<Value> {
    match of {
        Plan::Words(words, scope) => {
            let of_word = |own: &Word| any_of(own.strings().map(|one| whole_word(one, *scope, segmenter)).collect());
            Some(all_of(words.iter().map(of_word).collect()))
        }
        Plan::Term(words, synonyms, scope) => {
            let mut ways: Vec<Value> = synonyms.iter().map(|one| whole_word(one, *scope, segmenter)).collect();
            if !words.is_empty() {
                ways.extend(whole_words(&Plan::Words(words.clone(), *scope), segmenter));
            }
            Some(any_of(ways))
        }
        Plan::And(plans) => {
            let all: Vec<Value> = plans.iter().filter_map(|plan| whole_words(plan, segmenter)).collect();
            if all.is_empty() { None } else { Some(all_of(all)) }
        }
        Plan::Or(plans) => {
            plans.iter().map(|plan| whole_words(plan, segmenter)).collect::<Option<Vec<_>>>().map(any_of)
        }
        _ => None,
    }
}

fn whole_word(of: &StringPlan, scope: Scope, segmenter: &Segmenter) -> Value {
    let is_word = is_word(of, segmenter);
    let text: String = of.pattern.iter().collect();
    let in_one = |(own, _): (Text, f32)| match own.has_words() && is_word {
        true => {
            let term = |kind: &str| json!({"term": { format!("t.{}.{kind}", own.name()): text }});
            Some(any_of(vec![term("words"), term("parts")]))
        }
        false => in_text(of, own),
    };
    any_of(scope.texts().filter_map(in_one).collect())
}

/// Returns the clauses that score a query, to be combined with a filter.
pub fn scoring(terms: &[ScoreTerm]) -> Vec<Value> {
    let clause = |term: &ScoreTerm| {
        let token = tokens::encode(&term.token);
        json!({"term": { field(term.text, term.kind): {"value": token, "boost": term.weight} }})
    };
    terms.iter().map(clause).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_become_terms_and_phrases() {
        let scope = Scope { title: true, ..Scope::NONE };
        let lowered = |text: &str| string(&StringPlan::new(text), scope);
        assert_eq!(lowered("工").query, json!({"term": {"t.title.chars": "工"}}));
        assert_eq!(lowered("工会").query, json!({"term": {"t.title.pairs": "工会"}}));
        assert_eq!(lowered("农民工").query, json!({"match_phrase": {"t.title.pairs": "农民 _ 民工"}}));
        assert!(lowered("农民工").exact && !lowered("20%").exact);
    }

    #[test]
    fn what_is_open_inside_a_negation_may_be_anything() {
        let scope = Scope { title: true, ..Scope::NONE };
        let open = Plan::Words(vec![Word::new("20%")], scope);
        let lowered = plan(&Plan::Not(Box::new(open))).unwrap();
        assert_eq!(lowered, Lowered { query: match_all(), exact: false });
        let closed = Plan::Words(vec![Word::new("工会")], scope);
        assert!(plan(&Plan::Not(Box::new(closed))).unwrap().exact);
        assert!(plan(&Plan::Margin(Box::new(Plan::All))).is_err());
    }
}
