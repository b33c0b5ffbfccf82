//! [`Archive`]: the read operations of an archive on an index in OpenSearch.

use std::time::Instant;

use serde_json::{Value, json};

use crate::admin;
use crate::document;
use crate::facets;
use crate::found::{BATCH, Found, Index};
use crate::hits::Hits;
use crate::http::Client;
use crate::local::{self, LocalIndex};
use crate::lower::match_all;
use crate::search::{self, MAX_HITS};
use crate::settings::Settings;
use crate::statistics::StatisticsCache;
use crate::timeline;
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::error::{Error, Result};
use gongxun_core::search::collocations::{self, Collocations};
use gongxun_core::search::compare::Comparison;
use gongxun_core::search::concordance::{self, Counts, Line};
use gongxun_core::search::keywords::{self, Keywords};
use gongxun_core::search::marked::{self, MarkedArticle};
use gongxun_core::search::select::Selection;
use gongxun_core::search::suggest::Completion;
use gongxun_core::search::timeline::{Step, Timeline};
use gongxun_core::search::why_not::WhyNot;
use gongxun_core::search::{Breadth, Copies, Hit, Kind, Read, Request, Results, notes, pipeline, present};
use gongxun_text::segment::Segmenter;
use gongxun_text::synonyms::Synonyms;

/// An open index in OpenSearch. Of the operations of [`Read`], keywords, collocations, similar articles, why-not and
/// completion are not supported: they return [`Error::Invalid`].
pub struct Archive {
    client: Client,
    name: String,
    dictionary: String,
    segmenter: Segmenter,
    articles: u64,
    /// The number of the generation that the alias named when it was opened.
    generation: u64,
    /// An index without articles: the template of every answer.
    empty: LocalIndex,
    cache: StatisticsCache,
}

impl Archive {
    /// Opens the index that the settings name.
    ///
    /// # Errors
    /// If OpenSearch can't be reached, or has no index of this name and schema.
    pub fn open(settings: &Settings) -> Result<Archive> {
        admin::check_name(&settings.index)?;
        let client = Client::new(settings)?;
        admin::check_version(&client)?;
        let name = settings.index.clone();
        let dictionary = admin::dictionary(&client, &name)?;
        let segmenter = admin::segmenter(&dictionary)?;
        let articles = search::count(&client, &name, &json!({"match_all": {}}))?;
        let current = admin::current_generation(&client, &name)?;
        let generation = current.and_then(|full| full.rsplit('-').next()?.parse().ok()).unwrap_or(0);
        let (empty, cache) = (LocalIndex::new(&[], "", None)?, StatisticsCache::default());
        Ok(Archive { client, name, dictionary, segmenter, articles, generation, empty, cache })
    }

    /// Returns the index as the modules of this crate query it.
    pub(crate) fn index(&self) -> Index<'_> {
        let Archive { client, name, dictionary, segmenter, .. } = self;
        Index { client, name, dictionary, segmenter }
    }

    /// Calls `give` with every article of the kinds that a request counts, kind by kind, or with every article of the
    /// index if there is no request. Articles have their margins and are ordered by `document::id_order`.
    ///
    /// # Errors
    /// If OpenSearch can't be reached or its response is incomplete; if `give` fails; [`Error::Interrupted`] if the
    /// control asks to stop.
    pub fn export(
        &self,
        request: Option<&Request>,
        control: &Control<'_>,
        give: &mut dyn FnMut(&Article, Kind) -> Result<()>,
    ) -> Result<()> {
        let index = self.index();
        let queries = match request {
            None => vec![(Kind::Full, match_all())],
            Some(request) => {
                let found = Found::find(&index, request, control)?;
                let kinds = Kind::ALL.into_iter().filter(|kind| request.count.includes(*kind));
                kinds.map(|kind| (kind, found.shown(&[kind]))).collect()
            }
        };
        for (kind, query) in queries {
            let body = json!({"query": query, "sort": [{"order": "asc"}], "_source": ["article"]});
            search::each_page(index.client, index.name, &body, BATCH, control, &mut |hits| {
                for hit in hits {
                    give(&document::article(hit)?, kind)?;
                }
                Ok(true)
            })?;
        }
        Ok(())
    }

    /// Returns the document of an article, with its cluster of copies; `None` if there is no such article.
    fn get(&self, id: &ArticleId) -> Result<Option<Value>> {
        // Ids of articles need no escaping in a path, and no article has an id with other characters.
        if id.0.is_empty() || !id.0.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Ok(None);
        }
        Ok(self.client.get(&format!("/{}/_doc/{id}", self.name))?.filter(|found| found["found"] == true))
    }
}

