//! The bounded queue of articles between the writer and the indexing threads: it exerts back-pressure by bytes.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::article::Article;
use crate::index::store::document::Stored;

/// The capacity, in bytes of articles.
const MAX_WAITING: usize = 16 << 20;
/// The time without progress after which one more article is admitted regardless: its sender then learns what is wrong.
const PATIENCE: Duration = Duration::from_secs(5);

/// The number of bytes in the queue.
#[derive(Debug, Clone, Default)]
pub struct Queue(Arc<QueueState>);

#[derive(Debug, Default)]
struct QueueState {
    bytes: Mutex<usize>,
    taken: Condvar,
}

/// The space that a queued article takes; freed on drop.
#[derive(Debug)]
struct QueuePermit {
    queue: Queue,
    bytes: usize,
}

impl Queue {
    /// Queues an article with its stored form, to be handed to a thread. Blocks until there is room.
    pub fn put(&self, article: &Article, file: &str, stored: Stored) -> Queued {
        let bytes = stored.bytes.len() * 2 + size_of::<Article>();
        let mut waiting = self.0.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        while *waiting > 0 && *waiting + bytes > MAX_WAITING {
            let (after, patience) =
                self.0.taken.wait_timeout(waiting, PATIENCE).unwrap_or_else(PoisonError::into_inner);
            waiting = after;
            if patience.timed_out() {
                break;
            }
        }
        *waiting += bytes;
        drop(waiting);
        Queued {
            article: article.clone(),
            file: file.to_string(),
            stored,
            _room: QueuePermit { queue: self.clone(), bytes },
        }
    }
}

impl Drop for QueuePermit {
    fn drop(&mut self) {
        let mut waiting = self.queue.0.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting -= self.bytes;
        // Waiting senders are woken once for many articles.
        if *waiting <= MAX_WAITING / 2 {
            self.queue.0.taken.notify_all();
        }
    }
}

/// A queued article.
#[derive(Debug)]
pub struct Queued {
    /// The article.
    pub article: Article,
    /// The file it came from.
    pub file: String,
    /// Its stored form.
    pub stored: Stored,
    _room: QueuePermit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_queue_blocks_the_sender() {
        let queue = Queue::default();
        let article = Article::default();
        let large = || queue.put(&article, "a.txt", vec![0; MAX_WAITING / 2].into());
        // An article larger than the capacity is admitted to an empty queue.
        let first = large();
        std::thread::scope(|scope| {
            let second = scope.spawn(large);
            assert!(*queue.0.bytes.lock().unwrap() < MAX_WAITING * 3 / 2);
            drop(first);
            second.join().unwrap();
        });
        assert_eq!(*queue.0.bytes.lock().unwrap(), 0);
    }
}
