//! Evaluates NEAR, 同句:, 同段: and wildcards by positions: finds the documents that hold a needle without reading their
//! texts.
//!
//! A needle flows in. The documents of a segment that certainly hold it flow out, and those for which the positions do
//! not decide, so that their texts must be checked; no other document holds it. The rules are those of
//! [`crate::search::compile::needle`], applied to the positions of the pairs field instead of a text.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use tantivy::postings::{Postings as _, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, TERMINATED};

use super::bits::Bits;
use super::lower;
use super::segment::{Segment, read};
use super::strings::{self as index_strings, Phrase, seek, terms};
pub use super::tokens::Proved;
use super::tokens::{is_cut, with_all_runs, with_run, with_token};
use crate::error::Result;
use crate::index::analyzer::{Beside, MAX_RUN_CHARS, PARAGRAPH_END, SENTENCE_END, first_of_run, last_of_run};
use crate::index::schema::{Fields, TextFields};
use crate::query::{PatternPart, Unit};
use crate::search::compile::needle::{MAX_ANY_RUN, Needle, has_near, near, places, together};
use crate::search::compile::plan::Scope;
use crate::search::compile::string::StringPlan;
use gongxun_text::strings::{self, Class};

/// The most tokens that may begin with a character or with letters of a pattern. Each takes a few kilobytes of memory;
/// if there are more, texts are checked instead.
const MAX_TOKENS: usize = 4096;

/// Returns the documents of a segment that hold the needle or may hold it, deleted ones included. None if the tokens
/// decide too little.
///
/// # Errors
/// If an index file can't be read.
pub fn documents(
    needle: &Needle,
    scope: Scope,
    segment: &Segment<'_>,
    fields: &Fields,
    within: Option<&Bits>,
) -> Result<Option<Proved>> {
    let mut proved = Proved { found: Bits::empty(segment.max_doc()), open: Bits::empty(segment.max_doc()) };
    let by_runs = if let Needle::Pattern(parts) = needle { Chain::by_runs(parts) } else { None };
    let is_decided = match (by_runs, Chain::of(needle)) {
        (Some((run, chains)), _) => {
            // The end of a run that is longer than a token is in none.
            for (text, _) in lower::texts(scope, fields) {
                with_token(segment, text.pairs, run, is_cut, &mut proved.open)?;
            }
            let mut each =
                chains.iter().map(|chain| chain.documents(None, scope, segment, fields, within, &mut proved));
            each.try_fold(true, |all, decided| decided.map(|decided| all && decided))?
        }
        (None, Some(chain)) => {
            let side = if let Needle::Pattern(parts) = needle { Side::of(parts) } else { None };
            chain.documents(side.as_ref(), scope, segment, fields, within, &mut proved)?
        }
        (None, None) => match needle {
            Needle::Pattern(parts) => return with_run(needle, parts, scope, segment, fields),
            _ => false,
        },
    };
    if !is_decided {
        return Ok(None);
    }
    proved.open.and_not(&proved.found);
    Ok(Some(proved))
}

/// Returns the documents of a segment that hold all runs of letters and digits of a pattern; no other holds the pattern.
/// None if the needle is no pattern or has no such run.
///
/// # Errors
/// If an index file can't be read.
pub fn with_runs(needle: &Needle, scope: Scope, segment: &Segment<'_>, fields: &Fields) -> Result<Option<Bits>> {
    let Needle::Pattern(parts) = needle else { return Ok(None) };
    with_all_runs(parts, scope, segment, fields)
}

