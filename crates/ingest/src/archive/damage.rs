//! Damage that shows at the end of a stream: the rejections of a first reading in, the records that may be altered out.
//!
//! The checksum of a compressed stream stands behind its content, so that the records of a stream with many are
//! delivered before it is known whether they are intact ([`super::Record::verified`]). Whoever has to know beforehand
//! reads the input twice.

use std::collections::HashSet;

use gongxun_core::article::Origin;
use gongxun_core::error::{Reason, Rejection};

/// The streams of an input that are damaged or can't be read to their end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Damage {
    /// Whether the input itself is such a stream, and the members that are.
    whole: bool,
    members: HashSet<String>,
}

impl Damage {
    /// Adds what a rejection tells of its stream.
    pub(super) fn add(&mut self, rejection: Rejection) {
        if !matches!(rejection.reason, Reason::Damaged | Reason::Limit | Reason::Unreadable) {
            return;
        }
        match rejection.origin.member {
            Some(member) => drop(self.members.insert(member)),
            None => self.whole = true,
        }
    }

    /// Whether a record of the input is in a damaged stream, so that it may be altered unless it was verified.
    pub fn covers(&self, record: &Origin) -> bool {
        let is_inside = |member: &String| {
            let mut ends = member.match_indices('!').map(|(at, _)| at).chain([member.len()]);
            ends.any(|end| self.members.contains(&member[..end]))
        };
        self.whole || record.member.as_ref().is_some_and(is_inside)
    }
}
