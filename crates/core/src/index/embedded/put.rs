//! Articles that a program puts in, removes and forbids: equal in rank to those read from files.
//!
//! They are counted in the manifest, carried over to a new generation, and kept out by tombstones like any other; their
//! file is [`PROGRAM`]. An article with the id of a record of the archive takes its place (see
//! [`crate::index::records`]).

use crate::article::{Article, ArticleId};
use crate::error::{Error, Result};
use crate::index::deletion::delete;
use crate::index::store::document;
use crate::index::write::records::{Class, PROGRAM, Verdict};
use crate::index::write::writer::Writer;
use crate::reprint::Fingerprint;

/// The outcome of [`Writer::put`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Put {
    /// The index did not hold it.
    New,
    /// It replaced an article with the same id.
    Changed,
    /// The index already holds it as it is.
    Unchanged,
    /// It was deleted on request, by its id or by its text under another id, and stays out.
    Forbidden,
}

impl Writer {
    /// Puts an article in, replacing an earlier one with its id. It can be found after the next commit.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the article has no id; otherwise if a write fails or an index file can't be read.
    pub fn put(&mut self, article: &impl AsRef<Article>) -> Result<Put> {
        let article = article.as_ref();
        if article.id.0.is_empty() {
            return Err(Error::Invalid("an article needs an id: make it by Article::new with a key".into()));
        }
        let text = document::text_hash(article);
        if self.tombstones()?.verdict(&article.id, text).keeps_out().is_some() {
            return Ok(Put::Forbidden);
        }
        let held = self.ledger().holds(&article.id, PROGRAM)?;
        let (verdict, _) = self.claim(article, &Fingerprint::from_article(article), PROGRAM, Class::Own)?;
        if !held {
            self.count_of_program(1);
        }
        Ok(match verdict {
            Verdict::New => Put::New,
            Verdict::Changed => Put::Changed,
            Verdict::Moved | Verdict::Unchanged | Verdict::Shadowed => Put::Unchanged,
        })
    }

    /// Removes an article that a program put in; returns whether there was one. It may be put in again.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the article is a record of the archive, which would bring it back: [`Writer::forbid`] it
    /// instead.
    pub fn remove(&mut self, id: &ArticleId) -> Result<bool> {
        if self.release(id, PROGRAM)? {
            self.count_of_program(-1);
            return Ok(true);
        }
        match self.ledger().file_of(id)? {
            Some(file) => {
                let what = "and the next run would bring it back; forbid it to keep it out";
                Err(Error::Invalid(format!("{id}: it is in {file}, {what}")))
            }
            None => Ok(false),
        }
    }

    /// Deletes an article for good; returns whether there was one. Nothing brings it back, under its id or by its text
    /// under another one, until [`crate::index::delete::forget`] revokes that. Commits.
    ///
    /// # Errors
    /// If a write fails.
    pub fn forbid(&mut self, id: &ArticleId) -> Result<bool> {
        // Articles put in since the last commit can't be found before it.
        self.commit()?;
        Ok(delete::delete(self, std::slice::from_ref(id))? > 0)
    }
}