/// Calls `each` with those of some documents of a segment that hold NEAR, 同句: or 同段: in these texts, with the number
/// of ranges that [`Needle::find`] returns. False if the tokens decide too little; then it was not called.
///
/// # Errors
/// If an index file can't be read; [`crate::error::Error::Interrupted`] if the control of a segment asks to stop.
pub fn occurrences(
    needle: &Needle,
    texts: &[TextFields],
    segment: &Segment<'_>,
    within: &Bits,
    mut each: impl FnMut(DocId, u32),
) -> Result<bool> {
    let Some(chain) = Chain::of(needle).filter(|chain| !matches!(chain.rule, Rule::Gaps(_))) else { return Ok(false) };
    let mut opened = Vec::new();
    for text in texts {
        match chain.open(segment, *text)? {
            Some(cursors) if cursors.iter().any(|cursor| matches!(cursor, Cursor::TooMany)) => return Ok(false),
            Some(cursors) => opened.push((text, cursors)),
            None => {}
        }
    }
    for (text, mut cursors) in opened {
        let mut marks = chain.marks(segment, *text)?;
        let mut target = within.next(0);
        while let Some(at) = target {
            segment.tick()?;
            let doc = next(&mut cursors, at);
            if doc == TERMINATED {
                break;
            }
            if within.contains(doc) {
                let count = chain.ranges(&mut cursors, &mut marks, doc);
                if count > 0 {
                    each(doc, count as u32);
                }
            }
            target = within.next(doc + 1);
        }
    }
    Ok(true)
}

/// Returns the first document from this one on that every cursor has reached.
fn next(cursors: &mut [Cursor], target: DocId) -> DocId {
    let mut doc = target;
    loop {
        let furthest =
            cursors.iter_mut().fold(doc, |doc, cursor| if doc == TERMINATED { doc } else { cursor.seek(doc) });
        if furthest == doc {
            return doc;
        }
        doc = furthest;
    }
}

/// A needle as strings in the index, with the rule for their places.
struct Chain {
    strings: Vec<Link>,
    rule: Rule,
    /// Whether the positions decide; otherwise the texts must be checked.
    exact: bool,
}

/// A string, or a part of a pattern, as tokens of the index.
pub(super) enum Link {
    String(StringPlan),
    /// The beginning of a token: a Chinese character, or letters or digits that may begin a longer run.
    Prefix(String),
    /// A whole run of letters or digits that begins with some.
    Run(String),
}

/// The rule for the places of strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    Near(usize),
    Together(Unit),
    /// The least and the most characters from each string to the next, none of which ends a sentence.
    Gaps(Vec<(usize, usize)>),
}

impl Chain {
    fn of(needle: &Needle) -> Option<Chain> {
        let (strings, rule) = match needle {
            Needle::String(_) => return None,
            Needle::Near { strings, distance } => (strings, Rule::Near(*distance)),
            Needle::Together { strings, unit } => (strings, Rule::Together(*unit)),
            Needle::Pattern(parts) => return Chain::of_pattern(parts),
        };
        let strings = strings.iter().map(|string| Link::of(&string.iter().collect::<String>()));
        let strings: Vec<Link> = strings.collect::<Option<_>>()?;
        (!strings.is_empty()).then_some(Chain { strings, rule, exact: true })
    }

    /// Compiles the literals of a pattern. `*` before the first or behind the last literal stands for any text, `?`
    /// there is left open; so is `*` behind a run of letters or digits, since it may have to extend to the end of the
    /// run.
    fn of_pattern(parts: &[PatternPart]) -> Option<Chain> {
        let (mut strings, mut gaps, mut exact) = (Vec::new(), Vec::new(), true);
        let mut gap: (usize, usize) = (0, 0);
        // Whether `*` may meet the inside of a run of letters or digits, where it is as long as the run.
        let mut in_run = false;
        for (at, part) in parts.iter().enumerate() {
            match part {
                PatternPart::AnyOne => {
                    gap = (gap.0 + 1, gap.1.saturating_add(1));
                    exact &= !strings.is_empty();
                    in_run = true;
                }
                PatternPart::AnyRun => {
                    gap.1 = if in_run { usize::MAX } else { gap.1 + MAX_ANY_RUN };
                    exact &= !in_run;
                    in_run = true;
                }
                PatternPart::Literal(literal) => {
                    if !strings.is_empty() {
                        gaps.push(gap);
                    }
                    let link = Link::of_literal(literal, at == 0, at + 1 == parts.len())?;
                    in_run = matches!(link, Link::Prefix(_)) && !literal.starts_with(is_han);
                    // A run with nothing but `*` behind it may end here or continue.
                    if in_run && parts.len() == 2 && parts[1] == PatternPart::AnyRun {
                        return Some(Chain { strings: vec![link], rule: Rule::Gaps(gaps), exact });
                    }
                    strings.push(link);
                    gap = (0, 0);
                }
            }
        }
        // The text behind the last literal.
        exact &= gap.0 == 0 && gap.1 != usize::MAX;
        (!strings.is_empty()).then_some(Chain { strings, rule: Rule::Gaps(gaps), exact })
    }

