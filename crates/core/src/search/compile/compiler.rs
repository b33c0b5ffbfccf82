//! The compiler: turns each node of the query tree into a part of the plan, with its terms for the score and its marks.

use std::ops::Range;

use super::concepts::concepts;
use super::needle::Needle;
use super::plan::{Breadth, Compiled, Key, Mark, Plan, Scope, ScoreTerm, Word, Year};
use super::relax::relax;
use super::runs;
use super::string::StringPlan;
use super::terms;
use super::years::years;
use crate::index::analyzer;
use crate::query::{Field, Filter, MAX_TERMS, Node, PatternPart, Piece};
use gongxun_text::compound;
use gongxun_text::fold::{fold, is_han};
use gongxun_text::function_words::is_function_word;
use gongxun_text::segment::{Hmm, Segmenter, Token};
use gongxun_text::strings::{self, Class};
use gongxun_text::synonyms::Synonyms;

/// The factor on a synonym's score, as against 1 for the word itself.
pub const SYNONYM_WEIGHT: f32 = 0.5;
/// The factor on the score of a part of a compound.
pub const PART_WEIGHT: f32 = 0.5;
/// The lengths of compounds, in characters: the least and the most.
const COMPOUND_CHARS: (usize, usize) = (4, 24);
/// Seconds in a day.
const DAY: i64 = 86_400;

/// Compiles a tree and further filters, all of which must hold. Words are cut by the segmenter that the index was built
/// with.
pub fn compile(
    root: Option<&Node>,
    filters: &[Filter],
    segmenter: &Segmenter,
    synonyms: &Synonyms,
    breadth: Breadth,
) -> Compiled {
    let mut compiler = Compiler {
        segmenter,
        synonyms: breadth.synonyms().then_some(synonyms),
        breadth,
        terms: Vec::new(),
        marks: Vec::new(),
        part_marks: Vec::new(),
        used: Vec::new(),
        years: Vec::new(),
    };
    let mut plans = Vec::new();
    plans.extend(root.map(|node| compiler.node(node, Scope::ALL, Sign::Positive)));
    plans.extend(filters.iter().map(|filter| compiler.filter(filter)));
    let full = Plan::and(plans);
    let typed = full.without_synonyms();
    let partial = breadth.partial().then(|| relax(&full)).flatten();
    let Compiler { terms, marks, part_marks, used, years, synonyms, .. } = compiler;
    let concepts = concepts(&full, &years, synonyms, segmenter);
    Compiled { full, typed, partial, terms: terms::summed(terms), marks, part_marks, synonyms: used, concepts, years }
}

/// Whether a part of the tree requires something, or excludes it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Positive,
    Negative,
}

struct Compiler<'a> {
    segmenter: &'a Segmenter,
    synonyms: Option<&'a Synonyms>,
    breadth: Breadth,
    terms: Vec<ScoreTerm>,
    marks: Vec<Mark>,
    part_marks: Vec<Mark>,
    used: Vec<(String, Vec<String>)>,
    years: Vec<Year>,
}

