//! The read operations of an archive as a trait, whether an index of this crate or another engine with the same
//! articles answers them; and what provides the newest state of an archive to a program that runs for long.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::answer;
use super::features::collocations::{self, Collocations};
use super::features::compare::{self, Comparison};
use super::features::concordance;
use super::features::ids::{self, Ids};
use super::features::keywords::{self, Keywords};
use super::features::marked::{self, MarkedArticle};
use super::features::select::{self, Selection};
use super::features::similar;
use super::features::suggest::{self, Completion};
use super::features::timeline::{self, Step, Timeline};
use super::features::why_not::{self, WhyNot};
use super::request::Request;
use super::results::page::{Hit, Results};
use crate::article::{Article, ArticleId};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::index::{DocAddress, Index, Snapshot, Stats, check};
use gongxun_text::synonyms::Synonyms;

/// An archive that may change while a program reads it.
pub trait Provider: Send + Sync {
    /// Returns the newest state of the archive: the same one (by [`Arc::ptr_eq`]) until the archive changes.
    ///
    /// # Errors
    /// If what holds the articles can't be read.
    fn newest(&self) -> Result<Arc<dyn Read>>;
}

impl Provider for Index {
    fn newest(&self) -> Result<Arc<dyn Read>> {
        Ok(self.snapshot())
    }
}

/// What tells one state of an archive from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The generation's number.
    pub generation: u64,
    /// The commit's number; 0 if the archive has no commits.
    pub commit: u64,
    /// A hash of what the state was made of: states with the same numbers and other articles differ in it.
    pub content: u64,
}

/// The read operations of an archive. A program that uses them need not know what holds the articles.
pub trait Read: Send + Sync {
    /// Returns the number of articles.
    fn articles(&self) -> u64;

    /// Returns what tells this state of the archive from others.
    fn identity(&self) -> Identity;

    /// Whether this is still the newest state, as far as the archive can tell without an error.
    fn is_current(&self) -> bool;

    /// Returns the figures of the archive.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn stats(&self) -> Result<Stats>;

    /// Returns a page of hits.
    ///
    /// # Errors
    /// If what holds the articles can't be read.
    fn answer(&self, request: &Request, control: &Control<'_>) -> Result<Results>;

    /// Returns the ids of a page of hits.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn ids(&self, request: &Request, control: &Control<'_>) -> Result<Ids> {
        let request = Request { facets: false, explain: false, snippet_length: 0, ..request.clone() };
        self.answer(&request, control).map(Ids::from)
    }

    /// Calls `give` with all hits of the kinds that a request counts.
    ///
    /// # Errors
    /// Same as [`Read::answer`]; if `give` fails; [`crate::error::Error::Interrupted`] if the control asks to stop.
    fn select(
        &self,
        request: &Request,
        control: &Control<'_>,
        give: &mut dyn FnMut(Hit) -> Result<()>,
    ) -> Result<Selection>;

    /// Counts the matches over time.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn timeline(&self, request: &Request, step: Step, control: &Control<'_>) -> Result<Timeline>;

    /// Lists every occurrence of what a request looks for, with the text on either side.
    ///
    /// # Errors
    /// Same as [`Read::answer`]; if `give` fails.
    fn concordance(
        &self,
        request: &Request,
        options: &concordance::Options,
        control: &Control<'_>,
        give: &mut dyn FnMut(concordance::Line) -> Result<()>,
    ) -> Result<concordance::Counts>;

    /// Returns the synonyms that a request without its own is answered with.
    ///
    /// # Errors
    /// If those that the archive has recorded can't be read.
    fn synonyms(&self) -> Result<&Synonyms>;

    /// Compares several requests over time.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn compare(&self, requests: &[Request], step: Step, control: &Control<'_>) -> Result<Comparison>;

    /// Returns the words that stand out in a request's articles.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn keywords(&self, request: &Request, options: &keywords::Options, control: &Control<'_>) -> Result<Keywords>;

