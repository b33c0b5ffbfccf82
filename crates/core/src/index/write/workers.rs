//! The pool of indexing threads, which add articles to segments.
//!
//! tantivy learns of a segment once it is complete, and applies to it the deletions from then on. So a document to be
//! deleted must not be in a segment under way: [`Workers::holds`] tells, and [`Workers::flush`] finishes the segments.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};
use tantivy::TantivyError;
use tantivy::index::SegmentMeta;

use crate::article::Article;
use crate::index::store::document::Stored;
use crate::index::store::packing::Dictionary;
use crate::index::write::queue::{Queue, Queued};
use crate::index::write::segment::Builder;

/// A pool of threads with a builder each.
pub struct Workers {
    /// The builders, while no thread owns them.
    idle: Vec<Builder>,
    /// The memory budget of a builder, in bytes.
    memory: usize,
    queue: Queue,
    /// Hashes of the ids and files in segments that tantivy has not been given yet.
    held: HashSet<u64>,
    pool: Option<ThreadPool>,
}

struct ThreadPool {
    articles: Sender<Queued>,
    segments: Receiver<SegmentMeta>,
    threads: Vec<JoinHandle<(Builder, tantivy::Result<()>)>>,
    /// Whether the threads should stop where they are.
    cancelled: Arc<AtomicBool>,
}

impl Workers {
    /// Creates one thread for each builder, with a memory budget for all of them together, in bytes.
    pub fn new(builders: Vec<Builder>, memory: usize) -> Workers {
        let memory = memory / builders.len().max(1);
        Workers { idle: builders, memory, queue: Queue::default(), held: HashSet::new(), pool: None }
    }

    /// Packs articles by this dictionary from now on; no segment may be under way.
    pub fn pack_by(&mut self, dictionary: &Dictionary) {
        self.idle.iter_mut().for_each(|builder| builder.pack_by(dictionary));
    }

    /// Hands an article to the pool. Blocks while too many are under way.
    ///
    /// # Errors
    /// If a thread has failed: its error.
    pub fn put(&mut self, article: &Article, file: &str, stored: Stored) -> tantivy::Result<()> {
        if self.pool.as_ref().is_some_and(|pool| pool.threads.iter().any(JoinHandle::is_finished)) {
            self.flush()?;
        }
        self.held.extend([Workers::key(&article.id.0), Workers::key(file)]);
        let pool = self.pool.get_or_insert_with(|| ThreadPool::start(std::mem::take(&mut self.idle), self.memory));
        // If no thread is left to receive it, the next call reports the reason.
        let _ = pool.articles.send(self.queue.put(article, file, stored));
        Ok(())
    }

    /// Returns the segments written since the last call.
    pub fn written(&self) -> impl Iterator<Item = SegmentMeta> + '_ {
        self.pool.iter().flat_map(|pool| pool.segments.try_iter())
    }

    /// Whether an article with this id or of this file may be in a segment that [`Workers::flush`] has not returned
    /// yet.
    pub fn holds(&self, id_or_file: &str) -> bool {
        self.held.contains(&Workers::key(id_or_file))
    }

    fn key(id_or_file: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        id_or_file.hash(&mut hasher);
        hasher.finish()
    }

    /// Finishes all segments under way and returns those that [`Workers::written`] has not.
    ///
    /// # Errors
    /// If a thread has failed: its error. Its articles are lost.
    pub fn flush(&mut self) -> tantivy::Result<Vec<SegmentMeta>> {
        self.held.clear();
        let Some(ThreadPool { articles, segments, threads, .. }) = self.pool.take() else { return Ok(Vec::new()) };
        drop(articles);
        let mut all = Ok(());
        for thread in threads {
            let ended = thread.join().map_err(|_| TantivyError::ErrorInThread("it ended in a panic".into()));
            let (builder, ended) = match ended {
                Ok((builder, ended)) => (Some(builder), ended),
                Err(error) => (None, Err(error)),
            };
            self.idle.extend(builder);
            all = all.and(ended);
        }
        all.map(|()| segments.try_iter().collect())
    }
}

impl ThreadPool {
    fn start(builders: Vec<Builder>, memory: usize) -> ThreadPool {
        let (articles, waiting) = unbounded();
        let (out, segments) = unbounded();
        let cancelled = Arc::new(AtomicBool::new(false));
        let start = |mut builder: Builder| {
            let (waiting, out, cancelled) = (waiting.clone(), out.clone(), cancelled.clone());
            std::thread::spawn(move || {
                let ended = work(&mut builder, memory, &waiting, &out, &cancelled);
                (builder, ended)
            })
        };
        let threads = builders.into_iter().map(start).collect();
        ThreadPool { articles, segments, threads, cancelled }
    }
}

fn work(
    builder: &mut Builder,
    memory: usize,
    waiting: &Receiver<Queued>,
    out: &Sender<SegmentMeta>,
    cancelled: &AtomicBool,
) -> tantivy::Result<()> {
    // The receiver is gone once the writer is dropped.
    let hand_out = |segment: Option<SegmentMeta>| segment.into_iter().for_each(|segment| drop(out.send(segment)));
    for Queued { article, file, stored, .. } in waiting {
        if cancelled.load(Ordering::Relaxed) {
            return Ok(());
        }
        builder.add(&article, &file, &stored)?;
        if builder.is_full(memory) {
            hand_out(builder.finish()?);
        }
    }
    if !cancelled.load(Ordering::Relaxed) {
        hand_out(builder.finish()?);
    }
    Ok(())
}

impl Drop for Workers {
    fn drop(&mut self) {
        if let Some(ThreadPool { articles, threads, cancelled, .. }) = self.pool.take() {
            cancelled.store(true, Ordering::Relaxed);
            drop(articles);
            threads.into_iter().for_each(|thread| drop(thread.join()));
        }
    }
}
