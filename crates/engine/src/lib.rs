//! Indexing and search on OpenSearch (the *engine*), for archives beyond one machine: the same articles, queries and
//! answers as with the embedded index, which is the one in a folder of this machine. Depend on
//! [gongxun](https://docs.rs/gongxun); this crate is internal.
//!
//! [`Push`] indexes articles and [`Archive`] searches them. OpenSearch stores our tokens, finds candidates and counts.
//! Articles that it returns are put into a temporary embedded index, whose code verifies candidates by their texts,
//! ranks the first hits, and makes snippets and marks.
//!
//! ```text
//! settings, error, http       connection settings, errors, requests with retries
//! tokens, mapping, document   an article as an OpenSearch document
//! admin                       the index: its alias, its generations, its dictionary
//! stored, bulk, release       conditional writes, so that processes may load beside each other
//! manifest, push              a load and what it has read
//! lower                       a plan as an OpenSearch query
//! search                      search requests; an incomplete response is an error
//! pages                       pages without an article, which searches of whole pages find
//! statistics, local           a temporary index of some articles, scored by the statistics of all
//! found                       the matches by kind, with copies collapsed
//! facets, timeline, hits      answers about the matches; archive has all of them as a trait, and the newest state of an index
//! reprints, verify            clusters of near-duplicates; verification of an index
//! ```

mod admin;
mod archive;
mod bulk;
mod document;
mod error;
mod facets;
mod found;
mod hits;
mod http;
mod local;
mod lower;
mod manifest;
mod mapping;
mod pages;
mod push;
mod release;
mod reprints;
mod search;
mod settings;
mod statistics;
mod stored;
mod timeline;
mod tokens;
mod verify;

pub use archive::{Archive, Newest};
pub use mapping::SCHEMA;
pub use push::{Push, Pushed};
pub use reprints::{Joined, reprints};
pub use settings::{Access, Settings};
pub use verify::{Verified, verify};
