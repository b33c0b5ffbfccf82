//! NEAR, 同句:, 同段: and wildcards by positions: which documents hold a needle, without a look at their texts.
//!
//! A needle flows in. Out flow the documents of a segment that surely hold it, and those that the tokens leave open, whose
//! texts must be looked at; both together are all that can hold it. The rules are those of [`crate::search::compile::needle`], over places
//! that the pairs field records instead of places in a text.

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
use crate::error::Result;
use crate::index::analyzer::{Beside, MAX_RUN_CHARS, PARAGRAPH_END, SENTENCE_END, first_of_run, last_of_run};
use crate::index::schema::{Fields, TextFields};
use crate::query::{PatternPart, Unit};
use crate::search::compile::needle::{MAX_ANY_RUN, Needle, near, places, together};
use crate::search::compile::plan::Scope;
use crate::search::compile::string::StringPlan;
use gongxun_text::strings::{self, Class};

/// How many tokens may begin with a character or with letters of a pattern. Each keeps a few kilobytes at hand; where there
/// are more, texts are looked at.
const MAX_TOKENS: usize = 4096;

/// What the positions say of a segment's documents.
#[derive(Debug)]
pub struct Proved {
    /// Documents that hold the needle.
    pub found: Bits,
    /// Documents that may hold it.
    pub open: Bits,
}

/// The documents of a segment that hold the needle or may hold it. None where the tokens say too little of it; deleted
/// documents are among them.
///
/// # Errors
/// Where a file of the index can't be read.
pub fn documents(
    needle: &Needle,
    scope: Scope,
    segment: &Segment<'_>,
    fields: &Fields,
    within: Option<&Bits>,
) -> Result<Option<Proved>> {
    let Some(chain) = Chain::of(needle) else {
        return match needle {
            Needle::Pattern(parts) => with_run(parts, scope, segment, fields),
            _ => Ok(None),
        };
    };
    let mut proved = Proved { found: Bits::empty(segment.max_doc()), open: Bits::empty(segment.max_doc()) };
    let side = if let Needle::Pattern(parts) = needle { Side::of(parts) } else { None };
    for (text, _) in lower::texts(scope, fields) {
        if text.pairs == fields.names.pairs {
            // Names stand end to end in the index and each by itself in the article.
            chain.with_all(segment, text, &mut proved.open)?;
            continue;
        }
        if let Some(side) = &side {
            side.documents(segment, text, &mut proved)?;
            continue;
        }
        if let Some(prefix) = chain.alone() {
            let held = if chain.exact { &mut proved.found } else { &mut proved.open };
            with_token(segment, text.pairs, prefix, |_| true, held)?;
            continue;
        }
        let Some(mut cursors) = chain.open(segment, text)? else { continue };
        if cursors.iter().any(|cursor| matches!(cursor, Cursor::TooMany)) {
            return Ok(None);
        }
        let mut marks = match chain.rule.mark() {
            Some(mark) => Marks::open(segment, text.pairs, mark)?,
            None => None,
        };
        let held = if chain.exact { &mut proved.found } else { &mut proved.open };
        // Only documents that matter are gone to.
        let wanted = |doc: DocId| within.map_or(Some(doc), |within| within.next(doc));
        let mut target = wanted(0);
        while let Some(at) = target {
            segment.tick()?;
            let doc = next(&mut cursors, at);
            if doc == TERMINATED {
                break;
            }
            let is_wanted = within.is_none_or(|within| within.contains(doc)) && !held.contains(doc);
            if is_wanted && chain.holds(&mut cursors, &mut marks, doc) {
                held.insert(doc);
            }
            target = wanted(doc + 1);
        }
    }
    proved.open.and_not(&proved.found);
    Ok(Some(proved))
}

/// The first document from this one on in which every cursor stands.
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

/// A needle as strings in the index, and how they must stand.
struct Chain {
    strings: Vec<Link>,
    rule: Rule,
    /// Whether the positions say all; else the texts must be looked at.
    exact: bool,
}

enum Link {
    String(StringPlan),
    /// The beginning of a token: a Chinese character, or letters or digits that a longer run may begin with.
    Prefix(String),
}

enum Rule {
    Near(usize),
    Together(Unit),
    /// From one string to the next at least and at most so many characters, none of which ends a sentence.
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