impl Read for Archive {
    fn articles(&self) -> u64 {
        self.articles
    }

    fn answer(&self, request: &Request, control: &Control<'_>) -> Result<Results> {
        let start = Instant::now();
        let index = self.index();
        let found = Found::find(&index, request, control)?;
        let (breadth, cache) = (Breadth::Wide, &self.cache);
        let hits = Hits { index: &index, found: &found, cache, request, breadth, control };
        let mut page: Vec<Hit> = Vec::new();
        let of_hits = hits.give(&mut |hit| {
            page.push(hit);
            Ok(())
        })?;
        // The answer of the empty index supplies the fields that are not set below.
        let nothing = Control::default();
        let own = Request { limit: 0, second_stage: 0, ..request.clone() };
        let mut results = present::page(
            &mut pipeline::Found::find(&self.empty.snapshot, &own, own.synonyms_on(&self.empty.snapshot)?, &nothing)?,
            &own,
        )?;
        results.total = found.totals[Kind::Full];
        results.synonym_total = found.totals[Kind::Synonym];
        results.partial_total = found.totals[Kind::Partial];
        results.articles = found.articles;
        (results.generation, results.commit) = (self.generation, 0);
        results.notes = notes::synonyms(&found.compiled);
        results.notes.extend(of_hits);
        results.notes.extend(found.notes.iter().cloned());
        results.hits = page;
        if request.facets {
            results.notes.extend(notes::not_counted(&found.compiled, &found.totals, request.count));
            results.facets = Some(facets::facets(&index, &found, request.count, control)?);
        }
        if request.occurrences {
            results.notes.push("occurrences are not counted on an engine; concordance counts them".to_string());
        }
        results.took = start.elapsed();
        Ok(results)
    }

    fn select(
        &self,
        request: &Request,
        control: &Control<'_>,
        give: &mut dyn FnMut(Hit) -> Result<()>,
    ) -> Result<Selection> {
        let index = self.index();
        let found = Found::find(&index, request, control)?;
        let (breadth, cache) = (request.count, &self.cache);
        let hits = Hits { index: &index, found: &found, cache, request, breadth, control };
        let mut given = 0;
        let of_hits = hits.give(&mut |hit| {
            given += 1;
            give(hit)
        })?;
        let mut notes = found.count_notes(request.count);
        notes.extend(of_hits);
        notes.extend(found.notes.iter().cloned());
        Ok(Selection::new(found.total(request.count), given, notes))
    }

    fn timeline(&self, request: &Request, step: Step, control: &Control<'_>) -> Result<Timeline> {
        timeline::timeline(&self.index(), request, step, control)
    }

