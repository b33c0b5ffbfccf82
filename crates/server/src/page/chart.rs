//! Matches over time beside what the archive holds at each time, as a drawing whose parts are links.

use gongxun_core::search::facets::Count;
use gongxun_core::search::timeline::Period;
use maud::{Markup, html};

use super::layout::PageContext;
use super::state::Search;
use crate::language::number;

/// The width and height of the drawing, in its own units; it is as wide as its place.
const SIZE: (usize, usize) = (1_000, 60);
/// The number of years that are named, about.
const NAMED: usize = 9;
/// The most months that are links one by one; of more, the years are.
const SINGLE: usize = 40;

/// Returns a month as a number that grows by one from month to month.
fn month_number(name: &str) -> Option<usize> {
    let (year, month) = name.split_once('-')?;
    let (year, month): (usize, usize) = (year.parse().ok()?, month.parse().ok()?);
    (1..=12).contains(&month).then(|| year * 12 + month - 1)
}

fn month_name(number: usize) -> String {
    format!("{:04}-{:02}", number / 12, number % 12 + 1)
}

/// The months of an archive with what it holds and what was found, those without any article among them.
struct Months {
    first: usize,
    all: Vec<u64>,
    found: Vec<u64>,
}

impl Months {
    fn new(coverage: &[Period], found: &[Count], bounds: (Option<&str>, Option<&str>)) -> Option<Months> {
        let numbered = |name: &str| month_number(name.get(..7).unwrap_or(name));
        let held = coverage.iter().filter_map(|period| Some((numbered(&period.name)?, period.all)));
        let inside = |number: &usize| {
            let name = month_name(*number);
            let after = bounds.0.is_none_or(|from| name.as_str() >= from.get(..7.min(from.len())).unwrap_or(""));
            let before = bounds
                .1
                .is_none_or(|to| name.get(..to.len().min(7)).unwrap_or("") <= to.get(..to.len().min(7)).unwrap_or(""));
            after && before
        };
        let held: Vec<(usize, u64)> = held.filter(|(number, _)| inside(number)).collect();
        let (first, last) = (held.iter().map(|h| h.0).min()?, held.iter().map(|h| h.0).max()?);
        let mut months = Months { first, all: vec![0; last - first + 1], found: vec![0; last - first + 1] };
        held.iter().for_each(|(number, all)| months.all[number - first] = *all);
        for count in found {
            if let Some(at) = month_number(&count.value).and_then(|number| number.checked_sub(first))
                && let Some(found) = months.found.get_mut(at)
            {
                *found = count.all();
            }
        }
        Some(months)
    }

    /// Bars as one path: of each month one, as high as its share of the largest.
    fn bars(&self, counts: &[u64]) -> String {
        let most = counts.iter().copied().max().unwrap_or(0).max(1);
        let room = SIZE.1 as f64;
        let width = SIZE.0 as f64 / counts.len().max(1) as f64;
        // Many bars touch each other, few stand apart.
        let gap = if width > 8.0 { width * 0.18 } else { 0.0 };
        let mut path = String::new();
        for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let high = (*count as f64 / most as f64 * (room - 4.0)).max(1.0);
            let (x, y) = (at as f64 * width + gap / 2.0, room - high);
            path.push_str(&format!("M{x:.1} {room}V{y:.1}h{:.2}V{room}z", width - gap));
        }
        path
    }

    fn years(&self) -> std::ops::RangeInclusive<usize> {
        self.first / 12..=(self.first + self.all.len() - 1) / 12
    }

    /// Returns the left edge of a month.
    fn x(&self, number: usize) -> f64 {
        let at = number.saturating_sub(self.first).min(self.all.len());
        at as f64 * SIZE.0 as f64 / self.all.len() as f64
    }

    fn sum(&self, from: usize, to: usize, counts: &[u64]) -> u64 {
        let at = |number: usize| number.saturating_sub(self.first).min(counts.len());
        counts[at(from)..at(to + 1)].iter().sum()
    }
}

