//! [`Archive`]: the read operations of an archive on an index in OpenSearch.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use crate::admin;
use crate::document;
use crate::facets;
use crate::found::{BATCH, Found, Index, searched};
use crate::hits::Hits;
use crate::http::Client;
use crate::local::{self, LocalIndex};
use crate::lower::{any_of, match_all, without};
use crate::manifest;
use crate::pages;
use crate::search::{self, MAX_HITS};
use crate::settings::Settings;
use crate::statistics::StatisticsCache;
use crate::timeline;
use crate::tokens;
use gongxun_core::article::{Article, ArticleId, Date};
use gongxun_core::control::Control;
use gongxun_core::error::{Error, Result};
use gongxun_core::index::Stats;
use gongxun_core::query::{Filter, Node, Query};
use gongxun_core::search::collocations::{self, Collocations};
use gongxun_core::search::compare::Comparison;
use gongxun_core::search::concordance::{self, Counts, Line};
use gongxun_core::search::features::empty;
use gongxun_core::search::keywords::{self, Keywords};
use gongxun_core::search::kind::ByKind;
use gongxun_core::search::marked::{self, MarkedArticle};
use gongxun_core::search::select::Selection;
use gongxun_core::search::similar;
use gongxun_core::search::suggest::Completion;
use gongxun_core::search::timeline::{Step, Timeline};
use gongxun_core::search::why_not::{Verdict, WhyNot};
use gongxun_core::search::{
    Breadth, Copies, Hit, Identity, Kind, Provider, Read, Request, Results, notes, pipeline, present,
};
use gongxun_text::segment::Segmenter;
use gongxun_text::synonyms::Synonyms;

/// Seconds in a day.
const DAY: i64 = 86_400;
/// The most hits among which [`Read::why_not`] looks for an article, to give its place.
const MAX_PLACE: usize = 1_000;

/// An open index in OpenSearch: one generation of it, as it was when it was opened. Of the operations of [`Read`],
/// keywords, collocations and completion are not supported: they return [`Error::Invalid`].
pub struct Archive {
    client: Client,
    /// The name of the generation, so that an answer has no articles of another one if the alias moves meanwhile.
    name: String,
    dictionary: String,
    segmenter: Segmenter,
    state: State,
    /// An index without articles: the template of every answer.
    empty: LocalIndex,
    cache: StatisticsCache,
}

/// The articles that searches of a generation see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    articles: u64,
    /// A hash over the sequence numbers of all articles, of which every write has its own.
    content: u64,
}

impl State {
    fn of(client: &Client, name: &str) -> Result<State> {
        let numbers = json!({"numbers": {"stats": {"field": "_seq_no"}}});
        let body = json!({"size": 0, "track_total_hits": true, "query": match_all(), "aggs": numbers});
        let answer = search::search(client, name, &body)?;
        let numbers = &answer["aggregations"]["numbers"];
        let articles = search::total(&answer)?;
        let mut hasher = DefaultHasher::new();
        let number = |key: &str| numbers[key].as_f64().unwrap_or(-1.0).to_bits();
        (articles, number("sum"), number("max"), number("min")).hash(&mut hasher);
        Ok(State { articles, content: hasher.finish() })
    }
}

/// The newest state of an index, for a program that runs for long: searches follow the articles that a load makes
/// visible, and the alias when it moves to another generation.
pub struct Newest {
    alias: String,
    kept: Mutex<Arc<Archive>>,
}

impl Newest {
    /// Opens the index that the settings name.
    ///
    /// # Errors
    /// Same as [`Archive::open`].
    pub fn open(settings: &Settings) -> Result<Newest> {
        Ok(Newest { alias: settings.index.clone(), kept: Mutex::new(Arc::new(Archive::open(settings)?)) })
    }
}

impl Provider for Newest {
    fn newest(&self) -> Result<Arc<dyn Read>> {
        let kept = Arc::clone(&self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        let name = current(&kept.client, &self.alias)?;
        let state = State::of(&kept.client, &name)?;
        if name == kept.name && state == kept.state {
            return Ok(kept);
        }
        let newest = Arc::new(kept.at(name, state)?);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&newest);
        Ok(newest)
    }
}