    /// Returns the beginning of a token, if that is the whole condition.
    fn alone(&self) -> Option<&str> {
        match (self.strings.as_slice(), &self.rule) {
            ([Link::Prefix(prefix)], Rule::Gaps(gaps)) if gaps.is_empty() => Some(prefix),
            _ => None,
        }
    }

    /// Adds the documents that hold the chain or may hold it. False if the tokens decide too little.
    fn documents(
        &self,
        side: Option<&Side>,
        scope: Scope,
        segment: &Segment<'_>,
        fields: &Fields,
        within: Option<&Bits>,
        proved: &mut Proved,
    ) -> Result<bool> {
        for (text, _) in lower::texts(scope, fields) {
            if text.pairs == fields.names.pairs {
                // Names stand end to end in the index but each by itself in the article.
                self.with_all(segment, text, &mut proved.open)?;
                continue;
            }
            if let Some(side) = side {
                side.documents(segment, text, proved)?;
                continue;
            }
            if let Some(prefix) = self.alone() {
                let held = if self.exact { &mut proved.found } else { &mut proved.open };
                with_token(segment, text.pairs, prefix, |_| true, held)?;
                continue;
            }
            let Some(mut cursors) = self.open(segment, text)? else { continue };
            if cursors.iter().any(|cursor| matches!(cursor, Cursor::TooMany)) {
                return Ok(false);
            }
            let mut marks = self.marks(segment, text)?;
            let held = if self.exact { &mut proved.found } else { &mut proved.open };
            // Only documents within are visited.
            let wanted = |doc: DocId| within.map_or(Some(doc), |within| within.next(doc));
            let mut target = wanted(0);
            while let Some(at) = target {
                segment.tick()?;
                let doc = next(&mut cursors, at);
                if doc == TERMINATED {
                    break;
                }
                let is_wanted = within.is_none_or(|within| within.contains(doc)) && !held.contains(doc);
                if is_wanted && self.holds(&mut cursors, &mut marks, doc) {
                    held.insert(doc);
                }
                target = wanted(doc + 1);
            }
        }
        Ok(true)
    }

    /// Takes apart a pattern of letters or digits, `*` and a Chinese character (2*年): `*` stands for the rest of the run, or
    /// for characters behind it if the run ends with the literal. Returns the run and a chain for each; a document with
    /// either holds the pattern. None for other patterns.
    fn by_runs(parts: &[PatternPart]) -> Option<(&str, [Chain; 2])> {
        let [PatternPart::Literal(run), PatternPart::AnyRun, rest @ ..] = parts else { return None };
        let class = Class::of(run.chars().next()?);
        let is_run = class.is_word() && run.chars().all(|c| Class::of(c) == class);
        let is_followed = matches!(rest.first(), Some(PatternPart::Literal(next)) if next.starts_with(is_han));
        if !is_run || !is_followed || run.chars().count() >= MAX_RUN_CHARS {
            return None;
        }
        let behind = |first: Link, gap: (usize, usize)| {
            let Chain { mut strings, rule, exact } = Chain::of_pattern(rest)?;
            let Rule::Gaps(mut gaps) = rule else { return None };
            strings.insert(0, first);
            gaps.insert(0, gap);
            Some(Chain { strings, rule: Rule::Gaps(gaps), exact })
        };
        let ended = behind(Link::of(run)?, (0, MAX_ANY_RUN))?;
        let gone_on = behind(Link::Run(run.clone()), (0, 0))?;
        Some((run, [ended, gone_on]))
    }

    /// Opens a cursor for each string; none if one of them does not occur.
    fn open(&self, segment: &Segment<'_>, text: TextFields) -> Result<Option<Vec<Cursor>>> {
        self.strings.iter().map(|link| link.open(segment, text)).collect()
    }

    /// Adds the documents that hold all strings in this text, at any place.
    fn with_all(&self, segment: &Segment<'_>, text: TextFields, found: &mut Bits) -> Result<()> {
        let mut all = Bits::full(segment.max_doc());
        for link in &self.strings {
            let mut with = Bits::empty(segment.max_doc());
            match link {
                Link::String(plan) => index_strings::documents(plan, segment, text, &mut with)?,
                Link::Prefix(prefix) | Link::Run(prefix) => {
                    with_token(segment, text.pairs, prefix, |_| true, &mut with)?;
                }
            }
            all.and(&with);
        }
        found.or(&all);
        Ok(())
    }

