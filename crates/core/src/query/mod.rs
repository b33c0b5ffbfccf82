//! The query language: text in, a tree with notes out. Pure, and it never fails.
//!
//! [`parse`] accepts the language of `docs/QUERY.md` (words, quotes, OR, NOT, NEAR, fields, dates, wildcards, in
//! English and in Chinese, half width and full width). Input that makes no sense is taken as text or left out, and a
//! [`Note`] says so. Time, depth and size are bounded for any input: see [`MAX_CHARS`], [`MAX_DEPTH`], [`MAX_CLAUSES`].
//!
//! ```
//! use gongxun_core::query::parse;
//! let query = parse("标题：工会 （欠薪 OR 讨薪） －罢工");
//! assert_eq!(query.root.unwrap().to_string(), "title:工会 (欠薪 OR 讨薪) -罢工");
//! ```

use std::ops::Range;

use serde::{Serialize, Serializer};

mod build;
mod date;
mod deep;
mod display;
mod fields;
mod filters;
mod leaf;
mod lex;
mod near;
mod notes;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;
mod words;

pub use date::parse_date_range;
pub use deep::{MAX_TREE_DEPTH, is_deeper};
pub use parse::parse;
pub use words::{has_letters, words};

/// The most characters of a query that are read. The longest question of a person has a few hundred.
pub const MAX_CHARS: usize = 64 * 1024;
/// The deepest nesting of parentheses; fields may be nested as deep again.
pub const MAX_DEPTH: usize = 64;
/// The most words, strings, patterns and filters in a query.
pub const MAX_CLAUSES: usize = 1024;
/// The most notes that are kept; one more says that others were left out.
pub const MAX_NOTES: usize = 32;
/// The largest distance of NEAR and `~`, in characters.
pub const MAX_DISTANCE: u32 = 1000;
/// The distance of NEAR without a number, in characters.
pub const DEFAULT_DISTANCE: u32 = 20;
/// The most distinct words and strings in NEAR, 同句: or 同段:.
pub const MAX_TERMS: usize = 64;
/// The most wildcards in one pattern.
pub const MAX_WILDCARDS: usize = 16;
/// The most characters that `*` stands for.
pub const MAX_RUN: usize = 10;
/// The most NEARs (or 同句:, 同段:) that a group of ORs inside one expands to.
pub const MAX_ALTERNATIVES: usize = 64;

/// A parsed query.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Query {
    /// The text that was parsed: the whole text, or its first [`MAX_CHARS`] characters.
    pub text: String,
    /// The tree; `None` if the text asks for nothing.
    #[doc(hidden)]
    #[serde(skip)]
    pub root: Option<Node>,
    /// Notes on the parts that were not understood, and how they were interpreted.
    pub notes: Vec<Note>,
}

/// A note on a part of the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Note {
    /// The kind of note.
    pub kind: NoteKind,
    /// The message for people: a lower-case English sentence that names the part.
    pub message: String,
    /// The span of the part, in characters of the query's text.
    #[serde(serialize_with = "pair")]
    pub span: Range<usize>,
}

/// The kind of a [`Note`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoteKind {
    /// The query has nothing to search for.
    Empty,
    /// The query is longer than [`MAX_CHARS`]; the rest was not read.
    TooLong,
    /// Parentheses or fields are nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// There are more than [`MAX_CLAUSES`] clauses; the rest was left out.
    TooManyClauses,
    /// A pattern has more than [`MAX_WILDCARDS`] wildcards; it was taken as text.
    TooManyWildcards,
    /// A group of ORs inside NEAR is too large; it was read as AND.
    TooManyAlternatives,
    /// NEAR, 同句: or 同段: holds more than [`MAX_TERMS`]; the rest was left out.
    TooManyTerms,
    /// A quotation mark without its partner.
    UnclosedQuote,
    /// A parenthesis without its partner.
    UnmatchedParenthesis,
    /// AND, OR, NOT or NEAR with nothing before or after it.
    DanglingOperator,
    /// Blanks and OR were mixed; the note says how they were read.
    Precedence,
    /// `and`, `or` or `not` in lower case was read as an operator.
    SmallOperator,
    /// A word before a colon that names no field; taken as text.
    UnknownField,
    /// A field without a value.
    EmptyValue,
    /// Not a date, or one that the calendar does not have; the filter was left out.
    BadDate,
    /// A range of dates that ends before it begins; its ends were swapped.
    ReversedDates,
    /// A distance that is missing, too large or out of place.
    BadDistance,
    /// A part that NEAR, 同句: or 同段: cannot hold.
    NotNear,
    /// A pattern without a letter or digit, which every article would match.
    MatchesEverything,
    /// A wildcard in an unsupported place; it stands for itself.
    PlainWildcard,
    /// Signs without a letter or digit.
    NoLetters,
    /// Parentheses without anything in them.
    EmptyGroup,
    /// A hyphen with nothing right after it, which excludes nothing.
    LoneHyphen,
    /// A word that begins with a sign which is an operator elsewhere and means nothing here; the sign was left out.
    UnknownOperator,
    /// A field inside another field; only the inner one counts.
    NestedField,
    /// More notes than [`MAX_NOTES`].
    MoreNotes,
}

