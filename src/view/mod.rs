//! Results and articles in, text out: one format a file, pure serializers.

pub mod article;
pub mod json;
pub mod stats;
pub mod terminal;
