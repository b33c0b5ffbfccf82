//! A search as a program writes it, step by step.

use std::borrow::Cow;

use super::compile::plan::Breadth;
use super::features::collocations::{self, Collocations};
use super::features::concordance;
use super::features::keywords::{self, Keywords};
use super::features::select::Selection;
use super::features::timeline::{Step, Timeline};
use super::features::why_not::WhyNot;
use super::matching::collapse::Copies;
use super::ranking::rank::Sort;
use super::read::Read;
use super::request::Request;
use super::results::page::{Hit, Results};
use crate::article::ArticleId;
use crate::control::Control;
use crate::error::Result;
use crate::index::Snapshot;
use crate::query::{Filter, Query};
use gongxun_text::synonyms::Synonyms;

/// A search under way: conditions are added, then it is run.
///
/// ```
/// use gongxun_core::article::Article;
/// use gongxun_core::index::{Index, IndexSettings, Resources};
/// use gongxun_core::query::{Filter, Query};
/// # fn main() -> gongxun_core::error::Result<()> {
/// let index = Index::in_memory(IndexSettings::default())?;
/// let mut writer = index.writer(Resources::default())?;
/// writer.put(&Article::new("1", "工会驿站", "环卫工的歇脚处。").editor("肖天"))?;
/// writer.commit()?;
/// let snapshot = index.snapshot();
/// let results = snapshot.search(Query::parse("环卫工")).filter(Filter::editor("肖天")).facets().limit(5).run()?;
/// assert_eq!(results.total, 1);
/// for hit in &results {
///     assert_eq!(hit.snippet.to_html("<b>", "</b>"), "<b>环卫工</b>的歇脚处。");
/// }
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Search<'a> {
    archive: &'a dyn Read,
    request: Request,
    limit: Option<usize>,
    control: Control<'a>,
}

impl Snapshot {
    /// Begins a search.
    pub fn search(&self, query: impl Into<Query>) -> Search<'_> {
        Search::of(self, query)
    }
}

impl<'a> Search<'a> {
    /// Begins a search of whatever can be read.
    #[doc(hidden)]
    pub fn of(archive: &'a dyn Read, query: impl Into<Query>) -> Search<'a> {
        Search { archive, request: Request::new(query.into()), limit: None, control: Control::default() }
    }

    /// One more condition.
    pub fn filter(mut self, filter: Filter) -> Search<'a> {
        self.request.filters.push(filter);
        self
    }

    /// How many hits are given; [`Request::DEFAULT_LIMIT`] unless said.
    pub fn limit(mut self, limit: usize) -> Search<'a> {
        (self.limit, self.request.limit) = (Some(limit), limit);
        self
    }

    /// How many hits are passed over.
    pub fn offset(mut self, offset: usize) -> Search<'a> {
        self.request.offset = offset;
        self
    }

    /// The order.
    pub fn sort(mut self, sort: Sort) -> Search<'a> {
        self.request.sort = sort;
        self
    }

    /// How many of the first hits by relevance are ordered anew by the item of their text that answers best;
    /// [`Request::SECOND_STAGE`] unless said, 0 for none.
    pub fn second_stage(mut self, hits: usize) -> Search<'a> {
        self.request.second_stage = hits;
        self
    }

    /// Facets are counted.
    pub fn facets(mut self) -> Search<'a> {
        self.request.facets = true;
        self
    }

    /// Which matches are looked for; [`Breadth::Wide`] unless said.
    pub fn breadth(mut self, breadth: Breadth) -> Search<'a> {
        self.request.breadth = breadth;
        self
    }

    /// Which matches facets, timelines and [`Search::each`] take in; [`Breadth::Exact`] unless said.
    pub fn count(mut self, count: Breadth) -> Search<'a> {
        self.request.count = count;
        self
    }

    /// Each copy of an article is a hit of its own.
    pub fn all_copies(mut self) -> Search<'a> {
        self.request.copies = Copies::All;
        self
    }

    /// The length of snippets in characters; 0 leaves them out.
    pub fn snippet_length(mut self, length: usize) -> Search<'a> {
        self.request.snippet_length = length;
        self
    }

    /// Each hit's score is taken apart.
    pub fn explain(mut self) -> Search<'a> {
        self.request.explain = true;
        self
    }

    /// Other synonyms than the built-in ones.
    pub fn synonyms(mut self, synonyms: Synonyms) -> Search<'a> {
        self.request.synonyms = Cow::Owned(synonyms);
        self
    }

    /// What may end it early: a deadline, a stop flag.
    pub fn control(mut self, control: Control<'a>) -> Search<'a> {
        self.control = control;
        self
    }

    /// Runs it.
    ///
    /// # Errors
    /// Where a file of the index can't be read or does not hold what was written.
    pub fn run(self) -> Result<Results> {
        self.archive.answer(&self.request, &self.control)
    }

    /// Gives all matches of what was typed, one by one, or as many as a limit says.
    ///
    /// # Errors
    /// As [`Search::run`], and where `give` fails.
    pub fn each(mut self, mut give: impl FnMut(Hit) -> Result<()>) -> Result<Selection> {
        self.request.limit = self.limit.unwrap_or(usize::MAX);
        self.archive.select(&self.request, &self.control, &mut give)
    }

    /// Lists every occurrence of what is looked for, with the text on either side.
    ///
    /// # Errors
    /// As [`Search::run`], and where `give` fails.
    pub fn concordance(
        self,
        options: &concordance::Options,
        mut give: impl FnMut(concordance::Line) -> Result<()>,
    ) -> Result<concordance::Counts> {
        self.archive.concordance(&self.request, options, &self.control, &mut give)
    }

    /// Finds the words that stand out in the matching articles against the rest of the archive.
    ///
    /// # Errors
    /// As [`Search::run`].
    pub fn keywords(self, options: &keywords::Options) -> Result<Keywords> {
        self.archive.keywords(&self.request, options, &self.control)
    }

    /// Finds the words that stand near what is looked for.
    ///
    /// # Errors
    /// As [`Search::run`].
    pub fn collocations(self, options: &collocations::Options) -> Result<Collocations> {
        self.archive.collocations(&self.request, options, &self.control)
    }

    /// Says why an article is, or is not, among the hits; none where there is no such article.
    ///
    /// # Errors
    /// As [`Search::run`].
    pub fn why_not(self, id: &ArticleId) -> Result<Option<WhyNot>> {
        self.archive.why_not(&self.request, id, &self.control)
    }

    /// Counts the matches over time.
    ///
    /// # Errors
    /// As [`Search::run`].
    pub fn timeline(self, step: Step) -> Result<Timeline> {
        self.archive.timeline(&self.request, step, &self.control)
    }
}
