//! The three kinds of matches, which are counted apart everywhere.

use serde::{Deserialize, Serialize};

/// The kind of a match: how much of the query an article holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// All that was typed.
    Full,
    /// All of it, but something only by a synonym.
    Synonym,
    /// Some of it.
    Partial,
}

impl Kind {
    /// All kinds, in the order in which matches are given.
    pub const ALL: [Kind; 3] = [Kind::Full, Kind::Synonym, Kind::Partial];

    /// The name, as results give it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Full => "full",
            Kind::Synonym => "synonym",
            Kind::Partial => "partial",
        }
    }
}

/// A number for each kind of match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ByKind<T>([T; 3]);

impl<T> ByKind<T> {
    /// The function's result for each kind.
    pub fn of(each: impl FnMut(Kind) -> T) -> ByKind<T> {
        ByKind(Kind::ALL.map(each))
    }

    /// The three, in the order of [`Kind::ALL`].
    pub fn into_inner(self) -> [T; 3] {
        self.0
    }
}

impl<T> std::ops::Index<Kind> for ByKind<T> {
    type Output = T;

    fn index(&self, kind: Kind) -> &T {
        &self.0[kind as usize]
    }
}

impl<T> std::ops::IndexMut<Kind> for ByKind<T> {
    fn index_mut(&mut self, kind: Kind) -> &mut T {
        &mut self.0[kind as usize]
    }
}
