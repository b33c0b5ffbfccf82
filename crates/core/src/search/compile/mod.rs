//! Compilation: from the query tree to a plan of fields and strings that names nothing of the engine below.
//!
//! The tree and the generation's segmenter flow in; a [`plan::Compiled`] query flows out, which is the same for all
//! segments.

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
