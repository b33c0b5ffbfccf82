//! The parser: lexemes in, the tree out. A recursive descent with one function per level of precedence, the loosest
//! first: OR, then AND and blanks, then NEAR, then NOT and `-`, then words, strings, groups and fields.

use std::cell::Cell;
use std::mem;
use std::ops::Range;

use gongxun_text::fold::composed;

use super::fields::FieldName;
use super::lex::{Lexeme, Operator, Token, half, is_hyphen, is_zero_width, lex};
use super::near::{bare, expand};
use super::notes::Notes;
use super::{
    DEFAULT_DISTANCE, Field, MAX_ALTERNATIVES, MAX_CHARS, MAX_DISTANCE, MAX_TERMS, Node, NoteKind, Query, Unit,
};

/// Parses a query. Never fails and never panics; time is linear in the text, of which [`MAX_CHARS`] characters are
/// read.
pub fn parse(text: &str) -> Query {
    let shown: String = text.chars().filter(|c| !is_zero_width(*c)).take(2 * MAX_CHARS + 2).collect();
    let mut chars: Vec<char> = composed(&shown).chars().take(MAX_CHARS + 1).collect();
    let cut = chars.len() > MAX_CHARS;
    chars.truncate(MAX_CHARS);

    let mut notes = Notes::new(&chars);
    if cut {
        notes.add(NoteKind::TooLong, MAX_CHARS..MAX_CHARS, |_| {
            format!("the query is longer than {MAX_CHARS} characters; the rest was not read")
        });
    }
    let lexemes = lex(&chars, &mut notes);
    let mut parser =
        Parser { chars: &chars, lexemes, at: 0, depth: 0, clauses: 0, full: false, notes, dropped: Vec::new() };
    let mut root = parser.disjunction();
    if root.is_none() {
        root = parser.lone_word();
    }
    let mut notes = parser.notes;
    if root.is_none() && notes.is_empty() {
        notes.add(NoteKind::Empty, 0..chars.len(), |_| "the query is empty".into());
    }
    Query { text: chars.iter().collect(), root, notes: notes.finish() }
}

pub(super) struct Parser<'a> {
    pub chars: &'a [char],
    pub lexemes: Vec<Lexeme>,
    pub at: usize,
    pub depth: usize,
    pub clauses: usize,
    /// Whether a clause was dropped, so that the operators around it are not to blame.
    pub full: bool,
    pub notes: Notes<'a>,
    /// Operators and field names that were dropped for want of an operand.
    dropped: Vec<Range<usize>>,
}

/// The kind of the next lexeme.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LexemeKind {
    End,
    Or,
    And,
    Not,
    Near(u32),
    Operand,
}

