//! From the query's tree to a plan: what must be proved, what is scored, what is marked.
//!
//! The tree and the generation's segmenter flow in; a [`Compiled`] query flows out, which knows nothing of segments.

use std::ops::Range;

use super::needle::Needle;
use super::scoring::{self, LEAD_WEIGHT, NAMES_WEIGHT, ScoreTerm, TITLE_WEIGHT};
use super::strings::StringPlan;
use crate::error::Result;
use crate::index::schema::{Fields, TextFields};
use crate::index::{Snapshot, analyzer};
use crate::query::{Field, Filter, MAX_TERMS, Node, PatternPart, Piece};
use gongxun_text::compound;
use gongxun_text::fold::fold;
use gongxun_text::function_words::is_function_word;
use gongxun_text::segment::{Segmenter, Token};
use gongxun_text::strings::{self, Class};
use gongxun_text::synonyms::Synonyms;

/// What a synonym's score is multiplied by, beside 1 for the word itself.
pub const SYNONYM_WEIGHT: f32 = 0.5;
/// What a part of a compound is multiplied by.
pub const PART_WEIGHT: f32 = 0.5;
/// Compounds have at least and at most so many characters.
const COMPOUND_CHARS: (usize, usize) = (4, 24);
/// Seconds in a day.
const DAY: i64 = 86_400;

/// Which texts of an article are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The headline.
    pub title: bool,
    /// The summary.
    pub lead: bool,
    /// The paragraphs.
    pub body: bool,
    /// The names of credits.
    pub names: bool,
    /// The captions, which are lines of the body too.
    pub captions: bool,
}

impl Scope {
    /// Everything: what a query without a field looks at.
    pub const ALL: Scope = Scope { title: true, lead: true, body: true, names: true, captions: false };
    /// Nothing.
    pub const NONE: Scope = Scope { title: false, lead: false, body: false, names: false, captions: false };

    fn of(field: Field) -> Scope {
        let none = Scope::NONE;
        match field {
            Field::Title => Scope { title: true, ..none },
            Field::Lead => Scope { lead: true, ..none },
            Field::Body => Scope { body: true, ..none },
            Field::Caption => Scope { captions: true, ..none },
            Field::Page => Scope::ALL,
        }
    }

    /// The fields of the index, with what a match in each adds to the score.
    pub fn fields(self, fields: &Fields) -> impl Iterator<Item = (TextFields, f32)> {
        [
            (self.title, fields.title, TITLE_WEIGHT),
            (self.lead, fields.lead, LEAD_WEIGHT),
            (self.body, fields.body, 1.0),
            (self.names, fields.names, NAMES_WEIGHT),
            (self.captions, fields.captions, 1.0),
        ]
        .into_iter()
        .filter_map(|(wanted, fields, weight)| wanted.then_some((fields, weight)))
    }
}

/// A word of a free-text piece: an article has it when it holds the string, or one of its synonyms.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The word, folded.
    pub text: String,
    /// The word and its synonyms.
    pub strings: Vec<StringPlan>,
    /// Where it is made of words, these: an article that holds one of them matches in part.
    pub parts: Vec<Word>,
}

/// What documents must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Every document.
    All,
    /// No document.
    Nothing,
    /// A string.
    String(StringPlan, Scope),
    /// Each of the words of a free-text piece.
    Words(Vec<Word>, Scope),
    /// At least one of the words: the weaker form of `Words`.
    AnyWord(Vec<Word>, Scope),
    /// An exact value of a field.
    Key(tantivy::schema::Field, String),
    /// A date between the two, in seconds of the printed local clock, ends included.
    Date(i64, i64),
    /// A needle that the text itself must be looked at for, where the documents of the inner plan are the candidates.
    Scan(Needle, Scope, Box<Plan>),
    /// A line of the margin that satisfies the inner plan by its body. It scores and marks nothing.
    Margin(Box<Plan>),
    /// All of them.
    And(Vec<Plan>),
    /// Any of them.
    Or(Vec<Plan>),
    /// Not this.
    Not(Box<Plan>),
}

/// Something to mark, with where it may be marked.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// What is marked.
    pub needle: Needle,
    /// Where.
    pub scope: Scope,
    /// Whether it is a word of a free-text piece: then occurrences that cut through other words come last.
    pub is_word: bool,
}

/// A query ready to be run.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// What full matches hold.
    pub full: Plan,
    /// What full and partial matches hold; none where there can be no partial ones.
    pub partial: Option<Plan>,
    /// What they are scored by, each term once.
    pub terms: Vec<ScoreTerm>,
    /// What is marked.
    pub marks: Vec<Mark>,
    /// What is marked in partial matches beside.
    pub part_marks: Vec<Mark>,
    /// Synonyms that were taken in: the word, and what stands for it.
    pub synonyms: Vec<(String, Vec<String>)>,
}

/// How much is taken in beside what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// Synonyms and partial matches too.
    Wide,
    /// What was typed and no more.
    Exact,
}

