//! Timelines: the number of matches by period, beside the number of articles in the archive, so that a peak that merely
//! reflects a larger archive shows as such, and a period without any article differs from one without a match.

use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};
use tantivy::{DocId, SegmentReader};

use super::occurrences::Occurrences;
use crate::article::Date;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::reprints::Copy;
use crate::index::{Snapshot, check};
use crate::query::Note;
use crate::search::compile::plan::{Breadth, Plan};
use crate::search::kind::{ByKind, Kind};
use crate::search::matching::bits::Bits;
use crate::search::matching::collapse::Copies;
use crate::search::pipeline::Found;
use crate::search::request::Request;
use gongxun_text::synonyms::Synonyms;

/// Seconds in a day.
const DAY: i64 = 86_400;

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Step {
    /// A day.
    Day,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl Step {
    /// Returns the number of the period that a day is in; consecutive periods have consecutive numbers.
    pub fn number(self, date: &Date) -> i64 {
        match self {
            Step::Day => date.day_number(),
            Step::Month => i64::from(date.year()) * 12 + i64::from(date.month()) - 1,
            Step::Year => i64::from(date.year()),
        }
    }

    /// Returns the period's name: `2025-01-15`, `2025-01`, `2025`.
    fn name(self, number: i64) -> String {
        match self {
            Step::Day => Date::from_day_number(number).map(|day| day.to_string()).unwrap_or_default(),
            Step::Month => format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1),
            Step::Year => format!("{number:04}"),
        }
    }
}

/// A period in which the archive has articles.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Period {
    /// Its name: `2025-01-15`, `2025-01` or `2025`.
    pub name: String,
    /// The number of full matches. A cluster of copies counts once in each period that one of its copies is in, unless
    /// all copies were asked for.
    pub count: u64,
    /// The number of synonym matches; only if these are counted.
    pub synonym_count: Option<u64>,
    /// The number of partial matches; only if these are counted.
    pub partial_count: Option<u64>,
    /// The number of articles in the archive, with copies counted alike.
    pub all: u64,
    /// The number of occurrences in the counted articles, by the date of the copy that is shown; only if occurrences
    /// are counted.
    pub occurrences: Option<u64>,
    /// The number of characters, blanks excluded, of all articles of the period; only if characters are counted. Of
    /// each cluster one copy counts in each period.
    pub characters: Option<u64>,
    /// The periods between the previous one in the list and this one, if there are any: the archive has no article in
    /// them.
    pub gap: Option<Gap>,
}

impl Period {
    /// Creates a period with full matches alone.
    pub fn new(name: &str, count: u64, all: u64, gap: Option<Gap>) -> Period {
        let (synonym_count, partial_count, occurrences, characters) = Default::default();
        Period { name: name.to_string(), count, synonym_count, partial_count, all, occurrences, characters, gap }
    }

    /// Returns the number of counted matches of all kinds.
    pub fn counted(&self) -> u64 {
        self.count + self.synonym_count.unwrap_or(0) + self.partial_count.unwrap_or(0)
    }

    /// Returns the occurrences per million characters of the period's articles, if both are counted.
    pub fn per_million(&self) -> Option<f64> {
        Some(self.occurrences? as f64 * 1e6 / self.characters?.max(1) as f64)
    }

    /// Returns the share of the counted matches in the archive's articles of the period, 0 to 1.
    pub fn share(&self) -> f64 {
        self.counted() as f64 / self.all.max(1) as f64
    }
}

/// A run of periods in which the archive has no article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// Its first period.
    pub from: String,
    /// Its last period.
    pub to: String,
}

/// The matches of a query over time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Timeline {
    /// The query as it was typed.
    pub query: String,
    /// The parser's notes on it.
    pub query_notes: Vec<Note>,
    /// The number of full matches.
    pub total: u64,
    /// The number of synonym matches.
    pub synonym_total: u64,
    /// The number of partial matches.
    pub partial_total: u64,
    /// The kinds of matches that the periods count.
    pub counts: Breadth,
    /// Whether the search was stopped before it finished.
    pub cut_short: bool,
    /// The number of counted articles without a date.
    pub undated: u64,
    /// The number of occurrences in the counted articles, undated ones included; only if occurrences are counted.
    pub occurrences: Option<u64>,
    /// The periods in which the archive has articles, in order, within the query's dates.
    pub periods: Vec<Period>,
    /// The notes on the answer.
    pub notes: Vec<String>,
}

