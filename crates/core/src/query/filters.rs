//! Parsing of filters: a field's name with a whole value, or a group of values.

use std::ops::Range;

use super::date;
use super::fields::{self, FilterKind};
use super::lex::{Lexeme, Token};
use super::parse::{Parser, all, any, not};
use super::{Filter, Node, NoteKind};

/// The most words of a date with blanks in it (`2025-01 .. 2025-03`).
const MAX_DATE_WORDS: usize = 4;
/// The most characters of such a date.
const MAX_DATE_CHARS: usize = 80;

impl Parser<'_> {
    /// Parses a filter with this value or, if it is empty, with the next lexeme.
    pub(super) fn filter(&mut self, kind: FilterKind, value: Range<usize>) -> Option<Node> {
        if !value.is_empty() {
            return self.filter_word(kind, value);
        }
        match self.lexemes.get(self.at).cloned()? {
            Lexeme { token: Token::Quoted { inner, distance }, span, .. } => {
                self.at += 1;
                self.no_distance(distance.is_some(), span);
                self.condition(kind, inner)
            }
            Lexeme { token: Token::Word, span, .. } => {
                self.at += 1;
                self.filter_word(kind, span)
            }
            _ => {
                let group = self.group()?;
                self.in_group(kind, group)
            }
        }
    }

    fn filter_word(&mut self, kind: FilterKind, word: Range<usize>) -> Option<Node> {
        if kind == FilterKind::Date {
            let words = self.lexemes[self.at..].iter().take(MAX_DATE_WORDS);
            let ends: Vec<usize> = words.take_while(|l| l.token == Token::Word).map(|l| l.span.end).collect();
            for (more, end) in ends.iter().enumerate().rev() {
                if end - word.start <= MAX_DATE_CHARS && date::range(&self.string(word.start..*end)).is_some() {
                    self.at += more + 1;
                    return self.condition(kind, word.start..*end);
                }
            }
            return self.condition(kind, word);
        }
        let negative = super::lex::is_hyphen(self.chars[word.start]);
        let word = if negative { word.start + 1..word.end } else { word };
        self.foreign_operator(word.clone());
        if kind != FilterKind::Url && fields::begins_with_field(&self.chars[word.clone()]) {
            self.nested(word.clone());
        }
        let node = self.condition(kind, word)?;
        Some(if negative { not(node) } else { node })
    }

    /// Makes one filter; `None` and a note if the value is not valid.
    fn condition(&mut self, kind: FilterKind, range: Range<usize>) -> Option<Node> {
        let text = self.string(range.clone());
        self.condition_of(kind, &text, range)
    }

    fn condition_of(&mut self, kind: FilterKind, text: &str, span: Range<usize>) -> Option<Node> {
        // A value copied from a page often ends in a comma.
        let value =
            text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '，' | '。' | '、' | '；' | ',' | ';'));
        let filter = match kind {
            FilterKind::Date => return self.date(text.trim(), span),
            _ if value.is_empty() => {
                self.notes.add(NoteKind::EmptyValue, span, |_| {
                    format!("the field {} has an empty value; it was left out", kind.name())
                });
                return None;
            }
            FilterKind::Source => Filter::Source(value.into()),
            FilterKind::Outlet => Filter::Outlet(value.into()),
            FilterKind::Editor => Filter::Editor(value.into()),
            FilterKind::Author => Filter::Author(value.into()),
            FilterKind::Proofreader => Filter::Proofreader(value.into()),
            FilterKind::Section => Filter::Section(value.into()),
            FilterKind::Url => Filter::Url(value.into()),
        };
        if kind != FilterKind::Url && value.contains(['*', '＊']) {
            self.notes.add(NoteKind::PlainWildcard, span.clone(), |part| {
                format!("{} matches whole values only; `*` in {part} stands for itself", kind.name())
            });
        }
        self.clause(span, Node::Filter(filter))
    }

    fn date(&mut self, text: &str, span: Range<usize>) -> Option<Node> {
        let Some(range) = date::range(text) else {
            self.notes.add(NoteKind::BadDate, span, |part| {
                format!(
                    "{part} is no date of the calendar in a form known here (2025, 2025-01, 2025-01-15, \
                     2025-01..2025-03, >=2024-06); this filter is ignored"
                )
            });
            return None;
        };
        if range.reversed {
            self.notes.add(NoteKind::ReversedDates, span.clone(), |part| {
                format!("{part} ends before it begins; its ends were exchanged")
            });
        }
        self.clause(span, Node::Filter(Filter::Date { from: range.from, to: range.to }))
    }

    /// Applies a filter to a group, `source:(工人日报 OR 中工网)`: each word or string of the group is a value.
    fn in_group(&mut self, kind: FilterKind, node: Node) -> Option<Node> {
        match &node {
            Node::Text(piece) | Node::Phrase(piece) => self.condition_of(kind, &piece.text, piece.span.clone()),
            Node::And(nodes) => all(nodes.iter().filter_map(|node| self.in_group(kind, node.clone())).collect()),
            Node::Or(nodes) => any(nodes.iter().filter_map(|node| self.in_group(kind, node.clone())).collect()),
            Node::Not(node) => self.in_group(kind, (**node).clone()).map(not),
            Node::Field { .. } | Node::Filter(_) => {
                self.nested(self.lexemes[self.at - 1].span.clone());
                Some(node)
            }
            Node::Pattern(_) | Node::Near { .. } | Node::Together { .. } => {
                let span = self.lexemes[self.at - 1].span.clone();
                self.notes.add(NoteKind::EmptyValue, span, |_| {
                    format!("{} matches whole values only; `{node}` was left out", kind.name())
                });
                None
            }
        }
    }

    fn string(&self, range: Range<usize>) -> String {
        self.chars[range].iter().collect()
    }
}