    /// Whether the strings satisfy the rule in a document that every cursor has reached.
    fn holds(&self, cursors: &mut [Cursor], marks: &mut Option<Marks>, doc: DocId) -> bool {
        let count = self.strings.len();
        match &self.rule {
            Rule::Near(distance) => {
                let each = cursors.iter_mut().map(|cursor| cursor.places(doc));
                places(each).is_some_and(|all| has_near(&all, count, *distance))
            }
            Rule::Together(_) => self.ranges(cursors, marks, doc) > 0,
            Rule::Gaps(gaps) => {
                let ends = marks.as_mut().map_or(&[][..], |marks| marks.of(doc));
                in_order(cursors.iter_mut().map(|cursor| cursor.places(doc)), gaps, ends)
            }
        }
    }

    /// Counts the ranges of the strings that satisfy the rule in a document that every cursor has reached; 0 for a
    /// pattern.
    fn ranges(&self, cursors: &mut [Cursor], marks: &mut Option<Marks>, doc: DocId) -> usize {
        let ends = marks.as_mut().map_or(&[][..], |marks| marks.of(doc));
        let Some(all) = places(cursors.iter_mut().map(|cursor| cursor.places(doc))) else { return 0 };
        match &self.rule {
            Rule::Near(distance) => near(&all, self.strings.len(), *distance).len(),
            Rule::Together(_) => {
                let end = |at: usize| {
                    let next = ends.partition_point(|end| (*end as usize) < at);
                    ends.get(next).map_or(usize::MAX, |end| *end as usize)
                };
                together(&all, self.strings.len(), end).len()
            }
            Rule::Gaps(_) => 0,
        }
    }

    /// Opens the ends of sentences or paragraphs in a text, if these matter to the rule.
    fn marks(&self, segment: &Segment<'_>, text: TextFields) -> Result<Option<Marks>> {
        match self.rule.mark() {
            Some(mark) => Marks::open(segment, text.pairs, mark),
            None => Ok(None),
        }
    }
}

/// One Chinese character with any other character before or behind it: `?的`, `的?`.
struct Side {
    character: char,
    /// The tokens of the character without a Chinese neighbour: at the edge, or beside a letter or digit.
    lonely: [String; 2],
}

impl Side {
    fn of(parts: &[PatternPart]) -> Option<Side> {
        let (literal, edge): (_, fn(char, Beside, &mut String)) = match parts {
            [PatternPart::AnyOne, PatternPart::Literal(literal)] => (literal, first_of_run),
            [PatternPart::Literal(literal), PatternPart::AnyOne] => (literal, last_of_run),
            _ => return None,
        };
        let mut chars = literal.chars();
        let (Some(character), None) = (chars.next().filter(|c| is_han(*c)), chars.next()) else { return None };
        let lonely = [Beside::Gap, Beside::Word].map(|beside| {
            let mut token = String::new();
            edge(character, beside, &mut token);
            token
        });
        Some(Side { character, lonely })
    }

    /// Finds the documents of the pattern. A document in which the character stands more often than without a Chinese
    /// neighbour holds it; for the others the text decides.
    fn documents(&self, segment: &Segment<'_>, text: TextFields, proved: &mut Proved) -> Result<()> {
        let mut often: HashMap<DocId, u32> = HashMap::new();
        for token in &self.lonely {
            let Some(info) = segment.term(text.pairs, token)? else { continue };
            segment.frequencies(text.pairs, &info, |docs, frequencies, _| {
                docs.iter()
                    .zip(frequencies)
                    .for_each(|(doc, often_here)| *often.entry(*doc).or_default() += often_here);
            })?;
        }
        let Some(info) = segment.term(text.chars, self.character.encode_utf8(&mut [0; 4]))? else { return Ok(()) };
        segment.frequencies(text.chars, &info, |docs, frequencies, _| {
            for (doc, frequency) in docs.iter().zip(frequencies) {
                let lonely = often.get(doc).copied().unwrap_or(0);
                let held = if *frequency > lonely { &mut proved.found } else { &mut proved.open };
                held.insert(*doc);
            }
        })
    }
}