/// Compiles a tree and further filters for the snapshot.
///
/// # Errors
/// Where the generation's dictionary can't be loaded.
pub fn compile(
    root: Option<&Node>,
    filters: &[Filter],
    snapshot: &Snapshot,
    synonyms: &Synonyms,
    breadth: Breadth,
) -> Result<Compiled> {
    let mut compiler = Compiler {
        segmenter: snapshot.segmenter()?,
        fields: &snapshot.fields,
        synonyms: (breadth == Breadth::Wide).then_some(synonyms),
        terms: Vec::new(),
        marks: Vec::new(),
        part_marks: Vec::new(),
        used: Vec::new(),
    };
    let mut plans = Vec::new();
    plans.extend(root.map(|node| compiler.node(node, Scope::ALL, Sign::Positive)));
    plans.extend(filters.iter().map(|filter| compiler.filter(filter)));
    let full = match plans.len() {
        0 => Plan::Nothing,
        1 => plans.remove(0),
        _ => and(plans),
    };
    let partial = (breadth == Breadth::Wide).then(|| relax(&full)).flatten();
    let Compiler { terms, marks, part_marks, used: synonyms, .. } = compiler;
    Ok(Compiled { full, partial, terms: scoring::summed(terms), marks, part_marks, synonyms })
}

/// Whether a part of the tree asks for something, or keeps it out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Positive,
    Negative,
}

