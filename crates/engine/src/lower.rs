//! Lowering of a compiled plan to OpenSearch queries: bool, term, match_phrase and range on the token fields.
//!
//! Where tokens do not decide (which sign is in a gap, how close two strings are, a number in its other form), a plan has
//! two queries: one for the articles that certainly match and one for those that possibly do. The articles between the
//! two must be verified by their texts.

use serde_json::{Value, json};

use crate::mapping::MARGIN;
use crate::tokens;
use gongxun_core::search::compile::plan::{Key, Plan, Scope, ScoreTerm, Text, TokenKind, Word};
use gongxun_core::search::compile::string::{Proof, StringPlan};
use gongxun_text::segment::Segmenter;

/// The OpenSearch queries that stand for a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// A query for articles that match the plan.
    pub certain: Value,
    /// A query for all articles that match the plan, and perhaps others.
    pub possible: Value,
}

impl Lowered {
    fn exact(query: Value) -> Lowered {
        Lowered { certain: query.clone(), possible: query }
    }

    /// No article is known to match without its text.
    fn open(possible: Value) -> Lowered {
        Lowered { certain: match_none(), possible }
    }

    fn join(all: Vec<Lowered>, join: fn(Vec<Value>) -> Value) -> Lowered {
        let (certain, possible) = all.into_iter().map(|one| (one.certain, one.possible)).unzip();
        Lowered { certain: join(certain), possible: join(possible) }
    }

    /// Whether no article needs to be verified.
    pub fn is_exact(&self) -> bool {
        self.certain == self.possible
    }
}

/// What strings are looked for in: the texts of an article, or the lines of its margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Article,
    Margin,
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
    field_of(text.name(), kind)
}

fn field_of(text: &str, kind: TokenKind) -> String {
    let kind = match kind {
        TokenKind::Word => "words",
        TokenKind::Pair => "pairs",
        TokenKind::Character => "chars",
    };
    format!("t.{text}.{kind}")
}

/// Lowers a plan.
pub fn plan(of: &Plan) -> Lowered {
    plan_in(of, Place::Article)
}

fn plan_in(of: &Plan, place: Place) -> Lowered {
    match of {
        Plan::All => Lowered::exact(match_all()),
        Plan::Nothing => Lowered::exact(match_none()),
        Plan::String(own, scope) => string(own, *scope, place),
        Plan::Words(words, scope) => {
            Lowered::join(words.iter().map(|own| word(own, *scope, place)).collect(), all_words)
        }
        Plan::AnyWord(words, scope) => {
            let mut ways = Vec::new();
            for own in words {
                ways.push(word(own, *scope, place));
                for part in &own.parts {
                    ways.push(Lowered::join(part.iter().map(|one| string(one, *scope, place)).collect(), all_of));
                }
            }
            Lowered::join(ways, any_of)
        }
        Plan::Term(words, synonyms, scope) => {
            let mut ways: Vec<Lowered> = synonyms.iter().map(|one| string(one, *scope, place)).collect();
            if !words.is_empty() {
                ways.push(Lowered::join(words.iter().map(|own| word(own, *scope, place)).collect(), all_of));
            }
            Lowered::join(ways, any_of)
        }
        Plan::Key(key, value) => Lowered::exact(json!({"term": { key_field(*key): value }})),
        Plan::Date(from, to) => Lowered::exact(json!({"range": {"date": {"gte": from, "lte": to}}})),
        Plan::Scan(_, _, candidates) => Lowered::open(plan_in(candidates, place).possible),
        Plan::Margin(inner) => {
            let lowered = plan_in(inner, Place::Margin);
            // All that is looked for must be in one line, which tokens of the whole margin tell of one string alone.
            let is_one_string = match &**inner {
                Plan::String(..) => true,
                Plan::Words(words, _) => words.len() == 1,
                _ => false,
            };
            if is_one_string { lowered } else { Lowered::open(lowered.possible) }
        }
        Plan::And(plans) => Lowered::join(plans.iter().map(|plan| plan_in(plan, place)).collect(), all_of),
        Plan::Or(plans) => Lowered::join(plans.iter().map(|plan| plan_in(plan, place)).collect(), any_of),
        Plan::Not(inner) if place == Place::Article => {
            let Lowered { certain, possible } = plan_in(inner, place);
            Lowered { certain: without(match_all(), vec![possible]), possible: without(match_all(), vec![certain]) }
        }
        // A margin that has a line with a string may have another line without it.
        Plan::Not(_) => Lowered::open(match_all()),
    }
}

/// Returns the conjunction of queries as [`all_of`] does, but without any, it matches no document.
fn all_words(queries: Vec<Value>) -> Value {
    if queries.is_empty() { match_none() } else { all_of(queries) }
}

fn word(of: &Word, scope: Scope, place: Place) -> Lowered {
    Lowered::join(of.strings().map(|one| string(one, scope, place)).collect(), any_of)
}