/// Whether the strings follow each other with these gaps, in one sentence.
fn in_order<'a>(
    each: impl Iterator<Item = Box<dyn Iterator<Item = Range<usize>> + 'a>>,
    gaps: &[(usize, usize)],
    sentence_ends: &[u32],
) -> bool {
    // The places where the strings so far can end, in order.
    let mut ends: Vec<usize> = Vec::new();
    for (number, ranges) in each.enumerate() {
        let Some((least, most)) = number.checked_sub(1).map(|before| gaps[before]) else {
            ends.extend(ranges.map(|range| range.end));
            continue;
        };
        let follows = |range: &Range<usize>| {
            let before = sentence_ends.partition_point(|end| (*end as usize) < range.start);
            let sentence = before.checked_sub(1).map_or(0, |last| sentence_ends[last] as usize + 1);
            let first = range.start.saturating_sub(most).max(sentence);
            let from = ends.partition_point(|end| *end < first);
            ends.get(from).is_some_and(|end| end + least <= range.start)
        };
        ends = ranges.filter(follows).map(|range| range.end).collect();
    }
    !ends.is_empty()
}

impl Link {
    /// Compiles a string of NEAR, 同句: or 同段:; none if the tokens don't decide it.
    pub(super) fn of(folded: &str) -> Option<Link> {
        let plan = StringPlan::new(folded);
        match plan.character() {
            Some(c) => Some(Link::Prefix(c.to_string())),
            None => (!plan.verify).then_some(Link::String(plan)),
        }
    }

    /// Compiles a literal of a pattern; none if it can't be found as a string: if it holds punctuation, or a wildcard
    /// beside it may stand for a part of its run of letters or digits.
    fn of_literal(literal: &str, is_first: bool, is_last: bool) -> Option<Link> {
        let chars: Vec<char> = literal.chars().collect();
        let (first, last) = (Class::of(*chars.first()?), Class::of(*chars.last()?));
        if strings::runs(&chars).any(|(class, _)| class == Class::Other) || !(is_first || first == Class::Han) {
            return None;
        }
        if is_last || last == Class::Han {
            return Link::of(literal);
        }
        let one_run = chars.iter().all(|c| Class::of(*c) == first) && chars.len() < MAX_RUN_CHARS;
        one_run.then(|| Link::Prefix(literal.to_string()))
    }

    /// Opens a cursor over the places in this text; none if the string does not occur.
    pub(super) fn open(&self, segment: &Segment<'_>, text: TextFields) -> Result<Option<Cursor>> {
        match self {
            Link::String(plan) => {
                let length = strings::core(&plan.pattern).len();
                Ok(index_strings::phrase(plan, segment, text)?.map(|phrase| Cursor::Phrase(phrase, length)))
            }
            Link::Prefix(prefix) => Prefix::open(segment, text.pairs, prefix, false),
            Link::Run(prefix) => Prefix::open(segment, text.pairs, prefix, true),
        }
    }
}

impl Rule {
    /// Returns the token at the ends of sentences or paragraphs, if these matter to the rule.
    pub(super) fn mark(&self) -> Option<&'static str> {
        match self {
            Rule::Near(_) => None,
            Rule::Together(Unit::Paragraph) => Some(PARAGRAPH_END),
            Rule::Together(Unit::Sentence) => Some(SENTENCE_END),
            Rule::Gaps(gaps) => (!gaps.is_empty()).then_some(SENTENCE_END),
        }
    }
}

/// The places of a string, document by document.
pub(super) enum Cursor {
    /// A phrase, and its length in characters.
    Phrase(Phrase, usize),
    Prefix(Prefix),
    /// A prefix of more than [`MAX_TOKENS`] tokens.
    TooMany,
}