/// Draws the articles of the archive in the background and the matches before them, each to its own scale. Returns
/// `None` if no article has a date.
pub fn timeline(context: &PageContext, search: &Search, coverage: &[Period], found: &[Count]) -> Option<Markup> {
    let lang = context.lang;
    let bounds = (search.conditions.from.as_deref(), search.conditions.to.as_deref());
    let plain = |bound: Option<&str>| bound.is_none_or(|text| text.bytes().all(|b| b.is_ascii_digit() || b == b'-'));
    let bounds = if plain(bounds.0) && plain(bounds.1) { bounds } else { (None, None) };
    let months = Months::new(coverage, found, bounds)?;
    let (count, room) = (months.all.len(), SIZE.1);
    // What a click takes: a month where there are few, else a year.
    let spans: Vec<(usize, usize, String)> = match count <= SINGLE {
        true => (months.first..months.first + count).map(|month| (month, month, month_name(month))).collect(),
        false => months.years().map(|year| (year * 12, year * 12 + 11, format!("{year:04}"))).collect(),
    };
    let named_every = (months.years().count() / NAMED + 1).max(1);
    let label = lang.pick("按月分布", "By month");
    Some(html! {
        figure.timeline {
            svg viewBox=(format!("0 0 {} {}", SIZE.0, SIZE.1)) preserveAspectRatio="none" role="group" aria-label=(label)
                data-first=(month_name(months.first)) data-months=(count) {
                path.all d=(months.bars(&months.all)) {}
                path.found d=(months.bars(&months.found)) {}

                @for (from, to, name) in &spans {
                    @let (all, hits) = (months.sum(*from, *to, &months.all), months.sum(*from, *to, &months.found));
                    @if all > 0 {
                        @let x = months.x(*from);
                        @let says = match lang {
                            crate::language::Lang::Zh => format!("{name}：{} 篇，馆藏 {} 篇", number(hits), number(all)),
                            crate::language::Lang::En => format!("{name}: {} of {} articles", number(hits), number(all)),
                        };
                        a href=(search.href("/search", &[("from", name), ("to", name), ("page", "")])) aria-label=(says) {
                            title { (says) }
                            rect x=(format!("{x:.1}")) y="0" width=(format!("{:.1}", months.x(to + 1) - x)) height=(room) {}
                        }
                    }
                }
            }
            svg.axis width="100%" height="18" aria-hidden="true" {
                @for year in months.years().filter(|year| (year - months.first / 12).is_multiple_of(named_every)) {
                    @let at = months.x(year * 12) / SIZE.0 as f64 * 100.0;
                    @if at <= 95.0 { text x=(format!("{at:.2}%")) y="13" { (year) } }
                }
            }
            figcaption {
                span.key-found { (lang.pick("命中", "found")) }
                span.key-all { (lang.pick("馆藏", "archive")) }
                span.hint { (lang.pick("点选或拖选一段时间", "click or drag to choose a time")) }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_count_on() {
        assert_eq!(month_number("2019-12").map(|n| month_name(n + 1)).as_deref(), Some("2020-01"));
        for other in ["", "2019", "2019-13", "x-01", "2019-0"] {
            assert_eq!(month_number(other), None, "{other}");
        }
    }

    #[test]
    fn a_month_without_an_article_has_its_place() {
        let coverage = [Period::new("2019-11", 4, 4, None), Period::new("2020-02", 2, 2, None)];
        let months = Months::new(&coverage, &[], (None, None)).unwrap();
        assert_eq!((months.all.clone(), months.years()), (vec![4, 0, 0, 2], 2019..=2020));
        assert_eq!(months.sum(2020 * 12, 2020 * 12 + 11, &months.all), 2);
        let bounded = Months::new(&coverage, &[], (Some("2020"), Some("2020-06-30"))).unwrap();
        assert_eq!(month_name(bounded.first), "2020-02");
        assert!(Months::new(&[], &[], (None, None)).is_none());
    }
}
