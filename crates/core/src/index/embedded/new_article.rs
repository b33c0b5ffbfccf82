//! [`NewArticle`], a builder of articles.

use crate::article::{Article, ArticleId, Credit, Date, ParseDateError, Role};
use crate::index::records::PROGRAM;

/// A builder of an article: handed to [`crate::index::Writer::put`] as it is, or turned into an [`Article`].
///
/// ```
/// use gongxun_core::article::{Article, Role};
/// let article = Article::new("key-1", "标题", "正文").date("2024-05-01")?.editor("梁禾").credit(Role::Reporter, "周沐");
/// let article = Article::from(article);
/// assert_eq!((article.editor(), article.authors()), (Some("梁禾"), vec!["周沐"]));
/// assert!(Article::new("key-1", "标题", "正文").date("2024-13-01").is_err());
/// # Ok::<(), gongxun_core::article::ParseDateError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NewArticle(Article);

impl Article {
    /// Starts an article with this key, which may be any string: a second article with the same key replaces the first.
    #[expect(clippy::new_ret_no_self, reason = "its fields are given one by one, and then it is an article")]
    pub fn new(key: &str, title: impl Into<String>, body: impl Into<String>) -> NewArticle {
        let origin = if key.is_empty() { PROGRAM.to_string() } else { key.to_string() };
        let (title, body) = (title.into(), body.into());
        NewArticle(Article { id: ArticleId::new(PROGRAM, key), title, body, origin, ..Article::default() })
    }
}

impl NewArticle {
    /// Sets the publication date: `2025-01-15`, or RFC 3339.
    ///
    /// # Errors
    /// If the text is not a date.
    pub fn date(mut self, date: &str) -> Result<NewArticle, ParseDateError> {
        self.0.date = Some(date.parse::<Date>()?);
        Ok(self)
    }

    /// Adds a credit.
    pub fn credit(mut self, role: Role, name: impl Into<String>) -> NewArticle {
        self.0.credits.push(Credit::new(role, name));
        self
    }

    /// Adds an editor (编辑).
    pub fn editor(self, name: impl Into<String>) -> NewArticle {
        self.credit(Role::Editor, name)
    }

    /// Adds an author (作者).
    pub fn author(self, name: impl Into<String>) -> NewArticle {
        self.credit(Role::Author, name)
    }

    /// Sets the source as printed. It is the only outlet unless [`NewArticle::outlets`] names others.
    pub fn source(mut self, source: impl Into<String>) -> NewArticle {
        let source = source.into();
        if self.0.outlets.is_empty() {
            self.0.outlets = vec![source.clone()];
        }
        self.0.source = Some(source);
        self
    }

    /// Sets the outlets that the source names.
    pub fn outlets(mut self, outlets: impl IntoIterator<Item = impl Into<String>>) -> NewArticle {
        self.0.outlets = outlets.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the section of the site or newspaper.
    pub fn section(mut self, section: impl Into<String>) -> NewArticle {
        self.0.section = Some(section.into());
        self
    }

    /// Sets the page's address.
    pub fn url(mut self, url: impl Into<String>) -> NewArticle {
        self.0.url = Some(url.into());
        self
    }

    /// Sets the summary before the body.
    pub fn lead(mut self, lead: impl Into<String>) -> NewArticle {
        self.0.lead = Some(lead.into());
        self
    }
}

impl From<NewArticle> for Article {
    fn from(article: NewArticle) -> Article {
        article.0
    }
}

impl AsRef<Article> for NewArticle {
    fn as_ref(&self) -> &Article {
        &self.0
    }
}

impl AsRef<Article> for Article {
    fn as_ref(&self) -> &Article {
        self
    }
}