impl Compiler<'_> {
    fn node(&mut self, node: &Node, scope: Scope, sign: Sign) -> Plan {
        match node {
            Node::Text(piece) => self.text(piece, scope, sign),
            Node::Phrase(piece) => {
                let folded = fold(&piece.text);
                self.score(&folded, scope, 1.0, sign);
                self.mark(Needle::String(folded.chars().collect()), scope, false, sign);
                string(&folded, scope)
            }
            Node::Near { terms, distance } => {
                let strings = self.strings(terms, scope, sign);
                self.scan(Needle::Near { strings, distance: *distance as usize }, scope, sign)
            }
            Node::Together { unit, terms } => {
                let strings = self.strings(terms, scope, sign);
                self.scan(Needle::Together { strings, unit: *unit }, scope, sign)
            }
            Node::Pattern(parts) => {
                let parts = fold_pattern(parts);
                for part in &parts {
                    if let PatternPart::Literal(literal) = part {
                        self.score(literal, scope, 1.0, sign);
                    }
                }
                self.scan(Needle::Pattern(parts), scope, sign)
            }
            Node::Field { field: Field::Page, node } => self.page(node, sign),
            Node::Field { field, node } => self.node(node, scope_of(*field), sign),
            Node::Filter(filter) => self.filter(filter),
            Node::And(nodes) => Plan::and(nodes.iter().map(|node| self.node(node, scope, sign)).collect()),
            Node::Or(nodes) => Plan::or(nodes.iter().map(|node| self.node(node, scope, sign)).collect()),
            Node::Not(node) => {
                let other = if sign == Sign::Positive { Sign::Negative } else { Sign::Positive };
                Plan::Not(Box::new(self.node(node, scope, other)))
            }
        }
    }

    /// Compiles a node for a whole page, article and margin: each string must stand in either. The words of a free-text
    /// piece need not stand together.
    fn page(&mut self, node: &Node, sign: Sign) -> Plan {
        match node {
            Node::And(nodes) => Plan::and(nodes.iter().map(|node| self.page(node, sign)).collect()),
            Node::Or(nodes) => Plan::or(nodes.iter().map(|node| self.page(node, sign)).collect()),
            Node::Not(node) => {
                let other = if sign == Sign::Positive { Sign::Negative } else { Sign::Positive };
                Plan::Not(Box::new(self.page(node, other)))
            }
            Node::Field { .. } | Node::Filter(_) => self.node(node, Scope::ALL, sign),
            Node::Text(piece) => {
                let (folded, mut words) = (fold(&piece.text), Vec::new());
                analyzer::words(&folded, self.segmenter, &mut Vec::new(), |word| words.push(word));
                let phrase = |text: &str| Node::Phrase(Piece { text: text.to_string(), span: piece.span.clone() });
                match words.as_slice() {
                    [] => self.page(&phrase(&folded), sign),
                    words => Plan::and(words.iter().map(|word| self.page(&phrase(word), sign)).collect()),
                }
            }
            leaf => {
                let article = self.node(leaf, Scope::ALL, sign);
                let line = self.node(leaf, Scope { body: true, ..Scope::NONE }, Sign::Negative);
                Plan::or(vec![article, Plan::Margin(Box::new(line))])
            }
        }
    }

    /// Compiles a free-text piece: its words, of which function words are not required if there are others. A longer
    /// term (自愿|放弃|社保) may be replaced by its synonyms.
    fn text(&mut self, piece: &Piece, scope: Scope, sign: Sign) -> Plan {
        let folded = fold(&piece.text);
        self.score(&folded, scope, 1.0, sign);
        if sign == Sign::Positive {
            self.years.extend(years(&folded));
        }
        let mut cut = Vec::new();
        let mut any_content = false;
        analyzer::words(&folded, self.segmenter, &mut cut, |word| any_content |= !is_function_word(word));
        let terms = if sign == Sign::Positive { self.terms(&folded, &cut) } else { Vec::new() };
        let mut whole = runs::unknown(&folded, &cut, &terms);
        whole.extend(runs::numbers(&folded, &cut));
        let (mut inside, mut outside) = (vec![Vec::new(); terms.len()], Vec::new());
        for token in &cut {
            let token = token.start as usize..token.end as usize;
            // An unknown run or a number replaces its pieces.
            let run = whole.iter().find(|run| run.contains(&token.start));
            let word = &folded[run.unwrap_or(&token).clone()];
            if word.chars().all(|c| Class::of(c) == Class::Other) || (any_content && is_function_word(word)) {
                continue;
            }
            let term = terms.iter().position(|term| term.contains(&token.start));
            let words = term.map_or(&mut outside, |term| &mut inside[term]);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let mut plans = Vec::new();
        if !outside.is_empty() {
            plans.push(Plan::Words(self.words(outside, scope, sign), scope));
        }
        for (term, inside) in terms.into_iter().zip(inside) {
            let words = self.words(inside, scope, sign);
            let synonyms = self.equals(&folded[term], scope, sign);
            plans.push(Plan::Term(words, synonyms, scope));
        }
        Plan::and(plans)
    }

    fn words(&mut self, words: Vec<&str>, scope: Scope, sign: Sign) -> Vec<Word> {
        words.into_iter().map(|word| self.word(word, scope, sign)).collect()
    }

    /// Returns the terms of several words that have synonyms, in bytes of the text.
    fn terms(&self, folded: &str, cut: &[Token]) -> Vec<Range<usize>> {
        let Some(synonyms) = self.synonyms else { return Vec::new() };
        let starts: Vec<usize> = folded.char_indices().map(|(at, _)| at).chain([folded.len()]).collect();
        let found = synonyms.find(folded).into_iter().map(|term| starts[term.start]..starts[term.end]);
        let of_words = |term: &Range<usize>| {
            let first = cut.iter().find(|token| token.start as usize == term.start);
            let last = cut.iter().find(|token| token.end as usize == term.end);
            first.zip(last).is_some_and(|(first, last)| first.start < last.start)
        };
        found.filter(of_words).collect()
    }

    fn word(&mut self, folded: &str, scope: Scope, sign: Sign) -> Word {
        self.mark(Needle::String(folded.chars().collect()), scope, true, sign);
        let mut word = Word::new(folded);
        // Exclusion is literal: a synonym must not exclude more.
        if sign == Sign::Positive {
            word.synonyms = self.equals(folded, scope, sign);
        }
        if self.breadth.partial() {
            word.parts = self.parts(folded, scope, sign).into_iter().map(|part| vec![part]).collect();
            if !self.segmenter.has_word(folded) {
                word.parts.extend(self.pieces(folded, scope, sign));
            }
        }
        word
    }

    /// Returns the pieces of a run that the dictionary does not know; an article that holds all of them is a partial
    /// match.
    fn pieces(&mut self, run: &str, scope: Scope, sign: Sign) -> Option<Vec<StringPlan>> {
        if !run.chars().all(is_han) {
            return None;
        }
        let mut cut = Vec::new();
        self.segmenter.cut(run, Hmm::Off, &mut cut);
        if cut.len() < 2 {
            return None;
        }
        let pieces = cut.iter().map(|token| &run[token.start as usize..token.end as usize]);
        let take = |piece: &str| {
            if sign == Sign::Positive {
                let needle = Needle::String(piece.chars().collect());
                self.part_marks.push(Mark { needle, scope, is_word: true });
            }
            StringPlan::new(piece)
        };
        Some(pieces.map(take).collect())
    }

    /// Returns the synonyms of a word or term, which score below it.
    fn equals(&mut self, term: &str, scope: Scope, sign: Sign) -> Vec<StringPlan> {
        let group = self.synonyms.map_or_else(Vec::new, |synonyms| synonyms.lookup(term));
        let mut strings = Vec::with_capacity(group.len());
        for synonym in &group {
            self.score(synonym, scope, SYNONYM_WEIGHT, sign);
            self.mark(Needle::String(synonym.chars().collect()), scope, true, sign);
            strings.push(StringPlan::synonym(synonym, self.segmenter));
        }
        if !group.is_empty() && !self.used.iter().any(|(used, _)| used == term) {
            self.used.push((term.to_string(), group.into_iter().map(str::to_string).collect()));
        }
        strings
    }

    /// Returns the words that a compound consists of (劳动争议|调解), each of at least two characters. They score below the
    /// compound, and alone make partial matches.
    fn parts(&mut self, word: &str, scope: Scope, sign: Sign) -> Vec<StringPlan> {
        let chars: Vec<char> = word.chars().collect();
        if chars.len() < COMPOUND_CHARS.0 || chars.len() > COMPOUND_CHARS.1 {
            return Vec::new();
        }
        let parts = compound::parts(&chars, self.segmenter);
        if parts.len() < 2 || parts.iter().any(|part| part.len() < 2) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for part in parts {
            let text: String = chars[part].iter().collect();
            if sign == Sign::Positive {
                terms::word(&text, scope, PART_WEIGHT, &mut self.terms);
                let mark = Mark { needle: Needle::String(text.chars().collect()), scope, is_word: true };
                self.part_marks.push(mark);
            }
            found.push(StringPlan::new(&text));
        }
        found
    }

    /// Compiles the strings of a proximity node, each once and marked where the needle finds it.
    fn strings(&mut self, nodes: &[Node], scope: Scope, sign: Sign) -> Vec<Vec<char>> {
        let mut strings: Vec<Vec<char>> = Vec::new();
        let mut add = |string: &str| {
            let string: Vec<char> = string.chars().collect();
            if strings.len() < MAX_TERMS && !strings.contains(&string) {
                strings.push(string);
            }
        };
        for node in nodes {
            let (Node::Text(piece) | Node::Phrase(piece)) = node else { continue };
            let folded = fold(&piece.text);
            self.score(&folded, scope, 1.0, sign);
            // The words of a single piece are the strings.
            if nodes.len() == 1 && matches!(node, Node::Text(_)) {
                analyzer::words(&folded, self.segmenter, &mut Vec::new(), &mut add);
            } else {
                add(&folded);
            }
        }
        strings
    }

    fn scan(&mut self, needle: Needle, scope: Scope, sign: Sign) -> Plan {
        self.mark(needle.clone(), scope, false, sign);
        let candidates = candidates(&needle, scope);
        Plan::Scan(needle, scope, Box::new(candidates))
    }

    fn filter(&self, filter: &Filter) -> Plan {
        let key = |key, value: &str| Plan::Key(key, fold(value.trim()));
        match filter {
            Filter::Source(value) => key(Key::Source, value),
            Filter::Outlet(value) => key(Key::Outlet, value),
            Filter::Editor(value) => key(Key::Editor, value),
            Filter::Author(value) => key(Key::Author, value),
            Filter::Proofreader(value) => key(Key::Proofreader, value),
            Filter::Section(value) => key(Key::Section, value),
            Filter::Url(value) => Plan::or(addresses(value).map(|address| Plan::Key(Key::Url, address)).collect()),
            Filter::Date { from, to } => Plan::Date(
                from.map_or(i64::MIN, |day| day.saturating_mul(DAY)),
                to.map_or(i64::MAX, |day| day.saturating_add(1).saturating_mul(DAY) - 1),
            ),
        }
    }

    fn score(&mut self, folded: &str, scope: Scope, weight: f32, sign: Sign) {
        if sign == Sign::Positive {
            terms::terms(folded, scope, weight, self.segmenter, &mut self.terms);
        }
    }

    fn mark(&mut self, needle: Needle, scope: Scope, is_word: bool, sign: Sign) {
        // A caption is marked in the body, which contains it.
        let scope = Scope { body: scope.body || scope.captions, ..scope };
        let mark = Mark { needle, scope, is_word };
        if sign == Sign::Positive && !self.marks.contains(&mark) {
            self.marks.push(mark);
        }
    }
}