    /// Returns the words that stand near what a request looks for.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn collocations(
        &self,
        request: &Request,
        options: &collocations::Options,
        control: &Control<'_>,
    ) -> Result<Collocations>;

    /// Finds the articles most similar to another; none if there is no such article.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn similar(&self, id: &ArticleId, limit: usize, control: &Control<'_>) -> Result<Option<Results>>;

    /// Explains why an article is, or is not, among the hits; none if there is no such article.
    ///
    /// # Errors
    /// Same as [`Read::answer`]; [`crate::error::Error::Interrupted`] if the control asks to stop.
    fn why_not(&self, request: &Request, id: &ArticleId, control: &Control<'_>) -> Result<Option<WhyNot>>;

    /// Returns the words that begin with these characters, or are pronounced so, the most frequent first.
    ///
    /// # Errors
    /// Same as [`Read::answer`]; [`crate::error::Error::Interrupted`] if the control asks to stop.
    fn complete(&self, prefix: &str, limit: usize, control: &Control<'_>) -> Result<Vec<Completion>>;

    /// Returns an article with its margin.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn by_id(&self, id: &ArticleId) -> Result<Option<Article>>;

    /// Returns an article with its margin and the marks of a request.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn marked(&self, request: &Request, id: &ArticleId, control: &Control<'_>) -> Result<Option<MarkedArticle>>;

    /// Returns the copies of an article, itself included, the one that is shown first. None if there is no such
    /// article.
    ///
    /// # Errors
    /// Same as [`Read::answer`].
    fn copies_of(&self, id: &ArticleId) -> Result<Option<Vec<Article>>>;
}

impl Read for Snapshot {
    fn articles(&self) -> u64 {
        Snapshot::articles(self)
    }

    fn identity(&self) -> Identity {
        let mut hasher = DefaultHasher::new();
        (serde_json::to_string(&self.commit).unwrap_or_default(), Snapshot::articles(self)).hash(&mut hasher);
        Identity { generation: self.generation.number, commit: self.commit.number, content: hasher.finish() }
    }

    fn is_current(&self) -> bool {
        Snapshot::is_current(self)
    }

    fn stats(&self) -> Result<Stats> {
        Stats::from_snapshot(self)
    }

    fn answer(&self, request: &Request, control: &Control<'_>) -> Result<Results> {
        answer::search_under(self, request, request.synonyms_on(self)?, control)
    }

    fn ids(&self, request: &Request, control: &Control<'_>) -> Result<Ids> {
        ids::ids(self, request, control)
    }

    fn select(
        &self,
        request: &Request,
        control: &Control<'_>,
        give: &mut dyn FnMut(Hit) -> Result<()>,
    ) -> Result<Selection> {
        select::select(self, request, request.synonyms_on(self)?, control, give)
    }

    fn timeline(&self, request: &Request, step: Step, control: &Control<'_>) -> Result<Timeline> {
        timeline::timeline_under(self, request, request.synonyms_on(self)?, step, control)
    }

    fn concordance(
        &self,
        request: &Request,
        options: &concordance::Options,
        control: &Control<'_>,
        give: &mut dyn FnMut(concordance::Line) -> Result<()>,
    ) -> Result<concordance::Counts> {
        concordance::concordance(self, request, options, control, give)
    }

    fn synonyms(&self) -> Result<&Synonyms> {
        Snapshot::synonyms(self)
    }

    fn compare(&self, requests: &[Request], step: Step, control: &Control<'_>) -> Result<Comparison> {
        compare::compare(self, requests, step, control)
    }

    fn keywords(&self, request: &Request, options: &keywords::Options, control: &Control<'_>) -> Result<Keywords> {
        keywords::keywords(self, request, options, control)
    }

    fn collocations(
        &self,
        request: &Request,
        options: &collocations::Options,
        control: &Control<'_>,
    ) -> Result<Collocations> {
        collocations::collocations(self, request, options, control)
    }

    fn similar(&self, id: &ArticleId, limit: usize, control: &Control<'_>) -> Result<Option<Results>> {
        similar::similar(self, id, limit, control)
    }

    fn why_not(&self, request: &Request, id: &ArticleId, control: &Control<'_>) -> Result<Option<WhyNot>> {
        why_not::why_not(self, request, request.synonyms_on(self)?, id, control)
    }

    fn complete(&self, prefix: &str, limit: usize, control: &Control<'_>) -> Result<Vec<Completion>> {
        suggest::complete(self, prefix, limit, control)
    }

    fn by_id(&self, id: &ArticleId) -> Result<Option<Article>> {
        self.find(id)?.map(|address| self.article_with_margin(address)).transpose()
    }

    fn marked(&self, request: &Request, id: &ArticleId, control: &Control<'_>) -> Result<Option<MarkedArticle>> {
        marked::marked(self, request, id, control)
    }

    fn copies_of(&self, id: &ArticleId) -> Result<Option<Vec<Article>>> {
        check::catching_panics(&self.generation, || {
            let Some(own) = self.find(id)? else { return Ok(None) };
            let copies = Snapshot::copies(self)?.of(own).iter();
            let article = |address: &DocAddress| Snapshot::article(self, *address).or_else(Error::into_placeholder);
            copies.map(article).collect::<Result<_>>().map(Some)
        })
    }
}
