//! Evaluates a plan on a segment: finds the documents that satisfy it.

use std::collections::HashMap;

use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{DocAddress, DocId};

use super::alternatives::Alternatives;
use super::bits::Bits;
use super::lower;
use super::proximity::{self, Proved};
use super::reading;
use super::segment::{Segment, read};
use super::strings::{self, term_documents};
use crate::article::Article;
use crate::error::Result;
use crate::index::Snapshot;
use crate::index::schema::Fields;
use crate::search::compile::needle::{Needle, fold_into};
use crate::search::compile::plan::{Plan, Scope, Text, Word};
use crate::search::compile::string::StringPlan;

/// If fewer than one document in this many are within, their dates are looked up one by one, which takes less time than
/// reading all dates.
const FEW: u64 = 4;
/// The number of dates that are looked up at once.
const AT_ONCE: usize = 64;

/// The cost of looking up one term, in steps through the list of all terms.
const LOOKUPS_A_STEP: usize = 16;
/// If there are more candidates for a pattern, all runs of letters and digits in the index are read to narrow them.
const MIN_NARROWED: u64 = 1_000;
/// The most strings whose documents are remembered for plans that need them again: a bit for each document.
const MAX_REMEMBERED: usize = 64;

/// Evaluates the plans of one query, or of several that are compared, on a segment.
pub struct Matcher<'a> {
    segment: &'a Segment<'a>,
    fields: &'a Fields,
    /// The documents of strings, each as a string or as a word, which several plans share.
    strings: HashMap<(&'a [char], bool, Scope), Bits>,
    /// The documents of needles that were scanned for together.
    scanned: Vec<(&'a Needle, Scope, Bits)>,
}

impl<'a> Matcher<'a> {
    /// Creates a matcher of plans on this segment.
    pub fn new(segment: &'a Segment<'a>) -> Matcher<'a> {
        Matcher { segment, fields: &segment.snapshot.fields, strings: HashMap::new(), scanned: Vec::new() }
    }

    /// Returns the documents that satisfy the plan, without deleted ones. If `within` is given, only the documents in
    /// it are decided.
    ///
    /// # Errors
    /// If an index file can't be read; [`crate::error::Error::Interrupted`] if the control of a segment asks to stop.
    pub fn documents(&mut self, plan: &'a Plan, within: Option<&Bits>) -> Result<Bits> {
        let mut found = self.plan(plan, within)?;
        if let Some(alive) = self.segment.alive_bitset() {
            let dead: Vec<DocId> = found.iter().filter(|doc| !alive.is_alive(*doc)).collect();
            dead.into_iter().for_each(|doc| found.remove(doc));
        }
        Ok(found)
    }

    /// Returns the documents that satisfy the plan. If `within` is given, only the documents in it are decided, so that
    /// texts of others are not read.
    fn plan(&mut self, plan: &'a Plan, within: Option<&Bits>) -> Result<Bits> {
        let max_doc = self.segment.max_doc();
        self.segment.tick()?;
        match plan {
            Plan::All => Ok(Bits::full(max_doc)),
            Plan::Nothing => Ok(Bits::empty(max_doc)),
            Plan::String(string, scope) => {
                let mut found = Bits::empty(max_doc);
                self.string(string, *scope, &mut found)?;
                self.add_other_forms(string, *scope, within, &mut found)?;
                Ok(found)
            }
            Plan::Words(words, scope) => self.all_words(words, *scope, within),
            Plan::AnyWord(words, scope) => {
                let mut any = Bits::empty(max_doc);
                for word in words {
                    any.or(&self.word(word, *scope, within)?);
                    for part in &word.parts {
                        any.or(&self.all_strings(part, *scope, within)?);
                    }
                }
                Ok(any)
            }
            Plan::Term(words, synonyms, scope) => {
                let mut any = match words.as_slice() {
                    [] => Bits::empty(max_doc),
                    words => self.all_words(words, *scope, within)?,
                };
                for synonym in synonyms {
                    self.add_string(synonym, *scope, within, &mut any)?;
                }
                Ok(any)
            }
            Plan::Key(key, value) => self.key(lower::key(*key, self.fields), value),
            Plan::Date(from, to) => self.date(*from, *to, within),
            Plan::Scan(needle, scope, candidates) => {
                let is_same = |(other, of, _): &&(&Needle, Scope, Bits)| *other == needle && of == scope;
                if let Some((_, _, found)) = self.scanned.iter().find(is_same) {
                    return Ok(found.clone());
                }
                let (mut found, mut open) = self.before_scan(needle, *scope, candidates, within)?;
                self.scan(&[needle], *scope, &mut open)?;
                found.or(&open);
                Ok(found)
            }
            Plan::Margin(inner) => self.margin(inner),
            Plan::And(plans) => self.all(plans, within),
            Plan::Or(plans) => {
                if let Some(found) = self.alternatives(plans, within)? {
                    return Ok(found);
                }
                let mut any = Bits::empty(max_doc);
                // The documents that one alternative has found need not be decided by the others.
                let mut left = within.cloned().unwrap_or_else(|| Bits::full(max_doc));
                for plan in plans {
                    let found = self.plan(plan, Some(&left))?;
                    any.or(&found);
                    left.and_not(&found);
                }
                Ok(any)
            }
            Plan::Not(plan) => {
                let mut found = self.plan(plan, within)?;
                found.negate();
                Ok(found)
            }
        }
    }

    /// Returns the documents that satisfy any of several NEAR, 同句: or 同段: with one rule; none for other plans.
    fn alternatives(&mut self, plans: &'a [Plan], within: Option<&Bits>) -> Result<Option<Bits>> {
        let scan = |plan: &'a Plan| match plan {
            Plan::Scan(needle, scope, _) => Some((needle, *scope)),
            _ => None,
        };
        let Some(scans) = plans.iter().map(scan).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let Some((_, scope)) = scans.first().copied().filter(|_| scans.len() > 1) else { return Ok(None) };
        if scans.iter().any(|(_, other)| *other != scope) {
            return Ok(None);
        }
        let Some(all) = Alternatives::of(scans.iter().map(|(needle, _)| *needle)) else { return Ok(None) };
        let Some(Proved { mut found, mut open }) = all.documents(scope, self.segment, self.fields, within)? else {
            return Ok(None);
        };
        // Positions tell of strings as they are typed.
        open.or(&self.other_forms(all.strings(), scope)?);
        if let Some(within) = within {
            open.and(within);
        }
        open.and_not(&found);
        let needles: Vec<&Needle> = scans.iter().map(|(needle, _)| *needle).collect();
        self.scan(&needles, scope, &mut open)?;
        found.or(&open);
        Ok(Some(found))
    }

    /// Returns the documents that certainly hold the needle of a scan, and those whose texts must be looked at.
    fn before_scan(
        &mut self,
        needle: &Needle,
        scope: Scope,
        candidates: &'a Plan,
        within: Option<&Bits>,
    ) -> Result<(Bits, Bits)> {
        let (found, mut open) = match proximity::documents(needle, scope, self.segment, self.fields, within)? {
            Some(Proved { found, mut open }) => {
                // Positions tell of strings as they are typed.
                let strings: Vec<StringPlan> = needle.strings().map(|s| StringPlan::new(&s)).collect();
                open.or(&self.other_forms(&strings, scope)?);
                open.and_not(&found);
                (found, open)
            }
            None => {
                let mut open = self.plan(candidates, within)?;
                let is_worth_it = open.count() > MIN_NARROWED;
                if let Some(with_runs) = is_worth_it
                    .then(|| proximity::with_runs(needle, scope, self.segment, self.fields))
                    .transpose()?
                    .flatten()
                {
                    open.and(&with_runs);
                }
                (Bits::empty(self.segment.max_doc()), open)
            }
        };
        if let Some(within) = within {
            open.and(within);
        }
        Ok((found, open))
    }

    /// Evaluates those of several plans that are scans, or the opposite of one, and keeps what they find. A text that
    /// several of them must look at is read once.
    ///
    /// # Errors
    /// Same as [`Matcher::documents`].
    pub fn scan_together(&mut self, plans: impl Iterator<Item = &'a Plan>) -> Result<()> {
        let mut scans: Vec<(&'a Needle, Scope, Bits, Bits)> = Vec::new();
        for plan in plans {
            let plan = if let Plan::Not(inner) = plan { inner.as_ref() } else { plan };
            let Plan::Scan(needle, scope, candidates) = plan else { continue };
            if !scans.iter().any(|(other, of, ..)| *other == needle && of == scope) {
                let (found, open) = self.before_scan(needle, *scope, candidates, None)?;
                scans.push((needle, *scope, found, open));
            }
        }
        let mut all = Bits::empty(self.segment.max_doc());
        scans.iter().for_each(|(.., open)| all.or(open));
        let docs: Vec<DocId> = all.iter().filter(|doc| !self.segment.is_deleted(*doc)).collect();
        let Segment { snapshot, ord, .. } = *self.segment;
        let holds = |doc: &DocId, folded: &mut Vec<char>| {
            let mut held: Vec<bool> = vec![false; scans.len()];
            let Ok(article) = snapshot.searched_texts(DocAddress::new(ord as u32, *doc)) else {
                // As in a scan by itself.
                return Ok(vec![true; scans.len()]);
            };
            let all = Scope { captions: scans.iter().any(|(_, scope, ..)| scope.captions), ..Scope::ALL };
            for (one, _) in all.texts() {
                for text in texts_of(&article, one) {
                    let folded = fold_into(text, folded);
                    for (held, (needle, scope, _, open)) in held.iter_mut().zip(&scans) {
                        let is_asked = !*held && scope.texts().any(|(text, _)| text == one) && open.contains(*doc);
                        *held = *held || (is_asked && needle.is_in(folded));
                    }
                }
            }
            Ok(held)
        };
        let mut held_in: Vec<Bits> = scans.iter().map(|(_, _, found, _)| found.clone()).collect();
        reading::each(snapshot, &docs, self.segment.control(), holds, |doc, held| {
            let open = scans.iter().map(|(.., open)| open.contains(*doc));
            for ((held_in, held), is_open) in held_in.iter_mut().zip(held).zip(open) {
                if held && is_open {
                    held_in.insert(*doc);
                }
            }
            Ok(())
        })?;
        let scanned = scans.into_iter().zip(held_in).map(|((needle, scope, ..), found)| (needle, scope, found));
        self.scanned.extend(scanned);
        Ok(())
    }

    /// Evaluates a conjunction. Plans that read texts come last, when few documents are left.
    fn all(&mut self, plans: &'a [Plan], within: Option<&Bits>) -> Result<Bits> {
        let (scans, others): (Vec<&'a Plan>, Vec<&'a Plan>) = plans.iter().partition(|plan| looks_at_texts(plan));
        let mut all = within.cloned().unwrap_or_else(|| Bits::full(self.segment.max_doc()));
        for plan in others.into_iter().chain(scans) {
            if all.is_empty() {
                break;
            }
            all.and(&self.plan(plan, Some(&all))?);
        }
        Ok(all)
    }

    fn all_words(&mut self, words: &'a [Word], scope: Scope, within: Option<&Bits>) -> Result<Bits> {
        let mut all: Option<Bits> = None;
        for word in words {
            let found = self.word(word, scope, all.as_ref().or(within))?;
            match all.as_mut() {
                Some(all) => all.and(&found),
                None => all = Some(found),
            }
        }
        Ok(all.unwrap_or_else(|| Bits::empty(self.segment.max_doc())))
    }

    fn all_strings(&mut self, strings: &'a [StringPlan], scope: Scope, within: Option<&Bits>) -> Result<Bits> {
        let mut all = within.cloned().unwrap_or_else(|| Bits::full(self.segment.max_doc()));
        for string in strings {
            let mut found = Bits::empty(self.segment.max_doc());
            self.add_string(string, scope, Some(&all), &mut found)?;
            all.and(&found);
        }
        Ok(all)
    }

    fn word(&mut self, word: &'a Word, scope: Scope, within: Option<&Bits>) -> Result<Bits> {
        let mut found = Bits::empty(self.segment.max_doc());
        for string in word.strings() {
            self.add_string(string, scope, within, &mut found)?;
        }
        Ok(found)
    }

    /// Adds the documents that hold a string.
    fn add_string(
        &mut self,
        string: &'a StringPlan,
        scope: Scope,
        within: Option<&Bits>,
        found: &mut Bits,
    ) -> Result<()> {
        if !string.verify {
            found.or(self.remembered(string, scope)?);
            return self.add_other_forms(string, scope, within, found);
        }
        let mut candidates = self.other_forms([string], scope)?;
        self.string(string, scope, &mut candidates)?;
        if let Some(within) = within {
            candidates.and(within);
        }
        self.scan(&[&Needle::String(string.pattern.clone())], scope, &mut candidates)?;
        found.or(&candidates);
        Ok(())
    }

    /// Adds the documents that hold a string with a number of it in its other form.
    fn add_other_forms(
        &self,
        string: &StringPlan,
        scope: Scope,
        within: Option<&Bits>,
        found: &mut Bits,
    ) -> Result<()> {
        if string.forms.is_empty() {
            return Ok(());
        }
        let mut candidates = self.other_forms([string], scope)?;
        candidates.and_not(found);
        if let Some(within) = within {
            candidates.and(within);
        }
        self.scan(&[&Needle::String(string.pattern.clone())], scope, &mut candidates)?;
        found.or(&candidates);
        Ok(())
    }

    /// Returns the documents that may hold one of these strings with a number in its other form.
    fn other_forms<'s>(&self, strings: impl IntoIterator<Item = &'s StringPlan>, scope: Scope) -> Result<Bits> {
        let mut found = Bits::empty(self.segment.max_doc());
        let mut forms = strings.into_iter().flat_map(|string| &string.forms);
        forms.try_for_each(|form| self.string(form, scope, &mut found))?;
        Ok(found)
    }

    fn remembered(&mut self, string: &'a StringPlan, scope: Scope) -> Result<&Bits> {
        let key = (string.pattern.as_slice(), string.as_word, scope);
        if !self.strings.contains_key(&key) {
            if self.strings.len() == MAX_REMEMBERED {
                self.strings.clear();
            }
            let mut found = Bits::empty(self.segment.max_doc());
            self.string(string, scope, &mut found)?;
            self.strings.insert(key, found);
        }
        Ok(&self.strings[&key])
    }

    fn string(&self, string: &StringPlan, scope: Scope, found: &mut Bits) -> Result<()> {
        lower::texts(scope, self.fields).try_for_each(|(text, _)| strings::documents(string, self.segment, text, found))
    }

    fn key(&self, field: Field, value: &str) -> Result<Bits> {
        let mut found = Bits::empty(self.segment.max_doc());
        term_documents(self.segment, field, value, &mut found)?;
        Ok(found)
    }

    /// Returns the documents of these dates. If there are few documents within, their dates are looked up one by one.
    fn date(&self, from: i64, to: i64, within: Option<&Bits>) -> Result<Bits> {
        let max_doc = self.segment.max_doc();
        let mut found = Bits::empty(max_doc);
        let dates = self.segment.fast_fields().i64("date")?;
        let docs = match within.filter(|within| within.count() * FEW < u64::from(max_doc)) {
            Some(within) => within.to_vec(),
            None => {
                let mut docs = Vec::new();
                if from <= to {
                    dates.get_docids_for_value_range(from..=to, 0..max_doc, &mut docs);
                }
                docs
            }
        };
        // tantivy returns the earliest article of a segment for a range that ends before it, too; so each date is
        // checked.
        let mut seconds = [None; AT_ONCE];
        for docs in docs.chunks(AT_ONCE) {
            let seconds = &mut seconds[..docs.len()];
            seconds.fill(None);
            dates.first_vals(docs, seconds);
            let inside = |seconds: &Option<i64>| seconds.is_some_and(|seconds| (from..=to).contains(&seconds));
            docs.iter().zip(seconds).filter(|(_, seconds)| inside(seconds)).for_each(|(doc, _)| found.insert(*doc));
        }
        Ok(found)
    }

    /// Returns the documents with a line in their margin that satisfies the plan.
    fn margin(&self, plan: &Plan) -> Result<Bits> {
        let mut found = Bits::empty(self.segment.max_doc());
        let lines = margin_lines(self.segment.snapshot, plan)?;
        if lines.is_empty() {
            return Ok(found);
        }
        let field = self.fields.lines;
        let inverted = self.segment.inverted_index(field)?;
        let terms = inverted.terms();
        let mut take = |info: &TermInfo| {
            self.segment.documents(field, info, |docs| docs.iter().for_each(|doc| found.insert(*doc)))
        };
        if lines.len() * LOOKUPS_A_STEP < terms.num_terms() {
            for line in lines {
                if let Some(info) = read(terms.get(line.to_be_bytes()))? {
                    take(&info)?;
                }
            }
        } else {
            let mut stream = read(terms.stream())?;
            while let Some((term, info)) = stream.next() {
                let line = term.try_into().map(u32::from_be_bytes);
                if line.is_ok_and(|line| lines.binary_search(&line).is_ok()) {
                    take(info)?;
                }
            }
        }
        Ok(found)
    }

    /// Keeps the documents whose text holds any of the needles.
    fn scan(&self, needles: &[&Needle], scope: Scope, found: &mut Bits) -> Result<()> {
        let Segment { snapshot, ord, .. } = *self.segment;
        let docs: Vec<DocId> = found.iter().filter(|doc| !self.segment.is_deleted(*doc)).collect();
        let holds = |doc: &DocId, folded: &mut Vec<char>| {
            // A document that can't be read is named where hits are shown, so it is no error here.
            let Ok(article) = snapshot.searched_texts(DocAddress::new(ord as u32, *doc)) else { return Ok(true) };
            let mut texts = texts(&article, scope).into_iter();
            Ok(texts.any(|text| needles.iter().any(|needle| needle.is_in_printed(text, folded))))
        };
        reading::each(snapshot, &docs, self.segment.control(), holds, |doc, holds| {
            if !holds {
                found.remove(*doc);
            }
            Ok(())
        })
    }
}

