//! The names of fields, and the filters.

use std::ops::Range;

use gongxun_text::fold::{fold_char, is_han};

use super::date;
use super::lex::{Lexeme, Token};
use super::parse::{Parser, all, any, not};
use super::{Field, Filter, Node, NoteKind, Unit};

/// No name of a field is longer, in characters.
pub(super) const LONGEST_NAME: usize = 16;
/// A Chinese word before a colon may be the first half of a headline; a name is at most so long.
const LONGEST_CHINESE_NAME: usize = 4;
/// A date with blanks in it (`2025-01 .. 2025-03`) goes on over at most so many words.
const MAX_DATE_WORDS: usize = 4;
/// And over at most so many characters.
const MAX_DATE_CHARS: usize = 80;

/// What a name before a colon means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldName {
    Text(Field),
    Together(Unit),
    Filter(FilterKind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilterKind {
    Source,
    Outlet,
    Editor,
    Author,
    Proofreader,
    Section,
    Url,
    Date,
}

/// The field of this name, in either language, either script, either width, any case.
pub(super) fn field_name(name: &[char]) -> Option<FieldName> {
    let name: String = name.iter().map(|c| fold_char(*c)).collect();
    Some(match name.as_str() {
        "title" | "标题" => FieldName::Text(Field::Title),
        "lead" | "导语" => FieldName::Text(Field::Lead),
        "body" | "正文" => FieldName::Text(Field::Body),
        "caption" | "图注" => FieldName::Text(Field::Caption),
        "page" | "整页" => FieldName::Text(Field::Page),
        "sentence" | "同句" => FieldName::Together(Unit::Sentence),
        "paragraph" | "同段" => FieldName::Together(Unit::Paragraph),
        "source" | "来源" => FieldName::Filter(FilterKind::Source),
        "outlet" | "媒体" => FieldName::Filter(FilterKind::Outlet),
        "editor" | "编辑" | "责任编辑" | "责编" => FieldName::Filter(FilterKind::Editor),
        "author" | "作者" | "记者" => FieldName::Filter(FilterKind::Author),
        "proofreader" | "校对" => FieldName::Filter(FilterKind::Proofreader),
        "section" | "栏目" => FieldName::Filter(FilterKind::Section),
        "url" | "网址" => FieldName::Filter(FilterKind::Url),
        "date" | "日期" => FieldName::Filter(FilterKind::Date),
        _ => return None,
    })
}

/// Whether what stands before a colon was probably meant as a field.
pub(super) fn looks_like_name(name: &[char]) -> bool {
    let latin = name.iter().all(char::is_ascii_alphabetic);
    let chinese = name.len() <= LONGEST_CHINESE_NAME && name.iter().all(|c| is_han(*c));
    !name.is_empty() && (latin || chinese)
}

impl FilterKind {
    fn name(self) -> &'static str {
        match self {
            FilterKind::Source => "source",
            FilterKind::Outlet => "outlet",
            FilterKind::Editor => "editor",
            FilterKind::Author => "author",
            FilterKind::Proofreader => "proofreader",
            FilterKind::Section => "section",
            FilterKind::Url => "url",
            FilterKind::Date => "date",
        }
    }
}

impl Parser<'_> {
    /// The filter with this value; where the value is empty, with the next lexeme.
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
        let node = self.condition(kind, word)?;
        Some(if negative { not(node) } else { node })
    }

    /// One filter; nothing and a note where the value makes none.
    fn condition(&mut self, kind: FilterKind, range: Range<usize>) -> Option<Node> {
        let text = self.string(range.clone());
        self.condition_of(kind, &text, range)
    }

    fn condition_of(&mut self, kind: FilterKind, text: &str, span: Range<usize>) -> Option<Node> {
        // A value copied off a page brings the comma behind it along.
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

    /// `source:(工人日报 OR 中工网)`: each word or string of the group is a value.
    fn in_group(&mut self, kind: FilterKind, node: Node) -> Option<Node> {
        match node {
            Node::Text(piece) | Node::Phrase(piece) => self.condition_of(kind, &piece.text, piece.span),
            Node::And(nodes) => all(nodes.into_iter().filter_map(|node| self.in_group(kind, node)).collect()),
            Node::Or(nodes) => any(nodes.into_iter().filter_map(|node| self.in_group(kind, node)).collect()),
            Node::Not(node) => self.in_group(kind, *node).map(not),
            Node::Field { .. } | Node::Filter(_) => Some(node),
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
