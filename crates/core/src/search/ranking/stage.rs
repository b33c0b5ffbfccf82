//! The second stage of ranking: re-ranks the first hits by the passage that answers best.
//!
//! The first stage scores an article as a whole. Of a news digest's ten items only one may answer, and a long text
//! holds every word somewhere. This stage examines the first hits one by one: how much of the query their best item
//! holds, how near each other its concepts stand, what the headings say. Hits of the first stage flow in, each tier by
//! itself; the same hits flow out in another order. It reads positions and no text. Its depth is counted in hits of the
//! whole answer, with copies collapsed, so that it depends on neither page nor limit; behind them the order of the
//! first stage continues.

use std::ops::Range;

use tantivy::{DocAddress, DocId};

use super::items::{Items, items};
use super::places::{LocatedString, Tokens};
use super::ranked::{Evidence, ITEM, ITEM_COVERAGE, Ranked};
use super::scoring::{B, K1, WeightedTerm, inverse_frequency};
use crate::date::Date;
use crate::error::Result;
use crate::index::Snapshot;
use crate::index::analyzer::{PARAGRAPH_END, SENTENCE_END};
use crate::search::compile::plan::{Compiled, Concept, Text, TokenKind};
use crate::search::compile::string::{Proof, StringPlan};
use crate::search::kind::{ByKind, Kind};
use crate::search::matching::lower;
use crate::search::matching::segment::Segment;

/// The default number of first hits that the stage examines.
pub const DEFAULT_DEPTH: usize = 60;
/// The most pairs of characters that items are scored by, those with the largest bound; a pasted paragraph has
/// hundreds.
const MAX_PAIRS: usize = 48;
/// The mean length of an item, in characters.
const MEAN_ITEM: f32 = 200.0;
/// The distance in characters at which concepts are half as near as side by side.
const HALF_NEAR: f32 = 12.0;
/// The value of a concept's parts, if it does not stand as a whole.
const PARTS: f32 = 0.5;
/// The value of a heading inside the body, as against 1 for the title.
const INNER_HEADING: f32 = 0.25;
/// Seconds in a day.
const DAY: i64 = 86_400;

/// Re-ranks hits. They stand in the order of the first stage; `tiers` are the ends of the tiers, within which hits are
/// reordered.
///
/// # Errors
/// If an index file can't be read; [`crate::error::Error::Interrupted`] if its control asks to stop.
pub(super) fn reorder(
    segments: &[Segment<'_>],
    compiled: &Compiled,
    terms: &[WeightedTerm<'_>],
    ranked: &mut [Ranked],
    tiers: &[usize],
) -> Result<()> {
    let Some(segment) = segments.first() else { return Ok(()) };
    let stage = Stage::new(segment.snapshot, compiled, terms)?;
    let mut order: Vec<(DocAddress, usize)> = ranked.iter().enumerate().map(|(at, hit)| (hit.address, at)).collect();
    order.sort_unstable();
    for of_segment in order.chunk_by(|(a, _), (b, _)| a.segment_ord == b.segment_ord) {
        let segment = &segments[of_segment[0].0.segment_ord as usize];
        let docs: Vec<DocId> = of_segment.iter().map(|(address, _)| address.doc_id).collect();
        let mut reader = stage.open(segment, &docs)?;
        for ((_, at), doc) in of_segment.iter().zip(&docs) {
            segment.tick()?;
            let evidence = reader.evidence(*doc, &ranked[*at])?;
            let tier = tiers.partition_point(|end| end <= at);
            ranked[*at].evidence = Some(Evidence { place: *at, tier, ..evidence });
        }
    }
    let value = |hit: &Ranked| hit.evidence.as_ref().map_or(f32::MIN, Evidence::value);
    let mut start = 0;
    for end in tiers {
        let end = (*end).min(ranked.len());
        // Equal values stay in the order of the first stage.
        ranked[start..end].sort_by(|a, b| value(b).total_cmp(&value(a)));
        start = end;
    }
    Ok(())
}

/// The query, prepared for the second stage.
struct Stage<'a> {
    compiled: &'a Compiled,
    terms: &'a [WeightedTerm<'a>],
    /// The terms that score items, by their numbers.
    pairs: Vec<usize>,
    /// The greatest score that a body can have, by the kind of match.
    greatest: ByKind<f32>,
    /// The greatest score that an item can have.
    greatest_of_item: f32,
    concepts: Vec<WeightedConcept<'a>>,
    /// The groups of strings that texts are checked for, each a bit of a [`GroupSet`]: the strings of each concept, then
    /// the parts of all.
    groups: Vec<StringGroup<'a>>,
}

