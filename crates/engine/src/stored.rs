//! What is stored under some ids at this moment, and writes on the condition that it is still the same.

use serde_json::{Value, json};

use crate::error::engine_error;
use crate::http::{Client, reason};
use gongxun_core::error::{Error, Result};

/// The version of a stored document, which changes with every write to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    seq_no: u64,
    primary_term: u64,
}

impl Version {
    /// Returns the version of a document that [`fetch`] returned.
    ///
    /// # Errors
    /// If it has none.
    pub fn of(found: &Value) -> Result<Version> {
        match (found["_seq_no"].as_u64(), found["_primary_term"].as_u64()) {
            (Some(seq_no), Some(primary_term)) => Ok(Version { seq_no, primary_term }),
            _ => Err(engine_error(format!("{}: the engine gave it without its version", found["_id"]))),
        }
    }

    /// Returns an action of a bulk request that is applied only if the stored document still has this version.
    pub fn action(self, name: &str, id: &str) -> Value {
        json!({ name: {"_id": id, "if_seq_no": self.seq_no, "if_primary_term": self.primary_term} })
    }
}

/// Fetches what the primary shards hold under these ids now, visible to searches or not, in the order of the ids; `None`
/// where they hold nothing. `source` selects fields of the documents. Articles that can't be looked up are asked for again
/// after waits that double.
///
/// # Errors
/// If OpenSearch can't be reached, or does not answer for every id.
pub fn fetch(client: &Client, index: &str, ids: &[&str], source: &Value) -> Result<Vec<Option<Value>>> {
    let docs: Vec<Value> = ids.iter().map(|id| json!({"_id": id, "_source": source})).collect();
    let path = format!("/{index}/_mget?realtime=true&preference=_primary");
    let mut waits = client.waits();
    loop {
        let mut answer = client.post(&path, &json!({ "docs": docs }))?;
        let found = answer["docs"].as_array_mut().map(std::mem::take).unwrap_or_default();
        if found.len() != ids.len() {
            return Err(engine_error(format!("{}: it answered for some of the articles only", client.url())));
        }
        // While a shard has no primary, its articles can't be looked up: that does not mean that they are not there.
        let Some(failed) = found.iter().find(|one| !one["found"].is_boolean()) else {
            let is_there = |one: Value| (one["found"] == true).then_some(one);
            return Ok(found.into_iter().map(is_there).collect());
        };
        let Some(wait) = waits.next() else {
            let why = reason(failed).unwrap_or_default();
            return Err(engine_error(format!("{}: {} could not be looked up: {why}", client.url(), failed["_id"])));
        };
        std::thread::sleep(wait);
    }
}

/// Returns the error for an article that changed at every attempt to write it.
pub fn contended(client: &Client, index: &str, id: &str) -> Error {
    let what = "others changed it at every attempt; the same command goes on from the last commit";
    engine_error(format!("{}/{index}: {id} was not written: {what}", client.url()))
}
