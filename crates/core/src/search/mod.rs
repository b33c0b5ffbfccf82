//! A query's tree in, [`Results`] out: what matches, in which order, with which marks.
//!
//! Words to rank, characters to prove: a plan of strings and filters says which documents match ([`matching`]), BM25 over
//! three fields a text says in which order ([`scoring`]), and the text itself says what is marked ([`snippet`]).

pub mod bits;
pub mod every;
pub mod explain;
pub mod facets;
pub mod matching;
pub mod needle;
pub mod plan;
pub mod proximity;
pub mod reprints;
pub mod scoring;
pub mod segment;
pub mod similar;
pub mod snippet;
pub mod strings;
pub mod suggest;
pub mod timeline;
pub mod why_not;
pub mod words;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tantivy::{DocAddress, DocId};

use self::bits::Bits;
use self::explain::Explanation;
use self::facets::{Counter, Facets};
use self::matching::Matcher;
use self::plan::{Breadth, Compiled, Mark};
use self::reprints::Collapsed;
pub use self::reprints::Copies;
use self::segment::Segment;
use self::snippet::{Highlighter, Marked, Marks};
use self::suggest::Suggestion;
use crate::article::Article;
use crate::error::Result;
use crate::index::{Snapshot, check};
use crate::query::{Field, Filter, Node, Query};
use gongxun_text::synonyms::Synonyms;

/// The order of hits. Full matches come before partial ones in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The best first; without anything to score by, the newest first.
    #[default]
    Relevance,
    /// The newest first, undated ones last.
    Newest,
    /// The oldest first, undated ones last.
    Oldest,
}

impl Sort {
    /// What a date puts a hit by, the largest first.
    fn by_date(self, date: Option<i64>) -> i64 {
        let date = if self == Sort::Oldest { date.map(|date| -date) } else { date };
        date.unwrap_or(i64::MIN)
    }
}

/// What is asked of a snapshot.
#[derive(Debug, Clone)]
pub struct Request {
    /// The parsed query.
    pub query: Query,
    /// Further conditions, all of which must hold.
    pub filters: Vec<Filter>,
    /// The order.
    pub sort: Sort,
    /// How many hits are given.
    pub limit: usize,
    /// How many hits are passed over.
    pub offset: usize,
    /// Whether facets are counted.
    pub facets: bool,
    /// What was typed and no more, or synonyms and partial matches too.
    pub breadth: Breadth,
    /// Whether copies of one article are one hit.
    pub copies: Copies,
    /// The length of snippets in characters.
    pub snippet_length: usize,
    /// Whether each hit's score is taken apart.
    pub explain: bool,
}

impl Request {
    /// How many hits are given unless another number is asked for.
    pub const DEFAULT_LIMIT: usize = 10;

    /// The request for a query's first page.
    pub fn new(query: Query) -> Request {
        Request {
            query,
            filters: Vec::new(),
            sort: Sort::Relevance,
            limit: Request::DEFAULT_LIMIT,
            offset: 0,
            facets: false,
            breadth: Breadth::Wide,
            copies: Copies::Collapsed,
            snippet_length: snippet::DEFAULT_LENGTH,
            explain: false,
        }
    }
}

/// What a snapshot answered.
#[derive(Debug, Clone)]
pub struct Results {
    /// How many articles match in full; copies of one article count once, unless all were asked for.
    pub total: u64,
    /// How many articles hold only some of the query.
    pub partial_total: u64,
    /// How long it took.
    pub took: Duration,
    /// How many articles the index holds.
    pub articles: u64,
    /// The generation that answered.
    pub generation: u64,
    /// The commit that answered.
    pub commit: u64,
    /// Remarks on how the query was taken, beside the parser's.
    pub notes: Vec<String>,
    /// Other queries, where no article matches in full: what may have been meant.
    pub suggestions: Vec<Suggestion>,
    /// The hits of the page.
    pub hits: Vec<Hit>,
    /// The facets, where they were asked for.
    pub facets: Option<Facets>,
    /// How many pages without an article match; none unless the query asks for whole pages (整页:).
    pub page_total: u64,
    /// The first of these pages, as many as there may be hits, with their margins.
    pub pages: Vec<Article>,
}

