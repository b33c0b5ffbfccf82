//! Counts the occurrences of what a query looks for in the articles that match.
//!
//! A request and its matches flow in; the documents with occurrences flow out, each with their number. The sum is the
//! number of lines in a concordance of the request: the occurrences found by the plain scan (`Needle::find`) over
//! title, lead and body. Strings of Chinese characters, letters and digits, alone or near each other, and patterns of one
//! string and `*` are counted by the index; for anything else (another pattern, a punctuation mark, several marks that
//! may share a place) the texts are read.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use tantivy::{DocAddress, DocId};

use crate::article::{Article, Block};
use crate::control::Stops;
use crate::error::Result;
use crate::index::analyzer::MAX_RUN_CHARS;
use crate::index::schema::TextFields;
use crate::query::PatternPart;
use crate::search::compile::compile;
use crate::search::compile::needle::{Needle, fold_into};
use crate::search::compile::plan::{Mark, Scope, Text};
use crate::search::compile::string::StringPlan;
use crate::search::kind::Kind;
use crate::search::matching::bits::Bits;
use crate::search::matching::lower;
use crate::search::matching::proximity;
use crate::search::matching::reading;
use crate::search::matching::segment::Segment;
use crate::search::matching::strings;
use crate::search::pipeline::Found;
use crate::search::request::Request;
use gongxun_text::strings::Class;

/// The documents of each segment that have occurrences, in order, each with its number of occurrences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occurrences {
    segments: Vec<Vec<(DocId, u32)>>,
}

impl Occurrences {
    /// Counts the occurrences in the matches that the request counts; of the copies of one article the one that is
    /// shown is read.
    ///
    /// # Errors
    /// If an index file can't be read; [`crate::error::Error::Interrupted`] if the control asks to stop.
    pub fn count(found: &Found<'_>, request: &Request, control: &dyn Stops) -> Result<Occurrences> {
        let mut counted = Occurrences::of_each(&[(found, request)], control)?;
        Ok(counted.pop().unwrap_or_default())
    }

    /// Counts for each of several requests to one snapshot. A text that several of them need is read once.
    ///
    /// # Errors
    /// Same as [`Occurrences::count`].
    pub fn of_each(asked: &[(&Found<'_>, &Request)], control: &dyn Stops) -> Result<Vec<Occurrences>> {
        let Some((found, _)) = asked.first() else { return Ok(Vec::new()) };
        let snapshot = found.snapshot;
        let sought = asked.iter().map(|(found, request)| Sought::of(found, request)).collect::<Result<Vec<_>>>()?;
        let mut counted = vec![Occurrences::default(); asked.len()];
        for segment in Segment::all(snapshot) {
            let segment = segment.watched(control);
            let mut counts = vec![vec![0u32; segment.max_doc() as usize]; asked.len()];
            // What is looked for in texts: the number of the request, its marks and the documents.
            let mut open: Vec<(usize, &[Mark], Bits)> = Vec::new();
            for (number, ((found, request), sought)) in asked.iter().zip(&sought).enumerate() {
                for kind in Kind::ALL.into_iter().filter(|kind| request.count.includes(*kind)) {
                    let shown = found.shown(kind, segment.ord).filter(|shown| !shown.is_empty());
                    let (Some(shown), marks) = (shown, sought.marks(kind)) else { continue };
                    let left = count_by_index(marks, &segment, shown, &mut counts[number])?;
                    if !left.is_empty() {
                        open.push((number, marks, left));
                    }
                }
            }
            let mut docs = Bits::empty(segment.max_doc());
            open.iter().for_each(|(_, _, left)| docs.or(left));
            let ord = segment.ord as u32;
            let in_texts = |doc: &DocId, folded: &mut Vec<char>| {
                let article = snapshot.searched_texts(DocAddress::new(ord, *doc))?;
                let mut here = vec![0u32; open.len()];
                for (field, text) in texts(&article) {
                    let folded = fold_into(text, folded);
                    for (count, (_, marks, _)) in
                        here.iter_mut().zip(&open).filter(|(_, (.., left))| left.contains(*doc))
                    {
                        *count += count_places(folded, field, marks, &article.blocks) as u32;
                    }
                }
                Ok(here)
            };
            reading::each(snapshot, &docs.to_vec(), segment.control(), in_texts, |doc, here| {
                open.iter().zip(here).for_each(|((number, ..), count)| counts[*number][*doc as usize] += count);
                Ok(())
            })?;
            for (counted, counts) in counted.iter_mut().zip(counts) {
                let docs = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
                counted.segments.push(docs.map(|(doc, count)| (doc as DocId, count)).collect());
            }
        }
        Ok(counted)
    }

    /// Returns the documents of a segment with occurrences, in order, each with its number of occurrences.
    pub fn of_segment(&self, ord: usize) -> &[(DocId, u32)] {
        self.segments.get(ord).map_or(&[], Vec::as_slice)
    }

    /// Returns the number of documents with occurrences.
    pub fn articles(&self) -> u64 {
        self.segments.iter().map(|docs| docs.len() as u64).sum()
    }

    /// Returns the sum over all documents.
    pub fn total(&self) -> u64 {
        self.segments.iter().flatten().map(|(_, count)| u64::from(*count)).sum()
    }
}

/// The texts that occurrences are looked for in.
const TEXTS: [Text; 3] = [Text::Title, Text::Lead, Text::Body];

/// The marks that are looked for in full matches and in partial ones.
pub struct Sought<'a> {
    marks: Cow<'a, [Mark]>,
    with_parts: Vec<Mark>,
}

impl<'a> Sought<'a> {
    /// Returns the marks of a request, without those of matches that it does not count.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn of(found: &'a Found<'_>, request: &Request) -> Result<Sought<'a>> {
        if request.breadth == request.count {
            let compiled = &found.compiled;
            let with_parts = compiled.marks.iter().chain(&compiled.part_marks).cloned().collect();
            return Ok(Sought { marks: Cow::Borrowed(&compiled.marks), with_parts });
        }
        let (root, segmenter) = (request.query.root.as_ref(), found.snapshot.segmenter()?);
        let compiled = compile(root, &request.filters, segmenter, request.synonyms_on(found.snapshot)?, request.count);
        let with_parts = compiled.marks.iter().chain(&compiled.part_marks).cloned().collect();
        Ok(Sought { marks: Cow::Owned(compiled.marks), with_parts })
    }