impl Parser<'_> {
    fn disjunction(&mut self) -> Option<Node> {
        let start = self.at;
        let mut branches: Vec<Node> = Vec::new();
        let mut blanks = false;
        loop {
            let (branch, implicit) = self.conjunction();
            blanks |= implicit;
            branches.extend(branch);
            if self.next() != LexemeKind::Or {
                break;
            }
            let operator = self.take();
            if branches.is_empty() || matches!(self.next(), LexemeKind::End | LexemeKind::Or) {
                self.dangling(operator.span);
            }
        }
        let node = any(branches)?;
        if let (true, Node::Or(_)) = (blanks, &node) {
            let span = self.lexemes[start].span.start..self.lexemes[self.at - 1].span.end;
            let mut read: String = node.to_string().chars().take(81).collect();
            if read.chars().count() > 80 {
                read.push('…');
            }
            self.notes.add(NoteKind::Precedence, span, |_| {
                format!("blanks bind closer than OR: read as `{read}`; parentheses say otherwise")
            });
        }
        Some(node)
    }

    /// Returns the node, and whether a blank alone stood for AND.
    fn conjunction(&mut self) -> (Option<Node>, bool) {
        let mut nodes: Vec<Node> = Vec::new();
        let (mut implicit, mut explicit) = (false, false);
        loop {
            match self.next() {
                LexemeKind::End | LexemeKind::Or => return (all(nodes), implicit),
                LexemeKind::And => {
                    let operator = self.take();
                    if nodes.is_empty() || matches!(self.next(), LexemeKind::End | LexemeKind::Or | LexemeKind::And) {
                        self.dangling(operator.span);
                    } else {
                        explicit = true;
                    }
                }
                LexemeKind::Near(_) => {
                    let operator = self.take();
                    self.dangling(operator.span);
                }
                LexemeKind::Not | LexemeKind::Operand => {
                    if let Some(node) = self.proximity() {
                        implicit |= !nodes.is_empty() && !explicit;
                        explicit = false;
                        nodes.push(node);
                    }
                }
            }
        }
    }

    fn proximity(&mut self) -> Option<Node> {
        let start = self.at;
        let mut operands: Vec<Node> = self.unary().into_iter().collect();
        let mut distances: Vec<u32> = Vec::new();
        while let LexemeKind::Near(distance) = self.next() {
            let operator = self.take();
            if operands.is_empty() || !matches!(self.next(), LexemeKind::Not | LexemeKind::Operand) {
                self.dangling(operator.span);
                continue;
            }
            if let Some(node) = self.unary() {
                operands.push(node);
                distances.push(self.distance(distance, operator.span));
            }
        }
        if distances.is_empty() {
            return all(operands);
        }
        // A chain with one distance is one NEAR; if the distance changes, the term in between belongs to both.
        let span = self.lexemes[start].span.start..self.lexemes[self.at - 1].span.end;
        let mut nodes = Vec::new();
        let mut first = 0;
        for last in 1..=distances.len() {
            if distances.get(last) != Some(&distances[first]) {
                nodes.extend(self.near(operands[first..=last].to_vec(), distances[first], span.clone()));
                first = last;
            }
        }
        all(nodes)
    }

    fn near(&mut self, operands: Vec<Node>, distance: u32, span: Range<usize>) -> Option<Node> {
        let build = |mut terms: Vec<Node>| match terms.len() {
            1 => terms.remove(0),
            _ => Node::Near { terms: bare(terms), distance },
        };
        self.expanded(operands, build, span, "NEAR")
    }

    /// Joins the operands of NEAR, 同句: or 同段: to one node, with a note if a part cannot stand in it.
    fn expanded(
        &mut self,
        operands: Vec<Node>,
        build: impl Fn(Vec<Node>) -> Node,
        span: Range<usize>,
        name: &str,
    ) -> Option<Node> {
        let cut = Cell::new(false);
        let expansion = expand(operands, |mut terms| {
            cut.set(cut.get() || terms.len() > MAX_TERMS);
            terms.truncate(MAX_TERMS);
            build(terms)
        });
        if cut.get() {
            self.too_many_terms(span.clone());
        }
        if expansion.too_many {
            self.notes.add_once(NoteKind::TooManyAlternatives, span.clone(), |part| {
                format!("{name} in {part} would become more than {MAX_ALTERNATIVES} alternatives; a part of it was read as AND")
            });
        }
        if let Some(beside) = expansion.beside.first()
            && !expansion.too_many
        {
            let beside: String = beside.to_string().chars().take(24).collect();
            self.notes.add(NoteKind::NotNear, span, |_| {
                format!("{name} holds words and strings; `{beside}` is asked for beside it")
            });
        }
        all(expansion.node.into_iter().chain(expansion.beside).collect())
    }

    fn unary(&mut self) -> Option<Node> {
        let mut negative = false;
        loop {
            if self.next() == LexemeKind::Not {
                let operator = self.take();
                if !matches!(self.next(), LexemeKind::Not | LexemeKind::Operand) {
                    self.dangling(operator.span);
                    return None;
                }
                negative = !negative;
                continue;
            }
            let lexeme = self.lexemes.get(self.at)?.clone();
            if lexeme.token == Token::Word && !lexeme.tail && is_hyphen(self.chars[lexeme.span.start]) {
                let rest = self.without_hyphens(lexeme.span.clone());
                self.at += 1;
                if rest.is_empty() {
                    // A hyphen followed by a blank is punctuation: 中工网 - 工人日报.
                    let is_of = |next: &Lexeme| {
                        next.span.start == lexeme.span.end && !matches!(next.token, Token::Close | Token::Or)
                    };
                    if !self.lexemes.get(self.at).is_some_and(is_of) {
                        self.notes.add(NoteKind::LoneHyphen, lexeme.span, |part| {
                            format!("{part} with nothing right after it leaves nothing out; write -word for that")
                        });
                        return None;
                    }
                    negative = !negative;
                    continue;
                }
                if self.keyword(rest.clone()).is_some() {
                    self.dangling(rest);
                    return None;
                }
                return self.word(rest).map(|node| if negative { node } else { not(node) });
            }
            return self.primary().map(|node| if negative { not(node) } else { node });
        }
    }

    fn primary(&mut self) -> Option<Node> {
        let lexeme = self.take();
        match lexeme.token {
            Token::Open => {
                let notes = self.notes.len();
                let node = self.disjunction();
                let end = self.lexemes.get(self.at).map_or(lexeme.span.end, |close| close.span.end);
                self.at += 1;
                if node.is_none() && self.notes.len() == notes && !self.full {
                    self.notes.add(NoteKind::EmptyGroup, lexeme.span.start..end, |part| {
                        format!("{part} holds nothing to look for; it was left out")
                    });
                }
                node
            }
            Token::Quoted { inner, distance: Some(digits) } => {
                let distance = self.digits(digits.clone());
                let terms = self.terms(inner, &lexeme.span)?;
                if digits.is_empty() {
                    self.notes.add(NoteKind::BadDistance, lexeme.span, |part| {
                        format!("{part} has no number after ~; within {DEFAULT_DISTANCE} characters was taken")
                    });
                    return Some(Node::Near { terms, distance: DEFAULT_DISTANCE });
                }
                let distance = self.distance(distance, lexeme.span);
                Some(Node::Near { terms, distance })
            }
            Token::Quoted { inner, distance: None } => self.phrase(inner, lexeme.span),
            Token::Word => self.word(lexeme.span),
            Token::Close | Token::Or | Token::Small(_) => None,
        }
    }

    pub fn field(&mut self, name: FieldName, name_span: Range<usize>, value: Range<usize>) -> Option<Node> {
        // With a blank after the colon the value is the next lexeme, unless that is a field or an operator itself.
        let next = self.lexemes.get(self.at).map(|lexeme| (lexeme.token.clone(), lexeme.span.clone()));
        let ahead = match &next {
            Some((Token::Word, span)) => self.next() == LexemeKind::Operand && self.split_field(span.clone()).is_none(),
            Some((Token::Open | Token::Quoted { .. }, _)) => true,
            _ => false,
        };
        if value.is_empty() && !ahead {
            self.notes.add(NoteKind::EmptyValue, name_span.clone(), |part| {
                format!("the field {part} has no value; it was left out")
            });
            self.dropped.push(name_span.start..name_span.end - 1);
            return None;
        }
        match name {
            FieldName::Text(field) => {
                let node = self.operand(value)?;
                if holds_field(&node) {
                    self.nested(name_span.start..self.lexemes[self.at - 1].span.end);
                }
                Some(in_field(field, node))
            }
            FieldName::Together(unit) => self.together(unit, name_span, value),
            FieldName::Filter(kind) => self.filter(kind, value),
        }
    }

    fn together(&mut self, unit: Unit, name_span: Range<usize>, value: Range<usize>) -> Option<Node> {
        let start = name_span.start;
        if value.is_empty()
            && let Some(Lexeme { token: Token::Quoted { inner, distance }, span, .. }) =
                self.lexemes.get(self.at).cloned()
        {
            self.at += 1;
            self.no_distance(distance.is_some(), span.clone());
            return self.terms(inner, &span).map(|terms| Node::Together { unit, terms });
        }
        let node = self.operand(value)?;
        let span = start..self.lexemes[self.at - 1].span.end;
        self.expanded(vec![node], |terms| Node::Together { unit, terms: bare(terms) }, span, unit.name())
    }

    /// Parses a value that begins inside a word, or with the next lexeme.
    fn operand(&mut self, value: Range<usize>) -> Option<Node> {
        if value.is_empty() {
            return self.unary();
        }
        let rest = self.without_hyphens(value.clone());
        if rest.start == value.start {
            return self.word(value);
        }
        if self.keyword(rest.clone()).is_some() {
            self.dangling(rest);
            return None;
        }
        if !rest.is_empty() {
            return self.word(rest).map(not);
        }
        let next = self.lexemes.get(self.at)?;
        let operand = next.span.start == value.end && matches!(next.token, Token::Open | Token::Quoted { .. });
        if operand { self.primary().map(not) } else { None }
    }

    pub fn nested(&mut self, span: Range<usize>) {
        self.notes.add_once(NoteKind::NestedField, span, |part| {
            format!("{part} is a field inside a field; only the inner one counts")
        });
    }

    pub fn group(&mut self) -> Option<Node> {
        self.primary()
    }

    fn dangling(&mut self, span: Range<usize>) {
        if self.full {
            return;
        }
        self.notes.add(NoteKind::DanglingOperator, span.clone(), |part| {
            format!("{part} has nothing to join; it was left out")
        });
        self.dropped.push(span);
    }

    /// Parses a query that consists of one operator or one field name as that word.
    fn lone_word(&mut self) -> Option<Node> {
        match self.dropped.as_slice() {
            [only] => self.piece(only.clone()),
            _ => None,
        }
    }

    fn distance(&mut self, distance: u32, span: Range<usize>) -> u32 {
        if distance > MAX_DISTANCE {
            self.notes.add(NoteKind::BadDistance, span, |part| {
                format!("the distance in {part} is too large; {MAX_DISTANCE} characters were taken")
            });
        }
        distance.min(MAX_DISTANCE)
    }

    fn digits(&self, range: Range<usize>) -> u32 {
        let digits = self.chars[range].iter().filter_map(|c| half(*c).to_digit(10));
        digits.fold(0u32, |n, digit| n.saturating_mul(10).saturating_add(digit))
    }

    fn next(&self) -> LexemeKind {
        match self.lexemes.get(self.at) {
            None => LexemeKind::End,
            Some(lexeme) => match &lexeme.token {
                Token::Close => LexemeKind::End,
                Token::Or => LexemeKind::Or,
                Token::Small(operator) => match operator {
                    Operator::And => LexemeKind::And,
                    Operator::Or => LexemeKind::Or,
                    Operator::Not => LexemeKind::Not,
                },
                Token::Open | Token::Quoted { .. } => LexemeKind::Operand,
                Token::Word => self.keyword(lexeme.span.clone()).unwrap_or(LexemeKind::Operand),
            },
        }
    }

    /// Returns the operator that a word is, in either width: AND, OR, NOT in capitals, NEAR and NEAR/20.
    pub fn keyword(&self, range: Range<usize>) -> Option<LexemeKind> {
        const LONGEST: usize = "NEAR/".len() + 10;
        if range.len() > LONGEST {
            return None;
        }
        let word: String = self.chars[range.clone()].iter().map(|c| half(*c)).collect();
        match word.as_str() {
            "AND" => Some(LexemeKind::And),
            "OR" => Some(LexemeKind::Or),
            "NOT" => Some(LexemeKind::Not),
            "NEAR" => Some(LexemeKind::Near(DEFAULT_DISTANCE)),
            _ => {
                let digits = word.to_ascii_uppercase().strip_prefix("NEAR/").map(str::len)?;
                let number = self.chars[range.end - digits..range.end].iter().all(|c| half(*c).is_ascii_digit());
                (digits > 0 && number).then(|| LexemeKind::Near(self.digits(range.end - digits..range.end)))
            }
        }
    }

    pub fn without_hyphens(&self, range: Range<usize>) -> Range<usize> {
        let hyphens = self.chars[range.clone()].iter().take_while(|c| is_hyphen(**c)).count();
        range.start + hyphens..range.end
    }

    pub fn take(&mut self) -> Lexeme {
        self.at += 1;
        self.lexemes[self.at - 1].clone()
    }
}

