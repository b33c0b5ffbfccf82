//! The archive in the server: its newest state, read on blocking threads by a limited number of requests, each with a
//! deadline.
//!
//! A request keeps the view with which it begins: a commit or a swap meanwhile does not affect it.

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

/// The archive with the settings, metrics and permits of the server.
pub struct Archive {
    provider: Box<dyn Provider>,
    /// The settings that the server was started with.
    pub settings: Settings,
    /// The counts since the start.
    pub metrics: Metrics,
    /// Logins under way.
    pub logins: Semaphore,
    permits: Arc<Semaphore>,
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

/// The context of a request: the view that it reads, and the control that ends it.
pub struct SearchContext<'a> {
    /// The view that it reads.
    pub view: &'a View,
    /// Its deadline, and the flag that is set when its client disconnects.
    pub control: Control<'a>,
    metrics: &'a Metrics,
}

/// The stop flag of a request, which is set when the request is dropped because its client disconnected.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Archive {
    /// Creates the archive that a provider gives.
    pub fn new(provider: Box<dyn Provider>, settings: Settings) -> Archive {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Archive {
            provider,
            metrics: Metrics::default(),
            logins: Semaphore::new(LOGINS),
            permits: Arc::new(Semaphore::new(settings.searches.max(1))),
            exports: Arc::new(Semaphore::new(settings.exports.max(1))),
            view: Mutex::new(None),
            started: since.as_nanos() as u64 ^ u64::from(std::process::id()),
            settings,
        }
    }

    /// Returns the newest state of the archive. Looks up whether it has changed, and opens what is new.
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

    /// Runs work that reads the archive on a blocking thread, once there is a permit. An answer that the client already
    /// has is not computed again; `variant` distinguishes the answers at one address (languages).
    pub async fn run<F>(self: &Arc<Self>, headers: &HeaderMap, variant: &str, work: F) -> Response
    where
        F: FnOnce(&SearchContext<'_>) -> std::result::Result<Response, Problem> + Send + 'static,
    {
        let permit = match self.permit(&self.permits).await {
            Ok(permit) => permit,
            Err(problem) => return problem.into_response(),
        };
        let archive = Arc::clone(self);
        let known = headers.get(header::IF_NONE_MATCH).cloned();
        let variant = variant.to_string();
        let cancel = CancelOnDrop(Arc::default());
        let stop = Arc::clone(&cancel.0);
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
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
            let cx = SearchContext { view: &view, control, metrics: &archive.metrics };
            match work(&cx) {
                Ok(response) if response.headers().contains_key(header::CACHE_CONTROL) => response,
                Ok(response) => tagged(response, &tag),
                Err(problem) => problem.into_response(),
            }
        });
        done.await.unwrap_or_else(|_| broken().into_response())
    }

    /// Waits for the permit to export.
    ///
    /// # Errors
    /// If others take too long.
    pub async fn export_permit(&self) -> std::result::Result<OwnedSemaphorePermit, Problem> {
        self.permit(&self.exports).await
    }

    async fn permit(&self, permits: &Arc<Semaphore>) -> std::result::Result<OwnedSemaphorePermit, Problem> {
        match tokio::time::timeout(self.settings.wait, Arc::clone(permits).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => {
                self.metrics.turned_away();
                Err(Problem::busy("too many requests at once; try again in a moment"))
            }
        }
    }

    /// Returns the current values of the gauges.
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
            searches: self.settings.searches.max(1).saturating_sub(self.permits.available_permits()),
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

    /// Loads the files that the first search would wait for, and those that could not be opened after the folder was
    /// moved.
    fn warm(&self) {
        let control = Control::default();
        let everything = Request { limit: 1, ..everything() };
        // The requests that need what can't be read report it.
        let _ = self.read.answer(&everything, &control);
        let _ = (self.stats(), self.coverage(), self.facets());
    }

    /// Returns the read operations.
    pub fn read(&self) -> &dyn Read {
        &*self.read
    }

    /// Returns the statistics of the archive.
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

    /// Returns the number of articles of the archive in each month.
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

    /// Returns the facets of all articles.
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

    /// Returns the entity tag of answers from this commit.
    pub fn etag(&self, variant: &str) -> String {
        match variant {
            "" => format!("W/\"{}\"", self.tag),
            variant => format!("W/\"{}-{variant}\"", self.tag),
        }
    }
}

impl SearchContext<'_> {
    /// Returns the read operations.
    pub fn read(&self) -> &dyn Read {
        self.view.read()
    }

    /// Returns a page of hits, and counts an answer that its deadline cut short.
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

/// Returns the current day, for citations.
pub fn today() -> Option<Date> {
    Date::now().map(|now| now.without_time())
}

/// Returns the problem of a request in which the program itself failed.
pub fn broken() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "an internal error; please report it")
}

/// Whether an `If-None-Match` names a tag.
fn is_known(known: &HeaderValue, tag: &str) -> bool {
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_string();
    known.to_str().is_ok_and(|known| known.split(',').any(|one| one.trim() == "*" || plain(one) == plain(tag)))
}

/// Adds an entity tag to an answer, which caches may keep but must validate each time.
fn tagged(mut response: Response, tag: &str) -> Response {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}