/// One article that matches.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The article.
    pub article: Arc<Article>,
    /// Its score: the sum of BM25, without a unit; comparable within one answer.
    pub score: f32,
    /// A passage with marks.
    pub snippet: Marked,
    /// Marks on the title and the names.
    pub marks: Marks,
    /// How many other copies of the article there are.
    pub reprints: u64,
    /// Whether it holds only some of the query.
    pub partial: bool,
    /// What made its score, where that was asked for.
    pub explanation: Option<Explanation>,
}

/// Answers a request.
///
/// # Errors
/// Where a file of the index can't be read or does not hold what was written.
pub fn search(snapshot: &Snapshot, request: &Request, synonyms: &Synonyms) -> Result<Results> {
    check::guarded(&snapshot.generation, || answer(snapshot, request, synonyms))
}

fn answer(snapshot: &Snapshot, request: &Request, synonyms: &Synonyms) -> Result<Results> {
    let start = Instant::now();
    let compiled = plan::compile(request.query.root.as_ref(), &request.filters, snapshot, synonyms, request.breadth)?;
    let mut matches = Matches::find(snapshot, &compiled)?;
    let copies = snapshot.copies()?;
    let collapsed = match request.copies {
        Copies::Collapsed => matches.collapse(copies),
        Copies::All => Collapsed::default(),
    };
    let (total, partial_total) = (matches.total(Tier::Full), matches.total(Tier::Partial));
    let mut notes: Vec<String> =
        compiled.synonyms.iter().map(|(word, others)| format!("{word} also finds {}", others.join(", "))).collect();

    let wanted = request.offset.saturating_add(request.limit);
    let ranked = matches.ranked(snapshot, &compiled, request.sort, wanted)?;
    let segmenter = snapshot.segmenter()?;
    let partial_marks: Vec<Mark> = compiled.marks.iter().chain(&compiled.part_marks).cloned().collect();
    let mut full = Highlighter::new(&compiled.marks, segmenter);
    let mut partial = Highlighter::new(&partial_marks, segmenter);
    let mut hits = Vec::new();
    for ranked in ranked.iter().skip(request.offset).take(request.limit) {
        let Some(page) = snapshot.shown_or_noted(ranked.address, &mut notes)? else { continue };
        let highlighter = if ranked.tier == Tier::Partial { &mut partial } else { &mut full };
        hits.push(Hit {
            snippet: highlighter.snippet(&page, request.snippet_length),
            marks: highlighter.marks(&page),
            score: ranked.score,
            reprints: copies.of(ranked.address).len().saturating_sub(1) as u64,
            partial: ranked.tier == Tier::Partial,
            explanation: match request.explain {
                true => Some(explain::explain(snapshot, &compiled, ranked.address, ranked.score)?),
                false => None,
            },
            article: page.article.clone(),
        });
    }
    let facets = if request.facets {
        let tier = if total == 0 && partial_total > 0 { Tier::Partial } else { Tier::Full };
        if tier == Tier::Partial {
            notes.push("no article holds all of it: the facets count the partial matches".into());
        }
        Some(matches.facets(snapshot, tier, &collapsed)?)
    } else {
        None
    };
    let found = matching::pages(snapshot, &compiled.full)?;
    let pages = found.iter().take(request.limit).map(|page| snapshot.page(*page)).collect::<Result<_>>()?;
    if total == 0 && found.is_empty() {
        notes.extend(margin_note(snapshot, request, synonyms)?);
    }
    let suggestions = if total == 0 { suggest::did_you_mean(snapshot, request)? } else { Vec::new() };
    Ok(Results {
        total,
        partial_total,
        took: start.elapsed(),
        articles: snapshot.articles(),
        generation: snapshot.generation.number,
        commit: snapshot.commit.number,
        notes,
        suggestions,
        hits,
        facets,
        page_total: found.len() as u64,
        pages,
    })
}

/// What there is to say where no article holds a string in quotes, and the margins of some pages do.
fn margin_note(snapshot: &Snapshot, request: &Request, synonyms: &Synonyms) -> Result<Option<String>> {
    let Some(root) = request.query.root.as_ref().filter(|root| has_phrase(root)) else { return Ok(None) };
    if snapshot.margin().is_none() {
        return Ok(None);
    }
    let root = Node::Field { field: Field::Page, node: Box::new(root.clone()) };
    let compiled = plan::compile(Some(&root), &request.filters, snapshot, synonyms, Breadth::Exact)?;
    let articles = Matches::find(snapshot, &compiled)?.total(Tier::Full);
    let pages = articles + matching::pages(snapshot, &compiled.full)?.len() as u64;
    let pages = match pages {
        0 => return Ok(None),
        1 => "1 page holds".to_string(),
        more => format!("{more} pages hold"),
    };
    Ok(Some(format!("{pages} it around the article (navigation, related links, notices): {root} finds them")))
}