impl Timeline {
    /// Returns the number of counted articles.
    pub fn counted(&self) -> u64 {
        let of = |wanted: bool, total: u64| if wanted { total } else { 0 };
        self.total + of(self.counts.synonyms(), self.synonym_total) + of(self.counts.partial(), self.partial_total)
    }
}

/// Counts the matches of a request by period.
///
/// # Errors
/// If an index file can't be read or does not hold what was written.
pub fn timeline(snapshot: &Snapshot, request: &Request, synonyms: &Synonyms, step: Step) -> Result<Timeline> {
    timeline_under(snapshot, request, synonyms, step, &Control::default())
}

/// Counts as [`timeline`] does, under a control that may end it early.
///
/// # Errors
/// Same as [`timeline`].
pub fn timeline_under(
    snapshot: &Snapshot,
    request: &Request,
    synonyms: &Synonyms,
    step: Step,
    control: &Control<'_>,
) -> Result<Timeline> {
    check::catching_panics(&snapshot.generation, || {
        let found = Found::find(snapshot, request, synonyms, control)?;
        let occurrences = request.occurrences.then(|| Occurrences::count(&found, request, control)).transpose();
        of_matches(&found, request, step, occurrences)
    })
}

/// The most timelines whose matches are held at once.
const TOGETHER: usize = 8;

/// Counts the matches of several requests by period. A text in which occurrences of several of them are counted is read
/// once.
///
/// # Errors
/// Same as [`timeline`].
pub(super) fn timelines(
    snapshot: &Snapshot,
    requests: &[Request],
    step: Step,
    control: &Control<'_>,
) -> Result<Vec<Timeline>> {
    let mut timelines = Vec::with_capacity(requests.len());
    for requests in requests.chunks(TOGETHER) {
        check::catching_panics(&snapshot.generation, || {
            let found = Found::find_each(snapshot, requests, control)?;
            let asked = || found.iter().zip(requests).filter(|(_, request)| request.occurrences);
            let (mut counted, ended) = match Occurrences::of_each(&asked().collect::<Vec<_>>(), control) {
                Err(Error::Interrupted) => (Vec::new().into_iter(), true),
                counted => (counted?.into_iter(), false),
            };
            for (found, request) in found.iter().zip(requests) {
                let occurrences = match request.occurrences {
                    true if ended => Err(Error::Interrupted),
                    true => Ok(counted.next()),
                    false => Ok(None),
                };
                timelines.push(of_matches(found, request, step, occurrences)?);
            }
            Ok(())
        })?;
    }
    Ok(timelines)
}

/// Counts matches by period, with their occurrences if these were counted.
fn of_matches(
    found: &Found<'_>,
    request: &Request,
    step: Step,
    occurrences: Result<Option<Occurrences>>,
) -> Result<Timeline> {
    let (snapshot, counts) = (found.snapshot, request.count);
    let mut notes = Vec::new();
    notes.extend(found.count_notes(counts));
    let bounds = bounds(&found.compiled.full);
    let mut counter = Counter { step, bounds, periods: BTreeMap::new(), undated: 0, clusters: HashMap::new() };
    let (occurrences, ended) = match occurrences {
        Err(Error::Interrupted) => (None, true),
        other => (other?, false),
    };
    let lengths = request.characters.then(|| snapshot.lengths()).transpose()?;
    for (ord, segment) in snapshot.searcher.segment_readers().iter().enumerate() {
        let matches = ByKind::of(|kind| counts.includes(kind).then(|| found.with_copies(kind, ord)).flatten());
        let copies = match request.copies {
            Copies::Collapsed => found.copies.segments.get(ord).map_or(&[][..], Vec::as_slice),
            Copies::All => &[],
        };
        let segment_counts = SegmentCounts {
            matches,
            copies,
            occurrences: occurrences.as_ref().map_or(&[], |occurrences| occurrences.of_segment(ord)),
            lengths: lengths.and_then(|lengths| lengths.get(ord)).map_or(&[], Vec::as_slice),
        };
        counter.add(segment, &segment_counts)?;
    }
    let (periods, undated) = counter.finish();
    let periods = self::periods(periods, step, counts, (occurrences.is_some(), lengths.is_some()));
    Ok(Timeline {
        query: request.query.text.clone(),
        query_notes: request.query.notes.clone(),
        total: found.total(Kind::Full),
        synonym_total: found.total(Kind::Synonym),
        partial_total: found.total(Kind::Partial),
        counts,
        cut_short: found.cut_short() || ended,
        undated,
        occurrences: occurrences.as_ref().map(Occurrences::total),
        periods,
        notes,
    })
}

