//! The ids of a page of hits, without their articles: for a program that holds the articles itself.

use serde::Serialize;

use crate::article::ArticleId;
use crate::control::Control;
use crate::error::Result;
use crate::index::{Snapshot, check};
use crate::search::compile::plan::Breadth;
use crate::search::kind::Kind;
use crate::search::pipeline::Found;
use crate::search::ranking::ranked::Ranked;
use crate::search::request::Request;
use crate::search::results::page::Results;

/// The ids of the hits of a page, with the number of all matches.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Ids {
    /// The number of full matches; copies of one article count once, unless all were asked for.
    pub total: u64,
    /// The number of synonym matches.
    pub synonym_total: u64,
    /// The number of partial matches.
    pub partial_total: u64,
    /// The ids and scores of the hits, in the order of [`Results::hits`].
    pub hits: Vec<(ArticleId, f32)>,
    /// Whether the search was ended by its deadline or stop flag: then there may be more matches.
    pub cut_short: bool,
}

impl From<Results> for Ids {
    fn from(results: Results) -> Ids {
        Ids {
            total: results.total,
            synonym_total: results.synonym_total,
            partial_total: results.partial_total,
            hits: results.hits.iter().map(|hit| (hit.article.id.clone(), hit.score)).collect(),
            cut_short: results.cut_short,
        }
    }
}

/// Returns the ids of a request's page.
///
/// # Errors
/// If an index file can't be read.
pub fn ids(snapshot: &Snapshot, request: &Request, control: &Control<'_>) -> Result<Ids> {
    check::catching_panics(&snapshot.generation, || {
        let mut found = Found::find(snapshot, request, request.synonyms_on(snapshot)?, control)?;
        let wanted = request.offset.saturating_add(request.limit);
        let ranked = found.ranked(request.order(Breadth::Wide), wanted)?;
        let page: Vec<&Ranked> = ranked.iter().skip(request.offset).take(request.limit).collect();
        let ids = snapshot.ids(page.iter().map(|hit| hit.address))?;
        Ok(Ids {
            total: found.total(Kind::Full),
            synonym_total: found.total(Kind::Synonym),
            partial_total: found.total(Kind::Partial),
            hits: ids.into_iter().zip(page).map(|(id, hit)| (id, hit.score)).collect(),
            cut_short: found.cut_short(),
        })
    })
}
