//! Bulk indexing: threads that build documents, send them in bulk requests and check the outcome of each item.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};
use serde_json::{Value, json};

use crate::document::Documents;
use crate::error::engine_error;
use crate::http::{Client, block_hint, reason};
use crate::settings::Settings;
use gongxun_core::article::Article;
use gongxun_core::error::{Error, Result};
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
    /// (docs/RECORDS.md). The greater is kept, in whatever order they arrive.
    pub class: u8,
    /// Its fingerprint.
    pub print: Fingerprint,
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
    next: usize,
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
        Bulk { jobs, threads, next: 0, failed, is_broken: false }
    }

    /// Queues an article, and blocks while the queue is full.
    ///
    /// # Errors
    /// If an earlier article could not be indexed.
    pub fn send(&mut self, job: Job) -> Result<()> {
        self.check()?;
        self.next = (self.next + 1) % self.jobs.len();
        let sent = self.jobs[self.next].send(Message::Article(Box::new(job)));
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

/// The next bulk request of a thread.
struct Batch {
    client: Client,
    index: String,
    most_articles: usize,
    most_bytes: usize,
    /// The items, each of two lines: action and document.
    items: Vec<Vec<u8>>,
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
        let id = &job.article.id.0;
        // The external version keeps a copy from replacing a record of its own place, whichever process sends first.
        let version = u64::from(job.class) + 1;
        let action = json!({"index": {"_id": id, "version": version, "version_type": "external_gte"}});
        let document = documents.of(&job.article, &job.file, job.class, &job.print, None);
        let lines = lines(&[action, document]);
        self.bytes += lines.len();
        self.items.push(lines);
    }

    fn send(&mut self) -> Result<()> {
        self.bytes = 0;
        send(&self.client, &self.index, std::mem::take(&mut self.items))
    }
}

/// Serialises an item of a bulk request, which is an action and, unless it deletes, a document, as lines of JSON.
pub fn lines(values: &[Value]) -> Vec<u8> {
    values.iter().flat_map(|value| format!("{value}\n").into_bytes()).collect()
}

/// Sends the items of a bulk request. Items with status 429 or 5xx are sent again after waits that double. A version
/// conflict is no error: the stored document takes precedence.
///
/// # Errors
/// If OpenSearch can't be reached, refuses an item, or still has no room for one at the last attempt.
pub fn send(client: &Client, index: &str, mut items: Vec<Vec<u8>>) -> Result<()> {
    let path = format!("/{index}/_bulk");
    let mut waits = client.waits();
    while !items.is_empty() {
        let answer = client.post_lines(&path, &items.concat())?;
        let outcomes = answer["items"].as_array().map_or(&[][..], Vec::as_slice);
        if outcomes.len() != items.len() {
            let (sent, said) = (items.len(), outcomes.len());
            return Err(engine_error(format!(
                "{}{path}: {sent} documents were sent, and it answered for {said}",
                client.url()
            )));
        }
        let wait = waits.next();
        let mut again = Vec::new();
        for (item, outcome) in items.into_iter().zip(outcomes) {
            let outcome = outcome.as_object().and_then(|one| one.values().next()).unwrap_or(&Value::Null);
            let status = outcome["status"].as_u64().unwrap_or(0);
            if is_settled(status, outcome) {
                continue;
            }
            if wait.is_some() && (status == 429 || status >= 500) {
                again.push(item);
                continue;
            }
            let id = outcome["_id"].as_str().unwrap_or("?");
            let why = reason(outcome).unwrap_or_default();
            let hint = if why.contains("block") { block_hint(&why) } else { "" };
            return Err(engine_error(format!("{}{path}: {id} was not taken: {status} {why}{hint}", client.url())));
        }
        items = again;
        if let (Some(wait), false) = (wait, items.is_empty()) {
            std::thread::sleep(wait);
        }
    }
    Ok(())
}

/// Whether an item needs no further action: it was applied, a document of higher precedence is stored, or the document
/// to be deleted does not exist. A missing index has status 404 as well, but with an error.
fn is_settled(status: u64, outcome: &Value) -> bool {
    match status {
        200..=299 => true,
        404 => outcome.get("error").is_none(),
        409 => outcome["error"]["type"] == "version_conflict_engine_exception",
        _ => false,
    }
}
