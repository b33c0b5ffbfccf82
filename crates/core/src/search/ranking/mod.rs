//! In which order matches are given: BM25 over words, pairs and characters, words before letters inside other words; then the
//! first of them anew, by the item of their text that answers best.

mod items;
mod places;
pub mod rank;
pub mod ranked;
pub mod scoring;
pub mod stage;
pub mod surely;