    fn concordance(
        &self,
        request: &Request,
        options: &concordance::Options,
        control: &Control<'_>,
        give: &mut dyn FnMut(Line) -> Result<()>,
    ) -> Result<Counts> {
        let index = self.index();
        let request = Request { breadth: request.count, ..request.clone() };
        let found = Found::find(&index, &request, control)?;
        let is_sorted_by_text = matches!(options.order, concordance::Order::Left | concordance::Order::Right);
        let total: u64 = Kind::ALL.into_iter().map(|kind| found.totals[kind]).sum();
        if is_sorted_by_text && total > MAX_HITS as u64 {
            return Err(Error::Invalid(format!(
                "the lines of {total} articles can't be put in order by their text on an engine, those of {MAX_HITS} can: ask by date, or add a word or a date"
            )));
        }
        let direction = if options.order == concordance::Order::Newest { "desc" } else { "asc" };
        let own = Request { copies: Copies::All, ..request.clone() };
        let mut sum = Counts::default();
        let mut held: Vec<Value> = Vec::new();
        let mut walk = |hits: &[Value]| -> Result<bool> {
            let local = LocalIndex::new(&local::articles(hits)?, index.dictionary, None)?;
            let left = options.limit.saturating_sub(usize::try_from(sum.given).unwrap_or(usize::MAX));
            let counted = local.snapshot.concordance(&own, &options.limit(left), control, give)?;
            if counted.cut_short {
                return Err(Error::Interrupted);
            }
            sum.occurrences += counted.occurrences;
            sum.articles += counted.articles;
            sum.given += counted.given;
            Ok(true)
        };
        for kinds in [&[Kind::Full, Kind::Synonym][..], &[Kind::Partial]] {
            let body = json!({
                "query": found.shown(kinds),
                "sort": [{"date": {"order": direction, "missing": "_last"}}, {"order": "asc"}],
                "_source": {"includes": ["article"], "excludes": ["article.margin"]},
            });
            search::each_page(index.client, index.name, &body, BATCH, control, &mut |hits| {
                if is_sorted_by_text {
                    held.extend_from_slice(hits);
                    return Ok(true);
                }
                walk(hits)
            })?;
        }
        if !held.is_empty() {
            walk(&held)?;
        }
        sum.notes = notes::synonyms(&found.compiled);
        sum.notes.extend(found.notes);
        Ok(sum)
    }

    fn synonyms(&self) -> Result<&Synonyms> {
        Ok(Synonyms::builtin())
    }

    fn compare(&self, requests: &[Request], step: Step, control: &Control<'_>) -> Result<Comparison> {
        let timelines = requests.iter().map(|request| self.timeline(request, step, control));
        Ok(Comparison::of(timelines.collect::<Result<_>>()?))
    }

    fn keywords(&self, _: &Request, _: &keywords::Options, _: &Control<'_>) -> Result<Keywords> {
        Err(unsupported("keywords"))
    }

    fn collocations(&self, _: &Request, _: &collocations::Options, _: &Control<'_>) -> Result<Collocations> {
        Err(unsupported("collocations"))
    }

    fn similar(&self, _: &ArticleId, _: usize, _: &Control<'_>) -> Result<Option<Results>> {
        Err(unsupported("similar"))
    }

    fn why_not(&self, _: &Request, _: &ArticleId, _: &Control<'_>) -> Result<Option<WhyNot>> {
        Err(unsupported("why-not"))
    }

    fn complete(&self, _: &str, _: usize, _: &Control<'_>) -> Result<Vec<Completion>> {
        Err(unsupported("completion"))
    }

    fn by_id(&self, id: &ArticleId) -> Result<Option<Article>> {
        self.get(id)?.map(|found| document::article(&found)).transpose()
    }

    fn marked(&self, request: &Request, id: &ArticleId, control: &Control<'_>) -> Result<Option<MarkedArticle>> {
        let Some(article) = self.by_id(id)? else { return Ok(None) };
        let local = LocalIndex::new(&[article], &self.dictionary, None)?;
        marked::marked(&local.snapshot, request, id, control)
    }

    fn copies_of(&self, id: &ArticleId) -> Result<Option<Vec<Article>>> {
        let Some(found) = self.get(id)? else { return Ok(None) };
        let Some(cluster) = found["_source"]["cluster"].as_str() else { return Ok(Some(Vec::new())) };
        let body = json!({"query": {"term": {"cluster": cluster}}, "sort": [{"place": "asc"}, {"order": "asc"}]});
        let mut copies = Vec::new();
        search::each_page(&self.client, &self.name, &body, BATCH, &Control::default(), &mut |hits| {
            copies.extend(local::articles(hits)?);
            Ok(true)
        })?;
        Ok(Some(copies))
    }
}

fn unsupported(what: &str) -> Error {
    Error::Invalid(format!("{what} can't be asked of an engine yet; an index of this machine answers it"))
}
