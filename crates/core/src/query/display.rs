//! The inverse of the parser: writes a tree as a query with the same meaning, as shown by `--explain`.

use std::fmt::{self, Write as _};

use crate::article::Date;

use super::{Field, Filter, Node, PatternPart, Unit};

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Text(piece) => f.write_str(&piece.text),
            Node::Phrase(piece) => quoted(f, &piece.text),
            Node::Near { terms, distance } => match plain(terms) {
                Some(words) => {
                    quoted(f, &words)?;
                    write!(f, "~{distance}")
                }
                None => joined(f, terms, &format!(" NEAR/{distance} ")),
            },
            Node::Together { unit, terms } => {
                f.write_str(unit.name())?;
                f.write_char(':')?;
                match plain(terms) {
                    Some(words) => quoted(f, &words),
                    None => {
                        f.write_char('(')?;
                        joined(f, terms, " ")?;
                        f.write_char(')')
                    }
                }
            }
            Node::Pattern(parts) => parts.iter().try_for_each(|part| match part {
                PatternPart::Literal(text) => f.write_str(text),
                PatternPart::AnyOne => f.write_char('?'),
                PatternPart::AnyRun => f.write_char('*'),
            }),
            Node::Field { field, node } => {
                f.write_str(field.name())?;
                f.write_char(':')?;
                operand(f, node)
            }
            Node::Filter(filter) => filter.fmt(f),
            Node::And(nodes) => joined(f, nodes, " "),
            Node::Or(nodes) => joined(f, nodes, " OR "),
            Node::Not(node) => {
                f.write_char('-')?;
                operand(f, node)
            }
        }
    }
}

impl Unit {
    /// Returns the keyword before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Sentence => "同句",
            Unit::Paragraph => "同段",
        }
    }
}

impl Field {
    /// Returns the keyword before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Lead => "lead",
            Field::Body => "body",
            Field::Caption => "caption",
            Field::Page => "page",
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) = match self {
            Filter::Source(value) => ("source", value),
            Filter::Outlet(value) => ("outlet", value),
            Filter::Editor(value) => ("editor", value),
            Filter::Author(value) => ("author", value),
            Filter::Proofreader(value) => ("proofreader", value),
            Filter::Section(value) => ("section", value),
            Filter::Url(value) => ("url", value),
            Filter::Date { from, to } => return date(f, *from, *to),
        };
        write!(f, "{name}:")?;
        quoted(f, value)
    }
}

fn date(f: &mut fmt::Formatter<'_>, from: Option<i64>, to: Option<i64>) -> fmt::Result {
    let day = |day: i64| Date::from_day_number(day);
    match (from.map(day), to.map(day)) {
        (Some(Some(from)), Some(Some(to))) if from == to => write!(f, "date:{from}"),
        (Some(Some(from)), Some(Some(to))) => write!(f, "date:{from}..{to}"),
        (Some(Some(from)), _) => write!(f, "date:>={from}"),
        (_, Some(Some(to))) => write!(f, "date:<={to}"),
        // `>9999` and `<0001` name days that no date has.
        (Some(None), _) => f.write_str("date:>9999-12-31"),
        (None, _) => f.write_str("date:<0001-01-01"),
    }
}

/// Writes a string in quotation marks that do not occur in it; one of the three kinds is always free in the parser's
/// trees.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let free = |marks: &[char]| !text.contains(marks);
    if free(&['"', '＂', '“', '”', '„', '‟', '〝', '〞', '〟']) {
        write!(f, "\"{text}\"")
    } else if free(&['」', '﹂', '｣']) {
        write!(f, "「{text}」")
    } else {
        write!(f, "『{text}』")
    }
}

/// Returns the terms joined by blanks, if all are plain words.
fn plain(terms: &[Node]) -> Option<String> {
    let words: Option<Vec<&str>> = terms
        .iter()
        .map(|term| match term {
            Node::Text(piece) => Some(piece.text.as_str()),
            _ => None,
        })
        .collect();
    words.map(|words| words.join(" "))
}

fn joined(f: &mut fmt::Formatter<'_>, nodes: &[Node], between: &str) -> fmt::Result {
    for (number, node) in nodes.iter().enumerate() {
        if number > 0 {
            f.write_str(between)?;
        }
        match node {
            Node::And(_) | Node::Or(_) => group(f, node)?,
            // Between others it would be read as an operator.
            _ if is_operator(node) && between_operands(nodes, number) => group(f, node)?,
            _ => write!(f, "{node}")?,
        }
    }
    Ok(())
}

/// Whether a node is a word that is read as an operator between two operands.
fn is_operator(node: &Node) -> bool {
    matches!(node, Node::Text(piece) if ["and", "or", "not"].contains(&piece.text.to_lowercase().as_str()))
}

/// Whether a node stands between two that can't be read as operators.
fn between_operands(nodes: &[Node], number: usize) -> bool {
    let is_operand = |number: Option<usize>| number.and_then(|n| nodes.get(n)).is_some_and(|node| !is_operator(node));
    is_operand(number.checked_sub(1)) && is_operand(number.checked_add(1))
}

/// Writes the operand of `-` or of a field's colon.
fn operand(f: &mut fmt::Formatter<'_>, node: &Node) -> fmt::Result {
    match node {
        Node::And(_) | Node::Or(_) | Node::Not(_) => group(f, node),
        Node::Near { terms, .. } if plain(terms).is_none() => group(f, node),
        _ => write!(f, "{node}"),
    }
}

fn group(f: &mut fmt::Formatter<'_>, node: &Node) -> fmt::Result {
    write!(f, "({node})")
}