    /// Returns the marks that are looked for in matches of this kind.
    pub fn marks(&self, kind: Kind) -> &[Mark] {
        if kind == Kind::Partial { &self.with_parts } else { self.marks.as_ref() }
    }
}

/// Adds the occurrences in those of these documents in which the index decides to their counts, and returns the others.
fn count_by_index(marks: &[Mark], segment: &Segment<'_>, docs: &Bits, counts: &mut [u32]) -> Result<Bits> {
    let fields = |mark: &Mark| -> Vec<TextFields> {
        let texts = TEXTS.into_iter().filter(|text| is_in(&mark.scope, *text));
        texts.map(|text| lower::text(text, &segment.snapshot.fields)).collect()
    };
    let plan = |mark| Some((mark, as_string(mark, marks.len() == 1)?));
    let strings: Option<Vec<(&Mark, StringPlan)>> = marks.iter().map(plan).collect();
    if let Some(strings) = strings {
        // The text decides where a number may be written in its other form.
        let open = with_other_form(strings.iter().map(|(mark, plan)| (plan, fields(mark))), segment, docs)?;
        let rest = docs.without(&open);
        let mut counted = HashSet::new();
        for (mark, plan) in strings {
            for text in fields(mark) {
                if counted.insert((plan.pattern.clone(), text.pairs)) {
                    strings::occurrences(&plan, segment, text, &rest, |doc, count| counts[doc as usize] += count)?;
                }
            }
        }
        return Ok(open);
    }
    // The ranges of several marks may be the same.
    let [mark] = marks else { return Ok(docs.clone()) };
    match &mark.needle {
        needle @ (Needle::Near { .. } | Needle::Together { .. }) if !mark.scope.captions => {
            let plans: Vec<StringPlan> = needle.strings().map(|string| StringPlan::new(&string)).collect();
            let open = with_other_form(plans.iter().map(|plan| (plan, fields(mark))), segment, docs)?;
            let rest = docs.without(&open);
            let add = |doc: DocId, count: u32| counts[doc as usize] += count;
            let is_decided = proximity::occurrences(needle, &fields(mark), segment, &rest, add)?;
            Ok(if is_decided { open } else { docs.clone() })
        }
        Needle::Pattern(parts) if !mark.scope.captions => {
            let Some(run) = as_run(parts) else { return Ok(docs.clone()) };
            for text in fields(mark) {
                strings::of_prefix(segment, text.pairs, run, docs, |doc, count| counts[doc as usize] += count)?;
            }
            Ok(Bits::empty(segment.max_doc()))
        }
        _ => Ok(docs.clone()),
    }
}

