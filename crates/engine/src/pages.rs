//! The pages without an article, which searches of whole pages find by their margins. They are kept in an index beside the
//! generation, so that no count of articles has to leave them out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::admin;
use crate::bulk;
use crate::document::{self, Documents, hex};
use crate::found::BATCH;
use crate::http::Client;
use crate::local::{self, LocalIndex};
use crate::lower::{self, without};
use crate::mapping;
use crate::search::{self, MAX_HITS};
use crate::settings::Settings;
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::index::document::short_hash;
use gongxun_core::search::compile::plan::Compiled;
use gongxun_core::search::matching::matcher;

/// Returns the name of the index with a generation's pages.
pub fn name(generation: &str) -> String {
    format!("{generation}-pages")
}

/// Creates the index of a generation's pages unless it exists.
///
/// # Errors
/// If OpenSearch can't be reached or refuses the request.
pub fn make(client: &Client, generation: &str, settings: &Settings) -> Result<()> {
    admin::create(client, &name(generation), &mapping::pages(settings))
}

/// The changes of pages since the last commit of a load.
#[derive(Debug, Default)]
pub struct Changes {
    /// The files whose pages of earlier loads are deleted.
    files: BTreeSet<String>,
    /// The number of pages of each file that is being read.
    numbers: BTreeMap<String, u64>,
    /// The pages that are added, as items of a bulk request.
    added: Vec<Vec<u8>>,
}

impl Changes {
    /// Adds a page that was read from `file`.
    pub fn add(&mut self, page: &Article, file: &str, documents: &mut Documents) {
        // A file may have a page several times: all of them count.
        let number = self.numbers.entry(file.to_string()).or_default();
        let key = format!("{}-{number}", hex(short_hash(file.as_bytes())));
        *number += 1;
        self.added.push(bulk::lines(&[json!({"index": {"_id": key}}), documents.page(page, file, &key)]));
    }

    /// Deletes the pages that earlier loads read from a file.
    pub fn delete(&mut self, file: &str) {
        self.numbers.remove(file);
        self.files.insert(file.to_string());
    }

    /// The number of pages to be written.
    pub fn count(&self) -> usize {
        self.added.len()
    }

    /// Writes the changes: deletions first.
    ///
    /// # Errors
    /// If OpenSearch can't be reached or refuses a request.
    pub fn write(&mut self, client: &Client, generation: &str, settings: &Settings) -> Result<()> {
        let index = name(generation);
        let files: Vec<String> = std::mem::take(&mut self.files).into_iter().collect();
        let mut doomed: Vec<Vec<u8>> = Vec::new();
        if !files.is_empty() {
            admin::refresh(client, &index)?;
        }
        for files in files.chunks(BATCH) {
            let body = json!({"query": {"terms": {"file": files}}, "sort": [{"key": "asc"}], "_source": false});
            search::each_page(client, &index, &body, MAX_HITS, &Control::default(), &mut |hits| {
                doomed.extend(hits.iter().map(|hit| bulk::lines(&[json!({"delete": {"_id": hit["_id"]}})])));
                Ok(true)
            })?;
        }
        // A file belongs to one process, so that none of these writes can conflict.
        for items in [doomed, std::mem::take(&mut self.added)] {
            for items in items.chunks(settings.bulk_articles) {
                bulk::send(client, &index, items)?;
            }
        }
        Ok(())
    }
}

/// Returns the number of pages without an article that satisfy a query, and the first of them; none unless it searches
/// margins.
///
/// # Errors
/// If OpenSearch can't be reached or its response is incomplete; [`gongxun_core::error::Error::Interrupted`] if the control
/// asks to stop.
pub fn find(
    client: &Client,
    generation: &str,
    compiled: &Compiled,
    limit: usize,
    control: &Control<'_>,
) -> Result<(u64, Vec<Article>)> {
    if !compiled.full.asks_for_margins() {
        return Ok((0, Vec::new()));
    }
    let index = name(generation);
    let lowered = lower::plan(&compiled.full);
    let mut matches = lowered.certain.clone();
    if !lowered.is_exact() {
        let mut verified: Vec<String> = Vec::new();
        let candidates = without(lowered.possible, vec![lowered.certain]);
        let body = json!({"query": candidates, "sort": [{"key": "asc"}]});
        search::each_page(client, &index, &body, BATCH, control, &mut |hits| {
            let mut candidates = local::articles(hits)?;
            // Several records may have the same id.
            for (page, hit) in candidates.iter_mut().zip(hits) {
                page.id = ArticleId(hit["_id"].as_str().unwrap_or_default().to_string());
            }
            let local = LocalIndex::new(&candidates, "", None)?;
            for address in matcher::pages(&local.snapshot, &compiled.full)? {
                verified.push(local.snapshot.page(address)?.id.0);
            }
            Ok(true)
        })?;
        matches = lower::any_of(vec![matches, json!({"terms": {"key": verified}})]);
    }
    let body = json!({
        "query": matches, "size": limit.min(MAX_HITS), "track_total_hits": true, "sort": [{"order": "asc"}, {"key": "asc"}],
    });
    let answer = search::search(client, &index, &body)?;
    let pages: Result<Vec<Article>> = search::hits(&answer).iter().map(|hit: &Value| document::article(hit)).collect();
    Ok((search::total(&answer)?, pages?))
}
