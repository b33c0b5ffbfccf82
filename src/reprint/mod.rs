//! Reprints: the same article from several places. Articles flow in, [`Fingerprint`]s and [`Clusters`] flow out.
//!
//! A fingerprint is a sketch of an article's letters (one-permutation MinHash) with what tells a reprint from a text that
//! is merely alike: title, day, length. Two articles are copies where [`same_article`] says so of their fingerprints;
//! clusters are the connected components of these pairs, so that the order of arrival does not matter. Everything here is
//! pure; where fingerprints and clusters are kept is `index`'s business.

mod bands;
mod clusters;
mod fingerprint;
mod same;

pub use clusters::{Clusters, Flags};
pub use fingerprint::{Fingerprint, LANES, PACKED, Packed, SHINGLE, letters};
pub use same::{FAR_DAYS, Form, NEAR_DAYS, makes_form, same_article, similarity};
