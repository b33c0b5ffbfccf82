//! Relaxation: the weaker plan that partial matches satisfy.

use super::plan::{Plan, Scope, Word};
use super::string::StringPlan;

/// Returns the plan that partial matches satisfy: at least one of the words of all unfielded free-text pieces that were
/// joined. Filters, fields, NOT and quotes stay as they are. None if there is nothing to relax.
pub(super) fn relax(plan: &Plan) -> Option<Plan> {
    match plan {
        Plan::Words(words, scope) if *scope == Scope::ALL && (words.len() > 1 || has_parts(words)) => {
            Some(Plan::AnyWord(words.clone(), *scope))
        }
        Plan::Term(words, synonyms, scope) if *scope == Scope::ALL => Some(any_of_term(words, synonyms)),
        Plan::And(plans) => {
            let mut words: Vec<Word> = Vec::new();
            let mut kept = Vec::new();
            let mut relaxed = false;
            for plan in plans {
                match (loose_words(plan), relax(plan)) {
                    (Some(more), _) => words.extend(more),
                    (None, Some(weaker)) => {
                        relaxed = true;
                        kept.push(weaker);
                    }
                    (None, None) => kept.push(plan.clone()),
                }
            }
            relaxed |= words.len() > 1 || has_parts(&words);
            if !words.is_empty() {
                kept.push(Plan::AnyWord(words, Scope::ALL));
            }
            relaxed.then(|| Plan::and(kept))
        }
        Plan::Or(plans) => {
            let relaxed: Vec<Option<Plan>> = plans.iter().map(relax).collect();
            relaxed.iter().any(Option::is_some).then(|| {
                Plan::Or(
                    relaxed
                        .into_iter()
                        .zip(plans)
                        .map(|(weaker, plan)| weaker.unwrap_or_else(|| plan.clone()))
                        .collect(),
                )
            })
        }
        _ => None,
    }
}

/// Returns the words of a plan that consists of unfielded words only, however combined.
fn loose_words(plan: &Plan) -> Option<Vec<Word>> {
    match plan {
        Plan::Words(words, scope) if *scope == Scope::ALL => Some(words.clone()),
        Plan::Term(words, synonyms, scope) if *scope == Scope::ALL => Some(with_synonyms(words, synonyms)),
        Plan::And(plans) | Plan::Or(plans) => {
            let each: Option<Vec<Vec<Word>>> = plans.iter().map(loose_words).collect();
            each.map(|each| each.concat())
        }
        _ => None,
    }
}

fn has_parts(words: &[Word]) -> bool {
    words.iter().any(|word| !word.parts.is_empty())
}

/// Returns the words of a term, and its synonyms as further words.
fn with_synonyms(words: &[Word], synonyms: &[StringPlan]) -> Vec<Word> {
    let others = synonyms.iter().map(|synonym| Word {
        text: synonym.pattern.iter().collect(),
        string: synonym.clone(),
        synonyms: Vec::new(),
        parts: Vec::new(),
    });
    words.iter().cloned().chain(others).collect()
}

fn any_of_term(words: &[Word], synonyms: &[StringPlan]) -> Plan {
    Plan::AnyWord(with_synonyms(words, synonyms), Scope::ALL)
}
