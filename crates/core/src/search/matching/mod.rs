//! Which documents satisfy a plan: sets of documents, segment by segment, proved by the index and where it leaves
//! something open by the texts.

pub mod bits;
pub mod collapse;
pub mod found;
pub mod lower;
pub mod matcher;
pub mod proximity;
pub mod segment;
pub mod strings;
