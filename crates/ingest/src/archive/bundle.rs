//! Bundles: folders that hold one page in several forms, or a crawl with its metadata, and the files of them that are
//! read.
//!
//! An ArchiveBox snapshot has the page as a browser's single file, as its DOM, as text and more; one of them is read,
//! and its address and time come from the snapshot's `index.json`. Around the snapshots of an ArchiveBox, and around
//! the crawl of a WACZ, are lists and indexes that are not pages.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use gongxun_core::article::Date;

/// The longest `index.json` of a snapshot, in bytes.
const INDEX: u64 = 4 << 20;
/// The forms of a snapshot, the most faithful first. The index names the place of wget's copy.
const FORMS: [&str; 2] = ["singlefile.html", "output.html"];
const LESSER_FORMS: [&str; 5] = [
    "readability/content.html",
    "mercury/content.html",
    "htmltotext.txt",
    "readability/content.txt",
    "mercury/content.txt",
];

/// The part of a bundle that is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bundle {
    /// One file of a snapshot, relative to the folder; `None` if nothing of it is read.
    Snapshot(Option<PathBuf>, Snapshot),
    /// One folder in it.
    Only(&'static str),
}

/// The metadata of a page from its snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its address.
    pub url: String,
    /// The time it was saved.
    pub filed: Option<Date>,
}

/// The index of a snapshot.
#[derive(Deserialize)]
struct Index {
    url: String,
    timestamp: Value,
    #[serde(default)]
    history: Value,
}

/// Recognizes a bundle by the names in its folder; `None` for an ordinary folder.
pub(super) fn of(folder: &Path, names: &[OsString]) -> Option<Bundle> {
    let has = |name: &str| names.iter().any(|found| found == name);
    if has("archive") && (has("ArchiveBox.conf") || has("datapackage.json")) {
        return Some(Bundle::Only("archive"));
    }
    if !has("index.json") {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(folder.join("index.json")).ok()?.take(INDEX).read_to_end(&mut bytes).ok()?;
    let index: Index = serde_json::from_slice(&bytes).ok()?;
    let stamp = match &index.timestamp {
        Value::String(stamp) => stamp.clone(),
        Value::Number(stamp) => stamp.to_string(),
        _ => return None,
    };
    let seconds = stamp.split('.').next()?.parse::<i64>().ok()?;
    if !index.history.is_object() && folder.file_name().is_none_or(|name| name != stamp.as_str()) {
        return None;
    }
    let snapshot = Snapshot { url: index.url, filed: Date::from_unix_seconds(seconds) };
    let by_wget = index.history["wget"].as_array().and_then(|runs| runs.last()?["output"].as_str());
    // A path given by the index must not lead out of the folder.
    let by_wget = by_wget.filter(|path| super::names::safe(path).as_deref() == Some(*path) && !path.ends_with(".gz"));
    let forms = FORMS.into_iter().chain(by_wget).chain(LESSER_FORMS);
    let is_there = |form: &&str| folder.join(form).metadata().is_ok_and(|m| m.is_file() && m.len() > 0);
    Some(Bundle::Snapshot(forms.into_iter().find(is_there).map(PathBuf::from), snapshot))
}

/// Whether an archive with these members is a WACZ: a crawl with indexes that describe it.
pub(super) fn is_wacz<'n>(mut names: impl Iterator<Item = &'n [u8]>) -> bool {
    let (mut described, mut crawl) = (false, false);
    names.any(|name| {
        described |= name == b"datapackage.json";
        crawl |= is_crawl_of_wacz(name);
        described && crawl
    })
}

/// Whether a member of a WACZ is a part of its crawl.
pub(super) fn is_crawl_of_wacz(name: &[u8]) -> bool {
    name.starts_with(b"archive/") && name.windows(5).any(|part| part == b".warc")
}
