//! Explains how a page was read: each visible line with its part and the reason. A tool for improving extraction.

use serde::Serialize;

use super::options::Options;
use super::parts::Part;
use super::read;
use crate::archive::Record;
use gongxun_core::article::{Article, Block};
use gongxun_core::error::Rejection;

/// A record's article, and the parts of the lines of its page.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The article.
    pub article: Article,
    /// The visible lines of the page, in order, with damage undone; none for a JSON object, which has fields.
    pub lines: Vec<ExplainedLine>,
}

/// One line of a page.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ExplainedLine {
    /// Its number among all lines of the page, from 1; hidden lines are counted but left out.
    pub line: usize,
    /// `title`, `lead`, `body`, `byline` or `margin`.
    pub part: &'static str,
    /// The kind of block; for a line of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<Block>,
    /// The reason why it went there.
    pub why: &'static str,
    /// The text.
    pub text: String,
}

/// Reads a record as [`super::extract`] does, and returns the part of each line with the reason.
///
/// # Errors
/// Same as [`super::extract`].
pub fn explain(record: &Record, options: &Options) -> Result<Explanation, Rejection> {
    let read = read(record, options)?;
    let mut lines = Vec::new();
    if let Some((page, parts)) = &read.page {
        for (number, line) in page.lines.iter().enumerate() {
            let Some(place) = parts.of(number) else { continue };
            let (part, block) = match place.part {
                Part::Title => ("title", None),
                Part::Lead => ("lead", None),
                Part::Body(block) => ("body", Some(block)),
                Part::Byline => ("byline", None),
                Part::Margin => ("margin", None),
            };
            lines.push(ExplainedLine { line: number + 1, part, block, why: place.why, text: line.text.clone() });
        }
    }
    Ok(Explanation { article: read.article, lines })
}