fn string(of: &StringPlan, scope: Scope, place: Place) -> Lowered {
    let as_typed = in_texts(of, scope, place);
    let certain = if of.verify && of.is_searchable() { match_none() } else { as_typed.clone() };
    // A number in its other form is a candidate: 1,077 for 1077.
    let ways = std::iter::once(as_typed).chain(of.forms.iter().map(|form| in_texts(form, scope, place)));
    Lowered { certain, possible: any_of(ways.collect()) }
}

fn in_texts(of: &StringPlan, scope: Scope, place: Place) -> Value {
    match place {
        Place::Article => {
            let in_one = |(text, _): (Text, f32)| match of.as_word && text.has_words() {
                true => Some(as_word(of, text)),
                false => in_text(of, text.name()),
            };
            any_of(scope.texts().filter_map(in_one).collect())
        }
        Place::Margin => in_text(of, MARGIN).unwrap_or_else(match_none),
    }
}

/// Returns the query for a string as a word, or a part of one, of a text that has words.
fn as_word(of: &StringPlan, text: Text) -> Value {
    let word: String = of.pattern.iter().collect();
    let term = |kind: &str| json!({"term": { format!("t.{}.{kind}", text.name()): word }});
    any_of(vec![term("words"), term("parts")])
}

/// Returns the query for a string in one text; `None` if the string has no token.
fn in_text(of: &StringPlan, text: &str) -> Option<Value> {
    match &of.proof {
        Proof::Nothing => None,
        Proof::Char(c) => Some(json!({"term": { field_of(text, TokenKind::Character): c.to_string() }})),
        Proof::Pairs(tokens) => Some(match tokens.as_slice() {
            [(token, _)] => json!({"term": { field_of(text, TokenKind::Pair): tokens::encode(token) }}),
            several => json!({"match_phrase": { field_of(text, TokenKind::Pair): tokens::phrase(several) }}),
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
    let is_word = of.is_word(segmenter);
    let in_one = |(own, _): (Text, f32)| match own.has_words() && is_word {
        true => Some(as_word(of, own)),
        false => in_text(of, own.name()),
    };
    any_of(scope.texts().filter_map(in_one).collect())
}

/// Returns the clauses that score a query, to be combined with a filter.
pub fn scoring(terms: &[&ScoreTerm]) -> Vec<Value> {
    let clause = |term: &&ScoreTerm| {
        let token = tokens::encode(&term.token);
        json!({"term": { field(term.text, term.kind): {"value": token, "boost": term.weight} }})
    };
    terms.iter().map(clause).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLE: Scope = Scope { title: true, ..Scope::NONE };

    fn words(text: &str) -> Plan {
        Plan::Words(vec![Word::new(text)], TITLE)
    }

    #[test]
    fn strings_become_terms_and_phrases() {
        let lowered = |text: &str| string(&StringPlan::new(text), TITLE, Place::Article);
        assert_eq!(lowered("工"), Lowered::exact(json!({"term": {"t.title.chars": "工"}})));
        assert_eq!(lowered("工会"), Lowered::exact(json!({"term": {"t.title.pairs": "工会"}})));
        assert_eq!(lowered("农民工"), Lowered::exact(json!({"match_phrase": {"t.title.pairs": "农民 _ 民工"}})));
        assert_eq!(lowered("20%"), Lowered::open(json!({"term": {"t.title.pairs": "20"}})));
    }

    #[test]
    fn a_number_in_its_other_form_is_a_candidate() {
        let Lowered { certain, possible } = plan(&words("1077"));
        assert_eq!(certain, json!({"term": {"t.title.pairs": "1077"}}));
        let other = json!({"match_phrase": {"t.title.pairs": "1 _ _ _ 077"}});
        assert_eq!(possible, any_of(vec![certain, other]));
    }

    #[test]
    fn a_negation_swaps_what_is_certain_and_what_is_possible() {
        let lowered = plan(&Plan::Not(Box::new(words("20%"))));
        assert_eq!(lowered.certain, without(match_all(), vec![json!({"term": {"t.title.pairs": "20"}})]));
        assert_eq!(lowered.possible, without(match_all(), vec![match_none()]));
        assert!(plan(&Plan::Not(Box::new(words("工会")))).is_exact());
    }

    #[test]
    fn one_string_of_a_margin_is_exact_and_several_are_not() {
        let margin = |plan: Plan| super::plan(&Plan::Margin(Box::new(plan)));
        assert_eq!(margin(words("工会")), Lowered::exact(json!({"term": {"t.margin.pairs": "工会"}})));
        let both = margin(Plan::And(vec![words("工会"), words("职工")]));
        assert!(!both.is_exact() && both.certain == match_none());
        assert_eq!(margin(Plan::Not(Box::new(words("工会")))), Lowered::open(match_all()));
    }
}
