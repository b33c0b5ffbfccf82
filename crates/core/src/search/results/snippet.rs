//! Snippets and marks: the one or two passages of an article that hold the most of the query, with exact marks.
//!
//! An article and the marks to make flow in; texts with ranges in Unicode characters flow out. Strings are found first;
//! only the runs of Chinese that hold one are segmented, to distinguish words from characters that cross word
//! boundaries.

use std::ops::Range;

use serde::Serialize;

use super::fits::{Parts, fits};
use crate::article::Block;
use crate::index::DecodedArticle;
use crate::search::compile::needle::Needle;
use crate::search::compile::plan::Mark;
use gongxun_text::fold::fold_char;
use gongxun_text::segment::Segmenter;
use gongxun_text::strings::{self, Class, ends_sentence};
use gongxun_text::words::Text;

/// The default length of a snippet, in characters.
pub const DEFAULT_LENGTH: usize = 100;
/// The shortest and the longest snippet.
pub const LENGTHS: (usize, usize) = (20, 2_000);
/// The sign in place of text that was left out.
const ELLIPSIS: char = '…';
/// The most bytes that nearly all characters take.
const MAX_COMMON_BYTES: usize = 3;
/// The most occurrences in one text that are examined; a longer text is marked up to there.
const MAX_OCCURRENCES: usize = 2_000;

/// A text with marks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Marked {
    /// The text.
    pub text: String,
    /// The marks: half-open ranges in Unicode characters of the text, in order, which do not overlap.
    pub marks: Vec<Range<usize>>,
}

/// A part of a marked text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part<'a> {
    /// The text.
    pub text: &'a str,
    /// Whether the query matched it.
    pub is_marked: bool,
}

impl Marked {
    /// Creates a text with its marks, in characters.
    pub fn new(text: impl Into<String>, marks: Vec<Range<usize>>) -> Marked {
        Marked { text: text.into(), marks }
    }

    /// Returns the text in parts, marked ones and others, in order; none of them is empty.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let mut parts: Vec<Part<'_>> = Vec::with_capacity(2 * self.marks.len() + 1);
        let mut rest = self.text.as_str();
        let mut at = 0;
        let mut take = |end: usize, is_marked: bool| {
            let length = rest.char_indices().nth(end - at).map_or(rest.len(), |(byte, _)| byte);
            let (text, left) = rest.split_at(length);
            (rest, at) = (left, end);
            if !text.is_empty() {
                parts.push(Part { text, is_marked });
            }
        };
        let mut end = 0;
        for mark in self.marks.iter() {
            // Marks should be in order; overlapping or unordered ones are trimmed.
            let mark = mark.start.max(end)..mark.end.max(end);
            take(mark.start, false);
            take(mark.end, true);
            end = mark.end;
        }
        take(usize::MAX, false);
        parts.into_iter()
    }

    /// Formats the text as HTML: escaped, each mark between `open` and `close`, which are inserted as they are.
    ///
    /// ```
    /// # use gongxun_core::search::snippet::Marked;
    /// let marked = Marked::new("工会<1>", vec![0..2]);
    /// assert_eq!(marked.to_html("<b>", "</b>"), "<b>工会</b>&lt;1&gt;");
    /// ```
    pub fn to_html(&self, open: &str, close: &str) -> String {
        let mut html = String::with_capacity(self.text.len() + self.marks.len() * (open.len() + close.len()));
        for part in self.parts() {
            html.push_str(if part.is_marked { open } else { "" });
            for c in part.text.chars() {
                match c {
                    '&' => html.push_str("&amp;"),
                    '<' => html.push_str("&lt;"),
                    '>' => html.push_str("&gt;"),
                    '"' => html.push_str("&quot;"),
                    '\'' => html.push_str("&#39;"),
                    c => html.push(c),
                }
            }
            html.push_str(if part.is_marked { close } else { "" });
        }
        html
    }
}

