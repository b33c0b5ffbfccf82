//! Pure functions on Chinese text: charsets, folding, segmentation, lexicon, synonyms, pinyin, repair. Nothing here
//! reads or writes files.

#[cfg(feature = "reading")]
pub mod charset;
pub mod compound;
pub mod fold;
pub mod function_words;
pub mod lexicon;
pub mod pinyin;
pub mod random;
#[cfg(feature = "reading")]
pub mod repair;
pub mod report;
pub mod segment;
pub mod strings;
pub mod synonyms;
pub mod words;
