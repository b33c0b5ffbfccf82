//! The compiled query: the conditions on documents, the terms of the score, the marks. It consists of fields and
//! strings alone, so that any engine whose fields hold the same tokens can run it.

use super::needle::Needle;
use super::string::StringPlan;
use crate::search::kind::Kind;

/// The weight of a match in the title, as against 1 for the body.
pub const TITLE_WEIGHT: f32 = 0.3;
/// The weight of a match in the lead.
pub const LEAD_WEIGHT: f32 = 0.2;
/// The weight of a match in a name.
pub const NAMES_WEIGHT: f32 = 0.3;

/// A text of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Text {
    /// The headline.
    Title,
    /// The summary.
    Lead,
    /// The paragraphs.
    Body,
    /// The names of credits.
    Names,
    /// The captions, which are lines of the body too.
    Captions,
}

impl Text {
    /// Whether its words are indexed: of names and captions only pairs and characters are.
    pub fn has_words(self) -> bool {
        matches!(self, Text::Title | Text::Lead | Text::Body)
    }

    /// Returns the name of the text in results.
    pub fn name(self) -> &'static str {
        match self {
            Text::Title => "title",
            Text::Lead => "lead",
            Text::Body => "body",
            Text::Names => "names",
            Text::Captions => "captions",
        }
    }
}

/// The texts of an article that are searched.
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
    /// All texts that a query without a field searches.
    pub const ALL: Scope = Scope { title: true, lead: true, body: true, names: true, captions: false };
    /// No text.
    pub const NONE: Scope = Scope { title: false, lead: false, body: false, names: false, captions: false };

    /// Returns the texts, each with its weight in the score.
    pub fn texts(self) -> impl Iterator<Item = (Text, f32)> {
        [
            (self.title, Text::Title, TITLE_WEIGHT),
            (self.lead, Text::Lead, LEAD_WEIGHT),
            (self.body, Text::Body, 1.0),
            (self.names, Text::Names, NAMES_WEIGHT),
            (self.captions, Text::Captions, 1.0),
        ]
        .into_iter()
        .filter_map(|(wanted, text, weight)| wanted.then_some((text, weight)))
    }
}

/// A field of whole values, folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// Source and outlets.
    Source,
    /// Outlets.
    Outlet,
    /// 编辑, 责任编辑, 审核, 监制.
    Editor,
    /// 记者, 通讯员, 评论员, 作者.
    Author,
    /// 校对.
    Proofreader,
    /// The section.
    Section,
    /// The address.
    Url,
}

/// The kind of a token in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// A word of the dictionary.
    Word,
    /// Two neighbouring Chinese characters, or a whole number or Latin word.
    Pair,
    /// One Chinese character.
    Character,
}

impl TokenKind {
    /// All kinds.
    pub const ALL: [TokenKind; 3] = [TokenKind::Word, TokenKind::Pair, TokenKind::Character];

    /// Returns the name of the kind, for people.
    pub fn name(self) -> &'static str {
        match self {
            TokenKind::Word => "word",
            TokenKind::Pair => "pair",
            TokenKind::Character => "character",
        }
    }
}

/// A term of the score.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreTerm {
    /// The text that it stands in.
    pub text: Text,
    /// Its kind.
    pub kind: TokenKind,
    /// The token.
    pub token: String,
    /// The factor on its BM25 score: the weight of the text, once for each time that the term stands in the query.
    pub weight: f32,
    /// Whether it scores partial matches alone. A character beside others does: where all words are there, words and
    /// pairs tell more.
    pub partial_only: bool,
}

impl ScoreTerm {
    /// Whether it scores matches of a kind.
    pub fn scores(&self, kind: Kind) -> bool {
        kind == Kind::Partial || !self.partial_only
    }
}

/// A word of a free-text piece: an article satisfies it if it holds the string or one of its synonyms.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The word, folded.
    pub text: String,
    /// The word as a string.
    pub string: StringPlan,
    /// Synonyms, each of which satisfies the word too.
    pub synonyms: Vec<StringPlan>,
    /// The parts of a compound: lists of strings. An article that holds all strings of one list is a partial match.
    pub parts: Vec<Vec<StringPlan>>,
}

impl Word {
    /// Creates a word without synonyms.
    pub fn new(folded: &str) -> Word {
        Word { text: folded.to_string(), string: StringPlan::new(folded), synonyms: Vec::new(), parts: Vec::new() }
    }

    /// Returns the word and its synonyms.
    pub fn strings(&self) -> impl Iterator<Item = &StringPlan> {
        std::iter::once(&self.string).chain(&self.synonyms)
    }

    fn without_synonyms(&self) -> Word {
        Word { synonyms: Vec::new(), ..self.clone() }
    }
}

/// A condition on documents.
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
    /// At least one of the words, or all parts of one: the weaker form of `Words`.
    AnyWord(Vec<Word>, Scope),
    /// The words of a longer term (自愿|放弃|社保), or one of its synonyms.
    Term(Vec<Word>, Vec<StringPlan>, Scope),
    /// A whole value.
    Key(Key, String),
    /// A date between the two, inclusive, in seconds of the printed local time.
    Date(i64, i64),
    /// A needle that must be verified in the text of the inner plan's documents.
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

impl Plan {
    /// Returns the conjunction of these plans, each once.
    pub fn and(plans: Vec<Plan>) -> Plan {
        let mut flat = Vec::with_capacity(plans.len());
        for plan in plans {
            match plan {
                Plan::And(inner) => inner.into_iter().for_each(|plan| add(&mut flat, plan)),
                plan => add(&mut flat, plan),
            }
        }
        match flat.len() {
            0 => Plan::Nothing,
            1 => flat.remove(0),
            _ => Plan::And(flat),
        }
    }

