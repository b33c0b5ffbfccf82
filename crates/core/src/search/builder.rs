//! [`Search`], a builder of requests that runs them.

use std::sync::Arc;

use super::compile::plan::Breadth;
use super::features::collocations::{self, Collocations};
use super::features::concordance;
use super::features::ids::Ids;
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

/// A search to be run: conditions are added one by one, then [`Search::run`] or another method runs it.
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
    /// Starts a search.
    pub fn search(&self, query: impl Into<Query>) -> Search<'_> {
        Search::of(self, query)
    }
}

impl<'a> Search<'a> {
    /// Starts a search of any archive that implements [`Read`].
    #[doc(hidden)]
    pub fn of(archive: &'a dyn Read, query: impl Into<Query>) -> Search<'a> {
        Search { archive, request: Request::new(query.into()), limit: None, control: Control::default() }
    }

    /// Adds a condition.
    pub fn filter(mut self, filter: Filter) -> Search<'a> {
        self.request.filters.push(filter);
        self
    }

    /// Sets the number of hits returned; [`Request::DEFAULT_LIMIT`] by default.
    pub fn limit(mut self, limit: usize) -> Search<'a> {
        (self.limit, self.request.limit) = (Some(limit), limit);
        self
    }

    /// Sets the number of hits that are skipped.
    pub fn offset(mut self, offset: usize) -> Search<'a> {
        self.request.offset = offset;
        self
    }

    /// Sets the order of the hits.
    pub fn sort(mut self, sort: Sort) -> Search<'a> {
        self.request.sort = sort;
        self
    }

    /// Sets the number of first hits by relevance that are re-ranked by the passage that answers best;
    /// [`Request::SECOND_STAGE`] by default, 0 for none.
    pub fn second_stage(mut self, hits: usize) -> Search<'a> {
        self.request.second_stage = hits;
        self
    }

    /// Turns on the counting of facets.
    pub fn facets(mut self) -> Search<'a> {
        self.request.facets = true;
        self
    }

    /// Sets the kinds of matches that are searched for; [`Breadth::Wide`] by default.
    pub fn breadth(mut self, breadth: Breadth) -> Search<'a> {
        self.request.breadth = breadth;
        self
    }

    /// Sets the kinds of matches that facets, timelines and [`Search::each`] include; [`Breadth::Exact`] by default.
    pub fn count(mut self, count: Breadth) -> Search<'a> {
        self.request.count = count;
        self
    }

    /// Makes each copy of an article a hit of its own.
    pub fn all_copies(mut self) -> Search<'a> {
        self.request.copies = Copies::All;
        self
    }

    /// Sets the length of snippets in characters; 0 leaves them out.
    pub fn snippet_length(mut self, length: usize) -> Search<'a> {
        self.request.snippet_length = length;
        self
    }

    /// Adds an explanation of its score to each hit.
    pub fn explain(mut self) -> Search<'a> {
        self.request.explain = true;
        self
    }

    /// Replaces the synonyms of the index.
    pub fn synonyms(mut self, synonyms: Synonyms) -> Search<'a> {
        self.request.synonyms = Some(Arc::new(synonyms));
        self
    }

    /// Sets what may end the search early: a deadline, a stop flag.
    pub fn control(mut self, control: Control<'a>) -> Search<'a> {
        self.control = control;
        self
    }

    /// Runs the search.
    ///
    /// # Errors
    /// If an index file can't be read or does not hold what was written.
    pub fn run(self) -> Result<Results> {
        self.archive.answer(&self.request, &self.control)
    }

    /// Returns the ids of the hits and the counts, without reading any article: a fraction of the time of
    /// [`Search::run`].
    ///
    /// # Examples
    /// ```
    /// # use gongxun_core::article::Article;
    /// # use gongxun_core::index::{Index, IndexSettings, Resources};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let index = Index::in_memory(IndexSettings::default())?;
    /// # let mut writer = index.writer(Resources::default())?;
    /// # writer.put(&Article::new("1", "工会驿站", "环卫工的歇脚处。"))?;
    /// # writer.put(&Article::new("2", "欠薪", "工会来了。"))?;
    /// # writer.finish()?;
    /// let snapshot = index.snapshot();
    /// let ids = snapshot.search("工会").limit(1).ids()?;
    /// assert_eq!((ids.total, ids.hits.len()), (2, 1));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Search::run`].
    pub fn ids(self) -> Result<Ids> {
        self.archive.ids(&self.request, &self.control)
    }

    /// Calls `give` with each full match, or with as many as the limit allows.
    ///
    /// # Examples
    /// ```
    /// # use gongxun_core::article::Article;
    /// # use gongxun_core::index::{Index, IndexSettings, Resources};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let index = Index::in_memory(IndexSettings::default())?;
    /// # let mut writer = index.writer(Resources::default())?;
    /// # writer.put(&Article::new("1", "工会驿站", "环卫工的歇脚处。").date("2024-05-01")?)?;
    /// # writer.put(&Article::new("2", "欠薪", "工会来了。").date("2024-06-01")?)?;
    /// # writer.finish()?;
    /// let snapshot = index.snapshot();
    /// let mut titles = Vec::new();
    /// let selection = snapshot.search("工会").each(|hit| {
    ///     titles.push(hit.article.title.clone());
    ///     Ok(())
    /// })?;
    /// assert_eq!((selection.total, titles.len()), (2, 2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Search::run`], or if `give` fails.
    pub fn each(mut self, mut give: impl FnMut(Hit) -> Result<()>) -> Result<Selection> {
        self.request.limit = self.limit.unwrap_or(usize::MAX);
        self.archive.select(&self.request, &self.control, &mut give)
    }

    /// Lists every occurrence of what the query looks for, with the text on either side.
    ///
    /// # Errors
    /// Same as [`Search::run`], or if `give` fails.
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
    /// Same as [`Search::run`].
    pub fn keywords(self, options: &keywords::Options) -> Result<Keywords> {
        self.archive.keywords(&self.request, options, &self.control)
    }

    /// Finds the words that stand near what the query looks for.
    ///
    /// # Errors
    /// Same as [`Search::run`].
    pub fn collocations(self, options: &collocations::Options) -> Result<Collocations> {
        self.archive.collocations(&self.request, options, &self.control)
    }

    /// Explains why an article is, or is not, among the hits; none if there is no such article.
    ///
    /// # Examples
    /// ```
    /// # use gongxun_core::article::Article;
    /// # use gongxun_core::index::{Index, IndexSettings, Resources};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let index = Index::in_memory(IndexSettings::default())?;
    /// # let mut writer = index.writer(Resources::default())?;
    /// # writer.put(&Article::new("1", "工会驿站", "环卫工的歇脚处。").date("2024-05-01")?)?;
    /// # writer.put(&Article::new("2", "欠薪", "工会来了。").date("2024-06-01")?)?;
    /// # writer.finish()?;
    /// let snapshot = index.snapshot();
    /// use gongxun_core::search::why_not::Verdict;
    /// let second = Article::from(Article::new("2", "", "")).id;
    /// let why_not = snapshot.search("驿站").why_not(&second)?.expect("it is there");
    /// assert_eq!(why_not.verdict, Verdict::NotFound);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Search::run`].
    pub fn why_not(self, id: &ArticleId) -> Result<Option<WhyNot>> {
        self.archive.why_not(&self.request, id, &self.control)
    }

    /// Counts the matches over time.
    ///
    /// # Examples
    /// ```
    /// # use gongxun_core::article::Article;
    /// # use gongxun_core::index::{Index, IndexSettings, Resources};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let index = Index::in_memory(IndexSettings::default())?;
    /// # let mut writer = index.writer(Resources::default())?;
    /// # writer.put(&Article::new("1", "工会驿站", "环卫工的歇脚处。").date("2024-05-01")?)?;
    /// # writer.put(&Article::new("2", "欠薪", "工会来了。").date("2024-06-01")?)?;
    /// # writer.finish()?;
    /// let snapshot = index.snapshot();
    /// use gongxun_core::search::timeline::Step;
    /// let timeline = snapshot.search("工会").timeline(Step::Month)?;
    /// let counts: Vec<_> = timeline.periods.iter().map(|period| (period.name.as_str(), period.count)).collect();
    /// assert_eq!(counts, [("2024-05", 1), ("2024-06", 1)]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Search::run`].
    pub fn timeline(self, step: Step) -> Result<Timeline> {
        self.archive.timeline(&self.request, step, &self.control)
    }
}
