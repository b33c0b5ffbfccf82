//! Deletion of the articles that a file no longer has, whichever processes change them at the same time.

use serde_json::json;

use crate::bulk;
use crate::http::Client;
use crate::stored::{self, Version};
use gongxun_core::error::Result;

/// Deletes the articles that are still from the file that releases them, given as pairs of id and file. An article that
/// has moved to another file stays, whichever process moved it.
///
/// # Errors
/// If OpenSearch can't be reached or refuses a deletion, or an article changes at every attempt.
pub fn delete(client: &Client, index: &str, released: &[(String, String)]) -> Result<()> {
    let mut left: Vec<&(String, String)> = released.iter().collect();
    let mut waits = client.waits();
    loop {
        let ids: Vec<&str> = left.iter().map(|(id, _)| id.as_str()).collect();
        let (mut doomed, mut items) = (Vec::new(), Vec::new());
        for (pair, found) in left.iter().zip(stored::fetch(client, index, &ids, &json!(["file"]))?) {
            let Some(found) = found.filter(|found| found["_source"]["file"] == *pair.1) else { continue };
            doomed.push(*pair);
            items.push(bulk::lines(&[Version::of(&found)?.action("delete", &pair.0)]));
        }
        if items.is_empty() {
            return Ok(());
        }
        // What changed in between may be another file's now.
        left = bulk::send(client, index, &items)?.into_iter().map(|at| doomed[at]).collect();
        let Some((id, _)) = left.first() else { return Ok(()) };
        let Some(wait) = waits.next() else { return Err(stored::contended(client, index, id)) };
        std::thread::sleep(wait);
    }
}
