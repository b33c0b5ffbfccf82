//! In which order matches are given: BM25 over words, pairs and characters, words before letters inside other words.

pub mod rank;
pub mod scoring;
mod surely;
