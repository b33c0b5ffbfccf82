//! All that can be asked of an archive, whatever holds it: an index of this crate, or an engine that has the same articles.

use super::answer;
use super::features::collocations::{self, Collocations};
use super::features::compare::{self, Comparison};
use super::features::concordance;
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
use crate::index::{DocAddress, Snapshot, check};

/// The operations of reading. A program that asks through it need not know what holds the articles.
pub trait Read {
    /// How many articles there are.
    fn articles(&self) -> u64;

    /// A page of hits.
    ///
    /// # Errors
    /// Where what holds the articles can't be read.
    fn answer(&self, request: &Request, control: &Control<'_>) -> Result<Results>;

    /// All hits of the kinds that a request counts, one by one.
    ///
    /// # Errors
    /// As [`Read::answer`]; where `give` fails; [`crate::error::Error::Interrupted`] where the control says to stop.
    fn select(
        &self,
        request: &Request,
        control: &Control<'_>,
        give: &mut dyn FnMut(Hit) -> Result<()>,
    ) -> Result<Selection>;

    /// The matches over time.
    ///
    /// # Errors
    /// As [`Read::answer`].
    fn timeline(&self, request: &Request, step: Step, control: &Control<'_>) -> Result<Timeline>;

    /// Every occurrence of what a request looks for, with the text on either side.
    ///
    /// # Errors
    /// As [`Read::answer`]; where `give` fails.
    fn concordance(
        &self,
        request: &Request,
        options: &concordance::Options,
        control: &Control<'_>,
        give: &mut dyn FnMut(concordance::Line) -> Result<()>,
    ) -> Result<concordance::Counts>;

    /// Several requests over time, side by side.
    ///
    /// # Errors
    /// As [`Read::answer`].
    fn compare(&self, requests: &[Request], step: Step, control: &Control<'_>) -> Result<Comparison>;

    /// The words that stand out in a request's articles.
    ///
    /// # Errors
    /// As [`Read::answer`].
    fn keywords(&self, request: &Request, options: &keywords::Options, control: &Control<'_>) -> Result<Keywords>;

    /// The words that stand near what a request looks for.
    ///
    /// # Errors
    /// As [`Read::answer`].
    fn collocations(
        &self,
        request: &Request,
        options: &collocations::Options,
        control: &Control<'_>,
    ) -> Result<Collocations>;

    /// The articles most like one of them; none where there is no such article.
    ///
    /// # Errors
    /// As [`Read::answer`].
    fn similar(&self, id: &ArticleId, limit: usize, control: &Control<'_>) -> Result<Option<Results>>;

    /// Why an article is, or is not, among the hits; none where there is no such article.
    ///
    /// # Errors
    /// As [`Read::answer`]; [`crate::error::Error::Interrupted`] if the control says to stop.
    fn why_not(&self, request: &Request, id: &ArticleId, control: &Control<'_>) -> Result<Option<WhyNot>>;

    /// The words that begin with these characters, or sound so: the most frequent first.
    ///
    /// # Errors
    /// As [`Read::answer`]; [`crate::error::Error::Interrupted`] if the control says to stop.
    fn complete(&self, prefix: &str, limit: usize, control: &Control<'_>) -> Result<Vec<Completion>>;

    /// One article, with its margin.
    ///
    /// # Errors
    /// As [`Read::answer`].
    fn by_id(&self, id: &ArticleId) -> Result<Option<Article>>;

    /// One article, with its margin and with what a request marks in it.
    ///
    /// # Errors
    /// As [`Read::answer`].
    fn marked(&self, request: &Request, id: &ArticleId, control: &Control<'_>) -> Result<Option<MarkedArticle>>;

    /// The copies of an article, itself among them: the one that is shown comes first. None where there is no such article.
    ///
    /// # Errors
    /// As [`Read::answer`].
    fn copies_of(&self, id: &ArticleId) -> Result<Option<Vec<Article>>>;
}

impl Read for Snapshot {
    fn articles(&self) -> u64 {
        Snapshot::articles(self)
    }

    fn answer(&self, request: &Request, control: &Control<'_>) -> Result<Results> {
        answer::search_under(self, request, &request.synonyms, control)
    }

    fn select(
        &self,
        request: &Request,
        control: &Control<'_>,
        give: &mut dyn FnMut(Hit) -> Result<()>,
    ) -> Result<Selection> {
        select::select(self, request, &request.synonyms, control, give)
    }

    fn timeline(&self, request: &Request, step: Step, control: &Control<'_>) -> Result<Timeline> {
        timeline::timeline_under(self, request, &request.synonyms, step, control)
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
        why_not::why_not(self, request, &request.synonyms, id, control)
    }

    fn complete(&self, prefix: &str, limit: usize, control: &Control<'_>) -> Result<Vec<Completion>> {
        suggest::complete(self, prefix, limit, control)
    }

    fn by_id(&self, id: &ArticleId) -> Result<Option<Article>> {
        self.find(id)?.map(|address| self.whole(address)).transpose()
    }

    fn marked(&self, request: &Request, id: &ArticleId, control: &Control<'_>) -> Result<Option<MarkedArticle>> {
        marked::marked(self, request, id, control)
    }

    fn copies_of(&self, id: &ArticleId) -> Result<Option<Vec<Article>>> {
        check::guarded(&self.generation, || {
            let Some(own) = self.find(id)? else { return Ok(None) };
            let copies = Snapshot::copies(self)?.of(own).iter();
            let article = |address: &DocAddress| Snapshot::article(self, *address).or_else(Error::stand_in);
            copies.map(article).collect::<Result<_>>().map(Some)
        })
    }
}
