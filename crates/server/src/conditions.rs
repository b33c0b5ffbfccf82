//! A query with its conditions, common to all addresses: the same names, meaning and messages as the options of the
//! command line.

use gongxun_core::query::{self, Filter, Query};
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Breadth, Copies, Request, Sort};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

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

/// The struct of a query with its conditions, from one list: addresses, the OpenAPI document, the page's links and the
/// request are all made from it.
macro_rules! conditions {
    (
        values { $($(#[$of_value:meta])* $value:ident,)* }
        flags { $($(#[$of_flag:meta])* $flag:ident,)* }
    ) => {
        /// A query, its conditions and the breadth in which it is matched.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, IntoParams)]
        #[serde(default, deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct Conditions {
            /// Words, "strings", fields (标题:工会), OR, -exclusions, (groups): the query language. Optional if there is a
            /// filter; without either, all articles match.
            #[param(max_length = 1000, example = "工会 权益")]
            pub q: String,
            $($(#[$of_value])* #[serde(deserialize_with = "given_value")] pub $value: Option<String>,)*
            $($(#[$of_flag])* pub $flag: bool,)*
        }

        impl Conditions {
            /// The names of parameters in addresses.
            pub const NAMES: &[&str] = &["q", $(stringify!($value),)* $(stringify!($flag),)*];

            /// Reads the conditions of an address by functions that look up a parameter.
            pub fn from_parameters(text: impl Fn(&str) -> Option<String>, flag: impl Fn(&str) -> bool) -> Conditions {
                Conditions {
                    q: text("q").unwrap_or_default(),
                    $($value: given(text(stringify!($value))),)*
                    $($flag: flag(stringify!($flag)),)*
                }
            }

            /// Returns the filters by name.
            pub fn values(&self) -> Vec<(&'static str, Option<&str>)> {
                vec![$((stringify!($value), self.$value.as_deref()),)*]
            }

            /// Returns the flags by name.
            pub fn flags(&self) -> Vec<(&'static str, bool)> {
                vec![$((stringify!($flag), self.$flag),)*]
            }
        }
    };
}

conditions! {
    values {
        /// Only articles of this source, or of one with this part.
        #[param(min_length = 1, max_length = 300, pattern = r"\S")]
        source,
        /// Only articles of this outlet.
        #[param(min_length = 1, max_length = 300, pattern = r"\S")]
        outlet,
        /// Only articles of this editor (编辑, 责任编辑, 审核, 监制).
        #[param(min_length = 1, max_length = 300, pattern = r"\S")]
        editor,
        /// Only articles of this author (记者, 通讯员, 评论员, 作者).
        #[param(min_length = 1, max_length = 300, pattern = r"\S")]
        author,
        /// Only articles of this proofreader (校对).
        #[param(min_length = 1, max_length = 300, pattern = r"\S")]
        proofreader,
        /// Only articles of this section.
        #[param(min_length = 1, max_length = 300, pattern = r"\S")]
        section,
        /// Only articles from this day, month or year on: 2025-01-15, 2025-01, 2025. Other forms of dates in the query
        /// language are accepted too.
        #[param(pattern = r"^([12]\d{3}(-(0[1-9]|1[0-2]))?|[12]\d{3}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8])))$")]
        from,
        /// Only articles up to this day, month or year.
        #[param(pattern = r"^([12]\d{3}(-(0[1-9]|1[0-2]))?|[12]\d{3}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8])))$")]
        to,
    }
    flags {
        /// Full matches only: no synonyms, no partial matches.
        exact,
        /// Exclude synonym matches.
        no_synonyms,
        /// Exclude partial matches.
        no_partial,
        /// Also count and export synonym matches, marked as such, unless `exact` or `no_synonyms` excludes them.
        synonyms,
        /// Also count and export partial matches, marked as such, unless `exact` or `no_partial` excludes them.
        partial,
        /// Treat each copy of an article as a separate article.
        all_copies,
    }
}

impl Conditions {
    /// Whether there is neither a query nor a condition.
    pub fn is_empty(&self) -> bool {
        self.q.trim().is_empty() && self.values().iter().all(|(_, value)| value.is_none())
    }

    /// Returns the request for the query and its conditions; for all articles if there are none.
    ///
    /// # Errors
    /// If something is too long or no date.
    pub fn request(&self) -> Result<Request, Problem> {
        self.check()?;
        // A filter alone asks for something, and nothing at all for everything.
        let query = || match self.q.trim().is_empty() {
            true => {
                let mut query = Query::default();
                query.text = self.q.clone();
                query
            }
            false => query::parse(&self.q),
        };
        let mut request = if self.is_empty() { everything() } else { Request::new(query()) };
        let (synonyms, partial) = (!self.exact && !self.no_synonyms, !self.exact && !self.no_partial);
        request.breadth = Breadth::of(synonyms, partial);
        // Matches that are left out are not counted either.
        request.count = Breadth::of(self.synonyms && synonyms, self.partial && partial);
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
                .ok_or_else(|| Problem::bad(format!("{name}: not a date; write 2025-01-15, 2025-01 or 2025"))),
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

/// Returns the request for all articles, including those without a date: all that are not of a day that no calendar
/// has.
pub fn everything() -> Request {
    let none = Filter::Date { from: Some(AFTER_ALL_DAYS), to: Some(AFTER_ALL_DAYS) };
    let mut query = Query::from(none).not();
    query.text = String::new();
    Request::new(query)
}

/// Puts the place of a page into a request.
///
/// # Errors
/// If a page is too long, or too far behind.
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

/// Returns the order of hits of this name.
pub fn sort(name: &str) -> Option<Sort> {
    match name {
        "relevance" | "" => Some(Sort::Relevance),
        "newest" => Some(Sort::Newest),
        "oldest" => Some(Sort::Oldest),
        _ => None,
    }
}

/// Returns the length of a period of this name.
pub fn step(name: &str) -> Option<Step> {
    match name {
        "day" => Some(Step::Day),
        "month" => Some(Step::Month),
        "year" => Some(Step::Year),
        _ => None,
    }
}

/// Returns the text unless it is blank.
pub fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// Deserializes a value of the API. A blank one is an error: ignored, it would give the numbers of another query.
fn given_value<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    let value = String::deserialize(value)?;
    given(Some(value)).map(Some).ok_or_else(|| D::Error::custom("a blank value; leave the name out"))
}

/// The bounds, said again where the document says them.
const _: () = assert!(MAX_QUERY == 1_000 && MAX_VALUE == 300);

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
            (asked(&"工".repeat(MAX_QUERY + 1)), "1000 characters"),
            (Conditions { editor: text(&"肖".repeat(MAX_VALUE + 1)), ..asked("") }, "editor: a value"),
            (Conditions { from: text("昨天"), ..asked("工会") }, "from: not a date"),
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
    fn matches_that_are_left_out_are_not_counted() {
        let counted = |text: &str| {
            let flag = |name: &str| text.split(' ').any(|other| other == name);
            let conditions = Conditions::from_parameters(|name| (name == "q").then(|| "工会".to_string()), flag);
            conditions.request().unwrap().count
        };
        for (flags, count) in [
            ("", Breadth::Exact),
            ("synonyms partial", Breadth::Wide),
            ("exact synonyms partial", Breadth::Exact),
            ("no_partial partial", Breadth::Exact),
            ("no_synonyms synonyms partial", Breadth::of(false, true)),
        ] {
            assert_eq!(counted(flags), count, "{flags}");
        }
    }

    #[test]
    fn a_name_is_a_condition_or_a_flag() {
        let all = Conditions::from_parameters(|name| Some(name.to_string()), |_| true);
        let names: Vec<&str> =
            all.values().iter().map(|(name, value)| value.filter(|value| value == name).unwrap()).collect();
        let flags: Vec<&str> = all.flags().iter().map(|(name, set)| if *set { *name } else { "" }).collect();
        assert_eq!([vec!["q"], names, flags].concat(), Conditions::NAMES);
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
