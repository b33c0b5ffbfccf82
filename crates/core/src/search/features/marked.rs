//! An article with the marks of a query, as it is shown to a reader who came to it by that query.

use crate::article::{Article, ArticleId};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::{Snapshot, check};
use crate::query::{MAX_TREE_DEPTH, is_deeper};
use crate::search::compile::compile;
use crate::search::compile::plan::Mark;
use crate::search::kind::Kind;
use crate::search::matching::found::Matches;
use crate::search::request::Request;
use crate::search::results::snippet::{ArticleMarks, Highlighter};

/// An article with marks.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MarkedArticle {
    /// The article, with its margin.
    pub article: Article,
    /// The kind of match; none if the article does not match the query.
    pub kind: Option<Kind>,
    /// The ranges that the query matches. In a partial match the parts of its words and strings are marked too.
    pub marks: ArticleMarks,
}

/// Returns the article with this id, with the marks of a request; none if there is no such article. If the search for
/// its kind is stopped, the marks are those of a full match.
///
/// # Errors
/// If an index file can't be read or does not hold what was written.
pub fn marked(
    snapshot: &Snapshot,
    request: &Request,
    id: &ArticleId,
    control: &Control<'_>,
) -> Result<Option<MarkedArticle>> {
    check::catching_panics(&snapshot.generation, || {
        let Some(address) = snapshot.find(id)? else { return Ok(None) };
        let article = snapshot.article_with_margin(address)?;
        let root = request.query.root.as_ref();
        if root.is_none() {
            return Ok(Some(MarkedArticle { article, kind: None, marks: ArticleMarks::default() }));
        }
        if root.is_some_and(|root| is_deeper(root, MAX_TREE_DEPTH)) {
            return Err(Error::Invalid(format!("the query is nested more than {MAX_TREE_DEPTH} deep")));
        }
        let segmenter = snapshot.segmenter()?;
        let compiled = compile(root, &request.filters, segmenter, request.synonyms_on(snapshot)?, request.breadth);
        let kind = Matches::find(snapshot, &compiled, control)?.kind(address);
        let marks: Vec<Mark> = match kind {
            Some(Kind::Partial) => compiled.marks.iter().chain(&compiled.part_marks).cloned().collect(),
            _ => compiled.marks,
        };
        let page = snapshot.decoded(address)?;
        let marks = Highlighter::new(&marks, segmenter).in_article(&page);
        Ok(Some(MarkedArticle { article, kind, marks }))
    })
}