/// Returns those of these documents that may hold one of the strings with a number in its other form.
fn with_other_form<'a>(
    strings: impl Iterator<Item = (&'a StringPlan, Vec<TextFields>)>,
    segment: &Segment<'_>,
    docs: &Bits,
) -> Result<Bits> {
    let mut open = Bits::empty(segment.max_doc());
    for (plan, fields) in strings {
        for form in &plan.forms {
            fields.iter().try_for_each(|text| strings::documents(form, segment, *text, &mut open))?;
        }
    }
    open.and(docs);
    Ok(open)
}

/// Returns the string of a mark, if the index can count its occurrences in a text. Two different strings of this kind
/// never stand in the same place. Beside a string of Chinese characters `*` adds no match and takes none away (劳动*),
/// unless one can begin inside another. In front of it (*劳动) it makes the range longer, so that two marks of one string
/// differ; `is_alone` says that there is no other mark.
fn as_string(mark: &Mark, is_alone: bool) -> Option<StringPlan> {
    let of_han = |literal: &String| {
        let chars: Vec<char> = literal.chars().collect();
        let overlaps = (1..chars.len()).any(|from| chars.starts_with(&chars[from..]));
        (chars.iter().all(|c| Class::of(*c) == Class::Han) && !overlaps).then(|| literal.clone())
    };
    let string: String = match &mark.needle {
        Needle::String(string) => string.iter().collect(),
        Needle::Pattern(parts) => match parts.as_slice() {
            [PatternPart::Literal(literal), PatternPart::AnyRun] => of_han(literal)?,
            [PatternPart::AnyRun, PatternPart::Literal(literal)] if is_alone => of_han(literal)?,
            _ => return None,
        },
        Needle::Near { .. } | Needle::Together { .. } => return None,
    };
    let plan = StringPlan::new(&string);
    let plain = plan.pattern.iter().all(|c| Class::of(*c) != Class::Other);
    (plain && !plan.verify && !mark.scope.captions).then_some(plan)
}

/// Returns the beginning of a run of letters or digits, if the pattern is that and `*` (123*): each run that begins so is
/// one match.
fn as_run(parts: &[PatternPart]) -> Option<&str> {
    let [PatternPart::Literal(run), PatternPart::AnyRun] = parts else { return None };
    let class = Class::of(run.chars().next()?);
    let is_run = class.is_word() && run.chars().all(|c| Class::of(c) == class) && run.chars().count() < MAX_RUN_CHARS;
    is_run.then_some(run)
}

/// Counts the places of the marks in a folded text.
fn count_places(folded: &[char], field: Text, marks: &[Mark], blocks: &[Block]) -> usize {
    match marks {
        [mark] if !mark.scope.captions => {
            if is_in(&mark.scope, field) {
                mark.needle.find(folded).len()
            } else {
                0
            }
        }
        marks => places(folded, field, marks, blocks).len(),
    }
}

/// Returns the texts of an article that occurrences are looked for in, in the order of the page.
pub fn texts(article: &Article) -> [(Text, &str); 3] {
    [
        (Text::Title, &article.title),
        (Text::Lead, article.lead.as_deref().unwrap_or_default()),
        (Text::Body, &article.body),
    ]
}

/// Returns the ranges of the marks in a folded text, each range once.
pub fn places(folded: &[char], field: Text, marks: &[Mark], blocks: &[Block]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for mark in marks {
        if field == Text::Body && mark.scope.captions {
            let is_caption = |at: usize| {
                let line = folded[..at].iter().filter(|c| **c == '\n').count();
                blocks.get(line) == Some(&Block::Caption)
            };
            found.extend(mark.needle.find(folded).into_iter().filter(|range| is_caption(range.start)));
        } else if is_in(&mark.scope, field) {
            found.extend(mark.needle.find(folded));
        }
    }
    found.sort_unstable_by_key(|range| (range.start, range.end));
    found.dedup();
    found
}

fn is_in(scope: &Scope, field: Text) -> bool {
    match field {
        Text::Title => scope.title,
        Text::Lead => scope.lead,
        Text::Body => scope.body,
        Text::Names | Text::Captions => false,
    }
}
