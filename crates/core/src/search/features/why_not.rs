//! Explains why an article is, or is not, among the hits of a query: clause by clause, with what its text has instead.
//!
//! Each clause is run against the index just as a whole query is, so that the explanation always agrees with the
//! search; the texts are read only to find what they have instead.

use std::ops::Range;

use serde::Serialize;

use crate::article::{Article, ArticleId, Date, Role};
use crate::control::{Control, Stops};
use crate::error::{Error, Result};
use crate::index::{Snapshot, check};
use crate::query::{Filter, Node, PatternPart};
use crate::search::compile::compile;
use crate::search::compile::needle::Needle;
use crate::search::compile::plan::{Breadth, Plan, Scope, Word};
use crate::search::compile::string::StringPlan;
use crate::search::kind::Kind;
use crate::search::matching::matcher::{Matcher, texts};
use crate::search::matching::segment::Segment;
use crate::search::pipeline::Found;
use crate::search::ranking::ranked::Ranked;
use crate::search::request::Request;
use gongxun_text::fold::{fold, fold_char};
use gongxun_text::strings::{self, Class};
use gongxun_text::synonyms::Synonyms;

/// The context on each side of a citation, in characters.
const CONTEXT: usize = 10;
/// The longest string, in characters, of which the longest part present is searched for.
const MAX_TAKEN_APART: usize = 40;
/// Seconds in a day.
const DAY: i64 = 86_400;

/// The standing of an article in the results of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A full match.
    Full,
    /// A synonym match.
    Synonym,
    /// A partial match.
    Partial,
    /// No match.
    NotFound,
}

/// The explanation for one article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WhyNot {
    /// The article.
    pub id: ArticleId,
    /// Its title.
    pub title: String,
    /// The article's standing in the results.
    pub verdict: Verdict,
    /// The number of its hit, counted from 1, if it is one.
    pub place: Option<u64>,
    /// The copy that is shown in its place, if it is not shown itself.
    pub shown: Option<ArticleId>,
    /// The clauses, in the order of the query.
    pub clauses: Vec<Clause>,
}

/// A part of the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Clause {
    /// The part as a query.
    pub text: String,
    /// The depth of the part in the query tree.
    pub depth: usize,
    /// Whether the article satisfies it.
    pub holds: bool,
    /// The reason: what the article has, or has instead; empty for a clause that consists of the clauses below it.
    pub why: String,
}

/// Explains whether and why one article matches a request; none if there is no such article.
///
/// # Errors
/// If an index file can't be read or does not hold what was written; [`Error::Interrupted`] if the control asks to stop:
/// half a search does not decide.
pub fn why_not(
    snapshot: &Snapshot,
    request: &Request,
    synonyms: &Synonyms,
    id: &ArticleId,
    control: &Control<'_>,
) -> Result<Option<WhyNot>> {
    check::catching_panics(&snapshot.generation, || {
        let Some(address) = snapshot.find(id)? else { return Ok(None) };
        let article = snapshot.article(address)?;
        let filters = &request.filters;
        let root = request.query.root.as_ref();
        let mut found = Found::find(snapshot, request, synonyms, control)?;
        let of_article = found.copies.of(address);
        let all = Kind::ALL.map(|kind| found.total(kind)).iter().sum::<u64>() as usize;
        let ranked = found.ranked(request.order(Breadth::Wide), all)?;
        if found.cut_short() {
            return Err(Error::Interrupted);
        }
        let is_it = |hit: &Ranked| hit.address == address || of_article.contains(&hit.address);
        // If every copy is a hit, the article is its own.
        let at = ranked.iter().position(|hit| hit.address == address).or_else(|| ranked.iter().position(is_it));
        // A copy that is shown may hold more of the query than this one, which then holds what its own clauses say.
        let own = Found::one(snapshot, &found.compiled, address, control)?;
        let verdict = match own {
            Some(Kind::Full) => Verdict::Full,
            Some(Kind::Synonym) => Verdict::Synonym,
            Some(Kind::Partial) => Verdict::Partial,
            None => Verdict::NotFound,
        };
        let at = at.filter(|_| own.is_some());
        let place = at.map(|at| at as u64 + 1);
        let other = at.map(|at| ranked[at].address).filter(|shown| *shown != address);
        let shown = other.map(|shown| snapshot.id(shown)).transpose()?;
        let mut explainer =
            ClauseExplainer { snapshot, request, synonyms, article: &article, address, control, clauses: Vec::new() };
        if let Some(root) = root {
            explainer.node(root, &|node| node, 0)?;
        }
        for filter in filters {
            explainer.node(&Node::Filter(filter.clone()), &|node| node, 0)?;
        }
        let clauses = explainer.clauses;
        Ok(Some(WhyNot { id: id.clone(), title: article.title, verdict, place, shown, clauses }))
    })
}

