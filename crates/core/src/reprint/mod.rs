//! Reprints: the same article from several places. Articles flow in, [`Fingerprint`]s and [`Clusters`] flow out.
//!
//! A fingerprint is a sketch of an article's letters (one-permutation MinHash) with what tells a reprint from a text that
//! is merely alike: title, day, numbers. Fingerprints say which pairs may be one article, and their texts side by side
//! decide; clusters are the connected components of these pairs, so that the order of arrival does not matter. Everything
//! here is pure; where fingerprints, clusters and texts are kept is `index`'s business.

mod align;
mod bands;
mod clusters;
mod fingerprint;
mod same;

pub use align::{Comparison, compare, folded};
pub use clusters::{Clusters, Flags, Texts};
pub use fingerprint::{Fingerprint, LANES, PACKED, Packed, SHINGLE, letters};
pub use same::{NEAR_DAYS, is_likely, same_text, similarity};
