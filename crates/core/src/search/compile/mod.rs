//! From the query's tree to a plan that any engine with our tokens can run.
//!
//! The tree and the generation's segmenter flow in; a [`plan::Compiled`] query flows out, which knows nothing of segments.

mod compiler;
mod concepts;
pub mod needle;
pub mod plan;
mod relax;
mod runs;
pub mod string;
pub mod terms;
mod years;

pub use compiler::{PART_WEIGHT, SYNONYM_WEIGHT, compile};
