//! Bundles: folders that hold one page in several forms, or a crawl with its metadata, and the files of them that are
//! read.
//!
//! An ArchiveBox snapshot has the page as a browser's single file, as its DOM, as text and more; one of them is read,
//! and its address and time come from the snapshot's `index.json`. Around the snapshots of an ArchiveBox, and around
//! the crawl of a WACZ, are lists and indexes that are not pages.
//!
//! A file of a certain name makes no bundle: what it is said to describe must be there. And only the parts that a bundle
//! is known to have are left out; anything else in its folder is read like in any other.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use gongxun_core::article::Date;
use gongxun_core::named_file::beginning;

/// The longest `index.json` of a snapshot, in bytes.
const INDEX: u64 = 4 << 20;
/// The number of digits of the seconds since 1970 in the name of a snapshot's folder.
const SECONDS_DIGITS: usize = 10;
/// The forms of a snapshot, the most faithful first. The index names the place of wget's copy.
const FORMS: [&str; 2] = ["singlefile.html", "output.html"];
const LESSER_FORMS: [&str; 5] = [
    "readability/content.html",
    "mercury/content.html",
    "htmltotext.txt",
    "readability/content.txt",
    "mercury/content.txt",
];
/// The names in a snapshot's folder that ArchiveBox gives, beside those that the snapshot's index lists.
const IN_A_SNAPSHOT: [&str; 17] = [
    "index.json",
    "index.html",
    "singlefile.html",
    "output.html",
    "output.pdf",
    "screenshot.png",
    "htmltotext.txt",
    "headers.json",
    "archive.org.txt",
    "favicon.ico",
    "readability",
    "mercury",
    "media",
    "git",
    "warc",
    "wget",
    "dom",
];
/// The names in the folder of an ArchiveBox that it gives, beside `archive`, where the snapshots are.
const IN_AN_ARCHIVEBOX: [&str; 10] = [
    "ArchiveBox.conf",
    "index.html",
    "index.json",
    "index.sqlite3",
    "sources",
    "logs",
    "static",
    "personas",
    "robots.txt",
    "favicon.ico",
];
/// The names in the folder of an unpacked WACZ beside `archive`, where the crawl is.
const IN_A_WACZ: [&str; 5] = ["datapackage.json", "datapackage-digest.json", "pages", "indexes", "logs"];

/// A folder of which one page or one folder is read, and what else may stand in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bundle {
    /// The page of a snapshot: the file that is read, relative to the folder, or `None` if there is none.
    pub(super) page: Option<(Option<PathBuf>, Snapshot)>,
    parts: &'static [&'static str],
    /// Further parts of a snapshot: the outputs that its index lists, and the copy by wget.
    outputs: Vec<String>,
}

impl Bundle {
    /// Whether a name in the folder is that of a part of the bundle, which is not read for itself.
    pub(super) fn has(&self, name: &OsStr) -> bool {
        name.to_str().is_some_and(|name| self.parts.contains(&name) || self.outputs.iter().any(|output| output == name))
    }
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

/// Recognizes a bundle by the names in its folder and by what it must have; `None` for an ordinary folder.
pub(super) fn of(folder: &Path, names: &[OsString]) -> Option<Bundle> {
    let has = |name: &str| names.iter().any(|found| found == name);
    let around = |parts| Some(Bundle { page: None, parts, outputs: Vec::new() });
    if has("archive") && has("ArchiveBox.conf") && any_in(&folder.join("archive"), is_snapshot) {
        return around(&IN_AN_ARCHIVEBOX);
    }
    if has("archive") && has("datapackage.json") && any_in(&folder.join("archive"), is_crawl) {
        return around(&IN_A_WACZ);
    }
    if has("index.json") { snapshot(folder) } else { None }
}

/// Whether any entry of a folder is of a kind.
fn any_in(folder: &Path, is: fn(&Path) -> bool) -> bool {
    fs::read_dir(folder).is_ok_and(|mut list| list.any(|entry| entry.is_ok_and(|entry| is(&entry.path()))))
}

fn is_crawl(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    is_crawl_of_wacz(&[b"archive/", name].concat()) && path.is_file()
}

fn is_snapshot(folder: &Path) -> bool {
    index(folder).is_some()
}

/// Reads the index of a snapshot, with the second at which it was taken: the folder is named by that time.
fn index(folder: &Path) -> Option<(Index, i64)> {
    let name = folder.file_name()?.to_str()?;
    let seconds = name.split('.').next()?;
    if seconds.len() != SECONDS_DIGITS || !name.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let index: Index = serde_json::from_slice(&beginning(&folder.join("index.json"), INDEX).ok()?).ok()?;
    let is_named = match &index.timestamp {
        Value::String(stamp) => stamp == name,
        Value::Number(stamp) => stamp.to_string() == name,
        _ => false,
    };
    if is_named { Some((index, seconds.parse().ok()?)) } else { None }
}

fn snapshot(folder: &Path) -> Option<Bundle> {
    let (index, seconds) = index(folder)?;
    let by_wget = index.history["wget"].as_array().and_then(|runs| runs.last()?["output"].as_str());
    // A path given by the index must not lead out of the folder.
    let is_inside = |path: &&str| super::names::safe(path).as_deref() == Some(*path);
    let by_wget = by_wget.filter(is_inside).filter(|path| !path.ends_with(".gz"));
    let forms = FORMS.into_iter().chain(by_wget).chain(LESSER_FORMS);
    let is_there = |form: &&str| folder.join(form).metadata().is_ok_and(|m| m.is_file() && m.len() > 0);
    let form = forms.into_iter().find(is_there).map(PathBuf::from);
    let runs = index.history.as_object().into_iter().flat_map(|history| history.values());
    let outputs = runs.filter_map(Value::as_array).flatten().filter_map(|run| run["output"].as_str()).filter(is_inside);
    let host = index.url.split_once("://").and_then(|(_, rest)| rest.split('/').next()).filter(|host| !host.is_empty());
    let outputs = outputs.filter_map(|output| output.split('/').next()).chain(host).map(str::to_string).collect();
    let snapshot = Snapshot { url: index.url, filed: Date::from_unix_seconds(seconds) };
    Some(Bundle { page: Some((form, snapshot)), parts: &IN_A_SNAPSHOT, outputs })
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
