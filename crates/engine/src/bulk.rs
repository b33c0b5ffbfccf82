//! Bulk indexing: threads that build documents, send them in bulk requests and check the outcome of each item.
//!
//! Processes that load beside each other share no locks, and every write is conditional (compare-and-set). An article
//! is created if nothing is stored under its id. Otherwise what is stored decides whether it takes precedence, and the
//! article replaces exactly that version of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use serde_json::{Value, json};

use crate::document::Documents;
use crate::error::engine_error;
use crate::http::{Client, block_hint, reason};
use crate::settings::Settings;
use crate::stored::{self, Version};
use gongxun_core::article::Article;
use gongxun_core::error::{Error, Result};
use gongxun_core::index::document::id_order;
use gongxun_core::reprint::Fingerprint;
use gongxun_text::segment::Segmenter;

/// The capacity of each thread's queue, in articles. A full queue blocks the caller (back-pressure).
const QUEUE_CAPACITY: usize = 64;

/// An article to be indexed.
pub struct Job {
    /// The article.
    pub article: Article,
    /// The file that it was read from.
    pub file: String,
    /// Its precedence among records with the same id: 1 for the record of its own place, 0 for a copy from an export
    /// (docs/RECORDS.md). Of records from different files the greater is kept, in whatever order they arrive.
    pub class: u8,
    /// Its fingerprint.
    pub print: Fingerprint,
    /// The version that it replaces, if its file is known to have the article.
    pub replaces: Option<Version>,
}

enum Message {
    Article(Box<Job>),
    /// Sends all items that are buffered, then signals that it has.
    Flush(Sender<()>),
}

/// A pool of threads that index articles.
pub struct Bulk {
    jobs: Vec<Sender<Message>>,
    threads: Vec<JoinHandle<()>>,
    failed: Arc<Mutex<Option<Error>>>,
    /// Whether an error has been returned. Every later call fails, since articles sent before may be missing.
    is_broken: bool,
}

impl Bulk {
    /// Starts the threads that send to an index.
    pub fn new(client: &Client, index: &str, settings: &Settings, segmenter: &Segmenter) -> Bulk {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let count = if settings.senders == 0 { cores } else { settings.senders };
        let failed: Arc<Mutex<Option<Error>>> = Arc::default();
        let (mut jobs, mut threads) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let (sender, receiver) = bounded(QUEUE_CAPACITY);
            let failed = Arc::clone(&failed);
            let mut own = Batch {
                client: client.clone(),
                index: index.to_string(),
                most_articles: settings.bulk_articles,
                most_bytes: settings.bulk_bytes,
                items: Vec::new(),
                bytes: 0,
            };
            let mut documents = Documents::new(segmenter);
            threads.push(std::thread::spawn(move || own.run(&receiver, &mut documents, &failed)));
            jobs.push(sender);
        }
        Bulk { jobs, threads, failed, is_broken: false }
    }

    /// Queues an article, and blocks while the queue is full. Articles with the same id are sent in the order in which
    /// they were queued.
    ///
    /// # Errors
    /// If an earlier article could not be indexed.
    pub fn send(&mut self, job: Job) -> Result<()> {
        self.check()?;
        let thread = id_order(&job.article.id) % self.jobs.len() as u64;
        let sent = self.jobs[thread as usize].send(Message::Article(Box::new(job)));
        sent.map_err(|_| engine_error("a sending thread ended"))
    }

    /// Sends all queued articles and waits for their outcome.
    ///
    /// # Errors
    /// If an article could not be indexed.
    pub fn flush(&mut self) -> Result<()> {
        let (done, wait) = bounded(self.jobs.len());
        for jobs in &self.jobs {
            jobs.send(Message::Flush(done.clone())).map_err(|_| engine_error("a sending thread ended"))?;
        }
        drop(done);
        wait.iter().for_each(drop);
        self.check()
    }

    fn check(&mut self) -> Result<()> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take();
        if self.is_broken {
            return Err(engine_error("an article was not taken before; the same command goes on from the last commit"));
        }
        self.is_broken = failed.is_some();
        failed.map_or(Ok(()), Err)
    }
}

impl Drop for Bulk {
    fn drop(&mut self) {
        self.jobs.clear();
        for thread in self.threads.drain(..) {
            // `send` and `flush` return the errors of the threads.
            thread.join().ok();
        }
    }
}

/// An article to be written, and what decides whether it replaces what is stored under its id.
struct Write {
    id: String,
    file: String,
    class: u8,
    content: String,
    /// The document, as a line of JSON.
    document: Vec<u8>,
    /// The version that it replaces; without one, it is created.
    replaces: Option<Version>,
}

impl Write {
    fn lines(&self) -> Vec<u8> {
        let mut lines = match self.replaces {
            None => lines(&[json!({"create": {"_id": self.id}})]),
            Some(version) => lines(&[version.action("index", &self.id)]),
        };
        lines.extend_from_slice(&self.document);
        lines
    }

    /// Whether it is to replace a stored document: unless that is the same article, or one of another file that takes
    /// precedence.
    fn takes_precedence_over(&self, stored: &Value) -> bool {
        let source = &stored["_source"];
        let class = source["class"].as_u64().unwrap_or(0);
        if source["file"] == *self.file {
            class != u64::from(self.class) || source["content"] != *self.content
        } else {
            class <= u64::from(self.class)
        }
    }
}

/// The next bulk request of a thread.
struct Batch {
    client: Client,
    index: String,
    most_articles: usize,
    most_bytes: usize,
    items: Vec<Write>,
    bytes: usize,
}