/// The marks on the texts beside the snippet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Marks {
    /// In the title.
    pub title: Vec<Range<usize>>,
    /// In each of the authors' names.
    pub authors: Vec<Vec<Range<usize>>>,
    /// In the editor's name.
    pub editor: Vec<Range<usize>>,
    /// In the source.
    pub source: Vec<Range<usize>>,
}

/// The marks on a whole article, in half-open ranges of Unicode characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArticleMarks {
    /// In the title.
    pub title: Vec<Range<usize>>,
    /// In the lead.
    pub lead: Vec<Range<usize>>,
    /// In the body.
    pub body: Vec<Range<usize>>,
    /// In the name of each credit.
    pub credits: Vec<Vec<Range<usize>>>,
}

/// An occurrence in a text: its range, and the number of its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Occurrence {
    range: Range<usize>,
    mark: usize,
}

/// Marks articles and cuts snippets from them, for one query.
pub struct Highlighter<'a> {
    marks: &'a [Mark],
    parts: Parts<'a>,
    /// The fold of the current name.
    name: Vec<char>,
}

impl<'a> Highlighter<'a> {
    /// Creates a highlighter of these marks.
    pub fn new(marks: &'a [Mark], segmenter: &'a Segmenter) -> Highlighter<'a> {
        Highlighter { marks, parts: Parts::new(segmenter), name: Vec::new() }
    }

    /// Makes the snippet of an article, of about `length` characters. If the article was ranked by one item of its
    /// body, a range of characters, the snippet shows that; a second passage may stand anywhere.
    pub fn snippet(&mut self, page: &DecodedArticle, length: usize, item: Option<Range<usize>>) -> Marked {
        let length = length.clamp(LENGTHS.0, LENGTHS.1);
        let body = Found::new(&page.body, self.marks, |mark| mark.scope.body);
        if !body.all.is_empty() {
            return passages(body, &mut self.parts, length, item);
        }
        let lead = Text::of(page.article.lead.as_deref().unwrap_or(""));
        let in_lead = Found::new(&lead, self.marks, |mark| mark.scope.lead);
        let in_lead_only = !in_lead.all.is_empty() || page.body.printed.is_empty();
        passages(if in_lead_only { in_lead } else { body }, &mut self.parts, length, None)
    }

    /// Returns the marks on the title and the names of an article. A filter makes no marks, so the source has none.
    pub fn marks(&mut self, DecodedArticle { article, title, .. }: &DecodedArticle) -> Marks {
        Marks {
            title: self.ranges(title, |mark| mark.scope.title),
            authors: article.authors().iter().map(|name| self.in_name(name)).collect(),
            editor: article.editor().map(|name| self.in_name(name)).unwrap_or_default(),
            source: Vec::new(),
        }
    }

    /// The marks on all texts of an article.
    pub fn in_article(&mut self, DecodedArticle { article, title, body }: &DecodedArticle) -> ArticleMarks {
        let mut in_body = self.ranges(body, |mark| mark.scope.body);
        let captions = self.ranges(body, |mark| mark.scope.captions && !mark.scope.body);
        if !captions.is_empty() {
            let lines = lines_of(&body.printed, &article.blocks, Block::Caption);
            let inside = |found: &Range<usize>| lines.iter().any(|l| l.start <= found.start && found.end <= l.end);
            in_body.extend(captions.into_iter().filter(inside));
            in_body.sort_unstable_by_key(|range| (range.start, range.end));
        }
        ArticleMarks {
            title: self.ranges(title, |mark| mark.scope.title),
            lead: self.ranges(&Text::of(article.lead.as_deref().unwrap_or("")), |mark| mark.scope.lead),
            body: merged(in_body.into_iter()),
            credits: article.credits.iter().map(|credit| self.in_name(&credit.name)).collect(),
        }
    }

    fn in_name(&mut self, name: &str) -> Vec<Range<usize>> {
        let wanted = |mark: &Mark| mark.scope.names;
        // Hardly any name has a mark.
        self.name.clear();
        self.name.extend(name.chars().map(fold_char));
        if !self.marks.iter().any(|mark| wanted(mark) && mark.needle.is_in(&self.name)) {
            return Vec::new();
        }
        self.ranges(&Text::of(name), wanted)
    }

    fn ranges(&mut self, text: &Text, wanted: fn(&Mark) -> bool) -> Vec<Range<usize>> {
        let mut found = Found::new(text, self.marks, wanted);
        found.keep_words(&mut self.parts);
        merged(found.all.into_iter().map(|o| o.range))
    }
}

