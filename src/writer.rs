//! The writer of an index.

use gongxun_core::article::{Article, ArticleId};
use gongxun_core::error::Result;
use gongxun_core::index::{Put, Writer as Inner};

/// The writer of an index: puts articles in and removes them. There is one at a time, in all processes together.
///
/// Articles are found after [`Writer::commit`]; changes that were not committed are lost when the writer is dropped.
///
/// ```
/// use gongxun::{Article, Index, Put, Resources, Settings};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let index = Index::in_memory(Settings::default())?;
/// let mut writer = index.writer(Resources::default())?;
/// let article = Article::new("key-1", "工会驿站开门", "环卫工在此歇脚。").date("2024-05-01")?.editor("梁禾");
/// assert_eq!(writer.put(&article)?, Put::New);
/// assert_eq!(writer.put(&article)?, Put::Unchanged);
/// writer.commit()?;
/// assert_eq!(index.snapshot().articles(), 1);
/// # Ok(())
/// # }
/// ```
pub struct Writer(pub(crate) Inner);

impl Writer {
    /// Puts an article in, replacing an earlier one with its id.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if the article has no id; if a write fails or an index file can't be
    /// read.
    pub fn put(&mut self, article: &impl AsRef<Article>) -> Result<Put> {
        self.0.put(article)
    }

    /// Removes an article. Returns whether it was there. It may be put in again; [`Writer::forbid`] keeps it out.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if the article stands in an archive that was ingested, which would
    /// bring it back; otherwise same as [`Writer::put`].
    ///
    /// # Examples
    /// ```
    /// use gongxun::{Article, Index, Put, Resources, Settings};
    /// # fn main() -> gongxun::Result<()> {
    /// let index = Index::in_memory(Settings::default())?;
    /// let mut writer = index.writer(Resources::default())?;
    /// let article = Article::from(Article::new("1", "工会", "工会与职工。"));
    /// writer.put(&article)?;
    /// assert!(writer.remove(&article.id)?);
    /// assert_eq!(writer.put(&article)?, Put::New);
    /// assert!(writer.forbid(&article.id)?);
    /// assert_eq!(writer.put(&article)?, Put::Forbidden);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove(&mut self, id: &ArticleId) -> Result<bool> {
        self.0.remove(id)
    }

    /// Removes an article, and keeps it out of every later commit and generation. Returns whether it was there.
    ///
    /// # Errors
    /// Same as [`Writer::put`].
    pub fn forbid(&mut self, id: &ArticleId) -> Result<bool> {
        self.0.forbid(id)
    }

    /// Makes the changes since the last commit durable and visible, all of them or none.
    ///
    /// # Errors
    /// If a write fails: the commit before stands.
    pub fn commit(&mut self) -> Result<()> {
        self.0.commit()
    }

    /// Commits, waits for running merges, and lets the next writer in.
    ///
    /// # Errors
    /// Same as [`Writer::commit`].
    pub fn finish(self) -> Result<()> {
        self.0.finish()
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("index", &self.0.generation().index).finish()
    }
}