struct WeightedConcept<'a> {
    idf: f32,
    /// Whether its places in a body are known: those of single characters are not.
    has_places: bool,
    /// Its parts, by their numbers in [`Stage::groups`], each with its share of the concept.
    parts: Vec<(usize, f32)>,
    concept: &'a Concept,
}

/// Alternative strings, each of which satisfies the group.
struct StringGroup<'a> {
    strings: &'a [StringPlan],
    concept: &'a Concept,
}

/// The groups of strings in [`Stage::groups`] that a text holds, a bit each.
type GroupSet = u64;

impl<'a> Stage<'a> {
    fn new(snapshot: &Snapshot, compiled: &'a Compiled, terms: &'a [WeightedTerm<'a>]) -> Result<Stage<'a>> {
        let of_body = |term: &WeightedTerm<'_>| term.term.text == Text::Body;
        let sum = |wanted: &dyn Fn(&WeightedTerm<'_>) -> bool| {
            terms.iter().filter(|term| wanted(term)).map(WeightedTerm::greatest).sum::<f32>()
        };
        let any_of_body = terms.iter().any(of_body);
        let greatest = ByKind::of(|kind| sum(&|term| (of_body(term) || !any_of_body) && term.term.scores(kind)));
        let is_year = |token: &str| compiled.years.iter().any(|year| year.year.to_string() == token);
        let scores_items =
            |term: &WeightedTerm<'_>| of_body(term) && term.term.kind == TokenKind::Pair && !is_year(&term.term.token);
        // The terms with the largest bound come first.
        let pairs: Vec<usize> = (0..terms.len()).filter(|at| scores_items(&terms[*at])).take(MAX_PAIRS).collect();
        let of_items = pairs.iter().map(|at| terms[*at].greatest()).sum();
        let mut concepts = Vec::with_capacity(compiled.concepts.len());
        for concept in &compiled.concepts {
            let has_places = concept.scope.body && concept.strings.iter().any(|string| string.character().is_none());
            concepts.push(WeightedConcept { idf: idf(snapshot, concept)?, has_places, parts: Vec::new(), concept });
        }
        let whole = |concept: &'a Concept| StringGroup { strings: &concept.strings, concept };
        let mut groups: Vec<StringGroup<'a>> = compiled.concepts.iter().map(whole).collect();
        for WeightedConcept { parts, concept, .. } in &mut concepts {
            let length = |part: &StringPlan| part.pattern.len() as f32;
            let all: f32 = concept.parts.iter().map(length).sum();
            for part in concept.parts.iter().take((GroupSet::BITS as usize).saturating_sub(groups.len())) {
                parts.push((groups.len(), length(part) / all));
                groups.push(StringGroup { strings: std::slice::from_ref(part), concept });
            }
        }
        Ok(Stage { compiled, terms, pairs, greatest, greatest_of_item: of_items, concepts, groups })
    }

    /// Opens the readers of a segment for these documents.
    fn open<'s>(&'s self, segment: &'s Segment<'s>, docs: &[DocId]) -> Result<Reader<'s>> {
        let fields = &segment.snapshot.fields;
        let mut body = Tokens::new(segment, fields.body);
        let mut pairs = Vec::with_capacity(self.pairs.len());
        for at in &self.pairs {
            let term = &self.terms[*at];
            if let Some(number) = body.add(&term.term.token, term.located.in_segment(segment.ord))? {
                pairs.push((number, term.greatest()));
            }
        }
        let marks = [body.token(PARAGRAPH_END)?, body.token(SENTENCE_END)?];
        let body = TextReader::open(self, Text::Body, body, docs)?;
        let mut others = Vec::new();
        for text in [Text::Title, Text::Lead, Text::Names, Text::Captions] {
            let other = TextReader::open(self, text, Tokens::new(segment, lower::text(text, fields)), docs)?;
            if !other.is_empty() {
                others.push(other);
            }
        }
        let places = vec![Vec::new(); self.groups.len()];
        Ok(Reader { stage: self, segment, body, pairs, marks, others, places, hits: Vec::new() })
    }

