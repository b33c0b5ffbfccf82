//! Articles that wait for a thread of tantivy's writer: how much of them there may be, and the documents made of them.
//!
//! tantivy lets ten thousand documents wait, whatever their size, and a document holds each text once for every field made
//! of it. So what waits here is the article, the document is made by the thread that indexes it, and who adds articles
//! waits when too many bytes of them do.

use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tantivy::schema::document::CompactDocValue;
use tantivy::schema::{Document, TantivyDocument};

use super::document;
use super::schema::Fields;
use crate::article::Article;

/// How many bytes of articles may wait.
const MAX_WAITING: usize = 16 << 20;
/// Where nothing was taken out for so long, one more goes in all the same: tantivy then says what is wrong.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many bytes wait.
#[derive(Debug, Clone, Default)]
pub struct Queue(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    bytes: Mutex<usize>,
    taken: Condvar,
}

/// The room that a waiting article takes; free when this is dropped.
#[derive(Debug)]
struct Room {
    queue: Queue,
    bytes: usize,
}

impl Queue {
    /// An article with its stored form, to be handed to tantivy. Waits until there is room.
    pub fn put(&self, article: &Article, file: &str, stored: Vec<u8>, fields: &Fields) -> Queued {
        let bytes = stored.len() * 2 + size_of::<Article>();
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
            fields: *fields,
            document: OnceLock::new(),
            _room: Room { queue: self.clone(), bytes },
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        *self.queue.0.bytes.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.queue.0.taken.notify_all();
    }
}

/// An article that waits.
#[derive(Debug)]
pub struct Queued {
    article: Article,
    file: String,
    stored: Vec<u8>,
    fields: Fields,
    /// Made when tantivy's thread looks at it first.
    document: OnceLock<TantivyDocument>,
    _room: Room,
}

impl Document for Queued {
    type Value<'a> = CompactDocValue<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        let make = || document::document(&self.article, &self.file, self.stored.clone(), &self.fields);
        self.document.get_or_init(make).iter_fields_and_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::schema::schema;

    #[test]
    fn who_adds_waits_until_there_is_room() {
        let (queue, fields) = (Queue::default(), schema().1);
        let article = Article::default();
        let large = || queue.put(&article, "a.txt", vec![0; MAX_WAITING / 2], &fields);
        // One that is larger than the room goes in where nothing else waits.
        let first = large();
        std::thread::scope(|scope| {
            let second = scope.spawn(large);
            assert!(*queue.0.bytes.lock().unwrap() < MAX_WAITING * 3 / 2);
            drop(first);
            second.join().unwrap();
        });
        assert_eq!(*queue.0.bytes.lock().unwrap(), 0);
    }

    #[test]
    fn its_document_is_the_one_of_the_article() {
        let (queue, (schema, fields)) = (Queue::default(), schema());
        let article = Article { title: "工会".into(), body: "职工".into(), ..Article::default() };
        let put = || queue.put(&article, "a.txt", document::encode(&article), &fields);
        let made = document::document(&article, "a.txt", document::encode(&article), &fields);
        assert_eq!(put().to_json(&schema), made.to_json(&schema));
        assert_eq!(put().into_tantivy_document().to_json(&schema), made.to_json(&schema));
    }
}
