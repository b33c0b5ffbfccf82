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
/// The files of a WACZ that describe its crawl: folder (`None` for the top) and ending.
const IN_A_WACZ: [(Option<&str>, &str); 8] = [
    (None, "datapackage.json"),
    (None, "datapackage-digest.json"),
    (Some("pages"), ".jsonl"),
    (Some("indexes"), ".cdx"),
    (Some("indexes"), ".cdxj"),
    (Some("indexes"), ".idx"),
    (Some("indexes"), ".gz"),
    (Some("logs"), ".log"),
];

/// A folder of which one page or one folder is read, and what else may stand in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bundle {
    /// The page of a snapshot: the file that is read, relative to the folder, or `None` if there is none.
    pub(super) page: Option<(Option<PathBuf>, Snapshot)>,
    /// The better forms of the page that are there and empty, or no files.
    pub(super) passed_over: Vec<String>,
    parts: &'static [&'static str],
    /// Further parts: what describes a crawl, or the copy by wget in a snapshot.
    further: Vec<String>,
}

impl Bundle {
    /// Whether a name in the folder is that of a part of the bundle, which is not read for itself.
    pub(super) fn has(&self, name: &OsStr) -> bool {
        name.to_str().is_some_and(|name| self.parts.contains(&name) || self.further.iter().any(|part| part == name))
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
    if has("archive") && has("ArchiveBox.conf") && any_in(&folder.join("archive"), is_snapshot) {
        let (passed_over, further) = (Vec::new(), Vec::new());
        return Some(Bundle { page: None, passed_over, parts: &IN_AN_ARCHIVEBOX, further });
    }
    if has("archive") && has("datapackage.json") && any_in(&folder.join("archive"), is_crawl) {
        let describes = |name: &&str| match fs::read_dir(folder.join(name)) {
            // A folder is left out if there is nothing in it but what describes the crawl. One without any entry is not:
            // it may be the place of a disk that is not mounted.
            Ok(list) => {
                let mut list = list.peekable();
                list.peek().is_some()
                    && list.all(|entry| {
                        let inside = entry.ok().and_then(|entry| entry.file_name().into_string().ok());
                        inside.is_some_and(|inside| describes_a_crawl(format!("{name}/{inside}").as_bytes()))
                    })
            }
            Err(_) => describes_a_crawl(name.as_bytes()),
        };
        let further = names.iter().filter_map(|name| name.to_str()).filter(describes).map(str::to_string).collect();
        return Some(Bundle { page: None, passed_over: Vec::new(), parts: &[], further });
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
    let forms: Vec<&str> = FORMS.into_iter().chain(by_wget).chain(LESSER_FORMS).collect();
    let is_read = |form: &&str| folder.join(form).metadata().is_ok_and(|m| m.is_file() && m.len() > 0);
    let chosen = forms.iter().position(is_read);
    let is_there = |form: &&&str| folder.join(form).symlink_metadata().is_ok();
    let passed_over = forms[..chosen.unwrap_or(0)].iter().filter(is_there).map(|form| form.to_string()).collect();
    let form = chosen.map(|at| PathBuf::from(forms[at]));
    // The copy by wget stands in a folder named by the host, or at the top.
    let further = by_wget.and_then(|output| output.split('/').next()).map(str::to_string).into_iter().collect();
    let snapshot = Snapshot { url: index.url, filed: Date::from_unix_seconds(seconds) };
    Some(Bundle { page: Some((form, snapshot)), passed_over, parts: &IN_A_SNAPSHOT, further })
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

/// Whether a member of a WACZ describes its crawl, and is no page.
pub(super) fn describes_a_crawl(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    IN_A_WACZ.iter().any(|(folder, ending)| match folder {
        None => name == *ending,
        Some(folder) => name
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|file| file.is_empty() || !file.contains('/') && file.ends_with(ending)),
    })
}