/// Returns the numbers of the lines of margins that satisfy a plan by their body, in order.
fn margin_lines(snapshot: &Snapshot, plan: &Plan) -> Result<Vec<u32>> {
    // A snapshot of margins has lines of its own; one of articles without margins has none.
    let snapshot = snapshot.margin().unwrap_or(snapshot);
    let mut lines = Vec::new();
    for segment in Segment::all(snapshot) {
        let numbers = segment.fast_fields().u64("line")?;
        if numbers.max_value() > 0 {
            let found = Matcher::new(&segment).documents(plan, None)?;
            lines.extend(found.iter().filter_map(|doc| numbers.first(doc)).map(|number| number as u32));
        }
    }
    lines.sort_unstable();
    Ok(lines)
}

/// Returns the pages without an article that satisfy a plan, by their addresses in [`Snapshot::margin`]. There are none
/// unless the plan asks for margins.
///
/// # Errors
/// If an index file can't be read.
pub fn pages(snapshot: &Snapshot, plan: &Plan) -> Result<Vec<DocAddress>> {
    let mut pages = Vec::new();
    let Some(margin) = snapshot.margin().filter(|_| plan.asks_for_margins()) else { return Ok(pages) };
    for segment in Segment::all(margin) {
        let lines = segment.fast_fields().u64("line")?;
        let found = Matcher::new(&segment).documents(plan, None)?;
        let found = found.iter().filter(|doc| lines.first(*doc).is_none());
        pages.extend(found.map(|doc| DocAddress::new(segment.ord as u32, doc)));
    }
    Ok(pages)
}

