//! A snapshot: the articles of one commit, and the operations on them.

use std::sync::Arc;

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::{Control, Progress};
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
    /// # Examples
    /// ```
    /// use gongxun::{Article, Control, Index, Resources, Settings};
    /// # fn main() -> gongxun::Result<()> {
    /// let index = Index::in_memory(Settings::default())?;
    /// let mut writer = index.writer(Resources::default())?;
    /// for (key, body) in [("1", "外卖骑手的工伤认定。"), ("2", "骑手申请工伤认定。"), ("3", "春节的火车票。")] {
    ///     writer.put(&Article::new(key, "", body))?;
    /// }
    /// writer.finish()?;
    /// let first = Article::from(Article::new("1", "", "")).id;
    /// let similar = index.snapshot().similar(&first, 5, &Control::default())?.expect("it is there");
    /// assert_eq!(similar.hits[0].article.body, "骑手申请工伤认定。");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Snapshot::get`]. If the control asks to stop, the results so far are returned with a note.
    pub fn similar(&self, id: &ArticleId, limit: usize, control: &Control<'_>) -> Result<Option<Results>> {
        self.0.similar(id, limit, control)
    }

    /// Returns the words that begin with these characters, or are pronounced so (`gonghui`), the most frequent first.
    ///
    /// # Examples
    /// ```
    /// use gongxun::{Article, Control, Index, Resources, Settings};
    /// # fn main() -> gongxun::Result<()> {
    /// let index = Index::in_memory(Settings::default())?;
    /// let mut writer = index.writer(Resources::default())?;
    /// writer.put(&Article::new("1", "工会", "工会与职工。"))?;
    /// writer.finish()?;
    /// let words = index.snapshot().complete("gongh", 5, &Control::default())?;
    /// assert_eq!(words[0].word, "工会");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Snapshot::get`]. If the control asks to stop, the words so far are returned.
    pub fn complete(&self, prefix: &str, limit: usize, control: &Control<'_>) -> Result<Vec<Completion>> {
        self.0.complete(prefix, limit, control)
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
    /// # Examples
    /// ```
    /// use gongxun::{Article, Control, Index, Resources, Settings};
    /// # fn main() -> gongxun::Result<()> {
    /// let index = Index::in_memory(Settings::default())?;
    /// let mut writer = index.writer(Resources::default())?;
    /// writer.put(&Article::new("1", "工会", "工会与职工。"))?;
    /// writer.finish()?;
    /// let mut titles = Vec::new();
    /// let left_out = index.snapshot().export(&Control::default(), |article| {
    ///     titles.push(article.title.clone());
    ///     Ok(())
    /// })?;
    /// assert!(left_out.is_empty());
    /// assert_eq!(titles, ["工会"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Same as [`Snapshot::get`], or if `give` fails; [`Error::Interrupted`] if the control asks to stop.
    pub fn export(&self, control: &Control<'_>, mut give: impl FnMut(&Article) -> Result<()>) -> Result<Vec<Error>> {
        let (total, mut done) = (self.articles(), 0);
        export::export(&self.0, None, |article| {
            control.report(Progress::new(done, total, done));
            if control.is_stopped() {
                return Err(Error::Interrupted);
            }
            done += 1;
            give(article)
        })
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