/// A node of a query's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An unquoted piece, between blanks and operators: free text, to be segmented by the search.
    Text(Piece),
    /// A quoted piece: an exact string.
    Phrase(Piece),
    /// All terms within this many characters, in any order. The words of a single [`Node::Text`] are its terms.
    Near {
        /// [`Node::Text`] or [`Node::Phrase`], at least one.
        terms: Vec<Node>,
        /// The maximum distance in characters, up to [`MAX_DISTANCE`].
        distance: u32,
    },
    /// All terms in one sentence or paragraph. The words of a single [`Node::Text`] are its terms.
    Together {
        /// The unit that holds the terms.
        unit: Unit,
        /// [`Node::Text`] or [`Node::Phrase`], at least one.
        terms: Vec<Node>,
    },
    /// Literals with wildcards: at least one literal with a letter or digit, at most [`MAX_WILDCARDS`] wildcards.
    Pattern(Vec<PatternPart>),
    /// A node restricted to one field. If fields are nested, the inner one counts.
    Field {
        /// The field.
        field: Field,
        /// The node to search for in it.
        node: Box<Node>,
    },
    /// A condition on the article's metadata.
    Filter(Filter),
    /// A conjunction of two or more nodes, none of them an `And`.
    And(Vec<Node>),
    /// A disjunction of two or more nodes, none of them an `Or`.
    Or(Vec<Node>),
    /// A negation. The node is not a `Not`.
    Not(Box<Node>),
}

/// A string of the query, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The string as typed (not folded), without zero-width characters.
    pub text: String,
    /// The span of the string, in characters of the query's text.
    pub span: Range<usize>,
}

/// The unit of text that 同句: and 同段: refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// One sentence: 同句:, sentence:
    Sentence,
    /// One paragraph: 同段:, paragraph:
    Paragraph,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternPart {
    /// These characters, as typed.
    Literal(String),
    /// `?`: one character.
    AnyOne,
    /// `*`: none to [`MAX_RUN`] characters.
    AnyRun,
}

/// The fields that hold text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// title:, 标题:
    Title,
    /// lead:, 导语:
    Lead,
    /// body:, 正文:
    Body,
    /// caption:, 图注:
    Caption,
    /// page:, 整页: the whole page, article and margin.
    Page,
}

/// A condition on the article's metadata. Values are as typed; they match whole and folded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Filter {
    /// source:, 来源:
    Source(String),
    /// outlet:, 媒体:
    Outlet(String),
    /// editor:, 编辑:
    Editor(String),
    /// author:, 作者:, 记者:
    Author(String),
    /// proofreader:, 校对:
    Proofreader(String),
    /// section:, 栏目:
    Section(String),
    /// url:, 网址:
    Url(String),
    /// date:, 日期: with at least one end.
    Date {
        /// The first day, counted from 1970-01-01 ([`crate::article::Date::day_number`]).
        from: Option<i64>,
        /// The last day, inclusive.
        to: Option<i64>,
    },
}

fn pair<S: Serializer>(span: &Range<usize>, serializer: S) -> Result<S::Ok, S::Error> {
    (span.start, span.end).serialize(serializer)
}
