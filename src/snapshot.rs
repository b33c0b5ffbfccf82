//! A snapshot: the articles of one commit, and the operations on them.

use std::sync::Arc;

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::error::{Error, Result};
use gongxun_core::index::{Stats, export};
use gongxun_core::query::Query;
use gongxun_core::search::compare::Comparison;
use gongxun_core::search::suggest::Completion;
use gongxun_core::search::timeline::Step;
use gongxun_core::search::{Read as _, Request, Results, Search};

/// The articles of one commit. A snapshot never changes, whatever is written meanwhile; cloning it is cheap.
///
/// ```
/// use gongxun::{Article, ArticleId, Index, Resources, Settings};
/// # fn main() -> gongxun::Result<()> {
/// let index = Index::in_memory(Settings::default())?;
/// let mut writer = index.writer(Resources::default())?;
/// writer.put(&Article::new("1", "工会驿站", "环卫工的歇脚处。"))?;
/// writer.finish()?;
/// let snapshot = index.snapshot();
/// let results = snapshot.search("环卫工").run()?;
/// let id: &ArticleId = &results.hits[0].article.id;
/// assert_eq!(snapshot.get(id)?.unwrap().title, "工会驿站");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Snapshot(pub(crate) Arc<gongxun_core::index::Snapshot>);

impl Snapshot {
    /// Returns the number of articles, each copy counted.
    pub fn articles(&self) -> u64 {
        self.0.articles()
    }

    /// Whether no newer commit is there.
    pub fn is_current(&self) -> bool {
        self.0.is_current()
    }

    /// Starts a search: conditions are added, then it is run, counted over time or listed in context.
    pub fn search(&self, query: impl Into<Query>) -> Search<'_> {
        self.0.search(query)
    }

    /// Returns the article with this id, with its margin.
    ///
    /// # Errors
    /// If an index file can't be read or does not hold what was written.
    pub fn get(&self, id: &ArticleId) -> Result<Option<Article>> {
        self.0.by_id(id)
    }

    /// Returns the near-duplicates of an article, itself included, the one that a search shows first. None if there is
    /// no such article.
    ///
    /// # Errors
    /// Same as [`Snapshot::get`].
    pub fn copies(&self, id: &ArticleId) -> Result<Option<Vec<Article>>> {
        self.0.copies_of(id)
    }

    /// Finds the articles most similar to another. None if there is no such article.
    ///
    /// # Errors
    /// Same as [`Snapshot::get`].
    pub fn similar(&self, id: &ArticleId, limit: usize) -> Result<Option<Results>> {
        self.0.similar(id, limit, &Control::default())
    }

    /// Returns the words that begin with these characters, or are pronounced so (`gonghui`), the most frequent first.
    ///
    /// # Errors
    /// Same as [`Snapshot::get`].
    pub fn complete(&self, prefix: &str, limit: usize) -> Result<Vec<Completion>> {
        self.0.complete(prefix, limit, &Control::default())
    }

    /// Compares several queries over time.
    ///
    /// ```
    /// use gongxun::{Article, Control, Index, Resources, Settings, Step};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let index = Index::in_memory(Settings::default())?;
    /// let mut writer = index.writer(Resources::default())?;
    /// writer.put(&Article::new("1", "外来工", "外来工的春节。").date("2009-01-20")?)?;
    /// writer.put(&Article::new("2", "农民工", "农民工的春节。").date("2010-02-10")?)?;
    /// writer.finish()?;
    /// let comparison = index.snapshot().compare(["外来工", "农民工"], Step::Year, &Control::default())?;
    /// assert_eq!(comparison.periods[0].counts, [1, 0]);
    /// assert_eq!(comparison.periods[1].counts, [0, 1]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Snapshot::get`]; [`Error::Interrupted`] if the control asks to stop.
    pub fn compare(
        &self,
        queries: impl IntoIterator<Item = impl Into<Query>>,
        step: Step,
        control: &Control<'_>,
    ) -> Result<Comparison> {
        let requests: Vec<Request> = queries.into_iter().map(|query| Request::new(query.into())).collect();
        self.0.compare(&requests, step, control)
    }

    /// Calls `give` with every article in the order of the ids, which does not depend on how the index was built.
    /// Returns the errors of the articles that can't be read, which are left out.
    ///
    /// # Errors
    /// Same as [`Snapshot::get`], or if `give` fails.
    pub fn export(&self, give: impl FnMut(&Article) -> Result<()>) -> Result<Vec<Error>> {
        export::export(&self.0, None, give)
    }

    /// Returns the size of the index and the range of its articles.
    ///
    /// # Errors
    /// Same as [`Snapshot::get`].
    pub fn stats(&self) -> Result<Stats> {
        Stats::from_snapshot(&self.0)
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("commit", &self.0.commit.number).field("articles", &self.articles()).finish()
    }
}
