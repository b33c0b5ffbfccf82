//! The manifest of a generation: a small index beside it, with a document for each file that was read, each root and
//! each finished part of a load. From it, a process on any machine resumes a load.

use std::collections::BTreeSet;

use serde_json::json;

use crate::admin;
use crate::bulk;
use crate::error::engine_error;
use crate::http::Client;
use crate::search;
use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::index::{Entry, Manifest, Root, document};
use gongxun_ingest::ingest::Part;

/// Returns the name of a generation's manifest.
pub fn name(generation: &str) -> String {
    format!("{generation}-manifest")
}

/// Creates the manifest of a generation unless it exists.
///
/// # Errors
/// If OpenSearch can't be reached or refuses the request.
pub fn make(client: &Client, generation: &str, replicas: u32) -> Result<()> {
    let body = json!({
        "settings": {"number_of_shards": 1, "number_of_replicas": replicas},
        "mappings": {"dynamic": "strict", "properties": {
            "kind": {"type": "keyword"}, "name": {"type": "keyword"}, "value": {"type": "keyword", "index": false, "doc_values": false}
        }}
    });
    admin::create(client, &name(generation), &body)
}

/// Reads the files and roots of a manifest, after making visible what was written.
///
/// # Errors
/// If OpenSearch can't be reached, its response is incomplete, or an entry can't be parsed.
pub fn read(client: &Client, generation: &str) -> Result<Manifest> {
    admin::refresh(client, &name(generation))?;
    visible(client, generation)
}

/// Reads the files and roots of a manifest that searches see.
///
/// # Errors
/// As [`read`].
pub fn visible(client: &Client, generation: &str) -> Result<Manifest> {
    let index = name(generation);
    let mut manifest = Manifest::default();
    let body = json!({"query": {"terms": {"kind": ["file", "root"]}}, "sort": [{"name": "asc"}, {"kind": "asc"}]});
    search::each_page(client, &index, &body, search::MAX_HITS, &Control::default(), &mut |hits| {
        for hit in hits {
            let source = &hit["_source"];
            let value = source["value"].as_str().unwrap_or_default();
            let wrong = |error: serde_json::Error| engine_error(format!("{index}: a line is none of ours: {error}"));
            if source["kind"] == "root" {
                manifest.set_root(serde_json::from_str::<Root>(value).map_err(wrong)?);
            } else {
                manifest.record(serde_json::from_str::<Entry>(value).map_err(wrong)?);
            }
        }
        Ok(true)
    })?;
    Ok(manifest)
}

/// An entry of the manifest.
pub enum Line {
    /// A file that was read; or one that was removed, whose entry is deleted.
    File(Entry),
    /// A root of the archive.
    Root(Root),
    /// A part of a load: one that is finished, or one that has begun, whose entry of an earlier load is deleted.
    Part {
        /// The part.
        part: Part,
        /// Whether it is finished.
        is_done: bool,
    },
}

/// Writes entries of the manifest.
///
/// # Errors
/// As [`bulk::send`].
pub fn write(client: &Client, generation: &str, lines: &[Line]) -> Result<()> {
    let index = name(generation);
    let item = |line: &Line| {
        let (kind, name, value, is_removed) = match line {
            Line::File(entry) => ("file", entry.file.clone(), serde_json::to_string(entry), entry.removed),
            Line::Root(root) => ("root", root.root.clone(), serde_json::to_string(root), false),
            Line::Part { part, is_done } => ("part", part.to_string(), Ok(String::new()), !is_done),
        };
        // The name of a file may be longer than an id, which has at most 512 bytes.
        let id = format!("{kind}-{:016x}", document::short_hash(name.as_bytes()));
        match is_removed {
            true => bulk::lines(&[json!({"delete": {"_id": id}})]),
            false => {
                let document = json!({"kind": kind, "name": name, "value": value.unwrap_or_default()});
                bulk::lines(&[json!({"index": {"_id": id}}), document])
            }
        }
    };
    // None of these writes is conditional, so that none can conflict.
    lines.chunks(search::MAX_HITS).try_for_each(|lines| {
        let items: Vec<Vec<u8>> = lines.iter().map(item).collect();
        bulk::send(client, &index, &items).map(drop)
    })
}

/// Returns the number of finished parts of a load in `of` parts.
///
/// # Errors
/// If OpenSearch can't be reached or its response is incomplete.
pub fn parts_done(client: &Client, generation: &str, of: u64) -> Result<u64> {
    let index = name(generation);
    admin::refresh(client, &index)?;
    let body = json!({"query": {"term": {"kind": "part"}}, "sort": [{"name": "asc"}]});
    // Names as people write them (02/3) are several names of one part.
    let mut done: BTreeSet<Part> = BTreeSet::new();
    search::each_page(client, &index, &body, search::MAX_HITS, &Control::default(), &mut |hits| {
        let names = hits.iter().filter_map(|hit| hit["_source"]["name"].as_str());
        done.extend(names.filter_map(|name| name.parse::<Part>().ok()).filter(|part| part.of() == of));
        Ok(true)
    })?;
    Ok(done.len() as u64)
}
