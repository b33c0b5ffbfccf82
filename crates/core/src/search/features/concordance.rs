//! Concordance (keyword in context, KWIC): every occurrence of what a query looks for, with the text on either side.
//!
//! A request flows in; lines flow out one by one, by date or by the characters beside the occurrence. Occurrences are
//! those of the plain scan (`Needle::find`) over title, lead and body of the counted articles. Sorted by date, the lines
//! of one batch of articles are held in memory at a time, and once no more lines are wanted, the occurrences are counted
//! without reading texts where the index can; sorted by the characters beside, all lines are held.

use std::ops::Range;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::occurrences::{Occurrences, places, texts};
use crate::article::{ArticleId, Date};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::{Snapshot, check};
use crate::search::compile::needle::fold_into;
use crate::search::compile::plan::{Mark, Text};
use crate::search::kind::Kind;
use crate::search::matching::reading;
use crate::search::pipeline::Found;
use crate::search::ranking::rank::Sort;
use crate::search::ranking::ranked::Ranked;
use crate::search::request::Request;
use gongxun_text::fold::fold_char;
use gongxun_text::strings::ends_sentence;

/// The default context on either side of an occurrence, in characters.
pub const DEFAULT_CONTEXT: usize = 20;
/// The longest context, in characters.
pub const MAX_CONTEXT: usize = 1_000;
/// The most characters of a sentence on either side; some texts have no full stop.
const MAX_SENTENCE: usize = 500;
/// The number of characters beside an occurrence that decide its place in the order.
const COMPARED: usize = 12;
/// The number of articles that are read before it is asked whether more lines are wanted; doubled each time.
const FIRST_READ: usize = 512;
/// The most lines held, as a multiple of the limit, before those beyond the limit are dropped.
const SPARE: usize = 4;

/// The extent of the context on either side of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Context {
    /// A number of characters; fewer at the edge of the text.
    Characters(usize),
    /// The sentence.
    Sentence,
}

/// The order of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Order {
    /// The oldest article first, undated ones last.
    #[default]
    Oldest,
    /// The newest article first, undated ones last.
    Newest,
    /// By the characters to the left, the nearest first.
    Left,
    /// By the characters to the right.
    Right,
}

/// Options of a concordance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The extent of the context on either side.
    pub context: Context,
    /// The order of lines.
    pub order: Order,
    /// The most lines that are returned; occurrences beyond it are counted only.
    pub limit: usize,
}

impl Options {
    /// Sets the extent of the context on either side of an occurrence.
    pub fn context(mut self, context: Context) -> Options {
        self.context = context;
        self
    }

    /// Sets the order of the lines.
    pub fn order(mut self, order: Order) -> Options {
        self.order = order;
        self
    }

    /// Sets the most lines that are returned.
    pub fn limit(mut self, limit: usize) -> Options {
        self.limit = limit;
        self
    }
}

impl Default for Options {
    fn default() -> Options {
        Options { context: Context::Characters(DEFAULT_CONTEXT), order: Order::Oldest, limit: usize::MAX }
    }
}

/// The article of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Source {
    /// The article's id.
    pub id: ArticleId,
    /// Its headline.
    pub title: String,
    /// Its date.
    pub date: Option<Date>,
    /// Its source.
    pub source: Option<String>,
    /// The kind of match that it is.
    #[serde(rename = "match")]
    pub kind: Kind,
}

/// An occurrence with its context. Line ends and tabs in the context are replaced by blanks.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Line {
    /// The article.
    #[serde(flatten, serialize_with = "of_article")]
    pub article: Arc<Source>,
    /// The text of the article that it stands in: `title`, `lead` or `body`.
    pub field: &'static str,
    /// The occurrence's first position in that text, in Unicode characters.
    pub offset: usize,
    /// The text before it.
    pub left: String,
    /// The occurrence as printed.
    pub keyword: String,
    /// The text behind it.
    pub right: String,
}

fn of_article<S: Serializer>(article: &Arc<Source>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    article.as_ref().serialize(serializer)
}

impl Source {
    /// Creates an article that is a full match.
    pub fn new(id: &str, title: &str, date: Option<Date>, source: Option<&str>) -> Source {
        let id = ArticleId(id.to_string());
        Source { id, title: title.to_string(), date, source: source.map(str::to_string), kind: Kind::Full }
    }
}

impl Line {
    /// Creates a line of an article: the place of the occurrence, the text before it, its own text, and the text behind
    /// it.
    pub fn new(
        article: Arc<Source>,
        field: &'static str,
        offset: usize,
        (left, keyword, right): (&str, &str, &str),
    ) -> Line {
        let [left, keyword, right] = [left, keyword, right].map(str::to_string);
        Line { article, field, offset, left, keyword, right }
    }
}

