//! Ranking: BM25 over words, pairs and characters, with whole words before matches crossing word boundaries; then the
//! second stage re-ranks the first hits by the passage that answers best.

mod items;
mod places;
pub mod rank;
pub mod ranked;
pub mod scoring;
pub mod stage;
pub mod whole_words;
