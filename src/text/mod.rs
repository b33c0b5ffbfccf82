//! Pure functions on text: charset, fold, segment, lexicon, repair, numerals. Nothing here reads or writes files.

pub mod charset;
pub mod fold;
pub mod strings;
pub mod lexicon;
pub mod segment;
pub mod function_words;
pub mod synonyms;
pub mod repair;
