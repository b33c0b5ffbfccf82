//! Matches over time, beside how many articles the archive has at each time: a peak that is only a bigger archive shows
//! as such, and a stretch without any article is told from a stretch without a match.

use std::collections::BTreeMap;

use super::bits::Bits;
use super::plan::{self, Plan};
use super::{Copies, Matches, Request, Tier};
use crate::article::Date;
use crate::error::Result;
use crate::index::{Snapshot, check};
use crate::text::synonyms::Synonyms;

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
    /// How many articles match.
    pub count: u64,
    /// How many articles there are.
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
    if request.copies == Copies::Collapsed {
        matches.collapse(snapshot.copies()?);
    }
    let partial = matches.total(Tier::Full) == 0 && matches.total(Tier::Partial) > 0;
    let tier = if partial { Tier::Partial } else { Tier::Full };
    let (from, to) = bounds(&compiled.full);
    let mut periods: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    let mut undated = 0;
    for (segment, bits) in snapshot.searcher.segment_readers().iter().zip(matches.tier(tier)) {
        let dates = segment.fast_fields().i64("date")?;
        let is_match = |doc| bits.is_some_and(|bits: &Bits| bits.contains(doc));
        // Days first: there are fewer of them than articles, and a date takes longer to count out than to look up.
        let mut days: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        for doc in segment.doc_ids_alive() {
            match dates.first(doc) {
                Some(seconds) if (from..=to).contains(&seconds) => {
                    let (count, all) = days.entry(seconds.div_euclid(DAY)).or_default();
                    *count += u64::from(is_match(doc));
                    *all += 1;
                }
                Some(_) => {}
                None => undated += u64::from(is_match(doc)),
            }
        }
        for (day, (count, all)) in days {
            if let Some(date) = Date::from_day_number(day) {
                let sum = periods.entry(step.number(&date)).or_default();
                sum.0 += count;
                sum.1 += all;
            }
        }
    }
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

/// The seconds between which every match lies, as far as the plan's dates say.
fn bounds(plan: &Plan) -> (i64, i64) {
    match plan {
        Plan::Date(from, to) => (*from, *to),
        Plan::And(plans) => plans.iter().map(bounds).fold((i64::MIN, i64::MAX), |a, b| (a.0.max(b.0), a.1.min(b.1))),
        _ => (i64::MIN, i64::MAX),
    }
}
