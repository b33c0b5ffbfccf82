//! Matches over time, beside how many articles the archive has at each time: a peak that is only a bigger archive shows
//! as such, and a stretch without any article is told from a stretch without a match.

use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};
use tantivy::{DocId, SegmentReader};

use super::occurrences::{Occurrences, is_counted};
use crate::article::Date;
use crate::control::{Control, Stops};
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
    /// The period that a day is in, as a number that grows by one from period to period.
    pub fn number(self, date: &Date) -> i64 {
        match self {
            Step::Day => date.day_number(),
            Step::Month => i64::from(date.year()) * 12 + i64::from(date.month()) - 1,
            Step::Year => i64::from(date.year()),
        }
    }

    /// The period's name: `2025-01-15`, `2025-01`, `2025`.
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
    /// How many articles hold what was typed. Copies of one article count once in each period that one of them is in, unless
    /// all were asked for.
    pub count: u64,
    /// How many more by a synonym, where these are counted.
    pub synonym_count: Option<u64>,
    /// How many hold some of it, where these are counted.
    pub partial_count: Option<u64>,
    /// How many articles there are, counted alike.
    pub all: u64,
    /// How often what is looked for stands in the articles that are counted, where occurrences are counted: by the date of
    /// the copy that is shown.
    pub occurrences: Option<u64>,
    /// How many characters all articles of the period have, blanks left out, where these are counted. Of copies of one
    /// article one counts in each period.
    pub characters: Option<u64>,
    /// The periods before this one, back to the one before it in the list, in which the archive has no article.
    pub gap: Option<Gap>,
}

impl Period {
    /// A period with full matches alone.
    pub fn new(name: &str, count: u64, all: u64, gap: Option<Gap>) -> Period {
        let (synonym_count, partial_count, occurrences, characters) = Default::default();
        Period { name: name.to_string(), count, synonym_count, partial_count, all, occurrences, characters, gap }
    }

    /// All that are counted.
    pub fn counted(&self) -> u64 {
        self.count + self.synonym_count.unwrap_or(0) + self.partial_count.unwrap_or(0)
    }

    /// The occurrences in a million characters of the period's articles, where both are counted.
    pub fn per_million(&self) -> Option<f64> {
        Some(self.occurrences? as f64 * 1e6 / self.characters?.max(1) as f64)
    }

    /// The share of what is counted in the archive's articles of the period, 0 to 1.
    pub fn share(&self) -> f64 {
        self.counted() as f64 / self.all.max(1) as f64
    }
}

/// A stretch in which the archive has no article at all.
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
    /// What the parser remarked on it.
    pub query_notes: Vec<Note>,
    /// How many articles hold all that was typed.
    pub total: u64,
    /// How many more hold all of it by a synonym.
    pub synonym_total: u64,
    /// How many hold only some of it.
    pub partial_total: u64,
    /// Which of these the periods count.
    pub counts: Breadth,
    /// Whether the search was ended before it was done.
    pub cut_short: bool,
    /// How many of those that are counted have no date.
    pub undated: u64,
    /// How often what is looked for stands in those that are counted, where occurrences are counted: the undated too.
    pub occurrences: Option<u64>,
    /// The periods in which the archive has articles, in order, as far as the query's dates reach.
    pub periods: Vec<Period>,
    /// Remarks.
    pub notes: Vec<String>,
}

impl Timeline {
    /// How many articles are counted.
    pub fn counted(&self) -> u64 {
        let of = |wanted: bool, total: u64| if wanted { total } else { 0 };
        self.total + of(self.counts.synonyms(), self.synonym_total) + of(self.counts.partial(), self.partial_total)
    }
}

/// Counts the matches of a request by period.
///
/// # Errors
/// Where a file of the index can't be read or does not hold what was written.
pub fn timeline(snapshot: &Snapshot, request: &Request, synonyms: &Synonyms, step: Step) -> Result<Timeline> {
    timeline_under(snapshot, request, synonyms, step, &Control::default())
}

/// The same, as far as the control lets it.
///
/// # Errors
/// As [`timeline`].
pub fn timeline_under(
    snapshot: &Snapshot,
    request: &Request,
    synonyms: &Synonyms,
    step: Step,
    control: &Control<'_>,
) -> Result<Timeline> {
    check::guarded(&snapshot.generation, || count(snapshot, request, synonyms, step, control))
}