    /// The literals of a pattern. What stands before the first one or behind the last one is any text where it is `*`, and is
    /// left open where it is `?`; so is `*` behind a run of letters or digits, which it may have to go on to the end of.
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
                    // A run with nothing but `*` behind it may end here or go on.
                    if in_run && parts.len() == 2 && parts[1] == PatternPart::AnyRun {
                        return Some(Chain { strings: vec![link], rule: Rule::Gaps(gaps), exact });
                    }
                    strings.push(link);
                    gap = (0, 0);
                }
            }
        }
        // What stands behind the last literal.
        exact &= gap.0 == 0 && gap.1 != usize::MAX;
        (!strings.is_empty()).then_some(Chain { strings, rule: Rule::Gaps(gaps), exact })
    }

    /// The beginning of a token, where that is all that is asked for: wherever it stands.
    fn alone(&self) -> Option<&str> {
        match (self.strings.as_slice(), &self.rule) {
            ([Link::Prefix(prefix)], Rule::Gaps(gaps)) if gaps.is_empty() => Some(prefix),
            _ => None,
        }
    }

    /// A cursor for each string; none where one of them does not occur.
    fn open(&self, segment: &Segment<'_>, text: TextFields) -> Result<Option<Vec<Cursor>>> {
        self.strings.iter().map(|link| link.open(segment, text)).collect()
    }

    /// Adds the documents that hold all strings in this text, wherever.
    fn with_all(&self, segment: &Segment<'_>, text: TextFields, found: &mut Bits) -> Result<()> {
        let mut all = Bits::full(segment.max_doc());
        for link in &self.strings {
            let mut with = Bits::empty(segment.max_doc());
            match link {
                Link::String(plan) => index_strings::documents(plan, segment, text, &mut with)?,
                Link::Prefix(prefix) => with_token(segment, text.pairs, prefix, |_| true, &mut with)?,
            }
            all.and(&with);
        }
        found.or(&all);
        Ok(())
    }

    /// Whether the strings stand as they must in a document in which every cursor stands.
    fn holds(&self, cursors: &mut [Cursor], marks: &mut Option<Marks>, doc: DocId) -> bool {
        let ends = marks.as_mut().map_or(&[][..], |marks| marks.of(doc));
        let each = cursors.iter_mut().map(|cursor| cursor.places(doc));
        let count = self.strings.len();
        match &self.rule {
            Rule::Near(distance) => places(each).is_some_and(|all| !near(&all, count, *distance).is_empty()),
            Rule::Together(_) => {
                let end = |at: usize| {
                    let next = ends.partition_point(|end| (*end as usize) < at);
                    ends.get(next).map_or(usize::MAX, |end| *end as usize)
                };
                places(each).is_some_and(|all| !together(&all, count, end).is_empty())
            }
            Rule::Gaps(gaps) => in_order(each, gaps, ends),
        }
    }
}

/// One Chinese character with any other before or behind it: `?的`, `的?`.
struct Side {
    character: char,
    /// The tokens of the character where no Chinese one stands beside it: at the edge, or beside a letter or digit.
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

    /// A document in which the character stands more often than without a Chinese one beside it holds the pattern; of the
    /// others the text decides.
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

/// Whether the strings stand one behind the other with these gaps, in one sentence.
fn in_order<'a>(
    each: impl Iterator<Item = Box<dyn Iterator<Item = Range<usize>> + 'a>>,
    gaps: &[(usize, usize)],
    sentence_ends: &[u32],
) -> bool {
    // Where the strings so far can end, in order.
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
    /// A string of NEAR, 同句: or 同段:; none where the tokens leave it open.
    fn of(folded: &str) -> Option<Link> {
        let plan = StringPlan::new(folded);
        match plan.character() {
            Some(c) => Some(Link::Prefix(c.to_string())),
            None => (!plan.verify).then_some(Link::String(plan)),
        }
    }

    /// A literal of a pattern; none where it is not found as a string: where it holds other signs, or where a wildcard beside
    /// it may stand for a part of its run of letters or digits.
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

    fn open(&self, segment: &Segment<'_>, text: TextFields) -> Result<Option<Cursor>> {
        match self {
            Link::String(plan) => {
                let length = strings::core(&plan.pattern).len();
                Ok(index_strings::phrase(plan, segment, text)?.map(|phrase| Cursor::Phrase(phrase, length)))
            }
            Link::Prefix(prefix) => Prefix::open(segment, text.pairs, prefix),
        }
    }
}

impl Rule {
    /// The tokens that tell sentences or paragraphs apart, where that matters.
    fn mark(&self) -> Option<&'static str> {
        match self {
            Rule::Near(_) => None,
            Rule::Together(Unit::Paragraph) => Some(PARAGRAPH_END),
            Rule::Together(Unit::Sentence) => Some(SENTENCE_END),
            Rule::Gaps(gaps) => (!gaps.is_empty()).then_some(SENTENCE_END),
        }
    }
}

/// The places of a string, document by document.
enum Cursor {
    /// A phrase, and its length in characters.
    Phrase(Phrase, usize),
    Prefix(Prefix),
    /// More than [`MAX_TOKENS`].
    TooMany,
}