/// Makes the periods of a timeline from the sums by their numbers ([`Step::number`]), with the kinds of matches that are
/// counted, and with occurrences and characters if these are.
pub fn periods(
    sums: BTreeMap<i64, PeriodSums>,
    step: Step,
    counts: Breadth,
    (occurrences, characters): (bool, bool),
) -> Vec<Period> {
    let mut last: Option<i64> = None;
    let periods = sums.into_iter().map(|(number, sums)| {
        let before = last.replace(number).map_or(number, |last| last + 1);
        let gap = (before < number).then(|| Gap { from: step.name(before), to: step.name(number - 1) });
        Period {
            name: step.name(number),
            count: sums.by_kind[Kind::Full],
            synonym_count: counts.synonyms().then_some(sums.by_kind[Kind::Synonym]),
            partial_count: counts.partial().then_some(sums.by_kind[Kind::Partial]),
            all: sums.all,
            occurrences: occurrences.then_some(sums.occurrences),
            characters: characters.then_some(sums.characters),
            gap,
        }
    });
    periods.collect()
}

/// The counts of a period.
#[derive(Debug, Clone, Copy, Default)]
pub struct PeriodSums {
    /// The matches.
    pub by_kind: ByKind<u64>,
    /// All articles.
    pub all: u64,
    /// How often what is looked for stands in them.
    pub occurrences: u64,
    /// The characters of all articles.
    pub characters: u64,
}

impl PeriodSums {
    fn add(&mut self, other: &PeriodSums) {
        Kind::ALL.into_iter().for_each(|kind| self.by_kind[kind] += other.by_kind[kind]);
        self.all += other.all;
        self.occurrences += other.occurrences;
        self.characters += other.characters;
    }
}

/// The documents of a segment that are counted.
struct SegmentCounts<'a> {
    /// The matches of the counted kinds, all copies included.
    matches: ByKind<Option<Bits>>,
    /// The documents that belong to clusters.
    copies: &'a [Copy],
    /// The documents with occurrences, in order; empty if these are not counted.
    occurrences: &'a [(DocId, u32)],
    /// The number of characters of each document; empty if these are not counted.
    lengths: &'a [u32],
}

/// Counts matches and articles, segment by segment.
struct Counter {
    step: Step,
    /// The first and the last second in which matches can lie.
    bounds: (i64, i64),
    periods: BTreeMap<i64, PeriodSums>,
    undated: u64,
    clusters: HashMap<u32, Cluster>,
}

/// The copies of one cluster, by period.
#[derive(Default)]
struct Cluster {
    /// The periods of its copies.
    periods: BTreeMap<i64, ClusterPeriod>,
    /// Whether a matching copy has no date.
    undated: bool,
    /// Whether a matching copy has one.
    dated: bool,
}

/// The copies of one cluster in one period.
#[derive(Default)]
struct ClusterPeriod {
    /// The kind of match that one of the copies is; none if no copy matches.
    kind: Option<Kind>,
    /// The place of the first of them in its cluster, and its number of characters.
    first: Option<(u32, u32)>,
}

