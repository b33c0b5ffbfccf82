//! The archive of gongxun on OpenSearch: the same articles, queries and answers beyond one machine. Depend on
//! [gongxun](https://docs.rs/gongxun); this crate is internal.
//!
//! Articles flow in through [`Push`], as they do into an index of this machine; an [`Archive`] answers all that can be
//! asked of one. The engine keeps our tokens, finds candidates and counts; what is proved by the text, the order of the
//! first hits, snippets and marks are by the same code as on one machine, on the articles that the engine gives.
//!
//! ```text
//! settings, trouble, http     where the engine is, what it says, requests and their repetition
//! tokens, mapping, document   an article as a document of the engine
//! place                       the index: its name, its generation, its dictionary
//! manifest, bulk, push        articles in
//! lower                       a plan as a query of the engine
//! ask                         answers that are checked to be whole
//! statistics, local           the engine's articles in an index of this process, scored as in the whole
//! found                       what matches, by kind, copies collapsed
//! facets, timeline, hits      what is asked of it; archive, all of it as a trait
//! reprints, verify            clusters of copies; proof
//! ```

mod archive;
mod ask;
mod bulk;
mod document;
mod facets;
mod found;
mod hits;
mod http;
mod local;
mod lower;
mod manifest;
mod mapping;
mod place;
mod push;
mod reprints;
mod settings;
mod statistics;
mod timeline;
mod tokens;
mod trouble;
mod verify;

pub use archive::Archive;
pub use mapping::SCHEMA;
pub use push::{Push, Pushed};
pub use reprints::{Joined, reprints};
pub use settings::{Access, Settings};
pub use verify::{Verified, verify};
