//! Evaluates several NEAR, 同句: or 同段: with one rule at once. A group of ORs inside one of them is such a list: each way
//! to choose an alternative of every group is a needle of its own, and most of the needles share their strings.
//!
//! Needles flow in, the documents that hold any of them flow out. The places of each string are read once for all
//! needles, and only in documents that hold all strings of some needle.

use super::bits::Bits;
use super::lower;
use super::proximity::{Cursor, Link, Marks, Rule};
use super::segment::Segment;
use super::strings as index_strings;
use super::tokens::Proved;
use crate::error::Result;
use crate::index::schema::Fields;
use crate::search::compile::needle::{Needle, Place, has_near};
use crate::search::compile::plan::Scope;
use crate::search::compile::string::StringPlan;

/// The most distinct strings: one bit each.
const MAX_STRINGS: usize = u64::BITS as usize;

/// Needles with one rule, as sets of their strings.
pub struct Alternatives {
    strings: Vec<StringPlan>,
    links: Vec<Link>,
    /// The strings of each needle, a bit each.
    needles: Vec<u64>,
    rule: Rule,
}

impl Alternatives {
    /// Joins needles; none if their rules differ, or if the positions do not decide one of their strings.
    pub fn of<'n>(needles: impl Iterator<Item = &'n Needle>) -> Option<Alternatives> {
        let mut all: Option<Alternatives> = None;
        let mut known: Vec<&'n [char]> = Vec::new();
        for needle in needles {
            let (strings, rule) = match needle {
                Needle::Near { strings, distance } => (strings, Rule::Near(*distance)),
                Needle::Together { strings, unit } => (strings, Rule::Together(*unit)),
                Needle::String(_) | Needle::Pattern(_) => return None,
            };
            let all = all.get_or_insert_with(|| Alternatives {
                strings: Vec::new(),
                links: Vec::new(),
                needles: Vec::new(),
                rule: rule.clone(),
            });
            if all.rule != rule {
                return None;
            }
            let mut needle = 0;
            for string in strings {
                let number = match known.iter().position(|other| *other == string.as_slice()) {
                    Some(number) => number,
                    None if known.len() == MAX_STRINGS => return None,
                    None => {
                        let text: String = string.iter().collect();
                        all.links.push(Link::of(&text)?);
                        all.strings.push(StringPlan::new(&text));
                        known.push(string);
                        known.len() - 1
                    }
                };
                // A string that a needle has twice must stand at two places.
                if needle & 1 << number != 0 {
                    return None;
                }
                needle |= 1 << number;
            }
            all.needles.push(needle);
        }
        all
    }

    /// Returns the strings of all needles.
    pub fn strings(&self) -> &[StringPlan] {
        &self.strings
    }

    /// Returns the documents of a segment that hold any of the needles or may hold it, deleted ones included. None if the
    /// tokens decide too little.
    ///
    /// # Errors
    /// If an index file can't be read; [`crate::error::Error::Interrupted`] if the control of a segment asks to stop.
    pub fn documents(
        &self,
        scope: Scope,
        segment: &Segment<'_>,
        fields: &Fields,
        within: Option<&Bits>,
    ) -> Result<Option<Proved>> {
        let empty = || Bits::empty(segment.max_doc());
        let mut proved = Proved { found: empty(), open: empty() };
        for (text, _) in lower::texts(scope, fields) {
            let mut with = Vec::with_capacity(self.strings.len());
            for string in &self.strings {
                let mut found = empty();
                index_strings::documents(string, segment, text, &mut found)?;
                with.push(found);
            }
            let mut wanted = empty();
            for needle in &self.needles {
                let mut all = within.cloned().unwrap_or_else(|| Bits::full(segment.max_doc()));
                numbers(*needle).for_each(|number| all.and(&with[number]));
                wanted.or(&all);
            }
            if text.pairs == fields.names.pairs {
                // Names stand end to end in the index but each by itself in the article.
                proved.open.or(&wanted);
                continue;
            }
            wanted.and_not(&proved.found);
            if wanted.is_empty() {
                continue;
            }
            let mut cursors = Vec::with_capacity(self.links.len());
            for link in &self.links {
                let cursor = link.open(segment, text)?;
                if matches!(cursor, Some(Cursor::TooMany)) {
                    return Ok(None);
                }
                cursors.push(cursor);
            }
            let mut marks = match self.rule.mark() {
                Some(mark) => Marks::open(segment, text.pairs, mark)?,
                None => None,
            };
            let (mut places, mut scratch) = (Vec::new(), Vec::new());
            for doc in wanted.iter() {
                segment.tick()?;
                places.clear();
                for (number, cursor) in cursors.iter_mut().enumerate() {
                    if let Some(cursor) = cursor
                        && with[number].contains(doc)
                        && cursor.seek(doc) == doc
                    {
                        places.extend(cursor.places(doc).map(|range| (range, number)));
                    }
                }
                let ends = marks.as_mut().map_or(&[][..], |marks| marks.of(doc));
                if self.holds(&mut places, ends, &mut scratch) {
                    proved.found.insert(doc);
                }
            }
        }
        proved.open.and_not(&proved.found);
        Ok(Some(proved))
    }

    /// Whether these places of one text satisfy any needle. `ends` are the ends of its units, in order.
    fn holds(&self, places: &mut Vec<Place>, ends: &[u32], units: &mut Vec<u64>) -> bool {
        match &self.rule {
            Rule::Near(distance) => {
                places.sort_by_key(|(range, number)| (range.start, range.end, *number));
                let held = places.iter().fold(0, |held, (_, number)| held | 1_u64 << number);
                self.needles.iter().filter(|needle| held & **needle == **needle).any(|needle| {
                    let number_in_needle = |number: usize| (needle & ((1 << number) - 1)).count_ones() as usize;
                    let own = places.iter().filter(|(_, number)| needle & 1 << number != 0);
                    let own: Vec<Place> =
                        own.map(|(range, number)| (range.clone(), number_in_needle(*number))).collect();
                    has_near(&own, needle.count_ones() as usize, *distance)
                })
            }
            Rule::Together(_) => {
                units.clear();
                units.resize(ends.len() + 1, 0);
                for (range, number) in &*places {
                    let unit = ends.partition_point(|end| (*end as usize) < range.start);
                    if ends.get(unit).is_none_or(|end| range.end <= *end as usize) {
                        units[unit] |= 1 << number;
                    }
                }
                units.iter().any(|held| self.needles.iter().any(|needle| held & needle == *needle))
            }
            Rule::Gaps(_) => false,
        }
    }
}

/// Returns the numbers of the bits that are set.
fn numbers(bits: u64) -> impl Iterator<Item = usize> {
    (0..MAX_STRINGS).filter(move |number| bits & 1 << number != 0)
}