impl Counter {
    /// Adds a segment. Its copies are kept apart: an article counts once in each period that one of its copies is in,
    /// as it does in the facets, and so does a match.
    fn add(&mut self, segment: &SegmentReader, counts: &SegmentCounts<'_>) -> Result<()> {
        let SegmentCounts { matches, copies, occurrences, lengths } = counts;
        let dates = segment.fast_fields().i64("date")?;
        // Days first: there are fewer of them than articles, and converting a date takes longer than looking one up.
        let mut days: BTreeMap<i64, PeriodSums> = BTreeMap::new();
        let mut copies = copies.iter().peekable();
        let mut occurrences = occurrences.iter().peekable();
        let kind_of = |doc: DocId| {
            let holds = |kind: &Kind| matches[*kind].as_ref().is_some_and(|bits| bits.contains(doc));
            Kind::ALL.into_iter().find(holds)
        };
        for doc in segment.doc_ids_alive() {
            while copies.next_if(|copy| copy.doc < doc).is_some() {}
            let copy = copies.next_if(|copy| copy.doc == doc);
            while occurrences.next_if(|(other, _)| *other < doc).is_some() {}
            let here = occurrences.next_if(|(other, _)| *other == doc).map_or(0, |(_, count)| *count);
            let characters = lengths.get(doc as usize).copied().unwrap_or(0);
            let kind = kind_of(doc);
            let Some(seconds) = dates.first(doc) else {
                match copy {
                    None => self.undated += u64::from(kind.is_some()),
                    Some(copy) => self.clusters.entry(copy.cluster).or_default().undated |= kind.is_some(),
                }
                continue;
            };
            if !(self.bounds.0..=self.bounds.1).contains(&seconds) {
                continue;
            }
            let day = seconds.div_euclid(DAY);
            let sums = days.entry(day).or_default();
            sums.occurrences += u64::from(here);
            match copy {
                None => {
                    kind.into_iter().for_each(|kind| sums.by_kind[kind] += 1);
                    sums.all += 1;
                    sums.characters += u64::from(characters);
                }
                Some(copy) => {
                    let Some(date) = Date::from_day_number(day) else { continue };
                    let cluster = self.clusters.entry(copy.cluster).or_default();
                    let here = cluster.periods.entry(self.step.number(&date)).or_default();
                    here.kind = here.kind.or(kind);
                    let this = (copy.place, characters);
                    here.first = Some(here.first.map_or(this, |first| first.min(this)));
                    cluster.dated |= kind.is_some();
                }
            }
        }
        for (day, sums) in days {
            if let Some(date) = Date::from_day_number(day) {
                self.periods.entry(self.step.number(&date)).or_default().add(&sums);
            }
        }
        Ok(())
    }

    /// Returns the sums of each period, and the number of matches without a date.
    fn finish(mut self) -> (BTreeMap<i64, PeriodSums>, u64) {
        for cluster in self.clusters.into_values() {
            self.undated += u64::from(cluster.undated && !cluster.dated);
            for (period, here) in cluster.periods {
                let sums = self.periods.entry(period).or_default();
                here.kind.into_iter().for_each(|kind| sums.by_kind[kind] += 1);
                sums.all += 1;
                sums.characters += here.first.map_or(0, |(_, characters)| u64::from(characters));
            }
        }
        // A day on which there are only copies has sums of its own but no article.
        self.periods.retain(|_, sums| sums.all > 0);
        (self.periods, self.undated)
    }
}

/// Returns the seconds between which every match lies, by the plan's dates.
pub fn bounds(plan: &Plan) -> (i64, i64) {
    match plan {
        Plan::Date(from, to) => (*from, *to),
        Plan::And(plans) => plans.iter().map(bounds).fold((i64::MIN, i64::MAX), |a, b| (a.0.max(b.0), a.1.min(b.1))),
        _ => (i64::MIN, i64::MAX),
    }
}

impl Serialize for Timeline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let of_query = self.query_notes.iter().map(|note| note.message.as_str());
        let periods = self.periods.iter().map(|period| JsonPeriod {
            period: &period.name,
            count: period.count,
            synonym_count: period.synonym_count,
            partial_count: period.partial_count,
            all: period.all,
            share: (period.share() * 1e9).round() / 1e9,
            occurrences: period.occurrences,
            characters: period.characters,
            per_million: period.per_million().map(|rate| (rate * 1e6).round() / 1e6),
        });
        let timeline = JsonTimeline {
            query: &self.query,
            notes: of_query.chain(self.notes.iter().map(String::as_str)).collect(),
            total: self.total,
            synonym_total: self.synonym_total,
            partial_total: self.partial_total,
            cut_short: self.cut_short,
            undated: self.undated,
            occurrences: self.occurrences,
            periods: periods.collect(),
            gaps: self.periods.iter().filter_map(|period| period.gap.as_ref()).collect(),
        };
        timeline.serialize(serializer)
    }
}

#[derive(Serialize)]
struct JsonTimeline<'a> {
    query: &'a str,
    notes: Vec<&'a str>,
    total: u64,
    synonym_total: u64,
    partial_total: u64,
    cut_short: bool,
    undated: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurrences: Option<u64>,
    periods: Vec<JsonPeriod<'a>>,
    gaps: Vec<&'a Gap>,
}

#[derive(Serialize)]
struct JsonPeriod<'a> {
    period: &'a str,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    synonym_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_count: Option<u64>,
    all: u64,
    share: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurrences: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    characters: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_million: Option<f64>,
}
