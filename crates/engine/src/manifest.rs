//! The manifest of a generation: a small index beside it, with a document for each file that was read, each root, and each
//! part of a load that is done. Any process on any machine goes on from there.

use serde_json::json;

use crate::ask;
use crate::bulk;
use crate::http::Client;
use crate::place;
use crate::trouble::trouble;
use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::index::{Entry, Manifest, Root, document};

/// The name of a generation's manifest.
pub fn name(generation: &str) -> String {
    format!("{generation}-manifest")
}

/// Makes the manifest of a generation, where it is not there.
///
/// # Errors
/// Where the engine says no.
pub fn make(client: &Client, generation: &str, replicas: u32) -> Result<()> {
    let path = format!("/{}", name(generation));
    let body = json!({
        "settings": {"number_of_shards": 1, "number_of_replicas": replicas},
        "mappings": {"dynamic": "strict", "properties": {
            "kind": {"type": "keyword"}, "name": {"type": "keyword"}, "value": {"type": "keyword", "index": false, "doc_values": false}
        }}
    });
    let answer = client.put(&path, &body)?;
    if answer.status == 400 && answer.body.to_string().contains("resource_already_exists") {
        return Ok(());
    }
    client.good(&path, answer).map(drop)
}

/// Reads the manifest of a generation.
///
/// # Errors
/// Where the engine can't be reached, or a line is none of ours.
pub fn read(client: &Client, generation: &str) -> Result<Manifest> {
    let index = name(generation);
    place::refresh(client, &index)?;
    let mut manifest = Manifest::default();
    let body = json!({"query": {"terms": {"kind": ["file", "root"]}}, "sort": [{"name": "asc"}, {"kind": "asc"}]});
    ask::all(client, &index, &body, ask::WINDOW, &Control::default(), &mut |hits| {
        for hit in hits {
            let source = &hit["_source"];
            let value = source["value"].as_str().unwrap_or_default();
            let wrong = |error: serde_json::Error| trouble(format!("{index}: a line is none of ours: {error}"));
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

/// A line of the manifest to be written.
pub enum Line {
    /// A file that was read, or is gone.
    File(Entry),
    /// A root.
    Root(Root),
    /// A part of a load that is done, of so many.
    Part(String),
}

/// Writes lines of the manifest.
///
/// # Errors
/// Where the engine says no.
pub fn write(client: &Client, generation: &str, lines: &[Line]) -> Result<()> {
    let index = name(generation);
    let item = |line: &Line| {
        let (kind, name, value, gone) = match line {
            Line::File(entry) => ("file", entry.file.clone(), serde_json::to_string(entry), entry.removed),
            Line::Root(root) => ("root", root.root.clone(), serde_json::to_string(root), false),
            Line::Part(part) => ("part", part.clone(), Ok(String::new()), false),
        };
        // A file's name may be longer than an id.
        let id = format!("{kind}-{:016x}", document::short_hash(name.as_bytes()));
        match gone {
            true => bulk::lines(&[json!({"delete": {"_id": id}})]),
            false => {
                let document = json!({"kind": kind, "name": name, "value": value.unwrap_or_default()});
                bulk::lines(&[json!({"index": {"_id": id}}), document])
            }
        }
    };
    lines.chunks(ask::WINDOW).try_for_each(|lines| bulk::send(client, &index, lines.iter().map(item).collect()))
}

/// How many parts of a load of so many are done.
///
/// # Errors
/// Where the engine can't be reached.
pub fn parts_done(client: &Client, generation: &str, of: &str) -> Result<u64> {
    let index = name(generation);
    place::refresh(client, &index)?;
    let filter = json!([{"term": {"kind": "part"}}, {"wildcard": {"name": format!("*{of}")}}]);
    ask::count(client, &index, &json!({"bool": {"filter": filter}}))
}