impl Cursor {
    /// Returns the first document from this one on that may hold the string, or [`TERMINATED`].
    pub(super) fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Cursor::Phrase(phrase, _) => phrase.seek(target),
            Cursor::Prefix(prefix) => prefix.seek(target),
            Cursor::TooMany => TERMINATED,
        }
    }

    /// Returns the ranges of the string in the cursor's current document, in order.
    pub(super) fn places(&mut self, doc: DocId) -> Box<dyn Iterator<Item = Range<usize>> + '_> {
        match self {
            Cursor::Phrase(phrase, length) => {
                let length = *length;
                Box::new(phrase.places().map(move |start| start as usize..start as usize + length))
            }
            Cursor::Prefix(prefix) => {
                Box::new(prefix.places(doc).iter().map(|(start, end)| *start as usize..*end as usize))
            }
            Cursor::TooMany => Box::new(std::iter::empty()),
        }
    }
}

/// A cursor over all tokens with a prefix. Each Chinese character begins one token: the pair with the next one, or the
/// mark of its run's end.
pub(super) struct Prefix {
    tokens: Vec<SegmentPostings>,
    /// The length of the places of each token, in characters: that of the prefix, or of the token.
    lengths: Vec<u32>,
    /// The document of each token with its number, the first one on top.
    order: BinaryHeap<Reverse<(DocId, usize)>>,
    /// The starts and ends.
    places: Vec<(u32, u32)>,
    starts: Vec<u32>,
}

impl Prefix {
    fn open(segment: &Segment<'_>, field: Field, prefix: &str, whole: bool) -> Result<Option<Cursor>> {
        let mut infos: Vec<TermInfo> = Vec::new();
        let mut lengths = Vec::new();
        terms(segment, field, prefix, |token, info| {
            infos.push(info.clone());
            lengths.push(if whole { token } else { prefix }.chars().count() as u32);
            Ok(())
        })?;
        if infos.is_empty() {
            return Ok(None);
        }
        if infos.len() > MAX_TOKENS {
            return Ok(Some(Cursor::TooMany));
        }
        let inverted = segment.inverted_index(field)?;
        let mut tokens = Vec::with_capacity(infos.len());
        for info in &infos {
            let opened = inverted.read_postings_from_terminfo(info, IndexRecordOption::WithFreqsAndPositions);
            tokens.push(read(opened)?);
        }
        let order =
            tokens.iter_mut().enumerate().map(|(number, postings)| Reverse((seek(postings, 0), number))).collect();
        Ok(Some(Cursor::Prefix(Prefix { tokens, lengths, order, places: Vec::new(), starts: Vec::new() })))
    }

    fn seek(&mut self, target: DocId) -> DocId {
        loop {
            let Some(mut top) = self.order.peek_mut() else { return TERMINATED };
            let Reverse((doc, number)) = *top;
            if doc >= target {
                return doc;
            }
            *top = Reverse((seek(&mut self.tokens[number], target), number));
        }
    }

    /// Returns the places in this document, the first one that the cursors stand at.
    fn places(&mut self, doc: DocId) -> &[(u32, u32)] {
        self.places.clear();
        while let Some(mut top) = self.order.peek_mut() {
            let Reverse((at, number)) = *top;
            if at != doc {
                break;
            }
            let postings = &mut self.tokens[number];
            self.starts.clear();
            postings.append_positions_with_offset(0, &mut self.starts);
            let length = self.lengths[number];
            self.places.extend(self.starts.iter().map(|start| (*start, start + length)));
            *top = Reverse((seek(postings, doc + 1), number));
        }
        self.places.sort_unstable();
        &self.places
    }
}

/// The ends of sentences or paragraphs.
pub(super) struct Marks {
    postings: SegmentPostings,
    places: Vec<u32>,
}

impl Marks {
    /// Opens the marks of a field; none if it has none.
    pub(super) fn open(segment: &Segment<'_>, field: Field, mark: &str) -> Result<Option<Marks>> {
        let inverted = segment.inverted_index(field)?;
        let term = tantivy::Term::from_field_text(field, mark);
        let postings = read(inverted.read_postings(&term, IndexRecordOption::WithFreqsAndPositions))?;
        Ok(postings.map(|postings| Marks { postings, places: Vec::new() }))
    }

    /// Returns the places of the marks in a document, in order.
    pub(super) fn of(&mut self, doc: DocId) -> &[u32] {
        self.places.clear();
        if seek(&mut self.postings, doc) == doc {
            self.postings.positions(&mut self.places);
        }
        &self.places
    }
}

fn is_han(c: char) -> bool {
    Class::of(c) == Class::Han
}
