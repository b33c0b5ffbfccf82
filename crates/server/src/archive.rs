//! The archive as the server has it: its newest state, asked off the async threads, by so many at once, each with a
//! deadline.
//!
//! A request asks for a view when it begins and keeps it: a commit or a swap meanwhile changes nothing for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Instant, SystemTime};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use gongxun_core::article::Date;
use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::index::Stats;
use gongxun_core::search::facets::Facets;
use gongxun_core::search::timeline::{Period, Step};
use gongxun_core::search::{Identity, Provider, Read, Request, Results};

use crate::conditions::everything;
use crate::metrics::{Gauges, Metrics};
use crate::problem::Problem;
use crate::settings::Settings;

/// The number of logins that are tried at once.
const LOGINS: usize = 4;

/// The archive with the settings, counts and turns of the server.
pub struct Archive {
    provider: Box<dyn Provider>,
    /// The settings that the server was started with.
    pub settings: Settings,
    /// The counts since the start.
    pub metrics: Metrics,
    /// Logins under way.
    pub logins: Semaphore,
    turns: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    view: Mutex<Option<Arc<View>>>,
    /// A number that tells the answers of this process from those of an earlier one.
    started: u64,
}

/// One state of the archive, with figures that are computed once.
pub struct View {
    read: Arc<dyn Read>,
    tag: String,
    stats: OnceLock<Stats>,
    coverage: OnceLock<Vec<Period>>,
    facets: OnceLock<Facets>,
}

/// The means of a request: the view that it asks, and the control that ends it.
pub struct Asked<'a> {
    /// The view that it asks.
    pub view: &'a View,
    /// Its deadline, and the flag that is set when its client has gone.
    pub control: Control<'a>,
    metrics: &'a Metrics,
}

/// The stop flag of a request, which is set when its client has gone.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Archive {
    /// The archive that a provider gives.
    pub fn new(provider: Box<dyn Provider>, settings: Settings) -> Archive {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Archive {
            provider,
            metrics: Metrics::default(),
            logins: Semaphore::new(LOGINS),
            turns: Arc::new(Semaphore::new(settings.searches.max(1))),
            exports: Arc::new(Semaphore::new(settings.exports.max(1))),
            view: Mutex::new(None),
            started: since.as_nanos() as u64 ^ u64::from(std::process::id()),
            settings,
        }
    }

    /// The newest state of the archive. Looks up whether it has changed, and opens what is new.
    ///
    /// # Errors
    /// If what holds the articles can't be read.
    pub fn view(&self) -> Result<Arc<View>> {
        let read = self.provider.newest()?;
        let mut kept = self.kept();
        if let Some(view) = kept.as_ref().filter(|view| Arc::ptr_eq(&view.read, &read)) {
            return Ok(Arc::clone(view));
        }
        let view = Arc::new(View::new(read, self.started));
        *kept = Some(Arc::clone(&view));
        drop(kept);
        view.warm();
        Ok(view)
    }

    fn kept(&self) -> MutexGuard<'_, Option<Arc<View>>> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does work that asks the archive, on a thread that may wait, when its turn comes. An answer that the client has
    /// already is not made again; `variant` tells apart the answers under one address (languages).
    pub async fn ask<F>(self: &Arc<Self>, headers: &HeaderMap, variant: &str, work: F) -> Response
    where
        F: FnOnce(&Asked<'_>) -> std::result::Result<Response, Problem> + Send + 'static,
    {
        let turn = match self.turn(&self.turns).await {
            Ok(turn) => turn,
            Err(problem) => return problem.into_response(),
        };
        let archive = Arc::clone(self);
        let known = headers.get(header::IF_NONE_MATCH).cloned();
        let variant = variant.to_string();
        let gone = Gone(Arc::default());
        let stop = Arc::clone(&gone.0);
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let view = match archive.view() {
                Ok(view) => view,
                Err(error) => return Problem::from(error).into_response(),
            };
            let tag = view.etag(&variant);
            if known.is_some_and(|known| is_known(&known, &tag)) {
                return tagged(StatusCode::NOT_MODIFIED.into_response(), &tag);
            }
            let deadline = Instant::now() + archive.settings.deadline;
            let control = Control::default().stop(&stop).deadline(deadline);
            let asked = Asked { view: &view, control, metrics: &archive.metrics };
            match work(&asked) {
                Ok(response) if response.headers().contains_key(header::CACHE_CONTROL) => response,
                Ok(response) => tagged(response, &tag),
                Err(problem) => problem.into_response(),
            }
        });
        done.await.unwrap_or_else(|_| broken().into_response())
    }

    /// A turn to export.
    ///
    /// # Errors
    /// If others take too long.
    pub async fn turn_to_export(&self) -> std::result::Result<OwnedSemaphorePermit, Problem> {
        self.turn(&self.exports).await
    }

    async fn turn(&self, turns: &Arc<Semaphore>) -> std::result::Result<OwnedSemaphorePermit, Problem> {
        match tokio::time::timeout(self.settings.wait, Arc::clone(turns).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => {
                self.metrics.turned_away();
                Err(Problem::busy("too much is asked at once; try again in a moment"))
            }
        }
    }

    /// The measurements of this moment.
    pub fn gauges(&self) -> Gauges {
        // What can't be read now is measured as it was last.
        let (view, is_read) = match self.view() {
            Ok(view) => (Some(view), true),
            Err(_) => (self.kept().clone(), false),
        };
        let read = view.as_ref().map(|view| view.read());
        let identity = read.map(Read::identity);
        Gauges {
            articles: read.map_or(0, Read::articles),
            generation: identity.map_or(0, |identity| identity.generation),
            commit: identity.map_or(0, |identity| identity.commit),
            searches: self.settings.searches.max(1).saturating_sub(self.turns.available_permits()),
            stale: !is_read || !read.is_some_and(Read::is_current),
        }
    }
}

