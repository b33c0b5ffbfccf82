//! The first articles of a generation, from which its compression dictionary is trained.
//!
//! Articles with their stored forms flow in until they suffice for the training; the dictionary and the articles flow out.

use crate::article::Article;
use crate::index::store::document::Stored;
use crate::index::store::packing::{self, Dictionary};

/// Articles that wait for the dictionary, each with its file and its stored form.
#[derive(Default)]
pub struct Samples {
    articles: Vec<(Article, String, Stored)>,
    /// The size of the stored forms, in bytes.
    bytes: usize,
}

impl Samples {
    /// Adds an article.
    pub fn push(&mut self, article: &Article, file: &str, stored: Stored) {
        self.bytes += stored.bytes.len();
        self.articles.push((article.clone(), file.to_string(), stored));
    }

    /// Whether there are as many as the training takes.
    pub fn is_full(&self) -> bool {
        self.bytes >= packing::SAMPLES
    }

    /// Whether an article has this id or came from this file.
    pub fn holds(&self, text: &str) -> bool {
        self.articles.iter().any(|(article, file, _)| article.id.0 == text || file == text)
    }

    /// Trains a dictionary on the articles; `None` if they are too few.
    pub fn train(&self) -> Option<Dictionary> {
        let lengths: Vec<usize> = self.articles.iter().map(|(_, _, stored)| stored.bytes.len()).collect();
        let stored: Vec<u8> = self.articles.iter().flat_map(|(_, _, stored)| &stored.bytes).copied().collect();
        Dictionary::make(&stored, &lengths)
    }

    /// Returns the articles in the order in which they were added.
    pub fn into_articles(self) -> Vec<(Article, String, Stored)> {
        self.articles
    }
}