/// The occurrences of the marks in a text.
struct Found<'a> {
    text: &'a Text,
    /// All occurrences, in order.
    all: Vec<Occurrence>,
    marks: &'a [Mark],
}

impl<'a> Found<'a> {
    fn new(text: &'a Text, marks: &'a [Mark], wanted: fn(&Mark) -> bool) -> Found<'a> {
        let mut all = Vec::new();
        for (number, mark) in marks.iter().enumerate().filter(|(_, mark)| wanted(mark)) {
            let occurrence = |range| Occurrence { range, mark: number };
            match &mark.needle {
                Needle::String(string) => {
                    all.extend(strings::find(&text.folded, string).take(MAX_OCCURRENCES).map(occurrence));
                }
                other => all.extend(other.find(&text.folded).into_iter().take(MAX_OCCURRENCES).map(occurrence)),
            }
        }
        all.sort_unstable_by_key(|o| (o.range.start, o.range.end, o.mark));
        Found { text, all, marks }
    }

    /// Whether no occurrence in these ranges cuts through a word.
    fn are_words(&self, ranges: &[Range<usize>], parts: &mut Parts<'_>) -> bool {
        let inside = |o: &&Occurrence| ranges.iter().any(|r| r.start <= o.range.start && o.range.end <= r.end);
        self.all.iter().filter(inside).all(|o| !self.marks[o.mark].is_word || fits(self.text, &o.range, parts))
    }

    /// Removes the occurrences of each word that cut through another word, if the word has one that does not.
    fn keep_words(&mut self, parts: &mut Parts<'_>) {
        let mut fits = |o: &Occurrence| !self.marks[o.mark].is_word || fits(self.text, &o.range, parts);
        let fits: Vec<bool> = self.all.iter().map(&mut fits).collect();
        let mut any = vec![false; self.marks.len()];
        self.all.iter().zip(&fits).for_each(|(o, fits)| any[o.mark] |= fits);
        let mut fits = fits.into_iter();
        self.all.retain(|o| fits.next().unwrap_or(true) || !any[o.mark]);
    }
}

/// Makes a snippet of the best passage, and a second one if it adds something; without any occurrence, of the beginning
/// of the text.
fn passages(mut found: Found<'_>, parts: &mut Parts<'_>, length: usize, item: Option<Range<usize>>) -> Marked {
    let text = &found.text.printed;
    let mut ranges = ranges(text, &found, length, item.as_ref());
    // Distinguishing words from characters that cross word boundaries takes longest, so it is done for the passages to
    // show; if these hold nothing but words, no other passage can be better.
    if !found.are_words(&ranges, parts) {
        found.keep_words(parts);
        ranges = self::ranges(text, &found, length, item.as_ref());
    }
    let mut builder = Builder::default();
    for range in ranges {
        builder.passage(text, range, &found.all);
    }
    builder.finish(text.len())
}

