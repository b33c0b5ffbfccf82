//! The three kinds of matches, which are counted apart everywhere.

use serde::{Deserialize, Serialize};

/// The kind of a match: how much of the query an article holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// All of what was typed.
    Full,
    /// All of it, some only by a synonym.
    Synonym,
    /// Some of it.
    Partial,
}

impl Kind {
    /// All kinds, in the order in which matches are ranked.
    pub const ALL: [Kind; 3] = [Kind::Full, Kind::Synonym, Kind::Partial];

    /// Returns the name of the kind in results.
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
    /// Makes the value of each kind by a function.
    pub fn of(each: impl FnMut(Kind) -> T) -> ByKind<T> {
        ByKind(Kind::ALL.map(each))
    }

    /// Returns the three values, in the order of [`Kind::ALL`].
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