impl Cursor {
    /// The first document from this one on that may hold the string, or [`TERMINATED`].
    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Cursor::Phrase(phrase, _) => phrase.seek(target),
            Cursor::Prefix(prefix) => prefix.seek(target),
            Cursor::TooMany => TERMINATED,
        }
    }

    /// Where the string stands in the document that the cursor was led to, in order.
    fn places(&mut self, doc: DocId) -> Box<dyn Iterator<Item = Range<usize>> + '_> {
        match self {
            Cursor::Phrase(phrase, length) => {
                let length = *length;
                Box::new(phrase.places().map(move |start| start as usize..start as usize + length))
            }
            Cursor::Prefix(prefix) => {
                let length = prefix.length;
                Box::new(prefix.places(doc).iter().map(move |start| *start as usize..*start as usize + length))
            }
            Cursor::TooMany => Box::new(std::iter::empty()),
        }
    }
}

/// All tokens that begin with some characters. Each Chinese character begins one token: the pair with the next one, or the
/// mark of its run's end.
struct Prefix {
    /// In characters.
    length: usize,
    tokens: Vec<SegmentPostings>,
    /// The document of each token with its number, the first one on top.
    order: BinaryHeap<Reverse<(DocId, usize)>>,
    places: Vec<u32>,
}

impl Prefix {
    fn open(segment: &Segment<'_>, field: Field, prefix: &str) -> Result<Option<Cursor>> {
        let mut infos: Vec<TermInfo> = Vec::new();
        terms(segment, field, prefix, |_, info| {
            infos.push(info.clone());
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
        Ok(Some(Cursor::Prefix(Prefix { length: prefix.chars().count(), tokens, order, places: Vec::new() })))
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

    /// The places in this document, the first one that the tokens now stand at.
    fn places(&mut self, doc: DocId) -> &[u32] {
        self.places.clear();
        while let Some(mut top) = self.order.peek_mut() {
            let Reverse((at, number)) = *top;
            if at != doc {
                break;
            }
            let postings = &mut self.tokens[number];
            postings.append_positions_with_offset(0, &mut self.places);
            *top = Reverse((seek(postings, doc + 1), number));
        }
        self.places.sort_unstable();
        &self.places
    }
}

/// Where sentences or paragraphs end.
struct Marks {
    postings: SegmentPostings,
    places: Vec<u32>,
}

impl Marks {
    fn open(segment: &Segment<'_>, field: Field, mark: &str) -> Result<Option<Marks>> {
        let inverted = segment.inverted_index(field)?;
        let term = tantivy::Term::from_field_text(field, mark);
        let postings = read(inverted.read_postings(&term, IndexRecordOption::WithFreqsAndPositions))?;
        Ok(postings.map(|postings| Marks { postings, places: Vec::new() }))
    }

    fn of(&mut self, doc: DocId) -> &[u32] {
        self.places.clear();
        if seek(&mut self.postings, doc) == doc {
            self.postings.positions(&mut self.places);
        }
        &self.places
    }
}

/// For a pattern whose literals the tokens do not know: the documents with a run of letters or digits that holds its longest
/// one, as candidates. None where it has Chinese characters, which are better ones, or no such run.
fn with_run(parts: &[PatternPart], scope: Scope, segment: &Segment<'_>, fields: &Fields) -> Result<Option<Proved>> {
    let (mut longest, mut begins) = (String::new(), false);
    for (number, part) in parts.iter().enumerate() {
        let PatternPart::Literal(literal) = part else { continue };
        let chars: Vec<char> = literal.chars().collect();
        for (class, run) in strings::runs(&chars) {
            if class == Class::Han {
                return Ok(None);
            }
            if class.is_word() && run.len() > longest.chars().count() {
                begins = number == 0 && run.start == 0;
                longest = chars[run].iter().collect();
            }
        }
    }
    if longest.is_empty() || longest.chars().count() >= MAX_RUN_CHARS {
        return Ok(None);
    }
    let mut open = Bits::empty(segment.max_doc());
    for (text, _) in lower::texts(scope, fields) {
        // The end of a run that is longer than a token is in none.
        let may_hold = |token: &str| token.contains(&longest) || token.chars().count() >= MAX_RUN_CHARS;
        with_token(segment, text.pairs, if begins { &longest } else { "" }, may_hold, &mut open)?;
    }
    Ok(Some(Proved { found: Bits::empty(segment.max_doc()), open }))
}

/// Adds the documents that hold a token with this prefix for which `wanted` holds.
fn with_token(
    segment: &Segment<'_>,
    field: Field,
    prefix: &str,
    wanted: impl Fn(&str) -> bool,
    found: &mut Bits,
) -> Result<()> {
    let mut infos: Vec<TermInfo> = Vec::new();
    terms(segment, field, prefix, |token, info| {
        if wanted(token) {
            infos.push(info.clone());
        }
        Ok(())
    })?;
    for info in &infos {
        segment.tick()?;
        segment.documents(field, info, |docs| docs.iter().for_each(|doc| found.insert(*doc)))?;
    }
    Ok(())
}

fn is_han(c: char) -> bool {
    Class::of(c) == Class::Han
}