/// Returns the texts of an article in a scope; no string crosses from one to another.
pub fn texts(article: &Article, scope: Scope) -> Vec<&str> {
    scope.texts().flat_map(|(text, _)| texts_of(article, text)).collect()
}

/// Returns the texts of one kind.
fn texts_of(article: &Article, text: Text) -> Vec<&str> {
    match text {
        Text::Title => vec![article.title.as_str()],
        Text::Lead => article.lead.iter().map(String::as_str).collect(),
        Text::Body => vec![article.body.as_str()],
        Text::Captions => article.captions().collect(),
        Text::Names => article.credits.iter().map(|credit| credit.name.as_str()).collect(),
    }
}

fn looks_at_texts(plan: &Plan) -> bool {
    match plan {
        Plan::Scan(..) => true,
        Plan::String(string, _) => is_open(string),
        Plan::Words(words, _) => words.iter().any(|word| word.strings().any(is_open)),
        Plan::AnyWord(words, _) => {
            words.iter().any(|word| word.strings().chain(word.parts.iter().flatten()).any(is_open))
        }
        Plan::Term(words, synonyms, _) => words.iter().flat_map(Word::strings).chain(synonyms).any(is_open),
        Plan::And(plans) | Plan::Or(plans) => plans.iter().any(looks_at_texts),
        Plan::Not(plan) => looks_at_texts(plan),
        _ => false,
    }
}

/// Whether texts must be looked at for a string.
fn is_open(string: &StringPlan) -> bool {
    string.verify || !string.forms.is_empty()
}