    /// Returns the share of the weight that the held concepts have among those selected by `counts`; 1 if it selects
    /// none.
    fn share(&self, held: GroupSet, counts: impl Fn(&WeightedConcept<'_>) -> bool) -> f32 {
        let is_held = |number: usize| held & (1 << number) != 0;
        let (mut all, mut some) = (0.0, 0.0);
        for (number, concept) in self.concepts.iter().enumerate().filter(|(_, concept)| counts(concept)) {
            all += concept.idf;
            some += concept.idf
                * match is_held(number) {
                    true => 1.0,
                    false => concept.parts.iter().filter(|(part, _)| is_held(*part)).map(|(_, of)| PARTS * of).sum(),
                };
        }
        if all > 0.0 { some / all } else { 1.0 }
    }

    /// Returns the concepts that are held as a whole, a bit each.
    fn concepts(&self, held: GroupSet) -> u32 {
        (held & ((1 << self.concepts.len()) - 1)) as u32
    }
}

/// Returns the inverse document frequency of a concept in the first text of its scope. The number of articles with any
/// of its strings is at most the sum over the strings; that of a string is at most that of its rarest token.
fn idf(snapshot: &Snapshot, concept: &Concept) -> Result<f32> {
    let texts = || concept.scope.texts().map(|(text, _)| text);
    let Some(text) = texts().find(|text| *text == Text::Body).or_else(|| texts().next()) else { return Ok(0.0) };
    let fields = lower::text(text, &snapshot.fields);
    let mut documents = 0;
    for string in &concept.strings {
        documents += match &string.proof {
            Proof::Nothing => 0,
            Proof::Char(c) => snapshot.locate(fields.chars, c.encode_utf8(&mut [0; 4]))?.documents,
            Proof::Pairs(_) if string.as_word && fields.parts.is_some() => {
                let word: String = string.pattern.iter().collect();
                let mut held = snapshot.locate(fields.words, &word)?.documents;
                if let Some(parts) = fields.parts {
                    held += snapshot.locate(parts, &word)?.documents;
                }
                held
            }
            Proof::Pairs(tokens) => {
                let mut rarest = u64::MAX;
                for (token, _) in tokens {
                    rarest = rarest.min(snapshot.locate(fields.pairs, token)?.documents);
                }
                rarest
            }
        };
    }
    Ok(inverse_frequency(documents, snapshot.scored_articles()))
}

/// One text of a segment, with the located strings that are looked for in it.
struct TextReader<'a> {
    text: Text,
    tokens: Tokens<'a>,
    groups: Vec<Vec<LocatedString>>,
    years: Vec<LocatedString>,
}

impl<'a> TextReader<'a> {
    fn open(stage: &Stage<'_>, text: Text, mut tokens: Tokens<'a>, docs: &[DocId]) -> Result<TextReader<'a>> {
        let mut locate = |strings: &[StringPlan]| -> Result<Vec<LocatedString>> {
            let mut located = Vec::with_capacity(strings.len());
            for string in strings {
                located.extend(tokens.string(string, docs)?);
            }
            Ok(located)
        };
        let mut groups = Vec::with_capacity(stage.groups.len());
        for StringGroup { strings, concept } in &stage.groups {
            let is_wanted = concept.scope.texts().any(|(wanted, _)| wanted == text);
            groups.push(if is_wanted { locate(strings)? } else { Vec::new() });
        }
        let mut years = Vec::new();
        if matches!(text, Text::Body | Text::Title | Text::Lead) {
            for year in &stage.compiled.years {
                years.extend(locate(&year.strings)?);
            }
        }
        Ok(TextReader { text, tokens, groups, years })
    }

    fn is_empty(&self) -> bool {
        self.years.is_empty() && self.groups.iter().all(Vec::is_empty)
    }

    /// Returns the places of the years.
    fn years(&self, doc: DocId) -> Vec<Range<u32>> {
        let mut places = Vec::new();
        for string in &self.years {
            self.tokens.places(string, doc, &mut places);
        }
        places
    }
}

/// Reads the evidence of documents from a segment, one by one.
struct Reader<'s> {
    stage: &'s Stage<'s>,
    segment: &'s Segment<'s>,
    body: TextReader<'s>,
    /// The tokens of the body that score items, each with the bound of its contribution.
    pairs: Vec<(usize, f32)>,
    /// The ends of paragraphs and of sentences.
    marks: [Option<usize>; 2],
    others: Vec<TextReader<'s>>,
    /// For each group of strings in [`Stage::groups`], its places in the body of the document, in order.
    places: Vec<Vec<Range<u32>>>,
    /// The positions of the tokens that score items, with their numbers among these.
    hits: Vec<(u32, u32)>,
}

