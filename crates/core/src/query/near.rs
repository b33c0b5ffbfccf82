//! Expansion of NEAR, 同句: and 同段: over groups. A group of ORs inside becomes an OR of plain ones, so that the search
//! only meets terms: `(欠薪 OR 讨薪) NEAR/20 包工头` is `"欠薪 包工头"~20 OR "讨薪 包工头"~20`.

use super::lex::half;
use super::pattern::is_wildcard;
use super::{MAX_ALTERNATIVES, Node, Piece};

/// The result of an expansion.
pub(super) struct Expansion {
    /// The node; `None` if no operand could be a term.
    pub node: Option<Node>,
    /// Operands that cannot stand inside; they are required in addition to the node.
    pub beside: Vec<Node>,
    /// Whether there were more alternatives than [`MAX_ALTERNATIVES`].
    pub too_many: bool,
}

/// Joins operands to one node: `build` for each choice of alternatives, combined by OR.
pub(super) fn expand(operands: Vec<Node>, build: impl Fn(Vec<Node>) -> Node) -> Expansion {
    let mut beside = Vec::new();
    let mut choices: Vec<Vec<Node>> = vec![Vec::new()];
    let mut operands = flatten(operands).into_iter();
    while let Some(operand) = operands.next() {
        let Some(alternatives) = alternatives(&operand) else {
            beside.push(operand);
            continue;
        };
        if choices.len() * alternatives.len() > MAX_ALTERNATIVES {
            beside.push(operand);
            beside.extend(operands);
            return Expansion { node: finish(choices, build), beside, too_many: true };
        }
        choices = choices
            .iter()
            .flat_map(|chosen| alternatives.iter().map(move |terms| [chosen.as_slice(), terms.as_slice()].concat()))
            .collect();
    }
    Expansion { node: finish(choices, build), beside, too_many: false }
}

fn finish(choices: Vec<Vec<Node>>, build: impl Fn(Vec<Node>) -> Node) -> Option<Node> {
    let mut nodes: Vec<Node> = choices.into_iter().filter(|terms| !terms.is_empty()).map(build).collect();
    match nodes.len() {
        0 => None,
        1 => nodes.pop(),
        _ => Some(Node::Or(nodes)),
    }
}

fn flatten(operands: Vec<Node>) -> Vec<Node> {
    operands
        .into_iter()
        .flat_map(|mut operand| match &mut operand {
            Node::And(nodes) => std::mem::take(nodes),
            _ => vec![operand],
        })
        .collect()
}

/// Returns the lists of terms any of which satisfies the node; `None` if it contains anything but terms, or too many.
fn alternatives(node: &Node) -> Option<Vec<Vec<Node>>> {
    match node {
        Node::Text(_) | Node::Phrase(_) => Some(vec![vec![node.clone()]]),
        Node::Or(nodes) => {
            let mut all = Vec::new();
            for node in nodes {
                all.extend(alternatives(node)?);
                if all.len() > MAX_ALTERNATIVES {
                    return None;
                }
            }
            Some(all)
        }
        Node::And(nodes) => {
            let mut all: Vec<Vec<Node>> = vec![Vec::new()];
            for node in nodes {
                let more = alternatives(node)?;
                if all.len() * more.len() > MAX_ALTERNATIVES {
                    return None;
                }
                all =
                    all.iter().flat_map(|a| more.iter().map(move |b| [a.as_slice(), b.as_slice()].concat())).collect();
            }
            Some(all)
        }
        _ => None,
    }
}

/// Strips the signs at the ends of terms, as quotes would. Beside a quoted string a word keeps them if it would mean
/// something else without them (an operator, a pattern).
pub(super) fn bare(terms: Vec<Node>) -> Vec<Node> {
    let mixed = terms.iter().any(|term| matches!(term, Node::Phrase(_)));
    terms
        .into_iter()
        .map(|term| match &term {
            Node::Text(piece) if !(mixed && is_touchy(&piece.text)) => Node::Text(bare_piece(piece)),
            _ => term,
        })
        .collect()
}

fn is_touchy(text: &str) -> bool {
    text.chars().any(is_wildcard) || text.chars().filter(|c| c.is_alphanumeric()).all(|c| half(c).is_ascii_uppercase())
}

fn bare_piece(piece: &Piece) -> Piece {
    let sign = |c: char| !c.is_alphanumeric();
    let start = piece.text.chars().take_while(|c| sign(*c)).count();
    let end = piece.text.chars().rev().take_while(|c| sign(*c)).count();
    Piece { text: piece.text.trim_matches(sign).to_string(), span: piece.span.start + start..piece.span.end - end }
}