/// Totals of a concordance.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// The number of occurrences.
    pub occurrences: u64,
    /// The number of articles that hold them.
    pub articles: u64,
    /// The number of lines returned.
    pub given: u64,
    /// Whether the search was stopped before it finished: then there may be more occurrences.
    pub cut_short: bool,
    /// The notes on the answer.
    pub notes: Vec<String>,
}

/// Calls `give` with the lines of a request, in order, and counts all occurrences.
///
/// Of the copies of one article one is read, unless the request counts all; synonym and partial matches are included as
/// the request counts them.
///
/// # Errors
/// If an index file can't be read or does not hold what was written, or `give` fails.
pub fn concordance(
    snapshot: &Snapshot,
    request: &Request,
    options: &Options,
    control: &Control<'_>,
    give: &mut dyn FnMut(Line) -> Result<()>,
) -> Result<Counts> {
    check::catching_panics(&snapshot.generation, || {
        // Matches that are not counted are not marked either.
        let sort = if options.order == Order::Newest { Sort::Newest } else { Sort::Oldest };
        let request = Request { breadth: request.count, sort, ..request.clone() };
        let mut found = Found::find(snapshot, &request, request.synonyms_on(snapshot)?, control)?;
        let articles = found.ranked(request.order(request.count), usize::MAX)?;
        let mut counts = Counts { notes: found.synonym_notes(), ..Counts::default() };
        let mut lines = Lines { options, held: Vec::new(), seen: 0, give, given: 0 };
        let walked = walk(&found, &request, &articles, control, &mut counts, &mut lines);
        counts.cut_short = found.cut_short();
        match walked {
            Err(Error::Interrupted) => counts.cut_short = true,
            other => other?,
        }
        lines.finish()?;
        counts.given = lines.given;
        Ok(counts)
    })
}

fn walk(
    found: &Found<'_>,
    request: &Request,
    articles: &[Ranked],
    control: &Control<'_>,
    counts: &mut Counts,
    lines: &mut Lines<'_>,
) -> Result<()> {
    let (snapshot, compiled) = (found.snapshot, &found.compiled);
    let with_parts: Vec<Mark> = compiled.marks.iter().chain(&compiled.part_marks).cloned().collect();
    if with_parts.is_empty() {
        // What excludes alone occurs nowhere.
        return Ok(());
    }
    let options = lines.options;
    let in_article = |ranked: &Ranked, folded: &mut Vec<char>| {
        let marks = if ranked.kind == Kind::Partial { &with_parts } else { &compiled.marks };
        let article = snapshot.searched_texts(ranked.address)?;
        let mut here = InArticle::default();
        let mut source: Option<Arc<Source>> = None;
        for (field, text) in texts(&article) {
            let folded = fold_into(text, folded);
            let ranges = places(folded, field, marks, &article.blocks);
            here.occurrences += ranges.len() as u64;
            if ranges.is_empty() {
                continue;
            }
            let mut printed: Vec<char> = Vec::with_capacity(folded.len());
            printed.extend(text.chars());
            let source = source.get_or_insert_with(|| {
                Arc::new(Source {
                    id: article.id.clone(),
                    title: article.title.clone(),
                    date: article.date,
                    source: article.source.clone(),
                    kind: ranked.kind,
                })
            });
            let line = |range: Range<usize>| {
                (key(&printed, &range, options.order), line(source, field, &printed, range, options.context))
            };
            here.lines.extend(ranges.into_iter().map(line));
        }
        Ok(here)
    };
    let (mut rest, mut count) = (articles, FIRST_READ);
    while !rest.is_empty() && lines.wants_more() {
        let (now, later) = rest.split_at(rest.len().min(count));
        reading::each(snapshot, now, Some(control), in_article, |_, here| {
            counts.occurrences += here.occurrences;
            counts.articles += u64::from(here.occurrences > 0);
            here.lines.into_iter().try_for_each(|(key, line)| lines.take(key, line))
        })?;
        (rest, count) = (later, count.saturating_mul(2));
    }
    if !rest.is_empty() {
        let counted = Occurrences::count(found, request, control)?;
        (counts.occurrences, counts.articles) = (counted.total(), counted.articles());
    }
    Ok(())
}

/// The occurrences in one article.
#[derive(Default)]
struct InArticle {
    occurrences: u64,
    lines: Vec<(Key, Line)>,
}

/// The sort key of a line; lines with equal keys stay in the order of the archive.
type Key = Vec<char>;