impl Reader<'_> {
    fn evidence(&mut self, doc: DocId, hit: &Ranked) -> Result<Evidence> {
        let stage = self.stage;
        let greatest = stage.greatest[hit.kind];
        self.body.tokens.seek(doc);
        let mut held: GroupSet = 0;
        for (number, (places, strings)) in self.places.iter_mut().zip(&self.body.groups).enumerate() {
            places.clear();
            for string in strings {
                if self.body.tokens.places(string, doc, places) {
                    held |= 1 << number;
                }
            }
            places.sort_unstable_by_key(|place| (place.start, place.end));
        }
        let mut in_title: GroupSet = 0;
        for other in &mut self.others {
            other.tokens.seek(doc);
            let strings = other.groups.iter().enumerate();
            let holds =
                |strings: &[LocatedString]| strings.iter().any(|s| other.tokens.places(s, doc, &mut Vec::new()));
            let own = strings.filter(|(_, strings)| holds(strings)).fold(0, |own, (number, _)| own | 1 << number);
            held |= own;
            in_title |= if other.text == Text::Title { own } else { 0 };
        }
        let items = {
            let of = |mark: Option<usize>| mark.map_or(&[][..], |number| self.body.tokens.positions(number));
            items(of(self.marks[0]), of(self.marks[1]))
        };
        let has_places = |concept: &WeightedConcept<'_>| concept.has_places;
        let (mut heading, mut in_heading) = (stage.share(in_title, has_places), in_title);
        for range in &items.headings {
            let own = self.groups_in(range);
            let share = INNER_HEADING * stage.share(own, has_places);
            if share > heading {
                (heading, in_heading) = (share, own);
            }
        }
        let mut evidence = Evidence {
            place: 0,
            tier: 0,
            first: if greatest > 0.0 { hit.score / greatest } else { 0.0 },
            item: 0.0,
            coverage: stage.share(held, |_| true),
            item_coverage: 0.0,
            proximity: self.proximity(&items),
            heading,
            is_full: hit.kind == Kind::Full,
            has_year: None,
            passage: None,
            held: stage.concepts(held),
            in_passage: 0,
            in_heading: stage.concepts(in_heading),
        };
        self.best(&items.passages, &mut evidence);
        evidence.has_year = self.has_year(doc, &items, evidence.passage)?;
        Ok(evidence)
    }

    /// Finds the passage with the greatest value, the first of equals. None if all are without value.
    fn best(&mut self, passages: &[Range<u32>], evidence: &mut Evidence) {
        self.hits.clear();
        for (at, (number, _)) in (0..).zip(&self.pairs) {
            self.hits.extend(self.body.tokens.positions(*number).iter().map(|position| (*position, at)));
        }
        self.hits.sort_unstable();
        let mut frequencies = vec![0u32; self.pairs.len()];
        let mut most = 0.0;
        for passage in passages {
            let from = self.hits.partition_point(|(position, _)| *position < passage.start);
            let count = self.hits[from..].partition_point(|(position, _)| *position < passage.end);
            let inside = &self.hits[from..from + count];
            inside.iter().for_each(|(_, at)| frequencies[*at as usize] += 1);
            let norm = K1 * (1.0 - B + B * (passage.end - passage.start) as f32 / MEAN_ITEM);
            let mut score = 0.0;
            for (_, at) in inside {
                // Each token is added at its first place.
                let frequency = std::mem::take(&mut frequencies[*at as usize]) as f32;
                score += self.pairs[*at as usize].1 * frequency / (frequency + norm);
            }
            let greatest = self.stage.greatest_of_item;
            let item = if greatest > 0.0 { score / greatest } else { 0.0 };
            let own = self.groups_in(passage);
            let coverage = self.stage.share(own, |concept| concept.has_places);
            let value = ITEM * item + ITEM_COVERAGE * coverage;
            if value > most && (score > 0.0 || own != 0) {
                most = value;
                evidence.passage = Some((passage.start, passage.end));
                (evidence.item, evidence.item_coverage) = (item, coverage);
                evidence.in_passage = self.stage.concepts(own);
            }
        }
    }

    /// Returns the groups of strings that stand in a range of the body.
    fn groups_in(&self, range: &Range<u32>) -> GroupSet {
        let stands = |places: &[Range<u32>]| {
            let from = places.partition_point(|place| place.start < range.start);
            places[from..].iter().take_while(|place| place.start < range.end).any(|place| place.end <= range.end)
        };
        let standing = self.places.iter().enumerate().filter(|(_, places)| stands(places));
        standing.fold(0, |own, (number, _)| own | 1 << number)
    }

    /// Returns the nearness of the concepts to each other within an item of the body, over all pairs of them weighted by
    /// the more frequent one. The end of one item is not near the beginning of the next. A single concept that stands in
    /// the body is as near as can be.
    fn proximity(&self, items: &Items) -> f32 {
        let concepts: Vec<(f32, &[Range<u32>])> = self
            .stage
            .concepts
            .iter()
            .zip(&self.places)
            .filter(|(concept, _)| concept.has_places)
            .map(|(concept, places)| (concept.idf, places.as_slice()))
            .collect();
        if let [(_, places)] = concepts.as_slice() {
            return if places.is_empty() { 0.0 } else { 1.0 };
        }
        let (mut all, mut near) = (0.0, 0.0);
        for (number, (idf, places)) in concepts.iter().enumerate() {
            for (other_idf, others) in &concepts[number + 1..] {
                let weight = idf.min(*other_idf);
                all += weight;
                near += gap(places, others, items).map_or(0.0, |gap| weight / (1.0 + gap as f32 / HALF_NEAR));
            }
        }
        if all > 0.0 { near / all } else { 0.0 }
    }

    /// Whether the date, the title or another short text, or the item with the best passage has a year that the query
    /// names. Of a digest, the year of another item does not count.
    fn has_year(&self, doc: DocId, items: &Items, passage: Option<(u32, u32)>) -> Result<Option<bool>> {
        let years = &self.stage.compiled.years;
        if years.is_empty() {
            return Ok(None);
        }
        let seconds = self.segment.fast_fields().i64("date")?.first(doc);
        let date = seconds.and_then(|seconds| Date::from_day_number(seconds.div_euclid(DAY)));
        let is_of_year = date.is_some_and(|date| years.iter().any(|year| year.year == date.year()));
        let is_there = |place: &Range<u32>| passage.is_none_or(|(start, _)| items.of(place.start) == items.of(start));
        let in_body = self.body.years(doc).iter().any(is_there);
        let in_others = || self.others.iter().any(|text| !text.years(doc).is_empty());
        Ok(Some(is_of_year || in_body || in_others()))
    }
}