fn has_phrase(node: &Node) -> bool {
    match node {
        Node::Phrase(_) => true,
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(has_phrase),
        _ => false,
    }
}

/// Full or partial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// All of the query.
    Full,
    /// Some of it.
    Partial,
}

/// The matches of a query, segment by segment.
pub struct Matches {
    full: Vec<Bits>,
    partial: Vec<Option<Bits>>,
}

/// A document with what gave it its place in the order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Where it stands.
    pub address: DocAddress,
    /// Its score.
    pub score: f32,
    /// Whether it holds all of the query.
    pub tier: Tier,
}

impl Matches {
    /// Finds all matches.
    ///
    /// # Errors
    /// Where a file of the index can't be read.
    pub fn find(snapshot: &Snapshot, compiled: &Compiled) -> Result<Matches> {
        let mut matches = Matches { full: Vec::new(), partial: Vec::new() };
        for segment in Segment::all(snapshot) {
            let mut matcher = Matcher::new(&segment);
            let full = matcher.documents(&compiled.full)?;
            let partial = match &compiled.partial {
                Some(plan) => {
                    let mut partial = matcher.documents(plan)?;
                    partial.and_not(&full);
                    Some(partial)
                }
                None => None,
            };
            matches.full.push(full);
            matches.partial.push(partial);
        }
        Ok(matches)
    }

    fn tier(&self, tier: Tier) -> impl Iterator<Item = Option<&Bits>> {
        let partial = tier == Tier::Partial;
        self.full.iter().zip(&self.partial).map(move |(full, other)| if partial { other.as_ref() } else { Some(full) })
    }

    /// How many there are.
    pub fn total(&self, tier: Tier) -> u64 {
        self.tier(tier).flatten().map(Bits::count).sum()
    }

    /// Whether the document at this address matches in full.
    pub fn contains(&self, address: DocAddress) -> bool {
        self.full.get(address.segment_ord as usize).is_some_and(|bits| bits.contains(address.doc_id))
    }

    /// The addresses of all matches, in the order of the index.
    pub fn addresses(&self, tier: Tier) -> Vec<DocAddress> {
        let segments = self.tier(tier).enumerate().filter_map(|(ord, bits)| Some((ord, bits?)));
        segments.flat_map(|(ord, bits)| bits.iter().map(move |doc| DocAddress::new(ord as u32, doc))).collect()
    }

    /// Counts the values of the matches. A cluster counts once for each value that any of its matching copies has, so that
    /// a value's count is the total when that value is asked for as well.
    fn facets(&self, snapshot: &Snapshot, tier: Tier, collapsed: &Collapsed) -> Result<Facets> {
        let mut counter = Counter::new(snapshot)?;
        for (ord, bits) in self.tier(tier).enumerate() {
            let Some(bits) = bits else { continue };
            match collapsed.tier(tier).get(ord).filter(|copies| !copies.is_empty()) {
                Some(copies) => {
                    let mut alone = bits.clone();
                    copies.iter().for_each(|(_, doc)| alone.remove(*doc));
                    counter.add(ord, &alone);
                    counter.add_copies(ord, copies);
                }
                None => counter.add(ord, bits),
            }
        }
        Ok(counter.finish())
    }

    /// The first `wanted` matches in the order asked for: full ones, then partial ones. By relevance, full matches in which
    /// a word occurs only as letters inside other words (和服 in 和|服务) follow the other full ones.
    ///
    /// # Errors
    /// Where a file of the index can't be read.
    pub fn ranked(&self, snapshot: &Snapshot, compiled: &Compiled, sort: Sort, wanted: usize) -> Result<Vec<Ranked>> {
        let sort = if sort == Sort::Relevance && compiled.terms.is_empty() { Sort::Newest } else { sort };
        let segments = Segment::all(snapshot).collect();
        let ranker = Ranker { segments, terms: scoring::weigh(&compiled.terms, snapshot)?, sort };
        let mut ranked = Vec::new();
        match if sort == Sort::Relevance { self.surely_words(&ranker.segments, compiled)? } else { None } {
            Some(surely) => {
                ranker.best(surely.iter().map(Some), Tier::Full, wanted, &mut ranked)?;
                let letters: Vec<Bits> =
                    self.full.iter().zip(&surely).map(|(full, surely)| full.without(surely)).collect();
                ranker.best(letters.iter().map(Some), Tier::Full, wanted, &mut ranked)?;
            }
            None => ranker.best(self.full.iter().map(Some), Tier::Full, wanted, &mut ranked)?,
        }
        ranker.best(self.partial.iter().map(Option::as_ref), Tier::Partial, wanted, &mut ranked)?;
        Ok(ranked)
    }