struct ClauseExplainer<'a> {
    snapshot: &'a Snapshot,
    request: &'a Request,
    synonyms: &'a Synonyms,
    article: &'a Article,
    address: tantivy::DocAddress,
    control: &'a dyn Stops,
    clauses: Vec<Clause>,
}

impl ClauseExplainer<'_> {
    /// Explains a node and those below it. `within` restores the fields around a node.
    fn node(&mut self, node: &Node, within: &dyn Fn(Node) -> Node, depth: usize) -> Result<bool> {
        if self.control.is_stopped() {
            return Err(Error::Interrupted);
        }
        match node {
            Node::And(nodes) => {
                let mut all = true;
                for node in nodes {
                    all &= self.node(node, within, depth)?;
                }
                Ok(all)
            }
            Node::Or(nodes) => {
                let at = self.clauses.len();
                self.push(&within(node.clone()), depth, false, String::new());
                let mut any = false;
                for node in nodes {
                    any |= self.node(node, within, depth + 1)?;
                }
                self.clauses[at].holds = any;
                Ok(any)
            }
            Node::Field { field, node } => {
                let field = *field;
                self.node(node, &|node| within(Node::Field { field, node: Box::new(node) }), depth)
            }
            leaf => {
                let whole = within(leaf.clone());
                let plan = self.compile(&whole)?;
                match &plan {
                    // Each word by itself, to show which of them is missing.
                    Plan::Words(words, scope) if words.len() > 1 => {
                        let at = self.clauses.len();
                        self.push(&whole, depth, false, String::new());
                        let mut all = true;
                        for word in words {
                            let holds = self.holds(&Plan::Words(vec![word.clone()], *scope))?;
                            let why = self.word(word, *scope, holds);
                            all &= holds;
                            self.clauses.push(Clause { text: word.text.clone(), depth: depth + 1, holds, why });
                        }
                        self.clauses[at].holds = all;
                        Ok(all)
                    }
                    _ => {
                        let holds = self.holds(&plan)?;
                        let why = self.why(&plan, holds, leaf);
                        self.push(&whole, depth, holds, why);
                        Ok(holds)
                    }
                }
            }
        }
    }

    fn push(&mut self, node: &Node, depth: usize, holds: bool, why: String) {
        self.clauses.push(Clause { text: node.to_string(), depth, holds, why });
    }

    fn compile(&self, node: &Node) -> Result<Plan> {
        Ok(compile(Some(node), &[], self.snapshot.segmenter()?, self.synonyms, self.request.breadth).full)
    }

    /// Whether the article satisfies a plan, according to the index.
    fn holds(&self, plan: &Plan) -> Result<bool> {
        let segment = Segment::of(self.snapshot, self.address.segment_ord);
        Ok(Matcher::new(&segment).documents(plan, None)?.contains(self.address.doc_id))
    }

    /// Returns what the article has for a clause, or has instead of it.
    fn why(&self, plan: &Plan, holds: bool, leaf: &Node) -> String {
        match plan {
            Plan::Nothing => "there is nothing in it to look for".into(),
            Plan::String(string, scope) => self.string(&string.pattern, *scope, holds),
            Plan::Words(words, scope) | Plan::AnyWord(words, scope) => {
                let each: Vec<String> = words.iter().map(|word| self.word(word, *scope, holds)).collect();
                each.join("; ")
            }
            Plan::Term(words, synonyms, scope) => {
                let synonym = self.cite_synonym(synonyms, *scope);
                match synonym {
                    Some(cited) if holds => format!("{cited}, which counts as the same"),
                    _ => words.iter().map(|word| self.word(word, *scope, holds)).collect::<Vec<_>>().join("; "),
                }
            }
            Plan::Scan(needle, scope, _) => self.needle(needle, *scope, holds),
            Plan::Date(from, to) => self.date(*from, *to),
            Plan::Key(..) => match leaf {
                Node::Filter(filter) => self.value(filter),
                _ => String::new(),
            },
            Plan::Not(inner) => {
                let leaf = if let Node::Not(node) = leaf { node } else { leaf };
                if holds { "it is not there".into() } else { self.why(inner, true, leaf) }
            }
            Plan::And(plans) | Plan::Or(plans) => {
                let each: Vec<String> = plans.iter().map(|plan| self.why(plan, holds, leaf)).collect();
                each.into_iter().filter(|why| !why.is_empty()).collect::<Vec<_>>().join("; ")
            }
            Plan::All | Plan::Margin(_) => String::new(),
        }
    }

    /// Cites the first synonym that the article holds, as a word if it counts only as one.
    fn cite_synonym(&self, synonyms: &[StringPlan], scope: Scope) -> Option<String> {
        let counts = |string: &&StringPlan| {
            !string.as_word || self.holds(&Plan::String((*string).clone(), scope)).unwrap_or_default()
        };
        synonyms.iter().filter(counts).find_map(|string| self.cite(&string.pattern, scope))
    }

    fn word(&self, word: &Word, scope: Scope, holds: bool) -> String {
        let pattern: Vec<char> = word.text.chars().collect();
        if let Some(cited) = self.cite(&pattern, scope) {
            return cited;
        }
        let synonym = self.cite_synonym(&word.synonyms, scope);
        match synonym {
            Some(cited) if holds => format!("{cited}, which counts as {}", word.text),
            _ => self.string(&pattern, scope, holds),
        }
    }

    /// Cites the string in the article, or the longest part of it that the texts have, or the string in another text.
    fn string(&self, pattern: &[char], scope: Scope, holds: bool) -> String {
        if let Some(cited) = self.cite(pattern, scope) {
            return cited;
        }
        if holds {
            return "it is there".into();
        }
        let looked_at = names(scope);
        if scope != Scope::ALL
            && let Some(cited) = self.cite(pattern, Scope::ALL)
        {
            return format!("not in the {looked_at}: {cited}");
        }
        let core = strings::core(pattern);
        let pattern = &pattern[core];
        let pattern = &pattern[..pattern.len().min(MAX_TAKEN_APART)];
        for length in (1..pattern.len()).rev() {
            for part in pattern.windows(length).filter(|part| is_whole(part)) {
                if let Some(cited) = self.cite(part, scope) {
                    return format!("not there; the nearest is {cited}");
                }
            }
        }
        "not there, nor any part of it".into()
    }

    fn needle(&self, needle: &Needle, scope: Scope, holds: bool) -> String {
        match needle {
            Needle::String(pattern) => self.string(pattern, scope, holds),
            Needle::Near { strings, .. } | Needle::Together { strings, .. } => {
                let missing: Vec<&Vec<char>> = strings.iter().filter(|s| self.cite(s, scope).is_none()).collect();
                if !missing.is_empty() {
                    let each = missing.iter().map(|s| format!("{}: {}", text(s), self.string(s, scope, false)));
                    return each.collect::<Vec<_>>().join("; ");
                }
                match (needle, self.nearest(strings, scope)) {
                    (Needle::Near { .. }, Some(distance)) => {
                        format!("all are there, at the nearest within {distance} characters of each other")
                    }
                    (Needle::Near { .. }, None) => "all are there, but not in one text".into(),
                    (_, _) if holds => "all are there together".into(),
                    _ => "all are there, but never together".into(),
                }
            }
            Needle::Pattern(parts) => {
                let found = texts(self.article, scope).into_iter().find_map(|part| {
                    let printed: Vec<char> = part.chars().collect();
                    let folded: Vec<char> = printed.iter().copied().map(fold_char).collect();
                    needle.find(&folded).into_iter().next().map(|range| context(&printed, range))
                });
                if let Some(cited) = found {
                    return cited;
                }
                let literals = parts.iter().filter_map(|part| match part {
                    PatternPart::Literal(literal) => Some(literal.chars().collect::<Vec<char>>()),
                    _ => None,
                });
                let each: Vec<String> =
                    literals.map(|s| format!("{}: {}", text(&s), self.string(&s, scope, false))).collect();
                each.join("; ")
            }
        }
    }

    /// Returns the smallest distance at which the strings stand near each other in one text.
    fn nearest(&self, strings: &[Vec<char>], scope: Scope) -> Option<usize> {
        let folded = texts(self.article, scope).into_iter().map(|part| part.chars().map(fold_char).collect());
        let folded: Vec<Vec<char>> = folded.collect();
        let near = |distance| {
            let needle = Needle::Near { strings: strings.to_vec(), distance };
            folded.iter().any(|text| needle.is_in(text))
        };
        let mut high = folded.iter().map(Vec::len).max().unwrap_or(0);
        if !near(high) {
            return None;
        }
        let mut low = 0;
        while low < high {
            let middle = low + (high - low) / 2;
            if near(middle) { high = middle } else { low = middle + 1 }
        }
        Some(low)
    }

    fn date(&self, from: i64, to: i64) -> String {
        let Some(date) = self.article.date else { return "it has no date".into() };
        let day = |seconds: i64| Date::from_day_number(seconds.div_euclid(DAY)).map(|day| day.to_string());
        let seconds = date.local_seconds();
        let own = date.without_time();
        match (seconds < from, seconds > to) {
            (true, _) => format!("its date is {own}, before {}", day(from).unwrap_or_default()),
            (_, true) => format!("its date is {own}, after {}", day(to).unwrap_or_default()),
            _ => format!("its date is {own}"),
        }
    }

    fn value(&self, filter: &Filter) -> String {
        let article = self.article;
        let list = |name: &str, values: Vec<&str>| match values.is_empty() {
            true => format!("it has no {name}"),
            false => format!("its {name} is {}", values.join(", ")),
        };
        let one = |value: &'_ Option<String>| value.iter().map(String::clone).collect::<Vec<String>>();
        match filter {
            Filter::Source(_) => {
                let mut values = one(&article.source);
                values.extend(article.outlets.iter().filter(|outlet| article.source.as_ref() != Some(outlet)).cloned());
                list("source", values.iter().map(String::as_str).collect())
            }
            Filter::Outlet(_) => list("outlet", article.outlets.iter().map(String::as_str).collect()),
            Filter::Editor(_) => list("editor", article.editors()),
            Filter::Author(_) => list("author", article.authors()),
            Filter::Proofreader(_) => {
                let credits = article.credits.iter().filter(|credit| credit.role == Role::Proofreader);
                list("proofreader", credits.map(|credit| credit.name.as_str()).collect())
            }
            Filter::Section(_) => list("section", article.section.as_deref().into_iter().collect()),
            Filter::Url(_) => list("url", article.url.as_deref().into_iter().collect()),
            Filter::Date { .. } => String::new(),
        }
    }

    /// Cites the first place of a string in the texts of a scope, with its context.
    fn cite(&self, pattern: &[char], scope: Scope) -> Option<String> {
        let folded: Vec<char> = fold(&text(pattern)).chars().collect();
        let one = |scope: Scope, name: &str| {
            texts(self.article, scope).into_iter().find_map(|part| {
                let printed: Vec<char> = part.chars().collect();
                let text: Vec<char> = printed.iter().copied().map(fold_char).collect();
                let range = strings::find(&text, &folded).next()?;
                Some(format!("{name} {}", context(&printed, range)))
            })
        };
        parts(scope).into_iter().find_map(|(scope, name)| one(scope, name))
    }
}