struct Compiler<'a> {
    segmenter: &'a Segmenter,
    fields: &'a Fields,
    synonyms: Option<&'a Synonyms>,
    terms: Vec<ScoreTerm>,
    marks: Vec<Mark>,
    part_marks: Vec<Mark>,
    used: Vec<(String, Vec<String>)>,
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
            Node::Field { field, node } => self.node(node, Scope::of(*field), sign),
            Node::Filter(filter) => self.filter(filter),
            Node::And(nodes) => and(nodes.iter().map(|node| self.node(node, scope, sign)).collect()),
            Node::Or(nodes) => Plan::Or(nodes.iter().map(|node| self.node(node, scope, sign)).collect()),
            Node::Not(node) => {
                let other = if sign == Sign::Positive { Sign::Negative } else { Sign::Positive };
                Plan::Not(Box::new(self.node(node, scope, other)))
            }
        }
    }

    /// What a whole page must hold, article and margin: each string in the one or the other. Words of a free-text piece may
    /// stand apart.
    fn page(&mut self, node: &Node, sign: Sign) -> Plan {
        match node {
            Node::And(nodes) => and(nodes.iter().map(|node| self.page(node, sign)).collect()),
            Node::Or(nodes) => Plan::Or(nodes.iter().map(|node| self.page(node, sign)).collect()),
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
                    words => and(words.iter().map(|word| self.page(&phrase(word), sign)).collect()),
                }
            }
            leaf => {
                let article = self.node(leaf, Scope::ALL, sign);
                let line = self.node(leaf, Scope { body: true, ..Scope::NONE }, Sign::Negative);
                Plan::Or(vec![article, Plan::Margin(Box::new(line))])
            }
        }
    }

    /// A free-text piece: its words, of which function words are not required where there is another. In place of the words
    /// of a longer term (自愿|放弃|社保) its synonyms will do.
    fn text(&mut self, piece: &Piece, scope: Scope, sign: Sign) -> Plan {
        let folded = fold(&piece.text);
        self.score(&folded, scope, 1.0, sign);
        let mut cut = Vec::new();
        let mut any_content = false;
        analyzer::words(&folded, self.segmenter, &mut cut, |word| any_content |= !is_function_word(word));
        let terms = if sign == Sign::Positive { self.terms(&folded, &cut) } else { Vec::new() };
        let (mut inside, mut outside) = (vec![Vec::new(); terms.len()], Vec::new());
        for token in &cut {
            let word = &folded[token.start as usize..token.end as usize];
            if word.chars().all(|c| Class::of(c) == Class::Other) || (any_content && is_function_word(word)) {
                continue;
            }
            let term = terms.iter().position(|term| term.contains(&(token.start as usize)));
            let words = term.map_or(&mut outside, |term| &mut inside[term]);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let mut words = |words: Vec<&str>| {
            let words = words.into_iter().map(|word| self.word(word, scope, sign)).collect();
            Plan::Words(words, scope)
        };
        let mut plans = Vec::new();
        if !outside.is_empty() {
            plans.push(words(outside));
        }
        let inside: Vec<Plan> = inside.into_iter().map(&mut words).collect();
        for (term, words) in terms.into_iter().zip(inside) {
            let text = &folded[term];
            let strings = self.equals(text, scope, sign);
            let synonyms = Word { text: text.to_string(), strings, parts: Vec::new() };
            plans.push(Plan::Or(vec![words, Plan::Words(vec![synonyms], scope)]));
        }
        and(plans)
    }

    /// The terms of several words that have synonyms, in bytes of the text.
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

    fn word(&mut self, word: &str, scope: Scope, sign: Sign) -> Word {
        self.mark(Needle::String(word.chars().collect()), scope, true, sign);
        let mut strings = vec![StringPlan::new(word)];
        // What is kept out is kept out as it was typed: a synonym must not take more away.
        if sign == Sign::Positive {
            strings.extend(self.equals(word, scope, sign));
        }
        let parts = if self.synonyms.is_some() { self.parts(word, scope, sign) } else { Vec::new() };
        Word { text: word.to_string(), strings, parts }
    }

    /// The synonyms of a word or term, scored below it.
    fn equals(&mut self, term: &str, scope: Scope, sign: Sign) -> Vec<StringPlan> {
        let group = self.synonyms.map_or(&[][..], |synonyms| synonyms.lookup(term));
        let mut strings = Vec::with_capacity(group.len());
        for synonym in group {
            self.score(synonym, scope, SYNONYM_WEIGHT, sign);
            self.mark(Needle::String(synonym.chars().collect()), scope, true, sign);
            strings.push(StringPlan::new(synonym));
        }
        if !group.is_empty() && !self.used.iter().any(|(used, _)| used == term) {
            self.used.push((term.to_string(), group.to_vec()));
        }
        strings
    }

    /// The words that a compound is made of (劳动争议|调解), each of at least two characters. They are scored below the
    /// compound and alone make partial matches.
    fn parts(&mut self, word: &str, scope: Scope, sign: Sign) -> Vec<Word> {
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
                for (fields, weight) in scope.fields(self.fields) {
                    scoring::word(&text, fields, PART_WEIGHT * weight, &mut self.terms);
                }
                let mark = Mark { needle: Needle::String(text.chars().collect()), scope, is_word: true };
                self.part_marks.push(mark);
            }
            found.push(Word { strings: vec![StringPlan::new(&text)], text, parts: Vec::new() });
        }
        found
    }

    /// The strings of a proximity node, each marked where the needle finds it. One that is asked for twice is one.
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
            // The words of a single piece are the terms.
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
        let key = |field, value: &str| Plan::Key(field, fold(value.trim()));
        match filter {
            Filter::Source(value) => key(self.fields.source_key, value),
            Filter::Outlet(value) => key(self.fields.outlet_key, value),
            Filter::Editor(value) => key(self.fields.editor_key, value),
            Filter::Author(value) => key(self.fields.author_key, value),
            Filter::Proofreader(value) => key(self.fields.proofreader_key, value),
            Filter::Section(value) => key(self.fields.section_key, value),
            Filter::Url(value) => key(self.fields.url_key, value),
            Filter::Date { from, to } => Plan::Date(
                from.map_or(i64::MIN, |day| day.saturating_mul(DAY)),
                to.map_or(i64::MAX, |day| day.saturating_add(1).saturating_mul(DAY) - 1),
            ),
        }
    }

    fn score(&mut self, folded: &str, scope: Scope, weight: f32, sign: Sign) {
        if sign == Sign::Positive {
            let texts = scope.fields(self.fields).map(|(text, field_weight)| (text, weight * field_weight));
            scoring::terms(folded, texts, self.segmenter, &mut self.terms);
        }
    }

    fn mark(&mut self, needle: Needle, scope: Scope, is_word: bool, sign: Sign) {
        // A caption is marked where it stands.
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

/// What surely holds the needle, and more: the documents whose text is looked at.
fn candidates(needle: &Needle, scope: Scope) -> Plan {
    let all_of = |strings: Vec<String>| and(strings.iter().map(|s| string(s, scope)).collect());
    match needle {
        Needle::String(string) => all_of(vec![string.iter().collect()]),
        Needle::Near { strings, .. } | Needle::Together { strings, .. } => {
            all_of(strings.iter().map(|s| s.iter().collect()).collect())
        }
        Needle::Pattern(parts) => {
            let mut strings = Vec::new();
            for part in parts {
                if let PatternPart::Literal(literal) = part {
                    // A run of letters or digits beside a wildcard may be a part of a longer one: it proves nothing.
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

fn and(plans: Vec<Plan>) -> Plan {
    let mut flat = Vec::with_capacity(plans.len());
    for plan in plans {
        match plan {
            Plan::And(inner) => flat.extend(inner),
            plan => flat.push(plan),
        }
    }
    match flat.len() {
        0 => Plan::Nothing,
        1 => flat.remove(0),
        _ => Plan::And(flat),
    }
}

/// The plan that partial matches satisfy: of the words of all unfielded free-text pieces that were joined, at least one.
/// Filters, fields, NOT and quotes stay as they are. None where there is nothing to leave out.
fn relax(plan: &Plan) -> Option<Plan> {
    match plan {
        Plan::Words(words, scope) if *scope == Scope::ALL && (words.len() > 1 || has_parts(words)) => {
            Some(Plan::AnyWord(with_parts(words), *scope))
        }
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
                kept.push(Plan::AnyWord(with_parts(&words), Scope::ALL));
            }
            relaxed.then(|| and(kept))
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

/// The words of a plan that asks for nothing but unfielded words, in any way.
fn loose_words(plan: &Plan) -> Option<Vec<Word>> {
    match plan {
        Plan::Words(words, scope) if *scope == Scope::ALL => Some(words.clone()),
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

fn with_parts(words: &[Word]) -> Vec<Word> {
    words.iter().chain(words.iter().flat_map(|word| &word.parts)).cloned().collect()
}
