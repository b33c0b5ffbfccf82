//! Near-duplicate detection: reprints of the same article in several places. Articles flow in; [`Fingerprint`]s and
//! [`Clusters`] flow out.
//!
//! A fingerprint is a sketch of an article's characters (one-permutation MinHash), with the features that tell a
//! reprint from a text that is merely alike: title, day, numbers. Fingerprints select the pairs that may be the same
//! article, and an alignment of their texts decides; clusters are the connected components of these pairs, so that the
//! order of arrival does not matter. Everything here is pure; `index` stores fingerprints, clusters and texts.

mod align;
mod bands;
mod clusters;
mod fingerprint;
mod same;

pub use align::{Comparison, compare, folded};
pub use clusters::{Bitmap, Clusters, Texts};
pub use fingerprint::{Fingerprint, LANES, PACKED, Packed, SHINGLE, letters};
pub use same::{NEAR_DAYS, is_likely, same_text, similarity};