fn string(folded: &str, scope: Scope) -> Plan {
    let plan = StringPlan::new(folded);
    if !plan.is_searchable() {
        Plan::Nothing
    } else if plan.verify {
        let needle = Needle::String(plan.pattern.clone());
        Plan::Scan(needle, scope, Box::new(Plan::String(plan, scope)))
    } else {
        Plan::String(plan, scope)
    }
}

/// Returns a plan that every document with the needle satisfies, and others may: the documents whose text is verified.
fn candidates(needle: &Needle, scope: Scope) -> Plan {
    let all_of = |strings: Vec<String>| Plan::and(strings.iter().map(|s| string(s, scope)).collect());
    match needle {
        Needle::String(string) => all_of(vec![string.iter().collect()]),
        Needle::Near { strings, .. } | Needle::Together { strings, .. } => {
            all_of(strings.iter().map(|s| s.iter().collect()).collect())
        }
        Needle::Pattern(parts) => {
            let mut strings = Vec::new();
            for part in parts {
                if let PatternPart::Literal(literal) = part {
                    // A run of letters or digits beside a wildcard may be a part of a longer run, so it proves nothing.
                    let chars: Vec<char> = literal.chars().collect();
                    let han = strings::runs(&chars).filter(|(class, _)| *class == Class::Han);
                    strings.extend(han.map(|(_, run)| chars[run].iter().collect::<String>()));
                }
            }
            if strings.is_empty() { Plan::All } else { all_of(strings) }
        }
    }
}

