//! Matches over time, beside how many articles the archive has at each time: a peak that is only a bigger archive shows
//! as such, and a stretch without any article is told from a stretch without a match.

use std::collections::{BTreeMap, HashMap};

use tantivy::SegmentReader;

use super::bits::Bits;
use super::plan::{self, Plan};
use super::{Copies, Matches, Request, Tier};
use crate::article::Date;
use crate::error::Result;
use crate::index::reprints::Copy;
use crate::index::{Snapshot, check};
use gongxun_text::synonyms::Synonyms;

/// Seconds in a day.
const DAY: i64 = 86_400;

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    fn number(self, date: &Date) -> i64 {
        match self {
            Step::Day => date.day_number(),
            Step::Month => i64::from(date.year) * 12 + i64::from(date.month) - 1,
            Step::Year => i64::from(date.year),
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
pub struct Period {
    /// Its name: `2025-01-15`, `2025-01` or `2025`.
    pub name: String,
    /// How many articles match. Copies of one article count once in each period that one of them is in, unless all were asked
    /// for.
    pub count: u64,
    /// How many articles there are, counted alike.
    pub all: u64,
    /// The periods before this one, back to the one before it in the list, in which the archive has no article.
    pub gap: Option<Gap>,
}

/// A stretch in which the archive has no article at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Its first period.
    pub from: String,
    /// Its last period.
    pub to: String,
}

/// The matches of a query over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// How many articles are counted: those that match in full, or in part where none does.
    pub total: u64,
    /// Which of the two.
    pub partial: bool,
    /// How many of them have no date.
    pub undated: u64,
    /// The periods in which the archive has articles, in order, as far as the query's dates reach.
    pub periods: Vec<Period>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// Counts the matches of a request by period.
///
/// # Errors
/// Where a file of the index can't be read or does not hold what was written.
pub fn timeline(snapshot: &Snapshot, request: &Request, synonyms: &Synonyms, step: Step) -> Result<Timeline> {
    check::guarded(&snapshot.generation, || count(snapshot, request, synonyms, step))
}

fn count(snapshot: &Snapshot, request: &Request, synonyms: &Synonyms, step: Step) -> Result<Timeline> {
    let compiled = plan::compile(request.query.root.as_ref(), &request.filters, snapshot, synonyms, request.breadth)?;
    let mut matches = Matches::find(snapshot, &compiled)?;
    let copies = match request.copies {
        Copies::Collapsed => Some(snapshot.copies()?),
        Copies::All => None,
    };
    let collapsed = copies.map(|copies| matches.collapse(copies)).unwrap_or_default();
    let partial = matches.total(Tier::Full) == 0 && matches.total(Tier::Partial) > 0;
    let tier = if partial { Tier::Partial } else { Tier::Full };
    let bounds = bounds(&compiled.full);
    let mut counter = Counter { step, bounds, periods: BTreeMap::new(), undated: 0, clusters: HashMap::new() };
    for (ord, (segment, bits)) in snapshot.searcher.segment_readers().iter().zip(matches.tier(tier)).enumerate() {
        let mut found = bits.cloned().unwrap_or_else(|| Bits::empty(segment.max_doc()));
        collapsed.tier(tier).get(ord).into_iter().flatten().for_each(|(_, doc)| found.insert(*doc));
        counter.add(
            segment,
            &found,
            copies.and_then(|copies| copies.segments.get(ord)).map_or(&[][..], Vec::as_slice),
        )?;
    }
    let (periods, undated) = counter.finish();
    let mut last: Option<i64> = None;
    let periods = periods
        .into_iter()
        .map(|(number, (count, all))| {
            let before = last.replace(number).map_or(number, |last| last + 1);
            let gap = (before < number).then(|| Gap { from: step.name(before), to: step.name(number - 1) });
            Period { name: step.name(number), count, all, gap }
        })
        .collect();
    let notes =
        if partial { vec!["no article holds all of it: partial matches are counted".into()] } else { Vec::new() };
    Ok(Timeline { total: matches.total(tier), partial, undated, periods, notes })
}

/// Counts matches and articles, segment by segment.
struct Counter {
    step: Step,
    /// The first and the last second that are counted.
    bounds: (i64, i64),
    /// The matches and the articles of each period.
    periods: BTreeMap<i64, (u64, u64)>,
    undated: u64,
    clusters: HashMap<u32, Cluster>,
}

/// What is known of the copies of one article.
#[derive(Default)]
struct Cluster {
    /// The periods of its copies, and whether one of them there is a match.
    periods: BTreeMap<i64, bool>,
    /// Whether a match among them has no date, and whether one has.
    undated: bool,
    dated: bool,
}

impl Counter {
    /// Adds a segment. Its copies are kept apart: an article counts once in each period that a copy of it is in, as it does
    /// in the facets, and so does a match.
    fn add(&mut self, segment: &SegmentReader, found: &Bits, copies: &[Copy]) -> Result<()> {
        let dates = segment.fast_fields().i64("date")?;
        // Days first: there are fewer of them than articles, and a date takes longer to count out than to look up.
        let mut days: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        let mut copies = copies.iter().peekable();
        for doc in segment.doc_ids_alive() {
            while copies.next_if(|copy| copy.doc < doc).is_some() {}
            let cluster = copies.next_if(|copy| copy.doc == doc).map(|copy| copy.cluster);
            let is_match = found.contains(doc);
            let day = dates.first(doc).map(|seconds| (seconds, seconds.div_euclid(DAY)));
            match (day, cluster) {
                (Some((seconds, _)), _) if !(self.bounds.0..=self.bounds.1).contains(&seconds) => {}
                (Some((_, day)), None) => {
                    let (count, all) = days.entry(day).or_default();
                    *count += u64::from(is_match);
                    *all += 1;
                }
                (Some((_, day)), Some(cluster)) => {
                    let Some(date) = Date::from_day_number(day) else { continue };
                    let cluster = self.clusters.entry(cluster).or_default();
                    *cluster.periods.entry(self.step.number(&date)).or_default() |= is_match;
                    cluster.dated |= is_match;
                }
                (None, None) => self.undated += u64::from(is_match),
                (None, Some(cluster)) => self.clusters.entry(cluster).or_default().undated |= is_match,
            }
        }
        for (day, (count, all)) in days {
            if let Some(date) = Date::from_day_number(day) {
                let sum = self.periods.entry(self.step.number(&date)).or_default();
                sum.0 += count;
                sum.1 += all;
            }
        }
        Ok(())
    }

    /// The matches and the articles of each period, and the matches without a date.
    fn finish(mut self) -> (BTreeMap<i64, (u64, u64)>, u64) {
        for cluster in self.clusters.into_values() {
            self.undated += u64::from(cluster.undated && !cluster.dated);
            for (period, is_match) in cluster.periods {
                let sum = self.periods.entry(period).or_default();
                sum.0 += u64::from(is_match);
                sum.1 += 1;
            }
        }
        (self.periods, self.undated)
    }
}

/// The seconds between which every match lies, as far as the plan's dates say.
fn bounds(plan: &Plan) -> (i64, i64) {
    match plan {
        Plan::Date(from, to) => (*from, *to),
        Plan::And(plans) => plans.iter().map(bounds).fold((i64::MIN, i64::MAX), |a, b| (a.0.max(b.0), a.1.min(b.1))),
        _ => (i64::MIN, i64::MAX),
    }
}
