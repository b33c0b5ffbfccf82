//! Parsing of the leaves of a query: words, strings and terms.

use std::ops::Range;

use super::fields::{self, FieldName};
use super::lex::{closes, ends_word, is_blank, is_colon, is_foreign_operator, is_hyphen, tilde_digits};
use super::parse::Parser;
use super::{Filter, MAX_CLAUSES, MAX_DEPTH, MAX_TERMS, MAX_WILDCARDS, Node, NoteKind, Piece, has_letters, pattern};

impl Parser<'_> {
    /// Parses a word without blanks: a field with its value, a pattern, or text.
    pub fn word(&mut self, range: Range<usize>) -> Option<Node> {
        self.foreign_operator(range.clone());
        if is_address(&self.chars[self.without_signs(range.clone())]) {
            return self.address(self.without_signs(range));
        }
        if let Some((name, value)) = self.split_field(range.clone()) {
            if self.depth < MAX_DEPTH {
                self.depth += 1;
                let node = self.field(name, range.start..value.start, value);
                self.depth -= 1;
                return node;
            }
            self.notes.add_once(NoteKind::TooDeep, range.clone(), |part| {
                format!("fields stand more than {MAX_DEPTH} deep; {part} was taken as text")
            });
            return self.piece(range);
        }
        match pattern::pattern(&self.chars[range.clone()]) {
            pattern::WordKind::Text => self.piece(range),
            pattern::WordKind::QuestionMark => {
                self.notes.add(NoteKind::PlainWildcard, range.clone(), |part| {
                    format!("`?` at the end of {part} is read as a question mark; `*` stands for any ending")
                });
                self.piece(range)
            }
            pattern::WordKind::Pattern(parts) => self.clause(range, Node::Pattern(parts)),
            pattern::WordKind::Everything => {
                self.notes.add(NoteKind::MatchesEverything, range, |part| {
                    format!("the pattern {part} has no letter and would match everything; it was left out")
                });
                None
            }
            pattern::WordKind::TooMany => {
                self.notes.add(NoteKind::TooManyWildcards, range.clone(), |part| {
                    format!("{part} has more than {} wildcards; it was taken as text", MAX_WILDCARDS)
                });
                self.piece(range)
            }
        }
    }

    /// Adds a note if a word begins with an operator of other search tools, which is left out like any sign. Directly
    /// behind a quoted string or a parenthesis it is punctuation.
    pub fn foreign_operator(&mut self, range: Range<usize>) {
        let follows = range.start.checked_sub(1).is_some_and(|before| closes(self.chars[before]));
        let is_distance = tilde_digits(self.chars, range.start).is_some_and(|digits| digits.end == range.end);
        let word = &self.chars[range.clone()];
        let letters = word.iter().position(|c| c.is_alphanumeric()).unwrap_or(0);
        let is_operator = |(at, c): (usize, &char)| is_foreign_operator(*c) || (at > 0 && is_hyphen(*c));
        if !follows && !is_distance && word[..letters].iter().enumerate().any(is_operator) {
            self.notes.add(NoteKind::UnknownOperator, range, |part| {
                format!("the sign before the word in {part} means nothing here and was left out; -word leaves out articles with a word")
            });
        }
    }

    /// Splits a word into the field that it begins with and its value; adds a note if the name is not a field's.
    pub fn split_field(&mut self, range: Range<usize>) -> Option<(FieldName, Range<usize>)> {
        let range = self.without_signs(range);
        let word = &self.chars[range.clone()];
        let colon = word.iter().take(fields::LONGEST_NAME + 1).position(|c| is_colon(*c))?;
        let value = range.start + colon + 1..range.end;
        let name = &word[..colon];
        match fields::field_name(name) {
            Some(name) => Some((name, value)),
            None => {
                if fields::looks_like_name(name) && !value.is_empty() {
                    let name: String = name.iter().collect();
                    self.notes.add(NoteKind::UnknownField, range, |part| {
                        format!("there is no field `{name}`; {part} was taken as text")
                    });
                }
                None
            }
        }
    }

    /// Makes the query for a pasted address: the page of this address, and articles that mention it.
    fn address(&mut self, range: Range<usize>) -> Option<Node> {
        // An address copied from a page often ends in a comma.
        let comma = |c: &&char| matches!(**c, '，' | '。' | '、' | '；' | ',' | ';');
        let commas = self.chars[range.clone()].iter().rev().take_while(comma).count();
        let range = range.start..range.end - commas;
        let text: String = self.chars[range.clone()].iter().collect();
        let page = self.clause(range.clone(), Node::Filter(Filter::Url(text.clone())))?;
        let Some(named) = self.clause(range.clone(), Node::Phrase(Piece { text, span: range })) else {
            return Some(page);
        };
        Some(Node::Or(vec![page, named]))
    }

    /// Parses the words between the marks of `"欠薪 包工头"~20`, each to a term.
    pub fn terms(&mut self, inner: Range<usize>, span: &Range<usize>) -> Option<Vec<Node>> {
        let mut terms = Vec::new();
        let mut at = inner.start;
        while at < inner.end {
            let length = self.chars[at..inner.end].iter().take_while(|c| !ends_word(**c)).count();
            let piece = trim(self.chars, at..at + length);
            if !piece.is_empty() {
                if terms.len() == MAX_TERMS {
                    self.too_many_terms(piece);
                    break;
                }
                terms.extend(self.term(piece));
            }
            at += length + 1;
        }
        if terms.is_empty() {
            self.no_letters(span.clone());
            return None;
        }
        Some(terms)
    }

    pub fn phrase(&mut self, inner: Range<usize>, span: Range<usize>) -> Option<Node> {
        let text: String = self.chars[inner.clone()].iter().collect();
        if !has_letters(&text) {
            self.no_letters(span);
            return None;
        }
        if text.contains(['*', '＊']) {
            self.notes.add(NoteKind::PlainWildcard, span, |part| {
                format!("in quotes, as in {part}, `*` stands for one sign; without them it stands for any letters")
            });
        }
        let start = inner.start + text.chars().take_while(|c| is_blank(*c)).count();
        let text = text.trim_matches(is_blank).to_string();
        let span = start..start + text.chars().count();
        self.clause(span.clone(), Node::Phrase(Piece { text, span }))
    }

    /// Parses free text.
    pub fn piece(&mut self, range: Range<usize>) -> Option<Node> {
        let start = self.without_hyphens(range.clone()).start;
        let mut text: String = self.chars[start..range.end].iter().collect();
        if !has_letters(&text) {
            self.no_letters(range);
            return None;
        }
        if tilde_digits(self.chars, start).is_some_and(|digits| digits.end == range.end) {
            self.no_distance(true, range);
            return None;
        }
        if self.keyword(start..range.end).is_some() {
            // The word itself is meant here, and in lower case it is one.
            text = text.to_lowercase();
        }
        let span = start..range.end;
        self.clause(span.clone(), Node::Text(Piece { text, span }))
    }

    /// Makes a term of a word in quotes with `~`, where nothing is an operator.
    fn term(&mut self, span: Range<usize>) -> Option<Node> {
        let text = self.chars[span.clone()].iter().collect();
        self.clause(span.clone(), Node::Text(Piece { text, span }))
    }

    /// Counts a clause; beyond the limit it is dropped.
    pub fn clause(&mut self, span: Range<usize>, node: Node) -> Option<Node> {
        if self.clauses == MAX_CLAUSES {
            self.full = true;
            self.notes.add_once(NoteKind::TooManyClauses, span, |part| {
                format!("the query has more than {MAX_CLAUSES} words and strings; it was read up to {part}")
            });
            return None;
        }
        self.clauses += 1;
        Some(node)
    }

    /// Strips the brackets and commas before a word; wildcards stay.
    fn without_signs(&self, range: Range<usize>) -> Range<usize> {
        let sign = |c: &&char| !c.is_alphanumeric() && !pattern::is_wildcard(**c);
        let signs = self.chars[range.clone()].iter().take_while(sign).count();
        range.start + signs..range.end
    }

    pub fn no_distance(&mut self, present: bool, span: Range<usize>) {
        if present {
            self.notes.add(NoteKind::BadDistance, span, |part| {
                format!("the distance in {part} has no meaning here; it was left out")
            });
        }
    }

    pub fn too_many_terms(&mut self, span: Range<usize>) {
        self.notes.add_once(NoteKind::TooManyTerms, span, |part| {
            format!("more than {MAX_TERMS} words and strings near each other; what follows in {part} was left out")
        });
    }

    pub fn no_letters(&mut self, span: Range<usize>) {
        self.notes.add(NoteKind::NoLetters, span, |part| {
            format!("{part} has no letter or digit to look for; it was left out")
        });
    }
}

/// Whether a word is the address of a page, in which `:`, `?` and `*` have no special meaning.
fn is_address(word: &[char]) -> bool {
    const LONGEST_SCHEME: usize = 12;
    let start: String = word.iter().take(LONGEST_SCHEME + 3).map(char::to_ascii_lowercase).collect();
    start.starts_with("www.")
        || start.split_once("://").is_some_and(|(scheme, _)| {
            !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
        })
}

/// Strips the signs at the ends of a range.
fn trim(chars: &[char], range: Range<usize>) -> Range<usize> {
    let word = &chars[range.clone()];
    match (word.iter().position(|c| c.is_alphanumeric()), word.iter().rposition(|c| c.is_alphanumeric())) {
        (Some(first), Some(last)) => range.start + first..range.start + last + 1,
        _ => range.start..range.start,
    }
}