impl View {
    fn new(read: Arc<dyn Read>, started: u64) -> View {
        let Identity { generation, commit, content } = read.identity();
        // The same numbers may come again with other contents where an index takes another one's place.
        let tag = format!("{generation}-{commit}-{:08x}", (content ^ started) as u32);
        View { read, tag, stats: OnceLock::new(), coverage: OnceLock::new(), facets: OnceLock::new() }
    }

    /// Loads the files that the first search would wait for, and those that would be missed once the folder is moved.
    fn warm(&self) {
        let control = Control::default();
        let everything = Request { limit: 1, ..everything() };
        // What can't be read is said to whoever asks for it.
        let _ = self.read.answer(&everything, &control);
        let _ = (self.stats(), self.coverage(), self.facets());
    }

    /// The operations of reading.
    pub fn read(&self) -> &dyn Read {
        &*self.read
    }

    /// The figures of the archive.
    ///
    /// # Errors
    /// If what holds the articles can't be read.
    pub fn stats(&self) -> Result<&Stats> {
        if let Some(stats) = self.stats.get() {
            return Ok(stats);
        }
        let stats = self.read.stats()?;
        Ok(self.stats.get_or_init(|| stats))
    }

    /// The number of articles that the archive has in each month.
    ///
    /// # Errors
    /// If what holds the articles can't be read.
    pub fn coverage(&self) -> Result<&[Period]> {
        if let Some(coverage) = self.coverage.get() {
            return Ok(coverage);
        }
        let timeline = self.read.timeline(&everything(), Step::Month, &Control::default())?;
        Ok(self.coverage.get_or_init(|| timeline.periods))
    }

    /// The facets of all articles.
    ///
    /// # Errors
    /// If what holds the articles can't be read.
    pub fn facets(&self) -> Result<&Facets> {
        if let Some(facets) = self.facets.get() {
            return Ok(facets);
        }
        let everything = Request { limit: 0, facets: true, ..everything() };
        let facets = self.read.answer(&everything, &Control::default())?.facets.unwrap_or_default();
        Ok(self.facets.get_or_init(|| facets))
    }

    /// The mark of answers of this commit.
    pub fn etag(&self, variant: &str) -> String {
        match variant {
            "" => format!("W/\"{}\"", self.tag),
            variant => format!("W/\"{}-{variant}\"", self.tag),
        }
    }
}

impl Asked<'_> {
    /// The operations of reading.
    pub fn read(&self) -> &dyn Read {
        self.view.read()
    }

    /// A page of hits.
    ///
    /// # Errors
    /// As [`Read::answer`].
    pub fn answer(&self, request: &Request) -> std::result::Result<Results, Problem> {
        let results = self.read().answer(request, &self.control)?;
        self.counted(results.cut_short);
        Ok(results)
    }

    /// Counts an answer that its deadline cut short.
    pub fn counted(&self, cut_short: bool) {
        if cut_short {
            self.metrics.cut_short();
        }
    }
}

/// Today, as answers that name the day of reading have it.
pub fn today() -> Option<Date> {
    Date::now().map(|now| now.without_time())
}

/// The problem of a request that made the program itself fail.
pub fn broken() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "this request broke the program; please report it")
}

/// Whether an `If-None-Match` names a tag.
fn is_known(known: &HeaderValue, tag: &str) -> bool {
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_string();
    known.to_str().is_ok_and(|known| known.split(',').any(|one| one.trim() == "*" || plain(one) == plain(tag)))
}

/// An answer that may be kept, and is asked about each time.
fn tagged(mut response: Response, tag: &str) -> Response {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
