//! A query with its conditions, as every address takes them: the same names, meaning and messages as the options of the
//! command line.

use gongxun_core::query::{self, Filter, Query};
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Breadth, Copies, Request, Sort};

use crate::problem::Problem;

/// The longest query, in characters. What people paste is shorter; a longer one costs time and finds nothing.
pub const MAX_QUERY: usize = 1_000;
/// The longest value of a condition, in characters.
pub const MAX_VALUE: usize = 300;
/// The most hits in one answer.
pub const MAX_LIMIT: usize = 100;
/// The last hit that pages lead to; what is behind it is exported.
pub const MAX_DEPTH: usize = 10_000;

/// A day after the year 9999, counted from 1970-01-01.
const AFTER_ALL_DAYS: i64 = 4_000_000;

/// A query, what narrows it and how it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// The query as typed.
    pub q: String,
    /// Only this source or a part of it.
    pub source: Option<String>,
    /// Only this outlet.
    pub outlet: Option<String>,
    /// Only this editor.
    pub editor: Option<String>,
    /// Only this author.
    pub author: Option<String>,
    /// Only this proofreader.
    pub proofreader: Option<String>,
    /// Only this section.
    pub section: Option<String>,
    /// From this day, month or year on.
    pub from: Option<String>,
    /// Up to this day, month or year.
    pub to: Option<String>,
    /// What was typed and no more.
    pub exact: bool,
    /// Without those that hold it only by a synonym.
    pub no_synonyms: bool,
    /// Without those that hold only some of it.
    pub no_partial: bool,
    /// Those by a synonym are counted too.
    pub synonyms: bool,
    /// Those that hold only some of it are counted too.
    pub partial: bool,
    /// Each copy by itself.
    pub all_copies: bool,
}