    /// The full matches that surely hold the words as words; none where that says nothing.
    fn surely_words(&self, segments: &[Segment<'_>], compiled: &Compiled) -> Result<Option<Vec<Bits>>> {
        let mut all = Vec::new();
        for (segment, full) in segments.iter().zip(&self.full) {
            if full.is_empty() {
                all.push(full.clone());
                continue;
            }
            let Some(mut surely) = words::surely(&compiled.full, segment)? else { return Ok(None) };
            surely.and(full);
            all.push(surely);
        }
        Ok(Some(all).filter(|all| *all != self.full))
    }
}

/// Puts matches in order.
struct Ranker<'a> {
    segments: Vec<Segment<'a>>,
    terms: Vec<scoring::Weighted<'a>>,
    sort: Sort,
}

/// A document with its order: the largest first, ties by the id.
type Order = (i64, Reverse<u64>, Place);

impl Ranker<'_> {
    /// Adds the best of these documents, until there are `wanted` of all.
    fn best<'a>(
        &self,
        segments: impl Iterator<Item = Option<&'a Bits>>,
        tier: Tier,
        wanted: usize,
        ranked: &mut Vec<Ranked>,
    ) -> Result<()> {
        let wanted = wanted.saturating_sub(ranked.len());
        if wanted == 0 {
            return Ok(());
        }
        let mut best = Best { wanted, heap: BinaryHeap::new() };
        for (ord, bits) in segments.enumerate() {
            let Some(bits) = bits.filter(|bits| !bits.is_empty()) else { continue };
            let segment = &self.segments[ord];
            let ids = segment.fast_fields().u64("id_order")?;
            let id = |doc: DocId| ids.first(doc).unwrap_or(0);
            let address = |doc: DocId| DocAddress::new(ord as u32, doc);
            if self.sort == Sort::Relevance {
                for (doc, score) in scoring::scores(segment, &self.terms, bits, wanted)? {
                    // A score is never negative, so its bits sort as it does.
                    best.offer(i64::from(score.max(0.0).to_bits()), || id(doc), address(doc), score);
                }
            } else {
                let dates = segment.fast_fields().i64("date")?;
                for doc in bits.iter() {
                    best.offer(self.sort.by_date(dates.first(doc)), || id(doc), address(doc), 0.0);
                }
            }
        }
        for Reverse((_, _, place)) in best.heap.into_sorted_vec() {
            let score = if self.sort == Sort::Relevance { place.score } else { self.score(place.address)? };
            ranked.push(Ranked { address: place.address, score, tier });
        }
        Ok(())
    }

    fn score(&self, address: DocAddress) -> Result<f32> {
        let segment = &self.segments[address.segment_ord as usize];
        let mut itself = Bits::empty(segment.max_doc());
        itself.insert(address.doc_id);
        let scores = scoring::scores(segment, &self.terms, &itself, 1)?;
        Ok(scores.first().map_or(0.0, |(_, score)| *score))
    }
}

/// The best so far: the least of them on top.
struct Best {
    wanted: usize,
    heap: BinaryHeap<Reverse<Order>>,
}

/// A document behind its order: compared last, and only where two ids begin alike.
#[derive(Debug, Clone, Copy)]
struct Place {
    address: DocAddress,
    score: f32,
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        self.address == other.address
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Place) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Place) -> std::cmp::Ordering {
        other.address.cmp(&self.address)
    }
}

impl Best {
    fn offer(&mut self, primary: i64, id: impl FnOnce() -> u64, address: DocAddress, score: f32) {
        let least = self.heap.peek().filter(|_| self.heap.len() == self.wanted).map(|Reverse(least)| *least);
        if least.is_some_and(|(least, ..)| primary < least) {
            return;
        }
        let offered = (primary, Reverse(id()), Place { address, score });
        if least.is_some_and(|least| offered <= least) {
            return;
        }
        self.heap.push(Reverse(offered));
        if self.heap.len() > self.wanted {
            self.heap.pop();
        }
    }
}