/// Whether a node asks for a field or a filter of its own.
fn holds_field(node: &Node) -> bool {
    match node {
        Node::Field { .. } | Node::Filter(_) => true,
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(holds_field),
        Node::Not(node) => holds_field(node),
        Node::Text(_) | Node::Phrase(_) | Node::Near { .. } | Node::Together { .. } | Node::Pattern(_) => false,
    }
}

fn in_field(field: Field, node: Node) -> Node {
    match node {
        Node::Field { .. } | Node::Filter(_) => node,
        node => Node::Field { field, node: Box::new(node) },
    }
}

pub(super) fn not(mut node: Node) -> Node {
    match &mut node {
        Node::Not(inner) => mem::replace(&mut **inner, Node::And(Vec::new())),
        _ => Node::Not(Box::new(node)),
    }
}

pub(super) fn all(nodes: Vec<Node>) -> Option<Node> {
    let mut flat = Vec::with_capacity(nodes.len());
    for mut node in nodes {
        match &mut node {
            Node::And(inner) => flat.append(inner),
            _ => flat.push(node),
        }
    }
    if flat.len() > 1 { Some(Node::And(flat)) } else { flat.pop() }
}

pub(super) fn any(nodes: Vec<Node>) -> Option<Node> {
    let mut flat = Vec::with_capacity(nodes.len());
    for mut node in nodes {
        match &mut node {
            Node::Or(inner) => flat.append(inner),
            _ => flat.push(node),
        }
    }
    if flat.len() > 1 { Some(Node::Or(flat)) } else { flat.pop() }
}
