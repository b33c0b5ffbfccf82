//! Articles that a program puts in, takes out and forbids: as good as those of files.
//!
//! They are counted in the manifest, taken over by a new generation, and kept out by tombstones like any other; their file
//! is [`PROGRAM`]. An article with the id of a record of the archive takes its place (see [`crate::index::records`]).

use crate::article::{Article, ArticleId};
use crate::error::{Error, Result};
use crate::index::deletion::delete;
use crate::index::store::document;
use crate::index::write::records::{Class, PROGRAM, Verdict};
use crate::index::write::writer::Writer;
use crate::reprint::Fingerprint;

/// What became of an article that was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It was not there.
    New,
    /// It replaced one of the same id.
    Changed,
    /// It was there as it is.
    Unchanged,
    /// It was deleted on request, by its id or with the same text under another one, and stays out.
    Forbidden,
}

impl Writer {
    /// Puts an article in, in place of an earlier one of its id. It is found after the next commit.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the article has no id, or a date that can't exist; where the disk refuses or a file of the index can't be read.
    pub fn put(&mut self, article: &impl AsRef<Article>) -> Result<Put> {
        let article = article.as_ref();
        if article.id.0.is_empty() {
            return Err(Error::Invalid("an article needs an id: make it by Article::new with a key".into()));
        }
        if article.date.is_some_and(|date| !date.is_valid()) {
            return Err(Error::Invalid(format!("{}: its date is none that a calendar has", article.id)));
        }
        let text = document::text_hash(article);
        if self.tombstones()?.say(&article.id, text).keeps_out().is_some() {
            return Ok(Put::Forbidden);
        }
        let held = self.ledger().holds(&article.id, PROGRAM)?;
        let (verdict, _) = self.take(article, &Fingerprint::of(article), PROGRAM, Class::Own)?;
        if !held {
            self.count_of_program(1);
        }
        Ok(match verdict {
            Verdict::New => Put::New,
            Verdict::Changed => Put::Changed,
            Verdict::Moved | Verdict::Unchanged | Verdict::Shadowed => Put::Unchanged,
        })
    }

    /// Takes out an article that a program put in, and tells whether there was one. It may be put in again.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the article is a record of the archive, which would bring it back: forbid it.
    pub fn remove(&mut self, id: &ArticleId) -> Result<bool> {
        if self.release(id, PROGRAM)? {
            self.count_of_program(-1);
            return Ok(true);
        }
        match self.ledger().file_of(id)? {
            Some(file) => {
                let what = "and the next run would bring it back; forbid it to keep it out";
                Err(Error::Invalid(format!("{id}: it stands in {file}, {what}")))
            }
            None => Ok(false),
        }
    }

    /// Takes an article out for good, and tells whether there was one: nothing brings it back, under its id or with its
    /// text under another one, until that is taken back ([`crate::index::delete::forget`]). Commits.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn forbid(&mut self, id: &ArticleId) -> Result<bool> {
        // What was put in just now is not found before.
        self.commit()?;
        Ok(delete::delete(self, std::slice::from_ref(id))? > 0)
    }
}