/// Returns the texts of a scope, one by one, with their names.
fn parts(scope: Scope) -> Vec<(Scope, &'static str)> {
    let none = Scope::NONE;
    let all = [
        (scope.title, Scope { title: true, ..none }, "title"),
        (scope.lead, Scope { lead: true, ..none }, "lead"),
        (scope.body, Scope { body: true, ..none }, "body"),
        (scope.names, Scope { names: true, ..none }, "names"),
        (scope.captions, Scope { captions: true, ..none }, "captions"),
    ];
    all.into_iter().filter(|(wanted, ..)| *wanted).map(|(_, scope, name)| (scope, name)).collect()
}

fn names(scope: Scope) -> String {
    parts(scope).into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", ")
}

/// Formats the text at a place in marks, with its context on the same line.
fn context(printed: &[char], range: Range<usize>) -> String {
    let line = |c: &&char| **c != '\n';
    let before = printed[..range.start].iter().rev().take_while(line).take(CONTEXT).count();
    let after = printed[range.end..].iter().take_while(line).take(CONTEXT).count();
    let (start, end) = (range.start - before, range.end + after);
    let dots = |there: bool| if there { "…" } else { "" };
    format!(
        "{}{}«{}»{}{}",
        dots(start > 0),
        text(&printed[start..range.start]),
        text(&printed[range.clone()]),
        text(&printed[range.end..end]),
        dots(end < printed.len())
    )
}

/// Whether a part of a pattern begins and ends with a letter, digit or Chinese character.
fn is_whole(part: &[char]) -> bool {
    let other = |c: Option<&char>| c.is_none_or(|c| Class::of(*c) == Class::Other);
    !other(part.first()) && !other(part.last())
}

fn text(chars: &[char]) -> String {
    chars.iter().collect()
}