impl Conditions {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.q.trim().is_empty() && self.values().iter().all(|(_, value)| value.is_none())
    }

    /// The values that narrow the query, by name.
    pub fn values(&self) -> [(&'static str, Option<&str>); 8] {
        [
            ("source", self.source.as_deref()),
            ("outlet", self.outlet.as_deref()),
            ("editor", self.editor.as_deref()),
            ("author", self.author.as_deref()),
            ("proofreader", self.proofreader.as_deref()),
            ("section", self.section.as_deref()),
            ("from", self.from.as_deref()),
            ("to", self.to.as_deref()),
        ]
    }

    /// The flags, by name.
    pub fn flags(&self) -> [(&'static str, bool); 6] {
        [
            ("exact", self.exact),
            ("no_synonyms", self.no_synonyms),
            ("no_partial", self.no_partial),
            ("synonyms", self.synonyms),
            ("partial", self.partial),
            ("all_copies", self.all_copies),
        ]
    }

    /// The request for it.
    ///
    /// # Errors
    /// Where it asks for nothing, is too long, names no date, or contradicts itself.
    pub fn request(&self) -> Result<Request, Problem> {
        if self.is_empty() {
            return Err(Problem::bad("write a query (q), or what it is narrowed by: editor, source, from …"));
        }
        self.check()?;
        // A filter alone asks for something.
        let query = match self.q.trim().is_empty() {
            true => {
                let mut query = Query::default();
                query.text = self.q.clone();
                query
            }
            false => query::parse(&self.q),
        };
        let mut request = Request::new(query);
        request.breadth = Breadth::of(!self.exact && !self.no_synonyms, !self.exact && !self.no_partial);
        request.count = Breadth::of(self.synonyms, self.partial);
        request.copies = if self.all_copies { Copies::All } else { Copies::Collapsed };
        request.filters = self.filters()?;
        Ok(request)
    }

    fn check(&self) -> Result<(), Problem> {
        if self.q.chars().count() > MAX_QUERY {
            return Err(Problem::bad(format!("q: a query has {MAX_QUERY} characters at the most")));
        }
        for (name, value) in self.values() {
            if value.is_some_and(|value| value.chars().count() > MAX_VALUE) {
                return Err(Problem::bad(format!("{name}: a value has {MAX_VALUE} characters at the most")));
            }
        }
        for (one, other, both) in [
            ("exact", "synonyms", self.exact && self.synonyms),
            ("exact", "partial", self.exact && self.partial),
            ("no_synonyms", "synonyms", self.no_synonyms && self.synonyms),
            ("no_partial", "partial", self.no_partial && self.partial),
        ] {
            if both {
                return Err(Problem::bad(format!("{one} and {other} contradict each other")));
            }
        }
        Ok(())
    }

    fn filters(&self) -> Result<Vec<Filter>, Problem> {
        let filters = [
            self.source.clone().map(Filter::Source),
            self.outlet.clone().map(Filter::Outlet),
            self.editor.clone().map(Filter::Editor),
            self.author.clone().map(Filter::Author),
            self.proofreader.clone().map(Filter::Proofreader),
            self.section.clone().map(Filter::Section),
        ];
        let mut filters: Vec<Filter> = filters.into_iter().flatten().collect();
        let day = |text: &Option<String>, name: &str| match text {
            Some(text) => query::parse_date_range(text)
                .map(Some)
                .ok_or_else(|| Problem::bad(format!("{name}: no date; write 2025-01-15, 2025-01 or 2025"))),
            None => Ok(None),
        };
        let from = day(&self.from, "from")?.and_then(|(from, _)| from);
        let to = day(&self.to, "to")?.and_then(|(_, to)| to);
        if from.is_some() || to.is_some() {
            filters.push(Filter::Date { from, to });
        }
        Ok(filters)
    }
}

/// The request for all articles, those without a date among them: whatever is not of a day that no calendar has.
pub fn everything() -> Request {
    let none = Filter::Date { from: Some(AFTER_ALL_DAYS), to: Some(AFTER_ALL_DAYS) };
    Request::new(Query::from(none).not())
}

/// Puts the place of a page into a request.
///
/// # Errors
/// Where a page is too long, or too far behind.
pub fn place(request: &mut Request, limit: usize, offset: usize) -> Result<(), Problem> {
    if limit > MAX_LIMIT {
        return Err(Problem::bad(format!("limit: {MAX_LIMIT} hits at the most; /api/export gives all")));
    }
    if offset.saturating_add(limit) > MAX_DEPTH {
        return Err(Problem::bad(format!("offset: hits are shown up to number {MAX_DEPTH}; /api/export gives all")));
    }
    (request.limit, request.offset) = (limit, offset);
    Ok(())
}

/// The order of hits by its name.
pub fn sort(name: &str) -> Option<Sort> {
    match name {
        "relevance" | "" => Some(Sort::Relevance),
        "newest" => Some(Sort::Newest),
        "oldest" => Some(Sort::Oldest),
        _ => None,
    }
}

/// The length of a period by its name.
pub fn step(name: &str) -> Option<Step> {
    match name {
        "day" => Some(Step::Day),
        "month" => Some(Step::Month),
        "year" => Some(Step::Year),
        _ => None,
    }
}

/// A text with something in it.
pub fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(q: &str) -> Conditions {
        Conditions { q: q.into(), ..Conditions::default() }
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        let text = |text: &str| Some(text.to_string());
        for (conditions, says) in [
            (asked("  "), "write a query"),
            (asked(&"工".repeat(MAX_QUERY + 1)), "1000 characters"),
            (Conditions { editor: text(&"肖".repeat(MAX_VALUE + 1)), ..asked("") }, "editor: a value"),
            (Conditions { from: text("昨天"), ..asked("工会") }, "from: no date"),
            (Conditions { exact: true, partial: true, ..asked("工会") }, "contradict"),
        ] {
            let problem = conditions.request().unwrap_err();
            assert!(problem.status == 400 && problem.detail.contains(says), "{problem:?}");
        }
        let request = Conditions { from: text("2020"), to: text("2021-03"), ..asked("") }.request().unwrap();
        let day = |text: &str| text.parse::<gongxun_core::article::Date>().unwrap().day_number();
        let date = Filter::Date { from: Some(day("2020-01-01")), to: Some(day("2021-03-31")) };
        assert_eq!((request.query.root, request.filters), (None, vec![date]));
    }

    #[test]
    fn pages_end_somewhere() {
        let mut request = asked("工会").request().unwrap();
        assert!(place(&mut request, MAX_LIMIT + 1, 0).is_err());
        assert!(place(&mut request, 10, usize::MAX).is_err());
        assert!(place(&mut request, 10, MAX_DEPTH - 10).is_ok());
        assert_eq!((request.limit, request.offset), (10, MAX_DEPTH - 10));
    }
}