fn fold_pattern(parts: &[PatternPart]) -> Vec<PatternPart> {
    let folded = parts.iter().map(|part| match part {
        PatternPart::Literal(literal) => PatternPart::Literal(fold(literal)),
        other => other.clone(),
    });
    folded.collect()
}

/// Returns the forms in which a page's address is written: with either scheme, and with and without the final slash and
/// the fragment.
fn addresses(value: &str) -> impl Iterator<Item = String> {
    const SCHEMES: [&str; 2] = ["http://", "https://"];
    let folded = fold(value.trim());
    let rest = SCHEMES.iter().find_map(|scheme| folded.strip_prefix(scheme));
    let rests: Vec<String> = {
        let rest = rest.unwrap_or(&folded);
        let page = rest.split('#').next().unwrap_or(rest);
        let other = page.strip_suffix('/').map_or_else(|| format!("{page}/"), str::to_string);
        vec![rest.to_string(), page.to_string(), other]
    };
    let has_scheme = rest.is_some() || folded.starts_with("www.");
    let of = move |rest: String| {
        let schemes = if has_scheme { SCHEMES.as_slice() } else { &[""] };
        schemes.iter().map(move |scheme| format!("{scheme}{rest}")).collect::<Vec<_>>()
    };
    std::iter::once(folded).chain(rests.into_iter().flat_map(of))
}

fn scope_of(field: Field) -> Scope {
    let none = Scope::NONE;
    match field {
        Field::Title => Scope { title: true, ..none },
        Field::Lead => Scope { lead: true, ..none },
        Field::Body => Scope { body: true, ..none },
        Field::Caption => Scope { captions: true, ..none },
        Field::Page => Scope::ALL,
    }
}
