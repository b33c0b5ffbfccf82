//! An article that a program makes, field by field.

use crate::article::{Article, ArticleId, Credit, Date, ParseDateError, Role};
use crate::index::records::PROGRAM;

/// An article under way: it is handed to [`crate::index::Writer::put`] as it is, or turned into an [`Article`].
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
    /// An article that goes by this key, which may be any string: a second one of the same key takes its place.
    #[expect(clippy::new_ret_no_self, reason = "its fields are given one by one, and then it is an article")]
    pub fn new(key: &str, title: impl Into<String>, body: impl Into<String>) -> NewArticle {
        let origin = if key.is_empty() { PROGRAM.to_string() } else { key.to_string() };
        let (title, body) = (title.into(), body.into());
        NewArticle(Article { id: ArticleId::new(PROGRAM, key), title, body, origin, ..Article::default() })
    }
}

impl NewArticle {
    /// When it was published: `2025-01-15`, or RFC 3339.
    ///
    /// # Errors
    /// Where the text is no date.
    pub fn date(mut self, date: &str) -> Result<NewArticle, ParseDateError> {
        self.0.date = Some(date.parse::<Date>()?);
        Ok(self)
    }

    /// Who did what; one more.
    pub fn credit(mut self, role: Role, name: impl Into<String>) -> NewArticle {
        self.0.credits.push(Credit::new(role, name));
        self
    }

    /// An editor (编辑).
    pub fn editor(self, name: impl Into<String>) -> NewArticle {
        self.credit(Role::Editor, name)
    }

    /// An author (作者).
    pub fn author(self, name: impl Into<String>) -> NewArticle {
        self.credit(Role::Author, name)
    }

    /// The source as printed; its parts are the outlets, where [`NewArticle::outlets`] does not name them.
    pub fn source(mut self, source: impl Into<String>) -> NewArticle {
        let source = source.into();
        if self.0.outlets.is_empty() {
            self.0.outlets = vec![source.clone()];
        }
        self.0.source = Some(source);
        self
    }

    /// The parts of the source.
    pub fn outlets(mut self, outlets: impl IntoIterator<Item = impl Into<String>>) -> NewArticle {
        self.0.outlets = outlets.into_iter().map(Into::into).collect();
        self
    }

    /// The section of the site or paper.
    pub fn section(mut self, section: impl Into<String>) -> NewArticle {
        self.0.section = Some(section.into());
        self
    }

    /// The page's address.
    pub fn url(mut self, url: impl Into<String>) -> NewArticle {
        self.0.url = Some(url.into());
        self
    }

    /// The summary before the body.
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