/// Returns the passages to show.
fn ranges(text: &[char], found: &Found<'_>, length: usize, item: Option<&Range<usize>>) -> Vec<Range<usize>> {
    let (kinds, found) = (found.marks.len(), &found.all);
    let in_item = item.and_then(|item| {
        // Occurrences are ordered by their beginnings.
        let from = found.partition_point(|o| o.range.start < item.start);
        let count = found[from..].partition_point(|o| o.range.start < item.end);
        best_window(text, &found[from..from + count], kinds, length, &[])
    });
    let Some(first) = in_item.or_else(|| best_window(text, found, kinds, length, &[])) else {
        return vec![passage(text, 0..0, length)];
    };
    let covered = kinds_in(found, &first);
    let whole = passage(text, first.clone(), length);
    // A second passage is shown only if it shows what the first does not.
    let second = if covered.len() < kinds_of(found).len() && whole.len() > length / 2 {
        best_window(text, found, kinds, length / 2, &covered)
    } else {
        None
    };
    let mut ranges = match second {
        Some(second) => vec![passage(text, first, length / 2), passage(text, second, length / 2)],
        None => vec![whole],
    };
    ranges.sort_by_key(|range| range.start);
    if ranges.len() == 2 && ranges[0].end >= ranges[1].start {
        ranges = vec![ranges[0].start..ranges[1].end.max(ranges[0].end)];
    }
    ranges
}

/// Returns the window of at most `length` characters, from one occurrence to another, that holds the most kinds of
/// marks beside those covered already, then the most occurrences, then begins first.
fn best_window(
    text: &[char],
    found: &[Occurrence],
    kinds: usize,
    length: usize,
    covered: &[usize],
) -> Option<Range<usize>> {
    let mut best: Option<((usize, usize, bool), Range<usize>)> = None;
    let mut counts = vec![0usize; kinds];
    let mut new_kinds = 0;
    let mut from = 0;
    for (to, last) in found.iter().enumerate() {
        counts[last.mark] += 1;
        new_kinds += usize::from(counts[last.mark] == 1 && !covered.contains(&last.mark));
        while from < to && last.range.end.saturating_sub(found[from].range.start) > length {
            let gone = found[from].mark;
            counts[gone] -= 1;
            new_kinds -= usize::from(counts[gone] == 0 && !covered.contains(&gone));
            from += 1;
        }
        let (count, least) = (to - from + 1, best.as_ref().map_or((0, 0, false), |(value, _)| *value));
        if new_kinds == 0 || (new_kinds, count) < (least.0, least.1) {
            continue;
        }
        let end = found[from..=to].iter().map(|o| o.range.end).max().unwrap_or(0);
        let window = found[from].range.start..end;
        let value = (new_kinds, count, !text[window.clone()].contains(&'\n'));
        if value > least {
            best = Some((value, window));
        }
    }
    best.map(|(_, window)| window)
}

