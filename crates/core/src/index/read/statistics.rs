//! [`Statistics`] of a collection of which a snapshot holds a few articles: with them these are scored as in the whole.

use std::collections::HashMap;

/// Statistics of a whole collection, for scoring. Fields are named as in the schema.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Statistics {
    /// The number of articles.
    pub articles: u64,
    /// The number of tokens of all articles, by field.
    pub tokens: HashMap<String, u64>,
    /// The number of articles that have a token, by field and token.
    pub documents: HashMap<(String, String), u64>,
}

impl Statistics {
    /// Returns the average number of tokens of a field, if the field is known.
    pub fn average(&self, field: &str) -> Option<f32> {
        Some(*self.tokens.get(field)? as f32 / self.articles.max(1) as f32)
    }

    /// Returns the number of articles with a token, if known.
    pub fn documents(&self, field: &str, token: &str) -> Option<u64> {
        self.documents.get(&(field.to_string(), token.to_string())).copied()
    }
}
