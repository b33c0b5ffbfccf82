//! The page and the HTTP API of [gongxun](https://docs.rs/gongxun): that crate's feature `serve` is the way to it.
//!
//! An archive flows in; a router flows out, which is a function of requests and needs no socket:
//!
//! ```text
//! request ─guard→ (page | api) ─archive→ off the async threads, with a deadline ─core→ results ─→ HTML, JSON
//! ```
//!
//! [`router`] makes it, [`Server`] serves it. Only reading is possible: nothing over HTTP changes an index.

mod api;
mod archive;
mod assets;
mod conditions;
mod guard;
mod language;
mod metrics;
mod net;
mod page;
mod params;
mod problem;
mod router;
mod settings;

pub use net::{Server, Stop};
pub use router::router;
pub use settings::{Hosts, Lines, Log, Settings};
