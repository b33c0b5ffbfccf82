//! Constructors of queries without text. A part that makes no sense is left out, as the parser leaves it out.

use super::parse::{all, any, not, parse};
use super::{Field, Filter, MAX_DISTANCE, MAX_TERMS, MAX_TREE_DEPTH, Node, Piece, Query, Unit, has_letters, is_deeper};

impl Query {
    /// Parses a query as it is typed; see [`parse`].
    ///
    /// ```
    /// use gongxun_core::query::{Field, Query};
    /// let typed = Query::parse("标题:工会 \"工资集体协商\" -罢工");
    /// let built = Query::all([
    ///     Query::words("工会").within(Field::Title),
    ///     Query::phrase("工资集体协商"),
    ///     Query::words("罢工").not(),
    /// ]);
    /// assert_eq!(typed.root.as_ref().map(|root| root.to_string()), built.root.as_ref().map(|root| root.to_string()));
    /// ```
    pub fn parse(text: &str) -> Query {
        parse(text)
    }

    /// Creates a query of free text without operators: its words, anywhere in an article.
    pub fn words(text: &str) -> Query {
        Query::from_root(has_letters(text).then(|| Node::Text(piece(text))))
    }

    /// Creates an exact string.
    pub fn phrase(text: &str) -> Query {
        Query::from_root(has_letters(text).then(|| Node::Phrase(piece(text))))
    }

    /// Creates a conjunction: all of these.
    pub fn all(queries: impl IntoIterator<Item = Query>) -> Query {
        Query::from_root(all(queries.into_iter().filter_map(|query| query.root).collect()))
    }

    /// Creates a disjunction: any of these.
    pub fn any(queries: impl IntoIterator<Item = Query>) -> Query {
        Query::from_root(any(queries.into_iter().filter_map(|query| query.root).collect()))
    }

    /// Returns the negation of this query.
    #[expect(clippy::should_implement_trait, reason = "it reads as the query language does")]
    pub fn not(self) -> Query {
        Query::from_root(self.root.map(not))
    }

    /// Creates a query for strings within a distance in characters of each other, in any order; at most
    /// [`MAX_DISTANCE`] and [`MAX_TERMS`].
    pub fn near<'a>(strings: impl IntoIterator<Item = &'a str>, distance: u32) -> Query {
        let terms = terms(strings);
        Query::from_root((!terms.is_empty()).then(|| Node::Near { terms, distance: distance.min(MAX_DISTANCE) }))
    }

    /// Creates a query for strings within one sentence or paragraph; at most [`MAX_TERMS`].
    pub fn together<'a>(unit: Unit, strings: impl IntoIterator<Item = &'a str>) -> Query {
        let terms = terms(strings);
        Query::from_root((!terms.is_empty()).then_some(Node::Together { unit, terms }))
    }

    /// Returns this query restricted to one field.
    pub fn within(self, field: Field) -> Query {
        Query::from_root(self.root.map(|node| Node::Field { field, node: Box::new(node) }))
    }

    fn from_root(root: Option<Node>) -> Query {
        // A tree too deep to be written down has no text; the search refuses it.
        let text = root.as_ref().filter(|root| !is_deeper(root, MAX_TREE_DEPTH)).map(|root| root.to_string());
        Query { text: text.unwrap_or_default(), root, notes: Vec::new() }
    }
}

impl From<&str> for Query {
    fn from(text: &str) -> Query {
        parse(text)
    }
}

impl From<Filter> for Query {
    fn from(filter: Filter) -> Query {
        Query::from_root(Some(Node::Filter(filter)))
    }
}

impl Filter {
    /// Restricts to a source, or to an outlet that is a part of it.
    pub fn source(value: impl Into<String>) -> Filter {
        Filter::Source(value.into())
    }

    /// Restricts to an outlet.
    pub fn outlet(value: impl Into<String>) -> Filter {
        Filter::Outlet(value.into())
    }

    /// Restricts to an editor (编辑, 责任编辑, 审核, 监制).
    pub fn editor(value: impl Into<String>) -> Filter {
        Filter::Editor(value.into())
    }

    /// Restricts to an author (记者, 通讯员, 评论员, 作者).
    pub fn author(value: impl Into<String>) -> Filter {
        Filter::Author(value.into())
    }

    /// Restricts to a section.
    pub fn section(value: impl Into<String>) -> Filter {
        Filter::Section(value.into())
    }

    /// Restricts to a range of days, in the syntax of a query: `2025`, `2025-01..2025-03`, `>=2024-06`. `None` if it is
    /// not a date.
    pub fn date(range: &str) -> Option<Filter> {
        let (from, to) = super::parse_date_range(range)?;
        Some(Filter::Date { from, to })
    }
}

fn terms<'a>(strings: impl IntoIterator<Item = &'a str>) -> Vec<Node> {
    let strings = strings.into_iter().filter(|string| has_letters(string)).take(MAX_TERMS);
    strings.map(|string| Node::Phrase(piece(string))).collect()
}

fn piece(text: &str) -> Piece {
    Piece { text: text.to_string(), span: 0..text.chars().count() }
}
