//! The concepts of a query, taken from its compiled plan: its words and strings, each with its alternatives.

use super::needle::Needle;
use super::plan::{Concept, Plan, Scope, Word, Year};
use super::string::StringPlan;
use gongxun_text::segment::Segmenter;
use gongxun_text::synonyms::Synonyms;

/// The most concepts of a query that are considered; a pasted paragraph has hundreds.
pub const MAX_CONCEPTS: usize = 16;
/// The most strings that may stand for one of them.
const MAX_STRINGS: usize = 24;

/// Returns the concepts of a plan, in order. A word that says no more than a year does is no concept: the year is a
/// condition of its own. A synonym of two neighbouring words together (加班费 for 加班 工资) stands for each of them.
pub(super) fn concepts(
    plan: &Plan,
    years: &[Year],
    synonyms: Option<&Synonyms>,
    segmenter: &Segmenter,
) -> Vec<Concept> {
    let mut found = Vec::new();
    collect(plan, &mut found);
    found.retain(|concept| !years.iter().any(|year| year.covers(&concept.name)));
    if let Some(synonyms) = synonyms {
        for first in 1..found.len() {
            let (left, right) = (&found[first - 1], &found[first]);
            if left.scope == right.scope {
                let both = synonyms.lookup(&format!("{}{}", left.name, right.name));
                both.iter().for_each(|string| {
                    let string = StringPlan::synonym(string, segmenter);
                    found[first - 1].add(string.clone());
                    found[first].add(string);
                });
            }
        }
    }
    found.truncate(MAX_CONCEPTS);
    found
}

fn collect(plan: &Plan, found: &mut Vec<Concept>) {
    let mut add = |name: String, strings: Vec<StringPlan>, parts: &[Vec<StringPlan>], scope: Scope| {
        let parts = parts.iter().flatten().filter(|part| part.is_searchable()).cloned().collect();
        let mut concept = Concept { name, strings: Vec::new(), parts, scope };
        strings.into_iter().for_each(|string| concept.add(string));
        if !concept.strings.is_empty() && !found.iter().any(|other| other.name == concept.name) {
            found.push(concept);
        }
    };
    match plan {
        Plan::Words(words, scope) => {
            words
                .iter()
                .for_each(|word| add(word.text.clone(), word.strings().cloned().collect(), &word.parts, *scope));
        }
        Plan::Term(words, synonyms, scope) => match words.as_slice() {
            [] => add(name(synonyms.first()), synonyms.clone(), &[], *scope),
            words => {
                let with = |word: &Word| word.strings().chain(synonyms).cloned().collect();
                words.iter().for_each(|word| add(word.text.clone(), with(word), &word.parts, *scope));
            }
        },
        Plan::String(string, scope) => add(name(Some(string)), vec![string.clone()], &[], *scope),
        Plan::Scan(needle, scope, _) => match needle {
            Needle::String(string) => {
                let string: String = string.iter().collect();
                add(string.clone(), vec![StringPlan::new(&string)], &[], *scope);
            }
            Needle::Near { strings, .. } | Needle::Together { strings, .. } => {
                let strings = strings.iter().map(|string| string.iter().collect::<String>());
                strings.for_each(|string| add(string.clone(), vec![StringPlan::new(&string)], &[], *scope));
            }
            // A pattern has no fixed string.
            Needle::Pattern(_) => {}
        },
        Plan::And(plans) => plans.iter().for_each(|plan| collect(plan, found)),
        Plan::Or(plans) => any(plans, found),
        Plan::AnyWord(..)
        | Plan::All
        | Plan::Nothing
        | Plan::Key(..)
        | Plan::Date(..)
        | Plan::Margin(_)
        | Plan::Not(_) => {}
    }
}

/// A disjunction of single concepts is one concept (欠薪 OR 讨薪); the concepts of any other are collected one by one.
fn any(plans: &[Plan], found: &mut Vec<Concept>) {
    let each: Vec<Vec<Concept>> = plans
        .iter()
        .map(|plan| {
            let mut own = Vec::new();
            collect(plan, &mut own);
            own
        })
        .collect();
    let asked: Vec<Concept> = each.iter().flatten().cloned().collect();
    let is_one = each.iter().all(|own| own.len() <= 1) && asked.windows(2).all(|two| two[0].scope == two[1].scope);
    match asked.split_first() {
        Some((first, others)) if is_one => {
            let mut one = first.clone();
            for other in others {
                one.name = format!("{} / {}", one.name, other.name);
                other.strings.iter().for_each(|string| one.add(string.clone()));
            }
            found.push(one);
        }
        _ => found.extend(
            asked.into_iter().filter(|own| !found.iter().any(|other| other.name == own.name)).collect::<Vec<_>>(),
        ),
    }
}

fn name(string: Option<&StringPlan>) -> String {
    string.map(|string| string.pattern.iter().collect()).unwrap_or_default()
}

impl Concept {
    fn add(&mut self, string: StringPlan) {
        if string.is_searchable() && self.strings.len() < MAX_STRINGS && !self.strings.contains(&string) {
            self.strings.push(string);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::query::parse;
    use crate::search::compile::compile;
    use crate::search::compile::plan::Breadth;
    use gongxun_text::segment::Segmenter;
    use gongxun_text::synonyms::Synonyms;

    #[test]
    fn words_strings_and_what_stands_for_them() {
        let synonyms = Synonyms::default().with_user("加班费\t加班工资\t加班费\n讨薪\t讨薪\t追薪").unwrap();
        let check = |query: &str, expect: &[&str]| {
            let root = parse(query).root;
            let compiled = compile(root.as_ref(), &[], &Segmenter::builtin(), &synonyms, Breadth::Wide);
            let shown: Vec<String> = compiled
                .concepts
                .iter()
                .map(|concept| {
                    let strings = concept.strings.iter().map(|string| string.pattern.iter().collect::<String>());
                    format!("{}={}", concept.name, strings.collect::<Vec<_>>().join(","))
                })
                .collect();
            assert_eq!(shown, expect, "{query}");
        };
        check("工会 权益", &["工会=工会", "权益=权益"]);
        check("讨薪", &["讨薪=讨薪,追薪"]);
        check("加班 工资", &["加班=加班,加班费", "工资=工资,加班费"]);
        check("\"农民工\" -罢工 工会", &["农民工=农民工", "工会=工会"]);
        check("(骑手 OR 司机) 平台", &["骑手 / 司机=骑手,司机", "平台=平台"]);
        check("欠薪 NEAR/30 工会", &["欠薪=欠薪", "工会=工会"]);
        check("2023年 欠薪", &["欠薪=欠薪"]);
        check("来源:工路网 日期:2023", &[]);
        check("怎么办", &["怎么办=怎么办"]);
    }
}