/// Returns the generation that an alias names, or the alias itself if there is none: it may be the name of an index.
fn current(client: &Client, alias: &str) -> Result<String> {
    Ok(admin::current_generation(client, alias)?.unwrap_or_else(|| alias.to_string()))
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
        let name = current(&client, &settings.index)?;
        let dictionary = admin::dictionary(&client, &name)?;
        let segmenter = admin::segmenter(&dictionary)?;
        let state = State::of(&client, &name)?;
        let (empty, cache) = (LocalIndex::new(&[], "", None)?, StatisticsCache::default());
        Ok(Archive { client, name, dictionary, segmenter, state, empty, cache })
    }

    /// Opens another state of the same index.
    fn at(&self, name: String, state: State) -> Result<Archive> {
        let client = self.client.clone();
        let (dictionary, segmenter) = match name == self.name {
            true => (self.dictionary.clone(), self.segmenter.clone()),
            false => {
                let dictionary = admin::dictionary(&client, &name)?;
                let segmenter = admin::segmenter(&dictionary)?;
                (dictionary, segmenter)
            }
        };
        let (empty, cache) = (LocalIndex::new(&[], "", None)?, StatisticsCache::default());
        Ok(Archive { client, name, dictionary, segmenter, state, empty, cache })
    }

    /// The number of the generation; 0 if its name has none.
    fn generation(&self) -> u64 {
        self.name.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
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

    /// Returns the answer to a request without hits, notes and facets.
    fn page(&self, found: &Found, request: &Request) -> Result<Results> {
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
        (results.generation, results.commit) = (self.generation(), 0);
        Ok(results)
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
        self.state.articles
    }

    fn identity(&self) -> Identity {
        Identity { generation: self.generation(), commit: 0, content: self.state.content }
    }

    fn is_current(&self) -> bool {
        State::of(&self.client, &self.name).is_ok_and(|state| state == self.state)
    }

    fn stats(&self) -> Result<Stats> {
        let Archive { client, name, .. } = self;
        let date = json!({"field": "date"});
        let aggregations = json!({"first": {"min": date}, "last": {"max": date}, "undated": {"missing": date}});
        let body = json!({"size": 0, "track_total_hits": true, "query": match_all(), "aggs": aggregations});
        let answer = search::search(client, name, &body)?;
        let figures = &answer["aggregations"];
        // OpenSearch gives numbers as floating-point ones, which hold seconds exactly.
        let day = |figure: &Value| Date::from_day_number((figure["value"].as_f64()? as i64).div_euclid(DAY));
        let manifest = manifest::visible(client, name)?;
        let path = format!("/{name}/_stats/store,segments?filter_path=_shards,_all.primaries");
        let sizes = client.get(&path)?.unwrap_or_default();
        let primaries = &sizes["_all"]["primaries"];
        let mut stats = Stats::default();
        stats.articles = search::total(&answer)?;
        stats.undated = figures["undated"]["doc_count"].as_u64().unwrap_or(0);
        (stats.first_day, stats.last_day) = (day(&figures["first"]), day(&figures["last"]));
        stats.files = manifest.entries().count() as u64;
        stats.rejected = manifest.entries().map(|entry| entry.rejected).sum();
        stats.generation = self.generation();
        stats.segments = primaries["segments"]["count"].as_u64().unwrap_or(0);
        stats.bytes = primaries["store"]["size_in_bytes"].as_u64().unwrap_or(0);
        Ok(stats)
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
        let mut results = self.page(&found, request)?;
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
        (results.page_total, results.pages) =
            pages::find(index.client, index.name, &found.compiled, request.limit, control)?;
        if found.total(Breadth::Synonyms) == 0 {
            let lookup = InIndex { index: &index, request, control };
            if results.page_total == 0 {
                results.notes.extend(lookup.margin_note()?);
            }
            results.notes.extend(empty::reasons(&lookup, request)?);
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
                "_source": searched(&found.compiled),
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

    fn similar(&self, id: &ArticleId, limit: usize, control: &Control<'_>) -> Result<Option<Results>> {
        let start = Instant::now();
        let Some(document) = self.get(id)? else { return Ok(None) };
        let article = document::article(&document)?;
        let index = self.index();
        let holds = |text: &str, word: &str| json!({"term": { format!("t.{text}.words"): tokens::encode(word) }});
        let words = similar::weighed_words(&article, &self.segmenter, self.state.articles, |words| {
            let queries: Vec<Value> = words.iter().map(|word| holds("body", word)).collect();
            search::count_each(index.client, index.name, &queries)
        })?;
        let (own, other_copies) = match document["_source"]["cluster"].as_str() {
            Some(cluster) => {
                let query = json!({"term": {"cluster": cluster}});
                let copies = search::count(index.client, index.name, &query)?;
                (query, copies.saturating_sub(1))
            }
            None => (json!({"term": {"id": id.0}}), 0),
        };
        let any = words.iter().flat_map(|(word, _)| [holds("body", word), holds("title", word)]).collect();
        let mut queries: ByKind<Option<Value>> = ByKind::default();
        queries[Kind::Full] = Some(without(any_of(any), vec![own]));
        let compiled = similar::compiled(&words, &self.segmenter);
        let found = Found::of(&index, compiled, queries, Copies::Collapsed)?;
        let request = similar::request(id, limit);
        let (breadth, cache) = (Breadth::Wide, &self.cache);
        let hits = Hits { index: &index, found: &found, cache, request: &request, breadth, control };
        let mut page: Vec<Hit> = Vec::new();
        let of_hits = hits.give(&mut |hit| {
            page.push(hit);
            Ok(())
        })?;
        let mut results = self.page(&found, &request)?;
        results.notes = of_hits;
        results.notes.extend(similar::notes(&words, usize::try_from(other_copies).unwrap_or(usize::MAX)));
        results.notes.extend(found.notes.iter().cloned());
        results.hits = page;
        results.took = start.elapsed();
        Ok(Some(results))
    }

    fn why_not(&self, request: &Request, id: &ArticleId, control: &Control<'_>) -> Result<Option<WhyNot>> {
        let Some(article) = self.by_id(id)? else { return Ok(None) };
        // The article alone decides about its clauses.
        let local = LocalIndex::new(&[article], &self.dictionary, None)?;
        let Some(mut answer) = local.snapshot.why_not(request, id, control)? else { return Ok(None) };
        (answer.place, answer.shown) = (None, None);
        if answer.verdict == Verdict::NotFound {
            return Ok(Some(answer));
        }
        let index = self.index();
        let found = Found::find(&index, request, control)?;
        let shown = found.shown_for(id);
        let request = Request { offset: 0, limit: MAX_PLACE, snippet_length: 0, explain: false, ..request.clone() };
        let (breadth, cache) = (Breadth::Wide, &self.cache);
        let hits = Hits { index: &index, found: &found, cache, request: &request, breadth, control };
        let mut number = 0;
        hits.give(&mut |hit| {
            number += 1;
            if hit.article.id == shown {
                answer.place = Some(number);
            }
            Ok(())
        })?;
        answer.shown = Some(shown).filter(|shown| shown != id);
        Ok(Some(answer))
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

/// What explains an empty answer, in an index.
struct InIndex<'a, 'c> {
    index: &'a Index<'a>,
    request: &'a Request,
    control: &'a Control<'c>,
}

impl InIndex<'_, '_> {
    fn find(&self, root: &Node, breadth: Breadth, copies: Copies, filters: &[Filter]) -> Result<Found> {
        let mut query = Query::default();
        query.root = Some(root.clone());
        let synonyms = self.request.synonyms.clone();
        let request = Request { breadth, copies, synonyms, filters: filters.to_vec(), ..Request::new(query) };
        Found::find(self.index, &request, self.control)
    }

    /// Returns a note if no article holds a string in quotes, and the margins of some pages do.
    fn margin_note(&self) -> Result<Option<String>> {
        let Some(root) = empty::whole_page(self.request) else { return Ok(None) };
        let articles = self.find(&root, Breadth::Exact, Copies::All, &self.request.filters)?;
        let Index { client, name, .. } = self.index;
        let (pages, _) = pages::find(client, name, &articles.compiled, 0, self.control)?;
        Ok(empty::margin_note(&root, articles.total(Breadth::Exact) + pages))
    }
}

impl empty::Lookup for InIndex<'_, '_> {
    fn held(&self, root: &Node) -> Result<u64> {
        Ok(self.find(root, Breadth::Synonyms, self.request.copies, &[])?.total(Breadth::Synonyms))
    }

    fn values(&self, facets: &[&str], is_like: &dyn Fn(&str) -> bool) -> Result<Vec<String>> {
        let Index { client, name, .. } = self.index;
        let mut like = Vec::new();
        for facet in facets {
            let field = format!("f.{facet}");
            search::each_bucket(client, name, &match_all(), &[&field], None, self.control, &mut |key, _, _| {
                like.extend(key[&field].as_str().filter(|printed| is_like(printed)).map(str::to_string));
            })?;
        }
        Ok(like)
    }
}

fn unsupported(what: &str) -> Error {
    Error::Invalid(format!("{what} can't be asked of an engine yet; an index of this machine answers it"))
}
