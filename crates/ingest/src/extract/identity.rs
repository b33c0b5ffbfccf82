//! Makes an article's id, a hash of place and key, and the name of its place.

use crate::archive::{Record, STANDARD_INPUT};
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::index::document::text_hash;
use gongxun_core::index::records::{Class, numbered};

/// Sets an article's id and origin, and returns whether it is the record's own or comes from an export, in which case
/// it has both. `key` is the id that any other JSON object gives itself.
pub fn set(article: &mut Article, record: &Record, key: Option<String>) -> Class {
    if !article.id.0.is_empty() {
        return Class::Copy;
    }
    let key = key.unwrap_or_else(|| key_of(record, article));
    article.id = ArticleId::new(&record.origin.place(), &key);
    article.origin = record.origin.to_string();
    Class::Own
}

/// Returns the key that distinguishes a record from others of the same place: its address and time of capture; else, in
/// a file of many records, its title and date, so that a line inserted before it does not shift it; else its number.
/// The only record of a file or member needs none.
fn key_of(record: &Record, article: &Article) -> String {
    let many = record.origin.record;
    let url = record.url.as_ref().or(article.url.as_ref().filter(|_| many.is_some()));
    match (url, &record.captured, many) {
        (Some(url), Some(captured), _) => format!("{url} {captured}"),
        (Some(url), None, _) => url.clone(),
        (None, _, Some(_)) if !article.title.is_empty() => {
            let date = article.date.map(|date| date.to_string()).unwrap_or_default();
            format!("{}\n{date}", article.title)
        }
        // A record of standard input has no place, and the next input has the same numbers.
        (None, ..) if record.origin.file == STANDARD_INPUT => format!("text {:?}", text_hash(article)),
        (None, _, Some(number)) => numbered(number),
        (None, _, None) => String::new(),
    }
}
