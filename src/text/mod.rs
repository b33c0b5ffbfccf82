//! Pure functions on text: charset, fold, segment, lexicon, repair, numerals. Nothing here reads or writes files.

pub mod fold;
pub mod repair;