fn kinds_of(found: &[Occurrence]) -> Vec<usize> {
    let mut kinds: Vec<usize> = found.iter().map(|o| o.mark).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn kinds_in(found: &[Occurrence], window: &Range<usize>) -> Vec<usize> {
    let inside: Vec<Occurrence> =
        found.iter().filter(|o| window.start <= o.range.start && o.range.end <= window.end).cloned().collect();
    kinds_of(&inside)
}

/// Returns a passage of about `length` characters around a window, cut at a sentence, else at a clause, else anywhere.
fn passage(text: &[char], window: Range<usize>, length: usize) -> Range<usize> {
    let room = length.saturating_sub(window.len());
    // More of the remaining length goes before the window than behind it if a sentence begins there.
    let earliest = window.start.saturating_sub(room * 2 / 3);
    let start = start_of(text, earliest, window.start);
    let latest = (start + length).max(window.end).min(text.len());
    let end = end_of(text, window.end, latest);
    // Length that the end did not use goes before the window if that reaches a better beginning.
    let start = if end == text.len() && end - start < length {
        let earliest = end.saturating_sub(length).min(start);
        start_of(text, earliest, start)
    } else {
        start
    };
    start..end
}

/// Returns the best place to begin between two places: after the end of a sentence, else of a clause, else the first.
fn start_of(text: &[char], earliest: usize, latest: usize) -> usize {
    if earliest == 0 {
        return 0;
    }
    let after = |cut: fn(char) -> bool| {
        (earliest..=latest).find(|at| is_cut(text, *at, cut) && text.get(*at).is_some_and(|c| !cut(*c)))
    };
    after(ends_sentence).or_else(|| after(ends_clause)).unwrap_or_else(|| whole_word_start(text, earliest, latest))
}

/// Returns the best place to end between two places: after the end of the last sentence, else of the last clause, else
/// the last.
fn end_of(text: &[char], earliest: usize, latest: usize) -> usize {
    if latest == text.len() {
        return latest;
    }
    let behind = |cut: fn(char) -> bool| (earliest.max(1)..=latest).rev().find(|at| is_cut(text, *at, cut));
    let least = earliest + (latest - earliest) / 2;
    behind(ends_sentence)
        .filter(|at| *at >= least)
        .or_else(|| behind(ends_clause).filter(|at| *at >= least))
        .unwrap_or_else(|| whole_word_end(text, earliest, latest))
}

/// Whether a sentence or clause ends right before this place, including its closing quotes and brackets.
fn is_cut(text: &[char], at: usize, cut: fn(char) -> bool) -> bool {
    let closing = |c: char| matches!(c, '”' | '’' | '」' | '』' | '）' | ')' | '】' | '》');
    if text.get(at).is_some_and(|c| closing(*c)) {
        return false;
    }
    text[..at].iter().rev().find(|c| !closing(**c)).is_some_and(|c| cut(*c))
}

fn ends_clause(c: char) -> bool {
    ends_sentence(c) || matches!(c, '，' | '；' | '：' | ',' | ';' | ':' | '、' | '　' | ' ')
}

/// Returns the first place that is not inside a run of letters or digits, if there is one.
fn whole_word_start(text: &[char], earliest: usize, latest: usize) -> usize {
    (earliest..=latest).find(|at| !cuts_run(text, *at)).unwrap_or(earliest)
}

fn whole_word_end(text: &[char], earliest: usize, latest: usize) -> usize {
    (earliest..=latest).rev().find(|at| !cuts_run(text, *at)).unwrap_or(latest)
}

fn cuts_run(text: &[char], at: usize) -> bool {
    let class = |at: Option<&char>| at.map(|c| Class::of(fold_char(*c)));
    let left = class(at.checked_sub(1).and_then(|i| text.get(i)));
    left.is_some_and(|class| class.is_word()) && left == class(text.get(at))
}

#[derive(Default)]
struct Builder {
    text: String,
    length: usize,
    marks: Vec<Range<usize>>,
    end: usize,
    started: bool,
}

impl Builder {
    fn push(&mut self, c: char) {
        self.text.push(c);
        self.length += 1;
    }

    fn passage(&mut self, text: &[char], range: Range<usize>, found: &[Occurrence]) {
        if range.start > self.end || (range.start > 0 && !self.started) {
            self.push(ELLIPSIS);
        }
        self.started = true;
        // Blank lines and blanks at the edges of a passage are dropped.
        let start = range.start + text[range.clone()].iter().take_while(|c| c.is_whitespace()).count();
        let base = self.length;
        let shown = &text[start..range.end.max(start)];
        self.text.reserve(shown.len() * MAX_COMMON_BYTES);
        self.text.extend(shown.iter().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { *c }));
        self.length += shown.len();
        let inside = found.iter().filter(|o| start <= o.range.start && o.range.end <= range.end);
        self.marks.extend(merged(inside.map(|o| o.range.start - start + base..o.range.end - start + base)));
        self.end = range.end;
    }

    fn finish(mut self, length: usize) -> Marked {
        if self.end < length && !self.text.ends_with(ELLIPSIS) {
            self.push(ELLIPSIS);
        }
        Marked { text: self.text, marks: self.marks }
    }
}

/// Returns the ranges of the lines of a body that are of one kind.
fn lines_of(text: &[char], blocks: &[Block], wanted: Block) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut lines = Vec::new();
    for (line, block) in text.split(|c| *c == '\n').zip(blocks) {
        if *block == wanted {
            lines.push(at..at + line.len());
        }
        at += line.len() + 1;
    }
    lines
}

/// Merges ranges in order that overlap.
fn merged(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