/// Passes lines on, or holds them until they can be sorted.
struct Lines<'a> {
    options: &'a Options,
    /// The lines held, each with its key and the number of lines before it.
    held: Vec<(Key, u64, Line)>,
    seen: u64,
    give: &'a mut dyn FnMut(Line) -> Result<()>,
    given: u64,
}

impl Lines<'_> {
    fn take(&mut self, key: Key, line: Line) -> Result<()> {
        if !is_sorted(self.options.order) {
            if self.wants_more() {
                self.given += 1;
                (self.give)(line)?;
            }
            return Ok(());
        }
        self.held.push((key, self.seen, line));
        self.seen += 1;
        if self.held.len() / SPARE > self.options.limit.max(COMPARED) {
            self.order();
        }
        Ok(())
    }

    /// Whether a line behind those taken may be given.
    fn wants_more(&self) -> bool {
        is_sorted(self.options.order) || self.given < self.options.limit as u64
    }

    /// Sorts the lines held and drops those beyond the limit.
    fn order(&mut self) {
        self.held.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        self.held.truncate(self.options.limit);
    }

    fn finish(&mut self) -> Result<()> {
        if is_sorted(self.options.order) {
            self.order();
            self.given = self.held.len() as u64;
            for (_, _, line) in self.held.drain(..) {
                (self.give)(line)?;
            }
        }
        Ok(())
    }
}

/// Whether lines are sorted by what stands beside the occurrence.
fn is_sorted(order: Order) -> bool {
    matches!(order, Order::Left | Order::Right)
}

/// Returns the characters beside an occurrence that decide its place, the nearest first; empty if these don't.
fn key(printed: &[char], range: &Range<usize>, order: Order) -> Key {
    match order {
        Order::Left => printed[..range.start].iter().rev().take(COMPARED).copied().map(fold_char).collect(),
        Order::Right => printed[range.end..].iter().take(COMPARED).copied().map(fold_char).collect(),
        Order::Oldest | Order::Newest => Key::new(),
    }
}

fn line(article: &Arc<Source>, field: Text, printed: &[char], range: Range<usize>, context: Context) -> Line {
    let (from, to) = match context {
        Context::Characters(n) => {
            let n = n.min(MAX_CONTEXT);
            (range.start.saturating_sub(n), (range.end + n).min(printed.len()))
        }
        Context::Sentence => sentence(printed, &range),
    };
    Line {
        article: article.clone(),
        field: field.name(),
        offset: range.start,
        left: on_one_line(&printed[from..range.start]),
        keyword: on_one_line(&printed[range.clone()]),
        right: on_one_line(&printed[range.end..to]),
    }
}

/// Returns the sentence around a range, its full stop and closing quotes included.
fn sentence(printed: &[char], range: &Range<usize>) -> (usize, usize) {
    let closes = |c: &char| matches!(c, '”' | '’' | '」' | '』' | '）' | ')' | '】' | '》');
    let least = range.start.saturating_sub(MAX_SENTENCE);
    let before = printed[least..range.start].iter().rposition(|c| ends_sentence(*c)).map_or(least, |at| least + at + 1);
    let from = before + printed[before..range.start].iter().take_while(|c| closes(c) || c.is_whitespace()).count();
    let most = (range.end + MAX_SENTENCE).min(printed.len());
    // An occurrence may end with the sentence.
    let own = printed[range.clone()].last().is_some_and(|c| ends_sentence(*c));
    let stop = if own { Some(0) } else { printed[range.end..most].iter().position(|c| ends_sentence(*c)) };
    let to = match stop {
        Some(at) if !own && printed[range.end + at] != '\n' => range.end + at + 1,
        Some(at) => range.end + at,
        None => most,
    };
    (from, to + printed[to..most.max(to)].iter().take_while(|c| closes(c)).count())
}

fn on_one_line(text: &[char]) -> String {
    // A Chinese character takes three bytes.
    let mut line = String::with_capacity(3 * text.len());
    line.extend(text.iter().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { *c }));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_with_their_full_stop_and_quotes() {
        let cases = [
            ("甲说：“工会来了。”乙走了。", "来", ("甲说：“工会", "了。”")),
            ("甲来了。乙走了。丙", "走", ("乙", "了。")),
            ("标题\n乙走了\n丙", "走", ("乙", "了")),
            ("走", "走", ("", "")),
        ];
        for (text, word, expect) in cases {
            let printed: Vec<char> = text.chars().collect();
            let at = text.chars().position(|c| word.starts_with(c)).unwrap();
            let (from, to) = sentence(&printed, &(at..at + 1));
            assert_eq!(
                (on_one_line(&printed[from..at]), on_one_line(&printed[at + 1..to])),
                (expect.0.into(), expect.1.into())
            );
        }
    }
}
