//! The parts of a file that a run could not read: rejections in, what must be kept out.
//!
//! What could not be read is not gone. A damaged part may have held any record of the file; a member or record that is
//! encrypted, packed in an unknown way, empty or not text leaves the file's other records as they are.

use super::report::Observer;
use crate::archive;
use gongxun_core::error::{Rejection, Unread};
use gongxun_core::index::records::{Class, STANDARD_INPUT};

/// The most places that are kept apart; a file with more of them counts as unread as a whole.
const MAX_PLACES: usize = 10_000;

/// Says how many articles of a file stay although the run did not meet them. Each standard input adds to the one before.
pub fn say_kept(file: &str, articles: u64, observer: &mut dyn Observer) {
    if articles > 0 && file != STANDARD_INPUT {
        observer.note(&format!("{file}: can't be read in full; {articles} of its articles were not met and are kept"));
    }
}

/// The parts of a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnreadParts {
    /// Whether any record may be among them.
    whole: bool,
    /// The places of members and records.
    places: Vec<String>,
}

impl UnreadParts {
    /// Returns the parts of a file of which any record may be unread.
    pub fn whole() -> UnreadParts {
        UnreadParts { whole: true, places: Vec::new() }
    }

    /// Adds what a rejected record leaves unread.
    pub fn add(&mut self, rejection: &Rejection) {
        let origin = &rejection.origin;
        match Unread::of(rejection.reason) {
            _ if self.whole => {}
            Unread::Nothing => {}
            Unread::File => *self = UnreadParts::whole(),
            // Nothing was ever read from what is left alone by its name.
            Unread::Record if archive::is_never_read(origin.member.as_ref().unwrap_or(&origin.file)) => {}
            Unread::Record if origin.member.is_none() && origin.record.is_none() => *self = UnreadParts::whole(),
            Unread::Record if self.places.len() >= MAX_PLACES => *self = UnreadParts::whole(),
            Unread::Record => self.places.push(origin.to_string()),
        }
    }

    /// Whether everything was read.
    pub fn is_none(&self) -> bool {
        !self.whole && self.places.is_empty()
    }

    /// Whether any record of the file may be unread.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether an article that the index has from the file may stand in an unread part, by its origin. That of a copy does
    /// not tell where in the file it is.
    pub fn may_hold(&self, origin: &str, file: &str) -> bool {
        let is_at = |place: &String| {
            origin.strip_prefix(place.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['!', '#']))
        };
        self.whole || !self.places.is_empty() && Class::of(origin, file) == Class::Copy || self.places.iter().any(is_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongxun_core::article::Origin;
    use gongxun_core::error::Reason;

    #[test]
    fn what_is_unread_covers_what_may_have_stood_there() {
        let at = |member: Option<&str>, record| Origin::new("in/x.zip", member.map(str::to_string), record);
        let articles =
            ["in/x.zip!a.txt", "in/x.zip!b.zip!c.txt", "in/x.zip!b.zip2", "in/x.zip!w.warc#00002", "in/p.json"];
        for (reason, origin, kept) in [
            (Reason::NotArticle, at(None, None), &[][..]),
            (Reason::NoPage, at(Some("a.txt"), None), &[]),
            (Reason::Damaged, at(Some("a.txt"), None), &[0, 1, 2, 3, 4]),
            (Reason::Empty, at(None, None), &[0, 1, 2, 3, 4]),
            (Reason::Empty, at(Some("a.txt"), None), &[0, 4]),
            (Reason::Unknown, at(Some("b.zip"), None), &[1, 4]),
            (Reason::Empty, at(Some("w.warc"), Some(2)), &[3, 4]),
            (Reason::Binary, at(Some("a.jpg"), None), &[]),
        ] {
            let mut unread = UnreadParts::default();
            unread.add(&Rejection::new(origin.clone(), reason, ""));
            let found: Vec<usize> =
                (0..articles.len()).filter(|at| unread.may_hold(articles[*at], "in/x.zip")).collect();
            assert_eq!(found, kept, "{reason} {origin}");
            assert_eq!(unread.is_none(), kept.is_empty());
        }
    }
}