impl Batch {
    fn run(&mut self, jobs: &Receiver<Message>, documents: &mut Documents, failed: &Mutex<Option<Error>>) {
        let mut is_broken = false;
        for message in jobs {
            let (is_due, done) = match message {
                Message::Article(job) => {
                    if !is_broken {
                        self.add(&job, documents);
                    }
                    (self.items.len() >= self.most_articles || self.bytes >= self.most_bytes, None)
                }
                Message::Flush(done) => (true, Some(done)),
            };
            // After a failure, all further articles are discarded: the run ends with the error.
            if is_due
                && !is_broken
                && let Err(error) = self.send()
            {
                is_broken = true;
                failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
            if let Some(done) = done {
                done.send(()).ok();
            }
        }
    }

    fn add(&mut self, job: &Job, documents: &mut Documents) {
        let value = documents.of(&job.article, &job.file, job.class, &job.print, None);
        let content = value["content"].as_str().unwrap_or_default().to_string();
        let (id, file, document) = (job.article.id.0.clone(), job.file.clone(), lines(&[value]));
        let write = Write { id, file, class: job.class, content, document, replaces: job.replaces };
        // A request has an id once: an item that is sent again would be applied after those behind it.
        match self.items.iter().position(|earlier| earlier.id == write.id) {
            Some(at) if self.items[at].file != write.file && self.items[at].class > write.class => {}
            Some(at) => {
                self.bytes = self.bytes - self.items[at].document.len() + write.document.len();
                self.items[at] = write;
            }
            None => {
                self.bytes += write.document.len();
                self.items.push(write);
            }
        }
    }

    /// Writes the articles. After a conflict, what is stored decides whether the article is written again; no article is
    /// left out for another reason.
    fn send(&mut self) -> Result<()> {
        self.bytes = 0;
        let mut writes = std::mem::take(&mut self.items);
        let mut waits = std::iter::once(Duration::ZERO).chain(self.client.waits());
        loop {
            let items: Vec<Vec<u8>> = writes.iter().map(Write::lines).collect();
            let conflicts = send(&self.client, &self.index, &items)?;
            if conflicts.is_empty() {
                return Ok(());
            }
            let numbered = writes.into_iter().enumerate();
            writes = numbered.filter(|(at, _)| conflicts.binary_search(at).is_ok()).map(|(_, write)| write).collect();
            let ids: Vec<&str> = writes.iter().map(|write| write.id.as_str()).collect();
            let found = stored::fetch(&self.client, &self.index, &ids, &json!(["file", "class", "content"]))?;
            let mut left = Vec::new();
            for (mut write, found) in writes.into_iter().zip(&found) {
                write.replaces = found.as_ref().map(Version::of).transpose()?;
                if found.as_ref().is_none_or(|stored| write.takes_precedence_over(stored)) {
                    left.push(write);
                }
            }
            writes = left;
            let Some(first) = writes.first() else { return Ok(()) };
            let Some(wait) = waits.next() else { return Err(stored::contended(&self.client, &self.index, &first.id)) };
            std::thread::sleep(wait);
        }
    }
}

/// Serialises an item of a bulk request, which is an action and, unless it deletes, a document, as lines of JSON.
pub fn lines(values: &[Value]) -> Vec<u8> {
    values.iter().flat_map(|value| format!("{value}\n").into_bytes()).collect()
}

/// Sends the items of a bulk request. Items with status 429 or 5xx are sent again after waits that double. Returns the
/// positions of the items that were not applied because of a version conflict, in ascending order.
///
/// # Errors
/// If OpenSearch can't be reached, refuses an item, or still has no room for one at the last attempt.
pub fn send(client: &Client, index: &str, items: &[Vec<u8>]) -> Result<Vec<usize>> {
    let path = format!("/{index}/_bulk");
    let mut waits = client.waits();
    let mut left: Vec<usize> = (0..items.len()).collect();
    let mut conflicts = Vec::new();
    while !left.is_empty() {
        let body: Vec<&[u8]> = left.iter().map(|at| items[*at].as_slice()).collect();
        let answer = client.post_lines(&path, &body.concat())?;
        let outcomes = answer["items"].as_array().map_or(&[][..], Vec::as_slice);
        if outcomes.len() != left.len() {
            let (sent, said) = (left.len(), outcomes.len());
            return Err(engine_error(format!(
                "{}{path}: {sent} documents were sent, and it answered for {said}",
                client.url()
            )));
        }
        let wait = waits.next();
        let mut again = Vec::new();
        for (at, outcome) in left.into_iter().zip(outcomes) {
            let outcome = outcome.as_object().and_then(|one| one.values().next()).unwrap_or(&Value::Null);
            match outcome["status"].as_u64().unwrap_or(0) {
                200..=299 => {}
                // The document to be deleted does not exist. A missing index has this status as well, but with an error.
                404 if outcome.get("error").is_none() => {}
                409 if outcome["error"]["type"] == "version_conflict_engine_exception" => conflicts.push(at),
                429 | 500.. if wait.is_some() => again.push(at),
                status => {
                    let id = outcome["_id"].as_str().unwrap_or("?");
                    let why = reason(outcome).unwrap_or_default();
                    let hint = if why.contains("block") { block_hint(&why) } else { "" };
                    return Err(engine_error(format!(
                        "{}{path}: {id} was not taken: {status} {why}{hint}",
                        client.url()
                    )));
                }
            }
        }
        left = again;
        if let (Some(wait), false) = (wait, left.is_empty()) {
            std::thread::sleep(wait);
        }
    }
    conflicts.sort_unstable();
    Ok(conflicts)
}
