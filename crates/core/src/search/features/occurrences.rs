//! Counts the occurrences of what a query looks for in the articles that match.
//!
//! A request and its matches flow in; the documents with occurrences flow out, each with their number. The sum is the
//! number of lines in a concordance of the request: the occurrences found by the plain scan (`Needle::find`) over
//! title, lead and body. Strings of Chinese characters, letters and digits are counted by the index; for anything else
//! (a pattern, strings near each other, a punctuation mark) the texts are read.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use tantivy::{DocAddress, DocId};

use crate::article::{Article, Block};
use crate::control::Stops;
use crate::error::Result;
use crate::search::compile::compile;
use crate::search::compile::needle::{Needle, fold_into};
use crate::search::compile::plan::{Mark, Scope, Text};
use crate::search::compile::string::StringPlan;
use crate::search::kind::Kind;
use crate::search::matching::bits::Bits;
use crate::search::matching::lower;
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
        let sought = Sought::of(found, request)?;
        let mut segments = Vec::new();
        for segment in Segment::all(found.snapshot) {
            let segment = segment.watched(control);
            let mut counts = vec![0u32; segment.max_doc() as usize];
            for kind in Kind::ALL.into_iter().filter(|kind| request.count.includes(*kind)) {
                let Some(shown) = found.shown(kind, segment.ord).filter(|shown| !shown.is_empty()) else { continue };
                sought.count(kind, &segment, shown, &mut counts)?;
            }
            let docs = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
            segments.push(docs.map(|(doc, count)| (doc as DocId, count)).collect());
        }
        Ok(Occurrences { segments })
    }

    /// Returns the documents of a segment with occurrences, in order, each with its number of occurrences.
    pub fn of_segment(&self, ord: usize) -> &[(DocId, u32)] {
        self.segments.get(ord).map_or(&[], Vec::as_slice)
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

    /// Adds the occurrences in these documents to their counts.
    fn count(&self, kind: Kind, segment: &Segment<'_>, docs: &Bits, counts: &mut [u32]) -> Result<()> {
        let marks = self.marks(kind);
        let mut open = docs.clone();
        if marks.iter().all(|mark| by_index(mark).is_some()) {
            // The text decides where a number may be written in its other form.
            let mut others = Bits::empty(segment.max_doc());
            for mark in marks {
                let forms = by_index(mark).map_or_else(Vec::new, |plan| plan.forms);
                for text in TEXTS.into_iter().filter(|text| is_in(&mark.scope, *text)) {
                    let field = lower::text(text, &segment.snapshot.fields);
                    forms.iter().try_for_each(|form| strings::documents(form, segment, field, &mut others))?;
                }
            }
            open.and(&others);
            let mut rest = docs.clone();
            rest.and_not(&open);
            count_by_index(marks, segment, &rest, counts)?;
        }
        let (snapshot, ord) = (segment.snapshot, segment.ord as u32);
        let count = |doc: &DocId, folded: &mut Vec<char>| {
            let article = snapshot.searched_texts(DocAddress::new(ord, *doc))?;
            Ok(in_article(&article, marks, folded))
        };
        reading::each(snapshot, &open.to_vec(), segment.control(), count, |doc, count| {
            counts[*doc as usize] += count as u32;
            Ok(())
        })
    }
}

/// Returns the string of a mark, if the index can count its occurrences in a text. Two different strings of this kind
/// never stand in the same place.
fn by_index(mark: &Mark) -> Option<StringPlan> {
    let Needle::String(string) = &mark.needle else { return None };
    let plan = StringPlan::new(&string.iter().collect::<String>());
    let plain = string.iter().all(|c| Class::of(*c) != Class::Other);
    (plain && !plan.verify && !mark.scope.captions).then_some(plan)
}

fn count_by_index(marks: &[Mark], segment: &Segment<'_>, docs: &Bits, counts: &mut [u32]) -> Result<()> {
    let mut counted = HashSet::new();
    for (mark, plan) in marks.iter().filter_map(|mark| Some((mark, by_index(mark)?))) {
        for text in TEXTS.into_iter().filter(|text| is_in(&mark.scope, *text)) {
            if counted.insert((plan.pattern.clone(), text)) {
                let field = lower::text(text, &segment.snapshot.fields);
                strings::occurrences(&plan, segment, field, docs, |doc, count| counts[doc as usize] += count)?;
            }
        }
    }
    Ok(())
}

/// Counts the occurrences in an article; `folded` is scratch space.
fn in_article(article: &Article, marks: &[Mark], folded: &mut Vec<char>) -> usize {
    let in_text = |(field, text): (Text, &str)| places(fold_into(text, folded), field, marks, &article.blocks).len();
    texts(article).into_iter().map(in_text).sum()
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