    /// Returns the disjunction of these plans, each once.
    pub fn or(plans: Vec<Plan>) -> Plan {
        let mut flat = Vec::with_capacity(plans.len());
        for plan in plans {
            match plan {
                Plan::Or(inner) => inner.into_iter().for_each(|plan| add(&mut flat, plan)),
                plan => add(&mut flat, plan),
            }
        }
        match flat.len() {
            0 => Plan::Nothing,
            1 => flat.remove(0),
            _ => Plan::Or(flat),
        }
    }

    /// Returns the plan without its synonyms; none if it has none.
    pub fn without_synonyms(&self) -> Option<Plan> {
        self.has_synonyms().then(|| self.typed())
    }

    /// Whether the plan searches margins, too.
    pub fn asks_for_margins(&self) -> bool {
        match self {
            Plan::Margin(_) => true,
            Plan::And(plans) | Plan::Or(plans) => plans.iter().any(Plan::asks_for_margins),
            Plan::Not(plan) => plan.asks_for_margins(),
            _ => false,
        }
    }

    fn has_synonyms(&self) -> bool {
        match self {
            Plan::Words(words, _) | Plan::AnyWord(words, _) => words.iter().any(|word| !word.synonyms.is_empty()),
            Plan::Term(..) => true,
            Plan::And(plans) | Plan::Or(plans) => plans.iter().any(Plan::has_synonyms),
            Plan::Not(plan) | Plan::Margin(plan) => plan.has_synonyms(),
            _ => false,
        }
    }

    fn typed(&self) -> Plan {
        let words = |words: &[Word]| words.iter().map(Word::without_synonyms).collect();
        match self {
            Plan::Words(own, scope) | Plan::Term(own, _, scope) => Plan::Words(words(own), *scope),
            Plan::AnyWord(own, scope) => Plan::AnyWord(words(own), *scope),
            Plan::And(plans) => Plan::and(plans.iter().map(Plan::typed).collect()),
            Plan::Or(plans) => Plan::or(plans.iter().map(Plan::typed).collect()),
            Plan::Not(plan) => Plan::Not(Box::new(plan.typed())),
            Plan::Margin(plan) => Plan::Margin(Box::new(plan.typed())),
            other => other.clone(),
        }
    }
}

fn add(plans: &mut Vec<Plan>, plan: Plan) {
    if !plans.contains(&plan) {
        plans.push(plan);
    }
}

/// A needle to mark, with the texts that it may be marked in.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The needle whose matches are marked.
    pub needle: Needle,
    /// The texts that it may be marked in.
    pub scope: Scope,
    /// Whether it is a word of a free-text piece: then occurrences that cut through other words come last.
    pub is_word: bool,
}

/// A compiled query.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The condition on full matches and synonym matches.
    pub full: Plan,
    /// The condition on full matches alone, without any synonym; none if it is the same.
    pub typed: Option<Plan>,
    /// The condition on all matches, partial ones included; none if there can be no partial matches.
    pub partial: Option<Plan>,
    /// The terms of the score, each once.
    pub terms: Vec<ScoreTerm>,
    /// The marks of full matches.
    pub marks: Vec<Mark>,
    /// The marks of partial matches beside `marks`.
    pub part_marks: Vec<Mark>,
    /// The synonyms that the query was expanded by: the word, and its synonyms.
    pub synonyms: Vec<(String, Vec<String>)>,
    /// The concepts of the query, for the second stage of ranking.
    pub concepts: Vec<Concept>,
    /// The years that the query names, as conditions of the second stage.
    pub years: Vec<Year>,
}

impl Compiled {
    /// Whether any of the conditions searches margins, too.
    pub fn asks_for_margins(&self) -> bool {
        [Some(&self.full), self.typed.as_ref(), self.partial.as_ref()].into_iter().flatten().any(Plan::asks_for_margins)
    }
}

/// A concept of a query: a word or a string in quotes, with its alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Concept {
    /// The word or string, folded.
    pub name: String,
    /// The name and its alternatives: an article that holds any of them holds the concept.
    pub strings: Vec<StringPlan>,
    /// Its parts: an article that holds some of these but none of `strings` holds a part of the concept.
    pub parts: Vec<StringPlan>,
    /// The texts that it may stand in.
    pub scope: Scope,
}

/// A year that a query names (2023年, 二〇二三年).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    /// The year, as an article's date has it.
    pub year: u16,
    /// The strings by which a text names it.
    pub strings: Vec<StringPlan>,
}

/// The kinds of matches beside full ones that are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Breadth {
    /// Synonym and partial matches too.
    #[default]
    Wide,
    /// Synonym matches, no partial ones.
    Synonyms,
    /// Partial matches, no synonym ones.
    Partial,
    /// Full matches alone.
    Exact,
}

impl Breadth {
    /// Returns the breadth that includes these.
    pub fn of(synonyms: bool, partial: bool) -> Breadth {
        match (synonyms, partial) {
            (true, true) => Breadth::Wide,
            (true, false) => Breadth::Synonyms,
            (false, true) => Breadth::Partial,
            (false, false) => Breadth::Exact,
        }
    }

    /// Whether matches of a kind are included.
    pub fn includes(self, kind: Kind) -> bool {
        match kind {
            Kind::Full => true,
            Kind::Synonym => self.synonyms(),
            Kind::Partial => self.partial(),
        }
    }

    /// Whether synonym matches are included.
    pub fn synonyms(self) -> bool {
        matches!(self, Breadth::Wide | Breadth::Synonyms)
    }

    /// Whether partial matches are included.
    pub fn partial(self) -> bool {
        matches!(self, Breadth::Wide | Breadth::Partial)
    }
}