/// Returns the least number of characters between places of two lists, both in order, that are in one item; none if no
/// two are.
fn gap(left: &[Range<u32>], right: &[Range<u32>], items: &Items) -> Option<u32> {
    let (mut l, mut r) = (0, 0);
    let mut least = None;
    while let (Some(a), Some(b)) = (left.get(l), right.get(r)) {
        let gap = if a.start <= b.start { b.start.saturating_sub(a.end) } else { a.start.saturating_sub(b.end) };
        // The nearest two of an item are neighbours in the order of both lists, so they meet here.
        if least.is_none_or(|least| gap < least) && items.of(a.start) == items.of(b.start) {
            least = Some(gap);
            if gap == 0 {
                break;
            }
        }
        if a.start <= b.start { l += 1 } else { r += 1 }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_gap_of_two_lists() {
        // A digest of two items with headings: the paragraphs end at 10, 40, 50 and 90.
        let digest = items(&[10, 40, 50, 90], &[10, 39, 50, 89]);
        assert_eq!([0, 11, 40, 41, 89].map(|position| digest.of(position)), [1, 1, 1, 2, 2]);
        let check = |left: &[Range<u32>], right: &[Range<u32>], whole: Option<u32>, in_items: Option<u32>| {
            for (items, expect) in [(&Items::default(), whole), (&digest, in_items)] {
                assert_eq!(gap(left, right, items), expect);
                assert_eq!(gap(right, left, items), expect);
            }
        };
        check(&[0..2, 50..52], &[20..22, 47..49], Some(1), Some(1));
        check(&[0..2], &[2..4], Some(0), Some(0));
        check(&[0..4], &[1..3], Some(0), Some(0));
        check(&[10..12], &[0..2, 30..32], Some(8), Some(8));
        check(&[], &[0..2], None, None);
        check(&[38..40], &[41..43], Some(1), None);
        check(&[10..12, 38..40], &[41..43, 60..62], Some(1), None);
        check(&[10..12, 38..40, 80..82], &[0..2, 41..43], Some(1), Some(8));
        check(&[38..40, 70..72], &[41..43], Some(1), Some(27));
    }
}