fn count(
    snapshot: &Snapshot,
    request: &Request,
    synonyms: &Synonyms,
    step: Step,
    control: &dyn Stops,
) -> Result<Timeline> {
    let found = Found::find(snapshot, request, synonyms, control)?;
    let counts = request.count;
    let mut notes = Vec::new();
    if counts.synonyms() {
        notes.extend(found.synonym_notes());
    }
    notes.extend(found.not_counted(counts));
    let bounds = bounds(&found.compiled.full);
    let mut counter = Counter { step, bounds, periods: BTreeMap::new(), undated: 0, clusters: HashMap::new() };
    let occurrences = request.occurrences.then(|| Occurrences::count(&found, request, control)).transpose();
    let (occurrences, ended) = match occurrences {
        Err(Error::Interrupted) => (None, true),
        other => (other?, false),
    };
    let lengths = request.characters.then(|| snapshot.lengths()).transpose()?;
    for (ord, segment) in snapshot.searcher.segment_readers().iter().enumerate() {
        let matches = ByKind::of(|kind| is_counted(kind, counts).then(|| found.with_copies(kind, ord)).flatten());
        let copies = match request.copies {
            Copies::Collapsed => found.copies.segments.get(ord).map_or(&[][..], Vec::as_slice),
            Copies::All => &[],
        };
        let of_segment = OfSegment {
            matches,
            copies,
            occurrences: occurrences.as_ref().map_or(&[], |occurrences| occurrences.of_segment(ord)),
            lengths: lengths.and_then(|lengths| lengths.get(ord)).map_or(&[], Vec::as_slice),
        };
        counter.add(segment, &of_segment)?;
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

/// The periods of a timeline, of what was summed up by their numbers ([`Step::number`]): of the kinds that are counted, and
/// with occurrences and characters where these are.
pub fn periods(
    sums: BTreeMap<i64, Sums>,
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

/// What is counted of a period.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    /// The matches.
    pub by_kind: ByKind<u64>,
    /// All articles.
    pub all: u64,
    /// How often what is looked for stands in them.
    pub occurrences: u64,
    /// The characters of all articles.
    pub characters: u64,
}

impl Sums {
    fn add(&mut self, other: &Sums) {
        Kind::ALL.into_iter().for_each(|kind| self.by_kind[kind] += other.by_kind[kind]);
        self.all += other.all;
        self.occurrences += other.occurrences;
        self.characters += other.characters;
    }
}

/// What is known of the documents of a segment.
struct OfSegment<'a> {
    /// The matches of the kinds that are counted, all copies among them.
    matches: ByKind<Option<Bits>>,
    /// The copies that count once.
    copies: &'a [Copy],
    /// Those with occurrences, in order; none where they are not counted.
    occurrences: &'a [(DocId, u32)],
    /// The characters of each; none where they are not counted.
    lengths: &'a [u32],
}

/// Counts matches and articles, segment by segment.
struct Counter {
    step: Step,
    /// The first and the last second that are counted.
    bounds: (i64, i64),
    periods: BTreeMap<i64, Sums>,
    undated: u64,
    clusters: HashMap<u32, Cluster>,
}

/// What is known of the copies of one article.
#[derive(Default)]
struct Cluster {
    /// The periods of its copies.
    periods: BTreeMap<i64, InPeriod>,
    /// Whether a match among them has no date, and whether one has.
    undated: bool,
    dated: bool,
}

/// What is known of the copies of one article in one period.
#[derive(Default)]
struct InPeriod {
    /// Of what kind the match is that one of them is.
    kind: Option<Kind>,
    /// The place of the first of them among the copies, and its characters.
    first: Option<(u32, u32)>,
}

impl Counter {
    /// Adds a segment. Its copies are kept apart: an article counts once in each period that a copy of it is in, as it does
    /// in the facets, and so does a match.
    fn add(&mut self, segment: &SegmentReader, of_segment: &OfSegment<'_>) -> Result<()> {
        let OfSegment { matches, copies, occurrences, lengths } = of_segment;
        let dates = segment.fast_fields().i64("date")?;
        // Days first: there are fewer of them than articles, and a date takes longer to count out than to look up.
        let mut days: BTreeMap<i64, Sums> = BTreeMap::new();
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

    /// The sums of each period, and the matches without a date.
    fn finish(mut self) -> (BTreeMap<i64, Sums>, u64) {
        for cluster in self.clusters.into_values() {
            self.undated += u64::from(cluster.undated && !cluster.dated);
            for (period, here) in cluster.periods {
                let sums = self.periods.entry(period).or_default();
                here.kind.into_iter().for_each(|kind| sums.by_kind[kind] += 1);
                sums.all += 1;
                sums.characters += here.first.map_or(0, |(_, characters)| u64::from(characters));
            }
        }
        // A day on which only copies stand has sums of its own, and no article beside them.
        self.periods.retain(|_, sums| sums.all > 0);
        (self.periods, self.undated)
    }
}

/// The seconds between which every match lies, as far as the plan's dates say.
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
